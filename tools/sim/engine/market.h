/* SPDX-License-Identifier: Apache-2.0 */
/*
 * market - a virtual marketplace: orders are born, change, and are told about
 *
 * Order n is one of `orders`; it has `changes` + 1 versions, numbered from 1. In step s order s is
 * born, and order s - gap changes for the first time, order s - 2 gap for the second, and so on: a
 * change is told `gap` orders behind what it changes.
 */
#ifndef WB_TOOLS_SIM_ENGINE_MARKET_H
#define WB_TOOLS_SIM_ENGINE_MARKET_H

#include "tools/sim/engine/fault.h"
#include "tools/sim/engine/things.h"

#define WB_SIM_TITLE_MAX 900000
#define WB_SIM_GOODS_MAX 100000
#define WB_SIM_GOODS_USUAL 5000

typedef struct wb_sim_assortment wb_sim_assortment; /* goods.h */

typedef struct {
    uint64_t seed;
    uint32_t orders, changes, gap, accounts;
    uint32_t ahead;     /* the first of them: there at once, whatever the pace, and the first
                           seller's; the others have what comes behind */
    int64_t pace_micro; /* millionths of an order a second; 0 = as fast as they are taken */
    bool rising_ids;
    bool
        backlog; /* without a pace, what is given was made before now: all of it waited somewhere */
    uint32_t goods;       /* distinct ones that are sold: 0 = WB_SIM_GOODS_USUAL */
    int gives, announces; /* the places where orders are read and changes told: what is wrong with
                             an order strikes there */
    uint32_t title_len;   /* of an order's first title: WB_SIM_TITLE_MAX at most; 0 = a usual one */
    uint32_t case_each;   /* special orders (cases.h): each once in so many of a seller; 0 = none */
    unsigned cases;       /* bits: those that are played */
    /* What is sold, so many as `goods` say; borrowed. NULL = all is made up. */
    const wb_sim_assortment *assortment;
} wb_sim_market_conf;

/* Set in the number of an order: it is another seller's, who has one for each of ours. */
#define WB_SIM_FOREIGN (UINT32_C(1) << 31)

typedef struct wb_sim_market wb_sim_market;
typedef void wb_sim_made(void *arg, uint32_t order, uint32_t version);

/* `faults` is borrowed: what is wrong with update times and reads. */
wb_sim_market *wb_sim_market_new(const wb_sim_market_conf *conf, wb_sim_faults *faults);
void wb_sim_market_destroy(wb_sim_market **self_p);
void wb_sim_market_start(wb_sim_market *self, int64_t now_us);
void wb_sim_market_stop(wb_sim_market *self); /* makes no more */
bool wb_sim_market_stopped(const wb_sim_market *self);

/* Make what is due now, at most `most` steps; `made` is called for each change. Times: monotonic
 * and wall. Returns the monotonic time of the next step, 0 = more is due now, -1 = none (left). */
typedef struct {
    int64_t now_us, now_utc_us;
    uint32_t most;
} wb_sim_market_turn;
int64_t wb_sim_market_run(wb_sim_market *self, wb_sim_market_turn turn, wb_sim_made *made,
                          void *arg);

/* An order that is there gets its last version now: its time has come of itself. */
void wb_sim_market_change(wb_sim_market *self, uint32_t order, int64_t now_utc_us,
                          wb_sim_made *made, void *arg);

const wb_sim_market_conf *wb_sim_market_conf_of(const wb_sim_market *self);
uint32_t wb_sim_market_given(const wb_sim_market *self); /* orders born */
bool wb_sim_market_done(const wb_sim_market *self);      /* all orders, all their changes */
uint64_t wb_sim_market_made(const wb_sim_market *self);  /* changes until now: births, too */
uint32_t wb_sim_market_account(const wb_sim_market *self, uint32_t order);
bool wb_sim_market_ahead(const wb_sim_market *self, uint32_t order); /* one of the first `ahead` */
/* Newest version made; 0 = not born. */
uint32_t wb_sim_market_newest(const wb_sim_market *self, uint32_t order);
/* Is it cancelled, as it is now? */
bool wb_sim_market_cancelled(const wb_sim_market *self, uint32_t order);
/* The version that a read sees now: reads may lag behind by `lag_us`. 0 = not yet to be seen. */
uint32_t wb_sim_market_seen(const wb_sim_market *self, uint32_t order, int64_t now_utc_us,
                            int64_t lag_us);
/* When a version was made, and what update time the marketplace tells for it. */
int64_t wb_sim_market_made_utc_us(const wb_sim_market *self, uint32_t order, uint32_t version);
/* Its notice is handed out; the first time counts. */
void wb_sim_market_received(wb_sim_market *self, uint32_t order, uint32_t version,
                            int64_t now_utc_us);
int64_t wb_sim_market_updated_utc_us(const wb_sim_market *self, uint32_t order, uint32_t version);
/* Has what is said of this version, where it is announced or given, such a flaw? Of an order
 * itself: version 0, for then each read says the same. */
bool wb_sim_market_flawed(const wb_sim_market *self, int fault, int nature, uint32_t order,
                          uint32_t version);
bool wb_sim_is_foreign(uint32_t order);
void wb_sim_market_id(const wb_sim_market *self, char *dst, uint32_t order);
/* WB_SIM_NO_ORDER: none of this world. That of another seller has WB_SIM_FOREIGN set. */
uint32_t wb_sim_market_number(const wb_sim_market *self, wb_view id);

/* Its orders, as ledgers count them; lives as long as it. */
const wb_sim_things *wb_sim_market_things(const wb_sim_market *self);

#endif
