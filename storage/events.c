/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events - class, sequence -> one batch of what happened
 *
 *   events  class (1 byte), sequence (8 bytes, big endian) -> the batch as it is
 *   meta    "events/" class -> the last sequence (8 bytes), written when the log runs empty
 *           "gap/" class -> the last sequence that the limit dropped (8 bytes)
 *
 * Where a log stands is read once and carried along in memory (wb_event_log), so that an append
 * is one put; what a transaction did to it counts when the transaction does.
 */
#include "storage/events.h"

#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/inside.h"

#define ROW_COST 32 /* of the limit, beside the batch */

static void
event_key(wb_row_key *key, wb_topic topic, uint64_t sequence)
{
    wb_row_key_init(key);
    wb_row_key_number(key, topic, 1);
    wb_row_key_number(key, sequence, 8);
}

static void
meta_key(wb_row_key *key, const char *name, wb_topic topic)
{
    wb_row_key_init(key);
    wb_row_key_tail(key, wb_view_of(name));
    wb_row_key_number(key, topic, 1);
}

/* `unknown`: instead of a number that cannot be read. */
static wb_rc
meta_get(wb_txn *txn, const char *name, wb_topic topic, uint64_t unknown, uint64_t *out,
         wb_err *err)
{
    wb_row_reader reader;
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    meta_key(&key, name, topic);
    rc = wb_kv_get_row(txn, WB_DB_META, &key, &value, err);
    reader = wb_row_reader_of(value);
    *out = value.len ? wb_row_get_number(&reader, 8) : 0;
    if (rc || !wb_row_check(&reader, "event", err))
        return rc;
    *out = unknown;
    return wb_aside_pass(txn, WB_DB_META, wb_row_key_view(&key), value, err);
}

static wb_rc
meta_put(wb_txn *txn, const char *name, wb_topic topic, uint64_t number, wb_err *err)
{
    wb_row_key key, value;

    meta_key(&key, name, topic);
    wb_row_key_init(&value);
    wb_row_key_number(&value, number, 8);
    return wb_kv_put(txn, WB_DB_META, wb_row_key_view(&key), wb_row_key_view(&value), err);
}

/* A row met on the way. */
typedef struct {
    wb_txn *txn;
    wb_event_log *log; /* loading */
    wb_events_each each;
    void *arg;
    uint64_t through, sequence; /* trimming */
    size_t bytes, count;
} visiting;

static wb_rc
sequence_of(wb_view key, uint64_t *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);

    wb_row_get_number(&reader, 1);
    *out = wb_row_get_number(&reader, 8);
    reader.bad = reader.bad || reader.at != reader.end;
    return wb_row_check(&reader, "event", err);
}

static wb_rc
load_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const visiting *self = arg;
    wb_event_log *log = self->log;
    uint64_t sequence;

    if (sequence_of(key, &sequence, err))
        return wb_aside_pass(self->txn, WB_DB_EVENTS, key, value, err);
    if (log->bytes == 0)
        log->first = sequence;
    log->last = sequence;
    log->bytes += (int64_t)value.len + ROW_COST;
    return WB_OK;
}

static wb_rc
load(wb_txn *txn, wb_topic topic, wb_event_log **out, wb_err *err)
{
    wb_store *store = txn->store;
    wb_event_log log = {.loaded = true};
    visiting self = {.txn = txn, .log = &log};
    wb_row_key prefix;
    wb_rc rc;

    *out = txn->write ? &store->logs[topic] : &store->logs_committed[topic];
    if ((*out)->loaded)
        return WB_OK;
    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, topic, 1);
    /* No commit tells two of a class: there are not more of them. What is skipped is a gap. */
    rc = meta_get(txn, "events/", topic, store->commits, &log.last, err);
    log.first = log.last + 1;
    rc = rc ? rc
            : wb_kv_scan(txn, WB_DB_EVENTS, (wb_kv_range){.prefix = wb_row_key_view(&prefix)},
                         load_row, &self, err);
    if (rc)
        return rc;
    store->logs[topic] = store->logs_committed[topic] = log;
    return WB_OK;
}

void
wb_events_settle(wb_store *self, bool committed)
{
    if (committed)
        memcpy(self->logs_committed, self->logs, sizeof self->logs);
    else
        memcpy(self->logs, self->logs_committed, sizeof self->logs);
}

static wb_rc
take_first(void *arg, wb_view key, wb_view value, wb_err *err)
{
    (void)value;
    return sequence_of(key, arg, err) ? WB_OK : WB_FULL;
}

/* What is between two rows that are far from each other was never told: a damaged row's number. */
static wb_rc
skip_hole(wb_txn *txn, wb_topic topic, wb_event_log *log, wb_err *err)
{
    uint64_t next = log->last + 1;
    wb_row_key prefix, start;
    wb_rc rc;

    event_key(&start, topic, log->first);
    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, topic, 1);
    rc = wb_kv_scan(
        txn, WB_DB_EVENTS,
        (wb_kv_range){.prefix = wb_row_key_view(&prefix), .from = wb_row_key_view(&start)},
        take_first, &next, err);
    log->first = next > log->first ? next : log->first + 1;
    return rc;
}

