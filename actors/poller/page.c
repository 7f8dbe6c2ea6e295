/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page - what one answer brought: stored in one transaction, then acknowledged, then sent
 *
 * From that commit on the records are ours. A notice that was taken before is counted as
 * unchanged and acknowledged again: its first delete may have been lost.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/seen.h"

typedef struct {
    wb_envelope *env;
    wb_arrival name;
    char *handle; /* NULL = none */
    size_t handle_len;
    wb_id seen;
    bool has_seen, duplicate;
    bool beside;        /* of the same message as the one before it: both came before, or neither */
    wb_outcome outcome; /* NONE = goes on */
    char reason[160];
} page_entry;

typedef struct {
    wb_write write;
    wb_feed *feed;
    page_entry *entries;
    size_t count;
    wb_id run; /* that its items belong to: the stream's may be the next one by now */
    int64_t run_start_utc_us;
    bool new_run;
    wb_id run_before; /* rolled over: to be closed */
    bool has_cursor, slice_done, read_out;
    wb_id spool; /* read_out: its file */
    wb_cursor_row cursor;
    wb_buf cursor_text;
    char error[200]; /* that the cursor's trouble tells */
    int64_t reached_utc_us;
    wb_run_delta delta;
} page;

static void
page_destroy(page **self_p)
{
    page *self = *self_p;

    for (size_t i = 0; i < self->count; i++) {
        wb_envelope_destroy(&self->entries[i].env);
        wb_free(&self->entries[i].handle);
    }
    wb_free(&self->entries);
    wb_buf_fini(&self->cursor_text);
    wb_free(self_p);
}

/* --- inside the transaction --- */

static wb_rc
store_entry(page *self, page_entry *entry, wb_txn *txn, wb_err *err)
{
    const wb_account *account = self->feed->account;
    wb_buf *bytes = &self->feed->poller->scratch;
    wb_job_row job = {.shard = account->shard,
                      .account = account->key_view,
                      .name = wb_arrival_view(&entry->name),
                      .priority = entry->env->priority,
                      .due_utc_us = -1,
                      .stored_utc_us = wb_envelope_hop_at(entry->env, WB_HOP_RECEIVED)};
    wb_rc rc;

    wb_buf_clear(bytes);
    rc = wb_envelope_store(entry->env, bytes, err);
    job.envelope = wb_buf_view(bytes);
    return rc ? rc : wb_jobs_put(txn, &job, err);
}

static wb_rc
park_entry(page *self, page_entry *entry, wb_write *write, wb_txn *txn, wb_err *err)
{
    const wb_account *account = self->feed->account;
    wb_parking what = {entry->env, account->shard, false, account->key_view, entry->reason};

    return wb_park_envelope(write, txn, &what, err);
}

static wb_rc
apply_entry(page *self, page_entry *entry, wb_write *write, wb_txn *txn, wb_err *err)
{
    uint16_t shard = self->feed->account->shard;
    wb_rc rc = WB_OK;

    entry->duplicate = entry->beside && entry[-1].duplicate;
    if (entry->has_seen)
        rc = wb_seen_has(txn, shard, &entry->seen, &entry->duplicate, err);
    if (rc || entry->duplicate) {
        self->delta.counts[WB_OUTCOME_UNCHANGED]++;
        return rc;
    }
    if (entry->has_seen)
        rc = wb_seen_put(txn, shard, &entry->seen, err);
    if (rc)
        return rc;
    if (entry->outcome == WB_OUTCOME_NONE)
        return store_entry(self, entry, txn, err);
    self->delta.counts[entry->outcome]++;
    return entry->outcome == WB_OUTCOME_PARKED ? park_entry(self, entry, write, txn, err) : WB_OK;
}

static wb_rc
turn_run_over(page *self, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_feed *feed = self->feed;
    wb_run_row row = {.id = self->run,
                      .shard = feed->account->shard,
                      .account = feed->account->key_view,
                      .stream = wb_view_of(feed->stream->name),
                      .status = WB_RUN_RUNNING,
                      .start_utc_us = self->run_start_utc_us};
    wb_rc rc = wb_run_begin(write, txn, &row, err);

    if (!rc && wb_run_is(&self->run_before))
        rc = wb_run_close(write, txn, row.shard, &self->run_before, NULL, err);
    return rc;
}

static wb_rc
page_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    page *self = WB_CONTAINER(write, page, write);
    wb_feed *feed = self->feed;
    wb_account *account = feed->account;
    wb_rc rc = WB_OK;

    self->delta = (wb_run_delta){.run = self->run, .shard = account->shard, .read = self->count};
    if (self->new_run)
        rc = turn_run_over(self, write, txn, err);
    for (size_t i = 0; !rc && i < self->count; i++)
        rc = apply_entry(self, &self->entries[i], write, txn, err);
    if (!rc && self->count)
        rc = wb_run_count(feed->poller, write, txn, &self->delta, err);
    if (!rc && self->has_cursor)
        rc = wb_cursors_put(
            txn, (wb_row_name){account->shard, account->key_view, wb_view_of(feed->stream->name)},
            &self->cursor, err);
    return rc;
}

