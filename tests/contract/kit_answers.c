/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/kit_answers.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/contract/kit_records.h"

#define ITEMS 3
#define STEPS_MAX 8 /* of a chain */

static void
set_option(char *options, const wb_option *row, const char *value)
{
    char *at = options + row->offset;
    int64_t choice = 0;

    if (row->type == WB_OPTION_TEXT) {
        kit_text((char **)(void *)at, value);
        return;
    }
    ck_assert_msg(row->type == WB_OPTION_CHOICE, "%s is neither a text nor a choice", row->name);
    while (row->choices[choice] && strcmp(row->choices[choice], value) != 0)
        choice++;
    ck_assert_msg(row->choices[choice] != NULL, "%s: %s", row->name, value);
    *(int64_t *)(void *)at = choice;
}

/* "wid", or of the one row of a list of settings "stores.name": in *options its struct. */
static const wb_option *
option_of(const char *name, const wb_option *rows, char **options)
{
    size_t len = strcspn(name, ".");

    while (rows->name && (strlen(rows->name) != len || memcmp(rows->name, name, len) != 0))
        rows++;
    if (!name[len] || !rows->name)
        return rows;
    *options = ((wb_option_list *)(void *)(*options + rows->offset))->items;
    return option_of(name + len + 1, rows->sub, options);
}

/* tests/fixtures/<connector>/<file>, "NAME VALUE" a line: what a build cannot do without and a
 * default cannot give (`options`), and the other way of choices (`options.on`). */
static void
given_options(kit *self, const char *file)
{
    char path[512];
    size_t len = 0;
    WB_AUTO(wb_free) char *lines = NULL;

    snprintf(path, sizeof path, KIT_FIXTURES "%s/%s", self->connector->name, file);
    lines = kit_file(path, &len);
    for (char *line = lines, *end; line && *line; line = end + 1) {
        char *value = strchr(line, ' '), *options = self->options;
        const wb_option *row;

        end = strchr(line, '\n');
        ck_assert_msg(value && end, "%s", path);
        *value++ = *end = '\0';
        row = option_of(line, self->connector->options, &options);
        ck_assert_msg(row->name != NULL, "%s: %s", path, line);
        set_option(options, row, value);
    }
}

void
kit_start(kit *self, const wb_connector *connector)
{
    kit_init(self, connector);
    for (const wb_option *row = connector->options; row->name; row++) {
        char **text = (char **)(void *)((char *)self->options + row->offset);

        if (row->type == WB_OPTION_SECRET)
            kit_text(text, KIT_SECRET);
        else if (row->type == WB_OPTION_TEXT && strcmp(row->name, "probe_url") == 0)
            kit_text(text, "http://127.0.0.1:1/{key}");
        else if (row->type == WB_OPTION_TEXT &&
                 (strstr(row->name, "url") || strstr(row->name, "endpoint")))
            kit_text(text, "http://127.0.0.1:1");
    }
    kit_lists(self);
    given_options(self, "options");
    self->call.from_utc_us = KIT_NOW_US - INT64_C(3600000000);
    self->call.to_utc_us = KIT_NOW_US;
}

void
kit_switch_on(kit *self)
{
    for (const wb_option *at = self->connector->options; at->name; at++)
        if (at->type == WB_OPTION_BOOL)
            *(bool *)((char *)self->options + at->offset) = true;
    given_options(self, "options.on");
}

/* Is it what the connector does for a record of that kind, new or there already, in any state that
 * it is known in here? That is in `packed` then. */
static bool
pushes(kit *self, const wb_op *op, wb_record_kind kind)
{
    wb_envelope want = {.kind = WB_KIND_WANT, .record_kind = kind};
    const char *name = NULL;

    for (int state = 0; self->connector->push_op; state++) {
        wb_buf_fini(&self->packed);
        if (!kit_record_state(&self->packed, kind, state))
            return false;
        want.body = wb_buf_view(&self->packed);
        for (int there = 0; there < 2; there++) {
            name = self->connector->push_op(self->options, &want, there);
            if (name && strcmp(name, op->name) == 0)
                return true;
        }
    }
    return false;
}

/* The question that leads to this write; NULL = it asks none. */
static const wb_op *
question_of(const kit *self, const wb_op *op)
{
    for (const wb_op *at = self->connector->ops; at->name; at++)
        if (at != op && at->verb == WB_VERB_PUSH && wb_connector_leads(self->connector, at, op))
            return at;
    return NULL;
}

/* Is it that look, or one of the steps behind it? */
static bool
looks(const kit *self, const char *look, const wb_op *op)
{
    const wb_op *first = look ? wb_connector_op(self->connector, look) : NULL;

    return first && (first == op || wb_connector_leads(self->connector, first, op));
}

