/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why - where a record is, what holds it, since when, what comes next, who can act
 *
 * One question (wb_inquiry) to every process that may hold the record, and then to the monitor for
 * what happened to it; one answer (wb_why), made of all that they say. Whoever shows it, to people
 * or to programs, prints its members and decides nothing: the reason as a code is for what counts
 * and filters, the words are for people, and both are the same everywhere.
 */
#ifndef WB_ACTORS_ASK_WHY_H
#define WB_ACTORS_ASK_WHY_H

#include "actors/ask/client.h"
#include "protocol/envelope.h"
#include "protocol/kinds.h"
#include "protocol/waits.h"

typedef enum {
    WB_HOLD_CALL,   /* a job that waits for its call: of the enricher, or of the pusher */
    WB_HOLD_PARKED, /* set aside with a reason */
    WB_HOLD_SOURCE, /* the mapper has it, and no route takes it (yet) */
    WB_HOLD_OUTBOX, /* the mapper has it, and its way to a target is not done */
    WB_HOLD_APART,  /* the mapper has it, and its order has to be known, or delivered, before it */
    WB_HOLD_LANE,   /* stored, and on its way to the next process */
    WB_HOLD_TASK,   /* it goes its way without something that is asked for again, or was */
    WB_HOLD_FULL,   /* a process that takes nothing new, and does not know the record */
} wb_hold_kind;

/* One thing that holds the record. Texts are never NULL; "" = there is none. */
typedef struct {
    wb_hold_kind kind;
    const char *instance; /* who holds it: "pusher-1" */
    wb_stage stage;       /* what that process does; NONE = a name that we do not know */
    const char *account;  /* CALL, TASK: whose call it waits for; OUTBOX, APART: the target:
                             "tenant/account" */
    const char *since;    /* ISO 8601, UTC */
    const char *next;     /* when it is tried next, likewise */
    wb_wait wait;      /* CALL, OUTBOX, APART, LANE, FULL: the reason as a code; COUNT = of another
                          release, or none but the words */
    const char *words; /* what holds it, for people */
    const char *who;   /* who can act, and how, for people */
    const char *culprit; /* CALL: the record that the account may be stopped for: a printed key */
    const char *id;      /* PARKED: by which it is shown, sent again, dropped */
} wb_hold;

/* What a target has not got: as the mapper keeps it, or "not sent", since its connector has nothing
 * to tell it. */
typedef struct {
    const char *target, *outcome, *reason;
} wb_why_delivery;

/* What the rules say of it now, on its way to a target. */
typedef struct {
    const char *target, *what, *is, *by; /* "default/erp", "warehouse", "WH-2", "rule 3: ..." */
} wb_why_decision;

/* A target that has it. */
typedef struct {
    const char *target, *outcome, *at, *remote_id; /* "handed_on"; ISO 8601; what it calls it */
} wb_why_mark;

/* Of an order: a record that shares its lines, such as a shipment. */
typedef struct {
    const char *record, *kind, *status;
} wb_why_part;

/* What happened to it, as the monitor keeps it. */
typedef struct {
    int64_t at_utc_us;
    const char *what;   /* "received", "delivered", ... */
    wb_outcome outcome; /* NONE = it has none */
    const char *target, *text;
    wb_hop hops[WB_HOPS_MAX]; /* its way until then, point by point */
    size_t hop_count;
} wb_why_event;

typedef enum {
    WB_GAP_SILENT,   /* a process did not answer in time */
    WB_GAP_ABSENT,   /* a process that should be there is not */
    WB_GAP_REFUSED,  /* a process says no: `text` is its word */
    WB_GAP_NOBODY,   /* none of those to be asked is there: `text` names them */
    WB_GAP_TIMELINE, /* the monitor does not tell what happened: `text` says why */
} wb_gap_kind;

/* What could not be learnt. A process is silent, or absent, once. */
typedef struct {
    wb_gap_kind kind;
    const char *instance, *text;
} wb_gap;

/* The answer. All of it is good until its inquiry is destroyed. */
typedef struct {
    const char *record;   /* its printed key; the word asked for when nobody knows it */
    bool answered;        /* somebody who may hold it did; else only `gaps` tells something */
    bool complete;        /* everybody who was asked did, the monitor too */
    bool known;           /* somebody knows it */
    const char *status;   /* of its life: "created"; "" = the mapper does not have it */
    const char *changed;  /* its last change, ISO 8601, UTC */
    const wb_hold *holds; /* in order of those who say so; none: nothing holds it */
    size_t hold_count;
    const wb_why_delivery *deliveries; /* exceptions alone: a target that is not named has it */
    size_t delivery_count;
    const wb_why_mark *marks;
    size_t mark_count;
    const wb_why_part *parts;
    size_t part_count;
    const wb_why_decision *decisions;
    size_t decision_count;
    const wb_why_event *events; /* the oldest first */
    size_t event_count;
    const char *const *stock; /* of a listing: what its number is made of, lines for people */
    size_t stock_count;
    const wb_gap *gaps; /* in the order in which they were met */
    size_t gap_count;
    const wb_ask *processes, *timeline; /* what they said, whole; NULL = they were not asked */
} wb_why;

typedef struct wb_inquiry wb_inquiry;
typedef void (*wb_inquiry_done)(void *arg, const wb_why *why);

typedef struct {
    const char *record; /* a printed key, or an external id alone: then the mappers are asked
                           whose it is, and if they do not know, it is looked for at each account
                           that is read from */
    int64_t days;       /* how far back the timeline goes */
    wb_inquiry_done
        done; /* called once, from the loop, which may destroy the inquiry; may be NULL */
    void *arg;
} wb_inquiry_conf;

/* Begins with the loop's next turn. */
wb_inquiry *wb_inquiry_start(wb_client *client, const wb_inquiry_conf *conf);
/* Turns the loop until all is said; not from inside of it. */
const wb_why *wb_inquiry_wait(wb_inquiry *self);
void wb_inquiry_destroy(wb_inquiry **self_p);

#endif
