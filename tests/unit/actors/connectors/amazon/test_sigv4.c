/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/amazon/sigv4.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define TOKEN                                                                                      \
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSP" \
    "fIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT" \
    "7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlz" \
    "m8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
#define LETTERS "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Named after the cases of the vendor's suite whose rules they hold; each signature was computed
 * by a second implementation, in Python. */
static const struct {
    const char *label, *method, *path;
    const char *headers[8]; /* name, value, ... */
    const char *body, *token, *signature;
} cases[] = {
    {"get-vanilla",
     "GET",  "/",
     {NULL},
     "",              NULL,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"no path at all",
     "GET",  "",
     {NULL},
     "",              NULL,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"query-order-key-case",
     "GET",  "/?Param2=value2&Param1=value1",
     {NULL},
     "",              NULL,
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"query-order-value: the same name, by its values",
     "GET",  "/?Param1=value2&Param1=value1",
     {NULL},
     "",              NULL,
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"the same name, as it comes",
     "GET",  "/?Param1=value1&Param1=value2",
     {NULL},
     "",              NULL,
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"the same name, one value the beginning of another, and one empty",
     "GET",  "/?Param1=value2&Param1=value10&Param1&Param1=value1",
     {NULL},
     "",              NULL,
     "a99b08fee595a17279d47779d17d9707723d808eae6291b7ca6e432227b0e848"},
    {"empty-query-key",
     "GET",  "/?Param1=value1",
     {NULL},
     "",              NULL,
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"query-unreserved",
     "GET",  "/?" LETTERS "=" LETTERS,
     {NULL},
     "",              NULL,
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"utf8-query",
     "GET",  "/?\xe1\x88\xb4=bar",
     {NULL},
     "",              NULL,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"utf8-query, encoded before",
     "GET",  "/?%E1%88%B4=bar",
     {NULL},
     "",              NULL,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"utf8",
     "GET",  "/\xe1\x88\xb4",
     {NULL},
     "",              NULL,
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"unreserved",
     "GET",  "/" LETTERS,
     {NULL},
     "",              NULL,
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"slashes",
     "GET",  "//example//",
     {NULL},
     "",              NULL,
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"slash-dot-slash",
     "GET",  "/./",
     {NULL},
     "",              NULL,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"relative-relative",
     "GET",  "/example1/example2/../..",
     {NULL},
     "",              NULL,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"slash-pointless-dot",
     "GET",  "/./example",
     {NULL},
     "",              NULL,
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"header-value-trim",
     "GET",  "/",
     {"My-Header1", " value1", "My-Header2", " \"a   b   c\"", NULL},
     "",              NULL,
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"header-key-duplicate",
     "GET",  "/",
     {"My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1", NULL},
     "",              NULL,
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"header-value-multiline",
     "GET",  "/",
     {"My-Header1", "value1\n  value2\n     value3", NULL},
     "",              NULL,
     "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"},
    {"post-vanilla",
     "POST", "/",
     {NULL},
     "",              NULL,
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-vanilla-query",
     "POST", "/?Param1=value1",
     {NULL},
     "",              NULL,
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-header-key-case",
     "POST", "/",
     {"MY-HEADER1", "value1", NULL},
     "",              NULL,
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-x-www-form-urlencoded",
     "POST", "/",
     {"Content-Type", "application/x-www-form-urlencoded", NULL},
     "Param1=value1", NULL,
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"post-sts-header-before",
     "POST", "/",
     {NULL},
     "",              TOKEN,
     "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
    {"what a proxy may change is not signed",
     "GET",  "/",
     {"User-Agent", "waybill", "Connection", "close", NULL},
     "",              NULL,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
};

static amazon_signing
suite_signing(const char *token)
{
    amazon_signing signing = {
        .access_key_id = WB_VIEW_LIT("AKIDEXAMPLE"),
        .secret = WB_VIEW_LIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        .session_token = wb_view_of(token),
        .region = WB_VIEW_LIT("us-east-1"),
        .service = WB_VIEW_LIT("service"),
    };

    ck_assert(wb_time_parse(&signing.utc_us, WB_VIEW_LIT("2015-08-30T12:36:00Z"), NULL) == WB_OK);
    return signing;
}

static void
assert_signature(const wb_request *request, const char *label, const char *want)
{
    wb_view got = wb_request_find_header(request, "authorization");

    ck_assert_msg(got.len > 64 && wb_view_is((wb_view){got.data + got.len - 64, 64}, want),
                  "%s: %.*s", label, WB_VIEW_ARG(got));
}

START_TEST(test_known_answers)
{
    amazon_signing signing = suite_signing(cases[_i].token);
    wb_request request;
    wb_err err = {0};

    wb_request_init(&request);
    request.method = cases[_i].method;
    wb_buf_addf(&request.url, "https://example.amazonaws.com%s", cases[_i].path);
    wb_buf_add_text(&request.body, cases[_i].body);
    for (size_t i = 0; cases[_i].headers[i]; i += 2)
        wb_request_header(&request, cases[_i].headers[i], wb_view_of(cases[_i].headers[i + 1]),
                          false);
    ck_assert_msg(amazon_sigv4(&signing, &request, &err) == WB_OK, "%s", err.text);
    assert_signature(&request, cases[_i].label, cases[_i].signature);
    /* signed again, as a second attempt is: the same, and no header twice */
    ck_assert(amazon_sigv4(&signing, &request, &err) == WB_OK);
    assert_signature(&request, cases[_i].label, cases[_i].signature);
    wb_request_fini(&request);
}
END_TEST

START_TEST(test_host_has_its_port_only_when_it_is_sent)
{
    static const struct {
        const char *url, *host;
    } rows[] = {
        {"https://h:443/",        "host:h\n"             },
        {"http://h:80/",          "host:h\n"             },
        {"http://h:443/",         "host:h:443\n"         },
        {"https://h:8443/x",      "host:h:8443\n"        },
        {"http://127.0.0.1:5000", "host:127.0.0.1:5000\n"}
    };
    wb_request request;

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        WB_AUTO(wb_buf_fini) wb_buf out = {0};
        WB_AUTO(wb_buf_fini) wb_buf names = {0};

        wb_buf_init(&out, 4096);
        wb_buf_init(&names, 4096);
        wb_request_init(&request);
        request.method = "GET";
        wb_buf_add_text(&request.url, rows[i].url);
        ck_assert(amazon_sigv4_canonical(&request, &out, &names, NULL) == WB_OK);
        ck_assert_msg(strstr(wb_buf_text(&out), rows[i].host) != NULL, "%s", wb_buf_text(&out));
        wb_request_fini(&request);
    }
}
END_TEST

START_TEST(test_secret_headers_are_marked)
{
    amazon_signing signing = suite_signing("session");
    wb_request request;

    wb_request_init(&request);
    request.method = "GET";
    wb_buf_add_text(&request.url, "https://h/");
    ck_assert(amazon_sigv4(&signing, &request, NULL) == WB_OK);
    ck_assert_uint_eq(request.header_count, 3);
    for (size_t i = 0; i < request.header_count; i++)
        ck_assert(request.headers[i].secret ==
                  (strcmp(request.headers[i].name, "X-Amz-Date") != 0));
    wb_request_fini(&request);
}
END_TEST

/* A dry run shows that it is signed and for what, but nothing that could be sent. */
START_TEST(test_what_a_dry_run_shows)
{
    static const char before[] =
        "AWS4-HMAC-SHA256 Credential=***/20150830/us-east-1/service/"
        "aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa3***";
    amazon_signing signing = suite_signing(NULL);
    wb_request request;

    wb_request_init(&request);
    request.method = "GET";
    wb_buf_add_text(&request.url, "https://example.amazonaws.com/");
    for (int attempt = 0; attempt < 2; attempt++) {
        const wb_header *header;

        ck_assert(amazon_sigv4(&signing, &request, NULL) == WB_OK);
        header = &request.headers[request.header_count - 1];
        ck_assert_str_eq(header->name, "Authorization");
        ck_assert_msg(wb_view_is(header->shown, before), "%.*s", WB_VIEW_ARG(header->shown));
    }
    wb_request_fini(&request);
}
END_TEST

START_TEST(test_what_is_no_url_is_refused)
{
    amazon_signing signing = suite_signing(NULL);
    wb_request request;

    wb_request_init(&request);
    request.method = "GET";
    wb_buf_add_text(&request.url, "nothing");
    ck_assert(amazon_sigv4(&signing, &request, NULL) == WB_REJECT);
    wb_request_fini(&request);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_known_answers,                          (int)WB_COUNT(cases)},
        {test_host_has_its_port_only_when_it_is_sent, 1                   },
        {test_secret_headers_are_marked,              1                   },
        {test_what_a_dry_run_shows,                   1                   },
        {test_what_is_no_url_is_refused,              1                   },
        {NULL,                                        0                   }
    };

    return wb_suite_run("actors.connectors.amazon.sigv4", rows);
}
