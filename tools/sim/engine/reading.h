/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading - orders as a shop lets them be read: who sees which version, and what is refused
 */
#ifndef WB_TOOLS_SIM_ENGINE_READING_H
#define WB_TOOLS_SIM_ENGINE_READING_H

#include "tools/sim/engine/order.h"
#include "tools/sim/engine/sim.h"

/* The version of an order that this account sees now; 0 = none. */
uint32_t wb_sim_visible(const wb_sim_account *account, uint32_t order);

typedef enum {
    WB_SIM_SEEN,
    WB_SIM_ABSENT,  /* there is none: to be answered */
    WB_SIM_REFUSED, /* it is answered, and kept in mind */
} wb_sim_sight;

/* An order is asked for by itself: its number, and the version that is seen. */
typedef struct {
    uint32_t order, version;
} wb_sim_found;
wb_sim_sight wb_sim_order_enter(const wb_sim_visit *visit, const wb_sim_account *account,
                                wb_view id, wb_sim_found *out);
/* Lists know nothing of it, for it would be refused for ever; where changes are told by lists alone
 * they do. */
bool wb_sim_order_left_out(const wb_sim_visit *visit, uint32_t order);
/* Is this page token refused, now and whenever it comes again? `owner`: what it belongs to. */
bool wb_sim_cursor_refused(const wb_sim_visit *visit, wb_view token, uint64_t owner);
/* Behind the last element of a list in sim->body: perhaps one of these, which are no records; they
 * come in turn. */
void wb_sim_element_unusable(const wb_sim_visit *visit, const char *const *elements, size_t count,
                             bool follows);

/* A list of orders by time, page by page. All of it fits into a page token, so nothing is kept
 * between pages. */
typedef struct {
    bool by_created, endless;            /* endless: the first page again and again */
    unsigned states;                     /* bits of wb_sim_state */
    uint32_t position, round;            /* round: of an endless one */
    int64_t after_utc_us, before_utc_us; /* both inclusive */
} wb_sim_scan;

/* The next order that this account sees and that fits; moves the position. false: the page ends
 * here; *more tells whether another page follows. */
bool wb_sim_scan_next(const wb_sim_visit *visit, const wb_sim_account *account, wb_sim_scan *self,
                      wb_sim_found *out, bool *more);
/* A list of this seller's orders begins: perhaps one that never ends. How long ago its last one
 * began goes into the statistics. */
void wb_sim_scan_begin(const wb_sim_visit *visit, wb_sim_account *seller, wb_sim_scan *self);
/* Behind a page: does another follow? After an endless one always: the same. */
bool wb_sim_scan_more(const wb_sim_visit *visit, wb_sim_scan *self, bool more);

#endif
