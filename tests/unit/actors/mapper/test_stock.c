/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what listings should show, as rows: what is told of stock and listings one after the other, and
 * what is wanted then
 */
#include "actors/mapper/stock/stock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "protocol/sheet.h"
#include "storage/relations.h"
#include "tests/unit/actors/mapper/stock_plays.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#include <string.h>

#define SHARD 3

static char table_name[] = "skus";
static wb_route_conf alike = {.share = 100};
static wb_route_conf by_table = {.share = 100, .skus = {.name = table_name}};

/* Two warehouses count, one of them in part. */
static char w1[] = "W1", w3[] = "W3";
static wb_warehouse_conf some[] = {
    {.id = w1, .share = 50,  .reserve = 2},
    {.id = w3, .share = 100, .reserve = 0},
};
static wb_route_conf by_warehouse = {
    .share = 100, .warehouses = {.items = some, .count = 2}
};
static wb_route_conf by_number = {.share = 50, .reserve = 1, .cap = 10};

/* Bundles, pieces, beginnings, and shops that differ. */
static char wide_name[] = "wide";
static wb_route_conf by_wide = {.share = 100, .skus = {.name = wide_name}};
static wb_route_conf by_wide_half = {.share = 50, .skus = {.name = wide_name}, .reserve = 1};

#define WAY(from, to, route)                                                                       \
    {                                                                                              \
        WB_VIEW_LIT("t/" from), WB_VIEW_LIT("t/" to), WB_VIEW_LIT(to), route, false                \
    }

/* A mall's SKUs are others than the ERP's; another ERP's are alike. */
static const wb_stock_way ways[] = {
    WAY("erp", "shop", &alike),          WAY("erp", "shop2", &alike),
    WAY("erp", "mall-2", &by_table),     WAY("erp", "mall", &by_table),
    WAY("two", "mall", &alike),          WAY("two", "shop", &alike),
    WAY("erp", "part", &by_warehouse),   WAY("erp", "half", &by_number),
    WAY("erp", "wide", &by_wide),        WAY("two", "wide", &by_wide),
    WAY("erp", "wide-2", &by_wide_half), WAY("erp", "shop", &alike), /* by another route, too */
};

static const char *const sku_rows[][2] = {
    {"A1", "A"},
    {"A2", "A"},
    {"B1", "B"},
    {"C1", "" },
};

static const char *const wide_rows[][4] = {
    {"SIX",  "A", "6", ""      },
    {"SET",  "A", "1", ""      },
    {"SET",  "B", "2", ""      },
    {"X-*",  "*", "",  ""      },
    {"OWN",  "A", "",  ""      },
    {"OWN",  "B", "",  "wide-2"},
    {"ALL*", "B", "3", ""      },
};

static wb_sheet *
make_wide(void)
{
    static const char *const columns[] = {"sku", "master", "quantity", "account"};
    wb_sheet *sheet = wb_sheet_new();

    for (size_t i = 0; i < WB_COUNT(columns); i++)
        wb_sheet_add_column(sheet, wb_view_of(columns[i]));
    for (size_t i = 0; i < WB_COUNT(wide_rows); i++) {
        wb_view texts[WB_COUNT(columns)];

        for (size_t k = 0; k < WB_COUNT(columns); k++)
            texts[k] = wb_view_of(wide_rows[i][k]);
        wb_sheet_add_row(sheet, texts, (int)i + 2);
    }
    return sheet;
}

static wb_sheet *
make_sheet(size_t rows)
{
    wb_sheet *sheet = wb_sheet_new();

    wb_sheet_add_column(sheet, WB_VIEW_LIT("sku"));
    wb_sheet_add_column(sheet, WB_VIEW_LIT("master"));
    for (size_t i = 0; i < rows; i++) {
        wb_view texts[] = {wb_view_of(sku_rows[i][0]), wb_view_of(sku_rows[i][1])};

        wb_sheet_add_row(sheet, texts, (int)i + 2);
    }
    wb_sheet_set_digest(sheet, (const uint8_t[WB_SHA256_LEN]){(uint8_t)rows});
    return sheet;
}

typedef struct {
    rig rig;
    wb_stock *stock;
    wb_txn *txn;
    size_t changes;
} play;

static void
key_of(wb_buf *out, const char *account, wb_record_kind kind, const char *id)
{
    wb_err err = {0};

    wb_buf_clear(out);
    ck_assert(
        !wb_key_print(out, WB_VIEW_LIT("t"), wb_view_of(account), kind, wb_view_of(id), &err));
}

static wb_count
count_of(int64_t number)
{
    return number == NONE ? (wb_count){0} : (wb_count){number, true};
}

/* "W1" of "W1/A". */
static wb_view
warehouse_of(const char *id)
{
    const char *end = strchr(id, '/');

    return (wb_view){id, end ? (size_t)(end - id) : 0};
}

