/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poller_kit - a poller's inside without its process: a real store, commit, holder and loop; the
 * exchange, the gate, the lanes and the losses are played by the test
 *
 * Another one, `erp`, takes what routes lead to it. One account `shop` of a connector of the kit's
 * own: the list `orders`, the list `stock` that tells all there is, the queue `notices`, the list
 * `back` where it is named (it tells what became of what was given), the chain `reports` (its
 * cursors begin with their step: wait, document, gone, which is none). Calls wait in a row until
 * the test answers them; messages that are sent wait until it settles them.
 */
#ifndef WB_TESTS_UNIT_ACTORS_POLLER_KIT_H
#define WB_TESTS_UNIT_ACTORS_POLLER_KIT_H

#include "actors/poller/poller.h"
#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define KIT_DEADLINE_MS 10000
#define KIT_MINUTE_US (60 * WB_US_PER_S)
#define KIT_HOUR_US (60 * KIT_MINUTE_US)
/* The list's own: slices of an hour, the last three hours, ten minutes read again, two not yet. */
#define KIT_SLICE_US KIT_HOUR_US
#define KIT_FIRST_US (3 * KIT_HOUR_US)
#define KIT_OVERLAP_US (10 * KIT_MINUTE_US)
#define KIT_MARGIN_US (2 * KIT_MINUTE_US)
#define KIT_SEAM_US KIT_MINUTE_US /* of slice.c */
#define KIT_PAGE 3                /* items of a page */

/* A call on its way. The call itself is the feed's until it is answered. */
typedef struct {
    wb_link link;
    const wb_call *call;
    wb_exchange_done done;
    void *arg;
} kit_call;

typedef struct {
    char dir[64];
    wb_ctx ctx;
    wb_poller poller;
    wb_feed *list, *stock, *queue, *reports;
    wb_feed *back; /* NULL: the account does not name it */
} kit;

extern const wb_connector *const kit_connectors[]; /* of poller_shop.c */
extern size_t kit_piece_max;                       /* the longest piece that a slice was given */
extern wb_link kit_calls;
extern size_t kit_call_count;     /* so far */
extern wb_rc kit_start_rc;        /* a call that is not even built: WB_OK, or its code, once */
extern wb_wait kit_gate;          /* what the gate says */
extern int64_t kit_learnt;        /* the rate that answers have told; 0 = none */
extern const char *kit_suspended; /* "" = no */
extern wb_link kit_sent;          /* wb_outgoing, not settled yet */
extern size_t kit_room;           /* messages that the lanes still take */
extern wb_buf kit_reply;          /* the last answer to a call */
extern size_t kit_reply_count;

void kit_open(kit *self);
/* `yaml`: more lines of the account, each indented by four. */
void kit_open_with(kit *self, const char *yaml);
void kit_close(kit *self);
/* Memory is gone, the store stays: what was queued is committed, what was asked is not answered. */
void kit_restart(kit *self);
/* The feeds look for work, as at a start. */
void kit_look(kit *self);

#define kit_until(self, condition)                                                                 \
    do {                                                                                           \
        int64_t kit_end_ = wb_now_ms() + KIT_DEADLINE_MS;                                          \
        while (!(condition) && wb_now_ms() < kit_end_)                                             \
            kit_turn(self);                                                                        \
        ck_assert_msg((condition), "not in time: %s", #condition);                                 \
    } while (0)
void kit_turn(kit *self);
/* All that is queued is committed, and what follows from it has happened. */
void kit_settle(kit *self);

/* The call that waits for an answer, of the list or the queue (its pull); waits for it. */
const wb_call *kit_next(kit *self, const char *op);
bool kit_asks(const char *op); /* is there one? */

/* An item by its id and version; `seen` is a notice's id. NULL id ends a list of them. */
typedef struct {
    const char *id;
    int version;
    const char *seen, *handle;
    wb_outcome outcome;
    const char *reason, *body;
    const char *type; /* of a notice */
    bool announces_nothing;
    bool beside;         /* of the same message as the one before */
    wb_record_kind kind; /* NONE = an order */
    const char *root;    /* the order that it belongs to */
    const char *of;      /* ... of this account; NULL = the one that is read */
} kit_item;

typedef struct {
    const kit_item *items;
    const char *cursor; /* NULL = the slice is done */
    int64_t reached_utc_us, again_ms;
    bool reread;
    int64_t total, took_us; /* of the slice, as its answer says; of the call */
    const char *spooled;    /* instead of items: the answer is a file of this text */
    int64_t ends_utc_us;    /* of a question: when the credentials end */
    /* instead: */
    wb_rc rc;
    int status;
    const char *error;
} kit_page;
/* Answers the oldest call of this operation; waits for it. */
void kit_answer(kit *self, const char *op, const kit_page *page);

/* Settle the oldest message that was sent; `n`: how many of them. */
void kit_settle_sent(kit *self, wb_outcome outcome, size_t n);

/* What the store says. */
bool kit_stored(kit *self, const wb_feed *feed, wb_cursor_row *out, char *error, size_t size);
/* Fails the test when there is none; its error is good until the next one. */
wb_run_row kit_run(kit *self, const wb_id *id);
size_t kit_runs(kit *self, wb_run_status status);
size_t kit_rows(kit *self, wb_db db);

/* call.sync with this body; the answer is in kit_reply, perhaps later. */
void kit_sync(kit *self, const char *json);

#endif
