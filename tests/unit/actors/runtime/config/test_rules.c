/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of orders: what is wrong with one is told by file and line, and the first that matches is
 * found, among many as among few
 */
#include "actors/runtime/config/rules/rules.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/rules/inside.h"
#include "protocol/base/own.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

static const wb_op ops[] = {
    {.name = "push", .verb = WB_VERB_PUSH},
    {.name = NULL             },
};
static const wb_stream streams[] = {
    {.name = "orders",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {.name = NULL},
};
static const wb_connector all = {.name = "all", .streams = streams, .ops = ops};
static const wb_connector *const connectors[] = {&all, NULL};

#define ACCOUNTS                                                                                   \
    "accounts: {shop: {connector: all}, mall: {connector: all}, erp: {connector: all}}\n"
#define LINES 2 /* before the first rule */
#define RULES ACCOUNTS "rules:\n"
#define TABLE(list) ACCOUNTS "tables: {t: {file: rules.csv}}\nrules: {" list ": [{table: t}]}\n"

static char folder[64];

static void
make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/wb-rules-XXXXXX");
    ck_assert(folder_make(folder) != NULL);
}

static void
remove_folder(void)
{
    folder_remove(folder);
}

static void
put_table(const char *text)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/rules.csv", folder);
    file = fopen(path, "w");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
}

/* --- what is wrong --- */

