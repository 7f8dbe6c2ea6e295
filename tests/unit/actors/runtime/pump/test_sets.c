/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target that takes what belongs together in one call alone: the records "NAME-1" and "NAME-2"
 *
 *   default/crate   waits for both
 *   default/hasty   takes what is there after 150 ms for all
 *   default/strict  parks it after 150 ms
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define WAIT_MS 150
#define ACCOUNT(name)                                                                              \
    "  " name ": {connector: " name ", backoff_min_ms: 20ms, backoff_max_ms: 60ms, "               \
    "attempts_max: 3}\n"
#define ORDER "default/shop/order/"
#define DONE "done\n"
#define NO "refused\n"

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "POST";
    out->template = "/";
    wb_buf_add_text(&out->url, "http://crate/");
    for (size_t i = 0; i < call->item_count; i++) {
        const wb_envelope *env = call->items[i].env;

        if (memmem(env->record.data, env->record.len, "unsendable", 10))
            return wb_fail(err, WB_REJECT, "no such thing can be sent");
        wb_buf_addf(&out->body, "%.*s r%llu\n", WB_VIEW_ARG(env->record),
                    (unsigned long long)env->revision);
    }
    return wb_request_check(out, err);
}

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *at = resp->body.data, *end = at + resp->body.len, *stop;

    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    for (size_t i = 0; i < call->item_count && at < end; i++, at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        if (!strncmp(at, DONE, strlen(DONE)))
            out->results[i].code = WB_RESULT_DONE;
        else if (!strncmp(at, NO, strlen(NO)))
            wb_result_set(&out->results[i], WB_RESULT_PARK, "not this one");
        else
            out->refused_whole = true;
    }
    return WB_OK;
}

static void
gather(const void *options, const wb_envelope *want, wb_buf *out)
{
    const char *dash = memchr(want->record.data, '-', want->record.len);

    (void)options;
    if (dash)
        wb_buf_add(out, want->record.data, (size_t)(dash - want->record.data));
}

static void
both(const wb_call *call, int64_t waited_ms, wb_set *out)
{
    (void)waited_ms;
    out->code = call->item_count >= 2 ? WB_SET_WHOLE : WB_SET_INCOMPLETE;
    out->again_ms = 20;
    snprintf(out->reason, sizeof out->reason, "one of two");
}

static void
hasty(const wb_call *call, int64_t waited_ms, wb_set *out)
{
    both(call, waited_ms, out);
    if (waited_ms >= WAIT_MS)
        out->code = WB_SET_WHOLE;
}

static void
strict(const wb_call *call, int64_t waited_ms, wb_set *out)
{
    both(call, waited_ms, out);
    if (waited_ms >= WAIT_MS)
        out->code = WB_SET_PARK;
}

static const char *
push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    (void)want;
    (void)delivered;
    return "put";
}

#define PUT                                                                                        \
    .name = "put", .verb = WB_VERB_PUSH, .batch_max = 2, .timeout_ms = 1000, .repeatable = true,   \
    .gather = gather, .build = build, .read = read

static const wb_op crate_ops[] = {
    {PUT, .whole = both},
    {0  }
};
static const wb_op hasty_ops[] = {
    {PUT, .whole = hasty},
    {0  }
};
static const wb_op strict_ops[] = {
    {PUT, .whole = strict},
    {0  }
};
static const wb_connector crate_row = {.name = "crate", .ops = crate_ops, .push_op = push_op},
                          hasty_row = {.name = "hasty", .ops = hasty_ops, .push_op = push_op},
                          strict_row = {.name = "strict", .ops = strict_ops, .push_op = push_op};
static const wb_connector *const connectors[] = {&crate_row, &hasty_row, &strict_row, NULL};

static void
open_kit(kit *self)
{
    kit_open(self, ACCOUNT("crate") ACCOUNT("hasty") ACCOUNT("strict"), connectors);
}

static void
take_at(kit *self, const char *target, size_t n, const char *record, uint64_t revision)
{
    kit_take(self, &(kit_want){.n = n, .target = target, .record = record, .revision = revision});
}

