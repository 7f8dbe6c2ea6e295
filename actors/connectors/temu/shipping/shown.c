/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shown - what Temu shows of a shipment, and what that asks for
 *
 *   bg.logistics.shipment.v2.get   {"parentOrderSn", "orderSn"} of a line that is in it:
 *   {"shipmentInfoDTO": [{"carrierId", "trackingNumber", "packageSn", "quantity",
 *     "subPackageShipmentInfoList": [{"carrierId", "trackingNumber", "packageSn"}]}]}
 *
 * It is asked when nobody knows what became of a confirmation, and when the ERP says something new
 * of what was confirmed: another tracking number or carrier of a box is written over (correct.c),
 * boxes that were not told before are added, once. Which of several packages of a line is the one
 * that changed says its tracking number, or else its quantity; where neither tells, a person has
 * to.
 */
#include "actors/connectors/temu/shipping/shipping.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

#define TOLD_MAX 256    /* a tracking number, packed, beside it */
#define PACKAGES_MAX 64 /* of one line */
#define BOXES (TEMU_BOXES_MAX + 1)
#define OLDER 1 /* a revision before any of ours */

/* A box as Temu shows it. */
typedef struct {
    wb_view package, tracking, carrier_id;
} shown_box;

/* A package, and the boxes beside it. */
typedef struct {
    wb_json_ref row;
    shown_box box;
    wb_count quantity;
} shown_package;

typedef struct {
    shown_package packages[PACKAGES_MAX];
    size_t count;
    temu_set set; /* of the one shipment that is asked about */
    temu_box boxes[BOXES];
    size_t box_count;
    wb_view line;
    int64_t quantity; /* of that line, in this shipment */
} showing;

/* --- the question --- */

/* The O that is asked about: one that the shipment has something of. */
static wb_rc
line_of(const temu_set *set, size_t *out, wb_err *err)
{
    for (size_t i = 0; i < set->lines; i++)
        if (set->taken[i] > 0) {
            *out = i;
            return WB_OK;
        }
    return wb_fail(err, WB_REJECT, "there is nothing of its order in it");
}

wb_rc
temu_shipped_build(const wb_call *call, wb_request *out, wb_err *err)
{
    WB_AUTO(temu_set_fini) temu_set set = {0};
    wb_json_writer writer;
    wb_key_parts order;
    size_t line = 0;
    wb_rc rc = wb_key_parse(&order, wb_envelope_root(call->items[0].env), err);

    if (!rc)
        rc = temu_set_open(&set, call, err);
    if (!rc && call->op->verb == WB_VERB_PUSH && set.shipments[0].status == WB_SHIPMENT_CANCELLED)
        return wb_fail(err, WB_REJECT, "it was called back, and Temu cannot be told so");
    if (!rc)
        rc = line_of(&set, &line, err);
    if (rc)
        return rc;
    temu_begin(call, "bg.logistics.shipment.v2.get", out, &writer);
    wb_json_member_text(&writer, "parentOrderSn", wb_view_of(order.external));
    wb_json_member_text(&writer, "orderSn", temu_set_lines(&set)[line].line_id);
    return temu_end(out, &writer, err);
}

/* --- the answer --- */

/* False: it cannot be told from others. */
static bool
read_box(wb_json *json, wb_json_ref at, shown_box *out)
{
    *out = (shown_box){0};
    wb_answer_code(json, wb_answer_member(json, at, "packageSn"), &out->package, "packageSn");
    temu_answer_id(json, wb_answer_member(json, at, "carrierId"), &out->carrier_id, "carrierId");
    return !wb_json_text(json, wb_json_get(json, at, "trackingNumber"), &out->tracking,
                         "trackingNumber", NULL) &&
           !wb_json_check(json, NULL) && out->tracking.len;
}

static bool
is_known(const showing *self, wb_view package)
{
    for (size_t i = 0; package.len && i < self->count; i++)
        if (wb_view_eq(self->packages[i].box.package, package))
            return true;
    return false;
}

/* A package may have a row for each of its SKUs. */
static bool
read_packages(showing *self, wb_json *json, wb_json_ref rows)
{
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        shown_package *next = &self->packages[self->count];

        if (self->count == PACKAGES_MAX)
            return false;
        *next = (shown_package){.row = at};
        if (!read_box(json, at, &next->box))
            return false;
        wb_answer_count(json, wb_answer_member(json, at, "quantity"), &next->quantity, "quantity");
        self->count += !is_known(self, next->box.package);
    }
    return true;
}

