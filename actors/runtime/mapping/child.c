/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/mapping/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX                                                                                  \
    4 /* the loader opens its libraries one by one; then the child closes this door                \
       */

/* The C library may have the names of limits as numbers of a type of its own. */
#define LIMIT(what, most) (setrlimit((what), &(const struct rlimit){(most), (most)}) == 0)

/* Behind the fork: nothing here may take a lock that another thread of ours has. */
static _Noreturn void
become(const char *path, int fd, size_t memory, pid_t parent)
{
    char *const argv[] = {(char[]){"waybill-jq"}, NULL};
    char *const env[] = {NULL};
    sigset_t none;

    sigemptyset(&none);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent ||
        sigprocmask(SIG_SETMASK, &none, NULL))
        _exit(126);
    if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
        _exit(126);
    (void)close(STDERR_FILENO);
    (void)close_range(STDERR_FILENO + 1, ~0U, 0); /* ours end at an exec anyway */
    if (!LIMIT(RLIMIT_AS, memory) || !LIMIT(RLIMIT_NOFILE, FILES_MAX) || !LIMIT(RLIMIT_CORE, 0))
        _exit(126);
    (void)execve(path, argv, env);
    _exit(127);
}

wb_rc
wb_child_start(wb_child *out, const char *path, size_t memory, wb_err *err)
{
    pid_t parent = getpid(), pid;
    int ends[2];

    if (access(path, X_OK))
        return wb_fail(err, WB_FATAL, "%.300s: %s", path, strerror(errno));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return wb_fail(err, WB_RETRY, "no socket: %s", strerror(errno));
    pid = fork();
    if (pid == 0)
        become(path, ends[1], memory, parent);
    (void)close(ends[1]);
    if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK)) {
        (void)close(ends[0]);
        return wb_fail(err, WB_RETRY, "no process: %s", strerror(errno));
    }
    *out = (wb_child){pid, ends[0]};
    return WB_OK;
}

void
wb_child_end(wb_child *self)
{
    if (!self->pid)
        return;
    (void)close(self->fd);
    (void)kill(self->pid, SIGKILL);
    while (waitpid(self->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *self = (wb_child){0, -1};
}
