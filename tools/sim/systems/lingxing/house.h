/* SPDX-License-Identifier: Apache-2.0 */
/*
 * house - what the ERP keeps: applications with their tokens, orders as they were created, and the
 * system orders that it makes of them
 *
 * An order of a channel (platform order) begins as one system order. Approved, it may be sent from
 * two places (split: two system orders instead of the one) or with another (merged: one instead of
 * two); the numbers before are dead then.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_HOUSE_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_HOUSE_H

#include "protocol/base/map.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/lingxing/lingxing.h"

#define WB_SIM_LINGXING_NO_MAX 64
#define WB_SIM_LINGXING_ID_LEN 16 /* of an application, as a key needs it */
#define WB_SIM_LINGXING_AT_ONCE_MAX 100
#define WB_SIM_LINGXING_LINES_MAX 200
#define WB_SIM_LINGXING_PARTS 2 /* system orders of an order, and orders of a system order */

/* Of the status of a system order, as the vendor counts. */
enum {
    WB_SIM_LINGXING_TO_APPROVE = 4,
    WB_SIM_LINGXING_TO_SHIP = 5,
    WB_SIM_LINGXING_SHIPPED = 6,
    WB_SIM_LINGXING_NOT_TO_SHIP = 7,
    WB_SIM_LINGXING_HIDDEN = 8, /* another stands for it */
};

/* What an order may say of the receiver: the names of create. `open`: without the permission. */
#define WB_SIM_LINGXING_ADDRESS(A)                                                                 \
    A(receiver_country_code, true)                                                                 \
    A(receiver_name, true)                                                                         \
    A(city, true)                                                                                  \
    A(address_line1, true)                                                                         \
    A(receiver_company_name, true)                                                                 \
    A(district, false)                                                                             \
    A(state_or_region, false)                                                                      \
    A(postal_code, false)                                                                          \
    A(doorplate_no, false)                                                                         \
    A(address_line2, false)                                                                        \
    A(address_line3, false)                                                                        \
    A(receiver_mobile, false)                                                                      \
    A(buyer_email, false)                                                                          \
    A(buyer_name, false)

enum {
#define WB_SIM_LINGXING_ADDRESS_ENUM(name, open) WB_SIM_LINGXING_A_##name,
    WB_SIM_LINGXING_ADDRESS(WB_SIM_LINGXING_ADDRESS_ENUM)
#undef WB_SIM_LINGXING_ADDRESS_ENUM
        WB_SIM_LINGXING_ADDRESS_COUNT
};
extern const char *const wb_sim_lingxing_address_names[WB_SIM_LINGXING_ADDRESS_COUNT];
extern const bool wb_sim_lingxing_address_open[WB_SIM_LINGXING_ADDRESS_COUNT];

typedef struct {
    char *sku, *msku; /* "" = none */
    char price[24];   /* a decimal */
    int64_t quantity;
    uint64_t id;
} wb_sim_lingxing_line;

typedef struct wb_sim_lingxing_sys wb_sim_lingxing_sys;

typedef struct {
    char no[WB_SIM_LINGXING_NO_MAX + 1]; /* of the channel; unique in its shop */
    unsigned seller;                     /* whose shop it is, from 1 */
    uint32_t number;                     /* in this world; WB_SIM_UNMARKED = it is none of it */
    uint32_t version;                    /* that is held, by the ledger */
    uint64_t revision;                   /* how often it was told */
    bool marked;                         /* its version is told by a marker */
    wb_sim_lingxing_line *lines;
    size_t line_count;
    char *address[WB_SIM_LINGXING_ADDRESS_COUNT]; /* NULL = was not told */
    char *remark;
    char currency[8], wid[24], type_id[24];
    int64_t created_utc_us, purchase_s, payment_s;
    wb_sim_lingxing_sys *live[WB_SIM_LINGXING_PARTS]; /* that stand for it now */
} wb_sim_lingxing_order;

