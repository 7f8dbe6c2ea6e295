/* SPDX-License-Identifier: Apache-2.0 */
/* What an account is told about itself: which shops, warehouses and methods are there, which of
 * those that its settings name are not, and what a refusal is about. */
#include "tests/unit/actors/connectors/lingxing/lingxing_kit.h"

#define LIST(total, rows) "{\"code\":0,\"data\":[" rows "],\"total\":" total "}"
#define SHOP(id, sid)                                                                              \
    "{\"store_id\":\"" id "\",\"sid\":\"" sid "\",\"store_name\":\"店铺\",\"platform_code\":"    \
    "10009}"
#define REFUSED(code) "{\"code\":\"" code "\",\"msg\":\"no\",\"data\":null}"

static void
word_is(wb_view word, const char *wanted)
{
    ck_assert_msg(wb_view_is(word, wanted) || (!*wanted && !word.len), "%.*s", WB_VIEW_ARG(word));
}

/* --- shops --- */

#define WAREHOUSES "account.more 0 25,26/265" /* are next */

static const struct {
    const char *body, *shop, *lacks, *next;
} shops[] = {
    {LIST("2", SHOP("a", "") "," SHOP("222",               "104")),      "店铺 (a), 店铺 (222)",               "",                                         WAREHOUSES},
    {LIST("1",        SHOP("a",         "")),                          "店铺 (a)",                          "there is no shop 222",                             WAREHOUSES                       },
    {LIST("0",        ""),         "",                               "there is no shop a; there is no shop 222",                                 WAREHOUSES},
    {LIST("2", SHOP("a", "") "," SHOP("222",               "105")),      "店铺 (a), 店铺 (222)",
     "the sid of shop 222 is 105 there",WAREHOUSES},
    {LIST("905",        SHOP("a",       "")),                        "店铺 (a)",                          "",                               "account.more 6+1+1 25,26/265"                                                                                                                      },
    {LIST("2",        "{\"store_id\":null}," SHOP("222",         "")), "店铺 (222)", "there is no shop a",
     WAREHOUSES                                             },
};

START_TEST(test_shops)
{
    kit it;

    begin(&it);
    add_store(&it);
    kit_text(&store_at(&it, 1)->sid, "104");
    kit_texts(&options_of(&it)->warehouses, "25");
    kit_text(&options_of(&it)->wid, "26");
    kit_text(&options_of(&it)->logistics_type_id, "265");
    kit_op(&it, "account.ask");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, "{\"length\":200,\"offset\":0}");
    ck_assert_msg(kit_read_text(&it, 200, NULL, shops[_i].body) == WB_OK, "%s", it.err.text);
    word_is(it.out.word.shop, shops[_i].shop);
    word_is(it.out.word.lacks, shops[_i].lacks);
    word_is(it.out.cursor, shops[_i].next);
    ck_assert_str_eq(wb_connector_more(it.connector, it.call.op, it.out.cursor)->name,
                     "account.more");
    kit_fini(&it);
}
END_TEST

START_TEST(test_official_shops)
{
    wb_view text;
    kit it;

    begin(&it);
    kit_text(&store_at(&it, 0)->store_id, "110841323773100002");
    kit_op(&it, "account.ask");
    it.copy = official("seller_list.json", &text);
    if (it.copy) {
        ck_assert_int_eq(kit_read(&it, 200, NULL, text), WB_OK);
        word_is(it.out.word.shop, "测试店铺 A (110841323773100001), Shop B (110841323773100002)");
        word_is(it.out.word.lacks, "");
    }
    kit_fini(&it);
}
END_TEST

/* --- warehouses and methods --- */

#define WH(id) "{\"wid\":" id ",\"name\":\"Yiwu\"}"
#define GONE(id) "{\"wid\":" id ",\"name\":\"Yiwu\",\"is_delete\":1}"
#define OUT(id) "{\"type_id\":\"" id "\",\"name\":\"Air\",\"is_used\":\"0\"}"
#define WAY(id) "{\"type_id\":\"" id "\",\"name\":\"Air\"}"

