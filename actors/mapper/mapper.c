/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper - raw to canonical: keeps the record, its revision and its state; routes it to targets
 *
 *   in     raw records of channels and ERPs; marks of pushers; receipts; call.record(s), parked
 *   out    wanted states to the pushers
 *   keeps  records with what each origin said last; the outbox until the pusher's receipt
 *   parks  what cannot be read, and what contradicts the record's life
 */
#include "actors/mapper/mapper.h"

#include "actors/connectors/all.h"
#include "actors/mapper/ruled.h"

static wb_rc
mapper_start(wb_ctx *ctx, wb_err *err)
{
    wb_mapper *mapper = wb_ctx_state(ctx);

    wb_rc rc;

    mapper->ctx = ctx;
    rc = wb_mapper_open(mapper, err);
    if (!rc)
        wb_mapper_age_begin(mapper);
    return rc;
}

static void
mapper_stop(wb_ctx *ctx)
{
    wb_mapper_close(wb_ctx_state(ctx));
}

static bool
mapper_delivers(wb_ctx *ctx, wb_view target)
{
    const wb_mapper *mapper = wb_ctx_state(ctx);

    return wb_map_find(mapper->reach, target) != NULL;
}

static void
mapper_status(wb_ctx *ctx, wb_json_writer *out)
{
    wb_mapper *mapper = wb_ctx_state(ctx);

    wb_json_put_key(out, "outcomes");
    wb_json_open(out, '{');
    for (int i = WB_OUTCOME_HANDED_ON; i <= WB_OUTCOME_PARKED; i++)
        wb_json_member_int(out, wb_outcome_name((wb_outcome)i), (int64_t)mapper->outcomes[i]);
    wb_json_close(out, '}');
    wb_json_member_int(out, "left_out", (int64_t)mapper->left_out);
    wb_json_member_int(out, "repaired", (int64_t)mapper->repaired);
    wb_rejoin_status(mapper, out);
    wb_ruled_status(mapper, out);
    wb_stopped_status(mapper, out);
    wb_json_put_key(out, "targets");
    wb_json_open(out, '[');
    for (size_t i = 0; i < mapper->target_count; i++) {
        const wb_way *way = &mapper->targets[i]->way;
        wb_json_open(out, '{');
        wb_json_member_text(out, "target", way->account);
        wb_json_member_int(out, "wanted", (int64_t)way->given);
        wb_json_member_int(out, "settled", (int64_t)way->settled);
        wb_json_member_bool(out, "backlog", way->backlog);
        wb_putback_status(mapper->targets[i], out);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static wb_rc
on_parked(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    (void)err;
    wb_mapper_parked(ctx, delivery);
    return WB_OK;
}

static const wb_handler handlers[] = {
    {WB_KIND_RAW,          wb_mapper_raw    },
    {WB_KIND_MARK,         wb_mapper_mark   },
    {WB_KIND_SWEPT,        wb_mapper_swept  },
    {WB_KIND_CALL_RECORD,  wb_mapper_record },
    {WB_KIND_CALL_RECORDS, wb_mapper_records},
    {WB_KIND_CALL_PLAN,    wb_mapper_plan   },
    {WB_KIND_CALL_PARKED,  on_parked        },
    {WB_KIND_CALL_HELD,    wb_mapper_held   },
    {WB_KIND_CALL_STOCK,   wb_mapper_stock  },
    {WB_KIND_NONE,         NULL             },
};

int
main(int argc, char **argv)
{
    static const wb_actor mapper = {
        .name = "mapper",
        .summary = "turns what channels say into canonical records, and routes them",
        .stage = WB_STAGE_MAP,
        .state_size = sizeof(wb_mapper),
        .handlers = handlers,
        .start = mapper_start,
        .stop = mapper_stop,
        .delivers = mapper_delivers,
        .status = mapper_status,
    };

    return wb_actor_main(&mapper, wb_connectors, argc, argv);
}
