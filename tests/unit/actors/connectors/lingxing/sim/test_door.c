/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every request of the open interface has to pass: tokens, signatures, limits, paths.
 */
#include "tests/unit/actors/connectors/lingxing/sim/sim_kit.h"

#define SELLERS "/pb/mp/shop/v2/getSellerList"
#define METHODS "/erp/sc/routing/wms/WmsLogistics/listUsedLogisticsType"
#define TOKEN "/api/auth-server/oauth/access-token"
#define REFRESH "/api/auth-server/oauth/refresh"

START_TEST(test_good_call)
{
    static world it;

    make_world(&it, NULL);
    get_token(&it);
    check_text(&it, "msg", "OK");
    check_text(&it, "data.expires_in", "7199");
    ck_assert_int_eq(call(&it, SELLERS, "{\"length\":20,\"offset\":0}"), 200);
    check_code(&it, "0");
    check_text(&it, "data.total", "2");
    check_holds(&it, "\"total\":\"2\"");
    check_holds(&it, "\"store_id\":\"" STORE_1 "\"");
    check_holds(&it, "\"platform_code\":\"10009\"");
    end_world(&it);
}
END_TEST

/* A call with one of its common parameters changed, or left out. */
START_TEST(test_common_parameters)
{
    static world it;
    char query[512], changed[640];
    static const struct {
        const char *name, *code;
    } rows[] = {
        {"access_token=", "3001001"},
        {"app_key=",      "3001001"},
        {"timestamp=",    "3001001"},
        {"sign=",         "3001001"},
    };

    make_world(&it, NULL);
    get_token(&it);
    sign_call(&it, "{\"offset\":0}", query);
    const char *at = strstr(query, rows[_i].name);
    (void)snprintf(changed, sizeof changed, "%.*sx%s", (int)(at - query), query, at);
    ck_assert_int_eq(ask(&it, SELLERS, changed, "{\"offset\":0}"), 200);
    check_code(&it, rows[_i].code);
    check_text(&it, "data.throwable", "missing query param(access_token,sign,timestamp,app_key)");
    end_world(&it);
}
END_TEST

START_TEST(test_signature)
{
    static world it;
    char query[512], more[640];

    make_world(&it, NULL);
    get_token(&it);
    sign_call(&it, "{\"offset\":0}", query);
    ck_assert_int_eq(ask(&it, SELLERS, query, "{\"offset\":1}"), 200);
    check_code(&it, "2001006"); /* another body */
    (void)ask(&it, SELLERS, query, "{ \"offset\":0}");
    check_code(&it, "0"); /* the same members */
    (void)snprintf(more, sizeof more, "%s&length=20", query);
    (void)ask(&it, SELLERS, more, "{\"offset\":0}");
    check_code(&it, "2001006"); /* one more in the query */
    (void)call(&it, SELLERS, "{\"offset\":0,\"platform_code\":[10009, 10002]}");
    check_code(&it, "2001006"); /* a blank that the vendor would not write */
    (void)ask(&it, SELLERS, query, "[]");
    check_code(&it, "102");
    (void)ask(&it, SELLERS, query, "{\"offset\"");
    check_code(&it, "102");
    for (it.shift_s = -130; it.shift_s <= 130; it.shift_s += 260) {
        (void)call(&it, SELLERS, "{\"offset\":0}");
        check_code(&it, "2001007");
    }
    it.shift_s = -100;
    (void)call(&it, SELLERS, "{\"offset\":0}");
    check_code(&it, "0");
    ck_assert_uint_eq(it.sim->unauthorized, 5);
    end_world(&it);
}
END_TEST

