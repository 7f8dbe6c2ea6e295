/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connector's verify may not do by mistake, and what it reads a request with
 */
#include <string.h>

#include "actors/connectors/connector.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

/* A connector that takes whatever comes, and always with an item. */
static bool told_elsewhere;
static wb_nonce seen[4];
static size_t times;

static void
takes_all(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items)
{
    seen[times++] = hook->nonce;
    wb_outcomes_item(items);
    out->verdict = told_elsewhere ? WB_HOOK_ELSEWHERE : WB_HOOK_TAKEN;
    out->nonce = wb_hook_header(hook, "nonce");
    out->body = WB_VIEW_LIT("thanks");
}

static void
says_nothing(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items)
{
    (void)hook;
    (void)out;
    wb_outcomes_item(items);
}

static wb_nonce
known(void *arg, wb_view nonce, const uint8_t body_sha256[32])
{
    (void)nonce;
    (void)body_sha256;
    return *(wb_nonce *)arg;
}

static const struct {
    const char *what, *headers;
    void (*verify)(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items);
    bool elsewhere;
    wb_nonce memory, second; /* what the second question says; UNASKED = there is none */
    wb_hook_verdict verdict;
    int status;
    size_t items;
} takes[] = {
    {"new",               "nonce: a\r\n", takes_all,    false, WB_NONCE_NEW,     WB_NONCE_NEW,     WB_HOOK_TAKEN,   200, 1},
    {"without a nonce",   "",             takes_all,    false, WB_NONCE_OTHER,   WB_NONCE_NEW,     WB_HOOK_TAKEN,   200, 1},
    {"the same",          "nonce: a\r\n", takes_all,    false, WB_NONCE_SAME,    WB_NONCE_SAME,    WB_HOOK_TAKEN,   200,
     0                                                                                                                    },
    {"another body",      "nonce: a\r\n", takes_all,    false, WB_NONCE_OTHER,   WB_NONCE_OTHER,
     WB_HOOK_REFUSED,                                                                                               409, 0},
    {"no memory",         "nonce: a\r\n", takes_all,    false, WB_NONCE_UNASKED, WB_NONCE_OTHER,
     WB_HOOK_REFUSED,                                                                                               409, 0},
    {"another account's", "nonce: a\r\n", takes_all,    true,  WB_NONCE_NEW,     WB_NONCE_UNASKED,
     WB_HOOK_ELSEWHERE,                                                                                             401, 0},
    {"says nothing",      "nonce: a\r\n", says_nothing, false, WB_NONCE_NEW,     WB_NONCE_UNASKED,
     WB_HOOK_REFUSED,                                                                                               401, 0},
    {"takes none",        "nonce: a\r\n", NULL,         false, WB_NONCE_NEW,     WB_NONCE_UNASKED, WB_HOOK_REFUSED,
     404,                                                                                                                0},
};

START_TEST(nothing_is_taken_by_mistake)
{
    wb_connector connector = {.name = "any", .verify = takes[_i].verify};
    wb_nonce says = takes[_i].memory;
    wb_nonce_memory memory = {known, &says};
    WB_AUTO(wb_outcomes_fini) wb_outcomes items = {0};
    wb_hook hook = {.headers = wb_view_of(takes[_i].headers), .body = WB_VIEW_LIT("body")};
    wb_hook_answer answer;

    wb_outcomes_init(&items);
    told_elsewhere = takes[_i].elsewhere;
    times = 0;
    memset(seen, 0, sizeof seen);
    wb_hook_take(&connector, &hook, &memory, &answer, &items);
    ck_assert_msg(answer.verdict == takes[_i].verdict, "%s", takes[_i].what);
    ck_assert_msg(answer.status == takes[_i].status, "%s: %d", takes[_i].what, answer.status);
    ck_assert_msg(items.item_count == takes[_i].items, "%s", takes[_i].what);
    ck_assert_msg(seen[0] == WB_NONCE_UNASKED && seen[1] == takes[_i].second, "%s", takes[_i].what);
}
END_TEST

START_TEST(a_request_is_read)
{
    wb_hook hook = {.query = WB_VIEW_LIT("a=1&sign=x%20y&=7&sig=z&empty=&last=9"),
                    .headers = WB_VIEW_LIT("X-A: one\r\nx-b:  two \r\n")};
    wb_hook_answer answer = {.verdict = WB_HOOK_TAKEN};

    ck_assert(wb_view_is(wb_hook_header(&hook, "X-B"), "two"));
    ck_assert(!wb_hook_header(&hook, "X-C").len);
    ck_assert(wb_view_is(wb_hook_query(&hook, "a"), "1"));
    ck_assert(wb_view_is(wb_hook_query(&hook, "sig"), "z"));
    ck_assert(wb_view_is(wb_hook_query(&hook, "sign"), "x%20y"));
    ck_assert(wb_view_is(wb_hook_query(&hook, "last"), "9"));
    ck_assert(!wb_hook_query(&hook, "empty").len && !wb_hook_query(&hook, "b").len);
    hook.query = (wb_view){NULL, 0};
    ck_assert(!wb_hook_query(&hook, "a").len);
    wb_hook_refuse(&answer, 403, "not from %s", "here\n");
    ck_assert(answer.verdict == WB_HOOK_REFUSED && answer.status == 403);
    ck_assert_str_eq(answer.reason, "not from here?"); /* a stranger's text is tamed */
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {nothing_is_taken_by_mistake, WB_COUNT(takes)},
        {a_request_is_read,           0              },
        {NULL,                        0              },
    };

    return wb_suite_run("actors.connectors.hook", rows);
}
