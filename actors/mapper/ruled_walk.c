/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled_walk - over what rules keep back: all of it when they are others, what is due at its time
 *
 * One walk at a time, in chunks. Where it stands is in memory alone: one that is killed begins
 * anew, for the store says so: meta "rules" has the digest of those by which all was judged.
 */
#include <string.h>

#include "actors/mapper/ruled.h"
#include "actors/mapper/ruled_inside.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "storage/vault.h"

#define CHUNK 256       /* records judged in a transaction */
#define LOOKED_MAX 8192 /* rows looked at in one */
#define BETWEEN_MS 1
#define FULL_MS 1000      /* until a full store is looked at again, or noted in */
#define DUE_MIN_MS 2000   /* between two looks for what is due */
#define DUE_MAX_MS 600000 /* a clock may be set */
#define META WB_VIEW_LIT("rules")
#define WALKING WB_VIEW_LIT("-") /* stands there while not all was judged */

static bool
is_sooner(int64_t due_utc_us, int64_t known_utc_us)
{
    return due_utc_us && (!known_utc_us || due_utc_us < known_utc_us);
}

static void
start(wb_ruled *self, int64_t after_ms)
{
    wb_timer_start(wb_ctx_loop(self->mapper->ctx), &self->timer, after_ms);
}

/* The next chunk, or the next look for what is due. */
static void
go(wb_ruled *self)
{
    int64_t wait_ms;

    if (self->walks || self->noted.len) {
        start(self, BETWEEN_MS);
        return;
    }
    if (!self->due_utc_us)
        return;
    wait_ms = (self->due_utc_us - wb_now_utc_us()) / WB_US_PER_MS + 1;
    wait_ms = wait_ms < DUE_MIN_MS ? DUE_MIN_MS : wait_ms;
    start(self, wait_ms > DUE_MAX_MS ? DUE_MAX_MS : wait_ms);
}

void
wb_ruled_due(wb_ruled *self, int64_t due_utc_us)
{
    if (!is_sooner(due_utc_us, self->due_utc_us))
        return;
    self->due_utc_us = due_utc_us;
    if (!self->walks && !self->queued && !self->unnoted)
        go(self);
}

/* --- a chunk --- */

typedef struct {
    wb_ruled *self;
    int64_t now_utc_us;
    size_t looked, judged;
} chunk;

static wb_rc
judge_one(chunk *in, uint16_t shard, const wb_buf *name, const wb_buf *note, wb_txn *txn,
          wb_err *err)
{
    wb_ruled *self = in->self;
    int64_t due_utc_us = wb_ruled_due_of(wb_buf_view(note));
    wb_ruled_lying what = {.shard = shard, .note = wb_buf_view(note)};
    bool named = wb_ruled_parts(wb_buf_view(name), &what.target, &what.record);
    wb_rc rc;

    in->looked++;
    if (!named || (!self->all && (!due_utc_us || due_utc_us > in->now_utc_us))) {
        if (is_sooner(due_utc_us, self->step.seen_utc_us))
            self->step.seen_utc_us = due_utc_us;
        return WB_OK;
    }
    in->judged++;
    rc = wb_ruled_again(self, &what, txn, err);
    self->step.looked++;
    self->step.left += what.left;
    if (!rc && !what.left && due_utc_us > in->now_utc_us &&
        is_sooner(due_utc_us, self->step.seen_utc_us))
        self->step.seen_utc_us = due_utc_us;
    return rc;
}

static wb_rc
walk_claim(chunk *in, uint16_t shard, bool *through, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = wb_ruled_key(shard);
    wb_buf *at = &in->self->step.at;
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    bool more = true;
    wb_rc rc = WB_OK;

    wb_buf_init(&note, WB_RULED_NOTE_MAX);
    *through = false;
    while (!rc && in->looked < LOOKED_MAX && in->judged < CHUNK) {
        rc = wb_relations_next(txn, &key, at, &note, &more, err);
        if (rc || !more) {
            *through = !rc;
            return rc;
        }
        rc = judge_one(in, shard, at, &note, txn, err);
    }
    return rc;
}