/* The push that it belongs to: itself, its question, or whose probe or look it is. */
static const wb_op *
push_of(const kit *self, const wb_op *op)
{
    const wb_op *question = op->verb == WB_VERB_PUSH ? question_of(self, op) : NULL;

    if (question)
        return question;
    for (const wb_op *at = self->connector->ops; at->name; at++)
        if (at == op ? op->verb == WB_VERB_PUSH
                     : (at->probe && strcmp(at->probe, op->name) == 0) || looks(self, at->look, op))
            return at;
    return NULL;
}

/* NONE = there is none. */
static wb_record_kind
first_kind(kit *self, const wb_op *push)
{
    for (int kind = 1; kind <= WB_RECORD_ALERT; kind++)
        if (pushes(self, push, (wb_record_kind)kind))
            return (wb_record_kind)kind;
    return WB_RECORD_NONE;
}

static void
turn_over(kit *self)
{
    for (const wb_option *at = self->connector->options; at->name; at++)
        if (at->type == WB_OPTION_BOOL)
            *(bool *)((char *)self->options + at->offset) ^= true;
}

/* By the settings as they are; else by those that say the other way. */
static wb_record_kind
kind_of(kit *self, const wb_op *op)
{
    const wb_op *push = push_of(self, op);
    wb_record_kind kind = push ? first_kind(self, push) : WB_RECORD_NONE;

    if (push && !kind) {
        turn_over(self);
        kind = first_kind(self, push);
        turn_over(self);
    }
    if (kind)
        return kind;
    ck_assert_msg(!push || op->verb != WB_VERB_PUSH, "%s: of no kind of record", op->name);
    wb_buf_fini(&self->packed);
    ck_assert(kit_record(&self->packed, WB_RECORD_ORDER));
    return WB_RECORD_ORDER;
}

/* --- chains --- */

/* Looks for the cursor by which an operation is asked: among what the recorded answers of the steps
 * before it lead to. */
typedef struct {
    kit *kit;
    const wb_stream *stream;
    const wb_op *wanted;
    int depth;
    bool found;
} search;

static void find_step(search *self, const wb_op *from);

static void
follow(void *arg, const kit_recorded *answer)
{
    search *self = arg;
    kit *it = self->kit;
    const wb_op *from = it->call.op, *next;
    WB_AUTO(wb_free)
    char *before = wb_text_dup_len(it->cursor ? it->cursor : "", it->call.cursor.len);
    size_t len = it->call.cursor.len;

    if (self->found || kit_read_copy(it, answer, answer->body) || !it->out.cursor.len)
        return;
    next = wb_connector_page(it->connector, it->options, self->stream, it->out.cursor);
    ck_assert_msg(next != NULL, "%s: leads to a step that there is none of", answer->path);
    if (next == from)
        return;
    kit_cursor(it, it->out.cursor);
    self->found = next == self->wanted;
    if (!self->found && self->depth < STEPS_MAX)
        find_step(self, next);
    if (self->found)
        return;
    it->call.op = from;
    kit_cursor(it, (wb_view){before, len});
}

static void
find_step(search *self, const wb_op *from)
{
    self->depth++;
    self->kit->call.op = from;
    kit_each_answer(self->kit, follow, self);
    self->depth--;
}

/* No cursor for what no chain leads to. */
static void
set_cursor(kit *self, const wb_op *op)
{
    search it = {.kit = self, .wanted = op};

    kit_cursor(self, (wb_view){NULL, 0});
    it.stream = self->connector->streams;
    for (; self->connector->page_op && it.stream && it.stream->name && !it.found; it.stream++) {
        const wb_op *first = wb_connector_pull(self->connector, self->options, it.stream);

        self->call.stream = wb_view_of(it.stream->name);
        if (first == op)
            break;
        if (it.stream->mode == WB_STREAM_LIST)
            find_step(&it, first);
    }
    self->call.op = op;
}

/* tests/fixtures/<connector>/parts/<operation>, a line each: what a fetch was answered in the steps
 * before this one. */
static wb_view
given_parts(kit *self, const wb_op *op)
{
    char path[512];
    size_t len = 0;
    WB_AUTO(wb_free) char *lines = NULL;

    snprintf(path, sizeof path, KIT_FIXTURES "%s/parts/%s", self->connector->name, op->name);
    lines = kit_file(path, &len);
    wb_buf_fini(&self->parts);
    wb_buf_init(&self->parts, WB_BODY_MAX);
    for (const char *line = lines; line && *line; line += strcspn(line, "\n") + 1) {
        size_t part = strcspn(line, "\n");
        const char size[4] = {(char)(part >> 24), (char)(part >> 16), (char)(part >> 8),
                              (char)part};

        ck_assert_msg(line[part] == '\n', "%s", path);
        wb_buf_add(&self->parts, size, sizeof size);
        wb_buf_add(&self->parts, line, part);
    }
    return self->parts.len ? wb_buf_view(&self->parts) : (wb_view){NULL, 0};
}

