/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define LINE "one more line of it\n"

static int writing_to = -1; /* by somebody else, while it is read */
static int lines_left;

/* In the place of the C library's: whoever begins to read may be disturbed. */
ssize_t
read(int fd, void *bytes, size_t len)
{
    if (writing_to >= 0 && lines_left > 0 && lseek(fd, 0, SEEK_CUR) == 0) {
        lines_left--;
        ck_assert_int_eq(write(writing_to, LINE, strlen(LINE)), (ssize_t)strlen(LINE));
    }
    return syscall(SYS_read, fd, bytes, len);
}

static const struct {
    const char *label;
    int lines; /* that are written while it is read */
    wb_rc rc;
} writers[] = {
    {"nobody writes",  0,    WB_OK   },
    {"whole at last",  3,    WB_OK   },
    {"without an end", 1000, WB_FATAL},
};

START_TEST(a_file_that_is_being_written_is_read_whole_or_refused)
{
    char path[] = "/tmp/wb-file-XXXXXX";
    WB_AUTO(wb_fd_close) int fd = mkostemp(path, O_CLOEXEC | O_APPEND);
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&text, 1048576 + WB_FILE_SPARE);
    lines_left = writers[_i].lines;
    writing_to = fd;
    rc = wb_file_read(&text, path, WB_FILE_REGULAR, NULL, &err);
    writing_to = -1;
    (void)unlink(path);
    ck_assert_msg(rc == writers[_i].rc, "%s: %s", writers[_i].label, err.text);
    if (rc)
        ck_assert_msg(strstr(err.text, "is being written") != NULL, "%s", err.text);
    else
        ck_assert_uint_eq(text.len, (size_t)writers[_i].lines * strlen(LINE));
}
END_TEST

START_TEST(what_is_no_file_holds_nobody_up)
{
    char folder[] = "/tmp/wb-file-XXXXXX", pipe[64];
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    int64_t began_ms = wb_now_ms();
    wb_err err = {0};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    wb_buf_init(&text, 1024 + WB_FILE_SPARE);
    ck_assert_int_eq(wb_file_read(&text, pipe, WB_FILE_REGULAR, NULL, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "is no file") != NULL, "%s", err.text);
    ck_assert_int_eq(wb_file_read(&text, folder, WB_FILE_ANY, NULL, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "is no file") != NULL, "%s", err.text);
    ck_assert_int_lt(wb_now_ms() - began_ms, 5000);
    (void)unlink(pipe);
    (void)rmdir(folder);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_file_that_is_being_written_is_read_whole_or_refused, WB_COUNT(writers)},
        {what_is_no_file_holds_nobody_up,                       0                },
        {NULL,                                                  0                }
    };

    return wb_suite_run("actors.runtime.config.file", rows);
}
