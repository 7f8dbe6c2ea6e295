/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define ORDER(id, time) "{\"order\":{\"orderId\":\"" id "\",\"lastUpdatedTime\":\"" time "\"}}"

static amazon_options *
start(kit *self, const char *op)
{
    amazon_options *options;

    kit_init(self, &wb_connector_amazon);
    options = self->options;
    options->region = AMAZON_EU;
    kit_op(self, op);
    return options;
}

START_TEST(test_get_request)
{
    kit self;
    amazon_options *options = start(&self, "orders.get");

    kit_text(&options->included_data, "FULFILLMENT,BUYER");
    kit_item(&self, "123-1234567-1234567");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url),
                     "https://sellingpartnerapi-eu.amazon.com/orders/2026-01-01/orders/"
                     "123-1234567-1234567?includedData=FULFILLMENT,BUYER");
    ck_assert_str_eq(self.request.method, "GET");
    ck_assert_uint_eq(self.request.body.len, 0); /* a GET with a body is refused */
    ck_assert(kit_has(wb_request_find_header(&self.request, "user-agent"), "Waybill/"));
    ck_assert(kit_has(wb_request_find_header(&self.request, "user-agent"),
                      " (Language=C; Platform=Linux)"));
    ck_assert(wb_connector_amazon.sign(&self.call, WB_VIEW_LIT("Atza|1"), &self.request,
                                       &self.err) == WB_OK);
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "x-amz-access-token"), "Atza|1"));
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "x-amz-date"), "20260102T030000Z"));
    ck_assert(!wb_request_find_header(&self.request, "authorization").len);
    ck_assert(wb_connector_amazon.sign(&self.call, WB_VIEW_LIT("Atza|2"), &self.request,
                                       &self.err) == WB_OK);
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "x-amz-access-token"), "Atza|2"));
    kit_text(&options->application, "A/B\\C");
    kit_text(&options->application_version, "1(2");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_request_find_header(&self.request, "user-agent"), "A\\/B\\\\C/1\\(2 ("));
    kit_fini(&self);
}
END_TEST

