/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the settings of a Temu shop
 */
#include "actors/connectors/temu/temu.h"

#include <string.h>

#include "actors/connectors/temu/uncertain.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define URL_US "https://openapi-b-us.temu.com/openapi/router"

static const char *const modes[] = {"local", "semi", NULL};
static const char *const moneys[] = {"none", "amount", NULL};
static const char *const goods_lists[] = {"query", "retrieve", NULL};
static const char *const prices[] = {"list", "zero", "hold", NULL};
static const char *const acceptances[] = {"DENY_CANCELLATION", "DENY_ADDRESS_CHANGE",
                                          "DENY_PARENT_RISK_WARNING", NULL};

static const wb_option carrier_rows[] = {
    WB_TEXT(temu_carrier, name, NULL, "the carrier, as the ERP spells it; case does not count"),
    WB_TEXT(temu_carrier, id, NULL, "Temu's id of it: bg.logistics.companies.get tells them"),
    WB_END,
};

static const wb_option pack_rows[] = {
    WB_TEXT(temu_pack, sku, NULL, "the seller's SKU, as the shop has it"),
    WB_INT(temu_pack, pieces, NULL, 1, TEMU_PACK_MAX, "pieces in one sold unit"),
    WB_END,
};

const wb_option temu_rows[] = {
    WB_TEXT(temu_options, url, URL_US,
            "the router of the shop's region: openapi-b-us, openapi-b-eu or openapi-b-global"),
    WB_TEXT(temu_options, app_key, NULL, "the application's key"),
    WB_SECRET(temu_options, app_secret, NULL, "its secret: signs requests and opens webhooks"),
    WB_SECRET(temu_options, access_token, NULL,
              "the seller's grant; it ends after about a year, and nothing renews it"),
    WB_INT(temu_options, region_id, "0", 0, 100000, "orders of this region alone; 0 = of all"),
    WB_TEXT(temu_options, mall_id, "",
            "the shop's id: webhooks of another one are not taken; none = all are"),
    WB_CHOICE(temu_options, mode, "local", modes,
              "which id names a SKU that the seller gave no number: skuId (local) or productSkuId "
              "(semi)"),
    WB_CHOICE(temu_options, money, "none", moneys,
              "amount: what was paid is asked for, which Temu has to grant"),
    WB_CHOICE(temu_options, price_without_money, "list", prices,
              "unit price without that grant: the listing's, marked as estimated (none known: the "
              "order is held), zero, or hold every order"),
    WB_BOOL(temu_options, pieces, "false",
            "quantities of orders in pieces: sold units times the soldFactor that Temu tells; a "
            "table of SKUs then says what one piece is. Shipments are told back in sold units"),
    WB_LIST(
        temu_options, packs, pack_rows, temu_pack,
        "SKUs whose sold unit is several pieces, for the stock that is shown and for what comes "
        "back: Temu tells soldFactor with orders alone. A quantity of a table of SKUs is not to "
        "say the same once more"),
    WB_CHOICE(temu_options, goods_lists, "query", goods_lists,
              "lists that goods and SKUs are read by: bg.local.goods.*.query with stock and price, "
              "or temu.local.*.retrieve, whose stock is asked for beside it, and which tells no "
              "price"),
    WB_TEXT(temu_options, warehouse_id, "",
            "where the seller ships from: shipments cannot be confirmed without it"),
    WB_LIST(temu_options, carriers, carrier_rows, temu_carrier, "the ERP's carriers at Temu"),
    WB_TEXT(temu_options, default_carrier, "",
            "Temu's id for a carrier that has no row; none = its shipment is parked"),
    WB_TEXTS(temu_options, confirm_acceptance, "",
             "buyers' requests that a confirmation overrules: DENY_CANCELLATION, "
             "DENY_ADDRESS_CHANGE, DENY_PARENT_RISK_WARNING"),
    WB_MS(temu_options, partial_after, "0", 0, INT64_C(30) * 86400000,
          "an order of which nothing more comes is confirmed as it is after so long; 0 = never"),
    WB_MS(temu_options, combine_after, "2s", 0, 86400000,
          "a shipment of a whole order waits so long for other orders with its tracking number, "
          "which are confirmed with it; 0 = every order is confirmed by itself"),
    WB_MS(temu_options, hold_retry, "10m", 1000, 86400000,
          "a shipment whose order waits for an answer to the buyer is tried again after so long"),
    WB_INT(temu_options, page_size, "100", 1, TEMU_PAGE_MAX, "rows on one page of a list"),
    WB_INT(temu_options, rate, TEMU_RATE, 1, 100,
           "calls a second of each interface; Temu allows 20 by default"),
    WB_END,
};

