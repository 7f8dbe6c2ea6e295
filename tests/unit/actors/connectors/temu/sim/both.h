/* SPDX-License-Identifier: Apache-2.0 */
/*
 * both - the connector asks, this world answers: both sides of one vendor, without a process
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_SIM_BOTH_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_SIM_BOTH_H

#include "tests/unit/actors/connectors/temu/sim/world.h"
#include "tests/unit/actors/connectors/temu/temu_kit.h"

/* The connector's account is the mall that asks. */
static inline temu_options *
both_start(kit *self, const world *it, const char *op)
{
    temu_options *options = temu_start(self, op);

    kit_text(&options->app_key, it->seller->app_key);
    kit_text(&options->app_secret, it->seller->app_secret);
    kit_text(&options->access_token, it->seller->access_token);
    return options;
}

/* The operation is built, signed and sent, and its answer read, as a process does it. */
static inline wb_rc
both_ask(kit *self, world *it)
{
    const wb_connector *temu = &wb_connector_temu;

    self->call.now_utc_us = wb_now_utc_us();
    ck_assert_msg(kit_build(self) == WB_OK, "%s", self->err.text);
    ck_assert(temu->sign(&self->call, (wb_view){NULL, 0}, &self->request, &self->err) == WB_OK);
    post(it, wb_buf_text(&self->request.body));
    return kit_read_text(self, it->status, NULL, wb_buf_text(&it->body));
}

/* The next page of a list; false: it is done. */
static inline bool
both_page(kit *self, world *it)
{
    char cursor[512];

    ck_assert_msg(both_ask(self, it) == WB_OK, "%s", self->err.text);
    ck_assert(snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(self->out.cursor)) <
              (int)sizeof cursor);
    kit_cursor(self, wb_view_of(*cursor ? cursor : NULL));
    return *cursor;
}

#endif