/* A + that is not encoded is a blank when it arrives. Signs are tried until one has it. */
START_TEST(test_sign_that_was_not_encoded)
{
    static world it;
    char query[512], raw[512], body[64];
    size_t len;

    make_world(&it, NULL);
    get_token(&it);
    for (int i = 1;; i++) {
        ck_assert_int_lt(i, 1000);
        (void)snprintf(body, sizeof body, "{\"offset\":%d}", i);
        sign_call(&it, body, query);
        if (strstr(query, "%2B"))
            break;
    }
    (void)snprintf(raw, sizeof raw, "%s", query);
    for (char *at; (at = strstr(raw, "%2B")); memmove(at + 1, at + 3, len + 1)) {
        len = strlen(at + 3);
        *at = '+';
    }
    (void)ask(&it, SELLERS, raw, body);
    check_code(&it, "2001006");
    (void)ask(&it, SELLERS, query, body);
    check_code(&it, "0");
    end_world(&it);
}
END_TEST

/* Who fetches a token takes it from all others. */
START_TEST(test_tokens)
{
    static world it;
    char first[64], old_refresh[64], query[256];

    make_world(&it, (char *[]){"--lingxing-token", "1h", NULL});
    (void)snprintf(it.token, sizeof it.token, "nothing");
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "2001003"); /* nobody has one */
    get_token(&it);
    check_text(&it, "data.expires_in", "3599");
    (void)snprintf(first, sizeof first, "%s", it.token);
    (void)snprintf(old_refresh, sizeof old_refresh, "%s", it.refresh);
    get_token(&it);
    ck_assert_str_ne(first, it.token);
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "0");
    (void)snprintf(it.token, sizeof it.token, "%s", first);
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "2001005");
    (void)snprintf(query, sizeof query, "appId=" APP "&refreshToken=%s", old_refresh);
    (void)ask(&it, REFRESH, query, "");
    check_code(&it, "2001009");
    (void)snprintf(query, sizeof query, "appId=" APP "&refreshToken=%s", it.refresh);
    (void)ask(&it, REFRESH, query, "");
    check_code(&it, "200");
    (void)snprintf(it.token, sizeof it.token, "%.*s",
                   WB_VIEW_ARG(text_at(&it, "data.access_token")));
    (void)ask(&it, REFRESH, query, "");
    check_code(&it, "2001009"); /* it works once */
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "0");
    end_world(&it);
}
END_TEST

START_TEST(test_token_that_ends)
{
    static world it;
    int64_t end_ms = wb_now_ms() + 20000;

    make_world(&it, (char *[]){"--lingxing-token", "1ms", NULL});
    get_token(&it);
    int64_t begun_ms = wb_now_ms();
    while (wb_now_ms() <= begun_ms + 1)
        ck_assert_int_lt(wb_now_ms(), end_ms);
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "2001003");
    end_world(&it);
}
END_TEST

START_TEST(test_secrets)
{
    static world it;
    static const struct {
        const char *query, *code;
    } rows[] = {
        {"appId=" APP "&appSecret=" SECRET,          "200"    },
        {"appId=" APP "&appSecret=s+/main==",        "0001001"}, /* nobody encoded it */
        {"appId=" APP "&appSecret=wrong",            "2001002"},
        {"appId=" APP,                               "2001002"},
        {"appId=ak_main&appSecret=" SECRET,          "2001001"},
        {"appId=xx_main_________&appSecret=" SECRET, "2001001"},
        {"appId=ak______________&appSecret=" SECRET, "2001001"},
        {"appSecret=" SECRET,                        "2001001"},
    };

    make_world(&it, NULL);
    ck_assert_int_eq(ask(&it, TOKEN, rows[_i].query, ""), 200);
    check_code(&it, rows[_i].code);
    end_world(&it);
}
END_TEST

/* As a form of several parts, with the secret as it is. */
START_TEST(test_form)
{
    static world it;
    const char *form = "--B7\r\nContent-Disposition: form-data; name=\"appId\"\r\n\r\n" APP
                       "\r\n--B7\r\nContent-Disposition: form-data; name=\"appSecret\"\r\n\r\n"
                       "s+/main==\r\n--B7--\r\n";
    WB_AUTO(wb_buf_fini) wb_buf request = {0};

    make_world(&it, NULL);
    wb_buf_init(&request, 4096);
    wb_buf_addf(&request,
                "POST /lingxing" TOKEN " HTTP/1.1\r\nConnection: close\r\nContent-Type: "
                "multipart/form-data; boundary=B7\r\nContent-Length: %zu\r\n\r\n%s",
                strlen(form), form);
    ck_assert_int_eq(sim_ask(it.sim, wb_buf_view(&request), &it.body), 200);
    check_holds(&it, "{\"code\":\"200\",\"msg\":\"OK\"");
    end_world(&it);
}
END_TEST

