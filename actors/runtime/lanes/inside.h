/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - what the files of the lanes share; nobody else includes it
 */
#ifndef WB_ACTORS_RUNTIME_LANES_INSIDE_H
#define WB_ACTORS_RUNTIME_LANES_INSIDE_H

#include "actors/runtime/lanes/beat.h"
#include "actors/runtime/lanes/lanes.h"
#include "actors/runtime/lanes/wire.h"
#include "protocol/base/map.h"

#define LEVELS 7   /* a message was sent this often: each level waits twice as long */
#define BUCKETS 24 /* receipt latencies by their power of two, ms */
#define BROKERS_MAX 8
#define HOLD_MS 200 /* work waits so long for the directory's first word */

#define RANK_RECEIPTS 1
#define RANK_BUS 3
#define RANK_WORK 5

/* --- receiving (in.c) --- */

/* Settled sequences of one outcome: first, first + 1, ... */
typedef struct {
    uint64_t first, count;
    wb_outcome outcome;
} receipt_run;

/* One incarnation of a sender that we owe receipts. */
struct wb_peer_in {
    wb_link dirty; /* has runs to send */
    char instance[WB_INSTANCE_MAX + 1];
    uint64_t incarnation;
    char receipts[WB_ENDPOINT_MAX + 1]; /* its inlet; "" = not told yet */
    wb_wire *wire;
    size_t in_hand;
    receipt_run *runs;
    size_t run_count, run_cap;
    size_t owed; /* receipts in the runs */
    bool soon;   /* one of them is waited for: at the end of this turn */
};

/* --- sending (out.c) --- */

typedef struct wb_window {
    wb_link ready; /* room was wanted, and there is some */
    wb_stage stage;
    size_t limit, used;
    size_t bytes; /* of the bodies of those that are used */
    bool wanted;
    int64_t full_ms; /* a receiver had no room: nothing of it is sent before that */
    wb_view account;
    char key[];
} wb_window;

/* sequence -> outgoing; see sequence.h */
typedef struct {
    struct sequence_slot {
        uint64_t sequence; /* 0 = free */
        wb_outgoing *outgoing;
    } * slots;
    size_t cap;
    wb_map *late; /* stragglers whose slot a newer one needed; NULL until there is one */
} sequence_table;

/* A process that we send to, by its work inlet. */
struct wb_peer_out {
    wb_lanes *home;
    wb_wire *wire;
    wb_link queue;          /* to be sent at the end of the turn, or when connected */
    wb_link flight[LEVELS]; /* sent; by how often, each in the order of next_ms */
    wb_link refused;        /* FULL, and what is behind that; looked through at refused_ms */
    wb_link unheard;        /* due, but this peer may hang: until it is heard of */
    sequence_table sent;
    uint64_t sequence;
    wb_timer timer;
    uint32_t connection; /* counts them: on a new one waiting times begin anew */
    bool introduced;     /* it answered since it was connected: knows where receipts go */
    bool mixed;          /* the queue is not in the order of the places */
    int64_t contact_ms, connected_ms; /* last receipt; connection */
    int64_t heard_ms;                 /* last receipt or beat */
    int64_t round_ms, refused_ms;     /* no more is sent again before; refused is looked at */
    uint32_t latency[BUCKETS], latency_count;
};

/* --- directory (directory.c) --- */

typedef struct wb_member {
    wb_beat beat;
    int64_t seen_ms;
    int64_t receipt_ms;      /* its last receipt to us */
    uint64_t known;          /* the how many-th that we heard of */
    struct wb_peer_out *out; /* made at the first message */
    bool shown;              /* its second claim was reported */
} wb_member;

/* Who owns a shard, and what waits for somebody to own it. */
typedef struct {
    wb_member *owner;
    uint64_t generation;
    int64_t doubted_ms; /* it said `not mine` then: its next beat is believed, or time; 0 = never */
    wb_link waiting;
    bool watched; /* somebody wants to know the owner, without sending */
} shard_slot;

