/* SPDX-License-Identifier: Apache-2.0 */
/*
 * each kind's row: what it promises of its struct and fields, and where a record belongs
 */
#include "protocol/records/record.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

static const wb_record_def *
def_of(int kind)
{
    const wb_record_def *def = wb_record_def_of((wb_record_kind)kind);

    ck_assert_msg(def && def->fields && def->size, "kind %d", kind);
    return def;
}

/* Numbers and names once in a table, in it and in all below it. */
static void
check_table(const char *kind, const wb_field *fields, size_t size)
{
    for (const wb_field *field = fields; field->type != WB_FIELD_END; field++) {
        ck_assert_msg(field->number > 0 && field->offset < size, "%s.%s", kind, field->name);
        ck_assert_msg(field->help && *field->help, "%s.%s says nothing", kind, field->name);
        ck_assert_msg(field->owner <= 15, "%s.%s: group %d", kind, field->name, field->owner);
        for (const wb_field *other = fields; other != field; other++)
            ck_assert_msg(other->number != field->number && strcmp(other->name, field->name) != 0,
                          "%s: %s and %s", kind, other->name, field->name);
        if (field->sub)
            check_table(kind, field->sub, field->sub_size);
    }
}

START_TEST(tables_are_sound)
{
    const wb_record_def *def = def_of(_i + 1);

    check_table(def->name, def->fields, def->size);
    ck_assert_str_eq(def->fields[0].name, "external_id");
    ck_assert_uint_eq(def->fields[0].number, 1);
    ck_assert(def->fields[0].flags & WB_FIELD_REQUIRED);
    ck_assert_int_eq(wb_record_kind_word(wb_view_of(def->plural)), def->kind);
    ck_assert(wb_canonical_fields(def->kind) == def->fields);
    for (const wb_field *field = def->fields; field->type != WB_FIELD_END; field++)
        ck_assert_str_ne(wb_record_group_name(def, field->owner), "?");
    ck_assert_str_eq(wb_record_group_name(def, 13), "?");
}
END_TEST

/* Every field of a struct with something in it; each its own. */
static void
fill(const wb_field *fields, void *record, char *texts, int *count)
{
    for (; fields->type != WB_FIELD_END; fields++) {
        char *at = (char *)record + fields->offset;
        int n = ++*count;

        switch (fields->type) {
        case WB_FIELD_TEXT:
            snprintf(texts + (size_t)n * 8, 8, "t%d", n);
            *(wb_view *)(void *)at = wb_view_of(texts + (size_t)n * 8);
            break;
        case WB_FIELD_INT:
            *(wb_count *)(void *)at = (wb_count){n, true};
            break;
        case WB_FIELD_BOOL:
            *(bool *)(void *)at = true;
            break;
        case WB_FIELD_TIME:
            *(int64_t *)(void *)at = n;
            break;
        case WB_FIELD_MONEY:
            *(wb_money *)(void *)at = (wb_money){n, "EUR", 2};
            break;
        case WB_FIELD_ENUM:
            *(int32_t *)(void *)at = 1;
            break;
        case WB_FIELD_GROUP:
            fill(fields->sub, at, texts, count);
            break;
        case WB_FIELD_LIST: {
            wb_field_list *list = (wb_field_list *)(void *)at;
            *list = (wb_field_list){wb_alloc(fields->sub_size), 1};
            fill(fields->sub, list->items, texts, count);
            break;
        }
        case WB_FIELD_END:
            break;
        }
    }
}

START_TEST(what_is_told_of_it_comes_back)
{
    const wb_record_def *def = def_of(_i + 1);
    char *texts = wb_alloc(8 * 1024);
    void *record = wb_alloc(def->size), *back = wb_alloc(def->size);
    WB_AUTO(wb_buf_fini) wb_buf packed = {0}, again = {0}, json = {0};
    int count = 0;
    wb_err err = {0};

    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_init(&again, WB_ORDER_MAX);
    wb_buf_init(&json, WB_ORDER_MAX);
    fill(def->fields, record, texts, &count);
    ck_assert_msg(!wb_canonical_check(def->fields, record, &err), "%s", err.text);
    ck_assert_msg(!wb_canonical_encode(def->fields, record, &packed, &err), "%s", err.text);
    ck_assert_msg(!wb_canonical_decode(def->fields, wb_buf_view(&packed), back, def->size, &err),
                  "%s", err.text);
    ck_assert(!wb_canonical_encode(def->fields, back, &again, &err));
    ck_assert(wb_view_eq(wb_buf_view(&packed), wb_buf_view(&again)));
    ck_assert(wb_view_eq(wb_record_external(def, record), wb_record_external(def, back)));
    ck_assert(wb_record_external(def, back).len > 0 && wb_record_left_out(def, back).len > 0 &&
              wb_record_repaired(def, back).len > 0);
    ck_assert_int_eq(wb_record_status(def, back), def->statuses ? 1 : 0);
    ck_assert(
        !wb_canonical_json(def->fields, wb_buf_view(&packed), WB_FIELD_PERSONAL, &json, &err));
    wb_canonical_fini(def->fields, record);
    wb_canonical_fini(def->fields, back);
    wb_free(&record);
    wb_free(&back);
    wb_free(&texts);
}
END_TEST

