/* SPDX-License-Identifier: Apache-2.0 */
/*
 * losses - see losses.h. Meta: "owner/" stage "/" shard -> store id, generation.
 */
#include "actors/runtime/custody/losses.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "storage/vault.h"

#define NAME_SIZE 32
#define WHY_SIZE (WB_INSTANCE_MAX + 80)

typedef struct {
    wb_id store; /* zero: nobody is remembered */
    uint64_t generation;
} remembered;

typedef struct {
    wb_stage stage;
    uint16_t shard;
    remembered was, is;
    bool changing, lost;
    char instance[WB_INSTANCE_MAX + 1]; /* who comes with another store */
} owner_row;

struct wb_losses {
    wb_losses_conf conf;
    owner_row *rows;
    size_t count, cap;
    wb_write write;
    bool queued;
};

static bool
is_none(const wb_id *store)
{
    static const wb_id none;

    return !memcmp(store, &none, sizeof none);
}

static wb_view
name_of(char *dst, const owner_row *row)
{
    snprintf(dst, NAME_SIZE, "owner/%d/%u", (int)row->stage, row->shard);
    return wb_view_of(dst);
}

static void
say_why(char *dst, const owner_row *row, const wb_losses *self)
{
    if (row->stage == self->conf.stage)
        snprintf(dst, WHY_SIZE, "the store of %s was turned back", row->instance);
    else
        snprintf(dst, WHY_SIZE, "the store of %s was turned back or replaced", row->instance);
}

/* --- inside the transaction --- */

static wb_rc
put_row(const owner_row *row, wb_txn *txn, wb_err *err)
{
    char name[NAME_SIZE];

    return wb_meta_put(txn, name_of(name, row), (wb_view){(const char *)&row->is, sizeof row->is},
                       err);
}

static void
put_text(wb_buf *out, const char *key, const char *text)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_text(out, wb_view_of(text));
}

/* One event for each instance: `row` is the first of its shards, `shards` how many are lost. */
static void
tell(wb_write *write, const owner_row *row, size_t shards, const char *why)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 4096);
    wb_pack_map(&out, 7);
    put_text(&out, "what", "store_lost");
    put_text(&out, "instance", row->instance);
    put_text(&out, "stage", wb_stage_name(row->stage));
    put_text(&out, "text", why);
    wb_pack_text(&out, WB_VIEW_LIT("shard"));
    wb_pack_uint(&out, row->shard);
    wb_pack_text(&out, WB_VIEW_LIT("shards"));
    wb_pack_uint(&out, shards);
    wb_pack_text(&out, WB_VIEW_LIT("at"));
    wb_pack_int(&out, wb_now_utc_us());
    wb_commit_event(write, WB_TOPIC_PROCESS, wb_buf_view(&out));
}

static bool
same_change(const owner_row *a, const owner_row *b)
{
    return a->changing && b->changing && a->lost == b->lost && a->stage == b->stage &&
           !strcmp(a->instance, b->instance);
}

/* How many shards of the same instance changed in the same way; 0: an earlier row has told of it,
 * or it did not change. */
static size_t
changed_with(const wb_losses *self, const owner_row *row)
{
    size_t count = 0;

    for (const owner_row *at = self->rows; at < self->rows + self->count; at++) {
        if (same_change(at, row) && at < row)
            return 0;
        count += same_change(at, row);
    }
    return count;
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_losses *self = WB_CONTAINER(write, wb_losses, write);
    char why[WHY_SIZE];
    wb_rc rc = WB_OK;

    for (owner_row *row = self->rows; !rc && row < self->rows + self->count; row++) {
        size_t shards;

        if (!row->changing)
            continue;
        rc = put_row(row, txn, err);
        if (rc || !row->lost)
            continue;
        say_why(why, row, self);
        rc = self->conf.lost(self->conf.arg, row->stage, row->shard, why, txn, err);
        shards = changed_with(self, row);
        if (!rc && shards && !self->conf.quiet)
            tell(write, row, shards, why);
    }
    return rc;
}

/* --- after it --- */

/* A line for each instance: of its loss, else that it is remembered from now on. */
static void
log_row(const wb_losses *self, const owner_row *row)
{
    size_t shards = changed_with(self, row);

    if (!shards)
        return;
    if (row->lost)
        wb_log(WB_ERROR, "store.lost",
               "instance=%s stage=%s shards=%zu next='what it held is done again'", row->instance,
               wb_stage_name(row->stage), shards);
    else
        wb_log(WB_INFO, "store.remembered", "instance=%s stage=%s shards=%zu", row->instance,
               wb_stage_name(row->stage), shards);
}