static const struct {
    const char *yaml;
    const char *csv; /* NULL: no table */
    int line;
    const char *word; /* NULL = it is right */
} checks[] = {
    {RULES "  warehouses: [{country: DE, warehouse: A}, {warehouse: B}]\n",                         NULL,                                 0, NULL                                                       },
    {RULES "  warehouses:\n    - {warehouse: B}\n    - {country: DE, warehouse: A}\n",              NULL,                                 5,
     "it never matches: rule 1 (line 4) is tried before it"                                                                                                                                             },
    {RULES "  warehouses:\n    - {country: [DE, FR], warehouse: B}\n    - {country: FR, sku: A*, "
           "warehouse: A}\n",                                                                  NULL,                                 5, "tried before it"                                          },
    {RULES "  warehouses:\n    - {country: FR, sku: A*, warehouse: A}\n    - {country: [DE, FR], "
           "warehouse: B}\n",                                                                  NULL,                                 0, NULL                                                       },
    {RULES "  warehouses:\n    - {country: DE, warehouse: A}\n    - {country: de, warehouse: B}\n",
     NULL,                                                                                                                                5, "it never matches: rule 1 (line 4) has the same conditions"},
    {RULES "  warehouses:\n    - {postcode: 1*, warehouse: A}\n    - {postcode: 10000..19999, "
           "warehouse: B}\n",                                                                  NULL,                                 5, "tried before it"                                          },
    {RULES "  warehouses:\n    - {postcode: 10000..19999, warehouse: A}\n    - {postcode: 1*, "
           "warehouse: B}\n",                                                                  NULL,                                 0, NULL                                                       },
    {RULES "  warehouses:\n    - {postcode: 10000..19999, warehouse: A}\n    - {postcode: "
           "15000..20000, warehouse: B}\n",                                                    NULL,                                 0, NULL                                                       },
    {RULES "  warehouses:\n    - {enabled: false, warehouse: B}\n    - {warehouse: A}\n",           NULL,                                 0,
     NULL                                                                                                                                                                                               },
    {RULES "  warehouses:\n    - {country: GER, warehouse: A}\n",                                   NULL,                                 4,
     "country 'GER' is no country"                                                                                                                                                                      },
    {RULES "  warehouses:\n    - {country: ZZ, warehouse: A}\n",                                    NULL,                                 4, "'ZZ' is no country"                                       },
    {RULES "  warehouses:\n    - {shop: shpo, warehouse: A}\n",                                     NULL,                                 4,
     "shop: there is no account 'shpo'"                                                                                                                                                                 },
    {RULES "  warehouses:\n    - {to: x, warehouse: A}\n",                                          NULL,                                 4, "to: there is no account 'x'"                              },
    {RULES "  warehouses:\n    - {from: x, warehouse: A}\n",                                        NULL,                                 4, "from: there is no"                                        },
    {RULES "  warehouses:\n    - {country: DE}\n",                                                  NULL,                                 4, "warehouse is missing"                                     },
    {RULES "  warehouses:\n    - {warehuose: A, warehouse: B}\n",                                   NULL,                                 4,
     "did you mean 'warehouse'"                                                                                                                                                                         },
    {RULES "  warehouses:\n    - {postcode: 9..10, warehouse: A}\n",                                NULL,                                 4,
     "of different length"                                                                                                                                                                              },
    {RULES "  warehouses:\n    - {postcode: 20..10, warehouse: A}\n",                               NULL,                                 4,
     "ends before it begins"                                                                                                                                                                            },
    {RULES "  warehouses:\n    - {sku: '', warehouse: A}\n",                                        NULL,                                 4, "sku '' is empty"                                          },
    {RULES "  taxes:\n    - {above: 100, tax: A}\n",                                                NULL,                                 4, "above '100' is no amount"                                 },
    {RULES "  taxes:\n    - {above: 100 EUR, below: 100 EUR, tax: A}\n",                            NULL,                                 4, "never matches"                                            },
    {RULES "  taxes:\n    - {above: 100 EUR, below: 200 USD, tax: A}\n",                            NULL,                                 4,
     "in two currencies"                                                                                                                                                                                },
    {RULES "  taxes:\n    - {above: 100 EUR, tax: A}\n    - {above: 150 EUR, tax: B}\n",            NULL,                                 5,
     "tried before it"                                                                                                                                                                                  },
    {RULES "  taxes:\n    - {above: 150 EUR, tax: A}\n    - {above: 100 EUR, tax: B}\n",            NULL,                                 0,
     NULL                                                                                                                                                                                               },
    {RULES "  taxes:\n    - {below: 150 EUR, tax: A}\n    - {below: 100 EUR, tax: B}\n",            NULL,                                 5,
     "tried before it"                                                                                                                                                                                  },
    {RULES "  taxes:\n    - {below: 150 EUR, tax: A}\n    - {below: 100 USD, tax: B}\n",            NULL,                                 0,
     NULL                                                                                                                                                                                               },
    {RULES "  holds:\n    - {kind: listing, reason: A}\n",                                          NULL,                                 4, "'listing' is no kind that"                                },
    {RULES "  holds:\n    - {kind: order, reason: A}\n    - {kind: shipments, reason: A}\n",        NULL,
     0,                                                                                                                                      NULL                                                       },
    {RULES "  holds:\n    - {age: 5, reason: A}\n    - {age: 6, reason: B}\n",                      NULL,                                 0, NULL                                                       },
    {RULES "  holds:\n    - {age: 5, reason: A}\n    - {reason: B}\n",                              NULL,                                 0, NULL                                                       },
    {RULES "  holds:\n    - {age: 5, reason: A}\n    - {age: 5, reason: B}\n",                      NULL,                                 5,
     "same conditions"                                                                                                                                                                                  },
    {RULES "  holds:\n    - {reason: A}\n    - {age: 5, reason: B}\n",                              NULL,                                 5, "same conditions"                                          },
    {RULES "  tags:\n    - {add: a}\n    - {country: DE, add: b}\n",                                NULL,                                 0, NULL                                                       },
    {RULES "  fields:\n    - {field: buyer.company, set: A}\n    - {field: buyer.name, set: A}\n",
     NULL,                                                                                                                                0, NULL                                                       },
    {RULES "  fields:\n    - {field: buyer.name, set: A}\n    - {field: buyer.name, prefix: A}\n",
     NULL,                                                                                                                                5, "same conditions"                                          },
    {RULES "  fields:\n    - {field: buyer.nmae, set: A}\n",                                        NULL,                                 4, "'buyer.nmae' is no text"                                  },
    {RULES "  fields:\n    - {field: external_id, set: A}\n",                                       NULL,                                 4, "'external_id' is no text"                                 },
    {RULES "  fields:\n    - {field: total, set: A}\n",                                             NULL,                                 4, "'total' is no text"                                       },
    {RULES "  fields:\n    - {field: decided.warehouse, set: A}\n",                                 NULL,                                 4, "is no text"                                               },
    {RULES "  fields:\n    - {field: buyer.name, copy: lines}\n",                                   NULL,                                 4, "copy: 'lines' is no"                                      },
    {RULES "  fields:\n    - {field: buyer.name}\n",                                                NULL,                                 4, "one of set, copy and prefix"                              },
    {RULES "  fields:\n    - {field: buyer.name, set: A, prefix: B}\n",                             NULL,                                 4, "one of set"                                               },
    {RULES "  totals:\n    - {check: maybe}\n",                                                     NULL,                                 4, "'maybe' is none of hold, flag, off"                       },
    {RULES "  holds: [{table: t}]\n",                                                               NULL,                                 3, "there is no table 't'"                                    },
    {TABLE("carriers"),                                                                             "carrier,id\nDHL,1\nUPS,2\n*,3\n",    0, NULL                                                       },
    {TABLE("carriers"),                                                                             "carrier,id\nDHL,1\nUPS,2\ndhl,3\n",  4, "rule 1 (line 2) has the same"                             },
    {TABLE("carriers"),                                                                             "carrier,id\n*,1\nUPS,2\n",           3, "tried before it"                                          },
    {TABLE("carriers"),                                                                             "carrier,id\nDHL,\n",                 2, "id is missing"                                            },
    {TABLE("carriers"),                                                                             "carrier,idd\nDHL,1\n",               1, "have no 'idd': did you mean 'id'"                         },
    {TABLE("warehouses"),                                                                           "country,warehouse\nDE|FR,1\nXX,2\n", 3, "'XX' is no country"                                       },
    {TABLE("warehouses"),                                                                           "country,warehouse\nDE|FR,1\nFR,2\n", 3, "tried before it"                                          },
    {TABLE("holds"),                                                                                "country,reason,age\nDE,x,1x\n",      2, "is not a duration"                                        },
    {TABLE("holds"),                                                                                "country,reason\nDE,${env:HOME}\n",   0, NULL                                                       },
    {ACCOUNTS "tables: {t: {file: rules.csv}}\nrules: {holds: [{table: t, country: DE}]}\n",
     "reason\nx\n",                                                                                                                       3, "table: stands alone"                                      },
};

