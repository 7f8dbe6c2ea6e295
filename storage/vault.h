/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault - small secrets, AES-256-GCM under the master key, bound to their name
 */
#ifndef WB_STORAGE_VAULT_H
#define WB_STORAGE_VAULT_H

#include "storage/store.h"

WB_MUST_CHECK wb_rc wb_vault_put(wb_txn *txn, wb_view name, wb_view secret, wb_err *err);
/* Appends to `out`; found = false and OK when there is none, or one that cannot be opened (damaged,
 * sealed by another key): that is set aside (aside.h), and others are not touched by it. */
WB_MUST_CHECK wb_rc wb_vault_get(wb_txn *txn, wb_view name, wb_buf *out, bool *found, wb_err *err);
/* What is there can be opened, but not read: `err` says why, and says nothing any more. */
WB_MUST_CHECK wb_rc wb_vault_aside(wb_txn *txn, wb_view name, wb_err *err);
/* Plain small values of the keeper (bucket levels), in META under their own prefix. */
WB_MUST_CHECK wb_rc wb_meta_put(wb_txn *txn, wb_view name, wb_view value, wb_err *err);
WB_MUST_CHECK wb_rc wb_meta_get(wb_txn *txn, wb_view name, wb_view *out, wb_err *err);
/* One of a fixed length. found = false: there is none, or one of another length, which is set aside
 * (aside.h). */
WB_MUST_CHECK wb_rc wb_meta_get_exact(wb_txn *txn, wb_view name, void *out, size_t size,
                                      bool *found, wb_err *err);
/* As wb_vault_aside. */
WB_MUST_CHECK wb_rc wb_meta_aside(wb_txn *txn, wb_view name, wb_err *err);
WB_MUST_CHECK wb_rc wb_meta_delete(wb_txn *txn, wb_view name, wb_err *err); /* or there is none */

#endif
