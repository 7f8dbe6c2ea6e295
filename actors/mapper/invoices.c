/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoices - see invoices.h
 */
#include "actors/mapper/invoices.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/records/record.h"
#include "storage/relations.h"

#define WHY_MAX 200

/* The last number of an account, and the life of the store that gave it; last 0 = none was given.
 */
typedef struct {
    int64_t last, birth_utc_us;
} series;

/* An order while its invoice is made. */
typedef struct {
    const wb_want *want;
    const wb_account *account;
    const wb_invoices_conf *conf;
    wb_write *write;
    int64_t now_utc_us;
    int64_t next;
    char number[WB_INVOICE_NUMBER_MAX + 1]; /* "" = none was given */
    wb_buf name, canonical;                 /* of the invoice */
} making;

static wb_relation_key
key_of(uint16_t shard, wb_view name)
{
    return (wb_relation_key){shard, WB_RELATION_INVOICED, name};
}

wb_rc
wb_invoices_number(wb_txn *txn, uint16_t shard, wb_view order, char out[WB_INVOICE_NUMBER_MAX + 1],
                   wb_err *err)
{
    const wb_relation_key key = key_of(shard, order);
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    bool found = false;
    wb_rc rc;

    wb_buf_init(&note, WB_INVOICE_NUMBER_MAX + 1);
    rc = wb_relations_get(txn, &key, order, &note, &found, err);
    (void)snprintf(out, WB_INVOICE_NUMBER_MAX + 1, "%s", found ? wb_buf_text(&note) : "");
    return rc;
}

wb_rc
wb_invoices_forget(uint16_t shard, wb_view order, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(shard, order);
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_INVOICED, &any, err);

    return rc || !any ? rc : wb_relations_delete(txn, &key, order, err);
}

/* --- whether --- */

/* Shipped as a whole, by its channel's word. */
static bool
is_shipped(const wb_record_row *row)
{
    return row->kind == WB_RECORD_ORDER &&
           (row->status == WB_ORDER_SHIPPED || row->status == WB_ORDER_INVOICED);
}

static const wb_account *
account_of(const wb_mapper *mapper, wb_view record, const wb_invoices_conf **conf)
{
    const wb_account *account =
        wb_accounts_find(wb_ctx_accounts(mapper->ctx), wb_key_account_of(record));

    *conf = account ? wb_config_invoices(wb_ctx_config(mapper->ctx), account->conf->name) : NULL;
    return account;
}

/* What is older than our memory may have an invoice that nobody remembers. */
static bool
is_in_time(const wb_mapper *mapper, const wb_invoices_conf *conf, const wb_order *order, char *why)
{
    int64_t keep_us = wb_ctx_config(mapper->ctx)->keep_records * WB_US_PER_MS;

    if (!order->purchased_utc_us)
        (void)snprintf(why, WHY_MAX, "its channel does not tell when it was bought");
    else if (order->purchased_utc_us < conf->since_utc_us)
        (void)snprintf(why, WHY_MAX, "it was bought before %s (since)", conf->since);
    else if (order->purchased_utc_us < wb_now_utc_us() - keep_us)
        (void)snprintf(why, WHY_MAX, "it was bought longer ago than records are kept");
    else
        return true;
    return false;
}

/* --- its number --- */

static wb_rc
get_series(wb_txn *txn, const wb_relation_key *key, series *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    bool found = false;
    wb_rc rc;

    *out = (series){0};
    wb_buf_init(&note, sizeof *out);
    rc = wb_relations_get(txn, key, key->name, &note, &found, err);
    if (!rc && note.len == sizeof *out)
        memcpy(out, note.data, sizeof *out);
    return rc;
}

/* *next 0: none may be given, and `why` says so. */
static void
next_number(const wb_mapper *mapper, const wb_invoices_conf *conf, const series *known,
            int64_t *next, char *why)
{
    int64_t birth_utc_us = wb_store_birth_utc_us(wb_ctx_store(mapper->ctx));

    *next = known->last >= conf->first ? known->last + 1 : conf->first;
    if (known->birth_utc_us == birth_utc_us || known->last < conf->first)
        return;
    *next = 0;
    (void)snprintf(
        why, WHY_MAX,
        "the mapper's store was turned back: numbers above %lld may have been given; set "
        "`first` above the last one",
        (long long)known->last);
}

/* Where the numbers of an account stand. */
static wb_relation_key
series_key(const wb_mapper *mapper, wb_view account)
{
    return key_of(wb_shard_of(account, (uint16_t)wb_ctx_config(mapper->ctx)->shards), account);
}

