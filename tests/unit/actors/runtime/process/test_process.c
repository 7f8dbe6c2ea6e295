/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/process/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define MIB (1024L * 1024)

static char dir[64];

static void
set_up(void)
{
    snprintf(dir, sizeof dir, "/tmp/wb-process-XXXXXX");
    ck_assert_ptr_nonnull(folder_make(dir));
}

static const char *
marks_path(void)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/mapper-1.unclean", dir);
    return path;
}

static void
tear_down(void)
{
    unlink(marks_path());
    rmdir(dir);
}

/* How a process may end. */
static void
end_exit(void)
{
    _exit(0);
}

static void
end_abort(void)
{
    abort();
}

static void
end_null(void)
{
    raise(SIGSEGV);
}

static void
end_bus(void)
{
    raise(SIGBUS);
}

static void
end_kill(void)
{
    kill(getpid(), SIGKILL);
}

static void
end_term(void)
{
    signal(SIGTERM, SIG_DFL); /* the test library listens */
    kill(getpid(), SIGTERM);
}

static void
end_stuck(void)
{
    wb_process_mark_stuck();
    abort();
}

static const wb_id some = {
    {0x69, 0x57, 0x35, 0xa5, 0xfb, 0xd5, 0x30, 0x24, 0x62, 0xea, 0x7c, 0xa9, 0x1b, 0x87, 0x53,
     0x4c}
};

static void
end_working(void)
{
    wb_process_works_on(&some);
    abort();
}

static void
end_worked(void)
{
    wb_process_works_on(&some);
    wb_process_works_on(NULL);
    abort();
}

static int
deeper(volatile char *from, int depth)
{
    volatile char here[4096];

    here[0] = from[0];
    return depth > 0 ? deeper(here, depth - 1) + here[0] : here[0];
}

static void
end_overflow(void)
{
    char first[1] = {0};

    _exit(deeper(first, 1000000));
}

static void
end_pipe(void)
{
    int ends[2];

    if (pipe(ends))
        _exit(1);
    close(ends[0]);
    /* SIGPIPE is not how we learn of a closed connection. */
    _exit(write(ends[1], "x", 1) < 0 ? 0 : 2);
}

static const struct {
    void (*end)(void);
    int signo; /* 0 = exits with 0 */
    size_t marks;
    const char *why;
} ends[] = {
    {end_exit,     0,       0, ""                                         },
    {end_pipe,     0,       0, ""                                         },
    {end_kill,     SIGKILL, 0, ""                                         },
    {end_term,     SIGTERM, 0, ""                                         },
    {end_abort,    SIGABRT, 1, "signal-6"                                 },
    {end_null,     SIGSEGV, 1, "signal-11"                                },
    {end_bus,      SIGBUS,  1, "signal-7"                                 },
    {end_overflow, SIGSEGV, 1, "signal-11"                                },
    {end_stuck,    SIGABRT, 1, "watchdog"                                 },
    {end_working,  SIGABRT, 1, "signal-6 695735a5fbd5302462ea7ca91b87534c"},
    {end_worked,   SIGABRT, 1, "signal-6"                                 },
};

/* A guarded child that ends in this way; its wait status. */
static int
run_child(void (*end)(void), int64_t memory_bytes)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (wb_process_guard(dir, "mapper-1", memory_bytes, NULL))
            _exit(99);
        end();
        _exit(98);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void
read_marks(char *text, size_t size)
{
    WB_AUTO(wb_fd_close) int fd = open(marks_path(), O_RDONLY);
    ssize_t len = fd >= 0 ? read(fd, text, size - 1) : -1;

    text[len > 0 ? len : 0] = '\0';
}

START_TEST(test_ends)
{
    char text[256];
    int status;

    set_up();
    status = run_child(ends[_i].end, 0);
    if (ends[_i].signo)
        ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == ends[_i].signo, "status %x",
                      (unsigned)status);
    else
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
    ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-1", 60000), ends[_i].marks);
    ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-2", 60000), 0);
    read_marks(text, sizeof text);
    if (ends[_i].marks) {
        ck_assert_uint_eq(strspn(text, "0123456789"), 10);
        ck_assert_msg(strncmp(text + 11, ends[_i].why, strlen(ends[_i].why)) == 0, "%s", text);
        ck_assert_str_eq(text + 11 + strlen(ends[_i].why), "\n"); /* one mark an end */
    }
    tear_down();
}
END_TEST

