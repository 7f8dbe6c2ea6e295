/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/record.h"

#include "protocol/base/own.h"
#include "protocol/key.h"

static bool
order_may_become(int32_t from, int32_t to)
{
    return wb_order_may_become((wb_order_status)from, (wb_order_status)to);
}

static bool
order_open(int32_t status)
{
    return wb_order_is_open((wb_order_status)status);
}

/* By wb_order_owner and its likes. */
static const char *const order_groups[] = {"",         "head",    "lines",   "buyer",
                                           "packages", "address", "handled", NULL};
static const char *const shipment_groups[] = {"", "head", "lines", "parcels", NULL};
static const char *const listing_groups[] = {"", "head", "shown", "wanted", NULL};
static const char *const product_groups[] = {"", "head", "skus", "components", NULL};
static const char *const invoice_groups[] = {"", "head", "lines", "document", NULL};
static const char *const return_groups[] = {"", "head", "lines", NULL};
static const char *const metric_groups[] = {"", "head", "days", NULL};
static const char *const notice_groups[] = {"", "head", "body", NULL};
static const char *const head_alone[] = {"", "head", NULL};

/* What a kind has beside its line in records.def. */
#define FORM(type, table, names)                                                                   \
    .fields = (table), .groups = (names), .size = sizeof(type),                                    \
    .external_at = offsetof(type, external_id), .left_out_at = offsetof(type, left_out),           \
    .repaired_at = offsetof(type, repaired)
#define NO_STATUS .status_at = WB_RECORD_NOWHERE
#define NO_CREATION .created_at = WB_RECORD_NOWHERE

#define LIVES(type, words) .status_at = offsetof(type, status), .statuses = (words)
#define MADE(type) .created_at = offsetof(type, created_utc_us)
#define FORM_ORDER                                                                                 \
    FORM(wb_order, wb_order_fields, order_groups), LIVES(wb_order, wb_order_statuses),             \
        .created_at = offsetof(wb_order, purchased_utc_us), .may_become = order_may_become,        \
        .synced = WB_ORDER_CREATED, .decided = WB_ORDER_DECIDED, .aim = wb_order_aim,              \
        .fault = wb_order_fault, .told_back = WB_ORDER_OWNS_HANDLED, .open = order_open
#define FORM_SHIPMENT                                                                              \
    FORM(wb_shipment, wb_shipment_fields, shipment_groups),                                        \
        LIVES(wb_shipment, wb_shipment_statuses), MADE(wb_shipment),                               \
        .may_become = wb_shipment_may_become, .facts = WB_SHIPMENT_FACTS,                          \
        .decided = WB_SHIPMENT_DECIDED, .goods = wb_shipment_goods,                                \
        .goods_at = offsetof(wb_shipment, lines), .goods_owner = WB_SHIPMENT_OWNS_LINES
#define FORM_INVENTORY                                                                             \
    FORM(wb_inventory, wb_inventory_fields, head_alone), NO_STATUS, NO_CREATION,                   \
        .unlisted = wb_inventory_unlisted
#define FORM_LISTING                                                                               \
    FORM(wb_listing, wb_listing_fields, listing_groups), LIVES(wb_listing, wb_listing_statuses),   \
        MADE(wb_listing)
#define FORM_PRODUCT                                                                               \
    FORM(wb_product, wb_product_fields, product_groups), LIVES(wb_product, wb_product_statuses),   \
        MADE(wb_product)
#define FORM_INVOICE                                                                               \
    FORM(wb_invoice, wb_invoice_fields, invoice_groups), LIVES(wb_invoice, wb_invoice_statuses),   \
        MADE(wb_invoice), .may_become = wb_invoice_may_become, .facts = WB_INVOICE_FACTS
#define FORM_RETURN                                                                                \
    FORM(wb_return, wb_return_fields, return_groups), LIVES(wb_return, wb_return_statuses),        \
        MADE(wb_return), .may_become = wb_return_may_become, .facts = WB_RETURN_FACTS
#define FORM_METRIC FORM(wb_metric, wb_metric_fields, metric_groups), NO_STATUS, NO_CREATION
#define FORM_RESERVATION                                                                           \
    FORM(wb_reservation, wb_reservation_fields, head_alone),                                       \
        LIVES(wb_reservation, wb_reservation_statuses), MADE(wb_reservation)
#define FORM_NOTICE                                                                                \
    FORM(wb_notice, wb_notice_fields, notice_groups), NO_STATUS,                                   \
        .created_at = offsetof(wb_notice, event_utc_us), .type = WB_NOTICE_TYPE_FIELD,             \
        .as_it_is = wb_notice_as_it_is
#define FORM_ALERT                                                                                 \
    FORM(wb_alert, wb_alert_fields, head_alone), LIVES(wb_alert, wb_alert_statuses), MADE(wb_alert)

