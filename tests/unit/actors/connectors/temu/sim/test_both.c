/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the connector asks is what this world answers: lists of goods in both of their generations.
 */
#include "tests/unit/actors/connectors/temu/sim/both.h"
#include "tools/sim/systems/temu/account.h"

#define GOODS 20
#define SKUS_EACH 2

/* Records by the number that ends their id. */
typedef struct {
    int seen[GOODS];
    int64_t shown[GOODS];
    char sku[GOODS][32];
} found;

static int
number_of(wb_view id, int64_t base)
{
    int64_t value = 0;

    ck_assert_msg(!wb_text_int(&value, id, NULL), "%.*s", WB_VIEW_ARG(id));
    ck_assert(value >= base && value < base + GOODS);
    return (int)(value - base);
}

static void
note_listing(kit *self, wb_view body, found *out)
{
    wb_mapped mapped;
    const wb_listing *listing = &mapped.listing;
    int number;

    ck_assert_msg(temu_say(self, WB_RECORD_LISTING, body, &mapped) == WB_OK, "%s", self->err.text);
    number = number_of(listing->external_id, WB_SIM_TEMU_SKU_BASE);
    out->seen[number]++;
    out->shown[number] = listing->shown.quantity.known ? listing->shown.quantity.value : -1;
    snprintf(out->sku[number], sizeof out->sku[number], "%.*s", WB_VIEW_ARG(listing->sku));
    ck_assert(listing->product_id.len && listing->created_utc_us);
    ck_assert_int_eq(listing->status, WB_LISTING_ACTIVE);
    wb_mapped_fini(&mapped);
}

/* SKUs that a page announced, asked for their stock in calls of three. */
static void
complete(const kit *page, world *it, found *out)
{
    size_t count = page->out.item_count;

    for (size_t first = 0; first < count; first += 3) {
        kit self;

        both_start(&self, it, "listings.stock");
        for (size_t i = first; i < first + 3 && i < count; i++) {
            char id[32];

            ck_assert(page->out.items[i].kind == WB_KIND_NOTICE);
            snprintf(id, sizeof id, "%.*s", WB_VIEW_ARG(page->out.items[i].external));
            kit_item_of(&self, WB_RECORD_LISTING, id);
            self.envs[i - first].body = page->out.items[i].body;
        }
        ck_assert_msg(both_ask(&self, it) == WB_OK, "%s", self.err.text);
        for (size_t i = 0; i < self.call.item_count; i++)
            ck_assert_int_eq(self.out.results[i].code, WB_RESULT_DONE);
        for (size_t i = 0; i < self.call.item_count; i++) {
            WB_AUTO(wb_free)
            char *body =
                wb_text_dup_len(self.out.results[i].body.data, self.out.results[i].body.len);

            note_listing(&self, wb_view_of(body), out);
        }
        kit_fini(&self);
    }
}

static void
read_listings(kit *self, world *it, bool told, found *out)
{
    bool more = true;

    for (int page = 0; more; page++) {
        ck_assert_int_lt(page, GOODS);
        more = both_page(self, it);
        for (size_t i = 0; !told && i < self->out.item_count; i++) {
            WB_AUTO(wb_free)
            char *body = wb_text_dup_len(self->out.items[i].body.data, self->out.items[i].body.len);

            note_listing(self, wb_view_of(body), out);
        }
        if (told)
            complete(self, it, out);
    }
}

/* Both lists tell the same of every SKU: 25 of each fourth one are shown. */
START_TEST(listings_are_the_same_in_both_lists)
{
    found list = {0}, told = {0};
    world it;
    kit self;

    make_world(&it, NULL);
    for (int i = 0; i < GOODS; i += 4) {
        char members[256];

        snprintf(members, sizeof members,
                 ",\"goodsId\":%lld,\"skuStockTargetList\":[{\"skuId\":%lld,\"stockTarget\":25}]",
                 (long long)(WB_SIM_TEMU_GOODS_BASE + i / SKUS_EACH),
                 (long long)(WB_SIM_TEMU_SKU_BASE + i));
        get(&it, "bg.local.goods.stock.edit", members);
    }
    both_start(&self, &it, "listings.list");
    self.call.page_max = 7;
    read_listings(&self, &it, false, &list);
    kit_fini(&self);
    both_start(&self, &it, "listings.retrieve");
    self.call.page_max = 7;
    read_listings(&self, &it, true, &told);
    kit_fini(&self);
    for (int i = 0; i < GOODS; i++) {
        ck_assert_int_ge(list.seen[i], 1); /* its first page is read twice */
        ck_assert_int_eq(told.seen[i], 1);
        ck_assert_int_eq(told.shown[i], i % 4 ? 0 : 25);
        ck_assert_int_eq(list.shown[i], told.shown[i]);
        ck_assert_str_eq(list.sku[i], told.sku[i]);
    }
    end_world(&it);
}
END_TEST

