/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two witnesses of the made-up shop and ERP: the connector asks, the simulated system answers.
 */
#include "actors/connectors/all.h"
#include "actors/connectors/sample/sample.h"
#include "protocol/base/clock.h"
#include "tests/contract/kit.h"
#include "tests/unit/tools/sim/ask.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/all.h"

#define ORDERS 30
#define PAGE 7
#define IDS_MAX 200

typedef struct {
    wb_sim_settings settings;
    wb_sim *sim;
    kit kit;
    sample_options *options;
    wb_buf request, body;
    char ids[IDS_MAX][32];
    size_t count;
} world;

/* Where the sample sells and buys; seller 1 asks. `words` end with NULL. */
static void
make_world(world *self, char **words)
{
    char *argv[20] = {"waybill-sim", "--orders", "30", "--shop", "sample", "--erp", "sample"};
    wb_err err = {0};
    int count = 7;

    memset(self, 0, sizeof *self);
    while (words && *words)
        argv[count++] = *words++;
    ck_assert_msg(!wb_sim_options(&self->settings, wb_sim_systems, argv, &err), "%s", err.text);
    ck_assert_msg(!wb_sim_new(&self->sim, &self->settings, &err), "%s", err.text);
    wb_sim_turn(self->sim, 0);
    wb_buf_init(&self->request, SIM_ANSWER_MAX);
    wb_buf_init(&self->body, SIM_ANSWER_MAX);
    kit_init(&self->kit, &wb_connector_sample);
    self->options = self->kit.options;
}

static void
end_world(world *self)
{
    kit_fini(&self->kit);
    wb_buf_fini(&self->request);
    wb_buf_fini(&self->body);
    wb_sim_destroy(&self->sim);
    wb_sim_options_fini(&self->settings);
}

/* The account's URL and token: "1" is a seller, any other name a target. */
static void
become(world *self, const char *name)
{
    char text[128];

    (void)snprintf(text, sizeof text, "http://127.0.0.1:%d/sample/%s", self->sim->port, name);
    kit_text(&self->options->url, text);
    (void)snprintf(text, sizeof text, "sample-token-%s", name);
    kit_text(&self->options->token, text);
}

/* Build, sign, ask, read: what the runtime does. */
static wb_rc
call(world *self, const char *op)
{
    kit *it = &self->kit;
    const wb_request *request = &it->request;

    kit_op(it, op);
    wb_rc rc = kit_build(it);
    if (!rc)
        rc = it->connector->sign(&it->call, (wb_view){NULL, 0}, &it->request, &it->err);
    ck_assert_msg(!rc, "%s", it->err.text);
    wb_buf_clear(&self->request);
    wb_buf_addf(&self->request, "%s %s HTTP/1.1\r\nConnection: close\r\nContent-Length: %zu\r\n",
                request->method, strstr(wb_buf_text(&it->request.url), "/sample/"),
                request->body.len);
    for (size_t i = 0; i < request->header_count; i++)
        wb_buf_addf(&self->request, "%s: %.*s\r\n", request->headers[i].name,
                    WB_VIEW_ARG(request->headers[i].value));
    wb_buf_add_text(&self->request, "\r\n");
    wb_buf_add_view(&self->request, wb_buf_view(&request->body));
    int status = sim_ask(self->sim, wb_buf_view(&self->request), &self->body);
    return kit_read(it, status, NULL, wb_buf_view(&self->body));
}

/* All pages of the list, as the poller reads them; the ids. */
static void
list_all(world *self)
{
    kit *it = &self->kit;
    char cursor[128] = "";

    self->count = 0;
    it->call.item_count = 0;
    it->call.page_max = PAGE;
    it->call.from_utc_us = 0;
    it->call.to_utc_us = wb_now_utc_us() + WB_US_PER_S;
    do {
        it->call.cursor = wb_view_of(*cursor ? cursor : NULL);
        ck_assert_msg(!call(self, "orders.list"), "%s", it->err.text);
        ck_assert_uint_le(it->out.item_count, PAGE + 1);
        for (size_t i = 0; i < it->out.item_count; i++) {
            if (it->out.items[i].outcome == WB_OUTCOME_PARKED)
                continue;
            ck_assert_uint_lt(self->count, IDS_MAX);
            (void)snprintf(self->ids[self->count++], sizeof self->ids[0], "%.*s",
                           WB_VIEW_ARG(it->out.items[i].external));
        }
        (void)snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(it->out.cursor));
    } while (*cursor && self->count < IDS_MAX - PAGE);
}

