/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that hang on a name
 */
#include "storage/relations.h"

#include <string.h>

#include "protocol/base/own.h"
#include "storage/row.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

static const wb_relation_key root = {3, WB_RELATION_ORPHAN, WB_VIEW_LIT("acme/shop/order/1")};

static void
put(rig *r, wb_txn *txn, const wb_relation_key *key, const char *record, const char *note)
{
    rig_ok(r, wb_relations_put(txn, key, wb_view_of(record), wb_view_of(note), &r->err));
}

/* What a scan met: "record=note " one behind the other, at most `room` of them. */
typedef struct {
    wb_buf text;
    size_t room;
} seen;

static wb_rc
note_row(void *arg, wb_view record, wb_view note, wb_err *err)
{
    seen *self = arg;

    if (!self->room)
        return wb_fail(err, WB_RETRY, "enough");
    self->room--;
    wb_buf_add_view(&self->text, record);
    wb_buf_add_text(&self->text, "=");
    wb_buf_add_view(&self->text, note);
    wb_buf_add_text(&self->text, " ");
    return WB_OK;
}

static void
has(rig *r, wb_txn *txn, const wb_relation_key *key, const char *from, const char *what)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    seen found = {.room = 100};

    wb_buf_init(&found.text, 10000);
    rig_ok(r, wb_relations_scan(txn, key, wb_view_of(from), note_row, &found, &r->err));
    text = found.text;
    ck_assert_str_eq(wb_buf_text(&text), what);
}

static bool
any(rig *r, wb_txn *txn, wb_relation relation)
{
    bool out = false;

    rig_ok(r, wb_relations_any(txn, relation, &out, &r->err));
    return out;
}

START_TEST(rows_of_a_name)
{
    const wb_relation_key others[] = {
        {4, WB_RELATION_ORPHAN, root.name                        },
        {3, WB_RELATION_AFTER,  root.name                        },
        {3, WB_RELATION_ORPHAN, WB_VIEW_LIT("acme/shop/order/12")},
        {3, WB_RELATION_ORPHAN, WB_VIEW_LIT("acme/shop/order/")  },
    };
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    put(&r, txn, &root, "b", "2");
    put(&r, txn, &root, "a", "1");
    put(&r, txn, &root, "c", "");
    for (size_t i = 0; i < WB_COUNT(others); i++)
        put(&r, txn, &others[i], "z", "other");
    has(&r, txn, &root, "", "a=1 b=2 c= ");
    has(&r, txn, &root, "a", "b=2 c= ");
    has(&r, txn, &root, "c", "");
    put(&r, txn, &root, "b", "new");
    has(&r, txn, &root, "", "a=1 b=new c= ");
    rig_ok(&r, wb_relations_delete(txn, &root, WB_VIEW_LIT("a"), &r.err));
    rig_ok(&r, wb_relations_delete(txn, &root, WB_VIEW_LIT("a"), &r.err));
    has(&r, txn, &root, "", "b=new c= ");
    for (size_t i = 0; i < WB_COUNT(others); i++)
        has(&r, txn, &others[i], "", "z=other ");
    rig_commit(&r, &txn);
    rig_fini(&r);
}
END_TEST

