/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell - what became of a record whose sender had been told "held": its mark goes to the mapper
 *
 * Marks for one shard of the mapper travel together: up to TELL_MOST, or what came in TELL_MS, as
 * receipts do. The stored rows stay until the mapper's receipt: a pusher that dies in between,
 * before or after they left, tells again.
 */
#include <string.h>

#include "actors/pusher/pusher.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/mark.h"

#define TELL_MS 50
#define TELL_MOST 64

/* Whose row goes with the receipt. */
typedef struct {
    char *record;
    uint64_t revision;
} told_row;

typedef struct {
    wb_outgoing out;
    wb_link link; /* in pusher.telling until it is sent, then in pusher.told */
    wb_pusher *owner;
    wb_account *account;
    uint16_t shard;   /* of the mapper */
    wb_envelope *env; /* the first mark's; with all of them as its body once it is sent */
    wb_buf marks;     /* packed, without the list's head */
    told_row rows[TELL_MOST];
    uint32_t count;
} telling;

typedef struct {
    const wb_account *account;
    uint64_t shard;
} telling_key;

static wb_view
key_of(const telling_key *key)
{
    return (wb_view){(const char *)key, sizeof *key};
}

/* It takes no more marks. */
static void
close_telling(telling *self)
{
    telling_key key = {self->account, self->shard};

    if (wb_map_find(self->owner->open, key_of(&key)) == self)
        wb_map_remove(self->owner->open, key_of(&key));
}

static void
telling_destroy(telling **self_p)
{
    telling *self = wb_take(self_p);

    close_telling(self);
    wb_list_remove(&self->link);
    for (uint32_t i = 0; i < self->count; i++)
        wb_free(&self->rows[i].record);
    wb_envelope_destroy(&self->env);
    wb_buf_fini(&self->marks);
    wb_free(&self);
}

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    telling *self = WB_CONTAINER(out, telling, out);

    (void)outcome; /* also PARKED there: the mapper has it */
    for (uint32_t i = 0; i < self->count; i++)
        wb_pump_marked(self->owner->pump, self->account, wb_view_of(self->rows[i].record),
                       self->rows[i].revision);
    telling_destroy(&self);
}

/* All marks as one message. */
static void
finish(telling *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_envelope_destroy) wb_envelope *first = wb_take(&self->env);
    wb_envelope message = *first;

    wb_buf_init(&body, WB_BODY_MAX);
    wb_pack_array(&body, self->count);
    wb_buf_add_view(&body, wb_buf_view(&self->marks));
    message.body = wb_buf_view(&body);
    self->env = wb_envelope_copy(&message);
}

/* False: no room. It waits, and what comes meanwhile may join. */
static bool
send(telling *self)
{
    wb_lanes *lanes = wb_ctx_lanes(self->owner->ctx);
    wb_err err = {0};

    if (!wb_lanes_room(lanes, WB_STAGE_MAP, self->account->key_view))
        return false;
    finish(self);
    self->out.env = self->env;
    self->out.settled = on_settled;
    if (wb_lanes_send(lanes, &self->out, WB_STAGE_MAP, wb_envelope_root(self->env),
                      self->account->key_view, &err))
        return false;
    close_telling(self);
    wb_list_remove(&self->link);
    wb_list_append(&self->owner->told, &self->link);
    return true;
}

/* Those of an account; {NULL, 0} = all. A long list is not tried through without room. */
static void
send_all(wb_pusher *self, wb_view account)
{
    wb_link *next;

    for (wb_link *link = self->telling.next; link != &self->telling; link = next) {
        telling *it = WB_CONTAINER(link, telling, link);

        next = link->next;
        if ((!account.len || wb_view_eq(it->account->key_view, account)) && !send(it) &&
            account.len)
            return;
    }
}

static void
on_tell_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    send_all(arg, (wb_view){NULL, 0});
}

