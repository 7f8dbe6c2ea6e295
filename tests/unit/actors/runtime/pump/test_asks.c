/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A push that begins with a question: what its target shows says whether it writes, and what
 */
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define RECORD "default/shop/order/1"
#define YAML                                                                                       \
    "  erp: {connector: asking, backoff_min_ms: 10ms, backoff_max_ms: 20ms, attempts_max: 3}\n"

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "POST";
    out->template = "/";
    wb_buf_addf(&out->url, "http://erp/%s/%d%d/", call->op->name, call->items[0].again,
                call->items[0].older);
    wb_buf_add_view(&out->url, call->items[0].cursor);
    return wb_request_check(out, err);
}

/* "more X" goes on with X, "same", "there" and "none" are there or not, anything else is done. */
static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];

    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    result->code = WB_RESULT_DONE;
    if (wb_view_is(resp->body, "same"))
        result->code = WB_RESULT_UNCHANGED;
    if (wb_view_is(resp->body, "older"))
        result->revision = 1;
    if (wb_view_is(resp->body, "no"))
        wb_result_set(result, WB_RESULT_PARK, "no");
    if (wb_view_is(resp->body, "later"))
        wb_result_set(result, WB_RESULT_RETRY, "later");
    if (resp->body.len >= 4 && !memcmp(resp->body.data, "more", 4)) {
        result->code = WB_RESULT_MORE;
        wb_outcomes_reserve(out, resp->body.len);
        result->cursor = wb_outcomes_keep(out, (wb_view){resp->body.data + 4, resp->body.len - 4});
    }
    return WB_OK;
}

static const char *
push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    (void)want;
    return delivered ? "ask" : "create";
}

#define CALL .batch_max = 1, .timeout_ms = 1000, .settle_ms = 10, .build = build, .read = read

static const wb_op ops[] = {
    {.name = "create",       .verb = WB_VERB_PUSH, .probe = "probe", CALL},
    {.name = "probe",      .verb = WB_VERB_PROBE, CALL},
    {.name = "ask",                      .verb = WB_VERB_PUSH, .repeatable = true, .more = "write", CALL},
    {.name = "write",.verb = WB_VERB_PUSH, CALL},
    {.name = NULL                     },
};
static const wb_connector asking = {.name = "asking", .ops = ops, .push_op = push_op};
static const wb_connector *const connectors[] = {&asking, NULL};

static kit self;

static void
setup(void)
{
    kit_open(&self, YAML, connectors);
}

static void
teardown(void)
{
    kit_close(&self);
}

static void
want_as(uint64_t revision, bool again)
{
    kit_take(
        &self,
        &(kit_want){
            .n = revision, .target = ERP, .record = RECORD, .revision = revision, .again = again});
}

static void
want(uint64_t revision)
{
    want_as(revision, false);
}

/* The next request is this one, and is answered so. */
static void
asked(const char *path, int status, const char *body)
{
    kit_until(&self, kit_next(NULL));
    ck_assert_msg(strstr(kit_next(NULL)->url, path) != NULL, "%s, not %s", kit_next(NULL)->url,
                  path);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = status, .body = body});
}

static void
ends(uint64_t revision, wb_outcome outcome)
{
    kit_until(&self, kit_outcome[revision]);
    ck_assert_int_eq(kit_outcome[revision], outcome);
    ck_assert(kit_next(NULL) == NULL);
}

static void
deliver_first(void)
{
    want(1);
    asked("/create/00/", 200, "");
    ends(1, WB_OUTCOME_HANDED_ON);
    want(2);
}

START_TEST(what_is_shown_is_written)
{
    wb_mark_row mark;

    deliver_first();
    asked("/ask/00/", 200, "morePK-1");
    asked("/write/00/PK-1", 200, "");
    ends(2, WB_OUTCOME_HANDED_ON);
    ck_assert(kit_mark(&self, ERP, RECORD, &mark));
    ck_assert_uint_eq(mark.revision, 2);
    ck_assert_uint_eq(mark.left_revision, 0);
}
END_TEST

START_TEST(what_is_there_is_not_written)
{
    deliver_first();
    asked("/ask/00/", 200, "same");
    ends(2, WB_OUTCOME_UNCHANGED);
}
END_TEST

