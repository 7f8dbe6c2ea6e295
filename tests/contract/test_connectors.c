/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract that every row of connectors.def keeps: its tables hold together, its requests are
 * pure and hide what is secret, and no answer, however damaged, is more than it can read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/kit_answers.h"
#include "tests/contract/kit_records.h"
#include "tests/unit/suite.h"

static const wb_connector *
row(int index)
{
    return wb_connectors[index];
}

START_TEST(test_operations)
{
    const wb_connector *connector = row(_i);

    ck_assert(kit_connector(connector->name) == connector);
    ck_assert(connector->summary && *connector->summary);
    for (const wb_op *op = connector->ops; op->name; op++) {
        ck_assert_msg(wb_connector_op(connector, op->name) == op, "%s is there twice", op->name);
        ck_assert_msg(op->verb != WB_VERB_NONE && op->build && op->read, "%s", op->name);
        ck_assert_msg(op->batch_max >= 1 && op->timeout_ms > 0, "%s", op->name);
        ck_assert_msg(!op->schemes || (op->schemes & WB_SCHEMES_BUILT_IN), "%s", op->name);
        ck_assert_msg((op->limit.rate_micro > 0) == (op->limit.burst > 0), "%s", op->name);
        ck_assert_msg((op->limit.in_flight > 0) == (op->limit.hold_ms > 0), "%s", op->name);
        ck_assert_msg(!op->needs_token || connector->sign, "%s", op->name);
        if (op->probe)
            ck_assert_msg(wb_connector_op(connector, op->probe)->verb == WB_VERB_PROBE, "%s",
                          op->name);
        if (op->more)
            ck_assert_msg(wb_connector_op(connector, op->more)->verb == op->verb, "%s", op->name);
        if (op->look)
            ck_assert_msg(wb_connector_op(connector, op->look)->verb == WB_VERB_LOOK, "%s",
                          op->name);
        if (op->renews)
            ck_assert_msg(wb_connector_op(connector, op->renews)->verb == WB_VERB_PUSH &&
                              wb_connector_op(connector, op->renews)->reads == op->reads,
                          "%s", op->name);
        ck_assert_msg(op->look || (!op->look_by_attempt && !op->ticket_max_ms), "%s", op->name);
        ck_assert_msg(!op->gather == !op->whole && (!op->gather || op->verb == WB_VERB_PUSH), "%s",
                      op->name);
    }
}
END_TEST

static void
check_verb(const wb_connector *connector, const char *name, wb_verb verb)
{
    const wb_op *op = wb_connector_op(connector, name);

    ck_assert_msg(op && op->verb == verb, "%s", name ? name : "(none)");
}

/* A list is read in pages, as large as the settings say: of one order each it takes days. */
static void
check_page(int index, const wb_op *op)
{
    const wb_option *size = row(index)->options;
    kit self;
    char said[16];
    int page;

    kit_start(&self, row(index));
    kit_set_op(&self, op);
    page = wb_connector_batch(row(index), self.options, op);
    ck_assert_msg(page > 1 && page <= op->batch_max, "%s: pages of %d", op->name, page);
    while (size->name && strcmp(size->name, "page_size") != 0)
        size++;
    ck_assert_msg(size->name != NULL, "%s has no page_size", row(index)->name);
    *(int64_t *)(void *)((char *)self.options + size->offset) = 7;
    self.call.page_max = wb_connector_batch(row(index), self.options, op);
    ck_assert_int_eq(self.call.page_max, 7);
    ck_assert_int_eq(kit_build(&self), WB_OK);
    (void)snprintf(said, sizeof said, *wb_buf_text(&self.request.body) ? ":7" : "=7");
    ck_assert_msg(strstr(wb_buf_text(&self.request.url), said) != NULL ||
                      strstr(wb_buf_text(&self.request.body), said) != NULL,
                  "%s", wb_buf_text(&self.request.url));
    kit_fini(&self);
}

/* A list whose first step brings nothing leads to one that brings pages. */
static void
check_chain(int index, const wb_stream *stream)
{
    const wb_connector *connector = row(index);
    bool brings = false;
    kit self;

    ck_assert_msg(connector->page_op != NULL, "%s: pages of one", stream->name);
    kit_start(&self, connector);
    for (const wb_op *op = connector->ops; op->name; op++) {
        const wb_op *next;

        if (op->verb != WB_VERB_PULL || op->batch_max == 1)
            continue;
        kit_set_op(&self, op);
        next = wb_connector_page(connector, self.options, stream, self.call.cursor);
        brings = brings || (self.call.cursor.len && next == op &&
                            wb_connector_batch(connector, self.options, op) > 1);
    }
    ck_assert_msg(brings, "%s: no step of it brings anything", stream->name);
    kit_fini(&self);
}

