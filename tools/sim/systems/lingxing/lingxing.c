/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lingxing - an ERP for sellers, seen from its own side
 *
 * Everything is below /lingxing. An application (appId) is a target of this world: "ak_main_______"
 * is `main`. Shop k of it is the seller k, with the store 1100000000000000KK; an order is known by
 * the number that it has at its channel. Nothing is told by itself: who wants to know asks.
 *
 *   token.c      access tokens
 *   create.c     orders are created; change.c: changed; fate.c: approved, cancelled, delivered
 *   orders.c     orders are read; outbound.c: what the warehouses do with them
 *   quick.c      orders that were shipped elsewhere are brought out at once
 *   goods.c      products, and what of them is held
 *   reference.c  shops, warehouses, shipping methods
 *   door.c       what every request passes; sign.c: its signature
 *   house.c      what is kept; warehouse.c: what becomes of what was approved
 *
 * Start reading at the bottom. Sources: the vendor's pages on the open interface, 2026-06-06; what
 * they leave open stands where it was decided.
 */
#include "tools/sim/systems/lingxing/lingxing.h"

#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/reference.h"
#include "tools/sim/systems/lingxing/secret.h"

#include <stdio.h>
#include <string.h>

#define ROOT "/lingxing"
#define OFTEN "interval_ms: 1s"
#define STORES_MAX 480

static const wb_option options[] = {
    WB_MS(wb_sim_lingxing_conf, lingxing_token, "2h", 1, 86400000,
          "how long an access token lives"),
    WB_MS(wb_sim_lingxing_conf, lingxing_takes, "5ms", 0, 600000,
          "how long any request takes, and so its place at its path"),
    WB_MS(wb_sim_lingxing_conf, lingxing_slow, "40s", 0, 600000,
          "how long a request takes that lingxing_slow_path strikes"),
    WB_MS(wb_sim_lingxing_conf, lingxing_hold, "2m", 1, 600000,
          "until the place at a path is free again that a request never gave back"),
    WB_MS(wb_sim_lingxing_conf, lingxing_works, "500ms", 0, 600000,
          "how long a quick outbound takes behind its acceptance"),
    WB_INT(wb_sim_lingxing_conf, lingxing_split, "0", 0, 1000,
           "of a thousand orders with several lines, those that are sent from two places"),
    WB_INT(wb_sim_lingxing_conf, lingxing_merge, "0", 0, 1000,
           "of a thousand orders, those that may be sent together with another"),
    WB_BOOL(wb_sim_lingxing_conf, lingxing_address, "true",
            "the whole address of an order is kept and told: the vendor has to permit it"),
    WB_BOOL(wb_sim_lingxing_conf, lingxing_approves, "false",
            "orders are approved as they are created"),
    WB_BOOL(wb_sim_lingxing_conf, lingxing_blocks, "true",
            "an order with goods that are not paired cannot be approved"),
    WB_END,
};

/* What is wrong with a request that is refused whole, by the status of the lever or fault. */
static const wb_sim_word words[] = {
    {400, "102", "参数不合法"                                       },
    {403, "403", "授权失效，请更新授权有效期或检查权限"},
    {404, "400", "服务不存在"                                       },
    {422, "500", "内部错误"                                          },
    {0,   NULL,  NULL                                                    },
};

static const wb_sim_place places[] = {
    [WB_SIM_LINGXING_AT_TOKENS] = {.name = "lingxing.tokens",
                                   .nature = WB_SIM_ANY,
                                   .words = words,
                                   .refuse = wb_sim_lingxing_refuse},
    [WB_SIM_LINGXING_AT_READS] = {.name = "lingxing.reads",
                                   .delay = "lingxing-reads",
                                   .nature = WB_SIM_GIVES,
                                   .words = words,
                                   .refuse = wb_sim_lingxing_refuse},
    [WB_SIM_LINGXING_AT_WRITES] = {.name = "lingxing.writes",
                                   .delay = "lingxing-writes",
                                   .nature = WB_SIM_TAKES,
                                   .words = words,
                                   .refuse = wb_sim_lingxing_refuse},
    {0},
};

