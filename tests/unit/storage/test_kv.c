/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows: get, put, delete and scan against a model in memory; keys longer than LMDB takes
 */
#include "protocol/base/random.h"
#include "storage/row.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

enum { MODEL_KEYS = 400, MODEL_STEPS = 8000, VALUE_MAX = 9000 };

/* Some keys are short, some share 479 bytes, some are exactly at LMDB's limit. */
static size_t
model_key(char *dst, unsigned index)
{
    static const size_t lengths[] = {3, 40, 478, 479, 480, 509, 510, 511, 512, 600, 1500};
    size_t len = lengths[index % WB_COUNT(lengths)];
    char number[16];

    memset(dst, 'k', len);
    snprintf(number, sizeof number, "%03u", index);
    memcpy(index % 2 ? dst : dst + len - 3, number, 3);
    return len;
}

typedef struct {
    bool there;
    uint32_t seed;
    size_t len;
} model_row;

static wb_view
model_value(char *dst, const model_row *row)
{
    for (size_t i = 0; i < row->len; i++)
        dst[i] = (char)(uint8_t)(row->seed + i * 7);
    return (wb_view){dst, row->len};
}

typedef struct {
    const model_row *model;
    size_t seen;
    bool found[MODEL_KEYS];
} scan_check;

static wb_rc
check_scanned(void *arg, wb_view key, wb_view value, wb_err *err)
{
    scan_check *self = arg;
    char name[2000], bytes[VALUE_MAX];

    (void)err;
    for (unsigned i = 0; i < MODEL_KEYS; i++) {
        if (!wb_view_eq(key, (wb_view){name, model_key(name, i)}))
            continue;
        ck_assert(self->model[i].there && !self->found[i]);
        ck_assert(wb_view_eq(value, model_value(bytes, &self->model[i])));
        self->found[i] = true;
        self->seen++;
        return WB_OK;
    }
    ck_abort_msg("a row that was never put");
}

static void
check_model(rig *r, wb_txn *txn, const model_row *model)
{
    scan_check check = {.model = model};
    size_t there = 0;

    rig_ok(r, wb_kv_scan(txn, WB_DB_SEEN, (wb_kv_range){0}, check_scanned, &check, &r->err));
    for (unsigned i = 0; i < MODEL_KEYS; i++)
        there += model[i].there;
    ck_assert_uint_eq(check.seen, there);
}

static void
model_step(rig *r, wb_txn *txn, wb_rng *rng, model_row *model)
{
    unsigned index = (unsigned)wb_rng_below(rng, MODEL_KEYS);
    model_row *row = &model[index];
    char name[2000], bytes[VALUE_MAX];
    wb_view key = {name, model_key(name, index)}, value;

    switch (wb_rng_below(rng, 4)) {
    case 0:
        rig_ok(r, wb_kv_delete(txn, WB_DB_SEEN, key, &r->err));
        row->there = false;
        break;
    case 1:
        rig_ok(r, wb_kv_get(txn, WB_DB_SEEN, key, &value, &r->err));
        ck_assert_int_eq(value.data != NULL, row->there);
        if (row->there)
            ck_assert(wb_view_eq(value, model_value(bytes, row)));
        break;
    default:
        *row = (model_row){true, (uint32_t)wb_rng_next(rng), 1 + wb_rng_below(rng, 60)};
        if (wb_rng_below(rng, 20) == 0)
            row->len = 1 + wb_rng_below(rng, VALUE_MAX - 1);
        rig_ok(r, wb_kv_put(txn, WB_DB_SEEN, key, model_value(bytes, row), &r->err));
    }
}

