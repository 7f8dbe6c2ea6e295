/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age - see age.h: a chunk of a walk over a young table, then over the table of all keys
 *
 * A callback of a scan must not write: keys of what is old are kept, and deleted after it. What
 * cannot be read is noted and passed over.
 */
#include "storage/age.h"

#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/young.h"

#define KEYS_MAX ((size_t)WB_STORE_CHUNK_MAX * WB_ROW_KEY_MAX)

typedef struct chunk chunk;
typedef wb_rc (*chunk_judge)(const chunk *self, wb_view key, wb_view row, bool *old, wb_err *err);

struct chunk {
    wb_txn *txn;
    wb_young young;
    wb_age *at;
    chunk_judge judge;
    size_t looked;
    wb_buf doomed; /* keys, each as a part of a key */
    const void *arg;
};

static void
chunk_fini(chunk *self)
{
    wb_buf_fini(&self->doomed);
}

static wb_rc
look(chunk *self, wb_view key, wb_view row, wb_err *err)
{
    char length[2] = {(char)(uint8_t)(key.len >> 8), (char)(uint8_t)key.len};
    bool old = false;
    wb_rc rc = self->judge(self, key, row, &old, err);

    if (rc || !old)
        return rc;
    wb_buf_add(&self->doomed, length, sizeof length);
    wb_buf_add_view(&self->doomed, key);
    return WB_OK;
}

/* Where the next chunk goes on. */
static wb_rc
step(chunk *self, wb_view at)
{
    wb_buf_clear(&self->at->behind);
    wb_buf_add_view(&self->at->behind, at);
    return ++self->looked == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

static wb_rc
on_young(void *arg, wb_view at, wb_view value, wb_err *err)
{
    chunk *self = arg;
    wb_view key, row;
    wb_rc rc;

    if (wb_young_split(value, &key, &row, err))
        rc = wb_young_pass(self->txn, self->young, at, err);
    else
        rc = look(self, key, row, err);
    return rc ? rc : step(self, at);
}

/* A row that has a young one in front of it is not what counts. */
static wb_rc
on_old(void *arg, wb_view key, wb_view row, wb_err *err)
{
    chunk *self = arg;
    wb_young_found young;
    wb_rc rc = wb_young_find(self->txn, self->young, key, &young, err);

    if (!rc && !young.value.len)
        rc = look(self, key, row, err);
    return rc ? rc : step(self, key);
}

static wb_rc
walk(chunk *self, wb_err *err)
{
    wb_age *at = self->at;
    wb_kv_range range = {
        {NULL, 0},
        wb_buf_view(&at->behind), at->behind.len > 0
    };
    WB_AUTO(wb_buf_fini) wb_buf from = {0};
    wb_db db = at->old_table ? wb_young_old_dbs[self->young] : wb_young_dbs[self->young];
    wb_rc rc;

    wb_buf_init(&from, WB_ROW_KEY_MAX); /* the walk moves `behind` while it is read */
    wb_buf_add_view(&from, range.from);
    range.from = wb_buf_view(&from);
    rc = wb_kv_scan(self->txn, db, range, at->old_table ? on_old : on_young, self, err);
    if (rc || self->looked == WB_STORE_CHUNK_MAX)
        return rc;
    at->end = at->old_table; /* this table is through */
    at->old_table = !at->old_table;
    wb_buf_clear(&at->behind);
    return WB_OK;
}

static wb_rc
drop_all(chunk *self, wb_err *err)
{
    const char *at = self->doomed.data, *end = at + self->doomed.len;
    wb_rc rc = WB_OK;

    while (!rc && at < end) {
        size_t len = (size_t)(uint8_t)at[0] << 8 | (uint8_t)at[1];

        rc = wb_young_delete(self->txn, self->young, (wb_view){at + 2, len}, err);
        at += 2 + len;
        self->at->dropped += !rc;
    }
    return rc;
}

static wb_rc
run(chunk *self, wb_err *err)
{
    wb_age *at = self->at;
    wb_rc rc;

    if (!at->behind.max)
        wb_buf_init(&at->behind, WB_ROW_KEY_MAX);
    wb_buf_init(&self->doomed, KEYS_MAX);
    at->looked = at->dropped = 0;
    at->end = false;
    rc = walk(self, err);
    at->looked = self->looked;
    return rc ? rc : drop_all(self, err);
}

void
wb_age_fini(wb_age *self)
{
    wb_buf_fini(&self->behind);
}

/* --- records --- */

typedef struct {
    wb_age_old old;
    void *arg;
} record_judge;

static wb_rc
judge_record(const chunk *self, wb_view key, wb_view value, bool *old, wb_err *err)
{
    const record_judge *judge = self->arg;
    wb_row_reader reader = wb_row_reader_of(key);
    wb_record_row row;
    wb_age_record record = {.row = &row};
    wb_err why = {0};

    record.shard = (uint16_t)wb_row_get_number(&reader, 2);
    record.key = wb_row_get_rest(&reader);
    if (wb_row_check(&reader, "record", &why) || wb_records_decode(value, &row, &why)) {
        wb_aside_note(self->txn, WB_DB_RECORDS, key, why.text);
        return WB_OK;
    }
    return judge->old(judge->arg, self->txn, &record, old, err);
}

wb_rc
wb_records_age(wb_txn *txn, wb_age *self, wb_age_old old, void *arg, wb_err *err)
{
    const record_judge judge = {old, arg};
    WB_AUTO(chunk_fini)
    chunk work = {
        .txn = txn, .young = WB_YOUNG_RECORDS, .at = self, .judge = judge_record, .arg = &judge};

    return run(&work, err);
}

/* --- marks --- */

static wb_rc
judge_mark(const chunk *self, wb_view key, wb_view value, bool *old, wb_err *err)
{
    int64_t before_utc_us = *(const int64_t *)self->arg;
    wb_mark_row row;
    wb_err why = {0};

    (void)err;
    if (wb_marks_decode(value, &row, &why)) {
        wb_aside_note(self->txn, WB_DB_MARKS, key, why.text);
        return WB_OK;
    }
    *old = row.at_utc_us < before_utc_us && row.left_utc_us < before_utc_us;
    return WB_OK;
}

wb_rc
wb_marks_age(wb_txn *txn, wb_age *self, int64_t before_utc_us, wb_err *err)
{
    WB_AUTO(chunk_fini)
    chunk work = {.txn = txn,
                  .young = WB_YOUNG_MARKS,
                  .at = self,
                  .judge = judge_mark,
                  .arg = &before_utc_us};

    return run(&work, err);
}
