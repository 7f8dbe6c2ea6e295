/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what listings should show, as rows: what is told of stock and listings one after the other, and
 * what is wanted then
 */
#include "actors/mapper/stock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "protocol/sheet.h"
#include "storage/relations.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define SHARD 3
#define NONE INT64_MIN /* a number that is not told; nothing that is wanted */
#define STEPS_MAX 7
#define WANTS_MAX 4

static wb_sheet_ref skus = {.name = "skus"};

/* A mall's SKUs are others than the ERP's; another ERP's are alike. */
static const wb_stock_way ways[] = {
    {WB_VIEW_LIT("t/erp"), WB_VIEW_LIT("t/shop"),   NULL },
    {WB_VIEW_LIT("t/erp"), WB_VIEW_LIT("t/shop2"),  NULL },
    {WB_VIEW_LIT("t/erp"), WB_VIEW_LIT("t/mall-2"), &skus},
    {WB_VIEW_LIT("t/erp"), WB_VIEW_LIT("t/mall"),   &skus},
    {WB_VIEW_LIT("t/two"), WB_VIEW_LIT("t/mall"),   NULL },
    {WB_VIEW_LIT("t/two"), WB_VIEW_LIT("t/shop"),   NULL },
    {WB_VIEW_LIT("t/erp"), WB_VIEW_LIT("t/shop"),   NULL }, /* by another route, too */
};

static const char *const sku_rows[][2] = {
    {"A1", "A"},
    {"A2", "A"},
    {"B1", "B"},
    {"C1", "" },
};

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

/* Told by an account of tenant t: stock (`id` is of an inventory) or a listing. */
typedef struct {
    char what; /* 's' stock, 'l' listing, 'x' a listing that is deleted; 0 = no more */
    const char *account, *id, *sku;
    int64_t number; /* available */
} told;

typedef struct {
    const char *account, *listing;
    int64_t wanted;
} want_row;

static const struct {
    const char *label;
    told steps[STEPS_MAX];
    want_row wants[WANTS_MAX];
    size_t changes; /* of listings, made by the join */
} plays[] = {
    {"stock alone",                                                {{'s', "erp", "W1/A", "A", 5}}, {{0}},                  0},
    {"a listing alone",                                            {{'l', "shop", "L1", "A", 0}},  {{"shop", "L1", NONE}}, 0},
    {"stock, then its listing",
     {{'s', "erp", "W1/A", "A", 5}, {'l', "shop", "L1", "A", 0}},
     {{"shop", "L1", 5}},
     0                                                                                                                      },
    {"a listing, then its stock",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}},
     {{"shop", "L1", 5}},
     1                                                                                                                      },
    {"of another SKU",
     {{'l', "shop", "L1", "B", 0}, {'s', "erp", "W1/A", "A", 5}},
     {{"shop", "L1", NONE}},
     0                                                                                                                      },
    {"a SKU that begins with the other",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/AB", "AB", 5}},
     {{"shop", "L1", NONE}},
     0                                                                                                                      },
    {"two warehouses are summed",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}, {'s', "erp", "W2/A", "A", 2}},
     {{"shop", "L1", 7}},
     2                                                                                                                      },
    {"two ERPs, where both feed the shop",
     {{'s', "erp", "W1/A", "A", 5},
      {'s', "two", "W1/A", "A", 2},
      {'l', "shop", "L1", "A", 0},
      {'l', "shop2", "L1", "A", 0}},
     {{"shop", "L1", 7}, {"shop2", "L1", 5}},
     0                                                                                                                      },
    {"no way leads there",
     {{'l', "shop3", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}},
     {{"shop3", "L1", NONE}},
     0                                                                                                                      },
    {"two listings of one SKU",
     {{'l', "shop", "L1", "A", 0}, {'l', "shop", "L2", "A", 0}, {'s', "erp", "W1/A", "A", 5}},
     {{"shop", "L1", 5}, {"shop", "L2", 5}},
     2                                                                                                                      },
    {"sold out is zero",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}, {'s', "erp", "W1/A", "A", 0}},
     {{"shop", "L1", 0}},
     2                                                                                                                      },
    {"oversold is zero, and takes nothing from another warehouse",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", -3}, {'s', "erp", "W2/A", "A", 2}},
     {{"shop", "L1", 2}},
     2                                                                                                                      },
    {"a number that was not told is no zero",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", NONE}},
     {{"shop", "L1", NONE}},
     0                                                                                                                      },
    {"and leaves what was wanted",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}, {'s', "erp", "W1/A", "A", NONE}},
     {{"shop", "L1", 5}},
     1                                                                                                                      },
    {"the same number again changes nothing",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}, {'s', "erp", "W1/A", "A", 5}},
     {{"shop", "L1", 5}},
     1                                                                                                                      },
    {"a listing that is told again keeps what it wants",
     {{'l', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}, {'l', "shop", "L1", "A", 0}},
     {{"shop", "L1", 5}},
     1                                                                                                                      },
    {"a listing gets another SKU",
     {{'s', "erp", "W1/A", "A", 5},
      {'s', "erp", "W1/B", "B", 2},
      {'l', "shop", "L1", "A", 0},
      {'l', "shop", "L1", "B", 0},
      {'s', "erp", "W1/A", "A", 9}},
     {{"shop", "L1", 2}},
     0                                                                                                                      },
    {"stock gets another SKU",
     {{'l', "shop", "L1", "A", 0},
      {'s', "erp", "W1/A", "A", 5},
      {'s', "erp", "W2/A", "A", 2},
      {'s', "erp", "W1/A", "B", 9}},
     {{"shop", "L1", 2}},
     3                                                                                                                      },
    {"stock of a deleted listing",
     {{'l', "shop", "L1", "A", 0}, {'x', "shop", "L1", "A", 0}, {'s', "erp", "W1/A", "A", 5}},
     {{"shop", "L1", NONE}},
     0                                                                                                                      },
    {"a table says which SKU is which, and stock is told first",
     {{'s', "erp", "W1/A", "A", 5},
      {'l', "mall", "L1", "A1", 0},
      {'l', "mall", "L2", "A", 0},
      {'l', "mall-2", "L1", "A2", 0},
      {'l', "mall-2", "L3", "C1", 0}},
     {{"mall", "L1", 5}, {"mall", "L2", NONE}, {"mall-2", "L1", 5}, {"mall-2", "L3", NONE}},
     0                                                                                                                      },
    {"a table says which SKU is which, and stock is told later",
     {{'l', "mall", "L1", "A1", 0},
      {'l', "mall", "L2", "A2", 0},
      {'l', "mall-2", "L1", "A1", 0},
      {'l', "shop", "L1", "A", 0},
      {'l', "mall", "L3", "A", 0},
      {'s', "erp", "W1/A", "A", 5}},
     {{"mall", "L1", 5}, {"mall", "L2", 5}, {"mall-2", "L1", 5}, {"mall", "L3", NONE}},
     4                                                                                                                      },
    {"a table for the stock of one ERP, and none for another's",
     {{'l', "mall", "L1", "A1", 0}, {'s', "erp", "W1/A", "A", 5}, {'s', "two", "W1/A1", "A1", 2}},
     {{"mall", "L1", 7}},
     2                                                                                                                      },
    {"a sum beyond all numbers",
     {{'l', "shop", "L1", "A", 0},
      {'s', "erp", "W1/A", "A", INT64_MAX},
      {'s', "erp", "W2/A", "A", 7}},
     {{"shop", "L1", INT64_MAX}},
     1                                                                                                                      },
};

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

