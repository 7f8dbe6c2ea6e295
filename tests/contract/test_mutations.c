/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every recorded answer and notice of every connector, told a little wrong in each way there is
 * (mutate.h) and cut at each byte: what comes of it is one of the things that docs/connectors.md
 * allows. Never a stopped account, an element that holds up the others of its page, an order held
 * by a field that nobody needs, an effect or a value that nobody told.
 *
 * What a connector needs stands in tests/fixtures/<connector>/allowed, a line each; a path that
 * ends in * stands for all that begins so:
 * - needed OPERATION PATH: without it that record (or that answer) cannot be used
 * - unseen OPERATION PATH: an element without it is left out: it comes again by itself
 * - empty OPERATION PATH: of a probe: a list with nothing in it is how the vendor says *absent*
 * - derived PATH: a field of the record that is computed from others
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/allowed.h"
#include "tests/contract/canonical_leaves.h"
#include "tests/contract/kit_answers.h"
#include "tests/contract/mutate.h"
#include "tests/unit/suite.h"

#define TRUTH_MAX 64
#define WORD_MIN 4

/* What the untouched answer came to. */
typedef struct {
    wb_rc rc;
    bool body_counts; /* the same answer without a body is another one */
    size_t items, results;
    char *externals[TRUTH_MAX], *whats[TRUTH_MAX];
    bool parked[TRUTH_MAX];
    wb_result_code codes[KIT_ITEMS_MAX];
    leaves records[TRUTH_MAX]; /* of an item, or of a result */
    char *cursor, *token;
} truth;

typedef struct {
    kit *self;
    const kit_recorded *answer;
    char *allowed; /* the file */
    truth base;
    const mutation *at;
    size_t taken, refused, wrong;
    leaves told;
} judge;

static bool
is_needed(const judge *self)
{
    return allowed_is(self->allowed, "needed", self->self->call.op->name, self->at->path);
}

/* Told once for a path and a complaint: they come by the dozen. */
static void
complain(judge *self, const char *what, const char *more)
{
    char line[MUTATE_PATH_MAX + 200], bare[MUTATE_PATH_MAX];

    self->wrong++;
    allowed_bare(bare, sizeof bare, self->at->path);
    snprintf(line, sizeof line, "%s %s: %s", self->self->call.op->name, bare, what);
    for (size_t i = 0; i < self->told.count; i++)
        if (strcmp(self->told.lines[i], line) == 0)
            return;
    self->told.lines =
        wb_realloc(self->told.lines, (self->told.count + 1) * sizeof *self->told.lines);
    self->told.lines[self->told.count++] = wb_text_dup(line);
    fprintf(stderr, "%s: %s (%s %.*s)%s%.100s\n", self->self->connector->name, line,
            mutate_kind_name(self->at->kind),
            (int)(self->at->put.len < 40 ? self->at->put.len : 40),
            self->at->put.len ? self->at->put.data : "", *more ? ": " : "", more);
}

/* --- values --- */

/* "0.00" was told by 0, "29.90" by 29.9. */
static void
bare_number(char *dst, size_t size, const char *value)
{
    size_t len = strlen(value);

    if (strchr(value, '.') && strspn(value, "-0123456789.") == len) {
        while (value[len - 1] == '0')
            len--;
        len -= value[len - 1] == '.';
    }
    snprintf(dst, size, "%.*s", (int)len, value);
}

/* Was this value told, by the answer (there or elsewhere in it) or by what the mutation put there?
 * Elsewhere: an amount whose category is missing is still an amount; a short word proves nothing.
 */
static bool
was_told(const judge *self, const leaves *base, const char *line)
{
    const char *value = strchr(line, '=') + 1;
    char path[MUTATE_PATH_MAX], bare[64];

    if (leaves_has(base, line))
        return true;
    bare_number(bare, sizeof bare, value);
    if (*bare && kit_has(self->at->put, bare))
        return true;
    if (strlen(value) >= WORD_MIN && kit_has(self->answer->body, value))
        return true;
    if (strstr(value, "\xef\xbf\xbd")) /* what was broken, and says so */
        return true;
    snprintf(path, sizeof path, "%.*s", (int)(value - 1 - line), line);
    return allowed_is(self->allowed, "derived", "", path);
}

