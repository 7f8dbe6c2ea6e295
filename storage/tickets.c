/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tickets - see tickets.h
 *
 *   tickets   shard, account, name -> version, op, ticket, attempt, number, revision,
 *             since, doubted
 */
#include "storage/tickets.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

static const wb_view nothing = {NULL, 0};

wb_rc
wb_tickets_decode(wb_view value, wb_ticket *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);
    wb_view attempt;

    wb_row_get_version(&reader);
    out->op = wb_row_get_view(&reader);
    out->ticket = wb_row_get_view(&reader);
    attempt = wb_row_get_bytes(&reader, sizeof out->attempt);
    out->number = (uint32_t)wb_row_get_below(&reader, UINT32_MAX);
    out->revision = wb_row_get_uint(&reader);
    out->since_utc_us = wb_row_get_int(&reader);
    out->doubted = wb_row_get_below(&reader, 1) != 0;
    if (attempt.len)
        memcpy(&out->attempt, attempt.data, sizeof out->attempt);
    reader.bad = reader.bad || !out->op.len;
    return wb_row_check(&reader, "ticket", err);
}

wb_rc
wb_tickets_put(wb_txn *txn, const wb_row_key *key, const wb_ticket *ticket, wb_err *err)
{
    wb_row_writer head = wb_row_begin(txn);

    wb_row_put_view(&head, ticket->op);
    wb_row_put_view(&head, ticket->ticket);
    wb_row_put_bytes(&head, &ticket->attempt, sizeof ticket->attempt);
    wb_row_put_uint(&head, ticket->number);
    wb_row_put_uint(&head, ticket->revision);
    wb_row_put_int(&head, ticket->since_utc_us);
    wb_row_put_uint(&head, ticket->doubted);
    return wb_kv_put_row(txn, WB_DB_TICKETS, key, (wb_row_value){&head, nothing}, NULL, err);
}

wb_rc
wb_tickets_get(wb_txn *txn, const wb_row_key *key, wb_ticket *out, wb_err *err)
{
    wb_view value = {0};
    wb_ticket row = {0};
    wb_rc rc = wb_kv_get_row(txn, WB_DB_TICKETS, key, &value, err);

    *out = (wb_ticket){0};
    if (rc || !value.len)
        return rc;
    if (wb_tickets_decode(value, &row, err))
        return wb_aside_pass(txn, WB_DB_TICKETS, wb_row_key_view(key), value, err);
    *out = row;
    return WB_OK;
}

wb_rc
wb_tickets_delete(wb_txn *txn, const wb_row_key *key, wb_err *err)
{
    return wb_kv_delete_row(txn, WB_DB_TICKETS, key, err);
}
