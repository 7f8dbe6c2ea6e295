/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SKUs of a shipment become lines of its order: of each no more than was ordered.
 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

/* Lines as "l1 S 2" or "   S 2", one blank between their parts: line, SKU, quantity, all of one or
 * two letters; ? = nobody told how many, a blank instead of the SKU = nobody could read it. */
static const struct {
    const char *label, *ordered, *shipped;
    wb_shipment_status status;
    const char *lines; /* of the request, in the same letters; NULL: refused ... */
    const char *why;   /* ... with these words */
} rows[] = {
    {"the line of its SKU",    "l1 T 1,l2 S 2", "   S 2",        WB_SHIPMENT_SHIPPED,   "l2 S 2",        NULL                },
    {"a part of it",           "l1 S 3",        "   S 1",        WB_SHIPMENT_DELIVERED, "l1 S 1",        NULL                },
    {"two lines of a SKU",     "l1 S 1,l2 S 2", "   S 2",        WB_SHIPMENT_SHIPPED,   "l1 S 1,l2 S 1", NULL                },
    {"a SKU twice",            "l1 S 1,l2 S 1", "   S 1,   S 1", WB_SHIPMENT_SHIPPED,   "l1 S 1,l2 S 1", NULL                },
    {"the ERP knows the line", "l1 S 1",        "l9 S 1",        WB_SHIPMENT_SHIPPED,   "l9 S 1",        NULL                },
    {"how many is not known",  "l1 S ?",        "   S 7",        WB_SHIPMENT_SHIPPED,   "l1 S 7",        NULL                },
    {"more than was ordered",  "l1 S 1",        "   S 3",        WB_SHIPMENT_SHIPPED,   NULL,            "no line for 2 of S"},
    {"what was not ordered",   "l1 S 1",        "   T 1",        WB_SHIPMENT_SHIPPED,   NULL,            "no line for 1 of T"},
    {"an order without lines", "",              "   S 1",        WB_SHIPMENT_SHIPPED,   NULL,            "no line for 1 of S"},
    {"a SKU not read",         "l1   1,l2 S 2", "   S 2,   T 1", WB_SHIPMENT_SHIPPED,   "l2 S 2,l1 T 1",
     NULL                                                                                                                    },
    {"more than of that",      "l1   1,l2 S 2", "   T 2",        WB_SHIPMENT_SHIPPED,   NULL,
     "no line for 1 of T"                                                                                                    },
    {"two SKUs not read",      "l1   1,l2   1", "   T 1",        WB_SHIPMENT_SHIPPED,   NULL,
     "no line for 1 of T"                                                                                                    },
    {"called back",            "l1 S 1",        "   S 1",        WB_SHIPMENT_CANCELLED, NULL,            "called back"       },
};
#define LINE_LEN 6
#define LINES_MAX 2

static wb_count
count_at(const char *at)
{
    return (wb_count){*at == '?' ? 0 : *at - '0', *at != '?'};
}

static size_t
ordered_of(const char *text, wb_order_facts_line *out)
{
    size_t count = 0;

    for (; strlen(text) >= LINE_LEN; text += LINE_LEN + (text[LINE_LEN] == ','))
        out[count++] = (wb_order_facts_line){
            .line_id = {text,     2             },
            .sku = {text + 3, text[3] != ' '},
            .quantity = count_at(text + 5)
        };
    return count;
}

static size_t
shipped_of(const char *text, wb_shipment_line *out)
{
    size_t count = 0;

    for (; strlen(text) >= LINE_LEN; text += LINE_LEN + (text[LINE_LEN] == ','))
        out[count++] = (wb_shipment_line){
            .line_id = {text,     *text == ' ' ? 0 : 2},
            .sku = {text + 3, 1                   },
            .quantity = count_at(text + 5)
        };
    return count;
}

