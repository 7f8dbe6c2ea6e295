/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops_scan - the parked rows of our shards that match
 */
#include <string.h>

#include "actors/runtime/actor/inside.h"

static bool
matches(const ops_filter *filter, const wb_parked_row *row)
{
    if (filter->one && memcmp(&row->id, &filter->id, sizeof row->id) != 0)
        return false;
    if (*filter->account && !wb_view_is(row->account, filter->account))
        return false;
    if (*filter->record && !wb_view_is(row->record, filter->record))
        return false;
    if (filter->until_utc_us && row->parked_utc_us > filter->until_utc_us)
        return false;
    if (filter->acceptable && !wb_view_begins(row->reason, wb_view_of(filter->acceptable)))
        return false;
    return wb_view_begins(row->reason, wb_view_of(filter->reason));
}

void
ops_put_row(wb_json_writer *out, const wb_parked_row *row)
{
    char id[WB_ID_TEXT_MAX + 1];

    wb_id_text(id, &row->id);
    wb_json_open(out, '{');
    wb_json_member_text(out, "id", wb_view_of(id));
    wb_json_member_int(out, "shard", row->shard);
    wb_json_member_text(out, "account", row->account);
    wb_json_member_text(out, "record", row->record);
    wb_json_member_text(out, "reason", row->reason);
    wb_json_member_bool(out, "outcome_unknown", row->unknown);
    wb_json_member_int(out, "attempts", row->attempts);
    wb_json_member_int(out, "times", row->times);
    wb_json_put_key(out, "at");
    wb_json_put_time(out, row->parked_utc_us);
    wb_json_close(out, '}');
}

static wb_rc
scan_row(void *arg, const wb_parked_row *row, wb_err *err)
{
    ops_scan *self = arg;

    (void)err;
    if (!matches(self->filter, row))
        return WB_OK;
    if (self->count >= (size_t)self->filter->limit) {
        self->more = true;
        return WB_FULL;
    }
    if (self->out)
        ops_put_row(self->out, row);
    if (self->each)
        self->each(self->arg, row);
    if (self->places)
        self->places[self->count] = (wb_parked_place){row->shard, row->id};
    self->count++;
    return WB_OK;
}

wb_rc
ops_scan_all(wb_ctx *ctx, wb_txn *txn, ops_scan *scan, wb_err *err)
{
    size_t shards = 0;
    const wb_shard_claim *claims = wb_ctx_claims(ctx, &shards);
    const wb_id *from;
    size_t i = 0;
    wb_rc rc = WB_OK;

    while (scan->behind && i < shards && claims[i].shard != scan->behind->shard)
        i++;
    from = scan->behind ? &scan->behind->id : NULL;
    for (; !rc && !scan->more && i < shards; i++, from = NULL)
        rc = wb_parked_scan(txn, claims[i].shard, from, scan_row, scan, err);
    return rc;
}
