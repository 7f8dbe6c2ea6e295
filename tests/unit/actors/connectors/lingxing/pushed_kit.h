/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pushed_kit - orders through a real pump: a keeper that gives what is asked for, calls that are
 * answered, and what is parked
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_PUSHED_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_PUSHED_KIT_H

#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "protocol/keep.h"
#include "protocol/records/order.h"
#include "storage/parked.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define LIST "/pb/mp/order/v2/list"
#define CREATE "/pb/mp/order/v2/create"
#define NOT_IN_LIST "{\"code\":0,\"data\":{\"total\":\"0\",\"list\":[]}}"
#define CREATED                                                                                    \
    "{\"code\":0,\"data\":{\"success_details\":[{\"platform_order_no\":\"PO-1\","                  \
    "\"global_order_no\":\"103\"}],\"error_details\":[]}}"
#define REFUSED(words)                                                                             \
    "{\"code\":0,\"data\":{\"success_details\":[],\"error_details\":[{\"platform_order_no\":"      \
    "\"PO-1\",\"error_message\":\"" words "\"}]}}"

static kit self;
static size_t messages;

/* --- a keeper that gives what is asked for, later --- */

static struct {
    wb_call_reply reply;
    void *arg;
} asked[64];
static size_t asked_count;

static void
keeper(wb_call_reply reply, void *arg, const wb_call_spec *spec)
{
    if (spec->kind == WB_KIND_CALL_FEEDBACK)
        return;
    ck_assert_uint_lt(asked_count, WB_COUNT(asked));
    asked[asked_count].reply = reply;
    asked[asked_count++].arg = arg;
}

static bool
keeper_answers(void)
{
    const wb_keep keep = {
        .token = WB_VIEW_LIT("T0K3N"), .generation = 1, .granted = 1000, .ttl_ms = 3600000};

    while (asked_count) {
        WB_AUTO(wb_buf_fini) wb_buf body = {0};
        wb_envelope env = {0};

        wb_buf_init(&body, WB_KEEP_MAX);
        wb_keep_encode(&keep, &body);
        env.body = wb_buf_view(&body);
        asked_count--;
        asked[asked_count].reply(asked[asked_count].arg, &env, WB_OK);
    }
    return true;
}

static void
open_with(const char *yaml)
{
    messages = asked_count = 0;
    kit_open(&self, yaml, wb_connectors);
    kit_keeper = keeper;
}

static void
teardown(void)
{
    kit_keeper = NULL;
    kit_close(&self);
}

#define UNTIL(condition) kit_until(&self, keeper_answers() && (condition))

/* The next call goes there, is signed, and is answered so. */
static void
call(const char *path, const char *body)
{
    UNTIL(kit_next("http"));
    ck_assert_msg(kit_next(path) != NULL, "%s, and not %s", kit_next("http")->url, path);
    ck_assert_ptr_nonnull(strstr(kit_next(path)->url, "&sign="));
    ck_assert_ptr_nonnull(strstr(kit_next(path)->url, "?access_token=T0K3N&"));
    kit_reply(&(kit_answer){.status = 200, .body = body, .with = path});
}

static wb_rc
on_parked(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)err;
    wb_buf_add_view(arg, row->reason);
    return WB_OK;
}

static void
parked_for(const char *reason)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf reasons = {0};
    wb_err err = {0};

    wb_buf_init(&reasons, 4096);
    UNTIL(kit_rows(&self, WB_DB_PARKED) == 1);
    UNTIL(kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert(!wb_txn_begin(&txn, wb_ctx_store(&self.ctx), false, &err));
    for (uint16_t shard = 0; shard < WB_SHARDS_DEFAULT; shard++)
        ck_assert(!wb_parked_scan(txn, shard, NULL, on_parked, &reasons, &err));
    ck_assert_str_eq(wb_buf_text(&reasons), reason);
}

#endif