/* tests/fixtures/<connector>/cursors/<operation>: what the question of a push has led to. */
static wb_view
given_cursor(kit *self, const wb_op *op)
{
    char path[512];
    size_t len = 0;

    if (!question_of(self, op))
        return (wb_view){NULL, 0};
    snprintf(path, sizeof path, KIT_FIXTURES "%s/cursors/%s", self->connector->name, op->name);
    wb_free(&self->step);
    self->step = kit_file(path, &len);
    ck_assert_msg(self->step && len > 0, "%s", path);
    return (wb_view){self->step, len - (self->step[len - 1] == '\n')};
}

/* The kind of what a fetch completes; NONE = none but orders. */
static wb_record_kind
kind_of_fetch(const kit *self, const wb_op *op)
{
    for (const wb_stream *at = self->connector->streams; at && at->name; at++)
        if (wb_connector_fetch(self->connector, self->options, at) == op)
            return at->record_kind;
    return WB_RECORD_NONE;
}

/* tests/fixtures/<connector>/notices/<operation>: what a fetch needs of its notice, "@" being the
 * id of the order that it belongs to, of account a. */
static void
give_notice(kit *self, const wb_op *op, size_t index, const char *id)
{
    wb_envelope *env = &self->envs[index];
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    char path[512];
    size_t len = 0;
    WB_AUTO(wb_free) char *text = NULL;

    snprintf(path, sizeof path, KIT_FIXTURES "%s/notices/%s", self->connector->name, op->name);
    text = kit_file(path, &len);
    if (!text)
        return;
    wb_buf_init(&body, WB_BODY_MAX);
    for (const char *at = text; *at; at++)
        if (*at == '@')
            wb_buf_add_text(&body, id);
        else
            wb_buf_add_char(&body, *at);
    wb_free(&self->notices[index]);
    self->notices[index] = wb_text_dup_len(body.data, body.len);
    snprintf(self->roots[index], sizeof self->roots[index], "t/a/order/%s", id);
    env->record_kind = kind_of_fetch(self, op);
    env->root = wb_view_of(self->roots[index]);
    env->body = wb_view_of(self->notices[index]);
}

void
kit_set_op(kit *self, const wb_op *op)
{
    static const char *const ids[ITEMS] = {"1-1", "2-2", "3-3"};
    static const char *const tickets[ITEMS] = {"T-1", "T-2", "T-3"};
    wb_record_kind kind = kind_of(self, op);
    bool pull = op->verb == WB_VERB_PULL || op->verb == WB_VERB_TOKEN || op->verb == WB_VERB_ASK;
    int most = op->gather ? 1 : ITEMS; /* three would be three sets */
    int count = pull ? 0 : op->batch_max < most ? op->batch_max : most;
    wb_view step;

    step = op->verb == WB_VERB_PUSH ? given_cursor(self, op) : (wb_view){NULL, 0};
    self->call.item_count = 0;
    self->call.grant = wb_view_of(op->grant ? KIT_SECRET : NULL);
    if (op->verb == WB_VERB_PULL)
        set_cursor(self, op);
    self->call.op = op;
    for (int i = 0; i < count; i++) {
        wb_call_item *item = kit_item_of(self, kind, ids[i]);

        item->handle = WB_VIEW_LIT("handle");
        if (op->verb == WB_VERB_FETCH)
            item->partial = given_parts(self, op);
        item->cursor = step;
        if (op->verb == WB_VERB_FETCH)
            give_notice(self, op, (size_t)i, ids[i]);
        if (op->verb == WB_VERB_LOOK)
            item->ticket = wb_view_of(tickets[i]);
        if (op->verb == WB_VERB_PUSH || op->verb == WB_VERB_PROBE || op->verb == WB_VERB_LOOK) {
            self->envs[i].kind = WB_KIND_WANT;
            self->envs[i].body = wb_buf_view(&self->packed);
        }
    }
}

static void
load(const char *path, kit_recorded *out)
{
    size_t len = 0;
    char *line, *gap;

    memset(out, 0, sizeof *out);
    snprintf(out->path, sizeof out->path, "%s", path);
    out->bytes = kit_file(path, &len);
    ck_assert_msg(out->bytes != NULL, "%s", path);
    line = strchr(out->bytes, '\n');
    gap = strstr(out->bytes, "\n\n");
    ck_assert_msg(line && gap, "%s", path);
    out->status = (int)strtol(out->bytes, NULL, 10);
    snprintf(out->rc, sizeof out->rc, "%.*s", (int)(line - out->bytes - 4), out->bytes + 4);
    out->headers = (wb_view){line + 1, gap > line ? (size_t)(gap - line) : 0};
    out->body = (wb_view){gap + 2, len - (size_t)(gap + 2 - out->bytes)};
    while (out->body.len && out->body.data[out->body.len - 1] == '\n')
        out->body.len--;
}