START_TEST(model)
{
    static model_row now[MODEL_KEYS], committed[MODEL_KEYS];
    wb_rng rng = {(uint64_t)_i + 1};
    wb_txn *txn = NULL;
    rig r;

    memset(now, 0, sizeof now);
    memset(committed, 0, sizeof committed);
    rig_init(&r);
    for (int i = 0; i < MODEL_STEPS; i++) {
        if (!txn)
            txn = rig_begin(&r, true);
        model_step(&r, txn, &rng, now);
        if (wb_rng_below(&rng, 200))
            continue;
        check_model(&r, txn, now);
        if (wb_rng_below(&rng, 3)) {
            rig_commit(&r, &txn);
            memcpy(committed, now, sizeof now);
        } else {
            wb_txn_abort(&txn);
            memcpy(now, committed, sizeof now);
        }
        if (wb_rng_below(&rng, 20) == 0)
            rig_reopen(&r);
        txn = rig_begin(&r, false);
        check_model(&r, txn, committed);
        wb_txn_abort(&txn);
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

typedef struct {
    char text[400];
    int stop_after;
} joined;

static wb_rc
join(void *arg, wb_view key, wb_view value, wb_err *err)
{
    joined *self = arg;
    size_t at = strlen(self->text);

    (void)err;
    snprintf(self->text + at, sizeof self->text - at, "%.*s=%.*s ", WB_VIEW_ARG(key),
             WB_VIEW_ARG(value));
    return self->stop_after-- == 1 ? WB_FULL : WB_OK;
}

/* Which rows a scan gives, of a=1 ab=2 abc=3 b=4. */
static const struct {
    const char *prefix, *from, *want;
    int stop_after;
} scans[] = {
    {"",    "",   "a=1 ab=2 abc=3 b=4 ", 0},
    {"a",   "",   "a=1 ab=2 abc=3 ",     0},
    {"ab",  "",   "ab=2 abc=3 ",         0},
    {"a",   "ab", "ab=2 abc=3 ",         0},
    {"",    "aa", "ab=2 abc=3 b=4 ",     0},
    {"a",   "b",  "",                    0},
    {"ab",  "a",  "ab=2 abc=3 ",         0},
    {"c",   "",   "",                    0},
    {"",    "",   "a=1 ab=2 ",           2},
    {"abc", "",   "abc=3 ",              1},
};

START_TEST(scan_rows)
{
    static const char *const rows[][2] = {
        {"b",   "4"},
        {"abc", "3"},
        {"a",   "1"},
        {"ab",  "2"}
    };
    joined out = {.stop_after = scans[_i].stop_after};
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        rig_ok(&r,
               wb_kv_put(txn, WB_DB_SEEN, wb_view_of(rows[i][0]), wb_view_of(rows[i][1]), &r.err));
    rig_ok(&r, wb_kv_scan(txn, WB_DB_SEEN,
                          (wb_kv_range){.prefix = wb_view_of(scans[_i].prefix),
                                        .from = wb_view_of(scans[_i].from)},
                          join, &out, &r.err));
    ck_assert_str_eq(out.text, scans[_i].want);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
count_rows(void *arg, wb_view key, wb_view value, wb_err *err)
{
    (void)key, (void)value, (void)err;
    ++*(int *)arg;
    return WB_OK;
}

/* A prefix that reaches into the hashed part still finds its rows, and only those. */
START_TEST(long_prefix)
{
    wb_txn *txn;
    char key[700];
    int count = 0;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    memset(key, 'p', sizeof key);
    for (int i = 0; i < 50; i++) {
        key[490] = i % 2 ? 'x' : 'y';
        key[699] = (char)(uint8_t)i;
        rig_ok(&r,
               wb_kv_put(txn, WB_DB_SEEN, (wb_view){key, sizeof key}, WB_VIEW_LIT("v"), &r.err));
    }
    key[490] = 'x';
    rig_ok(&r, wb_kv_scan(txn, WB_DB_SEEN,
                          (wb_kv_range){
                              .prefix = (wb_view){key, 500}
    },
                          count_rows, &count, &r.err));
    ck_assert_int_eq(count, 25);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(refused)
{
    wb_view none = {NULL, 0}, out;
    char *big = wb_alloc(1 << 24);
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    ck_assert_int_eq(wb_kv_put(txn, WB_DB_SEEN, none, WB_VIEW_LIT("v"), &r.err), WB_REJECT);
    ck_assert_int_eq(wb_kv_get(txn, WB_DB_SEEN, none, &out, &r.err), WB_REJECT);
    ck_assert_int_eq(wb_kv_put(txn, WB_DB_SEEN, (wb_view){big, 70000}, WB_VIEW_LIT("v"), &r.err),
                     WB_REJECT);
    ck_assert_int_eq(wb_kv_put(txn, WB_DB_SEEN, WB_VIEW_LIT("k"), (wb_view){big, 1 << 24}, &r.err),
                     WB_REJECT);
    /* a refusal costs the transaction nothing */
    rig_ok(&r, wb_kv_put(txn, WB_DB_SEEN, WB_VIEW_LIT("k"), WB_VIEW_LIT("v"), &r.err));
    rig_commit(&r, &txn);
    wb_free(&big);
    rig_fini(&r);
}
END_TEST

/* What was got may be put again, larger, under the next key: views into the map do not move. */
START_TEST(put_what_was_got)
{
    char key[16], bytes[3000];
    wb_view value, again;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (int i = 0; i < 200; i++) {
        memset(bytes, i, sizeof bytes);
        snprintf(key, sizeof key, "%04d", i);
        rig_ok(&r, wb_kv_put(txn, WB_DB_SEEN, wb_view_of(key), (wb_view){bytes, 10 + 7 * (size_t)i},
                             &r.err));
        rig_ok(&r, wb_kv_get(txn, WB_DB_SEEN, wb_view_of(key), &value, &r.err));
        rig_ok(&r, wb_kv_put(txn, WB_DB_SEEN, wb_view_of(key),
                             (wb_view){value.data + 3, value.len - 3}, &r.err));
        rig_ok(&r, wb_kv_get(txn, WB_DB_SEEN, wb_view_of(key), &again, &r.err));
        ck_assert(wb_view_eq(again, (wb_view){bytes, 7 + 7 * (size_t)i}));
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Rising puts, and those that are not: all are there, in order, once. */
START_TEST(ascending)
{
    static const int order[] = {1, 2, 3, 7, 8, 5, 8, 9, 0, 9, 10, 4};
    static const char letters[] = "abcdefghijkl";
    joined out = {.text = ""};
    char key[4];
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    wb_txn_ascending(txn);
    for (size_t i = 0; i < WB_COUNT(order); i++) {
        snprintf(key, sizeof key, "%02d", order[i]);
        rig_ok(&r, wb_kv_put(txn, WB_DB_SEEN, wb_view_of(key), (wb_view){&letters[i], 1}, &r.err));
    }
    rig_ok(&r, wb_kv_scan(txn, WB_DB_SEEN, (wb_kv_range){0}, join, &out, &r.err));
    ck_assert_str_eq(out.text, "00=i 01=a 02=b 03=c 04=l 05=f 07=d 08=g 09=j 10=k ");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(keys)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_row_key row;
    char part[300];

    memset(part, 'p', sizeof part);
    wb_buf_init(&key, 1000);
    wb_store_key_shard(&key, 0x0102);
    wb_store_key_u64(&key, 0x0304);
    ck_assert(wb_view_eq(wb_buf_view(&key), (wb_view){"\x01\x02\0\0\0\0\0\0\x03\x04", 10}));
    wb_row_key_init(&row);
    wb_row_key_part(&row, WB_VIEW_LIT("ab"));
    ck_assert(wb_view_eq(wb_row_key_view(&row), WB_VIEW_LIT("\x02"
                                                            "ab")));
    wb_row_key_init(&row);
    wb_row_key_part(&row, (wb_view){part, 254});
    ck_assert_uint_eq(wb_row_key_view(&row).len, 255);
    wb_row_key_init(&row);
    wb_row_key_part(&row, (wb_view){part, 300}); /* three bytes of length */
    ck_assert_uint_eq(wb_row_key_view(&row).len, 303);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {model,            3              },
        {scan_rows,        WB_COUNT(scans)},
        {long_prefix,      0              },
        {refused,          0              },
        {put_what_was_got, 0              },
        {ascending,        0              },
        {keys,             0              },
        {NULL,             0              },
    };

    return wb_suite_run("storage.kv", cases);
}