/* What an answer of any SP-API call means. */
static const struct {
    const char *label;
    int status;
    const char *headers, *body;
    wb_rc rc;
    wb_result_code code; /* rc OK */
    bool throttled, renew;
    int64_t learnt_micro;
    const char *word;
} answers[] = {
    {"the order", 200,         "x-amzn-RateLimit-Limit: 0.5\r\n", ORDER("1-1",    "2026-01-01T00:00:00Z"),
     WB_OK,                                                                                                          WB_RESULT_DONE,                                                   false,                                                                       false,500000, ""},
    {"a limit that is none",           200, "x-amzn-ratelimit-limit: fast\r\n",
     ORDER("1-1", "2026-01-01T00:00:00Z"),                                                                                          WB_OK,                                                                           WB_RESULT_DONE,                                             false,                                false,0,""},
    {"another order",         200,                    NULL,                                       ORDER("2-2",                                          "2026-01-01T00:00:00Z"),                                          WB_RETRY, 0, false,                           false,0,
     "another order"},
    {"half of it",          200,          NULL,                                           "{\"order\":{\"orderId\":\"1-1\"",                                              WB_RETRY,                                                         0,                                                    false,                                         false,                                                               0,
     "unreadable"},
    {"its id twice",          200,             NULL,                                              "{\"order\":{\"orderId\":\"1-1\",\"orderId\":\"1-1\"}}",                                               WB_RETRY,
     0,                                                  false,              false,                                   0,"no order"},
    {"its id broken",          200,           NULL,                                            "{\"order\":{\"orderId\":\"1-1\xe7\"}}",                                            WB_RETRY,                                                       0,                                                 false,                               false,
     0,"no order"},
    {"cut short behind a brace",           200,            NULL,
     "{\"order\":{\"orderId\":\"1-1\",\"lastUpdatedTime\":\"2026-01-01T00:00:00Z\",\"buyer\":{}",                                  WB_RETRY,                                            0,                                     false,                                                                                      false,                                                                                                                        0,"unreadable"},
    {"a title in Latin-1",          200,         NULL,
     "{\"order\":{\"orderId\":\"1-1\",\"lastUpdatedTime\":\"2026-01-01T00:00Z\",\"t\":"
     "\"Fun\xe7\xe3o\"}}",                                     WB_OK,                                                WB_RESULT_DONE,                                            false,                                                                                                                                                             false,                                                                                                                                                                                               0,""},
    {"nothing",          200,                   NULL,                                                    "",                                                          WB_RETRY,                                                                     0,                                                       false,                                                                  false,0,"unreadable"},
    {"a time that is none",          200,         NULL,                                          ORDER("1-1",                                    "yesterday"),                                               WB_OK,                                           WB_RESULT_DONE,                                                       false,
     false,                                                                                                                                              0,                                                                                                                                                                                                                                   ""},
    {"the request's id for the support",       400,                 "x-amzn-RequestId: 5afe-1\r\n",
     "{\"errors\":[{\"code\":\"InvalidInput\",\"message\":\"Bad\"}]}",                                                              WB_REJECT,                                                    0,                                                   false,                                                                     false,
     0,"(HTTP 400, request 5afe-1): InvalidInput: Bad"},
    {"the edge says who it was",      403,
     "x-amz-rid: R7\r\nx-amzn-ErrorType: AccessDeniedException\r\n",          "",                        WB_SUSPEND,                      0,                      false,                                                                                                                   true,
     0,"(HTTP 403, request R7): AccessDeniedException"},
    {"a code that is a number as text",       400,                        NULL,
     "{\"errors\":[{\"code\":\"400\",\"message\":\"No\",\"details\":null}]}",                        WB_REJECT,               0,              false,
     false,                                                                                                                                                                                       0,"400: No"},
    {"bad input",       400,                 "x-amzn-RateLimit-Limit: 0.0056\r\n",
     "{\"errors\":[{\"code\":\"InvalidInput\",\"message\":null}]}",                                                       WB_REJECT,                                                                    0,                                                                   false,                                                                               false,
     5600,"InvalidInput"},
    {"not signed in",      401,                     NULL,                                        "",                                                      WB_SUSPEND,                                                               0,                                                               false,                                                                                                       true,                                                                                                                                         0,"HTTP 401"                                                                                                                                          },
    {"refused",       403,                 NULL,
     "{\"errors\":[{\"code\":\"Unauthorized\",\"message\":\"Access to requested resource is "
     "denied.\"}]}",                                                      WB_SUSPEND,                                                                     0,                                                                    false,          true,                                                                                                                                                                                                                                                0,"denied"},
    {"refused by the edge",       403,                 NULL,                                          "<html>",                                                        WB_SUSPEND,                                                           0,                                                          false,                                                                                             true,0,"HTTP 403"},
    {"not there yet",       404,                 "x-amzn-RateLimit-Limit: 1\r\n",
     "{\"errors\":[{\"code\":\"NotFound\"}]}",                                                      WB_OK,                                                               WB_RESULT_RETRY,                                                              false,false,                                                                                                                                                                                                                      1000000,
     "not visible"},
    {"too large",      413,          NULL,                                               "",                                                             WB_REJECT,                                                                          0,                                                                          false,                                                                                                                             false,                                                                                                                                                        0,"HTTP 413"},
    {"wrong type",      415,                NULL,                                       "",                                                     WB_REJECT,                                                                 0,                                                                 false,false,0,"HTTP 415"},
    {"throttled",      429,                NULL,
     "{\"errors\":[{\"code\":\"QuotaExceeded\",\"message\":\"You exceeded your "
     "quota\",\"details\":\"\"}]}",                                                     WB_RETRY,                                                                  0,                                                                  true,                                                                                                                              false,                                                                                                                                                                                                                                 0,"QuotaExceeded"},
    {"down",      500,                NULL,                                  "<html>oops</html>",                                                WB_RETRY,                                                                  0,                                                                  false,false,0,"HTTP 500"},
    {"gateway",      502,                NULL,                                       "",                                                     WB_RETRY,                                                                    0,                                                                    false,                                                                                                                                false,                                                                                                                                                                                                                                                                                                                                                                                           0,                                                                                                                                                                                                                                                                                                                                                                                                                                                    "HTTP 502"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              },
    {"later",      503,                "Retry-After: 3\r\n",                                       "",                                                     WB_RETRY,                                                                      0,                                                                      false,false,0,"HTTP 503"},
    {"late",      504,                NULL,                                       "{\"errors\":\"x\"}",                                                     WB_RETRY,                                                                       0,                                                                       false,                                                                                                                                                 false,                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      0,                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "HTTP 504"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          },
    {"a redirect",      302,                NULL,                                       "",                                                     WB_RETRY,                                                                 0,                                                                 false,false,0,"HTTP 302"},
};

