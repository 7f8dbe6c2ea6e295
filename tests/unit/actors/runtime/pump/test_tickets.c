/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/desk.h"
#include "tests/unit/suite.h"

/* The wait that is told of it. */
static wb_view
told(kit *self, const char *target, size_t n, wb_buf *text)
{
    wb_json_writer out;
    char record[64];

    snprintf(record, sizeof record, "default/shop/order/n%zux", n);
    wb_buf_init(text, 65536);
    wb_json_writer_init(&out, text);
    wb_json_open(&out, '{');
    wb_pump_tell(self->pump, kit_account(self, strchr(target, '/') + 1), wb_view_of(record), &out);
    wb_json_close(&out, '}');
    wb_buf_add(text, "", 1);
    return wb_buf_view(text);
}

static bool
tells(kit *self, const char *target, size_t n, const char *what)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    return strstr(told(self, target, n, &text).data, what) != NULL;
}

static bool
status_says(kit *self, const char *what)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 65536);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_pump_status(self->pump, &out);
    wb_json_close(&out, '}');
    wb_buf_add(&text, "", 1);
    return strstr((const char *)text.data, what) != NULL;
}

START_TEST(what_is_accepted_waits_without_an_attempt_or_a_slot)
{
    wb_mark_row mark;
    kit self;

    desk_open(&self);
    desk_accept(&self, DESK, 1, 7, "t-1\n");
    ck_assert_uint_eq(wb_gate_in_flight(self.ctx.gate), 0);
    ck_assert_uint_eq(desk_job(&self, DESK, 1)->attempts, 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TICKETS), 1);
    ck_assert(desk_mark(&self, DESK, 1, &mark)); /* it may have left */
    ck_assert(mark.revision == 0 && mark.left_revision == 7);
    ck_assert(tells(&self, DESK, 1, "\"wait\":\"ticket\""));
    ck_assert(tells(&self, DESK, 1, "\"ticket\":\"t-1\""));
    ck_assert(tells(&self, DESK, 1, "\"outcome_unknown\":false"));
    kit_until(&self, kit_next("/look"));
    ck_assert(kit_next("rev=7") && kit_next("number=0 ticket=t-1 cursor=\n"));
    desk_reply("/look", "done\n");
    kit_until(&self, desk_mark(&self, DESK, 1, &mark) && mark.revision == 7);
    ck_assert_uint_eq(mark.left_revision, 0);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TICKETS), 0);
    ck_assert_uint_eq(kit_request_count, 2);
    kit_close(&self);
}
END_TEST

/* What a look can hear, and what follows. */
static const struct {
    const char *target, *lines;
    int status;
    const char *next;  /* what is asked next: "/push", "/look"; NULL = nothing */
    uint64_t revision; /* of its mark */
    uint64_t left;     /* and what may have left */
    size_t parked;
    uint32_t attempts; /* of the job that waits */
} looks[] = {
    {DESK,      "done\n",      200, NULL,    7, 0, 0, 0},
    {DESK,      "unchanged\n", 200, NULL,    7, 0, 0, 0},
    {DESK,      "refused\n",   200, NULL,    0, 0, 1, 0},
    {DESK,      "later\n",     200, "/look", 0, 7, 0, 0},
    {DESK,      "",            200, "/look", 0, 7, 0, 0},
    {DESK,      "absent\n",    200, "/push", 0, 0, 0, 1},
    {DESK,      "unknown\n",   200, NULL,    0, 7, 1, 0},
    {DESK_KEYS, "unknown\n",   200, "/push", 0, 7, 0, 1},
    {DESK,      "more\n",      200, "/look", 0, 7, 0, 0},
    {DESK,      "",            500, "/look", 0, 7, 0, 0},
    {DESK,      "",            429, "/look", 0, 7, 0, 0},
    {DESK,      "",            404, "/look", 0, 7, 0, 0},
    {DESK,      "done",        200, "/look", 0, 7, 0, 0},
};

START_TEST(each_answer_has_its_outcome)
{
    wb_mark_row mark = {0};
    kit self;

    desk_open(&self);
    desk_accept(&self, looks[_i].target, 1, 7, "t-1\n");
    kit_until(&self, kit_next("/look"));
    kit_reply(&(kit_answer){.status = looks[_i].status, .body = looks[_i].lines});
    if (looks[_i].next) {
        kit_until(&self, kit_next(looks[_i].next));
        ck_assert_uint_eq(desk_job(&self, looks[_i].target, 1)->attempts, looks[_i].attempts);
    } else {
        kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), looks[_i].parked);
    ck_assert(desk_mark(&self, looks[_i].target, 1, &mark));
    ck_assert_uint_eq(mark.revision, looks[_i].revision);
    ck_assert_uint_eq(mark.left_revision, looks[_i].left);
    kit_close(&self);
}
END_TEST

