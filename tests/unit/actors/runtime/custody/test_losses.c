/* SPDX-License-Identifier: Apache-2.0 */
/*
 * losses: another store at the owner of a shard is a loss, once, whatever is killed in between;
 * a first owner, a handover and a second claim are none
 */
#include "actors/runtime/custody/losses.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "storage/vault.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

static const node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static node_conf mapper;

/* The poller's side, and what it heard. */
typedef struct {
    kit in;
    node us, owner, other;
    char path[128];
    wb_store *store;
    wb_commit *commit;
    wb_losses *losses;
    size_t noted;
    char why[200];
} place;

static wb_rc
on_lost(void *arg, wb_stage stage, uint16_t shard, const char *why, wb_txn *txn, wb_err *err)
{
    place *self = arg;
    char name[40];

    ck_assert(stage == WB_STAGE_MAP || stage == WB_STAGE_PULL);
    snprintf(self->why, sizeof self->why, "%s", why);
    snprintf(name, sizeof name, "lost/%d/%u", (int)stage, shard);
    return wb_meta_put(txn, wb_view_of(name), WB_VIEW_LIT("1"), err);
}

static void
on_noted(void *arg)
{
    ((place *)arg)->noted++;
}

static void
open_losses(place *self)
{
    wb_losses_conf conf = {
        .custody = {.lanes = self->us.lanes,
                    .store = self->store,
                    .commit = self->commit,
                    .instance = "poller-1"},
        .stage = WB_STAGE_PULL,
        .lost = on_lost,
        .noted = on_noted,
        .arg = self
    };
    wb_err err = {0};

    ck_assert_msg(wb_losses_new(&self->losses, &conf, &err) == WB_OK, "%s", err.text);
    for (uint16_t shard = 0; shard < KIT_SHARDS; shard++) {
        ck_assert(!wb_losses_watch(self->losses, WB_STAGE_MAP, shard, &err));
        ck_assert(!wb_losses_watch(self->losses, WB_STAGE_MAP, shard, &err)); /* once */
    }
    ck_assert(!wb_losses_watch(self->losses, WB_STAGE_PULL, 0, &err));
    wb_losses_look(self->losses);
}

/* Our process begins: everything but the run folder and what is stored is new. */
static void
begin(place *self)
{
    wb_store_conf conf;
    wb_err err = {0};

    wb_store_conf_default(&conf);
    conf.path = self->path;
    conf.deployment = "test";
    conf.map_bytes = INT64_C(320) << 20;
    conf.intake_free_bytes = conf.calls_free_bytes = 0;
    ck_assert_msg(wb_store_open(&self->store, &conf, &err) == WB_OK, "%s", err.text);
    ck_assert(!wb_commit_new(&self->commit, self->in.loop, self->store, &err));
    node_open(&self->us, &self->in, &poller);
    self->noted = 0;
    open_losses(self);
}

static void
end(place *self)
{
    wb_losses_destroy(&self->losses);
    node_close(&self->us);
    wb_commit_destroy(&self->commit); /* what is queued is not applied, as after a kill */
    wb_store_close(&self->store);
}

static void
open_place(place *self)
{
    memset(self, 0, sizeof *self);
    kit_open(&self->in);
    snprintf(self->path, sizeof self->path, "%s/store", self->in.run_dir);
    mapper =
        (node_conf){.instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 2, .store = 2};
    node_open(&self->owner, &self->in, &mapper);
    kit_turns(&self->in, 20);
    begin(self);
}

static void
close_place(place *self)
{
    end(self);
    node_close(&self->owner);
    node_close(&self->other);
    rig_remove(self->path);
    kit_close(&self->in);
}

static wb_view
meta(place *self, const char *name)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_view value = {0};
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self->store, false, &err));
    ck_assert(!wb_meta_get(txn, wb_view_of(name), &value, &err));
    return value;
}

