/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim - the simulated outside world in one process: its parts, and what they share
 *
 * All systems listen on one loopback port. The path and the headers decide who is meant.
 */
#ifndef WB_TOOLS_SIM_ENGINE_SIM_H
#define WB_TOOLS_SIM_ENGINE_SIM_H

#include "tools/sim/engine/bucket.h"
#include "tools/sim/engine/cases.h"
#include "tools/sim/engine/histogram.h"
#include "tools/sim/engine/market.h"
#include "tools/sim/engine/play.h"
#include "tools/sim/engine/refusal.h"
#include "tools/sim/engine/system.h"

/* The settings of the world; those of systems are their own. */
typedef struct {
    char *host, *ready_file, *faults, *rate_scale, *pace, *shop, *erp, *play;
    int64_t port, accounts, orders, changes, gap, ahead, seed, title, goods, ship_after;
    int64_t ids, start, erp_mode, refuse_as, case_each, case_patience;
    int64_t slow, late, lag, spell, notice_delay;
    bool auth;
} wb_sim_conf;

enum { WB_SIM_IDS_RANDOM, WB_SIM_IDS_RISING };
enum { WB_SIM_START_AUTO, WB_SIM_START_MANUAL };
enum { WB_SIM_ERP_KEYED, WB_SIM_ERP_PROBED };

/* All that the command line says: see options.h. */
typedef struct {
    const wb_sim_system *const *systems; /* ends with NULL */
    wb_sim_conf conf;
    void **own; /* of each system */
    int64_t delays_ms[WB_SIM_PLACES_MAX];
} wb_sim_settings;

/* One set of credentials at a system. Account k of it (from 1) is called by its number in all its
 * names. */
typedef struct {
    wb_sim_part *part;
    unsigned number;
    bool revoked;           /* its grant: no new access token */
    int64_t listed_us;      /* when a list of its orders was begun last; 0 = never */
    wb_sim_bucket *buckets; /* by operation of its system */
} wb_sim_account;

/* A system in this world. What it has is numbered among that of all, from these numbers on. */
struct wb_sim_part {
    wb_sim *sim;
    const wb_sim_system *system;
    const void *conf;
    void *state;
    int places, ops, faults, op_count;
    wb_sim_account *accounts;
    size_t account_count;
};

/* A place in this world. */
typedef struct {
    const wb_sim_place *row;
    int64_t delay_ms;
    wb_sim_told told;
} wb_sim_here;

typedef struct wb_sim_targets wb_sim_targets;
typedef struct wb_sim_works wb_sim_works;

struct wb_sim {
    wb_sim_conf conf;
    int port;
    int64_t rate_scale_micro; /* 0 = unlimited */
    wb_sim_timers timers;
    wb_sim_http *http;
    wb_sim_faults faults;
    wb_sim_here places[WB_SIM_PLACES_MAX];
    wb_sim_part *parts;
    size_t part_count;
    wb_sim_part *shop, *erp; /* who sells, and who buys, in this run */
    wb_sim_play *play;       /* NULL = all accounts are made up */
    wb_sim_market *market;
    wb_sim_targets *targets;
    wb_sim_refusals *refusals;
    wb_sim_works *works; /* NULL = nothing is shipped */
    const wb_sim_things *things[WB_SIM_KINDS_MAX];
    size_t thing_count;
    wb_json *json;
    wb_buf body, scratch;              /* of the request that is being answered */
    uint64_t *requests, *throttled;    /* by operation */
    uint64_t elements;                 /* of lists, that were no records */
    uint64_t cases[WB_SIM_CASE_COUNT]; /* how often each came to pass */
    uint64_t unauthorized, unknown;
    wb_sim_histogram lists; /* from a list of a seller's orders to its next one */
    bool quit;
};

/* Build the world. `settings` outlives it. WB_FATAL: no port; WB_REJECT: a setting that is none. */
WB_MUST_CHECK wb_rc wb_sim_new(wb_sim **out, const wb_sim_settings *settings, wb_err *err);
void wb_sim_destroy(wb_sim **self_p);
/* One turn of its loop; at most `wait_ms`. */
void wb_sim_turn(wb_sim *self, int64_t wait_ms);

/* What this world makes of a kind: "order", "shipment", "listing". NULL = nobody makes any. */
const wb_sim_things *wb_sim_things_of(const wb_sim *self, wb_view kind);
/* One more kind, which lives as long as the world: what a system makes beside these, in `make`. */
void wb_sim_things_add(wb_sim *self, const wb_sim_things *things);
/* Does the system that buys tell of this kind ("shipment"), and the one that sells take it? */
bool wb_sim_comes_back(const wb_sim *self, const char *kind);

/* An order that is there gets its last version, now. */
void wb_sim_change(wb_sim *self, uint32_t order);

/* Where the visit is, as a place of this world. */
int wb_sim_at(const wb_sim_visit *visit);
/* A request turned out to be this operation of its system: count it, and let strike what strikes at
 * the door. true = it is answered. Otherwise its answer may come late, cut or never. */
bool wb_sim_begin(wb_sim_visit *visit, int op);
/* Does the account's bucket have `cost` calls, or points? false = it is answered. */
bool wb_sim_allow(const wb_sim_visit *visit, wb_sim_account *account, int64_t cost);
/* The limit of the operation in this world, in millionths; 0 = there is none. */
int64_t wb_sim_rate_micro(const wb_sim_visit *visit);

/* Does this fault strike at this place of the system now? One of the engine's; its own number N. */
bool wb_sim_strikes(const wb_sim_part *part, int fault, int place);
bool wb_sim_strikes_own(const wb_sim_part *part, int number);

void wb_sim_answer_json(wb_sim_conn *conn, int status, wb_view body);
/* A refusal in the form of the place. Codes and messages need no escape. */
void wb_sim_refuse(const wb_sim_visit *visit, int status, const char *code, const char *message);
/* The form with its two %s filled, into sim->body. */
void wb_sim_fill(wb_sim *self, const char *form, const char *code, const char *message);
/* {"error": code, "reason": message} */
void wb_sim_refuse_plain(wb_sim *self, wb_sim_conn *conn, int status, const char *code,
                         const char *message);

/* A request has come: its route is found, and run. */
wb_sim_handler wb_sim_on_request;
/* The levers: /sim/... */
void wb_sim_control(wb_sim *self, wb_sim_conn *conn, const wb_sim_request *request);

#endif