START_TEST(checked)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};
    wb_rc rc;

    if (checks[_i].csv)
        put_table(checks[_i].csv);
    rc = wb_config_parse(&config, wb_view_of(checks[_i].yaml), folder, connectors, &problems, &err);
    if (!checks[_i].word) {
        ck_assert_msg(rc == WB_OK, "%d: %s%s -> %s", _i, checks[_i].yaml,
                      checks[_i].csv ? checks[_i].csv : "", err.text);
        return;
    }
    ck_assert_msg(rc == WB_FATAL, "%d: %s", _i, checks[_i].yaml);
    ck_assert_msg(strstr(problems.rows[0].text, checks[_i].word) != NULL, "%d: %s-> %s", _i,
                  checks[_i].yaml, problems.rows[0].text);
    ck_assert_int_eq(problems.rows[0].line, checks[_i].line);
    ck_assert_uint_eq(problems.count, 1);
    if (checks[_i].line && checks[_i].csv && !strstr(checks[_i].word, "alone"))
        ck_assert_msg(strstr(problems.rows[0].file, "rules.csv") != NULL, "%s",
                      problems.rows[0].file);
}
END_TEST

/* --- the first that matches --- */

static wb_config *
config_of(const char *yaml)
{
    wb_config *config = NULL;
    wb_err err = {0};

    ck_assert_msg(!wb_config_parse(&config, wb_view_of(yaml), folder, connectors, NULL, &err),
                  "%s\n%s", yaml, err.text);
    return config;
}

static wb_rules *
made_of(const wb_config *config)
{
    return wb_rules_make(wb_config_tree_of(config), wb_config_tables(config));
}

