/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact: what an answer echoes does not show, however it is written there
 */
#include "actors/runtime/outside/redact.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/suite.h"

static const struct {
    const char *text, *value, *shown;
} values[] = {
    {"the key s3cret-7 is wrong",      "s3cret-7", "the key *** is wrong"      },
    {"s3cret-7",                       "s3cret-7", "***"                       },
    {"s3cret-7s3cret-7 and s3cret-7",  "s3cret-7", "****** and ***"            },
    {"S3CRET-7 is wrong",              "s3cret-7", "*** is wrong"              },
    {"cut in the middle: s3cre",       "s3cret-7", "cut in the middle: ***"    },
    {"s3cr in the middle",             "s3cret-7", "s3cr in the middle"        },
    {"client_secret=a%2Fb%2Bc%3D&x=1", "a/b+c=",   "client_secret=***&x=1"     },
    {"tamed: Garc??a",
     "Garc\xc3\xad"
     "a",                                          "tamed: ***"                },
    {"too short to be told apart",     "too",      "too short to be told apart"},
    {"nothing of it",                  "s3cret-7", "nothing of it"             },
    {"",                               "s3cret-7", ""                          },
    {"not set",                        "",         "not set"                   },
};

START_TEST(test_values)
{
    char text[160];

    ck_assert(wb_text_set(text, sizeof text, wb_view_of(values[_i].text), NULL) == WB_OK);
    wb_redact_value(text, wb_view_of(values[_i].value));
    ck_assert_str_eq(text, values[_i].shown);
}
END_TEST

static const struct {
    const char *text, *shown;
} people[] = {
    {"customer Ana M\xc3\xbcller-Lopez is blocked", "customer *** is blocked"         },
    {"customer M??ller-Lopez, Ana is blocked",      "customer ***-***, Ana is blocked"},
    {"no street 'Baker' in SPRINGFIELD",            "no *** '***' in ***"             },
    {"the bakery is closed",                        "the bakery is closed"            },
    {"SKU K-1 of order 701-1 unknown",              "SKU K-1 of order 701-1 unknown"  },
    {"who wrote 'Happy birthday, mum'?",            "who wrote '***'?"                },
};

START_TEST(test_people)
{
    WB_AUTO(wb_free) wb_order_line *line = wb_alloc(sizeof *line);
    wb_order order = {
        .external_id = WB_VIEW_LIT("701-1"),
        .buyer = {.name = WB_VIEW_LIT("Ana M\xc3\xbcller-Lopez")},
        .ship_to = { .line1 = WB_VIEW_LIT("221 Baker Street"),            .city = WB_VIEW_LIT("Springfield")},
        .lines = { line,                                             1},
    };
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    char text[160];

    line->gift_message = WB_VIEW_LIT("Happy birthday, mum");
    line->sku = WB_VIEW_LIT("K-1");
    wb_buf_init(&packed, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_order_fields, &order, &packed, NULL) == WB_OK);
    ck_assert(wb_text_set(text, sizeof text, wb_view_of(people[_i].text), NULL) == WB_OK);
    wb_redact_record(text, WB_RECORD_ORDER, wb_buf_view(&packed));
    ck_assert_str_eq(text, people[_i].shown);
}
END_TEST

typedef struct {
    char *key, *name;
} own_options;

static const wb_option rows[] = {
    WB_SECRET(own_options, key, NULL, "a key"),
    WB_TEXT(own_options, name, NULL, "no secret"),
    WB_END,
};

