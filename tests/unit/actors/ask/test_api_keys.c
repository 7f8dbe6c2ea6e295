/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_keys: made, checked, revoked, and what is no key
 */
#include "actors/ask/api_keys.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static char folder[80], state[64];

static void
begin(void)
{
    (void)snprintf(state, sizeof state, "/tmp/wb-keys-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(state));
    (void)snprintf(folder, sizeof folder, "%.60s/keys", state);
}

static void
end(void)
{
    char command[96];

    (void)snprintf(command, sizeof command, "rm -rf %s", state);
    ck_assert_int_eq(system(command), 0);
}

static void
add(const char *name, wb_role role, char text[WB_API_KEY_TEXT_MAX + 1])
{
    wb_api_key key = {.role = role, .created_utc_us = 1700000000000000};
    wb_err err = {0};

    (void)snprintf(key.name, sizeof key.name, "%s", name);
    ck_assert_msg(!wb_api_key_add(folder, &key, text, &err), "%s", err.text);
}

static void
put(const char *file, const char *text)
{
    char path[128];
    FILE *out;

    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(text, out), 0);
    ck_assert_int_eq(fclose(out), 0);
}

START_TEST(a_key_is_its_owners)
{
    char text[WB_API_KEY_TEXT_MAX + 1], other[WB_API_KEY_TEXT_MAX + 1], bad[sizeof text + 8];
    wb_api_keys *keys = wb_api_keys_open(folder);
    const wb_api_key *key;

    ck_assert_ptr_null(wb_api_keys_check(keys, WB_VIEW_LIT("wb_a_b")));
    wb_api_keys_close(&keys);
    add("reader", WB_ROLE_READ, text);
    add("chief", WB_ROLE_ADMIN, other);
    keys = wb_api_keys_open(folder);
    for (int i = 0; i < 2; i++) { /* the second time it is known */
        key = wb_api_keys_check(keys, wb_view_of(text));
        ck_assert_ptr_nonnull(key);
        ck_assert_str_eq(key->name, "reader");
        ck_assert_int_eq(key->role, WB_ROLE_READ);
        ck_assert_int_eq(key->created_utc_us, 1700000000000000);
        ck_assert_int_eq(wb_api_keys_check(keys, wb_view_of(other))->role, WB_ROLE_ADMIN);
    }
    for (size_t i = 0; i < strlen(text); i++) {
        memcpy(bad, text, sizeof text);
        bad[i] = bad[i] == '0' ? '1' : '0';
        if (i % 9 == 0)
            ck_assert_ptr_null(wb_api_keys_check(keys, wb_view_of(bad)));
    }
    ck_assert_ptr_null(wb_api_keys_check(keys, (wb_view){text, strlen(text) - 1}));
    ck_assert_ptr_null(wb_api_keys_check(keys, (wb_view){NULL, 0}));
    (void)snprintf(bad, sizeof bad, "wb_reader_%s", other + strlen(other) - 64);
    ck_assert_ptr_null(wb_api_keys_check(keys, wb_view_of(bad)));
    wb_api_keys_close(&keys);
}
END_TEST

START_TEST(what_is_stored_is_not_the_key)
{
    char text[WB_API_KEY_TEXT_MAX + 1], path[128], stored[4096];
    struct stat is;
    FILE *in;
    size_t len;

    add("one", WB_ROLE_OPERATE, text);
    (void)snprintf(path, sizeof path, "%s/one.json", folder);
    ck_assert_int_eq(stat(path, &is), 0);
    ck_assert_int_eq(is.st_mode & 077, 0);
    in = fopen(path, "r");
    ck_assert_ptr_nonnull(in);
    len = fread(stored, 1, sizeof stored - 1, in);
    stored[len] = '\0';
    ck_assert_int_eq(fclose(in), 0);
    ck_assert_ptr_null(strstr(stored, text + strlen(text) - 64));
}
END_TEST

