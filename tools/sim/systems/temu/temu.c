/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temu - a sales channel, seen from its own side: orders, listings, shipments and stock of its
 * malls
 *
 *   POST /temu/openapi/router   {"type": OPERATION, "app_key", "access_token", "timestamp",
 *                                "data_type": "JSON", "sign", ...}
 *
 * The vendor's documentation says which parameters an operation has and what it answers; the files
 * say what this world makes of them. An order is on its way when it was confirmed; in a world whose
 * ERP ships nothing, as the marketplace says.
 *
 * One file a service, this one for the table and the malls. Start reading at the bottom.
 */
#include "tools/sim/systems/temu/temu.h"

#include "protocol/base/own.h"
#include "tools/sim/systems/temu/account.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/orders.h"

#include <stdio.h>

#define ROUTER "/temu/openapi/router"
#define OFTEN "interval_ms: 1s, overlap_ms: 2s, margin_ms: 500ms"
#define RATE 20
#define RATE_MOST 100
#define MALL_BASE INT64_C(634418212345000)

static const wb_option options[] = {
    WB_BOOL(wb_sim_temu_conf, temu_money, "false", "malls may ask for amounts of money"),
    WB_BOOL(wb_sim_temu_conf, temu_retrieve, "false",
            "accounts are set up to read goods by the newer lists"),
    WB_INT(wb_sim_temu_conf, temu_packs, "0", 0, 1000000,
           "one in so many goods is sold in packs of six (soldFactor); 0 = none"),
    WB_INT(wb_sim_temu_conf, temu_returns, "0", 0, 1000000,
           "the buyer of one in so many orders that were sent wants the money back; 0 = none"),
    WB_MS(wb_sim_temu_conf, temu_hold, "5s", 0, 86400000,
          "a buyer's request to cancel or to move is settled so long after the order"),
    WB_MS(wb_sim_temu_conf, temu_edit_window, "24h", 0, 86400000,
          "a tracking number may be changed for so long"),
    WB_END,
};

/* What is wrong with an order that it does not show. */
static const wb_sim_word order_words[] = {
    {WB_SIM_WORD_ALL, "3000032",   "access_token don't have this api access"},
    {400,             "3000000",   "Invalid request parameters"             },
    {403,             "7000000",   "The order cannot be shown"              },
    {404,             "140020002", "The order does not exist"               },
    {422,             "6000001",   "The order is abnormal"                  },
    {0,               NULL,        NULL                                     },
};

static const wb_sim_word goods_words[] = {
    {WB_SIM_WORD_ALL, "3000032",   "access_token don't have this api access"},
    {400,             "3000000",   "Invalid request parameters"             },
    {403,             "7000000",   "The goods cannot be shown"              },
    {404,             "150010003", "The goods do not exist"                 },
    {422,             "150010003", "The parameters make no sense"           },
    {0,               NULL,        NULL                                     },
};

static const wb_sim_word shipment_words[] = {
    {WB_SIM_WORD_ALL, "3000032",   "access_token don't have this api access"},
    {400,             "3000000",   "Invalid request parameters"             },
    {403,             "120012034", "The shop may not ship on its own"       },
    {404,             "120012007", "The order does not exist"               },
    {422,             "120012016", "The parent order is not to be sent"     },
    {0,               NULL,        NULL                                     },
};

static const wb_sim_place places[] = {
    [WB_SIM_TEMU_AT_GATEWAY] = {.name = "temu.gateway",
                                .delay = "temu-gateway",
                                .refuse = wb_sim_temu_refuse},
    [WB_SIM_TEMU_AT_ORDERS] = {.name = "temu.orders",
                                .delay = "temu-orders",
                                .nature = WB_SIM_GIVES,
                                .words = order_words,
                                .refuse = wb_sim_temu_refuse},
    [WB_SIM_TEMU_AT_GOODS] = {.name = "temu.goods",
                                .delay = "temu-goods",
                                .nature = WB_SIM_GIVES,
                                .words = goods_words,
                                .refuse = wb_sim_temu_refuse},
    [WB_SIM_TEMU_AT_SHIPMENTS] = {.name = "temu.shipments",
                                .delay = "temu-shipments",
                                .nature = WB_SIM_TAKES,
                                .words = shipment_words,
                                .refuse = wb_sim_temu_refuse},
    [WB_SIM_TEMU_AT_STOCK] = {.name = "temu.stock",
                                .delay = "temu-stock",
                                .nature = WB_SIM_TAKES,
                                .words = goods_words,
                                .refuse = wb_sim_temu_refuse},
    {0        },
};

static const wb_sim_op ops[] = {
#define OP(id, place, handler, type) {"temu." type, WB_SIM_TEMU_AT_##place, 20000000, 20},
    WB_SIM_TEMU_OPS(OP) OP(OTHER, GATEWAY, none, "other")
#undef OP
        {0},
};

static const wb_sim_route routes[] = {
    {"POST",                  ROUTER, WB_SIM_TEMU_AT_GATEWAY, wb_sim_temu_on_call},
    {0},
};

static const wb_sim_own_fault faults[] = {
#define FAULT(id, place, name, usual, help) {name, WB_SIM_TEMU_AT_##place, help, usual},
    WB_SIM_TEMU_FAULTS(FAULT)
#undef FAULT
        {0},
};

/* --- its life in a world --- */

static void
seller_init(wb_sim_temu_seller *self, wb_sim_account *account)
{
    unsigned number = account->number;

    self->account = account;
    self->mall_id = MALL_BASE + number;
    (void)snprintf(self->app_key, sizeof self->app_key, "7e3a%028u", number);
    (void)snprintf(self->app_secret, sizeof self->app_secret, "5ec4e7%034u", number);
    (void)snprintf(self->access_token, sizeof self->access_token, "upsim%055u", number);
    (void)snprintf(self->target, sizeof self->target, "%u", number);
    self->each = wb_alloc((WB_SIM_TEMU_OTHER + 1) * sizeof *self->each);
}

