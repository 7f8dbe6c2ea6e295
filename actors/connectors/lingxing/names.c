/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - shops, warehouses and shipping methods that people call by their names
 *
 * A number is an id, and needs nobody. What a name stands for there the account's question has told
 * (ask.c). It is asked when a name is first met, and then in the background: when what it told is
 * older than `names_age`, when it does not have a name, and when an id was refused.
 */
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

/* What was told within that time is not asked again for the sake of a name that it does not have.
 */
#define YOUNG_US (60 * WB_US_PER_S)
/* What is older is not gone by: somebody may have given a name to another. */
#define LAST_US (24 * 3600 * WB_US_PER_S)
#define NAME_SHOWN 60
#define THERE_MAX 200 /* of those that are there */

bool
lingxing_is_number(wb_view text)
{
    bool is = text.len > 0 && text.len <= 19;

    for (size_t i = 0; is && i < text.len; i++)
        is = text.data[i] >= '0' && text.data[i] <= '9';
    return is;
}

static bool
is_older(const wb_call *call, int64_t age_us)
{
    return call->now_utc_us - wb_names_read_utc_us(call->names) > age_us;
}

static void
want(wb_request *out)
{
    if (out)
        out->wants_names = true;
}

static wb_rc
wait_for_them(const wb_call *call, const lingxing_named *what, wb_err *err)
{
    const char *why = call->names_error ? call->names_error : "";

    return wb_fail(err, WB_RETRY, "the ERP is asked which %s '%.*s' is%s%s", what->what,
                   (int)(what->text.len < NAME_SHOWN ? what->text.len : NAME_SHOWN),
                   what->text.data, *why ? "; it does not say: " : "", why);
}

/* It is none of those that are there, or several: in words, with what there is. */
static wb_rc
refuse(const wb_call *call, const lingxing_named *what, bool several, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf there = {0};
    wb_view none = {NULL, 0};
    char name[NAME_SHOWN + 1];

    wb_buf_init(&there, 2 * THERE_MAX);
    wb_text_tame_words(name, sizeof name, what->text);
    wb_names_tell(call->names, wb_view_of(what->what), several ? what->text : none, &there,
                  THERE_MAX);
    if (several)
        return wb_fail(err, WB_REJECT,
                       WB_REASON_UNMET "several are called %s '%s' in the ERP, give the number: %s",
                       what->what, name, wb_buf_text(&there));
    return wb_fail(err, WB_REJECT, WB_REASON_UNMET "there is no %s '%s' in the ERP; it has %s",
                   what->what, name, there.len ? wb_buf_text(&there) : "none");
}

/* Names that may be gone by, however old; asked for anew when they have grown old. */
static wb_rc
have_them(const wb_call *call, const lingxing_named *what, wb_request *out, wb_err *err)
{
    const lingxing_options *options = call->options;

    if (!call->names || is_older(call, options->names_age * WB_US_PER_MS))
        want(out);
    if (!call->names || is_older(call, LAST_US))
        return wait_for_them(call, what, err);
    return WB_OK;
}

wb_rc
lingxing_id_of(const wb_call *call, const lingxing_named *what, wb_request *out, wb_view *id,
               wb_err *err)
{
    wb_names_found found;
    wb_rc rc;

    *id = what->text;
    if (!what->text.len || lingxing_is_number(what->text))
        return WB_OK;
    rc = have_them(call, what, out, err);
    if (rc)
        return rc;
    found = wb_names_find(call->names, wb_view_of(what->what), what->text, id);
    if (found == WB_NAMES_ONE)
        return WB_OK;
    if (!is_older(call, YOUNG_US))
        return refuse(call, what, found == WB_NAMES_SEVERAL, err);
    want(out);
    return wait_for_them(call, what, err);
}

wb_rc
lingxing_provider_of(const wb_call *call, wb_view type_id, wb_request *out, wb_view *id,
                     wb_err *err)
{
    const lingxing_options *options = call->options;
    const lingxing_named what = {LINGXING_PROVIDER, type_id};
    wb_rc rc;

    *id = wb_view_of(options->logistics_provider_id);
    if (id->len)
        return WB_OK;
    rc = have_them(call, &what, out, err);
    if (rc)
        return rc;
    if (wb_names_find(call->names, wb_view_of(what.what), type_id, id) != WB_NAMES_ONE)
        *id = (wb_view){NULL, 0};
    return WB_OK;
}

wb_rc
lingxing_store_id(const wb_call *call, const lingxing_store *store, wb_request *out, wb_view *id,
                  wb_err *err)
{
    *id = wb_view_of(store->store_id);
    return id->len ? WB_OK
                   : lingxing_id_of(call, &(lingxing_named){LINGXING_SHOP, wb_view_of(store->name)},
                                    out, id, err);
}
