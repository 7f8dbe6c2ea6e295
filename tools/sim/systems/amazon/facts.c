/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - the facts of one version of an order, as texts that templates put in
 *
 * Written once for each document, some thousand times a second: so by hand, without printf.
 */
#include "tools/sim/systems/amazon/facts.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/goods.h"
#include "tools/sim/engine/ids.h"

#include <assert.h>
#include <string.h>

#define SHIPPING_MINOR 499

static const char *const first_names[] = {"Ana",   "Ben",  "Carla", "David", "Elena", "Frank",
                                          "Grace", "Hugo", "Ines",  "Jonas", "Kim",   "Lena",
                                          "Marco", "Nora", "Oskar", "Zoë"};
static const char *const last_names[] = {
    "Adams",   "Bauer",  "Castro", "Dubois", "Evans",  "Fischer", "García",  "Hansen",
    "Ivanova", "Jensen", "Keller", "Lopez",  "Müller", "Novak",   "O'Neill", "Rossi"};
static const struct {
    const char *city, *region, *zip;
} cities[] = {
    {"Seattle",  "WA", "98101"},
    {"Austin",   "TX", "78701"},
    {"Portland", "OR", "97201"},
    {"Denver",   "CO", "80202"},
    {"Chicago",  "IL", "60601"},
    {"Boston",   "MA", "02108"},
    {"Atlanta",  "GA", "30303"},
    {"Phoenix",  "AZ", "85004"},
};
static const char *const state_names[WB_SIM_STATE_COUNT][2] = {
    {"PENDING",           "Pending"         },
    {"UNSHIPPED",         "Unshipped"       },
    {"PARTIALLY_SHIPPED", "PartiallyShipped"},
    {"SHIPPED",           "Shipped"         },
    {"CANCELLED",         "Canceled"        },
};

static const char *const titles[] = {
    "Stainless Steel Water Bottle, 24 oz, Vacuum Insulated, Leakproof Lid (Forest Green)",
    "Wireless Earbuds with Charging Case, 30 h Playtime, IPX7 Waterproof \\u2013 Black",
    "Cotton Bath Towel Set, 6 Pieces, Quick Dry, Machine Washable, Light Grey",
    "LED Desk Lamp with USB Charging Port, 5 Color Modes, Touch Control, 12\\\" Arm",
};

/* Large orders fill stores soon. */
static const char *
long_title(void)
{
    static char title[WB_SIM_TITLE_MAX];

    if (!*title)
        memset(title, 'x', sizeof title);
    return title;
}

static void
set_literal(wb_sim_facts *self, wb_sim_fact fact, const char *text)
{
    self->fact[fact] = wb_view_of(text);
}

static char *
room(wb_sim_facts *self, size_t len)
{
    char *at = self->text + self->used;

    assert(self->used + len <= sizeof self->text);
    self->used += len;
    return at;
}

static void
set_text(wb_sim_facts *self, wb_sim_fact fact, const char *text, size_t len)
{
    char *at = room(self, len);

    memcpy(at, text, len);
    self->fact[fact] = (wb_view){at, len};
}

/* At least `digits` digits, zeros in front; `point` of them behind a point. */
static wb_view
put_number(wb_sim_facts *self, uint64_t value, int digits, int point)
{
    char text[24];
    char *end = text + sizeof text, *at = end;

    while (value || digits > 0) {
        if (point && end - at == point)
            *--at = '.';
        *--at = (char)('0' + value % 10);
        value /= 10;
        digits--;
    }
    char *kept = room(self, (size_t)(end - at));
    memcpy(kept, at, (size_t)(end - at));
    return (wb_view){kept, (size_t)(end - at)};
}

static void
set_number(wb_sim_facts *self, wb_sim_fact fact, uint64_t value, int digits)
{
    self->fact[fact] = put_number(self, value, digits, 0);
}

static void
set_money(wb_sim_facts *self, wb_sim_fact fact, int64_t minor)
{
    self->fact[fact] = put_number(self, (uint64_t)minor, 3, 2);
}

static void
set_time(wb_sim_facts *self, wb_sim_fact fact, int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    /* Milliseconds, as the live service writes them. */
    wb_time_text(text, utc_us, false);
    text[19] = '.';
    for (int i = 0, by = 100; i < 3; i++, by /= 10)
        text[20 + i] = (char)('0' + utc_us % WB_US_PER_S / WB_US_PER_MS / by % 10);
    text[23] = 'Z';
    set_text(self, fact, text, 24);
}

static void
set_alias(wb_sim_facts *self, uint32_t order, uint32_t version)
{
    size_t begin = self->used;

    memcpy(room(self, 2), "S-", 2);
    put_number(self, order, 1, 0);
    memcpy(room(self, 2), "-v", 2);
    put_number(self, version, 1, 0);
    self->fact[WB_SIM_FACT_ALIAS] = (wb_view){self->text + begin, self->used - begin};
}

