/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ERP's side of a world makes, and how the far end counts it.
 */
#include "protocol/base/clock.h"
#include "tests/unit/tools/sim/ask.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"

/* The smallest system: it sells and buys, and nobody asks it anything. */
static void
on_any(wb_sim_visit *visit)
{
    wb_sim_answer_json(visit->conn, 200, WB_VIEW_LIT("{}"));
}

static void
shop(const wb_sim_part *part, unsigned number, wb_sim_setup *out)
{
    (void)part;
    (void)number;
    (void)out;
}

static void
erp(const wb_sim_part *part, const char *name, wb_sim_setup *out)
{
    (void)part;
    (void)name;
    (void)out;
}

static const wb_sim_place places[] = {
    {.name = "both", .nature = WB_SIM_RECORDS},
    {0             },
};

static const wb_sim_op ops[] = {
    {"both.any", 0, 0, 0},
    {0        },
};

static const wb_sim_route routes[] = {
    {"GET", "/both/*", 0, on_any},
    {0   },
};

static const char *const back[] = {"shipment", "inventory", NULL};

static const wb_sim_system both = {.name = "both",
                                   .summary = "sells and buys",
                                   .usual = WB_SIM_USUAL_SHOP | WB_SIM_USUAL_ERP,
                                   .places = places,
                                   .ops = ops,
                                   .routes = routes,
                                   .tells = back,
                                   .takes = back,
                                   .cases = WB_SIM_CASES_ALL,
                                   .shop = shop,
                                   .erp = erp};

static const wb_sim_system *const systems[] = {&both, NULL};

typedef struct {
    wb_sim_settings settings;
    wb_sim *sim;
    wb_err err;
} world;

/* With these words on the command line, up to a NULL. */
static void
make_world(world *self, char **words)
{
    char *argv[24] = {"waybill-sim", "--orders", "5", "--start", "manual"};
    int count = 5;

    memset(self, 0, sizeof *self);
    while (words && *words)
        argv[count++] = *words++;
    ck_assert(!wb_sim_options(&self->settings, systems, argv, &self->err));
    ck_assert_msg(!wb_sim_new(&self->sim, &self->settings, &self->err), "%s", self->err.text);
}

static void
end_world(world *self)
{
    wb_sim_destroy(&self->sim);
    wb_sim_options_fini(&self->settings);
}

static void
check(world *self, const char *what, int status, const char *wanted)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, SIM_ANSWER_MAX);
    ck_assert_int_eq(sim_ask_text(self->sim, what, &body), status);
    ck_assert_str_eq(wb_buf_text(&body), wanted);
}

/* What a system makes beside orders: two parcels, the second in its second version. */
static uint32_t
parcel_most(const void *self)
{
    (void)self;
    return 2;
}

static uint32_t
parcel_newest(const void *self, uint32_t number)
{
    (void)self;
    return number + 1;
}

static int64_t
parcel_time(const void *self, uint32_t number, uint32_t version)
{
    (void)self;
    (void)number;
    (void)version;
    return 1;
}

static uint32_t
parcel_account(const void *self, uint32_t number)
{
    (void)self;
    (void)number;
    return 1;
}

static void
parcel_id(const void *self, char dst[WB_SIM_THING_ID_MAX], uint32_t number)
{
    (void)self;
    (void)snprintf(dst, WB_SIM_THING_ID_MAX, "P-%u", number);
}

static const wb_sim_things parcels = {.kind = "parcel",
                                      .most = parcel_most,
                                      .given = parcel_most,
                                      .count = parcel_most,
                                      .newest = parcel_newest,
                                      .made_utc_us = parcel_time,
                                      .told_utc_us = parcel_time,
                                      .account = parcel_account,
                                      .id = parcel_id};