/* An element of a list that is there twice: what is a sum says so. */
static bool
is_told_twice(const mutation *it)
{
    return it->kind == MUTATE_TWICE && it->path[strlen(it->path) - 1] == ']';
}

static void
judge_record(judge *self, const wb_envelope *raw, const leaves *base)
{
    leaves now = {0};
    wb_err err = {0};

    if (!base->count)
        return; /* a part of a record, or one that could not be mapped as it was */
    if (leaves_map(self->self->connector, raw, &now, &err)) {
        self->refused++;
        if (!is_needed(self))
            complain(self, "a field that nobody needs holds the order", err.text);
        return;
    }
    self->taken++;
    for (size_t i = 0; i < now.count && !is_told_twice(self->at); i++)
        if (!was_told(self, base, now.lines[i]))
            complain(self, "a value that nobody told", now.lines[i]);
    leaves_fini(&now);
}

/* --- pages --- */

/* The element of the page that a path is in: its number, or -1. */
static long
element_of(const char *path)
{
    const char *bracket = strchr(path, '[');

    return bracket ? strtol(bracket + 1, NULL, 10) : -1;
}

static const wb_item *
find_item(const kit *self, const char *external, const char *what)
{
    for (size_t i = 0; i < self->out.item_count; i++) {
        const wb_item *item = &self->out.items[i];

        if (wb_view_is(item->external, external) && wb_view_is(item->what, what))
            return item;
    }
    return NULL;
}

static void
judge_others(judge *self, long element)
{
    for (size_t i = 0; i < self->base.items; i++)
        if ((long)i != element &&
            !find_item(self->self, self->base.externals[i], self->base.whats[i]))
            complain(self, "another element of the page is lost", self->base.externals[i]);
}

static wb_envelope
raw_of_item(const wb_item *item)
{
    return (wb_envelope){.body = item->body, .record_kind = item->record_kind};
}

/* The element itself: still there, in whatever state; and what it says was told. */
static void
judge_element(judge *self, long element)
{
    const wb_outcomes *out = &self->self->out;
    const wb_item *item;
    wb_envelope raw;

    if (self->at->kind == MUTATE_MISSING && self->at->path[strlen(self->at->path) - 1] == ']')
        return;
    if (out->item_count < self->base.items) {
        if (!allowed_is(self->allowed, "unseen", self->self->call.op->name, self->at->path))
            complain(self, "the element vanished", "");
        return;
    }
    item = &out->items[element];
    raw = raw_of_item(item);
    if (item->outcome != WB_OUTCOME_PARKED) {
        self->taken++;
        if (item->kind == WB_KIND_RAW && item->outcome == WB_OUTCOME_NONE)
            judge_record(self, &raw, &self->base.records[element]);
        return;
    }
    self->refused++;
    if (!item->body.len && !is_needed(self))
        complain(self, "parked without its bytes", item->reason);
    if (!self->base.parked[element] && !is_needed(self))
        complain(self, "parked for a field that nobody needs", item->reason);
}

static void
judge_page(judge *self, wb_rc rc)
{
    const wb_outcomes *out = &self->self->out;
    long element = element_of(self->at->path);

    if (element >= (long)self->base.items)
        element = -1;
    if (rc != WB_OK) {
        self->refused++;
        if (element >= 0 && strchr(self->at->path, ']')[1])
            complain(self, "one element holds up its page", self->self->err.text);
        else if (rc != WB_RETRY)
            complain(self, "not asked again", kit_rc_name(rc));
        return;
    }
    if (element >= 0) {
        judge_others(self, element);
        judge_element(self, element);
    }
    if (self->base.cursor && !out->cursor.len && self->at->put.len > 2 &&
        self->at->put.data[0] != '{' && self->at->kind != MUTATE_NULL)
        complain(self, "the rest of the list is left out", "");
}

