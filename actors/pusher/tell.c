/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell - what became of a record whose sender had been told "held": its mark goes to the mapper
 *
 * The stored row stays until the mapper's receipt: a pusher that dies in between tells again.
 */
#include "actors/pusher/pusher.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/mark.h"

typedef struct {
    wb_outgoing out;
    wb_link link; /* in pusher.telling, or .untold */
    wb_pusher *owner;
    wb_account *account;
    wb_envelope *env; /* the mark message */
    uint64_t revision;
} telling;

static void
telling_destroy(telling **self_p)
{
    telling *self = wb_take(self_p);

    wb_list_remove(&self->link);
    wb_envelope_destroy(&self->env);
    wb_free(&self);
}

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    telling *self = WB_CONTAINER(out, telling, out);

    (void)outcome; /* also PARKED there: the mapper has it */
    wb_pump_marked(self->owner->pump, self->account, self->env->record, self->revision);
    telling_destroy(&self);
}

/* False: no room. */
static bool
send(telling *self)
{
    wb_err err = {0};
    bool sent = !wb_lanes_send(wb_ctx_lanes(self->owner->ctx), &self->out, WB_STAGE_MAP,
                               wb_envelope_root(self->env), self->account->key_view, &err);

    wb_list_remove(&self->link);
    wb_list_append(sent ? &self->owner->telling : &self->owner->untold, &self->link);
    return sent;
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
        wb_marks_get(txn, account->shard, account->key_view, env->record, &row, &found, &err))
        return;
    if (!found || row.revision < env->revision)
        return;
    mark->revision = row.revision;
    mark->outcome = row.outcome;
    mark->reason = (wb_view){NULL, 0};
    wb_buf_add_view(remote, row.remote_id);
    mark->remote_id = wb_buf_view(remote);
}

void
wb_pusher_tell(void *pusher, wb_account *account, const wb_envelope *env, wb_view error)
{
    wb_pusher *self = pusher;
    telling *it = wb_alloc(sizeof *it);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_buf_fini) wb_buf remote = {0};
    wb_envelope message = *env;
    wb_mark mark = {.record = env->record,
                    .target = account->key_view,
                    .revision = env->revision,
                    .outcome = WB_OUTCOME_PARKED,
                    .reason = error};

    wb_buf_init(&body, 8 * WB_KEY_MAX);
    wb_buf_init(&remote, WB_KEY_MAX);
    fill_mark(self, account, env, &mark, &remote);
    wb_pack_array(&body, 1);
    wb_mark_pack(&body, &mark);
    message.kind = WB_KIND_MARK;
    message.body = wb_buf_view(&body);
    message.sequence = 0;
    message.again = false;
    it->owner = self;
    it->account = account;
    it->revision = env->revision;
    it->env = wb_envelope_copy(&message);
    it->out.env = it->env;
    it->out.settled = on_settled;
    send(it);
}

void
wb_pusher_room(void *pusher, wb_stage stage, wb_view account)
{
    wb_pusher *self = pusher;
    wb_link *next;

    (void)stage;
    for (wb_link *link = self->untold.next; link != &self->untold; link = next) {
        telling *it = WB_CONTAINER(link, telling, link);

        next = link->next;
        if (wb_view_eq(it->account->key_view, account) && !send(it))
            return; /* a long list is not tried through for each place that becomes free */
    }
}

void
wb_pusher_forget(wb_pusher *self)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->telling)) || (link = wb_list_pop(&self->untold))) {
        telling *it = WB_CONTAINER(link, telling, link);

        wb_lanes_cancel(wb_ctx_lanes(self->ctx), &it->out);
        telling_destroy(&it);
    }
}
