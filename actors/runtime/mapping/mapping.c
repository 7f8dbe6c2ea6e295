/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping - one child, one question at a time
 *
 *   idle       no child, or one that waits for its next record
 *   compiling  the program was given; its word on that is waited for
 *   working    a record was given
 */
#include "actors/runtime/mapping/mapping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actors/runtime/mapping/child.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"

#define MEMORY (64 * 1024 * 1024)
#define COMPILE_MS 5000
#define ANSWER_MAX (4 * WB_ORDER_MAX)
#define HEAD 4
#define READ_BYTES 65536
#define TRIES 2 /* of a record: a machine that stands still for a second is no fault of it */
#define WHY_MAX 300

typedef enum { IDLE, COMPILING, WORKING } stage;

struct wb_mapping {
    wb_loop *loop;
    wb_mapping_conf conf;
    char executable[512];
    wb_child child;
    stage stage;
    bool compiled;
    wb_link asks;  /* the first is the one in work */
    wb_timer work; /* the next one is due: nothing is answered inside of a question */
    wb_timer late;
    wb_buf out, in;
    size_t sent;
    unsigned missed; /* in a row */
    char off[WHY_MAX];
    uint64_t mapped, refused, ended;
    wb_json *json;
};

/* --- answers --- */

static wb_mapping_ask *
first(const wb_mapping *self)
{
    return wb_list_empty(&self->asks) ? NULL : WB_CONTAINER(self->asks.next, wb_mapping_ask, link);
}

static void
answer(wb_mapping *self, wb_rc rc, wb_view packed, const char *why)
{
    wb_mapping_ask *ask = first(self);
    char reason[WHY_MAX + 200] = "";

    wb_list_remove(&ask->link);
    wb_buf_fini(&ask->text);
    self->stage = IDLE;
    wb_timer_stop(self->loop, &self->late);
    wb_timer_start(self->loop, &self->work, 0);
    if (rc) {
        char tame[WHY_MAX];

        wb_text_tame_words(tame, sizeof tame, wb_view_of(why));
        (void)snprintf(reason, sizeof reason, WB_MAPPING_REASON " %.150s: %s", self->conf.name,
                       tame);
        self->refused++;
    } else if (packed.len) {
        self->mapped++;
    }
    ask->done(ask->arg, rc, packed, reason);
}

static void
refuse(wb_mapping *self, const char *why)
{
    answer(self, WB_REJECT, (wb_view){NULL, 0}, why);
}

static void
read_record(wb_mapping *self, wb_view text)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    const wb_mapping_ask *ask = first(self);
    wb_err err = {0};

    wb_buf_init(&packed, WB_ORDER_MAX);
    if (wb_json_parse(self->json, text, &err) ||
        wb_canonical_from_json(ask->kind, self->json, 0, &packed, &err) ||
        wb_buf_check(&packed, "the record", &err))
        refuse(self, err.text);
    else
        answer(self, WB_OK, wb_buf_view(&packed), NULL);
}

/* --- the child --- */

static void
end_child(wb_mapping *self)
{
    if (self->child.pid)
        wb_loop_unwatch(self->loop, self->child.fd);
    wb_child_end(&self->child);
    self->compiled = false;
    self->in.len = self->out.len = self->sent = 0;
}

static void
switch_off(wb_mapping *self, const char *why)
{
    (void)snprintf(self->off, sizeof self->off, "it is off: %.200s", why);
    wb_log(WB_ERROR, "mapping.off", "file=%s why='%s'", self->conf.name, self->off);
    end_child(self);
}

/* It was ended, or has ended itself, in the middle of a record. */
static void
miss(wb_mapping *self, const char *why)
{
    wb_mapping_ask *ask = first(self);

    end_child(self);
    wb_timer_stop(self->loop, &self->late);
    self->ended++;
    wb_log(WB_WARN, "mapping.missed", "file=%s why='%s' in_a_row=%u", self->conf.name, why,
           self->missed + 1);
    if (++self->missed >= WB_MAPPING_MISSES)
        switch_off(self, why);
    self->stage = IDLE;
    wb_timer_start(self->loop, &self->work, 0);
    if (ask && ++ask->tries >= TRIES)
        refuse(self, why);
}

static void
on_late(wb_timer *timer, void *arg)
{
    char why[64];

    (void)timer;
    (void)snprintf(why, sizeof why, "it took longer than %d ms", WB_MAPPING_MS);
    miss(arg, why);
}

