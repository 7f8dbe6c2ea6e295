/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejoin - when what the join of stock depends on has changed, all listings are joined once more
 *
 * Stock and listings are joined when one of them changes (stock.c). Which stock feeds which shop,
 * and which SKU is which, the configuration says; when that changes, what does not change by itself
 * would show a number of the former one for ever. So a digest of it lies in the store. Where
 * another one is met, at a start or when tables were reloaded, the listings of each shop that is
 * fed are walked.
 *
 * Where a reloaded table is another in some rows only, their SKUs are joined and no others. What
 * those are is not stored: who is ended in the middle walks over all.
 *
 *   stored   meta "rejoin" -> the digest, and whether the walk is through, or the shop and the
 *            listing up to which was looked
 *   noted    durable before anything is joined by the new rules: though the walk came to nothing,
 *            another start knows that some listings may be by them, also when its own are the
 *            former ones once more
 *   a chunk  reads that row, joins some listings and moves the row on, in one transaction
 *   killed   before a chunk's commit it is done again; after it the outbox has what came of it
 *   twice    another change while the walk is on sets the row back to the beginning
 *   no room  for the note of a reload: tried again until there is some; then all is walked
 *   between  two chunks the loop takes a turn: a flush goes on while something is queued
 *   ends     the row says so: at the next start nothing is walked
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "storage/relations.h"
#include "storage/vault.h"

#define CHUNK 256      /* listings, or SKUs, of a transaction */
#define SKUS_MAX 20000 /* more that have changed: all is walked */
#define BETWEEN_MS 1   /* two of them */
#define FULL_MS 1000   /* until a full store is looked at again, or noted in */
#define NAME WB_VIEW_LIT("rejoin")

/* SKUs about which a table says another thing now, each with a NUL behind it. */
typedef struct {
    wb_buf names;
    size_t count, at, next; /* joined up to there; after the commit that is under way */
    bool known;             /* they are these, */
    bool many;              /* ... or too many to be named, or all for another reason */
} changed;

typedef struct wb_rejoin {
    wb_write write;
    wb_mapper *mapper;
    wb_timer timer; /* the next chunk */
    bool on, queued;
    changed skus;
    bool unnoted;            /* what it depends on has changed, and that could not be stored */
    uint64_t looked, wanted; /* for people */
} rejoin;

typedef struct {
    uint8_t digest[WB_SHA256_LEN];
    uint64_t looked, wanted;
    uint16_t shop_len;
    uint8_t through, done; /* that shop is; all are */
    uint8_t unused[4];     /* no byte of a stored row is left to chance */
} rejoin_head;

/* Where the walk stands: behind a listing of a shop. */
typedef struct {
    rejoin_head head;
    wb_buf shop, record; /* both empty = at the beginning */
} place;

static void
place_fini(place *self)
{
    wb_buf_fini(&self->shop);
    wb_buf_fini(&self->record);
}

static wb_rc
get_row(wb_txn *txn, place *out, bool *found, wb_err *err)
{
    wb_view value = {0};
    wb_rc rc = wb_meta_get(txn, NAME, &value, err);

    wb_buf_init(&out->shop, WB_ACCOUNT_KEY_MAX);
    wb_buf_init(&out->record, WB_KEY_MAX);
    *found = !rc && value.len >= sizeof out->head;
    if (!*found)
        return rc;
    memcpy(&out->head, value.data, sizeof out->head);
    value.data += sizeof out->head;
    value.len -= sizeof out->head;
    *found = out->head.shop_len <= value.len; /* another's is none: all is walked */
    if (!*found)
        return WB_OK;
    wb_buf_add(&out->shop, value.data, out->head.shop_len);
    wb_buf_add(&out->record, value.data + out->head.shop_len, value.len - out->head.shop_len);
    return WB_OK;
}

static wb_rc
put_row(wb_txn *txn, place *at, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf value = {0};

    at->head.shop_len = (uint16_t)at->shop.len;
    wb_buf_init(&value, sizeof at->head + WB_ACCOUNT_KEY_MAX + WB_KEY_MAX);
    wb_buf_add(&value, &at->head, sizeof at->head);
    wb_buf_add_view(&value, wb_buf_view(&at->shop));
    wb_buf_add_view(&value, wb_buf_view(&at->record));
    return wb_meta_put(txn, NAME, wb_buf_view(&value), err);
}

