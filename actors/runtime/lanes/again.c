/* SPDX-License-Identifier: Apache-2.0 */
/*
 * again - when a message is sent again, and in which order
 *
 * Sent and without a receipt, a message is due again after a while, each time after twice as long.
 * On one connection nothing is lost on the way, so what lies unread is not helped by copies: a peer
 * of which nothing was heard since a message was sent last gets one copy of it, and the next when
 * it has shown that it lives, or on a new connection. However long it hangs, what it has not read
 * is a window of messages and a window of copies.
 *
 * What was refused for want of room waits a second, and with it whatever the same account has for
 * this stage: what is newer does not go past it.
 */
#include "actors/runtime/lanes/inside.h"

#include <stdlib.h>

#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"

#define RESEND_MS 5000
#define FULL_MS 1000   /* a receiver without room is asked again after this */
#define STUCK_MS 60000 /* a message that cannot be encoded: kept, shown, tried again */
#define SILENT_MAX 64  /* messages sent again in a round to a peer that says nothing at all */
#define COPIES_UNHEARD 1
#define LATENCY_MEMORY 4096

static wb_outgoing *
first_of(const wb_link *list)
{
    return wb_list_empty(list) ? NULL : WB_CONTAINER(list->next, wb_outgoing, link);
}

static void
append(wb_link *list, wb_outgoing *outgoing)
{
    wb_list_remove(&outgoing->link);
    wb_list_append(list, &outgoing->link);
}

wb_link *
lanes_peer_list(struct wb_peer_out *peer, size_t i)
{
    wb_link *const others[] = {&peer->queue, &peer->refused, &peer->unheard};

    return i < LEVELS                      ? &peer->flight[i]
           : i - LEVELS < WB_COUNT(others) ? others[i - LEVELS]
                                           : NULL;
}

/* --- the order --- */

void
lanes_out_queue(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    wb_link *last = peer->queue.prev;

    if (last != &peer->queue && WB_CONTAINER(last, wb_outgoing, link)->place > outgoing->place)
        peer->mixed = true;
    append(&peer->queue, outgoing);
}

static int
by_place(const void *a, const void *b)
{
    uint64_t left = (*(wb_outgoing *const *)a)->place, right = (*(wb_outgoing *const *)b)->place;

    return left < right ? -1 : left > right;
}

/* Those of several shards, and those that come back, stand where they stood. */
void
lanes_out_sort(struct wb_peer_out *peer)
{
    WB_AUTO(wb_free) wb_outgoing **all = NULL;
    size_t count = 0;
    wb_link *link;

    if (!peer->mixed)
        return;
    peer->mixed = false;
    for (link = peer->queue.next; link != &peer->queue; link = link->next)
        count++;
    all = wb_alloc(count * sizeof *all);
    for (count = 0; (link = wb_list_pop(&peer->queue));)
        all[count++] = WB_CONTAINER(link, wb_outgoing, link);
    qsort(all, count, sizeof *all, by_place);
    for (size_t i = 0; i < count; i++)
        wb_list_append(&peer->queue, &all[i]->link);
}

/* --- how long --- */