/* Drop the oldest row; its place in the sequence stays known. */
static wb_rc
drop_first(wb_txn *txn, wb_topic topic, wb_event_log *log, wb_err *err)
{
    wb_view batch = {0};
    wb_row_key key;
    wb_rc rc;

    event_key(&key, topic, log->first);
    rc = wb_kv_get_row(txn, WB_DB_EVENTS, &key, &batch, err);
    rc = rc ? rc : wb_kv_delete_row(txn, WB_DB_EVENTS, &key, err);
    if (rc)
        return rc;
    if (batch.len) {
        log->bytes -= (int64_t)batch.len + ROW_COST;
        log->first++;
    } else {
        rc = skip_hole(txn, topic, log, err);
    }
    if (rc)
        return rc;
    return log->first > log->last ? meta_put(txn, "events/", topic, log->last, err) : WB_OK;
}

static wb_rc
keep_limit(wb_txn *txn, wb_topic topic, wb_event_log *log, int64_t limit_bytes, wb_err *err)
{
    uint64_t gap = 0;
    wb_rc rc = WB_OK;

    for (int i = 0; i < WB_STORE_CHUNK_MAX && !rc; i++) {
        if (log->bytes <= limit_bytes || log->first >= log->last)
            break;
        gap = log->first;
        rc = drop_first(txn, topic, log, err);
    }
    return rc || !gap ? rc : meta_put(txn, "gap/", topic, gap, err);
}

wb_rc
wb_events_append(wb_txn *txn, wb_topic topic, wb_view batch, int64_t limit_bytes,
                 uint64_t *out_sequence, wb_err *err)
{
    wb_event_log *log;
    wb_row_key key;
    wb_rc rc = load(txn, topic, &log, err);

    if (rc)
        return rc;
    if (!batch.len)
        return wb_fail(err, WB_REJECT, "an empty batch of events");
    event_key(&key, topic, log->last + 1);
    rc = wb_kv_put(txn, WB_DB_EVENTS, wb_row_key_view(&key), batch, err);
    if (rc)
        return rc;
    log->last++;
    log->bytes += (int64_t)batch.len + ROW_COST;
    *out_sequence = log->last;
    return keep_limit(txn, topic, log, limit_bytes, err);
}

wb_rc
wb_events_span(wb_txn *txn, wb_topic topic, uint64_t *out_first, uint64_t *out_last, wb_err *err)
{
    wb_event_log *log;
    wb_rc rc = load(txn, topic, &log, err);

    if (rc)
        return rc;
    *out_first = log->first;
    *out_last = log->last;
    return WB_OK;
}

wb_rc
wb_events_gap(wb_txn *txn, wb_topic topic, uint64_t *out_through, wb_err *err)
{
    return meta_get(txn, "gap/", topic, 0, out_through, err);
}

static wb_rc
read_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const visiting *self = arg;
    uint64_t sequence;

    if (sequence_of(key, &sequence, err))
        return wb_aside_pass(self->txn, WB_DB_EVENTS, key, value, err);
    return self->each(self->arg, sequence, value, err);
}

wb_rc
wb_events_read(wb_txn *txn, wb_topic topic, uint64_t from, wb_events_each each, void *arg,
               wb_err *err)
{
    visiting self = {.txn = txn, .each = each, .arg = arg};
    wb_row_key prefix, start;

    event_key(&start, topic, from);
    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, topic, 1);
    return wb_kv_scan(
        txn, WB_DB_EVENTS,
        (wb_kv_range){.prefix = wb_row_key_view(&prefix), .from = wb_row_key_view(&start)},
        read_row, &self, err);
}

wb_rc
wb_events_trim(wb_txn *txn, wb_topic topic, uint64_t through, size_t *dropped, wb_err *err)
{
    wb_event_log *log;
    size_t count = 0;
    wb_rc rc = load(txn, topic, &log, err);

    while (!rc && log->first <= log->last && log->first <= through && count < WB_STORE_CHUNK_MAX) {
        rc = drop_first(txn, topic, log, err);
        count++;
    }
    if (!rc)
        *dropped = count;
    return rc;
}

wb_rc
wb_events_forget(wb_txn *txn, wb_err *err)
{
    static const char *const names[] = {"events/", "gap/"};
    wb_store *store = txn->store;
    int code = mdb_drop(txn->mdb, store->dbis[WB_DB_EVENTS], 0);
    wb_rc rc = code ? wb_mdb_fail(store, code, "empty the event log", err) : WB_OK;

    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        for (size_t i = 0; !rc && i < WB_COUNT(names); i++) {
            wb_row_key key;

            meta_key(&key, names[i], (wb_topic)topic);
            rc = wb_kv_delete_row(txn, WB_DB_META, &key, err);
        }
        store->logs[topic] = (wb_event_log){.loaded = true, .first = 1};
    }
    return rc;
}