/* --- a chunk --- */

/* Keys of listings: a callback of a scan must not write. */
typedef struct {
    wb_buf keys; /* each with a NUL behind it, which no key has */
    size_t count, room;
} found_keys;

static wb_rc
on_record(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    found_keys *self = arg;

    (void)row;
    (void)err;
    if (self->count == self->room)
        return WB_FULL;
    wb_buf_add_view(&self->keys, record);
    wb_buf_add_char(&self->keys, 0);
    self->count++;
    return WB_OK;
}

static wb_rc
find_keys(const place *at, uint16_t shard, found_keys *out, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf prefix = {0};
    wb_rc rc;

    wb_buf_init(&prefix, WB_KEY_MAX);
    wb_buf_add_view(&prefix, wb_buf_view(&at->shop));
    wb_buf_addf(&prefix, "/%s/", wb_record_kind_name(WB_RECORD_LISTING));
    wb_buf_init(&out->keys, CHUNK * (WB_KEY_MAX + 1));
    rc = wb_records_scan(
        txn, shard, (wb_kv_range){.prefix = wb_buf_view(&prefix), .from = wb_buf_view(&at->record)},
        on_record, out, err);
    return rc ? rc : wb_buf_check(&out->keys, "keys of listings", err);
}

/* A listing that cannot be read stops itself alone: it is joined when its shop tells it anew. */
static wb_rc
join_one(rejoin *self, wb_stock_change *listing, bool *wanted, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini)
    wb_buf room = {0}; /* as a change of stock has it: what is put moves rows */
    wb_record_row row;
    wb_err why = {0};
    bool found = false;
    wb_rc rc = wb_records_take(txn, listing->shard, listing->record, (wb_record_into){&room, &row},
                               &found, err);

    *wanted = false;
    if (rc || !found)
        return rc;
    listing->row = &row;
    rc = wb_catalogue_rejoin(self->mapper, listing, wanted, txn, &why);
    if (rc == WB_REJECT) {
        wb_log(WB_WARN, "rejoin.unreadable", "record=%.*s why='%s' next='the others'",
               WB_VIEW_ARG(listing->record), why.text);
        return WB_OK;
    }
    return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
}

static wb_rc
join_keys(rejoin *self, place *at, uint16_t shard, const found_keys *found, wb_txn *txn,
          wb_err *err)
{
    const char *key = found->keys.data, *end = key + found->keys.len;
    wb_rc rc = WB_OK;

    while (!rc && key < end) {
        wb_stock_change listing = {.shard = shard, .record = wb_view_of(key)};
        bool wanted = false;

        rc = join_one(self, &listing, &wanted, txn, err);
        wb_buf_clear(&at->record);
        wb_buf_add_view(&at->record, listing.record);
        at->head.looked++;
        at->head.wanted += wanted;
        key += listing.record.len + 1;
    }
    return rc;
}

/* The next listings of the shop that the walk is at, at most `room`. */
static wb_rc
walk_shop(rejoin *self, place *at, size_t room, wb_txn *txn, wb_err *err)
{
    found_keys found = {.room = room};
    uint16_t shard = 0;
    wb_rc rc = wb_catalogue_shard(self->mapper, wb_buf_view(&at->shop), &shard, err);

    if (!rc && wb_ctx_owns(self->mapper->ctx, shard))
        rc = find_keys(at, shard, &found, txn, err);
    if (!rc)
        rc = join_keys(self, at, shard, &found, txn, err);
    at->head.through = found.count < room;
    wb_buf_fini(&found.keys);
    return rc;
}

static void
next_shop(const rejoin *self, place *at)
{
    wb_view shop = wb_stock_shop_behind(self->mapper->stock, wb_buf_view(&at->shop));

    at->head.done = !shop.len;
    at->head.through = 0;
    wb_buf_clear(&at->shop);
    wb_buf_clear(&at->record);
    wb_buf_add_view(&at->shop, shop);
}

/* --- SKUs that have changed --- */

static bool
is_named(const changed *self)
{
    return self->known && !self->many;
}

static void
forget_skus(changed *self)
{
    wb_buf_fini(&self->names);
    *self = (changed){0};
}

