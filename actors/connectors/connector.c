/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connector - what every connector reads answers with, and what its table says
 *
 * Views that an outcome gives out point into its arena, which is reserved before the first of them
 * and never grows after, so nothing that was given out moves.
 */
#include "actors/connectors/connector.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define OUTCOMES_ARENA_MAX ((size_t)8 * WB_BODY_MAX)
#define RATE_MAX 1000000 /* calls a second that anybody may tell us */

wb_rc
wb_response_usual(const wb_call *call, const wb_response *self, wb_outcomes *out, wb_err *err)
{
    int status = self->status;

    if (status >= 200 && status < 300)
        return WB_OK;
    out->retry_ms = wb_response_retry_ms(self, call->now_utc_us);
    if (status == 401 || status == 403)
        return wb_fail(err, WB_SUSPEND, "%s: access refused (HTTP %d)", call->op->name, status);
    out->throttled = status == 429;
    if (out->throttled)
        return wb_fail(err, WB_RETRY, "%s: throttled (HTTP 429)", call->op->name);
    if (status == 408 || status == 425 || status >= 500)
        return wb_fail(err, WB_RETRY, "%s: HTTP %d", call->op->name, status);
    return wb_fail(err, WB_REJECT, "%s: refused (HTTP %d)", call->op->name, status);
}

bool
wb_part_next(wb_view *parts, wb_view *out)
{
    const unsigned char *at = (const unsigned char *)parts->data;
    size_t len;

    if (parts->len < 4)
        return false;
    len = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (len > parts->len - 4)
        return false;
    *out = (wb_view){parts->data + 4, len};
    *parts = (wb_view){parts->data + 4 + len, parts->len - 4 - len};
    return true;
}

bool
wb_rate_parse(int64_t *out_micro, wb_view decimal)
{
    int64_t whole = 0, part = 0, unit = 1000000;
    size_t i = 0, digits = 0;

    for (; i < decimal.len && decimal.data[i] >= '0' && decimal.data[i] <= '9'; i++, digits++) {
        whole = whole * 10 + (decimal.data[i] - '0');
        if (whole > RATE_MAX)
            return false;
    }
    if (i < decimal.len && decimal.data[i] == '.')
        for (i++; i < decimal.len && decimal.data[i] >= '0' && decimal.data[i] <= '9'; i++) {
            unit /= 10; /* digits below a millionth count nothing */
            part += unit * (decimal.data[i] - '0');
            digits++;
        }
    if (i != decimal.len || digits == 0)
        return false;
    *out_micro = whole * 1000000 + part;
    return true;
}

void
wb_outcomes_init(wb_outcomes *self)
{
    *self = (wb_outcomes){0};
    wb_buf_init(&self->token, WB_HTTP_HEADER_MAX);
    wb_buf_init(&self->grant, WB_HTTP_HEADER_MAX);
    wb_buf_init(&self->arena, OUTCOMES_ARENA_MAX);
}

/* A secret does not lie about. */
static void
forget(wb_buf *secret)
{
    if (secret->data)
        explicit_bzero(secret->data, secret->cap);
    wb_buf_clear(secret);
}

void
wb_outcomes_clear(wb_outcomes *self, size_t results)
{
    wb_outcomes kept = *self;

    if (results > kept.result_cap) {
        kept.results = wb_realloc(kept.results, results * sizeof *kept.results);
        kept.result_cap = results;
    }
    if (results)
        memset(kept.results, 0, results * sizeof *kept.results);
    forget(&kept.token);
    forget(&kept.grant);
    wb_buf_clear(&kept.arena);
    *self = (wb_outcomes){.items = kept.items,
                          .item_cap = kept.item_cap,
                          .results = kept.results,
                          .result_count = results,
                          .result_cap = kept.result_cap,
                          .token = kept.token,
                          .grant = kept.grant,
                          .arena = kept.arena};
}

void
wb_outcomes_fini(wb_outcomes *self)
{
    wb_outcomes_clear(self, 0);
    wb_buf_wipe(&self->token);
    wb_buf_wipe(&self->grant);
    wb_buf_fini(&self->arena);
    wb_free(&self->items);
    wb_free(&self->results);
    self->item_cap = self->result_cap = 0;
}

