/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/connector.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

START_TEST(test_headers)
{
    wb_request request;
    wb_view first;
    char long_value[4000];

    memset(long_value, 'x', sizeof long_value);
    wb_request_init(&request);
    wb_request_header(&request, "A", WB_VIEW_LIT("1"), false);
    first = wb_request_find_header(&request, "a");
    for (int i = 0; i < 5; i++)
        wb_request_add_header(&request, WB_VIEW_LIT("B-name"),
                              (wb_view){long_value, sizeof long_value}, true);
    ck_assert(wb_view_is(first, "1")); /* what was given out has not moved */
    ck_assert(wb_request_find_header(&request, "A").data == first.data);
    ck_assert(wb_request_check(&request, NULL) == WB_REJECT); /* the last did not fit */
    wb_request_clear(&request);
    ck_assert(wb_request_check(&request, NULL) == WB_OK);
    ck_assert(wb_request_find_header(&request, "A").data == NULL);
    wb_request_set_header(&request, "A", WB_VIEW_LIT("1"), false);
    wb_request_set_header(&request, "a", WB_VIEW_LIT("2"), true);
    ck_assert_uint_eq(request.header_count, 1);
    ck_assert(wb_view_is(wb_request_find_header(&request, "A"), "2"));
    ck_assert(request.headers[0].secret);
    wb_request_fini(&request);
}
END_TEST

START_TEST(test_response_headers)
{
    static const struct {
        const char *block, *name, *value;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nDate: Fri, 02 Jan 2026 03:00:00 GMT\r\n\r\n", "date",
         "Fri, 02 Jan 2026 03:00:00 GMT"                                              },
        {"A: 1\r\nA: 2\r\n",                                               "a",    "2"},
        {"A:\t x \r\n",                                                    "A",    "x"},
        {"A:\r\n",                                                         "A",    "" },
        {"Ab: 1\r\nA",                                                     "A",    "" },
        {"A: 1",                                                           "A",    "1"},
        {"",                                                               "A",    "" },
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_response resp = {.headers = wb_view_of(rows[i].block)};

        ck_assert_msg(wb_view_is(wb_response_header(&resp, rows[i].name), rows[i].value), "%s",
                      rows[i].block);
    }
}
END_TEST

START_TEST(test_retry_after)
{
    static const struct {
        const char *block;
        int64_t ms;
    } rows[] = {
        {"Retry-After: 7\r\n",                             7000    },
        {"Retry-After: 0\r\n",                             0       },
        {"Retry-After: -5\r\n",                            0       },
        {"Retry-After: 99999999999999\r\n",                86400000},
        {"Retry-After: Fri, 02 Jan 2026 03:00:30 GMT\r\n", 30000   },
        {"Retry-After: Fri, 02 Jan 2026 02:00:30 GMT\r\n", 0       },
        {"Retry-After: Fri, 02 Jan 2032 02:00:30 GMT\r\n", 86400000},
        {"Retry-After: soon\r\n",                          0       },
        {"",                                               0       },
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_response resp = {.headers = wb_view_of(rows[i].block)};

        ck_assert_msg(wb_response_retry_ms(&resp, KIT_NOW_US) == rows[i].ms, "%s", rows[i].block);
    }
}
END_TEST

START_TEST(test_rates)
{
    static const struct {
        const char *text;
        int64_t micro; /* -1: none */
    } rows[] = {
        {"0.0167",               16700                 },
        {"0.0056",               5600                  },
        {"5",                    5000000               },
        {"5.0",                  5000000               },
        {".5",                   500000                },
        {"0.1234567",            123456                },
        {"1000000",              INT64_C(1000000000000)},
        {"1000001",              -1                    },
        {"",                     -1                    },
        {".",                    -1                    },
        {"1e3",                  -1                    },
        {"-1",                   -1                    },
        {"1 ",                   -1                    },
        {"99999999999999999999", -1                    }
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        int64_t micro = -1;

        ck_assert_msg(wb_rate_parse(&micro, wb_view_of(rows[i].text)) == (rows[i].micro >= 0), "%s",
                      rows[i].text);
        ck_assert_int_eq(micro, rows[i].micro);
    }
}
END_TEST

