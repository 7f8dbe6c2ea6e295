/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_kit - what the tests of the lanes share: nodes in one loop, messages, waiting with a
 * deadline
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_LANES_LANES_KIT_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_LANES_LANES_KIT_H

#include "actors/runtime/lanes/lanes.h"

#define KIT_SHARDS 8
#define KIT_WAIT_MS 10000

/* A run folder and a loop; everything of a test lives here. */
typedef struct {
    char run_dir[64];
    wb_loop *loop;
} kit;

void kit_open(kit *self);
void kit_close(kit *self); /* removes the folder */
/* Turn until `done` says so; fails the test at the deadline, naming `what`. */
void kit_until(kit *self, bool (*done)(void *arg), void *arg, const char *what);
void kit_turn(kit *self);              /* one */
void kit_turns(kit *self, int64_t ms); /* turn for a while: to see that nothing happens */
/* How many files of the run folder begin like this. */
size_t kit_files(const kit *self, const char *prefix);
void kit_remove(const kit *self, const char *suffix); /* those that end like this */
wb_id kit_store(uint8_t number);

/* One instance with what it took. */
typedef struct {
    kit *kit;
    wb_lanes *lanes;
    wb_link held;        /* deliveries not settled */
    size_t taken, again; /* so far */
    bool keep;           /* hold what comes instead of settling it */
    wb_outcome outcome;  /* to settle with; NONE = drop without a word */
    bool seen[200000];   /* by the number in the message id */
    size_t repeated;     /* messages that came more than once */
    size_t by;           /* numbers are of so many sources, in turn; 0 = of one */
    size_t next[4];      /* of each, behind the highest that came */
    size_t older;        /* came behind a higher number of the same source */
    uint64_t commits;
    size_t calls;
} node;

typedef struct {
    const char *instance;
    wb_stage stage;
    uint64_t generation;  /* of all its claims; 0 = claims nothing */
    uint16_t step, first; /* claims shards first, first + step, ...; 0 = all */
    uint8_t store;
    const char *broker, *broker2; /* base endpoints, or NULL */
    const char *deployment;       /* NULL = "test" */
} node_conf;

void node_open(node *self, kit *in, const node_conf *conf);
void node_close(node *self);
void node_settle_held(node *self, wb_outcome outcome);

/* A message with the number `n`, and what became of it. */
typedef struct {
    wb_outgoing out;
    size_t n;
    wb_outcome outcome; /* NONE = not settled */
    size_t times;
} message;

/* `count` messages, numbered from `first`. Owned by the caller: messages_free. */
message *messages_new(size_t first, size_t count, size_t body_len);
void messages_free(message **messages, size_t count);
size_t messages_settled(const message *messages, size_t count);
/* Hands over as many as the window takes, from *sent on. */
void messages_send(node *from, message *messages, size_t count, size_t *sent, wb_stage stage);

/* kit_until's condition: all of them settled. */
typedef struct {
    message *messages;
    size_t count;
} batch;
bool batch_settled(void *arg);

#endif
