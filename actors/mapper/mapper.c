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

#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"

static wb_target *
target_of(wb_mapper *mapper, wb_account *account)
{
    wb_target *target = wb_target_find(mapper, account->key_view);

    if (target)
        return target;
    target = &mapper->targets[mapper->target_count++];
    target->account = account;
    return target;
}

/* The routes of one account: `from` names it or is "*". */
static void
open_routes(wb_mapper *mapper, wb_account *account, wb_mapper_routes *out)
{
    const wb_config_tree *tree = wb_ctx_config(mapper->ctx);
    const wb_route_conf *routes = tree->routes.items;

    out->account = account;
    out->targets = wb_alloc((tree->routes.count + 1) * sizeof(wb_account *));
    for (size_t i = 0; i < tree->routes.count; i++) {
        wb_account *to =
            wb_accounts_find_name(wb_ctx_accounts(mapper->ctx), wb_view_of(routes[i].to));
        bool ours = !strcmp(routes[i].from, "*") || wb_view_is(account->name, routes[i].from);
        if (ours && to && to != account && !strcmp(routes[i].kind, "order"))
            out->targets[out->target_count++] = target_of(mapper, to)->account;
    }
}

static wb_rc
mapper_start(wb_ctx *ctx, wb_err *err)
{
    wb_mapper *mapper = wb_ctx_state(ctx);
    wb_accounts *accounts = wb_ctx_accounts(ctx);
    size_t count = wb_accounts_count(accounts);
    wb_rc rc;

    mapper->ctx = ctx;
    wb_buf_init(&mapper->packed, WB_ORDER_MAX);
    mapper->routes = wb_alloc(count * sizeof *mapper->routes);
    mapper->targets = wb_alloc(count * sizeof *mapper->targets);
    for (size_t i = 0; i < count; i++)
        open_routes(mapper, wb_accounts_at(accounts, i), &mapper->routes[mapper->route_count++]);
    wb_targets_open(mapper);
    rc = wb_putback_open(mapper, err);
    return rc ? rc : wb_mapper_redo(mapper, err);
}

static void
mapper_stop(wb_ctx *ctx)
{
    wb_mapper *mapper = wb_ctx_state(ctx);

    wb_putback_close(mapper);
    wb_targets_close(mapper);
    for (size_t i = 0; i < mapper->route_count; i++)
        wb_free(&mapper->routes[i].targets);
    wb_free(&mapper->routes);
    wb_free(&mapper->targets);
    wb_buf_fini(&mapper->packed);
}

static bool
mapper_delivers(wb_ctx *ctx, wb_view target)
{
    return wb_target_find(wb_ctx_state(ctx), target) != NULL;
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
    wb_json_put_key(out, "targets");
    wb_json_open(out, '[');
    for (size_t i = 0; i < mapper->target_count; i++) {
        const wb_way *way = &mapper->targets[i].way;
        wb_json_open(out, '{');
        wb_json_member_text(out, "target", way->account);
        wb_json_member_int(out, "wanted", (int64_t)way->given);
        wb_json_member_int(out, "settled", (int64_t)way->settled);
        wb_json_member_bool(out, "backlog", way->backlog);
        wb_putback_status(&mapper->targets[i], out);
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
    {WB_KIND_CALL_RECORD,  wb_mapper_record },
    {WB_KIND_CALL_RECORDS, wb_mapper_records},
    {WB_KIND_CALL_PARKED,  on_parked        },
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