/* One order: fetched, mapped, packed. */
static void
fetch(world *self, const char *id, wb_buf *packed)
{
    kit *it = &self->kit;
    wb_mapped mapped;

    it->call.item_count = 0;
    kit_item(it, id);
    ck_assert_msg(!call(self, "orders.get"), "%s", it->err.text);
    ck_assert_int_eq(it->out.results[0].code, WB_RESULT_DONE);
    wb_envelope raw = {.body = it->out.results[0].body, .record_kind = WB_RECORD_ORDER};
    ck_assert_msg(!wb_connector_map(&wb_connector_sample, &raw, it->json, &mapped, &it->err), "%s",
                  it->err.text);
    ck_assert(mapped.order.lines.count > 0 && mapped.order.seller_order_id.len);
    wb_buf_clear(packed);
    ck_assert(!wb_canonical_encode(wb_order_fields, &mapped.order, packed, &it->err));
    wb_canonical_fini(wb_order_fields, &mapped.order);
}

static void
put(world *self, const char *id, wb_view packed, wb_result_code wanted)
{
    kit *it = &self->kit;

    it->call.item_count = 0;
    kit_item(it, id);
    it->envs[0].body = packed;
    ck_assert_msg(!call(self, "records.put"), "%s", it->err.text);
    ck_assert_int_eq(it->out.results[0].code, wanted);
}

static const wb_sim_ledger_counts *
counts_of(world *self, const char *target)
{
    return wb_sim_ledger_counts_of(
        wb_sim_target_named(self->sim->targets, wb_view_of(target))->ledgers[0]);
}

/* Every order goes from the shop to the ERP, once; repeated it changes nothing. */
START_TEST(test_from_shop_to_erp)
{
    static world it;
    wb_buf packed;

    make_world(&it, NULL);
    wb_buf_init(&packed, WB_ORDER_MAX);
    become(&it, "1");
    list_all(&it);
    ck_assert_uint_eq(it.count, ORDERS);
    for (size_t i = 0; i < it.count; i++) {
        become(&it, "1");
        fetch(&it, it.ids[i], &packed);
        become(&it, "main");
        put(&it, it.ids[i], wb_buf_view(&packed), WB_RESULT_DONE);
        put(&it, it.ids[i], wb_buf_view(&packed), WB_RESULT_UNCHANGED);
        ck_assert(!call(&it, "records.probe"));
        ck_assert_int_eq(it.kit.out.results[0].code, WB_RESULT_DONE);
        ck_assert_uint_eq(it.kit.out.results[0].revision, it.kit.envs[0].revision);
    }
    ck_assert_uint_eq(counts_of(&it, "main")->versions, ORDERS);
    ck_assert_uint_eq(counts_of(&it, "main")->unmarked, 0);
    ck_assert_uint_eq(counts_of(&it, "main")->repeated, 0);
    ck_assert_uint_eq(
        wb_sim_ledger_newest(wb_sim_target_named(it.sim->targets, WB_VIEW_LIT("main"))->ledgers[0]),
        ORDERS);
    it.kit.call.item_count = 0;
    kit_item(&it.kit, "none");
    ck_assert(!call(&it, "records.probe"));
    ck_assert_int_eq(it.kit.out.results[0].code, WB_RESULT_ABSENT);
    wb_buf_fini(&packed);
    end_world(&it);
}
END_TEST

static wb_result_code
look(world *self, const char *ticket, const char *attempt)
{
    wb_call_item *item;

    self->kit.call.item_count = 0;
    item = kit_item(&self->kit, "any");
    item->ticket = wb_view_of(ticket);
    item->attempt = wb_view_of(attempt);
    ck_assert_msg(!call(self, "tickets.get"), "%s", self->kit.err.text);
    return self->kit.out.results[0].code;
}

