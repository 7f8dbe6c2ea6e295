/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv - records of separated cells (RFC 4180), one at a time
 *
 * Lines end in LF or CRLF; a cell in double quotes may hold separators, line ends and, doubled,
 * quotes. Blanks belong to a cell. A byte order mark at the beginning is passed over, and so is a
 * line with nothing in it. Everything is UTF-8 without NUL, or it is refused where it stands.
 */
#ifndef WB_PROTOCOL_CSV_H
#define WB_PROTOCOL_CSV_H

#include "protocol/base/buf.h"

#define WB_CSV_CELLS_MAX 256
#define WB_CSV_RECORD_MAX (1024 * 1024) /* bytes of the cells of one record */

typedef struct {
    wb_view text; /* good until the next record */
    int column;   /* where it begins, in characters, from 1 */
} wb_csv_cell;

typedef struct {
    wb_csv_cell cells[WB_CSV_CELLS_MAX];
    size_t count;
    int line; /* where the record begins, from 1 */
    /* where the reading is, and after a failure what is wrong */
    int at_line, at_column;
    /* private */
    const char *begin, *at, *end;
    char separator;
    wb_buf kept;
    size_t starts[WB_CSV_CELLS_MAX + 1];
} wb_csv;

/* `text` is kept by reference. Ends with wb_csv_fini. */
void wb_csv_init(wb_csv *self, wb_view text, char separator);
void wb_csv_fini(wb_csv *self);
/* The next record into `cells`; *found is false at the end. WB_REJECT: not such a text, at
 * at_line:at_column; there is no going on behind it. */
WB_MUST_CHECK wb_rc wb_csv_next(wb_csv *self, bool *found, wb_err *err);
/* How many bytes of the text were read: to behind the line end of the last record; after a failure,
 * to where it was noticed. */
size_t wb_csv_offset(const wb_csv *self);

#endif
