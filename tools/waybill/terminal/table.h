/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table - aligned columns for people; colour only on a terminal and without NO_COLOR
 */
#ifndef WB_TOOLS_WAYBILL_TERMINAL_TABLE_H
#define WB_TOOLS_WAYBILL_TERMINAL_TABLE_H

#include <stdio.h>

#include "protocol/base/buf.h"

#define WB_TABLE_COLUMNS 16

typedef struct {
    wb_buf text; /* cells end in '\0', rows of `columns` cells */
    size_t columns, rows;
    size_t width[WB_TABLE_COLUMNS];
    bool left[WB_TABLE_COLUMNS]; /* some cell of it is no number */
} wb_table;

/* Columns are tab-separated. */
void wb_table_init(wb_table *self, const char *heads);
void wb_table_fini(wb_table *self);
/* Cells are tab-separated; missing ones are empty, control characters become '?'. */
void wb_table_row(wb_table *self, const char *fmt, ...) WB_PRINTF(2, 3);
void wb_table_print(const wb_table *self, FILE *out);

/* "\033[1m" and the like, or "" where colour is not wanted. */
const char *wb_bold(FILE *out);
const char *wb_plain(FILE *out);

#endif