START_TEST(test_counts)
{
    char lines[512];
    int64_t now_s = wb_now_utc_us() / WB_US_PER_S;
    int fd;

    set_up();
    for (size_t i = 1; i <= 3; i++) {
        run_child(end_abort, 0);
        ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-1", 60000), i);
    }
    /* Old ones do not count, nor does what is no mark; a clock that was set back does not hide. */
    fd = open(marks_path(), O_WRONLY | O_TRUNC);
    snprintf(lines, sizeof lines,
             "garbage\n%lld signal-11\n%lld signal-11\n\n%lld watchdog\nx y\n%lld cut",
             (long long)now_s - 3600, (long long)now_s - 10, (long long)now_s + 30,
             (long long)now_s);
    ck_assert_int_eq(write(fd, lines, strlen(lines)), (ssize_t)strlen(lines));
    ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-1", 60000), 2);
    ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-1", 7200000), 3);
    ck_assert_uint_eq(wb_process_unclean_ends("/nowhere", "mapper-1", 60000), 0);
    /* A file that grew for years: the newest count, and a start shortens it. */
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(write(fd, "\n1000000000 signal-11", 21), 21);
    snprintf(lines, sizeof lines, "\n%lld signal-11\n", (long long)now_s);
    ck_assert_int_eq(write(fd, lines, strlen(lines)), (ssize_t)strlen(lines));
    ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-1", 60000), 1);
    wb_fd_close(&fd);
    run_child(end_exit, 0);
    read_marks(lines, sizeof lines);
    ck_assert_uint_lt(strlen(lines), 64);
    tear_down();
}
END_TEST

/* Told by who comes after: how often, and by what. */
static void
check_named(void)
{
    static const wb_id other;
    size_t ended = wb_process_ended_by(&some);

    if (wb_process_ended_by(&other))
        _exit(97);
    if (wb_process_careful(wb_now_ms() + WB_CAREFUL_WITHIN_MS))
        _exit(98); /* care ends by itself */
    _exit((int)ended + (wb_process_careful(wb_now_ms()) ? 10 : 0));
}

START_TEST(test_a_message_that_ends_its_process_is_known_by_name)
{
    static const struct {
        void (*end)(void);
        int told; /* after it */
    } rows[] = {
        {end_working, 1 },
        {end_worked,  11},
        {end_working, 12},
        {end_kill,    12},
        {end_working, 13},
    };

    set_up();
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        int status;

        run_child(rows[i].end, 0);
        status = run_child(check_named, 0);
        ck_assert_int_eq(WEXITSTATUS(status), rows[i].told);
    }
    tear_down();
}
END_TEST

START_TEST(test_refused)
{
    static const char *const names[] = {"", "a/b", "../x"};
    wb_err err = {0};

    set_up();
    for (size_t i = 0; i < WB_COUNT(names); i++)
        ck_assert_int_eq(wb_process_guard(dir, names[i], 0, &err), WB_FATAL);
    ck_assert_int_eq(wb_process_guard("/nowhere/at/all", "mapper-1", 0, &err), WB_FATAL);
    tear_down();
}
END_TEST

static void
check_limits(void)
{
    struct rlimit files;

    getrlimit(RLIMIT_NOFILE, &files);
    _exit(files.rlim_cur < 65536 && files.rlim_cur != files.rlim_max);
}

static void
check_private(void)
{
    struct rlimit core = {0};
    struct stat made = {0};
    int fd;

    getrlimit(RLIMIT_CORE, &core);
    core.rlim_cur = core.rlim_max; /* a sanitizer lowers it as well */
    setrlimit(RLIMIT_CORE, &core);
    wb_process_keep_private();
    getrlimit(RLIMIT_CORE, &core);
    fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    _exit(core.rlim_cur != 0 || fd < 0 || fstat(fd, &made) || (made.st_mode & 077));
}