static size_t
lost_shards(place *self)
{
    size_t count = 0;
    char name[40];

    for (uint16_t shard = 0; shard < KIT_SHARDS; shard++) {
        snprintf(name, sizeof name, "lost/%d/%u", WB_STAGE_MAP, shard);
        count += meta(self, name).len > 0;
    }
    return count;
}

/* Shard 5's holder is remembered to be this store of the kit. */
static bool
remembers(place *self, uint8_t store)
{
    wb_id id = kit_store(store);
    char name[40];
    wb_view value;

    snprintf(name, sizeof name, "owner/%d/5", WB_STAGE_MAP);
    value = meta(self, name);
    return value.len > sizeof id && !memcmp(value.data, &id, sizeof id);
}

typedef struct {
    place *self;
    uint8_t store;
} awaited;

static bool
is_remembered(void *arg)
{
    const awaited *it = arg;

    return remembers(it->self, it->store);
}

static void
until_remembered(place *self, uint8_t store)
{
    awaited it = {self, store};

    kit_until(&self->in, is_remembered, &it, "the holder in the store");
}

/* The owner comes with another store, as our process hears of it at its next start. */
static void
replace_owner(place *self, uint8_t store, uint64_t generation)
{
    node_close(&self->owner);
    mapper.store = store;
    mapper.generation = generation;
    node_open(&self->owner, &self->in, &mapper);
    kit_turns(&self->in, 20);
}

START_TEST(a_first_owner_is_remembered_and_nothing_is_lost)
{
    place self;

    open_place(&self);
    until_remembered(&self, 2);
    ck_assert_uint_eq(self.noted, 0);
    ck_assert_uint_eq(lost_shards(&self), 0);
    end(&self);
    begin(&self);
    kit_turns(&self.in, 50);
    ck_assert_uint_eq(self.noted, 0);
    close_place(&self);
}
END_TEST

/* No broker, and nobody to tell: the word of a change can be lost on the bus as well. */
START_TEST(an_owner_that_comes_after_us_is_remembered_though_nobody_tells)
{
    place self;

    open_place(&self);
    end(&self);
    node_close(&self.owner);
    rig_remove(self.path);
    kit_remove(&self.in, ".beat");
    begin(&self);
    kit_turns(&self.in, 200); /* the first look is over, and there was nobody */
    ck_assert(!remembers(&self, 2));
    node_open(&self.owner, &self.in, &mapper);
    until_remembered(&self, 2);
    ck_assert_uint_eq(lost_shards(&self), 0);
    close_place(&self);
}
END_TEST

START_TEST(another_store_is_noticed_by_who_is_up_though_nobody_tells)
{
    place self;

    open_place(&self);
    until_remembered(&self, 2);
    replace_owner(&self, 3, 2);
    until_remembered(&self, 3);
    ck_assert_uint_eq(lost_shards(&self), KIT_SHARDS);
    ck_assert_uint_eq(self.noted, 1);
    close_place(&self);
}
END_TEST

static const struct {
    const char *label;
    uint8_t store;
    uint64_t generation;
    size_t lost;
} rows[] = {
    {"the same store",         2, 2, 0         },
    {"another store",          3, 2, KIT_SHARDS},
    {"another, handed over",   3, 3, 0         },
    {"another, from the past", 3, 1, KIT_SHARDS},
};

START_TEST(another_store_at_its_address_is_a_loss_noted_once)
{
    place self;

    open_place(&self);
    until_remembered(&self, 2);
    end(&self);
    replace_owner(&self, rows[_i].store, rows[_i].generation);
    begin(&self);
    until_remembered(&self, rows[_i].store);
    kit_turns(&self.in, 50);
    ck_assert_msg(lost_shards(&self) == rows[_i].lost, "%s", rows[_i].label);
    ck_assert_uint_eq(self.noted, rows[_i].lost ? 1 : 0);
    if (rows[_i].lost)
        ck_assert_ptr_nonnull(strstr(self.why, "mapper-1"));
    end(&self); /* and not a second time */
    begin(&self);
    kit_turns(&self.in, 50);
    ck_assert_uint_eq(self.noted, 0);
    close_place(&self);
}
END_TEST