START_TEST(a_look_in_steps_goes_on_by_its_cursor)
{
    wb_mark_row mark;
    kit self;

    desk_open(&self);
    desk_accept(&self, DESK, 1, 7, "t-1\n");
    kit_until(&self, kit_next("/look"));
    desk_reply("/look", "more\n");
    kit_until(&self, kit_next("ticket=t-1 cursor=page-2\n"));
    desk_reply("/look", "later\n");
    kit_until(&self, kit_next("ticket=t-1 cursor=\n")); /* from the first step again */
    desk_reply("/look", "done\n");
    kit_until(&self, desk_mark(&self, DESK, 1, &mark) && mark.revision == 7);
    kit_close(&self);
}
END_TEST

START_TEST(after_a_restart_a_ticket_is_looked_at_and_nothing_is_sent)
{
    wb_mark_row mark;
    kit self;

    desk_open(&self);
    desk_accept(&self, DESK, 1, 7, "t-1\n");
    kit_restart(&self);
    kit_until(&self, kit_next("/look"));
    ck_assert(kit_next("rev=7") && kit_next("ticket=t-1"));
    ck_assert(kit_next("/push") == NULL);
    desk_reply("/look", "later\n");
    kit_restart(&self);
    kit_until(&self, kit_next("/look"));
    desk_reply("/look", "done\n");
    kit_until(&self, desk_mark(&self, DESK, 1, &mark) && mark.revision == 7);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    kit_close(&self);
}
END_TEST

/* That nothing took effect is known in the next life as well. */
START_TEST(what_was_absent_is_sent_again_after_a_restart)
{
    kit self;

    desk_open(&self);
    desk_accept(&self, DESK, 1, 7, "t-1\n");
    kit_until(&self, kit_next("/look"));
    desk_reply("/look", "absent\n");
    kit_restart(&self);
    kit_until(&self, kit_next(NULL) || kit_rows(&self, WB_DB_PARKED));
    ck_assert(kit_next("/push") && kit_next("again=0"));
    kit_close(&self);
}
END_TEST

START_TEST(a_ticket_that_is_too_old_is_an_unknown_outcome)
{
    kit self;

    desk_open(&self);
    desk_accept(&self, DESK_SOON, 1, 7, "t-1\n");
    while (!kit_rows(&self, WB_DB_PARKED)) {
        kit_until(&self, kit_next("/look") || kit_rows(&self, WB_DB_PARKED));
        if (kit_next("/look"))
            desk_reply("/look", "later\n");
    }
    ck_assert_uint_gt(kit_request_count, 3); /* it was given its time */
    ck_assert(kit_next("/push") == NULL);
    kit_close(&self);
}
END_TEST

/* As many tickets in a look as its operation says (2), each with all of its records. */
static const struct {
    const char *given;
    size_t looks;
} companies[] = {
    {"t-1\nt-2\nt-1\nt-2\n", 1},
    {"t-1\nt-2\nt-3\nt-4\n", 2},
    {"t-1\nt-1\nt-1\nt-1\n", 1},
};

/* As an answer comes: in a turn of the loop, whose clock stands still. */
static void
reply_in_turn(wb_timer *timer, void *arg)
{
    (void)timer;
    desk_reply("/push", *(const char **)arg);
}

START_TEST(tickets_are_looked_at_together)
{
    const char *given = companies[_i].given;
    wb_timer timer = {.fire = reply_in_turn, .arg = &given};
    kit self;

    desk_open(&self);
    for (size_t n = 1; n <= 4; n++)
        desk_take(&self, DESK, n, 7);
    kit_until(&self, kit_next("/push"));
    wb_timer_start(self.ctx.loop, &timer, 0);
    kit_until(&self, kit_next("/look"));
    kit_turns(&self, 100);
    ck_assert_uint_eq(kit_request_count, 1 + companies[_i].looks);
    for (const char *const *item =
             (const char *const[]){"number=0", "number=1", "number=2", "number=3", NULL};
         *item; item++)
        ck_assert_msg(kit_next(*item) != NULL, "%s", *item);
    kit_close(&self);
}
END_TEST

START_TEST(tickets_are_outside_the_cap_of_stored_work)
{
    kit self;

    kit_stores_soon = true;
    desk_open(&self); /* one row */
    for (size_t n = 1; n <= 3; n++)
        desk_accept(&self, DESK, n, 7, "t-1\n");
    desk_take(&self, DESK, 4, 7);
    kit_until(&self, kit_outcome[4] == WB_OUTCOME_HELD); /* not answered: there is room for it */
    desk_take(&self, DESK, 5, 7);
    kit_turns(&self, 500);
    ck_assert_int_eq(kit_outcome[5], WB_OUTCOME_NONE); /* and for no more */
    ck_assert(status_says(&self, "\"stored\":4,\"stored_bytes\":"));
    ck_assert(status_says(&self, "\"tickets\":3}"));
    kit_restart(&self); /* the fourth may have left: it is parked */
    kit_until(&self, status_says(&self, "\"tickets\":3}"));
    kit_until(&self, kit_next("/look"));
    desk_reply("/look", "done\ndone\ndone\n");
    kit_until(&self, status_says(&self, "\"tickets\":0}"));
    kit_close(&self);
}
END_TEST

