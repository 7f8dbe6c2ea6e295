/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows of the store, and messages, that cannot be read: what `parked retry` says of them, what it
 * does once they can be read; and messages that nobody can answer
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "storage/aside.h"
#include "storage/jobs.h"
#include "storage/parked.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define NEWER WB_VIEW_LIT("\x63of a newer release")

static kit self;

static void
setup(void)
{
    kit_open(&self, KIT_SHOP KIT_ERP "routes:\n  - {from: shop, to: erp}\n");
}

static void
teardown(void)
{
    kit_close(&self);
}

static wb_txn *
begin(void)
{
    wb_txn *txn = NULL;
    wb_err err = {0};

    kit_done();
    ck_assert_msg(!wb_txn_begin(&txn, self.ctx.store, true, &err), "%s", err.text);
    return txn;
}

static void
commit(wb_txn *txn)
{
    wb_err err = {0};

    ck_assert_msg(!wb_txn_commit(&txn, &err), "%s", err.text);
}

typedef struct {
    wb_buf key, value;
} raw_row;

static wb_rc
take_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    raw_row *row = arg;

    (void)err;
    wb_buf_init(&row->key, 1024);
    wb_buf_init(&row->value, 65536);
    wb_buf_add_view(&row->key, key);
    wb_buf_add_view(&row->value, value);
    return WB_FULL;
}

static void
free_row(raw_row *row)
{
    wb_buf_fini(&row->key);
    wb_buf_fini(&row->value);
}

static wb_rc
first_letter(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)err;
    *(wb_id *)arg = row->id;
    return WB_FULL;
}

/* What is parked first is parked anew, with this reason and these bytes. */
static void
park(wb_txn *txn, const char *reason, wb_view bytes)
{
    wb_parked_row row = {.reason = wb_view_of(reason), .envelope = bytes};
    wb_err err = {0};

    ck_assert(!wb_parked_scan(txn, 0, NULL, first_letter, &row.id, &err));
    ck_assert_msg(!wb_parked_put(txn, &row, &err), "%s", err.text);
}

static void
retry(void)
{
    kit_call(&self, WB_KIND_CALL_PARKED, "{\"action\":\"retry\",\"reason\":\"\"}");
}

static void
kept_because(const char *why)
{
    const char *said = wb_buf_text(&kit_last_reply);

    ck_assert_msg(strstr(said, "\"changed\":0"), "%s", said);
    ck_assert_msg(strstr(said, "\"kept\":1"), "%s", said);
    ck_assert_msg(strstr(said, why), "%s", said);
    ck_assert_msg(strstr(said, "drop it"), "%s", said);
    ck_assert_uint_eq(kit_parked(&self), 1);
}

/* It was "nothing is parked under this id"; and an upgrade did not help either. */
START_TEST(a_row_of_a_newer_release_waits_until_it_can_be_read)
{
    WB_AUTO(wb_buf_fini) wb_buf letter = {0};
    WB_AUTO(free_row) raw_row row = {0};
    wb_err err = {0};
    wb_txn *txn;

    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    txn = begin();
    ck_assert(!wb_kv_scan(txn, WB_DB_OUTBOX, (wb_kv_range){0}, take_row, &row, &err));
    ck_assert(!wb_kv_put(txn, WB_DB_OUTBOX, wb_buf_view(&row.key), NEWER, &err));
    commit(txn);
    kit_restart(&self);
    kit_look(&self);
    kit_flush(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    retry();
    kept_because("release");
    txn = begin();
    wb_buf_init(&letter, 65536);
    wb_pack_array(&letter, 3);
    wb_pack_text(&letter, WB_VIEW_LIT("outbox"));
    wb_pack_bytes(&letter, wb_buf_view(&row.key));
    wb_pack_bytes(&letter, wb_buf_view(&row.value));
    park(txn, WB_ASIDE_DAMAGED ": outbox: as this release reads it", wb_buf_view(&letter));
    commit(txn);
    retry();
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":1,\"more\":false}");
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting("default/erp"), 1);
    ck_assert_uint_eq(kit_parked(&self), 0);
}
END_TEST

START_TEST(a_message_that_cannot_be_read_yet_stays_and_says_why)
{
    wb_txn *txn;

    kit_say(&self, 0, &(kit_order){.id = "1", .broken = true, .updated = 1});
    txn = begin();
    park(txn, "malformed: header: version 9", WB_VIEW_LIT("\x92\xc4\1h\xc4\1b"));
    commit(txn);
    retry();
    kept_because("release");
    kit_call(&self, WB_KIND_CALL_PARKED, "{\"action\":\"drop\",\"reason\":\"malformed: header\"}");
    ck_assert_uint_eq(kit_parked(&self), 0);
}
END_TEST

