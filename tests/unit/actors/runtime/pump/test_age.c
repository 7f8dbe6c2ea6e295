/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age: a record of which no mark is left, and that is older than our memory, may have been written
 * before: it is asked for where the target can be asked, else set aside until a person accepts it
 */
#include <check.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define ORDER "default/shop/order/1"
#define DAY_US (INT64_C(86400) * WB_US_PER_S)
#define ACCEPT "{\"action\":\"accept\",\"reason\":\"older than our memory\",\"by\":\"anna\"}"
#define RETRY "{\"action\":\"retry\",\"reason\":\"older than our memory\"}"
#define ONE_CHANGED "{\"changed\":1,\"more\":false}"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};
static const char resend[] = KIT_RESEND;
static const char probes[] = KIT_PROBES;
static const char parks[] = KIT_TARGET("erp", "after_unknown: park");
static const char slow_probes[] =
    "  erp: {connector: webhook, backoff_min_ms: 8s, backoff_max_ms: 9s, options: {"
    "url: 'http://erp/records', after_unknown: probe, settle: 200ms, "
    "probe_url: 'http://erp/probe/{key}'}}\n";
static const char said_done[] = "{\"results\":[{\"status\":\"done\",\"id\":\"r-1\"}]}";

static kit self;

/* As if the store had been made then. */
static void
born(int64_t utc_us)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    char bytes[8];
    wb_err err = {0};

    for (size_t i = 0; i < 8; i++)
        bytes[i] = (char)(uint8_t)((uint64_t)utc_us >> (56 - 8 * i));
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_kv_put(txn, WB_DB_META, WB_VIEW_LIT("birth"), (wb_view){bytes, 8}, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    kit_restart(&self);
    ck_assert_int_eq(wb_store_birth_utc_us(self.ctx.store), utc_us);
}

static void
take(size_t n, uint64_t revision, int64_t created_utc_us)
{
    kit_take(&self, &(kit_want){.n = n,
                                .target = ERP,
                                .record = ORDER,
                                .revision = revision,
                                .created_utc_us = created_utc_us});
}

static void
reply(int status, const char *body)
{
    kit_until(&self, kit_next(NULL));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = status, .body = body});
}

static bool
is_probe(void)
{
    return strstr(kit_next(NULL)->url, "/probe/") != NULL;
}

static void
call(const char *body)
{
    wb_envelope env = {.kind = WB_KIND_CALL_PARKED, .body = wb_view_of(body)};
    size_t replies = kit_reply_count;

    wb_ops_parked(&self.ctx, kit_delivery(&env, 0), wb_pump_retake(self.pump));
    kit_until(&self, kit_reply_count > replies);
}

/* --- which --- */

enum { WRITTEN, PROBED, ASIDE };

/* Days ago; created 0 = not told. */
static const struct {
    const char *label, *target;
    int born, created, then;
} ages[] = {
    {"young, of a young store",          probes, 0,    -1,  WRITTEN},
    {"from before the store, asked",     probes, 0,    1,   PROBED },
    {"from before the store, set aside", parks,  0,    1,   ASIDE  },
    {"two years of a first import",      parks,  0,    700, ASIDE  },
    {"younger than what is kept",        probes, 1000, 399, WRITTEN},
    {"younger than what is kept",        parks,  1000, 399, WRITTEN},
    {"older than what is kept, asked",   probes, 1000, 401, PROBED },
    {"older than what is kept, aside",   parks,  1000, 401, ASIDE  },
    {"its age is not told",              probes, 0,    0,   WRITTEN},
    {"its age is not told",              parks,  0,    0,   WRITTEN},
    {"a target that honours keys",       resend, 0,    700, WRITTEN},
};

