/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs - the ledger of each run as its poller told it last, and what was settled after it was held
 *
 * The poller's events carry the whole row; those of the holders count up beside it. A run is over
 * when its poller has read it to its end and nothing is held any more.
 */
#include <string.h>

#include "actors/monitor/monitor.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/vault.h"

#define VALUE_MAX 8192
#define ELEMENTS_MAX 4096 /* of a value */

static wb_rc
run_key(wb_buf *key, wb_view run, wb_err *err)
{
    if (run.len != sizeof(wb_id))
        return wb_fail(err, WB_REJECT, "a run id has %zu bytes", run.len);
    wb_store_key_shard(key, 0);
    wb_buf_add_view(key, run);
    return WB_OK;
}

/* The value: [settled counts, event map or nil, id of the store that told it]. */
typedef struct {
    uint64_t settled[WB_OUTCOME_COUNT];
    wb_view event;
    wb_id teller; /* zeros = not known */
} run_value;

static wb_rc
read_teller(wb_unpack *in, wb_id *out, wb_err *err)
{
    wb_view bytes;
    wb_rc rc = wb_unpack_bytes(in, &bytes, "run.teller", err);

    if (!rc && bytes.len == sizeof *out)
        memcpy(out, bytes.data, sizeof *out);
    return rc;
}

static wb_rc
read_value(wb_view value, run_value *out, wb_err *err)
{
    uint32_t count = 0, counts = 0;
    wb_unpack in;
    wb_rc rc;

    memset(out, 0, sizeof *out);
    if (!value.len)
        return WB_OK;
    wb_unpack_init(&in, value);
    rc = wb_pack_scan(value, ELEMENTS_MAX, err);
    if (!rc)
        rc = wb_unpack_array(&in, &count, "run", err);
    if (!rc)
        rc = wb_unpack_array(&in, &counts, "run.settled", err);
    for (uint32_t i = 0; !rc && i < counts; i++) {
        uint64_t n = 0;
        rc = wb_unpack_uint(&in, &n, "run.settled", err);
        if (i < WB_OUTCOME_COUNT)
            out->settled[i] = n;
    }
    if (!rc)
        rc = wb_unpack_skip(&in, &out->event, err);
    return rc || count < 3 ? rc : read_teller(&in, &out->teller, err);
}

/* What is there, of this key; begun anew, and set aside, when it cannot be read. */
static wb_rc
get_value(wb_txn *txn, wb_view key, run_value *out, wb_err *err)
{
    wb_view value = {0};
    wb_rc rc = wb_kv_get(txn, WB_DB_RUNS, key, &value, err);

    memset(out, 0, sizeof *out);
    if (rc || !read_value(value, out, err))
        return rc;
    memset(out, 0, sizeof *out);
    return wb_aside_pass(txn, WB_DB_RUNS, key, value, err);
}

static wb_rc
put_value(wb_txn *txn, wb_view key, const run_value *run, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf value = {0};
    wb_rc rc;

    wb_buf_init(&value, VALUE_MAX);
    wb_pack_array(&value, 3);
    wb_pack_array(&value, WB_OUTCOME_COUNT);
    for (int i = 0; i < WB_OUTCOME_COUNT; i++)
        wb_pack_uint(&value, run->settled[i]);
    if (run->event.len)
        wb_buf_add_view(&value, run->event);
    else
        wb_pack_nil(&value);
    wb_pack_bytes(&value, (wb_view){(const char *)&run->teller, sizeof run->teller});
    rc = wb_buf_check(&value, "a run", err);
    return rc ? rc : wb_kv_put(txn, WB_DB_RUNS, key, wb_buf_view(&value), err);
}

/* --- accounts that were forgotten --- */

/* Meta: "forgotten/" account -> when, by this monitor's clock. */
static void
forgotten_name(wb_buf *out, wb_view account)
{
    wb_buf_init(out, WB_KEY_MAX);
    wb_buf_add_text(out, "forgotten/");
    wb_buf_add_view(out, account);
}

/* Whoever has read it told of its end a moment late: that does not bring it back. A run that begins
 * later is of an account that has come again. */
