/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoices: one for each order that is shipped, numbered without gaps, whatever ends in between
 */
#include <string.h>

#include "actors/mapper/invoices.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define ROUTE "routes: [{from: shop, kind: invoices, to: erp}]\n"
#define RULE "invoices: [{account: shop, prefix: R-, since: 2026-01-01, digits: 4}]\n"
#define ROUTE_OF_ORDERS "routes: [{from: shop, to: erp}]\n"
#define BOUGHT "2026-01-01T10:00:00Z"
#define LINES "[{\"id\":\"1\",\"sku\":\"A\",\"quantity\":2,\"price\":\"10.00\"}]"

static kit self;

static void
say(size_t n, const char *id, const char *status)
{
    kit_say(
        &self, n,
        &(kit_order){
            .id = id, .status = status, .updated = (int)n + 1, .created = BOUGHT, .lines = LINES});
}

/* The invoice of an order, as it is kept; NULL = there is none. Its texts live until the next one.
 */
static const wb_invoice *
invoice_of(const char *record)
{
    static wb_invoice invoice;
    const wb_record_row *row;

    wb_canonical_fini(wb_invoice_fields, &invoice);
    invoice = (wb_invoice){0};
    if (!kit_has(&self, record))
        return NULL;
    row = kit_record(&self, record);
    ck_assert_int_eq(row->kind, WB_RECORD_INVOICE);
    ck_assert(
        !wb_canonical_decode(wb_invoice_fields, row->canonical, &invoice, sizeof invoice, NULL));
    return &invoice;
}

static void
is_numbered(const char *record, const char *number)
{
    const wb_invoice *invoice = invoice_of(record);

    ck_assert_ptr_nonnull(invoice);
    ck_assert_msg(wb_view_is(invoice->number, number), "%.*s", WB_VIEW_ARG(invoice->number));
}

static void
end(void)
{
    (void)invoice_of("default/shop/invoice/none");
    kit_close(&self);
}

START_TEST(a_shipped_order_is_invoiced_once)
{
    const wb_invoice_line *lines;
    const wb_invoice *invoice;

    kit_open(&self, KIT_SHOP KIT_ERP RULE ROUTE);
    say(0, "7", "open");
    ck_assert_ptr_null(invoice_of("default/shop/invoice/7"));
    say(1, "7", "shipped");
    is_numbered("default/shop/invoice/7", "R-0001");
    invoice = invoice_of("default/shop/invoice/7");
    lines = invoice->lines.items;
    ck_assert(wb_view_is(invoice->order_id, "7") && wb_view_is(invoice->type, "invoice"));
    ck_assert_int_eq(invoice->status, WB_INVOICE_ISSUED);
    ck_assert_int_eq(invoice->total.minor, 1000);
    ck_assert_uint_eq(invoice->lines.count, 1);
    ck_assert(wb_view_is(lines[0].sku, "A"));
    ck_assert_int_eq(lines[0].quantity.value, 2);
    ck_assert_int_eq(lines[0].price.minor, 1000);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert(wb_view_is(kit_last_sent()->record, "default/shop/invoice/7"));
    ck_assert(wb_view_is(kit_last_sent()->root, "default/shop/order/7"));
    ck_assert_uint_eq(kit_events(&self, "invoiced"), 1);
    say(2, "8", "shipped");
    is_numbered("default/shop/invoice/8", "R-0002");
    kit_say(&self, 3,
            &(kit_order){.id = "7",
                         .status = "shipped",
                         .updated = 9,
                         .created = BOUGHT,
                         .total = "10.01",
                         .lines = LINES});
    is_numbered("default/shop/invoice/7", "R-0001");
    ck_assert_int_eq(invoice_of("default/shop/invoice/7")->total.minor, 1000);
    say(4, "9", "shipped");
    is_numbered("default/shop/invoice/9", "R-0003"); /* no number is lost to what came again */
    end();
}
END_TEST