/* Noticed, and the process ends before the commit: nothing was noted, and it is noticed again. */
START_TEST(a_kill_before_the_commit_changes_nothing)
{
    place self;

    open_place(&self);
    until_remembered(&self, 2);
    end(&self);
    replace_owner(&self, 3, 2);
    begin(&self); /* looks at once, and queues */
    ck_assert_uint_gt(wb_commit_queued(self.commit), 0);
    end(&self);
    begin(&self);
    until_remembered(&self, 3);
    ck_assert_uint_eq(lost_shards(&self), KIT_SHARDS);
    close_place(&self);
}
END_TEST

START_TEST(two_stores_that_claim_the_same_shards_are_no_loss)
{
    node_conf second = {.instance = "mapper-2", .stage = WB_STAGE_MAP, .generation = 2, .store = 4};
    size_t sent = 0;
    place self;
    batch all = {messages_new(0, 20, 10), 20};

    open_place(&self);
    until_remembered(&self, 2);
    end(&self);
    node_open(&self.other, &self.in, &second);
    kit_turns(&self.in, 20);
    begin(&self);
    messages_send(&self.us, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&self.in, batch_settled, &all, "receipts of one of them");
    wb_losses_look(self.losses);
    kit_turns(&self.in, 50);
    ck_assert_uint_eq(self.noted, 0);
    ck_assert_uint_eq(lost_shards(&self), 0);
    ck_assert(remembers(&self, 2));
    messages_free(&all.messages, all.count);
    close_place(&self);
}
END_TEST

START_TEST(our_own_store_that_was_renewed_is_a_loss)
{
    wb_err err = {0};
    place self;

    open_place(&self);
    until_remembered(&self, 2);
    ck_assert(!wb_store_renew(self.store, &err));
    end(&self);
    begin(&self);
    kit_turns(&self.in, 50);
    ck_assert_uint_eq(self.noted, 1);
    ck_assert_uint_eq(meta(&self, "lost/1/0").len, 1);
    ck_assert_uint_eq(lost_shards(&self), 0); /* what the mapper has it has */
    close_place(&self);
}
END_TEST

static const struct {
    const char *label;
    uint8_t former;
    bool begun; /* our store remembers its own already */
    size_t noted;
} formers[] = {
    {"an empty one in the place of another", 7, false, 1},
    {"one that remembers itself",            7, true,  0},
};

START_TEST(our_own_store_that_is_new_in_the_place_of_another_is_a_loss)
{
    wb_id former = kit_store(formers[_i].former);
    wb_err err = {0};
    place self;

    open_place(&self);
    if (formers[_i].begun)
        until_remembered(&self, 2); /* and with it our own */
    ck_assert(!wb_losses_former(self.store, WB_STAGE_PULL, &former, &err));
    end(&self); /* in the first case nothing was committed yet */
    begin(&self);
    kit_turns(&self.in, 50);
    ck_assert_msg(self.noted == formers[_i].noted, "%s", formers[_i].label);
    close_place(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {a_first_owner_is_remembered_and_nothing_is_lost,                0                     },
        {an_owner_that_comes_after_us_is_remembered_though_nobody_tells, 0                     },
        {another_store_is_noticed_by_who_is_up_though_nobody_tells,      0                     },
        {another_store_at_its_address_is_a_loss_noted_once,              (int)WB_COUNT(rows)   },
        {a_kill_before_the_commit_changes_nothing,                       0                     },
        {two_stores_that_claim_the_same_shards_are_no_loss,              0                     },
        {our_own_store_that_was_renewed_is_a_loss,                       0                     },
        {our_own_store_that_is_new_in_the_place_of_another_is_a_loss,    (int)WB_COUNT(formers)},
        {NULL,                                                           0                     },
    };

    return wb_suite_run("runtime.losses", tests);
}
