/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moved - whose a buyer's address is: the channel's, until the ERP has shipped
 *
 * An order that a target was told is wanted there with another address. The address that the target
 * was told is noted, by digests, in the transaction that wants the new one; the note goes when the
 * target has that. So it is known, each time the order is about to leave, that it would change
 * where goods go. Has the target shipped by then, as a shipment of the order that was read of it
 * says, it is a conflict: the goods went to the former address, and a person has to say what
 * becomes of them. The order lies apart as what rules keep back does (ruled.h), and leaves
 *
 *   when a person releases it      who has seen to the parcel
 *   when the address is the old    the buyer is back; the note goes
 *   cancelled or returned          the target has to know
 *
 *   killed   note, exception and what leaves are one transaction
 *   twice    one that moves twice is held against the address that the target has: the first note
 *            stays, since the revision that moved last
 *   late     news of a shipment that comes while the new address waits in the outbox are seen when
 *            it is read from there. Behind the target's receipt of the new address they say
 *            nothing: it had that before it shipped, or has refused it itself. So what lies apart
 *            when that receipt comes is judged anew
 *   gone     with the order
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"
#include "protocol/records/aim.h"
#include "protocol/records/shipment.h"
#include "storage/relations.h"

/* What is noted of an order at a target. */
typedef struct {
    uint64_t revision; /* since which it is wanted where it is wanted now */
    wb_aim told, wanted;
} note;

static wb_relation_key
key_of(uint16_t shard, wb_view order)
{
    return (wb_relation_key){shard, WB_RELATION_MOVED, order};
}

/* False: it cannot be read. */
static bool
aim_of(wb_view canonical, wb_aim *out, int32_t *status)
{
    wb_order order;

    if (wb_canonical_decode(wb_order_fields, canonical, &order, sizeof order, NULL))
        return false;
    *status = order.status;
    wb_order_aim(&order, out);
    wb_canonical_fini(wb_order_fields, &order);
    return true;
}

static wb_rc
find(const wb_apart_way *way, note *out, bool *found, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(way->shard, way->order);
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_MOVED, &any, err);

    *found = false;
    wb_buf_init(&text, sizeof *out);
    if (!rc && any)
        rc = wb_relations_get(txn, &key, way->target, &text, found, err);
    *found = *found && text.len == sizeof *out;
    if (*found)
        memcpy(out, text.data, sizeof *out);
    return rc;
}

static wb_rc
drop(const wb_apart_way *way, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(way->shard, way->order);

    return wb_relations_delete(txn, &key, way->target, err);
}

wb_rc
wb_moved_note(const wb_want *want, wb_view target, wb_txn *txn, wb_err *err)
{
    const wb_apart_way way = {want->shard, target, want->record};
    const wb_relation_key key = key_of(way.shard, way.order);
    const wb_record_row *row = want->row;
    int32_t status = 0;
    note it = {0};
    wb_aim now;
    bool found = false;
    wb_rc rc = WB_OK;

    if (row->kind != WB_RECORD_ORDER || (!want->former.len && !want->released))
        return WB_OK;
    rc = find(&way, &it, &found, txn, err);
    if (!rc && found && want->released)
        return drop(&way, txn, err);
    if (rc || want->released || !row->wanted || !aim_of(row->canonical, &now, &status) ||
        (!found && !aim_of(want->former, &it.told, &status)))
        return rc;
    if (!wb_aim_elsewhere(&now, &it.told))
        return found ? drop(&way, txn, err) : WB_OK;
    if (!found || wb_aim_elsewhere(&now, &it.wanted))
        it.revision = row->revision;
    it.wanted = now;
    return wb_relations_put(txn, &key, target, (wb_view){(const char *)&it, sizeof it}, err);
}

/* --- has the target shipped it? --- */

typedef struct {
    const wb_leaving *what;
    wb_txn *txn;
    wb_buf *reason;
    bool found;
} shipped;

static wb_rc
look(void *arg, wb_view record, wb_view number, wb_err *err)
{
    shipped *self = arg;
    wb_record_row row;
    wb_key_parts parts;
    bool found = false;
    wb_rc rc;

    (void)number;
    if (self->found || !wb_view_eq(wb_key_account_of(record), self->what->target))
        return WB_OK;
    rc = wb_records_get(self->txn, self->what->shard, record, &row, &found, err);
    if (rc || !found || row.kind != WB_RECORD_SHIPMENT ||
        (row.status != WB_SHIPMENT_SHIPPED && row.status != WB_SHIPMENT_DELIVERED))
        return rc;
    self->found = true;
    if (!wb_key_parse(&parts, record, NULL))
        wb_buf_addf(self->reason,
                    "%s: the channel has another address; it was shipped to the former one "
                    "(shipment %.100s): see to the parcel, then release it",
                    wb_wait_name(WB_WAIT_CONFLICT), parts.external);
    return WB_OK;
}

wb_rc
wb_moved_judge(const wb_leaving *what, wb_verdict *out, wb_txn *txn, wb_err *err)
{
    const wb_apart_way way = {what->shard, what->target, what->record};
    const wb_relation_key parts = {what->shard, WB_RELATION_PARTS, what->record};
    shipped self = {what, txn, &out->reason, false};
    int32_t status = 0;
    wb_aim now;
    note it;
    bool found = false;
    wb_rc rc;

    if (what->row->kind != WB_RECORD_ORDER || what->released || out->wait != WB_WAIT_COUNT)
        return WB_OK;
    rc = find(&way, &it, &found, txn, err);
    if (rc || !found || !aim_of(what->row->canonical, &now, &status) ||
        !wb_aim_elsewhere(&now, &it.told) || status == WB_ORDER_CANCELLED ||
        status == WB_ORDER_RETURNED)
        return rc;
    rc = wb_relations_scan(txn, &parts, (wb_view){NULL, 0}, look, &self, err);
    if (!rc && self.found)
        out->wait = WB_WAIT_CONFLICT;
    return rc;
}

wb_rc
wb_moved_there(const wb_apart_way *way, uint64_t revision, bool *over, wb_txn *txn, wb_err *err)
{
    note it;
    bool found = false;
    wb_rc rc = find(way, &it, &found, txn, err);

    *over = !rc && found && revision >= it.revision;
    return *over ? drop(way, txn, err) : rc;
}

wb_rc
wb_moved_forget(uint16_t shard, wb_view order, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(shard, order);
    WB_AUTO(wb_buf_fini) wb_buf target = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    bool found = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_MOVED, &found, err);

    while (!rc && found) {
        wb_buf_fini(&target);
        wb_buf_fini(&text);
        wb_buf_init(&target, WB_KEY_MAX);
        wb_buf_init(&text, sizeof(note));
        rc = wb_relations_next(txn, &key, &target, &text, &found, err);
        if (!rc && found)
            rc = drop(&(wb_apart_way){shard, wb_buf_view(&target), order}, txn, err);
    }
    return rc;
}
