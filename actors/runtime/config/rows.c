/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - the rows. Start reading at the bottom.
 */
#include "actors/runtime/config/rows.h"

#include "actors/runtime/config/rules/rules.h"
#include "actors/runtime/config/skus.h"
#include "protocol/limits.h"

#define DAYS_MS(n) ((n)*INT64_C(86400000))
#define MIB INT64_C(1048576)
#define TIB (MIB * MIB)

static const wb_option stream_rows[] = {
    WB_BOOL(wb_stream_conf, enabled, "true", "false: this stream is not read"),
    WB_TEXT(wb_stream_conf, cron, "",
            "when it is read: minute hour day month weekday; empty = the stream's default"),
    WB_TEXT(wb_stream_conf, full_cron, "",
            "when all of it is read anew, beside cron; empty = the stream's default, off = never"),
    WB_TEXT(wb_stream_conf, zone, "",
            "the time zone of both, by its IANA name; empty = that of the deployment"),
    WB_MS(wb_stream_conf, interval_ms, "0", 0, DAYS_MS(366),
          "read this often, instead of cron; of a queue: the pause between two receives"),
    WB_MS(wb_stream_conf, first_ms, "-1", -1, DAYS_MS(3660),
          "how far back the first run goes; -1 = the stream's default"),
    WB_MS(wb_stream_conf, full_ms, "-1", -1, DAYS_MS(3660),
          "how far back a full run goes; 0 = as the first one; -1 = the stream's default"),
    WB_MS(wb_stream_conf, overlap_ms, "-1", -1, DAYS_MS(31),
          "how much of what was read last is read again; -1 = the stream's default"),
    WB_MS(wb_stream_conf, slice_ms, "-1", -1, DAYS_MS(366),
          "the longest time range of one slice; -1 = the stream's default"),
    WB_MS(
        wb_stream_conf, margin_ms, "-1", -1, DAYS_MS(1),
        "the newest that is asked for is so old; -1 = the stream's default, by its vendor's rule"),
    WB_END,
};

static const wb_option retry_rows[] = {
    WB_MS(wb_retry_conf, every, "1h", 0, DAYS_MS(31),
          "it is tried again so long after the last time; 0 = when a person asks for it"),
    WB_MS(wb_retry_conf, during, "15d", 0, DAYS_MS(366),
          "then it stays parked: so many tries as fit in"),
    WB_END,
};

static const wb_option account_rows[] = {
    WB_TEXT(wb_account_conf, tenant, "default", "whose account it is"),
    WB_TEXT(wb_account_conf, connector, NULL, "which outside system it is at"),
    WB_RAW(wb_account_conf, options, "its credentials and settings: see its connector below"),
    WB_MAP(wb_account_conf, streams, stream_rows, wb_stream_conf,
           "where a stream differs from its defaults; those that are not named keep them"),
    WB_INT(wb_account_conf, window_msgs, "512", 1, 65536,
           "messages of this account under way between two processes"),
    WB_INT(wb_account_conf, calls_max, "64", 1, 4096, "calls of one operation in flight"),
    WB_INT(wb_account_conf, held_rows, "1000000", 1, INT64_C(1000000000),
           "stored work, in records; at the cap the account waits at its source"),
    WB_BYTES(wb_account_conf, held_bytes, "1GiB", MIB, TIB, "stored work, in bytes"),
    WB_INT(wb_account_conf, attempts_max, "10", 1, 1000, "attempts, then the record is parked"),
    WB_MS(wb_account_conf, backoff_min_ms, "1s", 1, DAYS_MS(1), "pause after a first failure"),
    WB_MS(wb_account_conf, backoff_max_ms, "5m", 1, DAYS_MS(7), "longest pause"),
    WB_INT(wb_account_conf, enrich_attempts, "5", 1, 100,
           "how often a record is asked again for what it lacks; then its task has failed"),
    WB_MS(wb_account_conf, enrich_pause_ms, "30s", 1, DAYS_MS(1),
          "pause after the first such time; doubles, up to an hour"),
    WB_MS(wb_account_conf, stopped_look_ms, "5m", 1, DAYS_MS(1),
          "after refused credentials one call looks again; doubles, up to twelve times that"),
    WB_GROUP(wb_account_conf, retry_parked, retry_rows, wb_retry_conf,
             "what this target refused because something is not there yet that another system "
             "brings (a SKU in the ERP)"),
    WB_INT(wb_account_conf, zero_guard_percent, "30", 0, 100,
           "more than this share of its listings (of 20 at least) sold out within zero_guard_ms "
           "stops its stock until a person releases it: waybill stock release; 0 = never"),
    WB_MS(wb_account_conf, zero_guard_ms, "15m", 60000, DAYS_MS(7),
          "how far back sold out listings are counted for that"),
    WB_MS(wb_account_conf, retell_ms, "10m", 0, DAYS_MS(1),
          "after that a listing that shows another number than it was told is told once more; "
          "doubles, five times; 0 = never"),
    WB_INT(wb_account_conf, shop_id, "0", 0, WB_SHOP_ID_MAX,
           "the number by which the HTTP API names it; no other account of its tenant has it; 0 = "
           "it has none"),
    WB_BOOL(wb_account_conf, paused, "false",
            "true: not read, and written is only what waybill apply lets go"),
    WB_BOOL(wb_account_conf, limits, "true",
            "false: published and learnt rates do not bind (a gateway or a test of one's own)"),
    WB_END,
};