static const struct {
    const char *cursor, *sent, *body, *has, *lacks, *next;
} steps[] = {
    {"account.more 0 25,26/265",     "{\"length\":200,\"offset\":0,\"type\":1}", LIST("1",                                WH("25")),
     "Yiwu (25)",                                                                                                                                                                                      "",                         "account.more 1 26/265"                                                                                                        },
    {"account.more 1 26/265",        "\"type\":3",                               LIST("1",                                WH("26")),                       "Yiwu (26)",                                "",
     "account.more 2 /265"                                                                                                                                                                                                                                                                                                                                        },
    {"account.more 1 26,27/265",     "\"type\":3",                               LIST("0",                                ""),                             "",
     "there is no warehouse 26; there is no warehouse 27",                                                                                                                                                                         "account.more 2 26,27/265"                                                                                                     },
    {"account.more 1 26/",           "\"type\":3",                               LIST("300",                              WH("25")),                       "Yiwu (25)",                                "",
     "account.more 1+1+1 26/"                                                                                                                                                                                                                                                                                                                                     },
    {"account.more 1+1+1 26/",       "{\"length\":200,\"offset\":1,\"type\":3}", LIST("2",                                WH("26")),
     "Yiwu (26)",                                                                                                                                                                                      "",                         "account.more 2 /"                                                                                                             },
    {"account.more 1 Yiwu,Yi%20wu/", "\"type\":3",                               LIST("1",                                WH("26")),                       "Yiwu (26)",
     "there is no warehouse Yi wu",                                                                                                                                                                                                "account.more 2 Yi%20wu/"                                                                                                      },
    {"account.more 1 26/",           "\"type\":3",                               LIST("1",                                GONE("26")),                     "",                                         "there is no warehouse 26",
     "account.more 2 26/"                                                                                                                                                                                                                                                                                                                                         },
    {"account.more 6+200+1 26/",     "{\"length\":200,\"offset\":200}",          LIST("201",                              SHOP("222",                      "")),
     "店铺 (222)",                                                                                                                                                                                                               "",                                                                                                                              "account.more 0 26/"},
    {"account.more 5+20+1 /",                              "\"page\":2,\"provider_type\":4",                                                  LIST("21",                            WAY("266")), "Air (266)",
     "",                    ""                                                                                                                                                                                                                                                                                                                                                           },
    {"account.more 5 /",                              "\"provider_type\":4",                                                       LIST("1",                                            OUT("266")),             "", "",             ""},
    {"account.more 2 /265",                              "{\"param\":{\"length\":200,\"page\":1,\"provider_type\":0}}",
     LIST("1", WAY("264")),                                                                                                                                             "Air (264)",                                                                                                                                                                            "",                                               "account.more 3 /265"},
    {"account.more 5 /265",                              "\"provider_type\":4",                                                    LIST("1",                                         WAY("266")),             "Air (266)",
     "there is no shipping method 265",       ""                                                                                                                                                                                                                                                                                                                            },
    {"account.more 5 /265",                              "\"provider_type\":4",                                                    LIST("1",                                         WAY("265")),             "Air (265)",    "",       ""},
};

START_TEST(test_steps)
{
    kit it;

    begin(&it);
    kit_op(&it, "account.more");
    it.call.cursor = wb_view_of(steps[_i].cursor);
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, steps[_i].sent);
    ck_assert_msg(kit_read_text(&it, 200, NULL, steps[_i].body) == WB_OK, "%s", it.err.text);
    word_is(it.out.word.has, steps[_i].has);
    word_is(it.out.word.lacks, steps[_i].lacks);
    word_is(it.out.cursor, steps[_i].next);
    kit_fini(&it);
}
END_TEST