static bool
brings(const wb_stream *stream, wb_record_kind kind)
{
    bool also = false;

    for (const wb_record_kind *at = stream->also; at && *at != WB_RECORD_NONE; at++)
        also = also || *at == kind;
    return also || stream->record_kind == kind;
}

/* What it does not name is there no more: so nobody else may tell of that kind. */
static void
check_whole(const wb_connector *connector, const wb_stream *whole)
{
    ck_assert_msg(whole->mode == WB_STREAM_LIST, "%s", whole->name);
    for (const wb_stream *s = connector->streams; s->name; s++)
        ck_assert_msg(s == whole || !brings(s, whole->record_kind), "%s and %s", whole->name,
                      s->name);
}

START_TEST(test_streams)
{
    const wb_connector *connector = row(_i);

    for (const wb_stream *s = connector->streams; s && s->name; s++) {
        ck_assert(wb_connector_stream(connector, wb_view_of(s->name)) == s);
        ck_assert_msg(s->help && *s->help && s->record_kind != WB_RECORD_NONE, "%s", s->name);
        check_verb(connector, s->pull, WB_VERB_PULL);
        if (s->whole)
            check_whole(connector, s);
        ck_assert_msg(!s->reads_back || (s->mode == WB_STREAM_LIST && !s->single && !s->also &&
                                         wb_record_def_of(s->record_kind)->told_back),
                      "%s", s->name);
        if (s->fetch)
            check_verb(connector, s->fetch, WB_VERB_FETCH);
        if (s->mode == WB_STREAM_QUEUE) {
            check_verb(connector, s->ack, WB_VERB_ACK);
            check_verb(connector, s->release, WB_VERB_RELEASE);
            continue;
        }
        if (wb_connector_op(connector, s->pull)->batch_max > 1)
            check_page(_i, wb_connector_op(connector, s->pull));
        else
            check_chain(_i, s);
        ck_assert_msg(!(s->cron && s->interval_ms), "%s has two schedules", s->name);
        ck_assert_msg(s->slice_ms > 0 && s->first_ms >= s->slice_ms && s->overlap_ms >= 0 &&
                          s->margin_ms >= 0 && s->overlap_ms < s->slice_ms,
                      "%s", s->name);
    }
    ck_assert(!connector->streams || connector->map);
}
END_TEST

/* The first grant comes in by a secret of the account, and only tokens are asked for by it. */
START_TEST(test_grants)
{
    const wb_connector *connector = row(_i);

    for (const wb_op *op = connector->ops; op->name; op++) {
        const wb_option *option = connector->options;

        if (!op->grant)
            continue;
        while (option->name && strcmp(option->name, op->grant) != 0)
            option++;
        ck_assert_msg(option->name && option->type == WB_OPTION_SECRET, "%s", op->name);
        ck_assert_int_eq(op->verb, WB_VERB_TOKEN);
    }
}
END_TEST

/* Whatever may be refused for a record: a question about none tells whether it is the account. */
START_TEST(test_questions)
{
    const wb_connector *connector = row(_i);
    kit self;

    kit_start(&self, connector);
    for (const wb_op *op = connector->ops; op->name; op++) {
        const wb_op *ask = wb_connector_ask(connector, self.options, op);

        if (op->verb != WB_VERB_FETCH && op->verb != WB_VERB_PUSH)
            continue;
        ck_assert_msg(ask != NULL, "%s", op->name);
        ck_assert_msg(ask->verb == WB_VERB_ASK || ask->verb == WB_VERB_PULL, "%s", ask->name);
        ck_assert_msg(ask->needs_token == op->needs_token, "%s", ask->name);
    }
    kit_fini(&self);
}
END_TEST

/* What a target is not told of is told to people, in words; of all else there are none. */
START_TEST(test_what_is_not_sent_has_words)
{
    const wb_connector *connector = row(_i);
    kit self;

    kit_start(&self, connector);
    for (int kind = 1; connector->push_op && kind <= WB_RECORD_KIND_MAX; kind++) {
        wb_envelope want = {.kind = WB_KIND_WANT, .record_kind = (wb_record_kind)kind};

        for (int state = 0; wb_connector_takes(connector, want.record_kind); state++) {
            const char *words, *op;

            wb_buf_fini(&self.packed);
            if (!kit_record_state(&self.packed, want.record_kind, state))
                break;
            want.body = wb_buf_view(&self.packed);
            op = connector->push_op(self.options, &want, false);
            words = wb_connector_not_sent(connector, self.options, &want);
            ck_assert_msg(!op == (words && *words), "kind %d, state %d: %s", kind, state,
                          op ? op : "no operation");
        }
    }
    kit_fini(&self);
}
END_TEST

