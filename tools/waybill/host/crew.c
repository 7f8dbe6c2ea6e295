/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew - fork, exec, wait. Start reading at the bottom.
 */
#include "tools/waybill/host/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/process/log.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/terminal/command.h"

#define QUICK_MS 5000 /* a life shorter than this counts towards a pause */
#define PAUSE_FIRST_MS 100
#define PAUSE_MAX_MS 30000
#define NEXT_RANK_MS 1000
#define LOG_MAX (64 * 1024 * 1024) /* then the log is put aside as .1 */
#define ARGS_MAX 8

struct wb_crew {
    wb_loop *loop;
    wb_crew_conf conf;
    wb_child *children[WB_CREW_MAX];
    size_t count;
    int notify_fd;
    bool ending, told;
    int rank; /* while ending: those of this rank and above were asked to */
    wb_timer next_rank, patience;
};

/* Who ends first has the highest rank: sources, so that what they handed over still flows on. */
static const struct {
    const char *actor;
    int rank;
    int stage; /* index into the counts of the place; -1 = one */
} crew_rows[] = {
    {"broker",   1, -1},
    {"keeper",   2, -1},
    {"monitor",  2, -1},
    {"pusher",   3, 3 },
    {"mapper",   4, 2 },
    {"enricher", 5, 1 },
    {"poller",   6, 0 },
    {"gateway",  6, 4 },
};
#define RANK_MAX 6

static void
tell(const wb_child *child)
{
    const wb_crew *crew = child->crew;

    if (crew->conf.changed)
        crew->conf.changed(crew->conf.arg, child);
}

static void
path_of(const wb_child *child, char *dst, size_t size, const char *folder, const char *end)
{
    (void)snprintf(dst, size, "%s/%s/%s%s", child->crew->conf.place->state, folder, child->instance,
                   end);
}

/* The child's standard output and error. */
static int
open_log(const wb_child *child)
{
    char path[WB_PATH_SIZE + 128], aside[WB_PATH_SIZE + 128];
    struct stat info;

    if (child->crew->conf.foreground_logs)
        return dup(STDERR_FILENO);
    path_of(child, path, sizeof path, "log", ".log");
    path_of(child, aside, sizeof aside, "log", ".log.1");
    if (stat(path, &info) == 0 && info.st_size > LOG_MAX)
        wb_ignore(rename(path, aside), "a long log is better than none");
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* In the child, between fork and exec: only what is safe there. */
static void
become(const char *const *args, int log_fd, pid_t parent)
{
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0); /* Ctrl-C is told to us alone: we end them in order */
    wb_process_end_with(parent, SIGKILL);
    if (dup2(log_fd, STDOUT_FILENO) < 0 || dup2(log_fd, STDERR_FILENO) < 0)
        _exit(EXIT_AGAIN);
    execv(args[0], (char *const *)(uintptr_t)args);
    _exit(EXIT_CONFIG);
}

static wb_rc
fork_child(wb_child *child, wb_err *err)
{
    const wb_crew *crew = child->crew;
    char path[WB_PATH_SIZE], name[32];
    const char *args[ARGS_MAX] = {path, "--config", crew->conf.place->config, "--instance",
                                  child->instance};
    WB_AUTO(wb_fd_close) int log_fd = -1;
    pid_t parent = getpid(), pid;
    size_t at = 5;
    wb_rc rc;

    (void)snprintf(name, sizeof name, "waybill-%s", child->actor);
    rc = wb_place_executable(path, sizeof path, name, err);
    if (rc)
        return rc;
    if (crew->conf.first && !child->was_ready)
        args[at++] = "--first";
    if (crew->conf.restored && !child->was_ready)
        args[at++] = "--restored";
    log_fd = open_log(child);
    if (log_fd < 0)
        return wb_fail(err, WB_FATAL, "the log of %s cannot be opened: %s", child->instance,
                       strerror(errno));
    pid = fork();
    if (pid == 0)
        become(args, log_fd, parent);
    if (pid < 0)
        return wb_fail(err, WB_RETRY, "no process for %s: %s", child->instance, strerror(errno));
    child->pid = pid;
    return WB_OK;
}

