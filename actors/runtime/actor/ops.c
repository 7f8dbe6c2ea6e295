/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops - parked rows, listed, shown, and what is asked to be changed of them
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define OPS_LIMIT_DEFAULT 100

/* --- list and show --- */

static wb_rc
answer_list(wb_ctx *ctx, const wb_envelope *call, const ops_filter *filter, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    ops_scan scan = {.filter = filter, .out = &out};
    uint64_t total = 0;
    wb_rc rc;

    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_put_key(&out, "rows");
    wb_json_open(&out, '[');
    rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (!rc)
        rc = ops_scan_all(ctx, txn, &scan, err);
    if (!rc)
        rc = wb_parked_count(txn, &total, err);
    wb_json_close(&out, ']');
    wb_json_member_int(&out, "total", (int64_t)total);
    wb_json_member_bool(&out, "more", scan.more);
    wb_json_close(&out, '}');
    if (!rc)
        rc = wb_buf_check(&body, "list", err);
    if (!rc)
        wb_lanes_reply(wb_ctx_lanes(ctx), call, wb_buf_view(&body), true);
    return rc;
}

/* Of what cannot be read: as it was set aside. */
static void
put_bytes(wb_json_writer *out, wb_view stored, bool with_body)
{
    WB_AUTO(wb_buf_fini) wb_buf base64 = {0};

    wb_buf_init(&base64, 2 * WB_BODY_MAX);
    wb_json_member_int(out, "bytes", (int64_t)stored.len);
    if (!with_body)
        return;
    wb_base64(&base64, stored);
    wb_json_member_text(out, "bytes_base64", wb_buf_view(&base64));
}

static void
put_envelope(wb_json_writer *out, wb_view stored, bool with_body)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_buf_fini) wb_buf base64 = {0};
    char trace[33];
    wb_err err = {0};

    wb_buf_init(&base64, 2 * WB_BODY_MAX);
    wb_json_put_key(out, "message");
    if (wb_envelope_load(&env, stored, &err)) {
        wb_json_put_null(out);
        put_bytes(out, stored, with_body);
        return;
    }
    wb_hex(trace, env->trace, sizeof env->trace);
    wb_json_open(out, '{');
    wb_json_member_text(out, "kind", wb_view_of(wb_kind_name(env->kind)));
    wb_json_member_text(out, "record", env->record);
    wb_json_member_text(out, "target", env->target);
    wb_json_member_int(out, "revision", (int64_t)env->revision);
    wb_json_member_text(out, "trace", wb_view_of(trace));
    wb_json_member_int(out, "body_bytes", (int64_t)env->body.len);
    if (with_body) {
        wb_base64(&base64, env->body);
        wb_json_member_text(out, "body_base64", wb_buf_view(&base64));
    }
    wb_json_close(out, '}');
}

/* The shard of a row that is named by its id alone. */
static wb_rc
find_place(wb_ctx *ctx, wb_txn *txn, const wb_id *id, wb_buf *scratch, wb_parked_row *row,
           wb_err *err)
{
    size_t shards = 0;
    const wb_shard_claim *claims = wb_ctx_claims(ctx, &shards);
    bool found = false;
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && !found && i < shards; i++)
        rc = wb_parked_get(txn, (wb_parked_place){claims[i].shard, *id}, scratch, row, &found, err);
    if (!rc && !found)
        return wb_fail(err, WB_REJECT, "nothing is parked under this id here");
    return rc;
}

static wb_rc
answer_show(wb_ctx *ctx, const wb_envelope *call, const ops_filter *filter, bool with_body,
            wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_json_writer out;
    wb_parked_row row = {0};
    wb_rc rc;

    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_buf_init(&scratch, WB_HEADER_MAX + WB_BODY_MAX + 64);
    rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (!rc)
        rc = find_place(ctx, txn, &filter->id, &scratch, &row, err);
    if (rc)
        return rc;
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_put_key(&out, "row");
    ops_put_row(&out, &row);
    put_envelope(&out, row.envelope, with_body);
    wb_json_close(&out, '}');
    rc = wb_buf_check(&body, "message", err);
    if (!rc)
        wb_lanes_reply(wb_ctx_lanes(ctx), call, wb_buf_view(&body), true);
    return rc;
}

/* --- the call --- */

static wb_rc
read_text(wb_json *json, const char *name, char *dst, size_t size, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, name), &text, name, err);

    return rc ? rc : wb_text_set(dst, size, text, err);
}

static wb_rc
read_filter(wb_json *json, ops_filter *out, wb_err *err)
{
    char id[WB_ID_TEXT_MAX + 1] = "";
    wb_rc rc;

    out->limit = OPS_LIMIT_DEFAULT;
    rc = read_text(json, "account", out->account, sizeof out->account, err);
    if (!rc)
        rc = read_text(json, "reason", out->reason, sizeof out->reason, err);
    if (!rc)
        rc = read_text(json, "record", out->record, sizeof out->record, err);
    if (!rc)
        rc = read_text(json, "id", id, sizeof id, err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "until"), &out->until_utc_us, "until", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    if (!rc && (out->limit < 1 || out->limit > WB_STORE_CHUNK_MAX))
        return wb_fail(err, WB_REJECT, "limit: 1 to %d", WB_STORE_CHUNK_MAX);
    out->one = *id != 0;
    return rc || !out->one ? rc : wb_id_parse(&out->id, wb_view_of(id), err);
}

