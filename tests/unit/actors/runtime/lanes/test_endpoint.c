/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint: names of inlets and brokers, folders that are ours, and sockets of those that ended
 */
#include "actors/runtime/lanes/endpoint.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/own.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

static const struct {
    const char *base, *what, *want; /* NULL = refused */
} rows[] = {
    {"ipc:///run/broker",                                     "in",    "ipc:///run/broker.in"   },
    {"ipc:///run/broker",                                     "out",   "ipc:///run/broker.out"  },
    {"ipc:///run/broker",                                     "inlet", "ipc:///run/broker.inlet"},
    {"tcp://host:5600",                                       "in",    "tcp://host:5600"        },
    {"tcp://host:5600",                                       "out",   "tcp://host:5601"        },
    {"tcp://[::1]:5600",                                      "inlet", "tcp://[::1]:5602"       },
    {"tcp://host:65533",                                      "inlet", "tcp://host:65535"       },
    {"tcp://host:65534",                                      "in",    NULL                     },
    {"tcp://host",                                            "in",    NULL                     },
    {"tcp://host:0",                                          "in",    NULL                     },
    {"tcp://host:port",                                       "in",    NULL                     },
    {"inproc://broker",                                       "in",    NULL                     },
    {"",                                                      "in",    NULL                     },
    {"ipc:///a-path-that-is-longer-than-what-a-socket-address-holds/"
     "0123456789012345678901234567890123456789012345/b", "inlet", NULL                     },
};

START_TEST(a_broker_has_three_endpoints)
{
    char got[WB_ENDPOINT_MAX + 1] = "";
    wb_err err = {0};
    wb_rc rc = wb_broker_endpoint(got, sizeof got, rows[_i].base, rows[_i].what, &err);

    ck_assert_msg(rc == (rows[_i].want ? WB_OK : WB_FATAL), "%s: %s", rows[_i].base, err.text);
    if (rows[_i].want)
        ck_assert_str_eq(got, rows[_i].want);
}
END_TEST

START_TEST(a_path_of_107_bytes_fits_and_one_more_does_not)
{
    char dir[128], got[WB_ENDPOINT_MAX + 1];
    wb_err err = {0};

    snprintf(dir, sizeof dir, "/%0*d", 107 - 1 - 1 - 3 - 1 - 4, 0); /* dir, /, 3, ., "work" */
    ck_assert_int_eq(wb_inlet_endpoint(got, sizeof got, dir, "abc", "work", &err), WB_OK);
    ck_assert_uint_eq(strlen(got), 6 + 107);
    ck_assert_int_eq(wb_inlet_endpoint(got, sizeof got, dir, "abcd", "work", &err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "108 bytes"));
}
END_TEST

START_TEST(a_run_folder_is_made_and_closed_to_others)
{
    char base[] = "/tmp/wb-endpoint-XXXXXX", dir[64];
    struct stat st;
    wb_err err = {0};

    ck_assert_ptr_nonnull(folder_make(base));
    snprintf(dir, sizeof dir, "%s/run", base);
    ck_assert_int_eq(wb_run_dir_open(dir, &err), WB_OK);
    ck_assert_int_eq(stat(dir, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    ck_assert_int_eq(chmod(dir, 0755), 0);
    ck_assert_int_eq(wb_run_dir_open(dir, &err), WB_OK);
    ck_assert_int_eq(stat(dir, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    rmdir(dir);
    snprintf(dir, sizeof dir, "%s/no/run", base);
    ck_assert_int_eq(wb_run_dir_open(dir, &err), WB_FATAL);
    rmdir(base);
}
END_TEST

static int
bind_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    return fd;
}

/* Left by a tool that ended: removed. Of one that lives, or not a tool's: left alone. */
START_TEST(only_sockets_of_ended_tools_are_swept)
{
    char dir[] = "/tmp/wb-endpoint-XXXXXX", ended[80], lives[80], actor[80], endpoint[96];
    int living;

    ck_assert_ptr_nonnull(folder_make(dir));
    snprintf(ended, sizeof ended, "%s/tool-2147483000-1.work", dir);
    snprintf(lives, sizeof lives, "%s/tool-%ld-1.work", dir, (long)getpid());
    snprintf(actor, sizeof actor, "%s/mapper-1.work", dir);
    close(bind_socket(ended));
    close(bind_socket(actor));
    living = bind_socket(lives);
    snprintf(endpoint, sizeof endpoint, "ipc://%s", lives);
    ck_assert(wb_endpoint_alive(endpoint));
    snprintf(endpoint, sizeof endpoint, "ipc://%s", ended);
    ck_assert(!wb_endpoint_alive(endpoint));
    wb_run_dir_sweep(dir);
    ck_assert_int_ne(access(ended, F_OK), 0);
    ck_assert_int_eq(access(lives, F_OK), 0);
    ck_assert_int_eq(access(actor, F_OK), 0);
    close(living);
    unlink(lives);
    unlink(actor);
    rmdir(dir);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_broker_has_three_endpoints,                   WB_COUNT(rows)},
        {a_path_of_107_bytes_fits_and_one_more_does_not, 0             },
        {a_run_folder_is_made_and_closed_to_others,      0             },
        {only_sockets_of_ended_tools_are_swept,          0             },
        {NULL,                                           0             },
    };

    return wb_suite_run("runtime.endpoint", cases);
}