/* Accepted, and told later; by the ticket, or by the attempt of an answer that was lost. */
START_TEST(test_what_is_done_later)
{
    static world it;
    int64_t end_ms = wb_now_ms() + 10000;
    char ticket[WB_TICKET_MAX + 1];
    wb_buf packed;

    make_world(&it, (char *[]){"--rate-scale", "off", NULL});
    wb_buf_init(&packed, WB_ORDER_MAX);
    become(&it, "1");
    list_all(&it);
    fetch(&it, it.ids[0], &packed);
    become(&it, "main");
    it.kit.call.item_count = 0;
    kit_item(&it.kit, it.ids[0])->attempt = WB_VIEW_LIT("A-1");
    it.kit.envs[0].body = wb_buf_view(&packed);
    ck_assert_msg(!call(&it, "records.later"), "%s", it.kit.err.text);
    ck_assert_int_eq(it.kit.out.results[0].code, WB_RESULT_ACCEPTED);
    ck_assert_int_gt(it.kit.out.results[0].again_ms, 0);
    (void)snprintf(ticket, sizeof ticket, "%.*s", WB_VIEW_ARG(it.kit.out.results[0].ticket));
    ck_assert_int_eq(look(&it, ticket, "A-1"), WB_RESULT_RETRY);
    ck_assert_int_eq(look(&it, "T-9", "A-1"), WB_RESULT_ABSENT);
    ck_assert_int_eq(look(&it, NULL, "A-2"), WB_RESULT_ABSENT);
    while (look(&it, ticket, "A-1") == WB_RESULT_RETRY)
        ck_assert_int_lt(wb_now_ms(), end_ms);
    ck_assert_int_eq(it.kit.out.results[0].code, WB_RESULT_DONE);
    ck_assert_int_eq(look(&it, NULL, "A-1"), WB_RESULT_DONE);
    ck_assert_uint_eq(counts_of(&it, "main")->versions, 1);
    wb_buf_fini(&packed);
    end_world(&it);
}
END_TEST

/* A seller sees its own orders, and nothing of another's. */
START_TEST(test_sellers_are_apart)
{
    static world it;

    make_world(&it, (char *[]){"--accounts", "3", NULL});
    become(&it, "2");
    list_all(&it);
    ck_assert_uint_eq(it.count, ORDERS / 3);
    become(&it, "3");
    it.kit.call.item_count = 0;
    kit_item(&it.kit, it.ids[0]);
    ck_assert(!call(&it, "orders.get"));
    ck_assert_int_eq(it.kit.out.results[0].code, WB_RESULT_ABSENT);
    become(&it, "4"); /* it is none: a target may be called so */
    list_all(&it);
    ck_assert_uint_eq(it.count, 0);
    end_world(&it);
}
END_TEST

START_TEST(test_tokens)
{
    static world it;

    make_world(&it, NULL);
    become(&it, "1");
    ck_assert(!call(&it, "account.get"));
    kit_text(&it.options->token, "sample-token-2");
    ck_assert_int_eq(call(&it, "account.get"), WB_SUSPEND);
    kit_text(&it.options->token, NULL);
    ck_assert_int_eq(call(&it, "account.get"), WB_SUSPEND);
    ck_assert_uint_eq(it.sim->unauthorized, 2);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/account?number=1&revoked=1", &it.body), 200);
    become(&it, "1");
    ck_assert_int_eq(call(&it, "account.get"), WB_SUSPEND);
    end_world(&it);
}
END_TEST

START_TEST(test_published_limit)
{
    static world it;

    make_world(&it, (char *[]){"--accounts", "2", NULL});
    become(&it, "1");
    for (int i = 0; i < 10; i++)
        ck_assert(!call(&it, "account.get"));
    ck_assert_int_eq(call(&it, "account.get"), WB_RETRY);
    ck_assert(it.kit.out.throttled);
    become(&it, "2");
    ck_assert(!call(&it, "account.get"));
    end_world(&it);
}
END_TEST

/* What the faults of the engine do to it. */
START_TEST(test_faults)
{
    static world it;
    wb_buf packed;

    make_world(&it, (char *[]){"--rate-scale", "off", NULL});
    wb_buf_init(&packed, WB_ORDER_MAX);
    become(&it, "1");
    list_all(&it);
    ck_assert(!wb_sim_faults_set(&it.sim->faults,
                                 WB_VIEW_LIT("element_unusable=1,broken_text=1,nulls=1"), NULL));
    list_all(&it);
    ck_assert_uint_eq(it.count, ORDERS);
    ck_assert_uint_gt(it.sim->elements, 0);
    fetch(&it, it.ids[0], &packed); /* without what cannot be read of it */
    ck_assert(!wb_sim_faults_set(&it.sim->faults, WB_VIEW_LIT("none"), NULL));
    ck_assert(
        !wb_sim_faults_set(&it.sim->faults, WB_VIEW_LIT("pages_never_end@sample.reads=1*1"), NULL));
    list_all(&it);
    ck_assert_uint_gt(it.count, ORDERS);
    ck_assert(!wb_sim_faults_set(&it.sim->faults, WB_VIEW_LIT("none"), NULL));
    ck_assert(!wb_sim_faults_set(&it.sim->faults, WB_VIEW_LIT("cursor_refused=1"), NULL));
    it.kit.call.cursor = WB_VIEW_LIT("7.0.0");
    ck_assert_int_eq(call(&it, "orders.list"), WB_REJECT);
    end_world(&it);
    wb_buf_fini(&packed);
}
END_TEST

