/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue: stock and listings as they are told, one after the other, and what their channel is
 * told then
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define FAIR "default/fair"
#define L1 "default/fair/listing/L1"
/* The stock of the barn feeds what the fair shows. */
#define JOINED                                                                                     \
    KIT_STALL("barn")                                                                              \
    KIT_STALL("fair") "routes:\n  - {from: barn, kind: inventory, to: fair}\n"

#define STEPS_MAX 6
#define FILTERED WB_OUTCOME_FILTERED
#define HANDED_ON WB_OUTCOME_HANDED_ON
#define UNCHANGED WB_OUTCOME_UNCHANGED
#define STALE WB_OUTCOME_STALE

/* Stock of a SKU in the warehouse W1, W2; a listing. */
#define STOCK(place, sku_, count, at)                                                              \
    {                                                                                              \
        .account = "barn", .id = place, .sku = sku_, .number = count, .updated = at                \
    }
#define LISTING(id_, sku_, at)                                                                     \
    {                                                                                              \
        .account = "fair", .id = id_, .sku = sku_, .listing = true, .updated = at                  \
    }

/* What is told, what becomes of it, and how many words to the channel come of it, the last of which
 * says so many pieces. */
typedef struct {
    kit_word word;
    wb_outcome outcome;
    size_t words;
    int64_t pieces;
} told;

static const struct {
    const char *label;
    told steps[STEPS_MAX];
} plays[] = {
    {"before its stock",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0}, {STOCK("W1", "A", 5, 2), HANDED_ON, 1, 5}}},
    {"after its stock",
     {{STOCK("W1", "A", 5, 1), FILTERED, 0, 0}, {LISTING("L1", "A", 2), HANDED_ON, 1, 5}}},
    {"told twice",
     {{STOCK("W1", "A", 5, 1), FILTERED, 0, 0},
      {LISTING("L1", "A", 2), HANDED_ON, 1, 5},
      {LISTING("L1", "A", 2), UNCHANGED, 0, 0},
      {LISTING("L1", "A", 3), UNCHANGED, 0, 0},
      {STOCK("W1", "A", 5, 4), UNCHANGED, 0, 0}}                                         },
    {"an older word of it",
     {{STOCK("W1", "A", 5, 1), FILTERED, 0, 0},
      {STOCK("W2", "B", 7, 1), FILTERED, 0, 0},
      {LISTING("L1", "A", 4), HANDED_ON, 1, 5},
      {LISTING("L1", "B", 3), STALE, 0, 0},
      {STOCK("W2", "B", 8, 5), FILTERED, 0, 0}}                                          },
    {"an older word of stock",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0},
      {STOCK("W1", "A", 5, 4), HANDED_ON, 1, 5},
      {STOCK("W1", "A", 9, 3), STALE, 0, 0},
      {STOCK("W2", "A", 1, 3), HANDED_ON, 1, 6}}                                         },
    {"offered no more, and again",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0},
      {STOCK("W1", "A", 5, 2), HANDED_ON, 1, 5},
      {{"fair", "L1", "A", 0, true, true, 3, 0}, FILTERED, 0, 0},
      {STOCK("W1", "A", 9, 4), FILTERED, 0, 0},
      {LISTING("L1", "A", 5), HANDED_ON, 1, 9}}                                          },
    {"another SKU",
     {{STOCK("W1", "A", 5, 1), FILTERED, 0, 0},
      {STOCK("W2", "B", 7, 1), FILTERED, 0, 0},
      {LISTING("L1", "A", 2), HANDED_ON, 1, 5},
      {LISTING("L1", "B", 3), HANDED_ON, 1, 7},
      {STOCK("W1", "A", 6, 4), FILTERED, 0, 0},
      {STOCK("W2", "B", 8, 5), HANDED_ON, 1, 8}}                                         },
    {"its stock is of another SKU then",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0},
      {STOCK("W1", "A", 5, 2), HANDED_ON, 1, 5},
      {STOCK("W2", "A", 2, 3), HANDED_ON, 1, 7},
      {STOCK("W1", "B", 9, 4), HANDED_ON, 1, 2},
      {STOCK("W2", "B", 9, 5), FILTERED, 0, 0},
      {STOCK("W1", "A", 4, 6), HANDED_ON, 1, 4}}                                         },
    {"two listings of a SKU",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0},
      {LISTING("L2", "A", 1), FILTERED, 0, 0},
      {STOCK("W1", "A", 5, 2), HANDED_ON, 2, 5},
      {STOCK("W2", "A", 2, 3), HANDED_ON, 2, 7}}                                         },
    {"stock of a SKU that nobody lists",
     {{STOCK("W1", "A", 5, 1), FILTERED, 0, 0}, {STOCK("W1", "A", 6, 2), FILTERED, 0, 0}}},
    {"no stock was told",                {{LISTING("L1", "A", 1), FILTERED, 0, 0}}       },
    {"a number was not told",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0},
      {STOCK("W1", "A", KIT_UNTOLD, 2), FILTERED, 0, 0},
      {STOCK("W2", "A", 3, 3), FILTERED, 0, 0},
      {STOCK("W1", "A", 0, 4), HANDED_ON, 1, 3}}                                         },
    {"zero that was told",
     {{LISTING("L1", "A", 1), FILTERED, 0, 0}, {STOCK("W1", "A", 0, 2), HANDED_ON, 1, 0}}},
};

