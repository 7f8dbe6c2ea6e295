/* SPDX-License-Identifier: Apache-2.0 */
/*
 * putting back: which records a lost pusher's store makes wanted again, and a walk over all of them
 * in chunks that survives a restart between any two
 */
#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define SHOP "t/shop"
#define ERP "t/erp"
#define OTHER "t/other"

static wb_after_unknown rule;

static int
after_unknown(const void *options)
{
    (void)options;
    return (int)rule;
}

static const wb_connector connector = {.name = "test", .after_unknown = after_unknown};

/* A mapper that routes "shop" to "erp", and knows "other". */
typedef struct {
    rig rig;
    wb_account shop, erp, other;
    wb_mapper_route to_erp[1];
    wb_mapper_routes routes[2];
    wb_mapper mapper;
    wb_target target;
    wb_putback_at at;
} place;

static wb_account
account(const char *key, const char *name)
{
    return (wb_account){.key_view = wb_view_of(key),
                        .tenant = WB_VIEW_LIT("t"),
                        .name = wb_view_of(name),
                        .connector = &connector};
}

static void
open_place(place *self)
{
    *self = (place){.shop = account(SHOP, "shop"),
                    .erp = account(ERP, "erp"),
                    .other = account(OTHER, "other")};
    rig_init(&self->rig);
    self->to_erp[0] = (wb_mapper_route){.kind = WB_RECORD_ORDER, .target = &self->target};
    self->routes[0] =
        (wb_mapper_routes){.account = &self->shop, .routes = self->to_erp, .route_count = 1};
    self->routes[1] = (wb_mapper_routes){.account = &self->other};
    self->mapper.routes_of = wb_map_new();
    wb_map_put(self->mapper.routes_of, self->shop.key_view, &self->routes[0]);
    wb_map_put(self->mapper.routes_of, self->other.key_view, &self->routes[1]);
    self->target.account = &self->erp;
    wb_buf_init(&self->at.record, WB_KEY_MAX);
}

static void
close_place(place *self)
{
    wb_buf_fini(&self->at.record);
    wb_map_destroy(&self->mapper.routes_of);
    rig_fini(&self->rig);
}

typedef struct {
    const char *origin;
    uint64_t revision, wanted;
    const char *target; /* that it has an exception for; NULL = none */
    wb_outcome outcome;
    bool waits; /* its outbox row is there */
    const char *reason;
} known;

static void
put_record(place *self, wb_txn *txn, uint16_t shard, const char *record, const known *row)
{
    wb_record_row put = {.revision = row->revision,
                         .kind = WB_RECORD_ORDER,
                         .routed = row->wanted > 0,
                         .wanted = row->wanted,
                         .observation_count = 1,
                         .observations = {{.origin = wb_view_of(row->origin)}},
                         .canonical = WB_VIEW_LIT("bytes")};
    wb_outbox_row waits = {.shard = shard,
                           .target = WB_VIEW_LIT(ERP),
                           .record = wb_view_of(record),
                           .revision = row->wanted,
                           .header = WB_VIEW_LIT("former")};

    if (row->target) {
        put.delivery_count = 1;
        put.deliveries[0] =
            (wb_record_delivery){.target = wb_view_of(row->target),
                                 .outcome = row->outcome,
                                 .revision = row->wanted,
                                 .reason = wb_view_of(row->reason ? row->reason : "")};
    }
    rig_ok(&self->rig, wb_records_put(txn, shard, wb_view_of(record), &put, &self->rig.err));
    if (row->waits)
        rig_ok(&self->rig, wb_outbox_put(txn, &waits, &self->rig.err));
}

static void
put_one(place *self, const known *row)
{
    wb_txn *txn = rig_begin(&self->rig, true);

    put_record(self, txn, 3, "t/shop/order/1", row);
    rig_commit(&self->rig, &txn);
}

/* One transaction of the walk; true at its end. */
static bool
step(place *self, const wb_putback_bounds *bounds)
{
    wb_txn *txn = rig_begin(&self->rig, true);
    uint64_t looked = self->at.looked, put = self->at.put;

    rig_ok(&self->rig, wb_putback_step(&self->target, bounds, &self->at, txn, &self->rig.err));
    rig_commit(&self->rig, &txn);
    ck_assert_uint_le(self->at.looked - looked, WB_STORE_CHUNK_MAX);
    ck_assert_uint_le(self->at.put - put, bounds->room);
    return self->at.end;
}

/* --- which --- */

