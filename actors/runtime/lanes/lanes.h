/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes - PUSH/PULL with receipts: how a record's custody moves between processes
 *
 * Two PULL inlets (work, receipts: read first) and one PUSH socket per peer. Nothing blocks. A
 * sender keeps a message until its receipt and sends it again at once on a new connection or a new
 * incarnation of the receiver, else after the longer of 5 s and four times the lane's p99, doubled
 * each time. Receipts leave in batches: 64 at the end of a turn, fewer within 50 ms, because a lone
 * one costs its sender wake-ups and a commit. A receipt, sequence or lease counts only with the
 * incarnation that it names.
 */
#ifndef WB_ACTORS_RUNTIME_LANES_LANES_H
#define WB_ACTORS_RUNTIME_LANES_LANES_H

#include "actors/runtime/loop/loop.h"
#include "protocol/envelope.h"
#include "protocol/limits.h"
#include "protocol/topics.h"
#include "storage/store.h"

typedef struct wb_lanes wb_lanes;

typedef struct {
    const char *run_dir;  /* <state>/run, 0700: ipc inlets live here */
    const char *instance; /* "mapper-1" */
    const char *deployment;
    uint16_t shards;
    wb_stage stage;               /* that it serves; NONE for a tool */
    const wb_shard_claim *claims; /* that it owns */
    size_t claim_count;
    wb_id store;                /* zero for a tool */
    const char *const *brokers; /* base endpoints, NULL-terminated (see wb_broker_endpoint) */
    int64_t heartbeat_ms;
} wb_lanes_conf;

WB_MUST_CHECK wb_rc wb_lanes_new(wb_lanes **out, wb_loop *loop, const wb_lanes_conf *conf,
                                 wb_err *err);
void wb_lanes_destroy(wb_lanes **self_p);
uint64_t wb_lanes_incarnation(const wb_lanes *self);

/* --- receiving --- */

/* A message in hand, its receipt owed. Whoever holds it settles it exactly once. */
typedef struct wb_delivery {
    wb_link link; /* the holder's use */
    wb_envelope *env;
    int64_t taken_ms;        /* wb_loop_now_ms when it arrived */
    struct wb_peer_in *from; /* private */
    /* Of what was made here (wb_delivery_make): in the place of a receipt. NULL = a sender has it
     */
    void (*settled)(void *arg, wb_outcome outcome);
    void *arg;
} wb_delivery;

/* What nobody has sent is taken like a message, and this hears what became of it: NONE = it was
 * given up, and nobody will send it again. */
wb_delivery *wb_delivery_make(wb_lanes *self, wb_envelope **env_p,
                              void (*settled)(void *arg, wb_outcome outcome), void *arg);

/* Gives the message up and tells its sender (batched). Calls and messages with sequence 0 get no
 * receipt. After the commit that moved custody, never before. */
void wb_delivery_settle(wb_lanes *self, wb_delivery **delivery_p, wb_outcome outcome);
/* Gives it up without a word: the sender will send again. */
void wb_delivery_drop(wb_lanes *self, wb_delivery **delivery_p);

/* Every message that is not a receipt or a beat. Messages of a lane that we do not own at that
 * generation, of another deployment, or damaged never come here. */
typedef void (*wb_lanes_take)(void *arg, wb_delivery *delivery);
void wb_lanes_on_take(wb_lanes *self, wb_lanes_take take, void *arg);
/* A message of a lane of ours that cannot be read, but says whose it is: its sender waits for a
 * receipt. delivery->env has what can be read (wb_envelope_glean), and the body. `header` is its
 * bytes, not kept. Without one: dropped, and told in the log. */
typedef void (*wb_lanes_damaged)(void *arg, wb_delivery *delivery, wb_view header, const char *why);
void wb_lanes_on_damaged(wb_lanes *self, wb_lanes_damaged take, void *arg);
/* What says nothing of itself, nor does a call: nobody can be answered. Neither frame is kept; the
 * body is empty where there are not two. Counted, and told in the log now and then, all the same.
 */
