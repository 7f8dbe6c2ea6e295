/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young_scan - a young table and the one of all keys as one, in the order of keys
 *
 * Young rows lie in the order of writing, so they are sorted first; then the old table is walked,
 * and before each of its rows come the young ones that are before it. An old row that is young as
 * well is told once, as the young one.
 */
#include <assert.h>
#include <stdlib.h>

#include "protocol/base/own.h"
#include "storage/young.h"

typedef struct {
    wb_view key, row;
} young_entry;

/* All young rows in key order. A reader makes it once and keeps it: a list goes over many shards.
 */
struct wb_young_sorted {
    young_entry *entries;
    size_t count, cap;
};

void
wb_young_sorted_destroy(wb_young_sorted **self_p)
{
    if (*self_p)
        wb_free(&(*self_p)->entries);
    wb_free(self_p);
}

typedef struct {
    wb_txn *txn;
    wb_young young;
    wb_young_sorted *into;
} collecting;

static wb_rc
collect(void *arg, wb_view at, wb_view value, wb_err *err)
{
    const collecting *to = arg;
    wb_young_sorted *self = to->into;
    young_entry entry;

    if (wb_young_split(value, &entry.key, &entry.row, err))
        return wb_young_pass(to->txn, to->young, at, err);
    if (self->count == self->cap) {
        self->cap = self->cap ? self->cap * 2 : 64;
        self->entries = wb_realloc(self->entries, self->cap * sizeof *self->entries);
    }
    self->entries[self->count++] = entry;
    return WB_OK;
}

static int
by_key(const void *a, const void *b)
{
    return wb_view_cmp(((const young_entry *)a)->key, ((const young_entry *)b)->key);
}

static wb_rc
sort_young(wb_txn *txn, wb_young young, wb_young_sorted **out, wb_err *err)
{
    WB_AUTO(wb_young_sorted_destroy) wb_young_sorted *self = wb_alloc(sizeof *self);
    collecting to = {txn, young, self};
    wb_rc rc = wb_kv_scan(txn, wb_young_dbs[young], (wb_kv_range){0}, collect, &to, err);

    if (rc)
        return rc;
    if (self->count)
        qsort(self->entries, self->count, sizeof *self->entries, by_key);
    *out = wb_take(&self);
    return WB_OK;
}

typedef struct {
    wb_txn *txn;
    wb_young young;
    const wb_young_sorted *sorted;
    size_t next, end; /* of what is sorted: the range */
    wb_kv_each each;
    void *arg;
    bool stopped;
} young_scan;

/* The first entry that is not before `key`; `behind`: that is behind it. */
static size_t
seek(const wb_young_sorted *sorted, wb_view key, bool behind)
{
    size_t low = 0, high = sorted->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wb_view_cmp(sorted->entries[middle].key, key);

        if (order < 0 || (behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
narrow(young_scan *self, wb_kv_range range)
{
    const wb_young_sorted *sorted = self->sorted;
    size_t from = seek(sorted, range.from, range.behind);

    self->next = seek(sorted, range.prefix, false);
    self->next = self->next > from ? self->next : from;
    self->end = self->next;
    while (self->end < sorted->count &&
           wb_view_begins(sorted->entries[self->end].key, range.prefix))
        self->end++;
}

static wb_rc
tell(young_scan *self, wb_view key, wb_view row, wb_err *err)
{
    wb_rc rc = self->each(self->arg, key, row, err);

    self->stopped = self->stopped || rc != WB_OK;
    return rc;
}

/* The young rows before a key; NULL: all that are left. */
static wb_rc
tell_young(young_scan *self, const wb_view *before, wb_err *err)
{
    wb_rc rc = WB_OK;

    while (!rc && self->next < self->end &&
           (!before || wb_view_cmp(self->sorted->entries[self->next].key, *before) < 0)) {
        const young_entry *entry = &self->sorted->entries[self->next++];

        rc = tell(self, entry->key, entry->row, err);
    }
    return rc;
}

/* The young rows before it, then the old one, unless it is young as well. */
static wb_rc
tell_old(void *arg, wb_view key, wb_view row, wb_err *err)
{
    young_scan *self = arg;
    wb_young_found young;
    wb_rc rc = tell_young(self, &key, err);

    rc = rc ? rc : wb_young_find(self->txn, self->young, key, &young, err);
    return rc || young.value.len ? rc : tell(self, key, row, err);
}

static wb_rc
scan_both(young_scan *self, wb_kv_range range, wb_err *err)
{
    wb_rc rc;

    narrow(self, range);
    rc = wb_kv_scan(self->txn, wb_young_old_dbs[self->young], range, tell_old, self, err);
    if (rc || self->stopped)
        return rc;
    self->txn->scanning++;
    rc = tell_young(self, NULL, err);
    assert(self->txn->scanning > 0);
    self->txn->scanning--;
    return rc == WB_FULL ? WB_OK : rc;
}

wb_rc
wb_young_scan(wb_txn *txn, wb_young young, wb_kv_range range, wb_kv_each each, void *arg,
              wb_err *err)
{
    WB_AUTO(wb_young_sorted_destroy) wb_young_sorted *own = NULL;
    young_scan self = {.txn = txn, .young = young, .each = each, .arg = arg};
    wb_rc rc;

    wb_young_check_reader(txn);
    if (!txn->sorted[young]) {
        rc = sort_young(txn, young, txn->write ? &own : &txn->sorted[young], err);
        if (rc)
            return rc;
    }
    self.sorted = own ? own : txn->sorted[young];
    return scan_both(&self, range, err);
}