START_TEST(a_life_has_names_and_ends)
{
    const wb_record_def *def = def_of(_i + 1);

    ck_assert_str_eq(wb_record_status_name(def, 0), "unknown");
    if (!def->statuses)
        return;
    ck_assert(def->status_at != WB_RECORD_NOWHERE);
    for (int32_t from = 0; from == 0 || def->statuses[from]; from++) {
        if (from)
            ck_assert_str_eq(wb_record_status_name(def, from), def->statuses[from]);
        if (def->may_become)
            ck_assert_msg(def->may_become(from, from), "%s: %d stays", def->name, from);
    }
    ck_assert_str_eq(wb_record_status_name(def, 99), "?");
    ck_assert_str_eq(wb_record_status_name(def, -1), "?");
}
END_TEST

/* The group that the root fills is where the row says, and only kinds of an order have one. */
START_TEST(facts_are_of_an_order)
{
    const wb_record_def *def = def_of(_i + 1);
    size_t groups = 0;

    for (const wb_field *field = def->fields; field->type != WB_FIELD_END; field++) {
        if (field->owner != WB_OWNS_FACTS)
            continue;
        groups++;
        ck_assert_uint_eq(field->number, def->facts);
        ck_assert(field->sub == wb_order_facts_fields);
        ck_assert(field->flags & WB_FIELD_ASIDE); /* it makes no revision */
    }
    ck_assert_uint_eq(groups, def->facts ? 1 : 0);
    ck_assert_int_eq(def->root == WB_ROOT_ORDER, def->facts != 0);
}
END_TEST

/* The group that rules fill is where the row says, and makes no revision. */
START_TEST(decisions_are_where_the_row_says)
{
    const wb_record_def *def = def_of(_i + 1);
    size_t groups = 0;

    for (const wb_field *field = def->fields; field->type != WB_FIELD_END; field++) {
        if (field->owner != WB_OWNS_DECIDED)
            continue;
        groups++;
        ck_assert_uint_eq(field->number, def->decided);
        ck_assert(field->sub == wb_decided_fields);
        ck_assert(field->flags & WB_FIELD_ASIDE);
        ck_assert_str_eq(wb_record_group_name(def, WB_OWNS_DECIDED), "decided");
    }
    ck_assert_uint_eq(groups, def->decided ? 1 : 0);
    ck_assert(wb_decided_any(def->kind) == (groups > 0));
}
END_TEST

static const struct {
    wb_record_kind kind;
    const char *account, *external; /* as named */
    const char *root;               /* NULL = refused */
} roots[] = {
    {WB_RECORD_ORDER,       NULL,   NULL,  ""                  },
    {WB_RECORD_PRODUCT,     NULL,   "x",   ""                  },
    {WB_RECORD_SHIPMENT,    "shop", "1",   "t/shop/order/1"    },
    {WB_RECORD_SHIPMENT,    NULL,   "1",   "t/erp/order/1"     },
    {WB_RECORD_SHIPMENT,    "shop", NULL,  NULL                },
    {WB_RECORD_INVOICE,     "shop", "a/b", "t/shop/order/a%2Fb"},
    {WB_RECORD_RETURN,      "shop", "1",   "t/shop/order/1"    },
    {WB_RECORD_INVENTORY,   NULL,   NULL,  "t/*"               },
    {WB_RECORD_LISTING,     "shop", "x",   "t/*"               },
    {WB_RECORD_RESERVATION, NULL,   NULL,  "t/*"               },
    {WB_RECORD_METRIC,      NULL,   "r",   "t/erp/metric/r"    },
    {WB_RECORD_METRIC,      NULL,   NULL,  NULL                },
    {WB_RECORD_NOTICE,      NULL,   NULL,  ""                  },
    {WB_RECORD_ALERT,       NULL,   NULL,  ""                  },
};

START_TEST(a_record_belongs_to_its_root)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_root_name named = {wb_view_of(roots[_i].account ? roots[_i].account : ""),
                          wb_view_of(roots[_i].external ? roots[_i].external : "")};
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&out, WB_KEY_MAX);
    rc = wb_root_print(&out, WB_VIEW_LIT("t"), WB_VIEW_LIT("erp"), roots[_i].kind, &named, &err);
    if (!roots[_i].root) {
        ck_assert_int_eq(rc, WB_REJECT);
        return;
    }
    ck_assert_msg(rc == WB_OK, "%s", err.text);
    ck_assert_msg(wb_view_is(wb_buf_view(&out), roots[_i].root), "%.*s",
                  WB_VIEW_ARG(wb_buf_view(&out)));
}
END_TEST

