/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that a person names: read now, answered when they are through or stored, absent without
 * anything parked
 */
#include "actors/enricher/asked.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/shelf.h"
#include "tests/unit/suite.h"

#define KEY "default/shop/order/701"

static void
open_all(shelf_taker *self)
{
    shelf_open(self);
    self->asked = wb_asked_new(&self->kit.ctx, self->kit.pump);
}

static void
close_all(shelf_taker *self)
{
    kit_close(&self->kit); /* the pump: who waits is told */
    wb_asked_destroy(&self->asked);
}

static void
ask_with(shelf_taker *self, const char *body)
{
    wb_envelope call = {.kind = WB_KIND_CALL_FETCH, .body = wb_view_of(body)};
    wb_delivery *delivery = kit_delivery(&call, 0);
    wb_err err = {0};

    wb_buf_clear(&kit_last_reply);
    ck_assert(!wb_asked_call(self->asked, delivery, &err));
}

static void
ask(shelf_taker *self)
{
    ask_with(self, "{\"account\":\"default/shop\",\"kind\":\"order\",\"id\":\"701\"}");
}

static const char *
said(void)
{
    return kit_last_reply.len ? wb_buf_text(&kit_last_reply) : "";
}

static void
expect(shelf_taker *self, const char *outcome)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof wanted, "\"outcome\":\"%s\"", outcome);
    kit_until(&self->kit, kit_last_reply.len);
    ck_assert_msg(strstr(said(), wanted), "%s: %s", wanted, said());
    ck_assert_msg(strstr(said(), "\"ok\":true") && strstr(said(), KEY), "%s", said());
}

START_TEST(a_record_that_is_named_is_read_now)
{
    shelf_taker self;

    open_all(&self);
    ask(&self);
    kit_until(&self.kit, kit_next(KEY));
    ck_assert_uint_eq(kit_last_reply.len, 0); /* nothing is promised yet */
    shelf_reply("done\n");
    expect(&self, "handed_on");
    ck_assert_uint_eq(self.handed, 1);
    ck_assert_int_eq(self.priority, WB_PRIORITY_MANUAL);
    ck_assert_str_eq(self.stream, "orders");
    close_all(&self);
}
END_TEST

/* Whatever its source says no by, it is no work for anybody. */
START_TEST(one_that_is_not_there_ends_so)
{
    shelf_taker self;

    kit_stores_soon = _i > 0;
    open_all(&self);
    self.full = _i > 0;
    ask(&self);
    if (_i) { /* it was stored meanwhile, and known to be so */
        expect(&self, "held");
        ask(&self);
        self.full = false;
        wb_pump_run(self.kit.pump);
    }
    kit_until(&self.kit, kit_next(KEY));
    shelf_reply("absent\n");
    expect(&self, "absent");
    ck_assert_msg(strstr(said(), "\"text\":\"absent: absent\""), "%s", said());
    kit_until(&self.kit, wb_pump_jobs(self.kit.pump) == 0);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 0);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_JOBS), 0);
    ck_assert_uint_eq(kit_request_count, 1);
    close_all(&self);
}
END_TEST

/* What a source has told of has to be looked at, whoever asked as well. */
START_TEST(one_that_was_told_of_and_is_not_there_is_parked)
{
    shelf_taker self;

    open_all(&self);
    self.full = true;
    if (_i)
        shelf_notice(&self, 1, KEY, 0);
    ask(&self);
    if (!_i)
        shelf_notice(&self, 1, KEY, 0);
    self.full = false;
    wb_pump_run(self.kit.pump);
    kit_until(&self.kit, kit_next(KEY));
    shelf_reply("absent\n");
    expect(&self, "parked");
    ck_assert_msg(strstr(said(), "\"reason\":\"absent: absent\""), "%s", said());
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 1);
    ck_assert_uint_eq(kit_request_count, 1);
    close_all(&self);
}
END_TEST

/* A kill behind the yes: its next life reads it, once. */
START_TEST(what_was_promised_outlives_its_process)
{
    static const char *const ends[][2] = {
        {"done\n",   "handed on"},
        {"absent\n", "absent"   }
    };
    shelf_taker self;

    kit_stores_soon = true;
    open_all(&self);
    self.full = true;
    ask(&self);
    expect(&self, "held");
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_JOBS), 1);
    wb_asked_destroy(&self.asked);
    kit_restart(&self.kit);
    self.asked = wb_asked_new(&self.kit.ctx, self.kit.pump);
    self.full = false;
    kit_until(&self.kit, kit_next(KEY));
    shelf_reply(ends[_i][0]);
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    kit_turns(&self.kit, 100);
    ck_assert_uint_eq(kit_request_count, 1);
    ck_assert_uint_eq(self.handed, _i == 0);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 0);
    close_all(&self);
}
END_TEST

