/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside - see aside.h
 *
 * What is parked is the msgpack array [table, key, value].
 */
#include "storage/aside.h"

#include <assert.h>
#include <stdio.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "protocol/pack.h"
#include "storage/decode.h"
#include "storage/inside.h"

#define NOTES_MAX 256  /* at a time: a scan meets the others again */
#define NAME_MAX_ID 16 /* a row's name so short is no record's key */
#define REASON_MAX 160

typedef struct {
    wb_link link;
    wb_db db;
    bool now;      /* parked by who met it, in a write */
    bool fresh;    /* that write is not committed */
    bool parked;   /* in the transaction that is under way */
    bool told;     /* of a table that is only written over: once in a life of the process */
    bool raw;      /* the key is LMDB's: of a long one that cannot be read */
    uint64_t hash; /* of its value: what stands there now may have been written since; 0 = any */
    char *kept;    /* raw, met in a write, which may write it over: its value */
    size_t kept_len;
    char why[120];
    size_t key_len;
    char key[];
} note;

/* How a table's key begins. */
static const struct {
    const char *name;
    bool shard, account, named; /* named: a record's key may be its tail */
} tables[WB_DB_COUNT] = {
    [WB_DB_JOBS] = {"jobs",          true,  true,  true },
    [WB_DB_READY] = {"ready",         false, true,  false},
    [WB_DB_TICKETS] = {"tickets",       true,  true,  true },
    [WB_DB_OUTBOX] = {"outbox",        false, true,  false},
    [WB_DB_RECORDS] = {"records",       true,  false, true },
    [WB_DB_MARKS] = {"marks",         true,  true,  true },
    [WB_DB_CURSORS] = {"cursors",       true,  true,  false},
    [WB_DB_RUNS] = {"runs",          true,  false, false},
    [WB_DB_PARKED] = {"parked",        true,  false, false},
    [WB_DB_SEEN] = {"seen",          true,  false, false},
    [WB_DB_RECORDS_YOUNG] = {"records.young", false, false, false},
    [WB_DB_MARKS_YOUNG] = {"marks.young",   false, false, false},
    [WB_DB_JOBS_YOUNG] = {"jobs.young",    false, false, false},
    [WB_DB_EVENTS] = {"events",        false, false, false},
    [WB_DB_VAULT] = {"vault",         false, false, false},
    [WB_DB_META] = {"meta",          false, false, false},
    [WB_DB_TIMELINE] = {"timeline",      false, false, false},
    [WB_DB_ORPHANS] = {"orphans",       true,  false, false},
    [WB_DB_AFTERS] = {"afters",        true,  false, false},
    [WB_DB_LISTINGS] = {"listings",      true,  false, false},
    [WB_DB_STOCK] = {"stock",         true,  false, false},
    [WB_DB_PARTS] = {"parts",         true,  false, false},
    [WB_DB_RULED] = {"ruled",         true,  false, false},
    [WB_DB_RELEASED] = {"released",      true,  false, false},
    [WB_DB_DUE] = {"due",           true,  false, false},
    [WB_DB_DIFFERS] = {"differs",       true,  false, false},
    [WB_DB_TAKEN] = {"taken",         true,  false, false},
    [WB_DB_TAKES] = {"takes",         true,  false, false},
    [WB_DB_UNMAPPED] = {"unmapped",      true,  false, false},
    [WB_DB_TASKS] = {"tasks",         true,  true,  true },
    [WB_DB_TASKS_DUE] = {"tasks.due",     false, false, false},
    [WB_DB_SYNCS] = {"syncs",         false, false, false},
    [WB_DB_MOVED] = {"moved",         true,  false, false},
    [WB_DB_INVOICED] = {"invoiced",      true,  false, false},
};

/* Its rows are not taken out, but written over. */
static bool
is_kept(wb_db db)
{
    return db == WB_DB_RECORDS || db == WB_DB_MARKS;
}

static wb_view
key_of(const note *self)
{
    return (wb_view){self->key, self->key_len};
}

static note *
find(wb_store *store, wb_db db, wb_view key)
{
    for (wb_link *link = store->aside.next; link != &store->aside; link = link->next) {
        note *one = WB_CONTAINER(link, note, link);
        if (one->db == db && wb_view_eq(key_of(one), key))
            return one;
    }
    return NULL;
}

static uint64_t
hash_of(wb_view value)
{
    uint64_t hash = value.len ? wb_hash64(value.data, value.len, 0) : 0;

    return hash ? hash : 1;
}

