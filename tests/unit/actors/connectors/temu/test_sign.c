/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature: every vector that the vendor published or that two public clients agree on, the
 * very bytes that leave, and what is not sent because nobody knows how it is signed.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

static char *vectors;
static wb_json *document;
static int vector_count;

static wb_view
member(wb_json_ref row, const char *name)
{
    wb_view text = {NULL, 0};

    ck_assert(wb_json_text(document, wb_json_get(document, row, name), &text, name, NULL) == WB_OK);
    return text;
}

static wb_json_ref
row_at(int index)
{
    wb_json_ref at = wb_json_first(document, 0);

    while (index-- > 0)
        at = wb_json_next(document, at);
    return at;
}

START_TEST(each_vector_is_met)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf joined = {0};
    WB_AUTO(wb_free) char *secret = NULL;
    wb_json_ref row = row_at(_i);
    wb_view name = member(row, "name"), text = member(row, "app_secret");
    char sign[33];

    secret = wb_text_dup_len(text.data, text.len);
    wb_buf_init(&joined, 100000);
    ck_assert(temu_joined(json, member(row, "body"), &joined, NULL) == WB_OK);
    ck_assert_msg(wb_view_eq(wb_buf_view(&joined), member(row, "canonical")), "%.*s",
                  WB_VIEW_ARG(name));
    temu_digest(sign, secret, wb_buf_view(&joined));
    ck_assert_msg(wb_view_is(member(row, "sign"), sign), "%.*s: %s", WB_VIEW_ARG(name), sign);
}
END_TEST

/* Of a whole request that this connector makes: vector (b) of our notes, with a timestamp that is a
 * number, which is signed alike. */
START_TEST(a_request_is_signed_as_it_leaves)
{
    kit self;

    temu_start(&self, "orders.list");
    self.call.now_utc_us = INT64_C(1760000000) * WB_US_PER_S + 999999;
    self.call.page_max = 100;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (attempt == 0)
            ck_assert(kit_build(&self) == WB_OK);
        ck_assert(temu_sign(&self.call, (wb_view){NULL, 0}, &self.request, &self.err) == WB_OK);
        ck_assert_str_eq(
            wb_buf_text(&self.request.body),
            "{\"type\":\"bg.order.list.v2.get\",\"app_key\":\"11112222333344445555666677778888\","
            "\"data_type\":\"JSON\",\"pageNumber\":1,\"pageSize\":100,\"updateAtStart\":1759996400,"
            "\"updateAtEnd\":1760000000,\"sortby\":\"updateTime\",\"access_token\":"
            "\"exampletoken0000000000000000000000000000000000000000000001\","
            "\"timestamp\":1760000000,\"sign\":\"EF75C2C09AD68714189D30BD24222203\"}");
    }
    self.call.now_utc_us += WB_US_PER_S;
    ck_assert(temu_sign(&self.call, (wb_view){NULL, 0}, &self.request, &self.err) == WB_OK);
    ck_assert(temu_body_has(&self, "\"timestamp\":1760000001,\"sign\":\""));
    ck_assert(!temu_body_has(&self, "1760000000,\"sign\""));
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *body, *joined; /* NULL: refused */
} joins[] = {
    {"{\"b\":\"2\",\"a\":1}",                            "a1b2"                      },
    {"{\"a_1\":1,\"aa\":2,\"aB\":3,\"a\":4}",            "a4aB3a_11aa2"              }, /* by bytes */
    {"{\"a\":\"\",\"b\":null,\"c\":false}",              "acfalse"                   },
    {"{\"a\":[{\"z\":1,\"b\":\"x/y\"}],\"sign\":\"s\"}", "a[{\"z\":1,\"b\":\"x/y\"}]"},
    {"{\"a\":\"\xe7\xba\xa2\"}",                         "a\xe7\xba\xa2"             },
    {"{}",                                               ""                          },
    {"[]",                                               NULL                        },
    {"{\"a\":",                                          NULL                        },
};

START_TEST(members_are_joined_by_their_bytes)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf joined = {0};
    wb_rc rc;

    wb_buf_init(&joined, 1000);
    rc = temu_joined(json, wb_view_of(joins[_i].body), &joined, NULL);
    ck_assert_int_eq(rc, joins[_i].joined ? WB_OK : WB_REJECT);
    if (joins[_i].joined)
        ck_assert_str_eq(wb_buf_text(&joined), joins[_i].joined);
}
END_TEST

/* Public clients sign these in different ways: an order whose number has one is not asked for. */
START_TEST(what_nobody_knows_how_to_sign_is_not_sent)
{
    static const char *const ids[] = {"PO<1", "PO>1", "PO&1", "PO\\1", "PO\"1", "PO\t1"};
    kit self;

    for (size_t i = 0; i < WB_COUNT(ids); i++) {
        char key[64];
        WB_AUTO(wb_buf_fini) wb_buf printed = {0};

        temu_start(&self, "orders.get");
        wb_buf_init(&printed, 1000);
        ck_assert(wb_key_print(&printed, WB_VIEW_LIT("t"), WB_VIEW_LIT("a"), WB_RECORD_ORDER,
                               wb_view_of(ids[i]), NULL) == WB_OK);
        kit_item(&self, "1");
        snprintf(key, sizeof key, "%s", wb_buf_text(&printed));
        self.envs[0].record = wb_view_of(key);
        ck_assert_msg(kit_build(&self) == WB_REJECT, "%s", ids[i]);
        ck_assert(strstr(self.err.text, "sign") != NULL);
        kit_fini(&self);
    }
    temu_start(&self, "orders.get");
    kit_item(&self, "PO-\xe7\xba\xa2");
    ck_assert(kit_build(&self) == WB_OK);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    vectors = temu_official() ? temu_file("sign_vectors.json") : wb_text_dup("[]");
    document = wb_json_new();
    if (wb_json_parse(document, wb_view_of(vectors), NULL))
        return 1;
    vector_count = (int)wb_json_count(document, 0);
    {
        const wb_suite_row rows[] = {
            {a_request_is_signed_as_it_leaves,          0              },
            {members_are_joined_by_their_bytes,         WB_COUNT(joins)},
            {what_nobody_knows_how_to_sign_is_not_sent, 0              },
            {vector_count ? each_vector_is_met : NULL,  vector_count   },
            {NULL,                                      0              },
        };
        int failed = wb_suite_run("actors.connectors.temu.sign", rows);

        wb_json_destroy(&document);
        wb_free(&vectors);
        return failed || vector_count ? failed : WB_TEST_SKIPPED;
    }
}