static int
get(world *self, const char *what)
{
    int status = sim_ask_text(self->sim, what, &self->body);

    if (wb_json_parse(self->json, wb_buf_view(&self->body), NULL))
        wb_ignore(wb_json_parse(self->json, WB_VIEW_LIT("null"), NULL), "it is a page");
    return status;
}

START_TEST(test_wrong_paths)
{
    static world it;

    make_world(&it, NULL);
    ck_assert_int_eq(ask(&it, "//pb/mp/shop/v2/getSellerList", "", "{}"), 405);
    check_holds(&it, "<html>");
    ck_assert_int_eq(ask(&it, "/pb/mp/shop/v9/nothing", "", "{}"), 200);
    check_code(&it, "400");
    check_holds(&it, "服务不存在");
    ck_assert_int_eq(get(&it, "GET /lingxing" SELLERS), 200);
    check_code(&it, "500");
    check_holds(&it, "404 NOT_FOUND");
    end_world(&it);
}
END_TEST

/* Sends a call and does not wait: the descriptor. */
static int
send_only(world *self, const char *path, const char *body)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)self->sim->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char query[512];

    sign_call(self, body, query);
    wb_buf_clear(&self->request);
    wb_buf_addf(&self->request, "POST /lingxing%s?%s HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s",
                path, query, strlen(body), body);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert(!connect(fd, (struct sockaddr *)&to, sizeof to));
    ck_assert(send(fd, self->request.data, self->request.len, 0) == (ssize_t)self->request.len);
    for (int i = 0; i < 50; i++)
        wb_sim_turn(self->sim, 1);
    return fd;
}

/* One request at a time where the capacity is one; the others of the application are not held up,
 * and another path has its own. */
START_TEST(test_capacity)
{
    static world it;
    const char *body = "{\"param\":{\"provider_type\":0}}";
    int64_t end_ms = wb_now_ms() + 20000;

    make_world(&it, (char *[]){"--lingxing-slow", "2s", NULL});
    get_token(&it);
    (void)call(&it, METHODS, body);
    check_code(&it, "0");
    (void)call(&it, METHODS, body); /* the one before is over */
    check_code(&it, "0");
    set_fault(&it, "lingxing_slow_path=1*1");
    WB_AUTO(wb_fd_close) int fd = send_only(&it, METHODS, body);

    ck_assert_int_ge(fd, 0);
    (void)call(&it, METHODS, body);
    check_code(&it, "3001008");
    (void)call(&it, METHODS, body);
    check_code(&it, "103"); /* said in another way */
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "0");
    while (call(&it, METHODS, body) == 200 && !wb_view_is(text_at(&it, "code"), "0"))
        ck_assert_int_lt(wb_now_ms(), end_ms);
    end_world(&it);
}
END_TEST

/* Ten at once where ten may be; who does not wait for its answer keeps its place. */
START_TEST(test_ten_at_once)
{
    static world it;
    int fds[10];

    make_world(&it, (char *[]){"--lingxing-slow", "60s", NULL});
    get_token(&it);
    set_fault(&it, "lingxing_slow_path=1*10");
    for (int i = 0; i < 10; i++)
        fds[i] = send_only(&it, SELLERS, "{}");
    for (int i = 0; i < 10; i++)
        wb_fd_close(&fds[i]);
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "3001008");
    end_world(&it);
}
END_TEST