static void *
make(wb_sim_part *part)
{
    wb_sim_temu *self = wb_alloc(sizeof *self);
    const wb_sim *sim = part->sim;

    self->part = part;
    self->conf = part->conf;
    self->seller_count = part->account_count;
    self->sellers = wb_alloc(self->seller_count * sizeof *self->sellers);
    for (size_t i = 0; i < self->seller_count; i++)
        seller_init(&self->sellers[i], &part->accounts[i]);
    if (part == sim->shop)
        self->sent = wb_alloc(wb_sim_market_conf_of(sim->market)->orders * sizeof *self->sent);
    self->by_tracking = wb_map_new();
    self->by_sn = wb_map_new();
    self->edits = wb_map_new();
    return self;
}

static void
destroy(void *state)
{
    wb_sim_temu *self = state;

    for (size_t i = 0; i < self->seller_count; i++) {
        wb_free(&self->sellers[i].shown);
        wb_free(&self->sellers[i].each);
    }
    while (self->newest) {
        wb_sim_temu_parcel *first = self->newest;
        self->newest = first->older;
        wb_free(&first);
    }
    wb_map_destroy(&self->by_tracking);
    wb_map_destroy(&self->by_sn);
    wb_map_destroy(&self->edits);
    wb_free(&self->sellers);
    wb_free(&self->sent);
    wb_sim_temu_kept_destroy(&self->kept);
    wb_free(&self);
}

static void
stats(const wb_sim_part *part, wb_json_writer *writer)
{
    const wb_sim_temu *self = part->state;

    wb_json_put_key(writer, "temu");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "parcels", (int64_t)self->parcels);
    wb_json_member_int(writer, "edits", (int64_t)self->revisions);
    wb_json_close(writer, '}');
}

/* --- who its malls are --- */

static const wb_sim_temu_seller *
seller_of(const wb_sim_part *part, unsigned number)
{
    return &((const wb_sim_temu *)part->state)->sellers[number - 1];
}

static void
account(const wb_sim_part *part, unsigned number, wb_json_writer *writer)
{
    const wb_sim_temu_seller *at = seller_of(part, number);

    wb_json_member_int(writer, "mall_id", at->mall_id);
    wb_json_member_text(writer, "app_key", wb_view_of(at->app_key));
    wb_json_member_text(writer, "app_secret", wb_view_of(at->app_secret));
    wb_json_member_text(writer, "access_token", wb_view_of(at->access_token));
}

/* What malls of this world allow, as far as an account can use it. */
static int64_t
rate_of(const wb_sim *sim)
{
    int64_t rate = RATE * sim->rate_scale_micro / 1000000;

    return !rate || rate > RATE_MOST ? RATE_MOST : rate;
}

static void
shop(const wb_sim_part *part, unsigned number, wb_sim_setup *out)
{
    const wb_sim_temu_seller *at = seller_of(part, number);
    const wb_sim_temu_conf *conf = part->conf;

    wb_sim_setup_option(out, "url", "http://127.0.0.1:%d" ROUTER, part->sim->port);
    wb_sim_setup_option(out, "app_key", "\"%s\"", at->app_key);
    wb_sim_setup_option(out, "region_id", "%d", WB_SIM_TEMU_REGION);
    if (!part->sim->play) {
        wb_sim_setup_option(out, "mode", "local");
        wb_sim_setup_option(out, "money", "%s", conf->temu_money ? "amount" : "none");
        wb_sim_setup_option(out, "warehouse_id", WB_SIM_TEMU_WAREHOUSE);
        wb_sim_setup_option(out, "carriers", "[{name: \"%s\", id: \"%d\"}]",
                            wb_sim_temu_carrier_name(WB_SIM_TEMU_CARRIER), WB_SIM_TEMU_CARRIER);
        wb_sim_setup_option(out, "default_carrier", "\"%d\"", WB_SIM_TEMU_CARRIER);
    }
    if (conf->temu_retrieve)
        wb_sim_setup_option(out, "goods_lists", "retrieve");
    wb_sim_setup_option(out, "hold_retry", "2s"); /* buyers here are answered soon */
    if (part->sim->play) /* and whoever has to wait for others does not wait long */
        wb_sim_setup_option(out, "combine_after", "2s");
    wb_sim_setup_option(out, "rate", "%lld", (long long)rate_of(part->sim));
    wb_sim_setup_secret(out, "app_secret", at->app_secret);
    wb_sim_setup_secret(out, "access_token", at->access_token);
    wb_sim_setup_stream(out, "orders.sync", OFTEN);
    wb_sim_setup_stream(out, "listings.sync", OFTEN);
}

static const char *const back[] = {"shipment", "inventory", NULL};

const wb_sim_system wb_sim_system_temu = {
    .name = "temu",
    .summary = "a sales channel: orders, listings, shipments and stock of its malls",
    .options = options,
    .conf_size = sizeof(wb_sim_temu_conf),
    .places = places,
    .ops = ops,
    .routes = routes,
    .faults = faults,
    .gives = WB_SIM_TEMU_AT_ORDERS,
    .announces = WB_SIM_TEMU_AT_ORDERS, /* who wants to know reads the list */
    .make = make,
    .destroy = destroy,
    .stats = stats,
    .account = account,
    .shop = shop,
    .takes = back,
    .withheld = wb_sim_temu_withheld,
    .told = wb_sim_temu_told,
    .untold = wb_sim_temu_untold,
    .cases = WB_SIM_CASES_ALL,
};