static note *
new_note(wb_db db, wb_view key, const char *why)
{
    note *self = wb_alloc(sizeof *self + key.len);

    self->db = db;
    self->key_len = key.len;
    if (key.len)
        memcpy(self->key, key.data, key.len);
    snprintf(self->why, sizeof self->why, "%s", why);
    return self;
}

static void
note_destroy(note **self_p)
{
    if (*self_p)
        wb_free(&(*self_p)->kept);
    wb_free(self_p);
}

/* NULL: there are too many. */
static note *
add(wb_store *store, wb_db db, wb_view key, const char *why)
{
    note *self = find(store, db, key);

    if (self || store->aside_count == NOTES_MAX)
        return self;
    self = new_note(db, key, why);
    wb_list_append(&store->aside, &self->link);
    store->aside_count++;
    store->aside_open++;
    return self;
}

bool
wb_aside_note(wb_txn *txn, wb_db db, wb_view key, const char *why)
{
    size_t open = txn->store->aside_open;

    add(txn->store, db, key, why);
    return txn->store->aside_open > open;
}

/* It is parked, and goes, with the others that are noted. */
void
wb_aside_raw(wb_txn *txn, wb_db db, wb_view key, wb_view value)
{
    note *self = add(txn->store, db, key, "its long key cannot be read");

    if (!self)
        return;
    self->raw = true;
    self->hash = hash_of(value);
    if (!txn->write || txn->scanning || self->kept)
        return;
    self->kept = wb_text_dup_len(value.data, value.len);
    self->kept_len = value.len;
}

bool
wb_aside_job(wb_txn *txn, const wb_job_row *row, const char *why)
{
    wb_row_key key;

    wb_row_key_init(&key);
    wb_row_key_number(&key, row->shard, 2);
    wb_row_key_part(&key, row->account);
    wb_row_key_tail(&key, row->name);
    return wb_aside_note(txn, WB_DB_JOBS, wb_row_key_view(&key), why);
}

bool
wb_aside_want(wb_txn *txn, const wb_outbox_row *row, const char *why)
{
    wb_row_key key;

    wb_row_key_init(&key);
    wb_row_key_part(&key, row->target);
    wb_row_key_number(&key, row->revision, 8);
    wb_row_key_tail(&key, row->record);
    return wb_aside_note(txn, WB_DB_OUTBOX, wb_row_key_view(&key), why);
}

bool
wb_aside_noted(const wb_store *self)
{
    return self->aside_open > 0;
}

/* What its key tells: where it will be looked for. Of a shard that is not ours nobody sees it. */
static void
place_of(const note *self, wb_txn *txn, wb_parked_row *row)
{
    wb_row_reader reader = wb_row_reader_of(key_of(self));
    uint16_t shard = 0;
    wb_view name;

    if (tables[self->db].shard)
        shard = (uint16_t)wb_row_get_number(&reader, 2);
    row->shard = wb_shards_own(txn, shard);
    if (tables[self->db].account)
        row->account = wb_row_get_part(&reader);
    if (self->db == WB_DB_OUTBOX)
        wb_row_get_number(&reader, 8);
    name = wb_row_get_rest(&reader);
    if (reader.bad)
        row->account = (wb_view){NULL, 0};
    else if ((tables[self->db].named || self->db == WB_DB_OUTBOX) && name.len > NAME_MAX_ID)
        row->record = name;
}

static wb_rc
value_of(const note *self, wb_txn *txn, wb_view *out, wb_err *err)
{
    if (self->raw)
        return wb_kv_get_raw(txn, self->db, key_of(self), out, err);
    return wb_both_get(txn, self->db, key_of(self), out, err);
}

/* The row that is parked for it, without its bytes. */
static wb_parked_row
letter_of(const note *self, wb_txn *txn, char *reason, size_t size)
{
    wb_parked_row row = {.id = wb_id_make(0, wb_view_of(tables[self->db].name), key_of(self)),
                         .parked_utc_us = wb_now_utc_us()};

    snprintf(reason, size, WB_ASIDE_DAMAGED ": %s: %s", tables[self->db].name, self->why);
    row.reason = wb_view_of(reason);
    place_of(self, txn, &row);
    return row;
}

static wb_rc
park(const note *self, wb_txn *txn, wb_view value, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    char reason[REASON_MAX];
    wb_parked_row row = letter_of(self, txn, reason, sizeof reason);

    wb_buf_init(&bytes, WB_STORE_VALUE_MAX);
    wb_pack_array(&bytes, 3);
    wb_pack_text(&bytes, wb_view_of(tables[self->db].name));
    wb_pack_bytes(&bytes, key_of(self));
    wb_pack_bytes(&bytes, value);
    if (!bytes.overflow)
        row.envelope = wb_buf_view(&bytes);
    return wb_parked_put(txn, &row, err);
}

