/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark - an order that is exceptional at its channel, told to the people of the ERP, and taken back
 *
 *   POST /pb/mp/order/setRemark  {"orders": [{"global_order_no", "remark", "remark_is_append"}]}
 *
 * The buyer has asked to cancel it, and nobody has decided yet: it is created and not approved, or
 * marked by a remark when it is there, whatever its status. A remark is added to what people have
 * written, and names the order: a system order may be for several. Which of the two remarks of an
 * order comes last says how it is marked, so each is written once.
 */
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

#define CURSOR "orders.mark "
#define REMARK_MAX 700

bool
lingxing_is_held(const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++)
        if (lines[i].cancel_requested)
            return true;
    return false;
}

void
lingxing_remark(wb_buf *out, wb_view order, bool held)
{
    wb_buf_addf(out, "[%.*s: %s]", WB_VIEW_ARG(order),
                held ? LINGXING_REMARK_HELD : LINGXING_REMARK_FREE);
}

/* Where it stands last; NULL = nowhere. */
static const char *
last_of(wb_view text, wb_view order, bool held)
{
    WB_AUTO(wb_buf_fini) wb_buf remark = {0};
    const char *found = NULL, *at = text.data;

    wb_buf_init(&remark, REMARK_MAX);
    lingxing_remark(&remark, order, held);
    while (text.len && !remark.overflow &&
           (at = memmem(at, (size_t)(text.data + text.len - at), remark.data, remark.len)))
        found = at++;
    return found;
}

/* Has a system order the mark that this order is held, and none behind it that it is not? */
static bool
is_marked(wb_json *json, wb_json_ref row, wb_view order)
{
    wb_view text = {NULL, 0};
    const char *held, *freed;

    wb_answer_text(json, wb_answer_member(json, row, "remark"), &text, "remark");
    held = last_of(text, order, true);
    freed = last_of(text, order, false);
    return held && (!freed || held > freed);
}

bool
lingxing_approves(const wb_call *call, size_t item)
{
    const lingxing_options *options = call->options;
    lingxing_want want;
    bool held = !lingxing_want_read(call, call->items[item].env, &want, NULL) &&
                lingxing_is_held(&want.order);

    wb_canonical_fini(wb_order_fields, &want.order);
    return options->approve && !held;
}

/* "orders.mark = NUMBERS", or "+" where more is to be done behind it. */
wb_view
lingxing_mark_cursor(const wb_call *call, const lingxing_found *found, const lingxing_want *want,
                     bool last, wb_outcomes *out)
{
    bool held = lingxing_is_held(&want->order), differs = false;
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};

    for (size_t i = 0; i < found->count && !differs; i++)
        differs = is_marked(call->json, found->parts[i], wb_view_of(want->key.external)) != held;
    if (!differs)
        return (wb_view){NULL, 0};
    wb_buf_init(&cursor, LINGXING_NUMBERS_MAX + sizeof CURSOR + 2);
    wb_buf_addf(&cursor, CURSOR "%c ", last ? '=' : '+');
    wb_buf_add_view(&cursor, wb_buf_view(&found->numbers));
    return wb_outcomes_keep(out, wb_buf_view(&cursor));
}

/* --- the write --- */

static wb_view
numbers_of(const wb_call_item *item)
{
    const size_t head = sizeof CURSOR - 1 + 2;

    if (item->cursor.len <= head || memcmp(item->cursor.data, CURSOR, sizeof CURSOR - 1) != 0)
        return (wb_view){NULL, 0};
    return (wb_view){item->cursor.data + head, item->cursor.len - head};
}

static bool
is_last(const wb_call_item *item)
{
    return item->cursor.len >= sizeof CURSOR && item->cursor.data[sizeof CURSOR - 1] == '=';
}

static wb_rc
put_marks(const wb_call *call, size_t item, wb_json_writer *writer, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf remark = {0};
    wb_view numbers = numbers_of(&call->items[item]);
    lingxing_want want;
    wb_rc rc = lingxing_want_read(call, call->items[item].env, &want, err);

    if (!rc && !numbers.len)
        rc = wb_fail(err, WB_REJECT, "the cursor names no system order");
    wb_buf_init(&remark, REMARK_MAX);
    if (!rc)
        lingxing_remark(&remark, wb_view_of(want.key.external), lingxing_is_held(&want.order));
    while (!rc && numbers.len) {
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "global_order_no", lingxing_next_number(&numbers));
        wb_json_member_text(writer, "remark", wb_buf_view(&remark));
        wb_json_member_bool(writer, "remark_is_append", true);
        wb_json_close(writer, '}');
    }
    wb_canonical_fini(wb_order_fields, &want.order);
    return rc;
}

wb_rc
lingxing_mark_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const lingxing_list_body body = {"/pb/mp/order/setRemark", "orders", put_marks};

    return lingxing_post_list(call, &body, out, err);
}

static void
read_marked(const wb_call *call, size_t item, bool all, wb_result *result)
{
    wb_json_ref bad =
        lingxing_error_of(call->json, "error_details", numbers_of(&call->items[item]));
    char words[100];

    if (bad != WB_JSON_NONE) {
        lingxing_element_words(call->json, bad, words, sizeof words);
        wb_result_set(result, WB_RESULT_PARK, "the ERP does not take a remark for it: %s", words);
    } else if (all && is_last(&call->items[item])) {
        result->code = WB_RESULT_DONE;
    } else { /* the question says whether it is there, and what else there is to do */
        wb_result_set(result, WB_RESULT_RETRY,
                      all ? "it is marked; the rest is looked at"
                          : "the answer does not say whether it was marked");
        result->retry_ms = 1;
    }
}

wb_rc
lingxing_mark_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_view code;
    bool done;
    wb_rc rc = lingxing_edited(call, resp, out, &code, &done, err);

    for (size_t i = 0; !rc && done && i < call->item_count; i++)
        read_marked(call, i, wb_view_is(code, "10002"), &out->results[i]);
    return rc;
}