/* --- documents --- */

/* The base's record of that name, or -1. */
static long
base_of(const judge *self, const wb_item *item)
{
    for (size_t i = 0; i < self->base.items; i++)
        if (wb_view_is(item->external, self->base.externals[i]) && item->external.len)
            return (long)i;
    return -1;
}

/* What every record says was told, whatever its rows have become. */
static size_t
judge_records(judge *self)
{
    const wb_outcomes *out = &self->self->out;
    size_t parked = 0;

    for (size_t i = 0; i < out->item_count; i++) {
        wb_envelope raw = raw_of_item(&out->items[i]);
        long base = base_of(self, &out->items[i]);

        if (out->items[i].outcome == WB_OUTCOME_PARKED) {
            parked++;
            if (!out->items[i].body.len)
                complain(self, "parked without its bytes", out->items[i].reason);
        } else if (base >= 0) {
            judge_record(self, &raw, &self->base.records[base]);
        }
    }
    return parked;
}

/* A row may change the record that it is of, and no other; it never holds up the document. What is
 * wrong with a column is wrong with all of it. */
static void
judge_document(judge *self, wb_rc rc)
{
    bool row = strncmp(self->at->path, "rows[", 5) == 0;
    bool whole_row = row && self->at->path[strlen(self->at->path) - 1] == ']';
    size_t parked, lost = 0, before = 0;

    if (rc != WB_OK) {
        self->refused++;
        if (row)
            complain(self, "one row holds up its document", self->self->err.text);
        return;
    }
    parked = judge_records(self);
    for (size_t i = 0; i < self->base.items; i++) {
        before += self->base.parked[i];
        lost += !find_item(self->self, self->base.externals[i], self->base.whats[i]);
    }
    if (row && lost > (is_needed(self) ? 2 : 1)) /* its own, and the one that it now stands in */
        complain(self, "another record is lost", "");
    /* where bytes are no text, or a quote is never closed, nobody knows where cells end */
    if (row && !whole_row && self->at->kind != MUTATE_BROKEN && parked > before && !is_needed(self))
        complain(self, "parked for a field that nobody needs", "");
    if (parked > before)
        self->refused++;
    else
        self->taken++;
}

/* --- records, effects, tokens --- */

static wb_envelope
raw_of_result(const kit *self, size_t i)
{
    return (wb_envelope){.body = self->out.results[i].body,
                         .record_kind = self->items[i].env->record_kind};
}

static bool
is_yes(wb_result_code code)
{
    return code == WB_RESULT_DONE || code == WB_RESULT_UNCHANGED;
}

static void
judge_fetched(judge *self, wb_rc rc)
{
    const wb_outcomes *out = &self->self->out;

    if (rc != WB_OK) {
        self->refused++;
        if (!is_needed(self))
            complain(self, "a field that nobody needs holds the answer", self->self->err.text);
        return;
    }
    for (size_t i = 0; i < out->result_count; i++) {
        const wb_result *result = &out->results[i];
        wb_envelope raw = raw_of_result(self->self, i);

        if (result->code == WB_RESULT_DONE || result->code == WB_RESULT_BEHIND)
            judge_record(self, &raw, &self->base.records[i]);
        else if (result->code == self->base.codes[i])
            self->taken++;
        else if (self->refused++, !is_needed(self))
            complain(self, "a field that nobody needs holds a record", result->reason);
        if (is_yes(result->code) && self->base.codes[i] == WB_RESULT_ABSENT)
            complain(self, "what is not there has come", "");
    }
}

