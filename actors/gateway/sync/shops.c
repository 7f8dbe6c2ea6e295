/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shops - from a shop_id to its account, and its lists
 */
#include <stdio.h>

#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"

#define NAMES_MAX 400

size_t
wb_shop_streams(const wb_account *account, wb_record_kind kind,
                const wb_stream *out[WB_SYNC_PARTS_MAX])
{
    size_t count = 0;

    for (const wb_stream *at = account->connector->streams; at && at->name; at++)
        if (at->record_kind == kind && at->mode == WB_STREAM_LIST && !at->reads_back &&
            wb_config_reads(account->conf, at) && count < WB_SYNC_PARTS_MAX)
            out[count++] = at;
    return count;
}

/* All that fit, the first of them, and their names for people. */
typedef struct {
    const wb_account *first;
    size_t count;
    wb_buf names;
} found;

static void
add(found *self, const wb_account *account)
{
    if (!self->count++)
        self->first = account;
    wb_buf_addf(&self->names, "%s%s", self->names.len ? ", " : "", account->key);
}

static bool
fits(const wb_account *account, const wb_shop_wanted *wanted, wb_view tenant)
{
    const wb_stream *streams[WB_SYNC_PARTS_MAX];

    if (tenant.len && !wb_view_eq(account->tenant, tenant))
        return false;
    if (wanted->shop_id)
        return account->conf->shop_id == wanted->shop_id;
    return wb_shop_streams(account, wanted->kind, streams) > 0;
}

static void
find(const wb_gateway *gateway, const wb_shop_wanted *wanted, wb_view tenant, found *out)
{
    wb_accounts *accounts = wb_ctx_accounts(gateway->ctx);

    wb_buf_init(&out->names, NAMES_MAX);
    for (size_t i = 0; i < wb_accounts_count(accounts); i++)
        if (fits(wb_accounts_at(accounts, i), wanted, tenant))
            add(out, wb_accounts_at(accounts, i));
}

static void
refuse_field(wb_call_in **call_p, const char *place, const char *message, const char *word)
{
    char text[300];

    (void)snprintf(text, sizeof text, "%s%s", message, word);
    wb_call_in_wrong_field(call_p, place, text);
}

static void
refuse(wb_call_in **call_p, const wb_shop_wanted *wanted, found *what)
{
    char text[NAMES_MAX + 100];

    if (!wanted->shop_id && !what->count)
        refuse_field(call_p, wanted->place, "is missing, and no account is read for ",
                     wb_record_kind_name(wanted->kind));
    else if (!wanted->shop_id)
        refuse_field(call_p, wanted->place, "is missing: there is more than one shop", "");
    else if (!what->count)
        wb_call_in_problem(call_p, 404, "there is no such shop",
                           "an account's shop_id is set in the configuration");
    else {
        (void)snprintf(text, sizeof text, "name one by ?tenant=: %s", wb_buf_text(&what->names));
        wb_call_in_problem(call_p, 409, "several tenants have a shop of this shop_id", text);
    }
}

const wb_account *
wb_shop_find(wb_call_in **call_p, const wb_shop_wanted *wanted)
{
    const wb_stream *streams[WB_SYNC_PARTS_MAX];
    found what = {0};

    find((*call_p)->gateway, wanted, wb_view_of(wb_call_in_text(*call_p, "tenant")), &what);
    if (what.count != 1) {
        refuse(call_p, wanted, &what);
        what.first = NULL;
    } else if (!wb_shop_streams(what.first, wanted->kind, streams)) {
        refuse_field(call_p, wanted->place, "this shop has no list that is read for the kind ",
                     wb_record_kind_name(wanted->kind));
        what.first = NULL;
    }
    wb_buf_fini(&what.names);
    return what.first;
}

const wb_account *
wb_shop_by_id(wb_call_in **call_p, int64_t shop_id)
{
    const wb_shop_wanted wanted = {.shop_id = shop_id, .place = "query.shop_id"};
    found what = {0};

    find((*call_p)->gateway, &wanted, wb_view_of(wb_call_in_text(*call_p, "tenant")), &what);
    if (what.count != 1) {
        refuse(call_p, &wanted, &what);
        what.first = NULL;
    }
    wb_buf_fini(&what.names);
    return what.first;
}