typedef struct {
    wb_lanes *home;
    wb_wire *inlet;
} broker_link;

struct wb_lanes {
    wb_loop *loop;
    void *zmq;
    wb_wires *wires;
    char *run_dir;
    char instance[WB_INSTANCE_MAX + 1];
    char deployment[WB_INSTANCE_MAX + 1];
    wb_view instance_view, deployment_view;
    uint16_t shards;
    uint64_t *owned; /* generation by shard; 0 = not ours */
    int64_t heartbeat_ms;
    wb_loop_hook hook;
    wb_buf header, body; /* scratch */

    /* inlets */
    void *work, *receipts;
    wb_view receipts_view;
    bool held_back; /* work is not read yet: the directory may say that we were turned back */
    wb_lanes_take take;
    void *take_arg;
    wb_lanes_damaged take_damaged;
    void *damaged_arg;
    wb_lanes_stray take_stray;
    void *stray_arg;
    wb_map *senders;           /* incarnation -> wb_peer_in */
    struct wb_peer_in *sender; /* of the last message */
    wb_link dirty;             /* wb_peer_in with receipts to send */
    wb_timer receipt_timer;
    bool receipts_due;
    wb_link spare; /* wb_delivery */
    size_t in_hand;
    uint64_t damaged, foreign, not_mine;
    int64_t damaged_told_ms, foreign_told_ms;

    /* sending */
    wb_map *windows, *limits;
    wb_window *window;   /* last used */
    size_t window_bytes; /* under way in all windows */
    uint64_t places;     /* messages handed over: their order */
    bool windows_full;   /* somebody was refused because of it */
    wb_link ready;       /* windows with room to tell */
    wb_lanes_room_ready room;
    void *room_arg;
    size_t outstanding;

    /* directory */
    wb_beat self;
    wb_map *members; /* work endpoint -> wb_member */
    uint64_t members_known;
    shard_slot *slots[WB_STAGE_COUNT];
    wb_timer beat_timer, ask_timer, hold_timer;
    int64_t ask_ms;     /* until we ask again; 0: nothing is waited for */
    bool watching;      /* some slot is watched */
    wb_beat_state told; /* of the last beat sent */
    uint32_t quiet;     /* heartbeats without a change */
    bool turned_back_told, saved, saved_ready;
    uint64_t saved_commits; /* in the beat file */
    uint64_t told_commits;  /* the highest of this life */
    broker_link brokers[BROKERS_MAX];
    size_t broker_count;
    wb_beat_fill fill;
    void *fill_arg;
    wb_peer_each on_peer;
    void *on_peer_arg;
    wb_lanes_turned_back turned_back;
    void *turned_back_arg;
    /* what it needs of those that are told of it: set where they open */
    void (*listen)(wb_lanes *self, wb_stage stage); /* to the beats of a stage: bus.c */
    void (*state_now)(wb_lanes *self);              /* into self->self.state: heartbeat.c */

    /* calls */
    wb_map *calls, *chunks;
    uint64_t next_call;
    wb_link unresolved; /* calls whose callee is not known yet */

    /* bus */
    void *pub, *sub;
    wb_link listeners;
    wb_map *heard; /* topic -> the last that came */
    size_t bus_count;
    char bus_in[BROKERS_MAX][WB_ENDPOINT_MAX + 1], bus_out[BROKERS_MAX][WB_ENDPOINT_MAX + 1];
};

/* head.c */
/* A header that says who we are; kind and the rest are the caller's. */
void lanes_identify(const wb_lanes *self, wb_envelope *out, wb_kind kind);
/* Encode into the scratch header. False (logged): over its limits. */
bool lanes_encode(wb_lanes *self, const wb_envelope *env);

/* in.c */
WB_MUST_CHECK wb_rc lanes_in_open(wb_lanes *self, wb_err *err);
void lanes_in_close(wb_lanes *self);
void lanes_in_flush(wb_lanes *self, bool all); /* receipts that are due, or all */
void lanes_in_release(wb_lanes *self);         /* read work: the directory has spoken */

