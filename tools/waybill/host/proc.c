/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc - reads /proc
 */
#include "tools/waybill/host/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define FIELDS_BEFORE_TIMES 12 /* behind the name in parentheses */

static bool
read_file(char *dst, size_t size, pid_t pid, const char *name)
{
    char path[64];
    WB_AUTO(wb_fd_close) int fd = -1;
    ssize_t got;

    (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    got = fd < 0 ? -1 : read(fd, dst, size - 1);
    if (got <= 0)
        return false;
    dst[got] = '\0';
    return true;
}

/* The number at `text`, which blanks may precede; 0 = none. */
static int64_t
number_at(const char *text)
{
    int64_t value = 0;

    text += strspn(text, " \t");
    wb_ignore(wb_text_int(&value, (wb_view){text, strspn(text, "0123456789")}, NULL), "reads as 0");
    return value;
}

int64_t
wb_proc_cpu_us(pid_t pid)
{
    char text[1024];
    const char *at;
    int64_t ticks;

    if (!read_file(text, sizeof text, pid, "stat"))
        return 0;
    at = strrchr(text, ')');
    for (int i = 0; at && i < FIELDS_BEFORE_TIMES; i++)
        at = strchr(at + 1, ' ');
    if (!at)
        return 0;
    ticks = number_at(at);
    at = strchr(at + 1, ' ');
    ticks += at ? number_at(at) : 0;
    return ticks * WB_US_PER_S / sysconf(_SC_CLK_TCK);
}

int64_t
wb_proc_pss_kib(pid_t pid)
{
    char text[4096];
    const char *at;

    if (!read_file(text, sizeof text, pid, "smaps_rollup"))
        return 0;
    at = strstr(text, "\nPss:");
    return at ? number_at(at + 5) : 0;
}
