/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs - cursors of streams and the ledgers of runs
 *
 *   cursors  shard, account, stream -> version, slice, bound, complete, start, end, full, run,
 *            length of slices, trouble (from version 2 on); ends of syncs (from version 4 on); file
 *            of the spool (version 3, and 5); cursor
 *   runs     shard, id -> version, status, full, range, times, counts, account, stream; error
 */
#include "storage/runs.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

/* 1: without the length of slices, and without trouble; 2 and 3: without the ends of syncs. One
 * with a file of the spool has the odd number behind. */
#define CURSOR_SPOOLED_FIRST 3
#define CURSOR_VERSION 4
#define CURSOR_SPOOLED 5

static const char *const status_names[] = {"pending", "running", "settling", "completed", "failed"};

const char *
wb_run_status_name(wb_run_status status)
{
    return (size_t)status < sizeof status_names / sizeof *status_names ? status_names[status] : "?";
}

uint64_t
wb_run_open_items(const wb_run_row *row)
{
    uint64_t settled = 0;

    for (size_t i = 0; i < WB_OUTCOME_COUNT; i++)
        settled += row->outcomes[i];
    return row->read - settled;
}

static void
get_id(wb_row_reader *reader, wb_id *out)
{
    wb_view id = wb_row_get_bytes(reader, sizeof out->bytes);

    if (id.len == sizeof out->bytes)
        memcpy(out->bytes, id.data, id.len);
}

static void
get_trouble(wb_row_reader *reader, wb_cursor_row *out)
{
    out->slice_us = wb_row_get_int(reader);
    out->trouble.failures = wb_row_get_uint(reader);
    out->trouble.refused = wb_row_get_uint(reader);
    out->trouble.anew = wb_row_get_uint(reader);
    out->trouble.since_utc_us = wb_row_get_int(reader);
    out->trouble.error = wb_row_get_view(reader);
}

static void
get_spool(wb_row_reader *reader, wb_cursor_row *out)
{
    out->spooled = true;
    get_id(reader, &out->spool);
    out->spool_len = wb_row_get_int(reader);
    out->spool_offset = wb_row_get_int(reader);
    out->spool_sent_utc_us = wb_row_get_int(reader);
    reader->bad = reader->bad || out->spool_offset < 0 || out->spool_offset > out->spool_len;
}

wb_rc
wb_cursors_decode(wb_view value, wb_cursor_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);
    uint64_t version = wb_row_get_number(&reader, 1);

    *out = (wb_cursor_row){0};
    reader.bad = reader.bad || version < WB_ROW_VERSION || version > CURSOR_SPOOLED;
    out->slice_from_utc_us = wb_row_get_int(&reader);
    out->slice_to_utc_us = wb_row_get_int(&reader);
    out->bound_utc_us = wb_row_get_int(&reader);
    out->complete_utc_us = wb_row_get_int(&reader);
    out->last_start_utc_us = wb_row_get_int(&reader);
    out->last_end_utc_us = wb_row_get_int(&reader);
    out->full = wb_row_get_below(&reader, 1) == 1;
    get_id(&reader, &out->run);
    if (version > WB_ROW_VERSION)
        get_trouble(&reader, out);
    if (version >= CURSOR_VERSION) {
        out->synced_utc_us = wb_row_get_int(&reader);
        out->full_synced_utc_us = wb_row_get_int(&reader);
    }
    if (version == CURSOR_SPOOLED || version == CURSOR_SPOOLED_FIRST)
        get_spool(&reader, out);
    out->cursor = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "cursor", err);
}

wb_rc
wb_cursors_get(wb_txn *txn, wb_row_name name, wb_cursor_row *out, bool *found, wb_err *err)
{
    wb_cursor_row row = {0};
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    wb_row_key_of(&key, name);
    *found = false;
    rc = wb_kv_get_row(txn, WB_DB_CURSORS, &key, &value, err);
    if (rc || !value.len)
        return rc;
    if (wb_cursors_decode(value, &row, err))
        return wb_aside_pass(txn, WB_DB_CURSORS, wb_row_key_view(&key), value, err);
    *found = true;
    *out = row;
    return WB_OK;
}

wb_rc
wb_cursors_put(wb_txn *txn, wb_row_name name, const wb_cursor_row *row, wb_err *err)
{
    wb_row_writer head = wb_row_begin(txn);
    wb_row_key key;

    wb_row_key_of(&key, name);
    head.data[0] = row->spooled ? CURSOR_SPOOLED : CURSOR_VERSION;
    wb_row_put_int(&head, row->slice_from_utc_us);
    wb_row_put_int(&head, row->slice_to_utc_us);
    wb_row_put_int(&head, row->bound_utc_us);
    wb_row_put_int(&head, row->complete_utc_us);
    wb_row_put_int(&head, row->last_start_utc_us);
    wb_row_put_int(&head, row->last_end_utc_us);
    wb_row_put_uint(&head, row->full);
    wb_row_put_bytes(&head, row->run.bytes, sizeof row->run.bytes);
    wb_row_put_int(&head, row->slice_us);
    wb_row_put_uint(&head, row->trouble.failures);
    wb_row_put_uint(&head, row->trouble.refused);
    wb_row_put_uint(&head, row->trouble.anew);
    wb_row_put_int(&head, row->trouble.since_utc_us);
    wb_row_put_view(&head, row->trouble.error);
    wb_row_put_int(&head, row->synced_utc_us);
    wb_row_put_int(&head, row->full_synced_utc_us);
    if (row->spooled) {
        wb_row_put_bytes(&head, row->spool.bytes, sizeof row->spool.bytes);
        wb_row_put_int(&head, row->spool_len);
        wb_row_put_int(&head, row->spool_offset);
        wb_row_put_int(&head, row->spool_sent_utc_us);
    }
    return wb_kv_put_row(txn, WB_DB_CURSORS, &key, (wb_row_value){&head, row->cursor}, NULL, err);
}