START_TEST(test_usual_answers)
{
    static const struct {
        int status;
        wb_rc rc;
        bool throttled;
    } rows[] = {
        {200, WB_OK,      false},
        {204, WB_OK,      false},
        {401, WB_SUSPEND, false},
        {403, WB_SUSPEND, false},
        {404, WB_REJECT,  false},
        {408, WB_RETRY,   false},
        {425, WB_RETRY,   false},
        {429, WB_RETRY,   true },
        {500, WB_RETRY,   false},
        {503, WB_RETRY,   false},
        {301, WB_REJECT,  false},
        {400, WB_REJECT,  false}
    };
    static const wb_op op = {.name = "x"};
    wb_outcomes out;

    wb_outcomes_init(&out);
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_call call = {.op = &op, .now_utc_us = KIT_NOW_US};
        wb_response resp = {.status = rows[i].status, .headers = WB_VIEW_LIT("Retry-After: 2\r\n")};
        wb_err err = {0};

        wb_outcomes_clear(&out, 0);
        ck_assert_int_eq(wb_response_usual(&call, &resp, &out, &err), rows[i].rc);
        ck_assert(out.throttled == rows[i].throttled);
        ck_assert_int_eq(out.retry_ms, rows[i].rc ? 2000 : 0);
    }
    wb_outcomes_fini(&out);
}
END_TEST

START_TEST(test_outcomes_are_zeroed_and_keep_their_memory)
{
    wb_outcomes out;
    wb_view kept;

    wb_outcomes_init(&out);
    for (int round = 0; round < 3; round++) {
        wb_outcomes_clear(&out, 5);
        ck_assert_uint_eq(out.result_count, 5);
        for (int i = 0; i < 5; i++) {
            ck_assert(out.results[i].code == WB_RESULT_NONE && !out.results[i].reason[0]);
            wb_result_set(&out.results[i], WB_RESULT_PARK, "%0300d", i); /* cut, not overrun */
        }
        for (int i = 0; i < 40; i++)
            ck_assert(wb_outcomes_item(&out)->outcome == WB_OUTCOME_NONE);
        wb_outcomes_reserve(&out, 8);
        kept = wb_outcomes_keep(&out, WB_VIEW_LIT("12345678"));
        ck_assert(wb_view_is(kept, "12345678") &&
                  wb_outcomes_keep(&out, (wb_view){NULL, 0}).data == NULL);
        wb_buf_add_text(&out.token, "secret");
        out.renew_token = out.throttled = true;
    }
    wb_outcomes_clear(&out, 0);
    ck_assert(memmem(out.token.data, out.token.cap, "secret", 6) == NULL);
    ck_assert(!out.renew_token && !out.throttled && out.item_count == 0);
    wb_outcomes_fini(&out);
}
END_TEST

/* --- schemes --- */

typedef struct {
    char *inbox, *spare;
} depot_options;

static const wb_option depot_rows[] = {
    WB_TEXT(depot_options, inbox, NULL, "a folder or a page"),
    WB_TEXT(depot_options, spare, "", "another one"),
    WB_END,
};
static const wb_op depot_ops[] = {
    {.name = "files.list",                         .urls = {"inbox", "spare"}, .schemes = WB_SCHEME_HTTPS | WB_SCHEME_SFTP},
    {.name = "pages.get", .urls = {"inbox"}},
    {.name = "pages.put",                          .urls = {"inbox"}}, /* told once */
    {.name = "mail.send",                                            .urls = {"spare"}, .schemes = WB_SCHEME_SMTP},
    {0 },
};
static const wb_connector depot = {.options = depot_rows, .ops = depot_ops};

