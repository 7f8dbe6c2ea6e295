/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strays - from account to account in key order
 */
#include "storage/strays.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/inside.h"

#define BEHIND_ALL 64 /* bytes of 0xff: no name of a row begins with so many */

typedef struct {
    wb_txn *txn;
    wb_db db;
    const wb_strays *what;
    size_t before; /* bytes of a key before its account */
    wb_buf from;   /* where the scan goes on, behind an account that is known */
    wb_buf stray;  /* the key's beginning of the account that was not known last */
    bool again, ended;
} stray_scan;

/* The key's beginning, its account included; {NULL, 0} = it has none. */
static wb_view
head_of(const stray_scan *self, wb_view key, wb_view *account)
{
    size_t len;

    if (key.len <= self->before)
        return (wb_view){NULL, 0};
    len = (uint8_t)key.data[self->before];
    if (key.len < self->before + 1 + len)
        return (wb_view){NULL, 0};
    *account = (wb_view){key.data + self->before + 1, len};
    return (wb_view){key.data, self->before + 1 + len};
}

static wb_rc
visit(void *arg, wb_view key, wb_view value, wb_err *err)
{
    static const char last[BEHIND_ALL] = {[0 ... BEHIND_ALL - 1] = (char)0xff};
    stray_scan *self = arg;
    wb_view account, head = head_of(self, key, &account);
    wb_rc rc;

    if (!head.len) {
        wb_aside_note(self->txn, self->db, key, "it has no account");
        return WB_OK;
    }
    if (!wb_view_eq(head, wb_buf_view(&self->stray)) &&
        self->what->known(self->what->arg, account)) {
        wb_buf_clear(&self->from);
        wb_buf_add_view(&self->from, head);
        wb_buf_add(&self->from, last, sizeof last);
        self->again = true;
        return WB_FULL;
    }
    wb_buf_clear(&self->stray);
    wb_buf_add_view(&self->stray, head);
    rc = self->what->each(self->what->arg, account, key, value, err);
    self->ended = rc == WB_FULL;
    return rc;
}

wb_rc
wb_strays_scan(wb_txn *txn, wb_db db, const wb_strays *what, wb_err *err)
{
    stray_scan self = {
        .txn = txn, .db = db, .what = what, .before = db == WB_DB_JOBS ? 2 : 0, .again = true};
    WB_AUTO(wb_buf_fini) wb_buf from = {0};
    wb_rc rc = WB_OK;

    assert(db == WB_DB_JOBS || db == WB_DB_OUTBOX);
    wb_buf_init(&from, WB_STORE_KEY_MAX);
    wb_buf_init(&self.from, WB_STORE_KEY_MAX);
    wb_buf_init(&self.stray, WB_STORE_KEY_MAX);
    while (!rc && self.again && !self.ended) {
        self.again = false;
        wb_buf_clear(&from);
        wb_buf_add_view(&from, wb_buf_view(&self.from)); /* changes in the course of the scan */
        rc = wb_both_scan(txn, db, (wb_kv_range){.from = wb_buf_view(&from)}, visit, &self, err);
    }
    wb_buf_fini(&self.from);
    wb_buf_fini(&self.stray);
    return rc;
}
