/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal - records that this world does not give or take, and which they were
 *
 * A record is refused because a lever says so, because its number was drawn (for ever: the fault
 * refuse_one) or because just now every record is (refuse_all). Each refusal is kept by the
 * record's id, so that whoever counts at the far end can ask which ones they were.
 */
#ifndef WB_TOOLS_SIM_ENGINE_REFUSAL_H
#define WB_TOOLS_SIM_ENGINE_REFUSAL_H

#include "tools/sim/engine/system.h"
#include "tools/sim/engine/things.h"

/* How a refusal looks: word of --refuse-as, status, a firewall's page instead of JSON. */
#define WB_SIM_REFUSALS(R)                                                                         \
    R("400", 400, false)                                                                           \
    R("403", 403, false)                                                                           \
    R("404", 404, false)                                                                           \
    R("422", 422, false)                                                                           \
    R("400-page", 400, true)                                                                       \
    R("403-page", 403, true)                                                                       \
    R("404-page", 404, true)                                                                       \
    R("422-page", 422, true)                                                                       \
    R("result", 200, false)

/* What a lever told: of a target, or of a place. */
typedef struct {
    int64_t status;      /* refuse a record with this status; 0 = work */
    int64_t retry_after; /* seconds, with that status; 0 = not told */
    int64_t page;        /* a page of HTML, as a firewall answers */
    char bad[64];        /* only records whose key, or id, has that text in it; "" = all */
} wb_sim_told;

/* A record that is asked for, or brought. */
typedef struct {
    int at;                      /* the place */
    const char *target;          /* the target's name; "" where it is read */
    wb_view key;                 /* what it is called there: an order's id, a record's key */
    const wb_sim_things *things; /* what it is one of; NULL = the orders */
    uint32_t order;              /* its number among these; WB_SIM_NO_ORDER: none of this world */
    const wb_sim_told *told;
} wb_sim_subject;

typedef struct {
    int status; /* 200: by a word inside an answer, at a target alone */
    bool page;
    bool lasting; /* of this record, and for ever: not of all for a while, not a number of times */
    bool all;     /* every record is refused just now, and nobody told it to: refuse_all */
    int64_t retry_after;
} wb_sim_refusal;

typedef struct wb_sim_refusals wb_sim_refusals;

wb_sim_refusals *wb_sim_refusals_new(void);
void wb_sim_refusals_destroy(wb_sim_refusals **self_p);
/* A request about records has come to this place: a time may begin in which all are refused. */
void wb_sim_refusals_enter(wb_sim *sim, int at);
/* Is it refused now? */
bool wb_sim_refusal_find(const wb_sim *sim, const wb_sim_subject *subject, wb_sim_refusal *out);
/* Lists leave out what is refused by itself. */
bool wb_sim_refusal_lasts(const wb_sim *sim, const wb_sim_subject *subject);
/* It was refused: kept by its id. */
void wb_sim_refusal_note(wb_sim *sim, const wb_sim_subject *subject, const wb_sim_refusal *refusal);
/* Is it kept already, as refused for good? */
bool wb_sim_refusal_noted(const wb_sim *sim, const wb_sim_subject *subject);
/* In the words of the place. */
void wb_sim_refusal_answer(const wb_sim_visit *visit, const wb_sim_refusal *refusal);
/* A whole list of what is no order is asked for. Is it refused now, all of it? true = it is
 * answered; that is nothing that a record has done. */
bool wb_sim_list_refused(const wb_sim_visit *visit);
/* Of these things, how many were refused for good and are not at their far end as they are now. */
uint64_t wb_sim_refusals_kept(const wb_sim *sim, const wb_sim_things *things,
                              uint32_t (*held)(const wb_sim *sim, const wb_sim_things *things,
                                               uint32_t number));
/* Orders that a target has refused for good, each once. */
void wb_sim_orders_refused(const wb_sim *sim, void (*each)(void *arg, uint32_t order), void *arg);
/* Has its own shop refused for good to give it? Then nobody knows it. */
bool wb_sim_order_unread(const wb_sim *sim, uint32_t order);
/* All that were refused, as members of an object. */
void wb_sim_refusals_write(const wb_sim *sim, wb_json_writer *writer);

#endif
