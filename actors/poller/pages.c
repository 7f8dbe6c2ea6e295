/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - do the pages of a slice lead anywhere? What they brought is remembered until its end
 *
 *   repeats   the very records of an earlier page, whatever their versions: another page was asked
 *             for, so what is on it was not told. A page that its connector reads once more on
 *             purpose (`reread`) is none of these
 *   circle    a cursor is named for the third time: it led here twice and came back
 *   nowhere   a cursor leads to itself, two pages in a row had nothing but what this slice had
 *             before, or a hundred were empty
 *   restart   all of it is forgotten: it is found once more
 *
 * A slice may bring a million records. Of them the last are remembered, and of its pages and
 * cursors, a hundredth of that, apart from them: so what goes round in a long circle is found by
 * these, and memory does not grow with what is read.
 */
#include "actors/poller/poller.h"
#include "protocol/base/random.h"
#include "protocol/base/recent.h"

#define STALE_PAGES_MAX 2
#define EMPTY_PAGES_MAX 100
#define SEEN_MAX 65536 /* records, and pages with their cursors: a megabyte of each */

/* What is remembered is told apart by these; no time of an event is one of them. */
#define SEED_PAGE (UINT64_C(1) << 63)
#define SEED_CURSOR (UINT64_C(1) << 62)
#define SEED_CURSOR_AGAIN (UINT64_C(1) << 61)

void
wb_pages_forget(wb_feed *self)
{
    wb_recent_destroy(&self->slice_items);
    wb_recent_destroy(&self->slice_pages);
    self->stale_pages = self->empty_pages = 0;
}

/* Did this slice bring it already? The version of a record, not the record: one that changed
 * meanwhile comes twice with good reason. */
static bool
seen_before(wb_feed *self, const wb_item *item)
{
    wb_view what = item->what.len ? item->what : item->body;

    return wb_recent_note(self->slice_items,
                          wb_hash64(what.data, what.len, (uint64_t)item->event_utc_us));
}

/* Which records a page has, in any order; 0 = none. */
static uint64_t
page_hash(const wb_outcomes *out)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < out->item_count; i++) {
        const wb_item *item = &out->items[i];
        wb_view id = item->external.len ? item->external : item->body;

        sum += wb_hash64(id.data, id.len, item->record_kind);
    }
    return out->item_count ? wb_hash64(&sum, sizeof sum, SEED_PAGE) : 0;
}

/* A cursor that was named twice before. */
static bool
in_a_circle(wb_feed *self, wb_view cursor)
{
    wb_recent *pages = self->slice_pages;

    return cursor.len && wb_recent_note(pages, wb_hash64(cursor.data, cursor.len, SEED_CURSOR)) &&
           wb_recent_note(pages, wb_hash64(cursor.data, cursor.len, SEED_CURSOR_AGAIN));
}

/* How many of its items this slice had before. */
static size_t
count_known(wb_feed *self, const wb_outcomes *out)
{
    size_t known = 0;

    for (size_t i = 0; i < out->item_count; i++)
        known += seen_before(self, &out->items[i]);
    return known;
}

static const char *
leads_nowhere(wb_feed *self, const wb_outcomes *out, size_t known)
{
    self->empty_pages = out->item_count ? 0 : self->empty_pages + 1;
    self->stale_pages = known < out->item_count ? 0 : self->stale_pages + (known > 0);
    if (in_a_circle(self, out->cursor))
        return "its pages have no end: their cursors go in a circle";
    if (!out->cursor.len)
        return NULL;
    if (self->stale_pages >= STALE_PAGES_MAX || wb_view_eq(out->cursor, self->at.cursor))
        return "its pages have no end: they bring what it had before";
    return self->empty_pages >= EMPTY_PAGES_MAX ? "its pages have no end: they bring nothing"
                                                : NULL;
}

bool
wb_pages_repeat(const wb_feed *self, const wb_outcomes *out)
{
    uint64_t hash = page_hash(out);

    return hash && !out->reread && !out->again_ms && self->slice_pages &&
           wb_recent_has(self->slice_pages, hash);
}

const char *
wb_pages_take(wb_feed *self, const wb_outcomes *out)
{
    uint64_t hash = page_hash(out);
    size_t known;

    if (!self->slice_pages) {
        self->slice_pages = wb_recent_new(SEEN_MAX);
        self->slice_items = wb_recent_new(SEEN_MAX);
    }
    known = count_known(self, out);
    if (hash)
        (void)wb_recent_note(self->slice_pages,
                             hash); /* known already, where it is read once more */
    return out->again_ms ? NULL : leads_nowhere(self, out, known);
}
