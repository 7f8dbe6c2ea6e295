/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world of two made-up systems, which the engine does not know: what it does for any system.
 */
#include <string.h>

#include "tests/unit/tools/sim/ask.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/engine/reading.h"
#include "tools/sim/engine/target.h"

enum { AT_READ, AT_WRITE };
enum { OP_READ, OP_WRITE };
enum { FAULT_ODD };

typedef struct {
    int64_t one_size;
    char *one_word;
} one_conf;

static uint32_t told; /* changes that the first system was told */

static void
say(const wb_sim_visit *visit, const char *text)
{
    wb_sim_answer_json(visit->conn, 200, wb_view_of(text));
}

/* What stood in the path, with its bounds. */
static void
on_read(wb_sim_visit *visit)
{
    wb_buf *body = &visit->sim->body;

    if (wb_sim_begin(visit, OP_READ) || !wb_sim_allow(visit, &visit->part->accounts[0], 1))
        return;
    wb_buf_clear(body);
    wb_buf_addf(body, "[%.*s][%.*s]", WB_VIEW_ARG(visit->segment[0]),
                WB_VIEW_ARG(visit->segment[1]));
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(body));
}

static void
on_write(wb_sim_visit *visit)
{
    if (wb_sim_begin(visit, OP_WRITE))
        return;
    if (wb_sim_strikes_own(visit->part, FAULT_ODD))
        wb_sim_refuse(visit, 418, "odd", "struck");
    else
        say(visit, "written");
}

static void
on_rest(wb_sim_visit *visit)
{
    wb_sim_refuse(visit, 404, "rest", "nothing here");
}

static void
refuse(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    wb_sim_fill(visit->sim, "<%s|%s>", code, message);
    wb_sim_answer_json(visit->conn, status, wb_buf_view(&visit->sim->body));
}

static void
changed(wb_sim_part *part, uint32_t order, uint32_t version)
{
    (void)part;
    (void)order;
    (void)version;
    told++;
}

static void
shop(const wb_sim_part *part, unsigned number, wb_sim_setup *out)
{
    const one_conf *conf = part->conf;

    wb_sim_setup_option(out, "size", "%lld", (long long)conf->one_size);
    wb_sim_setup_secret(out, "key", number == 1 ? "first" : "other");
    if (number == 2)
        wb_sim_setup_stream(out, "list", "2s");
}

static void
erp(const wb_sim_part *part, const char *name, wb_sim_setup *out)
{
    (void)part;
    wb_sim_setup_option(out, "at", "/two/%s", name);
}

static const wb_option one_options[] = {
    WB_INT(one_conf, one_size, "7", 1, 100, "a number"),
    WB_TEXT(one_conf, one_word, "hello", "a text"),
    WB_END,
};

static const wb_sim_place one_places[] = {
    [AT_READ] = {.name = "read",          .delay = "read", .nature = WB_SIM_GIVES, .throttled = "slower"},
    [AT_WRITE] = {.name = "write", .nature = WB_SIM_TAKES, .refuse = refuse},
    {0                      },
};

static const wb_sim_op one_ops[] = {
    [OP_READ] = {"one.read", AT_READ, 1000, 2},
    [OP_WRITE] = {"one.write",      AT_WRITE, 0, 0},
    {0         },
};

static const wb_sim_route one_routes[] = {
    {"GET",     "/one/{}/of/{}", AT_READ, on_read},
    {"POST",  "/one", AT_WRITE, on_write},
    {"GET",         "/one/{}/rest/*", AT_READ, on_read},
    {NULL,  "/one/*", AT_WRITE, on_rest},
    {0},
};

static const wb_sim_own_fault one_faults[] = {
    [FAULT_ODD] = {"odd",        AT_WRITE, "for tests", NULL},
    {0},
};

static const wb_sim_system one = {
    .name = "one",
    .summary = "gives",
    .usual = WB_SIM_USUAL_SHOP,
    .options = one_options,
    .conf_size = sizeof(one_conf),
    .places = one_places,
    .ops = one_ops,
    .routes = one_routes,
    .faults = one_faults,
    .gives = AT_READ,
    .announces = AT_READ,
    .changed = changed,
    .shop = shop,
};

static const wb_sim_place two_places[] = {
    {.name = "two",             .delay = "two", .nature = WB_SIM_RECORDS},
    {0},
};

static const wb_sim_op two_ops[] = {
    {"two.read", 0, 0, 0},
    {0        },
};

static const wb_sim_route two_routes[] = {
    {"GET", "/two/{}", 0, on_read},
    {0   },
};

static const wb_sim_system two = {
    .name = "two",
    .summary = "takes",
    .usual = WB_SIM_USUAL_ERP,
    .places = two_places,
    .ops = two_ops,
    .routes = two_routes,
    .shop = shop,
    .erp = erp,
};

