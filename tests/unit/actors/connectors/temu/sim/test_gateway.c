/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask, how often, and in which words a call is refused.
 */
#include "tests/unit/actors/connectors/temu/sim/world.h"

#define INFO "bg.open.accesstoken.info.get"

/* The common members with one of them as the row says, each signed rightly. */
static void
ask_with(world *it, const char *name, const char *value)
{
    static const char *const names[] = {"type", "app_key", "access_token", "timestamp",
                                        "data_type"};
    char stamp[32];
    const char *usual[] = {INFO, it->seller->app_key, it->seller->access_token, stamp, "JSON"};
    wb_buf members;

    wb_buf_init(&members, SIM_ANSWER_MAX);
    (void)snprintf(stamp, sizeof stamp, "%lld", (long long)(wb_now_utc_us() / WB_US_PER_S));
    for (size_t i = 0; i < WB_COUNT(names); i++) {
        const char *text = !strcmp(names[i], name) ? value : usual[i];
        if (text)
            wb_buf_addf(&members, "%s\"%s\":\"%s\"", members.len ? "," : "", names[i], text);
    }
    post_signed(it, wb_buf_text(&members));
    wb_buf_fini(&members);
}

static const struct {
    const char *name, *value; /* NULL: it is not there */
    int64_t code;
} refused[] = {
    {"type",         NULL,                               3000002},
    {"type",         "bg.order.list.get",                3000003},
    {"app_key",      NULL,                               3000025},
    {"app_key",      "7e3a0000000000000000000000000009", 3000026},
    {"app_key",      "x",                                3000026},
    {"access_token", NULL,                               3000030},
    {"access_token", "none",                             3000031},
    {"timestamp",    NULL,                               3000010},
    {"timestamp",    "1760000000000",                    3000011},
    {"timestamp",    "17600000x0",                       3000011},
    {"timestamp",    "1760000000",                       3000012},
    {"data_type",    NULL,                               3000013},
    {"data_type",    "XML",                              3000014},
};

START_TEST(test_common_members)
{
    world it;

    make_world(&it, NULL);
    ask_with(&it, "none", NULL);
    check_good(&it);
    ask_with(&it, refused[_i].name, refused[_i].value);
    check_code(&it, refused[_i].code);
    ck_assert_uint_eq(it.sim->unauthorized, 1);
    end_world(&it);
}
END_TEST

/* The clock of a caller may be five minutes off, and no more. */
START_TEST(test_clock)
{
    static const int apart[] = {-298, 298, -310, 310};
    world it;
    char stamp[32];

    make_world(&it, NULL);
    for (size_t i = 0; i < WB_COUNT(apart); i++) {
        (void)snprintf(stamp, sizeof stamp, "%lld",
                       (long long)(wb_now_utc_us() / WB_US_PER_S + apart[i]));
        ask_with(&it, "timestamp", stamp);
        check_code(&it, i < 2 ? 1000000 : 3000012);
    }
    end_world(&it);
}
END_TEST

/* Of what is signed nothing may be changed; it is looked at before anything else. */
START_TEST(test_signature)
{
    world it;
    char *at;

    make_world(&it, NULL);
    get(&it, INFO, "");
    wb_buf_add_char(&it.request, 0);
    at = strstr(it.request.data, "\"JSON\"");
    memcpy(at, "\"json\"", 6);
    post(&it, it.request.data);
    check_code(&it, 3000001);
    at = strstr(it.request.data, ",\"sign\"");
    memcpy(at, "}", 2);
    post(&it, it.request.data);
    check_code(&it, 3000040);
    end_world(&it);
}
END_TEST

/* A member that nobody knows is signed and passed over: so are parameters that stand in another. */
START_TEST(test_unknown_members)
{
    world it;

    make_world(&it, NULL);
    get(&it, "bg.order.list.v2.get", ",\"request\":{\"pageSize\":3,\"parentOrderStatus\":3}");
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 30);
    get(&it, INFO, ",\"none\":[{\"b\": \"x/y\", \"a\":null}],\"sign2\":\"\"");
    end_world(&it);
}
END_TEST

START_TEST(test_tokens)
{
    world it;
    char *words[] = {"--accounts", "2", NULL};

    make_world(&it, words);
    ask_with(&it, "access_token", ((wb_sim_temu *)it.part->state)->sellers[1].access_token);
    check_code(&it, 3000033);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/account?number=1&revoked=1", &it.body), 200);
    call(&it, INFO, "");
    check_code(&it, 3000034);
    become(&it, 2);
    get(&it, INFO, "");
    ck_assert_int_eq(int_at(&it, "result.mallId"), it.seller->mall_id);
    ck_assert_int_eq(int_at(&it, "result.regionId"), 211);
    ck_assert_int_gt(int_at(&it, "result.expiredTime"), wb_now_utc_us() / WB_US_PER_S);
    ck_assert(!strstr(wb_buf_text(&it.body), "bg.order.amount.query"));
    end_world(&it);
}
END_TEST

