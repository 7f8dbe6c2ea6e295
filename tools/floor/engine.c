/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine - one loop for calls, commits and messages: curl_multi_perform and curl_multi_poll
 */
#include "tools/floor/floor.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#define ANSWER_MAX (8 * 1024 * 1024)
#define MAP_SIZE (4UL << 30)
#define IDLE_MS 1000
#define ERASE_US 500000 /* deletions alone wait this long for something to ride with */

static volatile sig_atomic_t stopped;

static void
on_signal(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

void
floor_die(const char *what)
{
    (void)fprintf(stderr, "waybill-floor: %s\n", what);
    exit(1);
}

uint64_t
floor_get_u64(const char *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof value);
    return __builtin_bswap64(value);
}

void
floor_add_u64(wb_buf *out, uint64_t value)
{
    value = __builtin_bswap64(value);
    wb_buf_add(out, &value, sizeof value);
}

static void
open_store(floor_proc *self, const char *role)
{
    char path[PATH_MAX];
    MDB_txn *txn = NULL;

    (void)snprintf(path, sizeof path, "%s/%s", self->conf->state, role);
    if (mkdir(path, 0700) && errno != EEXIST)
        floor_die("cannot make the state folder");
    if (mdb_env_create(&self->env) || mdb_env_set_mapsize(self->env, MAP_SIZE) ||
        mdb_env_open(self->env, path, self->conf->sync ? 0 : MDB_NOSYNC, 0600) ||
        mdb_txn_begin(self->env, NULL, 0, &txn) || mdb_dbi_open(txn, NULL, 0, &self->records) ||
        mdb_txn_commit(txn))
        floor_die("cannot open the store");
}

void
floor_open(floor_proc *self, const floor_conf *conf, const char *role)
{
    struct sigaction stop = {.sa_handler = on_signal};

    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    self->conf = conf;
    self->multi = curl_multi_init();
    self->context = zmq_ctx_new();
    if (!self->multi || !self->context)
        floor_die("no libcurl or no ZeroMQ");
    curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, conf->in_flight + 16);
    open_store(self, role);
}

void *
floor_socket(floor_proc *self, int type, const char *name, bool bind)
{
    char path[PATH_MAX];
    int none = 0;
    void *socket = zmq_socket(self->context, type);

    (void)snprintf(path, sizeof path, "ipc://%s/%s", self->conf->state, name);
    if (!socket || zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none) ||
        zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none) ||
        zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none) ||
        (bind ? zmq_bind(socket, path) : zmq_connect(socket, path)))
        floor_die("cannot open a socket");
    return socket;
}

void
floor_send(void *socket, wb_view bytes)
{
    if (zmq_send(socket, bytes.data, bytes.len, 0) < 0)
        floor_die("cannot send");
}

static size_t
on_answer(char *data, size_t size, size_t count, void *arg)
{
    wb_buf_add(arg, data, size * count);
    return size * count;
}

floor_call *
floor_call_new(floor_proc *self)
{
    floor_call *call = self->idle;

    if (call) {
        self->idle = call->next;
        wb_buf_clear(&call->url);
        wb_buf_clear(&call->body);
        wb_buf_clear(&call->answer);
        return call;
    }
    call = wb_alloc(sizeof *call);
    wb_buf_init(&call->url, ANSWER_MAX);
    wb_buf_init(&call->body, ANSWER_MAX);
    wb_buf_init(&call->answer, ANSWER_MAX);
    call->easy = curl_easy_init();
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, &call->answer);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
    return call;
}

void
floor_call_aim(floor_call *call)
{
    curl_easy_setopt(call->easy, CURLOPT_URL, wb_buf_text(&call->url));
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    if (call->body.len) {
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, wb_buf_text(&call->body));
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)call->body.len);
    }
}

void
floor_call_start(floor_proc *self, floor_call *call)
{
    floor_call_aim(call);
    if (curl_multi_add_handle(self->multi, call->easy))
        floor_die("cannot start a call");
    call->again = true;
    self->in_flight++;
}