/* The vendor limits what is on its way at once, see door.c; nothing by time. */
static const wb_sim_op ops[] = {
#define OP_ROW(id, name, place, path, most)                                                        \
    [WB_SIM_LINGXING_##id] = {"lingxing." name, WB_SIM_LINGXING_AT_##place, 0, 0},
    WB_SIM_LINGXING_OPS(OP_ROW)
#undef OP_ROW
        [WB_SIM_LINGXING_OP_COUNT] = {0},
};

static const wb_sim_own_fault faults[] = {
#define FAULT_ROW(id, name, place, usual, help)                                                    \
    [WB_SIM_LINGXING_FAULT_##id] = {"lingxing_" name, WB_SIM_LINGXING_AT_##place, help, usual},
    WB_SIM_LINGXING_FAULTS(FAULT_ROW)
#undef FAULT_ROW
        [WB_SIM_LINGXING_FAULT_COUNT] = {0},
};

int
wb_sim_lingxing_capacity(int op)
{
    static const int most[] = {
#define MOST_ROW(id, name, place, path, most) [WB_SIM_LINGXING_##id] = (most),
        WB_SIM_LINGXING_OPS(MOST_ROW)
#undef MOST_ROW
    };

    return most[op];
}

/* Another method, or another path. What has a doubled slash does not even come to the gateway. */
static void
on_nothing(wb_sim_visit *visit)
{
    wb_view path = visit->request->path;

    if (path.len && memmem(path.data, path.len, "//", 2)) {
        wb_sim_http_answer(visit->conn,
                           &(wb_sim_answer){.status = 405,
                                            .type = "text/html",
                                            .body = WB_VIEW_LIT("<html>405 Not Allowed</html>")});
        return;
    }
    if (wb_view_is(visit->request->method, "POST"))
        wb_sim_answer_json(visit->conn, 200,
                           WB_VIEW_LIT("{\"code\":400,\"message\":\"服务不存在\","
                                       "\"error_details\":[],\"request_id\":\"r\","
                                       "\"response_time\":\"2021-12-27 16:21:14\",\"data\":[],"
                                       "\"total\":0}"));
    else
        wb_sim_lingxing_gateway(visit, "500", "404 NOT_FOUND");
}

enum { ROUTE_PLACE = WB_SIM_LINGXING_AT_READS }; /* until it is known which operation it is */

#define TOKEN_PATH ROOT "/api/auth-server/oauth/"
#define ORDER_PATH ROOT "/pb/mp/order/"
#define ERP_PATH ROOT "/erp/sc/"
#define OPEN_PATH ROOT "/basicOpen/"

static const wb_sim_route routes[] = {
    {"POST",                                               TOKEN_PATH "access-token", WB_SIM_LINGXING_AT_TOKENS, wb_sim_lingxing_on_token},
    {"POST",                           TOKEN_PATH "refresh", WB_SIM_LINGXING_AT_TOKENS, wb_sim_lingxing_on_refresh},
    {"POST",                                                    ROOT "/pb/mp/shop/v2/getSellerList", ROUTE_PLACE, wb_sim_lingxing_on_sellers},
    {"POST",      ERP_PATH "data/local_inventory/warehouse", ROUTE_PLACE, wb_sim_lingxing_on_warehouses},
    {"POST",                          ERP_PATH "routing/wms/WmsLogistics/listUsedLogisticsType", ROUTE_PLACE,
     wb_sim_lingxing_on_methods},
    {"POST",                                               ERP_PATH "routing/data/local_inventory/productList", ROUTE_PLACE,
     wb_sim_lingxing_on_products},
    {"POST",                                         ERP_PATH "routing/data/local_inventory/inventoryDetails", ROUTE_PLACE,
     wb_sim_lingxing_on_stock},
    {"POST",                                                    ERP_PATH "routing/wms/order/wmsOrderList", ROUTE_PLACE, wb_sim_lingxing_on_outbound},
    {"POST",      ORDER_PATH "v2/list", ROUTE_PLACE, wb_sim_lingxing_on_orders},
    {"POST",                       ORDER_PATH "v2/create", ROUTE_PLACE, wb_sim_lingxing_on_create},
    {"POST",                                               ORDER_PATH "v2/updateOrder", ROUTE_PLACE, wb_sim_lingxing_on_update},
    {"POST",                                         ORDER_PATH "v2/cancelOrder", ROUTE_PLACE, wb_sim_lingxing_on_cancel},
    {"POST",                                                    ORDER_PATH "editOrder", ROUTE_PLACE, wb_sim_lingxing_on_edit},
    {"POST",ORDER_PATH "setRemark", ROUTE_PLACE, wb_sim_lingxing_on_remark},
    {"POST",                          OPEN_PATH "openapi/multiplatform/order/review", ROUTE_PLACE,
     wb_sim_lingxing_on_review},
    {"POST",                                               OPEN_PATH "selfShipmentOrder/deliveryGoods", ROUTE_PLACE, wb_sim_lingxing_on_deliver},
    {"POST",                                         ORDER_PATH "v2/fastOutbound", ROUTE_PLACE, wb_sim_lingxing_on_quick},
    {"POST",                                                    ORDER_PATH "v2/getFastOutboundResult", ROUTE_PLACE, wb_sim_lingxing_on_quick_result},
    {NULL,ROOT "/*", ROUTE_PLACE, on_nothing},
    {0                        },
};

static void
stats(const wb_sim_part *part, wb_json_writer *writer)
{
    const wb_sim_lingxing_house *house = part->state;

    wb_json_put_key(writer, "lingxing");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "tokens", (int64_t)house->tokens);
    wb_json_member_int(writer, "not_matched", (int64_t)house->not_matched);
    wb_json_member_int(writer, "limited", (int64_t)house->too_many);
    wb_json_member_int(writer, "split", (int64_t)house->split);
    wb_json_member_int(writer, "merged", (int64_t)house->merged);
    wb_json_member_int(writer, "quick", (int64_t)house->quick);
    wb_json_member_int(writer, "quick_again", (int64_t)house->quick_again);
    wb_json_close(writer, '}');
}

static void *
make(wb_sim_part *part)
{
    wb_sim_lingxing_house *house = wb_sim_lingxing_house_make(part);

    house->people = wb_sim_lingxing_people_look;
    return house;
}

/* --- the accounts of a run --- */

static void
erp(const wb_sim_part *part, const char *name, wb_sim_setup *out)
{
    char id[WB_SIM_LINGXING_ID_LEN + 1], secret[WB_SIM_LINGXING_SECRET_MAX];
    char stores[STORES_MAX] = "", store[WB_SIM_LINGXING_SHOP_NAME_MAX];
    bool ids = wb_sim_setup_by_ids(out);
    size_t len = 0;

    wb_sim_lingxing_app_id(id, name);
    wb_sim_lingxing_secret(secret, name);
    wb_sim_setup_option(out, "url", "http://127.0.0.1:%d" ROOT, part->sim->port);
    wb_sim_setup_option(out, "app_id", "%s", id);
    wb_sim_setup_secret(out, "app_secret", secret);
    wb_sim_setup_stream(out, "shipments.sync", OFTEN);
    wb_sim_setup_stream(out, "stock.sync", OFTEN);
    if (part->sim->play)
        return;
    for (unsigned k = 1; k <= (unsigned)part->sim->conf.accounts && len < STORES_MAX - 96; k++) {
        if (ids)
            wb_sim_lingxing_store_id(part->sim, store, k);
        else /* as people do: its id has to be asked for */
            wb_sim_lingxing_store_name(store, k);
        len += (size_t)snprintf(stores + len, STORES_MAX - len,
                                "%s{account: shop%u, %s: \"%s\", sid: \"%u\"}", k > 1 ? ", " : "",
                                k, ids ? "store_id" : "name", store, k);
    }
    wb_sim_setup_option(out, "stores", "[%s]", stores);
    if (!wb_sim_lingxing_people(part->state))
        return;
    wb_sim_setup_option(out, "approve", "false");   /* its people do, */
    wb_sim_setup_stream(out, "orders.sync", OFTEN); /* ... which is read back */
}

static const char *const tells[] = {"shipment", "inventory", NULL};

const wb_sim_system wb_sim_system_lingxing = {
    .name = "lingxing",
    .summary = "an ERP for sellers: orders, outbound orders, stock",
    .options = options,
    .conf_size = sizeof(wb_sim_lingxing_conf),
    .places = places,
    .ops = ops,
    .routes = routes,
    .faults = faults,
    .tells = tells,
    .cases = WB_SIM_CASES_ALL,
    .spared = wb_sim_lingxing_spared,
    .due = wb_sim_lingxing_due,
    .closed = wb_sim_lingxing_closed,
    .shipment = wb_sim_lingxing_shipment_name,
    .releases = true,
    .tells_whole_stock = true,
    .gives = WB_SIM_LINGXING_AT_READS,
    .announces = WB_SIM_LINGXING_AT_READS,
    .make = make,
    .destroy = wb_sim_lingxing_house_destroy,
    .stats = stats,
    .erp = erp,
};
