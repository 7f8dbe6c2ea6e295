/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Temu sends by itself: every published vector in both of its forms, and what is refused.
 */
#include "actors/connectors/temu/uncertain.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define SECRET "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567"
#define KEY "11112222333344445555666677778888"
#define TIME_MS "1760000000123"
#define NOW_US (INT64_C(1760000000123) * WB_US_PER_MS)

static char *vectors;
static wb_json *document;
static int vector_count;

static wb_nonce
unseen(void *arg, wb_view nonce, const uint8_t body_sha256[32])
{
    (void)body_sha256;
    ck_assert_uint_eq(nonce.len, 64);
    return *(wb_nonce *)arg;
}

static wb_hook_answer
take(kit *self, wb_hook *hook, wb_nonce says)
{
    wb_nonce_memory memory = {unseen, &says};
    wb_hook_answer answer;

    wb_hook_take(&wb_connector_temu, hook, &memory, &answer, &self->out);
    return answer;
}

static wb_hook
hook_of(kit *self, const char *headers, wb_view body)
{
    return (wb_hook){.options = self->options,
                     .json = self->json,
                     .method = WB_VIEW_LIT("POST"),
                     .headers = wb_view_of(headers),
                     .body = body,
                     .now_utc_us = NOW_US};
}

/* --- the vectors --- */

static wb_view
text_at(wb_json_ref row, const char *path)
{
    wb_view text = {NULL, 0};

    ck_assert(wb_json_text(document, wb_json_at(document, row, path), &text, path, NULL) == WB_OK);
    return text;
}

static void
headers_of(wb_json_ref row, const char *without, wb_buf *out)
{
    wb_json_ref headers = wb_json_get(document, row, "headers");

    for (wb_json_ref at = wb_json_first(document, headers); at != WB_JSON_NONE;
         at = wb_json_next(document, at)) {
        wb_view value = {NULL, 0}, name = wb_json_key(document, at);

        if (without && wb_view_is(name, without))
            continue;
        ck_assert(wb_json_text(document, at, &value, "header", NULL) == WB_OK);
        wb_buf_addf(out, "%.*s: %.*s\r\n", WB_VIEW_ARG(name), WB_VIEW_ARG(value));
    }
}

START_TEST(each_vector_is_taken)
{
    WB_AUTO(wb_buf_fini) wb_buf headers = {0};
    WB_AUTO(wb_free) char *secret = NULL;
    wb_json_ref row = wb_json_first(document, 0);
    wb_hook_answer answer;
    temu_options *options;
    wb_view text;
    int64_t ms = 0;
    wb_hook hook;
    kit self;

    for (int i = 0; i < _i; i++)
        row = wb_json_next(document, row);
    options = temu_start(&self, "orders.get");
    text = text_at(row, "app_secret");
    secret = wb_text_dup_len(text.data, text.len);
    kit_text(&options->app_secret, secret);
    wb_buf_init(&headers, 10000);
    headers_of(row, NULL, &headers);
    hook = hook_of(&self, wb_buf_text(&headers), text_at(row, "body"));
    ck_assert(wb_text_int(&ms, text_at(row, "headers.x-tm-timestamp"), NULL) == WB_OK);
    hook.now_utc_us = ms * WB_US_PER_MS;
    answer = take(&self, &hook, WB_NONCE_NEW);
    ck_assert_msg(answer.verdict == WB_HOOK_TAKEN, "%s", answer.reason);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(wb_view_is(answer.body, "{\"result\":{}}"));
    text = text_at(row, "headers.x-tm-event-code");
    ck_assert_uint_eq(self.out.item_count, wb_view_is(text, "bg_test_event") ? 0 : 1);
    if (self.out.item_count) {
        ck_assert(wb_view_is(self.out.items[0].external, "PO-211-21905452099192792"));
        ck_assert(wb_view_eq(self.out.items[0].body, text_at(row, "plaintext")));
        ck_assert_int_eq(self.out.items[0].source_utc_us, 0); /* a hint: the order's own counts */
    }
    kit_text(&options->app_secret, "ffffffffffffffffffffffffffffffff");
    answer = take(&self, &hook, WB_NONCE_NEW);
    ck_assert(answer.verdict == WB_HOOK_REFUSED && answer.status == 401);
    kit_fini(&self);
}
END_TEST