/* out.c */
bool lanes_out_flush(wb_lanes *self);
void lanes_out_receipt(wb_lanes *self, const wb_envelope *env);
void lanes_out_assign(wb_lanes *self, wb_outgoing *outgoing, shard_slot *slot);
void lanes_out_take_back(wb_lanes *self, wb_member *member, uint16_t shard, shard_slot *slot);
void lanes_out_peer_free(wb_member *member);

/* again.c */
/* Every list of messages that a peer has; NULL behind the last. */
wb_link *lanes_peer_list(struct wb_peer_out *peer, size_t i);
void lanes_out_queue(struct wb_peer_out *peer, wb_outgoing *outgoing);
void lanes_out_sort(struct wb_peer_out *peer); /* its queue, when it has to be */
void lanes_out_latency(struct wb_peer_out *peer, int64_t took_ms);
void lanes_out_arm(struct wb_peer_out *peer);
void lanes_out_due(wb_timer *timer, void *arg); /* what is due again goes into the queue */
void lanes_out_heard(struct wb_peer_out *peer); /* a receipt or a beat of it came */
void lanes_out_anew(struct wb_peer_out *peer);  /* send all again at once */
/* What became of one of the queue: it is on the wire, cannot be encoded, or was not taken. */
void lanes_out_sent(struct wb_peer_out *peer, wb_outgoing *outgoing);
void lanes_out_stuck(struct wb_peer_out *peer, wb_outgoing *outgoing);
void lanes_out_no_room(struct wb_peer_out *peer, wb_outgoing *outgoing);
/* True: older ones of its account were not taken for want of room; it waits behind them. */
bool lanes_out_waits(struct wb_peer_out *peer, wb_outgoing *outgoing);

/* window.c */
wb_window *lanes_window_find(wb_lanes *self, wb_stage stage, wb_view account, bool make);
/* false: no room, and it is wanted */
bool lanes_window_take(wb_lanes *self, wb_window *window, size_t bytes);
void lanes_window_give(wb_lanes *self, wb_window *window, size_t bytes);
bool lanes_window_tell(wb_lanes *self); /* true: somebody was told, and may have sent */
void lanes_window_close(wb_lanes *self);

/* directory.c */
void directory_open(wb_lanes *self);
void directory_close(wb_lanes *self);
/* `live`: from the bus; else from a file or an answer, which may be old. */
void directory_take(wb_lanes *self, wb_view packed, bool live, int64_t age_ms);
shard_slot *directory_slot(wb_lanes *self, wb_stage stage, uint16_t shard);
wb_member *directory_member(const wb_lanes *self, wb_view instance, const wb_id *store);
void directory_ask(wb_lanes *self); /* soon, and again until nothing waits */

void directory_greet(wb_lanes *self, const broker_link *broker);

/* heartbeat.c */
WB_MUST_CHECK wb_rc heartbeat_open(wb_lanes *self, const char *const *brokers, wb_err *err);
void heartbeat_close(wb_lanes *self);

/* calls.c */
void calls_open(wb_lanes *self);
void calls_close(wb_lanes *self);
void calls_reply(wb_lanes *self, const wb_envelope *env);
void calls_resolve(wb_lanes *self);

/* bus.c */
WB_MUST_CHECK wb_rc bus_open(wb_lanes *self, const char *const *brokers, wb_err *err);
void bus_close(wb_lanes *self);

/*
 * sequence: which message a receipt means: sequence -> outgoing, without an allocation a message
 *
 * A ring: sequences ascend, so each has a slot to itself while no more are under way than there are
 * slots. A straggler, whose slot a newer one needs, moves to a map; when they are many, the ring
 * grows.
 */

/* Ascending, from 1. */
void sequence_put(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing);
wb_outgoing *sequence_find(const sequence_table *self, uint64_t sequence); /* NULL = none */
void sequence_remove(sequence_table *self, uint64_t sequence);             /* none = harmless */
void sequence_fini(sequence_table *self);

#endif