/* A record that the ERP refuses is told of by name, and is not there. */
START_TEST(test_refusals)
{
    static world it;
    wb_buf packed;

    make_world(&it, (char *[]){"--refuse-as", "result", NULL});
    wb_buf_init(&packed, WB_ORDER_MAX);
    become(&it, "1");
    list_all(&it);
    fetch(&it, it.ids[0], &packed);
    become(&it, "main");
    ck_assert(!wb_sim_faults_set(&it.sim->faults, WB_VIEW_LIT("refuse_one@sample.writes=1"), NULL));
    put(&it, it.ids[0], wb_buf_view(&packed), WB_RESULT_PARK);
    ck_assert_uint_eq(counts_of(&it, "main")->records, 0);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/refused", &it.body), 200);
    ck_assert(strstr(wb_buf_text(&it.body), "{\"at\":\"sample.writes\",\"target\":\"main\""));
    ck_assert(strstr(wb_buf_text(&it.body), it.ids[0]));
    end_world(&it);
    wb_buf_fini(&packed);
}
END_TEST

/* A request with the token of the account that the path names, and a body; the status. */
static int
ask(world *self, const char *what, const char *account, const char *body)
{
    wb_buf_clear(&self->request);
    wb_buf_addf(&self->request,
                "%s HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer sample-token-%s\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                what, account, strlen(body), body);
    return sim_ask(self->sim, wb_buf_view(&self->request), &self->body);
}

/* The rows of all pages of a list. */
static size_t
count_rows(world *self, const char *list, const char *account)
{
    char what[256], next[64] = "";
    size_t count = 0;

    do {
        (void)snprintf(what, sizeof what,
                       "GET /sample/%s/%s?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
                       "&limit=7%s%s",
                       account, list, *next ? "&page=" : "", next);
        ck_assert_int_eq(ask(self, what, account, ""), 200);
        wb_json *json = self->kit.json;
        wb_view token = {NULL, 0};
        ck_assert(!wb_json_parse(json, wb_buf_view(&self->body), NULL));
        ck_assert_uint_le(wb_json_count(json, wb_json_get(json, 0, list)), 7);
        count += wb_json_count(json, wb_json_get(json, 0, list));
        ck_assert(!wb_json_text(json, wb_json_get(json, 0, "next"), &token, "next", NULL));
        (void)snprintf(next, sizeof next, "%.*s", WB_VIEW_ARG(token));
    } while (*next);
    return count;
}

static void
wait_shipped(world *self)
{
    int64_t end_ms = wb_now_ms() + 20000;

    for (uint32_t n = 0; n < ORDERS;) {
        const wb_sim_shipment *at = wb_sim_works_shipment(self->sim->works, n);
        ck_assert_int_lt(wb_now_ms(), end_ms);
        if (at && (at->version == 2 || n % 5))
            n++;
        else
            wb_sim_turn(self->sim, 1);
    }
}

static void
order_all(world *self)
{
    wb_buf packed;

    wb_buf_init(&packed, WB_ORDER_MAX);
    become(self, "1");
    list_all(self);
    for (size_t i = 0; i < self->count; i++) {
        become(self, "1");
        fetch(self, self->ids[i], &packed);
        become(self, "main");
        put(self, self->ids[i], wb_buf_view(&packed), WB_RESULT_DONE);
    }
    wb_buf_fini(&packed);
}

/* What the ERP has shipped comes back to the shop whose order it was, and counts there. */
START_TEST(test_shipments_come_back)
{
    static world it;
    char what[256], body[256], id[32];

    make_world(&it, (char *[]){"--rate-scale", "off", "--goods", "20", "--ship-after", "1", NULL});
    ck_assert_uint_eq(count_rows(&it, "shipments", "main"), 0);
    order_all(&it);
    wait_shipped(&it);
    ck_assert_uint_eq(count_rows(&it, "shipments", "main"), ORDERS);
    ck_assert_uint_eq(count_rows(&it, "shipments", "1"), 0); /* the shop has none of its own */
    for (uint32_t n = 0; n < ORDERS; n++) {
        wb_sim_market_id(it.sim->market, id, n);
        (void)snprintf(what, sizeof what, "PUT /sample/1/orders/%s/shipments/H-%u", id, n);
        (void)snprintf(body, sizeof body, "{\"revision\":7,\"reference\":\"S-%u-v%u\"}", n,
                       wb_sim_works_shipment(it.sim->works, n)->version);
        ck_assert_int_eq(ask(&it, what, "1", body), 200);
        ck_assert_str_eq(wb_buf_text(&it.body), "{\"result\":\"done\"}");
        ck_assert_int_eq(ask(&it, what, "1", "{\"revision\":6,\"reference\":\"S-0-v1\"}"), 200);
        ck_assert_str_eq(wb_buf_text(&it.body), "{\"result\":\"unchanged\"}");
    }
    wb_sim_target *shop = wb_sim_target_named(it.sim->targets, WB_VIEW_LIT("1"));
    const wb_sim_ledger *ledger = wb_sim_target_kind(shop, WB_VIEW_LIT("shipment"));
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger), ORDERS);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger)->older_after_newer, 0);
    ck_assert_int_eq(ask(&it, "PUT /sample/1/orders/none/shipments/H-1", "1", "{}"), 404);
    ck_assert_int_eq(ask(&it, what, "1", "{}"), 400);
    end_world(&it);
}
END_TEST

