/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - what is told of streams, and of each account's orders and products
 */
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

/* As a task is told: what is under way, what went wrong last, or that it was read. */
static const char *
sync_status(const wb_feed *feed)
{
    if (*feed->error)
        return "failed";
    if (wb_run_is(&feed->at.run))
        return "running";
    return feed->at.synced_utc_us ? "completed" : "pending";
}

static void
put_stream(wb_feed *feed, wb_txn *txn, wb_json_writer *out)
{
    char next[WB_TIME_TEXT_MAX + 1];
    int64_t permille = 0, ends_utc_us = 0;

    wb_json_open(out, '{');
    wb_json_member_text(out, "account", feed->account->key_view);
    wb_json_member_text(out, "stream", wb_view_of(feed->stream->name));
    wb_json_member_text(out, "wait", wb_view_of(wb_wait_name(feed->wait)));
    wb_json_member_text(out, "error", wb_view_of(feed->error));
    wb_json_member_int(out, "failures", (int64_t)feed->at.trouble.failures);
    wb_json_member_int(out, "begun_anew", (int64_t)feed->at.trouble.anew);
    wb_json_member_int(out, "failing_since_utc_us", feed->at.trouble.since_utc_us);
    wb_json_member_bool(out, "running", wb_run_is(&feed->at.run) || feed->receiving > 0);
    wb_json_member_text(out, "next", wb_list_next_text(feed, next, sizeof next));
    wb_json_member_int(out, "complete_utc_us", feed->at.complete_utc_us);
    wb_json_member_int(out, "stored", (int64_t)wb_inbox_stored(feed->inbox));
    wb_json_member_text(out, "full_sync", wb_view_of(feed->lost_why));
    wb_json_member_int(out, "full_sync_utc_us", wb_heal_at(feed));
    wb_json_member_time(out, "last_sync_at", feed->at.synced_utc_us);
    wb_json_member_time(out, "last_full_sync_at", feed->at.full_synced_utc_us);
    wb_json_member_text(out, "sync_status", wb_view_of(sync_status(feed)));
    if (feed->unswept)
        wb_json_member_text(out, "unswept", wb_view_of(feed->unswept));
    if (txn && wb_forecast_progress(feed, txn, &permille, &ends_utc_us)) {
        wb_json_member_int(out, "progress", permille / 10);
        wb_json_member_time(out, "estimated_end", ends_utc_us);
    }
    wb_json_close(out, '}');
}

/* --- of an account: the newest of its streams of a kind --- */

static const struct {
    wb_record_kind kind;
    const char *at, *full_at, *status;
} kinds[] = {
    {WB_RECORD_ORDER,   "last_sync_at",         "last_full_sync_at",         "sync_status"        },
    {WB_RECORD_PRODUCT, "last_product_sync_at", "last_product_full_sync_at", "product_sync_status"},
};

static void
put_kind(const wb_poller *poller, const wb_account *account, size_t which, wb_json_writer *out)
{
    int64_t synced = 0, full = 0;
    const char *status = NULL;

    for (size_t i = 0; i < poller->feed_count; i++) {
        const wb_feed *feed = &poller->feeds[i];

        if (feed->account != account || feed->stream->record_kind != kinds[which].kind ||
            !feed->mode->ranged || feed->stream->reads_back)
            continue;
        synced = feed->at.synced_utc_us > synced ? feed->at.synced_utc_us : synced;
        full = feed->at.full_synced_utc_us > full ? feed->at.full_synced_utc_us : full;
        if (!status || strcmp(sync_status(feed), "completed") != 0)
            status = sync_status(feed);
    }
    if (!status)
        return;
    wb_json_member_time(out, kinds[which].at, synced);
    wb_json_member_time(out, kinds[which].full_at, full);
    wb_json_member_text(out, kinds[which].status, wb_view_of(status));
}

static void
put_syncs(const wb_poller *poller, wb_json_writer *out)
{
    wb_json_put_key(out, "syncs");
    wb_json_open(out, '[');
    for (size_t i = 0; i < poller->inbox_count; i++) {
        const wb_account *account = poller->inboxes[i].account;

        wb_json_open(out, '{');
        wb_json_member_text(out, "account", account->key_view);
        for (size_t which = 0; which < WB_COUNT(kinds); which++)
            put_kind(poller, account, which, out);
        wb_renewal_show(&poller->inboxes[i], out);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

void
wb_show_streams(wb_poller *poller, wb_json_writer *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    wb_ignore(wb_txn_begin(&txn, wb_ctx_store(poller->ctx), false, &err), "shown without progress");
    wb_json_put_key(out, "streams");
    wb_json_open(out, '[');
    for (size_t i = 0; i < poller->feed_count; i++)
        put_stream(&poller->feeds[i], txn, out);
    wb_json_close(out, ']');
    put_syncs(poller, out);
}
