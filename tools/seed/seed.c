/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waybill-seed - fills the stores of a mapper and a pusher with records that are known already
 *
 *   in     folders of two instances, a number, an account, a target
 *   out    synthetic orders (some 600 bytes each) and their marks, in key order; the ids are spread
 *          evenly over all that a marketplace gives, so that new orders fall between them
 *   keeps  nothing; run it once on stores that hold none of the account's records, and no process
 *
 * Two passes: two thirds of the rows behind each other, which fills pages to their end, then every
 * third between them, which splits each page once. So pages are about two thirds full, as they are
 * after years of growth in random order; full ones would make each new order split one.
 *
 * The bench uses it: what does an order cost when ten million are known?
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/lanes.h"
#include "protocol/limits.h"
#include "protocol/records/order.h"
#include "storage/marks.h"
#include "storage/records.h"

#define ID_SPACE UINT64_C(100000000000000000) /* ddd-ddddddd-ddddddd */
#define ID_LEN 19
#define CHUNK 5000
#define MAP_BYTES (INT64_C(64) << 30)

typedef struct {
    const char *mapper, *pusher, *account, *target, *deployment;
    uint64_t count, shards;
} settings;

/* One template, and where the order's id stands in it. */
typedef struct {
    const settings *conf;
    wb_buf canonical, key;
    size_t canonical_id, key_id;
    wb_record_row record;
    wb_mark_row mark;
    uint32_t *order; /* numbers of the records, by shard, then rising */
    uint64_t *shard_end;
} seed;

static void
write_id(char *dst, const seed *self, uint64_t number)
{
    uint64_t id = number * (ID_SPACE / self->conf->count) + number % 7;
    char text[ID_LEN + 16];

    snprintf(text, sizeof text, "%03llu-%07llu-%07llu",
             (unsigned long long)(id / UINT64_C(100000000000000)),
             (unsigned long long)(id / 10000000 % 10000000), (unsigned long long)(id % 10000000));
    memcpy(dst, text, ID_LEN);
}

static wb_rc
build_template(seed *self, wb_err *err)
{
    static const char id[] = "000-0000000-0000000";
    wb_order_line line = {
        .line_id = WB_VIEW_LIT("60696125413094"),
        .sku = WB_VIEW_LIT("ACME-CABLE-2M-BLACK"),
        .asin = WB_VIEW_LIT("B0EXAMPLE1"),
        .title = WB_VIEW_LIT("A cable of two metres with a title as long as they are"),
        .quantity = {1,      true},
        .price = { 1299, "USD",    2}
    };
    wb_order order = {
        .external_id = wb_view_of(id),
        .channel = WB_VIEW_LIT("shop"),
        .marketplace = WB_VIEW_LIT("ATVPDKIKX0DER"),
        .status = WB_ORDER_SHIPPED,
        .channel_status = WB_VIEW_LIT("Shipped"),
        .purchased_utc_us = WB_US_PER_S * 1700000000,
        .updated_utc_us = WB_US_PER_S * 1700003600,
        .fulfilled_by = WB_VIEW_LIT("merchant"),
        .service_level = WB_VIEW_LIT("Standard"),
        .total = {1499,                               "USD", 2},
        .ship_to = {.name = WB_VIEW_LIT("Synthetic Buyer"),
                  .line1 = WB_VIEW_LIT("1 Nowhere Street"),
                  .city = WB_VIEW_LIT("Springfield"),
                  .region = WB_VIEW_LIT("IL"),
                  .postal_code = WB_VIEW_LIT("62701"),
                  .country = WB_VIEW_LIT("US")},
        .lines = {&line, 1              }
    };
    wb_rc rc = wb_canonical_encode(wb_order_fields, &order, &self->canonical, err);
    const char *at;

    wb_buf_addf(&self->key, "%s/order/%s", self->conf->account, id);
    rc = rc ? rc : wb_buf_check(&self->canonical, "the order", err);
    rc = rc ? rc : wb_buf_check(&self->key, "the key", err);
    if (rc)
        return rc;
    at = memmem(self->canonical.data, self->canonical.len, id, ID_LEN);
    self->canonical_id = (size_t)(at - self->canonical.data);
    self->key_id = self->key.len - ID_LEN;
    return WB_OK;
}