/* --- a newer revision --- */

START_TEST(a_newer_revision_waits_for_the_outcome)
{
    const char *target = _i ? DESK_KEYS : DESK; /* though that would compare them */
    wb_mark_row mark;
    kit self;

    desk_open(&self);
    desk_accept(&self, target, 1, 7, "t-1\n");
    desk_take(&self, target, 1, 8);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD); /* it does not keep its sender waiting */
    kit_until(&self, kit_next("/look"));
    ck_assert(kit_next("rev=7") && kit_next("ticket=t-1"));
    ck_assert(kit_next("/push") == NULL);
    kit_restart(&self);
    kit_until(&self, kit_next("/look"));
    ck_assert(kit_next("rev=7") && kit_next("/push") == NULL);
    desk_reply("/look", "done\n");
    kit_until(&self, kit_next("/push"));
    ck_assert(kit_next("rev=8 again=0"));
    desk_reply("/push", "done\n");
    kit_until(&self, desk_mark(&self, target, 1, &mark) && mark.revision == 8);
    kit_close(&self);
}
END_TEST

/* What becomes of the older one while a newer one waits. */
static const struct {
    const char *target, *word;
    const char *pushed; /* NULL: the newer one is parked */
} olders[] = {
    {DESK,      "done\n",    "rev=8 again=0"},
    {DESK,      "refused\n", "rev=8 again=0"},
    {DESK,      "absent\n",  "rev=8 again=0"},
    {DESK,      "unknown\n", NULL           },
    {DESK_KEYS, "unknown\n", "rev=8 again=1"},
};

START_TEST(the_newer_one_follows)
{
    kit self;

    desk_open(&self);
    desk_accept(&self, olders[_i].target, 1, 7, "t-1\n");
    kit_until(&self, kit_next("/look")); /* while it is being looked at */
    desk_take(&self, olders[_i].target, 1, 8);
    desk_reply("/look", "later\n");
    kit_until(&self, kit_next("/look"));
    ck_assert(kit_next("rev=7") && kit_next("ticket=t-1"));
    desk_reply("/look", olders[_i].word);
    if (olders[_i].pushed) {
        kit_until(&self, kit_next("/push"));
        ck_assert(kit_next(olders[_i].pushed) != NULL);
    } else {
        kit_until(&self, kit_rows(&self, WB_DB_PARKED));
    }
    kit_close(&self);
}
END_TEST

/* A write before it may have left: that its own attempt was refused says nothing of that. */
START_TEST(a_refused_ticket_does_not_settle_what_left_before)
{
    wb_mark_row mark;
    kit self;

    desk_open(&self);
    kit_take(&self, &(kit_want){.n = 1,
                                .target = DESK_KEYS,
                                .record = "default/shop/order/n1x",
                                .revision = 7,
                                .again = true});
    kit_until(&self, kit_next("/push"));
    ck_assert(kit_next("again=1"));
    desk_reply("/push", "t-1\n");
    kit_until(&self, kit_next("/look"));
    desk_reply("/look", "refused\n");
    kit_until(&self, kit_rows(&self, WB_DB_PARKED));
    ck_assert(desk_mark(&self, DESK_KEYS, 1, &mark) && mark.left_revision == 7);
    kit_close(&self);
}
END_TEST

START_TEST(accepted_without_a_ticket_is_unknown)
{
    kit self;

    desk_open(&self);
    desk_take(&self, DESK, 1, 7);
    kit_until(&self, kit_next("/push"));
    desk_reply("/push", "\n");
    kit_until(&self, kit_rows(&self, WB_DB_PARKED));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TICKETS), 0);
    kit_close(&self);
}
END_TEST

/* --- by the attempt --- */

START_TEST(an_attempt_is_stored_before_it_leaves)
{
    kit self;

    desk_open(&self);
    desk_take(&self, DESK_POST, 1, 7);
    desk_take(&self, DESK_POST, 2, 7);
    kit_until(&self, kit_next("/push"));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 2);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TICKETS), 2);
    desk_reply("/push", "done\nrefused\n");
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TICKETS), 0);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

/* The text behind "attempt=" in a request. */
static void
attempt_of(const kit_request *request, char out[WB_ID_TEXT_MAX + 1])
{
    const char *at = strstr(request->body, "attempt=") + strlen("attempt=");

    snprintf(out, WB_ID_TEXT_MAX + 1, "%.*s", WB_ID_TEXT_MAX, at);
}