START_TEST(products_are_the_same_in_both_lists)
{
    static const char *const ops[] = {"products.list", "products.retrieve"};
    int seen[2][GOODS / SKUS_EACH] = {{0}};
    world it;

    make_world(&it, NULL);
    for (int i = 0; i < 2; i++) {
        bool more = true;
        kit self;

        both_start(&self, &it, ops[i]);
        self.call.page_max = 3;
        for (int page = 0; more; page++) {
            ck_assert_int_lt(page, GOODS);
            more = both_page(&self, &it);
            for (size_t k = 0; k < self.out.item_count; k++) {
                WB_AUTO(wb_free)
                char *body =
                    wb_text_dup_len(self.out.items[k].body.data, self.out.items[k].body.len);
                wb_mapped mapped;

                ck_assert(temu_say(&self, WB_RECORD_PRODUCT, wb_view_of(body), &mapped) == WB_OK);
                seen[i][number_of(mapped.product.external_id, WB_SIM_TEMU_GOODS_BASE)]++;
                ck_assert_uint_eq(mapped.product.skus.count, SKUS_EACH);
                ck_assert_int_eq(mapped.product.status, WB_PRODUCT_ACTIVE);
                ck_assert_int_eq(mapped.product.updated_utc_us, INT64_C(1754793163) * WB_US_PER_S);
                wb_mapped_fini(&mapped);
            }
        }
        kit_fini(&self);
    }
    for (int i = 0; i < GOODS / SKUS_EACH; i++) {
        ck_assert_int_ge(seen[0][i], 1);
        ck_assert_int_eq(seen[1][i], 1);
    }
    end_world(&it);
}
END_TEST

/* What is bought, in the parts that the status asks for, mapped. Freed by the caller. */
static char *
read_order(kit *self, world *it, const char *id)
{
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    const char *op = "orders.get";

    wb_buf_init(&parts, WB_BODY_MAX);
    for (int step = 0; step < 4; step++) {
        const wb_result *result = &self->out.results[0];

        self->call.item_count = 0;
        kit_op(self, op);
        kit_item(self, id)->partial = wb_buf_view(&parts);
        ck_assert_msg(both_ask(self, it) == WB_OK, "%s", self->err.text);
        result = &self->out.results[0];
        if (result->code == WB_RESULT_DONE)
            return wb_text_dup_len(result->body.data, result->body.len);
        ck_assert_int_eq(result->code, WB_RESULT_MORE);
        temu_keep(&parts, result->body);
        op = wb_connector_more(&wb_connector_temu, self->call.op, result->cursor)->name;
    }
    ck_abort_msg("an order of more parts");
    return NULL;
}

/* Its goods, all in one shipment, in pieces as the ERP counts them. */
static void
pack_shipment(const wb_order *order, wb_buf *out)
{
    const wb_order_line *from = order->lines.items;
    wb_order_facts_line facts[WB_SIM_LINES_MAX];
    wb_shipment_line lines[WB_SIM_LINES_MAX];
    wb_shipment shipment = {.external_id = WB_VIEW_LIT("WO-1"),
                            .source = WB_VIEW_LIT("erp"),
                            .status = WB_SHIPMENT_SHIPPED,
                            .tracking = WB_VIEW_LIT("T0001")};

    for (size_t i = 0; i < order->lines.count; i++) {
        facts[i] = (wb_order_facts_line){.line_id = from[i].line_id,
                                         .sku = from[i].sku,
                                         .quantity = from[i].quantity,
                                         .pack = from[i].pack};
        lines[i] = (wb_shipment_line){.sku = from[i].sku, .quantity = from[i].quantity};
    }
    shipment.lines = (wb_field_list){lines, order->lines.count};
    shipment.order.lines = (wb_field_list){facts, order->lines.count};
    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_shipment_fields, &shipment, out, NULL) == WB_OK);
}