START_TEST(an_unmarked_record_older_than_our_memory_is_not_just_written)
{
    int64_t now_us = wb_now_utc_us();

    kit_open(&self, ages[_i].target, connectors);
    if (ages[_i].born)
        born(now_us - ages[_i].born * DAY_US);
    take(1, 7, ages[_i].created ? now_us - ages[_i].created * DAY_US : 0);
    if (ages[_i].then == ASIDE) {
        kit_until(&self, kit_outcome[1]);
        ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
        ck_assert_uint_eq(kit_request_count, 0);
    } else {
        kit_until(&self, kit_next(NULL));
        ck_assert_msg(is_probe() == (ages[_i].then == PROBED), "%s", ages[_i].label);
        if (is_probe())
            reply(404, "");
        reply(200, said_done);
        kit_until(&self, kit_outcome[1] == WB_OUTCOME_HANDED_ON);
        /* the next one has a mark before it */
        take(2, 8, now_us - 700 * DAY_US);
        kit_until(&self, kit_next(NULL));
        ck_assert(!is_probe());
    }
    kit_close(&self);
}
END_TEST

/* The refund of an order that we forgot: the order is there, and has to be told of the refund. */
START_TEST(what_a_probe_finds_of_a_forgotten_record_is_not_what_is_wanted)
{
    wb_mark_row mark = {0};

    kit_open(&self, probes, connectors);
    take(1, 7, wb_now_utc_us() - DAY_US);
    reply(200, "{\"key\":\"" ORDER "\"}"); /* and says nothing of a revision */
    kit_until(&self, kit_next(NULL));
    ck_assert(!is_probe());
    reply(200, said_done);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HANDED_ON);
    ck_assert(kit_mark(&self, ERP, ORDER, &mark));
    ck_assert_uint_eq(mark.revision, 7);
    kit_close(&self);
}
END_TEST

/* --- accepted --- */

static wb_rc
keep_row(void *arg, const wb_parked_row *row, wb_err *err)
{
    wb_parked_row *out = arg;

    (void)err;
    out->times++;
    out->revision = row->revision;
    out->unknown = row->unknown;
    return WB_OK;
}

/* The one parked row. */
static wb_parked_row
parked_row(void)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_parked_row row = {0};
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, false, &err));
    ck_assert(!wb_parked_scan(txn, 0, NULL, keep_row, &row, &err));
    ck_assert_uint_eq(row.times, 1);
    return row;
}

START_TEST(what_is_set_aside_for_its_age_is_written_when_a_person_accepts_it)
{
    int64_t old_us = wb_now_utc_us() - DAY_US;
    bool killed = _i;
    wb_mark_row mark = {0};

    kit_open(&self, parks, connectors);
    take(1, 7, old_us);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
    take(2, 8, old_us); /* a newer one takes its place */
    kit_until(&self, kit_outcome[2] == WB_OUTCOME_PARKED);
    ck_assert_uint_eq(parked_row().revision, 8);
    ck_assert(!parked_row().unknown); /* nothing of ours has left */
    call(RETRY);                      /* decides nothing */
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == 1);
    call(ACCEPT);
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), ONE_CHANGED);
    if (killed)
        kit_restart(&self);
    reply(200, said_done);
    kit_until(&self, kit_mark(&self, ERP, ORDER, &mark));
    ck_assert_uint_eq(mark.revision, 8);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    take(3, 9, old_us);
    reply(200, said_done);
    kit_until(&self, kit_outcome[3] == WB_OUTCOME_HANDED_ON);
    call(ACCEPT);
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":0,\"more\":false}");
    kit_close(&self);
}
END_TEST

/* Stored while it waits, to be asked for again in a while: a restart asks, and does not write. */
START_TEST(a_restart_does_not_write_what_was_to_be_asked_for)
{
    kit_stores_soon = true;
    kit_open(&self, slow_probes, connectors);
    take(1, 7, wb_now_utc_us() - DAY_US);
    reply(503, "");
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    kit_restart(&self);
    kit_turn(&self);                      /* what is stored is counted */
    take(2, 7, wb_now_utc_us() - DAY_US); /* it comes again, and finds the row before it is due */
    kit_until(&self, kit_next(NULL));
    ck_assert(is_probe());
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {an_unmarked_record_older_than_our_memory_is_not_just_written,      (int)WB_COUNT(ages)},
        {what_a_probe_finds_of_a_forgotten_record_is_not_what_is_wanted,    0                  },
        {what_is_set_aside_for_its_age_is_written_when_a_person_accepts_it, 2                  },
        {a_restart_does_not_write_what_was_to_be_asked_for,                 0                  },
        {NULL,                                                              0                  },
    };

    return wb_suite_run("actors.pump.age", tests);
}
