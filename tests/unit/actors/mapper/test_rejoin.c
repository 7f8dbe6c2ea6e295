/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejoin: routes of stock and tables of SKUs change, and what does not change by itself follows
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "protocol/base/own.h"
#include "storage/records.h"
#include "storage/vault.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define FAIR "default/fair"
#define STALLS KIT_STALL("barn") KIT_STALL("yard") KIT_STALL("fair") KIT_STALL("market") "routes:\n"
#define ALONE STALLS "  - {from: barn, kind: inventory, to: market}\n"
#define BARN STALLS "  - {from: barn, kind: inventory, to: fair}\n"
#define BOTH BARN "  - {from: yard, kind: inventory, to: fair}\n"
#define MANY 600

static kit self;

static void
tell_stock(size_t n, const char *account, const char *sku, int64_t count)
{
    kit_tell(
        &self, n,
        &(kit_word){
            .account = account, .id = sku, .sku = sku, .number = count, .updated = (int)n + 1});
}

static void
tell_listing(size_t n, const char *id, const char *sku)
{
    kit_tell(&self, n,
             &(kit_word){
                 .account = "fair", .id = id, .sku = sku, .listing = true, .updated = (int)n + 1});
}

/* What the fair is to show of a listing; KIT_UNTOLD = nothing. */
static int64_t
wanted(const char *id)
{
    char key[64];
    wb_listing listing;
    wb_err err = {0};

    snprintf(key, sizeof key, FAIR "/listing/%s", id);
    const wb_record_row *row = kit_record(&self, key);
    ck_assert(
        !wb_canonical_decode(wb_listing_fields, row->canonical, &listing, sizeof listing, &err));
    return listing.wanted.quantity.known ? listing.wanted.quantity.value : KIT_UNTOLD;
}

static bool
walks(void)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 1024);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_rejoin_status(&self.mapper, &out);
    wb_json_close(&out, '}');
    return text.len > 2;
}

/* The walk is through, and all that waits has arrived; how much it was. */
static size_t
arrive(void)
{
    size_t count = 0;
    wb_err err = {0};

    kit_done();
    while (walks())
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 5, &err), "%s", err.text);
    kit_look(&self);
    for (; kit_waiting(FAIR); count++)
        kit_receipt(&self, FAIR, WB_OUTCOME_HANDED_ON);
    return count;
}

/* One transaction of the walk. */
static void
step(void)
{
    wb_commit_stats before, now = {0};
    wb_err err = {0};

    kit_done();
    wb_commit_stat(self.ctx.commit, &before);
    while (now.commits <= before.commits) {
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 5, &err), "%s", err.text);
        wb_commit_stat(self.ctx.commit, &now);
    }
    ck_assert_uint_eq(now.commits, before.commits + 1);
}

/* --- routes --- */

START_TEST(a_route_that_is_switched_off)
{
    kit_open(&self, STALLS "  - {from: barn, kind: inventory, to: fair, enabled: false}\n");
    tell_listing(0, "L1", "A");
    tell_stock(1, "barn", "A", 5);
    ck_assert_int_eq(wanted("L1"), KIT_UNTOLD);
    kit_restart_as(&self, BARN);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 5);
    kit_close(&self);
}
END_TEST

START_TEST(a_route_comes_and_another_goes)
{
    kit_open(&self, ALONE);
    ck_assert(walks()); /* a store that has never been asked */
    tell_listing(0, "L1", "A");
    tell_stock(1, "barn", "A", 5);
    tell_stock(2, "yard", "A", 2);
    ck_assert_int_eq(wanted("L1"), KIT_UNTOLD);
    ck_assert_uint_eq(arrive(), 0);
    kit_restart_as(&self, BARN);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 5);
    kit_restart_as(&self, BOTH);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 7);
    kit_restart_as(&self, BARN);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 5);
    kit_restart_as(&self, ALONE); /* nobody knows: zero needs proof */
    ck_assert(walks());
    ck_assert_uint_eq(arrive(), 0);
    ck_assert_int_eq(wanted("L1"), 5);
    ck_assert(!walks());
    kit_close(&self);
}
END_TEST

START_TEST(nothing_is_walked_for_nothing)
{
    kit_open(&self, BOTH);
    tell_listing(0, "L1", "A");
    tell_stock(1, "barn", "A", 5);
    ck_assert_uint_eq(arrive(), 1);
    kit_restart(&self);
    ck_assert(!walks());
    kit_restart_as(&self, STALLS "  - {from: yard, kind: inventory, to: fair}\n"
                                 "  - {from: barn, kind: inventory, to: fair}\n");
    ck_assert(!walks());
    kit_close(&self);
    kit_open(&self, STALLS "  - {from: fair, kind: listing, to: market}\n"); /* no stock at all */
    ck_assert(!walks());
    kit_close(&self);
}
END_TEST