static void
pack(const char *of, const char *before, const char *goods, wb_shipment_status status, wb_buf *out)
{
    wb_order_facts_line ordered[LINES_MAX];
    wb_shipment_line shipped[LINES_MAX];
    wb_shipment shipment = {.external_id = WB_VIEW_LIT("SHP/1"),
                            .reference = WB_VIEW_LIT("MARK"),
                            .source = WB_VIEW_LIT("sample"),
                            .status = (int32_t)status,
                            .carrier = WB_VIEW_LIT("Post"),
                            .tracking = WB_VIEW_LIT("T1")};

    shipment.order.lines = (wb_field_list){ordered, ordered_of(of, ordered)};
    shipment.lines = (wb_field_list){shipped, shipped_of(goods, shipped)};
    for (size_t i = 0; before[i]; i++)
        ordered[i].shipped = (wb_count){before[i] - '0', true};
    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_shipment_fields, &shipment, out, NULL) == WB_OK);
}

/* The body that has those lines. */
static void
body_of(const char *lines, wb_buf *out)
{
    wb_buf_init(out, WB_ORDER_MAX);
    wb_buf_add_text(out, "{\"revision\":7,\"reference\":\"MARK\",\"carrier\":\"Post\","
                         "\"tracking\":\"T1\",\"lines\":[");
    for (; strlen(lines) >= LINE_LEN; lines += LINE_LEN + (lines[LINE_LEN] == ','))
        wb_buf_addf(out, "{\"line\":\"%.2s\",\"sku\":\"%c\",\"quantity\":%c}%s", lines, lines[3],
                    lines[5], lines[LINE_LEN] ? "," : "");
    wb_buf_add_text(out, "]}");
}

START_TEST(the_shop_is_told_lines_of_its_order)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_rc rc;
    kit self;

    pack(rows[_i].ordered, "", rows[_i].shipped, rows[_i].status, &packed);
    sample_start(&self, "shipments.put");
    kit_item_of(&self, WB_RECORD_SHIPMENT, "SHP%2F1");
    self.envs[0].root = WB_VIEW_LIT("t/shop/order/1%2F1");
    self.envs[0].revision = 7;
    self.envs[0].body = wb_buf_view(&packed);
    rc = kit_build(&self);
    if (!rows[_i].lines) {
        ck_assert_msg(rc == WB_REJECT, "%s", rows[_i].label);
        ck_assert_msg(strstr(self.err.text, rows[_i].why) != NULL, "%s", self.err.text);
    } else {
        ck_assert_msg(rc == WB_OK, "%s: %s", rows[_i].label, self.err.text);
        body_of(rows[_i].lines, &body);
        ck_assert_str_eq(wb_buf_text(&self.request.body), wb_buf_text(&body));
        ck_assert_str_eq(wb_buf_text(&self.request.url),
                         SAMPLE_URL "/orders/1%2F1/shipments/SHP%2F1");
        ck_assert(wb_view_is(wb_request_find_header(&self.request, "Idempotency-Key"), "idem-0"));
    }
    kit_fini(&self);
}
END_TEST

/* What other shipments have of each line is not filled once more. */
static const struct {
    const char *ordered, *before, *shipped, *lines;
} parts[] = {
    {"l1 S 1,l2 S 1", "",   "l1 S 1,   S 1", "l1 S 1,l2 S 1"},
    {"l1 S 1,l2 S 1", "1",  "   S 1",        "l2 S 1"       },
    {"l1 S 2,l2 S 2", "1",  "   S 2",        "l1 S 1,l2 S 1"},
    {"l1 S 1,l2 S 1", "01", "   S 1",        "l1 S 1"       },
    {"l1 S 1,l2 S 1", "11", "   S 1",        NULL           },
    {"l1 S 1,l2 S 1", "2",  "   S 1",        "l2 S 1"       },
    {"l1   2,l2 S 1", "11", "   S 1",        "l1 S 1"       },
    {"l1 S 1,l2 S 1", "1",  "l1 S 1",        "l1 S 1"       },
};