/* One whole answer. */
static void
take(wb_mapping *self, char word, wb_view text)
{
    char why[WHY_MAX];

    if (self->stage == COMPILING && word == 'k') {
        self->compiled = true;
        self->stage = IDLE;
        wb_timer_stop(self->loop, &self->late);
        wb_timer_start(self->loop, &self->work, 0);
    } else if (self->stage == COMPILING) {
        (void)snprintf(why, sizeof why, "%.*s", (int)(text.len < 250 ? text.len : 250), text.data);
        switch_off(self, why);
        refuse(self, why);
    } else if (self->stage == WORKING && word == 'k') {
        self->missed = 0;
        read_record(self, text);
    } else if (self->stage == WORKING) {
        self->missed = 0;
        (void)snprintf(why, sizeof why, "%.*s", (int)(text.len < 250 ? text.len : 250), text.data);
        refuse(self, why);
    } else {
        miss(self, "it answered what nobody had asked");
    }
}

static uint32_t
length_of(const void *bytes)
{
    const uint8_t *head = bytes;

    return (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
}

/* Why its child has to go; NULL: nothing more is there now. What came before its end counts. */
static const char *
read_all(wb_mapping *self)
{
    while (true) {
        char *room = wb_buf_room(&self->in, READ_BYTES);
        ssize_t got = room ? read(self->child.fd, room, READ_BYTES) : 0;

        if (!room)
            return "its answer is too large";
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return NULL;
        if (got <= 0)
            return "it ended: a value too deep, or no memory left";
        wb_buf_grew(&self->in, (size_t)got);
    }
}

/* An answer may end the child, and with it what came. */
static void
read_answers(wb_mapping *self)
{
    while (self->child.pid && self->in.len >= HEAD) {
        uint32_t len = length_of(self->in.data);
        WB_AUTO(wb_free) char *text = NULL;

        if (!len || len > ANSWER_MAX) {
            miss(self, "its answer is too large");
            return;
        }
        if (self->in.len < HEAD + len)
            return;
        text = wb_text_dup_len((const char *)self->in.data + HEAD, len);
        self->in.len -= HEAD + len;
        memmove(self->in.data, self->in.data + HEAD + len, self->in.len);
        take(self, text[0], (wb_view){text + 1, len - 1});
    }
}

static void
write_more(wb_mapping *self)
{
    while (self->sent < self->out.len) {
        ssize_t put = send(self->child.fd, self->out.data + self->sent, self->out.len - self->sent,
                           MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return; /* full: told when there is room; closed: told by the read */
        self->sent += (size_t)put;
    }
    self->out.len = self->sent = 0;
}

static void on_ready(void *arg, int fd, uint32_t events);

static wb_rc
watch(wb_mapping *self, wb_err *err)
{
    uint32_t events = EPOLLIN | (self->sent < self->out.len ? (uint32_t)EPOLLOUT : 0);

    return wb_loop_watch(self->loop, self->child.fd, events, on_ready, self, err);
}

static void
on_ready(void *arg, int fd, uint32_t events)
{
    wb_mapping *self = arg;
    wb_err err = {0};

    (void)fd;
    if (events & EPOLLOUT)
        write_more(self);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        const char *why = read_all(self);

        read_answers(self);
        if (why && self->child.pid)
            miss(self, why);
    }
    if (self->child.pid && watch(self, &err))
        miss(self, err.text);
}

/* --- questions --- */

static void
give(wb_mapping *self, wb_view text, stage next, int64_t within_ms)
{
    uint8_t head[HEAD] = {(uint8_t)(text.len >> 24), (uint8_t)(text.len >> 16),
                          (uint8_t)(text.len >> 8), (uint8_t)text.len};
    wb_err err = {0};

    wb_buf_add(&self->out, head, sizeof head);
    wb_buf_add_view(&self->out, text);
    self->stage = next;
    wb_timer_start(self->loop, &self->late, within_ms);
    write_more(self);
    if (watch(self, &err))
        miss(self, err.text);
}

static void
start_child(wb_mapping *self)
{
    wb_err err = {0};
    wb_rc rc = wb_child_start(&self->child, self->executable, MEMORY, &err);

    if (rc == WB_RETRY) {
        wb_timer_start(self->loop, &self->work, 1000); /* the machine has no process left */
        return;
    }
    if (rc) {
        switch_off(self, err.text);
        refuse(self, err.text);
        return;
    }
    give(self, self->conf.program, COMPILING, COMPILE_MS);
}

static void
on_work(wb_timer *timer, void *arg)
{
    wb_mapping *self = arg;
    wb_mapping_ask *ask = first(self);

    (void)timer;
    if (!ask || self->stage != IDLE)
        return;
    if (*self->off)
        refuse(self, self->off);
    else if (!self->child.pid)
        start_child(self);
    else if (!ask->text.len)
        answer(self, WB_OK, (wb_view){NULL, 0}, NULL);
    else if (ask->text.overflow)
        refuse(self, "the record is too large for a mapping");
    else
        give(self, wb_buf_view(&ask->text), WORKING, WB_MAPPING_MS);
}

static void
ask_for(wb_mapping *self, wb_mapping_ask *ask)
{
    ask->tries = 0;
    wb_list_append(&self->asks, &ask->link);
    if (self->stage == IDLE)
        wb_timer_start(self->loop, &self->work, 0);
}

void
wb_mapping_record(wb_mapping *self, wb_mapping_ask *ask, wb_record_kind kind, wb_view packed)
{
    const wb_field *fields = wb_canonical_fields(kind);

    ask->kind = kind;
    wb_buf_init(&ask->text, ANSWER_MAX);
    if (!fields || wb_canonical_json_exact(fields, packed, &ask->text, NULL))
        ask->text.overflow = true;
    if (!ask->text.len)
        wb_buf_add_text(&ask->text, "null");
    ask_for(self, ask);
}

void
wb_mapping_compile(wb_mapping *self, wb_mapping_ask *ask)
{
    wb_buf_init(&ask->text, 1);
    ask_for(self, ask);
}

/* One that is in work is worked off for nobody: its child cannot be told. */
void
wb_mapping_cancel(wb_mapping *self, wb_mapping_ask *ask)
{
    bool working = first(self) == ask && self->stage != IDLE;

    if (!wb_list_linked(&ask->link))
        return;
    wb_list_remove(&ask->link);
    wb_buf_fini(&ask->text);
    if (!working)
        return;
    end_child(self);
    self->stage = IDLE;
    wb_timer_stop(self->loop, &self->late);
    wb_timer_start(self->loop, &self->work, 0);
}

/* --- the whole --- */

wb_mapping_view
wb_mapping_look(const wb_mapping *self)
{
    return (wb_mapping_view){self->conf.name, self->mapped, self->refused, self->ended, self->off};
}

static void
find_executable(wb_mapping *self)
{
    char ours[400];
    ssize_t len = readlink("/proc/self/exe", ours, sizeof ours - 1);
    char *slash;

    if (self->conf.executable) {
        (void)snprintf(self->executable, sizeof self->executable, "%s", self->conf.executable);
        return;
    }
    ours[len > 0 ? len : 0] = '\0';
    slash = strrchr(ours, '/');
    if (slash)
        *slash = '\0';
    (void)snprintf(self->executable, sizeof self->executable, "%s/waybill-jq", ours);
}

wb_mapping *
wb_mapping_new(wb_loop *loop, const wb_mapping_conf *conf)
{
    wb_mapping *self = wb_alloc(sizeof *self);

    self->loop = loop;
    self->conf = *conf;
    self->child.fd = -1;
    self->json = wb_json_new();
    self->work = (wb_timer){.fire = on_work, .arg = self};
    self->late = (wb_timer){.fire = on_late, .arg = self};
    wb_list_init(&self->asks);
    wb_buf_init(&self->out, ANSWER_MAX + HEAD);
    wb_buf_init(&self->in, ANSWER_MAX + HEAD + READ_BYTES);
    find_executable(self);
    return self;
}

void
wb_mapping_destroy(wb_mapping **self_p)
{
    wb_mapping *self = wb_take(self_p);
    wb_link *link;

    if (!self)
        return;
    while ((link = wb_list_pop(&self->asks)))
        wb_buf_fini(&WB_CONTAINER(link, wb_mapping_ask, link)->text);
    wb_timer_stop(self->loop, &self->work);
    wb_timer_stop(self->loop, &self->late);
    end_child(self);
    wb_buf_fini(&self->out);
    wb_buf_fini(&self->in);
    wb_json_destroy(&self->json);
    wb_free(&self);
}
