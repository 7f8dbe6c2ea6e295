/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

static const struct {
    const char *label;
    const char *aws_region, *endpoint, *queue_url, *key, *data;
    int64_t region, api;
    int marketplaces;
    const char *word; /* NULL: accepted */
} checks[] = {
    {"a known region",             "us-east-1", NULL,                 NULL,                                      NULL, NULL,                       AMAZON_REGION_AUTO, 0,                0,  NULL               },
    {"an endpoint",                "mars-1",    "http://127.0.0.1:1", NULL,                                      NULL, NULL,                       AMAZON_REGION_AUTO, 0,                0,
     NULL                                                                                                                                                                                                       },
    {"a group",                    NULL,        NULL,                 NULL,                                      NULL, NULL,                       AMAZON_FE,          0,                0,  NULL               },
    {"nothing to go by",           NULL,        NULL,                 NULL,                                      NULL, NULL,                       AMAZON_REGION_AUTO, 0,                0,  "endpoint"         },
    {"a region of no group",       "us-east-2", NULL,                 NULL,                                      NULL, NULL,                       AMAZON_REGION_AUTO, 0,                0,
     "us-east-2"                                                                                                                                                                                                },
    {"an endpoint that is no URL", NULL,        "host",               NULL,                                      NULL, NULL,                       AMAZON_NA,          0,                0,  "endpoint"         },
    {"a queue without keys",       NULL,        NULL,                 "https://sqs.us-east-1.amazonaws.com/1/q", NULL, NULL,
     AMAZON_NA,                                                                                                                                                        0,                0,  "aws_access_key_id"},
    {"a queue with keys",          NULL,        NULL,                 "https://sqs.us-east-1.amazonaws.com/1/q", "k",  NULL,
     AMAZON_NA,                                                                                                                                                        0,                0,  NULL               },
    {"v0 without marketplaces",    NULL,        NULL,                 NULL,                                      NULL, NULL,                       AMAZON_NA,          AMAZON_ORDERS_V0, 0,
     "marketplaces"                                                                                                                                                                                             },
    {"v0 with",                    NULL,        NULL,                 NULL,                                      NULL, NULL,                       AMAZON_NA,          AMAZON_ORDERS_V0, 1,  NULL               },
    {"too many marketplaces",      NULL,        NULL,                 NULL,                                      NULL, NULL,                       AMAZON_NA,          0,                51, "50"               },
    {"no status",                  NULL,        NULL,                 NULL,                                      NULL, "BUYER,FULFILLMENT_ORDERS", AMAZON_NA,          0,                0,
     "FULFILLMENT"                                                                                                                                                                                              },
    {"words",                      NULL,        NULL,                 NULL,                                      NULL, "FULFILLMENT&x=1",          AMAZON_NA,          0,                0,  "capitals"         },
};

/* What is told to Amazon is never cut off: it would be refused. */
START_TEST(test_an_application_name_that_does_not_fit)
{
    char name[256];
    kit self;
    amazon_options *options;

    kit_init(&self, &wb_connector_amazon);
    options = self.options;
    options->region = AMAZON_NA;
    memset(name, '/', sizeof name);
    name[sizeof name - 1] = '\0';
    kit_text(&options->application, name);
    ck_assert(kit_check(&self) == WB_FATAL);
    ck_assert(strstr(self.err.text, "application") != NULL);
    name[200] = '\0';
    kit_text(&options->application, name);
    ck_assert(kit_check(&self) == WB_OK);
    kit_op(&self, "orders.search.2026");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_request_find_header(&self.request, "user-agent"), "Platform=Linux)"));
    kit_fini(&self);
}
END_TEST

START_TEST(test_check)
{
    kit self;
    amazon_options *options;
    wb_rc rc;

    kit_init(&self, &wb_connector_amazon);
    options = self.options;
    options->region = checks[_i].region;
    options->orders_api = checks[_i].api;
    kit_text(&options->aws_region, checks[_i].aws_region);
    kit_text(&options->endpoint, checks[_i].endpoint);
    kit_text(&options->queue_url, checks[_i].queue_url);
    kit_text(&options->aws_access_key_id, checks[_i].key);
    kit_text(&options->aws_secret_access_key, checks[_i].key);
    if (checks[_i].data)
        kit_text(&options->included_data, checks[_i].data);
    for (int i = 0; i < checks[_i].marketplaces; i++)
        kit_texts(&options->marketplaces, "ATVPDKIKX0DER");
    rc = kit_check(&self);
    ck_assert_msg(rc == (checks[_i].word ? WB_FATAL : WB_OK), "%s: %s", checks[_i].label,
                  self.err.text);
    ck_assert_msg(!checks[_i].word || strstr(self.err.text, checks[_i].word), "%s: %s",
                  checks[_i].label, self.err.text);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *queue_url, *sqs_endpoint, *sqs_region, *aws_region;
    const char *url, *region;
} queues[] = {
    {"https://sqs.us-east-2.amazonaws.com/1/q",     NULL,                      NULL,        "eu-west-1",
     "https://sqs.us-east-2.amazonaws.com/",                                                                                       "us-east-2" },
    {"https://sqs.cn-north-1.amazonaws.com.cn/1/q", NULL,                      NULL,        NULL,
     "https://sqs.cn-north-1.amazonaws.com.cn/",                                                                                   "cn-north-1"},
    {"https://queue.amazonaws.com/1/q",             NULL,                      NULL,        "eu-west-1",
     "https://sqs.eu-west-1.amazonaws.com/",                                                                                       "eu-west-1" },
    {"http://127.0.0.1:9324/000/q",                 NULL,                      NULL,        "eu-west-1", "http://127.0.0.1:9324/", "eu-west-1" },
    {"https://sqs.us-east-2.amazonaws.com/1/q",     "http://127.0.0.1:5000//", NULL,        NULL,
     "http://127.0.0.1:5000/",                                                                                                     "us-east-2" },
    {"http://q/1",                                  NULL,                      "ap-east-1", "eu-west-1", "http://q/",              "ap-east-1" },
    {"http://q/1",                                  NULL,                      NULL,        NULL,        "http://q/",              "us-east-1" },
};

START_TEST(test_queue_endpoint)
{
    kit self;
    amazon_options *options;
    wb_buf url;

    kit_init(&self, &wb_connector_amazon);
    options = self.options;
    kit_text(&options->queue_url, queues[_i].queue_url);
    kit_text(&options->sqs_endpoint, queues[_i].sqs_endpoint);
    kit_text(&options->sqs_region, queues[_i].sqs_region);
    kit_text(&options->aws_region, queues[_i].aws_region);
    wb_buf_init(&url, 256);
    amazon_sqs_url(options, &url);
    ck_assert_str_eq(wb_buf_text(&url), queues[_i].url);
    ck_assert(wb_view_is(amazon_sqs_region(options), queues[_i].region));
    wb_buf_fini(&url);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_an_application_name_that_does_not_fit, 1                    },
        {test_check,                                 (int)WB_COUNT(checks)},
        {test_queue_endpoint,                        (int)WB_COUNT(queues)},
        {NULL,                                       0                    }
    };

    return wb_suite_run("actors.connectors.amazon.options", rows);
}
