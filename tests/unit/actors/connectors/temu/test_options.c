/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings that contradict each other are told, each with what it is about.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

static const struct {
    const char *label, *url, *secret, *token, *warehouse, *carrier, *word; /* NULL: accepted */
    int64_t money, price;
} checks[] = {
    {"a shop",             NULL,                NULL,    NULL,  NULL,    NULL, NULL,                  TEMU_MONEY_NONE,   TEMU_PRICE_LIST},
    {"that ships",         NULL,                NULL,    NULL,  "WH-01", "1",  NULL,                  TEMU_MONEY_NONE,   TEMU_PRICE_LIST},
    {"from nowhere",       NULL,                NULL,    NULL,  NULL,    "1",  "warehouse_id",        TEMU_MONEY_NONE,   TEMU_PRICE_LIST},
    {"a short secret",     NULL,                "short", NULL,  NULL,    NULL, "app_secret",          TEMU_MONEY_NONE,
     TEMU_PRICE_LIST                                                                                                                    },
    {"a token in quotes",  NULL,                NULL,    "\"t", NULL,    NULL, "access_token",        TEMU_MONEY_NONE,
     TEMU_PRICE_LIST                                                                                                                    },
    {"a URL that is none", "openapi-b-us.temu", NULL,    NULL,  NULL,    NULL, "url",                 TEMU_MONEY_NONE,
     TEMU_PRICE_LIST                                                                                                                    },
    {"money and no money", NULL,                NULL,    NULL,  NULL,    NULL, "price_without_money", TEMU_MONEY_AMOUNT,
     TEMU_PRICE_HOLD                                                                                                                    },
    {"money",              NULL,                NULL,    NULL,  NULL,    NULL, NULL,                  TEMU_MONEY_AMOUNT, TEMU_PRICE_LIST},
};

START_TEST(what_contradicts_itself)
{
    temu_options *options;
    kit self;
    wb_rc rc;

    options = temu_start(&self, "orders.list");
    if (checks[_i].url)
        kit_text(&options->url, checks[_i].url);
    if (checks[_i].secret)
        kit_text(&options->app_secret, checks[_i].secret);
    if (checks[_i].token)
        kit_text(&options->access_token, checks[_i].token);
    kit_text(&options->warehouse_id, checks[_i].warehouse);
    kit_text(&options->default_carrier, checks[_i].carrier);
    options->money = checks[_i].money;
    options->price_without_money = checks[_i].price;
    rc = kit_check(&self);
    ck_assert_msg((rc != WB_OK) == (checks[_i].word != NULL), "%s: %s", checks[_i].label,
                  self.err.text);
    if (checks[_i].word)
        ck_assert_msg(strncmp(self.err.text, checks[_i].word, strlen(checks[_i].word)) == 0,
                      "%s: %s", checks[_i].label, self.err.text);
    kit_fini(&self);
}
END_TEST

START_TEST(words_and_carriers_are_looked_at)
{
    char dhl[] = "DHL", small[] = "dhl", id[] = "1";
    temu_carrier rows[] = {
        {dhl,   id},
        {small, id}
    };
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.list");
    kit_text(&options->warehouse_id, "WH-01");
    kit_rows(&self, "carriers", rows, 1);
    kit_texts(&options->confirm_acceptance, "DENY_ADDRESS_CHANGE");
    ck_assert_msg(kit_check(&self) == WB_OK, "%s", self.err.text);
    kit_rows(&self, "carriers", rows, 2);
    kit_texts(&options->confirm_acceptance, "DENY_ALL");
    ck_assert(kit_check(&self) == WB_FATAL);
    ck_assert(strstr(self.err.text, "'dhl' is there twice") != NULL);
    ck_assert(strstr(self.err.text, "'DENY_ALL' is none of them") != NULL);
    kit_fini(&self);
}
END_TEST

/* No second, wherever it begins, has more than 20 calls. */
START_TEST(the_rate_stays_within_every_window)
{
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.list");
    for (int64_t rate = 1; rate <= 15; rate++) {
        wb_limit limit = {0};

        options->rate = rate;
        wb_connector_temu.limit(options, self.call.op, &limit);
        ck_assert_int_eq(limit.rate_micro, rate * 1000000);
        ck_assert(limit.burst >= 1 && limit.burst + rate <= 20);
    }
    kit_fini(&self);
}
END_TEST

