/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - the facts of one version of an order, as texts that templates put in
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_FACTS_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_FACTS_H

#include "tools/sim/systems/amazon/body.h"

/* name in a template */
#define WB_SIM_FACTS(F)                                                                            \
    F(ID, "id")                                                                                    \
    F(ALIAS, "alias")                                                                              \
    F(SELLER, "seller")                                                                            \
    F(CREATED, "created")                                                                          \
    F(UPDATED, "updated")                                                                          \
    F(SHIP_FROM, "ship_from")                                                                      \
    F(SHIP_BY, "ship_by")                                                                          \
    F(DELIVER_BY, "deliver_by")                                                                    \
    F(STATUS, "status")                                                                            \
    F(STATUS_V0, "status_v0")                                                                      \
    F(TOTAL, "total")                                                                              \
    F(ITEMS_TOTAL, "items_total")                                                                  \
    F(TAX_TOTAL, "tax_total")                                                                      \
    F(SHIPPING_TOTAL, "shipping_total")                                                            \
    F(SHIPPED_COUNT, "shipped_count")                                                              \
    F(OPEN_COUNT, "open_count")                                                                    \
    F(FIRST, "first")                                                                              \
    F(LAST, "last")                                                                                \
    F(CITY, "city")                                                                                \
    F(REGION, "region")                                                                            \
    F(ZIP, "zip")                                                                                  \
    F(HOUSE, "house")                                                                              \
    F(NUMBER, "number")                                                                            \
    F(PROGRAMS, "programs")                                                                        \
    F(NONE, "none")                                                                                \
    F(EMPTY, "empty")                                                                              \
    F(NOTHING, "nothing")                                                                          \
    F(NOTICE, "notice")                                                                            \
    F(LINE_ID, "line_id")                                                                          \
    F(SKU, "sku")                                                                                  \
    F(ASIN, "asin")                                                                                \
    F(TITLE, "title")                                                                              \
    F(QUANTITY, "quantity")                                                                        \
    F(QUANTITY_SHIPPED, "quantity_shipped")                                                        \
    F(QUANTITY_OPEN, "quantity_open")                                                              \
    F(UNIT, "unit")                                                                                \
    F(PRICE, "price")                                                                              \
    F(TAX, "tax")                                                                                  \
    F(SHIPPING, "shipping")                                                                        \
    F(LINE_TOTAL, "line_total")

typedef enum {
#define WB_SIM_FACT_ENUM(id, name) WB_SIM_FACT_##id,
    WB_SIM_FACTS(WB_SIM_FACT_ENUM)
#undef WB_SIM_FACT_ENUM
        WB_SIM_FACT_COUNT
} wb_sim_fact;

typedef struct {
    char text[1536]; /* what `fact` points to, where it is no literal */
    size_t used;
    wb_view fact[WB_SIM_FACT_COUNT];
    wb_sim_state state;
    int lines;
    struct {
        int64_t price_minor, tax_minor, shipping_minor;
    } money[WB_SIM_LINES_MAX];
    wb_sim_line line[WB_SIM_LINES_MAX];
    const char *sku[WB_SIM_LINES_MAX]; /* of an assortment; NULL = made up */
    uint32_t order, title_len;
    const char *broken_title; /* NULL = a usual one */
    bool nulls;
    uint64_t hash;
} wb_sim_facts;

void wb_sim_facts_init(wb_sim_facts *self, const wb_sim_market *market, uint32_t order,
                       uint32_t version);
/* What is wrong with the order itself, by the faults broken_text and nulls: its notices have
 * flaws of their own. */
void wb_sim_facts_flaw(wb_sim_facts *self, const wb_sim_market *market);
/* It is the order of another seller that this one stands for: see WB_SIM_FOREIGN. */
void wb_sim_facts_foreign(wb_sim_facts *self, const wb_sim_market *market);
/* Make the line's facts those of line `index` (0 ..). */
void wb_sim_facts_line(wb_sim_facts *self, int index);

const char *wb_sim_state_name(wb_sim_state state);    /* 2026-01-01: "CANCELLED" */
const char *wb_sim_state_name_v0(wb_sim_state state); /* v0: "Canceled" */

#endif