START_TEST(test_answer)
{
    kit self;
    const wb_result *result;

    start(&self, "orders.get");
    kit_item(&self, "1-1");
    ck_assert_msg(kit_read_text(&self, answers[_i].status, answers[_i].headers, answers[_i].body) ==
                      answers[_i].rc,
                  "%s: %s", answers[_i].label, self.err.text);
    result = &self.out.results[0];
    if (answers[_i].rc == WB_OK) {
        ck_assert_msg(result->code == answers[_i].code, "%s", answers[_i].label);
        ck_assert(strstr(result->reason, answers[_i].word) != NULL);
    } else {
        ck_assert_msg(strstr(self.err.text, answers[_i].word) != NULL, "%s: %s", answers[_i].label,
                      self.err.text);
    }
    ck_assert_msg(self.out.throttled == answers[_i].throttled, "%s", answers[_i].label);
    ck_assert_msg(self.out.renew_token == answers[_i].renew, "%s", answers[_i].label);
    ck_assert_int_eq(self.out.learnt_rate_micro, answers[_i].learnt_micro);
    kit_fini(&self);
}
END_TEST

START_TEST(test_an_unknown_order_is_parked_after_a_while)
{
    kit self;
    wb_envelope *env;

    start(&self, "orders.get");
    kit_item(&self, "1-1");
    env = &self.envs[0];
    wb_envelope_hop(env, WB_HOP_SOURCE, KIT_NOW_US - INT64_C(60) * 1000000);
    ck_assert(kit_read_text(&self, 404, NULL, "") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_RETRY && self.out.results[0].retry_ms > 0);
    env->hops[0].at_utc_us = KIT_NOW_US - (AMAZON_NOT_FOUND_MS + 1) * 1000;
    ck_assert(kit_read_text(&self, 404, NULL, "") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_PARK);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *label, *answered;
    int64_t announced_utc_us;
    wb_result_code code;
} ages[] = {
    {"nothing announced",                        "2026-01-01T00:00:00Z",     0,                         WB_RESULT_DONE  },
    {"the same second, told without a fraction", "2026-01-01T00:00:00Z",     INT64_C(1767225600284000),
     WB_RESULT_DONE                                                                                                     },
    {"the same second, both with one",           "2026-01-01T00:00:00.100Z", INT64_C(1767225600284000),
     WB_RESULT_BEHIND                                                                                                   },
    {"a second older",                           "2025-12-31T23:59:59Z",     INT64_C(1767225600284000), WB_RESULT_BEHIND},
    {"newer",                                    "2026-01-01T00:00:01Z",     INT64_C(1767225600284000), WB_RESULT_DONE  },
    {"announced for 2099",                       "2026-01-01T00:00:00Z",     INT64_C(4070908800000000), WB_RESULT_BEHIND},
    {"in 2099 itself",                           "2099-01-01T00:00:00Z",     INT64_C(1767225600284000), WB_RESULT_DONE  },
};

START_TEST(test_older_than_announced)
{
    kit self;
    char body[128];

    start(&self, "orders.get");
    kit_item(&self, "1-1");
    self.envs[0].source_utc_us = ages[_i].announced_utc_us;
    snprintf(body, sizeof body, "{\"order\":{\"orderId\":\"1-1\",\"lastUpdatedTime\":\"%s\"}}",
             ages[_i].answered);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert_msg(self.out.results[0].code == ages[_i].code, "%s", ages[_i].label);
    ck_assert(self.out.results[0].body.len == strlen(body)); /* BEHIND too: it may be taken */
    kit_fini(&self);
}
END_TEST

#define SEARCH                                                                                     \
    "https://sellingpartnerapi-eu.amazon.com/orders/2026-01-01/orders?"                            \
    "lastUpdatedAfter=2026-01-01T00%3A00%3A00Z&lastUpdatedBefore=2026-01-02T00%3A00%3A00Z&"        \
    "maxResultsPerPage=100&marketplaceIds=A1,B2&includedData=FULFILLMENT"