/* Nothing that was not done, or is not known to be done, becomes done. */
static void
judge_effects(judge *self, wb_rc rc)
{
    const wb_outcomes *out = &self->self->out;

    if (rc != WB_OK) {
        self->refused++;
        return;
    }
    for (size_t i = 0; i < out->result_count; i++) {
        wb_result_code code = out->results[i].code, base = self->base.codes[i];

        if (is_yes(code) && !is_yes(base))
            complain(self, "an effect that nobody told", "");
        if (code == WB_RESULT_ABSENT && base != WB_RESULT_ABSENT &&
            !allowed_empty(self->allowed, self->self->call.op->name, self->at))
            complain(self, "what is there is taken as absent", "");
        if (code == base)
            self->taken++;
        else
            self->refused++;
    }
}

static void
judge_token(judge *self, wb_rc rc)
{
    wb_view token = wb_buf_view(&self->self->out.token);

    if (rc != WB_OK) {
        self->refused++;
        if (!is_needed(self))
            complain(self, "a field that nobody needs holds the token", self->self->err.text);
    } else if (!wb_view_is(token, self->base.token) && !kit_has(self->at->put, "x") &&
               self->at->kind != MUTATE_BROKEN && self->at->kind != MUTATE_ABSURD) {
        complain(self, "a token that nobody gave", "");
    } else {
        self->taken++;
    }
}

static void
judge_read(judge *self, wb_rc rc)
{
    /* a refusal that does not say what it is about is one of the credentials */
    if (rc == WB_SUSPEND && self->base.rc != WB_SUSPEND && self->answer->status != 403) {
        complain(self, "the account is stopped", self->self->err.text);
        return;
    }
    if (self->base.rc != WB_OK) { /* a refusal, said differently */
        self->refused++;
        for (size_t i = 0; rc == WB_OK && i < self->self->out.result_count; i++)
            if (is_yes(self->self->out.results[i].code))
                complain(self, "a refusal has become a yes", "");
        return;
    }
    switch (self->self->call.op->verb) {
    case WB_VERB_PULL:
        if (self->self->call.op->slice)
            judge_document(self, rc);
        else
            judge_page(self, rc);
        break;
    case WB_VERB_FETCH:
        judge_fetched(self, rc);
        break;
    case WB_VERB_TOKEN:
        judge_token(self, rc);
        break;
    case WB_VERB_ACK:
    case WB_VERB_RELEASE:
    case WB_VERB_PUSH:
    case WB_VERB_PROBE:
    case WB_VERB_LOOK:
    case WB_VERB_ASK:
    case WB_VERB_NONE:
        judge_effects(self, rc);
        break;
    }
}

static void
on_mutation(void *arg, const mutation *it)
{
    judge *self = arg;

    self->at = it;
    judge_read(self, kit_read_copy(self->self, self->answer, it->body));
}

/* --- the truth --- */

static char *
text_of(wb_view text)
{
    return wb_text_dup_len(text.data ? text.data : "", text.len);
}

static void
learn_truth(judge *self)
{
    kit *it = self->self;
    truth *base = &self->base;
    const wb_outcomes *out = &it->out;

    memset(base, 0, sizeof *base);
    base->rc = kit_read_copy(it, self->answer, self->answer->body);
    if (base->rc)
        return;
    base->items = out->item_count < TRUTH_MAX ? out->item_count : TRUTH_MAX;
    base->results = out->result_count;
    for (size_t i = 0; i < base->items; i++) {
        wb_envelope raw = raw_of_item(&out->items[i]);

        base->externals[i] = text_of(out->items[i].external);
        base->whats[i] = text_of(out->items[i].what);
        base->parked[i] = out->items[i].outcome == WB_OUTCOME_PARKED;
        if (out->items[i].kind == WB_KIND_RAW)
            wb_ignore(leaves_map(it->connector, &raw, &base->records[i], NULL),
                      "then there is nothing to compare with");
    }
    for (size_t i = 0; i < base->results; i++) {
        wb_envelope raw = raw_of_result(it, i);

        base->codes[i] = out->results[i].code;
        if (it->connector->map && out->results[i].code == WB_RESULT_DONE &&
            it->call.op->verb == WB_VERB_FETCH)
            wb_ignore(leaves_map(it->connector, &raw, &base->records[i], NULL),
                      "then there is nothing to compare with");
    }
    base->cursor = out->cursor.len ? text_of(out->cursor) : NULL;
    base->token = text_of(wb_buf_view(&out->token));
    base->body_counts = kit_read_copy(it, self->answer, (wb_view){"", 0}) != base->rc;
}