static void
reap(floor_proc *self)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(self->multi, &left))) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        floor_call *call = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
        call->status = 0;
        if (code == CURLE_OK)
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &call->status);
        curl_multi_remove_handle(self->multi, easy);
        self->in_flight--;
        call->again = false;
        call->done(self, call);
        if (call->again) /* it is on its way once more */
            continue;
        call->next = self->idle;
        self->idle = call;
    }
}

static MDB_txn *
transaction(floor_proc *self)
{
    if (!self->txn && mdb_txn_begin(self->env, NULL, 0, &self->txn))
        floor_die("cannot begin a transaction");
    if (!self->pending && !self->erased)
        self->pending_since_us = wb_now_us();
    return self->txn;
}

void
floor_put(floor_proc *self, uint64_t sequence, wb_view value)
{
    uint64_t big = __builtin_bswap64(sequence);
    MDB_val key = {sizeof big, &big};
    MDB_val data = {value.len, NULL};

    if (mdb_put(transaction(self), self->records, &key, &data, MDB_RESERVE | MDB_APPEND))
        floor_die("cannot put");
    memcpy(data.mv_data, value.data, value.len);
    if (!self->pending++)
        self->pending_since_us = wb_now_us();
}

static void
floor_erase(floor_proc *self, uint64_t sequence)
{
    uint64_t big = __builtin_bswap64(sequence);
    MDB_val key = {sizeof big, &big};
    int rc = mdb_del(transaction(self), self->records, &key, NULL);

    if (rc && rc != MDB_NOTFOUND)
        floor_die("cannot delete");
    self->erased++;
}

static bool
commit_due(const floor_proc *self)
{
    int64_t age_us = wb_now_us() - self->pending_since_us;

    if (self->pending)
        return !self->more || self->pending >= FLOOR_COMMIT_MAX || age_us >= FLOOR_COMMIT_US;
    return self->erased && age_us >= ERASE_US;
}

static void
commit(floor_proc *self)
{
    if (mdb_txn_commit(self->txn))
        floor_die("cannot commit");
    self->txn = NULL;
    self->pending = self->erased = 0;
    self->on_committed(self);
}

static void
take_acks(floor_proc *self)
{
    char bytes[8 * FLOOR_COMMIT_MAX * 4];
    int len;

    while (self->ack_in && (len = zmq_recv(self->ack_in, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0) {
        for (int at = 0; at + 8 <= len; at += 8) {
            floor_erase(self, floor_get_u64(bytes + at));
            self->unacked--;
        }
    }
}

static void
take_messages(floor_proc *self)
{
    zmq_msg_t message;

    if (!self->in)
        return;
    (void)zmq_msg_init(&message);
    while (zmq_msg_recv(&message, self->in, ZMQ_DONTWAIT) >= 0)
        self->on_message(self, (wb_view){zmq_msg_data(&message), zmq_msg_size(&message)});
    (void)zmq_msg_close(&message);
}

/* A ZMQ_FD tells edges: what came in the meantime is only seen here. */
static unsigned
watch(void *socket, struct curl_waitfd *fd, bool *ready)
{
    int events = 0;
    size_t len = sizeof events, fd_len = sizeof fd->fd;

    if (!socket)
        return 0;
    (void)zmq_getsockopt(socket, ZMQ_FD, &fd->fd, &fd_len);
    (void)zmq_getsockopt(socket, ZMQ_EVENTS, &events, &len);
    fd->events = CURL_WAIT_POLLIN;
    *ready = *ready || (events & ZMQ_POLLIN);
    return 1;
}

void
floor_run(floor_proc *self)
{
    while (!stopped) {
        struct curl_waitfd fds[2] = {0};
        bool ready = false;
        int running, wait_ms = IDLE_MS;
        curl_multi_perform(self->multi, &running);
        reap(self);
        take_acks(self);
        take_messages(self);
        self->on_turn(self);
        if (commit_due(self)) {
            commit(self);
            self->on_turn(self);
        }
        unsigned count = watch(self->in, &fds[0], &ready);
        count += watch(self->ack_in, &fds[count], &ready);
        if (self->pending)
            wait_ms = FLOOR_COMMIT_US / 1000;
        curl_multi_poll(self->multi, fds, count, ready ? 0 : wait_ms, NULL);
    }
}