static void on_end(void *arg, int fd, uint32_t events);

static wb_rc
spawn(wb_child *child, wb_err *err)
{
    wb_crew *crew = child->crew;
    wb_rc rc = fork_child(child, err);

    if (rc)
        return rc;
    child->ready = child->reloaded = false;
    child->started_ms = wb_now_ms();
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd < 0)
        return wb_fail(err, WB_FATAL, "pidfd_open: %s", strerror(errno));
    rc = wb_loop_watch(crew->loop, child->pidfd, EPOLLIN, on_end, child, err);
    if (!rc)
        tell(child);
    return rc;
}

static void
on_again(wb_timer *timer, void *arg)
{
    wb_child *child = arg;
    wb_err err = {0};

    (void)timer;
    if (child->crew->ending || child->pid)
        return;
    child->restarts++;
    if (!spawn(child, &err))
        return;
    wb_log(WB_ERROR, "start.failed", "instance=%s why='%s'", child->instance, err.text);
    wb_timer_start(child->crew->loop, &child->again, PAUSE_MAX_MS);
}

/* How long to wait before the next start. SIGKILL comes from outside: it says nothing against the
 * process, and must not add up to a pause that lasts on when nobody kills any more. */
static int64_t
pause_of(wb_child *child, bool was_ready, int status)
{
    int64_t pause = PAUSE_FIRST_MS;

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return was_ready ? 0 : PAUSE_FIRST_MS;
    if (wb_now_ms() - child->started_ms > QUICK_MS)
        child->quick_ends = 0;
    child->quick_ends++;
    if (child->quick_ends == 1)
        return 0;
    for (unsigned i = 2; i < child->quick_ends && pause < PAUSE_MAX_MS; i++)
        pause *= 2;
    return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

static size_t
alive_at(const wb_crew *self, int rank)
{
    size_t alive = 0;

    for (size_t i = 0; i < self->count; i++)
        alive += self->children[i]->pid && self->children[i]->rank >= rank;
    return alive;
}

/* Nothing runs and nothing will. */
static void
look_for_end(wb_crew *self)
{
    size_t serving = 0;

    for (size_t i = 0; i < self->count; i++) {
        const wb_child *child = self->children[i];

        serving += !child->refused && strcmp(child->actor, "broker") != 0;
    }
    if (self->told || (self->ending ? alive_at(self, 0) : serving))
        return;
    if (!self->ending) {
        wb_crew_end(self, NEXT_RANK_MS);
        return;
    }
    self->told = true;
    wb_timer_stop(self->loop, &self->next_rank);
    wb_timer_stop(self->loop, &self->patience);
    if (self->conf.ended)
        self->conf.ended(self->conf.arg);
}

/* Ask the next rank, and those below as long as a rank is empty. */
static void
ask_rank(wb_crew *self)
{
    do {
        self->rank--;
        for (size_t i = 0; i < self->count; i++) {
            const wb_child *child = self->children[i];

            if (child->pid && child->rank == self->rank)
                (void)kill(child->pid, SIGTERM);
        }
    } while (self->rank > 0 && !alive_at(self, self->rank));
    if (self->rank > 0)
        wb_timer_start(self->loop, &self->next_rank, NEXT_RANK_MS);
}

static void
note_end(wb_child *child, int status, const struct rusage *use)
{
    child->last_status = status;
    child->cpu_us += (use->ru_utime.tv_sec + use->ru_stime.tv_sec) * WB_US_PER_S +
                     use->ru_utime.tv_usec + use->ru_stime.tv_usec;
    if (use->ru_maxrss > child->peak_kib)
        child->peak_kib = use->ru_maxrss;
    child->refused = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG && !child->reloaded;
}

static void
on_end(void *arg, int fd, uint32_t events)
{
    wb_child *child = arg;
    wb_crew *crew = child->crew;
    struct rusage use = {0};
    bool was_ready = child->ready;
    char path[WB_PATH_SIZE + 128];
    int status = 0;

    (void)events;
    if (wait4(child->pid, &status, WNOHANG, &use) != child->pid)
        return;
    wb_loop_unwatch(crew->loop, fd);
    wb_fd_close(&child->pidfd);
    child->pid = 0;
    child->ready = false;
    note_end(child, status, &use);
    path_of(child, path, sizeof path, "run", ".ready");
    (void)unlink(path);
    tell(child);
    if (!crew->ending && !child->refused)
        wb_timer_start(crew->loop, &child->again, pause_of(child, was_ready, status));
    if (crew->ending && crew->rank > 0 && !alive_at(crew, crew->rank))
        ask_rank(crew);
    look_for_end(crew);
}

static void
look_ready(wb_child *child)
{
    char path[WB_PATH_SIZE + 128];

    path_of(child, path, sizeof path, "run", ".ready");
    if (!child->pid || child->ready || access(path, F_OK))
        return;
    child->ready = child->was_ready = true;
    tell(child);
}

/* Something changed in the run folder; which file is of no matter, looking is cheap. */
static void
on_notify(void *arg, int fd, uint32_t events)
{
    wb_crew *self = arg;
    char buffer[4096];

    (void)events;
    while (read(fd, buffer, sizeof buffer) > 0)
        ;
    for (size_t i = 0; i < self->count; i++)
        look_ready(self->children[i]);
}

static void
on_next_rank(wb_timer *timer, void *arg)
{
    (void)timer;
    ask_rank(arg);
}

static void
on_patience(wb_timer *timer, void *arg)
{
    wb_crew *self = arg;

    (void)timer;
    wb_crew_signal(self, SIGKILL);
}

static bool
wanted(const wb_crew *self, const char *actor, const char *instance)
{
    const char *only = self->conf.only;

    return !only || strcmp(only, actor) == 0 || strcmp(only, instance) == 0;
}

static wb_rc
add(wb_crew *self, size_t row, int64_t number, wb_err *err)
{
    wb_child *child;
    char instance[WB_INSTANCE_MAX + 1];

    (void)snprintf(instance, sizeof instance, "%s-%lld", crew_rows[row].actor, (long long)number);
    if (!wanted(self, crew_rows[row].actor, instance))
        return WB_OK;
    if (self->count == WB_CREW_MAX)
        return wb_fail(err, WB_FATAL, "more than %d processes", WB_CREW_MAX);
    child = wb_alloc(sizeof *child);
    memcpy(child->instance, instance, sizeof instance);
    (void)snprintf(child->actor, sizeof child->actor, "%s", crew_rows[row].actor);
    child->crew = self;
    child->rank = crew_rows[row].rank;
    child->pidfd = -1;
    child->again = (wb_timer){.fire = on_again, .arg = child};
    self->children[self->count++] = child;
    return WB_OK;
}

static wb_rc
watch_run_folder(wb_crew *self, wb_err *err)
{
    self->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (self->notify_fd < 0 ||
        inotify_add_watch(self->notify_fd, self->conf.place->run, IN_MOVED_TO) < 0)
        return wb_fail(err, WB_FATAL, "%s cannot be watched: %s", self->conf.place->run,
                       strerror(errno));
    return wb_loop_watch(self->loop, self->notify_fd, EPOLLIN, on_notify, self, err);
}

/* How many of a row the configuration wants. */
static int64_t
count_of(size_t row, const wb_place *place)
{
    return crew_rows[row].stage < 0 ? 1 : place->stage_counts[crew_rows[row].stage];
}

void
wb_crew_wanted(const wb_place *place, wb_crew_each each, void *arg)
{
    char instance[WB_INSTANCE_MAX + 1];

    for (size_t row = 0; row < WB_COUNT(crew_rows); row++) {
        for (int64_t number = 1; number <= count_of(row, place); number++) {
            (void)snprintf(instance, sizeof instance, "%s-%lld", crew_rows[row].actor,
                           (long long)number);
            each(arg, instance);
        }
    }
}

wb_rc
wb_crew_new(wb_crew **out, wb_loop *loop, const wb_crew_conf *conf, wb_err *err)
{
    WB_AUTO(wb_crew_destroy) wb_crew *self = wb_alloc(sizeof *self);
    wb_rc rc = WB_OK;

    self->loop = loop;
    self->conf = *conf;
    self->notify_fd = -1;
    self->next_rank = (wb_timer){.fire = on_next_rank, .arg = self};
    self->patience = (wb_timer){.fire = on_patience, .arg = self};
    for (size_t row = 0; row < WB_COUNT(crew_rows); row++) {
        for (int64_t number = 1; !rc && number <= count_of(row, conf->place); number++)
            rc = add(self, row, number, err);
    }
    if (!rc && !self->count)
        rc = wb_fail(err, WB_FATAL, "there is no process %s here", conf->only);
    if (rc)
        return rc;
    *out = wb_take(&self);
    return WB_OK;
}

wb_rc
wb_crew_start(wb_crew *self, wb_err *err)
{
    char path[WB_PATH_SIZE + 128];
    wb_rc rc = watch_run_folder(self, err);

    for (size_t i = 0; !rc && i < self->count; i++) {
        path_of(self->children[i], path, sizeof path, "run", ".ready");
        (void)unlink(path); /* of a former life that was killed */
        rc = spawn(self->children[i], err);
    }
    return rc;
}

void
wb_crew_signal(wb_crew *self, int signo)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->children[i]->pid)
            (void)kill(self->children[i]->pid, signo);
    }
}

