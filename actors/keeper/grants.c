/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants - a row of the vault: digest of the option, value, end, whether it has left
 */
#include "actors/keeper/grants.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "storage/vault.h"

#define MEMBERS 4
#define ROW_MAX (WB_HTTP_HEADER_MAX + 128)

void
wb_keeper_grant_init(keeper_grant *self, const wb_op *op)
{
    *self = (keeper_grant){.option = op->grant};
    wb_buf_init(&self->value, WB_HTTP_HEADER_MAX);
}

void
wb_keeper_grant_fini(keeper_grant *self)
{
    wb_buf_wipe(&self->value);
}

static wb_view
option_of(const wb_account *account, const char *name)
{
    const char *options = account->options;

    for (const wb_option *row = account->connector->options; row && row->name; row++)
        if (strcmp(row->name, name) == 0)
            return wb_view_of(*(char *const *)(const void *)(options + row->offset));
    return (wb_view){NULL, 0};
}

static void
row_name(wb_buf *out, wb_view key)
{
    wb_buf_init(out, key.len + 8);
    wb_buf_add_text(out, "grant/");
    wb_buf_add_view(out, key);
}

/* Members that a newer release put behind are passed over, and lost when we write. */
static wb_rc
unpack(keeper_grant *self, wb_view row, const uint8_t digest[WB_SHA256_LEN], wb_err *err)
{
    wb_view of = {NULL, 0}, value = {NULL, 0};
    int64_t left = 0;
    uint32_t count = 0;
    wb_unpack in;
    wb_rc rc = wb_pack_scan(row, 64, err);

    if (rc)
        return rc;
    wb_unpack_init(&in, row);
    rc = wb_unpack_array(&in, &count, "grant", err);
    if (!rc && count < MEMBERS)
        rc = wb_fail(err, WB_REJECT, "grant: %u members", count);
    if (!rc)
        rc = wb_unpack_bytes(&in, &of, "option", err);
    if (!rc)
        rc = wb_unpack_bytes(&in, &value, "grant", err);
    if (!rc)
        rc = wb_unpack_int(&in, &self->ends_utc_us, "end", err);
    if (!rc)
        rc = wb_unpack_int(&in, &left, "left", err);
    if (rc || of.len != WB_SHA256_LEN || memcmp(of.data, digest, WB_SHA256_LEN) != 0)
        return rc;
    wb_buf_add_view(&self->value, value);
    self->left = self->doubt = left != 0;
    return WB_OK;
}

wb_rc
wb_keeper_grant_load(keeper_grant *self, const wb_account *account, wb_view key, wb_txn *txn,
                     bool *changed, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    WB_AUTO(wb_buf_wipe) wb_buf row = {0};
    wb_view option = option_of(account, self->option);
    bool found = false;
    wb_rc rc;

    wb_sha256(self->digest, option);
    row_name(&name, key);
    wb_buf_init(&row, ROW_MAX);
    rc = wb_vault_get(txn, wb_buf_view(&name), &row, &found, err);
    if (rc == WB_FATAL)
        return rc;
    if (!rc && found && unpack(self, wb_buf_view(&row), self->digest, err)) {
        found = false;
        rc = wb_vault_aside(txn, wb_buf_view(&name), err);
        if (rc == WB_FATAL)
            return rc;
    }
    *changed = found && !self->value.len;
    if (self->value.len)
        return WB_OK;
    self->ends_utc_us = 0;
    wb_buf_add_view(&self->value, option);
    return WB_OK;
}

wb_rc
wb_keeper_grant_store(const keeper_grant *self, wb_view key, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    WB_AUTO(wb_buf_wipe) wb_buf row = {0};

    row_name(&name, key);
    wb_buf_init(&row, ROW_MAX);
    wb_pack_array(&row, MEMBERS);
    wb_pack_bytes(&row, (wb_view){(const char *)self->digest, WB_SHA256_LEN});
    wb_pack_bytes(&row, wb_buf_view(&self->value));
    wb_pack_int(&row, self->ends_utc_us);
    wb_pack_int(&row, self->left);
    return wb_vault_put(txn, wb_buf_view(&name), wb_buf_view(&row), err);
}

void
wb_keeper_grant_take(keeper_grant *self, wb_view fresh, int64_t ttl_ms)
{
    if (fresh.len) {
        wb_buf_wipe(&self->value);
        wb_buf_init(&self->value, WB_HTTP_HEADER_MAX);
        wb_buf_add_view(&self->value, fresh);
        self->ends_utc_us = 0;
    }
    if (ttl_ms > 0)
        self->ends_utc_us = wb_now_utc_us() + ttl_ms * WB_US_PER_MS;
    self->left = self->doubt = false;
}
