/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 200 that answers nothing, of each operation.
 */
#include "tests/unit/actors/connectors/lingxing/lingxing_kit.h"
#include "tests/unit/actors/connectors/no_answer.h"

static const char *const bodies[] = {
    NO_ANSWER_HTML,
    "",
    "{}",
    "[]",
    "{\"code\":0,\"message\":\"success\"}",
    "{\"code\":0,\"message\":\"success\",\"data\":null}",
    "{\"code\":\"200\",\"msg\":\"OK\"}",
    "{\"code\":0,\"data\":\"\",\"total\":1}",
};

START_TEST(nothing_comes_of_it)
{
    for (const wb_op *op = kit_connector("lingxing")->ops; op->name; op++) {
        kit self;
        wb_rc rc;

        begin(&self);
        kit_op(&self, op->name);
        if (op->verb != WB_VERB_PULL && op->verb != WB_VERB_ASK && op->verb != WB_VERB_TOKEN)
            kit_item(&self, "1-1")->ticket = WB_VIEW_LIT("103");
        rc = kit_read_text(&self, 200, NULL, bodies[_i]);
        no_answer_came(&self, rc, bodies[_i], !strcmp(op->name, "orders.stop"));
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

    return wb_suite_run("actors.connectors.lingxing.no_answer", rows);
}