void
lanes_out_latency(struct wb_peer_out *peer, int64_t took_ms)
{
    int bucket = took_ms > 0 ? 64 - __builtin_clzll((unsigned long long)took_ms) : 0;

    peer->latency[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    if (++peer->latency_count < LATENCY_MEMORY)
        return;
    peer->latency_count = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        peer->latency_count += peer->latency[i] /= 2;
}

/* The longer of 5 s and four times the p99 (the upper end of its power of two). */
static int64_t
resend_after(const struct wb_peer_out *peer)
{
    uint32_t above = 0;
    int bucket = BUCKETS - 1;
    int64_t four_p99;

    while (bucket > 0 && (above += peer->latency[bucket]) <= peer->latency_count / 100)
        bucket--;
    four_p99 = bucket ? INT64_C(4) << bucket : 0;
    return four_p99 > RESEND_MS ? four_p99 : RESEND_MS;
}

/* --- when --- */

static int64_t
earliest(const struct wb_peer_out *peer)
{
    int64_t at = wb_list_empty(&peer->refused) ? INT64_MAX : peer->refused_ms;
    int64_t flight = INT64_MAX;

    for (size_t level = 0; level < LEVELS; level++) {
        const wb_outgoing *first = first_of(&peer->flight[level]);
        if (first && first->next_ms < flight)
            flight = first->next_ms;
    }
    if (flight != INT64_MAX && flight < peer->round_ms)
        flight = peer->round_ms;
    return flight < at ? flight : at;
}

void
lanes_out_arm(struct wb_peer_out *peer)
{
    int64_t now_ms = wb_loop_now_ms(peer->home->loop), at = earliest(peer);

    if (at != INT64_MAX)
        wb_timer_start(peer->home->loop, &peer->timer, at > now_ms ? at - now_ms : 1);
}

static int64_t
refused_until(const wb_outgoing *outgoing)
{
    int64_t full_ms = outgoing->window->full_ms;

    return full_ms > outgoing->next_ms ? full_ms : outgoing->next_ms;
}

static void
wait_refused(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    int64_t until_ms = refused_until(outgoing);

    if (wb_list_empty(&peer->refused) || until_ms < peer->refused_ms)
        peer->refused_ms = until_ms;
    append(&peer->refused, outgoing);
}

static void
look_refused(struct wb_peer_out *peer, int64_t now_ms)
{
    wb_link all, *link;

    if (wb_list_empty(&peer->refused) || peer->refused_ms > now_ms)
        return;
    wb_list_init(&all);
    while ((link = wb_list_pop(&peer->refused)))
        wb_list_append(&all, link);
    while ((link = wb_list_pop(&all))) {
        wb_outgoing *outgoing = WB_CONTAINER(link, wb_outgoing, link);
        if (refused_until(outgoing) <= now_ms)
            lanes_out_queue(peer, outgoing);
        else
            wait_refused(peer, outgoing);
    }
}

/* Has it as many copies on this connection as a peer gets that may hang? */
static bool
unheard(const struct wb_peer_out *peer, const wb_outgoing *outgoing)
{
    return outgoing->sends > COPIES_UNHEARD && peer->heard_ms < outgoing->last_ms;
}

static size_t
look_flight(struct wb_peer_out *peer, wb_link *list, int64_t now_ms, size_t most)
{
    wb_outgoing *first;
    size_t count = 0;

    while (count < most && (first = first_of(list)) && first->next_ms <= now_ms) {
        if (unheard(peer, first)) {
            append(&peer->unheard, first);
            continue;
        }
        lanes_out_queue(peer, first);
        count++;
    }
    return count;
}

/* To a peer that lives, all that is due goes again. One that said nothing since the last round gets
 * a few: what it has not read yet is on the wire already, and more would pile up there. */
void
lanes_out_due(wb_timer *timer, void *arg)
{
    struct wb_peer_out *peer = arg;
    int64_t now_ms = wb_loop_now_ms(peer->home->loop);
    bool silent = peer->heard_ms <= now_ms - resend_after(peer);
    size_t most = silent ? SILENT_MAX : SIZE_MAX, count = 0;

    (void)timer;
    look_refused(peer, now_ms);
    for (size_t level = LEVELS; peer->round_ms <= now_ms && level-- > 0;)
        count += look_flight(peer, &peer->flight[level], now_ms, most - count);
    if (count)
        wb_log(WB_INFO, "lane.again", "to=%s count=%zu silent=%d", wb_wire_endpoint(peer->wire),
               count, silent);
    if (peer->round_ms <= now_ms)
        peer->round_ms = count == SILENT_MAX ? now_ms + RESEND_MS : 0;
    lanes_out_arm(peer);
}

/* It lives: what waited for that is due after a while, as it reads what it has first. */
void
lanes_out_heard(struct wb_peer_out *peer)
{
    int64_t after_ms = resend_after(peer);
    wb_link *link;

    peer->heard_ms = wb_loop_now_ms(peer->home->loop);
    if (wb_list_empty(&peer->unheard))
        return;
    while ((link = wb_list_pop(&peer->unheard))) {
        wb_outgoing *outgoing = WB_CONTAINER(link, wb_outgoing, link);
        outgoing->next_ms = peer->heard_ms + (after_ms << (outgoing->sends - 1));
        wb_list_append(&peer->flight[outgoing->sends - 1], link);
    }
    lanes_out_arm(peer);
}

void
lanes_out_sent(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    int64_t now_ms = wb_loop_now_ms(peer->home->loop);
    size_t level;

    outgoing->once = !outgoing->sent_ms;
    outgoing->last_ms = now_ms;
    if (!outgoing->sent_ms)
        outgoing->sent_ms = now_ms;
    if (outgoing->connection != peer->connection)
        outgoing->sends = 0;
    level = outgoing->sends < LEVELS ? outgoing->sends++ : LEVELS - 1;
    outgoing->connection = peer->connection;
    outgoing->next_ms = now_ms + (resend_after(peer) << level);
    append(&peer->flight[level], outgoing);
}

/* It cannot be encoded. */
void
lanes_out_stuck(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    outgoing->next_ms = wb_loop_now_ms(peer->home->loop) + STUCK_MS;
    wait_refused(peer, outgoing);
}

void
lanes_out_no_room(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    outgoing->next_ms = 0;
    outgoing->window->full_ms = wb_loop_now_ms(peer->home->loop) + FULL_MS;
    wait_refused(peer, outgoing);
    lanes_out_arm(peer);
}

bool
lanes_out_waits(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    if (outgoing->window->full_ms <= wb_loop_now_ms(peer->home->loop))
        return false;
    outgoing->next_ms = 0;
    wait_refused(peer, outgoing);
    return true;
}

void
lanes_out_anew(struct wb_peer_out *peer)
{
    wb_link *list;

    for (size_t i = 0; (list = lanes_peer_list(peer, i)); i++)
        for (wb_link *link; list != &peer->queue && (link = wb_list_pop(list));) {
            wb_outgoing *outgoing = WB_CONTAINER(link, wb_outgoing, link);
            outgoing->window->full_ms = 0; /* its former life said that, perhaps */
            lanes_out_queue(peer, outgoing);
        }
    peer->introduced = false;
    peer->round_ms = 0;
}