START_TEST(test_options)
{
    const wb_connector *connector = row(_i);

    for (const wb_option *a = connector->options; a->name; a++) {
        ck_assert_msg(a->help && strlen(a->help) > 3, "%s has no help", a->name);
        ck_assert_msg(a->offset < connector->options_size, "%s", a->name);
        for (const wb_option *b = a + 1; b->name; b++)
            ck_assert_msg(strcmp(a->name, b->name), "%s is there twice", a->name);
    }
}
END_TEST

static const wb_variable *
find_variable(const wb_connector *connector, const char *option)
{
    for (const wb_variable *at = connector->env->variables; at->option; at++)
        if (!strcmp(at->option, option))
            return at;
    return NULL;
}

/* What is made of variables alone is a whole account, and asked for by one that is nobody else's.
 */
START_TEST(test_environment)
{
    const wb_connector *connector = row(_i);
    bool asks = false;

    if (!connector->env)
        return;
    ck_assert(connector->env->account && *connector->env->account);
    for (const wb_variable *at = connector->env->variables; at->option; at++) {
        const wb_option *option = connector->options;

        while (option->name && strcmp(option->name, at->option))
            option++;
        ck_assert_msg(option->name && at->names[0] && at->help, "%s", at->option);
        ck_assert_msg(find_variable(connector, at->option) == at, "%s is there twice", at->option);
        asks = asks || (at->required && !at->common);
    }
    ck_assert(asks);
    for (const wb_option *at = connector->options; at->name; at++)
        ck_assert_msg(at->fallback || (find_variable(connector, at->name) &&
                                       find_variable(connector, at->name)->required),
                      "%s is required, and no variable gives it", at->name);
}
END_TEST

/* Build and sign; the whole request as one text. */
static void
request_text(kit *self, wb_buf *out)
{
    wb_rc rc = kit_build(self);

    ck_assert_msg(rc == WB_OK, "%s: %s", self->call.op->name, self->err.text);
    if (self->connector->sign) {
        rc = self->connector->sign(&self->call, WB_VIEW_LIT("T0K3N"), &self->request, &self->err);
        ck_assert_msg(rc == WB_OK, "%s: %s", self->call.op->name, self->err.text);
    }
    wb_buf_clear(out);
    wb_buf_addf(out, "%s %s\n", self->request.method, self->request.template);
    wb_buf_add_view(out, wb_buf_view(&self->request.url));
    wb_buf_add_char(out, '\n');
    for (size_t i = 0; i < self->request.header_count; i++)
        wb_buf_addf(out, "%s: %.*s (%d)\n", self->request.headers[i].name,
                    WB_VIEW_ARG(self->request.headers[i].value), self->request.headers[i].secret);
    wb_buf_add_view(out, wb_buf_view(&self->request.body));
}

static void
hides_secrets(const kit *self)
{
    const wb_request *request = &self->request;

    ck_assert(!kit_has(wb_request_show_url(request), KIT_SECRET));
    ck_assert(!kit_has(wb_request_show_url(request), "T0K3N"));
    ck_assert(self->call.op->verb == WB_VERB_TOKEN || self->connector->secret_body ||
              !kit_has(wb_buf_view(&request->body), KIT_SECRET));
    for (size_t i = 0; i < request->header_count; i++) {
        const wb_header *header = &request->headers[i];
        bool holds = kit_has(header->value, KIT_SECRET) || kit_has(header->value, "T0K3N");

        ck_assert_msg(!holds || header->secret, "%s", header->name);
        ck_assert_msg(!header->value.len || !memchr(header->value.data, '\n', header->value.len),
                      "%s", header->name);
    }
}

START_TEST(test_requests_are_pure)
{
    const wb_connector *connector = row(_i);

    for (const wb_op *op = connector->ops; op->name; op++) {
        WB_AUTO(wb_buf_fini) wb_buf first = {0};
        WB_AUTO(wb_buf_fini) wb_buf second = {0};
        kit self;

        wb_buf_init(&first, WB_BODY_MAX);
        wb_buf_init(&second, WB_BODY_MAX);
        kit_start(&self, connector);
        kit_set_op(&self, op);
        request_text(&self, &first);
        ck_assert(strncmp(wb_buf_text(&self.request.url), "http", 4) == 0);
        ck_assert(self.request.method && self.request.template);
        hides_secrets(&self);
        request_text(&self, &second);
        ck_assert_msg(wb_view_eq(wb_buf_view(&first), wb_buf_view(&second)), "%s", op->name);
        kit_fini(&self);
    }
}
END_TEST