/* What is not clear has no invoice, and no number is used for it. */
static const struct {
    kit_order order;
    const char *why;
} unclear[] = {
    {{.id = "1", .status = "shipped", .created = BOUGHT},                                 "no lines"          },
    {{.id = "1",
      .status = "shipped",
      .created = BOUGHT,
      .lines = "[{\"id\":\"1\",\"sku\":\"A\",\"quantity\":1}]"},
     "line 1 has no price"                                                                                    },
    {{.id = "1",
      .status = "shipped",
      .created = BOUGHT,
      .lines = "[{\"id\":\"1\",\"sku\":\"A\",\"quantity\":1,\"price\":\"7.00\"}]"},
     "does not add up: lines 7.00 is not the total 10.00 EUR"                                                 },
    {{.id = "1", .status = "shipped", .created = BOUGHT, .total = "", .lines = LINES},
     "what the buyer pays"                                                                                    },
    {{.id = "1", .status = "shipped", .lines = LINES},                                    "when it was bought"},
    {{.id = "1", .status = "shipped", .created = "2025-12-31T23:59:59Z", .lines = LINES},
     "before 2026-01-01"                                                                                      },
    {{.id = "1", .status = "cancelled", .created = BOUGHT, .lines = LINES},               NULL                },
    {{.id = "1", .status = "open", .created = BOUGHT, .lines = LINES},                    NULL                },
};

START_TEST(what_is_not_clear_has_none_and_says_why)
{
    kit_order order = unclear[_i].order;
    const char *told;

    order.updated = 1;
    kit_open(&self, KIT_SHOP KIT_ERP RULE ROUTE);
    kit_say(&self, 0, &order);
    ck_assert_ptr_null(invoice_of("default/shop/invoice/1"));
    ck_assert_uint_eq(kit_events(&self, "not invoiced"), unclear[_i].why != NULL);
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"default/shop/order/1\"}");
    told = wb_buf_text(&kit_last_reply);
    ck_assert_msg(!strstr(told, "\"invoice\":") == !unclear[_i].why, "%s", told);
    if (unclear[_i].why)
        ck_assert_msg(strstr(told, "\"invoice\":{\"missing\":") && strstr(told, unclear[_i].why),
                      "%s", told);
    say(1, "2", "shipped");
    is_numbered("default/shop/invoice/2", "R-0001");
    end();
}
END_TEST

/* Its money comes later: then it is made. */
START_TEST(what_becomes_clear_is_invoiced)
{
    kit_open(&self, KIT_SHOP KIT_ERP RULE ROUTE);
    kit_say(&self, 0,
            &(kit_order){.id = "1", .status = "shipped", .updated = 1, .created = BOUGHT});
    say(1, "1", "shipped");
    is_numbered("default/shop/invoice/1", "R-0001");
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"default/shop/order/1\"}");
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&kit_last_reply), "\"status\":\"invoiced\""));
    ck_assert_ptr_nonnull(
        strstr(wb_buf_text(&kit_last_reply), "\"invoice\":{\"number\":\"R-0001\"}"));
    end();
}
END_TEST

/* The life of who gave a number ends; what was on its way comes again. */
START_TEST(a_restart_goes_on_with_the_next_number)
{
    kit_open(&self, KIT_SHOP KIT_ERP RULE ROUTE);
    say(0, "1", "shipped");
    kit_restart(&self);
    say(1, "1", "shipped");
    say(2, "2", "shipped");
    is_numbered("default/shop/invoice/1", "R-0001");
    is_numbered("default/shop/invoice/2", "R-0002");
    ck_assert_uint_eq(kit_events(&self, "invoiced"), 2);
    end();
}
END_TEST