typedef void (*wb_lanes_stray)(void *arg, wb_view header, wb_view body, const char *why);
void wb_lanes_on_stray(wb_lanes *self, wb_lanes_stray take, void *arg);
size_t wb_lanes_in_hand(const wb_lanes *self); /* deliveries not settled */

/* --- sending --- */

/* A message on its way; lives in its owner, zeroed before its first use. The owner keeps `env`
 * alive and unchanged until `settled`, which is called once, from the loop. NOT_MINE and FULL never
 * come here: the lane asks the directory and goes on. */
typedef struct wb_outgoing wb_outgoing;
struct wb_outgoing {
    wb_envelope *env;
    void (*settled)(wb_outgoing *self, wb_outcome outcome);
    /* private: */
    wb_link link;
    struct wb_peer_out *peer;
    struct wb_window *window;
    uint64_t sequence, generation;
    uint64_t place;                     /* in the order of handing over */
    int64_t since_ms, sent_ms, next_ms; /* handed over; first on the wire; due again */
    int64_t last_ms;                    /* last on the wire */
    size_t bytes;                       /* of the window */
    uint32_t connection;                /* of the peer, when it was sent last */
    uint16_t shard;
    uint8_t sends; /* on that connection */
    bool once;     /* it was sent a single time: `not taken` means that nobody has it */
};

/* How many more messages of this account the lane takes now (window by stage and account): none
 * while the bodies under way are over their limit. */
size_t wb_lanes_room(wb_lanes *self, wb_stage stage, wb_view account);
/* As wb_lanes_room, less an eighth of the window: what waits leaves that to what is urgent. */
size_t wb_lanes_room_shared(wb_lanes *self, wb_stage stage, wb_view account);
/* That eighth; at least one message. */
size_t wb_lanes_room_kept(wb_lanes *self, wb_stage stage, wb_view account);
/* The window of an account on each lane (default 512). */
void wb_lanes_window(wb_lanes *self, wb_view account, size_t messages);
/* Hand over. What the lane adds to the header (stage, shard, sequence, ...) is added on the wire:
 * env stays as it is. `key` is the sharding key. WB_FULL when the window has no room. An owner not
 * known yet is waited for. It leaves at the end of the turn. */
WB_MUST_CHECK wb_rc wb_lanes_send(wb_lanes *self, wb_outgoing *outgoing, wb_stage stage,
                                  wb_view key, wb_view account, wb_err *err);
/* Forget it (its owner dies or has something newer): no settled will come. */
void wb_lanes_cancel(wb_lanes *self, wb_outgoing *outgoing);
/* Called when receipts made room for an account on a lane that was full. */
typedef void (*wb_lanes_room_ready)(void *arg, wb_stage stage, wb_view account);
void wb_lanes_on_room(wb_lanes *self, wb_lanes_room_ready ready, void *arg);
size_t wb_lanes_outstanding(const wb_lanes *self); /* sent or waiting, not settled */

/* --- directory and heartbeat --- */

/* What a beat carries beside the identity; the lanes ask for it every heartbeat. */
typedef struct {
    uint64_t commits;
    uint64_t events[8]; /* last sequence by topic */
    bool ready;
    char note[80]; /* one word of state: "running", "draining" */
} wb_beat_state;
typedef void (*wb_beat_fill)(void *arg, wb_beat_state *out);
void wb_lanes_on_beat(wb_lanes *self, wb_beat_fill fill, void *arg);
void wb_lanes_beat_now(wb_lanes *self); /* tell a change at once */