#define WAREHOUSES                                                                                 \
    RULES "  warehouses:\n"                                                                        \
          "    - {shop: mall, warehouse: '1'}\n"                                                   \
          "    - {country: GB, postcode: 'sw1*', warehouse: '2'}\n"                                \
          "    - {country: DE, postcode: [10000..12999, '99999'], warehouse: '3'}\n"               \
          "    - {sku: [HEAVY*, ODD], warehouse: '4'}\n"                                           \
          "    - {tag: vip, above: 50 EUR, below: 100 EUR, warehouse: '5'}\n"                      \
          "    - {country: DE, warehouse: '6'}\n"                                                  \
          "    - {to: erp, country: FR, warehouse: '7'}\n"

static const struct {
    const char *shop, *to, *country, *postcode, *sku, *tag;
    int64_t minor;
    const char *currency, *warehouse; /* "" = none */
} cases[] = {
    {"mall", "erp",  "DE", "10115",     "A",     "",    0,     "",    "1"},
    {"shop", "erp",  "GB", "SW1A 1AA",  "A",     "",    0,     "",    "2"},
    {"shop", "erp",  "gb", "s-w1",      "A",     "",    0,     "",    "2"},
    {"shop", "erp",  "GB", "SE1 1AA",   "A",     "",    0,     "",    "" },
    {"shop", "erp",  "DE", "10000",     "A",     "",    0,     "",    "3"},
    {"shop", "erp",  "DE", "12999-123", "A",     "",    0,     "",    "3"},
    {"shop", "erp",  "DE", "13000",     "A",     "",    0,     "",    "6"},
    {"shop", "erp",  "DE", "1099",      "A",     "",    0,     "",    "6"},
    {"shop", "erp",  "DE", "99999",     "A",     "",    0,     "",    "3"},
    {"shop", "erp",  "DE", "999991",    "A",     "",    0,     "",    "6"},
    {"shop", "erp",  "IT", "",          "HEAVY", "",    0,     "",    "4"},
    {"shop", "erp",  "IT", "",          "HEAV",  "",    0,     "",    "" },
    {"shop", "erp",  "IT", "",          "ODD",   "",    0,     "",    "4"},
    {"shop", "erp",  "IT", "",          "ODDS",  "",    0,     "",    "" },
    {"shop", "erp",  "IT", "",          "A",     "vip", 5000,  "EUR", "5"},
    {"shop", "erp",  "IT", "",          "A",     "vip", 4999,  "EUR", "" },
    {"shop", "erp",  "IT", "",          "A",     "vip", 10000, "EUR", "" },
    {"shop", "erp",  "IT", "",          "A",     "vip", 9999,  "EUR", "5"},
    {"shop", "erp",  "IT", "",          "A",     "vip", 6000,  "USD", "" },
    {"shop", "erp",  "IT", "",          "A",     "",    6000,  "EUR", "" },
    {"shop", "erp",  "FR", "",          "A",     "",    0,     "",    "7"},
    {"shop", "mall", "FR", "",          "A",     "",    0,     "",    "" },
    {"shop", "erp",  "",   "",          "A",     "",    0,     "",    "" },
};

START_TEST(found)
{
    WB_AUTO(wb_config_destroy) wb_config *config = config_of(WAREHOUSES);
    WB_AUTO(wb_rules_destroy) wb_rules *rules = made_of(config);
    const wb_view skus[] = {WB_VIEW_LIT("Z"), wb_view_of(cases[_i].sku)};
    const wb_view tags[] = {wb_view_of(cases[_i].tag)};
    wb_rule_case what = {.kind = WB_RECORD_ORDER,
                         .from = wb_view_of(cases[_i].shop),
                         .shop = wb_view_of(cases[_i].shop),
                         .to = wb_view_of(cases[_i].to),
                         .country = wb_view_of(cases[_i].country),
                         .postcode = wb_view_of(cases[_i].postcode),
                         .skus = skus,
                         .sku_count = 2,
                         .tags = tags,
                         .tag_count = 1};
    const wb_rule *rule;

    what.value.minor = cases[_i].minor;
    what.value.exponent = 2;
    (void)snprintf(what.value.currency, sizeof what.value.currency, "%s", cases[_i].currency);
    rule = wb_rules_find(rules, WB_RULES_WAREHOUSES, &what, NULL);
    ck_assert_str_eq(rule ? wb_rule_says(rule)->warehouse : "", cases[_i].warehouse);
    ck_assert(!wb_rules_find(rules, WB_RULES_HOLDS, &what, NULL));
}
END_TEST

