/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes in: to its handler, or aside, with all that is known of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/runtime/process/process.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

/* --- an actor that keeps what it is given, or refuses it, or dies of it --- */

static size_t handled;
static bool refuses;
static wb_delivery *kept[16];
static void (*ends)(void);

static wb_rc
on_want(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    (void)ctx;
    if (ends)
        ends();
    if (refuses)
        return wb_fail(err, WB_REJECT, "target: it is not in the configuration");
    kept[handled++] = delivery;
    return WB_OK;
}

static const wb_handler handlers[] = {
    {WB_KIND_WANT, on_want},
    {WB_KIND_NONE, NULL   },
};
static const wb_actor actor = {.name = "test", .handlers = handlers, .left = wb_pusher_left};

bool
wb_actor_call(wb_ctx *ctx, wb_delivery *delivery)
{
    (void)ctx;
    (void)delivery;
    return false;
}

static void
open_taker(kit *self)
{
    kit_open(self, KIT_PROBES, connectors);
    self->ctx.actor = &actor;
    handled = 0;
    refuses = false;
    ends = NULL;
}

static void
close_taker(kit *self)
{
    for (size_t i = 0; i < handled; i++)
        wb_delivery_drop(self->ctx.lanes, &kept[i]);
    kit_close(self);
}

static wb_id
take(kit *self, size_t n, const char *record, bool again)
{
    wb_envelope env = {.kind = WB_KIND_WANT,
                       .tenant = WB_VIEW_LIT("default"),
                       .account = WB_VIEW_LIT("shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .record = wb_view_of(record),
                       .target = WB_VIEW_LIT(ERP),
                       .revision = 7,
                       .again = again,
                       .body = WB_VIEW_LIT("\x80")};

    env.id = wb_id_make(0, env.target, env.record);
    wb_actor_take(&self->ctx, kit_delivery(&env, n));
    return env.id;
}

/* --- aside --- */

static void
parked_row(kit *self, const wb_id *id, wb_parked_row *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    bool found = false;
    wb_err err = {0};

    wb_buf_init(&scratch, WB_BODY_MAX);
    ck_assert(!wb_txn_begin(&txn, self->ctx.store, false, &err));
    ck_assert(!wb_parked_get(txn, (wb_parked_place){0, *id}, &scratch, out, &found, &err));
    ck_assert(found);
}

static void
send_again(kit *self, const wb_id *id)
{
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_txn *txn = NULL;
    wb_parked_row row;
    bool found = false;
    wb_err err = {0};

    wb_buf_init(&scratch, WB_BODY_MAX);
    ck_assert(!wb_txn_begin(&txn, self->ctx.store, true, &err));
    ck_assert(!wb_parked_get(txn, (wb_parked_place){0, *id}, &scratch, &row, &found, &err));
    ck_assert(found && !pump_disk_revive(self->pump, NULL, txn, &row, &err));
    ck_assert(!wb_parked_delete(txn, (wb_parked_place){0, *id}, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    pump_disk_revived(self->pump);
}

/* rows 0: it comes for the first time; 1: it comes again; 2: again, and once more from a sender
 * that does not know so. */
START_TEST(a_repeat_whose_target_is_unknown_is_parked_as_one_that_may_have_left)
{
    static const char *const methods[] = {"POST", "GET", "GET"};
    wb_parked_row row;
    wb_mark_row mark;
    kit self;
    wb_id id;

    open_taker(&self);
    refuses = true;
    for (int i = 0; i < (_i == 2 ? 2 : 1); i++) {
        id = take(&self, 1, "default/shop/order/1", _i > 0 && i == 0);
        kit_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
    }
    parked_row(&self, &id, &row);
    ck_assert_int_eq(row.unknown, _i > 0);
    ck_assert_int_eq(kit_mark(&self, ERP, "default/shop/order/1", &mark), _i > 0);
    send_again(&self, &id);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, methods[_i]);
    close_taker(&self);
}
END_TEST

/* Nothing says that it ever left; but since the copy was made, somebody may have sent it again. */
START_TEST(what_was_parked_in_a_store_of_yesterday_may_have_left)
{
    static const char *const methods[] = {"POST", "GET"}; /* today's, yesterday's */
    wb_err err = {0};
    kit self;
    wb_id id;

    open_taker(&self);
    refuses = true;
    id = take(&self, 1, "default/shop/order/1", false);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
    if (_i == 1)
        ck_assert(!wb_store_renew(self.ctx.store, &err));
    send_again(&self, &id);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, methods[_i]);
    close_taker(&self);
}
END_TEST

/* It is asked about, in vain, or sent once more, in vain: what left before may be there. A refusal
 * is settled by a newer revision that gets through; until then its mark says that it may have left:
 * tried again it was sent without a question, though the rule had changed meanwhile. */
START_TEST(a_repeat_that_comes_to_nothing_is_parked_as_one_that_may_have_left)
{
    static const struct {
        const char *yaml;
        int status;
        const char *body;
        int times;
        bool unknown;
    } rows[] = {
        {KIT_PROBES, 500, "",                                         3, true },
        {KIT_RESEND, 500, "",                                         3, true },
        {KIT_RESEND, 400, "",                                         1, false},
        {KIT_RESEND, 200, "{\"results\":[{\"status\":\"refused\"}]}", 1, false},
    };
    wb_parked_row row;
    wb_mark_row mark;
    kit self;
    wb_id id;

    kit_open(&self, rows[_i].yaml, connectors);
    kit_take(
        &self,
        &(kit_want){
            .n = 1, .target = ERP, .record = "default/shop/order/1", .revision = 7, .again = true});
    id = wb_id_make(0, WB_VIEW_LIT(ERP), WB_VIEW_LIT("default/shop/order/1"));
    id.bytes[15] = 7;
    for (int i = 0; i < rows[_i].times; i++) {
        kit_until(&self, kit_next(NULL));
        kit_reply(&(kit_answer){
            .end = WB_HTTP_ANSWERED, .status = rows[_i].status, .body = rows[_i].body});
    }
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
    parked_row(&self, &id, &row);
    ck_assert_int_eq(row.unknown, rows[_i].unknown);
    ck_assert(kit_mark(&self, ERP, "default/shop/order/1", &mark));
    ck_assert_uint_eq(mark.left_revision, 7);
    kit_take(&self,
             &(kit_want){.n = 2, .target = ERP, .record = "default/shop/order/1", .revision = 8});
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, _i == 0 ? "GET" : "POST");
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED,
                            .status = 200,
                            .body = _i == 0 ? "{\"revision\":8}"
                                            : "{\"results\":[{\"status\":\"done\"}]}"});
    kit_until(&self, kit_outcome[2]);
    /* a newer one that got through settles it, unless a person has to look */
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == (rows[_i].unknown ? 1 : 0));
    kit_close(&self);
}
END_TEST

