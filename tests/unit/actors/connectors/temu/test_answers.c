/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every answer of the vendor's own is read, where it lies: none that is there is left out.
 */
#include <dirent.h>

#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define PO_A "PO-211-21905452099192792"
#define PO_B "PO-211-21905452099192793"
#define SKU_A "17592352673534"
#define SKU_B "17592352673535"

static void
page_of_two(kit *self)
{
    ck_assert_uint_eq(self->out.item_count, 2);
    ck_assert(wb_view_is(self->out.items[0].external, PO_A));
    ck_assert_int_eq(self->out.items[0].source_utc_us, INT64_C(1760000960) * WB_US_PER_S);
    ck_assert(wb_view_is(self->out.items[1].external, PO_B));
    ck_assert(wb_view_is(self->out.cursor, "2/2")); /* three in all: there is another page */
}

static void
page_of_one(kit *self)
{
    ck_assert_uint_eq(self->out.item_count, 1);
    ck_assert_int_eq(self->out.items[0].outcome, WB_OUTCOME_NONE);
}

static void
brazilian(kit *self)
{
    page_of_one(self);
    ck_assert(wb_view_is(self->out.items[0].external, "PO-029-06682144932474090"));
    ck_assert_uint_eq(self->out.cursor.len, 0);
}

static void
no_rows(kit *self)
{
    ck_assert_uint_eq(self->out.item_count, 0);
    ck_assert_uint_eq(self->out.cursor.len, 0);
}

static void
more_address(kit *self)
{
    ck_assert_int_eq(self->out.results[0].code, WB_RESULT_MORE);
    ck_assert(wb_view_is(self->out.results[0].cursor, "orders.address"));
    ck_assert_int_eq(self->out.results[0].source_utc_us, INT64_C(1760000100) * WB_US_PER_S);
}

static void
more_prices(kit *self)
{
    ck_assert_int_eq(self->out.results[0].code, WB_RESULT_MORE);
    ck_assert(wb_view_is(self->out.results[0].cursor, "orders.prices"));
}

static void
done(kit *self)
{
    ck_assert_int_eq(self->out.results[0].code, WB_RESULT_DONE);
}

static void
done_with_package(kit *self)
{
    done(self);
    ck_assert(wb_view_is(self->out.results[0].remote_id, "PK-0878421204009732414"));
}

static void
out_of_range(kit *self)
{
    ck_assert_int_eq(self->out.results[0].code, WB_RESULT_PARK);
    ck_assert(strstr(self->out.results[0].reason, "150013002") != NULL);
    ck_assert(!self->out.declined); /* of one SKU, inside a success */
}

static void
two_skus(kit *self)
{
    ck_assert_uint_eq(self->out.item_count, 2);
    ck_assert(wb_view_is(self->out.items[0].external, SKU_A));
    ck_assert(wb_view_is(self->out.items[1].external, SKU_B));
}

static void
nothing(kit *self)
{
    ck_assert_uint_eq(self->out.item_count, 0);
}

/* `op`: whose answer it is; NULL = of an interface that is not called here: its envelope is read,
 * and its result is of that type. */
static const struct {
    const char *file, *op, *record;
    void (*holds)(kit *self);
    wb_json_type result;
} rows[] = {
    {"order_list_v2_page1.json",          "orders.list",    NULL,  page_of_two,       WB_JSON_ABSENT},
    {"order_list_v2_page2.json",          "orders.list",    NULL,  page_of_one,       WB_JSON_ABSENT},
    {"order_list_v2.json",                "orders.list",    NULL,  brazilian,         WB_JSON_ABSENT},
    {"order_list_v2_double_wrapped.json", "orders.list",    NULL,  brazilian,         WB_JSON_ABSENT},
    {"order_list_v2_empty.json",          "orders.list",    NULL,  no_rows,           WB_JSON_ABSENT},
    {"order_detail_v2.json",              "orders.get",     PO_B,  more_address,      WB_JSON_ABSENT},
    {"shippinginfo_v2.json",              "orders.address", PO_B,  more_prices,       WB_JSON_ABSENT},
    {"shippinginfo_v2_restricted.json",   "orders.address", PO_B,  more_prices,       WB_JSON_ABSENT},
    {"order_amount.json",                 "orders.amount",  PO_A,  done,              WB_JSON_ABSENT},
    {"sku_list.json",                     "listings.list",  NULL,  two_skus,          WB_JSON_ABSENT},
    {"sku_list.json",                     "orders.prices",  PO_A,  done,              WB_JSON_ABSENT},
    {"stock_edit_ok.json",                "listings.put",   SKU_A, done,              WB_JSON_ABSENT},
    {"stock_edit_partial.json",           "listings.put",   SKU_A, done,              WB_JSON_ABSENT},
    {"stock_edit_partial.json",           "listings.put",   SKU_B, out_of_range,      WB_JSON_ABSENT},
    {"shipment_confirm_ok.json",          "shipments.put",  "S-1", done,              WB_JSON_ABSENT},
    {"shipment_get.json",                 "shipments.get",  "S-1", done_with_package, WB_JSON_ABSENT},
    {"accesstoken_info.json",             "account.ask",    NULL,  nothing,           WB_JSON_ABSENT},
    {"combined_shipment_null.json",       NULL,             NULL,  NULL,              WB_JSON_NULL  },
    {"logistics_companies.json",          NULL,             NULL,  NULL,              WB_JSON_ARRAY },
    {"result_is_boolean.json",            NULL,             NULL,  NULL,              WB_JSON_TRUE  },
    {"shipment_create_ok.json",           NULL,             NULL,  NULL,              WB_JSON_OBJECT},
    {"shipment_result_failed.json",       NULL,             NULL,  NULL,              WB_JSON_OBJECT},
    {"tracking.json",                     NULL,             NULL,  NULL,              WB_JSON_OBJECT},
    {"unshipped_package.json",            NULL,             NULL,  NULL,              WB_JSON_OBJECT},
    {"warehouse_list.json",               NULL,             NULL,  NULL,              WB_JSON_OBJECT},
};