START_TEST(those_behind_it)
{
    WB_AUTO(wb_config_destroy)
    wb_config *config =
        config_of(RULES "  tags: [{add: a}, {country: DE, add: b}, {country: FR, add: c}, {add: "
                        "d}]\n");
    WB_AUTO(wb_rules_destroy) wb_rules *rules = made_of(config);
    const wb_rule_case what = {.country = WB_VIEW_LIT("DE")};
    char got[8] = "";
    size_t len = 0;

    for (const wb_rule *rule = NULL;
         (rule = wb_rules_find(rules, WB_RULES_TAGS, &what, rule)) != NULL;)
        got[len++] = wb_rule_says(rule)->add[0];
    ck_assert_str_eq(got, "abd");
}
END_TEST

START_TEST(without_rules_there_are_none)
{
    WB_AUTO(wb_config_destroy) wb_config *config = config_of(ACCOUNTS);
    WB_AUTO(wb_rules_destroy) wb_rules *rules = made_of(config);
    uint8_t digest[WB_SHA256_LEN], zero[WB_SHA256_LEN] = {0};

    ck_assert(!rules);
    wb_rules_digest(rules, digest);
    ck_assert_mem_eq(digest, zero, sizeof zero);
}
END_TEST

/* --- for people --- */

START_TEST(told)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_rules_destroy) wb_rules *rules = NULL;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const wb_rule_case what = {.country = WB_VIEW_LIT("FR"), .carrier = WB_VIEW_LIT("UPS")};

    put_table("country,warehouse\nDE,1\nFR|IT,2\n");
    config = config_of(ACCOUNTS "tables: {t: {file: rules.csv}}\n"
                                "rules:\n  warehouses: [{table: t}]\n  carriers: [{id: x}]\n");
    rules = made_of(config);
    wb_buf_init(&text, 1024);
    wb_rule_text(wb_rules_find(rules, WB_RULES_WAREHOUSES, &what, NULL), &text);
    ck_assert_msg(strstr(wb_buf_text(&text), "rules.csv:3): country = FR|IT") != NULL, "%s",
                  wb_buf_text(&text));
    ck_assert_msg(!strncmp(wb_buf_text(&text), "rule 2 (", 8), "%s", wb_buf_text(&text));
    wb_buf_clear(&text);
    wb_rule_text(wb_rules_find(rules, WB_RULES_CARRIERS, &what, NULL), &text);
    ck_assert_str_eq(wb_buf_text(&text), "rule 1: always");
}
END_TEST

/* Another one for every text that counts; the same for the same. */
START_TEST(another_digest)
{
    static const char *const texts[] = {
        RULES "  warehouses: [{country: DE, warehouse: A}]\n",
        RULES "  warehouses: [{country: FR, warehouse: A}]\n",
        RULES "  warehouses: [{country: DE, warehouse: B}]\n",
        RULES "  warehouses: [{country: [DE, FR], warehouse: A}]\n",
        RULES "  warehouses: [{postcode: '1', sku: '2', warehouse: A}]\n",
        RULES "  warehouses: [{postcode: ['1', '2'], warehouse: A}]\n",
        RULES "  logistics: [{country: DE, logistics: A}]\n",
        RULES "  holds: [{reason: A}]\n",
        RULES "  holds: [{reason: A, age: 1s}]\n",
        RULES "  totals: [{check: flag}]\n",
        RULES "  totals: [{check: hold}]\n",
        RULES "  totals: [{check: hold, tolerance: 1}]\n",
    };
    uint8_t digests[WB_COUNT(texts)][WB_SHA256_LEN], again[WB_SHA256_LEN];

    for (size_t i = 0; i < WB_COUNT(texts); i++) {
        WB_AUTO(wb_config_destroy) wb_config *config = config_of(texts[i]);
        WB_AUTO(wb_rules_destroy) wb_rules *rules = made_of(config);
        WB_AUTO(wb_rules_destroy) wb_rules *twice = made_of(config);

        wb_rules_digest(rules, digests[i]);
        wb_rules_digest(twice, again);
        ck_assert_mem_eq(digests[i], again, sizeof again);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(memcmp(digests[i], digests[k], sizeof again) != 0, "%zu %zu", i, k);
    }
}
END_TEST