static void
encode(const word_said *step, wb_buf *out)
{
    wb_inventory inventory = {.external_id = wb_view_of(step->id),
                              .sku = wb_view_of(step->sku),
                              .warehouse = warehouse_of(step->id),
                              .source = WB_VIEW_LIT("sample"),
                              .available = count_of(step->number)};
    wb_listing listing = {
        .external_id = wb_view_of(step->id),
        .sku = wb_view_of(step->sku),
        .channel = WB_VIEW_LIT("sample"),
        .pack = {step->number, step->number > 0},
        .status = step->what == 'x' ? WB_LISTING_DELETED : WB_LISTING_ACTIVE
    };
    wb_err err = {0};
    wb_rc rc = step->what == 's' ? wb_canonical_encode(wb_inventory_fields, &inventory, out, &err)
                                 : wb_canonical_encode(wb_listing_fields, &listing, out, &err);

    ck_assert_msg(rc == WB_OK, "%s", err.text);
}

static wb_rc
on_listing(void *arg, const wb_stock_change *listing, const wb_stock_claim *claim, wb_err *err)
{
    play *self = arg;
    WB_AUTO(wb_buf_fini) wb_buf wanted = {0};
    wb_rc rc;

    wb_buf_init(&wanted, WB_ORDER_MAX);
    self->changes++;
    rc = wb_stock_want(listing->row, claim->number.value, &wanted, err);
    return rc ? rc : wb_records_put(self->txn, SHARD, listing->record, listing->row, err);
}

/* As the mapper does it: what the observation does not cover stays. */
static void
tell(play *self, const word_said *step)
{
    wb_record_kind kind = step->what == 's' ? WB_RECORD_INVENTORY : WB_RECORD_LISTING;
    WB_AUTO(wb_buf_fini) wb_buf key = {0}, sku = {0}, packed = {0}, mixed = {0}, wanted = {0};
    wb_stock_change change = {.shard = SHARD};
    wb_stock_claim claim = {0};
    bool found = false;
    wb_record_row row;

    wb_buf_init(&key, WB_KEY_MAX);
    wb_buf_init(&sku, WB_KEY_MAX);
    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_init(&mixed, WB_ORDER_MAX);
    wb_buf_init(&wanted, WB_ORDER_MAX);
    key_of(&key, step->account, kind, step->id);
    rig_ok(&self->rig,
           wb_records_get(self->txn, SHARD, wb_buf_view(&key), &row, &found, &self->rig.err));
    if (!found)
        wb_record_row_init(&row);
    else
        rig_ok(&self->rig, wb_stock_sku(&row, &sku, &self->rig.err));
    encode(step, &packed);
    if (found && kind == WB_RECORD_LISTING) {
        wb_mixture from = {wb_buf_view(&packed), row.canonical, WB_LISTING_OBSERVED, 0};
        rig_ok(&self->rig, wb_canonical_mix(wb_listing_fields, &from, &mixed, &self->rig.err));
        row.canonical = wb_buf_view(&mixed);
    } else {
        row.canonical = wb_buf_view(&packed);
    }
    row.kind = kind;
    row.revision++;
    change.record = wb_buf_view(&key);
    change.row = &row;
    change.former_sku = wb_buf_view(&sku);
    rig_ok(&self->rig, wb_stock_put(self->stock, self->txn, &change, &claim, &self->rig.err));
    if (wb_stock_lacks(&claim))
        rig_ok(&self->rig, wb_stock_want(&row, claim.number.value, &wanted, &self->rig.err));
    rig_ok(&self->rig, wb_records_put(self->txn, SHARD, change.record, &row, &self->rig.err));
    if (kind == WB_RECORD_INVENTORY)
        rig_ok(&self->rig,
               wb_stock_join(self->stock, self->txn, &change, on_listing, self, &self->rig.err));
}

static int64_t
wanted_of(play *self, const want_row *want)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_record_row row;
    wb_listing listing;
    bool found = false;

    wb_buf_init(&key, WB_KEY_MAX);
    key_of(&key, want->account, WB_RECORD_LISTING, want->listing);
    rig_ok(&self->rig,
           wb_records_get(self->txn, SHARD, wb_buf_view(&key), &row, &found, &self->rig.err));
    ck_assert(found);
    rig_ok(&self->rig, wb_canonical_decode(wb_listing_fields, row.canonical, &listing,
                                           sizeof listing, &self->rig.err));
    return listing.wanted.quantity.known ? listing.wanted.quantity.value : NONE;
}

