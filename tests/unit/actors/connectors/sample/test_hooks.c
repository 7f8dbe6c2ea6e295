/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shop sends by itself. The signatures were made by another program.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/sample/sample.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define TWO_ORDERS                                                                                 \
    "{\"orders\":[{\"id\":\"1\",\"updated\":\"2026-01-02T03:00:00Z\"},{\"id\":\"2\"}]}"
#define NO_ORDERS "{\"orders\":[]}"
#define TWO_SIGNED "604dad1dbb276723e2e2bb3d0e22a1cb7a03a4f9a25ff7f524510c8544616313"
#define NONE_SIGNED "fa6aec41b661371a18740a82a86a8d7219636fcfa6c8ba3e65280a440ceb86f2"
#define HEADERS(time, nonce, signature)                                                            \
    "X-Sample-Time: " time "\r\nX-Sample-Nonce: " nonce "\r\nX-Sample-Signature: " signature "\r"  \
    "\n"
#define NOW "1767322800" /* KIT_NOW_US */

/* A memory of one nonce. */
typedef struct {
    wb_nonce says;
    size_t asked;
} memory;

static wb_nonce
known(void *arg, wb_view nonce, const uint8_t body_sha256[32])
{
    memory *self = arg;

    ck_assert(wb_view_is(nonce, "nonce-0001") && body_sha256);
    self->asked++;
    return self->says;
}

static wb_hook
hook_of(kit *self, const char *headers, const char *body)
{
    sample_options *options = self->options;

    kit_text(&options->hook_secret, "key-of-the-shop");
    return (wb_hook){.options = options,
                     .json = self->json,
                     .method = WB_VIEW_LIT("POST"),
                     .headers = wb_view_of(headers),
                     .body = wb_view_of(body),
                     .now_utc_us = KIT_NOW_US};
}

static wb_hook_answer
take(kit *self, wb_hook *hook, memory *nonces)
{
    wb_nonce_memory asks = {known, nonces};
    wb_hook_answer answer;

    wb_hook_take(&wb_connector_sample, hook, &asks, &answer, &self->out);
    return answer;
}

START_TEST(what_is_signed_is_taken)
{
    memory nonces = {.says = WB_NONCE_NEW};
    wb_hook_answer answer;
    wb_hook hook;
    kit self;

    kit_init(&self, &wb_connector_sample);
    hook = hook_of(&self, HEADERS(NOW, "nonce-0001", TWO_SIGNED), TWO_ORDERS);
    answer = take(&self, &hook, &nonces);
    ck_assert_int_eq(answer.verdict, WB_HOOK_TAKEN);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(wb_view_is(answer.body, "{\"taken\":2}"));
    ck_assert(wb_view_is(answer.nonce, "nonce-0001") && answer.nonce_keep_ms >= 600000);
    ck_assert_uint_eq(nonces.asked, 1);
    ck_assert_uint_eq(self.out.item_count, 2);
    ck_assert(wb_view_is(self.out.items[0].external, "1"));
    ck_assert_int_eq(self.out.items[0].kind, WB_KIND_NOTICE);
    ck_assert_int_eq(self.out.items[0].source_utc_us, KIT_NOW_US);
    kit_fini(&self);
}
END_TEST

/* The same nonce and body: the same answer, whenever it comes, and nothing is taken twice. */
START_TEST(a_repeat_is_answered_as_it_was)
{
    memory nonces = {.says = WB_NONCE_SAME};
    wb_hook_answer answer;
    wb_hook hook;
    kit self;

    kit_init(&self, &wb_connector_sample);
    hook = hook_of(&self, HEADERS(NOW, "nonce-0001", TWO_SIGNED), TWO_ORDERS);
    hook.now_utc_us += INT64_C(12) * 3600 * WB_US_PER_S;
    answer = take(&self, &hook, &nonces);
    ck_assert_int_eq(answer.verdict, WB_HOOK_TAKEN);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(wb_view_is(answer.body, "{\"taken\":2}"));
    ck_assert_uint_eq(self.out.item_count, 0);
    kit_fini(&self);
}
END_TEST

static const char of_none[] = HEADERS(NOW, "nonce-0001", NONE_SIGNED);
static const char of_two[] = HEADERS(NOW, "nonce-0001", TWO_SIGNED);
static const char later[] = HEADERS("1767322801", "nonce-0001", NONE_SIGNED);
static const char another[] = HEADERS(NOW, "nonce-0002", NONE_SIGNED);
static const char half[] = HEADERS(NOW, "nonce-0001", "fa6aec41b6");
static const char bare[] = "X-Sample-Time: " NOW "\r\nX-Sample-Nonce: nonce-0001\r\n";
static const char no_nonce[] = "X-Sample-Time: " NOW "\r\n";
static const char short_nonce[] =
    HEADERS(NOW, "nonce", "856fd3cec2a9f17068804d6634bd4b6f9df8590faae29355229a8b42822b34dc");
static const char too_old[] = HEADERS(
    "1767322499", "nonce-0001", "68d3158da46681071a65c1409e96c6b6b86ac6db898d1c0374dfa45af363d009");