static void
make_lines(wb_sim_facts *self, const wb_sim_market *market)
{
    int64_t items_minor = 0, tax_minor = 0, count = 0;

    self->lines = wb_sim_order_lines(market, self->order, self->line);
    for (int i = 0; i < self->lines; i++) {
        self->sku[i] =
            wb_sim_goods_named(market) ? wb_sim_goods_sku(market, self->line[i].goods, NULL) : NULL;
        self->money[i].price_minor = self->line[i].quantity * self->line[i].unit_minor;
        self->money[i].tax_minor = self->money[i].price_minor * 8 / 100;
        self->money[i].shipping_minor = i == 0 ? SHIPPING_MINOR : 0;
        items_minor += self->money[i].price_minor;
        tax_minor += self->money[i].tax_minor;
        count += self->line[i].quantity;
    }
    bool shipped = self->state == WB_SIM_STATE_SHIPPED;
    set_money(self, WB_SIM_FACT_ITEMS_TOTAL, items_minor);
    set_money(self, WB_SIM_FACT_TAX_TOTAL, tax_minor);
    set_money(self, WB_SIM_FACT_SHIPPING_TOTAL, SHIPPING_MINOR);
    set_money(self, WB_SIM_FACT_TOTAL, items_minor + tax_minor + SHIPPING_MINOR);
    set_number(self, WB_SIM_FACT_SHIPPED_COUNT, (uint64_t)(shipped ? count : 0), 1);
    set_number(self, WB_SIM_FACT_OPEN_COUNT, (uint64_t)(shipped ? 0 : count), 1);
}

static void
make_people(wb_sim_facts *self)
{
    uint64_t hash = self->hash;
    size_t city = (hash >> 24) % WB_COUNT(cities);

    set_literal(self, WB_SIM_FACT_FIRST, first_names[(hash >> 8) % WB_COUNT(first_names)]);
    set_literal(self, WB_SIM_FACT_LAST, last_names[(hash >> 16) % WB_COUNT(last_names)]);
    set_literal(self, WB_SIM_FACT_CITY, cities[city].city);
    set_literal(self, WB_SIM_FACT_REGION, cities[city].region);
    set_literal(self, WB_SIM_FACT_ZIP, cities[city].zip);
    set_number(self, WB_SIM_FACT_HOUSE, 1 + (hash >> 32) % 9999, 1);
}

/* Members without a value, as this service writes them. */
static void
make_empty(wb_sim_facts *self)
{
    set_literal(self, WB_SIM_FACT_PROGRAMS, "[\"PRIME\"]");
    set_literal(self, WB_SIM_FACT_NONE, "[]");
    set_literal(self, WB_SIM_FACT_EMPTY, "\"\"");
    set_literal(self, WB_SIM_FACT_NOTHING, "{}");
}

static void
make_times(wb_sim_facts *self, const wb_sim_market *market, uint32_t order, uint32_t version)
{
    const int64_t day_us = 86400 * WB_US_PER_S;
    int64_t created_utc_us = wb_sim_order_created_utc_us(market, order);

    set_time(self, WB_SIM_FACT_CREATED, created_utc_us);
    set_time(self, WB_SIM_FACT_UPDATED, wb_sim_market_updated_utc_us(market, order, version));
    set_time(self, WB_SIM_FACT_SHIP_FROM, created_utc_us);
    set_time(self, WB_SIM_FACT_SHIP_BY, created_utc_us + 2 * day_us);
    set_time(self, WB_SIM_FACT_DELIVER_BY, created_utc_us + 6 * day_us);
}

void
wb_sim_facts_init(wb_sim_facts *self, const wb_sim_market *market, uint32_t order, uint32_t version)
{
    const wb_sim_market_conf *conf = wb_sim_market_conf_of(market);
    char id[WB_SIM_ID_LEN + 1];

    self->used = 0;
    self->broken_title = NULL;
    self->nulls = false;
    self->order = order;
    self->title_len = conf->title_len;
    self->hash = wb_sim_order_hash(market, order);
    self->state = wb_sim_state_of(market, order, version);
    wb_sim_market_id(market, id, order);
    set_text(self, WB_SIM_FACT_ID, id, WB_SIM_ID_LEN);
    set_alias(self, order, version);
    set_number(self, WB_SIM_FACT_NUMBER, order, 1);
    set_number(self, WB_SIM_FACT_SELLER, wb_sim_market_account(market, order), 6);
    set_literal(self, WB_SIM_FACT_STATUS, wb_sim_state_name(self->state));
    set_literal(self, WB_SIM_FACT_STATUS_V0, wb_sim_state_name_v0(self->state));
    set_number(self, WB_SIM_FACT_NOTICE, ((uint64_t)order << 8 | version) % 1000000000000, 12);
    make_times(self, market, order, version);
    make_empty(self);
    make_people(self);
    make_lines(self, market);
}