static void
take(kit *self, size_t n, const char *record)
{
    take_at(self, "default/crate", n, record, 7);
}

static void
reply(const char *lines)
{
    kit_reply(&(kit_answer){.status = 200, .body = lines});
}

static bool
tells(kit *self, const char *record, const char *what)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 65536);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_pump_tell(self->pump, kit_account(self, "crate"), wb_view_of(record), &out);
    wb_json_close(&out, '}');
    wb_buf_add(&text, "", 1);
    return strstr((const char *)text.data, what) != NULL;
}

START_TEST(what_belongs_together_leaves_together)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    kit_turns(&self, 100);
    ck_assert_uint_eq(kit_request_count, 0);
    ck_assert(tells(&self, ORDER "a-1", "\"wait\":\"incomplete\""));
    ck_assert(tells(&self, ORDER "a-1", "\"error\":\"one of two\""));
    ck_assert(tells(&self, ORDER "a-1", "\"attempts\":0"));
    take(&self, 2, ORDER "b-1"); /* of another set */
    take(&self, 3, ORDER "a-2");
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, ORDER "a-1 r7\n" ORDER "a-2 r7\n");
    reply(DONE NO); /* its outcome fans out */
    kit_until(&self, kit_outcome[1] && kit_outcome[3]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_PARKED);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_NONE);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

START_TEST(what_belongs_to_none_goes_by_itself)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    take(&self, 2, ORDER "alone");
    take(&self, 3, ORDER "a-2");
    kit_until(&self, kit_request_count == 2);
    ck_assert(kit_next(ORDER "alone r7\n") != kit_next(ORDER "a-1 r7\n" ORDER "a-2 r7\n"));
    kit_close(&self);
}
END_TEST

START_TEST(the_accounts_policy_ends_the_wait)
{
    int64_t begun = wb_now_ms();
    kit self;

    open_kit(&self);
    take_at(&self, "default/hasty", 1, ORDER "a-1", 7);
    take_at(&self, "default/strict", 2, ORDER "b-1", 7);
    kit_until(&self, kit_next(NULL) && kit_outcome[2]);
    ck_assert_int_ge(wb_now_ms() - begun, WAIT_MS);
    ck_assert_str_eq(kit_next(NULL)->body, ORDER "a-1 r7\n");
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 1);
    kit_close(&self);
}
END_TEST

START_TEST(more_than_a_call_takes_is_parked)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    take(&self, 2, ORDER "a-2");
    take(&self, 3, ORDER "a-3");
    kit_until(&self, kit_outcome[1] && kit_outcome[2] && kit_outcome[3]);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 3);
    ck_assert_uint_eq(kit_request_count, 0);
    kit_close(&self);
}
END_TEST

/* A set is not halved, whatever becomes of its call. */
static const struct {
    const char *what;
    kit_answer answer;
    uint32_t attempts; /* sent again, both of it; 0 = parked, both */
} failures[] = {
    {"500",           {WB_HTTP_ANSWERED, 500, "", NULL, NULL, 0},         1},
    {"no answer",     {WB_HTTP_BROKEN, 0, NULL, NULL, NULL, 0},           1},
    {"half of it",    {WB_HTTP_ANSWERED, 200, "", NULL, NULL, 0},         1},
    {"422",           {WB_HTTP_ANSWERED, 422, "", NULL, NULL, 0},         0},
    {"refused whole", {WB_HTTP_ANSWERED, 200, "no\nno\n", NULL, NULL, 0}, 0},
};