/* A target's ledgers are one a kind: what is missing of one is nothing of the other. */
START_TEST(test_kinds)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    world it;

    wb_buf_init(&body, SIM_ANSWER_MAX);
    make_world(&it, NULL);
    wb_sim_target *target = wb_sim_target_named(it.sim->targets, WB_VIEW_LIT("main"));
    wb_sim_ledger *ledger = wb_sim_target_ledger(target, &parcels);
    ck_assert_ptr_eq(wb_sim_target_ledger(target, &parcels), ledger);
    ck_assert_ptr_ne(ledger, target->ledgers[0]);
    for (uint32_t number = 0; number < 2; number++) {
        wb_sim_arrival parcel = {.key = number ? WB_VIEW_LIT("b") : WB_VIEW_LIT("a"),
                                 .revision = 1,
                                 .number = number,
                                 .version = 1};
        ck_assert_int_eq(wb_sim_ledger_apply(ledger, &parcel, false, 0), WB_SIM_APPLIED);
    }
    check(&it, "GET /sim/missing?target=main&kind=parcel", 200,
          "{\"missing\":[{\"id\":\"P-1\",\"parcel\":1,\"account\":1,\"newest\":2,\"held\":1}]}");
    check(&it, "GET /sim/missing?target=main", 200, "{\"missing\":[]}");
    check(&it, "GET /sim/missing?target=main&kind=box", 404,
          "{\"error\":\"target\",\"reason\":\"no such target, or kind\"}");
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &body), 200);
    ck_assert(strstr(wb_buf_text(&body), "\"kinds\":{\"parcel\":{\"records\":2,"));
    wb_sim_targets_changed(it.sim->targets, &parcels, 0, 2);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger), 0);
    end_world(&it);
}
END_TEST

static void
wait_shipped(world *self, uint32_t order, uint32_t version)
{
    const wb_sim_shipment *at = NULL;

    for (int64_t end_ms = wb_now_ms() + 20000; !at || at->version < version;) {
        ck_assert_int_lt(wb_now_ms(), end_ms);
        wb_sim_turn(self->sim, 1);
        at = wb_sim_works_shipment(self->sim->works, order);
    }
}

static int64_t
held(const wb_sim_works *works)
{
    int64_t sum = 0;

    for (uint32_t goods = 0; goods < 20; goods++)
        for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
            sum += wb_sim_works_held(works, goods, i);
    return sum;
}

/* What the ERP took is shipped once, out of what it holds; the fifths are corrected. */
START_TEST(test_what_was_ordered_is_shipped)
{
    world it;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int64_t ordered = 0;

    make_world(&it, (char *[]){"--goods", "20", "--ship-after", "1", NULL});
    const wb_sim_works *works = it.sim->works;
    const wb_sim_things *things = wb_sim_things_of(it.sim, WB_VIEW_LIT("shipment"));
    ck_assert(things && wb_sim_things_of(it.sim, WB_VIEW_LIT("order")));
    ck_assert_ptr_null(wb_sim_things_of(it.sim, WB_VIEW_LIT("box")));
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    int64_t before = held(works);
    for (uint32_t n = 0; n < 2; n++) {
        wb_sim_arrival order = {.key = WB_VIEW_LIT("t/shop1/order/1"), .number = n, .version = 1};
        int count = wb_sim_order_lines(it.sim->market, n, lines);
        for (int i = 0; i < count; i++)
            ordered += lines[i].quantity;
        wb_sim_works_took(it.sim->works, &order);
        wb_sim_works_took(it.sim->works, &order); /* it came again */
    }
    wait_shipped(&it, 0, 2);
    wait_shipped(&it, 1, 1);
    ck_assert_int_eq(before - held(works), ordered);
    ck_assert_uint_eq(things->newest(things->self, 0), 2);
    ck_assert_uint_eq(things->newest(things->self, 1), 1);
    ck_assert_uint_eq(things->newest(things->self, 2), 0);
    ck_assert_str_eq(wb_sim_works_shipment(works, 1)->account, "shop1");
    ck_assert_ptr_null(wb_sim_works_shipment(works, 4));
    end_world(&it);
}
END_TEST

