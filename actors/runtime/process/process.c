/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"

#define HEAP_KEEP_BYTES (1024 * 1024)
#define HEAP_STEP_BYTES (256 * 1024)
#define MARKS_MAX_BYTES 65536
#define MARK_MAX 96
#define NAMED_MAX 64 /* messages that marks name, from before our start */
#define DESCRIPTORS_MAX 65536
#define HANDLER_STACK 65536

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* a sanitizer's shadow is private memory, far beyond any limit */
#endif

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

static int mark_fd = -1;
static volatile sig_atomic_t marked;
static wb_id working_on;
static volatile sig_atomic_t working;
/* What ended our predecessors. */
static wb_id named[NAMED_MAX];
static size_t named_count, ends_before;
static int64_t guarded_ms;
/* A stack that overflowed cannot hold the handler that tells so. */
static char handler_stack[HANDLER_STACK];

static char *
put_number(char *at, int64_t number)
{
    char digits[24];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 && count < sizeof digits);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static char *
put_id(char *at, const wb_id *id)
{
    static const char digits[] = "0123456789abcdef";

    *at++ = ' ';
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        *at++ = digits[id->bytes[i] >> 4];
        *at++ = digits[id->bytes[i] & 15];
    }
    return at;
}

/* In signal handlers: formats by hand and writes once. `number` < 0 = none. */
static void
mark(const char *why, int number)
{
    char text[MARK_MAX], *at = text;
    size_t len = strlen(why);

    if (marked || mark_fd < 0)
        return;
    marked = 1;
    at = put_number(at, wb_now_utc_us() / WB_US_PER_S);
    *at++ = ' ';
    memcpy(at, why, len);
    at += len;
    if (number >= 0)
        at = put_number(at, number);
    if (working)
        at = put_id(at, &working_on);
    *at++ = '\n';
    wb_ignore(write(mark_fd, text, (size_t)(at - text)) < 0, "the process ends anyway");
}

static void
on_fatal(int signo)
{
    mark("signal-", signo);
    /* Blocked until this returns, then it ends the process as if nobody had listened. */
    signal(signo, SIG_DFL);
    raise(signo);
}

void
wb_process_works_on(const wb_id *id)
{
    working = 0;
    if (!id)
        return;
    working_on = *id;
    working = 1;
}

bool
wb_process_careful(int64_t now_ms)
{
    return ends_before >= WB_CAREFUL_ENDS && now_ms - guarded_ms < WB_CAREFUL_WITHIN_MS;
}

size_t
wb_process_ended_by(const wb_id *id)
{
    size_t count = 0;

    for (size_t i = 0; i < named_count; i++)
        count += memcmp(&named[i], id, sizeof *id) == 0;
    return count;
}

void
wb_process_forgive(const wb_id *id)
{
    size_t kept = 0;

    for (size_t i = 0; i < named_count; i++)
        if (memcmp(&named[i], id, sizeof *id) != 0)
            named[kept++] = named[i];
    named_count = kept;
}

void
wb_process_mark_stuck(void)
{
    mark("watchdog", -1);
}

static wb_rc
marks_path(char *dst, size_t size, const char *state_dir, const char *instance, wb_err *err)
{
    int len = snprintf(dst, size, "%s/%s.unclean", state_dir, instance);

    if (len < 0 || (size_t)len >= size)
        return wb_fail(err, WB_FATAL, "the state folder's path is too long");
    if (!*instance || strchr(instance, '/') || strlen(instance) > WB_INSTANCE_MAX)
        return wb_fail(err, WB_FATAL, "bad instance name");
    return WB_OK;
}

/* --- marks, read --- */

/* One mark, and what it says. False: it is none. */
static bool
read_mark(wb_view line, int64_t *when_s, wb_id *id, bool *names)
{
    const char *blank = memchr(line.data, ' ', line.len);
    const char *second;
    wb_view hex;

    *names = false;
    if (!blank || wb_text_int(when_s, (wb_view){line.data, (size_t)(blank - line.data)}, NULL))
        return false;
    second = memchr(blank + 1, ' ', (size_t)(line.data + line.len - blank - 1));
    if (!second)
        return true;
    hex = (wb_view){second + 1, (size_t)(line.data + line.len - second - 1)};
    *names = wb_unhex(id, sizeof *id, hex, NULL) == WB_OK;
    return true;
}

/* Marks of the text that are near enough to now; a clock that was set back counts too. `keep`:
 * remember the messages that they name. */