static wb_rc
is_forgotten(wb_txn *txn, const wb_run_row *row, bool *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    int64_t at_utc_us = 0;
    bool found = false;
    wb_rc rc;

    forgotten_name(&name, row->account);
    rc = wb_meta_get_exact(txn, wb_buf_view(&name), &at_utc_us, sizeof at_utc_us, &found, err);
    *out = found && row->start_utc_us <= at_utc_us;
    return rc;
}

static wb_rc
note_forgotten(wb_txn *txn, wb_view account, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    int64_t now_utc_us = wb_now_utc_us();

    forgotten_name(&name, account);
    return wb_meta_put(txn, wb_buf_view(&name),
                       (wb_view){(const char *)&now_utc_us, sizeof now_utc_us}, err);
}

/* --- inside transactions --- */

wb_rc
wb_watch_run(wb_txn *txn, const wb_id *teller, wb_view raw, wb_err *err)
{
    run_value run;
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    bool forgotten = false;
    wb_run_row row;
    wb_rc rc = wb_seen_run_read(raw, &row, err);

    wb_buf_init(&key, 64);
    if (!rc)
        rc = run_key(&key, (wb_view){(const char *)&row.id, sizeof row.id}, err);
    if (!rc)
        rc = get_value(txn, wb_buf_view(&key), &run, err);
    if (!rc && !run.event.len)
        rc = is_forgotten(txn, &row, &forgotten, err);
    if (rc || forgotten)
        return rc;
    run.event = raw;
    run.teller = *teller;
    return put_value(txn, wb_buf_view(&key), &run, err);
}

wb_rc
wb_watch_settled(wb_txn *txn, const wb_seen_event *event, wb_err *err)
{
    run_value run;
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    WB_AUTO(wb_buf_fini) wb_buf kept = {0};
    wb_rc rc;

    wb_buf_init(&key, 64);
    wb_buf_init(&kept, VALUE_MAX);
    if (event->before != WB_OUTCOME_HELD || event->outcome >= WB_OUTCOME_COUNT ||
        event->run.len != sizeof(wb_id))
        return WB_OK;
    if (event->target.len) /* held for a target: its run had been told that it was handed on */
        return WB_OK;
    rc = run_key(&key, event->run, err);
    if (!rc)
        rc = get_value(txn, wb_buf_view(&key), &run, err);
    if (rc)
        return rc;
    run.settled[event->outcome]++;
    wb_buf_add_view(&kept, run.event); /* the value read goes when the new one is put */
    run.event = wb_buf_view(&kept);
    return put_value(txn, wb_buf_view(&key), &run, err);
}

/* --- telling --- */

typedef struct {
    wb_txn *txn;
    wb_watch_each each;
    void *arg;
    wb_lost *lost;
} watch_scan;

/* What was held and settled later moves to its outcome. There may be more settled than held: when
 * the receipt HELD was lost, the repeat was answered by the outcome itself. */
static void
count_settled(wb_watched_run *run)
{
    uint64_t *held = &run->row.outcomes[WB_OUTCOME_HELD];

    for (int i = 0; i < WB_OUTCOME_COUNT; i++) {
        uint64_t moved = run->settled[i] < *held ? run->settled[i] : *held;

        *held -= moved;
        run->row.outcomes[i] += moved;
    }
}

static wb_rc
watch_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    watch_scan *scan = arg;
    wb_watched_run run = {0};
    run_value read;

    if (read_value(value, &read, err))
        return wb_aside_pass(scan->txn, WB_DB_RUNS, key, value, err);
    if (read.event.len <= 1)
        return WB_OK; /* settled before its poller told of it */
    memcpy(run.settled, read.settled, sizeof run.settled);
    if (wb_seen_run_read(read.event, &run.row, err))
        return wb_aside_pass(scan->txn, WB_DB_RUNS, key, value, err);
    count_settled(&run);
    wb_lost_apply(scan->lost, &read.teller, &run);
    if (run.row.status == WB_RUN_COMPLETED && run.row.outcomes[WB_OUTCOME_HELD])
        run.row.status = WB_RUN_SETTLING;
    return scan->each(scan->arg, &run, err);
}

