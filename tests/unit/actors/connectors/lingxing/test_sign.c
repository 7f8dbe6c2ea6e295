/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: the published vector and the computed ones, and what a request becomes by it. */
#include "tests/unit/actors/connectors/lingxing/lingxing_kit.h"

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

static wb_view
text_of(wb_json *json, wb_json_ref object, const char *name)
{
    wb_view text = {NULL, 0};

    wb_ignore(wb_json_text(json, wb_json_get(json, object, name), &text, name, NULL),
              "then it is empty");
    return text;
}

static void
same(wb_view got, wb_view want)
{
    ck_assert_msg(wb_view_eq(got, want), "%.*s\n%.*s", WB_VIEW_ARG(got), WB_VIEW_ARG(want));
}

/* What a build has written comes out in one form, and is signed as it stands then. */
static void
check_vector(kit *self, wb_json *json, wb_json_ref vector)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    WB_AUTO(wb_buf_fini) wb_buf sign = {0};
    WB_AUTO(wb_buf_fini) wb_buf encoded = {0};
    wb_view app = text_of(json, vector, "app_id"), token = text_of(json, vector, "access_token");
    wb_view params = text_of(json, vector, "params"), body = text_of(json, vector, "body");
    wb_view seconds = wb_json_raw(json, wb_json_get(json, vector, "timestamp"));
    const lingxing_param common[] = {
        {WB_VIEW_LIT("access_token"), token  },
        {WB_VIEW_LIT("app_key"),      app    },
        {WB_VIEW_LIT("timestamp"),    seconds},
    };
    char md5[33];

    wb_buf_init(&text, 65536);
    wb_buf_init(&sign, 128);
    wb_buf_init(&encoded, 256);
    wb_request_clear(&self->request);
    wb_buf_add_view(&self->request.body, params.len ? params : body);
    if (self->request.body.len)
        ck_assert_int_eq(lingxing_seal(&self->call, &self->request, &self->err), WB_OK);
    ck_assert_msg(!lingxing_sign_text(self->json, wb_buf_view(&self->request.body), common,
                                      token.len ? WB_COUNT(common) : 0, &text, &self->err),
                  "%s", self->err.text);
    same(wb_buf_view(&text), text_of(json, vector, "canonical"));
    wb_md5_hex(md5, wb_buf_view(&text));
    ck_assert(wb_text_same_nocase(wb_view_of(md5), text_of(json, vector, "md5")));
    lingxing_sign_of(app, wb_buf_view(&text), &sign);
    same(wb_buf_view(&sign), text_of(json, vector, "sign"));
    wb_percent(&encoded, wb_buf_view(&sign), NULL);
    same(wb_buf_view(&encoded), text_of(json, vector, "sign_urlencoded"));
}

START_TEST(test_vectors)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_free) char *bytes = NULL;
    wb_view text;
    size_t count = 0;
    kit self;

    bytes = official("sign_vectors.json", &text);
    if (!bytes)
        return;
    begin(&self);
    ck_assert_int_eq(wb_json_parse(json, text, NULL), WB_OK);
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        check_vector(&self, json, at);
        count++;
    }
    ck_assert_uint_eq(count, 4);
    kit_fini(&self);
}
END_TEST

/* The published one stands here as well, so that it is met without the folder beside. */
START_TEST(test_published)
{
    WB_AUTO(wb_buf_fini) wb_buf sign = {0};

    wb_buf_init(&sign, 128);
    lingxing_sign_of(WB_VIEW_LIT("1234567890abcdef"),
                     WB_VIEW_LIT("a={\"a\":2,\"z\":1}&b=2&empty_list=[]&false=false&"
                                 "items=[{\"a\":1,\"b\":2}]&n=null"),
                     &sign);
    ck_assert_str_eq(wb_buf_text(&sign),
                     "OK5dei60ZS0Y5i8WvIZwSji7Vo70S7HnYtf+txhG7CMC3sVlLAIV+Tr2nwCfD21Y");
}
END_TEST

#define QUERY                                                                                      \
    "https://erp.example/pb/mp/shop/v2/getSellerList"                                              \
    "?access_token=to%2Fken&app_key=ak_TestOnlyKey01&timestamp=1767322800&sign="

/* A second attempt is signed anew, and not on top; the body is that of the build; nothing of it
 * shows. */
