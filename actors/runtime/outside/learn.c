/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/learn.h"

#include "actors/runtime/process/log.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ENTER_MS 250     /* until the gate is asked again that said no without a time */
#define GIVE_UP_MS 60000 /* the gate does not let it in: it is wanted again by whoever needs it */
#define PARTS_MAX 1000   /* of one reading: a cursor that goes in a circle ends it */

/* Of one account. */
typedef struct {
    wb_learner *owner;
    wb_account *account;
    wb_call call;
    wb_buf cursor;
    wb_names *names; /* as far as they were read; NULL = none are being read */
    wb_timer timer;
    int parts;
    int64_t give_up_ms;
    int64_t next_ms; /* not asked before */
} lesson;

struct wb_learner {
    wb_loop *loop;
    wb_gate *gate;
    wb_learn_call *call;
    wb_exchanger *by;
    wb_map *lessons; /* by account key */
};

static void
end(lesson *self, wb_names **names_p)
{
    wb_names_destroy(&self->account->names);
    self->account->names = wb_take(names_p);
    self->account->names_error[0] = 0;
    wb_log(WB_INFO, "names.read", "account=%s names=%zu", self->account->key,
           wb_names_count(self->account->names));
}

static void
fail(lesson *self, const char *why)
{
    wb_names_destroy(&self->names);
    wb_text_tame_words(self->account->names_error, sizeof self->account->names_error,
                       wb_view_of(why));
    wb_log(WB_WARN, "names.unread", "account=%s why='%s'", self->account->key, why);
}

static void step(lesson *self);

static bool
keep(lesson *self, const wb_outcomes *out)
{
    for (size_t i = 0; i < out->item_count; i++)
        if (!wb_names_add(self->names, out->items[i].what, out->items[i].external,
                          out->items[i].body))
            return false;
    return true;
}

static void
answered(void *arg, const wb_exchange_result *result)
{
    lesson *self = arg;

    if (result->rc) {
        fail(self, result->err->text);
        return;
    }
    if (!keep(self, result->out)) {
        fail(self, "there are too many of them");
        return;
    }
    wb_names_set_read(self->names, result->sent_utc_us);
    wb_buf_clear(&self->cursor);
    wb_buf_add_view(&self->cursor, result->out->cursor);
    if (!self->cursor.len)
        end(self, &self->names);
    else if (++self->parts >= PARTS_MAX || self->cursor.overflow)
        fail(self, "the question has no end");
    else
        step(self);
}

static const wb_op *
op_of(const lesson *self)
{
    const wb_account *account = self->account;
    const wb_op *question = wb_connector_question(account->connector, account->options);

    return question && question->verb == WB_VERB_ASK
               ? wb_connector_more(account->connector, question, wb_buf_view(&self->cursor))
               : NULL;
}

static void
step(lesson *self)
{
    wb_learner *owner = self->owner;
    const wb_op *op = op_of(self);
    int64_t until_ms = 0, now_ms = wb_loop_now_ms(owner->loop);
    wb_err err = {0};
    wb_wait wait =
        wb_gate_enter_another(owner->gate, self->account, op, WB_PRIORITY_LIVE, &until_ms);

    if (wait != WB_WAIT_NONE && now_ms >= self->give_up_ms) {
        fail(self, wb_wait_name(wait));
        return;
    }
    if (wait != WB_WAIT_NONE) {
        if (until_ms <= now_ms || until_ms > now_ms + ENTER_MS)
            until_ms = now_ms + ENTER_MS;
        wb_timer_start(owner->loop, &self->timer, until_ms - now_ms);
        return;
    }
    self->call = (wb_call){.op = op, .cursor = wb_buf_view(&self->cursor)};
    if (owner->call(owner->by, self->account, &self->call, answered, self, &err))
        fail(self, err.text);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    step(arg);
}

static lesson *
lesson_of(wb_learner *self, wb_account *account)
{
    lesson *it = wb_map_find(self->lessons, account->key_view);

    if (it)
        return it;
    it = wb_alloc(sizeof *it);
    it->owner = self;
    it->account = account;
    it->timer = (wb_timer){.fire = on_timer, .arg = it};
    wb_buf_init(&it->cursor, WB_BODY_MAX);
    wb_map_put(self->lessons, account->key_view, it);
    return it;
}

void
wb_learner_want(wb_learner *self, wb_account *account)
{
    lesson *it = lesson_of(self, account);
    int64_t now_ms = wb_loop_now_ms(self->loop);

    if (it->names || now_ms < it->next_ms)
        return;
    it->next_ms = now_ms + WB_LEARN_EVERY_MS;
    it->give_up_ms = now_ms + GIVE_UP_MS;
    it->parts = 0;
    wb_buf_clear(&it->cursor);
    if (!op_of(it))
        return;
    it->names = wb_names_new();
    wb_timer_start(self->loop, &it->timer, 0);
}

wb_learner *
wb_learner_new(wb_loop *loop, wb_gate *gate, wb_learn_call *call, wb_exchanger *by)
{
    wb_learner *self = wb_alloc(sizeof *self);

    self->loop = loop;
    self->gate = gate;
    self->call = call;
    self->by = by;
    self->lessons = wb_map_new();
    return self;
}

void
wb_learner_destroy(wb_learner **self_p)
{
    wb_learner *self = wb_take(self_p);
    lesson *it;

    if (!self)
        return;
    for (size_t at = 0; (it = wb_map_next(self->lessons, &at, NULL));) {
        wb_timer_stop(self->loop, &it->timer);
        wb_names_destroy(&it->names);
        wb_buf_fini(&it->cursor);
        wb_free(&it);
    }
    wb_map_destroy(&self->lessons);
    wb_free(&self);
}