static wb_rc
drop_strays(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back, const ops_filter *filter,
            wb_err *err)
{
    if (!*filter->account || *filter->record || *filter->reason || filter->one)
        return wb_fail(err, WB_REJECT, "stray: drop, with an account and nothing else");
    wb_strays_drop(ctx, delivery, back, filter->account, (size_t)filter->limit);
    return WB_OK;
}

/* Who decides, and by which request: told with what was decided. */
static wb_rc
read_person(wb_json *json, ops_order *out, wb_err *err)
{
    char name[OPS_NAME_MAX + 1] = "", tame[OPS_NAME_MAX + 1], request[WB_ID_TEXT_MAX + 1] = "";
    wb_rc rc = read_text(json, "by", name, sizeof name, err);

    if (rc || !*name)
        return wb_fail(err, WB_REJECT, "accept: by whom, in %d bytes", OPS_NAME_MAX);
    rc = read_text(json, "request", request, sizeof request, err);
    if (rc)
        return rc;
    wb_text_tame(tame, sizeof tame, wb_view_of(name));
    (void)snprintf(out->by, sizeof out->by, "by %s%s%s", tame, *request ? ", request " : "",
                   request);
    return WB_OK;
}

/* Which change, and whether this process can do it. */
static wb_rc
read_order(wb_json *json, const char *action, const wb_retake *back, ops_order *out, wb_err *err)
{
    static const char *const words[] = {"retry", "drop", "accept"};
    size_t at = 0;

    while (at < WB_COUNT(words) && strcmp(action, words[at]) != 0)
        at++;
    if (at == WB_COUNT(words))
        return wb_fail(err, WB_REJECT, "action: list, count, show, retry, drop, accept or aside");
    out->action = (ops_action)at;
    if (out->action != OPS_ACCEPT)
        return WB_OK;
    out->filter.acceptable = back->acceptable;
    return read_person(json, out, err);
}

static wb_rc
set_aside(wb_delivery *delivery, const wb_retake *back, const ops_filter *filter, wb_err *err)
{
    if (!back->aside)
        return wb_fail(err, WB_REJECT, "nothing waits for a call at this process");
    if (!*filter->record || *filter->reason || filter->one)
        return wb_fail(err, WB_REJECT, "aside: a record, and an account at most");
    back->aside(back->arg, delivery, filter->account, wb_view_of(filter->record));
    return WB_OK;
}

static wb_rc
act(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back, bool *taken, wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    ops_order order = {0};
    char action[16] = "";
    bool body = false, stray = false;
    wb_rc rc = wb_json_parse(json, delivery->env->body, err);

    if (!rc)
        rc = read_text(json, "action", action, sizeof action, err);
    if (!rc)
        rc = read_filter(json, &order.filter, err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "body"), &body, "body", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "stray"), &stray, "stray", err);
    if (rc)
        return rc;
    if (!strcmp(action, "list"))
        return answer_list(ctx, delivery->env, &order.filter, err);
    if (!strcmp(action, "count"))
        return ops_count(ctx, delivery->env, &order.filter, err);
    if (!strcmp(action, "show"))
        return answer_show(ctx, delivery->env, &order.filter, body, err);
    if (!strcmp(action, "aside")) {
        rc = set_aside(delivery, back, &order.filter, err);
        *taken = !rc;
        return rc;
    }
    if (!strcmp(action, "drop") && stray) {
        rc = drop_strays(ctx, delivery, back, &order.filter, err);
        *taken = !rc;
        return rc;
    }
    rc = read_order(json, action, back, &order, err);
    if (!rc)
        rc = ops_change_start(ctx, delivery, back, &order, err);
    *taken = !rc;
    return rc;
}

void
wb_ops_parked_of(wb_ctx *ctx, wb_view record, wb_json_writer *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    ops_filter filter = {.limit = OPS_LIMIT_DEFAULT};
    ops_scan scan = {.filter = &filter, .out = out};
    wb_err err = {0};

    wb_json_put_key(out, "parked");
    wb_json_open(out, '[');
    if (!wb_text_set(filter.record, sizeof filter.record, record, &err) &&
        !wb_txn_begin(&txn, wb_ctx_store(ctx), false, &err))
        wb_ignore(ops_scan_all(ctx, txn, &scan, &err), "what was found is told");
    wb_json_close(out, ']');
}

void
wb_ops_parked(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back)
{
    bool taken = false;
    wb_err err = {0};

    if (act(ctx, delivery, back, &taken, &err))
        wb_ops_refuse(ctx, delivery, err.text);
    else if (!taken)
        wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
}