static void
encode(const told *step, wb_buf *out)
{
    wb_inventory inventory = {.external_id = wb_view_of(step->id),
                              .sku = wb_view_of(step->sku),
                              .source = WB_VIEW_LIT("sample"),
                              .available = count_of(step->number)};
    wb_listing listing = {.external_id = wb_view_of(step->id),
                          .sku = wb_view_of(step->sku),
                          .channel = WB_VIEW_LIT("sample"),
                          .status = step->what == 'x' ? WB_LISTING_DELETED : WB_LISTING_ACTIVE};
    wb_err err = {0};
    wb_rc rc = step->what == 's' ? wb_canonical_encode(wb_inventory_fields, &inventory, out, &err)
                                 : wb_canonical_encode(wb_listing_fields, &listing, out, &err);

    ck_assert_msg(rc == WB_OK, "%s", err.text);
}

static wb_rc
on_listing(void *arg, wb_view record, wb_record_row *row, wb_err *err)
{
    play *self = arg;

    self->changes++;
    return wb_records_put(self->txn, SHARD, record, row, err);
}

/* As the mapper does it: what the observation does not cover stays. */
static void
tell(play *self, const told *step)
{
    wb_record_kind kind = step->what == 's' ? WB_RECORD_INVENTORY : WB_RECORD_LISTING;
    WB_AUTO(wb_buf_fini) wb_buf key = {0}, sku = {0}, packed = {0}, mixed = {0}, wanted = {0};
    wb_stock_change change = {.shard = SHARD};
    bool found = false, wants = false;
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
    rig_ok(&self->rig,
           wb_stock_put(self->stock, self->txn, &change, &wanted, &wants, &self->rig.err));
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

    skus.sheet = sheet;
    rig_init(&self.rig);
    self.stock = wb_stock_new(ways, WB_COUNT(ways));
    rig_ok(&self.rig, wb_txn_begin(&self.txn, self.rig.store, true, &self.rig.err));
    for (const told *step = plays[_i].steps; step->what; step++)
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

    skus.sheet = sheet;
    digest(ways, WB_COUNT(ways), known);
    for (size_t i = 0; i < WB_COUNT(ways); i++)
        turned[i] = ways[WB_COUNT(ways) - 1 - i];
    digest(turned, WB_COUNT(ways), now);
    ck_assert_mem_eq(known, now, sizeof now);
    digest(ways, WB_COUNT(ways) - 1, now); /* its last is another's again */
    ck_assert_mem_eq(known, now, sizeof now);
    digest(ways, WB_COUNT(ways) - 2, now);
    ck_assert_mem_ne(known, now, sizeof now);
    turned[0].skus = &skus;
    turned[WB_COUNT(ways) - 1].skus = &skus;
    digest(turned, WB_COUNT(ways), now);
    ck_assert_mem_ne(known, now, sizeof now);
    skus.sheet = other;
    digest(ways, WB_COUNT(ways), now);
    ck_assert_mem_ne(known, now, sizeof now);
    digest(NULL, 0, now);
    ck_assert_mem_ne(known, now, sizeof now);
}
END_TEST

START_TEST(its_shops_one_after_the_other)
{
    static const char *const shops[] = {"t/mall", "t/mall-2", "t/shop", "t/shop2", NULL};
    wb_stock *stock = wb_stock_new(ways, WB_COUNT(ways));
    wb_view at = WB_VIEW_LIT("");
    size_t count = 0;

    while ((at = wb_stock_shop_behind(stock, at)).len)
        ck_assert_msg(wb_view_is(at, shops[count++]), "%.*s", WB_VIEW_ARG(at));
    ck_assert_uint_eq(count, 4);
    wb_stock_destroy(&stock);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {listings_want_what_is_held,    WB_COUNT(plays)},
        {what_the_join_depends_on,      0              },
        {its_shops_one_after_the_other, 0              },
        {NULL,                          0              },
    };

    return wb_suite_run("actors.mapper.stock", rows);
}
