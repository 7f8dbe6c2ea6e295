/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is answered has the members, of the types, that the vendor's own answers have.
 */
#include "tests/unit/actors/connectors/temu/sim/world.h"

#include <fcntl.h>

#define FIXTURES WB_SOURCE_DIR "/../shared/fixtures/temu/"

/* Members that the vendor's samples have and this world has no use for. */
static const char *const unused[] = {"originalGoodsName", "originalSpecName"};

static void
read_file(const char *name, wb_buf *out)
{
    char path[512];
    ssize_t got;

    (void)snprintf(path, sizeof path, FIXTURES "%s", name);
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (got = read(fd, wb_buf_room(out, 4096), 4096)) > 0)
        wb_buf_grew(out, (size_t)got);
}

/* true and false are one type, null is of any. */
static wb_json_type
type_of(const wb_json *json, wb_json_ref at)
{
    wb_json_type kind = wb_json_kind(json, at);

    return kind == WB_JSON_FALSE ? WB_JSON_TRUE : kind;
}

static bool
is_unused(wb_view key)
{
    for (size_t i = 0; i < WB_COUNT(unused); i++)
        if (wb_view_is(key, unused[i]))
            return true;
    return false;
}

/* Every member of `wanted` is in `got`. Of lists the first elements stand for all. */
static void
compare(const wb_json *wanted, wb_json_ref a, const wb_json *got, wb_json_ref b, wb_view name)
{
    wb_json_type first = type_of(wanted, a), second = type_of(got, b);

    ck_assert_msg(second != WB_JSON_ABSENT, "no %.*s", WB_VIEW_ARG(name));
    if (first == WB_JSON_NULL || second == WB_JSON_NULL)
        return;
    ck_assert_msg(first == second, "%.*s is of another type", WB_VIEW_ARG(name));
    if (first == WB_JSON_ARRAY && wb_json_count(wanted, a) && wb_json_count(got, b))
        compare(wanted, wb_json_first(wanted, a), got, wb_json_first(got, b), name);
    if (first != WB_JSON_OBJECT)
        return;
    for (wb_json_ref at = wb_json_first(wanted, a); at != WB_JSON_NONE;
         at = wb_json_next(wanted, at)) {
        wb_view key = wb_json_key(wanted, at);
        char text[64];
        (void)snprintf(text, sizeof text, "%.*s", WB_VIEW_ARG(key));
        if (!is_unused(key))
            compare(wanted, at, got, wb_json_get(got, b, text), key);
    }
}

static void
check(world *it, const char *fixture)
{
    WB_AUTO(wb_buf_fini) wb_buf file = {0};
    wb_json *json = wb_json_new();

    check_good(it);
    wb_buf_init(&file, SIM_ANSWER_MAX);
    read_file(fixture, &file);
    ck_assert_msg(file.len, "no %s", fixture);
    ck_assert(!wb_json_parse(json, wb_buf_view(&file), NULL));
    compare(json, 0, it->json, 0, wb_view_of(fixture));
    wb_json_destroy(&json);
}

static void
confirm(world *it)
{
    wb_sim_line lines[WB_SIM_LINES_MAX];
    char members[512];
    const char *id = id_of(it, 3);

    (void)wb_sim_order_lines(it->sim->market, 3, lines);
    (void)snprintf(members, sizeof members,
                   ",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,"
                   "\"trackingNumber\":\"T1\",\"selfShippingWarehouseId\":\"WH-01\","
                   "\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\",\"orderSn\":\"%s-1\","
                   "\"quantity\":%lld}]}]",
                   id, id, (long long)lines[0].quantity);
    get(it, "bg.logistics.shipment.v2.confirm", members);
    check(it, "shipment_confirm_ok.json");
    (void)snprintf(members, sizeof members, ",\"parentOrderSn\":\"%s\",\"orderSn\":\"%s-1\"", id,
                   id);
    call(it, "bg.logistics.shipment.v2.get", members);
    check(it, "shipment_get.json");
}

static void
edit(world *it)
{
    call(it, "bg.local.goods.stock.edit",
         ",\"goodsId\":601099548666279001,\"skuStockTargetList\":[{\"skuId\":1759235267353400001,"
         "\"stockTarget\":25}]");
    check(it, "stock_edit_ok.json");
}

START_TEST(test_members)
{
    world it;

    make_world(&it, (char *[]){"--ship-after", "1h", "--temu-money", "true", NULL});
    call(&it, "bg.order.list.v2.get", "");
    check(&it, "order_list_v2_page1.json");
    call(&it, "bg.order.list.v2.get", ",\"parentOrderStatus\":3");
    check(&it, "order_list_v2_empty.json");
    set_faults(&it, "temu_double_wrapped=1*1");
    call(&it, "bg.order.list.v2.get", "");
    check(&it, "order_list_v2_double_wrapped.json");
    set_faults(&it, "temu_label=1");
    call_of(&it, "bg.order.detail.v2.get", 3);
    check(&it, "order_detail_v2.json");
    call(&it, "bg.order.unshipped.package.get", "");
    check(&it, "unshipped_package.json");
    set_faults(&it, "temu_label=0,temu_restricted=1");
    call_of(&it, "bg.order.shippinginfo.v2.get", 3);
    check(&it, "shippinginfo_v2_restricted.json");
    set_faults(&it, "none");
    call_of(&it, "bg.order.shippinginfo.v2.get", 3);
    check(&it, "shippinginfo_v2.json");
    call_of(&it, "bg.order.amount.query", 3);
    check(&it, "order_amount.json");
    call(&it, "bg.local.goods.sku.list.query", "");
    check(&it, "sku_list.json");
    call(&it, "bg.logistics.companies.get", ",\"regionId\":211");
    check(&it, "logistics_companies.json");
    call(&it, "bg.logistics.warehouse.list.get", "");
    check(&it, "warehouse_list.json");
    call(&it, "bg.open.accesstoken.info.get", "");
    check(&it, "accesstoken_info.json");
    confirm(&it);
    edit(&it);
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_members, 0},
        {NULL,         0},
    };

    if (access(FIXTURES "order_list_v2.json", R_OK)) {
        printf("skipped: the vendor's answers are not at ../shared/fixtures/temu\n");
        return WB_TEST_SKIPPED;
    }
    return wb_suite_run("actors.connectors.temu.sim.fields", tests);
}