START_TEST(a_set_stays_whole)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    take(&self, 2, ORDER "a-2");
    kit_until(&self, kit_next(NULL));
    kit_reply(&failures[_i].answer);
    if (failures[_i].attempts) {
        kit_until(&self, kit_next(NULL));
        ck_assert_msg(kit_next(ORDER "a-1") && kit_next(ORDER "a-1") == kit_next(ORDER "a-2"), "%s",
                      failures[_i].what);
        ck_assert_uint_eq(
            wb_pump_find(self.pump, kit_account(&self, "crate"), WB_VIEW_LIT(ORDER "a-1"))
                ->attempts,
            failures[_i].attempts);
    } else {
        kit_until(&self, kit_outcome[1] && kit_outcome[2]);
        ck_assert_msg(kit_rows(&self, WB_DB_PARKED) == 2, "%s", failures[_i].what);
        ck_assert_uint_eq(kit_request_count, 1);
    }
    kit_close(&self);
}
END_TEST

START_TEST(a_set_that_cannot_be_built_is_parked)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    take(&self, 2, ORDER "a-unsendable");
    kit_until(&self, kit_outcome[1] && kit_outcome[2]);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 2);
    kit_close(&self);
}
END_TEST

START_TEST(a_set_comes_together_again_after_a_restart)
{
    kit self;

    kit_stores_soon = true;
    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    kit_restart(&self);
    kit_turns(&self, 100);
    ck_assert_uint_eq(kit_request_count, 0);
    take(&self, 2, ORDER "a-2");
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, ORDER "a-1 r7\n" ORDER "a-2 r7\n");
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_revision_takes_its_place_in_the_set)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    kit_turns(&self, 20);
    take_at(&self, "default/crate", 2, ORDER "a-1", 8);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_MERGED);
    ck_assert_uint_eq(kit_request_count, 0);
    take(&self, 3, ORDER "a-2");
    kit_until(&self, kit_next(NULL));
    ck_assert(kit_next(ORDER "a-1 r8") && kit_next(ORDER "a-2 r7"));
    kit_close(&self);
}
END_TEST

/* What comes while its set is on its way, or waits for its turn after a failure. */
START_TEST(what_comes_late_waits_for_the_set_before_it)
{
    kit self;

    open_kit(&self);
    take(&self, 1, ORDER "a-1");
    take(&self, 2, ORDER "a-2");
    kit_until(&self, kit_next(NULL));
    take(&self, 3, ORDER "a-3");
    kit_turns(&self, 100);
    ck_assert_uint_eq(kit_request_count, 1);
    reply(DONE DONE);
    kit_until(&self, kit_outcome[1] && kit_outcome[2]);
    kit_turns(&self, 100);
    ck_assert_uint_eq(kit_request_count, 1); /* by itself it is not all */
    take(&self, 4, ORDER "a-4");
    kit_until(&self, kit_next(ORDER "a-3 r7\n" ORDER "a-4 r7\n"));
    kit_close(&self);
}
END_TEST

START_TEST(what_came_late_is_asked_about_when_the_set_before_it_is_through)
{
    kit self;

    open_kit(&self);
    take_at(&self, "default/hasty", 1, ORDER "a-1", 7);
    take_at(&self, "default/hasty", 2, ORDER "a-2", 7);
    kit_until(&self, kit_next(NULL));
    take_at(&self, "default/hasty", 3, ORDER "a-3", 7);
    kit_turns(&self, 2 * WAIT_MS); /* as long as it would wait by itself */
    ck_assert_uint_eq(kit_request_count, 1);
    reply(DONE DONE);
    kit_until(&self, kit_next(ORDER "a-3 r7\n"));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_belongs_together_leaves_together,                           0                 },
        {what_belongs_to_none_goes_by_itself,                             0                 },
        {the_accounts_policy_ends_the_wait,                               0                 },
        {more_than_a_call_takes_is_parked,                                0                 },
        {a_set_stays_whole,                                               WB_COUNT(failures)},
        {a_set_that_cannot_be_built_is_parked,                            0                 },
        {a_set_comes_together_again_after_a_restart,                      0                 },
        {a_newer_revision_takes_its_place_in_the_set,                     0                 },
        {what_comes_late_waits_for_the_set_before_it,                     0                 },
        {what_came_late_is_asked_about_when_the_set_before_it_is_through, 0                 },
        {NULL,                                                            0                 },
    };

    return wb_suite_run("actors.runtime.pump.sets", rows);
}
