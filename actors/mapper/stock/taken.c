/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock/taken.h"

#include <string.h>

#include "protocol/base/own.h"
#include "storage/relations.h"

/* "tenant/erp SKU": an account's key has no blank that is not encoded. */
wb_view
wb_taken_name(wb_view erp, wb_view sku, wb_buf *room)
{
    wb_buf_clear(room);
    if (!room->max)
        wb_buf_init(room, WB_TAKEN_NAME_MAX);
    wb_buf_add_view(room, erp);
    wb_buf_add_char(room, ' ');
    wb_buf_add_view(room, sku);
    return wb_buf_view(room);
}

/* The other way. */
void
wb_taken_split(wb_taken *out, wb_view name)
{
    const char *blank = name.len ? memchr(name.data, ' ', name.len) : NULL;
    size_t len = blank ? (size_t)(blank - name.data) : name.len;

    out->erp = (wb_view){name.data, len};
    out->sku = (wb_view){name.data + len + (blank != NULL), name.len - len - (blank != NULL)};
}

wb_taken_note
wb_taken_read(wb_view bytes)
{
    wb_taken_note note = {0};

    if (bytes.len == sizeof note)
        memcpy(&note, bytes.data, sizeof note);
    return note;
}

wb_rc
wb_taken_get(const wb_taken *at, wb_taken_note *out, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0}, note = {0};
    const wb_relation_key key = {at->shard, WB_RELATION_TAKEN,
                                 wb_taken_name(at->erp, at->sku, &room)};
    bool found = false;
    wb_rc rc;

    wb_buf_init(&note, WB_KEY_MAX); /* one that is longer reads as none */
    rc = wb_relations_get(txn, &key, at->record, &note, &found, err);
    *out = wb_taken_read(wb_buf_view(&note));
    return rc;
}

wb_rc
wb_taken_put(const wb_taken *at, const wb_taken_note *note, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_view name = wb_taken_name(at->erp, at->sku, &room);
    const wb_relation_key taken = {at->shard, WB_RELATION_TAKEN, name};
    const wb_relation_key takes = {at->shard, WB_RELATION_TAKES, at->order};
    wb_rc rc = wb_buf_check(&room, "goods", err);

    if (!rc)
        rc = wb_relations_put(txn, &taken, at->record, (wb_view){(const char *)note, sizeof *note},
                              err);
    return rc ? rc : wb_relations_put(txn, &takes, at->record, name, err);
}

wb_rc
wb_taken_delete(const wb_taken *at, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_view name = wb_taken_name(at->erp, at->sku, &room);
    const wb_relation_key taken = {at->shard, WB_RELATION_TAKEN, name};
    const wb_relation_key takes = {at->shard, WB_RELATION_TAKES, at->order};
    wb_rc rc = wb_relations_delete(txn, &taken, at->record, err);

    return rc ? rc : wb_relations_delete(txn, &takes, at->record, err);
}

static wb_rc
add_note(void *arg, wb_view record, wb_view note, wb_err *err)
{
    int64_t *sum = arg;

    (void)record;
    (void)err;
    if (__builtin_add_overflow(*sum, wb_taken_read(note).quantity, sum))
        *sum = INT64_MAX;
    return WB_OK;
}

wb_rc
wb_taken_sum(const wb_stock_goods *goods, int64_t *out, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_relation_key key = {
        goods->shard, WB_RELATION_TAKEN, {NULL, 0}
    };
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_TAKEN, &any, err);

    *out = 0;
    if (rc || !any)
        return rc;
    key.name = wb_taken_name(goods->from, goods->master, &room);
    return wb_relations_scan(txn, &key, (wb_view){NULL, 0}, add_note, out, err);
}
