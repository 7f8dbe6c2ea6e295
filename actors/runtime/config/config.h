/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config - one YAML file, the same on every host, read into a typed tree by tables
 *
 * All problems are told at once, each with its file, line and column; an unknown key with the
 * nearest known one. Duplicate keys, aliases, depth > WB_CONFIG_DEPTH_MAX and more than
 * WB_CONFIG_MAX bytes are errors. `${env:NAME}` and `${file:path}` are resolved in secrets (and in
 * any text).
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_CONFIG_H
#define WB_ACTORS_RUNTIME_CONFIG_CONFIG_H

#include "actors/connectors/connector.h"
#include "protocol/base/option.h"

/* A file of the configuration. */
typedef struct {
    const char *path; /* as problems name it; NULL = the text is from no file */
    const char *base; /* what its relative paths begin at; NULL = the working folder */
} wb_config_file;

/* Where something stands. Lines and columns (in characters) count from 1; 0 = not told. */
typedef struct {
    const wb_config_file *file; /* NULL = nowhere */
    int line, column;
} wb_spot;

/* A stream of an account as configured. */
typedef struct {
    char *name;          /* of the connector's streams */
    bool enabled;        /* true */
    char *cron;          /* five fields; "" = the stream's default */
    char *full_cron;     /* of full runs: five fields, "off"; "" = the stream's default */
    char *zone;          /* of both: IANA name; "" = the deployment's */
    int64_t interval_ms; /* instead of cron; 0 = by cron */
    int64_t first_ms, full_ms, overlap_ms, slice_ms, margin_ms; /* -1 = the stream's default */
} wb_stream_conf;

/* When a target is asked again about what it refused and another system can mend. */
typedef struct {
    int64_t every;  /* ms between two tries: 1 h; 0 = never */
    int64_t during; /* ms: 15 d */
} wb_retry_conf;

typedef struct {
    char *name;
    char *tenant; /* "default" */
    char *connector;
    wb_option_raw options;  /* by the connector's table: wb_config_options; nothing once read */
    wb_option_list streams; /* wb_stream_conf: where one differs from its defaults */
    int64_t window_msgs;    /* messages of this account under way on one lane: 512 */
    int64_t calls_max;      /* calls of one operation in flight: 64 */
    int64_t held_rows;      /* stored work cap: 1,000,000 */
    int64_t held_bytes;     /* 1 GiB */
    int64_t attempts_max;   /* then parked: 10 */
    int64_t backoff_min_ms, backoff_max_ms;   /* 1 s, 5 min */
    int64_t enrich_attempts, enrich_pause_ms; /* for what a record lacks: 5, 30 s */
    int64_t stopped_look_ms; /* a stopped account is looked at again: 5 min, up to 12 times that */
    wb_retry_conf retry_parked;
    int64_t zero_guard_percent; /* 30; 0 = no guard */
    int64_t zero_guard_ms;      /* 15 min */
    int64_t retell_ms;          /* 10 min; 0 = never */
    bool paused;
    int64_t shop_id; /* by which the HTTP API names it, unique in its tenant; 0 = it has none */
    bool limits;     /* true; false: the vendor's rates do not bind (a gateway of one's own) */
    wb_spot at;      /* where it begins */
} wb_account_conf;

/* Where a route may lead instead of to an account: to the one that the record's root order came
 * from. No account has that name. */
#define WB_ROUTE_ORIGIN "origin"

/* What of a warehouse's stock counts, by the source's id of it. */
typedef struct {
    char *id;
    int64_t share, reserve; /* per cent of what is there beyond those pieces */
} wb_warehouse_conf;

/* A line whose SKU the route's table does not know: its order is kept back, or bears its own name.
 */
typedef enum { WB_UNKNOWN_SKU_HOLD, WB_UNKNOWN_SKU_KEEP } wb_unknown_sku;

typedef struct {
    char *from;          /* account name, or "*" */
    char *kind;          /* record kind, one or many: "order", "shipments" */
    char *type;          /* of notices: those of this type; "" = all */
    char *to;            /* account name of the target, or WB_ROUTE_ORIGIN */
    bool enabled;        /* true; false = nothing goes this way */
    char *mapping;       /* the file of a jq program; NULL = none */
    wb_view program;     /* what is in it */
    int64_t unknown_sku; /* of orders, of what is not in `skus`: wb_unknown_sku */
    wb_sheet_ref skus;   /* of orders, and of stock into listings: skus.h; NULL = the names are the
                            same */
    /* Of stock into listings: */
    wb_option_list warehouses;   /* wb_warehouse_conf; none = all of them, whole */
    int64_t share, reserve, cap; /* per cent; pieces never shown; the most shown, 0 = no such */
    int64_t every;               /* ms between two changes of a listing at least */
    wb_spot at;
} wb_route_conf;