/* The same order in sold units and in pieces: six of each. What was sent of the latter is told in
 * the former, or the shop would not take it as all of the order. */
START_TEST(pieces_go_and_come_back)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    int64_t sold[WB_SIM_LINES_MAX] = {0};
    world it;

    make_world(&it, (char *[]){"--temu-packs", "1", "--ship-after", "1h", NULL});
    for (int pieces = 0; pieces < 2; pieces++) {
        WB_AUTO(wb_free) char *body = NULL;
        const wb_order_line *lines;
        temu_options *options;
        wb_mapped mapped;
        kit self;

        options = both_start(&self, &it, "orders.get");
        options->pieces = pieces;
        options->price_without_money = TEMU_PRICE_ZERO;
        body = read_order(&self, &it, id_of(&it, 1));
        ck_assert(temu_say(&self, WB_RECORD_ORDER, wb_view_of(body), &mapped) == WB_OK);
        ck_assert(mapped.routed && mapped.order.status == WB_ORDER_CREATED);
        lines = mapped.order.lines.items;
        for (size_t i = 0; i < mapped.order.lines.count; i++) {
            if (!pieces)
                sold[i] = lines[i].quantity.value;
            ck_assert_int_eq(lines[i].quantity.value, pieces ? 6 * sold[i] : sold[i]);
            ck_assert(lines[i].pack.known == (pieces == 1));
        }
        if (pieces)
            pack_shipment(&mapped.order, &packed);
        wb_mapped_fini(&mapped);
        kit_fini(&self);
    }
    for (int asked = 0; asked < 2; asked++) {
        temu_options *options;
        char root[64];
        kit self;

        options = both_start(&self, &it, asked ? "shipments.get" : "shipments.put");
        kit_text(&options->warehouse_id, WB_SIM_TEMU_WAREHOUSE);
        kit_text(&options->default_carrier, "699272611");
        snprintf(root, sizeof root, "t/shop/order/%s", id_of(&it, 1));
        kit_item_of(&self, WB_RECORD_SHIPMENT, "WO-1");
        self.envs[0].root = wb_view_of(root);
        self.envs[0].body = wb_buf_view(&packed);
        ck_assert_msg(both_ask(&self, &it) == WB_OK, "%s", self.err.text);
        ck_assert_msg(self.out.results[0].code == WB_RESULT_DONE, "%s", self.out.results[0].reason);
        kit_fini(&self);
    }
    call_of(&it, "bg.order.detail.v2.get", 1);
    ck_assert_int_eq(int_at(&it, "result.parentOrderMap.parentOrderStatus"), 4);
    end_world(&it);
}
END_TEST

/* A label that was bought, and has not left: its number is told where it is asked for. */
START_TEST(a_label_says_how_it_is_tracked)
{
    WB_AUTO(wb_free) char *body = NULL;
    const wb_order_package *package;
    temu_options *options;
    wb_mapped mapped;
    world it;
    kit self;

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    set_faults(&it, "temu_label=1");
    options = both_start(&self, &it, "orders.get");
    options->price_without_money = TEMU_PRICE_ZERO;
    body = read_order(&self, &it, id_of(&it, 1));
    ck_assert(temu_say(&self, WB_RECORD_ORDER, wb_view_of(body), &mapped) == WB_OK);
    ck_assert(mapped.routed);
    ck_assert_uint_eq(mapped.order.packages.count, 1);
    package = mapped.order.packages.items;
    ck_assert(wb_view_is(package->status, "2") && wb_view_is(package->tracking, "LB0000000001"));
    ck_assert(package->carrier.len > 0);
    ck_assert_uint_eq(package->items.count, mapped.order.lines.count);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
    end_world(&it);
}
END_TEST

