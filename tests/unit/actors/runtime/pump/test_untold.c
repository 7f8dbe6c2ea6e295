/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a target never got is said when its channel has closed the order: whatever became of it in
 * between, once, and only where it matters
 */
#include <stdio.h>

#include "actors/connectors/connector.h"
#include "protocol/base/own.h"
#include "protocol/records/order.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define RECORD "default/shop/order/1"
#define YAML                                                                                       \
    "  erp: {connector: erp, backoff_min_ms: 10s, backoff_max_ms: 20s, attempts_max: 3}\n"         \
    "  all: {connector: all}\n"
#define MAIN "1 Main Street"
#define ELSEWHERE "2 Elsewhere"
#define NOWHERE "3 Nowhere"

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
    out->results[0].code = WB_RESULT_DONE;
    if (resp->body.len)
        wb_result_set(&out->results[0], WB_RESULT_PARK, "%.*s", WB_VIEW_ARG(resp->body));
    return WB_OK;
}

static const char *
push_op(const void *options, const wb_envelope *want, bool delivered)
{
    wb_order order;
    bool closed;

    (void)options;
    ck_assert(!wb_canonical_decode(wb_order_fields, want->body, &order, sizeof order, NULL));
    closed = order.status == WB_ORDER_SHIPPED;
    wb_canonical_fini(wb_order_fields, &order);
    return closed ? NULL : delivered ? "update" : "create";
}

static const char *
not_sent(const void *options, const wb_envelope *want)
{
    (void)options;
    (void)want;
    return "its channel has shipped it";
}

#define PUSH                                                                                       \
    .verb = WB_VERB_PUSH, .batch_max = 1, .timeout_ms = 1000, .settle_ms = 10, .repeatable = true, \
    .compares = true, .build = build, .read = read,                                                \
    .reads = UINT32_C(1) << WB_ORDER_OWNS_ADDRESS | UINT32_C(1) << WB_ORDER_OWNS_LINES

static const wb_op ops[] = {
    {PUSH,                .name = "create"},
    {PUSH,                   .renews = "create", .name = "update"},
    {.name = NULL},
};
static const wb_connector erp = {
    .name = "erp", .ops = ops, .push_op = push_op, .not_sent = not_sent};
static const wb_connector all = {.name = "all", .ops = ops, .push_op = push_op};
static const wb_connector *const connectors[] = {&erp, &all, NULL};

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

typedef struct {
    const char *line1;
    int64_t ordered, cancelled, shipped; /* ordered 0: no lines are told */
    bool closed;
} state;

/* A revision of it, which is its number. */
static size_t
want(const char *target, const state *as)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order_line line = {
        .line_id = WB_VIEW_LIT("1"),
        .quantity = {as->ordered,   true             },
        .quantity_cancelled = {as->cancelled, as->cancelled > 0},
        .quantity_shipped = {as->shipped,   as->shipped > 0  }
    };
    wb_order order = {.external_id = WB_VIEW_LIT("1"),
                      .status = as->closed ? WB_ORDER_SHIPPED : WB_ORDER_CREATED};
    size_t n = ++messages;
    wb_err err = {0};

    order.ship_to.line1 = wb_view_of(as->line1);
    if (as->ordered)
        order.lines = (wb_field_list){.items = &line, .count = 1};
    wb_buf_init(&body, 65536);
    ck_assert(!wb_canonical_encode(wb_order_fields, &order, &body, &err));
    kit_take(
        &self,
        &(kit_want){
            .n = n, .target = target, .record = RECORD, .revision = n, .body = wb_buf_view(&body)});
    return n;
}

static void
answer(int status, const char *body)
{
    kit_until(&self, kit_next("http"));
    kit_reply(&(kit_answer){.status = status, .body = body});
}

static void
ends(size_t n, wb_outcome outcome)
{
    kit_until(&self, kit_outcome[n] && !wb_commit_queued(self.ctx.commit));
    ck_assert_int_eq(kit_outcome[n], outcome);
}

static void
deliver(const char *target, const state *as)
{
    size_t n = want(target, as);

    answer(200, "");
    ends(n, WB_OUTCOME_HANDED_ON);
}

static char reason[200];

static wb_rc
on_parked(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)err;
    ++*(size_t *)arg;
    (void)snprintf(reason, sizeof reason, "%.*s", WB_VIEW_ARG(row->reason));
    return WB_OK;
}

static size_t
parked(void)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    size_t count = 0;
    wb_err err = {0};

    reason[0] = 0;
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, false, &err));
    for (uint16_t shard = 0; shard < 16; shard++)
        ck_assert(!wb_parked_scan(txn, shard, NULL, on_parked, &count, &err));
    return count;
}

