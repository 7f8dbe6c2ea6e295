/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system - what an outside system is, seen from its own side
 *
 * The mirror of actors/connectors/connector.h. A system is a const table: places where it is
 * reached, routes of HTTP, operations with the limits that it publishes, options of its own, faults
 * of its own, and what it does when an order of its sellers changes. The engine does all that every
 * system has in common: HTTP, timers, the marketplace, faults, buckets, refusals, the ledgers of
 * the far end, the levers. A new system is a folder in tools/sim/systems and the connector's row;
 * the engine and the other systems stay as they are, and do not know its name.
 *
 * A system may be both ends of a way: a shop gives orders (and takes shipments and stock), an ERP
 * takes orders (and gives shipments and stock). What it gives of orders comes from the marketplace
 * (market.h, order.h, reading.h), what the ERP's side makes of them from works.h. What it takes
 * goes to a target (take.h, target.h), which counts by kind what took effect. What else it keeps
 * lives in its own state, made by `make`.
 *
 * The connector and its system are two witnesses: neither includes the other. What they agree on is
 * the vendor's own documentation, and the contract tests hold them together.
 *
 * Names are shared by all systems, so those of places, operations, faults and options of a new
 * system begin with the system's own: "sample.orders", `sample_page`. So do the paths of its
 * routes:
 * "/sample/...".
 */
#ifndef WB_TOOLS_SIM_ENGINE_SYSTEM_H
#define WB_TOOLS_SIM_ENGINE_SYSTEM_H

#include "protocol/base/option.h"
#include "protocol/json.h"
#include "tools/sim/engine/fault.h"
#include "tools/sim/engine/http.h"
#include "tools/sim/engine/things.h"

typedef struct wb_sim wb_sim;           /* this world: sim.h */
typedef struct wb_sim_part wb_sim_part; /* a system in it */

/* A request on its way through a system: what a handler gets. Gone when the handler returns; who
 * answers later keeps the connection alone (wb_sim_http_hold). */
#define WB_SIM_SEGMENTS_MAX 4
typedef struct {
    wb_sim *sim;
    wb_sim_part *part;
    wb_sim_conn *conn;
    const wb_sim_request *request;
    wb_view segment[WB_SIM_SEGMENTS_MAX]; /* what stood for each {} and * of the path, as it came */
    int place;                            /* of the route, then of its operation; in the system */
    int op;                               /* that has begun; -1 = none yet */
} wb_sim_visit;

typedef void wb_sim_route_fn(wb_sim_visit *visit);

/* A request that this path and method is for. The engine has looked at nothing yet: the handler
 * finds out which operation it is, begins it (wb_sim_begin: there faults strike), and ends in
 * exactly one answer, now or later. */
typedef struct {
    const char *method; /* NULL = any */
    const char *path;   /* "/sample/{}/orders/{}": {} is one segment; a * at the end is any rest */
    int place;
    wb_sim_route_fn *run;
} wb_sim_route;

/* In which words a place refuses a record with a status. Where a status' word is the record's own,
 * one with WB_SIM_WORD_ALL is what an account is told, while all are refused for a moment. */
#define WB_SIM_WORD_ALL 1
typedef struct {
    int status;
    const char *code, *message; /* need no escape in JSON */
} wb_sim_word;

/* Somewhere the system is reached: what is told apart by faults, delays and refusals. Systems share
 * one port; what speaks another protocol than HTTP opens a socket of its own in `make`. */
typedef struct {
    const char *name;         /* behind the @ of --faults, `at` of /sim/refused */
    const char *delay;        /* "api": --api-delay, /sim/delays?api=MS; NULL = none */
    int nature;               /* WB_SIM_GIVES ...: which faults of the engine strike here */
    const char *throttled;    /* the code of its 429 */
    const wb_sim_word *words; /* ends with status 0; NULL: the engine's own */
    /* A refusal in the form of this place. NULL = {"error": code, "reason": message}. */
    void (*refuse)(const wb_sim_visit *visit, int status, const char *code, const char *message);
} wb_sim_place;

/* What the vendor publishes for it, counted for each account. Rates are in millionths of a call, or
 * of a point, a second; 0 = unlimited. */
typedef struct {
    const char *name; /* in /sim/stats */
    int place;
    int64_t rate_micro, burst;
} wb_sim_op;

/* What goes wrong with this system alone; see fault.h for what goes wrong with all. */
typedef struct {
    const char *name;
    int place;
    const char *help;
    const char *usual; /* its chance where all kinds of faults are mixed; NULL = it is none of it */
} wb_sim_own_fault;

/* Where the configuration of a run gets an account from: settings, as plain words of YAML, and
 * secrets, which it writes as references. */
typedef struct wb_sim_setup wb_sim_setup;
void wb_sim_setup_option(wb_sim_setup *self, const char *name, const char *fmt, ...)
    WB_PRINTF(3, 4);