static void
done(wb_write *write)
{
    wb_losses *self = WB_CONTAINER(write, wb_losses, write);
    bool any = false;

    self->queued = false;
    wb_kill_point("losses.noted");
    for (owner_row *row = self->rows; row < self->rows + self->count; row++) {
        log_row(self, row);
        any = any || row->lost;
    }
    for (owner_row *row = self->rows; row < self->rows + self->count; row++) {
        if (row->changing)
            row->was = row->is;
        row->changing = row->lost = false;
    }
    if (any)
        self->conf.noted(self->conf.arg);
    wb_losses_look(self);
}

/* --- before it --- */

static bool
find_owner(const wb_losses *self, const owner_row *row, wb_lanes_owner *out)
{
    if (row->stage != self->conf.stage)
        return wb_lanes_owner_of(self->conf.custody.lanes, row->stage, row->shard, out);
    out->store = *wb_store_id(self->conf.custody.store);
    out->generation = 0;
    snprintf(out->instance, sizeof out->instance, "%s", self->conf.custody.instance);
    return true;
}

static void
compare(const wb_losses *self, owner_row *row)
{
    wb_lanes_owner owner;
    bool other;

    if (!find_owner(self, row, &owner))
        return;
    other = memcmp(&owner.store, &row->was.store, sizeof owner.store) != 0;
    if (!other && owner.generation == row->was.generation)
        return;
    row->lost = other && !is_none(&row->was.store) && owner.generation <= row->was.generation;
    if (row->lost && row->stage != self->conf.stage &&
        wb_lanes_store_known(self->conf.custody.lanes, &row->was.store)) {
        row->lost = false; /* it serves elsewhere: two claims */
        return;
    }
    row->is = (remembered){owner.store, owner.generation};
    memcpy(row->instance, owner.instance, sizeof row->instance);
    row->changing = true;
}

void
wb_losses_look(wb_losses *self)
{
    size_t changing = 0;

    if (self->queued)
        return;
    for (size_t i = 0; i < self->count && changing < WB_STORE_CHUNK_MAX; i++) {
        compare(self, &self->rows[i]);
        changing += self->rows[i].changing;
    }
    if (!changing)
        return;
    self->queued = true;
    wb_commit_add(self->conf.custody.commit, &self->write);
}

static void
on_peer(void *arg, const wb_peer_info *info)
{
    (void)info;
    wb_losses_look(arg);
}

wb_rc
wb_losses_watch(wb_losses *self, wb_stage stage, uint16_t shard, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    owner_row row = {.stage = stage, .shard = shard};
    char name[NAME_SIZE];
    bool found = false;
    wb_rc rc;

    for (size_t i = 0; i < self->count; i++)
        if (self->rows[i].stage == stage && self->rows[i].shard == shard)
            return WB_OK;
    rc = wb_txn_begin(&txn, self->conf.custody.store, false, err);
    if (!rc)
        rc = wb_meta_get_exact(txn, name_of(name, &row), &row.was, sizeof row.was, &found, err);
    if (rc)
        return rc;
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 64;
        self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
    }
    self->rows[self->count++] = row;
    return WB_OK;
}

wb_rc
wb_losses_former(wb_store *store, wb_stage stage, const wb_id *former, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    owner_row row = {
        .stage = stage, .is = {*former, 0}
    };
    char name[NAME_SIZE];
    wb_view value = {0};
    wb_rc rc = wb_txn_begin(&txn, store, true, err);

    if (!rc)
        rc = wb_meta_get(txn, name_of(name, &row), &value, err);
    if (rc || value.len)
        return rc;
    rc = put_row(&row, txn, err);
    return rc ? rc : wb_txn_commit(&txn, err);
}

wb_rc
wb_losses_new(wb_losses **out, const wb_losses_conf *conf, wb_err *err)
{
    wb_losses *self = wb_alloc(sizeof *self);

    (void)err;
    self->conf = *conf;
    self->write = (wb_write){.apply = apply, .done = done};
    wb_lanes_on_peer(conf->custody.lanes, on_peer, self);
    *out = self;
    return WB_OK;
}

void
wb_losses_destroy(wb_losses **self_p)
{
    wb_losses *self = wb_take(self_p);

    if (!self)
        return;
    wb_lanes_on_peer(self->conf.custody.lanes, NULL, NULL);
    wb_free(&self->rows);
    wb_free(&self);
}