static wb_rc
join_sku(rejoin *self, place *at, wb_view sku, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->mapper->catalogue_count; i++) {
        const wb_stock_named named = {self->mapper->catalogues[i], sku, false};
        size_t wanted = 0;

        rc = wb_catalogue_rejoin_sku(self->mapper, &named, &wanted, txn, err);
        at->head.wanted += wanted;
    }
    at->head.looked++;
    return rc;
}

/* The row stays at its beginning until all of them are joined. */
static wb_rc
join_skus(rejoin *self, place *at, wb_txn *txn, wb_err *err)
{
    changed *skus = &self->skus;
    wb_rc rc = WB_OK;

    skus->next = skus->at;
    for (size_t i = 0; !rc && i < CHUNK && skus->next < skus->names.len; i++) {
        wb_view sku = wb_view_of(skus->names.data + skus->next);

        skus->next += sku.len + 1;
        rc = join_sku(self, at, sku, txn, err);
    }
    at->head.done = skus->next == skus->names.len;
    return rc;
}

/* --- the walk --- */

static wb_rc
walk(rejoin *self, place *at, wb_txn *txn, wb_err *err)
{
    uint64_t end = at->head.looked + CHUNK;
    wb_rc rc = WB_OK;

    while (!rc && !at->head.done && at->head.looked < end) {
        if (at->head.through)
            next_shop(self, at);
        else
            rc = walk_shop(self, at, (size_t)(end - at->head.looked), txn, err);
    }
    return rc;
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    rejoin *self = WB_CONTAINER(write, rejoin, write);
    WB_AUTO(place_fini) place at = {0};
    bool found = false;
    wb_rc rc = get_row(txn, &at, &found, err);

    self->on = !rc && found && !at.head.done;
    if (!self->on)
        return rc;
    rc = is_named(&self->skus) ? join_skus(self, &at, txn, err) : walk(self, &at, txn, err);
    self->on = !at.head.done;
    self->looked = at.head.looked;
    self->wanted = at.head.wanted;
    return rc ? rc : put_row(txn, &at, err);
}

static void
go(rejoin *self)
{
    if (self->on)
        wb_timer_start(wb_ctx_loop(self->mapper->ctx), &self->timer, BETWEEN_MS);
}

static void
done(wb_write *write)
{
    rejoin *self = WB_CONTAINER(write, rejoin, write);

    self->queued = false;
    self->skus.at = self->skus.next;
    if (!self->on)
        forget_skus(&self->skus);
    wb_kill_point("mapper.rejoin");
    if (!self->on)
        wb_log(WB_INFO, "rejoin.done", "looked=%llu wanted=%llu", (unsigned long long)self->looked,
               (unsigned long long)self->wanted);
    wb_targets_look(self->mapper);
    go(self);
}

/* --- all of them, for another reason --- */

wb_rc
wb_rejoin_all(wb_mapper *mapper, wb_txn *txn, wb_err *err)
{
    rejoin *self = mapper->rejoin;
    WB_AUTO(place_fini) place at = {.head = {.through = 1}};

    wb_stock_digest(mapper->stock, at.head.digest);
    self->on = self->skus.many = true;
    go(self);
    return put_row(txn, &at, err);
}

/* --- what it depends on has changed --- */

static wb_rc
on_name(void *arg, wb_view name, wb_err *err)
{
    changed *self = arg;

    (void)err;
    if (!self->names.max)
        wb_buf_init(&self->names, SKUS_MAX * (WB_TABLE_CELL_MAX + 1));
    wb_buf_add_view(&self->names, name);
    wb_buf_add_char(&self->names, 0);
    self->many = self->many || ++self->count > SKUS_MAX;
    return WB_OK;
}

typedef struct {
    rejoin *rejoin;
    wb_txn *txn;
} naming;

/* Of a beginning: those that listings have. */
static wb_rc
on_sku(void *arg, wb_view sku, bool prefix, wb_err *err)
{
    const naming *self = arg;
    changed *skus = &self->rejoin->skus;
    wb_rc rc = WB_OK;

    if (!prefix)
        return skus->many ? WB_OK : on_name(skus, sku, err);
    for (size_t i = 0; !rc && !skus->many && i < self->rejoin->mapper->catalogue_count; i++)
        rc = wb_relations_names(
            self->txn,
            &(wb_relation_key){self->rejoin->mapper->catalogues[i], WB_RELATION_LISTINGS, sku},
            on_name, skus, err);
    return rc;
}

