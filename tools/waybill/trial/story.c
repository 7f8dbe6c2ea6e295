/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story - what went there and what came back, by kind
 */
#include "tools/waybill/trial/story.h"

#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"
#include "tools/waybill/terminal/table.h"

#define QUIET_MS 1500
#define LATE_MS 20000
#define NAME_MAX 512
/* Of a run that is long enough each special case is to have come so often. */
#define ORDERS_LONG 2000
#define CASES_LEAST 20

/* --- what the world tells --- */

static void
read_kind(wb_story_kind *self, wb_json *json, wb_json_ref at)
{
    wb_view name = wb_json_key(json, at);

    *self = (wb_story_kind){.at_source = wb_read_int(json, at, "at_source"),
                            .at_target = wb_read_int(json, at, "at_target"),
                            .kept = wb_read_int(json, at, "kept"),
                            .repeated = wb_read_int(json, at, "repeated"),
                            .older_after_newer = wb_read_int(json, at, "older_after_newer"),
                            .invented = wb_read_int(json, at, "invented")};
    (void)snprintf(self->plural, sizeof self->plural, "%.*s", WB_VIEW_ARG(name));
    wb_read_text(json, at, "kind", self->kind, sizeof self->kind);
}

static void
read_cases(wb_story *self, wb_json *json, wb_json_ref story)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, story, "cases"));

    self->case_count = 0;
    for (; at != WB_JSON_NONE && self->case_count < WB_STORY_CASES_MAX;
         at = wb_json_next(json, at)) {
        wb_story_case *row = &self->cases[self->case_count++];
        (void)snprintf(row->name, sizeof row->name, "%.*s", WB_VIEW_ARG(wb_json_key(json, at)));
        row->count = 0;
        wb_ignore(wb_json_int(json, at, &row->count, "count", NULL), "reads as none");
    }
}

static void
read_far(wb_story *self, wb_json *json, wb_json_ref at, wb_view target, wb_view kind)
{
    wb_story_far *row = &self->fars[self->far_count];

    if (self->far_count == WB_STORY_FARS_MAX || !wb_read_int(json, at, "records"))
        return;
    self->far_count++;
    *row = (wb_story_far){.records = wb_read_int(json, at, "records"),
                          .versions = wb_read_int(json, at, "versions"),
                          .unchanged = wb_read_int(json, at, "unchanged"),
                          .repeated = wb_read_int(json, at, "repeated"),
                          .older_after_newer = wb_read_int(json, at, "older_after_newer")};
    (void)snprintf(row->target, sizeof row->target, "%.*s", WB_VIEW_ARG(target));
    (void)snprintf(row->kind, sizeof row->kind, "%.*s", WB_VIEW_ARG(kind));
}

static void
read_fars(wb_story *self, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "targets"));

    self->far_count = 0;
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_view target = wb_json_key(json, at);
        wb_json_ref kind = wb_json_first(json, wb_json_get(json, at, "kinds"));
        read_far(self, json, at, target, WB_VIEW_LIT("order"));
        for (; kind != WB_JSON_NONE; kind = wb_json_next(json, kind))
            read_far(self, json, kind, target, wb_json_key(json, kind));
    }
}

void
wb_story_stats(wb_story *self, wb_json *json, int64_t now_ms)
{
    wb_json_ref story = wb_json_get(json, 0, "story");
    wb_json_ref at = wb_json_first(json, wb_json_get(json, story, "kinds"));
    int64_t before = wb_story_moved(self);

    self->count = 0;
    for (; at != WB_JSON_NONE && self->count < WB_STORY_KINDS_MAX; at = wb_json_next(json, at))
        read_kind(&self->kinds[self->count++], json, at);
    self->stock_wrong = wb_read_int(json, story, "stock_wrong");
    self->invented = wb_read_int(json, story, "invented");
    self->due = wb_read_int(json, story, "due");
    self->arrived = wb_read_int(json, story, "arrived");
    read_cases(self, json, story);
    read_fars(self, json);
    if (!self->quiet_ms || wb_story_moved(self) != before)
        self->quiet_ms = now_ms;
    self->asked = false;
}

/* --- what of it is lost --- */

static wb_view
parked_name(char dst[NAME_MAX], wb_view kind, wb_view external)
{
    int len = snprintf(dst, NAME_MAX, "%.*s/%.*s", WB_VIEW_ARG(kind), WB_VIEW_ARG(external));

    return (wb_view){dst, len < NAME_MAX ? (size_t)len : NAME_MAX - 1};
}

void
wb_story_park(wb_map *parked, wb_view kind, wb_view external)
{
    char name[NAME_MAX];

    (void)wb_map_put(parked, parked_name(name, kind, external), parked);
}

static wb_story_kind *
kind_of(wb_story *self, const char *kind)
{
    for (size_t i = 0; i < self->count; i++)
        if (!strcmp(self->kinds[i].kind, kind))
            return &self->kinds[i];
    return NULL;
}

/* Of stock the world lists the listings that are wrong, and counts the goods: none of them is
 * parked, and what is not right is lost. */