static void
build_rows(seed *self)
{
    self->record = (wb_record_row){.revision = UINT64_C(1700003600000000),
                                   .kind = WB_RECORD_ORDER,
                                   .status = WB_ORDER_SHIPPED,
                                   .routed = true,
                                   .created_utc_us = WB_US_PER_S * 1700000000,
                                   .changed_utc_us = WB_US_PER_S * 1700003600,
                                   .observation_count = 1,
                                   .canonical = wb_buf_view(&self->canonical)};
    self->record.observations[0] =
        (wb_record_observation){.origin = wb_view_of(self->conf->account),
                                .owners = 1,
                                .source_utc_us = 1,
                                .observed_utc_us = 1};
    self->mark = (wb_mark_row){.revision = self->record.revision,
                               .outcome = WB_OUTCOME_HANDED_ON,
                               .at_utc_us = self->record.changed_utc_us,
                               .remote_id = WB_VIEW_LIT("remote-000001")};
}

static void
set_number(seed *self, uint64_t number)
{
    write_id(self->key.data + self->key_id, self, number);
    memcpy(self->canonical.data + self->canonical_id, self->key.data + self->key_id, ID_LEN);
}

/* Counting sort of the numbers by the shard of their record. */
static void
sort_by_shard(seed *self)
{
    const settings *conf = self->conf;
    WB_AUTO(wb_free) uint16_t *shard_of = wb_alloc(conf->count * sizeof *shard_of);
    uint64_t *end = self->shard_end, before = 0;

    for (uint64_t i = 0; i < conf->count; i++) {
        set_number(self, i);
        shard_of[i] = wb_shard_of(wb_buf_view(&self->key), (uint16_t)conf->shards);
        end[shard_of[i]]++;
    }
    for (uint64_t s = 0; s < conf->shards; s++) {
        uint64_t rows = end[s];

        end[s] = before;
        before += rows;
    }
    for (uint64_t i = 0; i < conf->count; i++)
        self->order[end[shard_of[i]]++] = (uint32_t)i;
}

typedef wb_rc (*put_row)(seed *self, wb_txn *txn, uint64_t place, wb_err *err);

static wb_rc
put_record(seed *self, wb_txn *txn, uint64_t place, wb_err *err)
{
    uint16_t shard = 0;

    while (place >= self->shard_end[shard])
        shard++;
    set_number(self, self->order[place]);
    return wb_records_put(txn, shard, wb_buf_view(&self->key), &self->record, err);
}

static wb_rc
put_mark(seed *self, wb_txn *txn, uint64_t place, wb_err *err)
{
    wb_view target = wb_view_of(self->conf->target);

    set_number(self, place);
    return wb_marks_put(txn,
                        (wb_row_name){wb_shard_of(target, (uint16_t)self->conf->shards), target,
                                      wb_buf_view(&self->key)},
                        &self->mark, err);
}

/* One transaction of one pass over the places from `from` on. */
static wb_rc
put_chunk(seed *self, wb_store *store, uint64_t from, bool thirds, put_row put, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t end = from + CHUNK < self->conf->count ? from + CHUNK : self->conf->count;
    wb_rc rc = wb_txn_begin(&txn, store, true, err);

    if (rc)
        return rc;
    wb_txn_ascending(txn);
    for (uint64_t i = from; i < end && !rc; i++)
        if ((i % 3 == 1) == thirds)
            rc = put(self, txn, i, err);
    return rc ? rc : wb_txn_commit(&txn, err);
}

