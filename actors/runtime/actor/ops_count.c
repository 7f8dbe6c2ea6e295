/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops_count - how much is parked, and for which reasons
 *
 * Reasons are texts for people, with numbers of their own: "(120012016: not to be sent, request
 * us-7)". What many of them begin with is what they have in common; with it as a filter these can
 * be listed, sent again or dropped.
 */
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ROWS_MAX 20000 /* looked at, in one turn of some tens of milliseconds */
#define GROUPS_MAX 200

typedef struct {
    char *account, *reason;
    size_t count, unknown;
    int64_t first_utc_us, last_utc_us;
} group;

typedef struct {
    group *groups;
    size_t count, others; /* others: of groups for which there was no room */
    wb_map *by_key;       /* account, NUL, reason: 1 + index */
} group_list;

/* --- what a reason begins with --- */

/* A word of its own with a digit in it: an id, a number of pieces. A code in a bracket is none. */
static bool
is_of_one(wb_view word)
{
    if (!word.len || *word.data == '(')
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] >= '0' && word.data[i] <= '9')
            return true;
    return false;
}

static size_t
word_len(wb_view text)
{
    const char *end = memchr(text.data, ' ', text.len);

    return end ? (size_t)(end - text.data) : text.len;
}

/* Whole characters, no blank and no opening mark at its end. */
static wb_view
trim(wb_view text, size_t len)
{
    len = len > OPS_REASON_MAX ? OPS_REASON_MAX : len;
    while (len && len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
        len--;
    while (len && strchr(" ,(:", text.data[len - 1]))
        len--;
    return (wb_view){text.data, len};
}

wb_view
ops_reason_head(wb_view reason)
{
    static const char request[] = "request ";
    size_t at = 0;

    while (at < reason.len) {
        wb_view left = {reason.data + at, reason.len - at};
        size_t len = word_len(left);

        if (at &&
            (is_of_one((wb_view){left.data, len}) || wb_view_begins(left, WB_VIEW_LIT(request))))
            break;
        if (len && left.data[len - 1] == ';') {
            at += len - 1;
            break;
        }
        at += len + (len < left.len);
    }
    return trim(reason, at);
}

/* --- counting --- */

static group *
group_of(group_list *self, wb_view account, wb_view reason)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    uintptr_t place;

    wb_buf_init(&key, WB_KEY_MAX + OPS_REASON_MAX + 2);
    wb_buf_add_view(&key, account);
    wb_buf_add_char(&key, '\0');
    wb_buf_add_view(&key, reason);
    place = (uintptr_t)wb_map_find(self->by_key, wb_buf_view(&key));
    if (place)
        return &self->groups[place - 1];
    if (self->count == GROUPS_MAX)
        return NULL;
    (void)wb_map_put(self->by_key, wb_buf_view(&key), (void *)(uintptr_t)(self->count + 1));
    self->groups[self->count] =
        (group){.account = wb_text_dup_len(account.data ? account.data : "", account.len),
                .reason = wb_text_dup_len(reason.data ? reason.data : "", reason.len)};
    return &self->groups[self->count++];
}

static void
count_row(void *arg, const wb_parked_row *row)
{
    group_list *self = arg;
    group *one = group_of(self, row->account, ops_reason_head(row->reason));

    if (!one) {
        self->others++;
        return;
    }
    if (!one->count || row->parked_utc_us < one->first_utc_us)
        one->first_utc_us = row->parked_utc_us;
    if (row->parked_utc_us > one->last_utc_us)
        one->last_utc_us = row->parked_utc_us;
    one->count++;
    one->unknown += row->unknown;
}

static void
put_group(const group *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "account", wb_view_of(self->account));
    wb_json_member_text(out, "reason", wb_view_of(self->reason));
    wb_json_member_int(out, "count", (int64_t)self->count);
    wb_json_member_int(out, "unknown", (int64_t)self->unknown);
    wb_json_put_key(out, "first");
    wb_json_put_time(out, self->first_utc_us);
    wb_json_put_key(out, "last");
    wb_json_put_time(out, self->last_utc_us);
    wb_json_close(out, '}');
}

static void
free_groups(group_list *self)
{
    for (size_t i = 0; i < self->count; i++) {
        wb_free(&self->groups[i].account);
        wb_free(&self->groups[i].reason);
    }
    wb_free(&self->groups);
    wb_map_destroy(&self->by_key);
}

wb_rc
ops_count(wb_ctx *ctx, const wb_envelope *call, const ops_filter *filter, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(free_groups) group_list list = {.by_key = wb_map_new()};
    ops_filter all = *filter;
    ops_scan scan = {.filter = &all, .each = count_row, .arg = &list};
    wb_json_writer out;
    wb_rc rc;

    all.limit = ROWS_MAX;
    list.groups = wb_alloc(GROUPS_MAX * sizeof *list.groups);
    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (!rc)
        rc = ops_scan_all(ctx, txn, &scan, err);
    if (rc)
        return rc;
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "count", (int64_t)scan.count);
    wb_json_member_bool(&out, "more", scan.more);
    wb_json_member_int(&out, "others", (int64_t)list.others);
    wb_json_put_key(&out, "groups");
    wb_json_open(&out, '[');
    for (size_t i = 0; i < list.count; i++)
        put_group(&list.groups[i], &out);
    wb_json_close(&out, ']');
    wb_json_close(&out, '}');
    rc = wb_buf_check(&body, "count", err);
    if (!rc)
        wb_lanes_reply(wb_ctx_lanes(ctx), call, wb_buf_view(&body), true);
    return rc;
}
