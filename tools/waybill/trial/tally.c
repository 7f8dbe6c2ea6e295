/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally - reads answers, adds up, prints
 */
#include "tools/waybill/trial/tally.h"

#include <stdio.h>
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"

void
wb_tally_init(wb_tally *self)
{
    *self = (wb_tally){.missing = -1, .parked_ids = wb_map_new()};
    wb_apart_init(&self->apart);
}

void
wb_tally_fini(wb_tally *self)
{
    wb_map_destroy(&self->parked_ids);
    wb_apart_fini(&self->apart);
}

void
wb_tally_ledger(wb_tally *self, const wb_ask *runs, wb_json *json)
{
    wb_json_ref total;

    for (size_t i = 0; i < runs->count; i++) {
        if (wb_answer_read(&runs->answers[i], json, NULL))
            continue;
        total = wb_json_get(json, 0, "total");
        self->read = wb_read_int(json, total, "read");
        self->open = wb_read_int(json, total, "open");
        self->handed_on = wb_read_int(json, total, "handed_on");
        self->unchanged = wb_read_int(json, total, "unchanged");
        self->stale = wb_read_int(json, total, "stale");
        self->merged = wb_read_int(json, total, "merged");
        self->filtered = wb_read_int(json, total, "filtered");
        self->parked = wb_read_int(json, total, "parked");
        self->held = wb_read_int(json, total, "held");
        self->ledger_known = true;
    }
}

/* Is it a process that hands over to targets? */
static bool
delivers(const wb_answer *answer)
{
    return strncmp(answer->instance, "pusher", 6) == 0;
}

void
wb_tally_parked(wb_tally *self, const wb_ask *parked, wb_json *json)
{
    char record[1100];
    wb_key_parts parts;

    for (size_t i = 0; i < parked->count; i++) {
        wb_json_ref at;

        if (wb_answer_read(&parked->answers[i], json, NULL))
            continue;
        self->apart.incomplete |= wb_read_bool(json, 0, "more");
        at = wb_json_first(json, wb_json_get(json, 0, "rows"));
        for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
            wb_read_text(json, at, "record", record, sizeof record);
            if (wb_key_parse(&parts, wb_view_of(record), NULL)) {
                wb_apart_found(&self->apart, false, WB_VIEW_LIT(""), WB_VIEW_LIT(""));
                continue;
            }
            wb_apart_found(&self->apart, delivers(&parked->answers[i]),
                           wb_view_of(wb_record_kind_name(parts.kind)), wb_view_of(parts.external));
            (void)wb_map_put(self->parked_ids, wb_view_of(parts.external), self);
            wb_story_park(self->parked_ids, wb_view_of(wb_record_kind_name(parts.kind)),
                          wb_view_of(parts.external));
        }
    }
}

void
wb_tally_stats(wb_tally *self, wb_json *json)
{
    wb_json_ref target = wb_json_at(json, 0, "targets." WB_TARGET);

    self->given = wb_read_int(json, 0, "given");
    self->orders = wb_read_int(json, 0, "orders");
    self->given_all = wb_read_bool(json, 0, "done");
    self->queued = wb_read_int(json, 0, "notices.visible") +
                   wb_read_int(json, 0, "notices.in_flight") +
                   wb_read_int(json, 0, "notices.delayed");
    self->records = wb_read_int(json, target, "records");
    self->versions = wb_read_int(json, target, "versions");
    self->newest = wb_read_int(json, target, "newest");
    self->repeated = wb_read_int(json, target, "repeated");
    self->older_after_newer = wb_read_int(json, target, "older_after_newer");
    wb_story_stats(&self->story, json, wb_now_ms());
}

void
wb_tally_missing(wb_tally *self, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "missing"));
    char id[64];

    self->missing = self->lost = 0;
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        self->missing++;
        wb_read_text(json, at, "id", id, sizeof id);
        if (!wb_map_find(self->parked_ids, wb_view_of(id)))
            self->lost++;
    }
}

static bool
balanced(const wb_tally *self)
{
    return self->read == self->handed_on + self->unchanged + self->stale + self->merged +
                             self->filtered + self->parked + self->held + self->open;
}