void
wb_crew_reload(wb_crew *self)
{
    wb_crew_signal(self, SIGHUP);
    for (size_t i = 0; i < self->count && !self->ending; i++) {
        wb_child *child = self->children[i];

        child->reloaded = child->pid != 0;
        if (!child->refused)
            continue;
        child->refused = false;
        child->quick_ends = 0;
        wb_timer_start(self->loop, &child->again, 0);
    }
}

void
wb_crew_end(wb_crew *self, int64_t patience_ms)
{
    if (self->ending)
        return;
    self->ending = true;
    self->rank = RANK_MAX + 1;
    wb_timer_start(self->loop, &self->patience, patience_ms);
    ask_rank(self);
    look_for_end(self);
}

void
wb_crew_destroy(wb_crew **self_p)
{
    wb_crew *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    wb_timer_stop(self->loop, &self->next_rank);
    wb_timer_stop(self->loop, &self->patience);
    for (size_t i = 0; i < self->count; i++) {
        wb_child *child = self->children[i];

        wb_timer_stop(self->loop, &child->again);
        if (child->pid) {
            (void)kill(child->pid, SIGKILL);
            (void)waitpid(child->pid, NULL, 0);
        }
        if (child->pidfd >= 0)
            wb_loop_unwatch(self->loop, child->pidfd);
        wb_fd_close(&child->pidfd);
        wb_free(&child);
    }
    if (self->notify_fd >= 0)
        wb_loop_unwatch(self->loop, self->notify_fd);
    wb_fd_close(&self->notify_fd);
    wb_free(&self);
}

size_t
wb_crew_count(const wb_crew *self)
{
    return self->count;
}

const wb_child *
wb_crew_at(const wb_crew *self, size_t index)
{
    return self->children[index];
}

size_t
wb_crew_ready(const wb_crew *self)
{
    size_t ready = 0;

    for (size_t i = 0; i < self->count; i++)
        ready += self->children[i]->ready;
    return ready;
}

unsigned
wb_crew_restarts(const wb_crew *self)
{
    unsigned restarts = 0;

    for (size_t i = 0; i < self->count; i++)
        restarts += self->children[i]->restarts;
    return restarts;
}

bool
wb_crew_refused(const wb_crew *self)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->children[i]->refused)
            return true;
    }
    return false;
}