START_TEST(test_pages)
{
    kit self;
    amazon_options *options = start(&self, "orders.search.2026");
    char cursor[1024];

    kit_text(&options->included_data, "FULFILLMENT");
    kit_texts(&options->marketplaces, "A1");
    kit_texts(&options->marketplaces, "B2");
    self.call.from_utc_us = INT64_C(1767225600000000);
    self.call.to_utc_us = INT64_C(1767312000999999);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), SEARCH);
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"orders\":[{\"orderId\":\"1\",\"lastUpdatedTime\":\"2026-01-01T05:"
                            "00:00Z\"},{\"orderId\":\"\"}],\"pagination\":{\"nextToken\":"
                            "\"a+b/c==\"},\"lastUpdatedBefore\":\"2026-01-02T00:00:00Z\"}") ==
              WB_OK);
    ck_assert_uint_eq(self.out.item_count, 2);
    ck_assert(self.out.items[0].kind == WB_KIND_RAW);
    ck_assert(wb_view_is(self.out.items[0].external, "1"));
    ck_assert(wb_view_is(self.out.items[0].what, "1@1767243600000000"));
    ck_assert(wb_view_is(self.out.items[0].body, "{\"orderId\":\"1\",\"lastUpdatedTime\":"
                                                 "\"2026-01-01T05:00:00Z\"}"));
    ck_assert_int_eq(self.out.items[0].source_utc_us, INT64_C(1767243600000000));
    ck_assert(self.out.items[1].outcome == WB_OUTCOME_PARKED);
    ck_assert_int_eq(self.out.reached_utc_us, INT64_C(1767312000000000));
    ck_assert(self.out.cursor.len && self.out.cursor.len < sizeof cursor);
    snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(self.out.cursor));
    /* whatever the settings say by now, the next page asks with the first page's parameters */
    kit_text(&options->included_data, "FULFILLMENT,BUYER");
    options->page_size = 7;
    self.call.cursor = wb_view_of(cursor);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), SEARCH "&paginationToken=a%2Bb%2Fc%3D%3D");
    ck_assert(
        kit_read_text(&self, 200, NULL, "{\"orders\":[],\"pagination\":{\"nextToken\":\"z\"}}") ==
        WB_OK); /* a page may be empty and not the last */
    ck_assert(kit_has(self.out.cursor, "includedData=FULFILLMENT\nz"));
    /* a list whose next page is this page would be read for ever */
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"orders\":[],\"pagination\":{\"nextToken\":\"a+b/c==\"}}") ==
              WB_REJECT);
    ck_assert(strstr(self.err.text, "this one again") != NULL);
    ck_assert(kit_read_text(&self, 200, NULL, "{\"orders\":[],\"pagination\":{}}") == WB_OK);
    ck_assert(!self.out.cursor.len);
    self.call.now_utc_us += (AMAZON_TOKEN_LIFE_MS + 1) * 1000;
    ck_assert(kit_build(&self) == WB_REJECT); /* the slice has to begin anew, and that is told */
    ck_assert(strstr(self.err.text, "too old") != NULL);
    kit_fini(&self);
}
END_TEST

/* The cursor lost a token that did not fit, and the list began again with its first page, for ever.
 */
START_TEST(test_a_token_that_is_too_long)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    kit self;

    start(&self, "orders.search.2026");
    wb_buf_init(&body, 1 << 20);
    wb_buf_add_text(&body, "{\"orders\":[],\"pagination\":{\"nextToken\":\"");
    for (int i = 0; i < 20000; i++)
        wb_buf_add_char(&body, 'a');
    wb_buf_add_text(&body, "\"}}");
    ck_assert(kit_read(&self, 200, NULL, wb_buf_view(&body)) == WB_REJECT);
    ck_assert(strstr(self.err.text, "too long") != NULL);
    ck_assert(!self.out.cursor.len);
    kit_fini(&self);
}
END_TEST

START_TEST(test_a_list_that_is_none)
{
    static const char *const bodies[] = {
        "{}",
        "[]",
        "",
        "{\"orders\":{}}",
        "{\"orders\":[",
        "{\"orders\":[],\"pagination\":7}",
        "{\"orders\":[],\"pagination\":{\"nextToken\":7}}",
        "{\"orders\":[],\"pagination\":{\"nextToken\":\"a\xe7\"}}",
        "{\"orders\":[],\"pagination\":{\"nextToken\":\"a\",\"nextToken\":\"b\"}}"};
    kit self;

    start(&self, "orders.search.2026");
    for (size_t i = 0; i < WB_COUNT(bodies); i++)
        ck_assert_msg(kit_read_text(&self, 200, NULL, bodies[i]) == WB_RETRY, "%s", bodies[i]);
    kit_fini(&self);
}
END_TEST

