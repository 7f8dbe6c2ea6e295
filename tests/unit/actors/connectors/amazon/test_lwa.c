/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

START_TEST(test_requests)
{
    kit self;
    amazon_options *options;

    kit_init(&self, &wb_connector_amazon);
    options = self.options;
    kit_text(&options->refresh_token, "Atzr|a+b/c=");
    kit_text(&options->client_id, "id");
    kit_text(&options->client_secret, "s&t");
    kit_op(&self, "lwa.refresh");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), "https://api.amazon.com/auth/o2/token");
    ck_assert_str_eq(wb_buf_text(&self.request.body),
                     "grant_type=refresh_token&refresh_token=Atzr%7Ca%2Bb%2Fc%3D&client_id=id&"
                     "client_secret=s%26t");
    kit_text(&options->lwa_endpoint, "http://127.0.0.1:9000/");
    kit_op(&self, "lwa.grantless");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), "http://127.0.0.1:9000/auth/o2/token");
    ck_assert_str_eq(wb_buf_text(&self.request.body),
                     "grant_type=client_credentials&scope=sellingpartnerapi%3A%3Anotifications&"
                     "client_id=id&client_secret=s%26t");
    kit_text(&options->lwa_endpoint, "http://127.0.0.1:9000/other/path");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), "http://127.0.0.1:9000/other/path");
    kit_fini(&self);
}
END_TEST

static const struct {
    int status;
    const char *headers, *body;
    wb_rc rc;
    const char *word;
} answers[] = {
    {200, NULL,                 "{\"access_token\":\"Atza|x\",\"token_type\":\"bearer\",\"expires_in\":3600}",
     WB_OK,                                                                                                                ""             },
    {200, NULL,                 "{\"access_token\":\"Atza|x\"}",                                               WB_OK,      ""             },
    {200, NULL,                 "{\"token_type\":\"bearer\"}",                                                 WB_RETRY,   "unreadable"   },
    {200, NULL,                 "{\"access_token\":\"\",\"expires_in\":3600}",                                 WB_RETRY,   "unreadable"   },
    {200, NULL,                 "{\"access_token\":\"Atza|x\",\"expires_in\":0}",                              WB_OK,      ""             },
    {200, NULL,                 "{\"access_token\":\"Atza|x\",\"expires_in\":true}",                           WB_OK,      ""             },
    {200, NULL,                 "{\"access_token\":\"Atza|x\",\"expires_in\":\"3600.0\"}",                     WB_OK,      ""             },
    {200, NULL,                 "{\"access_token\":\"Atza|x\",\"note\":\"\xe7\"}",                             WB_OK,      ""             },
    {200, NULL,                 "{\"access_token\":\"Atza|x\xe7\"}",                                           WB_RETRY,   "unreadable"   },
    {200, NULL,                 "{\"access_token\":\"Atza|x\",\"access_token\":\"y\"}",                        WB_RETRY,   "unreadable"   },
    {200, NULL,                 "<html>",                                                                      WB_RETRY,   "unreadable"   },
    {400, NULL,                 "{\"error\":\"invalid_grant\",\"error_description\":\"SECRET\"}",              WB_SUSPEND,
     "authorise again"                                                                                                                    },
    {400, NULL,                 "{\"error\":\"invalid_request\"}",                                             WB_SUSPEND, "malformed"    },
    {400, NULL,                 "{\"error\":\"invalid_scope\"}",                                               WB_SUSPEND, "scope"        },
    {401, NULL,                 "{\"error\":\"invalid_client\",\"error_description\":\"SECRET\"}",             WB_SUSPEND,
     "expired"                                                                                                                            },
    {400, NULL,                 "{\"error\":\"unauthorized_client\"}",                                         WB_SUSPEND, "wrong"        },
    {400, NULL,                 "{\"error\":\"unsupported_grant_type\"}",                                      WB_SUSPEND, "grant"        },
    {400, NULL,                 "{\"error\":\"something_new\"}",                                               WB_SUSPEND, "something_new"},
    {500, NULL,                 "{\"error\":\"ServerError\"}",                                                 WB_RETRY,   "failed"       },
    {503, NULL,                 "<html>",                                                                      WB_RETRY,   "HTTP 503"     },
    {429, "Retry-After: 7\r\n", "{\"error\":\"slow_down\"}",                                                   WB_RETRY,   "HTTP 429"     },
    {403, NULL,                 "<html>",                                                                      WB_RETRY,   "HTTP 403"     },
    {400, NULL,                 "",                                                                            WB_RETRY,   "HTTP 400"     },
};

START_TEST(test_answer)
{
    kit self;

    kit_init(&self, &wb_connector_amazon);
    kit_op(&self, "lwa.refresh");
    ck_assert_msg(kit_read_text(&self, answers[_i].status, answers[_i].headers, answers[_i].body) ==
                      answers[_i].rc,
                  "%d %s: %s", answers[_i].status, answers[_i].body, self.err.text);
    if (answers[_i].rc == WB_OK) {
        ck_assert(wb_view_is(wb_buf_view(&self.out.token), "Atza|x"));
        ck_assert_int_eq(self.out.token_ttl_ms, 3600000);
    } else {
        ck_assert_uint_eq(self.out.token.len, 0);
        ck_assert_msg(strstr(self.err.text, answers[_i].word) != NULL, "%s", self.err.text);
        ck_assert(strstr(self.err.text, "SECRET") == NULL); /* a description may quote the grant */
    }
    ck_assert(self.out.throttled == (answers[_i].status == 429));
    ck_assert_int_eq(self.out.retry_ms, answers[_i].headers ? 7000 : 0);
    kit_fini(&self);
}
END_TEST

START_TEST(test_scope_hides_the_grant)
{
    kit self;
    amazon_options *options;
    wb_buf one, two;

    kit_init(&self, &wb_connector_amazon);
    options = self.options;
    kit_text(&options->aws_region, "eu-west-1");
    kit_text(&options->refresh_token, "grant-1");
    wb_buf_init(&one, 256);
    wb_buf_init(&two, 256);
    wb_connector_amazon.scope(options, wb_connector_op(&wb_connector_amazon, "orders.get"), &one);
    ck_assert(!kit_has(wb_buf_view(&one), "grant-1") && one.len > 20);
    kit_text(&options->refresh_token, "grant-2");
    wb_connector_amazon.scope(options, wb_connector_op(&wb_connector_amazon, "orders.get"), &two);
    ck_assert(!wb_view_eq(wb_buf_view(&one), wb_buf_view(&two)));
    wb_buf_clear(&one);
    wb_connector_amazon.scope(options, wb_connector_op(&wb_connector_amazon, "lwa.refresh"), &one);
    ck_assert(
        wb_view_eq(wb_buf_view(&one), wb_buf_view(&two))); /* the token's scope is the call's */
    wb_buf_fini(&one);
    wb_buf_fini(&two);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_requests,              1                     },
        {test_answer,                (int)WB_COUNT(answers)},
        {test_scope_hides_the_grant, 1                     },
        {NULL,                       0                     }
    };

    return wb_suite_run("actors.connectors.amazon.lwa", rows);
}