START_TEST(a_name_is_taken_once)
{
    static const char *const names[] = {
        "one", "", "a b", "../x", "a/b", "\xc3\xa9", "12345678901234567890123456789012345678901"};
    char text[WB_API_KEY_TEXT_MAX + 1];
    wb_api_key key = {.role = WB_ROLE_READ};
    wb_err err = {0};

    add("one", WB_ROLE_READ, text);
    (void)snprintf(key.name, sizeof key.name, "%.40s", names[_i]);
    if (strlen(names[_i]) > WB_API_KEY_NAME_MAX)
        return; /* it does not fit into a key */
    ck_assert_int_eq(wb_api_key_add(folder, &key, text, &err), WB_REJECT);
    ck_assert_int_eq(wb_api_key_remove(folder, _i ? names[_i] : "none", &err), WB_REJECT);
}
END_TEST

/* The folder is looked at again after a second. */
static void
wait_until(wb_api_keys *keys, const char *text, bool counts)
{
    int64_t until_us = wb_now_us() + 10 * WB_API_KEYS_LOOK_MS * WB_US_PER_MS;

    while ((wb_api_keys_check(keys, wb_view_of(text)) != NULL) != counts)
        ck_assert(wb_now_us() < until_us);
}

START_TEST(a_revoked_key_counts_no_more)
{
    char text[WB_API_KEY_TEXT_MAX + 1], later[WB_API_KEY_TEXT_MAX + 1];
    wb_api_keys *keys;
    wb_err err = {0};

    add("one", WB_ROLE_READ, text);
    keys = wb_api_keys_open(folder);
    ck_assert_ptr_nonnull(wb_api_keys_check(keys, wb_view_of(text)));
    ck_assert(!wb_api_key_remove(folder, "one", &err));
    add("two", WB_ROLE_READ, later);
    wait_until(keys, later, true);
    ck_assert_ptr_null(wb_api_keys_check(keys, wb_view_of(text)));
    add("one", WB_ROLE_READ, later); /* of that name again, and another key */
    wait_until(keys, later, true);
    ck_assert_ptr_null(wb_api_keys_check(keys, wb_view_of(text)));
    wb_api_keys_close(&keys);
}
END_TEST

static void
count(void *arg, const char *file, const wb_api_key *key, const char *fault)
{
    size_t *counts = arg;

    (void)file;
    counts[key == NULL]++;
    ck_assert_int_eq(key == NULL, fault[0] != '\0');
}

START_TEST(a_file_that_is_no_key_is_told)
{
    static const char *const broken[] = {"",
                                         "{}",
                                         "[]",
                                         "{\"role\":\"root\"}",
                                         "{\"role\":\"read\",\"salt\":\"00\",\"hash\":\"00\"}",
                                         "{\"role\":\"read\",\"salt\":\"zz\"}",
                                         "not json"};
    char text[WB_API_KEY_TEXT_MAX + 1], name[16];
    size_t counts[2] = {0};
    wb_api_keys *keys;

    add("good", WB_ROLE_READ, text);
    for (size_t i = 0; i < WB_COUNT(broken); i++) {
        (void)snprintf(name, sizeof name, "bad%zu.json", i);
        put(name, broken[i]);
    }
    put("README", "no key at all");
    keys = wb_api_keys_open(folder);
    wb_api_keys_list(keys, count, counts);
    ck_assert_uint_eq(counts[0], 1);
    ck_assert_uint_eq(counts[1], WB_COUNT(broken));
    ck_assert_ptr_nonnull(wb_api_keys_check(keys, wb_view_of(text)));
    (void)snprintf(text, sizeof text, "wb_bad1_%064d", 0);
    ck_assert_ptr_null(wb_api_keys_check(keys, wb_view_of(text)));
    wb_api_keys_close(&keys);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_key_is_its_owners,           0},
        {what_is_stored_is_not_the_key, 0},
        {a_name_is_taken_once,          7},
        {a_revoked_key_counts_no_more,  0},
        {a_file_that_is_no_key_is_told, 0},
        {NULL,                          0},
    };

    return wb_suite_run_in("api_keys", rows, begin, end);
}
