/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

/* Each reference to a variable or a file stands for a text. */
static wb_rc
parse_example(wb_config **out, wb_view example, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, WB_CONFIG_MAX);
    (void)setenv("WB_TEST_EXAMPLE", "an example of a text", 1);
    for (size_t i = 0; i < example.len; i++) {
        const char *end = memchr(example.data + i, '}', example.len - i);

        if (strncmp(example.data + i, "${", 2) != 0) {
            wb_buf_add_char(&text, example.data[i]);
            continue;
        }
        wb_buf_add_text(&text, "${env:WB_TEST_EXAMPLE}");
        i = (size_t)(end - example.data);
    }
    return wb_config_parse(out, wb_buf_view(&text), "/base", wb_connectors, NULL, err);
}

/* What the reference shows of a connector is an account, but for the files that it names. */
START_TEST(test_examples)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const char *at;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&text, WB_CONFIG_MAX);
    wb_config_reference(&text, (const wb_connector *const[]){wb_connectors[_i], NULL});
    at = strstr(strstr(wb_buf_text(&text), "## Connector "), "accounts:\n");
    ck_assert(at && strstr(at, "```"));
    rc = parse_example(&config, (wb_view){at, (size_t)(strstr(at, "```") - at)}, &err);
    ck_assert_msg(!rc, "%s: %s", wb_connectors[_i]->name, err.text);
    ck_assert(wb_config_connector_of(config, 0) == wb_connectors[_i]);
}
END_TEST

int
main(void)
{
    wb_suite_row suite[] = {
        {test_examples, 0},
        {NULL,          0},
    };

    while (wb_connectors[suite[0].rows])
        suite[0].rows++;
    return wb_suite_run("actors.runtime.config.reference", suite);
}
