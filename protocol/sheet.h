/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet - a table of the configuration as it was loaded: rows of named text columns
 *
 * SKUs, an ERP's shops, warehouses, carriers: what a merchant keeps in a spreadsheet. Nobody
 * changes a sheet; a reload makes a new one, and the old one ends with it. So keep no pointer to a
 * sheet, a view into it, a number of a column or an index of it from one turn of the loop to the
 * next: ask again, by name. Rows keep the order of the file. Every cell is UTF-8 without a NUL;
 * what was left out is the empty text.
 *
 *   row = wb_sheet_find(sheet, WB_SHEET_BY("account", "sku"), (wb_view[]){account, sku});
 *   if (row != WB_SHEET_NONE)
 *       master = wb_sheet_text(sheet, row, "master");
 */
#ifndef WB_PROTOCOL_SHEET_H
#define WB_PROTOCOL_SHEET_H

#include "protocol/base/buf.h"
#include "protocol/digest.h"

#define WB_SHEET_NONE SIZE_MAX /* no row, no column */
#define WB_SHEET_KEYS_MAX 4    /* columns that are looked up together */

typedef struct wb_sheet wb_sheet;

/* --- reading. Each of these takes a NULL sheet, of a table that is optional, for an empty one. ---
 */

size_t wb_sheet_rows(const wb_sheet *self);
size_t wb_sheet_columns(const wb_sheet *self);
const char *wb_sheet_column_name(const wb_sheet *self, size_t column);
size_t wb_sheet_column(const wb_sheet *self, const char *name); /* WB_SHEET_NONE = it has none */
wb_view wb_sheet_at(const wb_sheet *self, size_t row, size_t column);
/* The same by the column's name; {NULL, 0} when there is no such column. */
wb_view wb_sheet_text(const wb_sheet *self, size_t row, const char *column);
/* Where a row stands in its file: 1 = the first line. */
int wb_sheet_line(const wb_sheet *self, size_t row);

/* The columns of a lookup: at most WB_SHEET_KEYS_MAX, ending with NULL. */
#define WB_SHEET_BY(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The first row whose texts in these columns are these, byte for byte; WB_SHEET_NONE when there is
 * none, or no such column. One look into a hash table, which the first lookup by the same columns
 * makes: some 50 ns a row. */
size_t wb_sheet_find(const wb_sheet *self, const char *const *columns, const wb_view *texts);
/* The next row after `row` with the same texts in these columns; WB_SHEET_NONE = that was the last:
 *
 *   for (row = wb_sheet_find(s, by, texts); row != WB_SHEET_NONE; row = wb_sheet_next(s, by, row))
 */
size_t wb_sheet_next(const wb_sheet *self, const char *const *columns, size_t row);

/* SHA-256 of the file that it was read from: who keeps in the store what it made of a sheet keeps
 * this beside it, for a process may end between a change of the file and the news of it. All zero
 * for NULL. */
const uint8_t *wb_sheet_digest(const wb_sheet *self);

/* --- making, for who loads them --- */

wb_sheet *wb_sheet_new(void);
void wb_sheet_destroy(wb_sheet **self_p);
/* All columns before the first row. Names are copied. */
void wb_sheet_add_column(wb_sheet *self, wb_view name);
/* As many texts as columns; copied. `line` is where it stands. */
void wb_sheet_add_row(wb_sheet *self, const wb_view *texts, int line);
void wb_sheet_set_digest(wb_sheet *self, const uint8_t digest[WB_SHA256_LEN]);

#endif