/* Its seal is broken, or the master key is another one: the process ended. */
START_TEST(a_letter_that_cannot_be_opened_stays_until_it_is_dropped)
{
    WB_AUTO(free_row) raw_row row = {0};
    wb_err err = {0};
    wb_txn *txn;

    kit_say(&self, 0, &(kit_order){.id = "1", .broken = true, .updated = 1});
    txn = begin();
    ck_assert(!wb_kv_scan(txn, WB_DB_PARKED, (wb_kv_range){0}, take_row, &row, &err));
    row.value.data[row.value.len - 1] ^= 1;
    ck_assert(!wb_kv_put(txn, WB_DB_PARKED, wb_buf_view(&row.key), wb_buf_view(&row.value), &err));
    commit(txn);
    retry();
    kept_because("cannot read its bytes");
    kit_call(&self, WB_KIND_CALL_PARKED, "{\"action\":\"drop\",\"reason\":\"malformed\"}");
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":1,\"more\":false}");
    ck_assert_uint_eq(kit_parked(&self), 0);
}
END_TEST

/* Nothing of it could be seen. */
START_TEST(the_bytes_of_what_cannot_be_read_are_shown)
{
    char id[WB_ID_TEXT_MAX + 1], call[160];
    wb_id first = {{0}};
    wb_err err = {0};
    wb_txn *txn;

    kit_say(&self, 0, &(kit_order){.id = "1", .broken = true, .updated = 1});
    txn = begin();
    park(txn, "malformed: header: version 9", WB_VIEW_LIT("what came"));
    ck_assert(!wb_parked_scan(txn, 0, NULL, first_letter, &first, &err));
    commit(txn);
    wb_id_text(id, &first);
    snprintf(call, sizeof call, "{\"action\":\"show\",\"id\":\"%s\",\"body\":true}", id);
    kit_call(&self, WB_KIND_CALL_PARKED, call);
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"bytes_base64\":\"d2hhdCBjYW1l\""), "%s",
                  wb_buf_text(&kit_last_reply));
}
END_TEST

/* --- what an enricher holds --- */

static const char run[] = "the run's 16 byte";

/* A header of a release to come. */
static void
put_held(uint32_t flags)
{
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    WB_AUTO(wb_buf_fini) wb_buf stored = {0};
    wb_job_row job = {.account = WB_VIEW_LIT("default/shop"),
                      .name = WB_VIEW_LIT("default/shop/order/1"),
                      .flags = flags};
    wb_txn *txn = begin();
    wb_err err = {0};

    wb_buf_init(&header, 4096);
    wb_buf_init(&stored, 4096);
    wb_pack_map(&header, 2);
    wb_pack_uint(&header, 1);
    wb_pack_uint(&header, 99);
    wb_pack_uint(&header, 22);
    wb_pack_bytes(&header, (wb_view){run, 16});
    wb_pack_array(&stored, 2);
    wb_pack_bytes(&stored, wb_buf_view(&header));
    wb_pack_bytes(&stored, WB_VIEW_LIT("body"));
    job.envelope = wb_buf_view(&stored);
    ck_assert(!wb_jobs_put(txn, &job, &err));
    ck_assert(wb_aside_job(txn, &job, "version 99"));
    commit(txn);
}

static wb_rc
see_run(void *arg, wb_view key, wb_view value, wb_err *err)
{
    static const char before[] = "\xa6"
                                 "before\x07"; /* held */

    (void)key;
    (void)err;
    if (memmem(value.data, value.len, run, 16) &&
        memmem(value.data, value.len, before, sizeof before - 1))
        (*(size_t *)arg)++;
    return WB_OK;
}

/* rows 0: held; 1: it came back from what was parked, and is in the ledger as that; 2: a pusher's
 */
static const struct {
    uint32_t flags;
    wb_stage stage;
    size_t told;
} held[] = {
    {0,              WB_STAGE_FETCH, 1},
    {WB_JOB_REVIVED, WB_STAGE_FETCH, 0},
    {0,              WB_STAGE_PUSH,  0},
};

/* Its run counted it as held, for ever. */
START_TEST(what_was_held_and_cannot_be_read_is_parked_in_its_run)
{
    const wb_actor actor = {.name = "any", .stage = held[_i].stage};
    size_t told = 0;
    wb_err err = {0};
    wb_txn *txn;

    self.ctx.actor = &actor;
    put_held(held[_i].flags);
    kit_look(&self);
    kit_flush(&self);
    self.ctx.actor = NULL;
    ck_assert_uint_eq(kit_parked(&self), 1);
    txn = begin();
    ck_assert(!wb_kv_scan(txn, WB_DB_EVENTS, (wb_kv_range){0}, see_run, &told, &err));
    commit(txn);
    ck_assert_uint_eq(told, held[_i].told);
}
END_TEST