/* One of them in detail, mapped: all of its order, and all that was paid for it. */
static void
read_claim(world *it, const wb_item *item, int32_t status)
{
    WB_AUTO(wb_free) char *id = wb_text_dup_len(item->external.data, item->external.len);
    WB_AUTO(wb_free) char *row = wb_text_dup_len(item->body.data, item->body.len);
    WB_AUTO(wb_free) char *body = NULL;
    const wb_return_line *lines;
    char root[100];
    wb_mapped mapped;
    int64_t sum = 0;
    kit self;

    snprintf(root, sizeof root, "t/a/order/%.*s", WB_VIEW_ARG(item->root.external));
    both_start(&self, it, "returns.get");
    kit_item_of(&self, WB_RECORD_RETURN, id);
    self.envs[0].root = wb_view_of(root);
    self.envs[0].body = wb_view_of(row);
    self.envs[0].source_utc_us = item->source_utc_us;
    ck_assert_msg(both_ask(&self, it) == WB_OK, "%s", self.err.text);
    ck_assert_int_eq(self.out.results[0].code, WB_RESULT_DONE);
    body = wb_text_dup_len(self.out.results[0].body.data, self.out.results[0].body.len);
    ck_assert(temu_say(&self, WB_RECORD_RETURN, wb_view_of(body), &mapped) == WB_OK);
    ck_assert_int_eq(mapped.returned.status, status);
    ck_assert_int_eq(wb_sim_market_number(it->sim->market, mapped.returned.order_id) % 3, 0);
    ck_assert(wb_view_is(mapped.returned.type, "refund"));
    ck_assert_uint_gt(mapped.returned.lines.count, 0);
    lines = mapped.returned.lines.items;
    for (size_t i = 0; i < mapped.returned.lines.count; i++) {
        ck_assert(lines[i].line_id.len && lines[i].sku.len && lines[i].quantity.value > 0);
        ck_assert_int_eq(!!*lines[i].refund.currency, status == WB_RETURN_REFUNDED);
        sum += lines[i].refund.minor;
    }
    ck_assert_int_eq(sum, mapped.returned.refund_total.minor);
    ck_assert_int_eq(sum > 0, status == WB_RETURN_REFUNDED);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}

/* One in three of the orders that were sent: first asked for, then given back. */
START_TEST(returns_are_told_of_their_orders)
{
    static const int32_t wanted[] = {WB_RETURN_REQUESTED, WB_RETURN_REFUNDED};

    for (int after = 0; after < 2; after++) {
        bool more = true;
        int count = 0;
        world it;
        kit self;

        make_world(&it, (char *[]){"--changes", "3", "--temu-returns", "3", "--temu-hold",
                                   after ? "0" : "1h", NULL});
        both_start(&self, &it, "returns.list");
        self.call.from_utc_us = wb_now_utc_us() - 3600 * WB_US_PER_S;
        self.call.to_utc_us = wb_now_utc_us() + 60 * WB_US_PER_S;
        self.call.page_max = 4;
        for (int page = 0; more; page++) {
            ck_assert_int_lt(page, GOODS);
            more = both_page(&self, &it);
            for (size_t i = 0; i < self.out.item_count; i++) {
                ck_assert_int_ge(self.out.items[i].source_utc_us, self.call.from_utc_us);
                read_claim(&it, &self.out.items[i], wanted[after]);
                count++;
            }
        }
        ck_assert_int_gt(count, 4);
        self.call.from_utc_us -= 7200 * WB_US_PER_S; /* before anything was sent */
        self.call.to_utc_us -= 7200 * WB_US_PER_S;
        ck_assert(!both_page(&self, &it) && self.out.item_count == 0);
        self.call.full = true;
        (void)both_page(&self, &it);
        ck_assert_uint_gt(self.out.item_count, 0);
        kit_fini(&self);
        end_world(&it);
    }
}
END_TEST

/* Tokens that are refused from now on: the first page is answered, the second never. */
START_TEST(a_refused_token_is_said_so)
{
    world it;
    kit self;

    make_world(&it, NULL);
    both_start(&self, &it, "products.retrieve");
    self.call.page_max = 3;
    ck_assert(both_page(&self, &it));
    set_faults(&it, "cursor_refused=1");
    ck_assert_int_eq(both_ask(&self, &it), WB_REJECT);
    kit_fini(&self);
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {listings_are_the_same_in_both_lists, 0},
        {products_are_the_same_in_both_lists, 0},
        {a_refused_token_is_said_so,          0},
        {returns_are_told_of_their_orders,    0},
        {a_label_says_how_it_is_tracked,      0},
        {pieces_go_and_come_back,             0},
        {NULL,                                0},
    };

    return wb_suite_run("actors.connectors.temu.sim.both", tests);
}