START_TEST(test_no_call_at_all)
{
    static const char *const bodies[] = {"", "[]", "{\"type\":", "7"};
    world it;

    make_world(&it, NULL);
    for (size_t i = 0; i < WB_COUNT(bodies); i++) {
        post(&it, bodies[i]);
        check_code(&it, 3000000);
    }
    get(&it, INFO, "");
    post_as(&it, wb_buf_text(&it.request), "text/plain");
    check_code(&it, 3000000);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /temu/openapi/router", &it.body), 404);
    end_world(&it);
}
END_TEST

/* Twenty in any second, of one interface and of all: then 4000004 in a 200. */
START_TEST(test_limits)
{
    world it;
    char *words[] = {"--rate-scale", "1", "--accounts", "2", NULL};

    make_world(&it, words);
    int64_t begun_ms = wb_now_ms();
    for (int i = 0; i < 20; i++)
        get(&it, i % 2 ? INFO : "bg.logistics.companies.get", "");
    call(&it, INFO, "");
    if (wb_now_ms() - begun_ms < 900) /* or the first have left the second already */
        check_code(&it, 4000004);
    become(&it, 2);
    get(&it, INFO, "");
    become(&it, 1);
    int64_t end_ms = wb_now_ms() + 5000;
    for (call(&it, INFO, ""); int_at(&it, "errorCode") != 1000000; call(&it, INFO, ""))
        ck_assert_int_lt(wb_now_ms(), end_ms);
    ck_assert_int_ge(wb_now_ms() - begun_ms, 900);
    end_world(&it);
}
END_TEST

/* The window slides: what was asked at the end of a second counts in the next one. */
START_TEST(test_window)
{
    wb_sim_temu_window window = {0};
    const int64_t s = 1000000;

    for (int i = 0; i < 20; i++) {
        ck_assert_uint_eq(wb_sim_temu_window_calls(&window, 7 * s + 950000), (uint32_t)i);
        wb_sim_temu_window_add(&window);
    }
    ck_assert_uint_eq(wb_sim_temu_window_calls(&window, 8 * s + 10000), 20);
    ck_assert_uint_eq(wb_sim_temu_window_calls(&window, 8 * s + 890000), 20);
    ck_assert_uint_eq(wb_sim_temu_window_calls(&window, 8 * s + 950000), 0);
    wb_sim_temu_window_add(&window);
    ck_assert_uint_eq(wb_sim_temu_window_calls(&window, 60 * s), 0);
}
END_TEST

START_TEST(test_faults)
{
    world it;

    make_world(&it, NULL);
    set_faults(&it, "temu_html=1*1");
    call(&it, INFO, "");
    ck_assert_int_eq(it.status, 200);
    ck_assert(strstr(wb_buf_text(&it.body), "<html>"));
    set_faults(&it, "temu_throttled=1*1");
    call(&it, INFO, "");
    check_code(&it, 4000004);
    set_faults(&it, "temu_internal=1*1");
    call(&it, INFO, "");
    check_code(&it, 2000000);
    set_faults(&it, "429@temu.gateway=1*1");
    call(&it, INFO, "");
    ck_assert_int_eq(it.status, 429);
    set_faults(&it, "5xx@temu.gateway=1*1");
    call(&it, INFO, "");
    ck_assert_int_ge(it.status, 500);
    get(&it, INFO, "");
    end_world(&it);
}
END_TEST

/* What a run writes into its configuration opens the world. */
START_TEST(test_setup)
{
    world it;

    make_world(&it, NULL);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/setup?target=main", &it.body), 200);
    const char *text = wb_buf_text(&it.body);
    ck_assert(strstr(text, "/temu/openapi/router\""));
    ck_assert(strstr(text, it.seller->app_secret) && strstr(text, it.seller->access_token));
    ck_assert(strstr(text, "\"warehouse_id\":\"WH-01\"") && strstr(text, "\"money\":\"none\""));
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/accounts", &it.body), 200);
    ck_assert(strstr(wb_buf_text(&it.body), it.seller->app_key));
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &it.body), 200);
    ck_assert(strstr(wb_buf_text(&it.body), "\"temu\":{\"parcels\":0,\"edits\":0}"));
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_common_members,  WB_COUNT(refused)},
        {test_clock,           0                },
        {test_signature,       0                },
        {test_unknown_members, 0                },
        {test_tokens,          0                },
        {test_no_call_at_all,  0                },
        {test_limits,          0                },
        {test_window,          0                },
        {test_faults,          0                },
        {test_setup,           0                },
        {NULL,                 0                },
    };

    return wb_suite_run("actors.connectors.temu.sim.gateway", tests);
}