static const struct {
    const char *inbox, *spare;
    const char *complaints; /* each behind its option, ended by a bar */
} addresses[] = {
    {"https://a/b", "",         ""                             },
    {"HTTPS://a/b", "",         ""                             },
    {"http://a/b",  "",
     "inbox: files.list is not asked by http://: begin it with "
     "https://|"                                               },
    {"sftp://a/b",  "",
     "inbox: sftp:// is not built in: begin it with https://|"
     "inbox: pages.get is not asked by sftp://: begin it with "
     "http:// or https://|"                                    },
    {"a/b",         "",
     "inbox: has no scheme: begin it with https://|"
     "inbox: has no scheme: begin it with http:// or https://|"},
    {"",            "",
     "inbox: has no scheme: begin it with https://|"
     "inbox: has no scheme: begin it with http:// or https://|"},
    {"https://a/b", "smtp://a",
     "spare: files.list is not asked by smtp://: begin it with "
     "https://|spare: smtp:// is not built in|"                },
};

static void
on_complaint(void *arg, const char *const *names, const char *text)
{
    wb_buf_addf(arg, "%s: %s|", names[0], text);
}

START_TEST(a_url_that_no_operation_can_be_asked_by_is_told)
{
    WB_AUTO(wb_buf_fini) wb_buf told = {0};
    depot_options options = {(char *)(uintptr_t)addresses[_i].inbox,
                             (char *)(uintptr_t)addresses[_i].spare};

    wb_buf_init(&told, 4096);
    wb_connector_check(&depot, &options, &(wb_complaints){on_complaint, &told});
    ck_assert_str_eq(wb_buf_text(&told), addresses[_i].complaints);
}
END_TEST

/* --- what streams carry --- */

START_TEST(a_stream_may_carry_kinds_beside_its_own)
{
    static const wb_record_kind also[] = {WB_RECORD_INVOICE, WB_RECORD_RETURN, WB_RECORD_NONE};
    static const wb_stream streams[] = {
        {.name = "stock",                     .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_INVENTORY},
        {.name = "parcels",
         .mode = WB_STREAM_LIST,
         .record_kind = WB_RECORD_SHIPMENT,
         .also = also},
        {.name = "back",
         .mode = WB_STREAM_LIST,
         .record_kind = WB_RECORD_ORDER,
         .reads_back = true},
        {0  },
    };
    const wb_connector connector = {.name = "one", .streams = streams};
    const wb_record_kind given[] = {WB_RECORD_INVENTORY, WB_RECORD_SHIPMENT, WB_RECORD_INVOICE,
                                    WB_RECORD_RETURN};

    for (size_t i = 0; i < WB_COUNT(given); i++)
        ck_assert(wb_connector_gives(&connector, given[i]));
    ck_assert(!wb_connector_gives(&connector, WB_RECORD_ORDER)); /* it was given them */
    ck_assert(!wb_connector_gives(&connector, WB_RECORD_NONE));  /* which ends the list */
}
END_TEST

/* --- what is taken as it is --- */

static wb_rc
map_nothing(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    (void)raw;
    (void)json;
    (void)out;
    return wb_fail(err, WB_REJECT, "it was asked");
}