static const char too_new[] = HEADERS(
    "1767323101", "nonce-0001", "2fc4b5aa24d08e500bed8a7eb34ce7e6c9dd08f00c27659ca9839fc377c9c426");
static const char no_time[] = HEADERS(
    "soon", "nonce-0001", "bbdf6126c20fbfe39914eb0bd28d7dd8239a98d7ae5cbd0b859a0181cff15c71");
static const char no_list[] =
    HEADERS(NOW, "nonce-0001", "f63e7f39a7bb3ef255838a57fdddf19c5a5dc3a8da0ac8974a2269eb53e9d538");

static const struct {
    const char *what, *method, *headers, *body;
    const char *secret; /* NULL = the right one */
    wb_nonce says;
    int status;
    const char *reason;
} refusals[] = {
    {"another body",        "POST", of_two,      NO_ORDERS, NULL, WB_NONCE_NEW,     401, "signature"   },
    {"another time",        "POST", later,       NO_ORDERS, NULL, WB_NONCE_NEW,     401, "signature"   },
    {"another nonce",       "POST", another,     NO_ORDERS, NULL, WB_NONCE_NEW,     401, "signature"   },
    {"another secret",      "POST", of_none,     NO_ORDERS, "k",  WB_NONCE_NEW,     401, "signature"   },
    {"half a signature",    "POST", half,        NO_ORDERS, NULL, WB_NONCE_NEW,     401, "signature"   },
    {"no signature",        "POST", bare,        NO_ORDERS, NULL, WB_NONCE_NEW,     401, "signature"   },
    {"no nonce",            "POST", no_nonce,    NO_ORDERS, NULL, WB_NONCE_NEW,     401, "nonce"       },
    {"a short nonce",       "POST", short_nonce, NO_ORDERS, NULL, WB_NONCE_NEW,     401, "nonce"       },
    {"too old",             "POST", too_old,     NO_ORDERS, NULL, WB_NONCE_NEW,     401, "five minutes"},
    {"too far ahead",       "POST", too_new,     NO_ORDERS, NULL, WB_NONCE_NEW,     401, "five minutes"},
    {"no time",             "POST", no_time,     NO_ORDERS, NULL, WB_NONCE_NEW,     401, "five minutes"},
    {"no list",             "POST", no_list,     "nothing", NULL, WB_NONCE_NEW,     400, "list"        },
    {"a nonce used before", "POST", of_none,     NO_ORDERS, NULL, WB_NONCE_OTHER,   409, "nonce"       },
    {"no memory",           "POST", of_none,     NO_ORDERS, NULL, WB_NONCE_UNASKED, 409, "nonce"       },
    {"another method",      "PUT",  of_none,     NO_ORDERS, NULL, WB_NONCE_NEW,     405, "POST"        },
    {"no secret",           "POST", of_none,     NO_ORDERS, "",   WB_NONCE_NEW,     404, "hook_secret" },
};

START_TEST(what_is_not_as_it_should_be_is_refused)
{
    memory nonces = {.says = refusals[_i].says};
    wb_hook_answer answer;
    wb_hook hook;
    kit self;

    kit_init(&self, &wb_connector_sample);
    hook = hook_of(&self, refusals[_i].headers, refusals[_i].body);
    hook.method = wb_view_of(refusals[_i].method);
    if (refusals[_i].secret)
        kit_text(&((sample_options *)self.options)->hook_secret, refusals[_i].secret);
    answer = take(&self, &hook, &nonces);
    ck_assert_msg(answer.verdict == WB_HOOK_REFUSED, "%s", refusals[_i].what);
    ck_assert_msg(answer.status == refusals[_i].status, "%s: %d", refusals[_i].what, answer.status);
    ck_assert_msg(strstr(answer.reason, refusals[_i].reason) != NULL, "%s: %s", refusals[_i].what,
                  answer.reason);
    ck_assert_uint_eq(self.out.item_count, 0);
    ck_assert(!answer.body.len);
    kit_fini(&self);
}
END_TEST

/* Five minutes is still in time. */
START_TEST(the_window_has_its_edge)
{
    memory nonces = {.says = WB_NONCE_NEW};
    wb_hook_answer answer;
    wb_hook hook;
    kit self;

    kit_init(&self, &wb_connector_sample);
    hook = hook_of(&self,
                   HEADERS("1767322500", "nonce-0001",
                           "a7701dbd374e82010429d8a6119fb874d1bad3dc20bde72954d1be520ed9c09a"),
                   NO_ORDERS);
    answer = take(&self, &hook, &nonces);
    ck_assert_int_eq(answer.verdict, WB_HOOK_TAKEN);
    hook.now_utc_us++;
    answer = take(&self, &hook, &nonces);
    ck_assert_int_eq(answer.verdict, WB_HOOK_REFUSED);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_signed_is_taken,                0                 },
        {a_repeat_is_answered_as_it_was,         0                 },
        {what_is_not_as_it_should_be_is_refused, WB_COUNT(refusals)},
        {the_window_has_its_edge,                0                 },
        {NULL,                                   0                 },
    };

    return wb_suite_run("actors.connectors.sample.hooks", rows);
}