static wb_rc
fill(seed *self, const char *path, put_row put, wb_err *err)
{
    WB_AUTO(wb_store_close) wb_store *store = NULL;
    wb_store_conf conf = {0};
    wb_rc rc;

    wb_store_conf_default(&conf);
    conf.path = path;
    conf.deployment = self->conf->deployment;
    conf.map_bytes = MAP_BYTES;
    rc = wb_store_open(&store, &conf, err);
    for (uint64_t i = 0; i < self->conf->count && !rc; i += CHUNK)
        rc = put_chunk(self, store, i, false, put, err);
    for (uint64_t i = 0; i < self->conf->count && !rc; i += CHUNK)
        rc = put_chunk(self, store, i, true, put, err);
    return rc ? wb_note(err, rc, "%s", path) : WB_OK;
}

static wb_rc
run(const settings *conf, wb_err *err)
{
    WB_AUTO(wb_free) uint32_t *order = wb_alloc(conf->count * sizeof *order);
    WB_AUTO(wb_free) uint64_t *shard_end = wb_alloc(conf->shards * sizeof *shard_end);
    seed self = {.conf = conf, .order = order, .shard_end = shard_end};
    wb_rc rc;

    wb_buf_init(&self.canonical, WB_ORDER_MAX);
    wb_buf_init(&self.key, WB_KEY_MAX);
    rc = build_template(&self, err);
    if (!rc) {
        build_rows(&self);
        sort_by_shard(&self);
    }
    if (!rc && conf->mapper)
        rc = fill(&self, conf->mapper, put_record, err);
    if (!rc && conf->pusher)
        rc = fill(&self, conf->pusher, put_mark, err);
    wb_buf_fini(&self.canonical);
    wb_buf_fini(&self.key);
    return rc;
}

static const struct option long_options[] = {
    {"mapper",     required_argument, NULL, 'm'},
    {"pusher",     required_argument, NULL, 'p'},
    {"account",    required_argument, NULL, 'a'},
    {"target",     required_argument, NULL, 't'},
    {"deployment", required_argument, NULL, 'd'},
    {"count",      required_argument, NULL, 'n'},
    {"shards",     required_argument, NULL, 's'},
    {NULL,         0,                 NULL, 0  },
};

static bool
read_option(settings *conf, int letter)
{
    switch (letter) {
    case 'm':
        conf->mapper = optarg;
        return true;
    case 'p':
        conf->pusher = optarg;
        return true;
    case 'a':
        conf->account = optarg;
        return true;
    case 't':
        conf->target = optarg;
        return true;
    case 'd':
        conf->deployment = optarg;
        return true;
    case 'n':
        return !wb_text_uint(&conf->count, wb_view_of(optarg), NULL);
    case 's':
        return !wb_text_uint(&conf->shards, wb_view_of(optarg), NULL);
    default:
        return false;
    }
}

static bool
read_options(settings *conf, int argc, char **argv)
{
    for (int letter; (letter = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        if (!read_option(conf, letter))
            return false;
    return (conf->mapper || conf->pusher) && (!conf->mapper || conf->account) &&
           (!conf->pusher || conf->target) && conf->account && conf->count >= 1 &&
           conf->count <= UINT32_MAX && conf->shards >= 1 && conf->shards <= WB_SHARDS_MAX;
}

int
main(int argc, char **argv)
{
    settings conf = {.deployment = "waybill", .shards = WB_SHARDS_DEFAULT};
    int64_t begun = wb_now_ms();
    wb_err err = {0};

    if (!read_options(&conf, argc, argv)) {
        fputs(
            "usage: waybill-seed [--mapper DIR] [--pusher DIR] --count N --account TENANT/ACCOUNT\n"
            "                    --target TENANT/ACCOUNT [--shards 64] [--deployment waybill]\n",
            stderr);
        return 2;
    }
    if (run(&conf, &err)) {
        fprintf(stderr, "waybill-seed: %s\n", err.text);
        return 1;
    }
    printf("{\"records\": %llu, \"ms\": %lld}\n", (unsigned long long)conf.count,
           (long long)(wb_now_ms() - begun));
    return 0;
}