/* Routes choose by a text of it, which is read from its bytes alone. */
START_TEST(a_type_is_read_from_the_packed_record)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    const wb_record_def *def = def_of(WB_RECORD_NOTICE);
    wb_notice notice = {.external_id = WB_VIEW_LIT("1"),
                        .source = WB_VIEW_LIT("x"),
                        .body = WB_VIEW_LIT("type"),
                        .type = WB_VIEW_LIT("OFFERS")};
    wb_err err = {0};

    wb_buf_init(&packed, 4096);
    ck_assert(!wb_canonical_encode(def->fields, &notice, &packed, &err));
    ck_assert(wb_view_is(wb_record_type(def, wb_buf_view(&packed)), "OFFERS"));
    ck_assert(!wb_record_type(def_of(WB_RECORD_ORDER), wb_buf_view(&packed)).len);
    for (size_t len = 0; len < packed.len; len++) /* a cut record has none */
        ck_assert(!wb_record_type(def, (wb_view){packed.data, len}).len);
    wb_buf_clear(&packed);
    notice.type = (wb_view){NULL, 0};
    ck_assert(!wb_canonical_encode(def->fields, &notice, &packed, &err));
    ck_assert(!wb_record_type(def, wb_buf_view(&packed)).len);
}
END_TEST

START_TEST(what_is_taken_as_it_is_has_no_root)
{
    const wb_record_def *def = def_of(_i + 1);

    ck_assert(!def->as_it_is || (def->root == WB_ROOT_ITSELF && !def->statuses));
    ck_assert_int_eq(def->as_it_is != NULL, def->kind == WB_RECORD_NOTICE);
    ck_assert_int_eq(def->type != 0, def->kind == WB_RECORD_NOTICE);
}
END_TEST

START_TEST(other_numbers_have_no_row)
{
    ck_assert_ptr_null(wb_record_def_of(WB_RECORD_NONE));
    ck_assert_ptr_null(wb_record_def_of((wb_record_kind)WB_RECORD_KIND_COUNT));
    ck_assert_ptr_null(wb_canonical_fields((wb_record_kind)-1));
}
END_TEST

static const struct {
    wb_record_kind kind;
    int32_t from, to;
    bool may;
} steps[] = {
    {WB_RECORD_SHIPMENT, WB_SHIPMENT_SHIPPED,   WB_SHIPMENT_PLANNED,   false},
    {WB_RECORD_SHIPMENT, WB_SHIPMENT_PLANNED,   WB_SHIPMENT_DELIVERED, true },
    {WB_RECORD_SHIPMENT, WB_SHIPMENT_SHIPPED,   WB_SHIPMENT_CANCELLED, true },
    {WB_RECORD_SHIPMENT, WB_SHIPMENT_DELIVERED, WB_SHIPMENT_SHIPPED,   false},
    {WB_RECORD_SHIPMENT, WB_SHIPMENT_CANCELLED, WB_SHIPMENT_SHIPPED,   false},
    {WB_RECORD_INVOICE,  WB_INVOICE_ISSUED,     WB_INVOICE_DRAFT,      false},
    {WB_RECORD_INVOICE,  WB_INVOICE_ISSUED,     WB_INVOICE_CANCELLED,  true },
    {WB_RECORD_INVOICE,  WB_INVOICE_CANCELLED,  WB_INVOICE_PAID,       false},
    {WB_RECORD_RETURN,   WB_RETURN_REJECTED,    WB_RETURN_APPROVED,    true },
    {WB_RECORD_RETURN,   WB_RETURN_REFUNDED,    WB_RETURN_CANCELLED,   false},
    {WB_RECORD_RETURN,   WB_RETURN_RECEIVED,    WB_RETURN_REQUESTED,   false},
};

START_TEST(nothing_goes_back)
{
    ck_assert_int_eq(def_of((int)steps[_i].kind)->may_become(steps[_i].from, steps[_i].to),
                     steps[_i].may);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {tables_are_sound,                      WB_RECORD_KIND_MAX},
        {what_is_told_of_it_comes_back,         WB_RECORD_KIND_MAX},
        {a_life_has_names_and_ends,             WB_RECORD_KIND_MAX},
        {facts_are_of_an_order,                 WB_RECORD_KIND_MAX},
        {decisions_are_where_the_row_says,      WB_RECORD_KIND_MAX},
        {a_type_is_read_from_the_packed_record, 0                 },
        {what_is_taken_as_it_is_has_no_root,    WB_RECORD_KIND_MAX},
        {other_numbers_have_no_row,             0                 },
        {a_record_belongs_to_its_root,          WB_COUNT(roots)   },
        {nothing_goes_back,                     WB_COUNT(steps)   },
        {NULL,                                  0                 },
    };

    return wb_suite_run("protocol.records.record", rows);
}