/* The shop shows what it is told, and that is right when it is what the ERP holds. */
START_TEST(test_stock_comes_back)
{
    static world it;
    char what[128], body[128];

    make_world(&it, (char *[]){"--rate-scale", "off", "--goods", "20", "--ship-after", "1", NULL});
    order_all(&it);
    wait_shipped(&it);
    ck_assert_uint_eq(count_rows(&it, "stock", "main"), 20 * WB_SIM_WAREHOUSES);
    ck_assert_uint_eq(count_rows(&it, "listings", "1"), 20);
    ck_assert_uint_eq(count_rows(&it, "listings", "main"), 0);
    for (uint32_t goods = 0; goods < 20; goods++) {
        (void)snprintf(what, sizeof what, "PUT /sample/1/listings/L-%u", goods);
        int64_t sum =
            wb_sim_works_held(it.sim->works, goods, 0) + wb_sim_works_held(it.sim->works, goods, 1);
        (void)snprintf(body, sizeof body, "{\"revision\":5,\"quantity\":%lld}", (long long)sum);
        ck_assert_int_eq(ask(&it, what, "1", body), 200);
        ck_assert_int_eq(ask(&it, what, "1", "{\"revision\":4,\"quantity\":0}"), 200);
    }
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &it.body), 200);
    ck_assert(strstr(wb_buf_text(&it.body), "\"told\":20,\"stock_wrong\":0}"));
    ck_assert_int_eq(ask(&it, "PUT /sample/1/listings/L-20", "1", "{}"), 404);
    ck_assert_int_eq(ask(&it, what, "1", "{\"revision\":6}"), 400);
    end_world(&it);
}
END_TEST

static void
check_stats(world *self, const char *text)
{
    ck_assert_int_eq(sim_ask_text(self->sim, "GET /sim/stats", &self->body), 200);
    ck_assert_msg(strstr(wb_buf_text(&self->body), text), "no %s in %s", text,
                  wb_buf_text(&self->body));
}

/* A PUT of a shipment of that order, with one line. */
static int
ship_line(world *self, uint32_t order, const char *shipment, const char *line, int64_t quantity)
{
    static int revision;
    char what[128], body[256], id[32];

    wb_sim_market_id(self->sim->market, id, order);
    (void)snprintf(what, sizeof what, "PUT /sample/1/orders/%s/shipments/%s", id, shipment);
    (void)snprintf(body, sizeof body,
                   "{\"revision\":%d,\"reference\":\"S-%u-v1\",\"lines\":[{\"line\":\"%s\","
                   "\"quantity\":%lld}]}",
                   ++revision, order, line, (long long)quantity);
    return ask(self, what, "1", body);
}