static void
copy(wb_buf *to, const wb_buf *from)
{
    if (!to->max)
        wb_buf_init(to, WB_RULED_NAME_MAX);
    wb_buf_clear(to);
    if (from->len)
        wb_buf_add(to, from->data, from->len);
}

/* A transaction may run again: it begins where the last commit stood. */
static void
begin_step(wb_ruled *self)
{
    copy(&self->step.at, &self->at);
    self->step.claim = self->claim;
    self->step.number = self->number;
    self->step.seen_utc_us = self->seen_utc_us;
    self->step.looked = self->looked;
    self->step.left = self->left;
    self->step.end = false;
}

static wb_rc
walk(wb_ruled *self, wb_txn *txn, wb_err *err)
{
    chunk in = {.self = self, .now_utc_us = wb_now_utc_us()};
    const wb_shard_claim *claims;
    size_t count;
    wb_rc rc = WB_OK;

    claims = wb_ctx_claims(self->mapper->ctx, &count);
    while (!rc && in.looked < LOOKED_MAX && in.judged < CHUNK && self->step.claim < count) {
        bool through = false;

        rc = walk_claim(&in, claims[self->step.claim].shard, &through, txn, err);
        if (through) {
            self->step.claim++;
            wb_buf_clear(&self->step.at);
        }
    }
    self->step.end = self->step.claim >= count;
    return rc;
}

static void
digest_of(const wb_ruled *self, uint8_t out[WB_SHA256_LEN])
{
    const wb_config_tree *tree = wb_ctx_config(self->mapper->ctx);
    const wb_route_conf *routes = tree->routes.items;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_rules_digest(self->rules, out);
    wb_buf_init(&text, WB_CONFIG_MAX);
    wb_buf_add(&text, out, WB_SHA256_LEN);
    for (size_t i = 0; i < tree->routes.count; i++) {
        if (wb_route_kind(&routes[i]) != WB_RECORD_ORDER || !routes[i].skus.name)
            continue;
        wb_buf_addf(&text, "%s %s %d %d ", routes[i].from, routes[i].to, routes[i].enabled,
                    (int)routes[i].unknown_sku);
        wb_buf_add(&text, wb_sheet_digest(routes[i].skus.sheet), WB_SHA256_LEN);
    }
    if (text.len > WB_SHA256_LEN)
        wb_sha256(out, wb_buf_view(&text));
}

static wb_rc
store_digest(const wb_ruled *self, wb_txn *txn, wb_err *err)
{
    uint8_t digest[WB_SHA256_LEN];

    digest_of(self, digest);
    return wb_meta_put(txn, META, (wb_view){(const char *)digest, sizeof digest}, err);
}

/* --- rows of the outbox that a read found --- */

typedef struct {
    uint64_t revision;
    uint16_t shard, target_len, record_len, unused;
} noted_row;

void
wb_ruled_note(wb_mapper *mapper, const wb_outbox_row *row)
{
    wb_ruled *self = mapper->ruled;
    const noted_row head = {.revision = row->revision,
                            .shard = row->shard,
                            .target_len = (uint16_t)row->target.len,
                            .record_len = (uint16_t)row->record.len};
    size_t len = sizeof head + row->target.len + row->record.len;

    if (!self->noted.max)
        wb_buf_init(&self->noted, CHUNK * (sizeof head + WB_RULED_NAME_MAX));
    if (len <= self->noted.max - self->noted.len) { /* more are found again at the next start */
        wb_buf_add(&self->noted, &head, sizeof head);
        wb_buf_add_view(&self->noted, row->target);
        wb_buf_add_view(&self->noted, row->record);
    }
    if (!self->queued)
        start(self, BETWEEN_MS);
}

