/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age - records that have grown old leave: the rule, and the chunks
 *
 * A record is kept until its last change and its last delivery are both `keep_records` old. What
 * is not delivered yet, or stands as an exception of some target, is kept however old it is: an
 * outbox row is nothing without its record.
 */
#include "actors/mapper/mapper.h"
#include "protocol/base/clock.h"

static wb_rc
is_old(void *arg, wb_txn *txn, const wb_age_record *record, bool *out, wb_err *err)
{
    int64_t before_utc_us = *(const int64_t *)arg;
    const wb_record_row *row = record->row;
    bool waiting = false;
    wb_rc rc = WB_OK;

    *out = wb_record_kind_ages(row->kind) && row->changed_utc_us < before_utc_us &&
           row->delivered_utc_us < before_utc_us && !row->delivery_count;
    if (*out)
        rc = wb_outbox_waits_anywhere(txn, record->key, row->wanted, &waiting, err);
    *out = *out && !waiting;
    return rc;
}

wb_rc
wb_mapper_age(wb_mapper *mapper, int64_t now_utc_us, wb_txn *txn, wb_err *err)
{
    int64_t keep_us = wb_ctx_config(mapper->ctx)->keep_records * WB_US_PER_MS;
    int64_t before_utc_us = now_utc_us - keep_us;

    return wb_records_age(txn, &mapper->age, is_old, &before_utc_us, err);
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
