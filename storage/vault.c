/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault - name -> sealed secret; the name is what it is bound to
 */
#include "storage/vault.h"

#include "protocol/digest.h"
#include "storage/aside.h"
#include "storage/inside.h"

wb_rc
wb_vault_put(wb_txn *txn, wb_view name, wb_view secret, wb_err *err)
{
    wb_buf *scratch = &txn->store->scratch;
    wb_rc rc;

    wb_buf_clear(scratch);
    wb_seal(scratch, wb_store_key(txn->store), name, secret);
    rc = wb_buf_check(scratch, "a secret", err);
    return rc ? rc : wb_kv_put(txn, WB_DB_VAULT, name, wb_buf_view(scratch), err);
}

wb_rc
wb_vault_get(wb_txn *txn, wb_view name, wb_buf *out, bool *found, wb_err *err)
{
    wb_view sealed = {0};
    wb_rc rc = wb_kv_get(txn, WB_DB_VAULT, name, &sealed, err);

    if (rc)
        return rc;
    *found = sealed.len > 0;
    if (!*found || !wb_unseal(out, wb_store_key(txn->store), name, sealed, err))
        return WB_OK;
    *found = false;
    return wb_vault_aside(txn, name, err);
}

wb_rc
wb_vault_aside(wb_txn *txn, wb_view name, wb_err *err)
{
    wb_view sealed = {0};
    wb_err why = {0};
    wb_rc rc = wb_kv_get(txn, WB_DB_VAULT, name, &sealed, &why);

    if (rc || !sealed.len)
        return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
    wb_ignore(wb_fail(&why, WB_REJECT, "%.*s: %s", WB_VIEW_ARG(name), err->text), "it is noted");
    err->text[0] = '\0';
    return wb_aside_pass(txn, WB_DB_VAULT, name, sealed, &why);
}