static size_t
count_marks(wb_view text, int64_t within_s, bool keep)
{
    int64_t now_s = wb_now_utc_us() / WB_US_PER_S, when_s = 0;
    const char *at = text.data, *end = at + text.len, *stop;
    size_t count = 0;
    bool names;
    wb_id id;

    for (; (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
        if (!read_mark((wb_view){at, (size_t)(stop - at)}, &when_s, &id, &names) ||
            llabs(now_s - when_s) > within_s)
            continue;
        count++;
        if (keep && names && named_count < NAMED_MAX)
            named[named_count++] = id;
    }
    return count;
}

static size_t
read_marks(const char *state_dir, const char *instance, int64_t within_ms, bool keep)
{
    char path[PATH_MAX], text[MARKS_MAX_BYTES / 16];
    WB_AUTO(wb_fd_close) int fd = -1;
    ssize_t len;
    off_t size;

    if (marks_path(path, sizeof path, state_dir, instance, NULL))
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    /* The newest are at the end; what is cut at the front is no number and no mark. */
    size = lseek(fd, 0, SEEK_END);
    len = pread(fd, text, sizeof text, size > (off_t)sizeof text ? size - (off_t)sizeof text : 0);
    if (len <= 0)
        return 0;
    return count_marks((wb_view){text, (size_t)len}, within_ms / WB_MS_PER_S, keep);
}

size_t
wb_process_unclean_ends(const char *state_dir, const char *instance, int64_t within_ms)
{
    return read_marks(state_dir, instance, within_ms, false);
}

static wb_rc
open_marks(const char *state_dir, const char *instance, wb_err *err)
{
    char path[PATH_MAX];
    wb_rc rc = marks_path(path, sizeof path, state_dir, instance, err);

    if (rc)
        return rc;
    wb_fd_close(&mark_fd);
    marked = 0;
    mark_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (mark_fd < 0)
        return wb_fail(err, WB_FATAL, "cannot open %s: %s", path, strerror(errno));
    if (lseek(mark_fd, 0, SEEK_END) > MARKS_MAX_BYTES && ftruncate(mark_fd, 0))
        return wb_fail(err, WB_FATAL, "cannot shorten %s: %s", path, strerror(errno));
    wb_now_utc_us(); /* reads the environment the first time: not in a handler */
    return WB_OK;
}

static wb_rc
listen_fatal(wb_err *err)
{
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};

    sigfillset(&action.sa_mask);
    if (sigaltstack(&stack, NULL))
        return wb_fail(err, WB_FATAL, "no stack for signals: %s", strerror(errno));
    for (size_t i = 0; i < WB_COUNT(fatal_signals); i++)
        if (sigaction(fatal_signals[i], &action, NULL))
            return wb_fail(err, WB_FATAL, "cannot handle signal %d: %s", fatal_signals[i],
                           strerror(errno));
    signal(SIGPIPE, SIG_IGN);
    return WB_OK;
}

/* Lowers, or raises as far as allowed. */
static wb_rc
limit(int resource, rlim_t wanted, const char *what, wb_err *err)
{
    struct rlimit now;

    if (getrlimit((__rlimit_resource_t)resource, &now))
        return wb_fail(err, WB_FATAL, "cannot read the limit of %s: %s", what, strerror(errno));
    now.rlim_cur = now.rlim_max == RLIM_INFINITY || wanted < now.rlim_max ? wanted : now.rlim_max;
    if (setrlimit((__rlimit_resource_t)resource, &now))
        return wb_fail(err, WB_FATAL, "cannot limit %s: %s", what, strerror(errno));
    return WB_OK;
}

/* The heap of a busy process breathes with every group of orders: without this it gives its end
 * back to the kernel and asks for it again some hundred times a second. One heap: what libzmq's
 * thread takes and we give back would else lie in a second one. */
static void
calm_heap(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_KEEP_BYTES);
    (void)mallopt(M_TOP_PAD, HEAP_STEP_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, HEAP_STEP_BYTES);
}

void
wb_process_keep_private(void)
{
    wb_err err = {0};

    umask(077);
    wb_ignore(limit(RLIMIT_CORE, 0, "core dumps", &err), "lowering a limit is always allowed");
}

wb_rc
wb_process_guard(const char *state_dir, const char *instance, int64_t memory_bytes, wb_err *err)
{
    wb_rc rc = open_marks(state_dir, instance, err);

    named_count = 0;
    working = 0;
    guarded_ms = wb_now_ms();
    ends_before = rc ? 0 : read_marks(state_dir, instance, WB_CAREFUL_WITHIN_MS, true);
    calm_heap();
    if (!rc)
        rc = listen_fatal(err);
    if (!rc)
        rc = limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, "descriptors", err);
    /* RLIMIT_DATA counts private writable memory: the heap and thread stacks, but no store's map,
     * which RLIMIT_AS would. */
    if (!rc && memory_bytes > 0 && !SANITIZED)
        rc = limit(RLIMIT_DATA, (rlim_t)memory_bytes, "memory", err);
    return rc;
}

void
wb_process_tell_ready(const char *run_dir, const char *instance, bool ready)
{
    char path[PATH_MAX], part[PATH_MAX + 8];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s.ready", run_dir, instance);
    (void)snprintf(part, sizeof part, "%s.part", path);
    file = ready ? fopen(part, "we") : NULL;
    if (!ready)
        (void)unlink(path);
    if (!file)
        return;
    fprintf(file, "%ld\n", (long)getpid());
    if (!fclose(file))
        wb_ignore(rename(part, path), "the log tells it as well");
}

void
wb_process_end_with(int parent, int signo)
{
    prctl(PR_SET_PDEATHSIG, signo);
    if (getppid() != parent)
        raise(signo); /* it ended before we asked */
}