/* --- after unclean ends --- */

static void
marks_of(kit *self, size_t count, const wb_id *id)
{
    char path[128], hex[WB_ID_TEXT_MAX + 1] = "";
    wb_err err = {0};
    FILE *file;

    snprintf(path, sizeof path, "%s/pusher-1.unclean", self->dir);
    file = fopen(path, "w");
    ck_assert(file != NULL);
    if (id)
        wb_id_text(hex, id);
    for (size_t i = 0; i < count; i++)
        fprintf(file, "%lld signal-11%s%s\n", (long long)(wb_now_utc_us() / WB_US_PER_S),
                id ? " " : "", hex);
    ck_assert(!fclose(file));
    ck_assert_msg(!wb_process_guard(self->dir, "pusher-1", 0, &err), "%s", err.text);
}

/* While something else is in hand they waited: for as long as any account was busy. */
START_TEST(repeats_after_unclean_ends_do_not_wait_for_what_is_in_hand)
{
    kit self;

    open_taker(&self);
    marks_of(&self, 2, NULL);
    take(&self, 1, "default/shop/order/1", false);
    take(&self, 2, "default/shop/order/2", true);
    take(&self, 3, "default/shop/order/3", true);
    kit_turns(&self, 20);
    ck_assert_uint_eq(handled, 3);
    marks_of(&self, 0, NULL);
    close_taker(&self);
}
END_TEST

