/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload - the configuration is read again: by SIGHUP, or by call.reload, which is answered
 *
 * A configuration with problems changes nothing. Where tables alone have changed, the new ones take
 * the place of the old between two turns of work: whoever looks something up next finds it there.
 * Anything else is taken by draining and starting anew in the same process id: what is in hand is
 * held upstream or in the store, so nothing is lost, and no part has to change under way. Whoever
 * is asked to end while it reloads ends.
 *
 * Nobody watches files: a person, or the job that wrote them, says when they are whole.
 */
#include <assert.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"

#define ANSWER_MS 200 /* an answer's way out, before its process has no ways any more */

/* --- tables in place --- */

void
wb_ctx_on_tables(wb_ctx *ctx, wb_ctx_tables_changed changed, void *arg)
{
    assert(ctx->tables_watcher_count < WB_CTX_TABLES_MAX);
    ctx->tables_watchers[ctx->tables_watcher_count].changed = changed;
    ctx->tables_watchers[ctx->tables_watcher_count++].arg = arg;
}

const wb_tables *
wb_ctx_tables(wb_ctx *ctx)
{
    return wb_config_tables(ctx->config);
}

static bool
has_changed(const wb_tables *now, size_t index, const wb_tables *before)
{
    const wb_sheet *was = wb_tables_sheet(before, wb_tables_name(now, index));

    return memcmp(wb_sheet_digest(wb_tables_at(now, index)), wb_sheet_digest(was), WB_SHA256_LEN) !=
           0;
}

/* On the bus, class process (docs/wire.md, section 9). */
typedef struct {
    wb_write write;
    wb_buf events[WB_TABLES_MAX];
    size_t count;
} tables_told;

static wb_rc
told_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    tables_told *self = WB_CONTAINER(write, tables_told, write);

    (void)txn;
    (void)err;
    for (size_t i = 0; i < self->count; i++)
        wb_commit_event(write, WB_TOPIC_PROCESS, wb_buf_view(&self->events[i]));
    return WB_OK;
}

static void
told_done(wb_write *write)
{
    tables_told *self = WB_CONTAINER(write, tables_told, write);

    for (size_t i = 0; i < self->count; i++)
        wb_buf_fini(&self->events[i]);
    wb_free(&self);
}

static void
tell_one(wb_buf *out, const wb_tables *now, size_t index)
{
    const wb_sheet *sheet = wb_tables_at(now, index);
    char mark[WB_TABLE_MARK_SIZE];

    wb_tables_mark(mark, sheet);
    wb_log(WB_INFO, "tables.changed", "table='%s' rows=%zu digest=%s", wb_tables_name(now, index),
           wb_sheet_rows(sheet), mark);
    wb_buf_init(out, 1024);
    wb_pack_map(out, 5);
    wb_pack_member_text(out, "what", WB_VIEW_LIT("table_changed"));
    wb_pack_member_text(out, "table", wb_view_of(wb_tables_name(now, index)));
    wb_pack_member_uint(out, "rows", wb_sheet_rows(sheet));
    wb_pack_member_text(out, "digest", wb_view_of(mark));
    wb_pack_member_int(out, "at", wb_now_utc_us());
}

static void
tell_changed(wb_ctx *ctx, const wb_tables *now, const wb_tables *before)
{
    tables_told *told = wb_alloc(sizeof *told);

    told->write = (wb_write){.apply = told_apply, .done = told_done};
    for (size_t i = 0; i < wb_tables_count(now); i++)
        if (has_changed(now, i, before))
            tell_one(&told->events[told->count++], now, i);
    wb_commit_add(ctx->commit, &told->write);
}

static void
take_tables(wb_ctx *ctx, wb_config *fresh)
{
    const wb_tables *now, *before;

    wb_config_take_tables(ctx->config, fresh);
    now = wb_config_tables(ctx->config);
    before = wb_config_tables(fresh);
    tell_changed(ctx, now, before);
    for (size_t i = 0; i < ctx->tables_watcher_count; i++)
        ctx->tables_watchers[i].changed(ctx->tables_watchers[i].arg, before, now);
}

/* --- what has changed, and what follows --- */

/* What is asked for. */
typedef struct {
    bool always;      /* drain and start anew also when nothing has changed: files that the
                         configuration names without reading them */
    bool tables_only; /* nothing but tables may change */
} request;