static const struct {
    const char *what;
    bool killed;       /* between request and answer */
    const char *found; /* by the look */
    bool sent_again;
} misses[] = {
    {"killed, and it had arrived",    true,  "done\n",   false},
    {"killed, and it had not",        true,  "absent\n", true },
    {"no answer, and it had arrived", false, "done\n",   false},
    {"no answer, and it had not",     false, "absent\n", true },
};

START_TEST(an_answer_that_never_came_is_looked_for)
{
    char sent[WB_ID_TEXT_MAX + 1], looked[WB_ID_TEXT_MAX + 1];
    int64_t left_ms;
    wb_mark_row mark;
    kit self;

    desk_open(&self);
    desk_take(&self, DESK_POST, 1, 7);
    kit_until(&self, kit_next("/push"));
    attempt_of(kit_next("/push"), sent);
    left_ms = wb_now_ms();
    if (misses[_i].killed)
        kit_restart(&self);
    else
        kit_reply(&(kit_answer){.end = WB_HTTP_BROKEN});
    kit_until(&self, kit_next(NULL));
    ck_assert_msg(kit_next("/look") != NULL, "%s", misses[_i].what);
    ck_assert_int_ge(wb_now_ms() - left_ms, 100); /* not before it can have settled */
    attempt_of(kit_next("/look"), looked);
    ck_assert_str_eq(sent, looked);
    ck_assert(kit_next("rev=7") && kit_next("ticket= "));
    desk_reply("/look", misses[_i].found);
    if (misses[_i].sent_again) {
        kit_until(&self, kit_next("/push"));
        attempt_of(kit_next("/push"), looked);
        ck_assert_str_ne(sent, looked); /* another attempt */
        ck_assert(kit_next("again=0"));
    } else {
        kit_until(&self, desk_mark(&self, DESK_POST, 1, &mark) && mark.revision == 7);
    }
    kit_close(&self);
}
END_TEST

/* Its sender was not told what became of it, and says so. Had it left, there would be an attempt.
 */
START_TEST(what_is_said_to_have_left_without_an_attempt_has_not)
{
    uint64_t newer = UINT64_C(1) << 60; /* than the store */
    kit self;

    desk_open(&self);
    kit_take(&self, &(kit_want){.n = 1,
                                .target = DESK_POST,
                                .record = "default/shop/order/n1x",
                                .revision = newer,
                                .again = true});
    kit_until(&self, kit_next("/push"));
    ck_assert(kit_next("again=0"));
    kit_take(&self, &(kit_want){.n = 2, /* of a former store */
                                .target = DESK_POST,
                                .record = "default/shop/order/n2x",
                                .revision = 7,
                                .again = true});
    kit_take(&self, &(kit_want){.n = 3, /* where nothing is stored before it leaves */
                                .target = DESK,
                                .record = "default/shop/order/n3x",
                                .revision = newer,
                                .again = true});
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == 2);
    kit_close(&self);
}
END_TEST

/* Nothing took effect, and that is known: there is nothing to look for. */
START_TEST(an_attempt_that_was_turned_away_is_sent_again)
{
    kit self;

    desk_open(&self);
    desk_take(&self, DESK_POST, 1, 7);
    kit_until(&self, kit_next("/push"));
    kit_reply(&(kit_answer){.status = 429});
    kit_until(&self, kit_next(NULL));
    ck_assert(kit_next("/push") != NULL);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_accepted_waits_without_an_attempt_or_a_slot,       0                  },
        {each_answer_has_its_outcome,                               WB_COUNT(looks)    },
        {a_look_in_steps_goes_on_by_its_cursor,                     0                  },
        {after_a_restart_a_ticket_is_looked_at_and_nothing_is_sent, 0                  },
        {what_was_absent_is_sent_again_after_a_restart,             0                  },
        {a_ticket_that_is_too_old_is_an_unknown_outcome,            0                  },
        {tickets_are_looked_at_together,                            WB_COUNT(companies)},
        {tickets_are_outside_the_cap_of_stored_work,                0                  },
        {accepted_without_a_ticket_is_unknown,                      0                  },
        {a_newer_revision_waits_for_the_outcome,                    2                  },
        {the_newer_one_follows,                                     WB_COUNT(olders)   },
        {a_refused_ticket_does_not_settle_what_left_before,         0                  },
        {an_attempt_is_stored_before_it_leaves,                     0                  },
        {an_answer_that_never_came_is_looked_for,                   WB_COUNT(misses)   },
        {what_is_said_to_have_left_without_an_attempt_has_not,      0                  },
        {an_attempt_that_was_turned_away_is_sent_again,             0                  },
        {NULL,                                                      0                  },
    };

    return wb_suite_run("actors.runtime.pump.tickets", rows);
}