static void
run_key(wb_row_key *key, uint16_t shard, const wb_id *id)
{
    wb_row_key_init(key);
    wb_row_key_number(key, shard, 2);
    wb_row_key_tail(key, (wb_view){(const char *)id->bytes, sizeof id->bytes});
}

/* Fewer outcomes than we know: written by an older release. */
static void
get_outcomes(wb_row_reader *reader, wb_run_row *out)
{
    size_t count = (size_t)wb_row_get_below(reader, WB_OUTCOME_COUNT);

    memset(out->outcomes, 0, sizeof out->outcomes);
    for (size_t i = 0; i < count; i++)
        out->outcomes[i] = wb_row_get_uint(reader);
}

wb_rc
wb_runs_decode(wb_view key, wb_view value, wb_run_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    wb_rc rc;

    out->shard = (uint16_t)wb_row_get_number(&reader, 2);
    get_id(&reader, &out->id);
    reader.bad = reader.bad || reader.at != reader.end;
    rc = wb_row_check(&reader, "run", err);
    if (rc)
        return rc;
    reader = wb_row_reader_of(value);
    wb_row_get_version(&reader);
    out->status = (wb_run_status)wb_row_get_below(&reader, WB_RUN_FAILED);
    out->full = wb_row_get_below(&reader, 1) == 1;
    out->from_utc_us = wb_row_get_int(&reader);
    out->to_utc_us = wb_row_get_int(&reader);
    out->start_utc_us = wb_row_get_int(&reader);
    out->end_utc_us = wb_row_get_int(&reader);
    out->updated_utc_us = wb_row_get_int(&reader);
    out->read = wb_row_get_uint(&reader);
    get_outcomes(&reader, out);
    out->slices = wb_row_get_uint(&reader);
    out->account = wb_row_get_view(&reader);
    out->stream = wb_row_get_view(&reader);
    out->error = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "run", err);
}

wb_rc
wb_runs_get(wb_txn *txn, uint16_t shard, const wb_id *id, wb_run_row *out, bool *found, wb_err *err)
{
    wb_view value = {0};
    wb_run_row row;
    wb_row_key key;
    wb_rc rc;

    run_key(&key, shard, id);
    *found = false;
    rc = wb_kv_get_row(txn, WB_DB_RUNS, &key, &value, err);
    if (rc || !value.len)
        return rc;
    if (wb_runs_decode(wb_row_key_view(&key), value, &row, err))
        return wb_aside_pass(txn, WB_DB_RUNS, wb_row_key_view(&key), value, err);
    *found = true;
    *out = row;
    return WB_OK;
}

wb_rc
wb_runs_put(wb_txn *txn, const wb_run_row *row, wb_err *err)
{
    wb_row_writer head = wb_row_begin(txn);
    wb_row_key key;

    run_key(&key, row->shard, &row->id);
    wb_row_put_uint(&head, row->status);
    wb_row_put_uint(&head, row->full);
    wb_row_put_int(&head, row->from_utc_us);
    wb_row_put_int(&head, row->to_utc_us);
    wb_row_put_int(&head, row->start_utc_us);
    wb_row_put_int(&head, row->end_utc_us);
    wb_row_put_int(&head, row->updated_utc_us);
    wb_row_put_uint(&head, row->read);
    wb_row_put_uint(&head, WB_OUTCOME_COUNT);
    for (size_t i = 0; i < WB_OUTCOME_COUNT; i++)
        wb_row_put_uint(&head, row->outcomes[i]);
    wb_row_put_uint(&head, row->slices);
    wb_row_put_view(&head, row->account);
    wb_row_put_view(&head, row->stream);
    return wb_kv_put_row(txn, WB_DB_RUNS, &key, (wb_row_value){&head, row->error}, NULL, err);
}

WB_ROW_VISIT(WB_DB_RUNS, wb_run_row, wb_runs_each, wb_runs_decode)

wb_rc
wb_runs_scan(wb_txn *txn, uint16_t shard, wb_runs_each each, void *arg, wb_err *err)
{
    row_visit self = {txn, each, arg};
    wb_row_key prefix;

    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, shard, 2);
    return wb_kv_scan(txn, WB_DB_RUNS, (wb_kv_range){.prefix = wb_row_key_view(&prefix)}, visit,
                      &self, err);
}

/* Ids of runs that go: collected, then deleted. */
typedef struct {
    int64_t before_utc_us;
    wb_id *gone;
    size_t count;
} pruning;

static wb_rc
prune_row(void *arg, const wb_run_row *row, wb_err *err)
{
    pruning *self = arg;

    (void)err;
    if (row->start_utc_us >= self->before_utc_us)
        return WB_FULL; /* in the order of their start */
    if (row->status < WB_RUN_COMPLETED)
        return WB_OK;
    self->gone[self->count++] = row->id;
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

wb_rc
wb_runs_prune(wb_txn *txn, uint16_t shard, int64_t before_utc_us, size_t *dropped, wb_err *err)
{
    wb_id gone[WB_STORE_CHUNK_MAX];
    pruning self = {.before_utc_us = before_utc_us, .gone = gone};
    wb_row_key key;
    wb_rc rc = wb_runs_scan(txn, shard, prune_row, &self, err);

    for (size_t i = 0; i < self.count && !rc; i++) {
        run_key(&key, shard, &gone[i]);
        rc = wb_kv_delete_row(txn, WB_DB_RUNS, &key, err);
    }
    if (!rc)
        *dropped = self.count;
    return rc;
}
