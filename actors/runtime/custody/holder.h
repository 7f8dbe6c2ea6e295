/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder - stored messages on their way to the next stage, and their receipts: custody of an actor
 *
 * A way is what one account has in the store for the stages behind us. The actor commits a row and
 * gives its message to the way; it is sent when the lane has room, else dropped from memory and
 * read again when there is. Its receipt settles it: the row leaves in the transaction that writes
 * what became of it, one for the receipts of a turn (a thousand at most). So the store says at
 * every moment what is still owed:
 *
 *   killed before that commit   the row is there: it travels once more, as `again` (the actor
 *                               says so: it knows whether a row is of a former life)
 *   killed after it             the row is gone, and its outcome is written
 *   a receipt comes twice       the lanes take the first alone
 *   a receipt never comes       the lanes send again
 *
 * What is live, or asked for by hand, goes first, then what changed since a list was read, then
 * what is read from its beginning. Within that, what one account has leaves in the order in which
 * it came, whatever waits in the store, and over a restart (turns.h): what is new and finds room
 * does not pass what is older and did not.
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_HOLDER_H
#define WB_ACTORS_RUNTIME_CUSTODY_HOLDER_H

#include "actors/runtime/custody/custody.h"
#include "protocol/base/map.h"

typedef struct wb_holder wb_holder;
typedef struct wb_way wb_way;
typedef struct wb_backlog wb_backlog;
typedef struct wb_way_source wb_way_source;

/* Live, or asked for by hand; changes that a list told. What is no more than a backfill waits in
 * the store alone. */
#define WB_WAY_URGENCIES 2

/* Which row of a way. Rows are in the order (revision, name); a name has one row, whose revision
 * rises when it is replaced. Where rows are not replaced, the revision is 0. */
typedef struct {
    uint64_t revision;
    wb_view name;         /* empty = before the first row */
    wb_priority priority; /* of its message */
    wb_view source;       /* whose record it is, where many accounts share the way; else empty */
} wb_way_row;

/* A message on its way. */
typedef struct {
    wb_link link; /* among the receipts of a turn */
    wb_way *way;
    wb_envelope *env;
    wb_way_row row;
    wb_outcome outcome; /* its receipt's */
    bool ended;         /* the owner's: how it ended was told before its receipt came */
    /* private: */
    wb_link all;
    wb_way_source *source;
    wb_outgoing out;
    char name[];
} wb_parcel;

typedef struct {
    const char *name; /* of the rows, in logs: "inbox" */
    /* Points to be killed at: a receipt came and its row is there; the row is gone. */
    const char *receipt_point, *deleted_point;
    /* Inside the transaction: the rows of these parcels (wb_parcel.link, in the order of their
     * receipts) leave, and what became of them is written. As wb_write.apply. */
    wb_rc (*settle)(void *owner, const wb_link *receipts, wb_write *write, wb_txn *txn,
                    wb_err *err);
    /* After that commit, for each of them. NULL = nothing. */
    void (*gone)(void *owner, const wb_parcel *parcel);
    /* Visit the rows of `way` behind `from` in their order, each one given to wb_backlog_row; its
     * WB_FULL ends the visit, which is then WB_OK. */
    wb_rc (*scan)(wb_way *way, const wb_way_row *from, wb_backlog *into, wb_txn *txn, wb_err *err);
    /* The message of one row; *out stays NULL when the row is gone. */
    wb_rc (*load)(wb_way *way, const wb_way_row *row, wb_txn *txn, wb_envelope **out, wb_err *err);
    /* Rows left, or a backlog was read to its end: there may be room for more. NULL = nothing. */
    void (*moved)(void *owner);
} wb_holder_actor;

/* Lives in its owner, zeroed before wb_way_open. */
struct wb_way {
    wb_view account;         /* whose window it uses; its owner's memory */
    bool backlog;            /* rows that are not in memory: read when the lane has room */
    uint64_t given, settled; /* since the start: messages given; rows that left, former ones too */
    /* private: */
    wb_holder *holder;
    wb_map *sent;    /* name -> the newest parcel of it */
    wb_link parcels; /* all on their way, older ones of a name too */
    wb_map *sources; /* turns.h */
    /* of them, the lines of those whose rows wait, by how urgent these are */
    wb_link waiting[WB_WAY_URGENCIES];
    bool unknown;         /* what a former life left was not looked through yet */
    uint64_t at_revision; /* the last row of the backlog that was looked at */
    wb_buf at_name;
};

/* `custody` and `actor` are copied; `owner` is what the functions of `actor` get. */
wb_holder *wb_holder_new(const wb_custody *custody, const wb_holder_actor *actor, void *owner);
/* After its ways are closed. */
void wb_holder_destroy(wb_holder **self_p);
/* Nothing more is read from the store; what is given still leaves. */
void wb_holder_drain(wb_holder *self);

/* One way an account. */
void wb_way_open(wb_way *self, wb_holder *holder, wb_view account);
/* Forgets what is on its way: the store has it. Harmless on a way that was not opened. */
void wb_way_close(wb_way *self);
/* Before the first row is given: what a former life left is sent, and keeps its place. */
void wb_way_resume(wb_way *self);
/* A row is committed: down the lane now, or from the store later when there is no room or rows
 * before it wait. What is live or was asked for by hand overtakes those that are neither, in the
 * eighth of the window that they leave; where several accounts share the way, that eighth is for
 * those that have less than as much under way, in turn. Consumes env. */
void wb_way_give(wb_way *self, const wb_way_row *row, wb_envelope **env_p);
/* There are rows that nobody gave (revived, or put back): read them as there is room. */
void wb_way_look(wb_way *self);
/* The newest message of a name on its way; NULL: none. */
wb_parcel *wb_way_find(const wb_way *self, wb_view name);
/* How many messages of a record are on their way. */
size_t wb_way_count(const wb_way *self, wb_view record);

/* --- inside wb_holder_actor.scan --- */

/* Has this row to be loaded? No: it, or a newer one of its name, is on its way, or its place is
 * all that is asked for. */
bool wb_backlog_wants(const wb_backlog *self, const wb_way_row *row);
/* A row was looked at; `*env_p` is its message, consumed, or NULL when it was not wanted. WB_FULL:
 * no room, the visit goes on from here another time. */
WB_MUST_CHECK wb_rc wb_backlog_row(wb_backlog *self, const wb_way_row *row, wb_envelope **env_p);

#endif