/* Of another order or none, too new, too much, other lines: taken, and nothing explains it. */
START_TEST(test_what_is_made_up)
{
    static world it;
    char what[256], id[32];
    wb_sim_line lines[WB_SIM_LINES_MAX];
    uint32_t n;

    make_world(&it, (char *[]){"--rate-scale", "off", "--accounts", "2", "--goods", "20",
                               "--ship-after", "1", NULL});
    order_all(&it); /* of the first shop, every other one */
    while (!wb_sim_works_shipment(it.sim->works, 2))
        wb_sim_turn(it.sim, 1);
    wb_sim_market_id(it.sim->market, id, 0);
    (void)snprintf(what, sizeof what, "PUT /sample/1/orders/%s/shipments/H-0", id);
    ck_assert_int_eq(ask(&it, what, "1", "{\"revision\":1,\"reference\":\"S-2-v1\"}"), 200);
    ck_assert_int_eq(ask(&it, what, "1", "{\"revision\":2,\"reference\":\"S-0-v7\"}"), 200);
    (void)snprintf(what, sizeof what, "PUT /sample/1/orders/%s/shipments/H-2", id);
    ck_assert_int_eq(ask(&it, what, "1", "{\"revision\":1,\"reference\":\"S-0-v1\"}"), 200);
    check_stats(
        &it, "\"at_target\":0,\"repeated\":0,\"older_after_newer\":0,\"invented\":3,\"kept\":0}");
    ck_assert_int_eq(
        ask(&it, "PUT /sample/1/listings/L-3", "1", "{\"revision\":1,\"quantity\":1000000}"), 200);
    check_stats(&it, "\"invented\":4,\"due\":");
    for (n = 4; wb_sim_order_lines(it.sim->market, n, lines) != 1 || lines[0].quantity < 2; n += 2)
        ck_assert_uint_lt(n, ORDERS);
    while (!wb_sim_works_shipment(it.sim->works, n))
        wb_sim_turn(it.sim, 1);
    (void)snprintf(id, sizeof id, "H-%u", n);
    ck_assert_int_eq(ship_line(&it, n, id, "2", 1), 422); /* it has one line */
    ck_assert_int_eq(ship_line(&it, n, id, "1", lines[0].quantity + 1), 422);
    ck_assert_int_eq(ship_line(&it, n, id, "1", lines[0].quantity), 200);
    check_stats(&it, "\"invented\":4,\"due\":");
    ck_assert_int_eq(ship_line(&it, n, "other", "1", 1), 422); /* with what the first one has */
    ck_assert_int_eq(ship_line(&it, n, id, "1", 1), 200);
    check_stats(&it, "\"invented\":5,\"due\":");
    end_world(&it);
}
END_TEST

/* Each side of each system can be told to refuse all; what was drawn is refused for good, by kind.
 */
START_TEST(test_refusals_on_the_way_back)
{
    static world it;
    const char *list = "GET /sample/main/stock?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
    const char *show = "PUT /sample/1/listings/L-3", *body = "{\"revision\":1,\"quantity\":7}";

    make_world(&it, (char *[]){"--rate-scale", "off", "--goods", "20", "--ship-after", "1",
                               "--refuse-as", "422", NULL});
    ck_assert_int_eq(
        sim_ask_text(it.sim, "POST /sim/place?name=sample.erp_reads&status=403", &it.body), 200);
    ck_assert_int_eq(ask(&it, list, "main", ""), 403);
    ck_assert_int_eq(ask(&it, show, "1", body), 200);
    ck_assert_int_eq(
        sim_ask_text(it.sim, "POST /sim/place?name=sample.erp_reads&status=0", &it.body), 200);
    ck_assert_int_eq(ask(&it, list, "main", ""), 200);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/place?name=none&status=0", &it.body), 404);
    ck_assert(
        !wb_sim_faults_set(&it.sim->faults, WB_VIEW_LIT("refuse_one@sample.shop_writes=1"), NULL));
    ck_assert_int_eq(ask(&it, show, "1", "{\"revision\":2,\"quantity\":8}"), 422);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/refused", &it.body), 200);
    ck_assert(strstr(wb_buf_text(&it.body),
                     "{\"at\":\"sample.shop_writes\",\"target\":\"1\",\"id\":\"L-3\","
                     "\"kind\":\"listing\",\"number\":3,\"own\":true,\"status\":422,"));
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_from_shop_to_erp,         0},
        {test_what_is_done_later,       0},
        {test_sellers_are_apart,        0},
        {test_tokens,                   0},
        {test_published_limit,          0},
        {test_faults,                   0},
        {test_refusals,                 0},
        {test_shipments_come_back,      0},
        {test_stock_comes_back,         0},
        {test_what_is_made_up,          0},
        {test_refusals_on_the_way_back, 0},
        {NULL,                          0},
    };

    return wb_suite_run("actors.connectors.sample.sim.sample", tests);
}
