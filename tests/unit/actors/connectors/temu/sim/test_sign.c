/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated side's own signature: what the vendor published, and what a body may look like.
 */
#include "tools/sim/systems/temu/sign.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VECTORS WB_SOURCE_DIR "/../shared/fixtures/temu/sign_vectors.json"
#define TEXT_MAX 100000

static void
read_file(const char *path, wb_buf *out)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    while (fd >= 0 && (got = read(fd, wb_buf_room(out, 4096), 4096)) > 0)
        wb_buf_grew(out, (size_t)got);
}

/* What is signed of a body, and how. */
static void
check(const char *body, const char *secret, const char *joined, const char *sign)
{
    char got[WB_SIM_TEMU_SIGN_LEN + 1];
    wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, TEXT_MAX);
    ck_assert_msg(!wb_json_parse(json, wb_view_of(body), NULL), "%s", body);
    ck_assert(wb_sim_temu_signed_text(json, &text));
    ck_assert_str_eq(wb_buf_text(&text), joined);
    wb_sim_temu_sign(got, wb_buf_view(&text), secret);
    if (sign)
        ck_assert_str_eq(got, sign);
    wb_json_destroy(&json);
}

static char *
text_of(wb_json *json, wb_json_ref row, const char *name)
{
    wb_view text = {NULL, 0};

    ck_assert(!wb_json_text(json, wb_json_get(json, row, name), &text, name, NULL) && text.len);
    return wb_text_dup_len(text.data, text.len);
}

START_TEST(test_vectors)
{
    WB_AUTO(wb_buf_fini) wb_buf file = {0};
    wb_json *json = wb_json_new();
    int count = 0;

    wb_buf_init(&file, TEXT_MAX);
    read_file(VECTORS, &file);
    if (!file.len) {
        printf("skipped: the vendor's vectors are not at ../shared/fixtures/temu\n");
        wb_json_destroy(&json);
        return;
    }
    ck_assert(!wb_json_parse(json, wb_buf_view(&file), NULL));
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        WB_AUTO(wb_free) char *body = text_of(json, at, "body");
        WB_AUTO(wb_free) char *secret = text_of(json, at, "app_secret");
        WB_AUTO(wb_free) char *joined = text_of(json, at, "canonical");
        WB_AUTO(wb_free) char *sign = text_of(json, at, "sign");
        check(body, secret, joined, sign);
        count++;
    }
    ck_assert_int_ge(count, 5);
    wb_json_destroy(&json);
}
END_TEST

/* What counts of a body, whatever else stands in it. */
static const struct {
    const char *body, *joined;
} bodies[] = {
    {"{\"b\":1,\"a\":\"x\"}",                      "axb1"                      },
    {"{\"aa\":1,\"a_1\":2,\"aB\":3}",              "aB3a_12aa1"                },
    {"{\"a\":\"\",\"b\":null,\"c\":true}",         "actrue"                    },
    {"{\"sign\":\"S\",\"a\":0,\"sign\":\"T\"}",    "a0"                        },
    {"{\"a\": [ {\"z\": 1,  \"b\": \"x y\"} ] }",  "a[{\"z\":1,\"b\":\"x y\"}]"},
    {"{\"a\":[\"\\u624b\\/\"],\"b\":\"\\u624b\"}", "a[\"手/\"]b手"           },
    {"{\"a\":{\"n\":null,\"f\":1.50}}",            "a{\"n\":null,\"f\":1.50}"  },
    {"{\"a\":897039159485005824}",                 "a897039159485005824"       },
};

START_TEST(test_what_counts)
{
    check(bodies[_i].body, "secret", bodies[_i].joined, NULL);
}
END_TEST

START_TEST(test_published_by_hand)
{
    check("{\"type\":\"bg.order.list.v2.get\",\"app_key\":\"11112222333344445555666677778888\","
          "\"access_token\":\"exampletoken0000000000000000000000000000000000000000000001\","
          "\"data_type\":\"JSON\",\"timestamp\":\"1760000000\",\"pageNumber\":1,\"pageSize\":100,"
          "\"updateAtStart\":1759996400,\"updateAtEnd\":1760000000,\"sortby\":\"updateTime\"}",
          "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567",
          "access_tokenexampletoken0000000000000000000000000000000000000000000001app_key"
          "11112222333344445555666677778888data_typeJSONpageNumber1pageSize100sortbyupdateTime"
          "timestamp1760000000typebg.order.list.v2.getupdateAtEnd1760000000"
          "updateAtStart1759996400",
          "EF75C2C09AD68714189D30BD24222203");
}
END_TEST

/* Of two members of a name the first counts. */
START_TEST(test_first_of_two)
{
    wb_json *json = wb_json_new();
    wb_view text = {NULL, 0};

    ck_assert(!wb_json_parse(json, WB_VIEW_LIT("{\"sign\":\"A\",\"sign\":\"B\"}"), NULL));
    ck_assert(!wb_json_text(json, wb_sim_temu_member(json, "sign"), &text, "sign", NULL));
    ck_assert(wb_view_is(text, "A"));
    ck_assert_uint_eq(wb_sim_temu_member(json, "none"), WB_JSON_NONE);
    wb_json_destroy(&json);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_vectors,           0               },
        {test_what_counts,       WB_COUNT(bodies)},
        {test_published_by_hand, 0               },
        {test_first_of_two,      0               },
        {NULL,                   0               },
    };

    return wb_suite_run("actors.connectors.temu.sim.sign", tests);
}
