/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading - orders as a shop lets them be read: who sees which version, and what is refused
 */
#include "tools/sim/engine/reading.h"

#include "protocol/base/clock.h"
#include "tools/sim/engine/ids.h"

#define SCAN_MAX 20000 /* a page may be empty and yet not be the last */

uint32_t
wb_sim_visible(const wb_sim_account *account, uint32_t order)
{
    const wb_sim_part *part = account->part;
    const wb_sim *sim = part->sim;

    if (order == WB_SIM_NO_ORDER || part != sim->shop)
        return 0;
    if (sim->conf.auth && &part->accounts[wb_sim_market_account(sim->market, order)] != account)
        return 0;
    return wb_sim_market_seen(sim->market, order, wb_now_utc_us(), sim->conf.lag * WB_US_PER_MS);
}

static wb_sim_subject
subject_of(const wb_sim_visit *visit, wb_view id, uint32_t order)
{
    int at = wb_sim_at(visit);

    return (wb_sim_subject){
        .at = at, .target = "", .key = id, .order = order, .told = &visit->sim->places[at].told};
}

wb_sim_sight
wb_sim_order_enter(const wb_sim_visit *visit, const wb_sim_account *account, wb_view id,
                   wb_sim_found *out)
{
    uint32_t order = wb_sim_market_number(visit->sim->market, id);
    wb_sim_subject subject = subject_of(visit, id, order);
    wb_sim_refusal refusal;

    *out = (wb_sim_found){order, wb_sim_visible(account, order)};
    if (!out->version && !wb_sim_is_foreign(order))
        return WB_SIM_ABSENT;
    wb_sim_refusals_enter(visit->sim, subject.at);
    if (!wb_sim_refusal_find(visit->sim, &subject, &refusal))
        return WB_SIM_SEEN;
    wb_sim_refusal_note(visit->sim, &subject, &refusal);
    wb_sim_refusal_answer(visit, &refusal);
    return WB_SIM_REFUSED;
}

bool
wb_sim_order_left_out(const wb_sim_visit *visit, uint32_t order)
{
    char id[WB_SIM_ID_LEN + 1];

    if (!visit->part->system->changed) /* or nobody would ever hear of it */
        return false;
    wb_sim_market_id(visit->sim->market, id, order);
    wb_sim_subject subject = subject_of(visit, wb_view_of(id), order);
    return wb_sim_refusal_lasts(visit->sim, &subject);
}

bool
wb_sim_cursor_refused(const wb_sim_visit *visit, wb_view token, uint64_t owner)
{
    wb_sim_faults *faults = &visit->sim->faults;
    uint64_t thing = wb_hash64(token.data, token.len, owner);

    if (!wb_sim_faults_marked(faults, WB_SIM_FAULT_CURSOR_REFUSED, wb_sim_at(visit), thing))
        return false;
    wb_sim_faults_took(faults, WB_SIM_FAULT_CURSOR_REFUSED);
    return true;
}

void
wb_sim_element_unusable(const wb_sim_visit *visit, const char *const *elements, size_t count,
                        bool follows)
{
    wb_sim *sim = visit->sim;

    if (!wb_sim_strikes(visit->part, WB_SIM_FAULT_ELEMENT_UNUSABLE, visit->place))
        return;
    if (follows)
        wb_buf_add_char(&sim->body, ',');
    wb_buf_add_text(&sim->body, elements[sim->elements++ % count]);
}

static bool
fits(const wb_sim_market *market, const wb_sim_scan *self, const wb_sim_found *at)
{
    int64_t at_utc_us =
        wb_sim_market_updated_utc_us(market, at->order, self->by_created ? 1 : at->version);

    return at_utc_us >= self->after_utc_us && at_utc_us <= self->before_utc_us &&
           (self->states & (1U << wb_sim_state_of(market, at->order, at->version)));
}

bool
wb_sim_scan_next(const wb_sim_visit *visit, const wb_sim_account *account, wb_sim_scan *self,
                 wb_sim_found *out, bool *more)
{
    const wb_sim_market *market = visit->sim->market;
    uint32_t given = wb_sim_market_given(market);

    *more = true;
    for (uint32_t scanned = 0; scanned < SCAN_MAX; scanned++) {
        if (self->position >= given) {
            *more = false;
            return false;
        }
        out->order = self->position++;
        out->version = wb_sim_visible(account, out->order);
        if (out->version && fits(market, self, out) && !wb_sim_order_left_out(visit, out->order))
            return true;
    }
    return false;
}

void
wb_sim_scan_begin(const wb_sim_visit *visit, wb_sim_account *seller, wb_sim_scan *self)
{
    int64_t now_us = wb_now_us();

    if (seller && seller->listed_us)
        wb_sim_histogram_add(&visit->sim->lists, now_us - seller->listed_us);
    if (seller)
        seller->listed_us = now_us;
    self->endless = wb_sim_strikes(visit->part, WB_SIM_FAULT_PAGES_NEVER_END, visit->place);
}

bool
wb_sim_scan_more(const wb_sim_visit *visit, wb_sim_scan *self, bool more)
{
    if (!self->endless ||
        !wb_sim_faults_on(&visit->sim->faults, WB_SIM_FAULT_PAGES_NEVER_END, wb_sim_at(visit)))
        return more;
    self->position = 0;
    self->round++;
    return true;
}