#define SAID(what)                                                                                 \
    "refused: conflict: the channel has " what                                                     \
    " than the target was told, which is told no more of it: see to what it sends"

static const state at_main = {MAIN, 2, 0, 0, false};

/* What it is when its channel closes it, and what is said; NULL: nothing was lost. */
static const struct {
    state closed;
    const char *said;
} closes[] = {
    {{ELSEWHERE, 2, 0, 2, true}, SAID("another address")                     },
    {{MAIN, 2, 1, 1, true},      SAID("other quantities")                    },
    {{ELSEWHERE, 2, 1, 1, true}, SAID("another address and other quantities")},
    {{MAIN, 2, 0, 2, true},      NULL                                        }, /* as it was told */
    {{"", 2, 0, 2, true},        NULL                                        }, /* withheld by now */
    {{"", 0, 0, 0, true},        NULL                                        },
};

/* What became of the state in between: 0 none was seen, 1 it waits to be tried again, 2 it was
 * parked for what is no conflict. */
static void
between(int how)
{
    static const state moved = {ELSEWHERE, 2, 1, 0, false};
    size_t n;

    if (how == 0)
        return;
    n = want(ERP, &moved);
    answer(how == 1 ? 500 : 200, how == 1 ? "" : "unmet: there is no such SKU");
    if (how == 2)
        ends(n, WB_OUTCOME_PARKED);
    ck_assert_uint_eq(parked(), how == 2);
}

START_TEST(what_it_never_got_is_said)
{
    size_t at = (size_t)_i / 3, n;

    deliver(ERP, &at_main);
    between(_i % 3);
    if (_i % 2)
        kit_restart(&self);
    n = want(ERP, &closes[at].closed);
    ends(n, closes[at].said ? WB_OUTCOME_PARKED : WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(parked(), closes[at].said != NULL);
    ck_assert_str_eq(reason, closes[at].said ? closes[at].said : "");
}
END_TEST

/* It has nothing of it: nothing goes elsewhere. */
START_TEST(what_was_never_there_is_not_missed)
{
    size_t n;

    want(ERP, &at_main);
    answer(500, "");
    n = want(ERP, &closes[0].closed);
    ends(n, WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(parked(), 0);
}
END_TEST

START_TEST(it_is_said_once)
{
    size_t n;

    deliver(ERP, &at_main);
    ends(want(ERP, &closes[0].closed), WB_OUTCOME_PARKED);
    kit_restart(&self);
    ends(want(ERP, &closes[0].closed), WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(parked(), 1); /* silence does not end it */
    ends(want(ERP, &(state){NOWHERE, 2, 0, 2, true}), WB_OUTCOME_PARKED);
    ck_assert_uint_eq(parked(), 1); /* in the place of the former */
    n = want(ERP, &(state){NOWHERE, 2, 0, 0, false});
    answer(200, "");
    ends(n, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(parked(), 0);
    ends(want(ERP, &(state){NOWHERE, 2, 0, 2, true}), WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(parked(), 0);
}
END_TEST

/* The target has said so itself, with its own side: that stands. Unless it is back by then. */
START_TEST(a_conflict_that_the_target_told_stands)
{
    size_t n;

    deliver(ERP, &at_main);
    n = want(ERP, &(state){ELSEWHERE, 2, 0, 0, false});
    answer(200, "conflict: it has shipped it");
    ends(n, WB_OUTCOME_PARKED);
    if (_i)
        ends(want(ERP, &at_main), WB_OUTCOME_UNCHANGED);
    ends(want(ERP, &(state){_i ? MAIN : ELSEWHERE, 2, 0, 2, true}), WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(parked(), !_i);
    ck_assert_str_eq(reason, _i ? "" : "refused: conflict: it has shipped it");
}
END_TEST

/* Who is told of every state has it all. */
START_TEST(where_all_is_told_nothing_is_noted)
{
    wb_mark_row mark;

    deliver("default/all", &at_main);
    ck_assert(kit_mark(&self, "default/all", RECORD, &mark) && !mark.aimed);
    deliver(ERP, &at_main);
    ck_assert(kit_mark(&self, ERP, RECORD, &mark) && mark.aimed && mark.digested);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_it_never_got_is_said,              3 * WB_COUNT(closes)},
        {what_was_never_there_is_not_missed,     0                   },
        {it_is_said_once,                        0                   },
        {a_conflict_that_the_target_told_stands, 2                   },
        {where_all_is_told_nothing_is_noted,     0                   },
        {NULL,                                   0                   },
    };

    return wb_suite_run_in("actors.runtime.pump.untold", tests, setup, teardown);
}