/* What is not to be shipped any more is not, unless it was too late; and it may be taken again. */
START_TEST(test_what_was_stopped)
{
    world it;
    wb_sim_arrival first = {.key = WB_VIEW_LIT("t/shop1/order/1"), .number = 1, .version = 1};
    wb_sim_arrival second = {.key = WB_VIEW_LIT("t/shop1/order/2"), .number = 2, .version = 1};

    make_world(&it, (char *[]){"--goods", "20", "--ship-after", "1", NULL});
    wb_sim_works *works = it.sim->works;
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    ck_assert(wb_sim_works_stop(works, 1)); /* nobody took it */
    wb_sim_works_took(works, &first);
    ck_assert_uint_eq(wb_sim_works_due(works), 1);
    ck_assert(wb_sim_works_stop(works, 1));
    ck_assert_uint_eq(wb_sim_works_due(works), 0);
    wb_sim_works_took(works, &second);
    wait_shipped(&it, 2, 1);
    ck_assert_ptr_null(wb_sim_works_shipment(works, 1));
    ck_assert(!wb_sim_works_stop(works, 2));
    wb_sim_works_took(works, &first);
    wait_shipped(&it, 1, 1);
    end_world(&it);
}
END_TEST

/* A listing is wrong until it shows what is held, and again when something is shipped. */
START_TEST(test_stock_that_is_shown)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_sim_arrival order = {.key = WB_VIEW_LIT("t/shop1/order/1"), .number = 1, .version = 1};
    world it;

    wb_buf_init(&body, SIM_ANSWER_MAX);
    make_world(&it, (char *[]){"--goods", "1", "--accounts", "2", "--ship-after", "1", NULL});
    wb_sim_works *works = it.sim->works;
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    ck_assert_int_eq(wb_sim_works_listing(works, 2, 0)->quantity, -1);
    for (unsigned seller = 1; seller <= 2; seller++)
        wb_sim_works_show(works, seller, 0,
                          wb_sim_works_held(works, 0, 0) + wb_sim_works_held(works, 0, 1));
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &body), 200);
    ck_assert(strstr(wb_buf_text(&body), "\"works\":{\"shipments\":0,\"listings\":2,\"told\":2,"
                                         "\"stock_wrong\":0}"));
    wb_sim_works_took(works, &order);
    wait_shipped(&it, 1, 1);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &body), 200);
    ck_assert(strstr(wb_buf_text(&body), "\"works\":{\"shipments\":1,\"listings\":2,\"told\":2,"
                                         "\"stock_wrong\":2}"));
    end_world(&it);
}
END_TEST

/* Less was shown for a sale that was not sent yet: what is held now by chance, and more is told of
 * the time between. Told of it once more it is an older time. */
START_TEST(test_stock_of_an_older_time)
{
    wb_sim_arrival order = {.key = WB_VIEW_LIT("t/shop1/order/1"), .number = 1, .version = 1};
    wb_sim_line lines[WB_SIM_LINES_MAX];
    wb_sim_stock_counts counts;
    int64_t before, after;
    world it;

    make_world(&it, (char *[]){"--goods", "1", "--ship-after", "1", NULL});
    wb_sim_works *works = it.sim->works;
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    before = after = wb_sim_works_held(works, 0, 0) + wb_sim_works_held(works, 0, 1);
    for (int i = wb_sim_order_lines(it.sim->market, 1, lines); i-- > 0;)
        after -= lines[i].quantity;
    wb_sim_works_show(works, 1, 0, after);
    wb_sim_works_took(works, &order);
    wait_shipped(&it, 1, 1);
    ck_assert_int_eq(wb_sim_works_held(works, 0, 0) + wb_sim_works_held(works, 0, 1), after);
    wb_sim_works_show(works, 1, 0, before);
    wb_sim_works_stock(works, &counts);
    ck_assert_uint_eq(counts.older_after_newer, 0);
    wb_sim_works_show(works, 1, 0, after);
    wb_sim_works_show(works, 1, 0, before);
    wb_sim_works_stock(works, &counts);
    ck_assert_uint_eq(counts.older_after_newer, 1);
    end_world(&it);
}
END_TEST