/* What the visitor says comes back, also what a scan of rows takes for its own. */
START_TEST(stopped)
{
    seen found = {.room = 1};
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    put(&r, txn, &root, "a", "1");
    put(&r, txn, &root, "b", "2");
    wb_buf_init(&found.text, 100);
    ck_assert_int_eq(wb_relations_scan(txn, &root, (wb_view){NULL, 0}, note_row, &found, &r.err),
                     WB_RETRY);
    ck_assert_str_eq(wb_buf_text(&found.text), "a=1 ");
    wb_buf_fini(&found.text);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* One goes through them while it writes. */
START_TEST(one_after_another)
{
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    size_t count = 0;
    bool found = true;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    wb_buf_init(&record, 100);
    wb_buf_init(&note, 100);
    txn = rig_begin(&r, true);
    put(&r, txn, &root, "a", "1");
    put(&r, txn, &root, "b", "2");
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_ORPHAN, WB_VIEW_LIT("other")}, "z", "3");
    for (;;) {
        rig_ok(&r, wb_relations_next(txn, &root, &record, &note, &found, &r.err));
        if (!found)
            break;
        ck_assert_str_eq(wb_buf_text(&record), count ? "b" : "a");
        ck_assert_str_eq(wb_buf_text(&note), count ? "2" : "1");
        rig_ok(&r, wb_relations_delete(txn, &root, wb_buf_view(&record), &r.err));
        count++;
    }
    ck_assert_uint_eq(count, 2);
    has(&r, txn, &root, "", "");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(empty_or_not)
{
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (int i = WB_RELATION_ORPHAN; i <= WB_RELATION_STOCK; i++) {
        wb_relation_key key = {1, (wb_relation)i, WB_VIEW_LIT("name")};
        ck_assert(!any(&r, txn, (wb_relation)i));
        put(&r, txn, &key, "a", "");
        ck_assert(any(&r, txn, (wb_relation)i));
        ck_assert(i == WB_RELATION_STOCK || !any(&r, txn, (wb_relation)(i + 1)));
        rig_ok(&r, wb_relations_delete(txn, &key, WB_VIEW_LIT("a"), &r.err));
        ck_assert(!any(&r, txn, (wb_relation)i));
        put(&r, txn, &key, "a", "");
    }
    rig_commit(&r, &txn);
    rig_reopen(&r);
    txn = rig_begin(&r, false);
    for (int i = WB_RELATION_ORPHAN; i <= WB_RELATION_STOCK; i++)
        ck_assert(any(&r, txn, (wb_relation)i));
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Keys longer than LMDB takes end in their hash: none is lost, none is met twice. */
START_TEST(long_names)
{
    char name[WB_KEY_MAX + 1], word[300];
    wb_relation_key key = {
        1, WB_RELATION_AFTER, {name, sizeof name - 1}
    };
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    unsigned met = 0;
    bool found = true;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    wb_buf_init(&record, 400);
    wb_buf_init(&note, 100);
    txn = rig_begin(&r, true);
    for (int i = 0; i < 20; i++) {
        snprintf(word, sizeof word, "%0220d", i);
        put(&r, txn, &key, word, "note");
    }
    name[sizeof name - 2] = 'o';
    put(&r, txn, &key, "other", "note");
    name[sizeof name - 2] = 'n';
    while (found) {
        rig_ok(&r, wb_relations_next(txn, &key, &record, &note, &found, &r.err));
        if (found)
            met += 1u << strtoul(wb_buf_text(&record), NULL, 10);
    }
    ck_assert_uint_eq(met, (1u << 20) - 1);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* A row that cannot be read is set aside, and those behind it are read. */
START_TEST(damaged)
{
    wb_row_key raw;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    wb_row_key_init(&raw);
    wb_row_key_number(&raw, root.shard, 2);
    wb_row_key_part(&raw, root.name);
    wb_row_key_tail(&raw, WB_VIEW_LIT("b"));
    txn = rig_begin(&r, true);
    put(&r, txn, &root, "a", "1");
    put(&r, txn, &root, "c", "3");
    rig_ok(&r, wb_kv_put(txn, WB_DB_ORPHANS, wb_row_key_view(&raw), WB_VIEW_LIT("\x07"), &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, false);
    has(&r, txn, &root, "", "a=1 c=3 ");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
note_name(void *arg, wb_view name, wb_err *err)
{
    seen *self = arg;

    if (!self->room)
        return wb_fail(err, WB_RETRY, "enough");
    self->room--;
    wb_buf_add_view(&self->text, name);
    wb_buf_add_text(&self->text, " ");
    return WB_OK;
}

static const struct {
    const char *prefix, *names;
    size_t room;
    wb_rc rc;
} beginnings[] = {
    {"",    "B ABC AC1 ABCD ", 10, WB_OK   },
    {"AB",  "ABC ABCD ",       10, WB_OK   },
    {"ABC", "ABC ABCD ",       10, WB_OK   },
    {"X",   "",                10, WB_OK   },
    {"A",   "ABC ",            1,  WB_RETRY}, /* the caller has enough */
};

/* Each once, the shorter ones first; of one shard, and no longer than it says. */
START_TEST(names_that_begin_alike)
{
    char long_name[WB_RELATION_NAME_FOUND + 2];
    seen found = {.room = beginnings[_i].room};
    const wb_relation_key prefix = {3, WB_RELATION_LISTINGS, wb_view_of(beginnings[_i].prefix)};
    rig r;
    wb_txn *txn = NULL;

    rig_init(&r);
    memset(long_name, 'A', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    rig_ok(&r, wb_txn_begin(&txn, r.store, true, &r.err));
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_LISTINGS, WB_VIEW_LIT("ABCD")}, "x", "");
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_LISTINGS, WB_VIEW_LIT("ABC")}, "x", "");
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_LISTINGS, WB_VIEW_LIT("ABC")}, "y", "");
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_LISTINGS, WB_VIEW_LIT("B")}, "x", "");
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_LISTINGS, WB_VIEW_LIT("AC1")}, "x", "");
    put(&r, txn, &(wb_relation_key){3, WB_RELATION_LISTINGS, wb_view_of(long_name)}, "x", "");
    put(&r, txn, &(wb_relation_key){4, WB_RELATION_LISTINGS, WB_VIEW_LIT("ABX")}, "x", "");
    wb_buf_init(&found.text, 1000);
    ck_assert_int_eq(wb_relations_names(txn, &prefix, note_name, &found, &r.err),
                     beginnings[_i].rc);
    ck_assert_str_eq(wb_buf_text(&found.text), beginnings[_i].names);
    wb_buf_fini(&found.text);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {rows_of_a_name,         0                   },
        {stopped,                0                   },
        {one_after_another,      0                   },
        {empty_or_not,           0                   },
        {long_names,             0                   },
        {damaged,                0                   },
        {names_that_begin_alike, WB_COUNT(beginnings)},
        {NULL,                   0                   },
    };

    return wb_suite_run("storage.relations", rows);
}
