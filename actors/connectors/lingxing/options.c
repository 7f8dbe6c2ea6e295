/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the settings of an account
 */
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"

static const char *const stock_names[] = {"valid", "sellable", NULL};
static const char *const tracking_names[] = {"tracking", "waybill", NULL};

static const wb_option store_rows[] = {
    WB_TEXT(lingxing_store, account, NULL, "our account, whose orders these are"),
    WB_TEXT(lingxing_store, store_id, "", "the shop's id there (store_id, 18 digits)"),
    WB_TEXT(lingxing_store, name, "", "instead of it: the shop's name there, if no other has it"),
    WB_TEXT(lingxing_store, platform_code, "10009", "the shop's platform; 10009: self-defined"),
    WB_TEXT(lingxing_store, sid, "",
            "the number by which outbound orders name the shop, needed where there are several; of "
            "a single shop all of them are taken without it"),
    WB_END,
};

const wb_option lingxing_rows[] = {
    WB_TEXT(lingxing_options, url, "https://openapi.lingxing.com",
            "base URL; some accounts are shown https://openapi.lingxingerp.com"),
    WB_TEXT(lingxing_options, app_id, NULL, "appId, 16 characters (Settings, Open interface)"),
    WB_SECRET(lingxing_options, app_secret, NULL, "its appSecret"),
    WB_LIST(lingxing_options, stores, store_rows, lingxing_store,
            "our accounts, and the shop that each one's orders are of"),
    WB_TEXTS(lingxing_options, warehouses, "",
             "warehouses whose stock is read, by id (wid) or name; none = all"),
    WB_CHOICE(lingxing_options, stock_field, "valid", stock_names,
              "what may be sold: product_valid_num, or what an overseas warehouse calls sellable"),
    WB_CHOICE(lingxing_options, tracking, "tracking", tracking_names,
              "which of the two numbers a shipment has goes first; the other where it is empty"),
    WB_BOOL(
        lingxing_options, address_permission, "true",
        "the address permission was granted: without it, postal code and telephone are not sent"),
    WB_BOOL(lingxing_options, approve, "true", "orders are approved when they are created"),
    WB_TEXT(lingxing_options, wid, "",
            "warehouse that orders are created for, its id or its name; with logistics_type_id"),
    WB_TEXT(lingxing_options, logistics_type_id, "",
            "their shipping method, its id or its name; with wid"),
    WB_BOOL(lingxing_options, tell_shipped, "false",
            "orders that their channel ships itself are created when they are shipped, and brought "
            "out at once with its tracking number; not where the ERP syncs such orders by itself: "
            "it would take their stock out twice"),
    WB_TEXT(lingxing_options, logistics_provider_id, "",
            "of tell_shipped: the provider of all shipping methods, which is named with them "
            "there; none = "
            "that of each, as the ERP tells it"),
    WB_MS(lingxing_options, names_age, "1h", 60000, 43200000,
          "how old what the ERP told of its names may be: then it is asked again"),
    WB_INT(lingxing_options, page_size, "1000", LINGXING_LENGTH_MIN, LINGXING_PAGE_MAX,
           "rows on one page of a list; at most 800 of stock and 200 of outbound orders"),
    WB_END,
};

const char lingxing_example[] = "app_id: ak_1234567890abc\n"
                                "app_secret: ${env:LINGXING_APP_SECRET}\n"
                                "stores:\n"
                                "  - {account: shop, store_id: \"110841323773100002\"}\n";

static bool
given(const char *text)
{
    return text && *text;
}

const lingxing_store *
lingxing_store_of(const lingxing_options *options, wb_view account)
{
    const lingxing_store *stores = options->stores.items;

    for (size_t i = 0; i < options->stores.count; i++)
        if (stores[i].account && wb_view_is(account, stores[i].account))
            return &stores[i];
    return NULL;
}

/* Was it given before? Notes it when it was not. */
static bool
is_again(wb_map *known, const char *text)
{
    if (!given(text))
        return false;
    if (wb_map_find(known, wb_view_of(text)))
        return true;
    wb_map_put(known, wb_view_of(text), known);
    return false;
}

/* By its id, else by its name; "" = by neither. */
static const char *
called(const lingxing_store *store)
{
    return given(store->store_id) ? store->store_id : given(store->name) ? store->name : "";
}

/* A number of an order is one in its shop alone: two accounts of ours in one may have the same. */
static void
check_stores(const lingxing_options *self, const wb_complaints *out)
{
    const lingxing_store *stores = self->stores.items;
    WB_AUTO(wb_map_destroy) wb_map *accounts = wb_map_new();
    WB_AUTO(wb_map_destroy) wb_map *shops = wb_map_new();
    WB_AUTO(wb_map_destroy) wb_map *numbers = wb_map_new();

    for (size_t i = 0; i < self->stores.count; i++) {
        if (!lingxing_is_number(wb_view_of(stores[i].platform_code)))
            wb_complain(out, WB_ABOUT("stores"), "platform_code is a number, such as 10009");
        if (self->stores.count > 1 && !given(stores[i].sid))
            wb_complain(out, WB_ABOUT("stores"),
                        "shop '%.32s' has no sid: where there are several, an outbound order is "
                        "told apart by it alone",
                        called(&stores[i]));
        if (!*called(&stores[i]))
            wb_complain(out, WB_ABOUT("stores"), "a shop has neither store_id nor name");
        if (is_again(accounts, stores[i].account))
            wb_complain(out, WB_ABOUT("stores"), "account '%.64s' is there twice",
                        stores[i].account);
        if (is_again(shops, called(&stores[i])))
            wb_complain(out, WB_ABOUT("stores"),
                        "shop '%.32s' is there twice: orders of two accounts may have one "
                        "number, and a shop takes each number once",
                        called(&stores[i]));
        if (is_again(numbers, stores[i].sid))
            wb_complain(out, WB_ABOUT("stores"), "sid '%.32s' is there twice", stores[i].sid);
    }
}

void
lingxing_check(const void *options, const wb_complaints *out)
{
    const lingxing_options *self = options;

    if (given(self->wid) != given(self->logistics_type_id))
        wb_complain(out, WB_ABOUT(given(self->wid) ? "wid" : "logistics_type_id", "wid"),
                    "wid and logistics_type_id: both, or neither");
    check_stores(self, out);
}