START_TEST(listings_want_what_is_held)
{
    play self = {0};

    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(WB_COUNT(sku_rows));
    WB_AUTO(wb_sheet_destroy) wb_sheet *wide = make_wide();

    by_table.skus.sheet = sheet;
    by_wide.skus.sheet = by_wide_half.skus.sheet = wide;
    rig_init(&self.rig);
    self.stock = wb_stock_new(ways, WB_COUNT(ways));
    rig_ok(&self.rig, wb_txn_begin(&self.txn, self.rig.store, true, &self.rig.err));
    for (const word_said *step = plays[_i].steps; step->what; step++)
        tell(&self, step);
    for (const want_row *want = plays[_i].wants;
         want < plays[_i].wants + WANTS_MAX && want->account; want++)
        ck_assert_msg(wanted_of(&self, want) == want->wanted, "%s: %s wants %lld", plays[_i].label,
                      want->listing, (long long)wanted_of(&self, want));
    ck_assert_msg(self.changes == plays[_i].changes, "%s: %zu changes", plays[_i].label,
                  self.changes);
    wb_txn_abort(&self.txn);
    wb_stock_destroy(&self.stock);
    rig_fini(&self.rig);
}
END_TEST

static void
digest(const wb_stock_way *of, size_t count, uint8_t out[WB_SHA256_LEN])
{
    wb_stock *stock = wb_stock_new(of, count);

    wb_stock_digest(stock, out);
    wb_stock_destroy(&stock);
}

/* It changes with a way and with a table, and not with the order of the routes. */
START_TEST(what_the_join_depends_on)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(1);
    WB_AUTO(wb_sheet_destroy) wb_sheet *other = make_sheet(2);
    wb_stock_way turned[WB_COUNT(ways)];
    uint8_t known[WB_SHA256_LEN], now[WB_SHA256_LEN];

    by_table.skus.sheet = sheet;
    by_wide.skus.sheet = by_wide_half.skus.sheet = sheet;
    digest(ways, WB_COUNT(ways), known);
    for (size_t i = 0; i < WB_COUNT(ways); i++)
        turned[i] = ways[WB_COUNT(ways) - 1 - i];
    digest(turned, WB_COUNT(ways), now);
    ck_assert_mem_eq(known, now, sizeof now);
    digest(ways, WB_COUNT(ways) - 1, now); /* its last is another's again */
    ck_assert_mem_eq(known, now, sizeof now);
    digest(ways, WB_COUNT(ways) - 2, now);
    ck_assert_mem_ne(known, now, sizeof now);
    turned[0].route = &by_table;
    turned[WB_COUNT(ways) - 1].route = &by_table;
    digest(turned, WB_COUNT(ways), now);
    ck_assert_mem_ne(known, now, sizeof now);
    by_table.skus.sheet = other;
    digest(ways, WB_COUNT(ways), now);
    ck_assert_mem_ne(known, now, sizeof now);
    digest(NULL, 0, now);
    ck_assert_mem_ne(known, now, sizeof now);
}
END_TEST

static int64_t *const numbers[] = {&by_number.share, &by_number.reserve, &by_number.cap,
                                   &some[0].share, &some[1].reserve};

/* ... with each number of a rule, and not with how often a listing is told. */
START_TEST(rules_are_part_of_it)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(1);
    uint8_t known[WB_SHA256_LEN], now[WB_SHA256_LEN];

    by_table.skus.sheet = by_wide.skus.sheet = by_wide_half.skus.sheet = sheet;
    digest(ways, WB_COUNT(ways), known);
    ++*numbers[_i];
    digest(ways, WB_COUNT(ways), now);
    ck_assert_mem_ne(known, now, sizeof now);
    --*numbers[_i];
    by_number.every = 60000;
    digest(ways, WB_COUNT(ways), now);
    ck_assert_mem_eq(known, now, sizeof now);
    by_number.every = 0;
    by_warehouse.warehouses.count = 1;
    digest(ways, WB_COUNT(ways), now);
    ck_assert_mem_ne(known, now, sizeof now);
    by_warehouse.warehouses.count = 2;
}
END_TEST

static void
note_as_before(play *self, const char *record, wb_view note)
{
    const wb_relation_key key = {SHARD, WB_RELATION_STOCK, WB_VIEW_LIT("A")};

    rig_ok(&self->rig, wb_relations_put(self->txn, &key, wb_view_of(record), note, &self->rig.err));
}

/* A store of the release before has the number alone beside an inventory, and nothing where it was
 * not told: the warehouse is the record's. */