/* What a person may ask for by its id needs no word of its source. */
START_TEST(test_single_records)
{
    const wb_connector *connector = row(_i);

    for (const wb_stream *s = connector->streams; s && s->name; s++) {
        kit self;

        if (!s->single)
            continue;
        ck_assert_msg(wb_connector_single(connector, s->record_kind), "%s", s->name);
        kit_start(&self, connector);
        self.call.op = wb_connector_fetch(connector, self.options, s);
        ck_assert_msg(self.call.op, "%s is read whole by its list", s->name);
        self.call.item_count = 0;
        kit_item_of(&self, s->record_kind, "701-1");
        ck_assert_uint_eq(self.envs[0].body.len, 0);
        ck_assert_msg(kit_build(&self) == WB_OK, "%s: %s", s->name, self.err.text);
        ck_assert(kit_has(wb_buf_view(&self.request.url), "701-1") ||
                  kit_has(wb_buf_view(&self.request.body), "701-1"));
        kit_fini(&self);
    }
}
END_TEST

/* Whatever a URL begins with is named, so that `check` knows what is asked by it: another host
 * there is another URL. */
static void
check_urls(kit *self, const wb_option *row)
{
    const wb_op *op = self->call.op;
    char **text = (char **)(void *)((char *)self->options + row->offset);
    bool named = (op->urls[0] && strcmp(op->urls[0], row->name) == 0) ||
                 (op->urls[1] && strcmp(op->urls[1], row->name) == 0);
    WB_AUTO(wb_free) char *before = NULL;
    WB_AUTO(wb_free) char *given = NULL;

    if (row->type != WB_OPTION_TEXT || !*text || wb_scheme_of(wb_view_of(*text)) == 0) {
        ck_assert_msg(!named, "%s: %s is no URL", op->name, row->name);
        return;
    }
    ck_assert_int_eq(kit_build(self), WB_OK);
    before = wb_text_dup(wb_buf_text(&self->request.url));
    given = wb_text_dup(*text);
    kit_text(text, "https://elsewhere.example/{key}");
    ck_assert_int_eq(kit_build(self), WB_OK);
    ck_assert_msg(named || strcmp(before, wb_buf_text(&self->request.url)) == 0,
                  "%s: its URL begins with %s", op->name, row->name);
    kit_text(text, "ftp://elsewhere.example/{key}");
    ck_assert_msg(!named || (kit_check(self) && strstr(self->err.text, row->name) &&
                             strstr(self->err.text, "ftp://: begin it with")),
                  "%s: %s", row->name, self->err.text);
    kit_text(text, given);
}

START_TEST(test_urls)
{
    const wb_connector *connector = row(_i);

    for (const wb_op *op = connector->ops; op->name; op++) {
        kit self;

        kit_start(&self, connector);
        kit_set_op(&self, op);
        for (const wb_option *at = connector->options; at->name; at++)
            check_urls(&self, at);
        kit_fini(&self);
    }
}
END_TEST

static void
read_damaged(kit *self, const kit_recorded *answer)
{
    size_t len = answer->body.len, step = len > 2000 ? len / 1000 : 1;
    char *copy = wb_text_dup_len(answer->body.data, len);

    for (size_t i = 0; i < len; i += step) {
        char kept = copy[i];

        kit_read_copy(self, answer, (wb_view){copy, i}); /* cut here */
        copy[i] = '"';
        kit_read_copy(self, answer, (wb_view){copy, len});
        copy[i] = (char)(kept ^ 0x11);
        kit_read_copy(self, answer, (wb_view){copy, len});
        copy[i] = '\0';
        kit_read_copy(self, answer, (wb_view){copy, len});
        copy[i] = kept;
    }
    wb_free(&copy);
}

static void
read_answer(void *arg, const kit_recorded *answer)
{
    kit *self = arg;
    wb_rc rc = kit_read_copy(self, answer, answer->body);

    ck_assert_msg(strcmp(kit_rc_name(rc), answer->rc) == 0, "%s: %s, %s", answer->path,
                  kit_rc_name(rc), self->err.text);
    read_damaged(self, answer);
}

/* --- documents --- */