/* One element that nobody can use made the whole page be asked for again, for ever. */
static const struct {
    const char *label, *element;
    bool parked;
    int64_t updated_utc_us;
} elements[] = {
    {"whole",                       "{\"orderId\":\"2-2\",\"lastUpdatedTime\":\"2026-01-01T00:00:00Z\"}", false,
     INT64_C(1767225600000000)                                                                                                            },
    {"a time without seconds",      "{\"orderId\":\"2-2\",\"lastUpdatedTime\":\"2026-01-01T00:00Z\"}",
     false,                                                                                                      INT64_C(1767225600000000)},
    {"a time that is none",         "{\"orderId\":\"2-2\",\"lastUpdatedTime\":\"now\"}",                  false, 0                        },
    {"a time that is there twice",
     "{\"orderId\":\"2-2\",\"lastUpdatedTime\":\"2026-01-01T00:00Z\",\"lastUpdatedTime\":1}",             false,
     0                                                                                                                                    },
    {"Latin-1 in its title",        "{\"orderId\":\"2-2\",\"title\":\"Fun\xe7\xe3o\"}",                   false, 0                        },
    {"half an emoji",               "{\"orderId\":\"2-2\",\"title\":\"\\ud83d\"}",                        false, 0                        },
    {"no id",                       "{\"orderid\":\"2-2\"}",                                              true,  0                        },
    {"an id that is a number",      "{\"orderId\":2}",                                                    true,  0                        },
    {"an id that is broken",        "{\"orderId\":\"2-2\xe7\"}",                                          true,  0                        },
    {"an id that is half an emoji", "{\"orderId\":\"2-2\\udc00\"}",                                       true,  0                        },
    {"an id that is there twice",   "{\"orderId\":\"2-2\",\"orderId\":\"3-3\"}",                          true,  0                        },
    {"a number",                    "7",                                                                  true,  0                        },
    {"null",                        "null",                                                               true,  0                        },
};

START_TEST(test_one_element_does_not_hold_up_a_page)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const wb_item *items;
    kit self;

    start(&self, "orders.search.2026");
    wb_buf_init(&body, 4096);
    wb_buf_addf(&body,
                "{\"orders\":[{\"orderId\":\"1-1\"},%s,{\"orderId\":\"3-3\"}],"
                "\"pagination\":{\"nextToken\":\"next\"}}",
                elements[_i].element);
    ck_assert_msg(kit_read(&self, 200, NULL, wb_buf_view(&body)) == WB_OK, "%s: %s",
                  elements[_i].label, self.err.text);
    ck_assert_uint_eq(self.out.item_count, 3);
    items = self.out.items;
    ck_assert(wb_view_is(items[0].external, "1-1") && items[0].outcome == WB_OUTCOME_NONE);
    ck_assert(wb_view_is(items[2].external, "3-3") && items[2].outcome == WB_OUTCOME_NONE);
    ck_assert(self.out.cursor.len > 0);
    ck_assert_msg(wb_view_is(items[1].body, elements[_i].element), "%s: its own bytes",
                  elements[_i].label);
    ck_assert_msg((items[1].outcome == WB_OUTCOME_PARKED) == elements[_i].parked, "%s",
                  elements[_i].label);
    ck_assert(wb_view_is(items[1].external, elements[_i].parked ? "" : "2-2"));
    ck_assert((items[1].reason[0] != '\0') == elements[_i].parked);
    ck_assert_int_eq(items[1].source_utc_us, elements[_i].updated_utc_us);
    ck_assert(items[1].what.len > 0);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_get_request,                              1                      },
        {test_answer,                                   (int)WB_COUNT(answers) },
        {test_an_unknown_order_is_parked_after_a_while, 1                      },
        {test_older_than_announced,                     (int)WB_COUNT(ages)    },
        {test_pages,                                    1                      },
        {test_a_token_that_is_too_long,                 0                      },
        {test_a_list_that_is_none,                      1                      },
        {test_one_element_does_not_hold_up_a_page,      (int)WB_COUNT(elements)},
        {NULL,                                          0                      }
    };

    return wb_suite_run("actors.connectors.amazon.orders2026", rows);
}