/* --- made here --- */

/* Signed over `plain`, which is sent as it is. */
static void
sign_plain(const char *code, const char *plain, const char *extra, wb_buf *headers)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_buf_init(&text, 10000);
    wb_buf_addf(&text, "eventData%sx-tm-app-key%sx-tm-event-code%s", plain, KEY, code);
    if (extra)
        wb_buf_addf(&text, "x-tm-ext-param%s", extra);
    wb_buf_addf(&text, "x-tm-timestamp%s", TIME_MS);
    wb_hmac_sha256(digest, WB_VIEW_LIT(SECRET), wb_buf_view(&text));
    wb_hex(hex, digest, sizeof digest);
    wb_buf_init(headers, 10000);
    wb_buf_addf(headers,
                "x-tm-app-key: %s\r\nx-tm-event-code: %s\r\nx-tm-timestamp: %s\r\n"
                "x-tm-signature: %s\r\n",
                KEY, code, TIME_MS, hex);
}

static wb_hook_answer
take_plain(kit *self, const char *code, const char *plain, const char *extra, const char *more)
{
    WB_AUTO(wb_buf_fini) wb_buf headers = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;
    wb_hook_answer answer;
    wb_hook hook;

    sign_plain(code, plain, extra, &headers);
    wb_buf_add_text(&headers, more);
    wb_buf_init(&body, 10000);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "eventData", wb_view_of(plain));
    wb_json_close(&writer, '}');
    hook = hook_of(self, wb_buf_text(&headers), wb_buf_view(&body));
    answer = take(self, &hook, WB_NONCE_NEW);
    answer.nonce = (wb_view){NULL, 0}; /* it pointed into the headers */
    return answer;
}

#define ORDER "{\"mallId\":634418200000001,\"parentOrderSn\":\"PO-1\"}"

static const struct {
    const char *label, *code, *plain, *signed_extra, *header, *mall;
    int verdict, items;
    bool parked;
} events[] = {
    {"the address",             "bg_trade_logistics_address_changed", ORDER,            NULL, "",                       NULL,              WB_HOOK_TAKEN,   1,
     false                                                                                                                                                          },
    {"after-sales",             "bg_aftersales_status_change",        ORDER,            NULL, "",                       NULL,              WB_HOOK_TAKEN,   1, false},
    {"a cancel",                "bg_cancel_order_status_change",      ORDER,            NULL, "",                       NULL,              WB_HOOK_TAKEN,   1, false},
    {"a blank extra",           "bg_order_status_change_event",       ORDER,            NULL, "x-tm-ext-param:  \r\n",  NULL,
     WB_HOOK_TAKEN,                                                                                                                                         1, false},
    {"an extra, signed",        "bg_order_status_change_event",       ORDER,            "{}", "x-tm-ext-param: {}\r\n",
     NULL,                                                                                                                                 WB_HOOK_TAKEN,   1, false},
    {"an extra, not signed",    "bg_order_status_change_event",       ORDER,            NULL, "x-tm-ext-param: {}\r\n",
     NULL,                                                                                                                                 WB_HOOK_TAKEN,   1, false},
    {"our shop",                "bg_order_status_change_event",       ORDER,            NULL, "",                       "634418200000001", WB_HOOK_TAKEN,
     1,                                                                                                                                                        false},
    {"another shop",            "bg_order_status_change_event",       ORDER,            NULL, "",                       "634418200000002",
     WB_HOOK_ELSEWHERE,                                                                                                                                     0, false},
    {"the console's test",      "bg_open_event_test",                 "hello",          NULL, "",                       NULL,              WB_HOOK_TAKEN,   0, false},
    {"nothing of ours",         "bg_cooperative_warehouse_x",         "{}",             NULL, "",                       NULL,              WB_HOOK_TAKEN,   0,
     false                                                                                                                                                          },
    {"an order without number", "bg_order_status_change_event",       "{\"mallId\":1}", NULL, "",                       NULL,
     WB_HOOK_TAKEN,                                                                                                                                         1, true },
    {"no JSON",                 "bg_order_status_change_event",       "hello",          NULL, "",                       NULL,              WB_HOOK_REFUSED, 0, false},
};