const char temu_example[] = "url: https://openapi-b-eu.temu.com/openapi/router\n"
                            "app_key: 11112222333344445555666677778888\n"
                            "app_secret: ${file:secrets/temu_app_secret}\n"
                            "access_token: ${file:secrets/temu_access_token}\n"
                            "warehouse_id: WH-01\n"
                            "carriers:\n"
                            "  - {name: DHL, id: \"699272611\"}\n";

static bool
given(const char *text)
{
    return text && *text;
}

static bool
can_be_signed(const char *text)
{
    return !strpbrk(text, TEMU_UNSETTLED "\"");
}

static void
check_credentials(const temu_options *self, const wb_complaints *out)
{
    if (given(self->app_key) && !can_be_signed(self->app_key))
        wb_complain(out, WB_ABOUT("app_key"), "no quotes, backslashes, < > or & can be in it");
    if (given(self->access_token) && !can_be_signed(self->access_token))
        wb_complain(out, WB_ABOUT("access_token"), "no quotes, backslashes, < > or & can be in it");
    if (given(self->app_secret) && strlen(self->app_secret) < TEMU_SECRET_MIN)
        wb_complain(out, WB_ABOUT("app_secret"), "shorter than %d characters: it is another one",
                    TEMU_SECRET_MIN);
}

static void
check_carriers(const temu_options *self, const wb_complaints *out)
{
    const temu_carrier *rows = self->carriers.items;

    for (size_t i = 0; i < self->carriers.count; i++)
        for (size_t k = 0; k < i; k++)
            if (rows[i].name && rows[k].name &&
                wb_text_same_nocase(wb_view_of(rows[i].name), wb_view_of(rows[k].name)))
                wb_complain(out, WB_ABOUT("carriers"), "'%.60s' is there twice", rows[i].name);
    if ((self->carriers.count || given(self->default_carrier)) && !given(self->warehouse_id))
        wb_complain(out, WB_ABOUT("warehouse_id", "carriers", "default_carrier"),
                    "carriers are for confirming shipments, which needs warehouse_id");
}

static void
check_packs(const temu_options *self, const wb_complaints *out)
{
    const temu_pack *rows = self->packs.items;

    for (size_t i = 0; i < self->packs.count; i++)
        for (size_t k = 0; k < i; k++)
            if (rows[i].sku && rows[k].sku && !strcmp(rows[i].sku, rows[k].sku))
                wb_complain(out, WB_ABOUT("packs"), "'%.60s' is there twice", rows[i].sku);
    if (self->packs.count && !self->pieces)
        wb_complain(out, WB_ABOUT("packs", "pieces"),
                    "packs are for an account that counts pieces: orders would go in sold units");
}

static void
check_acceptance(const temu_options *self, const wb_complaints *out)
{
    char *const *words = self->confirm_acceptance.items;

    for (size_t i = 0; i < self->confirm_acceptance.count; i++) {
        size_t at = 0;

        while (acceptances[at] && words[i] && strcmp(acceptances[at], words[i]) != 0)
            at++;
        if (!acceptances[at])
            wb_complain(out, WB_ABOUT("confirm_acceptance"), "'%.60s' is none of them",
                        words[i] ? words[i] : "");
    }
}

void
temu_check(const void *options, const wb_complaints *out)
{
    const temu_options *self = options;

    check_credentials(self, out);
    check_carriers(self, out);
    check_packs(self, out);
    check_acceptance(self, out);
    if (self->money == TEMU_MONEY_AMOUNT && self->price_without_money == TEMU_PRICE_HOLD)
        wb_complain(out, WB_ABOUT("price_without_money", "money"),
                    "with money: amount there is nothing to hold orders for");
}