struct wb_sim_lingxing_sys {
    uint64_t number, original; /* global_order_no; of the one before, 0 = it is the first */
    int status;                /* as stored: wb_sim_lingxing_status says more */
    int split_type;            /* 1 the first, 2 merged, 3 split */
    wb_sim_lingxing_order *orders[WB_SIM_LINGXING_PARTS]; /* the second NULL unless merged */
    int part;                                             /* of a split one, from 1; else 0 */
    uint64_t wo;                                          /* its outbound order; 0 = none */
    int64_t updated_utc_us, approved_utc_us, cancelled_utc_us;
    int64_t delivered_utc_us; /* may be ahead: a quick outbound is under way until then */
    char tracking[64];        /* that a quick outbound told; "" = there was none, or it failed */
    const char *quick_failed; /* why it did; NULL = it did not */
};

/* One application: its target, its tokens, what it is doing just now, its orders. */
typedef struct {
    char id[WB_SIM_LINGXING_ID_LEN + 1];
    wb_sim_target *target;
    char access[40], refresh[40]; /* "" = none was given yet */
    int64_t ends_ms, refresh_ends_ms;
    uint64_t tokens; /* given */
    int64_t until_ms[WB_SIM_LINGXING_OP_COUNT][WB_SIM_LINGXING_AT_ONCE_MAX];
    wb_sim_lingxing_order **orders;
    size_t order_count, order_room;
    wb_sim_lingxing_sys **all;
    size_t all_count, all_room;
    wb_map *by_no, *by_number;
    wb_sim_lingxing_sys **waiting; /* by seller: approved, and may go with another */
} wb_sim_lingxing_app;

typedef struct wb_sim_lingxing_house wb_sim_lingxing_house;
struct wb_sim_lingxing_house {
    wb_map *apps;
    wb_sim_timer look; /* for changes that are none here */
    wb_sim_part *part;
    uint64_t last; /* of all numbers that were given */
    uint64_t too_many, tokens, not_matched, split, merged;
    uint64_t quick, quick_again; /* outbounds that were submitted, and those once more */
    uint64_t answers;
    int64_t begun_utc_us;
    /* Who looks at an order now and then; NULL = nobody does. */
    void (*people)(wb_sim_lingxing_house *self, wb_sim_lingxing_app *app,
                   wb_sim_lingxing_order *order);
};

void *wb_sim_lingxing_house_make(wb_sim_part *part);
void wb_sim_lingxing_house_destroy(void *state);

/* "ak_main_________" is the application of the target `main`. NULL = there is no such one. */
wb_sim_lingxing_app *wb_sim_lingxing_app_of(const wb_sim_visit *visit, wb_view id);
/* out: WB_SIM_LINGXING_ID_LEN + 1 bytes. A longer name is cut. */
void wb_sim_lingxing_app_id(char *out, const char *name);

wb_sim_lingxing_order *wb_sim_lingxing_find(const wb_sim_lingxing_app *app, unsigned seller,
                                            wb_view no);
/* Keeps it; it is its first system order's from now on. */
void wb_sim_lingxing_keep(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                          wb_sim_lingxing_order *order);
void wb_sim_lingxing_order_free(wb_sim_lingxing_order **self_p);
/* One more system order, of this order, to be approved. */
wb_sim_lingxing_sys *wb_sim_lingxing_new_sys(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                                             wb_sim_lingxing_order *order);
/* The works of this world, where they are its own; NULL = nothing is shipped here. */
wb_sim_works *wb_sim_lingxing_works(const wb_sim_lingxing_house *house);
/* NULL = there is none, or another stands for it. */
wb_sim_lingxing_sys *wb_sim_lingxing_find_sys(const wb_sim_lingxing_app *app, wb_view number);