START_TEST(test_request)
{
    WB_AUTO(wb_free) char *first = NULL;
    WB_AUTO(wb_free) char *body = NULL;
    kit self;

    begin(&self);
    kit_op(&self, "account.ask");
    ck_assert_int_eq(kit_build(&self), WB_OK);
    body = wb_text_dup(wb_buf_text(&self.request.body));
    ck_assert_str_eq(body, "{\"length\":200,\"offset\":0}");
    ck_assert_int_eq(
        self.connector->sign(&self.call, WB_VIEW_LIT("to/ken"), &self.request, &self.err), WB_OK);
    first = wb_text_dup(wb_buf_text(&self.request.url));
    ck_assert_msg(strncmp(first, QUERY, strlen(QUERY)) == 0, "%s", first);
    ck_assert_ptr_null(strpbrk(first + strlen(QUERY), "+/="));
    self.call.now_utc_us += 5000000;
    ck_assert_int_eq(
        self.connector->sign(&self.call, WB_VIEW_LIT("to/ken"), &self.request, &self.err), WB_OK);
    ck_assert_str_ne(wb_buf_text(&self.request.url), first);
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&self.request.url), "timestamp=1767322805"));
    ck_assert_ptr_eq(strstr(wb_buf_text(&self.request.url), "access_token"),
                     strrchr(wb_buf_text(&self.request.url), '?') + 1);
    ck_assert_ptr_null(strstr(strstr(wb_buf_text(&self.request.url), "&sign=") + 1, "&"));
    ck_assert_str_eq(wb_buf_text(&self.request.body), body);
    same(wb_request_show_url(&self.request),
         WB_VIEW_LIT("https://erp.example/pb/mp/shop/v2/getSellerList"));
    ck_assert_int_eq(self.connector->sign(&self.call, (wb_view){0}, &self.request, &self.err),
                     WB_RETRY);
    kit_fini(&self);
}
END_TEST

/* All signs of an appId end alike: the block of padding is the same. */
START_TEST(test_keys)
{
    static const struct {
        const char *id;
        const char *key;
    } keys[] = {
        {"ak_TestOnlyKey01",        "ak_TestOnlyKey01"           },
        {"short",                   "short\0\0\0\0\0\0\0\0\0\0\0"},
        {"ak_TestOnlyKey01_longer", "ak_TestOnlyKey01"           },
    };

    for (size_t i = 0; i < WB_COUNT(keys); i++) {
        uint8_t key[WB_AES_LEN];

        lingxing_aes_key(key, wb_view_of(keys[i].id));
        ck_assert(memcmp(key, keys[i].key, WB_AES_LEN) == 0);
    }
}
END_TEST

static const struct {
    const char *body, *sealed;
} forms[] = {
    {"{}",                                                      "{}"                                },
    {"{ \"b\" : [ 1 , 2 ], \"a\": \"x y\" }",                   "{\"a\":\"x y\",\"b\":[1,2]}"       },
    {"{\"z\":null,\"o\":{\"q\":null,\"p\":1}}",                 "{\"o\":{\"p\":1},\"z\":null}"      },
    {"{\"l\":[{\"b\":{\"d\":1,\"c\":2}},[{\"b\":1,\"a\":0}]]}",
     "{\"l\":[{\"b\":{\"c\":2,\"d\":1}},[{\"a\":0,\"b\":1}]]}"                                      },
    {"{\"n\":1034123456789012345,\"d\":10.00,\"t\":\"a/b\"}",
     "{\"d\":10.00,\"n\":1034123456789012345,\"t\":\"a/b\"}"                                        },
    {"{\"B\":1,\"a\":2,\"A\":3,\"ab\":4}",                      "{\"A\":3,\"B\":1,\"a\":2,\"ab\":4}"},
};

START_TEST(test_forms)
{
    kit self;

    begin(&self);
    wb_buf_add_text(&self.request.body, forms[_i].body);
    ck_assert_int_eq(lingxing_seal(&self.call, &self.request, &self.err), WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.body), forms[_i].sealed);
    kit_fini(&self);
}
END_TEST

/* Empty is left out, null is not; what is there twice is signed by nobody. */
START_TEST(test_params)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const lingxing_param one = {WB_VIEW_LIT("app_key"), WB_VIEW_LIT("k")};
    kit self;

    begin(&self);
    wb_buf_init(&text, 4096);
    ck_assert_int_eq(lingxing_sign_text(
                         self.json, WB_VIEW_LIT("{\"z\":\"\",\"n\":null,\"o\":{},\"t\":\"1 +&\"}"),
                         &one, 1, &text, &self.err),
                     WB_OK);
    ck_assert_str_eq(wb_buf_text(&text), "app_key=k&n=null&o={}&t=1 +&");
    wb_buf_clear(&text);
    ck_assert_int_eq(
        lingxing_sign_text(self.json, WB_VIEW_LIT("{\"app_key\":1}"), &one, 1, &text, &self.err),
        WB_REJECT);
    ck_assert_int_eq(lingxing_sign_text(self.json, WB_VIEW_LIT("[1]"), &one, 1, &text, &self.err),
                     WB_REJECT);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_vectors,   0              },
        {test_published, 0              },
        {test_request,   0              },
        {test_keys,      0              },
        {test_forms,     WB_COUNT(forms)},
        {test_params,    0              },
        {NULL,           0              },
    };

    return wb_suite_run("actors.connectors.lingxing.sign", rows);
}