/* What systems have written where a text or a time should be, and readers stumble over: half a
 * character as an escape, bytes of Latin-1, a time without its seconds. */
static void
break_texts(wb_sim_facts *self)
{
    wb_view time = self->fact[WB_SIM_FACT_SHIP_BY];

    switch (self->order % 3) {
    case 0:
        set_literal(self, WB_SIM_FACT_FIRST, "Ana \\ud83d");
        self->broken_title = "LED Desk Lamp \\ud83d";
        break;
    case 1:
        set_literal(self, WB_SIM_FACT_CITY, "M\xfcnchen");
        self->broken_title = "T\xfcrschild, 10 \xd7 4 cm";
        break;
    default:
        set_text(self, WB_SIM_FACT_SHIP_BY, time.data, sizeof "2026-01-02T03:04" - 1);
        memcpy(room(self, 1), "Z", 1);
        self->fact[WB_SIM_FACT_SHIP_BY].len++;
    }
}

void
wb_sim_facts_flaw(wb_sim_facts *self, const wb_sim_market *market)
{
    static const wb_sim_fact empty[] = {WB_SIM_FACT_PROGRAMS, WB_SIM_FACT_NONE, WB_SIM_FACT_EMPTY,
                                        WB_SIM_FACT_NOTHING};

    if (wb_sim_market_flawed(market, WB_SIM_FAULT_BROKEN_TEXT, WB_SIM_GIVES, self->order, 0))
        break_texts(self);
    self->nulls = wb_sim_market_flawed(market, WB_SIM_FAULT_NULLS, WB_SIM_GIVES, self->order, 0);
    for (size_t i = 0; self->nulls && i < WB_COUNT(empty); i++)
        set_literal(self, empty[i], "null");
}

void
wb_sim_facts_foreign(wb_sim_facts *self, const wb_sim_market *market)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(market, id, self->order | WB_SIM_FOREIGN);
    set_text(self, WB_SIM_FACT_ID, id, WB_SIM_ID_LEN);
    set_literal(self, WB_SIM_FACT_SELLER, "999999");
    set_number(self, WB_SIM_FACT_NOTICE, 900000000000 + self->order, 12);
}

/* "SKU-00012-US" */
static void
set_sku(wb_sim_facts *self, int index)
{
    size_t begin = self->used;

    if (self->sku[index]) {
        set_literal(self, WB_SIM_FACT_SKU, self->sku[index]);
        return;
    }
    memcpy(room(self, 4), "SKU-", 4);
    put_number(self, self->line[index].goods, 5, 0);
    memcpy(room(self, 3), "-US", 3);
    self->fact[WB_SIM_FACT_SKU] = (wb_view){self->text + begin, self->used - begin};
}

void
wb_sim_facts_line(wb_sim_facts *self, int index)
{
    uint64_t kind = (self->hash >> 40) + (uint64_t)index * 7;
    uint64_t goods = self->line[index].goods;
    bool shipped = self->state == WB_SIM_STATE_SHIPPED;
    uint64_t quantity = (uint64_t)self->line[index].quantity;
    uint64_t done = shipped ? quantity : 0;

    if (self->state == WB_SIM_STATE_PARTLY && index == 0)
        done = quantity;
    set_number(self, WB_SIM_FACT_LINE_ID, (uint64_t)self->order * 10 + (uint64_t)index, 14);
    set_sku(self, index);
    set_number(self, WB_SIM_FACT_ASIN, goods + 100000000, 9);
    if (self->broken_title && index == 0)
        set_literal(self, WB_SIM_FACT_TITLE, self->broken_title);
    else if (self->title_len && index == 0)
        self->fact[WB_SIM_FACT_TITLE] = (wb_view){long_title(), self->title_len};
    else
        set_literal(self, WB_SIM_FACT_TITLE, titles[kind % WB_COUNT(titles)]);
    set_number(self, WB_SIM_FACT_QUANTITY, quantity, 1);
    set_number(self, WB_SIM_FACT_QUANTITY_SHIPPED, done, 1);
    set_number(self, WB_SIM_FACT_QUANTITY_OPEN, quantity - done, 1);
    set_money(self, WB_SIM_FACT_UNIT, self->line[index].unit_minor);
    set_money(self, WB_SIM_FACT_PRICE, self->money[index].price_minor);
    set_money(self, WB_SIM_FACT_TAX, self->money[index].tax_minor);
    set_money(self, WB_SIM_FACT_SHIPPING, self->money[index].shipping_minor);
    set_money(self, WB_SIM_FACT_LINE_TOTAL,
              self->money[index].price_minor + self->money[index].tax_minor +
                  self->money[index].shipping_minor);
}

const char *
wb_sim_state_name(wb_sim_state state)
{
    return state_names[state][0];
}

const char *
wb_sim_state_name_v0(wb_sim_state state)
{
    return state_names[state][1];
}