static void
is_sane_item(const kit *self, const wb_item *item)
{
    if (self->call.op->verb == WB_VERB_ASK) { /* a name */
        ck_assert(item->what.len > 0 && item->external.len > 0);
        return;
    }
    ck_assert(item->kind == WB_KIND_NOTICE || item->kind == WB_KIND_RAW);
    ck_assert(item->what.len > 0);
    ck_assert(item->outcome == WB_OUTCOME_NONE || item->outcome == WB_OUTCOME_FILTERED ||
              item->outcome == WB_OUTCOME_PARKED);
    ck_assert(item->outcome != WB_OUTCOME_NONE || item->external.len > 0);
    ck_assert(item->outcome != WB_OUTCOME_PARKED || item->reason[0]);
}

/* Of a stream that begins no route: it tells of what was given. */
static bool
reads_back(const kit *self, wb_record_kind kind)
{
    for (const wb_stream *at = self->connector->streams; at && at->name; at++)
        if (at->reads_back && at->record_kind == kind && !strcmp(at->pull, self->call.op->name))
            return true;
    return false;
}

/* Of a kind that a stream says it carries, or a route could not lead it; and one of several of a
 * message is another message of ours, behind one that the queue knows. */
static void
is_told(const kit *self, const wb_item *item, size_t index)
{
    ck_assert_msg(!item->record_kind || wb_connector_gives(self->connector, item->record_kind) ||
                      reads_back(self, item->record_kind),
                  "%s: no stream says that it carries %s", self->call.op->name,
                  wb_record_kind_name(item->record_kind));
    ck_assert_msg(!item->record_kind || !wb_record_def_of(item->record_kind)->as_it_is,
                  "%s: %s are made of what a queue tells, by nobody else", self->call.op->name,
                  wb_record_def_of(item->record_kind)->plural);
    if (!item->beside)
        return;
    ck_assert(index > 0 && !item->seen.len && !item->handle.len);
    ck_assert(!wb_view_eq(item->what, item[-1].what));
}

void
kit_is_sane(const kit *self, wb_rc rc)
{
    const wb_outcomes *out = &self->out;

    ck_assert(rc == WB_OK || rc == WB_RETRY || rc == WB_REJECT || rc == WB_SUSPEND);
    ck_assert(rc == WB_OK || self->err.text[0]);
    ck_assert(strstr(self->err.text, KIT_SECRET) == NULL);
    ck_assert_uint_eq(out->result_count, self->call.item_count);
    ck_assert(out->retry_ms >= 0 && out->learnt_rate_micro >= 0);
    for (size_t i = 0; rc == WB_OK && i < out->item_count; i++) {
        is_sane_item(self, &out->items[i]);
        is_told(self, &out->items[i], i);
    }
    for (size_t i = 0; rc == WB_OK && i < out->result_count; i++) {
        const wb_result *result = &out->results[i];
        bool fetch = self->call.op->verb == WB_VERB_FETCH;

        ck_assert(result->code != WB_RESULT_PARK || result->reason[0]);
        ck_assert(!fetch || result->code != WB_RESULT_DONE || result->body.len > 0);
        ck_assert(result->code != WB_RESULT_MORE ||
                  ((!fetch || result->body.len) && result->cursor.len));
    }
    if (rc == WB_OK && self->call.op->verb == WB_VERB_TOKEN)
        ck_assert(out->token.len > 0 && out->token_ttl_ms > 0);
}

wb_rc
kit_read_copy(kit *self, const kit_recorded *answer, wb_view body)
{
    wb_rc rc;

    wb_free(&self->copy);
    wb_free(&self->copied_headers);
    self->copy = wb_text_dup_len(body.data, body.len);
    self->copied_headers = wb_text_dup_len(answer->headers.data, answer->headers.len);
    rc = kit_read(self, answer->status, self->copied_headers, (wb_view){self->copy, body.len});
    kit_is_sane(self, rc);
    return rc;
}

int
kit_each_answer(kit *self, kit_each each, void *arg)
{
    char folder[512], path[1024];
    DIR *dir;
    int count = 0;

    snprintf(folder, sizeof folder, KIT_FIXTURES "%s/%s", self->connector->name,
             self->call.op->name);
    dir = opendir(folder);
    ck_assert_msg(dir != NULL, "no recorded answers: %s", folder);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        kit_recorded answer;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        load(path, &answer);
        each(arg, &answer);
        wb_free(&answer.bytes);
        count++;
    }
    closedir(dir);
    return count;
}

const char *
kit_rc_name(wb_rc rc)
{
    static const char *const names[] = {"ok", "retry", "reject", "suspend", "full", "fatal"};

    return names[rc];
}
