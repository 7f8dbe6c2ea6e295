/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - a mapping of the document read into a struct by a table of rows
 *
 * Every row is read, every problem is noted, nothing stops at the first. References are resolved
 * here: `${env:NAME}`, `${file:path}` (relative to the configuration's folder, one line end at its
 * end cut); `$${` stands for `${`. A secret is a reference or it is a problem.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_OPTIONS_H
#define WB_ACTORS_RUNTIME_CONFIG_OPTIONS_H

#include "actors/runtime/config/yaml.h"

#define WB_SECRET_FILE_MAX 65536

/* Memory that lives and dies together; wiped at its end, for it holds secrets. Zeroed = empty. */
typedef struct {
    struct wb_pool_block *first;
} wb_pool;

void *wb_pool_alloc(wb_pool *self, size_t size); /* zeroed */
char *wb_pool_text(wb_pool *self, wb_view text);
void wb_pool_fini(wb_pool *self);

typedef struct {
    wb_pool *pool;         /* owns what is read */
    wb_problems *problems; /* gets what is wrong */
    const char *base_dir;  /* of `${file:path}`; NULL = the working folder */
} wb_option_reader;

/* Fill `out` (zeroed, of the table's type) from `node`: NULL reads as an empty mapping. `where` is
 * the path so far ("accounts.shop"), "" at the top; `line` stands for what is missing. */
void wb_options_read(const wb_option_reader *self, const wb_yaml *node, int line,
                     const wb_option *table, const char *where, void *out);

/* Was that row read without a problem? Read once more, into `scratch` (zeroed, of the table's
 * type), for who wants to say more of it only if nothing was said yet. */
bool wb_options_are_read(const wb_option_reader *self, const wb_yaml *node, const wb_option *table,
                         const char *name, void *scratch);

/* A value of the row as people write it: "5m", "64MiB", "10". dst: 32 bytes. */
void wb_option_number_text(char *dst, wb_option_type type, int64_t value);

/* "base/path", or the path alone when it is absolute or there is no base. */
char *wb_pool_path(wb_pool *self, const char *base_dir, const char *path);

#endif