/* An answer that quotes the request back: header, key, query, and the token that it brings. */
START_TEST(test_answer)
{
    static const wb_connector connector = {.name = "echo", .options = rows};
    static const wb_op op = {.name = "records.get", .verb = WB_VERB_FETCH};
    char key[] = "option-key", name[] = "shop-name";
    own_options options = {key, name};
    const wb_account account = {.connector = &connector, .options = &options};
    const wb_call call = {.op = &op};
    WB_AUTO(wb_request_fini) wb_request request = {0};
    WB_AUTO(wb_outcomes_fini) wb_outcomes out = {0};
    wb_err err = {0};

    wb_request_init(&request);
    wb_buf_add_text(&request.url, "https://erp/in?token=abcd");
    wb_request_header(&request, "Authorization", WB_VIEW_LIT("Bearer bear-7"), true);
    wb_request_header(&request, "Accept", WB_VIEW_LIT("application/json"), false);
    wb_outcomes_init(&out);
    wb_outcomes_clear(&out, 2);
    wb_buf_add_text(&out.token, "fresh-token");
    wb_result_set(&out.results[0], WB_RESULT_PARK, "no bear-7, no option-key, but shop-name");
    wb_result_set(&out.results[1], WB_RESULT_RETRY, "at ?token=abcd: fresh-token");
    wb_ignore(wb_fail(&err, WB_REJECT, "Bearer bear-7 to application/json"), "looked at below");
    wb_redact_answer(&account, &call, &request, &out, &err);
    ck_assert_str_eq(out.results[0].reason, "no ***, no ***, but shop-name");
    ck_assert_str_eq(out.results[1].reason, "at ?***: ***");
    ck_assert_str_eq(err.text, "*** to application/json");
    wb_redact_answer(&account, &call, &request, &out, NULL);
}
END_TEST

/* What is said of one item, of a page that was read or of a batch that was sent. */
START_TEST(test_single_items)
{
    static const wb_connector connector = {.name = "echo", .options = rows};
    static const wb_op pull = {.name = "records.list", .verb = WB_VERB_PULL};
    static const wb_op push = {.name = "records.put", .verb = WB_VERB_PUSH};
    char key[] = "option-key", name[] = "shop-name";
    own_options options = {key, name};
    const wb_account account = {.connector = &connector, .options = &options};
    wb_order order = {.external_id = WB_VIEW_LIT("701-1"),
                      .buyer = {.name = WB_VIEW_LIT("Ana M\xc3\xbcller-Lopez")}};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_request_fini) wb_request request = {0};
    WB_AUTO(wb_outcomes_fini) wb_outcomes out = {0};
    wb_envelope other = {.record_kind = WB_RECORD_ORDER}, ana = other;
    wb_call_item batch[] = {{.env = &other}, {.env = &ana}};
    wb_call call = {.op = &pull};
    wb_item *item;

    wb_buf_init(&packed, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_order_fields, &order, &packed, NULL) == WB_OK);
    ana.body = wb_buf_view(&packed);
    wb_request_init(&request);
    wb_outcomes_init(&out);
    wb_outcomes_clear(&out, 0);
    item = wb_outcomes_item(&out);
    ck_assert(!wb_text_set(item->reason, sizeof item->reason, WB_VIEW_LIT("no option-key"), NULL));
    wb_redact_answer(&account, &call, &request, &out, NULL);
    ck_assert_str_eq(out.items[0].reason, "no ***");

    call = (wb_call){.op = &push, .items = batch, .item_count = 2};
    wb_outcomes_clear(&out, 2);
    wb_result_set(&out.results[1], WB_RESULT_PARK, "Lopez is blocked, by option-key");
    wb_redact_answer(&account, &call, &request, &out, NULL);
    ck_assert_str_eq(out.results[1].reason, "*** is blocked, by ***");
}
END_TEST

/* A request whose body is signed with a secret in it: what a dry run shows of it. */
START_TEST(test_what_is_shown_of_a_request)
{
    static const wb_connector connector = {.name = "echo", .options = rows, .secret_body = true};
    char key[] = "option-key", name[] = "shop-name";
    own_options options = {key, name};
    const wb_account account = {.connector = &connector, .options = &options};
    char body[] = "{\"key\":\"option-key\",\"name\":\"shop-name\",\"token\":\"t0ken\"}";

    wb_redact_secrets(body, &account, WB_VIEW_LIT("t0ken"));
    ck_assert_str_eq(body, "{\"key\":\"***\",\"name\":\"shop-name\",\"token\":\"***\"}");
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_values,                     WB_COUNT(values)},
        {test_people,                     WB_COUNT(people)},
        {test_answer,                     0               },
        {test_single_items,               0               },
        {test_what_is_shown_of_a_request, 0               },
        {NULL,                            0               },
    };

    return wb_suite_run("runtime.redact", suite);
}
