/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the question whether an account is served is answered: what Temu tells of it, and what a
 * refusal says.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define TOLD(scopes)                                                                               \
    TEMU_OK                                                                                        \
    "{\"mallId\":1024,\"regionId\":211,\"expiredTime\":1790000000,\"apiScopeList\":" scopes "}}"
#define NO(code) "{\"success\":false,\"errorCode\":" code ",\"errorMsg\":\"no\"}"

static const struct {
    const char *label, *body, *shop, *region, *scopes;
    int64_t expires_s;
} told[] = {
    {"all of it",       TOLD("[\"bg.a.get\",\"bg.b.get\"]"),                   "1024", "211", "bg.a.get bg.b.get",
     1790000000                                                                                                              },
    {"no scopes",       TOLD("[]"),                                            "1024", "211", "",                  1790000000},
    {"a scope is none", TOLD("[null,\"\",\"bg.b.get\"]"),                      "1024", "211", "bg.b.get",          1790000000},
    {"ids as texts",    TEMU_OK "{\"mallId\":\"1024\",\"regionId\":\"211\"}}", "1024", "211", "",                  0         },
    {"nothing",         TEMU_OK "{}}",                                         "",     "",    "",                  0         },
    {"an absurd end",   TEMU_OK "{\"expiredTime\":99999999999}}",              "",     "",    "",                  0         },
    {"it does not end", TEMU_OK "{\"expiredTime\":0}}",                        "",     "",    "",                  0         },
};

START_TEST(what_is_told_of_it)
{
    kit self = {0};
    const wb_account_word *word = &self.out.word;

    temu_start(&self, "account.ask");
    ck_assert_msg(kit_read_text(&self, 200, NULL, told[_i].body) == WB_OK, "%s: %s", told[_i].label,
                  self.err.text);
    ck_assert_msg(wb_view_is(word->shop, told[_i].shop), "%s", told[_i].label);
    ck_assert_msg(wb_view_is(word->region, told[_i].region), "%s", told[_i].label);
    ck_assert_msg(wb_view_is(word->scopes, told[_i].scopes), "%s: %.*s", told[_i].label,
                  WB_VIEW_ARG(word->scopes));
    ck_assert_msg(word->expires_utc_us == told[_i].expires_s * WB_US_PER_S, "%s", told[_i].label);
    ck_assert_int_eq(self.out.trouble, WB_TROUBLE_NONE);
    kit_fini(&self);
}
END_TEST

/* Bytes that are no text are repaired, each into three. */
START_TEST(a_broken_scope_has_room)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    kit self = {0};

    wb_buf_init(&body, 100000);
    wb_buf_add_text(&body, TEMU_OK "{\"apiScopeList\":[\"");
    for (int i = 0; i < 40000; i++)
        wb_buf_add_char(&body, '\xff');
    wb_buf_add_text(&body, "\"]}}");
    temu_start(&self, "account.ask");
    ck_assert(kit_read_text(&self, 200, NULL, wb_buf_text(&body)) == WB_OK);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *code;
    wb_rc rc;
    wb_trouble trouble;
} refusals[] = {
    {"3000000",   WB_REJECT,  WB_TROUBLE_NONE       },
    {"3000001",   WB_SUSPEND, WB_TROUBLE_CREDENTIALS},
    {"3000012",   WB_RETRY,   WB_TROUBLE_CLOCK      },
    {"3000026",   WB_SUSPEND, WB_TROUBLE_CREDENTIALS},
    {"3000031",   WB_SUSPEND, WB_TROUBLE_HOST       },
    {"3000032",   WB_SUSPEND, WB_TROUBLE_GRANT      },
    {"3000033",   WB_SUSPEND, WB_TROUBLE_HOST       },
    {"3000034",   WB_SUSPEND, WB_TROUBLE_CREDENTIALS},
    {"4000004",   WB_RETRY,   WB_TROUBLE_NONE       },
    {"5000003",   WB_SUSPEND, WB_TROUBLE_ADDRESS    },
    {"120011072", WB_SUSPEND, WB_TROUBLE_HOST       },
    {"180020008", WB_SUSPEND, WB_TROUBLE_GRANT      },
};

START_TEST(what_a_refusal_is_about)
{
    char body[200];
    kit self = {0};

    snprintf(body, sizeof body, NO("%s"), refusals[_i].code);
    temu_start(&self, "account.ask");
    ck_assert_msg(kit_read_text(&self, 200, NULL, body) == refusals[_i].rc, "%s",
                  refusals[_i].code);
    ck_assert_msg(self.out.trouble == refusals[_i].trouble, "%s", refusals[_i].code);
    ck_assert_msg(self.out.declined == (refusals[_i].rc == WB_REJECT), "%s", refusals[_i].code);
    kit_fini(&self);
}
END_TEST

START_TEST(a_good_token_of_another_shop)
{
    kit self = {0};
    temu_options *options = temu_start(&self, "account.ask");

    kit_text(&options->mall_id, "1025");
    ck_assert(kit_read_text(&self, 200, NULL, TOLD("[]")) == WB_SUSPEND);
    ck_assert_int_eq(self.out.trouble, WB_TROUBLE_SHOP);
    ck_assert(wb_view_is(self.out.word.shop, "1024"));
    kit_text(&options->mall_id, "1024");
    ck_assert(kit_read_text(&self, 200, NULL, TOLD("[]")) == WB_OK);
    ck_assert_int_eq(self.out.trouble, WB_TROUBLE_NONE);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_told_of_it,           WB_COUNT(told)    },
        {a_broken_scope_has_room,      0                 },
        {what_a_refusal_is_about,      WB_COUNT(refusals)},
        {a_good_token_of_another_shop, 0                 },
        {NULL,                         0                 },
    };

    return wb_suite_run("actors.connectors.temu.account", rows);
}
