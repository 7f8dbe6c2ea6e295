/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - notices of a queue that routes want as they are
 *
 * Such a notice is a record of its own, whatever it announces beside that. It is stored with the
 * rest of its page, and known again by the same id. A queue that no such route begins at pays
 * nothing for it.
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

/* Of a record that a message of a queue is, as it came. */
static bool
is_as_it_is(const wb_route_conf *route)
{
    const wb_record_def *def = wb_record_def_of(wb_route_kind(route));

    return def && def->as_it_is;
}

void
wb_notice_open(wb_feed *self)
{
    const wb_config_tree *tree = wb_ctx_config(self->poller->ctx);
    const wb_route_conf *routes = tree->routes.items;
    const char *name = self->account->conf->name;

    for (size_t i = 0; self->stream->mode == WB_STREAM_QUEUE && i < tree->routes.count; i++) {
        if (!is_as_it_is(&routes[i]) || !wb_route_leaves(&routes[i], name) ||
            !strcmp(routes[i].to, name))
            continue;
        self->as_it_is =
            wb_realloc(self->as_it_is, (self->as_it_is_count + 1) * sizeof(const wb_route_conf *));
        self->as_it_is[self->as_it_is_count++] = &routes[i];
    }
}

void
wb_notice_close(wb_feed *self)
{
    wb_free(&self->as_it_is);
    self->as_it_is_count = 0;
}

wb_record_kind
wb_notice_wanted(const wb_feed *self, const wb_item *item)
{
    if (!self->as_it_is_count || !item->type.len || item->type.len > WB_NOTICE_TYPE_MAX)
        return WB_RECORD_NONE;
    for (size_t i = 0; i < self->as_it_is_count; i++)
        if (wb_route_wants(self->as_it_is[i], item->type))
            return wb_route_kind(self->as_it_is[i]);
    return WB_RECORD_NONE;
}

void
wb_notice_name(const wb_feed *self, const wb_item *item, wb_record_kind kind, wb_notice_names *out)
{
    wb_view id = item->seen.len ? item->seen : item->what.len ? item->what : item->body;
    const wb_account *account = self->account;
    uint8_t digest[WB_SHA256_LEN];
    wb_buf key;

    wb_buf_init(&key, WB_KEY_MAX);
    if (wb_key_print(&key, account->tenant, account->name, kind, id, NULL)) { /* too long a name */
        wb_sha256(digest, id);
        wb_hex(out->digest, digest, sizeof digest);
        id = wb_view_of(out->digest);
    }
    wb_buf_fini(&key);
    snprintf(out->what, sizeof out->what, "%s/%.*s", wb_record_kind_name(kind), WB_VIEW_ARG(id));
    out->item = *item;
    out->item.kind = WB_KIND_RAW;
    out->item.record_kind = kind;
    out->item.external = id;
    out->item.what = wb_view_of(out->what); /* another message than what it announces */
    out->item.root = (wb_root_name){
        {NULL, 0},
        {NULL, 0}
    };
    out->item.source_utc_us = item->event_utc_us;
    out->item.outcome = WB_OUTCOME_NONE;
}