wb_item *
wb_outcomes_item(wb_outcomes *self)
{
    wb_item *item;

    if (self->item_count == self->item_cap) {
        self->item_cap = self->item_cap ? self->item_cap * 2 : 16;
        self->items = wb_realloc(self->items, self->item_cap * sizeof *self->items);
    }
    item = &self->items[self->item_count++];
    memset(item, 0, sizeof *item);
    return item;
}

void
wb_outcomes_reserve(wb_outcomes *self, size_t len)
{
    const char *room;

    assert(self->arena.len == 0);
    room = wb_buf_room(&self->arena, len);
    assert(room != NULL); /* else an answer was larger than WB_BODY_MAX */
    (void)room;
}

wb_view
wb_outcomes_keep(wb_outcomes *self, wb_view text)
{
    size_t start = self->arena.len;

    if (!text.data)
        return text;
    assert(self->arena.data && start + text.len < self->arena.cap);
    wb_buf_add_view(&self->arena, text);
    return (wb_view){self->arena.data + start, text.len};
}

void
wb_result_set(wb_result *self, wb_result_code code, const char *fmt, ...)
{
    va_list args;

    self->code = code;
    va_start(args, fmt);
    vsnprintf(self->reason, sizeof self->reason, fmt, args);
    va_end(args);
}

void
wb_item_park(wb_item *self, const char *fmt, ...)
{
    va_list args;

    self->outcome = WB_OUTCOME_PARKED;
    va_start(args, fmt);
    vsnprintf(self->reason, sizeof self->reason, fmt, args);
    va_end(args);
}

void
wb_complain(const wb_complaints *self, const char *const *names, const char *fmt, ...)
{
    char text[WB_REASON_MAX + 1];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    self->tell(self->arg, names, text);
}

/* --- schemes --- */

uint32_t
wb_op_schemes(const wb_op *self)
{
    return self->schemes ? self->schemes : WB_SCHEME_HTTP | WB_SCHEME_HTTPS;
}

/* NULL = it is not given, and need not be. */
static const char *
url_of(const wb_connector *connector, const void *options, const char *name)
{
    const wb_option *row = connector->options;
    const char *text;

    while (row->name && strcmp(row->name, name) != 0)
        row++;
    assert(row->type == WB_OPTION_TEXT);
    text = *(char *const *)(const void *)((const char *)options + row->offset);
    if (text && *text)
        return text;
    return row->fallback ? NULL : "";
}

static void
check_scheme(const wb_op *op, const char *name, const char *url, const wb_complaints *out)
{
    uint32_t scheme = wb_scheme_of(wb_view_of(url)), may = wb_op_schemes(op);
    const char *host = strstr(url, "://");
    char begin[WB_SCHEMES_TEXT_MAX];

    if (scheme & may & WB_SCHEMES_BUILT_IN)
        return;
    wb_schemes_text(begin, may);
    if (!host)
        wb_complain(out, WB_ABOUT(name), "has no scheme: begin it with %s", begin);
    else if (scheme & may)
        wb_complain(out, WB_ABOUT(name), "%.*s is not built in%s%s", (int)(host + 3 - url), url,
                    *begin ? ": begin it with " : "", begin);
    else
        wb_complain(out, WB_ABOUT(name), "%s is not asked by %.*s: begin it with %s", op->name,
                    (int)(host + 3 - url), url, begin);
}

/* Was this setting looked at for an operation before this one? It is told once. */
static bool
was_checked(const wb_connector *connector, const wb_op *op, const char *name)
{
    for (const wb_op *before = connector->ops; before != op; before++)
        for (size_t i = 0; i < WB_COUNT(before->urls); i++)
            if (before->urls[i] && strcmp(before->urls[i], name) == 0 &&
                wb_op_schemes(before) == wb_op_schemes(op))
                return true;
    return false;
}