static const struct {
    const char *label;
    known row;
    bool settles, parks; /* put back: a target that can tell; one that cannot */
} rows[] = {
    {"delivered",                 {SHOP, 7, 7, NULL, WB_OUTCOME_NONE, false, NULL},     true,  false},
    {"held at the pusher",        {SHOP, 7, 7, ERP, WB_OUTCOME_HELD, false, NULL},      true,  true },
    {"parked at the pusher",      {SHOP, 7, 7, ERP, WB_OUTCOME_PARKED, false, NULL},    true,  true },
    {"its order is waited for",
     {SHOP, 7, 7, ERP, WB_OUTCOME_HELD, false, "after t/shop/order/0"},
     false,                                                                                    false},
    {"its order is not known",
     {SHOP, 7, 7, ERP, WB_OUTCOME_HELD, false, "its order is not known (yet)"},
     false,                                                                                    false},
    {"held at another's",         {SHOP, 7, 7, OTHER, WB_OUTCOME_HELD, false, NULL},    true,  false},
    {"on its way",                {SHOP, 7, 7, NULL, WB_OUTCOME_NONE, true, NULL},      false, false},
    {"on its way, held before",   {SHOP, 7, 7, ERP, WB_OUTCOME_HELD, true, NULL},       false, false},
    {"never wanted",              {SHOP, 7, 0, NULL, WB_OUTCOME_NONE, false, NULL},     false, false},
    {"not routed there",          {OTHER, 7, 7, NULL, WB_OUTCOME_NONE, false, NULL},    false, false},
    {"account not configured",    {"t/gone", 7, 7, NULL, WB_OUTCOME_NONE, false, NULL}, false, false},
    {"newer one is not to go",    {SHOP, 8, 7, NULL, WB_OUTCOME_NONE, false, NULL},     false, false},
    {"held, newer one not to go", {SHOP, 8, 7, ERP, WB_OUTCOME_HELD, false, NULL},      true,  true },
};

static const wb_shard_claim one_claim[] = {
    {3, 1}
};

START_TEST(what_the_store_may_no_longer_prove_is_put_back)
{
    bool parking = _i >= (int)WB_COUNT(rows);
    size_t at = (size_t)_i % WB_COUNT(rows);
    wb_putback_bounds few;
    bool wanted = parking ? rows[at].parks : rows[at].settles;
    place self;
    wb_outbox_row out = {0};
    wb_record_row record = {0};
    bool found = false;
    wb_txn *txn;

    rule = parking ? WB_UNKNOWN_PARK : WB_UNKNOWN_PROBE;
    open_place(&self);
    put_one(&self, &rows[at].row);
    few = (wb_putback_bounds){&self.mapper, one_claim, 1, 10};
    while (!step(&self, &few))
        ;
    ck_assert_msg(self.at.put == wanted, "%s", rows[at].label);
    txn = rig_begin(&self.rig, false);
    rig_ok(&self.rig, wb_outbox_get(txn,
                                    (wb_outbox_key){WB_VIEW_LIT(ERP), rows[at].row.wanted,
                                                    WB_VIEW_LIT("t/shop/order/1")},
                                    &out, &found, &self.rig.err));
    ck_assert_msg(found == (wanted || rows[at].row.waits), "%s", rows[at].label);
    if (wanted) {
        ck_assert(out.handed && out.priority == WB_PRIORITY_BACKFILL && out.shard == 3);
        rig_ok(&self.rig, wb_records_get(txn, 3, WB_VIEW_LIT("t/shop/order/1"), &record, &found,
                                         &self.rig.err));
        /* what was said of the former sending is said no more; of another target it stays */
        ck_assert_uint_eq(record.delivery_count,
                          rows[at].row.target != NULL && strcmp(rows[at].row.target, ERP) != 0);
    }
    wb_txn_abort(&txn);
    close_place(&self);
}
END_TEST

START_TEST(the_header_is_a_wanted_state_that_may_have_left)
{
    static const known held = {SHOP, 7, 7, ERP, WB_OUTCOME_HELD, false, NULL};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_outbox_row out = {0};
    bool found = false;
    place self;
    wb_txn *txn;

    rule = WB_UNKNOWN_RESEND;
    open_place(&self);
    put_one(&self, &held);
    ck_assert(!step(&self, &(wb_putback_bounds){&self.mapper, one_claim, 1, 10}));
    txn = rig_begin(&self.rig, false);
    rig_ok(&self.rig,
           wb_outbox_get(txn, (wb_outbox_key){WB_VIEW_LIT(ERP), 7, WB_VIEW_LIT("t/shop/order/1")},
                         &out, &found, &self.rig.err));
    rig_ok(&self.rig, wb_envelope_decode(&env, out.header, WB_VIEW_LIT("bytes"), &self.rig.err));
    wb_txn_abort(&txn);
    ck_assert(env->kind == WB_KIND_WANT && env->again && env->revision == 7);
    ck_assert(env->priority == WB_PRIORITY_BACKFILL && env->record_kind == WB_RECORD_ORDER);
    ck_assert(wb_view_is(env->account, "shop") && wb_view_is(env->tenant, "t"));
    ck_assert(wb_view_is(env->target, ERP) && wb_view_is(env->connector, "test"));
    close_place(&self);
}
END_TEST