/* NULL = it is not shipped (yet), or nothing of this world. */
const wb_sim_shipment *wb_sim_lingxing_shipment(const wb_sim_lingxing_house *house,
                                                const wb_sim_lingxing_order *order);
/* It is delivered: by hand, or by a quick outbound that has come to its end. */
bool wb_sim_lingxing_delivered(const wb_sim_lingxing_sys *sys);
/* What it is now, shipped by the works of this world or not. */
int wb_sim_lingxing_status(const wb_sim_lingxing_house *house, const wb_sim_lingxing_sys *sys);
int64_t wb_sim_lingxing_updated(const wb_sim_lingxing_house *house, const wb_sim_lingxing_sys *sys);
/* Lines of one of its orders that are in it: from `*first` on, so many. */
size_t wb_sim_lingxing_lines(const wb_sim_lingxing_sys *sys, int order, size_t *first);
/* Which of this world's goods it names. Are they known here? Others are "not paired". */
uint32_t wb_sim_lingxing_goods(const wb_sim_market *market,
                               const wb_sim_lingxing_line *line); /* WB_SIM_NO_ORDER = none */
bool wb_sim_lingxing_paired(const wb_sim_lingxing_house *house, const wb_sim_lingxing_line *line);

/* "" = none was told. */
wb_view wb_sim_lingxing_street(const wb_sim_lingxing_order *order);

/* Do all that stand for this order say that it is not to be shipped? */
bool wb_sim_lingxing_stopped(const wb_sim_lingxing_order *order);

/* warehouse.c. Approved: it goes to the warehouse, split or merged as it happens. */
void wb_sim_lingxing_approve(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                             wb_sim_lingxing_sys *sys);
/* Two orders of one buyer, in one parcel: both are to be approved, and of this world. */
void wb_sim_lingxing_approve_both(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                                  wb_sim_lingxing_order *first, wb_sim_lingxing_order *second);
/* Not to ship any more, and all orders in it. false = it is shipped. */
bool wb_sim_lingxing_stop(wb_sim_lingxing_house *house, wb_sim_lingxing_sys *sys);

/* The newest version of it that looks like this to an ERP; 0 = there is none. */
uint32_t wb_sim_lingxing_version(const wb_sim *sim, uint32_t number, bool cancelled);
/* people.c. Where special orders come, people here approve what came, after a look at it; but not
 * where the configuration that is played says that it approves them itself. */
bool wb_sim_lingxing_people(const wb_sim_lingxing_house *house);
void wb_sim_lingxing_people_look(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                                 wb_sim_lingxing_order *order);
/* For the engine: see system.h. */
unsigned wb_sim_lingxing_spared(const wb_sim_part *part);
uint64_t wb_sim_lingxing_due(const wb_sim_part *part);
bool wb_sim_lingxing_closed(const wb_sim_part *part, uint32_t order);
bool wb_sim_lingxing_shipment_name(const wb_sim_part *part, uint32_t order, int index,
                                   char dst[WB_SIM_THING_ID_MAX]);
/* Are its goods those of the order of this world that it is? */
bool wb_sim_lingxing_goods_right(const wb_sim_lingxing_house *house,
                                 const wb_sim_lingxing_order *order);

/* The version of its order that goes where it goes to; of one that never moves the newest that is
 * no cancellation. 0 = there is none. */
uint32_t wb_sim_lingxing_placed(const wb_sim *sim, uint32_t number, wb_view street);
/* "S-17-v2" anywhere in this text, of that order; 0 = none. */
uint32_t wb_sim_lingxing_marker(wb_view text, uint32_t number);
/* Told once more, with this version: into the ledger. 0: it is nothing of this world. */
void wb_sim_lingxing_told(const wb_sim_lingxing_app *app, wb_sim_lingxing_order *order,
                          uint32_t version);
/* The key that the ledger knows it by: out has room for 256 bytes. */
wb_view wb_sim_lingxing_key(char out[256], const wb_sim_lingxing_order *order);

#endif