wb_rc
wb_aside_pass(wb_txn *txn, wb_db db, wb_view key, wb_view value, wb_err *err)
{
    bool writes = txn->write && !txn->scanning;
    note *self = add(txn->store, db, key, err->text);
    WB_AUTO(note_destroy) note *untold = !self && writes ? new_note(db, key, err->text) : NULL;

    err->text[0] = '\0';
    if (untold)
        return park(untold, txn, value, err);
    if (!self)
        return WB_OK;
    self->hash = hash_of(value);
    if (!writes)
        return WB_OK;
    if (!self->now && self->told)
        txn->store->aside_open++;
    self->now = self->fresh = true;
    self->told = false;
    return park(self, txn, value, err);
}

/* A write that is taken back has parked nothing: the row stands where it stood, and is parked by
 * who takes it out. */
void
wb_aside_settle(wb_store *self, bool committed)
{
    for (wb_link *link = self->aside.next; link != &self->aside; link = link->next) {
        note *one = WB_CONTAINER(link, note, link);

        if (one->fresh && !committed)
            one->now = false;
        one->fresh = false;
    }
}

static wb_rc
take_out(const note *self, wb_txn *txn, wb_err *err)
{
    if (self->raw)
        return wb_kv_delete_raw(txn, self->db, key_of(self), err);
    return wb_both_delete(txn, self->db, key_of(self), err);
}

/* The header of a job's message: a newer release's still tells its run. One that came back from
 * what was parked is in that ledger already. */
static void
take_header(const note *self, wb_view value, wb_buf *out)
{
    wb_view header = {NULL, 0};
    uint32_t parts = 0;
    wb_job_row job;
    wb_unpack in;

    if (self->db != WB_DB_JOBS || self->raw || wb_jobs_decode(key_of(self), value, &job, NULL) ||
        job.flags & WB_JOB_REVIVED || wb_pack_scan(job.envelope, 8, NULL))
        return;
    wb_unpack_init(&in, job.envelope);
    if (!wb_unpack_array(&in, &parts, "message", NULL) &&
        !wb_unpack_bytes(&in, &header, "header", NULL))
        wb_buf_add_view(out, header);
}

/* One note. What was parked at once is told here. What was written over since is a good row. */
static wb_rc
settle(const note *self, wb_txn *txn, wb_parked_each each, void *arg, wb_err *err)
{
    char reason[REASON_MAX];
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    wb_parked_row row = letter_of(self, txn, reason, sizeof reason);
    bool tells = self->now, same;
    wb_view value = {0};
    wb_rc rc = value_of(self, txn, &value, err);

    if (rc)
        return rc;
    same = !self->hash || self->hash == hash_of(value);
    if (same && value.len && !self->now && self->db != WB_DB_READY) {
        tells = true;
        wb_buf_init(&header, WB_HEADER_MAX);
        take_header(self, value, &header);
        row.envelope = wb_buf_view(&header);
        rc = park(self, txn, value, err);
    } else if (!same && self->kept) {
        tells = true;
        rc = park(self, txn, (wb_view){self->kept, self->kept_len}, err);
    }
    if (!rc && same && !(is_kept(self->db) && !self->raw))
        rc = take_out(self, txn, err);
    return rc || !tells ? rc : each(arg, &row, err);
}

wb_rc
wb_aside_park(wb_txn *txn, wb_parked_each each, void *arg, wb_err *err)
{
    wb_store *store = txn->store;
    wb_rc rc = WB_OK;

    for (wb_link *link = store->aside.next; !rc && link != &store->aside; link = link->next) {
        note *self = WB_CONTAINER(link, note, link);

        if (!self->told)
            rc = settle(self, txn, each, arg, err);
        self->parked = true;
    }
    return rc;
}

/* A row that is only written over is noted once in a life; the others are gone. */
void
wb_aside_parked(wb_store *self)
{
    wb_link *next;

    for (wb_link *link = self->aside.next; link != &self->aside; link = next) {
        note *one = WB_CONTAINER(link, note, link);
        next = link->next;
        if (!one->parked)
            continue;
        self->aside_open -= !one->told;
        one->told = true;
        one->now = one->parked = false;
        if (is_kept(one->db) && !one->raw)
            continue;
        wb_list_remove(link);
        assert(self->aside_count > 0);
        self->aside_count--;
        note_destroy(&one);
    }
}

void
wb_aside_fini(wb_store *self)
{
    for (wb_link *link; (link = wb_list_pop(&self->aside));) {
        note *one = WB_CONTAINER(link, note, link);
        note_destroy(&one);
    }
}
