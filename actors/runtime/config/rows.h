/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - every setting of the configuration is a row; the reference is printed from them
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_ROWS_H
#define WB_ACTORS_RUNTIME_CONFIG_ROWS_H

#include "actors/runtime/config/config.h"
#include "actors/runtime/config/options.h"

extern const wb_option wb_config_rows[]; /* of wb_config_tree */
#define WB_CONFIG_SEPARATORS ",;\t"      /* by the number of the choice */

/* spread.c: no account's routes lead to more than WB_SOURCE_TARGETS_MAX targets. */
void wb_config_check_spread(const wb_config *config, wb_problems *problems);

/* routes.c: each route's kind comes from where it begins, and can be taken where it leads. */
void wb_config_check_kinds(const wb_config *config, wb_problems *problems);

/* skus.c: the rows of each table of SKUs that a route names. */
void wb_config_check_skus(const wb_config *config, wb_problems *problems);

/* invoices.c: whose orders are invoiced, and by which numbers. */
void wb_config_check_invoices(wb_config *config, wb_problems *problems);

/* shops.c: no two accounts of a tenant have one shop_id. */
void wb_config_check_shops(const wb_config *config, wb_problems *problems);

/* streams.c: no two accounts take from one queue. */
void wb_config_check_queues(const wb_config *config, wb_problems *problems);

/* What can be read of it, its problems passed over: for who needs to know where a deployment lives,
 * and has no secret of it. `state` is whole. WB_FATAL: the file itself cannot be used. */
WB_MUST_CHECK wb_rc wb_config_peek(wb_config_tree *out, wb_pool *pool, const char *path,
                                   wb_err *err);

/* The same as wb_config_load for who has no secret at hand, or wants none: what settings of
 * accounts refer to is not read, and nothing is said of it; such settings have no value. `document`
 * gets all that the files say together, as one JSON object: each value a text as it was written,
 * the paths of tables and programs whole. */
typedef struct {
    const char *path;
    wb_buf *document; /* NULL = is not wanted */
} wb_config_blind;
WB_MUST_CHECK wb_rc wb_config_load_blind(wb_config **out, const wb_config_blind *how,
                                         const wb_connector *const *connectors,
                                         wb_problems *problems, wb_err *err);

/* docs/configuration.md, printed from the rows and from the connectors' tables. */
void wb_config_reference(wb_buf *out, const wb_connector *const *connectors);

#endif