/* A store that was turned back has lost what it gave: a person says where to go on. */
START_TEST(a_store_that_was_turned_back_gives_no_number_twice)
{
    wb_err err = {0};

    kit_open(&self, KIT_SHOP KIT_ERP RULE ROUTE);
    say(0, "1", "shipped");
    ck_assert(!wb_store_renew(self.ctx.store, &err));
    say(1, "2", "shipped");
    ck_assert_ptr_null(invoice_of("default/shop/invoice/2"));
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"default/shop/order/2\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "numbers above 1 may have been given"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_restart_as(&self, KIT_SHOP KIT_ERP
                   "invoices: [{account: shop, prefix: R-, since: 2026-01-01, first: 20}]\n" ROUTE);
    say(2, "2", "shipped");
    is_numbered("default/shop/invoice/2", "R-000020");
    say(3, "3", "shipped");
    is_numbered("default/shop/invoice/3", "R-000021");
    end();
}
END_TEST

/* Nobody wants them: they are kept all the same. */
START_TEST(an_account_without_the_rule_has_none)
{
    kit_open(&self, KIT_SHOP KIT_ERP);
    say(0, "1", "shipped");
    ck_assert_ptr_null(invoice_of("default/shop/invoice/1"));
    kit_restart_as(&self, KIT_SHOP KIT_ERP RULE);
    say(1, "2", "shipped");
    is_numbered("default/shop/invoice/2", "R-0001");
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    end();
}
END_TEST

/* It was shipped before there was a rule: it is heard when it is read again. */
START_TEST(a_rule_that_comes_later_is_for_what_is_read_again)
{
    kit_open(&self, KIT_SHOP KIT_ERP ROUTE_OF_ORDERS);
    say(0, "1", "shipped");
    kit_restart_as(&self, KIT_SHOP KIT_ERP RULE);
    kit_say(&self, 1,
            &(kit_order){.id = "1",
                         .status = "shipped",
                         .updated = 1,
                         .observed = 99,
                         .created = BOUGHT,
                         .lines = LINES});
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_UNCHANGED);
    is_numbered("default/shop/invoice/1", "R-0001");
    end();
}
END_TEST

/* An order that has grown old takes with it that it was invoiced. */
START_TEST(what_leaves_takes_its_number_along)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    char number[WB_INVOICE_NUMBER_MAX + 1];
    wb_err err = {0};

    kit_open(&self, KIT_SHOP KIT_ERP RULE);
    say(0, "1", "shipped");
    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_invoices_forget(0, WB_VIEW_LIT("default/shop/order/1"), txn, &err));
    ck_assert(!wb_invoices_number(txn, 0, WB_VIEW_LIT("default/shop/order/1"), number, &err));
    ck_assert_str_eq(number, "");
    wb_txn_abort(&txn);
    end();
}
END_TEST

/* Of what was cancelled nobody says whether its line's price is without it. */
START_TEST(a_line_that_was_cancelled_in_part_is_not_clear)
{
    wb_order_line line = {
        .line_id = WB_VIEW_LIT("1"),
        .quantity = {2,              true},
        .quantity_cancelled = {             _i,          true    },
        .price = { .minor = 1000, .currency = "EUR",     .exponent = 2}
    };
    const wb_order order = {
        .total = {.minor = 1000, .currency = "EUR", .exponent = 2},
          .lines = {&line,             1                         }
    };
    wb_invoice invoice = {0};
    char why[200] = "";

    ck_assert(wb_invoice_of(&order, &invoice, why, sizeof why) == (_i == 0));
    ck_assert(!_i == !strstr(why, "line 1 was cancelled in part"));
    wb_canonical_fini(wb_invoice_fields, &invoice);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_shipped_order_is_invoiced_once,                   0                },
        {what_is_not_clear_has_none_and_says_why,            WB_COUNT(unclear)},
        {what_becomes_clear_is_invoiced,                     0                },
        {a_restart_goes_on_with_the_next_number,             0                },
        {a_store_that_was_turned_back_gives_no_number_twice, 0                },
        {an_account_without_the_rule_has_none,               0                },
        {a_rule_that_comes_later_is_for_what_is_read_again,  0                },
        {what_leaves_takes_its_number_along,                 0                },
        {a_line_that_was_cancelled_in_part_is_not_clear,     2                },
        {NULL,                                               0                },
    };

    return wb_suite_run("actors.mapper.invoices", cases);
}