void
wb_story_missing(wb_story *self, wb_json *json, const wb_map *parked)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "missing"));
    char kind[24], id[NAME_MAX / 2], name[NAME_MAX];

    for (size_t i = 0; i < self->count; i++)
        self->kinds[i].lost = self->kinds[i].at_source - self->kinds[i].at_target;
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_read_text(json, at, "kind", kind, sizeof kind);
        wb_read_text(json, at, "id", id, sizeof id);
        wb_story_kind *row = kind_of(self, kind);
        if (row && row->lost > 0 &&
            wb_map_find(parked, parked_name(name, wb_view_of(kind), wb_view_of(id))))
            row->lost--;
    }
    self->asked = true;
}

/* --- what it comes to --- */

static bool
all_there(const wb_story *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->kinds[i].at_target + self->kinds[i].kept < self->kinds[i].at_source)
            return false;
    return self->count && !self->stock_wrong;
}

bool
wb_story_over(const wb_story *self, int64_t now_ms)
{
    int64_t quiet_ms = self->quiet_ms ? now_ms - self->quiet_ms : 0;

    return !self->due && quiet_ms >= (all_there(self) ? QUIET_MS : LATE_MS);
}

bool
wb_story_good(const wb_story *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->kinds[i].repeated || self->kinds[i].older_after_newer)
            return false;
    return all_there(self) && !self->due && !self->invented;
}

bool
wb_story_special(const wb_story *self, int64_t orders)
{
    for (size_t i = 0; i < self->case_count && orders >= ORDERS_LONG; i++)
        if (self->cases[i].count < CASES_LEAST)
            return false;
    return true;
}

int64_t
wb_story_moved(const wb_story *self)
{
    int64_t made = 0;

    for (size_t i = 0; i < self->count; i++)
        made += self->kinds[i].at_source;
    return made + self->arrived - self->due;
}

void
wb_story_words(const wb_story *self, wb_buf *out)
{
    for (size_t i = 0; i < self->count; i++)
        wb_buf_addf(out, "%s%s %lld of %lld", i ? "  " : "", self->kinds[i].plural,
                    (long long)self->kinds[i].at_target, (long long)self->kinds[i].at_source);
}

void
wb_story_print(const wb_story *self, bool lost_known, FILE *out)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    const char *missing = lost_known ? "lost" : "not there yet";
    char heads[128];

    (void)snprintf(heads, sizeof heads,
                   "by the world's own count\tat source\tat target\tto be parked\t%s\trepeated\t"
                   "older after newer\tinvented",
                   missing);
    wb_table_init(&table, heads);
    for (size_t i = 0; i < self->count; i++) {
        const wb_story_kind *row = &self->kinds[i];
        wb_table_row(&table, "%s\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld", row->plural,
                     (long long)row->at_source, (long long)row->at_target, (long long)row->kept,
                     (long long)row->lost, (long long)row->repeated,
                     (long long)row->older_after_newer, (long long)row->invented);
    }
    wb_table_print(&table, out);
    fprintf(out, "listings that show another number than is held: %lld\n",
            (long long)self->stock_wrong);
}

void
wb_story_print_ends(const wb_story *self, FILE *out)
{
    WB_AUTO(wb_table_fini) wb_table cases = {0}, fars = {0};

    wb_table_init(&cases, "special case\tcame");
    for (size_t i = 0; i < self->case_count; i++)
        wb_table_row(&cases, "%s\t%lld", self->cases[i].name, (long long)self->cases[i].count);
    if (self->case_count)
        wb_table_print(&cases, out);
    wb_table_init(&fars, "far end\tkind\trecords\tversions\tunchanged\trepeated\t"
                         "older after newer");
    for (size_t i = 0; i < self->far_count; i++) {
        const wb_story_far *row = &self->fars[i];
        wb_table_row(&fars, "%s\t%s\t%lld\t%lld\t%lld\t%lld\t%lld", row->target, row->kind,
                     (long long)row->records, (long long)row->versions, (long long)row->unchanged,
                     (long long)row->repeated, (long long)row->older_after_newer);
    }
    if (self->far_count)
        wb_table_print(&fars, out);
}

void
wb_story_json(const wb_story *self, bool lost_known, wb_json_writer *out)
{
    for (size_t i = 0; i < self->count; i++) {
        const wb_story_kind *row = &self->kinds[i];
        wb_json_put_key(out, row->plural);
        wb_json_open(out, '{');
        wb_json_member_int(out, "at_source", row->at_source);
        wb_json_member_int(out, "at_target", row->at_target);
        wb_json_put_key(out, "lost");
        if (lost_known && self->asked)
            wb_json_put_int(out, row->lost);
        else
            wb_json_put_null(out);
        wb_json_member_int(out, "repeated", row->repeated);
        wb_json_member_int(out, "older_after_newer", row->older_after_newer);
        wb_json_close(out, '}');
    }
    wb_json_member_int(out, "stock_wrong", self->stock_wrong);
    wb_json_member_int(out, "invented", self->invented);
    wb_json_put_key(out, "cases");
    wb_json_open(out, '{');
    for (size_t i = 0; i < self->case_count; i++)
        wb_json_member_int(out, self->cases[i].name, self->cases[i].count);
    wb_json_close(out, '}');
}