void wb_sim_setup_secret(wb_sim_setup *self, const char *name, const char *value);
/* Settings of a stream, "interval_ms: 1s, overlap_ms: 2s": a list is read more often than with a
 * living vendor, for a run should end. */
void wb_sim_setup_stream(wb_sim_setup *self, const char *name, const char *settings);
/* Ids are to be given where people would give names: who reads this cannot ask for names. */
bool wb_sim_setup_by_ids(const wb_sim_setup *self);

/* What a system can be in a run that names none: one of all sells, one of all is the ERP. */
enum { WB_SIM_USUAL_SHOP = 1, WB_SIM_USUAL_ERP = 2 };

typedef struct {
    const char *name; /* the connector's */
    const char *summary;
    int usual; /* WB_SIM_USUAL_SHOP, WB_SIM_USUAL_ERP, or 0 */
    /* Settings of the command line, by name with '-' for '_': rows of text, number, truth, choice
     * and time. */
    const wb_option *options; /* NULL = none */
    size_t conf_size;
    const wb_sim_place *places;     /* ends with name NULL; at least one */
    const wb_sim_op *ops;           /* ends with name NULL */
    const wb_sim_route *routes;     /* ends with path NULL; the first that fits is taken */
    const wb_sim_own_fault *faults; /* ends with name NULL; NULL = none */
    /* What comes back, by the kinds of records, as routes name them ("shipment", "inventory"): what
     * it tells of as an ERP beside taking orders, and what its sellers take. A run has a route for
     * each kind that one of its systems tells of and the other takes. Ends with NULL; NULL = none.
     */
    const char *const *tells, *const *takes;
    /* Special orders (cases.h) that it knows what to do with, as bits. */
    unsigned cases;
    /* As an ERP, of a configuration that is played (play.h), those that cannot come, as bits: it is
     * asked before its state is made. NULL = all can. */
    unsigned (*spared)(const wb_sim_part *part);
    /* As an ERP it says itself when an order that it took is to be shipped (wb_sim_works_took), for
     * somebody has to approve it first; else it is when it is taken. */
    bool releases;
    /* As an ERP it tells all its stock each time it is asked: whoever reads it knows what it does
     * not know yet, and shows less by what was sold meanwhile. */
    bool tells_whole_stock;
    int gives, announces; /* the places where its sellers' orders are read, and their changes told:
                             what is wrong with an order strikes there */

    /* Its state in this world: part->conf is read, part->accounts stand, the market has given
     * nothing yet. NULL = it keeps nothing. */
    void *(*make)(wb_sim_part *part);
    void (*destroy)(void *state);
    /* An order of one of its sellers has got this version: queues and webhooks tell it. NULL = who
     * wants to know asks. */
    void (*changed)(wb_sim_part *part, uint32_t order, uint32_t version);
    /* As a shop: nobody else may send this order, so no ERP has to have it. NULL = there is none.
     */
    bool (*withheld)(const wb_sim_part *part, uint32_t order);
    /* As a shop: somebody was told what the newest version says. NULL = whoever asks is. */
    bool (*told)(const wb_sim_part *part, uint32_t order);
    /* As a shop: nobody was while there was time, and nobody is any more. NULL = there is no end.
     */
    bool (*untold)(const wb_sim_part *part, uint32_t order);
    /* As an ERP: how many orders wait for its own people. NULL = none. */
    uint64_t (*due)(const wb_sim_part *part);
    /* As an ERP: it has this order, and lets nobody change it any more. NULL = it always does. */
    bool (*closed)(const wb_sim_part *part, uint32_t order);
    /* As an ERP: what it calls the shipments of an order, from 0 on. false = that is all. NULL = as
     * this world calls them. */
    bool (*shipment)(const wb_sim_part *part, uint32_t order, int index,
                     char dst[WB_SIM_THING_ID_MAX]);
    /* How many changes it has told that nobody has fetched yet, about: without a pace the market
     * waits when they are many. NULL = none. */
    uint64_t (*backlog)(const wb_sim_part *part);
    /* Twice in each turn of the loop: answer those who wait for what has come. NULL = nobody does.
     */
    void (*turn)(wb_sim_part *part);
    /* Its own members of /sim/stats. NULL = none. */
    void (*stats)(const wb_sim_part *part, wb_json_writer *writer);
    /* Members of one of its sellers in /sim/accounts: names and credentials. `number` from 1. */
    void (*account)(const wb_sim_part *part, unsigned number, wb_json_writer *writer);
    /* The account as a run has it in its configuration: seller `number` of this shop; the target
     * `name` of this ERP. NULL = it is no shop, no ERP. */
    void (*shop)(const wb_sim_part *part, unsigned number, wb_sim_setup *out);
    void (*erp)(const wb_sim_part *part, const char *name, wb_sim_setup *out);
} wb_sim_system;

#endif
