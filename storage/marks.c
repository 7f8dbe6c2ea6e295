/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks - shard, target, record -> version, revision, outcome, time, what may have left, digest,
 * aim; remote id
 *
 * Releases before digest and aim wrote the outcome alone where now a bit beside it says that there
 * is one; where there is none the row is as they wrote it.
 */
#include "storage/marks.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

/* Beside the outcome, in one number. */
#define DIGESTED 16
#define AIMED 32
#define OUTCOME_MAX 15
_Static_assert(WB_OUTCOME_COUNT - 1 <= OUTCOME_MAX, "a bit of its own");

static void
get_bytes(wb_row_reader *reader, bool there, uint8_t *out, size_t len)
{
    wb_view bytes = wb_row_get_bytes(reader, there ? len : 0);

    if (bytes.len)
        memcpy(out, bytes.data, bytes.len);
}

wb_rc
wb_marks_decode(wb_view value, wb_mark_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);
    uint64_t outcome;

    wb_row_get_version(&reader);
    out->revision = wb_row_get_uint(&reader);
    outcome = wb_row_get_below(&reader, AIMED | DIGESTED | OUTCOME_MAX);
    reader.bad = reader.bad || (outcome & OUTCOME_MAX) >= WB_OUTCOME_COUNT;
    out->outcome = (wb_outcome)(outcome & OUTCOME_MAX);
    out->digested = (outcome & DIGESTED) != 0;
    out->aimed = (outcome & AIMED) != 0;
    out->at_utc_us = wb_row_get_int(&reader);
    out->left_revision = wb_row_get_uint(&reader);
    out->left_utc_us = wb_row_get_int(&reader);
    get_bytes(&reader, out->digested, out->digest, sizeof out->digest);
    get_bytes(&reader, out->aimed, out->aim, sizeof out->aim);
    out->remote_id = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "mark", err);
}

/* What a mark says that cannot be read: it was delivered, perhaps; who writes has to ask first. */
static const wb_mark_row may_have_left = {.left_revision = 1};

wb_rc
wb_marks_get(wb_txn *txn, wb_row_name name, wb_mark_row *out, bool *found, wb_err *err)
{
    wb_mark_row row = {0};
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    wb_row_key_of(&key, name);
    *found = false;
    rc = wb_young_get_row(txn, WB_YOUNG_MARKS, &key, &value, err);
    if (rc || !value.len)
        return rc;
    if (wb_marks_decode(value, &row, err)) {
        row = may_have_left;
        rc = wb_aside_pass(txn, WB_DB_MARKS, wb_row_key_view(&key), value, err);
    }
    if (rc)
        return rc;
    *found = true;
    *out = row;
    return WB_OK;
}

/* The remote id goes into the head too: a view of the former row must not be read while LMDB
 * makes room for the new one. */
static wb_row_writer
encode(wb_txn *txn, const wb_mark_row *row)
{
    wb_row_writer head = wb_row_begin(txn);

    wb_row_put_uint(&head, row->revision);
    wb_row_put_uint(&head, (uint64_t)row->outcome | (row->digested ? DIGESTED : 0u) |
                               (row->aimed ? AIMED : 0u));
    wb_row_put_int(&head, row->at_utc_us);
    wb_row_put_uint(&head, row->left_revision);
    wb_row_put_int(&head, row->left_utc_us);
    if (row->digested)
        wb_row_put_bytes(&head, row->digest, sizeof row->digest);
    if (row->aimed)
        wb_row_put_bytes(&head, row->aim, sizeof row->aim);
    wb_row_put_bytes(&head, row->remote_id.data, row->remote_id.len);
    return head;
}

wb_rc
wb_marks_put(wb_txn *txn, wb_row_name name, const wb_mark_row *row, wb_err *err)
{
    wb_view former = {0};
    wb_mark_row was = {0};
    wb_row_writer head;
    wb_row_key key;
    wb_rc rc;

    if ((unsigned)row->outcome >= WB_OUTCOME_COUNT)
        return wb_fail(err, WB_REJECT, "a mark of outcome %d", (int)row->outcome);
    wb_row_key_of(&key, name);
    rc = wb_young_get_row(txn, WB_YOUNG_MARKS, &key, &former, err);
    if (!rc && former.len && wb_marks_decode(former, &was, err)) {
        was = (wb_mark_row){0};
        rc = wb_aside_pass(txn, WB_DB_MARKS, wb_row_key_view(&key), former, err);
    }
    if (rc)
        return rc;
    if (row->revision < was.revision) { /* what was delivered stays; what may have left is told */
        was.left_revision = row->left_revision;
        was.left_utc_us = row->left_utc_us;
        row = &was;
    }
    head = encode(txn, row);
    return wb_young_put_row(txn, WB_YOUNG_MARKS, &key,
                            (wb_row_value){
                                &head, {NULL, 0}
    },
                            err);
}
