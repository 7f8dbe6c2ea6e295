/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temu_kit - an operation of the connector, to be built, read and mapped; and the vendor's own
 * answers, which are read where they are
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_TEMU_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_TEMU_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/connectors/temu/temu.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define TEMU_URL "http://127.0.0.1:1/openapi/router"
#define TEMU_OFFICIAL WB_SOURCE_DIR "/../shared/fixtures/temu/"
#define TEMU_OK "{\"success\":true,\"errorCode\":1000000,\"result\":"

/* The keys of the vectors. */
static inline temu_options *
temu_start(kit *self, const char *op)
{
    temu_options *options;

    kit_init(self, &wb_connector_temu);
    options = self->options;
    kit_text(&options->url, TEMU_URL);
    kit_text(&options->app_key, "11112222333344445555666677778888");
    kit_text(&options->app_secret, "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567");
    kit_text(&options->access_token, "exampletoken0000000000000000000000000000000000000000000001");
    kit_op(self, op);
    self->call.from_utc_us = INT64_C(1759996400) * WB_US_PER_S;
    self->call.to_utc_us = INT64_C(1760000000) * WB_US_PER_S;
    return options;
}

static inline bool
temu_official(void)
{
    return access(TEMU_OFFICIAL "README.md", R_OK) == 0;
}

/* A file of the vendor's answers, which is there. Freed by the caller. */
static inline char *
temu_file(const char *name)
{
    char path[512];
    size_t len = 0;
    char *bytes;

    snprintf(path, sizeof path, TEMU_OFFICIAL "%s", name);
    bytes = kit_file(path, &len);
    if (!bytes)
        abort();
    return bytes;
}

static inline wb_rc
temu_say(kit *self, wb_record_kind kind, wb_view body, wb_mapped *out)
{
    wb_envelope raw = {.body = body, .record_kind = kind};

    self->err = (wb_err){0};
    *out = (wb_mapped){0};
    return wb_connector_map(&wb_connector_temu, &raw, self->json, out, &self->err);
}

static inline bool
temu_body_has(kit *self, const char *part)
{
    return kit_has(wb_buf_view(&self->request.body), part);
}

/* The parts got so far, as the runtime keeps them. */
static inline void
temu_keep(wb_buf *parts, wb_view part)
{
    unsigned char len[4] = {(unsigned char)(part.len >> 24), (unsigned char)(part.len >> 16),
                            (unsigned char)(part.len >> 8), (unsigned char)part.len};

    wb_buf_add(parts, len, sizeof len);
    wb_buf_add_view(parts, part);
}

/* A page of a list, what it is read to, and the cursor of the next one. */
typedef struct {
    const char *label, *cursor, *result;
    wb_rc rc;
    const char *next; /* NULL = the list is done */
    int items;
} temu_page;

/* Begins `self`, which is left as the page was read. */
static inline void
temu_read_page(kit *self, const char *op, const temu_page *page)
{
    char body[1000];
    wb_rc rc;

    temu_start(self, op);
    self->call.page_max = 100;
    self->call.cursor = wb_view_of(page->cursor);
    snprintf(body, sizeof body, TEMU_OK "%s}", page->result);
    rc = kit_read_text(self, 200, NULL, body);
    ck_assert_msg(rc == page->rc, "%s: %d %s", page->label, rc, self->err.text);
    if (rc)
        return;
    ck_assert_msg(wb_view_eq(self->out.cursor, wb_view_of(page->next)) ||
                      (!self->out.cursor.len && !page->next),
                  "%s: %.*s", page->label, WB_VIEW_ARG(self->out.cursor));
    ck_assert_msg((int)self->out.item_count == page->items, "%s: %zu rows", page->label,
                  self->out.item_count);
}

#endif
