/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor - the least that the order path can cost: three processes and nothing promised
 *
 * Receive, grouped commit, delete; fetch, parse, map, grouped commit; post, grouped commit. With
 * fsync, with signatures and a token, and without any of our guarantees: no retry, no recovery, no
 * duplicate check, no limits, no configuration. The benchmark puts it beside us. Here alone,
 * outside their own folders, libcurl, LMDB and ZeroMQ are used bare: that is the point.
 */
#ifndef WB_TOOLS_FLOOR_FLOOR_H
#define WB_TOOLS_FLOOR_FLOOR_H

#include "protocol/base/buf.h"

#include <curl/curl.h>
#include <lmdb.h>

#define FLOOR_WINDOW 2048    /* messages that the next process has not acknowledged */
#define FLOOR_COMMIT_MAX 256 /* records in one commit */
#define FLOOR_COMMIT_US 2000 /* the oldest record waits so long for others */
#define FLOOR_ID_MAX 31

typedef struct {
    const char *url, *queue, *target, *state, *access_key, *secret_key, *client_id, *client_secret,
        *refresh_token;
    long in_flight, receives;
    bool sync;
    char token[2100];
    const char *config, *stream; /* of a story: circle.h */
    const struct circle *circle; /* NULL = there is none */
} floor_conf;

typedef struct floor_proc floor_proc;
typedef struct floor_call floor_call;

/* One request; its handle and its memory are used again. */
struct floor_call {
    floor_call *next;
    CURL *easy;
    struct curl_slist *headers;
    wb_buf url, body, answer;
    void (*done)(floor_proc *self, floor_call *call);
    long status; /* 0 = no answer */
    bool again;  /* its answer made it leave once more */
    uint64_t sequence;
    char id[FLOOR_ID_MAX + 1];
    void *own; /* of the role; NULL at first, and kept from one use to the next */
};

struct floor_proc {
    const floor_conf *conf;
    CURLM *multi;
    floor_call *idle;
    long in_flight, waiting; /* calls; those of them that are long polls */
    MDB_env *env;
    MDB_dbi records;
    MDB_txn *txn;
    size_t pending, erased; /* in the open transaction */
    int64_t pending_since_us;
    bool more; /* more is surely on its way: a commit may wait */
    void *context, *in, *out, *ack_in, *ack_out;
    uint64_t sequence, unacked;
    void *own; /* of the role */

    /* the role: a message came; the transaction is committed; a free place for a call */
    void (*on_message)(floor_proc *self, wb_view message);
    void (*on_committed)(floor_proc *self);
    void (*on_turn)(floor_proc *self);
};

/* engine.c. Whatever fails ends the process: the floor has no error paths. */
void floor_open(floor_proc *self, const floor_conf *conf, const char *role);
/* Bind or connect an end: "ipc://<state>/<name>". */
void *floor_socket(floor_proc *self, int type, const char *name, bool bind);
void floor_run(floor_proc *self);
/* A call with a free handle; body.len > 0 makes it a POST. */
floor_call *floor_call_new(floor_proc *self);
void floor_call_start(floor_proc *self, floor_call *call);
void floor_call_aim(floor_call *call); /* its handle knows what to send */
/* Into the open transaction; `sequence` is its key. */
void floor_put(floor_proc *self, uint64_t sequence, wb_view value);
void floor_send(void *socket, wb_view bytes);
_Noreturn void floor_die(const char *what);

uint64_t floor_get_u64(const char *bytes);
void floor_add_u64(wb_buf *out, uint64_t value);

/* The roles. */
void floor_poll(floor_proc *self);
void floor_map(floor_proc *self);
void floor_push(floor_proc *self);

#endif
