/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cases - the special orders of this world: which they are, and how often each came to pass
 *
 * With --case-each N each comes once in N orders of a seller, at a place that follows from the
 * seed, so that a run of a given length has so many of each. Two kinds are no orders: goods that
 * are a bundle of others, and goods that two shops sell out of one stock.
 *
 * What has to happen in an order of time does, however slow those are who carry it: a change that
 * is to come when the ERP has the order is made then, and the ERP waits for it (wb_sim_case_waits).
 */
#ifndef WB_TOOLS_SIM_ENGINE_CASES_H
#define WB_TOOLS_SIM_ENGINE_CASES_H

#include "protocol/base/buf.h"
#include "protocol/json.h"
#include "tools/sim/engine/goods.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/market.h"

/* As /sim/stats calls them:
 *   combined           two orders of one buyer, which the ERP sends in one parcel
 *   split              sent from two places at once
 *   partly_shipped     a part is sent, the rest later
 *   cancelled_before   the ERP never had it
 *   cancelled_after    the ERP had it, and had not sent it
 *   cancelled_shipped  the ERP had sent it: what a person has to see to
 *   moved_address      another address, before the ERP sent it
 *   bundle             goods that are several others to the ERP were sold
 *   two_shops          goods of one stock that two shops have sold
 *   unlisted           the last of goods has left a warehouse, which lists them no more
 */
#define WB_SIM_CASES(C)                                                                            \
    C(COMBINED, "combined")                                                                        \
    C(SPLIT, "split")                                                                              \
    C(PARTLY_SHIPPED, "partly_shipped")                                                            \
    C(CANCELLED_BEFORE, "cancelled_before")                                                        \
    C(CANCELLED_AFTER, "cancelled_after")                                                          \
    C(CANCELLED_SHIPPED, "cancelled_shipped")                                                      \
    C(MOVED_ADDRESS, "moved_address")                                                              \
    C(BUNDLE, "bundle")                                                                            \
    C(TWO_SHOPS, "two_shops")                                                                      \
    C(UNLISTED, "unlisted")

typedef enum {
#define WB_SIM_CASE_ENUM(id, name) WB_SIM_CASE_##id,
    WB_SIM_CASES(WB_SIM_CASE_ENUM)
#undef WB_SIM_CASE_ENUM
        WB_SIM_CASE_COUNT,
    WB_SIM_CASE_NONE = WB_SIM_CASE_COUNT,
} wb_sim_case;

#define WB_SIM_CASE_BIT(id) (1U << WB_SIM_CASE_##id)
#define WB_SIM_CASES_ALL ((1U << WB_SIM_CASE_COUNT) - 1)
#define WB_SIM_CASE_EACH_MIN 16

struct wb_sim;

/* What is special about it; bundles and shops are no matter of one order. */
wb_sim_case wb_sim_case_of(const wb_sim_market *market, uint32_t order);
/* The other one of the two that are combined; WB_SIM_NO_ORDER = it is none of them. */
uint32_t wb_sim_case_mate(const wb_sim_market *market, uint32_t order);
/* Whose order it is, by the first order of this buyer. */
uint32_t wb_sim_case_buyer(const wb_sim_market *market, uint32_t order);
/* Its last version follows from what the ERP does with it: it is made by wb_sim_change. */
bool wb_sim_case_follows(const wb_sim_market *market, uint32_t order);
/* Its change is still to come, or came only now: the ERP does nothing with it yet. */
bool wb_sim_case_waits(const struct wb_sim *sim, uint32_t order);

/* "17 Harbour Street": where a version of an order goes to. out: 48 bytes. */
void wb_sim_case_street(char out[48], const wb_sim_market *market, uint32_t order,
                        uint32_t version);
/* The newest version that was made and goes to that street; 0 = none does. */
uint32_t wb_sim_case_street_version(const wb_sim_market *market, uint32_t order, wb_view street);

/* Goods of an order are sent: some leave their last warehouse then, if it is another one, which had
 * `*last`. */
void wb_sim_goods_leave(struct wb_sim *sim, uint32_t goods, uint32_t order, int64_t *last);

/* It came to pass. */
void wb_sim_case_came(struct wb_sim *sim, wb_sim_case which);
/* "cases": how often each of those came that both systems know. */
void wb_sim_cases_write(const struct wb_sim *sim, wb_json_writer *writer);
/* What nobody can bring any more, though it was made, is to be found parked: a cancellation of what
 * was sent, a change of what can be changed no more. Kept with what was refused (refusal.h). */
void wb_sim_cases_note(struct wb_sim *sim);

#endif