static const char *const sku_columns[] = {WB_SKUS_SKU, WB_SKUS_MASTER, NULL};

static const wb_option warehouse_rows[] = {
    WB_TEXT(wb_warehouse_conf, id, NULL, "the source's id of the warehouse"),
    WB_INT(wb_warehouse_conf, share, "100", 0, 100,
           "per cent of what it has beyond the reserve that counts"),
    WB_INT(wb_warehouse_conf, reserve, "0", 0, INT64_C(1000000000),
           "pieces of each SKU that stay in it"),
    WB_END,
};

static const char *const unknown_skus[] = {"hold", "keep", NULL};

static const wb_option route_rows[] = {
    WB_TEXT(wb_route_conf, from, "*", "the account that a record was read from; * = any"),
    WB_TEXT(wb_route_conf, kind, "order", "the kind of record, one or many: order, shipments, ..."),
    WB_TEXT(wb_route_conf, type, "",
            "of notices, which are handed on as they came: those of this type, in their source's "
            "word; none = all"),
    WB_TEXT(wb_route_conf, to, NULL,
            "the account that it is handed to; origin = the one that its order came from, for what "
            "belongs to an order. Stock (inventory) goes into the listings of that account"),
    WB_TABLE(wb_route_conf, skus, "", sku_columns,
             "of orders, and of stock: a table that says which SKU of the shop (sku, or the "
             "beginning of many and a star) is which of the ERP (master), of how many pieces "
             "(quantity), and in which shop (account). Several rows of one are a bundle. Without "
             "it they bear one name"),
    WB_LIST(wb_route_conf, warehouses, warehouse_rows, wb_warehouse_conf,
            "of stock: the warehouses whose stock counts; none = all of them, whole"),
    WB_INT(wb_route_conf, share, "100", 0, 100,
           "of stock: per cent of it that the listings show, rounded down"),
    WB_INT(wb_route_conf, reserve, "0", 0, INT64_C(1000000000),
           "of stock: pieces of each listing that are never shown"),
    WB_INT(wb_route_conf, cap, "0", 0, INT64_C(1000000000),
           "of stock: the most that a listing shows; 0 = no such limit"),
    WB_MS(wb_route_conf, every, "0", 0, DAYS_MS(7),
          "of stock: a listing is told another number at most this often; what changes in "
          "between is told when the time comes, by its last number"),
    WB_CHOICE(wb_route_conf, unknown_sku, "hold", unknown_skus,
              "of orders, of a SKU that is not in that table: the order is kept back until it is, "
              "or the SKU is told as it is"),
    WB_BOOL(wb_route_conf, enabled, "true", "false: nothing goes this way"),
    WB_TEXT(wb_route_conf, mapping, "",
            "a jq program (a file, relative to the one that says it) that gets each record on its "
            "way to the target and gives it back changed"),
    WB_END,
};

static const wb_option invoices_rows[] = {
    WB_TEXT(wb_invoices_conf, account, NULL, "whose shipped orders are invoiced"),
    WB_TEXT(wb_invoices_conf, since, NULL,
            "a date (2026-01-02, UTC): what was bought before it has no invoice of ours"),
    WB_TEXT(wb_invoices_conf, prefix, "", "what stands before the number; of this account alone"),
    WB_INT(wb_invoices_conf, first, "1", 1, INT64_C(1000000000000),
           "the number of the first invoice; the last one that was given counts when it is higher"),
    WB_INT(wb_invoices_conf, digits, "6", 1, 12, "digits of a number at least: zeros before it"),
    WB_TEXT(wb_invoices_conf, seller_tax_id, "", "tax number of who gives it out"),
    WB_END,
};

static const wb_option stages_rows[] = {
    WB_INT(wb_stages_conf, poller, "1", 1, 64, "processes that read from accounts"),
    WB_INT(wb_stages_conf, enricher, "1", 1, 64, "processes that complete what notices refer to"),
    WB_INT(wb_stages_conf, mapper, "1", 1, 64, "processes that map and keep records"),
    WB_INT(wb_stages_conf, pusher, "1", 1, 64, "processes that hand records to targets"),
    WB_END,
};

static const wb_option gateway_rows[] = {
    WB_TEXT(wb_gateway_conf, listen, "",
            "where it listens, by number, as 127.0.0.1:8420; port 0 = any free one; empty = there "
            "is no gateway"),
    WB_END,
};

static const char *const separators[] = {"comma", "semicolon", "tab", NULL};

static const wb_option table_rows[] = {
    WB_TEXT(wb_table_conf, file, NULL,
            "a .csv, or a .yaml list of mappings; relative to the file that says it"),
    WB_CHOICE(wb_table_conf, separator, "comma", separators, "what stands between cells of a CSV"),
    WB_TEXTS(wb_table_conf, key, "",
             "columns that together are another text in each row, none of them empty; up to four"),
    WB_END,
};