static void
forget_truth(judge *self)
{
    truth *base = &self->base;

    for (size_t i = 0; i < TRUTH_MAX; i++) {
        wb_free(&base->externals[i]);
        wb_free(&base->whats[i]);
        leaves_fini(&base->records[i]);
    }
    wb_free(&base->cursor);
    wb_free(&base->token);
}

/* Cut anywhere, an answer that counts is asked for again, or its outcome is not known. */
static void
judge_cut(judge *self)
{
    size_t len = self->answer->body.len;
    char at[32];

    for (size_t i = 0; self->base.rc == WB_OK && self->base.body_counts && i < len; i++) {
        mutation cut = {
            .path = at, .body = {self->answer->body.data, i}
        };
        const wb_outcomes *out = &self->self->out;
        wb_rc rc = kit_read_copy(self->self, self->answer, cut.body);

        snprintf(at, sizeof at, "cut at %zu", i);
        self->at = &cut;
        if (rc == WB_SUSPEND)
            complain(self, "the account is stopped", self->self->err.text);
        if (rc == WB_OK && (out->item_count || out->token.len))
            complain(self, "a part is taken for the whole", "");
        for (size_t k = 0; rc == WB_OK && k < out->result_count; k++)
            if (is_yes(out->results[k].code))
                complain(self, "a part is taken for the whole", "");
    }
}

static size_t
count_of(wb_view text, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == c;
    return count;
}

static void
judge_answer(void *arg, const kit_recorded *answer)
{
    judge *self = arg;

    self->answer = answer;
    learn_truth(self);
    if (!self->self->call.op->slice) {
        mutate_each(answer->body, on_mutation, self);
        judge_cut(self);
    } else if (answer->body.len) { /* cut it never comes: it is a file only when it is whole */
        size_t separators[] = {count_of(answer->body, '\t'), count_of(answer->body, ',')};

        mutate_table(answer->body, separators[0] > separators[1] ? '\t' : ',', on_mutation, self);
    }
    forget_truth(self);
}

START_TEST(test_mutations)
{
    const wb_connector *connector = wb_connectors[_i];
    char path[512];
    size_t len;
    judge self = {0};

    snprintf(path, sizeof path, KIT_FIXTURES "%s/allowed", connector->name);
    self.allowed = kit_file(path, &len);
    for (int on = 0; on < 2; on++) {
        kit one;

        self.self = &one;
        kit_start(&one, connector);
        if (on)
            kit_switch_on(&one);
        for (const wb_op *op = connector->ops; op->name; op++) {
            kit_set_op(&one, op);
            kit_each_answer(&one, judge_answer, &self);
        }
        kit_fini(&one);
    }
    wb_free(&self.allowed);
    leaves_fini(&self.told);
    fprintf(stderr, "%s: %zu taken, %zu refused, %zu wrong\n", connector->name, self.taken,
            self.refused, self.wrong);
    ck_assert_uint_eq(self.wrong, 0);
    ck_assert_msg(self.taken > 0 && self.refused > 0,
                  "%s: none of its mutations is taken, or none refused", connector->name);
}
END_TEST

int
main(void)
{
    int count = 0;

    while (wb_connectors[count])
        count++;
    {
        const wb_suite_row rows[] = {
            {test_mutations, count},
            {NULL,           0    }
        };

        return wb_suite_run("contract.mutations", rows);
    }
}
