/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions: found by their token alone, ended by time, by logging out, and with their key
 */
#include "actors/gateway/sessions.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static wb_sessions *sessions;
static wb_api_keys *keys;
static char state[64], folder[80];

static void
begin(void)
{
    (void)snprintf(state, sizeof state, "/tmp/wb-sessions-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(state));
    (void)snprintf(folder, sizeof folder, "%.60s/keys", state);
    sessions = wb_sessions_new();
    keys = wb_api_keys_open(folder);
}

static void
end(void)
{
    char command[96];

    wb_sessions_destroy(&sessions);
    wb_api_keys_close(&keys);
    (void)snprintf(command, sizeof command, "rm -rf %s", state);
    ck_assert_int_eq(system(command), 0);
}

static const wb_api_key code = {.role = WB_ROLE_OPERATE};

static const wb_session_row *
find(const char *token, int64_t now_ms)
{
    return wb_sessions_find(sessions, wb_view_of(token), keys, now_ms);
}

START_TEST(a_token_is_one_session)
{
    char one[WB_SESSION_WORD_LEN + 1], two[WB_SESSION_WORD_LEN + 1];
    const wb_session_row *row = wb_sessions_begin(sessions, &code, 0, one);

    ck_assert_int_eq((int)strlen(row->csrf), WB_SESSION_WORD_LEN);
    ck_assert_str_ne(row->csrf, one);
    (void)wb_sessions_begin(sessions, &(wb_api_key){.role = WB_ROLE_READ}, 0, two);
    ck_assert_str_ne(one, two);
    ck_assert_int_eq(find(one, 1)->key.role, WB_ROLE_OPERATE);
    ck_assert_int_eq(find(two, 1)->key.role, WB_ROLE_READ);
    ck_assert_ptr_null(find("", 1));
    ck_assert_ptr_null(find(row->csrf, 1));
    one[0] = one[0] == '0' ? '1' : '0';
    ck_assert_ptr_null(find(one, 1));
    ck_assert_ptr_null(wb_sessions_find(sessions, (wb_view){two, 63}, keys, 1));
}
END_TEST

START_TEST(logged_out_is_out)
{
    char token[WB_SESSION_WORD_LEN + 1], other[WB_SESSION_WORD_LEN + 1];

    (void)wb_sessions_begin(sessions, &code, 0, token);
    (void)wb_sessions_begin(sessions, &code, 0, other);
    wb_sessions_end(sessions, wb_view_of(token));
    wb_sessions_end(sessions, wb_view_of("nobody"));
    ck_assert_ptr_null(find(token, 1));
    ck_assert_ptr_nonnull(find(other, 1));
}
END_TEST

START_TEST(time_ends_it)
{
    char token[WB_SESSION_WORD_LEN + 1];
    int64_t now = 0;

    (void)wb_sessions_begin(sessions, &code, 0, token);
    ck_assert_ptr_nonnull(find(token, WB_SESSION_IDLE_MS - 1));
    ck_assert_ptr_null(find(token, 2 * WB_SESSION_IDLE_MS));
    ck_assert_ptr_null(find(token, 1)); /* it does not come back */
    (void)wb_sessions_begin(sessions, &code, 0, token);
    while (now + WB_SESSION_IDLE_MS / 2 < WB_SESSION_MS) {
        now += WB_SESSION_IDLE_MS / 2;
        ck_assert_ptr_nonnull(find(token, now));
    }
    ck_assert_ptr_null(find(token, WB_SESSION_MS));
}
END_TEST

START_TEST(the_one_unused_for_longest_makes_room)
{
    char tokens[WB_SESSIONS_MAX + 1][WB_SESSION_WORD_LEN + 1];

    for (int i = 0; i < WB_SESSIONS_MAX; i++)
        (void)wb_sessions_begin(sessions, &code, i, tokens[i]);
    ck_assert_ptr_nonnull(find(tokens[0], WB_SESSIONS_MAX));
    (void)wb_sessions_begin(sessions, &code, WB_SESSIONS_MAX, tokens[WB_SESSIONS_MAX]);
    ck_assert_ptr_nonnull(find(tokens[0], WB_SESSIONS_MAX));
    ck_assert_ptr_null(find(tokens[1], WB_SESSIONS_MAX));
    for (int i = 2; i <= WB_SESSIONS_MAX; i++)
        ck_assert_ptr_nonnull(find(tokens[i], WB_SESSIONS_MAX));
}
END_TEST

/* The folder is looked at once a second. */
static void
wait_for_look(void)
{
    int64_t until = wb_now_ms() + WB_API_KEYS_LOOK_MS + 20;

    while (wb_now_ms() < until)
        ;
}

START_TEST(it_ends_with_its_key)
{
    char text[WB_API_KEY_TEXT_MAX + 1], token[WB_SESSION_WORD_LEN + 1];
    wb_api_key key = {.name = "ann", .role = WB_ROLE_READ, .created_utc_us = 1700000000000000};
    wb_err err = {0};

    ck_assert(!wb_api_key_add(folder, &key, text, &err));
    ck_assert_ptr_nonnull(wb_api_keys_check(keys, wb_view_of(text)));
    (void)wb_sessions_begin(sessions, wb_api_keys_check(keys, wb_view_of(text)), 0, token);
    ck_assert_int_eq(find(token, 1)->key.role, WB_ROLE_READ);
    ck_assert(!wb_api_key_remove(folder, "ann", &err));
    key.created_utc_us++; /* one of the same name is another key */
    ck_assert(!wb_api_key_add(folder, &key, text, &err));
    wait_for_look();
    ck_assert_ptr_null(find(token, 1));
    ck_assert_ptr_nonnull(wb_api_keys_check(keys, wb_view_of(text)));
    ck_assert_ptr_null(find(token, 1));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_token_is_one_session,                0},
        {logged_out_is_out,                     0},
        {time_ends_it,                          0},
        {the_one_unused_for_longest_makes_room, 0},
        {it_ends_with_its_key,                  0},
        {NULL,                                  0},
    };

    return wb_suite_run_in("sessions", rows, begin, end);
}