void
wb_connector_check(const wb_connector *connector, const void *options, const wb_complaints *out)
{
    for (const wb_op *op = connector->ops; op && op->name; op++)
        for (size_t i = 0; i < WB_COUNT(op->urls) && op->urls[i]; i++) {
            const char *url = url_of(connector, options, op->urls[i]);

            if (url && !was_checked(connector, op, op->urls[i]))
                check_scheme(op, op->urls[i], url, out);
        }
    if (connector->check)
        connector->check(options, out);
}

static wb_rc
map_as_it_is(const wb_record_def *def, const wb_envelope *raw, wb_mapped *out, wb_err *err)
{
    wb_key_parts parts;
    wb_rc rc = wb_key_parse(&parts, raw->record, err);

    *out = (wb_mapped){.kind = def->kind};
    if (rc)
        return rc;
    out->made = wb_text_dup(parts.external);
    out->owners = UINT32_MAX;
    out->source_utc_us = raw->source_utc_us;
    out->routed = true;
    def->as_it_is(wb_mapped_record(out), raw, wb_view_of(out->made));
    return WB_OK;
}

wb_rc
wb_map_by_kind(const wb_map_row *rows, const wb_envelope *raw, wb_json *json, wb_mapped *out,
               wb_err *err)
{
    wb_rc rc = wb_json_parse_answer(json, raw->body, err);

    *out = (wb_mapped){.kind = raw->record_kind};
    if (rc)
        return rc;
    while (rows->kind != WB_RECORD_NONE && rows->kind != raw->record_kind)
        rows++;
    if (rows->kind == WB_RECORD_NONE)
        return wb_fail(err, WB_REJECT, "records of this kind are not read here");
    rc = rows->map(json, out, err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc)
        wb_mapped_fini(out);
    return rc;
}

wb_rc
wb_connector_map(const wb_connector *connector, const wb_envelope *raw, wb_json *json,
                 wb_mapped *out, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(raw->record_kind);
    const char *fault;
    wb_rc rc;

    if (def && def->as_it_is)
        return map_as_it_is(def, raw, out, err);
    if (!connector->map)
        return wb_fail(err, WB_REJECT, "nothing can be mapped from %s", connector->name);
    rc = connector->map(raw, json, out, err);
    if (rc)
        return rc;
    def = wb_record_def_of(out->kind);
    if (!def)
        return wb_fail(err, WB_REJECT, "there is no such kind of records");
    wb_record_set_reading(def, wb_mapped_record(out), wb_answer_left_out(json),
                          wb_answer_repaired(json));
    fault = def->fault ? def->fault(wb_mapped_record(out)) : NULL;
    return fault ? wb_fail(err, WB_REJECT, "%s", fault) : WB_OK;
}

void
wb_mapped_fini(wb_mapped *self)
{
    const wb_field *fields = wb_canonical_fields(self->kind);

    if (fields)
        wb_canonical_fini(fields, wb_mapped_record(self));
    wb_free(&self->made);
}

const wb_op *
wb_connector_op(const wb_connector *connector, const char *name)
{
    if (!name)
        return NULL;
    for (const wb_op *op = connector->ops; op->name; op++)
        if (strcmp(op->name, name) == 0)
            return op;
    return NULL;
}

const wb_op *
wb_connector_ask(const wb_connector *connector, const void *options, const wb_op *refused)
{
    return connector->ask_op ? wb_connector_op(connector, connector->ask_op(options, refused))
                             : NULL;
}

const wb_op *
wb_connector_question(const wb_connector *connector, const void *options)
{
    static const wb_verb asked_for[] = {WB_VERB_FETCH, WB_VERB_PUSH, WB_VERB_PULL};

    for (size_t i = 0; i < WB_COUNT(asked_for); i++)
        for (const wb_op *op = connector->ops; op->name; op++) {
            const wb_op *question =
                op->verb == asked_for[i] ? wb_connector_ask(connector, options, op) : NULL;

            if (question)
                return question;
        }
    return NULL;
}

const char *
wb_connector_not_sent(const wb_connector *connector, const void *options, const wb_envelope *want)
{
    return connector->push_op && connector->not_sent && !connector->push_op(options, want, false)
               ? connector->not_sent(options, want)
               : NULL;
}