/* --- after it --- */

static void
give(wb_feed *feed, page_entry *entry)
{
    wb_way_row row = {.name = wb_arrival_view(&entry->name), .priority = entry->env->priority};

    wb_run_lost_came(feed->inbox, row.name);
    wb_way_give(&feed->inbox->way, &row, &entry->env);
}

static void
page_done(wb_write *write)
{
    page *self = WB_CONTAINER(write, page, write);
    wb_feed *feed = self->feed;

    wb_kill_point("poller.stored");
    for (size_t i = 0; i < self->count; i++) {
        page_entry *entry = &self->entries[i];
        if (entry->handle && feed->mode->taken)
            feed->mode->taken(feed, (wb_view){entry->handle, entry->handle_len});
        if (entry->duplicate)
            feed->poller->duplicates += !entry->beside;
        else if (entry->outcome == WB_OUTCOME_NONE)
            give(feed, entry);
        else if (entry->outcome == WB_OUTCOME_PARKED)
            wb_log(WB_WARN, "parked", "account=%s stream=%s why='%s'", feed->account->key,
                   feed->stream->name, entry->reason);
    }
    if (self->read_out)
        wb_spool_remove(feed->poller->spool, &self->spool);
    if (self->has_cursor && feed->mode->stored)
        feed->mode->stored(feed, self->slice_done, self->reached_utc_us);
    page_destroy(&self);
}

/* --- from an answer --- */

static void
fill_envelope(const wb_feed *feed, const wb_item *item, wb_envelope *env)
{
    const wb_account *account = feed->account;
    wb_loop *loop = wb_ctx_loop(feed->poller->ctx);

    env->kind = item->kind ? item->kind : WB_KIND_NOTICE;
    env->id =
        wb_id_make(item->event_utc_us, account->key_view, item->what.len ? item->what : item->body);
    env->tenant = account->tenant;
    env->account = account->name;
    env->connector = wb_view_of(account->connector->name);
    env->record_kind = item->record_kind;
    env->source_utc_us = item->source_utc_us;
    env->stream = wb_view_of(feed->stream->name);
    if (wb_record_def_of(item->record_kind) && wb_record_def_of(item->record_kind)->type)
        env->type = item->type;
    env->run = feed->run;
    env->priority = wb_feed_priority(feed, feed->ask.full || feed->at.full);
    env->body = item->body;
    wb_envelope_new_trace(env);
    if (item->available_utc_us)
        wb_envelope_hop(env, WB_HOP_SOURCE, item->available_utc_us);
    wb_envelope_hop(env, WB_HOP_RECEIVED, wb_loop_utc_us(loop));
}

static void
entry_reject(page_entry *entry, const char *why)
{
    entry->outcome = WB_OUTCOME_PARKED;
    snprintf(entry->reason, sizeof entry->reason, "malformed: %.140s", why);
}

/* What belongs to nothing of ours is no business of ours: counted, and kept nowhere. */
static void
name_root(const wb_feed *feed, const wb_item *item, wb_envelope *env, wb_buf *root,
          page_entry *entry)
{
    wb_accounts *accounts = wb_ctx_accounts(feed->poller->ctx);
    wb_view account = item->root.account;
    wb_err err = {0};

    if (account.len && !wb_accounts_find_name(accounts, account)) {
        entry->outcome = WB_OUTCOME_FILTERED;
        snprintf(entry->reason, sizeof entry->reason, "of account %.*s, which is none of ours",
                 WB_VIEW_ARG(account));
        return;
    }
    if (wb_root_print(root, env->tenant, env->account, item->record_kind, &item->root, &err)) {
        entry->outcome = WB_OUTCOME_FILTERED;
        snprintf(entry->reason, sizeof entry->reason, "%.150s", err.text);
        return;
    }
    env->root = wb_buf_view(root);
}

/* Whose record it is, and its id there. One that is read back is its root's; one without a root is
 * none of ours, and has its own id, of here. */
static void
name_record(const wb_feed *feed, const wb_item *item, wb_envelope *env, wb_buf *key,
            page_entry *entry)
{
    bool back = feed->stream->reads_back && item->root.external.len;
    wb_view account = back ? item->root.account : env->account;
    wb_view external = back ? item->root.external : item->external;
    wb_err err = {0};

    if (external.len && item->record_kind &&
        wb_key_print(key, env->tenant, account, item->record_kind, external, &err))
        entry_reject(entry, err.text);
    else if (external.len && item->record_kind)
        env->record = wb_buf_view(key);
    else if (entry->outcome == WB_OUTCOME_NONE)
        entry_reject(entry, "no record id");
    if (!feed->stream->reads_back || back || entry->outcome != WB_OUTCOME_NONE)
        return;
    entry->outcome = WB_OUTCOME_FILTERED;
    snprintf(entry->reason, sizeof entry->reason, "it came from none of our accounts");
}

