/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revisions of one record that follow each other faster than they are committed: what a queued
 * write holds must be its own.
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define ORDER "default/shop/order/1"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

static void
open_soon(kit *self, const char *yaml)
{
    kit_stores_soon = true;
    kit_open(self, yaml, connectors);
}

static void
take(kit *self, size_t n, uint64_t revision)
{
    kit_take(self, &(kit_want){.n = n, .target = ERP, .record = ORDER, .revision = revision});
}

static void
reply_done(void)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED,
                            .status = 200,
                            .body = "{\"results\":[{\"status\":\"done\",\"id\":\"r-1\"}]}"});
}

static size_t held_told, settled_told;

static size_t
times(wb_view in, const char *what)
{
    size_t count = 0;

    for (const char *at = in.data;
         (at = memmem(at, (size_t)(in.data + in.len - at), what, strlen(what))); at += strlen(what))
        count++;
    return count;
}

static void
on_publish(void *arg, wb_topic topic, uint64_t sequence, wb_view batch)
{
    (void)arg;
    (void)topic;
    (void)sequence;
    held_told += times(batch, "\xa4held");
    settled_told += times(batch, "\xa7settled");
}

static uint64_t
stored_revision(kit *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_job_row row;
    bool found = false;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self->ctx.store, false, &err));
    ck_assert(!wb_jobs_get(
        txn, (wb_row_name){kit_account(self, "erp")->shard, wb_view_of(ERP), wb_view_of(ORDER)},
        &row, &found, &err));
    ck_assert_msg(found, "its row is not under its key");
    ck_assert(!wb_envelope_load(&env, row.envelope, &err));
    return env->revision;
}

static void
commits_wait(kit *self, bool wait)
{
    wb_err err = {0};

    wb_commit_rule(self->ctx.commit, wait ? 60 * WB_US_PER_S : 2000, 256);
    if (!wait)
        ck_assert(!wb_commit_flush(self->ctx.commit, &err));
}

static const kit_answer busy = {
    .end = WB_HTTP_ANSWERED, .status = 503, .headers = "Retry-After: 0\r\n"};

/* What is queued to be written is written as it was, whatever takes its job's place meanwhile:
 * rows 0: to be stored; 1: its back-off. */
START_TEST(three_revisions_within_one_commit_wait_are_stored_under_their_own_key)
{
    kit self;

    open_soon(&self, KIT_RESEND);
    held_told = settled_told = 0;
    wb_commit_on_publish(self.ctx.commit, on_publish, NULL);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    take(&self, 2, 8);
    if (_i == 1) {
        wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
        kit_until(&self, kit_next(NULL));
        commits_wait(&self, true);
        kit_reply(&busy);
    } else {
        commits_wait(&self, true);
    }
    kit_until(&self, wb_commit_queued(self.ctx.commit));
    take(&self, 3, 9);
    take(&self, 4, 10);
    commits_wait(&self, false);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    ck_assert_uint_eq(stored_revision(&self), 8);
    kit_until(&self, kit_outcome[4] == WB_OUTCOME_HELD);
    ck_assert_uint_eq(stored_revision(&self), 10);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":10"));
    reply_done();
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(held_told, 3); /* 7, 8 and 10 */
    ck_assert_uint_eq(settled_told, 3);
    kit_close(&self);
}
END_TEST

/* A message may come in the very turn in which a process begins: what is stored of its record is
 * known by then. It was written over, so that nobody heard what became of the older one, nor that
 * it may have left. Rows: the newer revision, a repeat of the older. */
START_TEST(what_is_stored_is_known_before_the_first_message)
{
    kit self;

    open_soon(&self, KIT_RESEND);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    kit_restart(&self);
    held_told = settled_told = 0;
    wb_commit_on_publish(self.ctx.commit, on_publish, NULL);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 2, _i == 0 ? 8 : 7);
    kit_until(&self, kit_outcome[2] == WB_OUTCOME_HELD);
    ck_assert_uint_eq(held_told, _i == 0);
    ck_assert_uint_eq(settled_told, _i == 0);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    reply_done();
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    kit_close(&self);
}
END_TEST

/* The row must be of what leaves: else a life that ends there probes for an older one. */
START_TEST(what_leaves_in_the_place_of_a_stored_one_is_stored_before)
{
    kit self;

    open_soon(&self, KIT_RESEND);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    take(&self, 2, 8);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":8"));
    ck_assert_uint_eq(stored_revision(&self), 8);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_HELD);
    kit_close(&self);
}
END_TEST