static const struct {
    char *words;
    bool waits;
} patience[] = {
    {"1h", true },
    {"0",  false},
};

/* A change that was made is waited for until it has come, or for so long. */
START_TEST(test_case_that_waits)
{
    wb_sim_arrival change = {.key = WB_VIEW_LIT("t/shop1/order/1")};
    uint32_t order = 0;
    world it;

    make_world(&it,
               (char *[]){"--orders", "64", "--changes", "1", "--gap", "1", "--ship-after", "1h",
                          "--case-each", "16", "--case-patience", patience[_i].words, NULL});
    while (wb_sim_case_of(it.sim->market, order) != WB_SIM_CASE_MOVED_ADDRESS)
        order++;
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    ck_assert(wb_sim_case_waits(it.sim, order)); /* it was not made yet */
    wb_sim_change(it.sim, order);
    ck_assert_uint_eq(wb_sim_market_newest(it.sim->market, order), 2);
    ck_assert_int_eq(wb_sim_case_waits(it.sim, order), patience[_i].waits);
    change.number = order;
    change.version = 2;
    change.revision = 2;
    wb_ignore(wb_sim_ledger_apply(
                  wb_sim_target_ledger(wb_sim_target_named(it.sim->targets, wb_view_of("main")),
                                       wb_sim_market_things(it.sim->market)),
                  &change, false, 0),
              "only that it came counts");
    ck_assert(!wb_sim_case_waits(it.sim, order));
    end_world(&it);
}
END_TEST

static void
check_holds(world *self, const char *what, const char *text)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, SIM_ANSWER_MAX);
    ck_assert_int_eq(sim_ask_text(self->sim, what, &body), 200);
    ck_assert_msg(strstr(wb_buf_text(&body), text), "%s: no %s in %s", what, text,
                  wb_buf_text(&body));
}

static wb_sim_effect
arrive(world *self, const char *target, const char *kind, const wb_sim_arrival *arrival)
{
    const wb_sim_things *things = wb_sim_things_of(self->sim, wb_view_of(kind));
    wb_sim_target *at = wb_sim_target_named(self->sim->targets, wb_view_of(target));

    return wb_sim_ledger_apply(wb_sim_target_ledger(at, things), arrival, false, 0);
}

/* What is made, where it is to be, and what nobody made: kind by kind. */
START_TEST(test_story)
{
    wb_sim_arrival order = {.key = WB_VIEW_LIT("t/shop1/order/1"), .revision = 1, .version = 1};
    wb_sim_arrival parcel = {.key = WB_VIEW_LIT("H-0"), .revision = 9, .version = 1};
    world it;

    make_world(&it, (char *[]){"--goods", "20", "--ship-after", "1", NULL});
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    check_holds(&it, "GET /sim/stats",
                "\"story\":{\"kinds\":{\"orders\":{\"kind\":\"order\","
                "\"at_source\":5,\"at_target\":0,");
    (void)arrive(&it, "main", "order", &order);
    wb_sim_works_took(it.sim->works, &order);
    check_holds(&it, "GET /sim/stats", "\"invented\":0,\"due\":1,\"arrived\":1,\"cases\":{}}");
    wait_shipped(&it, 0, 2); /* the fifths are corrected */
    (void)arrive(&it, "1", "shipment", &parcel);
    check_holds(&it, "GET /sim/stats",
                "\"shipments\":{\"kind\":\"shipment\",\"at_source\":1,"
                "\"at_target\":0,\"repeated\":0,");
    check_holds(&it, "GET /sim/missing",
                "{\"kind\":\"shipment\",\"id\":\"H-0\",\"number\":0,"
                "\"account\":1,\"newest\":2,\"held\":1}");
    parcel.version = 2;
    parcel.revision = 10;
    (void)arrive(&it, "1", "shipment", &parcel);
    parcel.version = 1; /* what was corrected is back, as if it were new */
    parcel.revision = 11;
    (void)arrive(&it, "1", "shipment", &parcel);
    parcel.number = 1; /* of an order that nobody shipped */
    (void)arrive(&it, "1", "shipment", &parcel);
    check_holds(&it, "GET /sim/stats",
                "\"shipments\":{\"kind\":\"shipment\",\"at_source\":1,"
                "\"at_target\":0,\"repeated\":1,\"older_after_newer\":1,"
                "\"invented\":1,\"kept\":0}");
    check_holds(&it, "GET /sim/stats", "\"invented\":1,\"due\":0,\"arrived\":5,\"cases\":{}}");
    end_world(&it);
}
END_TEST

