/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper_kit - a mapper's inside without its process: a real store, commit, outbox and holder; the
 * lanes are played by the test
 *
 * What the mapper sends waits in a list until the test gives its receipts. Accounts that are read
 * are of the sample connector: an order is what kit_order says.
 */
#ifndef WB_TESTS_UNIT_ACTORS_MAPPER_KIT_H
#define WB_TESTS_UNIT_ACTORS_MAPPER_KIT_H

#include <check.h>

#include "actors/mapper/mapper.h"
#include "actors/runtime/actor/inside.h"

#define KIT_MESSAGES_MAX 256
#define KIT_ERP "  erp: {connector: webhook, options: {url: 'http://erp/records'}}\n"
/* Tells of shipments, takes everything. */
#define KIT_WAREHOUSE "  house: {connector: kit_house}\n"
#define KIT_DEAF "  deaf: {connector: kit_deaf}\n" /* takes orders alone */
/* Account `name` has stock, and listings that can be told what to show. */
#define KIT_STALL(name) "  " name ": {connector: kit_stall}\n"
#define KIT_MALL "  shop: {connector: kit_mall}\n" /* its orders have an address */
#define KIT_SHOP "  shop: {connector: sample, options: {url: 'http://shop'}}\n"

typedef struct {
    char dir[64];
    wb_ctx ctx; /* its lanes are the kit's */
    wb_mapper mapper;
} kit;

extern const wb_connector *const kit_connectors[]; /* the kit's own, up to a NULL */
extern wb_link kit_sent; /* wb_outgoing without a receipt yet, oldest first */
extern size_t kit_sent_count;
extern size_t kit_room;                          /* messages that the lanes still take */
extern wb_outcome kit_outcome[KIT_MESSAGES_MAX]; /* by message number; NONE = owed */
extern size_t kit_settled_times[KIT_MESSAGES_MAX];
extern wb_buf kit_last_reply; /* to a call */

/* `yaml`: what follows "accounts:", routes included. */
void kit_open(kit *self, const char *yaml);
void kit_close(kit *self);
void kit_restart(kit *self); /* as a kill and a start: memory is gone, the store stays */
/* The same with another configuration; tables alone, in place. */
void kit_restart_as(kit *self, const char *yaml);
void kit_reload_tables(kit *self, const char *yaml);
void kit_flush(kit *self); /* all that is queued is committed, and what that queues */

/* What a shop says of an order. Times are seconds of one day; observed 0 = as updated. */
typedef struct {
    const char *id, *status, *total;
    int updated, observed;
    const char *created;      /* whole time; NULL = not told */
    bool broken;              /* its bytes are no JSON */
    const char *lines;        /* JSON; NULL = none */
    const char *line1, *city; /* of KIT_MALL: where it goes; line1 NULL = of KIT_SHOP */
} kit_order;
/* It comes in as message `n`, and is committed. */
void kit_say(kit *self, size_t n, const kit_order *order);
/* What a warehouse says of a shipment. */
typedef struct {
    const char *account;     /* NULL = "house" */
    const char *id, *status; /* status NULL = "shipped" */
    const char *root;        /* printed key */
    const char *carrier;
    int updated;
    const char *sku; /* in it; NULL = nobody knows */
    int quantity;
} kit_parcel;
void kit_say_parcel(kit *self, size_t n, const kit_parcel *parcel);
/* What a warehouse says of an order that it was given. */
typedef struct {
    const char *id, *number;
    const char *state; /* "stopped", or another word of wb_order_handled_statuses */
    int read;          /* when */
} kit_back;
void kit_read_back(kit *self, size_t n, const kit_back *back);
/* What a stall says of its stock, or of a listing. */
#define KIT_UNTOLD INT64_MIN
typedef struct {
    const char *account, *id, *sku;
    int64_t number; /* available, of stock */
    bool listing;
    bool gone; /* a listing that is offered no more */
    int updated, observed;
} kit_word;
void kit_tell(kit *self, size_t n, const kit_word *word);
extern bool kit_timeless; /* stalls tell no time of their own */
extern int64_t kit_shows; /* so many, and one more, listings of stalls show; 0 = it is not told */
extern int64_t kit_observed_utc_us; /* when stalls are read instead; 0 = as they say */
/* The pusher's store is another one, and what it held is nowhere; what follows is done. */
void kit_lose_pusher(kit *self);
/* As message `n`, owed from here on. */
wb_delivery *kit_delivery(const wb_envelope *env, size_t n);
/* The receipt of the oldest message on its way, or of the oldest one to `target`. */
void kit_receipt(kit *self, const char *target, wb_outcome outcome);
void kit_look(kit *self); /* some turns: what is in the store goes out while there is room */
/* The messages of a list that a lane took for `target` (NULL = all). */
size_t kit_waiting(const char *target);
/* What is on its way to `target` arrives; how much that is. */
size_t kit_arrive(kit *self, const char *target, wb_outcome outcome);
/* Turns until nothing is noted for a later time. */
void kit_pass(kit *self);
const wb_envelope *kit_last_sent(void);
/* What a pusher tells later of a record that it had held. */
void kit_mark(kit *self, const char *target, const char *record, uint64_t revision,
              wb_outcome outcome);
/* A call of an operator; the answer is in kit_last_reply. */
void kit_call(kit *self, wb_kind kind, const char *body);

/* What the store has of a record; fails the test when there is none. Views live until kit_done. */
const wb_record_row *kit_record(kit *self, const char *record);
bool kit_has(kit *self, const char *record);
void kit_done(void);
size_t kit_rows(kit *self, wb_db db);
uint64_t kit_parked(kit *self);
/* The events of this name that were written so far. */
size_t kit_events(kit *self, const char *what);

#endif