/* A shipment of the two pieces of the vendor's example. */
static void
pack_shipment(wb_buf *out)
{
    static wb_order_facts_line ordered[] = {
        {.line_id = WB_VIEW_LIT("211-21905473070712792"),
         .sku = WB_VIEW_LIT("S"),
         .quantity = {2, true}},
    };
    static wb_shipment_line shipped[] = {
        {.sku = WB_VIEW_LIT("S"), .quantity = {2, true}},
    };
    wb_shipment shipment = {
        .external_id = WB_VIEW_LIT("S-1"),
        .source = WB_VIEW_LIT("erp"),
        .status = WB_SHIPMENT_SHIPPED,
        .tracking = WB_VIEW_LIT("270324232756"),
        .lines = {shipped, WB_COUNT(shipped)},
        .order.lines = {ordered, WB_COUNT(ordered)}
    };

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_shipment_fields, &shipment, out, NULL) == WB_OK);
}

START_TEST(each_answer_is_read)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_free) char *body = temu_file(rows[_i].file);
    const char *op = rows[_i].op ? rows[_i].op : "account.ask";
    wb_rc rc;
    kit self;

    pack_shipment(&packed);
    temu_start(&self, op);
    if (rows[_i].record) {
        wb_record_kind kind = strncmp(op, "ship", 4) == 0   ? WB_RECORD_SHIPMENT
                              : strncmp(op, "list", 4) == 0 ? WB_RECORD_LISTING
                                                            : WB_RECORD_ORDER;

        kit_item_of(&self, kind, rows[_i].record);
        if (kind == WB_RECORD_SHIPMENT)
            self.envs[0].body = wb_buf_view(&packed);
    }
    if (rows[_i].op) {
        rc = kit_read_text(&self, 200, NULL, body);
        ck_assert_msg(rc == WB_OK, "%s: %s", rows[_i].file, self.err.text);
        rows[_i].holds(&self);
    } else {
        wb_response resp = {.status = 200, .body = wb_view_of(body)};
        wb_json_ref result;

        ck_assert(temu_result(&self.call, &resp, &self.out, &result, &self.err) == WB_OK);
        ck_assert_int_eq(wb_json_kind(self.json, result), rows[_i].result);
    }
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *class;
    wb_rc rc; /* of a fetch */
    bool throttled;
} classes[] = {
    {"rate",                    WB_RETRY,   true },
    {"rate_without_request_id", WB_RETRY,   true },
    {"sign",                    WB_SUSPEND, false},
    {"permission",              WB_SUSPEND, false},
    {"token_expired",           WB_SUSPEND, false},
    {"system_retry",            WB_RETRY,   false},
    {"business_final",          WB_REJECT,  false},
    {"business_later",          WB_RETRY,   false},
};

static size_t
class_of(wb_view name)
{
    size_t i = 0;

    while (i < WB_COUNT(classes) && !wb_view_is(name, classes[i].class))
        i++;
    ck_assert_msg(i < WB_COUNT(classes), "%.*s", WB_VIEW_ARG(name));
    return i;
}

START_TEST(each_error_is_of_its_class)
{
    WB_AUTO(wb_free) char *text = temu_file("errors.json");
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    size_t count = 0;

    ck_assert(wb_json_parse(json, wb_view_of(text), NULL) == WB_OK);
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE;
         at = wb_json_next(json, at), count++) {
        wb_view name = {NULL, 0};
        size_t class;
        wb_rc rc;
        kit self;

        ck_assert(wb_json_text(json, wb_json_get(json, at, "class"), &name, "class", NULL) ==
                  WB_OK);
        class = class_of(name);
        temu_start(&self, "orders.address");
        kit_item(&self, PO_A);
        rc = kit_read(&self, 200, NULL, wb_json_raw(json, wb_json_get(json, at, "body")));
        ck_assert_msg(rc == classes[class].rc, "%s: %s", classes[class].class, self.err.text);
        ck_assert(self.out.throttled == classes[class].throttled);
        kit_fini(&self);
    }
    ck_assert_uint_ge(count, WB_COUNT(classes));
}
END_TEST

/* A file that nobody reads was added since: it needs a row. */
START_TEST(no_file_is_left_out)
{
    static const char *const others[] = {"README.md", "errors.json", "sign_vectors.json",
                                         "webhook_vectors.json"};
    DIR *dir = opendir(TEMU_OFFICIAL);

    ck_assert(dir != NULL);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        bool known = entry->d_name[0] == '.';

        for (size_t i = 0; i < WB_COUNT(others); i++)
            known |= strcmp(others[i], entry->d_name) == 0;
        for (size_t i = 0; i < WB_COUNT(rows); i++)
            known |= strcmp(rows[i].file, entry->d_name) == 0;
        ck_assert_msg(known, "%s", entry->d_name);
    }
    closedir(dir);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {each_answer_is_read,        WB_COUNT(rows)},
        {each_error_is_of_its_class, 0             },
        {no_file_is_left_out,        0             },
        {NULL,                       0             },
    };

    if (!temu_official()) {
        printf("skipped: Temu's answers are not at ../shared/fixtures/temu\n");
        return WB_TEST_SKIPPED;
    }
    return wb_suite_run("actors.connectors.temu.answers", suite);
}