/* Where the walk was broken off says the store; each listing is wanted once. */
START_TEST(it_is_ended_between_any_two_steps)
{
    char id[16];
    size_t steps = 0;

    kit_open(&self, ALONE);
    tell_stock(0, "barn", "A", 5);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "L%zu", i);
        kit_tell(&self, 1, &(kit_word){"fair", id, "A", 0, true, false, 2, 0});
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    kit_room = 0;
    kit_restart_as(&self, BARN);
    while (walks()) {
        size_t before = kit_rows(&self, WB_DB_OUTBOX);

        step();
        ck_assert_uint_le(kit_rows(&self, WB_DB_OUTBOX), before + 256);
        kit_restart(&self);
        ck_assert_uint_lt(++steps, 10);
    }
    ck_assert_uint_eq(steps, (MANY + 255) / 256);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), MANY);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "L%zu", i);
        ck_assert_int_eq(wanted(id), 5);
    }
    kit_close(&self);
}
END_TEST

/* The rules changed and changed back while the walk by the first change was on, or had not begun:
 * some listings are by rules that hold no more. */
START_TEST(back_to_the_former_in_the_middle)
{
    char id[16];

    kit_open(&self, BARN);
    tell_stock(0, "barn", "A", 5);
    tell_stock(1, "yard", "A", 2);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "L%zu", i);
        kit_tell(&self, 2, &(kit_word){"fair", id, "A", 0, true, false, 3, 0});
    }
    ck_assert_uint_eq(arrive(), MANY);
    kit_restart_as(&self, BOTH);
    if (_i)
        step();
    kit_restart_as(&self, BARN);
    ck_assert(walks());
    ck_assert_uint_eq(arrive(), _i ? 512 : 0);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "L%zu", i);
        ck_assert_int_eq(wanted(id), 5);
    }
    ck_assert(!walks());
    kit_close(&self);
}
END_TEST

/* One whose bytes a disk has broken holds up nobody. */
START_TEST(a_listing_that_cannot_be_read)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_record_row row;
    wb_err err = {0};

    kit_open(&self, ALONE);
    tell_stock(0, "barn", "A", 5);
    tell_listing(1, "L1", "A");
    tell_listing(2, "L2", "A");
    row = *kit_record(&self, FAIR "/listing/L1");
    row.canonical = WB_VIEW_LIT("\xc1");
    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_records_put(txn, 0, WB_VIEW_LIT(FAIR "/listing/L1"), &row, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    kit_restart_as(&self, BARN);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L2"), 5);
    kit_close(&self);
}
END_TEST

/* --- tables --- */

static char folder[64], yaml[1024];

static void
make_table(const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/skus.csv", folder);
    file = fopen(path, "w");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
}

static void
open_with_table(const char *text)
{
    snprintf(folder, sizeof folder, "/tmp/wb-rejoin-XXXXXX");
    ck_assert(folder_make(folder) != NULL);
    snprintf(yaml, sizeof yaml,
             STALLS "  - {from: barn, kind: inventory, to: fair, skus: skus}\n"
                    "tables: {skus: {file: %s/skus.csv}}\n",
             folder);
    make_table(text);
    kit_open(&self, yaml);
}