/* Fills private memory through the project's own door until that aborts. */
static void
eat(void)
{
    for (int i = 0; i < 1024; i++)
        memset(wb_alloc(MIB), 1, MIB);
    _exit(0);
}

/* What a store maps does not count. */
static void
map_file(void)
{
    FILE *file = tmpfile();
    void *map;

    if (!file || ftruncate(fileno(file), 4096 * MIB))
        _exit(1);
    map = mmap(NULL, 4096 * MIB, PROT_READ, MAP_SHARED, fileno(file), 0);
    _exit(map == MAP_FAILED);
}

START_TEST(test_limits)
{
    int status;

    set_up();
    status = run_child(check_limits, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = run_child(check_private, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = run_child(map_file, 256 * MIB);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#ifndef __SANITIZE_ADDRESS__
    status = run_child(eat, 256 * MIB);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_uint_eq(wb_process_unclean_ends(dir, "mapper-1", 60000), 1);
#else
    (void)eat; /* a sanitizer's memory has no limit */
#endif
    tear_down();
}
END_TEST

/* A grandchild that outlives its parent says so, or ends. */
START_TEST(test_end_with)
{
    int said[2];
    char c;
    pid_t parent;

    ck_assert_int_eq(pipe(said), 0);
    parent = fork();
    if (parent == 0) {
        int self = getpid();

        if (fork() == 0) {
            wb_process_end_with(self, SIGKILL);
            wb_ignore(write(said[1], "r", 1) < 0, "the reader finds out");
            for (;;)
                pause();
        }
        for (;;)
            pause();
    }
    close(said[1]);
    ck_assert_int_eq(read(said[0], &c, 1), 1);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    ck_assert_int_eq(read(said[0], &c, 1), 0); /* the last writer is gone */
    close(said[0]);
    /* Too late to ask: it ends at once. */
    parent = fork();
    if (parent == 0) {
        wb_process_end_with(getppid() + 1, SIGKILL);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(parent, &said[0], 0), parent);
    ck_assert(WIFSIGNALED(said[0]));
}
END_TEST

/* A test that read the file when it was there found it empty, now and then. */
START_TEST(test_who_sees_that_it_is_ready_can_read_its_number)
{
    char events[4096] __attribute__((aligned(8))), path[128], text[32] = {0};
    int fd, notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    const struct inotify_event *event;
    size_t seen = 0;
    ssize_t len;

    set_up();
    snprintf(path, sizeof path, "%s/mapper-1.ready", dir);
    ck_assert_int_ge(inotify_add_watch(notify, dir, IN_CREATE | IN_MODIFY | IN_MOVED_TO), 0);
    wb_process_tell_ready(dir, "mapper-1", true);
    len = read(notify, events, sizeof events);
    for (ssize_t at = 0; at < len; at += (ssize_t)(sizeof *event + event->len)) {
        event = (const struct inotify_event *)(const void *)(events + at);
        if (strcmp(event->name, "mapper-1.ready") != 0)
            continue;
        ck_assert_uint_eq(event->mask, IN_MOVED_TO);
        seen++;
    }
    ck_assert_uint_eq(seen, 1);
    fd = open(path, O_RDONLY);
    ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
    ck_assert_int_eq(strtol(text, NULL, 10), getpid());
    close(fd);
    close(notify);
    wb_process_tell_ready(dir, "mapper-1", false);
    ck_assert_int_eq(rmdir(dir), 0); /* nothing is left behind */
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_ends,                                             WB_COUNT(ends)},
        {test_counts,                                           0             },
        {test_a_message_that_ends_its_process_is_known_by_name, 0             },
        {test_refused,                                          0             },
        {test_limits,                                           0             },
        {test_end_with,                                         0             },
        {test_who_sees_that_it_is_ready_can_read_its_number,    0             },
        {NULL,                                                  0             },
    };

    return wb_suite_run("runtime.process", rows);
}
