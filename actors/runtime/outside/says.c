/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/says.h"

/* Does one of them say so? */
static bool
has_result(const wb_outcomes *out, wb_result_code from, wb_result_code to)
{
    for (size_t i = 0; i < out->result_count; i++)
        if (out->results[i].code >= from && out->results[i].code <= to)
            return true;
    return false;
}

/* A 4xx: some of the records were taken all the same, or one was refused. "Not there" is what a
 * probe, and who looks for a ticket, may well hear. */
static wb_says
says_by_records(const wb_call *call, wb_rc rc, const wb_outcomes *out)
{
    if (rc == WB_OK && has_result(out, WB_RESULT_DONE, WB_RESULT_UNCHANGED))
        return WB_SAYS_GOOD;
    if (!call->item_count || call->op->verb == WB_VERB_PROBE || call->op->verb == WB_VERB_LOOK)
        return WB_SAYS_NOTHING;
    if (rc == WB_REJECT || (out->refused_whole && call->item_count == 1) ||
        has_result(out, WB_RESULT_PARK, WB_RESULT_PARK) ||
        has_result(out, WB_RESULT_ABSENT, WB_RESULT_ABSENT))
        return WB_SAYS_DECLINED;
    return WB_SAYS_NOTHING;
}

/* The rest is asked for by an operation that may refuse it. */
static bool
is_part(const wb_outcomes *out)
{
    return has_result(out, WB_RESULT_MORE, WB_RESULT_MORE) &&
           !has_result(out, WB_RESULT_DONE, WB_RESULT_UNCHANGED);
}

wb_says
wb_says_of(const wb_call *call, wb_rc rc, const wb_outcomes *out, int status)
{
    if (!status)
        return WB_SAYS_NOTHING;
    if (rc == WB_SUSPEND)
        return WB_SAYS_REFUSED;
    if (rc == WB_RETRY || out->throttled || status == 429)
        return WB_SAYS_NOTHING;
    if (status < 300 && (out->declined || out->refused_whole) &&
        (call->op->verb == WB_VERB_PUSH || call->op->verb == WB_VERB_FETCH))
        return says_by_records(call, rc, out);
    if (status >= 200 && status < 300 && rc == WB_OK)
        return is_part(out) ? WB_SAYS_PART : WB_SAYS_GOOD;
    /* a success that cannot be read tells nothing */
    return status >= 400 && status < 500 ? says_by_records(call, rc, out) : WB_SAYS_NOTHING;
}
