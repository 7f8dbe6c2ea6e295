/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - a mapping of the document read into a struct by a table of rows
 *
 * Every row is read, every problem is noted, nothing stops at the first. References are resolved
 * here: `${env:NAME}`, `${file:path}` (relative to the file that says so, one line end at its end
 * cut); `$${` stands for `${`. A secret is a reference or it is a problem.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_OPTIONS_H
#define WB_ACTORS_RUNTIME_CONFIG_OPTIONS_H

#include "actors/runtime/config/yaml.h"
#include "protocol/digest.h"

#define WB_SECRET_FILE_MAX 65536

/* Memory that lives and dies together; wiped at its end, for it holds secrets. Zeroed = empty. */
typedef struct {
    struct wb_pool_block *first;
} wb_pool;

void *wb_pool_alloc(wb_pool *self, size_t size); /* zeroed */
char *wb_pool_text(wb_pool *self, wb_view text);
void wb_pool_fini(wb_pool *self);

typedef struct {
    wb_pool *pool;              /* owns what is read */
    wb_problems *problems;      /* gets what is wrong */
    struct wb_table_use **uses; /* gets the tables that are named; NULL = is not wanted */
    bool blind; /* what a reference leads to is not read, and stands there as what could not be */
    uint8_t *digest; /* WB_SHA256_LEN bytes: gets all that was read; NULL = is not wanted */
} wb_option_reader;

/* A piece of what was read: after the same pieces in the same order the digest is the same. */
void wb_options_note(const wb_option_reader *self, wb_view piece);

/* The text with its references replaced, in the pool; NULL = a problem was noted. */
char *wb_options_resolve(const wb_option_reader *self, wb_spot at, const char *where,
                         const char *text);

/* A mapping of the document. */
typedef struct {
    const wb_yaml *node; /* NULL reads as an empty one */
    wb_spot at;          /* stands for what is missing in it */
    const char *path;    /* "accounts.shop"; "" at the top */
} wb_option_place;

/* Fill `out` (zeroed, of the table's type) from what stands there. */
void wb_options_read(const wb_option_reader *self, const wb_option_place *from,
                     const wb_option *table, void *out);

/* Was that row read without a problem? Read once more, into `scratch` (zeroed, of the table's
 * type), for who wants to say more of it only if nothing was said yet. */
bool wb_options_are_read(const wb_option_reader *self, const wb_yaml *node, const wb_option *table,
                         const char *name, void *scratch);

/* A value of the row as people write it: "5m", "64MiB", "10". dst: 32 bytes. */
void wb_option_number_text(char *dst, wb_option_type type, int64_t value);

/* What relative paths begin at that are written there; NULL = the working folder. */
const char *wb_spot_base(wb_spot at);
/* The folder as a process in any other folder means it; empty = the working folder. */
char *wb_pool_whole(wb_pool *self, wb_view folder);
/* A path that is written in that file, as the file's own is told: relative when that is. */
char *wb_pool_beside(wb_pool *self, const wb_config_file *file, const char *path);
/* "base/path", or the path alone when it is absolute or there is no base. */
char *wb_pool_path(wb_pool *self, const char *base_dir, const char *path);

#endif
