/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static char path[] = "/tmp/wb-dotenv-XXXXXX";

static void
write_lines(const char *text)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* What the lines make of variables that were not set; `kept` was set before, `empty` to nothing. */
static const struct {
    const char *line, *name, *value;
} lines[] = {
    {"WB_T_A=id-1 # why",        "WB_T_A",     "id-1"           },
    {"export WB_T_B='a # b'",    "WB_T_B",     "a # b"          },
    {"WB_T_C=\"q\\\"\\n\"  # c", "WB_T_C",     "q\"\n"          },
    {"WB_T_D=http://q/1#frag",   "WB_T_D",     "http://q/1#frag"},
    {"WB_T_E= eu-west-1 \r",     "WB_T_E",     "eu-west-1"      },
    {"WB_T_F=",                  "WB_T_F",     ""               },
    {"WB_T_KEPT=lost",           "WB_T_KEPT",  "kept"           },
    {"WB_T_EMPTY=filled",        "WB_T_EMPTY", "filled"         },
};

START_TEST(test_lines)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 8192);
    (void)setenv("WB_T_KEPT", "kept", 1);
    (void)setenv("WB_T_EMPTY", "", 1); /* as a container's empty variable */
    wb_buf_add_text(&text, "\xEF\xBB\xBF# a comment\n\n");
    for (size_t i = 0; i < WB_COUNT(lines); i++)
        wb_buf_addf(&text, "%s\n", lines[i].line);
    write_lines(wb_buf_text(&text));
    ck_assert_msg(!wb_dotenv_load(path, &err), "%s", err.text);
    for (size_t i = 0; i < WB_COUNT(lines); i++) {
        ck_assert_str_eq(getenv(lines[i].name), lines[i].value);
        (void)unsetenv(lines[i].name);
    }
}
END_TEST

static const struct {
    const char *text, *word;
} bads[] = {
    {"A=1\nB\n",    "line 2: not NAME=value"        },
    {"1A=2\n",      "line 1: not NAME=value"        },
    {"A = 2\n",     "line 1: not NAME=value"        },
    {"A='x\n",      "line 1: the quote does not end"},
    {"\nA='x' y\n", "line 2: something follows"     },
};

START_TEST(test_refused)
{
    wb_err err = {0};

    write_lines(bads[_i].text);
    ck_assert_int_eq(WB_FATAL, wb_dotenv_load(path, &err));
    ck_assert_msg(strstr(err.text, bads[_i].word) != NULL, "%s", err.text);
}
END_TEST

START_TEST(test_a_file_that_is_not_there)
{
    wb_err err = {0};

    ck_assert_int_eq(WB_FATAL, wb_dotenv_load("/nowhere/.env", &err));
    ck_assert_msg(strstr(err.text, "/nowhere/.env cannot be read") != NULL, "%s", err.text);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_lines,                    0             },
        {test_refused,                  WB_COUNT(bads)},
        {test_a_file_that_is_not_there, 0             },
        {NULL,                          0             },
    };
    int fd = mkstemp(path), failed;

    if (fd < 0)
        return 1;
    wb_fd_close(&fd);
    failed = wb_suite_run("actors.runtime.config.dotenv", rows);
    (void)unlink(path);
    return failed;
}