/* What a limit belongs to is the application in one region; nobody reads its key there. */
START_TEST(limits_belong_to_the_application)
{
    WB_AUTO(wb_buf_fini) wb_buf one = {0};
    WB_AUTO(wb_buf_fini) wb_buf other = {0};
    temu_options *options;
    kit self;

    wb_buf_init(&one, 1000);
    wb_buf_init(&other, 1000);
    options = temu_start(&self, "orders.list");
    wb_connector_temu.scope(options, self.call.op, &one);
    kit_text(&options->access_token, "another seller");
    wb_connector_temu.scope(options, self.call.op, &other);
    ck_assert_str_eq(wb_buf_text(&one), wb_buf_text(&other));
    ck_assert(!kit_has(wb_buf_view(&one), options->app_key));
    wb_buf_clear(&other);
    kit_text(&options->url, "http://127.0.0.1:2");
    wb_connector_temu.scope(options, self.call.op, &other);
    ck_assert_str_ne(wb_buf_text(&one), wb_buf_text(&other));
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *label, *mall_id, *body, *word;
    wb_rc rc;
} asks[] = {
    {"served",              NULL,   TEMU_OK "{\"mallId\":1024}}",                NULL,           WB_OK     },
    {"as it is configured", "1024", TEMU_OK "{\"mallId\":1024}}",                NULL,           WB_OK     },
    {"no word of it",       "1024", TEMU_OK "{}}",                               NULL,           WB_OK     },
    {"another shop",        "1025", TEMU_OK "{\"mallId\":1024}}",                "another shop", WB_SUSPEND},
    {"a token that ended",  NULL,   "{\"success\":false,\"errorCode\":3000034}", "authorise",
     WB_SUSPEND                                                                                            },
    {"another region",      NULL,   "{\"success\":false,\"errorCode\":3000031}", "one region",   WB_SUSPEND},
    {"another application", NULL,   "{\"success\":false,\"errorCode\":3000033}", "one region",
     WB_SUSPEND                                                                                            },
    {"an address",          NULL,   "{\"success\":false,\"errorCode\":5000003}", "list of IPs",  WB_SUSPEND},
};

START_TEST(what_is_wrong_is_said_in_words)
{
    temu_options *options;
    kit self;

    options = temu_start(&self, "account.ask");
    kit_text(&options->mall_id, asks[_i].mall_id);
    ck_assert_msg(kit_read_text(&self, 200, NULL, asks[_i].body) == asks[_i].rc, "%s: %s",
                  asks[_i].label, self.err.text);
    if (asks[_i].word)
        ck_assert_msg(strstr(self.err.text, asks[_i].word) != NULL, "%s", self.err.text);
    kit_fini(&self);
}
END_TEST

/* Packs are for who counts pieces, each SKU once. */
START_TEST(packs_are_looked_at)
{
    char s[] = "S", t[] = "T";
    temu_pack rows[] = {
        {s, 6},
        {t, 2}
    };
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.list");
    kit_rows(&self, "packs", rows, 2);
    ck_assert(kit_check(&self) != WB_OK && strstr(self.err.text, "sold units"));
    options->pieces = true;
    ck_assert_msg(kit_check(&self) == WB_OK, "%s", self.err.text);
    /* what the check of a table of SKUs hears of it */
    ck_assert_int_eq(wb_connector_temu.pack(options, WB_VIEW_LIT("T")), 2);
    ck_assert_int_eq(wb_connector_temu.pack(options, WB_VIEW_LIT("U")), 1);
    ck_assert_int_eq(wb_connector_temu.pack(options, (wb_view){NULL, 0}), 6);
    rows[1].sku = s;
    kit_rows(&self, "packs", rows, 2);
    ck_assert(kit_check(&self) != WB_OK && strstr(self.err.text, "'S' is there twice"));
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_contradicts_itself,            WB_COUNT(checks)},
        {words_and_carriers_are_looked_at,   0               },
        {the_rate_stays_within_every_window, 0               },
        {limits_belong_to_the_application,   0               },
        {what_is_wrong_is_said_in_words,     WB_COUNT(asks)  },
        {packs_are_looked_at,                0               },
        {NULL,                               0               },
    };

    return wb_suite_run("actors.connectors.temu.options", rows);
}