START_TEST(what_ended_the_process_three_times_is_set_aside_and_nothing_else)
{
    wb_id id = wb_id_make(0, WB_VIEW_LIT(ERP), WB_VIEW_LIT("default/shop/order/1"));
    wb_parked_row row;
    kit self;

    open_taker(&self);
    marks_of(&self, 2 + (size_t)_i, &id);
    take(&self, 1, "default/shop/order/1", true);
    take(&self, 2, "default/shop/order/2", true);
    if (_i == 1) {
        kit_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
        parked_row(&self, &id, &row);
        ck_assert(row.unknown); /* it may have ended the process after its request had left */
    }
    ck_assert_uint_eq(handled, _i == 1 ? 1 : 2);
    marks_of(&self, 0, NULL);
    close_taker(&self);
}
END_TEST

/* --- who is named --- */

static wb_rc
apply_ends(wb_write *write, wb_txn *txn, wb_err *err)
{
    (void)write;
    (void)txn;
    (void)err;
    abort();
}

static void
done_ends(wb_write *write)
{
    (void)write;
    abort();
}

static wb_rc
apply_nothing(wb_write *write, wb_txn *txn, wb_err *err)
{
    (void)write;
    (void)txn;
    (void)err;
    return WB_OK;
}

static void
end_in_a_commit(kit *self, int row)
{
    static const wb_id id = {{7}};
    static wb_write write;

    write = (wb_write){.apply = row == 1 ? apply_ends : apply_nothing, .done = done_ends};
    write.about = &id;
    wb_commit_add(self->ctx.commit, &write);
    kit_turns(self, KIT_DEADLINE_MS);
}

/* rows 0: in its handler; 1: in the transaction; 2: after the commit. */
START_TEST(an_end_in_the_middle_of_a_messages_work_names_it)
{
    char dir[] = "/tmp/wb-take-XXXXXX";
    wb_id id = {{7}};
    wb_err err = {0};
    kit self;
    pid_t pid;

    ck_assert(folder_make(dir) != NULL);
    if (_i == 0)
        id = wb_id_make(0, WB_VIEW_LIT(ERP), WB_VIEW_LIT("default/shop/order/1"));
    pid = fork();
    if (!pid) {
        open_taker(&self);
        if (wb_process_guard(dir, "pusher-1", 0, &err))
            _exit(1);
        ends = abort;
        if (_i == 0)
            take(&self, 1, "default/shop/order/1", false);
        else
            end_in_a_commit(&self, _i);
        _exit(1);
    }
    ck_assert(waitpid(pid, NULL, 0) == pid);
    ck_assert_msg(!wb_process_guard(dir, "pusher-1", 0, &err), "%s", err.text);
    ck_assert_uint_eq(wb_process_ended_by(&id), 1);
    folder_remove(dir);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_repeat_whose_target_is_unknown_is_parked_as_one_that_may_have_left, 3},
        {what_was_parked_in_a_store_of_yesterday_may_have_left,                2},
        {a_repeat_that_comes_to_nothing_is_parked_as_one_that_may_have_left,   4},
        {repeats_after_unclean_ends_do_not_wait_for_what_is_in_hand,           0},
        {what_ended_the_process_three_times_is_set_aside_and_nothing_else,     2},
        {an_end_in_the_middle_of_a_messages_work_names_it,                     3},
        {NULL,                                                                 0},
    };

    return wb_suite_run("actors.pump.take", rows);
}
