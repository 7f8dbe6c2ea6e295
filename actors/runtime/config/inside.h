/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - a wb_config, and tables on their way from a file to the settings that name them
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_INSIDE_H
#define WB_ACTORS_RUNTIME_CONFIG_INSIDE_H

#include "actors/runtime/config/options.h"
#include "actors/runtime/config/route_index.h"
#include "actors/runtime/config/tables.h"
#include "protocol/base/map.h"

/* A setting that names a table; the latest first. In the reader's pool. */
typedef struct wb_table_use wb_table_use;
struct wb_table_use {
    wb_table_use *next;
    wb_sheet_ref *ref;
    const wb_option *row;
    wb_spot at;
    const char *path; /* "accounts.shop.options.skus" */
};

/* All tables that the configuration names; what is wrong with them goes to the reader's problems.
 * Never NULL. */
wb_tables *wb_tables_load(const wb_option_reader *reader, const wb_config_tree *tree);
void wb_tables_destroy(wb_tables **self_p);
/* Give these settings their sheets, those behind `until` (NULL = all): is there such a table, has
 * it the columns that they need, is their key one? */
void wb_tables_bind(wb_tables *self, const wb_table_use *uses, const wb_table_use *until,
                    wb_problems *problems);
/* The same content, table for table? */
bool wb_tables_same(const wb_tables *a, const wb_tables *b);
/* What did not change since `former` is as old as it was there. */
void wb_tables_age(wb_tables *self, const wb_tables *former);

/* table_read.c: what a file of a table holds. */
typedef struct {
    const wb_table_conf *conf;
    const wb_config_file *file; /* of the table: where its problems are */
    wb_problems *problems;
    size_t left; /* bytes that may be read */
} wb_table_source;

/* NULL: told. *len is how large it was. */
wb_sheet *wb_table_read(const wb_table_source *source, size_t *len);

struct wb_config {
    wb_pool pool;                  /* owns all texts and lists of the tree */
    uint8_t digest[WB_SHA256_LEN]; /* of all that was read but the tables */
    wb_config_tree tree;
    /* while it is read and checked: */
    wb_yaml *root;
    wb_map *names; /* of an account -> the first that has it */
    wb_route_index *from, *to;
    /* from then on: */
    wb_tables *tables;
    wb_table_use *uses;              /* the settings that name them */
    const wb_connector **connectors; /* by account; NULL = unknown */
    void **options;
};

/* parts.c: the number of the account of that name; the count of accounts = none. */
size_t wb_config_account(const wb_config *self, const char *name);

/* config.c: what the checks of single rows cannot see. Its tree is read. */
void wb_config_check(wb_config *self, const wb_option_reader *reader,
                     const wb_connector *const *connectors);
/* mappings.c: the programs that routes name; what is wrong with one goes to the problems. */
void wb_mappings_read(const wb_option_reader *reader, wb_config_tree *tree);
/* parts.c: a path of the top, whole: relative to the file that says it. */
char *wb_config_path(wb_pool *pool, const wb_yaml *root, const char *key, const char *path);

#endif
