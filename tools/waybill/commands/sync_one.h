/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync_one - one record, by its id, is read now
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_SYNC_ONE_H
#define WB_TOOLS_WAYBILL_COMMANDS_SYNC_ONE_H

#include "protocol/kinds.h"
#include "tools/waybill/commands/session.h"

typedef struct {
    const wb_place_account *account;
    wb_record_kind kind;
    const char *id;
    int64_t wait_s; /* until it is through; 0 = until it is taken */
    bool json;
} wb_sync_one_ask;

/* EXIT_NO: there is none, it cannot be read singly, or it was set aside; EXIT_AGAIN: it is taken,
 * and not through in that time. */
int wb_sync_one(wb_session *session, const wb_sync_one_ask *ask);

#endif