static wb_rc
take_back(wb_ruled *self, wb_txn *txn, wb_err *err)
{
    const char *at = self->noted.data, *end = at + self->noted.len;
    wb_rc rc = WB_OK;

    while (!rc && at < end) {
        wb_ruled_lying what = {0};
        noted_row head;

        memcpy(&head, at, sizeof head);
        at += sizeof head;
        what.shard = head.shard;
        what.target = (wb_view){at, head.target_len};
        what.record = (wb_view){at + head.target_len, head.record_len};
        at += head.target_len + head.record_len;
        rc = wb_ruled_take_back(self, &what, head.revision, txn, err);
    }
    return rc;
}

/* --- the write --- */

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_ruled *self = WB_CONTAINER(write, wb_ruled, write);
    wb_rc rc;

    begin_step(self);
    rc = take_back(self, txn, err);
    if (!rc && self->walks)
        rc = walk(self, txn, err);
    if (!rc && self->walks && self->all && self->step.end)
        rc = store_digest(self, txn, err);
    return rc;
}

static void
end_walk(wb_ruled *self)
{
    if (self->all)
        wb_log(WB_INFO, "rules.done", "looked=%llu left=%llu", (unsigned long long)self->looked,
               (unsigned long long)self->left);
    if (is_sooner(self->seen_utc_us, self->due_utc_us))
        self->due_utc_us = self->seen_utc_us;
    self->walks = self->all = false;
    self->claim = 0;
    wb_buf_clear(&self->at);
}

static void
done(wb_write *write)
{
    wb_ruled *self = WB_CONTAINER(write, wb_ruled, write);

    wb_kill_point("mapper.ruled");
    self->queued = false;
    wb_buf_clear(&self->noted);
    if (self->walks && self->step.number == self->number) { /* else it was begun anew */
        self->claim = self->step.claim;
        copy(&self->at, &self->step.at);
        self->seen_utc_us = self->step.seen_utc_us;
        self->looked = self->step.looked;
        self->left = self->step.left;
        if (self->step.end)
            end_walk(self);
    }
    wb_targets_look(self->mapper);
    go(self);
}

static void
begin_walk(wb_ruled *self, bool all)
{
    self->walks = true;
    self->all = self->all || all;
    self->number++;
    self->claim = 0;
    self->due_utc_us = self->seen_utc_us = 0;
    self->looked = self->left = 0;
    copy(&self->at, &(wb_buf){0});
}

/* --- others --- */

/* Was all that lies judged by these? A store that never had rules was, by none. */
static bool
is_judged(wb_view known, const uint8_t digest[WB_SHA256_LEN])
{
    static const uint8_t none[WB_SHA256_LEN];

    if (!known.len)
        return !memcmp(digest, none, sizeof none);
    return known.len == WB_SHA256_LEN && !memcmp(known.data, digest, WB_SHA256_LEN);
}

/* In a transaction of its own, between two turns: what is queued is judged by it already. */
static wb_rc
note(wb_ruled *self, bool *walks, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint8_t digest[WB_SHA256_LEN];
    wb_view known = {NULL, 0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->mapper->ctx), true, err);

    digest_of(self, digest);
    *walks = false;
    rc = rc ? rc : wb_meta_get(txn, META, &known, err);
    if (rc || is_judged(known, digest))
        return rc;
    rc = wb_relations_any(txn, WB_RELATION_RULED, walks, err);
    if (!rc)
        rc = *walks ? wb_meta_put(txn, META, WALKING, err) : store_digest(self, txn, err);
    return rc ? rc : wb_txn_commit(&txn, err);
}

static wb_rc
look(wb_ruled *self, wb_err *err)
{
    bool walks = false;
    wb_rc rc = note(self, &walks, err);

    if (rc)
        return rc;
    self->unnoted = false;
    if (walks) {
        wb_log(WB_INFO, "rules.begin", "why='they have changed, and something lies by them'");
        begin_walk(self, true);
    }
    go(self);
    return WB_OK;
}

static void
look_on(wb_ruled *self)
{
    wb_err err = {0};

    if (!look(self, &err))
        return;
    if (!self->unnoted)
        wb_log(WB_ERROR, "rules.failed", "why='%s' next=retry in_ms=%d", err.text, FULL_MS);
    self->unnoted = true;
    start(self, FULL_MS);
}

