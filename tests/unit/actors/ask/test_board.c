/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board: what processes say becomes stages, accounts in order of harm, and rates
 */
#include "actors/ask/board.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define NOW INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */

static wb_board *board;
static wb_buf text;
static wb_json *json;

static void
begin(void)
{
    board = wb_board_new();
    wb_buf_init(&text, 1024 * 1024);
    json = wb_json_new();
}

static void
end(void)
{
    wb_board_destroy(&board);
    wb_buf_fini(&text);
    wb_json_destroy(&json);
}

typedef struct {
    const char *instance, *body; /* body NULL: it does not answer */
} said;

static void
fill(wb_ask *ask, wb_answer *answers, const said *rows)
{
    *ask = (wb_ask){.answers = answers};
    for (; rows->instance; rows++) {
        wb_answer *one = &answers[ask->count++];

        *one = (wb_answer){.answered = rows->body != NULL};
        (void)snprintf(one->instance, sizeof one->instance, "%s", rows->instance);
        wb_buf_init(&one->body, 65536);
        if (rows->body)
            wb_buf_add_text(&one->body, rows->body);
    }
}

static void
empty(wb_ask *ask)
{
    for (size_t i = 0; i < ask->count; i++)
        wb_buf_fini(&ask->answers[i].body);
}

static void
show(void)
{
    wb_json_writer out;

    wb_buf_clear(&text);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_board_put(board, &out);
    wb_json_close(&out, '}');
    ck_assert(!wb_json_parse(json, wb_buf_view(&text), NULL));
}

static void
take(const said *rows, int64_t now_ms)
{
    wb_answer answers[8];
    wb_ask ask;

    fill(&ask, answers, rows);
    wb_board_take(board, &ask, now_ms, NOW);
    empty(&ask);
    show();
}

/* Element number `index` of a list of the board. */
static wb_json_ref
row(const char *list, int index)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, list));

    while (index--)
        at = wb_json_next(json, at);
    ck_assert(at != WB_JSON_NONE);
    return at;
}

static void
check_text(wb_json_ref at, const char *member, const char *want)
{
    char is[300];

    ck_assert_str_eq(wb_read_text(json, at, member, is, sizeof is), want);
}

START_TEST(rates_come_of_two_looks)
{
    const said first[] = {
        {"poller-1",  "{\"actor\":\"poller\",\"ready\":true,\"started_utc_us\":5,\"received\":100,"
                     "\"cpu_us\":1000000,\"store\":{\"rows\":{\"jobs\":7,\"parked\":2}}}"},
        {"monitor-1", NULL                                                                                   },
        {NULL,        NULL                                                                                   },
    };
    const said second[] = {
        {"poller-1", "{\"actor\":\"poller\",\"ready\":true,\"started_utc_us\":5,\"received\":150,"
                     "\"cpu_us\":1500000,\"store\":{\"rows\":{\"jobs\":9,\"parked\":3}}}"},
        {NULL,       NULL                                                                                    },
    };
    const said reborn[] = {
        {"poller-1", "{\"actor\":\"poller\",\"ready\":true,\"started_utc_us\":6,\"received\":1,"
                     "\"cpu_us\":1}"},
        {NULL,       NULL                               },
    };

    take(first, 1000);
    ck_assert_int_eq(wb_board_parked_rows(board), 2);
    check_text(row("stages", 0), "stage", "pull");
    ck_assert_int_eq(wb_read_int(json, row("stages", 0), "depth"), 7);
    ck_assert_int_eq(wb_json_kind(json, wb_json_get(json, row("stages", 0), "per_1000s")),
                     WB_JSON_NULL);
    ck_assert(wb_view_is(wb_json_raw(json, wb_json_get(json, 0, "silent")), "[\"monitor-1\"]"));
    take(second, 3000);
    ck_assert_int_eq(wb_read_int(json, row("stages", 0), "per_1000s"), 25000);
    ck_assert_int_eq(wb_read_int(json, row("processes", 0), "cpu_permille"), 250);
    ck_assert_int_eq(wb_board_parked_rows(board), 3);
    take(reborn, 5000); /* its counters begin anew */
    ck_assert_int_eq(wb_json_kind(json, wb_json_get(json, row("stages", 0), "per_1000s")),
                     WB_JSON_NULL);
    take(reborn, 5000 + 61000); /* nobody looked for a minute: that is no rate of now */
    ck_assert_int_eq(wb_json_kind(json, wb_json_get(json, row("stages", 0), "per_1000s")),
                     WB_JSON_NULL);
}
END_TEST

/* Of six accounts, at midnight. */
static const char streams[] =
    "{'actor':'poller',"
    "'accounts':[{'account':'t/stopped','suspended':true,'reason':'401','since_utc_us':7}],"
    "'streams':["
    "{'account':'t/fresh','stream':'o','next':'2025-12-31T23:59:30Z','complete_utc_us':9},"
    "{'account':'t/late','stream':'o','next':'2025-12-31T23:58:30Z','complete_utc_us':9},"
    "{'account':'t/new','stream':'o','running':true,'next':''},"
    "{'account':'t/never','stream':'o','next':'2026-01-01T00:10:00Z'},"
    "{'account':'t/failing','stream':'o','failures':3,'complete_utc_us':9},"
    "{'account':'t/stopped','stream':'o','complete_utc_us':9}]}";
