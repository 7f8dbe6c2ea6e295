/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/webhook/webhook.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

static webhook_options *
start(kit *self)
{
    webhook_options *options;

    kit_init(self, &wb_connector_webhook);
    options = self->options;
    kit_text(&options->probe_url, "https://erp.example/r/{key}?full=0");
    kit_op(self, "records.probe");
    kit_item(self, "1%2F1");
    return options;
}

START_TEST(test_request)
{
    kit self;
    webhook_options *options = start(&self);

    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url),
                     "https://erp.example/r/t%2Fa%2Forder%2F1%252F1?full=0");
    ck_assert_str_eq(self.request.method, "GET");
    ck_assert_uint_eq(self.request.body.len, 0);
    kit_text(&options->probe_url, NULL);
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_fini(&self);
}
END_TEST

static const struct {
    int status;
    const char *body;
    wb_rc rc;
    wb_result_code code;
    uint64_t revision;
} rows[] = {
    {200, "{\"key\":\"t/a/order/1%2F1\",\"revision\":1767322800000001,\"id\":\"R1\"}", WB_OK,
     WB_RESULT_DONE,                                                                                                 1767322800000001},
    {200, "{\"revision\":\"1767322800000001\"}",                                       WB_OK,      WB_RESULT_DONE,   1767322800000001},
    {200, "{\"key\":\"t/a/order/1%2F1\"}",                                             WB_OK,      WB_RESULT_DONE,   0               },
    {200, "{\"key\":\"t/a/order/2\",\"revision\":1}",                                  WB_RETRY,   0,                0               },
    {200, "{\"revision\":1.5}",                                                        WB_RETRY,   0,                0               },
    {200, "[]",                                                                        WB_RETRY,   0,                0               },
    {200, "",                                                                          WB_RETRY,   0,                0               },
    {404, "",                                                                          WB_OK,      WB_RESULT_ABSENT, 0               },
    {410, "",                                                                          WB_OK,      WB_RESULT_ABSENT, 0               },
    {401, "",                                                                          WB_SUSPEND, 0,                0               },
    {403, "",                                                                          WB_SUSPEND, 0,                0               },
    {400, "",                                                                          WB_OK,      WB_RESULT_PARK,   0               },
    {429, "",                                                                          WB_RETRY,   0,                0               },
    {500, "",                                                                          WB_RETRY,   0,                0               },
    {302, "",                                                                          WB_SUSPEND, 0,                0               },
};

START_TEST(test_answer)
{
    kit self;

    start(&self);
    ck_assert_msg(kit_read_text(&self, rows[_i].status, NULL, rows[_i].body) == rows[_i].rc,
                  "%d %s", rows[_i].status, rows[_i].body);
    if (rows[_i].rc == WB_OK) {
        ck_assert(self.out.results[0].code == rows[_i].code);
        ck_assert_uint_eq(self.out.results[0].revision, rows[_i].revision);
    }
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_request, 1                  },
        {test_answer,  (int)WB_COUNT(rows)},
        {NULL,         0                  }
    };

    return wb_suite_run("actors.connectors.webhook.probe", tests);
}