/* How the write can end without being done, and what it begins again with. */
static const struct {
    const char *what;
    kit_answer write;
    const char *again; /* the question after it */
} ends_of_a_write[] = {
    {"no answer",    {.end = WB_HTTP_TIMEOUT},                                     "/ask/10/"},
    {"500",          {.end = WB_HTTP_ANSWERED, .status = 500, .body = ""},         "/ask/10/"},
    {"not now",      {.end = WB_HTTP_ANSWERED, .status = 200, .body = "later"},    "/ask/00/"},
    {"throttled",    {.end = WB_HTTP_ANSWERED, .status = 429, .body = ""},         "/ask/00/"},
    {"not sent",     {.end = WB_HTTP_NOT_SENT},                                    "/ask/00/"},
    {"says nothing", {.end = WB_HTTP_ANSWERED, .status = 200, .body = "morePK-2"}, "/ask/10/"},
};

START_TEST(a_write_that_was_not_done_is_asked_about_anew)
{
    deliver_first();
    asked("/ask/00/", 200, "morePK-1");
    kit_until(&self, kit_next("/write/00/PK-1"));
    kit_reply(&ends_of_a_write[_i].write);
    asked(ends_of_a_write[_i].again, 200, "same");
    ends(2, WB_OUTCOME_UNCHANGED);
}
END_TEST

START_TEST(a_refused_write_is_parked)
{
    deliver_first();
    asked("/ask/00/", 200, "morePK-1");
    asked("/write/00/PK-1", 200, "no");
    ends(2, WB_OUTCOME_PARKED);
}
END_TEST

START_TEST(a_question_that_leads_nowhere_is_parked)
{
    deliver_first();
    asked("/ask/00/", 200, "more");
    ends(2, WB_OUTCOME_PARKED);
}
END_TEST

START_TEST(what_is_newer_asks_for_itself)
{
    deliver_first();
    asked("/ask/00/", 200, "morePK-1");
    kit_until(&self, kit_next("/write/00/PK-1"));
    want(3);
    asked("/write/00/PK-1", 200, "");
    kit_until(&self, kit_outcome[2]);
    asked("/ask/00/", 200, "morePK-1");
    asked("/write/00/PK-1", 200, "");
    ends(3, WB_OUTCOME_HANDED_ON);
}
END_TEST

START_TEST(a_new_life_begins_with_the_question)
{
    deliver_first();
    asked("/ask/00/", 200, "morePK-1");
    kit_until(&self, kit_next("/write/00/PK-1"));
    kit_restart(&self);
    want_as(2, true);
    asked("/ask/10/", 200, "morePK-1");
    asked("/write/10/PK-1", 200, "");
    ends(2, WB_OUTCOME_HANDED_ON);
}
END_TEST

/* The create of an older one may be what is there. */
START_TEST(a_probe_is_told_that_an_older_one_may_have_left)
{
    want(1);
    kit_until(&self, kit_next("/create/00/"));
    kit_reply(&(kit_answer){.end = WB_HTTP_TIMEOUT});
    asked("/probe/10/", 200, "no");
    ends(1, WB_OUTCOME_PARKED);
    want(2);
    asked("/probe/11/", 200, "older");
    asked("/ask/11/", 200, "morePK-1");
    asked("/write/11/PK-1", 200, "");
    ends(2, WB_OUTCOME_HANDED_ON);
}
END_TEST

/* Also where its sender says that this one may have left as well. */
START_TEST(an_older_one_may_have_left_beside_this_one)
{
    want(1);
    kit_until(&self, kit_next("/create/00/"));
    kit_reply(&(kit_answer){.end = WB_HTTP_TIMEOUT});
    asked("/probe/10/", 200, "no");
    ends(1, WB_OUTCOME_PARKED);
    want_as(2, true);
    asked("/probe/11/", 200, "older");
    asked("/ask/11/", 200, "same");
    ends(2, WB_OUTCOME_UNCHANGED);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_shown_is_written,                        0                        },
        {what_is_there_is_not_written,                    0                        },
        {a_write_that_was_not_done_is_asked_about_anew,   WB_COUNT(ends_of_a_write)},
        {a_refused_write_is_parked,                       0                        },
        {a_question_that_leads_nowhere_is_parked,         0                        },
        {what_is_newer_asks_for_itself,                   0                        },
        {a_new_life_begins_with_the_question,             0                        },
        {a_probe_is_told_that_an_older_one_may_have_left, 0                        },
        {an_older_one_may_have_left_beside_this_one,      0                        },
        {NULL,                                            0                        },
    };

    return wb_suite_run_in("actors.runtime.pump.asks", rows, setup, teardown);
}