/* A rule of orders and shipments: conditions, all of which have to hold (one that is not given
 * holds), and what follows. Which of these a list has: rules/rows.c. */
typedef struct {
    wb_sheet_ref table;     /* its rows stand here, each a rule: columns are named as members are */
    bool enabled;           /* true */
    char *from, *shop, *to; /* accounts: read from, of the order, that it leaves to; "" = any */
    char *kind;             /* of holds: "order" */
    wb_option_list country, postcode, sku, tag, carrier; /* char *: one of them */
    char *above, *below;                                 /* of the order's value: "100 EUR" */

    char *warehouse, *logistics, *tax, *add, *id;
    char *field, *set, *copy, *prefix; /* of fields: one of the last three */
    char *reason;                      /* of holds */
    int64_t age;                       /* of holds, in ms: it leaves when it is so old; 0 = never */
    int64_t check, tolerance;          /* of totals: wb_totals_check; minor units */
    wb_spot at;
} wb_rule_conf;

typedef enum { WB_TOTALS_HOLD, WB_TOTALS_FLAG, WB_TOTALS_OFF } wb_totals_check;

/* Lists of wb_rule_conf; in each the first that matches decides. */
typedef struct {
    wb_option_list tags, warehouses, carriers, logistics, taxes, fields, holds, totals;
} wb_rules_conf;

/* A table: see tables.h. */
typedef struct {
    char *name;
    char *file;
    int64_t separator;  /* of WB_CONFIG_SEPARATORS */
    wb_option_list key; /* char *: columns that together are another text in each row */
    wb_spot at;
} wb_table_conf;

/* Stage counts: how many instances the deployment starts with (`up --first`). */
typedef struct {
    int64_t poller, enricher, mapper, pusher;
} wb_stages_conf;

/* The HTTP API. */
typedef struct {
    char *listen; /* "127.0.0.1:8420"; "" = there is none */
} wb_gateway_conf;

/* Invoices that are made of an account's shipped orders, numbered one by one. */
typedef struct {
    char *account;
    char *prefix;          /* of the number */
    int64_t first, digits; /* the number that the first one gets; at least so many digits */
    char *since;           /* "2026-01-02": what was bought before has none */
    int64_t since_utc_us;  /* the same, read */
    char *seller_tax_id;
    wb_spot at;
} wb_invoices_conf;

typedef struct {
    wb_option_list include; /* followed when the files are read: nothing is left of it here */
    char *deployment;       /* "waybill" */
    char *zone;             /* of schedules: IANA name, "UTC" */
    char *state;            /* folder; relative to the configuration file */
    int64_t shards;         /* 64 */
    wb_option_list brokers; /* endpoints; empty = the local one under <state>/run */
    wb_stages_conf stages;
    wb_gateway_conf gateway;
    wb_option_list accounts; /* wb_account_conf */
    wb_option_list routes;   /* wb_route_conf */
    wb_option_list tables;   /* wb_table_conf */
    wb_rules_conf rules;
    wb_option_list invoices; /* wb_invoices_conf */
    int64_t map_bytes;       /* 16 GiB of address space */
    int64_t intake_percent, calls_percent, intake_free_bytes, calls_free_bytes;
    int64_t events_bytes;       /* 64 MiB */
    int64_t drain_ms;           /* 10 s */
    int64_t watchdog_ms;        /* 5 s */
    int64_t queue_run_ms;       /* a run of a queue: 1 h */
    int64_t keep_runs_ms;       /* ledgers: 30 d */
    int64_t keep_seen_ms;       /* ids of notices: 14 d */
    int64_t keep_records;       /* records, and marks 30 d longer: 400 d, in ms */
    int64_t hold_ms;            /* memory first, disk after: 1 s */
    int64_t commit_ms;          /* 2 */
    int64_t commit_rows;        /* 256 */
    int64_t heartbeat_ms;       /* 1 s */
    int64_t memory_bytes;       /* limit of a process: 1 GiB */
    int64_t http_connections;   /* 512 */
    int64_t unknown_account_ms; /* of messages of an account that is not in here (yet): 5 min */
    char *ca_file;
    char *master_key; /* path; "" = <state>/master.key */
} wb_config_tree;

