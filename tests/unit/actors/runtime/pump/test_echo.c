/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A revision that changes nothing of what its target reads needs no call
 */
#include <string.h>

#include "actors/connectors/connector.h"
#include "protocol/base/own.h"
#include "protocol/records/order.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define RECORD "default/shop/order/1"
#define YAML                                                                                       \
    "  erp: {connector: echo, backoff_min_ms: 10ms, backoff_max_ms: 20ms, attempts_max: 3}\n"      \
    "  whole: {connector: whole}\n"                                                                \
    "  renewing: {connector: renewing}\n"

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    (void)call;
    out->method = "POST";
    out->template = "/";
    wb_buf_add_text(&out->url, "http://erp/put");
    return wb_request_check(out, err);
}

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    out->results[0].code = resp->body.len ? WB_RESULT_UNCHANGED : WB_RESULT_DONE;
    if (wb_view_is(resp->body, "shipped"))
        wb_result_set(&out->results[0], WB_RESULT_PARK, WB_REASON_CONFLICT "it has shipped it");
    if (wb_view_is(resp->body, "odd"))
        wb_result_set(&out->results[0], WB_RESULT_PARK, "an odd one");
    return WB_OK;
}

/* Of what the channel has closed there is nothing to say. */
static bool
is_closed(const wb_envelope *want)
{
    wb_order order;
    bool closed;

    ck_assert(!wb_canonical_decode(wb_order_fields, want->body, &order, sizeof order, NULL));
    closed = wb_view_is(order.order_type, "closed");
    wb_canonical_fini(wb_order_fields, &order);
    return closed;
}

static const char *
push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    if (is_closed(want))
        return NULL;
    return delivered ? "update" : "create";
}

#define PUSH                                                                                       \
    .verb = WB_VERB_PUSH, .batch_max = 1, .timeout_ms = 1000, .settle_ms = 10, .repeatable = true, \
    .compares = true, .build = build, .read = read
#define HEAD .reads = UINT32_C(1) << WB_ORDER_OWNS_HEAD

static const wb_op ops[] = {
    {PUSH,              HEAD, .name = "create"},
    {PUSH, HEAD, .name = "update"},
    {.name = NULL             },
};
static const wb_op whole_ops[] = {
    {PUSH,              .name = "create"},
    {PUSH,                 .name = "update"},
    {.name = NULL},
};
static const wb_op renewing_ops[] = {
    {PUSH,              HEAD, .name = "create"},
    {PUSH, HEAD, .name = "update", .renews = "create"},
    {.name = NULL             },
};
static const wb_connector renewing = {.name = "renewing", .ops = renewing_ops, .push_op = push_op};
static const wb_connector echo = {.name = "echo", .ops = ops, .push_op = push_op};
static const wb_connector whole = {.name = "whole", .ops = whole_ops, .push_op = push_op};
static const wb_connector *const connectors[] = {&echo, &whole, &renewing, NULL};

static kit self;
static size_t messages;

static void
setup(void)
{
    messages = 0;
    kit_open(&self, YAML, connectors);
}

static void
teardown(void)
{
    kit_close(&self);
}

/* A revision that says this of its head and of its buyer. */
static size_t
want(const char *target, uint64_t revision, const char *head, const char *buyer, bool again)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order order = {.external_id = WB_VIEW_LIT("1"), .order_type = wb_view_of(head)};
    size_t n = ++messages;
    wb_err err = {0};

    order.buyer.name = wb_view_of(buyer);
    wb_buf_init(&body, 65536);
    ck_assert(!wb_canonical_encode(wb_order_fields, &order, &body, &err));
    kit_take(&self, &(kit_want){.n = n,
                                .target = target,
                                .record = RECORD,
                                .revision = revision,
                                .again = again,
                                .body = wb_buf_view(&body)});
    return n;
}

static void
answer(int status, const char *body)
{
    kit_until(&self, kit_next("http"));
    kit_reply(&(kit_answer){.status = status, .body = body});
}

/* Delivered twice: by "create", then by "update", which is what the next one would be, too. */
static void
deliver(const char *target, const char *last)
{
    size_t n = want(target, 1, "first", "anna", false);

    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    n = want(target, 2, last, "anna", false);
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
}

START_TEST(what_is_not_read_needs_no_call)
{
    wb_mark_row mark;
    size_t n;

    deliver(ERP, "second");
    n = want(ERP, 3, "second", "berta", false);
    kit_until(&self, kit_outcome[n]);
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 2);
    kit_restart(&self);
    n = want(ERP, 4, "second", "clara", false);
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 2);
    ck_assert(kit_mark(&self, ERP, RECORD, &mark) && mark.digested && mark.revision == 2);
}
END_TEST