/* --- messages that say nothing of themselves --- */

static wb_rc
count_told(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const wb_view what = WB_VIEW_LIT("message_unreadable");
    const char *end = value.data + value.len;

    (void)key;
    (void)err;
    for (const char *at = value.data; (at = memmem(at, (size_t)(end - at), what.data, what.len));
         at += what.len)
        (*(size_t *)arg)++;
    return WB_OK;
}

static size_t
told(void)
{
    size_t count = 0;
    wb_err err = {0};
    wb_txn *txn = begin();

    ck_assert(!wb_kv_scan(txn, WB_DB_EVENTS, (wb_kv_range){0}, count_told, &count, &err));
    commit(txn);
    return count;
}

static void
come(size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++)
        wb_actor_stray(&self.ctx, (wb_view){(const char *)&i, sizeof i}, WB_VIEW_LIT("body"),
                       "no map");
    kit_flush(&self);
}

START_TEST(a_message_that_nobody_can_answer_is_parked_and_told)
{
    come(0, 1);
    come(0, 1);
    ck_assert_uint_eq(kit_parked(&self), 1); /* the same one */
    ck_assert_uint_eq(told(), 2);
    kit_call(&self, WB_KIND_CALL_PARKED, "{\"action\":\"list\"}");
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&kit_last_reply), "malformed: message of 8 and 4"));
}
END_TEST

/* A stranger who sends for days must not fill the store, nor make it commit all the time. */
START_TEST(a_stranger_does_not_fill_the_store)
{
    come(0, 1000);
    ck_assert_uint_eq(told(), 60);
    for (size_t hour = 1; hour <= 20; hour++) {
        self.ctx.stray_since_ms = 0;
        come(1000 * hour, 1000);
    }
    ck_assert_uint_le(kit_parked(&self), 64);
    ck_assert_uint_eq(self.ctx.stray_count, 21000);
}
END_TEST

#define FIRST 250 /* more than one call looks at */

/* They are parked under the first ids there are. */
START_TEST(what_has_to_stay_does_not_hide_what_is_behind_it)
{
    WB_AUTO(wb_buf_fini) wb_buf letter = {0};
    WB_AUTO(free_row) raw_row row = {0};
    wb_err err = {0};
    wb_txn *txn;

    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    txn = begin();
    ck_assert(!wb_kv_scan(txn, WB_DB_OUTBOX, (wb_kv_range){0}, take_row, &row, &err));
    ck_assert(!wb_kv_delete(txn, WB_DB_OUTBOX, wb_buf_view(&row.key), &err));
    wb_buf_init(&letter, 65536);
    wb_pack_array(&letter, 3);
    wb_pack_text(&letter, WB_VIEW_LIT("outbox"));
    wb_pack_bytes(&letter, wb_buf_view(&row.key));
    wb_pack_bytes(&letter, wb_buf_view(&row.value));
    for (int i = 0; i <= FIRST; i++) {
        wb_parked_row parked = {.id = {{(uint8_t)(i == FIRST ? 255 : 0), (uint8_t)i}},
                                .reason = WB_VIEW_LIT(WB_ASIDE_DAMAGED ": seen: why"),
                                .envelope = WB_VIEW_LIT("\x93\xa4seen\xc4\x01k\xc4\1v")};

        if (i == FIRST)
            parked.envelope = wb_buf_view(&letter);
        ck_assert(!wb_parked_put(txn, &parked, &err));
    }
    commit(txn);
    retry();
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"changed\":1,"), "%s",
                  wb_buf_text(&kit_last_reply));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    ck_assert_uint_eq(kit_parked(&self), FIRST);
    retry();
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"kept\":250"), "%s",
                  wb_buf_text(&kit_last_reply));
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {a_row_of_a_newer_release_waits_until_it_can_be_read,      0                  },
        {a_message_that_cannot_be_read_yet_stays_and_says_why,     0                  },
        {a_letter_that_cannot_be_opened_stays_until_it_is_dropped, 0                  },
        {the_bytes_of_what_cannot_be_read_are_shown,               0                  },
        {what_was_held_and_cannot_be_read_is_parked_in_its_run,    (int)WB_COUNT(held)},
        {a_message_that_nobody_can_answer_is_parked_and_told,      0                  },
        {a_stranger_does_not_fill_the_store,                       0                  },
        {what_has_to_stay_does_not_hide_what_is_behind_it,         0                  },
        {NULL,                                                     0                  },
    };

    return wb_suite_run_in("actors.mapper.rows", tests, setup, teardown);
}