typedef struct wb_config wb_config;

/* A problem, and where it is. */
#define WB_PROBLEM_FILE_SIZE 256
typedef struct {
    char file[WB_PROBLEM_FILE_SIZE]; /* "" = of no file; of a longer path its end */
    int line, column;                /* 0 = not told */
    char text[256];
    bool unread; /* a secret that nobody wanted to read: it is told to nobody */
} wb_problem;

/* All that is wrong with a configuration. Zeroed = nothing. */
typedef struct {
    wb_problem *rows;
    size_t count, cap;
} wb_problems;

void wb_problems_fini(wb_problems *self);
#define WB_PROBLEM_TEXT_SIZE 600
/* "file:line:column: text", as much of it as is told. */
void wb_problem_text(char *dst, size_t size, const wb_problem *problem);

/* Read and check everything: syntax, keys, values, connectors' options (wb_connector.check
 * included), routes naming accounts, streams naming streams. `connectors` ends with NULL. On
 * WB_FATAL *problems (zeroed before; may be NULL) has all of them; err has the first. */
WB_MUST_CHECK wb_rc wb_config_load(wb_config **out, const char *path,
                                   const wb_connector *const *connectors, wb_problems *problems,
                                   wb_err *err);
WB_MUST_CHECK wb_rc wb_config_parse(wb_config **out, wb_view yaml, const char *base_dir,
                                    const wb_connector *const *connectors, wb_problems *problems,
                                    wb_err *err);
void wb_config_destroy(wb_config **self_p);
const wb_config_tree *wb_config_tree_of(const wb_config *self);
/* The options struct of account number `index` (connector's table). */
const void *wb_config_options_of(const wb_config *self, size_t index);
const wb_connector *wb_config_connector_of(const wb_config *self, size_t index);
/* What an account says of a stream; NULL = nothing: all its defaults. */
const wb_stream_conf *wb_config_stream(const wb_account_conf *account, const char *stream);
/* Every stream of a connector is read, unless its row says that it is not; of an optional one there
 * has to be a row. */
bool wb_config_reads(const wb_account_conf *account, const wb_stream *stream);
/* Does the route begin at this account, and is it not switched off? At itself, too: who follows
 * routes leaves that out. */
bool wb_route_leaves(const wb_route_conf *route, const char *account);
bool wb_route_to_origin(const wb_route_conf *route);
wb_record_kind wb_route_kind(const wb_route_conf *route); /* NONE = no kind */
/* Does it want, of its kind, what is of this type? */
bool wb_route_wants(const wb_route_conf *route, wb_view type);
/* Are invoices made of the orders of this account? NULL = none. */
const wb_invoices_conf *wb_config_invoices(const wb_config_tree *tree, const char *account);
/* Is it stock that is joined into the listings of its target? Such records go nowhere. */
bool wb_route_joins(const wb_route_conf *route, const wb_connector *to);
/* A YAML configuration made of environment variables, as the connectors' tables (wb_environment)
 * say, appended to `out`: the variables stay references. `connectors` ends with NULL. `dotenv` is
 * the path of a .env file, loaded first, or NULL. WB_FATAL names every missing variable at once. */
WB_MUST_CHECK wb_rc wb_config_from_env(wb_buf *out, const wb_connector *const *connectors,
                                       const char *dotenv, wb_err *err);
/* The lines of a .env file into the environment, where a variable is not set yet, or empty. */
WB_MUST_CHECK wb_rc wb_dotenv_load(const char *path, wb_err *err);
/* The lines of a .env file, in their order. WB_FATAL names the line that is none; and what `each`
 * gives back, which ends it. */
typedef wb_rc (*wb_dotenv_each)(void *arg, const char *name, const char *value, wb_err *err);
WB_MUST_CHECK wb_rc wb_dotenv_read(wb_view text, wb_dotenv_each each, void *arg, wb_err *err);

/* Cron: five fields, names and steps as usual, in a zone. The first fire time after `after`. Times
 * that a zone skips fire at the gap's end; times that it repeats fire once. */
WB_MUST_CHECK wb_rc wb_cron_check(const char *expression, const char *zone, wb_err *err);
WB_MUST_CHECK wb_rc wb_cron_next(const char *expression, const char *zone, int64_t after_utc_us,
                                 int64_t *out_utc_us, wb_err *err);

#endif