static void
showing_fini(showing *self)
{
    temu_set_fini(&self->set);
}

static wb_rc
open_showing(showing *self, const wb_call *call, const wb_response *resp, wb_outcomes *out,
             wb_err *err)
{
    wb_json_ref body, rows;
    size_t line = 0;
    wb_rc rc = temu_result(call, resp, out, &body, err);

    if (rc)
        return rc;
    rows = wb_json_get(call->json, body, "shipmentInfoDTO");
    if (wb_json_kind(call->json, rows) != WB_JSON_ARRAY || wb_json_check(call->json, NULL))
        return wb_fail(err, WB_RETRY, "%s: the answer has no shipments", call->op->name);
    rc = temu_set_open(&self->set, call, err);
    if (!rc)
        rc = line_of(&self->set, &line, err);
    if (rc)
        return rc;
    self->quantity = self->set.taken[line];
    self->box_count = temu_boxes_of(&self->set.shipments[0], self->boxes);
    if (!read_packages(self, call->json, rows))
        return wb_fail(err, WB_RETRY, "%s: the answer has a package without a tracking number",
                       call->op->name);
    return WB_OK;
}

/* --- which package it is --- */

static const shown_package *
by_tracking(const showing *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (wb_text_same_nocase(self->packages[i].box.tracking, self->boxes[0].tracking))
            return &self->packages[i];
    return NULL;
}

static const shown_package *
by_quantity(const showing *self)
{
    const shown_package *found = NULL;

    for (size_t i = 0; i < self->count; i++) {
        if (!self->packages[i].quantity.known || self->packages[i].quantity.value != self->quantity)
            continue;
        if (found)
            return NULL;
        found = &self->packages[i];
    }
    return found;
}

static const shown_package *
package_of(const showing *self)
{
    const shown_package *found = by_tracking(self);

    if (!found && self->count == 1)
        found = &self->packages[0];
    return found ? found : by_quantity(self);
}

/* --- what it asks for --- */

/* The boxes of a package, the first one first; false: one cannot be read. */
static bool
boxes_shown(wb_json *json, const shown_package *package, shown_box out[BOXES], size_t *count)
{
    wb_json_ref subs = wb_json_get(json, package->row, "subPackageShipmentInfoList");

    out[0] = package->box;
    *count = 1;
    for (wb_json_ref at = wb_json_first(json, subs); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (*count == BOXES || !read_box(json, at, &out[*count]))
            return false;
        ++*count;
    }
    return true;
}

/* A carrier that a rule or the account names, and that Temu shows as another. */
static bool
is_another_carrier(const temu_options *options, const temu_box *wanted, const shown_box *shown)
{
    wb_view id = temu_carrier_told(options, wanted);

    return id.len && shown->carrier_id.len && !wb_view_eq(id, shown->carrier_id);
}

/* Pairs of what is wanted with what is shown: the same tracking number, then the first box with the
 * first, then the others in their order. `pair`: of each wanted box; a number above all shown ones
 * = there is none. */
static void
pair_boxes(const showing *self, const shown_box *shown, size_t count, size_t pair[BOXES])
{
    bool used[BOXES] = {false};

    for (size_t i = 0; i < self->box_count; i++) {
        pair[i] = BOXES;
        for (size_t k = 0; k < count && pair[i] == BOXES; k++)
            if (!used[k] && wb_text_same_nocase(self->boxes[i].tracking, shown[k].tracking))
                used[pair[i] = k] = true;
    }
    for (size_t i = 0; i < self->box_count; i++)
        for (size_t k = i ? 1 : 0; k < (i ? count : 1) && pair[i] == BOXES; k++)
            if (!used[k])
                used[pair[i] = k] = true;
}

static void
say_pair(wb_buf *out, const char *step, const shown_box *shown, size_t box)
{
    wb_buf_addf(out, "%s %.*s=%zu", out->len ? "" : step, WB_VIEW_ARG(shown->package), box);
}

/* The next step, as temu.h has it; nothing: all is as it should be. WB_RETRY: a package has no
 * number. */