const wb_stream *
wb_connector_stream(const wb_connector *connector, wb_view name)
{
    for (const wb_stream *stream = connector->streams; stream && stream->name; stream++)
        if (wb_view_is(name, stream->name))
            return stream;
    return NULL;
}

static bool
carries(const wb_stream *stream, wb_record_kind kind)
{
    const wb_record_kind *also = stream->also;

    while (also && *also != WB_RECORD_NONE && *also != kind)
        also++;
    if (stream->reads_back)
        return false;
    return stream->record_kind == kind || (also && *also == kind && kind != WB_RECORD_NONE);
}

bool
wb_connector_gives(const wb_connector *connector, wb_record_kind kind)
{
    const wb_record_def *def = wb_record_def_of(kind);

    for (const wb_stream *stream = connector->streams; stream && stream->name; stream++)
        if (carries(stream, kind) || (stream->mode == WB_STREAM_QUEUE && def && def->as_it_is))
            return true;
    return false;
}

bool
wb_connector_pushes(const wb_connector *connector)
{
    for (const wb_op *op = connector->ops; op && op->name; op++)
        if (op->verb == WB_VERB_PUSH)
            return true;
    return false;
}

bool
wb_connector_takes(const wb_connector *connector, wb_record_kind kind)
{
    const wb_record_kind *takes = connector->takes;

    if (!wb_connector_pushes(connector))
        return false;
    while (takes && *takes != WB_RECORD_NONE && *takes != kind)
        takes++;
    return takes ? *takes == kind : wb_canonical_fields(kind) != NULL;
}

const wb_op *
wb_connector_pull(const wb_connector *connector, const void *options, const wb_stream *stream)
{
    const char *name = connector->pull_op ? connector->pull_op(options, stream) : NULL;

    return wb_connector_op(connector, name ? name : stream->pull);
}

const wb_op *
wb_connector_page(const wb_connector *connector, const void *options, const wb_stream *stream,
                  wb_view cursor)
{
    const char *name = connector->page_op ? connector->page_op(options, stream, cursor) : NULL;

    return name ? wb_connector_op(connector, name) : wb_connector_pull(connector, options, stream);
}

#define CHAIN_MAX 8 /* a chain that leads into itself ends here */

static bool
begins_with_name(wb_view cursor, const char *name)
{
    size_t len = strlen(name);

    return cursor.len >= len && memcmp(cursor.data, name, len) == 0 &&
           (cursor.len == len || cursor.data[len] == ' ');
}

const wb_op *
wb_connector_more(const wb_connector *connector, const wb_op *op, wb_view cursor)
{
    const wb_op *step = op;

    if (!cursor.len || !op->more)
        return op;
    for (int i = 0; i < CHAIN_MAX && step && step->more; i++) {
        step = wb_connector_op(connector, step->more);
        if (step && begins_with_name(cursor, step->name))
            return step;
    }
    return wb_connector_op(connector, op->more);
}

bool
wb_connector_leads(const wb_connector *connector, const wb_op *op, const wb_op *step)
{
    for (int i = 0; i <= CHAIN_MAX && op; i++) {
        if (op == step)
            return true;
        op = op->more ? wb_connector_op(connector, op->more) : NULL;
    }
    return false;
}

int64_t
wb_connector_cost(const void *options, const wb_op *op, int count)
{
    int64_t points = op->cost ? op->cost(options, count) : 1;

    return points > 0 ? points : 1;
}

const wb_op *
wb_connector_fetch(const wb_connector *connector, const void *options, const wb_stream *stream)
{
    const char *name = connector->fetch_op ? connector->fetch_op(options, stream) : NULL;

    return wb_connector_op(connector, name ? name : stream->fetch);
}

const wb_stream *
wb_connector_single(const wb_connector *connector, wb_record_kind kind)
{
    for (const wb_stream *at = connector->streams; at && at->name; at++)
        if (at->single && at->record_kind == kind)
            return at;
    return NULL;
}

int
wb_connector_batch(const wb_connector *connector, const void *options, const wb_op *op)
{
    int own = connector->batch_max ? connector->batch_max(options, op) : 0;
    int max = own > 0 ? own : op->batch_max;

    return max > 0 ? max : 1;
}
