/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopped - shops that are told no stock until a person says that it is right (guard.h)
 *
 * call.stock  {"action": "list" | "release", "account": "tenant/account"}: the reply has "stopped",
 *             a list, or, of a release, "ok" and "text". A release is answered after its commit;
 *             repeated, it finds nothing to release. Who does not keep the shop's listings says
 *             neither yes nor no.
 */
#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/guard.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

/* --- which --- */

static void
tell_shop(wb_view shop, const wb_guard_state *state, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "account", shop);
    wb_json_put_key(out, "since");
    wb_json_put_time(out, state->stopped_utc_us);
    wb_json_member_int(out, "zeros", state->stop_zeros);
    wb_json_member_int(out, "listings", state->stop_listings);
    wb_json_close(out, '}');
}

static wb_rc
tell_stopped(wb_mapper *mapper, wb_txn *txn, wb_json_writer *out, wb_err *err)
{
    wb_view shop = WB_VIEW_LIT("");
    wb_guard_state state;
    wb_rc rc = WB_OK;

    while (!rc && (shop = wb_stock_shop_behind(mapper->stock, shop)).len) {
        rc = wb_guard_get(txn, shop, &state, err);
        if (!rc && state.stopped_utc_us)
            tell_shop(shop, &state, out);
    }
    return rc;
}

void
wb_stopped_status(wb_mapper *mapper, wb_json_writer *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    if (!mapper->catalogue_count)
        return;
    wb_json_put_key(out, "stock_stopped");
    wb_json_open(out, '[');
    if (!wb_txn_begin(&txn, wb_ctx_store(mapper->ctx), false, &err))
        wb_ignore(tell_stopped(mapper, txn, out, &err), "the rest of the status is told");
    wb_json_close(out, ']');
}

/* --- a person's word --- */

/* In a transaction of its own, between two turns. */
static wb_rc
release(wb_mapper *mapper, wb_view shop, bool *was, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    const wb_guard guard = {.shop = shop, .now_utc_us = wb_now_utc_us()};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(mapper->ctx), true, err);

    rc = rc ? rc : wb_guard_release(&guard, txn, was, err);
    if (!rc && *was)
        rc = wb_rejoin_all(mapper, txn, err);
    return rc || !*was ? rc : wb_txn_commit(&txn, err);
}

static wb_rc
tell_release(wb_mapper *mapper, wb_view shop, wb_json_writer *out, wb_err *err)
{
    size_t ways = 0;
    uint16_t shard = 0;
    bool was = false;
    wb_rc rc;

    if (!wb_stock_ways_to(mapper->stock, shop, &ways))
        return wb_fail(err, WB_REJECT, "no stock is routed to %.*s", WB_VIEW_ARG(shop));
    rc = wb_catalogue_shard(mapper, shop, &shard, err);
    if (rc || !wb_ctx_owns(mapper->ctx, shard))
        return rc;
    rc = release(mapper, shop, &was, err);
    if (rc)
        return rc;
    if (was)
        wb_log(WB_INFO, "stock.released", "account=%.*s next='its listings are told their stock'",
               WB_VIEW_ARG(shop));
    wb_json_member_bool(out, "ok", was);
    wb_json_member_text(
        out, "text",
        wb_view_of(was ? "its listings are told their stock again" : "its stock is not stopped"));
    return WB_OK;
}

static wb_rc
answer(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_mapper *mapper = wb_ctx_state(ctx);
    wb_json *json = wb_ctx_json(ctx);
    wb_view action = {0}, account = {0};
    wb_rc rc = wb_json_parse(json, call->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "action"), &action, "action", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &account, "account", err);
    if (rc)
        return rc;
    if (wb_view_is(action, "release"))
        return tell_release(mapper, account, out, err);
    if (!wb_view_is(action, "list"))
        return wb_fail(err, WB_REJECT, "action is list or release");
    rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    wb_json_put_key(out, "stopped");
    wb_json_open(out, '[');
    rc = tell_stopped(mapper, txn, out, err);
    wb_json_close(out, ']');
    return rc;
}

wb_rc
wb_mapper_stock(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, answer, err);
}