/* The next one, not given yet. */
static wb_rc
choose_number(making *self, char *why, wb_txn *txn, wb_err *err)
{
    const wb_mapper *mapper = self->want->mapper;
    const wb_relation_key key = series_key(mapper, self->account->key_view);
    series known;
    wb_rc rc;

    if (!wb_ctx_owns(mapper->ctx, key.shard)) {
        (void)snprintf(why, WHY_MAX, "its account's numbers are given by another mapper");
        return WB_OK;
    }
    rc = get_series(txn, &key, &known, err);
    if (rc)
        return rc;
    next_number(mapper, self->conf, &known, &self->next, why);
    if (self->next)
        (void)snprintf(self->number, sizeof self->number, "%.*s%0*lld", WB_INVOICE_PREFIX_MAX,
                       self->conf->prefix ? self->conf->prefix : "", (int)self->conf->digits,
                       (long long)self->next);
    return WB_OK;
}

static wb_rc
keep_number(const making *self, wb_txn *txn, wb_err *err)
{
    const wb_mapper *mapper = self->want->mapper;
    const wb_relation_key key = series_key(mapper, self->account->key_view);
    const series given = {self->next, wb_store_birth_utc_us(wb_ctx_store(mapper->ctx))};

    return wb_relations_put(txn, &key, key.name, (wb_view){(const char *)&given, sizeof given},
                            err);
}

/* --- the record --- */

/* Its key and its bytes: all that could be wrong with it is found here. */
static wb_rc
prepare(making *self, wb_invoice *invoice, wb_err *err)
{
    wb_key_parts order;
    wb_rc rc = wb_key_parse(&order, self->want->record, err);

    rc = rc ? rc
            : wb_key_print(&self->name, wb_view_of(order.tenant), wb_view_of(order.account),
                           WB_RECORD_INVOICE, wb_view_of(order.external), err);
    invoice->number = wb_view_of(self->number);
    invoice->seller_tax_id = wb_view_of(self->conf->seller_tax_id ? self->conf->seller_tax_id : "");
    invoice->issued_utc_us = invoice->created_utc_us = self->now_utc_us;
    invoice->updated_utc_us = self->now_utc_us;
    rc = rc ? rc : wb_canonical_check(wb_invoice_fields, invoice, err);
    rc = rc ? rc : wb_canonical_encode(wb_invoice_fields, invoice, &self->canonical, err);
    return rc ? rc : wb_buf_check(&self->canonical, "the invoice", err);
}

static void
tell(const making *self, const char *what, wb_outcome outcome, const char *text)
{
    const wb_record_event event = {
        .what = what, .env = self->want->cause, .outcome = outcome, .text = text};

    wb_event_record(self->write, &event);
}

/* It leaves as any record of its account does. */
static wb_rc
put_record(const making *self, wb_view key, wb_record_row *row, wb_txn *txn, wb_err *err)
{
    wb_key_parts parts;
    wb_envelope cause;
    wb_wanted_how how = WB_WANTED_NOWHERE;
    wb_want want = *self->want;
    wb_rc rc = wb_want_cause(key, row, &parts, &cause, err);

    cause.priority = self->want->cause->priority;
    want.record = key;
    want.row = row;
    want.cause = &cause;
    rc = rc ? rc : wb_parts_note(want.shard, key, row, txn, err);
    rc = rc ? rc : wb_want_everywhere(&want, &how, txn, err);
    return rc ? rc : wb_records_put(txn, want.shard, key, row, err);
}

static wb_rc
put_invoice(const making *self, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(self->want->shard, self->want->record);
    const wb_observation said = {.record = wb_buf_view(&self->name),
                                 .origin = self->account->key_view,
                                 .kind = WB_RECORD_INVOICE,
                                 .owners = UINT32_MAX,
                                 .source_utc_us = self->now_utc_us,
                                 .observed_utc_us = self->now_utc_us,
                                 .status = WB_INVOICE_ISSUED,
                                 .canonical = wb_buf_view(&self->canonical),
                                 .routed = true};
    WB_AUTO(wb_buf_fini) wb_buf merged = {0};
    wb_record_row row;
    wb_judged judged;
    wb_rc rc;

    wb_buf_init(&merged, WB_ORDER_MAX);
    rc = wb_mapper_judge(&said, false, &row, &merged, &judged, err);
    row.root = self->want->record;
    rc = rc ? rc : put_record(self, said.record, &row, txn, err);
    rc = rc ? rc : wb_relations_put(txn, &key, key.name, wb_view_of(self->number), err);
    return rc ? rc : keep_number(self, txn, err);
}