static void
drop_tables(wb_ruled *self)
{
    for (size_t i = 0; i < self->table_count; i++)
        wb_skus_destroy(&self->tables[i].skus);
    wb_free(&self->tables);
    self->table_count = 0;
}

static bool
has_table(const wb_ruled *self, const char *name)
{
    for (size_t i = 0; i < self->table_count; i++)
        if (!strcmp(self->tables[i].name, name))
            return true;
    return false;
}

static void
make_tables(wb_ruled *self)
{
    const wb_config_tree *tree = wb_ctx_config(self->mapper->ctx);
    const wb_route_conf *routes = tree->routes.items;

    self->tables = wb_alloc((tree->routes.count + 1) * sizeof *self->tables);
    for (size_t i = 0; i < tree->routes.count; i++) {
        if (wb_route_kind(&routes[i]) != WB_RECORD_ORDER || !routes[i].skus.name ||
            has_table(self, routes[i].skus.name))
            continue;
        self->tables[self->table_count].name = routes[i].skus.name;
        self->tables[self->table_count++].skus = wb_skus_new(routes[i].skus.sheet);
    }
}

static void
make(wb_ruled *self)
{
    wb_rules_destroy(&self->rules);
    drop_tables(self);
    self->rules = wb_rules_make(wb_ctx_config(self->mapper->ctx), wb_ctx_tables(self->mapper->ctx));
    make_tables(self);
}

static void
on_tables(void *arg, const wb_tables *before, const wb_tables *now)
{
    (void)before;
    (void)now;
    make(arg);
    look_on(arg);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_ruled *self = arg;

    (void)timer;
    if (wb_store_pressure(wb_ctx_store(self->mapper->ctx), NULL, 0) != WB_PRESSURE_NONE) {
        start(self, FULL_MS);
        return;
    }
    if (self->unnoted) {
        look_on(self);
        return;
    }
    if (self->queued)
        return;
    if (!self->walks && self->due_utc_us && self->due_utc_us <= wb_now_utc_us())
        begin_walk(self, false);
    if (!self->walks && !self->noted.len) {
        go(self);
        return;
    }
    self->queued = true;
    wb_commit_add(wb_ctx_commit(self->mapper->ctx), &self->write);
}

/* What lies may be due: a first look tells when. */
static wb_rc
first_look(wb_ruled *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    bool any = false;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->mapper->ctx), false, err);

    rc = rc ? rc : wb_relations_any(txn, WB_RELATION_RULED, &any, err);
    if (!rc && any && !self->walks) {
        begin_walk(self, false);
        go(self);
    }
    return rc;
}

wb_rc
wb_ruled_open(wb_mapper *mapper, wb_err *err)
{
    wb_ruled *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->mapper = mapper;
    self->write = (wb_write){.apply = apply, .done = done};
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    mapper->ruled = self;
    make(self);
    wb_ctx_on_tables(mapper->ctx, on_tables, self);
    rc = look(self, err);
    return rc ? rc : first_look(self, err);
}

void
wb_ruled_close(wb_mapper *mapper)
{
    wb_ruled *self = mapper->ruled;

    if (!self)
        return;
    wb_timer_stop(wb_ctx_loop(mapper->ctx), &self->timer);
    wb_rules_destroy(&self->rules);
    drop_tables(self);
    for (size_t i = 0; i < WB_COUNT(self->reasons); i++)
        wb_free(&self->reasons[i]);
    wb_buf_fini(&self->at);
    wb_buf_fini(&self->step.at);
    wb_buf_fini(&self->noted);
    wb_free(&mapper->ruled);
}

void
wb_ruled_status(const wb_mapper *mapper, wb_json_writer *out)
{
    const wb_ruled *self = mapper->ruled;

    if (!self->all)
        return;
    wb_json_put_key(out, "judging");
    wb_json_open(out, '{');
    wb_json_member_int(out, "looked", (int64_t)self->looked);
    wb_json_member_int(out, "left", (int64_t)self->left);
    wb_json_close(out, '}');
}