START_TEST(what_a_former_release_noted)
{
    static const word_said steps[] = {
        {'s', "erp", "W1/A", "A", 12},
        {'s', "erp", "W2/A", "A", 90},
    };
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(WB_COUNT(sku_rows));
    play self = {0};
    int64_t number = 12;

    by_table.skus.sheet = by_wide.skus.sheet = by_wide_half.skus.sheet = sheet;
    rig_init(&self.rig);
    self.stock = wb_stock_new(ways, WB_COUNT(ways));
    rig_ok(&self.rig, wb_txn_begin(&self.txn, self.rig.store, true, &self.rig.err));
    tell(&self, &steps[0]);
    tell(&self, &steps[1]);
    note_as_before(&self, "t/erp/inventory/W1%2FA",
                   (wb_view){(const char *)&number, sizeof number});
    note_as_before(&self, "t/erp/inventory/W2%2FA", (wb_view){NULL, 0});
    tell(&self, &(word_said){'l', "part", "L1", "A", 0});
    tell(&self, &(word_said){'l', "half", "L1", "A", 0});
    ck_assert_int_eq(wanted_of(&self, &(want_row){"part", "L1", 0}), 5);
    ck_assert_int_eq(wanted_of(&self, &(want_row){"half", "L1", 0}), NONE);
    wb_txn_abort(&self.txn);
    wb_stock_destroy(&self.stock);
    rig_fini(&self.rig);
}
END_TEST

/* What people are shown. */
START_TEST(what_a_number_is_made_of)
{
    static const word_said steps[] = {
        {'s', "erp",    "W1/A", "A",   17},
        {'s', "erp",    "W1/B", "B",   7 },
        {'l', "wide-2", "L1",   "SET", 0 },
    };
    WB_AUTO(wb_sheet_destroy) wb_sheet *wide = make_wide();
    WB_AUTO(wb_buf_fini) wb_buf text = {0}, key = {0};
    wb_json_writer out;
    wb_record_row row;
    wb_stock_change listing = {.shard = SHARD, .row = &row};
    wb_stock_claim claim = {0};
    bool found = false;
    play self = {0};

    by_table.skus.sheet = by_wide.skus.sheet = by_wide_half.skus.sheet = wide;
    rig_init(&self.rig);
    self.stock = wb_stock_new(ways, WB_COUNT(ways));
    rig_ok(&self.rig, wb_txn_begin(&self.txn, self.rig.store, true, &self.rig.err));
    for (size_t i = 0; i < WB_COUNT(steps); i++)
        tell(&self, &steps[i]);
    wb_buf_init(&text, 4096);
    wb_buf_init(&key, WB_KEY_MAX);
    key_of(&key, "wide-2", WB_RECORD_LISTING, "L1");
    listing.record = wb_buf_view(&key);
    rig_ok(&self.rig, wb_records_get(self.txn, SHARD, listing.record, &row, &found, &self.rig.err));
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    rig_ok(&self.rig,
           wb_stock_explain(self.stock, self.txn, &listing, &out, &claim, &self.rig.err));
    wb_json_close(&out, '}');
    ck_assert_str_eq(
        wb_buf_text(&text),
        "{\"routes\":[{\"from\":\"t/"
        "erp\",\"known\":true,\"skus\":\"wide\",\"share\":50,\"reserve\":1,"
        "\"parts\":[{\"sku\":\"A\",\"quantity\":1,\"line\":3,\"warehouses\":[{\"warehouse\":\"W1\","
        "\"available\":17,\"counts\":true}],\"pieces\":8},"
        "{\"sku\":\"B\",\"quantity\":2,\"line\":4,\"warehouses\":[{\"warehouse\":\"W1\","
        "\"available\":7,\"counts\":true}],\"pieces\":1}],\"number\":0}],"
        "\"number\":0,\"wanted\":0}");
    wb_txn_abort(&self.txn);
    wb_stock_destroy(&self.stock);
    rig_fini(&self.rig);
}
END_TEST

START_TEST(its_shops_one_after_the_other)
{
    static const char *const shops[] = {"t/half",  "t/mall", "t/mall-2", "t/part", "t/shop",
                                        "t/shop2", "t/wide", "t/wide-2", NULL};
    by_table.skus.sheet = by_wide.skus.sheet = by_wide_half.skus.sheet = NULL;
    wb_stock *stock = wb_stock_new(ways, WB_COUNT(ways));
    wb_view at = WB_VIEW_LIT("");
    size_t count = 0;

    while ((at = wb_stock_shop_behind(stock, at)).len)
        ck_assert_msg(wb_view_is(at, shops[count++]), "%.*s", WB_VIEW_ARG(at));
    ck_assert_uint_eq(count, 8);
    wb_stock_destroy(&stock);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {listings_want_what_is_held,    WB_COUNT(plays)  },
        {what_the_join_depends_on,      0                },
        {rules_are_part_of_it,          WB_COUNT(numbers)},
        {what_a_former_release_noted,   0                },
        {what_a_number_is_made_of,      0                },
        {its_shops_one_after_the_other, 0                },
        {NULL,                          0                },
    };

    return wb_suite_run("actors.mapper.stock", rows);
}
