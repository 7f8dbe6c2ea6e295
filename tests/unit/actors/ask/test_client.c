/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: who is asked, when it is over, and how answers are printed
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/ask/client.h"
#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/ask/ask_kit.h"
#include "tests/unit/suite.h"

#define ALL "mapper-1 monitor-1 poller-1 pusher-1"

static bool done;

static void
setup(void)
{
    done = false;
}

static void
on_done(void *arg, wb_ask *ask)
{
    ck_assert(ask->over && !done);
    ck_assert_ptr_null(arg);
    done = true;
}

static const ask_line script[] = {
    {"mapper-1", WB_KIND_CALL_STATUS, "",   "{\"instance\":\"mapper-1\",\"pid\":7}"},
    {"pusher-1", WB_KIND_CALL_STATUS, "",   "{\"pid\":8}"                          },
    {"poller-1", WB_KIND_CALL_STATUS, "",   "{\"error\":\"not now\"}"              },
    {NULL,       WB_KIND_NONE,        NULL, NULL                                   },
};

static wb_ask *
ask_status(const char *actors)
{
    wb_ask *ask = wb_ask_start(ask_kit_client(), &(wb_question){.actors = actors,
                                                                .kind = WB_KIND_CALL_STATUS,
                                                                .body = WB_VIEW_LIT("{}"),
                                                                .done = on_done});

    ck_assert_msg(!done, "over before the loop turned");
    ask_kit_until(&done, "the answers");
    return ask;
}

/* Who is asked, of all that are here and a broker. */
static const struct {
    const char *actors, *wanted, *names;
} rows[] = {
    {NULL,            NULL,                 "mapper-1 monitor-1 poller-1 pusher-1"         },
    {"mapper",        NULL,                 "mapper-1"                                     },
    {"pusher mapper", NULL,                 "mapper-1 pusher-1"                            },
    {"push",          NULL,                 ""                                             },
    {"mapper",        "mapper-2 pusher-3",  "mapper-1 mapper-2"                            },
    {"mapper",        "mapper-10 mapper-2", "mapper-1 mapper-2 mapper-10"                  },
    {NULL,            "broker-1 keeper-1",  "keeper-1 mapper-1 monitor-1 poller-1 pusher-1"},
};

START_TEST(who_is_of_an_actor_is_asked_and_who_should_be_is_named)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf names = {0};

    wb_buf_init(&names, 200);
    ask_kit_open(ALL " broker-1", rows[_i].wanted, script);
    ask = ask_status(rows[_i].actors);
    for (size_t i = 0; i < ask->count; i++) {
        wb_buf_addf(&names, "%s%s", i ? " " : "", ask->answers[i].instance);
        ck_assert(ask->answers[i].answered != ask->answers[i].absent);
    }
    ck_assert_str_eq(wb_buf_text(&names), rows[_i].names);
    ck_assert(!ask->nobody[0] == (ask->count > 0));
    wb_ask_destroy(&ask);
    ask_kit_close();
}
END_TEST

START_TEST(answers_are_printed_with_who_said_them)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    ask_kit_open("mapper-1 monitor-1 pusher-1", "mapper-2", script);
    ask = ask_status(NULL);
    wb_ask_print(ask, "processes", out);
    fclose(out);
    ck_assert_str_eq(text, "{\"processes\":[{\"instance\":\"mapper-1\",\"pid\":7},"
                           "{\"instance\":\"monitor-1\"},{\"instance\":\"pusher-1\",\"pid\":8}],"
                           "\"silent\":[\"mapper-2\"]}\n");
    wb_free(&text);
    wb_ask_destroy(&ask);
    ask_kit_close();
}
END_TEST

START_TEST(an_answer_is_a_document_a_refusal_or_nothing)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_err err = {0};

    ask_kit_open("mapper-1 poller-1", "pusher-1", script);
    ask = ask_status(NULL);
    ck_assert_uint_eq(ask->count, 3);
    ck_assert_int_eq(wb_answer_read(&ask->answers[0], json, &err), WB_OK);
    ck_assert_int_eq(wb_read_int(json, 0, "pid"), 7);
    ck_assert_int_eq(wb_answer_read(&ask->answers[1], json, &err), WB_REJECT);
    ck_assert_str_eq(err.text, "not now");
    ck_assert_int_eq(wb_answer_read(&ask->answers[2], json, &err), WB_RETRY);
    wb_ask_destroy(&ask);
    ask_kit_close();
}
END_TEST

static size_t looks;

static void
nobody_here(const void *arg, wb_client_name name, void *to)
{
    (void)arg;
    (void)name;
    (void)to;
    looks++;
}

/* It has just begun to listen: whoever is elsewhere is heard of in a moment. */
START_TEST(a_client_with_a_loop_of_its_own_waits_a_moment_for_somebody)
{
    WB_AUTO(wb_client_destroy) wb_client *client = NULL;
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    const char *brokers[] = {NULL};
    char folder[] = "/tmp/wb-ask-XXXXXX";
    wb_client_conf conf = {.run_dir = folder,
                           .deployment = "test",
                           .shards = 8,
                           .brokers = brokers,
                           .here = nobody_here};
    int64_t begin_ms = wb_now_ms();
    wb_err err = {0};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_msg(wb_client_new(&client, NULL, &conf, &err) == WB_OK, "%s", err.text);
    looks = 0;
    ask = wb_ask_start(client,
                       &(wb_question){.kind = WB_KIND_CALL_STATUS, .body = WB_VIEW_LIT("{}")});
    wb_ask_wait(ask);
    ck_assert_uint_gt(looks, 2);
    ck_assert_int_ge(wb_now_ms() - begin_ms, 1000);
    ck_assert_str_ne(ask->nobody, "");
    wb_ask_destroy(&ask);
    wb_client_destroy(&client);
    ck_assert_int_eq(remove(folder), 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {who_is_of_an_actor_is_asked_and_who_should_be_is_named,      WB_COUNT(rows)},
        {answers_are_printed_with_who_said_them,                      0             },
        {an_answer_is_a_document_a_refusal_or_nothing,                0             },
        {a_client_with_a_loop_of_its_own_waits_a_moment_for_somebody, 0             },
        {NULL,                                                        0             },
    };

    return wb_suite_run_in("ask.client", tests, setup, NULL);
}