START_TEST(what_was_shipped_before_is_not_filled_again)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_rc rc;
    kit self;

    pack(parts[_i].ordered, parts[_i].before, parts[_i].shipped, WB_SHIPMENT_SHIPPED, &packed);
    sample_start(&self, "shipments.put");
    kit_item_of(&self, WB_RECORD_SHIPMENT, "SHP%2F1");
    self.envs[0].root = WB_VIEW_LIT("t/shop/order/1%2F1");
    self.envs[0].revision = 7;
    self.envs[0].body = wb_buf_view(&packed);
    rc = kit_build(&self);
    ck_assert_int_eq(rc, parts[_i].lines ? WB_OK : WB_REJECT);
    if (parts[_i].lines) {
        body_of(parts[_i].lines, &body);
        ck_assert_str_eq(wb_buf_text(&self.request.body), wb_buf_text(&body));
    }
    kit_fini(&self);
}
END_TEST

START_TEST(without_a_root_nobody_knows_the_order)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    kit self;

    pack("l1 S 1", "", "   S 1", WB_SHIPMENT_SHIPPED, &packed);
    sample_start(&self, "shipments.put");
    kit_item_of(&self, WB_RECORD_SHIPMENT, "SHP-1");
    self.envs[0].body = WB_VIEW_LIT("\xc1");
    ck_assert(kit_build(&self) == WB_REJECT);
    self.envs[0].body = wb_buf_view(&packed);
    ck_assert(kit_build(&self) == WB_OK);
    self.envs[0].root = WB_VIEW_LIT("t/shop");
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_fini(&self);
}
END_TEST

static const struct {
    int status;
    const char *body;
    wb_rc rc;
    wb_result_code code;
} answers[] = {
    {200, "{\"result\":\"done\"}",                      WB_OK,      WB_RESULT_DONE     },
    {200, "{\"result\":\"unchanged\"}",                 WB_OK,      WB_RESULT_UNCHANGED},
    {200, "{\"result\":\"refused\",\"reason\":\"no\"}", WB_OK,      WB_RESULT_PARK     },
    {200, "{\"result\":\"refused\",\"reason\":7}",      WB_OK,      WB_RESULT_PARK     },
    {200, "{\"result\":\"later\"}",                     WB_OK,      WB_RESULT_UNKNOWN  },
    {200, "{\"result\":\"done\"",                       WB_OK,      WB_RESULT_UNKNOWN  },
    {404, "",                                           WB_REJECT,  WB_RESULT_NONE     },
    {409, "",                                           WB_REJECT,  WB_RESULT_NONE     },
    {422, "",                                           WB_REJECT,  WB_RESULT_NONE     },
    {403, "",                                           WB_SUSPEND, WB_RESULT_NONE     },
    {429, "",                                           WB_RETRY,   WB_RESULT_NONE     },
    {503, "",                                           WB_RETRY,   WB_RESULT_NONE     },
};

START_TEST(what_the_shop_answers)
{
    static const char *const ops[] = {"shipments.put", "listings.put", "records.put"};

    for (size_t i = 0; i < WB_COUNT(ops); i++) {
        kit self;

        sample_start(&self, ops[i]);
        kit_item(&self, "1");
        ck_assert(kit_read_text(&self, answers[_i].status, NULL, answers[_i].body) ==
                  answers[_i].rc);
        ck_assert(self.out.results[0].code == answers[_i].code);
        kit_fini(&self);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {the_shop_is_told_lines_of_its_order,         WB_COUNT(rows)   },
        {what_was_shipped_before_is_not_filled_again, WB_COUNT(parts)  },
        {without_a_root_nobody_knows_the_order,       1                },
        {what_the_shop_answers,                       WB_COUNT(answers)},
        {NULL,                                        0                }
    };

    return wb_suite_run("actors.connectors.sample.ship", suite);
}