/* Every item, as one text. */
static char *
items_text(kit *self, const kit_recorded *answer, wb_view body, size_t piece, int page_max)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_rc rc;

    self->piece = piece;
    self->call.page_max = page_max;
    rc = kit_read_copy(self, answer, body);
    self->call.page_max = 0;
    self->piece = 0;
    wb_buf_init(&out, SIZE_MAX / 2);
    wb_buf_addf(&out, "%s\n", kit_rc_name(rc));
    for (size_t i = 0; !rc && i < self->out.item_count; i++) {
        const wb_item *item = &self->out.items[i];

        wb_buf_addf(&out, "%.*s %.*s %d %s\n%.*s\n", WB_VIEW_ARG(item->external),
                    WB_VIEW_ARG(item->root.external), item->outcome, item->reason,
                    WB_VIEW_ARG(item->body));
    }
    return wb_text_dup(wb_buf_text(&out));
}

static void
same_in_pieces(kit *self, const kit_recorded *answer, wb_view body, bool all)
{
    static const size_t pieces[] = {1, 3, 17, 64, 100, 256};
    WB_AUTO(wb_free) char *whole = items_text(self, answer, body, 0, 0);

    for (size_t i = 0; i < (all ? WB_COUNT(pieces) : 2); i++)
        for (int page_max = 0; page_max < (all ? 4 : 2); page_max++) {
            WB_AUTO(wb_free) char *split = items_text(self, answer, body, pieces[i], page_max);

            ck_assert_msg(strcmp(split, whole) == 0, "%s by %zu, %d:\n%s\nat once:\n%s",
                          answer->path, pieces[i], page_max, split, whole);
        }
}

/* However a document comes in pieces, it says the same, also where something is wrong with it. */
static void
walk_document(void *arg, const kit_recorded *answer)
{
    static const char puts[] = "\"\t\n\xe7";
    kit *self = arg;
    size_t len = answer->body.len;
    char *copy;

    if (answer->status > 299 || !len)
        return;
    same_in_pieces(self, answer, answer->body, true);
    copy = wb_text_dup_len(answer->body.data, len);
    for (size_t i = 0; i < len; i += 5) {
        char kept = copy[i];

        copy[i] = puts[i % (sizeof puts - 1)];
        same_in_pieces(self, answer, (wb_view){copy, len}, false);
        copy[i] = kept;
    }
    wb_free(&copy);
}

START_TEST(test_documents)
{
    const wb_connector *connector = row(_i);
    kit self;

    kit_start(&self, connector);
    for (const wb_op *op = connector->ops; op->name; op++) {
        if (!op->slice)
            continue;
        ck_assert_msg(op->verb == WB_VERB_PULL, "%s", op->name);
        kit_set_op(&self, op);
        kit_each_answer(&self, walk_document, &self);
    }
    kit_fini(&self);
}
END_TEST

static int
read_operation(kit *self, const wb_op *op)
{
    kit_set_op(self, op);
    return kit_each_answer(self, read_answer, self);
}

START_TEST(test_answers)
{
    const wb_connector *connector = row(_i);

    for (int on = 0; on < 2; on++) {
        kit self;

        kit_start(&self, connector);
        if (on)
            kit_switch_on(&self);
        for (const wb_op *op = connector->ops; op->name; op++)
            ck_assert_msg(read_operation(&self, op) >= 2, "%s", op->name);
        kit_fini(&self);
    }
}
END_TEST

/* No status and no body make an answer unreadable to the point of a crash. */
START_TEST(test_every_status)
{
    static const char *const bodies[] = {"",        "{}",   "[]", "null", "<html></html>",
                                         "{\"a\":", "\"x\""};
    const wb_connector *connector = row(_i);
    kit self;

    kit_start(&self, connector);
    for (const wb_op *op = connector->ops; op->name; op++) {
        kit_set_op(&self, op);
        for (int status = 200; status < 600; status++)
            for (size_t i = 0; i < WB_COUNT(bodies); i++)
                kit_is_sane(&self, kit_read_text(&self, status, NULL, bodies[i]));
    }
    kit_fini(&self);
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
            {test_operations,                 count},
            {test_streams,                    count},
            {test_grants,                     count},
            {test_questions,                  count},
            {test_what_is_not_sent_has_words, count},
            {test_options,                    count},
            {test_environment,                count},
            {test_requests_are_pure,          count},
            {test_single_records,             count},
            {test_urls,                       count},
            {test_answers,                    count},
            {test_documents,                  count},
            {test_every_status,               count},
            {NULL,                            0    }
        };

        return wb_suite_run("contract.connectors", rows);
    }
}
