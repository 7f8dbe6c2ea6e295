/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint - see endpoint.h
 */
#include "actors/runtime/lanes/endpoint.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define IPC "ipc://"
#define LEAVE_MS 2000 /* a process that was killed is gone by then */
#define LOOK_MS 10
#define IPC_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

wb_rc
wb_run_dir_open(const char *run_dir, wb_err *err)
{
    struct stat st;

    if (mkdir(run_dir, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL, "the folder %s cannot be made: %s", run_dir, strerror(errno));
    if (stat(run_dir, &st) || !S_ISDIR(st.st_mode))
        return wb_fail(err, WB_FATAL, "%s is not a folder", run_dir);
    if (st.st_uid != geteuid())
        return wb_fail(err, WB_FATAL, "%s belongs to another user", run_dir);
    if ((st.st_mode & 077) && chmod(run_dir, 0700))
        return wb_fail(err, WB_FATAL, "%s is open to others, and cannot be closed: %s", run_dir,
                       strerror(errno));
    return WB_OK;
}

static wb_rc
check_ipc_path(const char *endpoint, wb_err *err)
{
    size_t len = strlen(endpoint) - strlen(IPC);

    if (strncmp(endpoint, IPC, strlen(IPC)) == 0 && len > IPC_PATH_MAX)
        return wb_fail(err, WB_FATAL,
                       "the socket path %s has %zu bytes, and %zu are allowed: use a state folder "
                       "with a shorter path",
                       endpoint + strlen(IPC), len, IPC_PATH_MAX);
    return WB_OK;
}

wb_rc
wb_inlet_endpoint(char *dst, size_t size, const char *run_dir, const char *name, const char *what,
                  wb_err *err)
{
    int len = snprintf(dst, size, IPC "%s/%s.%s", run_dir, name, what);

    if (len < 0 || (size_t)len >= size)
        return wb_fail(err, WB_FATAL, "the socket path under %s is too long", run_dir);
    return check_ipc_path(dst, err);
}

/* The port of the base, `plus` higher. */
static wb_rc
next_port(char *dst, size_t size, const char *base, int64_t plus, wb_err *err)
{
    const char *colon = strrchr(base, ':');
    int64_t port = 0;
    int len;

    if (!colon || wb_text_int(&port, wb_view_of(colon + 1), NULL) || port < 1 || port > 65533)
        return wb_fail(err, WB_FATAL, "%s: a broker's endpoint ends in a port up to 65533", base);
    len = snprintf(dst, size, "%.*s:%lld", (int)(colon - base), base, (long long)(port + plus));
    if (len < 0 || (size_t)len >= size)
        return wb_fail(err, WB_FATAL, "%s: too long", base);
    return WB_OK;
}

wb_rc
wb_broker_endpoint(char *dst, size_t size, const char *base, const char *what, wb_err *err)
{
    static const char *const order[] = {"in", "out", "inlet"};
    int len;

    if (!strncmp(base, "tcp://", 6))
        for (size_t i = 0; i < WB_COUNT(order); i++)
            if (!strcmp(what, order[i]))
                return next_port(dst, size, base, (int64_t)i, err);
    if (strncmp(base, IPC, strlen(IPC)) != 0)
        return wb_fail(err, WB_FATAL, "%s: a broker's endpoint begins with ipc:// or tcp://", base);
    len = snprintf(dst, size, "%s.%s", base, what);
    if (len < 0 || (size_t)len >= size)
        return wb_fail(err, WB_FATAL, "%s: too long", base);
    return check_ipc_path(dst, err);
}

bool
wb_endpoint_alive(const char *endpoint)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    WB_AUTO(wb_fd_close) int fd = -1;

    if (strncmp(endpoint, IPC, strlen(IPC)) != 0 ||
        wb_text_set(address.sun_path, sizeof address.sun_path, wb_view_of(endpoint + strlen(IPC)),
                    NULL))
        return false;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* EAGAIN: its backlog is full, so it lives */
    return fd >= 0 && (!connect(fd, (const struct sockaddr *)&address, sizeof address) ||
                       errno == EAGAIN || errno == EINPROGRESS);
}

/* A former life that was killed may still be on its way out: it is waited for. */
static bool
taken_for_good(const char *endpoint)
{
    int64_t until_ms = wb_now_ms() + LEAVE_MS;
    bool alive;

    while ((alive = wb_endpoint_alive(endpoint)) && wb_now_ms() < until_ms)
        (void)poll(NULL, 0, LOOK_MS);
    return alive;
}

wb_rc
wb_endpoint_bind(void *socket, const char *endpoint, wb_err *err)
{
    if (taken_for_good(endpoint))
        return wb_fail(err, WB_FATAL, "%s is in use by another process", endpoint);
    if (zmq_bind(socket, endpoint))
        return wb_fail(err, WB_FATAL, "cannot bind %s: %s", endpoint, zmq_strerror(zmq_errno()));
    return WB_OK;
}

static void
close_dir(DIR **dir_p)
{
    if (*dir_p)
        closedir(*dir_p);
}

/* "tool-<pid>-...": no such process here. It may live in another container: the caller knocks. */
static bool
tool_ended(const char *name)
{
    const char *digits = name + 5, *dash;
    int64_t pid;

    if (strncmp(name, "tool-", 5) != 0 || !(dash = strchr(digits, '-')))
        return false;
    if (wb_text_int(&pid, (wb_view){digits, (size_t)(dash - digits)}, NULL) || pid < 1 ||
        pid > INT32_MAX)
        return false;
    return kill((pid_t)pid, 0) && errno == ESRCH;
}

void
wb_run_dir_sweep(const char *run_dir)
{
    WB_AUTO(close_dir) DIR *dir = opendir(run_dir);
    char endpoint[WB_ENDPOINT_MAX + 1];

    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        int len = snprintf(endpoint, sizeof endpoint, IPC "%s/%s", run_dir, entry->d_name);
        if (len < 0 || (size_t)len >= sizeof endpoint || entry->d_type != DT_SOCK)
            continue;
        if (tool_ended(entry->d_name) && !wb_endpoint_alive(endpoint))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
}
