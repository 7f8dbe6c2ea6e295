/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age - records that have grown old leave: the rule, and the chunks
 *
 * A record is kept until its last change and its last delivery are both `keep_records` old. What
 * is not delivered yet, or stands as an exception of some target, is kept however old it is: an
 * outbox row is nothing without its record. What lies apart is looked at again on the way
 * (apart.c).
 */
#include "actors/mapper/invoices.h"
#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/reserve.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

typedef struct {
    wb_mapper *mapper;
    int64_t before_utc_us;
} walk;

static void
add_key(wb_buf *out, wb_view key)
{
    wb_store_key_shard(out, (uint16_t)key.len);
    wb_buf_add_view(out, key);
}

/* What lies apart is reviewed in a write of its own: a walk only reads. While one is queued the
 * others wait for the next pass. */
static void
note_apart(wb_mapper *mapper, const wb_age_record *record)
{
    if (mapper->reviewing || !wb_apart_any(record->row))
        return;
    if (!mapper->review_keys.max)
        wb_buf_init(&mapper->review_keys, WB_STORE_CHUNK_MAX * (WB_KEY_MAX + 4));
    wb_store_key_shard(&mapper->review_keys, record->shard);
    add_key(&mapper->review_keys, record->key);
}

/* A walk only reads: what hangs on a record that leaves is deleted after it. */
static void
note_gone(wb_mapper *mapper, const wb_age_record *record)
{
    wb_store_key_shard(&mapper->gone_keys, record->shard);
    add_key(&mapper->gone_keys, record->row->root.len ? record->row->root : record->key);
    add_key(&mapper->gone_keys, record->key);
}

static wb_rc
is_old(void *arg, wb_txn *txn, const wb_age_record *record, bool *out, wb_err *err)
{
    const walk *self = arg;
    int64_t before_utc_us = self->before_utc_us;
    const wb_record_row *row = record->row;
    bool waiting = false;
    wb_rc rc = WB_OK;

    *out = wb_record_kind_ages(row->kind) && row->changed_utc_us < before_utc_us &&
           row->delivered_utc_us < before_utc_us && !row->delivery_count;
    if (row->delivery_count)
        note_apart(self->mapper, record);
    if (*out)
        rc = wb_outbox_waits_anywhere(txn, record->key, row->wanted, &waiting, err);
    *out = *out && !waiting;
    if (!rc && *out)
        note_gone(self->mapper, record);
    return rc;
}

static uint16_t
number_at(const char *at)
{
    return (uint16_t)((uint8_t)at[0] << 8 | (uint8_t)at[1]);
}

static wb_view
key_at(const char **at)
{
    wb_view key = {*at + 2, number_at(*at)};

    *at = key.data + key.len;
    return key;
}

static wb_rc
review_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_mapper *mapper = WB_CONTAINER(write, wb_mapper, review);
    const char *at = mapper->review_keys.data, *end = at + mapper->review_keys.len;
    wb_rc rc = WB_OK;

    while (!rc && at < end) {
        wb_apart_look look = {.shard = number_at(at)};

        at += 2;
        look.record = key_at(&at);
        look.now_utc_us = mapper->review_utc_us;
        rc = wb_apart_review(mapper, &look, write, txn, err);
    }
    return rc;
}

static void
review_done(wb_write *write)
{
    wb_mapper *mapper = WB_CONTAINER(write, wb_mapper, review);

    mapper->reviewing = false;
    wb_buf_clear(&mapper->review_keys);
    wb_targets_look(mapper);
}

static void
queue_review(wb_mapper *mapper, int64_t now_utc_us)
{
    if (mapper->reviewing || !mapper->review_keys.len)
        return;
    mapper->reviewing = true;
    mapper->review_utc_us = now_utc_us;
    mapper->review = (wb_write){.apply = review_apply, .done = review_done};
    wb_commit_add(wb_ctx_commit(mapper->ctx), &mapper->review);
}

static wb_rc
forget_gone(wb_mapper *mapper, wb_txn *txn, wb_err *err)
{
    const char *at = mapper->gone_keys.data, *end = at + mapper->gone_keys.len;
    wb_rc rc = WB_OK;

    while (!rc && at < end) {
        uint16_t shard = number_at(at);
        wb_view order, record;

        at += 2;
        order = key_at(&at);
        record = key_at(&at);
        rc = wb_parts_forget(shard, record, order, txn, err);
        rc = rc ? rc : wb_reserve_forget(shard, record, txn, err);
        rc = rc ? rc : wb_invoices_forget(shard, record, txn, err);
        rc = rc ? rc : wb_moved_forget(shard, record, txn, err);
    }
    return rc;
}

wb_rc
wb_mapper_age(wb_mapper *mapper, int64_t now_utc_us, wb_txn *txn, wb_err *err)
{
    int64_t keep_us = wb_ctx_config(mapper->ctx)->keep_records * WB_US_PER_MS;
    walk self = {mapper, now_utc_us - keep_us};
    wb_rc rc;

    if (!mapper->gone_keys.max)
        wb_buf_init(&mapper->gone_keys, WB_STORE_CHUNK_MAX * (2 * WB_KEY_MAX + 6));
    wb_buf_clear(&mapper->gone_keys);
    rc = wb_records_age(txn, &mapper->age, is_old, &self, err);
    rc = rc ? rc : forget_gone(mapper, txn, err);
    if (!rc)
        queue_review(mapper, now_utc_us);
    return rc;
}

static wb_rc
step(void *arg, wb_txn *txn, bool *end, wb_err *err)
{
    wb_mapper *mapper = arg;
    wb_rc rc = wb_mapper_age(mapper, wb_now_utc_us(), txn, err);

    *end = mapper->age.end;
    return rc;
}

void
wb_mapper_age_begin(wb_mapper *mapper)
{
    wb_tend_age(wb_ctx_tend(mapper->ctx), &(wb_tend_aging){.step = step, .arg = mapper});
}