static const wb_sim_system *const systems[] = {&one, &two, NULL};

typedef struct {
    wb_sim_settings settings;
    wb_sim *sim;
    wb_err err;
} world;

/* With these words on the command line, up to a NULL. */
static wb_rc
try_world(world *self, char **words)
{
    char *argv[16] = {"waybill-sim", "--orders", "5", "--start", "manual"};
    int count = 5;

    memset(self, 0, sizeof *self);
    while (words && *words)
        argv[count++] = *words++;
    wb_rc rc = wb_sim_options(&self->settings, systems, argv, &self->err);
    return rc ? rc : wb_sim_new(&self->sim, &self->settings, &self->err);
}

static void
end_world(world *self)
{
    wb_sim_destroy(&self->sim);
    wb_sim_options_fini(&self->settings);
}

static void
make_world(world *self, char **words)
{
    ck_assert_msg(!try_world(self, words), "%s", self->err.text);
}

static void
check(world *self, const char *what, int status, const char *wanted)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, SIM_ANSWER_MAX);
    ck_assert_int_eq(sim_ask_text(self->sim, what, &body), status);
    ck_assert_str_eq(wb_buf_text(&body), wanted);
}

/* The first route that fits is taken; what is nobody's is counted. */
START_TEST(test_routes)
{
    world it;

    make_world(&it, (char *[]){"--rate-scale", "off", NULL});
    check(&it, "GET /one/a%2Fb/of/c", 200, "[a%2Fb][c]");
    check(&it, "GET /one/a/rest/", 200, "[a][]");
    check(&it, "GET /one/a/rest/b/c?x=1", 200, "[a][b/c]");
    check(&it, "GET /two/x", 200, "[x][]");
    check(&it, "GET /one/a/of/c/d", 404, "<rest|nothing here>");
    check(&it, "GET /one//of/c", 404, "<rest|nothing here>");
    check(&it, "POST /one/", 404, "<rest|nothing here>");
    check(&it, "POST /one", 200, "written");
    ck_assert_uint_eq(it.sim->unknown, 0);
    check(&it, "GET /one", 404, "");
    check(&it, "GET /two/x/y", 404, "");
    ck_assert_uint_eq(it.sim->unknown, 2);
    ck_assert_uint_eq(it.sim->requests[0], 3);                    /* one.read */
    ck_assert_uint_eq(it.sim->requests[it.sim->parts[1].ops], 1); /* two.read */
    ck_assert_uint_eq(it.sim->requests[it.sim->parts[0].ops + OP_WRITE], 1);
    end_world(&it);
}
END_TEST

START_TEST(test_options_of_systems)
{
    world it;

    make_world(&it, NULL);
    const one_conf *conf = it.sim->parts[0].conf;
    ck_assert(conf->one_size == 7 && !strcmp(conf->one_word, "hello"));
    end_world(&it);
    make_world(&it, (char *[]){"--one-size", "9", "--one-word=x", "--two-delay", "20ms", NULL});
    conf = it.sim->parts[0].conf;
    ck_assert(conf->one_size == 9 && !strcmp(conf->one_word, "x"));
    ck_assert_int_eq(it.sim->places[it.sim->parts[1].places].delay_ms, 20);
    ck_assert_int_eq(it.sim->places[AT_READ].delay_ms, 0);
    check(&it, "POST /sim/delays?read=3", 200, "{\"ok\":true}");
    ck_assert_int_eq(it.sim->places[AT_READ].delay_ms, 3);
    ck_assert_int_eq(it.sim->places[it.sim->parts[1].places].delay_ms, 20);
    end_world(&it);
}
END_TEST

static struct {
    char *words[3];
    wb_rc rc;
    const char *said;
} wrong[] = {
    {{"--one-size", "0"},       WB_FATAL,  "outside 1 to 100" },
    {{"--one-siz", "1"},        WB_FATAL,  "one-size"         },
    {{"--write-delay", "1"},    WB_FATAL,  "no option"        },
    {{"--shop", "three"},       WB_REJECT, "no system 'three'"},
    {{"--erp", "one"},          WB_REJECT, "takes no orders"  },
    {{"--faults", "odd@two=1"}, WB_REJECT, "not at that place"},
    {{"--faults", "odd@six=1"}, WB_REJECT, "read, write, two" },
};

START_TEST(test_wrong_words)
{
    world it;

    ck_assert_int_eq(try_world(&it, wrong[_i].words), wrong[_i].rc);
    ck_assert_msg(strstr(it.err.text, wrong[_i].said), "%s", it.err.text);
    end_world(&it);
}
END_TEST