/* What was never answered gives its place back in the end. */
START_TEST(test_place_that_nobody_gave_back)
{
    static world it;
    const char *body = "{\"param\":{\"provider_type\":0}}";
    int64_t end_ms = wb_now_ms() + 20000;

    make_world(&it, (char *[]){"--lingxing-hold", "300ms", NULL});
    get_token(&it);
    set_fault(&it, "mute=1*1");
    WB_AUTO(wb_fd_close) int fd = send_only(&it, METHODS, body);

    ck_assert_int_ge(fd, 0);
    (void)call(&it, METHODS, body);
    check_code(&it, "3001008");
    while (call(&it, METHODS, body) == 200 && !wb_view_is(text_at(&it, "code"), "0"))
        ck_assert_int_lt(wb_now_ms(), end_ms);
    end_world(&it);
}
END_TEST

START_TEST(test_slow_write)
{
    static world it;
    int64_t begin_ms;

    make_world(&it, (char *[]){"--lingxing-slow", "400ms", NULL});
    get_token(&it);
    set_fault(&it, "lingxing_slow_write=1");
    begin_ms = wb_now_ms();
    (void)call(&it, CREATE, "{}");
    ck_assert_int_ge(wb_now_ms(), begin_ms + 400);
    end_world(&it);
}
END_TEST

START_TEST(test_limits_can_be_off)
{
    static world it;

    make_world(&it, (char *[]){"--rate-scale", "off", "--lingxing-slow", "60s", NULL});
    get_token(&it);
    set_fault(&it, "lingxing_slow_path=1*1");
    WB_AUTO(wb_fd_close) int fd = send_only(&it, METHODS, "{\"param\":{\"provider_type\":0}}");

    ck_assert_int_ge(fd, 0);
    (void)call(&it, METHODS, "{\"param\":{\"provider_type\":0}}");
    check_code(&it, "0");
    end_world(&it);
}
END_TEST

START_TEST(test_faults)
{
    static world it;

    make_world(&it, NULL);
    get_token(&it);
    set_fault(&it, "lingxing_token_replaced=1*1");
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "2001005");
    get_token(&it);
    set_fault(&it, "lingxing_ip=1*1");
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "3001002");
    set_fault(&it, "lingxing_not_granted=1*1");
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "2001004");
    set_fault(&it, "lingxing_html_read=1*1");
    ck_assert_int_eq(call(&it, SELLERS, "{}"), 200);
    check_holds(&it, "<html>");
    set_fault(&it, "lingxing_total_wrong=1*1");
    (void)call(&it, SELLERS, "{}");
    check_text(&it, "data.total", "707");
    set_fault(&it, "lingxing_page_repeats=1*1");
    (void)call(&it, SELLERS, "{\"length\":1,\"offset\":1}");
    check_holds(&it, STORE_1);
    (void)call(&it, SELLERS, "{\"length\":1,\"offset\":1}");
    check_holds(&it, STORE_2);
    set_fault(&it, "429=1*2");
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "3001008");
    (void)call(&it, SELLERS, "{}");
    check_code(&it, "103");
    set_fault(&it, "5xx=1*1");
    ck_assert_int_ge(call(&it, SELLERS, "{}"), 500);
    check_holds(&it, "<html>");
    (void)call(&it, SELLERS, "{\"offset\":-1}");
    check_code(&it, "500");
    check_holds(&it, "\"error_details\":\"offset 必须是非负数 [请求码:");
    (void)call(&it, SELLERS, "{\"length\":201}");
    check_code(&it, "500");
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_good_call,                   0},
        {test_common_parameters,           4},
        {test_signature,                   0},
        {test_sign_that_was_not_encoded,   0},
        {test_tokens,                      0},
        {test_token_that_ends,             0},
        {test_secrets,                     8},
        {test_form,                        0},
        {test_wrong_paths,                 0},
        {test_capacity,                    0},
        {test_ten_at_once,                 0},
        {test_place_that_nobody_gave_back, 0},
        {test_slow_write,                  0},
        {test_limits_can_be_off,           0},
        {test_faults,                      0},
        {NULL,                             0},
    };

    return wb_suite_run("actors.connectors.lingxing.sim.door", tests);
}
