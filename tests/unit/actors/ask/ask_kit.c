/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask_kit - see ask_kit.h
 */
#include "tests/unit/actors/ask/ask_kit.h"

#include <check.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"

#define PROCESSES_MAX 4
#define QUESTIONS_MAX 64
#define NAMES_SIZE 200

/* Where each process works; the order of names. */
static const node_conf confs[PROCESSES_MAX] = {
    {.instance = "mapper-1",  .stage = WB_STAGE_MAP,   .generation = 1, .store = 1},
    {.instance = "monitor-1", .stage = WB_STAGE_WATCH, .generation = 1, .store = 2},
    {.instance = "poller-1",  .stage = WB_STAGE_PULL,  .generation = 1, .store = 3},
    {.instance = "pusher-1",  .stage = WB_STAGE_PUSH,  .generation = 1, .store = 4},
};

typedef struct {
    const char *instance;
    wb_kind kind;
    char body[1024];
} question;

static kit in;
static node nodes[PROCESSES_MAX];
static const ask_line *lines;
static const char *here_names, *wanted_names;
static wb_client *client;
static question questions[QUESTIONS_MAX];
static size_t question_count;

/* Each word of `names`. */
static void
tell(const char *names, wb_client_name name, void *to)
{
    char copy[NAMES_SIZE], *rest = copy, *word;

    ck_assert_uint_lt(strlen(names), sizeof copy);
    memcpy(copy, names, strlen(names) + 1);
    while ((word = strsep(&rest, " ")))
        name(to, word);
}

static void
here(const void *arg, wb_client_name name, void *to)
{
    (void)arg;
    tell(here_names, name, to);
}

static void
wanted(const void *arg, wb_client_name name, void *to)
{
    (void)arg;
    tell(wanted_names, name, to);
}

void
ask_kit_open(const char *here_now, const char *wanted_now, const ask_line *script)
{
    const char *brokers[] = {NULL};
    wb_client_conf conf = {.run_dir = in.run_dir,
                           .deployment = "test",
                           .shards = KIT_SHARDS,
                           .brokers = brokers,
                           .alone = true,
                           .here = here,
                           .wanted = wanted_now ? wanted : NULL};
    wb_err err = {0};

    kit_open(&in);
    here_names = here_now;
    wanted_names = wanted_now;
    lines = script;
    question_count = 0;
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        if (strstr(here_now, confs[i].instance))
            node_open(&nodes[i], &in, &confs[i]);
    }
    ck_assert_msg(wb_client_new(&client, in.loop, &conf, &err) == WB_OK, "%s", err.text);
}

void
ask_kit_close(void)
{
    wb_client_destroy(&client);
    for (size_t i = 0; i < PROCESSES_MAX; i++)
        node_close(&nodes[i]);
    kit_close(&in);
}

wb_client *
ask_kit_client(void)
{
    return client;
}

static const char *
reply_of(const question *asked)
{
    for (const ask_line *line = lines; line->instance; line++) {
        if (strcmp(line->instance, asked->instance) == 0 && line->kind == asked->kind &&
            strstr(asked->body, line->asked))
            return line->reply;
    }
    return "{}";
}

static void
answer(size_t at, wb_delivery *delivery)
{
    question *asked = &questions[question_count++];
    wb_view body = delivery->env->body;
    const char *reply;

    ck_assert_uint_le(question_count, QUESTIONS_MAX);
    ck_assert_uint_lt(body.len, sizeof asked->body);
    *asked = (question){.instance = confs[at].instance, .kind = delivery->env->kind};
    memcpy(asked->body, body.data, body.len);
    reply = reply_of(asked);
    if (reply)
        wb_lanes_reply(nodes[at].lanes, delivery->env, wb_view_of(reply), true);
    wb_delivery_drop(nodes[at].lanes, &delivery);
}

static bool
answered_until(void *arg)
{
    wb_link *link;

    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        while (nodes[i].lanes && (link = wb_list_pop(&nodes[i].held)))
            answer(i, WB_CONTAINER(link, wb_delivery, link));
    }
    return **(const bool **)arg;
}

void
ask_kit_until(const bool *done, const char *what)
{
    kit_until(&in, answered_until, &done, what);
}

size_t
ask_kit_asked(const char *instance, wb_kind kind, const char *asked)
{
    size_t count = 0;

    for (size_t i = 0; i < question_count; i++)
        count += strcmp(questions[i].instance, instance) == 0 && questions[i].kind == kind &&
                 strstr(questions[i].body, asked) != NULL;
    return count;
}