/* The published limit, in the words of the place; without limits all goes. */
START_TEST(test_limits)
{
    world it;

    make_world(&it, NULL);
    check(&it, "GET /one/a/of/b", 200, "[a][b]");
    check(&it, "GET /one/a/of/b", 200, "[a][b]");
    check(&it, "GET /one/a/of/b", 429,
          "{\"error\":\"slower\",\"reason\":\"You exceeded your quota for the requested "
          "resource.\"}");
    ck_assert_uint_eq(it.sim->throttled[OP_READ], 1);
    end_world(&it);
    make_world(&it, (char *[]){"--rate-scale", "off", NULL});
    for (int i = 0; i < 10; i++)
        check(&it, "GET /one/a/of/b", 200, "[a][b]");
    end_world(&it);
}
END_TEST

START_TEST(test_faults_of_systems)
{
    world it;

    make_world(&it, (char *[]){"--faults", "odd=1*1,429@write=1*1", NULL});
    check(&it, "POST /one", 429, "<throttled|You exceeded your quota for the requested resource.>");
    check(&it, "POST /one", 418, "<odd|struck>");
    check(&it, "POST /one", 200, "written");
    ck_assert_uint_eq(it.sim->faults.faults[it.sim->parts[0].faults].struck, 1);
    end_world(&it);
}
END_TEST

/* Who sells has the sellers, and hears of changes; targets are held against them. */
START_TEST(test_roles)
{
    world it;

    told = 0;
    make_world(&it, (char *[]){"--accounts", "3", NULL});
    ck_assert(it.sim->shop->system == &one && it.sim->erp->system == &two);
    ck_assert_uint_eq(it.sim->shop->account_count, 3);
    ck_assert_uint_eq(it.sim->erp->account_count, 1);
    wb_sim_target *target = wb_sim_target_named(it.sim->targets, WB_VIEW_LIT("main"));
    check(&it, "POST /sim/start", 200, "{\"ok\":true}");
    wb_sim_turn(it.sim, 0);
    ck_assert_uint_eq(told, 5);
    ck_assert_uint_eq(wb_sim_ledger_newest(target->ledgers[0]), 0);
    end_world(&it);
    make_world(&it, (char *[]){"--shop", "two", "--start", "auto", NULL});
    ck_assert(it.sim->shop->system == &two && it.sim->erp->system == &two);
    ck_assert_int_eq(wb_sim_market_conf_of(it.sim->market)->gives, it.sim->parts[1].places);
    wb_sim_turn(it.sim, 0);
    ck_assert_uint_eq(told, 5);
    ck_assert(wb_sim_market_done(it.sim->market));
    ck_assert_uint_eq(wb_sim_visible(&it.sim->parts[1].accounts[0], 0), 1);
    ck_assert_uint_eq(wb_sim_visible(&it.sim->parts[0].accounts[0], 0), 0); /* it does not sell */
    end_world(&it);
}
END_TEST

START_TEST(test_setup)
{
    world it;

    make_world(&it, (char *[]){"--accounts", "2", NULL});
    check(&it, "GET /sim/setup?target=main", 200,
          "{\"places\":["
          "{\"name\":\"read\",\"gives\":true,\"takes\":false,\"orders\":true},"
          "{\"name\":\"write\",\"gives\":false,\"takes\":true,\"orders\":false},"
          "{\"name\":\"two\",\"gives\":true,\"takes\":true,\"orders\":false}],"
          "\"faults\":{},\"tables\":{},"
          "\"routes\":[{\"from\":\"*\",\"kind\":\"order\",\"to\":\"erp\"}],\"accounts\":["
          "{\"name\":\"shop1\",\"connector\":\"one\",\"options\":{\"size\":\"7\"},"
          "\"secrets\":{\"key\":\"first\"},\"streams\":{}},"
          "{\"name\":\"shop2\",\"connector\":\"one\",\"options\":{\"size\":\"7\"},"
          "\"secrets\":{\"key\":\"other\"},\"streams\":{\"list\":\"2s\"}},"
          "{\"name\":\"erp\",\"connector\":\"two\",\"options\":{\"at\":\"/two/main\"},"
          "\"secrets\":{},\"streams\":{}}]}");
    check(&it, "GET /sim/setup", 400, "{\"error\":\"target\",\"reason\":\"a target is needed\"}");
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_routes,             0              },
        {test_options_of_systems, 0              },
        {test_wrong_words,        WB_COUNT(wrong)},
        {test_limits,             0              },
        {test_faults_of_systems,  0              },
        {test_roles,              0              },
        {test_setup,              0              },
        {NULL,                    0              },
    };

    return wb_suite_run("tools.sim.engine.world", tests);
}