/* By the mark where there is one of that revision; else it was parked. */
static void
fill_mark(wb_pusher *self, const wb_account *account, const wb_envelope *env, wb_mark *mark,
          wb_buf *remote)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_mark_row row = {0};
    bool found = false;
    wb_err err = {0};

    if (wb_txn_begin(&txn, wb_ctx_store(self->ctx), false, &err) ||
        wb_marks_get(txn, (wb_row_name){account->shard, account->key_view, env->record}, &row,
                     &found, &err))
        return;
    if (!found || row.revision < env->revision)
        return;
    mark->revision = row.revision;
    mark->outcome = row.outcome;
    mark->reason = (wb_view){NULL, 0};
    wb_buf_add_view(remote, row.remote_id);
    mark->remote_id = wb_buf_view(remote);
}

/* The message that gathers marks for this record's shard. */
static telling *
telling_of(wb_pusher *self, wb_account *account, const wb_envelope *env)
{
    uint16_t shards = (uint16_t)wb_ctx_config(self->ctx)->shards;
    telling_key key = {account, wb_shard_of(wb_envelope_root(env), shards)};
    telling *it = wb_map_find(self->open, key_of(&key));
    wb_envelope first = *env;

    if (it)
        return it;
    it = wb_alloc(sizeof *it);
    first.kind = WB_KIND_MARK;
    first.body = (wb_view){NULL, 0};
    first.sequence = 0;
    first.again = false;
    it->owner = self;
    it->account = account;
    it->shard = (uint16_t)key.shard;
    it->env = wb_envelope_copy(&first);
    wb_buf_init(&it->marks, TELL_MOST * 8 * WB_KEY_MAX);
    wb_list_append(&self->telling, &it->link);
    wb_map_put(self->open, key_of(&key), it);
    return it;
}

void
wb_pusher_tell(void *pusher, wb_account *account, const wb_envelope *env, wb_view error)
{
    wb_pusher *self = pusher;
    telling *it = telling_of(self, account, env);
    wb_loop *loop = wb_ctx_loop(self->ctx);
    WB_AUTO(wb_buf_fini) wb_buf remote = {0};
    wb_mark mark = {.record = env->record,
                    .target = account->key_view,
                    .revision = env->revision,
                    .outcome = WB_OUTCOME_PARKED,
                    .reason = error};

    wb_buf_init(&remote, WB_KEY_MAX);
    fill_mark(self, account, env, &mark, &remote);
    wb_mark_pack(&it->marks, &mark);
    it->rows[it->count++] =
        (told_row){wb_text_dup_len(env->record.data, env->record.len), env->revision};
    if (it->count == TELL_MOST) {
        close_telling(it);
        send(it);
    } else if (!wb_timer_running(&self->tell_timer)) {
        wb_timer_start(loop, &self->tell_timer, TELL_MS);
    }
}

void
wb_pusher_room(void *pusher, wb_stage stage, wb_view account)
{
    (void)stage;
    send_all(pusher, account);
}

void
wb_pusher_tell_now(wb_pusher *self)
{
    wb_timer_stop(wb_ctx_loop(self->ctx), &self->tell_timer);
    send_all(self, (wb_view){NULL, 0});
}

void
wb_pusher_tell_init(wb_pusher *self)
{
    wb_list_init(&self->telling);
    wb_list_init(&self->told);
    self->open = wb_map_new();
    self->tell_timer = (wb_timer){.fire = on_tell_timer, .arg = self};
}

void
wb_pusher_forget(wb_pusher *self)
{
    wb_link *link;

    wb_timer_stop(wb_ctx_loop(self->ctx), &self->tell_timer);
    while ((link = wb_list_pop(&self->told))) {
        telling *it = WB_CONTAINER(link, telling, link);

        wb_lanes_cancel(wb_ctx_lanes(self->ctx), &it->out);
        telling_destroy(&it);
    }
    while ((link = wb_list_pop(&self->telling))) {
        telling *it = WB_CONTAINER(link, telling, link);

        telling_destroy(&it);
    }
    wb_map_destroy(&self->open);
}
