/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_kit - see lanes_kit.h
 */
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/folder.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

void
kit_open(kit *self)
{
    wb_err err = {0};

    *self = (kit){.run_dir = "/tmp/wb-lanes-XXXXXX"};
    ck_assert_ptr_nonnull(folder_make(self->run_dir));
    ck_assert_msg(wb_loop_new(&self->loop, &err) == WB_OK, "%s", err.text);
}

void
kit_close(kit *self)
{
    DIR *dir = opendir(self->run_dir);

    wb_loop_destroy(&self->loop);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(self->run_dir);
}

void
kit_until(kit *self, bool (*done)(void *arg), void *arg, const char *what)
{
    int64_t deadline_ms = wb_now_ms() + KIT_WAIT_MS;
    wb_err err = {0};

    while (!done(arg)) {
        ck_assert_msg(wb_loop_turn(self->loop, 20, &err) == WB_OK, "%s", err.text);
        ck_assert_msg(wb_now_ms() < deadline_ms, "not in time: %s", what);
    }
}

void
kit_turn(kit *self)
{
    wb_err err = {0};

    ck_assert_msg(wb_loop_turn(self->loop, 5, &err) == WB_OK, "%s", err.text);
}

void
kit_turns(kit *self, int64_t ms)
{
    int64_t until_ms = wb_now_ms() + ms;

    while (wb_now_ms() < until_ms)
        kit_turn(self);
}

size_t
kit_files(const kit *self, const char *prefix)
{
    DIR *dir = opendir(self->run_dir);
    size_t count = 0;

    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    closedir(dir);
    return count;
}

void
kit_remove(const kit *self, const char *suffix)
{
    DIR *dir = opendir(self->run_dir);

    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name);
        if (len > strlen(suffix) && !strcmp(entry->d_name + len - strlen(suffix), suffix))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}

wb_id
kit_store(uint8_t number)
{
    wb_id id = {{0}};

    id.bytes[0] = 0xa0;
    id.bytes[15] = number;
    return id;
}

/* --- nodes --- */

static void
note_order(node *self, size_t n)
{
    size_t *next = &self->next[self->by ? n % self->by : 0];

    self->older += n < *next;
    *next = n < *next ? *next : n + 1;
}

static void
on_take(void *arg, wb_delivery *delivery)
{
    node *self = arg;
    size_t n;

    if (delivery->env->kind >= WB_KIND_CALL_DIRECTORY) {
        self->calls++;
        wb_list_append(&self->held, &delivery->link);
        return;
    }
    memcpy(&n, delivery->env->id.bytes, sizeof n);
    self->taken++;
    self->again += delivery->env->again;
    ck_assert_uint_lt(n, WB_COUNT(self->seen));
    self->repeated += self->seen[n];
    self->seen[n] = true;
    note_order(self, n);
    if (self->keep)
        wb_list_append(&self->held, &delivery->link);
    else if (self->outcome)
        wb_delivery_settle(self->lanes, &delivery, self->outcome);
    else
        wb_delivery_drop(self->lanes, &delivery);
}

static void
on_beat(void *arg, wb_beat_state *out)
{
    const node *self = arg;

    out->commits = self->commits;
    out->ready = true;
    snprintf(out->note, sizeof out->note, "running");
}

void
node_open(node *self, kit *in, const node_conf *conf)
{
    wb_shard_claim claims[KIT_SHARDS];
    const char *brokers[] = {conf->broker, conf->broker2, NULL};
    wb_lanes_conf lanes = {
        .run_dir = in->run_dir,
        .instance = conf->instance,
        .deployment = conf->deployment ? conf->deployment : "test",
        .shards = KIT_SHARDS,
        .stage = conf->stage,
        .claims = claims,
        .store = kit_store(conf->store),
        .brokers = brokers,
        .heartbeat_ms = 100,
    };
    wb_err err = {0};

    for (uint16_t shard = conf->first; conf->generation && shard < KIT_SHARDS;
         shard = (uint16_t)(shard + (conf->step ? conf->step : 1)))
        claims[lanes.claim_count++] = (wb_shard_claim){shard, conf->generation};
    memset(self, 0, sizeof *self);
    self->kit = in;
    self->outcome = WB_OUTCOME_HANDED_ON;
    wb_list_init(&self->held);
    ck_assert_msg(wb_lanes_new(&self->lanes, in->loop, &lanes, &err) == WB_OK, "%s", err.text);
    wb_lanes_on_take(self->lanes, on_take, self);
    wb_lanes_on_beat(self->lanes, on_beat, self);
}

void
node_settle_held(node *self, wb_outcome outcome)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->held))) {
        wb_delivery *delivery = WB_CONTAINER(link, wb_delivery, link);
        if (outcome)
            wb_delivery_settle(self->lanes, &delivery, outcome);
        else
            wb_delivery_drop(self->lanes, &delivery);
    }
}

void
node_close(node *self)
{
    if (!self->lanes)
        return;
    node_settle_held(self, WB_OUTCOME_NONE);
    ck_assert_uint_eq(wb_lanes_in_hand(self->lanes), 0);
    wb_lanes_destroy(&self->lanes);
}

/* --- messages --- */

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    message *self = WB_CONTAINER(out, message, out);

    self->outcome = outcome;
    self->times++;
}

static wb_envelope *
new_envelope(size_t n, wb_view body)
{
    char key[64];
    wb_envelope env = {
        .kind = WB_KIND_RAW,
        .tenant = WB_VIEW_LIT("default"),
        .connector = WB_VIEW_LIT("sample"),
        .account = WB_VIEW_LIT("shop"),
        .record_kind = WB_RECORD_ORDER,
        .priority = WB_PRIORITY_INCREMENTAL,
        .observed_utc_us = 1,
        .body = body,
    };
    int len = snprintf(key, sizeof key, "default/shop/order/%zu", n);

    memcpy(env.id.bytes, &n, sizeof n);
    env.id.bytes[15] = 1;
    env.record = (wb_view){key, (size_t)len};
    return wb_envelope_copy(&env);
}

message *
messages_new(size_t first, size_t count, size_t body_len)
{
    message *messages = wb_alloc(count * sizeof *messages);
    WB_AUTO(wb_free) char *body = wb_alloc(body_len + 1);

    memset(body, 'x', body_len);
    for (size_t i = 0; i < count; i++) {
        messages[i].n = first + i;
        messages[i].out.env = new_envelope(first + i, (wb_view){body, body_len});
        messages[i].out.settled = on_settled;
    }
    return messages;
}

void
messages_free(message **messages, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wb_envelope_destroy(&(*messages)[i].out.env);
    wb_free(messages);
}

size_t
messages_settled(const message *messages, size_t count)
{
    size_t settled = 0;

    for (size_t i = 0; i < count; i++)
        settled += messages[i].outcome != WB_OUTCOME_NONE;
    return settled;
}

void
messages_send(node *from, message *messages, size_t count, size_t *sent, wb_stage stage)
{
    wb_err err = {0};

    for (; *sent < count; ++*sent) {
        message *one = &messages[*sent];
        wb_rc rc = wb_lanes_send(from->lanes, &one->out, stage, one->out.env->record,
                                 WB_VIEW_LIT("default/shop"), &err);
        if (rc == WB_FULL)
            return;
        ck_assert_msg(rc == WB_OK, "%s", err.text);
    }
}

bool
batch_settled(void *arg)
{
    const batch *self = arg;

    return messages_settled(self->messages, self->count) == self->count;
}
