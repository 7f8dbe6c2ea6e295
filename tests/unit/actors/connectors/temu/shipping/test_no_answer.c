/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 200 that answers nothing, of each operation.
 */
#include "tests/unit/actors/connectors/no_answer.h"
#include "tests/unit/actors/connectors/temu/shipping/ship_kit.h"
#include "tests/unit/actors/connectors/temu/temu_kit.h"

static const char *const bodies[] = {
    NO_ANSWER_HTML,
    "",
    "{}",
    "[]",
    "{\"success\":true,\"errorCode\":1000000}",
    "{\"success\":true,\"errorCode\":1000000,\"result\":null}",
    "{\"success\":true,\"errorCode\":1000000,\"result\":\"\"}",
};

START_TEST(nothing_comes_of_it)
{
    for (const wb_op *op = wb_connector_temu.ops; op->name; op++) {
        kit self;
        wb_rc rc;

        temu_start(&self, op->name);
        if (op->verb != WB_VERB_PULL && op->verb != WB_VERB_ASK)
            kit_item(&self, "1-1");
        rc = kit_read_text(&self, 200, NULL, bodies[_i]);
        no_answer_came(&self, rc, bodies[_i], false);
        kit_fini(&self);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {nothing_comes_of_it, WB_COUNT(bodies)},
        {NULL,                0               },
    };

    return wb_suite_run("actors.connectors.temu.shipping.no_answer", rows);
}
