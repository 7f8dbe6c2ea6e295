/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature as the vendor computes it: the published vector, those of our own, and what the
 * vendor would write anew.
 */
#include <unistd.h>

#include "tests/unit/actors/connectors/lingxing/sim/sim_kit.h"

#define VECTORS WB_SOURCE_DIR "/../shared/fixtures/lingxing/sign_vectors.json"
#define TEXT_MAX 65536

typedef struct {
    const char *app_id, *query, *body, *canonical, *md5, *sign;
} vector;

/* What follows from a query and a body. */
static void
check(const vector *want)
{
    WB_AUTO(wb_sim_lingxing_params_fini) wb_sim_lingxing_params params = {0};
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf canonical = {0};
    char md5[33], sign[WB_SIM_LINGXING_SIGN_LEN + 1];

    wb_buf_init(&canonical, TEXT_MAX);
    wb_sim_lingxing_params_init(&params);
    wb_sim_lingxing_params_query(&params, wb_view_of(want->query));
    if (want->body) {
        ck_assert(!wb_json_parse(json, wb_view_of(want->body), NULL));
        wb_sim_lingxing_params_body(&params, json);
    }
    ck_assert(!params.unusable);
    wb_sim_lingxing_canonical(&params, &canonical);
    ck_assert_str_eq(wb_buf_text(&canonical), want->canonical);
    wb_sim_lingxing_md5(md5, wb_buf_view(&canonical));
    ck_assert_str_eq(md5, want->md5);
    wb_sim_lingxing_sign(sign, wb_view_of(want->app_id), wb_buf_view(&canonical));
    ck_assert_str_eq(sign, want->sign);
}

/* The public one as it is published, nested keys in their order. */
START_TEST(test_published)
{
    check(&(vector){
        .app_id = "1234567890abcdef",
        .query = "",
        .body = "{\"z\":\"\",\"n\":null,\"b\":2,\"a\":{\"a\":2,\"z\":1},\"items\":[{\"a\":1,"
                "\"b\":2}],\"false\":false,\"empty_list\":[]}",
        .canonical = "a={\"a\":2,\"z\":1}&b=2&empty_list=[]&false=false&items=[{\"a\":1,\"b\":2}]"
                     "&n=null",
        .md5 = "F50D8DD54BE1B7FE1D54A70889DBE800",
        .sign = "OK5dei60ZS0Y5i8WvIZwSji7Vo70S7HnYtf+txhG7CMC3sVlLAIV+Tr2nwCfD21Y",
    });
    check(&(vector){
        .app_id = "ak_TestOnlyKey01",
        .query = "sign=left%2Bout&access_token=00000000-1111-2222-3333-444444444444&timestamp="
                 "1760000002&app_key=ak_TestOnlyKey01",
        .canonical = "access_token=00000000-1111-2222-3333-444444444444&app_key=ak_TestOnlyKey01"
                     "&timestamp=1760000002",
        .md5 = "1E1BAAE23DA5E7EEC2342275288A662A",
        .sign = "92dzkGtqG2XcN8FmwI8X9D6wHzWkyqpxTGAacQReogV05onwA5L7tLYOTQZVQtoe",
    });
}
END_TEST

static char *
member(wb_json *json, wb_json_ref row, const char *name)
{
    wb_view text = {NULL, 0};

    ck_assert(!wb_json_text(json, wb_json_get(json, row, name), &text, name, NULL));
    return text.data ? wb_text_dup_len(text.data, text.len) : NULL;
}

/* All of ../shared. That the public one has nested keys out of order is the caller's to mend: what
 * arrives is signed as it stands. */
static void
check_row(wb_json *json, wb_json_ref row)
{
    WB_AUTO(wb_free)
    char *app_id = member(json, row, "app_id"), *body = member(json, row, "body"),
         *token = member(json, row, "access_token"), *canonical = member(json, row, "canonical"),
         *md5 = member(json, row, "md5"), *sign = member(json, row, "sign");
    int64_t at_s = 0;
    char query[256];

    ck_assert(!wb_json_int(json, wb_json_get(json, row, "timestamp"), &at_s, "", NULL));
    if (!token)
        return;
    (void)snprintf(query, sizeof query, "access_token=%s&app_key=%s&timestamp=%lld", token, app_id,
                   (long long)at_s);
    check(&(vector){app_id, query, body, canonical, md5, sign});
}

START_TEST(test_vectors)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    FILE *file = fopen(VECTORS, "rb");
    int count = 0;

    if (!file) {
        printf("left out: the vectors are not at ../shared/fixtures/lingxing\n");
        return;
    }
    wb_buf_init(&text, TEXT_MAX);
    size_t len = fread(wb_buf_room(&text, TEXT_MAX - 1), 1, TEXT_MAX - 1, file);
    wb_buf_grew(&text, len);
    (void)fclose(file);
    ck_assert(!wb_json_parse(json, wb_buf_view(&text), NULL));
    for (wb_json_ref row = wb_json_first(json, 0); row != WB_JSON_NONE;
         row = wb_json_next(json, row), count++)
        check_row(json, row);
    ck_assert_int_ge(count, 4);
}
END_TEST

/* Bodies whose nested values the vendor would write in another way. */
START_TEST(test_what_is_not_compact)
{
    static const struct {
        const char *body;
        bool usable;
    } rows[] = {
        {"{\"a\":[1,2]}",                      true },
        {"{\"a\":[1, 2]}",                     false},
        {"{\"a\":{\"b\": 1}}",                 false},
        {"{\"a\":[\"x y\"]}",                  true },
        {"{\"a\":[\"\\u4e2d\"]}",              false},
        {"{\"a\":[\"b\\/c\"]}",                false},
        {"{\"a\":[\"b\\\"c , d\"]}",           true },
        {"{ \"a\" : \"\\u4e2d\" , \"b\" : 1}", true }, /* nothing of it is nested */
    };
    WB_AUTO(wb_sim_lingxing_params_fini) wb_sim_lingxing_params params = {0};
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();

    wb_sim_lingxing_params_init(&params);
    ck_assert(!wb_json_parse(json, wb_view_of(rows[_i].body), NULL));
    wb_sim_lingxing_params_body(&params, json);
    ck_assert_msg(params.unusable != rows[_i].usable, "%s", rows[_i].body);
}
END_TEST

/* Keys that have another length: as the vendor's own PHP does. */
START_TEST(test_keys)
{
    char short_one[65], filled[65], long_one[65], cut[65];

    wb_sim_lingxing_sign(short_one, WB_VIEW_LIT("abc"), WB_VIEW_LIT("a=1"));
    wb_sim_lingxing_sign(filled, (wb_view){"abc\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
                         WB_VIEW_LIT("a=1"));
    wb_sim_lingxing_sign(long_one, WB_VIEW_LIT("0123456789abcdefXYZ"), WB_VIEW_LIT("a=1"));
    wb_sim_lingxing_sign(cut, WB_VIEW_LIT("0123456789abcdef"), WB_VIEW_LIT("a=1"));
    ck_assert_str_eq(short_one, filled);
    ck_assert_str_eq(long_one, cut);
    ck_assert_str_ne(short_one, cut);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_published,           0},
        {test_vectors,             0},
        {test_what_is_not_compact, 8},
        {test_keys,                0},
        {NULL,                     0},
    };

    return wb_suite_run("actors.connectors.lingxing.sim.sign", tests);
}