START_TEST(what_an_event_brings)
{
    wb_hook_answer answer;
    kit self;

    kit_text(&temu_start(&self, "orders.get")->mall_id, events[_i].mall);
    answer = take_plain(&self, events[_i].code, events[_i].plain, events[_i].signed_extra,
                        events[_i].header);
    ck_assert_msg((int)answer.verdict == events[_i].verdict, "%s: %s", events[_i].label,
                  answer.reason);
    ck_assert_msg((int)self.out.item_count == events[_i].items, "%s", events[_i].label);
    if (events[_i].items) {
        const wb_item *item = &self.out.items[0];

        ck_assert_int_eq(item->kind, WB_KIND_NOTICE);
        ck_assert_int_eq(item->record_kind, WB_RECORD_ORDER);
        ck_assert((item->outcome == WB_OUTCOME_PARKED) == events[_i].parked);
        ck_assert(events[_i].parked || wb_view_is(item->external, "PO-1"));
        ck_assert_uint_eq(item->what.len, 64);
    }
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *what, *method, *drop, *body, *secret;
    int64_t later_ms;
    wb_nonce says;
    int status;
} refusals[] = {
    {"another method", "PUT",  NULL,              NULL,                           NULL,    0,                        WB_NONCE_NEW,   405},
    {"no signature",   "POST", "x-tm-signature",  NULL,                           NULL,    0,                        WB_NONCE_NEW,   401},
    {"no time",        "POST", "x-tm-timestamp",  NULL,                           NULL,    0,                        WB_NONCE_NEW,   401},
    {"another event",  "POST", "x-tm-event-code", NULL,                           NULL,    0,                        WB_NONCE_NEW,   401},
    {"no data",        "POST", NULL,              "{}",                           NULL,    0,                        WB_NONCE_NEW,   400},
    {"no JSON",        "POST", NULL,              "hello",                        NULL,    0,                        WB_NONCE_NEW,   400},
    {"other data",     "POST", NULL,              "{\"eventData\":\"aGVsbG8=\"}", NULL,    0,                        WB_NONCE_NEW,   401},
    {"a short secret", "POST", NULL,              NULL,                           "short", 0,                        WB_NONCE_NEW,   404},
    {"too old",        "POST", NULL,              NULL,                           NULL,    TEMU_HOOK_WINDOW_MS + 1,  WB_NONCE_NEW,   401},
    {"from ahead",     "POST", NULL,              NULL,                           NULL,    -TEMU_HOOK_WINDOW_MS - 1, WB_NONCE_NEW,   401},
    {"another body",   "POST", NULL,              NULL,                           NULL,    0,                        WB_NONCE_OTHER, 409},
};

#define WRAPPED                                                                                    \
    "{\"eventData\":\"pslXvXWfkqL94LGSvuFYK1f8cCtmR22scKmLS/"                                      \
    "uWXFNNtfYCPc4bX/A5LegytnFvBNx5woo3YFMvV1PFpmwXNmD6ohZheCD8b7e/"                               \
    "ZScOZoqpDhriFfyVqBpFzbCDZ4uVa1SZNkQS/"                                                        \
    "CSOzhu61bWWSgKGdykaLtdGIGmbi4lEun2X4nLxBCC0D+6hZBarLetM\"}"