static const char targets[] =
    "{'actor':'mapper','targets':[{'target':'t/target','wanted':9,'settled':4},"
    "{'target':'t/fresh','wanted':4,'settled':9}]}";
static const char limits[] = "{'actor':'keeper','limits':["
                             "{'account':'t/target','operation':'a','used_permille':100},"
                             "{'account':'t/target','operation':'b','used_permille':900},"
                             "{'account':'t/target','operation':'c','used_permille':0}]}";

/* With its quotes as JSON has them. */
static const char *
quoted(wb_buf *out, const char *body)
{
    wb_buf_init(out, 65536);
    for (; *body; body++)
        wb_buf_add_char(out, *body == '\'' ? '"' : *body);
    return wb_buf_text(out);
}

START_TEST(accounts_stand_in_order_of_harm)
{
    static const char *const want[][2] = {
        {"t/stopped", "stopped"},
        {"t/failing", "failing"},
        {"t/late",    "late"   },
        {"t/fresh",   "fresh"  },
        {"t/never",   "waiting"},
        {"t/new",     "reading"},
        {"t/target",  "ready"  },
    };
    wb_buf bodies[3];
    const said rows[] = {
        {"poller-1",         quoted(&bodies[0], streams)},
        {"mapper-1",                  quoted(&bodies[1],                          targets)},
        {"keeper-1",          quoted(&bodies[2],  limits)},
        {NULL,NULL},
    };

    take(rows, 1000);
    ck_assert_int_eq(wb_read_int(json, 0, "account_count"), (int64_t)WB_COUNT(want));
    for (int i = 0; i < (int)WB_COUNT(want); i++) {
        check_text(row("accounts", i), "account", want[i][0]);
        check_text(row("accounts", i), "state", want[i][1]);
    }
    check_text(row("accounts", 0), "reason", "401");
    ck_assert_int_eq(wb_read_int(json, row("accounts", 6), "coming"), 5);
    ck_assert_int_eq(wb_read_int(json, row("accounts", 3), "coming"), 0);
    check_text(row("accounts", 6), "limit", "b");
    ck_assert_int_eq(wb_read_int(json, 0, "totals.stopped"), 1);
    ck_assert_int_eq(wb_read_int(json, 0, "totals.late"), 1);
    for (size_t i = 0; i < WB_COUNT(bodies); i++)
        wb_buf_fini(&bodies[i]);
}
END_TEST

START_TEST(what_is_parked_comes_to_its_account)
{
    const said rows[] = {
        {"pusher-1", "{\"actor\":\"pusher\",\"accounts\":[{\"account\":\"t/a\"},{\"account\":"
                     "\"t/b\"}]}"},
        {NULL,       NULL                            },
    };
    const said counts[] = {
        {"pusher-1", "{\"groups\":[{\"account\":\"t/b\",\"count\":2},{\"account\":\"t/b\","
                     "\"count\":3}]}"              },
        {"pusher-2", "{\"groups\":[{\"account\":\"t/b\",\"count\":1}]}"},
        {"mapper-1", NULL                                              },
        {NULL,       NULL                                              },
    };
    wb_answer answers[8];
    wb_ask ask;

    take(rows, 1000);
    fill(&ask, answers, counts);
    wb_board_take_parked(board, &ask);
    empty(&ask);
    show();
    check_text(row("accounts", 0), "account", "t/b"); /* it has some: it stands first */
    ck_assert_int_eq(wb_read_int(json, row("accounts", 0), "parked"), 6);
    ck_assert_int_eq(wb_read_int(json, row("accounts", 1), "parked"), 0);
    take(rows, 3000); /* known until it is counted anew */
    ck_assert_int_eq(wb_read_int(json, row("accounts", 0), "parked"), 6);
}
END_TEST

START_TEST(many_accounts_are_counted_and_the_worst_are_told)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    said rows[2] = {
        {"poller-1", NULL},
        {NULL,       NULL}
    };

    wb_buf_init(&body, 65536);
    wb_buf_add_text(&body, "{\"actor\":\"poller\",\"accounts\":[");
    for (int i = 0; i < 100; i++)
        wb_buf_addf(&body, "%s{\"account\":\"t/%03d\",\"suspended\":%s}", i ? "," : "", i,
                    i == 99 ? "true" : "false");
    wb_buf_add_text(&body, "]}");
    rows[0].body = wb_buf_text(&body);
    take(rows, 1000);
    ck_assert_int_eq(wb_read_int(json, 0, "account_count"), 100);
    check_text(row("accounts", 0), "account", "t/099");
    ck_assert_uint_eq(wb_json_count(json, wb_json_get(json, 0, "accounts")), WB_BOARD_ACCOUNTS_MAX);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {rates_come_of_two_looks,                          0},
        {accounts_stand_in_order_of_harm,                  0},
        {what_is_parked_comes_to_its_account,              0},
        {many_accounts_are_counted_and_the_worst_are_told, 0},
        {NULL,                                             0},
    };

    return wb_suite_run_in("board", suite, begin, end);
}
