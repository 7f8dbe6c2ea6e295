/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - what an order of the marketplace is, in numbers: every shop dresses it in its own words
 */
#include "tools/sim/engine/order.h"

#include "protocol/base/text.h"
#include "tools/sim/engine/cases.h"

#include <string.h>

/* Where what is special happens by itself, all others go their way: whoever ships them says so. */
static wb_sim_state
state_in_case(const wb_sim_market *market, uint32_t order, uint32_t version, uint64_t dice)
{
    bool last = version == wb_sim_market_conf_of(market)->changes + 1;

    switch (wb_sim_case_of(market, order)) {
    case WB_SIM_CASE_CANCELLED_BEFORE:
        return last ? WB_SIM_STATE_CANCELLED : WB_SIM_STATE_PENDING;
    case WB_SIM_CASE_CANCELLED_AFTER:
    case WB_SIM_CASE_CANCELLED_SHIPPED:
        return last ? WB_SIM_STATE_CANCELLED : WB_SIM_STATE_UNSHIPPED;
    case WB_SIM_CASE_COMBINED:
    case WB_SIM_CASE_SPLIT:
    case WB_SIM_CASE_PARTLY_SHIPPED:
    case WB_SIM_CASE_MOVED_ADDRESS:
    case WB_SIM_CASE_BUNDLE:
    case WB_SIM_CASE_TWO_SHOPS:
    case WB_SIM_CASE_UNLISTED:
        return WB_SIM_STATE_UNSHIPPED;
    case WB_SIM_CASE_NONE:
        break;
    }
    return version == 1 && dice % 8 == 1 ? WB_SIM_STATE_PENDING : WB_SIM_STATE_UNSHIPPED;
}

wb_sim_state
wb_sim_state_of(const wb_sim_market *market, uint32_t order, uint32_t version)
{
    uint32_t last = wb_sim_market_conf_of(market)->changes + 1;
    uint64_t thing = order;
    uint64_t dice = wb_hash64(&thing, sizeof thing, wb_sim_market_conf_of(market)->seed + 11);

    if (last == 1)
        return WB_SIM_STATE_UNSHIPPED;
    if (wb_sim_market_conf_of(market)->case_each)
        return state_in_case(market, order, version, dice);
    if (version == last)
        return dice % 10 == 0 ? WB_SIM_STATE_CANCELLED : WB_SIM_STATE_SHIPPED;
    if (version == 1)
        return dice % 8 == 1 ? WB_SIM_STATE_PENDING : WB_SIM_STATE_UNSHIPPED;
    /* what has left does not come back: an order only goes on in its life */
    return version * 2 > last + 1 ? WB_SIM_STATE_PARTLY : WB_SIM_STATE_UNSHIPPED;
}

uint64_t
wb_sim_order_hash(const wb_sim_market *market, uint32_t order)
{
    uint64_t thing = order;

    return wb_hash64(&thing, sizeof thing, wb_sim_market_conf_of(market)->seed);
}

/* From there on the first goods that the seller offers. */
static uint32_t
goods_from(const wb_sim_market *market, uint32_t order, uint32_t start)
{
    uint32_t most = wb_sim_market_conf_of(market)->goods, goods = start;
    unsigned seller = wb_sim_market_account(market, order) + 1;

    for (uint32_t i = 0; i < most && !wb_sim_goods_sold(market, goods, seller); i++)
        goods = (goods + 1) % most;
    return goods;
}

/* What is sent from two places has two lines at least. */
int
wb_sim_order_lines(const wb_sim_market *market, uint32_t order, wb_sim_line lines[WB_SIM_LINES_MAX])
{
    const wb_sim_market_conf *conf = wb_sim_market_conf_of(market);
    wb_sim_case which = wb_sim_case_of(market, order);
    bool apart = which == WB_SIM_CASE_SPLIT || which == WB_SIM_CASE_PARTLY_SHIPPED;
    uint64_t hash = wb_sim_order_hash(market, order), dice = hash;
    int count = 1 + (int)(hash % WB_SIM_LINES_MAX);

    count = apart && count == 1 ? 2 : count;
    for (int i = 0; i < count; i++) {
        dice = wb_hash64(&dice, sizeof dice, 7);
        lines[i].goods =
            goods_from(market, order, (uint32_t)(((hash >> 40) + (uint64_t)i * 7) % conf->goods));
        lines[i].quantity = 1 + (int64_t)(dice % 3);
        lines[i].unit_minor = 500 + (int64_t)((dice >> 8) % 9500);
    }
    return count;
}

int64_t
wb_sim_order_created_utc_us(const wb_sim_market *market, uint32_t order)
{
    int64_t made_utc_us = wb_sim_market_made_utc_us(market, order, 1);
    int64_t told_utc_us = wb_sim_market_updated_utc_us(market, order, 1);

    return told_utc_us < made_utc_us ? told_utc_us : made_utc_us; /* given late: made before */
}

void
wb_sim_marker_put(wb_buf *out, uint32_t order, uint32_t version)
{
    wb_buf_addf(out, WB_SIM_MARKER_FORM, order, version);
}

bool
wb_sim_marker(wb_view text, uint32_t *order, uint32_t *version)
{
    uint64_t number = 0, count = 0;
    const char *mark = text.len > 4 ? memmem(text.data, text.len, "-v", 2) : NULL;

    if (!mark || mark < text.data + 2 || memcmp(text.data, "S-", 2) != 0)
        return false;
    wb_view first = {text.data + 2, (size_t)(mark - text.data) - 2};
    wb_view second = {mark + 2, text.len - first.len - 4};
    if (wb_text_uint(&number, first, NULL) || wb_text_uint(&count, second, NULL) ||
        number > UINT32_MAX || count > UINT32_MAX)
        return false;
    *order = (uint32_t)number;
    *version = (uint32_t)count;
    return true;
}

/* "S-17-v2" at the beginning of a text: how long it is; 0 = no such form. */
static size_t
marker_len(wb_view text)
{
    size_t at = 2, digits = 0;

    if (text.len < 2 || memcmp(text.data, "S-", 2) != 0)
        return 0;
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    if (text.len - at < 2 || memcmp(text.data + at, "-v", 2) != 0)
        return 0;
    for (at += 2; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++)
        digits++;
    return digits ? at : 0;
}

bool
wb_sim_marker_in(wb_view text, uint32_t *order, uint32_t *version)
{
    for (size_t i = 0; i < text.len; i++) {
        wb_view rest = {text.data + i, text.len - i};
        size_t len = marker_len(rest);
        if (len && wb_sim_marker((wb_view){rest.data, len}, order, version))
            return true;
    }
    return false;
}