/* Stock is right at each shop, or it is not there; who was right and shows more was told of an
 * older time. */
START_TEST(test_story_of_stock)
{
    world it;

    make_world(&it, (char *[]){"--goods", "1", "--accounts", "2", "--ship-after", "1", NULL});
    wb_sim_works *works = it.sim->works;
    int64_t sum = wb_sim_works_held(works, 0, 0) + wb_sim_works_held(works, 0, 1);
    ck_assert_uint_eq(wb_sim_works_listing_number(works, 2, 0), 1);
    wb_sim_works_show(works, 1, 0, sum);
    check_holds(&it, "GET /sim/stats",
                "\"stock\":{\"kind\":\"stock\",\"at_source\":1,"
                "\"at_target\":0,\"repeated\":0,\"older_after_newer\":0,");
    check_holds(&it, "GET /sim/missing",
                "{\"kind\":\"stock\",\"id\":\"L-0\",\"number\":1,"
                "\"account\":2,\"newest\":2000,\"held\":-1}");
    wb_sim_works_show(works, 2, 0, sum);
    check_holds(&it, "GET /sim/stats", "\"at_source\":1,\"at_target\":1,");
    check_holds(&it, "GET /sim/stats", "\"stock_wrong\":0,\"invented\":0");
    wb_sim_works_show(works, 2, 0, sum - 1); /* less may be reserved */
    wb_sim_works_show(works, 2, 0, sum);
    wb_sim_works_show(works, 2, 0, sum + 1);
    check_holds(&it, "GET /sim/stats", "\"at_target\":0,\"repeated\":0,\"older_after_newer\":1,");
    check_holds(&it, "GET /sim/stats", "\"stock_wrong\":1,");
    ck_assert(wb_sim_works_may_show(works, 0, sum));
    ck_assert(!wb_sim_works_may_show(works, 0, sum + 1));
    end_world(&it);
}
END_TEST

/* What does not come back in this world is not waited for. */
START_TEST(test_story_that_goes_one_way)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    world it;

    wb_buf_init(&body, SIM_ANSWER_MAX);
    make_world(&it, NULL);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &body), 200);
    ck_assert(strstr(wb_buf_text(&body), "\"story\":{\"kinds\":{\"orders\":"));
    ck_assert(!strstr(wb_buf_text(&body), "\"shipments\":"));
    end_world(&it);
    make_world(&it, (char *[]){"--accounts", "2", "--ship-after", "1", NULL});
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/setup?target=main", &body), 200);
    ck_assert(strstr(wb_buf_text(&body),
                     "{\"from\":\"erp\",\"kind\":\"shipment\",\"to\":\"origin\"},"
                     "{\"from\":\"erp\",\"kind\":\"inventory\",\"to\":\"shop1\"},"
                     "{\"from\":\"erp\",\"kind\":\"inventory\",\"to\":\"shop2\"}]"));
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_kinds,                       0                 },
        {test_what_was_stopped,            0                 },
        {test_what_was_ordered_is_shipped, 0                 },
        {test_stock_that_is_shown,         0                 },
        {test_stock_of_an_older_time,      0                 },
        {test_case_that_waits,             WB_COUNT(patience)},
        {test_story,                       0                 },
        {test_story_of_stock,              0                 },
        {test_story_that_goes_one_way,     0                 },
        {NULL,                             0                 },
    };

    return wb_suite_run("tools.sim.engine.works", tests);
}