/* The vector of an order's status, less one header. */
static void
usual_headers(const char *drop, wb_buf *out)
{
    static const char *const rows[][2] = {
        {"x-tm-app-key",    KEY                                                               },
        {"x-tm-event-code", "bg_order_status_change_event"                                    },
        {"x-tm-timestamp",  TIME_MS                                                           },
        {"x-tm-ext-param",  "{}"                                                              },
        {"x-tm-signature",  "020c997f84ddcc4552b1274721a1ca7256158fc09aeab2fbad9fca19aff90f32"},
    };

    wb_buf_init(out, 10000);
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        if (!drop || strcmp(drop, rows[i][0]) != 0)
            wb_buf_addf(out, "%s: %s\r\n", rows[i][0], rows[i][1]);
}

START_TEST(what_is_not_as_it_should_be_is_refused)
{
    WB_AUTO(wb_buf_fini) wb_buf headers = {0};
    temu_options *options;
    wb_hook_answer answer;
    wb_hook hook;
    kit self;

    options = temu_start(&self, "orders.get");
    if (refusals[_i].secret)
        kit_text(&options->app_secret, refusals[_i].secret);
    usual_headers(refusals[_i].drop, &headers);
    hook = hook_of(&self, wb_buf_text(&headers),
                   refusals[_i].body ? wb_view_of(refusals[_i].body) : WB_VIEW_LIT(WRAPPED));
    hook.method = wb_view_of(refusals[_i].method);
    hook.now_utc_us += refusals[_i].later_ms * WB_US_PER_MS;
    answer = take(&self, &hook, refusals[_i].says);
    ck_assert_msg(answer.verdict == WB_HOOK_REFUSED, "%s", refusals[_i].what);
    ck_assert_msg(answer.status == refusals[_i].status, "%s: %d %s", refusals[_i].what,
                  answer.status, answer.reason);
    ck_assert_uint_eq(self.out.item_count, 0);
    kit_fini(&self);
}
END_TEST

/* Tried again for half a day, with the first signature: still taken, and once. */
START_TEST(a_repeat_of_half_a_day_is_taken_once)
{
    WB_AUTO(wb_buf_fini) wb_buf headers = {0};
    wb_hook_answer answer;
    wb_hook hook;
    kit self;

    temu_start(&self, "orders.get");
    usual_headers(NULL, &headers);
    hook = hook_of(&self, wb_buf_text(&headers), WB_VIEW_LIT(WRAPPED));
    hook.now_utc_us += INT64_C(12) * 3600 * WB_US_PER_S;
    answer = take(&self, &hook, WB_NONCE_NEW);
    ck_assert_msg(answer.verdict == WB_HOOK_TAKEN, "%s", answer.reason);
    ck_assert_uint_eq(self.out.item_count, 1);
    ck_assert(answer.nonce_keep_ms >= 2 * TEMU_HOOK_WINDOW_MS);
    answer = take(&self, &hook, WB_NONCE_SAME);
    ck_assert_int_eq(answer.verdict, WB_HOOK_TAKEN);
    ck_assert_uint_eq(self.out.item_count, 0);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    vectors = temu_official() ? temu_file("webhook_vectors.json") : wb_text_dup("[]");
    document = wb_json_new();
    if (wb_json_parse(document, wb_view_of(vectors), NULL))
        return 1;
    vector_count = (int)wb_json_count(document, 0);
    {
        const wb_suite_row rows[] = {
            {what_an_event_brings,                       WB_COUNT(events)  },
            {what_is_not_as_it_should_be_is_refused,     WB_COUNT(refusals)},
            {a_repeat_of_half_a_day_is_taken_once,       0                 },
            {vector_count ? each_vector_is_taken : NULL, vector_count      },
            {NULL,                                       0                 },
        };
        int failed = wb_suite_run("actors.connectors.temu.hooks", rows);

        wb_json_destroy(&document);
        wb_free(&vectors);
        return failed || vector_count ? failed : WB_TEST_SKIPPED;
    }
}