static kit self;

/* How many pieces the last word to the channel says. */
static int64_t
pieces(void)
{
    const wb_envelope *env = kit_last_sent();
    wb_listing listing;
    wb_err err = {0};

    ck_assert(env->record_kind == WB_RECORD_LISTING && wb_view_is(env->target, FAIR));
    ck_assert_msg(
        !wb_canonical_decode(wb_listing_fields, env->body, &listing, sizeof listing, &err), "%s",
        err.text);
    ck_assert(listing.wanted.quantity.known);
    return listing.wanted.quantity.value;
}

START_TEST(what_is_told_and_what_is_wanted_then)
{
    kit_open(&self, JOINED);
    for (size_t n = 0; n < STEPS_MAX && plays[_i].steps[n].word.id; n++) {
        const told *step = &plays[_i].steps[n];

        kit_tell(&self, n, &step->word);
        ck_assert_msg(kit_outcome[n] == step->outcome, "%s, %zu: %s", plays[_i].label, n,
                      wb_outcome_name(kit_outcome[n]));
        ck_assert_msg(kit_waiting(FAIR) == step->words && kit_waiting(NULL) == step->words,
                      "%s, %zu: %zu words", plays[_i].label, n, kit_waiting(NULL));
        if (step->words)
            ck_assert_msg(pieces() == step->pieces, "%s, %zu", plays[_i].label, n);
        while (kit_waiting(FAIR))
            kit_receipt(&self, FAIR, HANDED_ON);
        ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    }
    ck_assert_uint_eq(kit_parked(&self), 0);
    kit_close(&self);
}
END_TEST

static void
tell_listing_and_stock(int64_t count)
{
    kit_tell(&self, 0, &(kit_word)LISTING("L1", "A", 1));
    kit_tell(&self, 1, &(kit_word)STOCK("W1", "A", count, 2));
    ck_assert_int_eq(pieces(), count);
}

/* Everything behind the mapper compares revisions: the listing's rises with each number, also where
 * it is told at a time that has been. */
START_TEST(each_number_is_a_revision)
{
    uint64_t revision = 0;
    int64_t now_us = wb_now_utc_us();

    kit_open(&self, JOINED);
    tell_listing_and_stock(5);
    for (int i = 0; i < 3; i++) {
        const wb_record_row *row = kit_record(&self, L1);

        ck_assert_uint_gt(row->revision, revision);
        ck_assert_uint_eq(row->revision, row->wanted);
        ck_assert_uint_eq(row->revision, kit_last_sent()->revision);
        ck_assert_int_ge(row->changed_utc_us, now_us);
        revision = row->revision;
        kit_tell(&self, (size_t)i + 2, &(kit_word)STOCK("W1", "A", 6 + i, 3 + i));
    }
    kit_close(&self);
}
END_TEST

/* What waits, or is held at the pusher, is the newest: an older number is wanted no more. */
START_TEST(a_number_replaces_the_one_that_waits)
{
    kit_open(&self, JOINED);
    kit_tell(&self, 0, &(kit_word)LISTING("L1", "A", 1));
    kit_room = 0;
    kit_tell(&self, 1, &(kit_word)STOCK("W1", "A", 5, 2));
    kit_tell(&self, 2, &(kit_word)STOCK("W1", "A", 4, 3));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    kit_room = 10;
    kit_restart(&self);
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(FAIR), 1);
    ck_assert_int_eq(pieces(), 4);
    kit_close(&self);
}
END_TEST

/* A shop that no other route leads to than that of its stock: what its pusher lost is put back. */
START_TEST(what_a_lost_pusher_held_is_wanted_once_more)
{
    kit_open(&self, JOINED);
    tell_listing_and_stock(5);
    kit_receipt(&self, FAIR, WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    kit_lose_pusher(&self);
    ck_assert_uint_eq(kit_waiting(FAIR), 1);
    ck_assert(kit_last_sent()->again);
    ck_assert_int_eq(pieces(), 5);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {what_is_told_and_what_is_wanted_then,        WB_COUNT(plays)},
        {each_number_is_a_revision,                   0              },
        {a_number_replaces_the_one_that_waits,        0              },
        {what_a_lost_pusher_held_is_wanted_once_more, 0              },
        {NULL,                                        0              },
    };

    return wb_suite_run("actors.mapper.catalogue", cases);
}