const wb_option wb_config_rows[] = {
    WB_TEXTS(wb_config_tree, include, "",
             "other files of the configuration, relative to this one, or patterns like "
             "`shops/*.yaml`"),
    WB_TEXT(wb_config_tree, deployment, "waybill", "its name; never changes"),
    WB_TEXT(wb_config_tree, zone, "UTC",
            "the time zone of schedules, by its IANA name; times in the store and in messages are "
            "UTC in any case"),
    WB_TEXT(wb_config_tree, state, "state",
            "the folder where the processes remember; relative to the configuration file"),
    WB_MAP(wb_config_tree, accounts, account_rows, wb_account_conf,
           "sets of credentials at outside systems, by name"),
    WB_LIST(wb_config_tree, routes, route_rows, wb_route_conf,
            "which records go where; from one account to 256 targets at most"),
    WB_MAP(wb_config_tree, tables, table_rows, wb_table_conf,
           "what is kept in spreadsheets, by name: settings refer to it; up to 64"),
    WB_GROUP(wb_config_tree, rules, wb_rules_rows, wb_rules_conf,
             "what is decided of orders and shipments on their way to a target"),
    WB_LIST(wb_config_tree, invoices, invoices_rows, wb_invoices_conf,
            "accounts whose shipped orders get an invoice made here, for channels and ERPs that "
            "have none; routes of kind invoice that begin at the account say where it goes"),
    WB_GROUP(wb_config_tree, stages, stages_rows, wb_stages_conf,
             "how many processes of each kind are started"),
    WB_GROUP(wb_config_tree, gateway, gateway_rows, wb_gateway_conf,
             "the HTTP API, for programs and people"),
    WB_INT(wb_config_tree, shards, "64", 1, WB_SHARDS_MAX, "shards of a stage; never changes"),
    WB_TEXTS(wb_config_tree, brokers, "",
             "endpoints of brokers; absent = the local one under the state folder"),
    WB_BYTES(wb_config_tree, map_bytes, "16GiB", 320 * MIB, 16 * TIB,
             "largest size of one process's store (address space, not disk)"),
    WB_INT(wb_config_tree, intake_percent, "80", 1, 99,
           "how full a store may be before it takes nothing new"),
    WB_INT(wb_config_tree, calls_percent, "90", 2, 99,
           "how full a store may be before no call leaves"),
    WB_BYTES(wb_config_tree, intake_free_bytes, "2GiB", 1, 16 * TIB,
             "free disk below which nothing new is taken"),
    WB_BYTES(wb_config_tree, calls_free_bytes, "1GiB", 0, 16 * TIB,
             "free disk below which no call leaves"),
    WB_BYTES(wb_config_tree, events_bytes, "64MiB", MIB, TIB,
             "events kept by a process until the monitor has read them"),
    WB_MS(wb_config_tree, drain_ms, "10s", 0, DAYS_MS(1),
          "how long a process that was asked to end waits for what is in flight"),
    WB_MS(wb_config_tree, watchdog_ms, "5s", 0, DAYS_MS(1),
          "longest turn before a process ends itself; 0 = no watch"),
    WB_MS(wb_config_tree, queue_run_ms, "1h", 1, DAYS_MS(366),
          "a queue is read without end: its ledger begins anew after this"),
    WB_MS(wb_config_tree, keep_runs_ms, "30d", 1, DAYS_MS(3660),
          "how long the ledgers of completed runs are kept"),
    WB_MS(wb_config_tree, keep_seen_ms, "14d", 1, DAYS_MS(366),
          "how long a notice that comes again is recognised"),
    WB_MS(wb_config_tree, keep_records, "400d", DAYS_MS(1), DAYS_MS(36600),
          "how long a record is kept after its last change and its last delivery, whichever is "
          "later; what was delivered is remembered 30 days longer"),
    WB_MS(wb_config_tree, hold_ms, "1s", 1, DAYS_MS(1),
          "how long work waits in memory before it is stored"),
    WB_MS(wb_config_tree, commit_ms, "2ms", 0, 1000, "how long a commit waits for company"),
    WB_INT(wb_config_tree, commit_rows, "256", 1, 65536, "rows after which it waits no longer"),
    WB_MS(wb_config_tree, heartbeat_ms, "1s", 10, DAYS_MS(1), "how often a process says it lives"),
    WB_BYTES(wb_config_tree, memory_bytes, "1GiB", 16 * MIB, TIB, "memory limit of a process"),
    WB_INT(wb_config_tree, http_connections, "512", 1, 65536, "open connections of a process"),
    WB_MS(wb_config_tree, unknown_account_ms, "5m", 0, DAYS_MS(1),
          "a message of an account that is not in here waits so long for a new configuration, then "
          "it is parked"),
    WB_TEXT(
        wb_config_tree, ca_file, "",
        "certificates of authorities to trust beside the system's, PEM: of an ERP of one's own"),
    WB_TEXT(wb_config_tree, master_key, "",
            "file of the vault's master key (32 bytes); absent = master.key in the state folder"),
    WB_END,
};