/* An instance as its last beat told. */
typedef struct {
    char instance[WB_INSTANCE_MAX + 1];
    wb_stage stage;
    uint64_t incarnation;
    wb_id store;
    wb_beat_state state;
    int64_t seen_ms;                /* our monotonic time of its last beat */
    char work[WB_ENDPOINT_MAX + 1]; /* endpoint of its work inlet */
    int64_t pid;
    size_t shard_count;
} wb_peer_info;
typedef void (*wb_peer_each)(void *arg, const wb_peer_info *info);
void wb_lanes_peers(const wb_lanes *self, wb_peer_each each, void *arg);
/* Called at each beat of another instance that comes here: of the stages that we send to when it
 * changed (incarnation, claims, inlets, ready), each one after wb_lanes_subscribe "beat". */
void wb_lanes_on_peer(wb_lanes *self, wb_peer_each ready, void *arg);
/* We want to know of everybody: who comes is heard of within ten heartbeats, whatever the bus lost.
 */
void wb_lanes_watch(wb_lanes *self);
/* Asking shows interest: from then on the directory is listened to for this stage, asked until
 * there is an owner, and again from time to time, as the bus may lose the word of a change. */
bool wb_lanes_owner_known(wb_lanes *self, wb_stage stage, uint16_t shard);
/* Who owns a shard, as far as is known here. */
typedef struct {
    wb_id store;
    uint64_t generation;
    char instance[WB_INSTANCE_MAX + 1];
} wb_lanes_owner;
/* False: nobody is known. Shows interest, like wb_lanes_owner_known. */
bool wb_lanes_owner_of(wb_lanes *self, wb_stage stage, uint16_t shard, wb_lanes_owner *out);
/* Does any instance that is known here, silent or not, serve with this store? */
bool wb_lanes_store_known(const wb_lanes *self, const wb_id *store);
/* Somebody saw a higher commit number of our store than any that we told in this life: it was
 * turned back. Any answer of a broker may tell. Called once; when it comes before any work was
 * read, as the first answer does, none is read any more: the process begins anew. */
typedef void (*wb_lanes_turned_back)(void *arg, uint64_t commits_seen);
void wb_lanes_on_turned_back(wb_lanes *self, wb_lanes_turned_back ready, void *arg);

/* --- calls --- */

/* Ask. `to`: an endpoint, or NULL with stage and key (the owner of that shard), or the name of an
 * instance as "@name". The answer comes in chunks; `last` ends it. rc WB_RETRY: no answer in time
 * (reply NULL). A number names the call for wb_lanes_call_cancel. */
typedef void (*wb_call_reply)(void *arg, const wb_envelope *reply, wb_rc rc);
typedef struct {
    const char *to;
    wb_stage stage;
    wb_view key;
    wb_kind kind;
    wb_view body;
    int64_t timeout_ms;
} wb_call_spec;
WB_MUST_CHECK wb_rc wb_lanes_call(wb_lanes *self, const wb_call_spec *spec, wb_call_reply reply,
                                  void *arg, uint64_t *out_call, wb_err *err);
void wb_lanes_call_cancel(wb_lanes *self, uint64_t call);
/* Answer a call in hand; `last` false = more chunks follow. The caller still settles or drops the
 * delivery. */
void wb_lanes_reply(wb_lanes *self, const wb_envelope *call, wb_view body, bool last);

/* --- bus --- */

/* Publish a batch of events: topic "class.instance", header with sequence, store id. */
void wb_lanes_publish(wb_lanes *self, wb_topic topic, uint64_t sequence, wb_view batch);
/* Subscribe (monitor, tail): "" = all, "record", "beat". */
typedef void (*wb_bus_take)(void *arg, wb_view topic, const wb_envelope *env);
WB_MUST_CHECK wb_rc wb_lanes_subscribe(wb_lanes *self, const char *prefix, wb_bus_take take,
                                       void *arg, wb_err *err);

/* The broker's endpoints of a base: `what` is "in" (XSUB), "out" (XPUB) or "inlet" (calls).
 * Base "ipc://<dir>/broker" gives "ipc://<dir>/broker.in"; "tcp://host:5600" gives ports 5600,
 * 5601, 5602. */
WB_MUST_CHECK wb_rc wb_broker_endpoint(char *dst, size_t size, const char *base, const char *what,
                                       wb_err *err);

#endif
