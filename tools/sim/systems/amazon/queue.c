/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue - one message queue: visible, in flight until a moment, deleted
 *
 * A handle names slot, generation and receive: so an old one is told from a wrong one without
 * keeping what was deleted.
 */
#include "tools/sim/systems/amazon/queue.h"

#include "protocol/base/clock.h"
#include "protocol/base/heap.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"

#include <string.h>

typedef struct {
    wb_link link; /* visible, or free */
    wb_heap_node due;
    wb_sim_content content;
    char *text; /* content.text, owned */
    uint64_t number;
    uint32_t slot, generation, receives;
    int64_t sent_utc_us, first_utc_us;
    bool live, received;
} message;

struct wb_sim_queue {
    message **slots;
    uint32_t slot_count, slot_cap;
    wb_link visible, unused;
    wb_heap due;
    size_t visible_count, in_flight, delayed;
    uint64_t last_number;
};

typedef struct {
    uint32_t slot, generation, receives, check;
    uint32_t more;
} handle;

static uint32_t
handle_check(const handle *self)
{
    return (uint32_t)wb_hash64(self, offsetof(handle, check), 99);
}

static void
handle_write(const message *from, char *dst)
{
    handle bits = {from->slot, from->generation, from->receives, 0, 0};

    bits.check = handle_check(&bits);
    memcpy(dst, "AQEB", 4);
    wb_hex(dst + 4, &bits, sizeof bits);
}

static bool
handle_read(handle *out, wb_view text)
{
    return text.len == WB_SIM_HANDLE_LEN && !memcmp(text.data, "AQEB", 4) &&
           !wb_unhex(out, sizeof *out, (wb_view){text.data + 4, text.len - 4}, NULL) &&
           out->check == handle_check(out);
}

wb_sim_queue *
wb_sim_queue_new(void)
{
    wb_sim_queue *self = wb_alloc(sizeof *self);

    wb_list_init(&self->visible);
    wb_list_init(&self->unused);
    return self;
}

void
wb_sim_queue_destroy(wb_sim_queue **self_p)
{
    wb_sim_queue *self = *self_p;

    if (!self)
        return;
    wb_heap_fini(&self->due); /* first: it lets go of its nodes, which live in the messages */
    for (uint32_t i = 0; i < self->slot_count; i++) {
        wb_free(&self->slots[i]->text);
        wb_free(&self->slots[i]);
    }
    wb_free(&self->slots);
    wb_free(self_p);
}

static message *
message_new(wb_sim_queue *self)
{
    wb_link *unused = wb_list_pop(&self->unused);

    if (unused)
        return WB_CONTAINER(unused, message, link);
    if (self->slot_count == self->slot_cap) {
        self->slot_cap = self->slot_cap ? self->slot_cap * 2 : 64;
        self->slots = wb_realloc(self->slots, self->slot_cap * sizeof(message *));
    }
    message *made = wb_alloc(sizeof *made);
    made->slot = self->slot_count;
    self->slots[self->slot_count++] = made;
    return made;
}

static void
show(wb_sim_queue *self, message *it, bool front)
{
    wb_heap_remove(&self->due, &it->due);
    if (front)
        wb_list_append(self->visible.next, &it->link);
    else
        wb_list_append(&self->visible, &it->link);
    self->visible_count++;
}

static void
hide(wb_sim_queue *self, message *it, int64_t until_ms)
{
    if (wb_list_linked(&it->link)) {
        wb_list_remove(&it->link);
        self->visible_count--;
    }
    wb_heap_put(&self->due, &it->due, until_ms);
}

uint64_t
wb_sim_queue_put(wb_sim_queue *self, const wb_sim_content *content, int64_t now_ms,
                 int64_t delay_ms, bool front)
{
    message *it = message_new(self);

    it->content = *content;
    it->text = NULL;
    if (content->text.data) {
        it->text = wb_text_dup_len(content->text.data, content->text.len);
        it->content.text.data = it->text;
    }
    it->number = ++self->last_number;
    it->generation++;
    it->receives = 0;
    it->sent_utc_us = wb_now_utc_us();
    it->live = true;
    it->received = false;
    if (delay_ms <= 0) {
        show(self, it, front);
    } else {
        self->delayed++;
        hide(self, it, now_ms + delay_ms);
    }
    return it->number;
}

bool
wb_sim_queue_take(wb_sim_queue *self, int64_t now_ms, int64_t visibility_ms, wb_sim_message *out)
{
    if (wb_list_empty(&self->visible))
        return false;
    message *it = WB_CONTAINER(self->visible.next, message, link);
    if (!it->receives++)
        it->first_utc_us = wb_now_utc_us();
    if (visibility_ms > 0) {
        it->received = true;
        self->in_flight++;
        hide(self, it, now_ms + visibility_ms);
    }
    out->content = it->content;
    out->number = it->number;
    out->receives = it->receives;
    out->sent_utc_us = it->sent_utc_us;
    out->first_utc_us = it->first_utc_us;
    handle_write(it, out->handle);
    return true;
}

static wb_sim_handle
find(wb_sim_queue *self, wb_view text, message **out)
{
    handle bits = {0};

    if (!handle_read(&bits, text) || bits.slot >= self->slot_count)
        return WB_SIM_HANDLE_INVALID;
    message *it = self->slots[bits.slot];
    if (!it->live || it->generation != bits.generation || it->receives != bits.receives)
        return WB_SIM_HANDLE_OLD;
    *out = it;
    return it->received ? WB_SIM_HANDLE_OK : WB_SIM_HANDLE_VISIBLE;
}

wb_sim_handle
wb_sim_queue_delete(wb_sim_queue *self, wb_view text)
{
    message *it = NULL;
    wb_sim_handle found = find(self, text, &it);

    if (!it)
        return found;
    if (it->received)
        self->in_flight--;
    if (wb_list_linked(&it->link))
        self->visible_count--;
    wb_list_remove(&it->link);
    wb_heap_remove(&self->due, &it->due);
    wb_free(&it->text);
    it->live = false;
    wb_list_append(&self->unused, &it->link);
    return WB_SIM_HANDLE_OK;
}

wb_sim_handle
wb_sim_queue_visibility(wb_sim_queue *self, wb_view text, int64_t now_ms, int64_t visibility_ms)
{
    message *it = NULL;
    wb_sim_handle found = find(self, text, &it);

    if (found != WB_SIM_HANDLE_OK)
        return found;
    if (visibility_ms > 0) {
        hide(self, it, now_ms + visibility_ms);
        return WB_SIM_HANDLE_OK;
    }
    it->received = false;
    self->in_flight--;
    show(self, it, false);
    return WB_SIM_HANDLE_OK;
}

int64_t
wb_sim_queue_due(wb_sim_queue *self, int64_t now_ms)
{
    wb_heap_node *first = NULL;

    while ((first = wb_heap_first(&self->due)) && first->at <= now_ms) {
        message *it = WB_CONTAINER(first, message, due);
        if (it->received)
            self->in_flight--;
        else
            self->delayed--;
        it->received = false;
        show(self, it, false);
    }
    return first ? first->at : -1;
}

size_t
wb_sim_queue_visible(const wb_sim_queue *self)
{
    return self->visible_count;
}

size_t
wb_sim_queue_in_flight(const wb_sim_queue *self)
{
    return self->in_flight;
}

size_t
wb_sim_queue_delayed(const wb_sim_queue *self)
{
    return self->delayed;
}