wb_rc
wb_watch_runs(wb_txn *txn, uint16_t shards, wb_watch_each each, void *arg, wb_err *err)
{
    WB_AUTO(wb_lost_destroy) wb_lost *lost = NULL;
    watch_scan scan = {.txn = txn, .each = each, .arg = arg};
    wb_rc rc = wb_lost_load(&lost, txn, shards, err);

    scan.lost = lost;
    if (rc)
        return rc;
    return wb_kv_scan(txn, WB_DB_RUNS, (wb_kv_range){0}, watch_row, &scan, err);
}

wb_rc
wb_watch_runs_of(const wb_watch_ids *what, wb_watch_each each, void *arg, wb_err *err)
{
    WB_AUTO(wb_lost_destroy) wb_lost *lost = NULL;
    watch_scan scan = {.txn = what->txn, .each = each, .arg = arg};
    wb_rc rc = wb_lost_load(&lost, what->txn, what->shards, err);

    scan.lost = lost;
    for (size_t i = 0; !rc && i < what->count; i++) {
        WB_AUTO(wb_buf_fini) wb_buf key = {0};
        wb_view value = {0};

        wb_buf_init(&key, 64);
        rc = run_key(&key, (wb_view){(const char *)&what->ids[i], sizeof what->ids[i]}, err);
        if (!rc)
            rc = wb_kv_get(what->txn, WB_DB_RUNS, wb_buf_view(&key), &value, err);
        if (!rc && value.len)
            rc = watch_row(&scan, wb_buf_view(&key), value, err);
    }
    return rc;
}

/* --- old ones leave --- */

typedef struct {
    int64_t before_utc_us;
    wb_view account; /* of a forgotten one; {NULL, 0} = by age */
    wb_id *gone;
    size_t count;
} pruning;

static wb_rc
prune_row(void *arg, const wb_watched_run *run, wb_err *err)
{
    pruning *self = arg;

    (void)err;
    if (run->row.start_utc_us >= self->before_utc_us)
        return WB_FULL; /* ids begin with the start */
    if (run->row.status < WB_RUN_COMPLETED)
        return WB_OK;
    self->gone[self->count++] = run->row.id;
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

static wb_rc
forget_row(void *arg, const wb_watched_run *run, wb_err *err)
{
    pruning *self = arg;

    (void)err;
    if (!wb_view_eq(run->row.account, self->account))
        return WB_OK;
    self->gone[self->count++] = run->row.id;
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

static wb_rc
drop(wb_txn *txn, const pruning *self, size_t *dropped, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; i < self->count && !rc; i++) {
        WB_AUTO(wb_buf_fini) wb_buf key = {0};
        wb_buf_init(&key, 64);
        rc = run_key(&key, (wb_view){(const char *)self->gone[i].bytes, sizeof self->gone[i].bytes},
                     err);
        if (!rc)
            rc = wb_kv_delete(txn, WB_DB_RUNS, wb_buf_view(&key), err);
    }
    if (!rc)
        *dropped = self->count;
    return rc;
}

wb_rc
wb_watch_prune(wb_txn *txn, uint16_t shards, int64_t before_utc_us, size_t *dropped, wb_err *err)
{
    wb_id gone[WB_STORE_CHUNK_MAX];
    pruning self = {.before_utc_us = before_utc_us, .gone = gone};
    wb_rc rc = wb_watch_runs(txn, shards, prune_row, &self, err);

    return rc ? rc : drop(txn, &self, dropped, err);
}

wb_rc
wb_watch_forget(wb_txn *txn, uint16_t shards, wb_view account, size_t *dropped, wb_err *err)
{
    wb_id gone[WB_STORE_CHUNK_MAX];
    pruning self = {.account = account, .gone = gone};
    wb_rc rc = note_forgotten(txn, account, err);

    rc = rc ? rc : wb_watch_runs(txn, shards, forget_row, &self, err);
    return rc ? rc : drop(txn, &self, dropped, err);
}
