/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/key.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

static const struct {
    const char *tenant, *account, *external, *key;
    wb_record_kind kind;
} keys[] = {
    {"acme", "shop-1", "111-2222222-3333333", "acme/shop-1/order/111-2222222-3333333",
     WB_RECORD_ORDER                                                                                     },
    {"a/b",  "c%d",    "x y",                 "a%2Fb/c%25d/shipment/x%20y",            WB_RECORD_SHIPMENT},
    {"t",    "a",      "\x01\x7f",            "t/a/metric/%01%7F",                     WB_RECORD_METRIC  },
    {"t",    "a",      "\xe5\x95\x86",        "t/a/product/\xe5\x95\x86",              WB_RECORD_PRODUCT },
    {"t",    "a",      "a%2F",                "t/a/order/a%252F",                      WB_RECORD_ORDER   },
};

START_TEST(test_round_trip)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_key_parts parts;

    wb_buf_init(&out, WB_KEY_MAX);
    ck_assert(wb_key_print(&out, wb_view_of(keys[_i].tenant), wb_view_of(keys[_i].account),
                           keys[_i].kind, wb_view_of(keys[_i].external), NULL) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&out), keys[_i].key);
    ck_assert(wb_key_parse(&parts, wb_buf_view(&out), NULL) == WB_OK);
    ck_assert_str_eq(parts.tenant, keys[_i].tenant);
    ck_assert_str_eq(parts.account, keys[_i].account);
    ck_assert_str_eq(parts.external, keys[_i].external);
    ck_assert_int_eq(parts.kind, keys[_i].kind);
}
END_TEST

/* Whatever has the same name is the same pair. */
START_TEST(test_pairs)
{
    static const char *const parts[] = {"a", "/", "a/", "/a", "%", "%2F", "a%2Fa", "a/a", "%25"};
    char names[WB_COUNT(parts) * WB_COUNT(parts)][32];
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    size_t count = 0;

    wb_buf_init(&out, 100);
    for (size_t i = 0; i < WB_COUNT(parts); i++)
        for (size_t k = 0; k < WB_COUNT(parts); k++) {
            wb_buf_clear(&out);
            wb_key_pair(&out, wb_view_of(parts[i]), wb_view_of(parts[k]));
            snprintf(names[count], sizeof names[count], "%s", wb_buf_text(&out));
            for (size_t n = 0; n < count; n++)
                ck_assert_str_ne(names[n], names[count]);
            count++;
        }
    ck_assert_str_eq(names[0], "a/a");
    ck_assert_str_eq(names[2 * WB_COUNT(parts)], "a%2F/a");
}
END_TEST

static const struct {
    const char *key, *error;
} bad[] = {
    {"",                                            "not a key"       },
    {"t",                                           "not a key"       },
    {"t/a/order",                                   "external id of 0"},
    {"t/a/order/",                                  "external id of 0"},
    {"/a/order/1",                                  "tenant of 0"     },
    {"t//order/1",                                  "account of 0"    },
    {"t/a/orders/1",                                "not a key"       },
    {"t/a/order/1/2",                               "spelled"         },
    {"t/a/order/%zz",                               "escape"          },
    {"t/a/order/%",                                 "escape"          },
    {"t/a/order/%2f",                               "spelled"         }, /* lower case: another spelling of the same record */
    {"t/a/order/%41",                               "spelled"         },
    {"t/a/order/a b",                               "spelled"         },
    {"t/a/order/%00",                               "not UTF-8"       },
    {"t/a/order/\xff",                              "not UTF-8"       },
    {"ttttttttttttttttttttttttttttttttt/a/order/1", "tenant of 33"    },
};

START_TEST(test_refused)
{
    wb_key_parts parts = {.tenant = "was"};
    wb_err err = {0};

    ck_assert_msg(wb_key_parse(&parts, wb_view_of(bad[_i].key), &err) == WB_REJECT, "%s",
                  bad[_i].key);
    ck_assert_msg(strstr(err.text, bad[_i].error), "%s: %s", bad[_i].key, err.text);
    ck_assert_str_eq(parts.tenant, "was");
}
END_TEST

/* The longest key that can be printed fits its limit, and one byte more is refused. */
START_TEST(test_longest)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    char text[WB_EXTERNAL_ID_MAX + 1];
    wb_key_parts parts;

    memset(text, '/', sizeof text);
    wb_buf_init(&out, WB_KEY_MAX);
    ck_assert(wb_key_print(&out, (wb_view){text, WB_TENANT_MAX}, (wb_view){text, WB_ACCOUNT_MAX},
                           WB_RECORD_INVENTORY, (wb_view){text, WB_EXTERNAL_ID_MAX},
                           NULL) == WB_OK);
    ck_assert(wb_key_parse(&parts, wb_buf_view(&out), NULL) == WB_OK);
    wb_buf_clear(&out);
    ck_assert(wb_key_print(&out, WB_VIEW_LIT("t"), WB_VIEW_LIT("a"), WB_RECORD_ORDER,
                           (wb_view){text, sizeof text}, NULL) == WB_REJECT);
    wb_buf_clear(&out);
    ck_assert(wb_key_account(&out, WB_VIEW_LIT("t/1"), WB_VIEW_LIT("a"), NULL) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&out), "t%2F1/a");
}
END_TEST

START_TEST(test_account_of)
{
    ck_assert(wb_view_is(wb_key_account_of(WB_VIEW_LIT("t%2F1/a/order/x")), "t%2F1/a"));
    ck_assert(wb_view_is(wb_key_account_of(WB_VIEW_LIT("t/a/order")), "t/a"));
    ck_assert(wb_view_is(wb_key_account_of(WB_VIEW_LIT("t/a")), "t/a"));
    ck_assert(wb_view_is(wb_key_account_of((wb_view){NULL, 0}), ""));
}
END_TEST

START_TEST(test_id)
{
    wb_view origin = WB_VIEW_LIT("acme/shop-1");
    wb_id id = wb_id_make(INT64_C(1767323045999999), origin, WB_VIEW_LIT("N-1"));
    wb_id none = wb_id_make(0, origin, WB_VIEW_LIT("N-1")), back;
    wb_id shifted = wb_id_make(0, WB_VIEW_LIT("acme/shop-1N"), WB_VIEW_LIT("-1"));
    char text[WB_ID_TEXT_MAX + 1];

    wb_id_text(text, &id);
    ck_assert_str_eq(text, "695735a5fbd5302462ea7ca91b87534c");
    ck_assert(wb_id_parse(&back, wb_view_of(text), NULL) == WB_OK);
    ck_assert(memcmp(&back, &id, sizeof id) == 0);
    wb_id_text(text, &none);
    ck_assert_str_eq(text, "00000000fbd5302462ea7ca91b87534c");
    ck_assert(memcmp(&none, &shifted, sizeof none) != 0);
    ck_assert(wb_id_parse(&back, WB_VIEW_LIT("695735a5"), NULL) == WB_REJECT);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_round_trip, WB_COUNT(keys)},
        {test_pairs,      1             },
        {test_refused,    WB_COUNT(bad) },
        {test_longest,    0             },
        {test_account_of, 0             },
        {test_id,         0             },
        {NULL,            0             },
    };

    return wb_suite_run("protocol.key", rows);
}
