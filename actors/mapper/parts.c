/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts - records that share the lines of one order, in the order in which they came
 *
 * Two shipments of one SKU, of an order that has it on two lines, are each told SKUs alone: which
 * line is whose follows from who came first. That stands beside each as a number of its own, in an
 * index from the order to its records, changed in their transactions: no clock is asked, and a
 * later revision of the first keeps its place. What the target itself told is no news to it, and
 * counts for nothing there.
 *
 *   killed  record and number are one transaction
 *   twice   who has a number keeps it
 *   gone    a record that has grown old takes its row along; one without a row came before there
 *           was an index, and shares with nobody
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "storage/relations.h"

typedef struct {
    wb_view record; /* whose number is looked for */
    uint64_t number, last;
    bool found;
} numbers;

static uint64_t
number_of(wb_view note)
{
    uint64_t number = 0;

    if (note.len == sizeof number)
        memcpy(&number, note.data, sizeof number);
    return number;
}

static wb_rc
look(void *arg, wb_view record, wb_view note, wb_err *err)
{
    numbers *self = arg;
    uint64_t number = number_of(note);

    (void)err;
    if (number > self->last)
        self->last = number;
    if (!wb_view_eq(record, self->record))
        return WB_OK;
    self->found = true;
    self->number = number;
    return WB_OK;
}

static wb_relation_key
key_of(uint16_t shard, wb_view order)
{
    return (wb_relation_key){shard, WB_RELATION_PARTS, order};
}

static wb_rc
find(const wb_relation_key *key, numbers *out, wb_txn *txn, wb_err *err)
{
    return wb_relations_scan(txn, key, (wb_view){NULL, 0}, look, out, err);
}

static bool
shares(const wb_record_row *row)
{
    return row->root.len && wb_record_def_of(row->kind)->goods;
}

wb_rc
wb_parts_note(uint16_t shard, wb_view record, const wb_record_row *row, wb_txn *txn, wb_err *err)
{
    wb_relation_key key = key_of(shard, row->root);
    numbers known = {.record = record};
    wb_rc rc = shares(row) ? find(&key, &known, txn, err) : WB_OK;

    if (rc || known.found || !shares(row))
        return rc;
    known.last++;
    return wb_relations_put(txn, &key, record,
                            (wb_view){(const char *)&known.last, sizeof known.last}, err);
}

wb_rc
wb_parts_forget(uint16_t shard, wb_view record, wb_view order, wb_txn *txn, wb_err *err)
{
    wb_relation_key key = key_of(shard, order);

    return wb_relations_delete(txn, &key, record, err);
}

/* --- what others have --- */

typedef struct {
    const wb_leaving *what;
    const wb_record_row *order;
    wb_facts *facts;
    wb_txn *txn;
    uint64_t number; /* of what leaves */
} taking;

/* One that cannot be read takes nothing. */
static wb_rc
take(void *arg, wb_view record, wb_view note, wb_err *err)
{
    taking *self = arg;
    const wb_record_row *mine = self->what->row;
    wb_record_row row;
    wb_err why = {0};
    bool found = false;
    wb_rc rc;

    if (number_of(note) >= self->number ||
        wb_view_eq(wb_key_account_of(record), self->what->target))
        return WB_OK;
    rc = wb_records_get(self->txn, self->what->shard, record, &row, &found, err);
    if (rc || !found || row.kind != mine->kind || !wb_view_eq(row.root, mine->root))
        return rc;
    wb_masters_tell(self->what, self->order, wb_key_account_of(record), &self->facts->fill);
    wb_ignore(wb_facts_take(self->facts, row.kind, row.canonical, &why), "it is told as it is");
    return WB_OK;
}

wb_rc
wb_parts_take(const wb_leaving *what, const wb_record_row *order, wb_facts *facts, wb_txn *txn,
              wb_err *err)
{
    wb_relation_key key = key_of(what->shard, what->row->root);
    numbers known = {.record = what->record};
    taking self = {what, order, facts, txn, 0};
    wb_rc rc = shares(what->row) ? find(&key, &known, txn, err) : WB_OK;

    self.number = known.number;
    if (rc || !known.found)
        return rc;
    return wb_relations_scan(txn, &key, (wb_view){NULL, 0}, take, &self, err);
}

/* --- told --- */

typedef struct {
    uint16_t shard;
    wb_txn *txn;
    wb_json_writer *out;
    size_t told;
} telling;

static wb_rc
tell(void *arg, wb_view record, wb_view note, wb_err *err)
{
    telling *self = arg;
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(self->txn, self->shard, record, &row, &found, err);

    (void)note;
    if (rc || !found)
        return rc;
    wb_json_open(self->out, '{');
    wb_json_member_text(self->out, "record", record);
    wb_json_member_text(self->out, "kind", wb_view_of(wb_record_kind_name(row.kind)));
    wb_json_member_text(self->out, "status",
                        wb_view_of(wb_record_status_name(wb_record_def_of(row.kind), row.status)));
    wb_json_close(self->out, '}');
    return ++self->told == WB_PARTS_TOLD_MAX ? WB_FULL : WB_OK;
}

void
wb_parts_tell(uint16_t shard, wb_view order, wb_txn *txn, wb_json_writer *out)
{
    telling self = {.shard = shard, .txn = txn, .out = out};
    wb_relation_key key = key_of(shard, order);
    wb_err err = {0};

    wb_json_put_key(out, "parts");
    wb_json_open(out, '[');
    wb_ignore(wb_relations_scan(txn, &key, (wb_view){NULL, 0}, tell, &self, &err),
              "what was found is told");
    wb_json_close(out, ']');
}
