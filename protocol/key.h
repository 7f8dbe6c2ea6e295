/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key - the printed key of a record, tenant/account/kind/external-id, and message ids
 *
 * `/` and `%`, control bytes and blanks inside a part are percent-encoded, so the printed form is
 * injective: it serves as the key everywhere, in memory, in stores, on the command line.
 */
#ifndef WB_PROTOCOL_KEY_H
#define WB_PROTOCOL_KEY_H

#include "protocol/kinds.h"

/* A message id: 4 bytes big-endian seconds of the event's own time (0 if none), 12 of a hash. */
typedef struct {
    uint8_t bytes[16];
} wb_id;

#define WB_ID_TEXT_MAX 32

/* The parts of a record key, decoded. Plain record. */
typedef struct {
    char tenant[33], account[65], external[256];
    wb_record_kind kind;
} wb_key_parts;

/* Append the printed key. WB_REJECT: a part is empty, too long or not UTF-8. */
WB_MUST_CHECK wb_rc wb_key_print(wb_buf *out, wb_view tenant, wb_view account, wb_record_kind kind,
                                 wb_view external, wb_err *err);
WB_MUST_CHECK wb_rc wb_key_parse(wb_key_parts *out, wb_view key, wb_err *err);
/* "tenant/account", encoded likewise: the sharding key of account stages. */
WB_MUST_CHECK wb_rc wb_key_account(wb_buf *out, wb_view tenant, wb_view account, wb_err *err);
/* The root of all that stock hangs on, tenant, slash and an asterisk: no account has that name. */
WB_MUST_CHECK wb_rc wb_key_catalogue(wb_buf *out, wb_view tenant, wb_err *err);
/* Append the external id of what has no name but two: "FIRST/SECOND", injective. */
void wb_key_pair(wb_buf *out, wb_view first, wb_view second);
/* Of a printed record key: its "tenant/account", as it stands there. */
wb_view wb_key_account_of(wb_view key);

/* The id of a message: deterministic, so the same notice read twice has the same id.
 * event_utc_us 0 = none; `origin` is the account key, `what` names the thing (notice id, or record
 * key and observation). */
wb_id wb_id_make(int64_t event_utc_us, wb_view origin, wb_view what);
/* The id of a run: its start, as above, and the rest by chance. */
wb_id wb_id_run(int64_t start_utc_us);
void wb_id_text(char *dst, const wb_id *id); /* hex; WB_ID_TEXT_MAX + 1 bytes */
WB_MUST_CHECK wb_rc wb_id_parse(wb_id *out, wb_view hex, wb_err *err);

#endif