/* The new tables count from here on. Where a walk is on, or they cannot be told, all is walked. */
static void
take_tables(rejoin *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    naming to = {.rejoin = self};
    bool walks = self->on && !is_named(&self->skus);
    wb_err err = {0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->mapper->ctx), false, &err);

    to.txn = txn;
    self->skus.many = self->skus.many || rc || walks || self->unnoted;
    self->skus.known = true;
    rc = wb_stock_tables(self->mapper->stock, on_sku, &to, &err);
    self->skus.many = self->skus.many || rc;
}

/* In a transaction of its own, between two turns: what is queued is joined by it already. */
static wb_rc
note(rejoin *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(place_fini) place known = {0};
    WB_AUTO(place_fini) place now = {.head = {.through = 1}};
    bool found = false, same, walks;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->mapper->ctx), true, err);

    wb_stock_digest(self->mapper->stock, now.head.digest);
    if (!rc)
        rc = get_row(txn, &known, &found, err);
    if (rc)
        return rc;
    same = found && !self->unnoted && !memcmp(known.head.digest, now.head.digest, WB_SHA256_LEN);
    walks = same ? !known.head.done
                 : found || wb_stock_shop_behind(self->mapper->stock, WB_VIEW_LIT("")).len > 0;
    if (!same && walks) {
        rc = put_row(txn, &now, err);
        rc = rc ? rc : wb_txn_commit(&txn, err);
    }
    if (rc)
        return rc;
    self->on = walks;
    self->unnoted = false;
    return WB_OK;
}

static wb_rc
look(rejoin *self, wb_err *err)
{
    wb_rc rc = note(self, err);

    if (!rc && self->on)
        wb_log(WB_INFO, "rejoin.begin", "why='what the stock of listings depends on has changed'");
    go(self);
    return rc;
}

/* Until it is noted some may be joined by what nobody knows of: be it the former once more, all is
 * walked. */
static void
look_on(rejoin *self)
{
    wb_err err = {0};

    if (!look(self, &err)) {
        if (!self->on)
            forget_skus(&self->skus);
        return;
    }
    if (!self->unnoted)
        wb_log(WB_ERROR, "rejoin.failed", "why='%s' next=retry in_ms=%d", err.text, FULL_MS);
    self->unnoted = self->skus.many = true;
    wb_timer_start(wb_ctx_loop(self->mapper->ctx), &self->timer, FULL_MS);
}

static void
on_tables(void *arg, const wb_tables *before, const wb_tables *now)
{
    (void)before;
    (void)now;
    take_tables(arg);
    look_on(arg);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    rejoin *self = arg;

    if (wb_store_pressure(wb_ctx_store(self->mapper->ctx), NULL, 0) != WB_PRESSURE_NONE) {
        wb_timer_start(wb_ctx_loop(self->mapper->ctx), timer, FULL_MS);
        return;
    }
    if (self->unnoted) {
        look_on(self);
        return;
    }
    if (self->queued)
        return;
    self->queued = true;
    wb_commit_add(wb_ctx_commit(self->mapper->ctx), &self->write);
}

wb_rc
wb_rejoin_open(wb_mapper *mapper, wb_err *err)
{
    rejoin *self = wb_alloc(sizeof *self);

    self->mapper = mapper;
    self->write = (wb_write){.apply = apply, .done = done};
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    mapper->rejoin = self;
    wb_ctx_on_tables(mapper->ctx, on_tables, self);
    return look(self, err);
}

void
wb_rejoin_close(wb_mapper *mapper)
{
    if (mapper->rejoin) {
        wb_timer_stop(wb_ctx_loop(mapper->ctx), &mapper->rejoin->timer);
        forget_skus(&mapper->rejoin->skus);
    }
    wb_free(&mapper->rejoin);
}

void
wb_rejoin_status(const wb_mapper *mapper, wb_json_writer *out)
{
    const rejoin *self = mapper->rejoin;

    if (!self->on)
        return;
    wb_json_put_key(out, "rejoining");
    wb_json_open(out, '{');
    wb_json_member_int(out, "looked", (int64_t)self->looked);
    wb_json_member_int(out, "wanted", (int64_t)self->wanted);
    wb_json_close(out, '}');
}