/* Under the older one's key a target would take it for a repeat, and drop it. */
START_TEST(a_newer_revision_has_a_key_of_its_own)
{
    char key[64];
    kit self;

    kit_open(&self, KIT_RESEND, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    snprintf(key, sizeof key, "%s", kit_next(NULL)->key);
    if (_i == 1)
        take(&self, 2, 8); /* while the older one is under way */
    kit_reply(&busy);
    if (_i == 0)
        take(&self, 2, 8);
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":8"));
    ck_assert(*key && *kit_next(NULL)->key);
    ck_assert_str_ne(kit_next(NULL)->key, key);
    kit_close(&self);
}
END_TEST

/* ... and the same revision the same key, however often it leaves. */
START_TEST(a_revision_keeps_its_key)
{
    char key[64];
    kit self;

    open_soon(&self, KIT_RESEND);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    snprintf(key, sizeof key, "%s", kit_next(NULL)->key);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    if (_i == 1)
        kit_restart(&self);
    else
        kit_reply(&busy);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->key, key);
    kit_close(&self);
}
END_TEST

/* What the target calls it is known from the write before, and stays known. */
START_TEST(a_write_of_unknown_outcome_keeps_the_remote_id)
{
    static const char parks[] = KIT_TARGET("erp", "results: true, after_unknown: park");
    wb_mark_row mark;
    char id[16] = "";
    kit self;

    kit_open(&self, parks, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    reply_done();
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HANDED_ON);
    take(&self, 2, 8);
    kit_until(&self, kit_next(NULL));
    kit_reply(&(kit_answer){.end = WB_HTTP_TIMEOUT});
    kit_until(&self, kit_outcome[2] == WB_OUTCOME_PARKED);
    ck_assert(kit_mark(&self, ERP, ORDER, &mark));
    ck_assert_uint_eq(mark.revision, 7);
    ck_assert_uint_eq(mark.left_revision, 8);
    ck_assert_uint_lt(mark.remote_id.len, sizeof id);
    memcpy(id, mark.remote_id.data, mark.remote_id.len);
    ck_assert_str_eq(id, "r-1");
    kit_close(&self);
}
END_TEST

/* It is asked about, and nobody can say. */
static void
ask_in_vain(kit *self, size_t n)
{
    while (!kit_outcome[n]) {
        kit_until(self, kit_outcome[n] || kit_next(NULL));
        if (kit_next(NULL))
            kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 500});
    }
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_PARKED);
}

START_TEST(of_two_writes_of_unknown_outcome_the_newer_one_is_remembered)
{
    static const kit_answer timeout = {.end = WB_HTTP_TIMEOUT};
    wb_mark_row mark;
    kit self;

    kit_open(&self, KIT_PROBES, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    kit_reply(&timeout);
    ask_in_vain(&self, 1);
    take(&self, 2, 8);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 404});
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "POST");
    kit_reply(&timeout);
    ask_in_vain(&self, 2);
    ck_assert(kit_mark(&self, ERP, ORDER, &mark));
    ck_assert_uint_eq(mark.left_revision, 8);
    kit_close(&self);
}
END_TEST

/* The process itself parks what it cannot hand to the pump, a target that is not configured yet for
 * one: what is newer and gets through settles that as well. */
START_TEST(what_the_process_parked_is_settled_by_what_gets_through)
{
    wb_envelope env = {.kind = WB_KIND_WANT,
                       .tenant = WB_VIEW_LIT("default"),
                       .account = WB_VIEW_LIT("shop"),
                       .record = WB_VIEW_LIT(ORDER),
                       .target = WB_VIEW_LIT(ERP),
                       .revision = 7};
    wb_delivery *delivery;
    kit self;

    kit_open(&self, KIT_RESEND, connectors);
    env.id = wb_id_make(0, env.target, env.record);
    delivery = kit_delivery(&env, 1);
    wb_actor_park(&self.ctx, &delivery, env.target, "target: it is not in the configuration",
                  false);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
    take(&self, 2, 8);
    kit_until(&self, kit_next(NULL));
    reply_done();
    kit_until(&self, kit_outcome[2] == WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {three_revisions_within_one_commit_wait_are_stored_under_their_own_key, 2},
        {what_is_stored_is_known_before_the_first_message,                      2},
        {what_leaves_in_the_place_of_a_stored_one_is_stored_before,             0},
        {a_newer_revision_has_a_key_of_its_own,                                 2},
        {a_revision_keeps_its_key,                                              2},
        {a_write_of_unknown_outcome_keeps_the_remote_id,                        0},
        {of_two_writes_of_unknown_outcome_the_newer_one_is_remembered,          0},
        {what_the_process_parked_is_settled_by_what_gets_through,               0},
        {NULL,                                                                  0},
    };

    return wb_suite_run("actors.pump.revisions", rows);
}