START_TEST(what_is_read_needs_one)
{
    size_t n;

    deliver(ERP, "second");
    n = want(ERP, 3, "third", "anna", false);
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 3);
    n = want(ERP, 4, "second", "anna", false); /* back to what it was: not what is there */
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 4);
}
END_TEST

/* The other operation does something else with the same. */
START_TEST(another_operation_needs_one)
{
    size_t n = want(ERP, 1, "first", "anna", false);

    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    n = want(ERP, 2, "first", "anna", false);
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 2);
}
END_TEST

/* Unless it says again what the first one has written. */
START_TEST(what_a_create_wrote_needs_no_update)
{
    size_t n = want("default/renewing", 1, "first", "anna", false);

    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    n = want("default/renewing", 2, "first", "berta", false);
    kit_until(&self, kit_outcome[n]);
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 1);
    n = want("default/renewing", 3, "second", "berta", false);
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    n = want("default/renewing", 4, "second", "clara", false);
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 2);
}
END_TEST

START_TEST(who_reads_all_is_told_all)
{
    wb_mark_row mark;
    size_t n;

    deliver("default/whole", "second");
    ck_assert(kit_mark(&self, "default/whole", RECORD, &mark) && !mark.digested);
    n = want("default/whole", 3, "second", "anna", false);
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 3);
}
END_TEST

/* A write of something else may have left since: what the mark says is not what is there. */
START_TEST(what_may_have_left_is_settled_first)
{
    size_t n;

    deliver(ERP, "second");
    n = want(ERP, 3, "third", "anna", false);
    answer(500, "");
    kit_until(&self, kit_next("http")); /* it is sent again */
    want(ERP, 4, "second", "anna", false);
    answer(500, "");
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_ge(kit_request_count, 4);
}
END_TEST

START_TEST(what_comes_again_is_sent)
{
    size_t n;

    deliver(ERP, "second");
    n = want(ERP, 3, "second", "anna", true);
    answer(200, "");
    kit_until(&self, kit_outcome[n]);
    ck_assert_uint_eq(kit_request_count, 3);
}
END_TEST

/* Who says "unchanged" may have something newer. */
START_TEST(what_was_there_is_no_word_of_what_it_is)
{
    wb_mark_row mark;
    size_t n = want(ERP, 1, "first", "anna", false);

    answer(200, "had it");
    kit_until(&self, kit_outcome[n]);
    ck_assert(kit_mark(&self, ERP, RECORD, &mark) && !mark.digested);
}
END_TEST

static uint64_t
parked(void)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t count = 0;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, false, &err));
    ck_assert(!wb_parked_count(txn, &count, &err));
    return count;
}

/* What was refused, and the state behind it; what stays for a person. */
static const struct {
    const char *refused, *next, *buyer;
    uint64_t parked;
} ends[] = {
    {"shipped", "closed", "berta", 1}, /* nobody was asked: both still differ */
    {"shipped", "second", "anna",  0}, /* what is there is wanted again */
    {"shipped", "fourth", "berta", 0}, /* it was told */
    {"odd",     "closed", "berta", 0},
};

START_TEST(a_conflict_ends_by_an_answer_and_not_by_silence)
{
    size_t n;

    deliver(ERP, "second");
    n = want(ERP, 3, "third", "berta", false);
    answer(200, ends[_i].refused);
    kit_until(&self, kit_outcome[n]);
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(parked(), 1);
    n = want(ERP, 4, ends[_i].next, ends[_i].buyer, false);
    if (!strcmp(ends[_i].next, "fourth"))
        answer(200, "");
    kit_until(&self, kit_outcome[n] && !wb_commit_queued(self.ctx.commit));
    ck_assert_uint_eq(parked(), ends[_i].parked);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_is_not_read_needs_no_call,                  0             },
        {what_is_read_needs_one,                          0             },
        {another_operation_needs_one,                     0             },
        {what_a_create_wrote_needs_no_update,             0             },
        {who_reads_all_is_told_all,                       0             },
        {what_may_have_left_is_settled_first,             0             },
        {what_comes_again_is_sent,                        0             },
        {what_was_there_is_no_word_of_what_it_is,         0             },
        {a_conflict_ends_by_an_answer_and_not_by_silence, WB_COUNT(ends)},
        {NULL,                                            0             },
    };

    return wb_suite_run_in("actors.runtime.pump.echo", tests, setup, teardown);
}
