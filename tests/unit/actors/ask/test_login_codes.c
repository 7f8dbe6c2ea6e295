/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login_codes: good once, for a minute, and nothing on disk opens anything
 */
#include "actors/ask/login_codes.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static char run[64];

static void
begin(void)
{
    (void)snprintf(run, sizeof run, "/tmp/wb-codes-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(run));
}

static void
end(void)
{
    char command[96];

    (void)snprintf(command, sizeof command, "rm -rf %s", run);
    ck_assert_int_eq(system(command), 0);
}

static void
make(char code[WB_LOGIN_CODE_LEN + 1], wb_role role)
{
    wb_err err = {0};

    ck_assert_msg(!wb_login_code_make(run, role, code, &err), "%s", err.text);
}

/* The name of the only file there, in `path`; how many there are. */
static int
files(char path[400])
{
    char folder[80];
    DIR *listed;
    const struct dirent *file;
    int count = 0;

    (void)snprintf(folder, sizeof folder, "%s/codes", run);
    listed = opendir(folder);
    ck_assert_ptr_nonnull(listed);
    while ((file = readdir(listed)))
        if (file->d_name[0] != '.') {
            count++;
            (void)snprintf(path, 400, "%s/%s", folder, file->d_name);
        }
    (void)closedir(listed);
    return count;
}

static void
make_older(const char *path, time_t seconds)
{
    struct timespec times[2] = {
        {time(NULL) - seconds, 0},
        {time(NULL) - seconds, 0}
    };

    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

START_TEST(it_opens_once)
{
    char code[WB_LOGIN_CODE_LEN + 1], path[400];
    wb_role role = WB_ROLE_OPEN;

    make(code, WB_ROLE_OPERATE);
    ck_assert(wb_login_code_take(run, wb_view_of(code), &role));
    ck_assert_int_eq(role, WB_ROLE_OPERATE);
    ck_assert(!wb_login_code_take(run, wb_view_of(code), &role));
    ck_assert_int_eq(files(path), 0);
}
END_TEST

START_TEST(a_minute_ends_it)
{
    char code[WB_LOGIN_CODE_LEN + 1], path[400];
    wb_role role = WB_ROLE_OPEN;

    make(code, WB_ROLE_READ);
    ck_assert_int_eq(files(path), 1);
    make_older(path, 50);
    ck_assert(wb_login_code_take(run, wb_view_of(code), &role));
    make(code, WB_ROLE_READ);
    ck_assert_int_eq(files(path), 1);
    make_older(path, 61);
    ck_assert(!wb_login_code_take(run, wb_view_of(code), &role));
    make(code, WB_ROLE_READ);
    ck_assert_int_eq(files(path), 1);
    make_older(path, -3600); /* the clock was set back since */
    ck_assert(!wb_login_code_take(run, wb_view_of(code), &role));
    ck_assert_int_eq(role, WB_ROLE_READ);
}
END_TEST

START_TEST(old_ones_are_swept)
{
    char code[WB_LOGIN_CODE_LEN + 1], path[400];

    make(code, WB_ROLE_READ);
    ck_assert_int_eq(files(path), 1);
    make_older(path, 120);
    make(code, WB_ROLE_READ);
    ck_assert_int_eq(files(path), 1);
    make(code, WB_ROLE_READ);
    ck_assert_int_eq(files(path), 2);
}
END_TEST

static const char *const others[] = {
    "", "../codes", "0000000000000000000000000000000000000000000000000000000000000000",
    "../../../../../../../../../../../../../../../../../../etc/passwd"};

START_TEST(nothing_else_opens)
{
    char code[WB_LOGIN_CODE_LEN + 1], path[400];
    const char *name;
    struct stat file;
    wb_role role = WB_ROLE_OPEN;

    make(code, WB_ROLE_ADMIN);
    ck_assert(!wb_login_code_take(run, wb_view_of(others[_i]), &role));
    ck_assert_int_eq(files(path), 1);
    name = strrchr(path, '/') + 1; /* who reads the folder has no code */
    ck_assert_str_ne(name, code);
    ck_assert(!wb_login_code_take(run, wb_view_of(name), &role));
    ck_assert_int_eq(stat(path, &file), 0);
    ck_assert_int_eq(file.st_mode & 0777, 0600);
    ck_assert_int_eq(role, WB_ROLE_OPEN);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {it_opens_once,      0               },
        {a_minute_ends_it,   0               },
        {old_ones_are_swept, 0               },
        {nothing_else_opens, WB_COUNT(others)},
        {NULL,               0               },
    };

    return wb_suite_run_in("login_codes", rows, begin, end);
}
