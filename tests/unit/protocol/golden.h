/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden - bytes that must never change, as hex text in tests/fixtures/protocol
 *
 * With WB_UPDATE_GOLDEN=1 in the environment the file is written instead of compared: look at the
 * difference before you commit it, a reader of the release before must still understand it.
 */
#ifndef WB_TESTS_UNIT_PROTOCOL_GOLDEN_H
#define WB_TESTS_UNIT_PROTOCOL_GOLDEN_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

static inline void
golden_close(FILE **file)
{
    if (*file)
        fclose(*file);
}

static inline void
golden_path(char *dst, size_t size, const char *name)
{
    snprintf(dst, size, "%s/tests/fixtures/protocol/%s.hex", WB_SOURCE_DIR, name);
}

/* The bytes of a golden file, blanks left out. */
static inline void
golden_read(const char *name, wb_buf *out)
{
    char path[512], pair[2];
    WB_AUTO(golden_close) FILE *file = NULL;
    size_t have = 0;
    int c;

    golden_path(path, sizeof path, name);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is missing", path);
    while ((c = fgetc(file)) != EOF) {
        char byte;

        if (c == '\n')
            continue;
        pair[have++] = (char)c;
        if (have < 2)
            continue;
        have = 0;
        ck_assert(wb_unhex(&byte, 1, (wb_view){pair, 2}, NULL) == WB_OK);
        wb_buf_add_char(out, byte);
    }
}

static inline void
golden_write(const char *name, wb_view bytes)
{
    char path[512], hex[65];
    WB_AUTO(golden_close) FILE *file = NULL;

    golden_path(path, sizeof path, name);
    file = fopen(path, "w");
    ck_assert_msg(file != NULL, "%s cannot be written", path);
    for (size_t at = 0; at < bytes.len; at += 32) {
        wb_hex(hex, bytes.data + at, bytes.len - at < 32 ? bytes.len - at : 32);
        fprintf(file, "%s\n", hex);
    }
}

static inline void
golden_check(const char *name, wb_view bytes)
{
    WB_AUTO(wb_buf_fini) wb_buf want = {0};

    if (getenv("WB_UPDATE_GOLDEN"))
        golden_write(name, bytes);
    wb_buf_init(&want, 1 << 20);
    golden_read(name, &want);
    ck_assert_msg(wb_view_eq(wb_buf_view(&want), bytes), "%s: other bytes than the golden ones",
                  name);
}

#endif
