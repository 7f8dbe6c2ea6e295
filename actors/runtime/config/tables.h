/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables - what the configuration keeps in spreadsheets, named under `tables`
 *
 *   tables:
 *     skus: {file: tables/skus.csv, key: [account, sku]}
 *   accounts:
 *     shop: {connector: ..., options: {skus: skus}}
 *
 * A table is a file beside the configuration: CSV (RFC 4180, UTF-8 with or without a byte order
 * mark, the first line names the columns) or a YAML list of mappings (.yaml, .yml; at most
 * WB_CONFIG_MAX bytes). All of it is checked when it is loaded: a row with too few or too many
 * cells, an empty or repeated key, a column that somebody needs, each by file, line and column.
 *
 * A snapshot is all tables of a configuration as they were at one moment; nobody changes it. A
 * reload that finds nothing else changed puts a new one in its place (actor.h, wb_ctx_on_tables);
 * a new one with a problem is refused whole, and the old one stays.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_TABLES_H
#define WB_ACTORS_RUNTIME_CONFIG_TABLES_H

#include "actors/runtime/config/config.h"
#include "protocol/sheet.h"

typedef struct wb_tables wb_tables;

/* Of the configuration as it is now; the pointer is good until the next reload. */
const wb_tables *wb_config_tables(const wb_config *self);

/* By the name under `tables`; NULL = there is none. A table that an option names is at hand in the
 * option (wb_sheet_ref) already. */
const wb_sheet *wb_tables_sheet(const wb_tables *self, const char *name);

/* What there is, in the order of the configuration. */
size_t wb_tables_count(const wb_tables *self);
const char *wb_tables_name(const wb_tables *self, size_t index);
const char *wb_tables_file(const wb_tables *self, size_t index);
const wb_sheet *wb_tables_at(const wb_tables *self, size_t index);
int64_t wb_tables_loaded_utc_us(const wb_tables *self, size_t index); /* with this content */
/* The first bytes of its digest in hex, for people: two processes that show the same have the same
 * table. */
#define WB_TABLE_MARK_SIZE 17
void wb_tables_mark(char dst[WB_TABLE_MARK_SIZE], const wb_sheet *sheet);

/* What another reading of the same files found. */
typedef enum {
    WB_CONFIG_SAME,
    WB_CONFIG_TABLES, /* tables alone have changed */
    WB_CONFIG_OTHER,
} wb_config_change;
wb_config_change wb_config_compare(const wb_config *now, const wb_config *fresh);

/* Of WB_CONFIG_TABLES: `fresh` gives its tables and gets ours for them. Every option of ours that
 * names one has the new one when it returns. */
void wb_config_take_tables(wb_config *self, wb_config *fresh);

#endif
