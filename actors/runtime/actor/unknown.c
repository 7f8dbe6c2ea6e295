/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unknown - messages of an account that our configuration does not know (yet)
 *
 * A new configuration reaches the processes one by one. Who has it already sends what others
 * cannot place: they answer FULL, so that it stays where it is and comes again in a second. What
 * is named for longer than `unknown_account_ms` is a mistake, and parked. The time begins anew
 * with our start, and when nothing named the account for as long.
 */
#include "actors/runtime/actor/inside.h"
#include "protocol/base/own.h"
#include "protocol/key.h"

#define NAMES_MAX 4096 /* beyond it they wait without end: nothing is remembered of them */

typedef struct {
    int64_t first_ms, last_ms;
} unknown_name;

void
wb_ctx_account_key(wb_ctx *ctx, const wb_envelope *env, wb_buf *out)
{
    const wb_account *account = wb_accounts_find_name(ctx->accounts, env->account);

    wb_buf_init(out, WB_KEY_MAX);
    if (account && wb_view_eq(account->tenant, env->tenant))
        wb_buf_add_view(out, account->key_view);
    else if (wb_key_account(out, env->tenant, env->account, NULL)) {
        wb_buf_clear(out);
        wb_buf_add_view(out, env->account);
    }
}

/* For how long it has been named; -1 = there is no room to remember it. */
static int64_t
named_for(wb_ctx *ctx, wb_view key, int64_t limit_ms)
{
    int64_t now_ms = wb_loop_now_ms(ctx->loop);
    unknown_name *name;

    if (!ctx->unknown)
        ctx->unknown = wb_map_new();
    name = wb_map_find(ctx->unknown, key);
    if (!name) {
        if (wb_map_count(ctx->unknown) >= NAMES_MAX)
            return -1;
        name = wb_alloc(sizeof *name);
        name->first_ms = name->last_ms = now_ms;
        wb_map_put(ctx->unknown, key, name);
        wb_log(WB_WARN, "account.unknown",
               "account=%.*s next='its messages wait for a new configuration' for_ms=%lld",
               WB_VIEW_ARG(key), (long long)limit_ms);
    }
    if (now_ms - name->last_ms > limit_ms)
        name->first_ms = now_ms;
    name->last_ms = now_ms;
    return now_ms - name->first_ms;
}

wb_rc
wb_ctx_unknown(wb_ctx *ctx, const char *what, wb_view key, wb_err *err)
{
    int64_t limit_ms = wb_config_tree_of(ctx->config)->unknown_account_ms;

    if (named_for(ctx, key, limit_ms) < limit_ms)
        return wb_fail(err, WB_FULL, "%s: %.*s is not in the configuration yet", what,
                       WB_VIEW_ARG(key));
    return wb_fail(err, WB_REJECT,
                   "%s: %.*s is not in the configuration, %lld ms after it was first named", what,
                   WB_VIEW_ARG(key), (long long)limit_ms);
}

void
wb_actor_unknown_tell(wb_ctx *ctx, wb_json_writer *out)
{
    int64_t now_ms = wb_loop_now_ms(ctx->loop);
    int64_t limit_ms = wb_config_tree_of(ctx->config)->unknown_account_ms;
    unknown_name *name;
    wb_view key;

    wb_json_put_key(out, "unknown_accounts");
    wb_json_open(out, '[');
    for (size_t at = 0; ctx->unknown && (name = wb_map_next(ctx->unknown, &at, &key));) {
        if (now_ms - name->last_ms > limit_ms)
            continue; /* nobody names it any more */
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", key);
        wb_json_member_int(out, "since_ms", now_ms - name->first_ms);
        wb_json_member_bool(out, "parked", now_ms - name->first_ms >= limit_ms);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

void
wb_actor_unknown_free(wb_ctx *ctx)
{
    unknown_name *name;

    for (size_t at = 0; ctx->unknown && (name = wb_map_next(ctx->unknown, &at, NULL));)
        wb_free(&name);
    wb_map_destroy(&ctx->unknown);
}