static void
fill_entry(const wb_feed *feed, const wb_item *item, int64_t sent_utc_us, page_entry *entry)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    WB_AUTO(wb_buf_fini) wb_buf root = {0};
    wb_envelope env = {0};

    wb_buf_init(&key, WB_KEY_MAX);
    wb_buf_init(&root, WB_KEY_MAX);
    fill_envelope(feed, item, &env);
    env.observed_utc_us = sent_utc_us;
    entry->outcome = item->outcome;
    memcpy(entry->reason, item->reason, sizeof entry->reason);
    if (item->outcome == WB_OUTCOME_PARKED && strncmp(item->reason, "unknown ", 8) != 0)
        entry_reject(entry, item->reason); /* the word that operators look for */
    name_record(feed, item, &env, &key, entry);
    if (entry->outcome == WB_OUTCOME_NONE)
        name_root(feed, item, &env, &root, entry);
    entry->name = wb_inbox_arrival(feed->inbox);
    entry->env = wb_envelope_copy(&env);
}

/* What the source knows it by: its first entry has it. */
static void
fill_source(const wb_feed *feed, const wb_item *item, page_entry *entry)
{
    entry->has_seen = item->seen.len > 0;
    if (entry->has_seen)
        entry->seen = wb_id_make(item->event_utc_us, feed->account->key_view, item->seen);
    if (item->handle.len) {
        entry->handle = wb_text_dup_len(item->handle.data, item->handle.len);
        entry->handle_len = item->handle.len;
    }
}

/* A notice that a route wants as it is is a record of its own: the only one, unless it announces
 * another. Of several that it announces the first stands for the message. */
static void
fill_item(page *self, const wb_item *item, int64_t sent_utc_us)
{
    const wb_feed *feed = self->feed;
    wb_record_kind wanted = item->beside ? WB_RECORD_NONE : wb_notice_wanted(feed, item);
    page_entry *first = &self->entries[self->count];
    wb_notice_names names;

    if (!wanted || item->record_kind)
        fill_entry(feed, item, sent_utc_us, &self->entries[self->count++]);
    if (wanted) {
        wb_notice_name(feed, item, wanted, &names);
        fill_entry(feed, &names.item, sent_utc_us, &self->entries[self->count]);
        self->entries[self->count++].beside = item->record_kind != WB_RECORD_NONE;
    }
    assert(!item->beside || first != self->entries);
    if (item->beside)
        first->beside = true;
    else
        fill_source(feed, item, first);
}

static bool
needs_run(const wb_feed *feed)
{
    if (feed->mode->ranged) /* it has one, until its last page */
        return false;
    return !wb_run_is(&feed->run) ||
           wb_now_utc_us() - feed->run_start_utc_us >
               wb_ctx_config(feed->poller->ctx)->queue_run_ms * WB_US_PER_MS;
}

/* Its views are the feed's, which goes on meanwhile. */
static void
keep_cursor(page *self, const wb_cursor_row *row)
{
    self->has_cursor = true;
    self->cursor = *row;
    wb_buf_add_view(&self->cursor_text, row->cursor);
    if (row->cursor.len)
        self->cursor.cursor = wb_buf_view(&self->cursor_text);
    if (!row->trouble.error.len)
        return;
    snprintf(self->error, sizeof self->error, "%.*s", WB_VIEW_ARG(row->trouble.error));
    self->cursor.trouble.error = wb_view_of(self->error);
}

void
wb_page_store(wb_feed *feed, const wb_page_input *input)
{
    const wb_outcomes *out = input->out;
    page *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = page_apply, .done = page_done};
    self->feed = feed;
    self->entries =
        wb_alloc(out->item_count * (feed->as_it_is_count ? 2 : 1) * sizeof *self->entries);
    if (out->item_count && needs_run(feed)) {
        self->new_run = true;
        self->run_before = feed->run;
        feed->run_start_utc_us = wb_now_utc_us();
        feed->run = wb_id_run(feed->run_start_utc_us);
    }
    self->run = feed->run;
    self->run_start_utc_us = feed->run_start_utc_us;
    for (size_t i = 0; i < out->item_count; i++)
        fill_item(self, &out->items[i], input->sent_utc_us);
    for (size_t i = 0; i < self->count; i++)
        if (self->entries[i].outcome == WB_OUTCOME_PARKED)
            wb_sweep_spoil(feed, "a row of it cannot be read");
    wb_buf_init(&self->cursor_text, WB_BODY_MAX);
    if (input->cursor)
        keep_cursor(self, input->cursor);
    self->read_out = input->read_out != NULL;
    if (self->read_out)
        self->spool = *input->read_out;
    self->slice_done = input->slice_done;
    self->reached_utc_us = input->reached_utc_us;
    feed->poller->received += out->item_count;
    wb_commit_add(wb_ctx_commit(feed->poller->ctx), &self->write);
}