static wb_rc
say_step(const showing *self, const temu_options *options, const shown_box *shown,
         const size_t pair[BOXES], wb_buf *out)
{
    size_t missing = 0;

    for (size_t i = 0; i < self->box_count; i++) {
        const shown_box *at = pair[i] < BOXES ? &shown[pair[i]] : NULL;

        missing += !at;
        if (!at || (wb_text_same_nocase(self->boxes[i].tracking, at->tracking) &&
                    !is_another_carrier(options, &self->boxes[i], at)))
            continue;
        if (!at->package.len)
            return WB_RETRY;
        say_pair(out, TEMU_EDIT, at, i);
    }
    if (missing && !shown[0].package.len)
        return WB_RETRY;
    if (missing && out->len)
        wb_buf_add_text(out, TEMU_AND_BOXES);
    else
        for (size_t i = 0; missing && i < self->box_count; i++)
            if (pair[i] == BOXES)
                say_pair(out, TEMU_BOX, &shown[0], i);
    return WB_OK;
}

/* For who looks before it leaves: its tracking number, after which there is room for `more`. */
static void
tell_tracking(const shown_package *package, size_t more, wb_outcomes *out, wb_result *result)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const wb_shipment there = {.tracking = package->box.tracking};

    wb_buf_init(&body, package->box.tracking.len + TOLD_MAX);
    if (!there.tracking.len || wb_canonical_encode(wb_shipment_fields, &there, &body, NULL))
        wb_buf_clear(&body);
    wb_outcomes_reserve(out, body.len + more);
    if (body.len)
        result->body = wb_outcomes_keep(out, wb_buf_view(&body));
}

/* What is shown of a shipment that was confirmed, against what it is now. */
static wb_rc
compare(const wb_call *call, const showing *self, const shown_package *package, wb_outcomes *out,
        wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf step = {0};
    wb_result *result = &out->results[0];
    shown_box shown[BOXES];
    size_t count, pair[BOXES];

    if (self->box_count > BOXES) {
        wb_result_set(result, WB_RESULT_PARK, "it is in %zu boxes: Temu takes %d", self->box_count,
                      BOXES);
        return WB_OK;
    }
    wb_buf_init(&step, WB_URL_MAX);
    if (!boxes_shown(call->json, package, shown, &count))
        return wb_fail(err, WB_RETRY, "%s: the answer has a box without a tracking number",
                       call->op->name);
    pair_boxes(self, shown, count, pair);
    if (say_step(self, call->options, shown, pair, &step))
        return wb_fail(err, WB_RETRY, "%s: the answer has a package without a number",
                       call->op->name);
    tell_tracking(package, package->box.package.len + step.len + 1, out, result);
    result->remote_id = wb_outcomes_keep(out, package->box.package);
    result->code = step.len ? WB_RESULT_MORE : WB_RESULT_UNCHANGED;
    result->cursor = wb_outcomes_keep(out, wb_buf_view(&step));
    return WB_OK;
}

wb_rc
temu_again_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(showing_fini) showing self = {0};
    wb_result *result = &out->results[0];
    const shown_package *package;
    wb_rc rc = open_showing(&self, call, resp, out, err);

    if (rc)
        return rc;
    if (!self.count) { /* what was written is not shown at once */
        wb_result_set(result, WB_RESULT_RETRY,
                      "it was confirmed, and Temu shows no shipment of it");
        return WB_OK;
    }
    package = package_of(&self);
    if (package)
        return compare(call, &self, package, out, err);
    wb_result_set(result, WB_RESULT_PARK,
                  "Temu shows %zu packages of it, none with this tracking number: change it there",
                  self.count);
    return WB_OK;
}

/* Nobody knows whether it was confirmed. Another tracking number is that of an older revision, if
 * one may have left; else of somebody who did it by hand. */
wb_rc
temu_shipped_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(showing_fini) showing self = {0};
    wb_result *result = &out->results[0];
    const shown_package *package;
    wb_rc rc = open_showing(&self, call, resp, out, err);

    if (rc) /* a refusal does not answer: it is asked again, for all may be refused */
        return rc;
    package = by_tracking(&self);
    if (package) {
        tell_tracking(package, package->box.package.len + 1, out, result);
        result->remote_id = wb_outcomes_keep(out, package->box.package);
        result->code = WB_RESULT_DONE;
    } else if (!self.count && TEMU_EMPTY_IS_ABSENT) {
        wb_result_set(result, WB_RESULT_ABSENT, "Temu shows no shipment of it");
    } else if (call->items[0].older) {
        result->code = WB_RESULT_DONE;
        result->revision = OLDER;
    } else {
        wb_result_set(result, WB_RESULT_PARK, "Temu shows it with another tracking number");
    }
    return WB_OK;
}