/* It failed, and is due much later: a person waits now. Who only asks what became of it changes
 * nothing. */
START_TEST(what_waits_is_read_at_once)
{
    shelf_taker self;

    open_all(&self);
    ask(&self);
    kit_until(&self.kit, kit_next(KEY));
    shelf_reply("hour\n");
    kit_until(
        &self.kit,
        wb_pump_find(self.kit.pump, kit_account(&self.kit, "shop"), WB_VIEW_LIT(KEY))->due_ms > 0);
    ask_with(&self, "{\"account\":\"default/shop\",\"kind\":\"order\",\"id\":\"701\","
                    "\"again\":true}");
    kit_turns(&self.kit, 100);
    ck_assert_uint_eq(kit_request_count, 1);
    ask(&self);
    kit_until(&self.kit, kit_next(KEY));
    shelf_reply("done\n");
    kit_until(&self.kit, kit_reply_count >= 3); /* each of the three that asked */
    ck_assert(strstr(said(), "\"outcome\":\"handed_on\""));
    close_all(&self);
}
END_TEST

/* One that is on its way says what was before: it is read once more, and that is the answer. */
START_TEST(what_is_on_its_way_is_read_once_more)
{
    shelf_taker self;

    open_all(&self);
    ask(&self);
    kit_until(&self.kit, kit_next(KEY));
    ask(&self);
    shelf_reply("absent\n");
    expect(&self, "absent");
    wb_buf_clear(&kit_last_reply);
    kit_until(&self.kit, kit_next(KEY));
    shelf_reply("done\n");
    expect(&self, "handed_on");
    ck_assert_uint_eq(self.handed, 1);
    close_all(&self);
}
END_TEST

START_TEST(who_still_waits_when_it_ends_is_told)
{
    shelf_taker self;

    open_all(&self);
    self.full = true;
    ask(&self);
    wb_pump_destroy(&self.kit.pump);
    ck_assert_msg(strstr(said(), "the process is ending: ask again"), "%s", said());
    ck_assert(strstr(said(), "\"ok\":false"));
    close_all(&self);
}
END_TEST

static const struct {
    const char *label, *body, *text;
} refusals[] = {
    {"no such account", "{\"account\":\"default/nobody\",\"kind\":\"order\",\"id\":\"1\"}",
     "does not read account default/nobody"                                                                 },
    {"another kind",    "{\"account\":\"default/shop\",\"kind\":\"listing\",\"id\":\"1\"}",
     "no single record of kind listing can be read at default/shop"                                         },
    {"no kind at all",  "{\"account\":\"default/shop\",\"kind\":\"letter\",\"id\":\"1\"}",
     "no single record of kind letter"                                                                      },
    {"no id",           "{\"account\":\"default/shop\",\"kind\":\"order\",\"id\":\"\"}",    "id: which one?"},
    {"no text",         "{\"account\":7}",                                                  "account"       },
    {"no JSON",         "{",                                                                "JSON"          },
};

START_TEST(what_cannot_be_asked_is_said_at_once)
{
    shelf_taker self;

    open_all(&self);
    ask_with(&self, refusals[_i].body);
    ck_assert_msg(strstr(said(), refusals[_i].text), "%s: %s", refusals[_i].label, said());
    ck_assert(strstr(said(), "\"ok\":false"));
    kit_turns(&self.kit, 20);
    ck_assert_uint_eq(kit_request_count, 0);
    close_all(&self);
}
END_TEST

/* One process reads for an account, and all are asked. */
START_TEST(who_does_not_read_for_it_says_so)
{
    shelf_taker self;

    open_all(&self);
    self.kit.ctx.owned[kit_account(&self.kit, "shop")->shard] = false;
    ask(&self);
    ck_assert_msg(strstr(said(), "does not read account default/shop"), "%s", said());
    kit_turns(&self.kit, 20);
    ck_assert_uint_eq(kit_request_count, 0);
    close_all(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_record_that_is_named_is_read_now,              0                 },
        {one_that_is_not_there_ends_so,                   2                 },
        {one_that_was_told_of_and_is_not_there_is_parked, 2                 },
        {what_was_promised_outlives_its_process,          2                 },
        {what_waits_is_read_at_once,                      0                 },
        {what_is_on_its_way_is_read_once_more,            0                 },
        {who_still_waits_when_it_ends_is_told,            0                 },
        {what_cannot_be_asked_is_said_at_once,            WB_COUNT(refusals)},
        {who_does_not_read_for_it_says_so,                0                 },
        {NULL,                                            0                 },
    };

    return wb_suite_run("actors.enricher.asked", rows);
}