bool
wb_tally_settled(const wb_tally *self)
{
    return (self->given_all || self->stopped) && !self->queued && self->ledger_known &&
           self->read >= self->given && !self->open && !self->held && balanced(self);
}

bool
wb_tally_arrived(const wb_tally *self)
{
    return self->newest + self->parked >= self->given;
}

/* What is missing is lost, not on its way. */
static bool
known(const wb_tally *self)
{
    return self->missing >= 0 && (self->stalled || wb_tally_settled(self));
}

static bool
good_story(const wb_tally *self)
{
    return wb_story_good(&self->story) && wb_story_special(&self->story, self->orders) &&
           wb_apart_good(&self->apart);
}

bool
wb_tally_good(const wb_tally *self)
{
    return self->given_all && wb_tally_settled(self) && !self->repeated &&
           !self->older_after_newer &&
           (self->with_story ? good_story(self) : !self->missing && !self->lost && !self->parked);
}

void
wb_tally_print(const wb_tally *self, FILE *out)
{
    fprintf(out,
            "read %lld = handed on %lld + unchanged %lld + stale %lld + merged %lld + filtered "
            "%lld + parked %lld + held %lld",
            (long long)self->read, (long long)self->handed_on, (long long)self->unchanged,
            (long long)self->stale, (long long)self->merged, (long long)self->filtered,
            (long long)self->parked, (long long)self->held);
    if (self->open)
        fprintf(out, " + under way %lld", (long long)self->open);
    fprintf(out, "%s\n", balanced(self) ? "" : "  (does not add up)");
    fprintf(out,
            "at the target, by its own count: %lld records, %lld versions, %lld repeated, %lld "
            "older after newer",
            (long long)self->records, (long long)self->versions, (long long)self->repeated,
            (long long)self->older_after_newer);
    if (known(self))
        fprintf(out, "; lost %lld\n", (long long)self->lost);
    else
        fprintf(out, "; not there yet %lld\n", (long long)self->missing);
    if (!self->with_story)
        return;
    wb_story_print(&self->story, known(self), out);
    fprintf(out, "parked %lld: of those that must be %lld are not, %lld are and should not be\n",
            (long long)wb_apart_count(&self->apart), (long long)wb_apart_missing(&self->apart),
            (long long)wb_apart_unexpected(&self->apart));
    wb_story_print_ends(&self->story, out);
}

void
wb_tally_json(const wb_tally *self, FILE *out)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer json;
    char seconds[32];

    wb_buf_init(&text, 4096);
    wb_json_writer_init(&json, &text);
    wb_json_open(&json, '{');
    wb_json_member_int(&json, "read", self->read);
    wb_json_member_int(&json, "handed_on", self->handed_on);
    wb_json_member_int(&json, "unchanged", self->unchanged);
    wb_json_member_int(&json, "stale", self->stale);
    wb_json_member_int(&json, "merged", self->merged);
    wb_json_member_int(&json, "filtered", self->filtered);
    wb_json_member_int(&json, "parked",
                       self->with_story ? wb_apart_count(&self->apart) : self->parked);
    if (self->with_story) {
        wb_json_member_int(&json, "parked_missing", wb_apart_missing(&self->apart));
        wb_json_member_int(&json, "parked_unexpected", wb_apart_unexpected(&self->apart));
    }
    wb_json_member_int(&json, "held", self->held);
    wb_json_put_key(&json, "lost");
    if (known(self))
        wb_json_put_int(&json, self->lost);
    else
        wb_json_put_null(&json);
    (void)snprintf(seconds, sizeof seconds, "%.3f", self->seconds);
    wb_json_put_key(&json, "seconds");
    wb_json_put_raw(&json, wb_view_of(seconds));
    wb_json_put_key(&json, "target");
    wb_json_open(&json, '{');
    wb_json_member_int(&json, "records", self->records);
    wb_json_member_int(&json, "versions", self->versions);
    wb_json_member_int(&json, "repeated", self->repeated);
    wb_json_member_int(&json, "older_after_newer", self->older_after_newer);
    wb_json_close(&json, '}');
    if (self->with_story)
        wb_story_json(&self->story, known(self), &json);
    wb_json_close(&json, '}');
    fprintf(out, "%s\n", wb_buf_text(&text));
}