START_TEST(a_table_is_reloaded)
{
    open_with_table("sku,master\nA1,A\nB1,B\n");
    tell_listing(0, "L1", "A1");
    tell_listing(1, "L2", "B1");
    tell_listing(2, "L3", "B2");
    tell_stock(3, "barn", "A", 5);
    tell_stock(4, "barn", "B", 2);
    ck_assert_uint_eq(arrive(), 2);
    ck_assert_int_eq(wanted("L2"), 2);
    ck_assert_int_eq(wanted("L3"), KIT_UNTOLD);
    make_table("sku,master\nA1,A\nB1,B\nB2,B\n"); /* one row: its listing alone */
    kit_reload_tables(&self, yaml);
    ck_assert(walks());
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L3"), 2);
    ck_assert(!walks());
    make_table("sku,master\nA1,A\nB1,A\n");
    kit_restart_as(&self, yaml); /* it is met at a start, too */
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L2"), 5);
    ck_assert_int_eq(wanted("L3"), 2); /* known to nobody any more */
    tell_stock(5, "barn", "A", 6);
    ck_assert_uint_eq(arrive(), 2);
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* As if a number had been told that nothing explains: who looks at the listing sees it. */
static void
spoil(const char *id)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf canonical = {0};
    wb_record_row row;
    char key[64];
    wb_err err = {0};

    snprintf(key, sizeof key, FAIR "/listing/%s", id);
    wb_buf_init(&canonical, WB_ORDER_MAX);
    row = *kit_record(&self, key);
    ck_assert(!wb_stock_want(&row, 99, &canonical, &err));
    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_records_put(txn, 0, wb_view_of(key), &row, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
}

static const struct {
    const char *label, *now;
    size_t arrives;
    int64_t wanted[3]; /* of L2, L3, L4 */
} changes[] = {
    {"rows in another order",  "sku,master\nB1,B\nA1,A\n",              0, {2, KIT_UNTOLD, KIT_UNTOLD}},
    {"a row more",             "sku,master\nA1,A\nB1,B\nB2,B\n",        1, {2, 2, KIT_UNTOLD}         },
    {"a row more for many",    "sku,master\nA1,A\nB1,B\nB*,A\n",        2, {2, 5, 5}                  },
    {"one is made of another", "sku,master\nA1,A\nB1,A\n",              1, {5, KIT_UNTOLD, KIT_UNTOLD}},
    {"of two pieces",          "sku,master,quantity\nA1,A,1\nB1,B,2\n", 1, {1, KIT_UNTOLD, KIT_UNTOLD}},
    {"a bundle",               "sku,master\nA1,A\nB1,B\nB2,A\nB2,B\n",  1, {2, 2, KIT_UNTOLD}         },
};

/* Those that it says another thing of are joined, and no others: L1 stays as it is. */
START_TEST(what_a_table_does_not_change_is_not_looked_at)
{
    open_with_table("sku,master\nA1,A\nB1,B\n");
    tell_listing(0, "L1", "A1");
    tell_listing(1, "L2", "B1");
    tell_listing(2, "L3", "B2");
    tell_listing(3, "L4", "B33");
    tell_stock(4, "barn", "A", 5);
    tell_stock(5, "barn", "B", 2);
    ck_assert_uint_eq(arrive(), 2);
    spoil("L1");
    make_table(changes[_i].now);
    kit_reload_tables(&self, yaml);
    ck_assert_msg(arrive() == changes[_i].arrives, "%s", changes[_i].label);
    ck_assert_int_eq(wanted("L1"), 99);
    ck_assert_int_eq(wanted("L2"), changes[_i].wanted[0]);
    ck_assert_int_eq(wanted("L3"), changes[_i].wanted[1]);
    ck_assert_int_eq(wanted("L4"), changes[_i].wanted[2]);
    ck_assert(!walks());
    kit_restart(&self);
    ck_assert(!walks());
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* Which they were is not stored: who comes after looks at all. */
START_TEST(it_is_ended_before_the_changed_ones_are_joined)
{
    open_with_table("sku,master\nA1,A\n");
    tell_listing(0, "L1", "A1");
    tell_listing(1, "L2", "B1");
    tell_stock(2, "barn", "A", 5);
    ck_assert_uint_eq(arrive(), 1);
    spoil("L1");
    make_table("sku,master\nA1,A\nB1,A\n");
    kit_reload_tables(&self, yaml);
    kit_restart(&self);
    ck_assert(walks());
    ck_assert_uint_eq(arrive(), 2);
    ck_assert_int_eq(wanted("L1"), 5);
    ck_assert_int_eq(wanted("L2"), 5);
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* More than a transaction takes, and another change in the middle of them. */
START_TEST(many_rows_of_a_table)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    char id[16];

    open_with_table("sku,master\n");
    tell_stock(0, "barn", "A", 5);
    wb_buf_init(&text, 65536);
    wb_buf_add_text(&text, "sku,master\n");
    for (size_t i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "L%zu", i);
        kit_tell(&self, 1, &(kit_word){"fair", id, id, 0, true, false, 2, 0});
        wb_buf_addf(&text, "%s,A\n", id);
    }
    ck_assert_uint_eq(arrive(), 0);
    make_table(wb_buf_text(&text));
    kit_reload_tables(&self, yaml);
    step();
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 256);
    wb_buf_add_text(&text, "L0,B\n");
    make_table(wb_buf_text(&text));
    kit_reload_tables(&self, yaml);
    ck_assert_uint_eq(arrive(), MANY);
    ck_assert_int_eq(wanted("L599"), 5);
    ck_assert_int_eq(wanted("L0"), 5); /* a part of it was never read */
    ck_assert(!walks());
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* A table that was met at a start has all of them walked, and so it stays when it changes again
 * before the walk is through. */
START_TEST(a_table_changes_during_a_walk)
{
    open_with_table("sku,master\nA1,A\nB1,B\n");
    tell_listing(0, "L1", "A1");
    tell_listing(1, "L2", "B1");
    tell_stock(2, "barn", "A", 5);
    tell_stock(3, "barn", "B", 2);
    ck_assert_uint_eq(arrive(), 2);
    make_table("sku,master\nA1,B\nB1,B\n");
    kit_restart_as(&self, yaml);
    make_table("sku,master\nA1,B\nB1,A\n");
    kit_reload_tables(&self, yaml);
    ck_assert_uint_eq(arrive(), 2);
    ck_assert_int_eq(wanted("L1"), 2);
    ck_assert_int_eq(wanted("L2"), 5);
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* The disk has no room for more than the store has, all of which is used up. */
static void
fill_disk(void)
{
    WB_AUTO(wb_buf_fini) wb_buf filler = {0};
    size_t len = (size_t)1 << 20, n = 0;
    char name[128];
    struct rlimit limit;
    struct stat st;
    wb_err err = {0};

    kit_done();
    snprintf(name, sizeof name, "%s/data.mdb", self.dir);
    ck_assert(!stat(name, &st) && !getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = (rlim_t)st.st_size;
    ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && !setrlimit(RLIMIT_FSIZE, &limit));
    wb_buf_init(&filler, len);
    for (size_t i = 0; i < len; i++)
        wb_buf_add_char(&filler, 'x');
    while (len) {
        WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
        wb_rc rc;

        snprintf(name, sizeof name, "filler/%zu", n++);
        ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
        rc = wb_meta_put(txn, wb_view_of(name), (wb_view){filler.data, len}, &err);
        rc = rc ? rc : wb_txn_commit(&txn, &err);
        ck_assert(!rc || rc == WB_FULL);
        if (rc)
            len /= 2;
    }
}

static void
free_disk(void)
{
    struct rlimit limit;

    ck_assert(!getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = limit.rlim_max;
    ck_assert(!setrlimit(RLIMIT_FSIZE, &limit));
}

/* The change could not be noted: it is, as soon as there is room, and then all is joined by it. */
START_TEST(a_table_is_reloaded_on_a_full_disk)
{
    wb_err err = {0};

    open_with_table("sku,master\nA1,A\n");
    tell_listing(0, "L1", "A1");
    tell_stock(1, "barn", "A", 5);
    tell_stock(2, "barn", "B", 2);
    ck_assert_uint_eq(arrive(), 1);
    fill_disk();
    make_table("sku,master\nA1,B\n");
    kit_reload_tables(&self, yaml);
    ck_assert(!walks());
    if (_i) {
        make_table("sku,master\nA1,A\n"); /* in between some may have been joined by the other */
        kit_reload_tables(&self, yaml);
    }
    free_disk();
    for (int i = 0; i < 50 && !walks(); i++)
        ck_assert(!wb_loop_turn(self.ctx.loop, 100, &err));
    ck_assert(walks());
    ck_assert_uint_eq(arrive(), _i ? 0 : 1);
    ck_assert_int_eq(wanted("L1"), _i ? 5 : 2);
    kit_restart(&self);
    ck_assert(!walks());
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* Another change while a walk is on, and a kill between the change and its first step. */
START_TEST(a_table_is_reloaded_twice)
{
    open_with_table("sku,master\nA1,A\n");
    tell_listing(0, "L1", "A1");
    tell_stock(1, "barn", "A", 5);
    tell_stock(2, "barn", "B", 2);
    tell_stock(3, "barn", "C", 3);
    ck_assert_uint_eq(arrive(), 1);
    make_table("sku,master\nA1,B\n");
    kit_reload_tables(&self, yaml);
    make_table("sku,master\nA1,C\n");
    kit_reload_tables(&self, yaml);
    kit_restart(&self);
    ck_assert(walks());
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 3);
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_route_that_is_switched_off,                   0                },
        {a_route_comes_and_another_goes,                 0                },
        {nothing_is_walked_for_nothing,                  0                },
        {it_is_ended_between_any_two_steps,              0                },
        {back_to_the_former_in_the_middle,               2                },
        {a_listing_that_cannot_be_read,                  0                },
        {a_table_is_reloaded,                            0                },
        {what_a_table_does_not_change_is_not_looked_at,  WB_COUNT(changes)},
        {it_is_ended_before_the_changed_ones_are_joined, 0                },
        {a_table_changes_during_a_walk,                  0                },
        {many_rows_of_a_table,                           0                },
        {a_table_is_reloaded_on_a_full_disk,             2                },
        {a_table_is_reloaded_twice,                      0                },
        {NULL,                                           0                },
    };

    return wb_suite_run("actors.mapper.rejoin", cases);
}