/* --- many --- */

#define MANY 3000

static unsigned
next(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % below;
}

/* Rows of all sorts, none of which is told to be of no use: each has a SKU of its own beside what
 * it is about. */
static void
put_many(unsigned *seed)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    static const char *const countries[] = {"DE", "FR", "IT", "DE|FR", ""};

    wb_buf_init(&text, 1 << 20);
    wb_buf_add_text(&text, "country,postcode,sku,tag,add\n");
    for (int i = 0; i < MANY; i++) {
        unsigned low = next(seed, 900);

        wb_buf_addf(&text, "%s,", countries[next(seed, 5)]);
        if (next(seed, 3) == 0)
            wb_buf_addf(&text, "%03u..%03u", low, low + next(seed, 99));
        else if (next(seed, 3) == 0)
            wb_buf_addf(&text, "%02u*", next(seed, 99));
        wb_buf_add_text(&text, ",");
        if (next(seed, 4) == 0)
            wb_buf_addf(&text, "S%u%s", next(seed, 50), next(seed, 2) ? "*" : "");
        wb_buf_addf(&text, ",%s,%d\n", next(seed, 5) ? "" : "t", i);
    }
    put_table(wb_buf_text(&text));
}

/* The same as looking at each in turn. */
START_TEST(found_among_many)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_rules_destroy) wb_rules *rules = NULL;
    unsigned seed = 7;
    size_t hits = 0;

    put_many(&seed);
    config = config_of(TABLE("tags"));
    rules = made_of(config);
    ck_assert_uint_eq(rules->lists[WB_RULES_TAGS].count, MANY);
    for (int i = 0; i < 300; i++) {
        static const char *const countries[] = {"DE", "FR", "IT", "ES"};
        char sku[16], postcode[16];
        wb_view skus[1], tags[] = {WB_VIEW_LIT("t")};
        wb_rule_case what = {.country = wb_view_of(countries[next(&seed, 4)]),
                             .skus = skus,
                             .sku_count = 1,
                             .tags = tags};
        wb_rule_asked asked;
        const wb_rule *rule = NULL;

        (void)snprintf(sku, sizeof sku, "S%u", next(&seed, 500));
        (void)snprintf(postcode, sizeof postcode, "%03u", next(&seed, 1000));
        skus[0] = wb_view_of(sku);
        what.postcode = wb_view_of(postcode);
        what.tag_count = next(&seed, 2);
        wb_rule_ask(&what, &asked);
        for (size_t k = 0; k < MANY; k++) {
            if (!wb_rule_matches(&rules->lists[WB_RULES_TAGS].items[k], &asked))
                continue;
            rule = wb_rules_find(rules, WB_RULES_TAGS, &what, rule);
            ck_assert(rule == &rules->lists[WB_RULES_TAGS].items[k]);
            hits++;
        }
        ck_assert(!wb_rules_find(rules, WB_RULES_TAGS, &what, rule));
    }
    ck_assert_uint_gt(hits, 1000);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {checked,                      WB_COUNT(checks)},
        {found,                        WB_COUNT(cases) },
        {those_behind_it,              0               },
        {without_rules_there_are_none, 0               },
        {told,                         0               },
        {another_digest,               0               },
        {found_among_many,             0               },
        {NULL,                         0               },
    };

    return wb_suite_run_in("runtime.config.rules", tests, make_folder, remove_folder);
}
