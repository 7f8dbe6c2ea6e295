/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young_scan - a young table and the one of all keys as one, in the order of keys
 *
 * Young rows lie in the order of writing, so they are put in order first; then the old table is
 * walked, and before each of its rows come the young ones that are before it. An old row that is
 * young as well is told once, as the young one.
 *
 * A reader puts all of them in order once. A writer changes them, so that each of its scans begins
 * anew: it takes those of its range alone, as a heap, whose first is known at once and whose others
 * are put in order only as far as the scan comes.
 */
#include <assert.h>
#include <stdlib.h>

#include "protocol/base/own.h"
#include "storage/young.h"

typedef struct {
    wb_view key, row;
} young_entry;

/* Of a reader: all young rows in key order, made once and kept, since a list goes over many shards.
 * Of a writer's scan: those of its range, as a heap. */
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
    const wb_kv_range *range; /* those of it alone; NULL = all */
    wb_young_sorted *into;
} collecting;

static bool
is_in(const wb_kv_range *range, wb_view key)
{
    int order = wb_view_cmp(key, range->from);

    return (order > 0 || (order == 0 && !range->behind)) && wb_view_begins(key, range->prefix);
}

static wb_rc
collect(void *arg, wb_view at, wb_view value, wb_err *err)
{
    const collecting *to = arg;
    wb_young_sorted *self = to->into;
    young_entry entry;

    if (wb_young_split(value, &entry.key, &entry.row, err))
        return wb_young_pass(to->txn, to->young, at, err);
    if (to->range && !is_in(to->range, entry.key))
        return WB_OK;
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

static void
sift(wb_young_sorted *self, size_t at)
{
    for (;;) {
        size_t least = at, child = 2 * at + 1;
        young_entry entry = self->entries[at];

        for (size_t i = child; i < child + 2 && i < self->count; i++)
            if (by_key(&self->entries[i], &self->entries[least]) < 0)
                least = i;
        if (least == at)
            return;
        self->entries[at] = self->entries[least];
        self->entries[least] = entry;
        at = least;
    }
}

/* `range`: a heap of those in it; NULL: all, sorted. */
static wb_rc
order_young(wb_txn *txn, wb_young young, const wb_kv_range *range, wb_young_sorted **out,
            wb_err *err)
{
    WB_AUTO(wb_young_sorted_destroy) wb_young_sorted *self = wb_alloc(sizeof *self);
    collecting to = {txn, young, range, self};
    wb_rc rc = wb_kv_scan(txn, wb_young_dbs[young], (wb_kv_range){0}, collect, &to, err);

    if (rc)
        return rc;
    if (range)
        for (size_t i = self->count / 2; i-- > 0;)
            sift(self, i);
    else if (self->count)
        qsort(self->entries, self->count, sizeof *self->entries, by_key);
    *out = wb_take(&self);
    return WB_OK;
}

typedef struct {
    wb_txn *txn;
    wb_young young;
    const wb_young_sorted *sorted;
    size_t next, end;      /* of what is sorted: the range */
    wb_young_sorted *heap; /* instead; NULL = it is sorted */
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

/* The first of those that are left; NULL = none. */
static const young_entry *
first_of(const young_scan *self)
{
    if (self->heap)
        return self->heap->count ? self->heap->entries : NULL;
    return self->next < self->end ? &self->sorted->entries[self->next] : NULL;
}

static young_entry
take_first(young_scan *self)
{
    young_entry first = *first_of(self);

    if (self->heap) {
        self->heap->entries[0] = self->heap->entries[--self->heap->count];
        sift(self->heap, 0);
    } else {
        self->next++;
    }
    return first;
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
    const young_entry *first;
    wb_rc rc = WB_OK;

    while (!rc && (first = first_of(self)) && (!before || wb_view_cmp(first->key, *before) < 0)) {
        young_entry entry = take_first(self);

        rc = tell(self, entry.key, entry.row, err);
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

    if (!self->heap)
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
    wb_rc rc = WB_OK;

    wb_young_check_reader(txn);
    if (txn->write)
        rc = order_young(txn, young, &range, &own, err);
    else if (!txn->sorted[young])
        rc = order_young(txn, young, NULL, &txn->sorted[young], err);
    if (rc)
        return rc;
    self.heap = own;
    self.sorted = txn->sorted[young];
    return scan_both(&self, range, err);
}