/* --- the walk --- */

#define MANY 2345

static const wb_shard_claim claims[] = {
    {1, 1},
    {3, 1},
    {7, 1}
};

static void
fill_many(place *self)
{
    static const known delivered = {SHOP, 7, 7, NULL, WB_OUTCOME_NONE, false, NULL};
    static const known others = {OTHER, 7, 7, NULL, WB_OUTCOME_NONE, false, NULL};
    wb_txn *txn = rig_begin(&self->rig, true);
    char record[64];

    for (size_t i = 0; i < MANY; i++) {
        snprintf(record, sizeof record, "t/shop/order/%zu", i);
        /* shard 2 is not ours, 3 has none, and every third of shard 7 goes elsewhere */
        put_record(self, txn,
                   i % 5 == 0  ? 2
                   : i % 5 < 3 ? 1
                               : 7,
                   record, i % 5 > 2 && i % 3 == 0 ? &others : &delivered);
    }
    rig_commit(&self->rig, &txn);
}

static wb_rc
count_row(void *arg, const wb_outbox_row *row, wb_err *err)
{
    (void)err;
    ck_assert(row->shard == 1 || row->shard == 7);
    ++*(size_t *)arg;
    return WB_OK;
}

/* The place where it was comes from elsewhere, as after a start. */
static void
restart(place *self)
{
    wb_putback_at at = {.looked = self->at.looked, .put = self->at.put, .shard = self->at.shard};

    wb_buf_init(&at.record, WB_KEY_MAX);
    wb_buf_add_view(&at.record, wb_buf_view(&self->at.record));
    wb_buf_fini(&self->at.record);
    self->at = at;
    rig_reopen(&self->rig);
}

START_TEST(a_walk_in_chunks_puts_each_record_back_once)
{
    static const size_t rooms[] = {256, 40, 5000};
    wb_putback_bounds bounds = {NULL, claims, WB_COUNT(claims), rooms[_i]};
    size_t expected = 0, steps = 0, there = 0;
    place self;
    wb_txn *txn;

    rule = WB_UNKNOWN_RESEND;
    open_place(&self);
    bounds.mapper = &self.mapper;
    fill_many(&self);
    for (size_t i = 0; i < MANY; i++)
        expected += i % 5 && !(i % 5 > 2 && i % 3 == 0);
    while (!step(&self, &bounds)) {
        if (++steps % 8 == 1)
            restart(&self);
        ck_assert_uint_lt(steps, 2 * MANY);
    }
    txn = rig_begin(&self.rig, false);
    rig_ok(&self.rig, wb_outbox_scan(txn, (wb_outbox_key){WB_VIEW_LIT(ERP), 0, (wb_view){0}},
                                     count_row, &there, &self.rig.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(there, expected);
    ck_assert_uint_eq(self.at.put, expected);
    close_place(&self);
}
END_TEST

/* A commit that did not come about: the same chunk once more changes nothing twice. */
START_TEST(a_chunk_that_was_not_committed_is_done_again)
{
    wb_putback_bounds bounds = {NULL, claims, WB_COUNT(claims), 100};
    size_t there = 0;
    place self;
    wb_txn *txn;

    rule = WB_UNKNOWN_RESEND;
    open_place(&self);
    bounds.mapper = &self.mapper;
    fill_many(&self);
    txn = rig_begin(&self.rig, true);
    rig_ok(&self.rig, wb_putback_step(&self.target, &bounds, &self.at, txn, &self.rig.err));
    wb_txn_abort(&txn); /* and with it the place where it was */
    wb_buf_clear(&self.at.record);
    self.at.looked = self.at.put = self.at.shard = 0;
    ck_assert(!step(&self, &bounds));
    txn = rig_begin(&self.rig, false);
    rig_ok(&self.rig, wb_outbox_scan(txn, (wb_outbox_key){WB_VIEW_LIT(ERP), 0, (wb_view){0}},
                                     count_row, &there, &self.rig.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(there, 100);
    close_place(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_the_store_may_no_longer_prove_is_put_back,  2 * (int)WB_COUNT(rows)},
        {the_header_is_a_wanted_state_that_may_have_left, 0                      },
        {a_walk_in_chunks_puts_each_record_back_once,     3                      },
        {a_chunk_that_was_not_committed_is_done_again,    0                      },
        {NULL,                                            0                      },
    };

    return wb_suite_run("actors.mapper.putback", tests);
}
