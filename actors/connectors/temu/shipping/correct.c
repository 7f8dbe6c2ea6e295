/* SPDX-License-Identifier: Apache-2.0 */
/*
 * correct - what was confirmed is written over, within the time that Temu allows for it
 *
 *   bg.logistics.shipment.shippingtype.update   {"editPackageRequestList": [{"packageSn",
 *     "shipCompanyId", "trackingNumber", "selfShippingWarehouseId"}]}                     -> true
 *   bg.logistics.shipment.sub.confirm           {"mainPackageSn", "sendSubRequestList":
 *     [{"carrierId", "trackingNumber", "selfShippingWarehouseId"}]}, once for a package   -> true
 *
 * Which packages, and which boxes of the shipment they are, says the cursor, made right before of
 * what Temu shows (shown.c).
 */
#include "actors/connectors/temu/shipping/shipping.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define BOXES (TEMU_BOXES_MAX + 1)
#define USED_TWICE 120014003
#define USED 120014004
#define BOXED 120012043

/* The next word of a cursor; {NULL, 0} = there is none. */
static wb_view
next_word(wb_view *rest)
{
    wb_view word;
    size_t len = 0;

    while (rest->len && *rest->data == ' ')
        *rest = (wb_view){rest->data + 1, rest->len - 1};
    while (len < rest->len && rest->data[len] != ' ')
        len++;
    word = len ? (wb_view){rest->data, len} : (wb_view){NULL, 0};
    *rest = (wb_view){rest->data + len, rest->len - len};
    return word;
}

/* "PK-1=0": the package, and the number of the box. */
static bool
read_pair(wb_view word, size_t boxes, wb_view *package, size_t *box)
{
    const char *sign = word.len ? memrchr(word.data, '=', word.len) : NULL;
    int64_t number = -1;

    if (!sign)
        return false;
    *package = (wb_view){word.data, (size_t)(sign - word.data)};
    if (wb_text_int(&number, (wb_view){sign + 1, word.len - package->len - 1}, NULL) ||
        number < 0 || number >= (int64_t)boxes || !package->len)
        return false;
    *box = (size_t)number;
    return true;
}

static wb_rc
no_step(const wb_call *call, wb_err *err)
{
    return wb_fail(err, WB_REJECT, "%s: the cursor is no step of it", call->op->name);
}

/* What the call's one item is to be changed by. */
typedef struct {
    temu_set set;
    temu_box boxes[BOXES];
    size_t count;
    wb_view rest; /* of the cursor, behind the name of the operation */
} step;

static void
step_fini(step *self)
{
    temu_set_fini(&self->set);
}

static wb_rc
open_step(const wb_call *call, step *self, wb_err *err)
{
    const temu_options *options = call->options;
    wb_rc rc = temu_set_open(&self->set, call, err);

    if (rc)
        return rc;
    if (!options->warehouse_id || !*options->warehouse_id)
        return wb_fail(err, WB_REJECT, "the account has no warehouse_id to ship from");
    self->count = temu_boxes_of(&self->set.shipments[0], self->boxes);
    self->rest = call->items[0].cursor;
    return self->count <= BOXES && next_word(&self->rest).len ? WB_OK : no_step(call, err);
}

/* The operation's own request. */
typedef struct {
    const char *type, *rows, *carrier;
    bool beside; /* one package, with boxes beside it; else a package for each box */
} request;

static wb_rc
put_rows(const wb_call *call, const request *what, const step *self, wb_json_writer *writer,
         wb_err *err)
{
    wb_view rest = self->rest, package = {NULL, 0};
    size_t box = 0, rows = 0;
    wb_rc rc = WB_OK;

    wb_json_put_key(writer, what->rows);
    wb_json_open(writer, '[');
    for (wb_view word = next_word(&rest); !rc && read_pair(word, self->count, &package, &box);
         word = next_word(&rest), rows++) {
        wb_json_open(writer, '{');
        if (!what->beside)
            wb_json_member_text(writer, "packageSn", package);
        rc = temu_put_box(call->options, &self->boxes[box], what->carrier, writer, err);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    if (what->beside)
        wb_json_member_text(writer, "mainPackageSn", package);
    return rc || rows ? rc : no_step(call, err);
}

static wb_rc
build(const wb_call *call, const request *what, wb_request *out, wb_err *err)
{
    WB_AUTO(step_fini) step self = {0};
    wb_json_writer writer;
    wb_rc rc = open_step(call, &self, err);

    if (rc)
        return rc;
    temu_begin(call, what->type, out, &writer);
    rc = put_rows(call, what, &self, &writer, err);
    return rc ? rc : temu_end(out, &writer, err);
}

wb_rc
temu_edit_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const request edit = {"bg.logistics.shipment.shippingtype.update",
                                 "editPackageRequestList", "shipCompanyId", false};

    return build(call, &edit, out, err);
}

wb_rc
temu_boxed_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const request add = {"bg.logistics.shipment.sub.confirm", "sendSubRequestList",
                                "carrierId", true};

    return build(call, &add, out, err);
}

/* --- what became of it --- */

/* It may be there already, if it was sent before: a write whose answer was lost is not always shown
 * at once. It is asked about once more. */
static bool
may_be_a_repeat(int64_t code)
{
    return code == USED_TWICE || code == USED || code == BOXED;
}

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    wb_err local = {0};
    wb_err *why = err ? err : &local;
    wb_json_ref body;
    int64_t code;
    wb_rc rc = temu_open(call, resp, out, &body, &code, why);

    if (rc == WB_REJECT && may_be_a_repeat(code) && call->items[0].again)
        wb_result_set(result, WB_RESULT_RETRY, "%.150s", why->text);
    else if (rc == WB_REJECT && code)
        temu_ship_refuse(call, code, why->text, out);
    else if (rc)
        return rc;
    else if (wb_json_kind(call->json, body) == WB_JSON_TRUE && (!code || code == TEMU_SUCCESS))
        result->code = WB_RESULT_DONE;
    else
        wb_result_set(result, WB_RESULT_UNKNOWN, "the answer does not say what became of it");
    return WB_OK;
}

wb_rc
temu_edit_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    wb_view cursor = call->items[0].cursor, last = WB_VIEW_LIT(TEMU_AND_BOXES);
    wb_rc rc = read(call, resp, out, err);

    if (!rc && result->code == WB_RESULT_DONE && cursor.len > last.len &&
        !memcmp(cursor.data + cursor.len - last.len, last.data, last.len))
        wb_result_set(result, WB_RESULT_RETRY, "the boxes beside it are added next");
    return rc;
}

wb_rc
temu_boxed_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return read(call, resp, out, err);
}