static const wb_record_def defs[] = {
#define WB_RECORD(NAME, number, name, plural, root, ages, help)                                    \
    [number] = {WB_RECORD_##NAME, name, plural, help, WB_ROOT_##root, ages, FORM_##NAME},
#include "protocol/records.def"
#undef WB_RECORD
};

const wb_record_def *
wb_record_def_of(wb_record_kind kind)
{
    bool known = (size_t)kind < WB_COUNT(defs) && defs[kind].kind != WB_RECORD_NONE;

    return known ? &defs[kind] : NULL;
}

const char *
wb_record_status_name(const wb_record_def *self, int32_t status)
{
    int32_t count = 0;

    if (status == 0 || !self->statuses)
        return "unknown";
    while (self->statuses[count])
        count++;
    return status > 0 && status < count ? self->statuses[status] : "?";
}

const char *
wb_record_group_name(const wb_record_def *self, uint8_t owner)
{
    uint8_t count = 0;

    if (owner == WB_OWNS_FACTS && self->facts)
        return "order";
    if (owner == WB_OWNS_DECIDED && self->decided)
        return "decided";
    while (self->groups[count])
        count++;
    return owner < count ? self->groups[owner] : "?";
}

static wb_view
text_at(const void *record, size_t at)
{
    return at == WB_RECORD_NOWHERE ? (wb_view){NULL, 0}
                                   : *(const wb_view *)(const void *)((const char *)record + at);
}

static int64_t
time_at(const void *record, size_t at)
{
    return at == WB_RECORD_NOWHERE ? 0
                                   : *(const int64_t *)(const void *)((const char *)record + at);
}

wb_view
wb_record_external(const wb_record_def *self, const void *record)
{
    return text_at(record, self->external_at);
}

int32_t
wb_record_status(const wb_record_def *self, const void *record)
{
    return self->status_at == WB_RECORD_NOWHERE
               ? 0
               : *(const int32_t *)(const void *)((const char *)record + self->status_at);
}

int64_t
wb_record_created(const wb_record_def *self, const void *record)
{
    return time_at(record, self->created_at);
}

wb_view
wb_record_left_out(const wb_record_def *self, const void *record)
{
    return text_at(record, self->left_out_at);
}

wb_view
wb_record_repaired(const wb_record_def *self, const void *record)
{
    return text_at(record, self->repaired_at);
}

wb_view
wb_record_type(const wb_record_def *self, wb_view packed)
{
    wb_view type = {NULL, 0};

    if (self->type)
        wb_ignore(wb_canonical_text_of(self->fields, packed, self->type, &type, NULL),
                  "a record that cannot be read has none");
    return type;
}

void
wb_record_set_reading(const wb_record_def *self, void *record, wb_view left_out, wb_view repaired)
{
    if (self->left_out_at != WB_RECORD_NOWHERE)
        *(wb_view *)(void *)((char *)record + self->left_out_at) = left_out;
    if (self->repaired_at != WB_RECORD_NOWHERE)
        *(wb_view *)(void *)((char *)record + self->repaired_at) = repaired;
}

const wb_field *
wb_canonical_fields(wb_record_kind kind)
{
    const wb_record_def *def = wb_record_def_of(kind);

    return def ? def->fields : NULL;
}

size_t
wb_canonical_size(wb_record_kind kind)
{
    const wb_record_def *def = wb_record_def_of(kind);

    return def ? def->size : 0;
}

/* --- roots --- */

static wb_rc
print_report(wb_buf *out, wb_view tenant, wb_view account, wb_view report, wb_err *err)
{
    if (!report.len)
        return wb_fail(err, WB_REJECT, "names no report");
    return wb_key_print(out, tenant, account, WB_RECORD_METRIC, report, err);
}

static wb_rc
print_order(wb_buf *out, wb_view tenant, wb_view account, const wb_root_name *named, wb_err *err)
{
    if (!named->external.len)
        return wb_fail(err, WB_REJECT, "names no order");
    return wb_key_print(out, tenant, named->account.len ? named->account : account, WB_RECORD_ORDER,
                        named->external, err);
}

wb_rc
wb_root_print(wb_buf *out, wb_view tenant, wb_view account, wb_record_kind kind,
              const wb_root_name *named, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(kind);

    switch (def ? def->root : WB_ROOT_ITSELF) {
    case WB_ROOT_ITSELF:
        return WB_OK;
    case WB_ROOT_ORDER:
        return print_order(out, tenant, account, named, err);
    case WB_ROOT_CATALOGUE:
        return wb_key_catalogue(out, tenant, err);
    case WB_ROOT_REPORT:
        return print_report(out, tenant, account, named->external, err);
    }
    return wb_fail(err, WB_FATAL, "unknown rule of roots");
}