/* No connector has to map it, and none is asked. */
START_TEST(test_a_notice_is_mapped_as_it_is)
{
    static const wb_stream streams[] = {
        {.name = "list",                  .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
        {.name = "queue", .mode = WB_STREAM_QUEUE, .record_kind = WB_RECORD_ORDER},
        {0                },
    };
    const wb_connector rows[] = {
        {.name = "one", .map = map_nothing, .streams = streams},
        {.name = "two",             .streams = &streams[1]                  }
    };
    const wb_connector list = {
        .name = "three", .streams = (wb_stream[]){streams[0], {0}}
    };
    const wb_envelope raw = {.record_kind = WB_RECORD_NOTICE,
                             .record = WB_VIEW_LIT("t/shop/notice/a%2Fb"),
                             .connector = WB_VIEW_LIT("one"),
                             .stream = WB_VIEW_LIT("queue"),
                             .type = WB_VIEW_LIT("OFFERS"),
                             .source_utc_us = 7000000,
                             .body = WB_VIEW_LIT("{\"half\": ")};
    wb_mapped mapped = {0};
    wb_err err = {0};

    ck_assert_msg(!wb_connector_map(&rows[_i], &raw, NULL, &mapped, &err), "%s", err.text);
    ck_assert_int_eq(mapped.kind, WB_RECORD_NOTICE);
    ck_assert(mapped.routed && mapped.owners == UINT32_MAX && mapped.source_utc_us == 7000000);
    ck_assert(wb_view_is(mapped.notice.external_id, "a/b"));
    ck_assert(wb_view_is(mapped.notice.type, "OFFERS"));
    ck_assert(wb_view_is(mapped.notice.source, "one") && wb_view_is(mapped.notice.stream, "queue"));
    ck_assert(mapped.notice.event_utc_us == 7000000 && mapped.notice.updated_utc_us == 0);
    ck_assert(wb_view_is(mapped.notice.body, "{\"half\": "));
    wb_mapped_fini(&mapped);
    ck_assert(wb_connector_gives(&rows[_i], WB_RECORD_NOTICE));
    ck_assert(!wb_connector_gives(&list, WB_RECORD_NOTICE));
    ck_assert(!wb_connector_gives(&rows[_i], WB_RECORD_ALERT));
}
END_TEST

/* A record in four parts, and one whose second operation reads all that is left. */
static const wb_op chain[] = {
    {.name = "things.get",    .more = "things.address"},
    {.name = "things.address",                       .more = "things.money"},
    {.name = "things.money",.more = "things.prices"},
    {.name = "things.prices" },
    {.name = "pages.get",                       .more = "pages.next"},
    {.name = "pages.next"                     },
    {.name = "round.get",.more = "round.get"},
    {0   },
};
static const wb_connector chained = {.ops = chain};

static const struct {
    const char *from, *cursor, *step;
} parts[] = {
    {"things.get",     "",                "things.get"    },
    {"things.get",     "things.address",  "things.address"},
    {"things.get",     "things.prices 7", "things.prices" },
    {"things.get",     "things.money",    "things.money"  },
    {"things.get",     "things.moneys",   "things.address"}, /* the name of none */
    {"things.get",     "whatever",        "things.address"},
    {"things.address", "things.prices",   "things.prices" },
    {"pages.get",      "token of a page", "pages.next"    },
    {"pages.next",     "token of a page", "pages.next"    },
    {"round.get",      "whatever",        "round.get"     },
};

START_TEST(a_chain_of_parts_is_named_by_its_cursor)
{
    const wb_op *from = wb_connector_op(&chained, parts[_i].from);
    const wb_op *step = wb_connector_more(&chained, from, wb_view_of(parts[_i].cursor));

    ck_assert_msg(step && strcmp(step->name, parts[_i].step) == 0, "%s, %s", parts[_i].from,
                  parts[_i].cursor);
    ck_assert(wb_connector_leads(&chained, from, step));
}
END_TEST

START_TEST(a_chain_leads_forward_only)
{
    const wb_op *first = &chain[0], *last = &chain[3];

    ck_assert(wb_connector_leads(&chained, first, last));
    ck_assert(!wb_connector_leads(&chained, last, first));
    ck_assert(!wb_connector_leads(&chained, first, &chain[4]));
    ck_assert(!wb_connector_leads(&chained, &chain[6], last)); /* and ends */
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_headers,                                    1                  },
        {test_response_headers,                           1                  },
        {test_retry_after,                                1                  },
        {test_rates,                                      1                  },
        {test_usual_answers,                              1                  },
        {test_outcomes_are_zeroed_and_keep_their_memory,  1                  },
        {a_url_that_no_operation_can_be_asked_by_is_told, WB_COUNT(addresses)},
        {a_stream_may_carry_kinds_beside_its_own,         1                  },
        {test_a_notice_is_mapped_as_it_is,                2                  },
        {a_chain_of_parts_is_named_by_its_cursor,         WB_COUNT(parts)    },
        {a_chain_leads_forward_only,                      0                  },
        {NULL,                                            0                  }
    };

    return wb_suite_run("actors.connectors.connector", rows);
}