/* RESTART: the caller drains, when it has answered. An error: the old one stays. */
static wb_rc
look(wb_ctx *ctx, const request *asked, wb_reload *did, wb_err *err)
{
    WB_AUTO(wb_config_destroy) wb_config *fresh = NULL;
    wb_config_change change;
    wb_rc rc =
        ctx->draining ? wb_fail(err, WB_REJECT, "it is ending") : wb_actor_config(ctx, &fresh, err);

    if (rc)
        return rc;
    change = wb_config_compare(ctx->config, fresh);
    if (change == WB_CONFIG_OTHER && asked->tables_only)
        return wb_fail(err, WB_REJECT, "more than tables has changed");
    *did = change == WB_CONFIG_TABLES                   ? WB_RELOAD_TABLES
           : change == WB_CONFIG_OTHER || asked->always ? WB_RELOAD_RESTART
                                                        : WB_RELOAD_NOTHING;
    if (*did == WB_RELOAD_TABLES)
        take_tables(ctx, fresh);
    return WB_OK;
}

static wb_reload
reload(wb_ctx *ctx, const request *asked, wb_err *err)
{
    static const char *const next[] = {
        [WB_RELOAD_NOTHING] = "nothing: nothing has changed",
        [WB_RELOAD_TABLES] = "the new tables are in use",
        [WB_RELOAD_RESTART] = "drain and start anew",
    };
    wb_reload did = WB_RELOAD_REFUSED;

    if (look(ctx, asked, &did, err))
        wb_log(WB_ERROR, "reload.refused", "why='%s' next='the old one stays'", err->text);
    else
        wb_log(WB_INFO, "reload", "next='%s'", next[did]);
    return did;
}

static void
start_anew(wb_ctx *ctx)
{
    ctx->reexec = true;
    wb_actor_drain(ctx);
}

void
wb_actor_reload(wb_ctx *ctx)
{
    wb_err err = {0};

    if (!ctx->draining && reload(ctx, &(request){.always = true}, &err) == WB_RELOAD_RESTART)
        start_anew(ctx);
}

/* --- call.reload, and what status tells --- */

void
wb_actor_tables_tell(wb_ctx *ctx, wb_json_writer *out)
{
    const wb_tables *tables = wb_config_tables(ctx->config);
    char mark[WB_TABLE_MARK_SIZE];

    wb_json_put_key(out, "tables");
    wb_json_open(out, '[');
    for (size_t i = 0; i < wb_tables_count(tables); i++) {
        const wb_sheet *sheet = wb_tables_at(tables, i);

        wb_tables_mark(mark, sheet);
        wb_json_open(out, '{');
        wb_json_member_text(out, "table", wb_view_of(wb_tables_name(tables, i)));
        wb_json_member_int(out, "rows", (int64_t)wb_sheet_rows(sheet));
        wb_json_member_text(out, "digest", wb_view_of(mark));
        wb_json_member_int(out, "loaded_utc_us", wb_tables_loaded_utc_us(tables, i));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static wb_rc
read_request(wb_ctx *ctx, wb_view body, request *out, wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    wb_rc rc = wb_json_parse(json, body, err);

    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "always"), &out->always, "always", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "tables_only"), &out->tables_only,
                          "tables_only", err);
    return rc;
}

static wb_rc
tell(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    static const char *const words[] = {
        [WB_RELOAD_NOTHING] = "nothing",
        [WB_RELOAD_TABLES] = "tables",
        [WB_RELOAD_RESTART] = "restart",
        [WB_RELOAD_REFUSED] = "refused",
    };
    request asked = {.always = false};
    wb_err why = {0};
    wb_rc rc = read_request(ctx, call->body, &asked, err);

    if (rc)
        return rc;
    ctx->reloaded = reload(ctx, &asked, &why);
    wb_json_member_text(out, "instance", wb_view_of(ctx->instance));
    wb_json_member_text(out, "did", wb_view_of(words[ctx->reloaded]));
    wb_json_member_text(out, "why", wb_view_of(why.text));
    wb_actor_tables_tell(ctx, out);
    return WB_OK;
}

/* Who was asked to end in between ends. */
static void
on_answered(wb_timer *timer, void *arg)
{
    wb_ctx *ctx = arg;

    (void)timer;
    if (!ctx->draining)
        start_anew(ctx);
}

void
wb_actor_reload_call(wb_ctx *ctx, wb_delivery *delivery)
{
    wb_err err = {0};

    ctx->reloaded = WB_RELOAD_NOTHING;
    wb_ignore(wb_ops_answer(ctx, delivery, tell, &err), "an error is the answer");
    if (ctx->reloaded != WB_RELOAD_RESTART)
        return;
    if (!ctx->reload_timer.fire)
        ctx->reload_timer = (wb_timer){.fire = on_answered, .arg = ctx};
    wb_timer_start(ctx->loop, &ctx->reload_timer, ANSWER_MS);
}
