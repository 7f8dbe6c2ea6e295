/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event - what happened to a record, told with the change; and putting one aside
 */
#include "actors/runtime/custody/event.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "storage/parked.h"

/* --- the record event: one packed map, keys as in docs/wire.md --- */

static void
put_hops(wb_buf *out, const wb_envelope *env)
{
    wb_pack_text(out, WB_VIEW_LIT("hops"));
    wb_pack_array(out, env->hop_count * 2u);
    for (uint8_t i = 0; i < env->hop_count; i++) {
        wb_pack_uint(out, env->hops[i].point);
        wb_pack_int(out, env->hops[i].at_utc_us);
    }
}

void
wb_event_record(wb_write *write, const wb_record_event *event)
{
    static const wb_id none;
    const wb_envelope *env = event->env;
    bool run = memcmp(&env->run, &none, sizeof none) != 0;
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, WB_HEADER_MAX);
    wb_pack_map(&out, 7u + run + (event->text != NULL) + (env->target.len > 0) +
                          (event->before != WB_OUTCOME_NONE));
    wb_pack_member_text(&out, "what", wb_view_of(event->what));
    wb_pack_member_text(&out, "record", env->record);
    wb_pack_member_int(&out, "at", wb_now_utc_us());
    wb_pack_member_uint(&out, "outcome", event->outcome);
    wb_pack_member_uint(&out, "revision", env->revision);
    wb_pack_member_bytes(&out, "trace", (wb_view){(const char *)env->trace, sizeof env->trace});
    put_hops(&out, env);
    if (run)
        wb_pack_member_bytes(&out, "run", (wb_view){(const char *)&env->run, sizeof env->run});
    if (event->text)
        wb_pack_member_text(&out, "text", wb_view_of(event->text));
    if (env->target.len)
        wb_pack_member_text(&out, "target", env->target);
    if (event->before != WB_OUTCOME_NONE)
        wb_pack_member_uint(&out, "before", event->before);
    wb_commit_event(write, WB_TOPIC_RECORD, wb_buf_view(&out));
}

/* --- parking --- */

wb_rc
wb_park_envelope(wb_write *write, wb_txn *txn, const wb_parking *what, wb_err *err)
{
    const wb_envelope *env = what->env;
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    wb_record_event event = {
        .what = "parked", .env = env, .outcome = WB_OUTCOME_PARKED, .text = what->reason};
    wb_parked_row row = {.id = env->id,
                         .shard = what->shard,
                         .account = what->account,
                         .record = env->record,
                         .reason = wb_view_of(what->reason),
                         .unknown = what->unknown,
                         .parked_utc_us = wb_now_utc_us(),
                         .attempts = env->tries};
    wb_rc rc;

    wb_buf_init(&bytes, WB_HEADER_MAX + WB_BODY_MAX + 64);
    if (!wb_envelope_store(env, &bytes, err))
        row.envelope = wb_buf_view(&bytes);
    rc = wb_parked_put(txn, &row, err);
    if (!rc)
        wb_event_record(write, &event);
    return rc;
}