/* A number is given when nothing but the store can stop the rest. */
static wb_rc
make(making *self, const wb_order *order, char *why, wb_txn *txn, wb_err *err)
{
    wb_invoice invoice = {0};
    wb_err wrong = {0};
    wb_rc rc;

    if (!is_in_time(self->want->mapper, self->conf, order, why) ||
        !wb_invoice_of(order, &invoice, why, WHY_MAX))
        return WB_OK;
    rc = choose_number(self, why, txn, err);
    if (!rc && self->number[0] && prepare(self, &invoice, &wrong)) {
        (void)snprintf(why, WHY_MAX, "%.190s", wrong.text);
        self->number[0] = '\0';
    }
    wb_canonical_fini(wb_invoice_fields, &invoice);
    return rc || !self->number[0] ? rc : put_invoice(self, txn, err);
}

/* Bytes of an order that this release cannot read are no end of its process. */
static wb_rc
make_of(making *self, char *why, wb_txn *txn, wb_err *err)
{
    wb_err wrong = {0};
    wb_order order;
    wb_rc rc;

    if (wb_canonical_decode(wb_order_fields, self->want->row->canonical, &order, sizeof order,
                            &wrong)) {
        (void)snprintf(why, WHY_MAX, "%.190s", wrong.text);
        return WB_OK;
    }
    wb_buf_init(&self->name, WB_KEY_MAX);
    wb_buf_init(&self->canonical, WB_ORDER_MAX);
    rc = make(self, &order, why, txn, err);
    wb_buf_fini(&self->name);
    wb_buf_fini(&self->canonical);
    wb_canonical_fini(wb_order_fields, &order);
    return rc;
}

wb_rc
wb_invoices_make(const wb_want *want, bool news, wb_write *write, wb_txn *txn, wb_err *err)
{
    making self = {.want = want, .write = write, .now_utc_us = wb_now_utc_us()};
    char why[WHY_MAX] = "";
    wb_rc rc;

    if (!is_shipped(want->row))
        return WB_OK;
    self.account = account_of(want->mapper, want->record, &self.conf);
    if (!self.conf)
        return WB_OK;
    rc = wb_invoices_number(txn, want->shard, want->record, self.number, err);
    if (rc || self.number[0])
        return rc;
    rc = make_of(&self, why, txn, err);
    if (!rc && self.number[0])
        tell(&self, "invoiced", WB_OUTCOME_HANDED_ON, self.number);
    else if (!rc && news)
        tell(&self, "not invoiced", WB_OUTCOME_FILTERED, why);
    return rc;
}

/* --- for people --- */

/* Why it has none, though it is shipped; "" = it may have one with its next word. */
static wb_rc
find_missing(const wb_leaving *what, const wb_invoices_conf *conf, char *why, wb_txn *txn,
             wb_err *err)
{
    const wb_mapper *mapper = what->mapper;
    const wb_relation_key key = series_key(mapper, wb_key_account_of(what->record));
    wb_invoice invoice = {0};
    wb_order order;
    series known;
    int64_t next;
    wb_rc rc =
        wb_canonical_decode(wb_order_fields, what->row->canonical, &order, sizeof order, err);

    if (rc)
        return rc;
    if (is_in_time(mapper, conf, &order, why) && wb_invoice_of(&order, &invoice, why, WHY_MAX)) {
        rc = get_series(txn, &key, &known, err);
        next_number(mapper, conf, &known, &next, why);
        wb_canonical_fini(wb_invoice_fields, &invoice);
    }
    wb_canonical_fini(wb_order_fields, &order);
    return rc;
}

void
wb_invoices_tell(const wb_leaving *what, wb_txn *txn, wb_json_writer *out)
{
    char number[WB_INVOICE_NUMBER_MAX + 1] = "", why[WHY_MAX] = "";
    const wb_invoices_conf *conf = NULL;
    wb_err err = {0};

    wb_ignore(wb_invoices_number(txn, what->shard, what->record, number, &err), "shown without");
    account_of(what->mapper, what->record, &conf);
    if (!number[0] && (!conf || !is_shipped(what->row)))
        return;
    if (!number[0])
        wb_ignore(find_missing(what, conf, why, txn, &err), "shown without");
    wb_json_put_key(out, "invoice");
    wb_json_open(out, '{');
    if (number[0])
        wb_json_member_text(out, "number", wb_view_of(number));
    else
        wb_json_member_text(out, "missing",
                            wb_view_of(*why ? why : "it is made with the next word of the order"));
    wb_json_close(out, '}');
}