/* What may be called by its name is told with its id; of what has none the id alone. */
START_TEST(test_names)
{
    kit it;

    begin(&it);
    kit_op(&it, "account.more");
    it.call.cursor = WB_VIEW_LIT("account.more 2 /");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL,
                                   LIST("4", WAY("264") "," OUT("265") ",{\"type_id\":7},"
                                                                       "{\"name\":\"nothing\"}")),
                     WB_OK);
    ck_assert_uint_eq(it.out.item_count, 2);
    word_is(it.out.items[0].what, "shipping method");
    word_is(it.out.items[0].external, "264");
    word_is(it.out.items[0].body, "Air");
    word_is(it.out.items[1].external, "7");
    word_is(it.out.items[1].body, "");
    kit_op(&it, "account.more"); /* whose it is, by its id */
    ck_assert_int_eq(
        kit_read_text(&it, 200, NULL, LIST("1", "{\"type_id\":7,\"logistics_provider_id\":6}")),
        WB_OK);
    ck_assert_uint_eq(it.out.item_count, 2);
    word_is(it.out.items[1].what, "provider of a shipping method");
    word_is(it.out.items[1].external, "6");
    word_is(it.out.items[1].body, "7");
    kit_op(&it, "account.ask");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LIST("1", SHOP("222", ""))), WB_OK);
    word_is(it.out.items[0].what, "shop");
    word_is(it.out.items[0].external, "222");
    word_is(it.out.items[0].body, "店铺");
    kit_fini(&it);
}
END_TEST

/* A list that has more and gives nothing is no end of it: what is behind would be unknown names. */
START_TEST(test_empty_page)
{
    kit it;

    begin(&it);
    kit_op(&it, "account.more");
    it.call.cursor = WB_VIEW_LIT("account.more 0+200+1 /");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LIST("300", "")), WB_RETRY);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LIST("200", "")), WB_OK);
    word_is(it.out.cursor, "account.more 1 /");
    kit_fini(&it);
}
END_TEST

START_TEST(test_bad_steps)
{
    static const char *const bad[] = {
        "account.more",       "account.more 0",         "account.more 7 /",
        "account.more x /",   "account.more -1 /",      "account.more 1 25",
        "account.more 1+2 /", "account.more 1+2+3+4 /", "account.more 1+-2+3 /"};
    kit it;

    begin(&it);
    kit_op(&it, "account.more");
    for (size_t i = 0; i < WB_COUNT(bad); i++) {
        it.call.cursor = wb_view_of(bad[i]);
        ck_assert_msg(kit_build(&it) == WB_REJECT, "%s", bad[i]);
    }
    kit_fini(&it);
}
END_TEST

/* --- refusals --- */

static const struct {
    int status;
    const char *body;
    wb_trouble trouble;
} refusals[] = {
    {200, REFUSED("2001001"),                         WB_TROUBLE_CREDENTIALS},
    {200, REFUSED("2001002"),                         WB_TROUBLE_CREDENTIALS},
    {200, REFUSED("2001004"),                         WB_TROUBLE_GRANT      },
    {200, REFUSED("2001005"),                         WB_TROUBLE_CREDENTIALS},
    {200, REFUSED("2001007"),                         WB_TROUBLE_CLOCK      },
    {200, REFUSED("3001002"),                         WB_TROUBLE_ADDRESS    },
    {200, REFUSED("403"),                             WB_TROUBLE_GRANT      },
    {200, REFUSED("400"),                             WB_TROUBLE_HOST       },
    {200, "{\"code\":500,\"msg\":\"404 NOT_FOUND\"}", WB_TROUBLE_HOST       },
    {405, "<html>405</html>",                         WB_TROUBLE_HOST       },
    {200, REFUSED("3001008"),                         WB_TROUBLE_NONE       },
    {200, REFUSED("77"),                              WB_TROUBLE_NONE       },
};

START_TEST(test_refusals)
{
    kit it;

    begin(&it);
    kit_op(&it, "account.ask");
    ck_assert_int_ne(kit_read_text(&it, refusals[_i].status, NULL, refusals[_i].body), WB_OK);
    ck_assert_msg(it.out.trouble == refusals[_i].trouble, "%d: %s", (int)it.out.trouble,
                  it.err.text);
    kit_fini(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_shops,          WB_COUNT(shops)   },
        {test_official_shops, 0                 },
        {test_steps,          WB_COUNT(steps)   },
        {test_names,          0                 },
        {test_empty_page,     0                 },
        {test_bad_steps,      0                 },
        {test_refusals,       WB_COUNT(refusals)},
        {NULL,                0                 },
    };

    return wb_suite_run("actors.connectors.lingxing.account", suite);
}
