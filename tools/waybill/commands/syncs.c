/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syncs - see syncs.h
 */
#include "tools/waybill/commands/syncs.h"

#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/commands/status_tables.h"

#define TEXT_SIZE 64

static const struct {
    const char *of, *status, *at, *full_at;
} kinds[] = {
    {"orders",   "sync_status",         "last_sync_at",         "last_full_sync_at"        },
    {"products", "product_sync_status", "last_product_sync_at", "last_product_full_sync_at"},
};

static const char *
text_of(wb_json *json, wb_json_ref at, const char *name, char *dst)
{
    wb_read_text(json, at, name, dst, TEXT_SIZE);
    return *dst ? dst : "-";
}

static int64_t
utc_us_of(wb_json *json, wb_json_ref at, const char *name)
{
    int64_t utc_us = 0;

    wb_ignore(wb_json_time(json, wb_json_get(json, at, name), &utc_us, name, NULL), "shown as -");
    return utc_us;
}

static const char *
age_of(wb_json *json, wb_json_ref at, const char *name, char *dst)
{
    return wb_ago(dst, TEXT_SIZE, utc_us_of(json, at, name));
}

/* To the second: the rest of it is width. */
static const char *
time_of(wb_json *json, wb_json_ref at, const char *name, char dst[TEXT_SIZE])
{
    int64_t utc_us = utc_us_of(json, at, name);

    if (!utc_us)
        return "-";
    wb_time_text(dst, utc_us, false);
    return dst;
}

static bool
is_read(wb_json *json, wb_json_ref at, size_t kind)
{
    return wb_json_get(json, at, kinds[kind].status) != WB_JSON_NONE;
}

static wb_json_ref
first_of(wb_json *json)
{
    return wb_json_first(json, wb_json_get(json, 0, "syncs"));
}

void
wb_syncs_put_ages(wb_table *table, wb_json *json)
{
    for (wb_json_ref at = first_of(json); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        WB_AUTO(wb_buf_fini) wb_buf row = {0};
        char account[256], status[TEXT_SIZE], age[TEXT_SIZE];

        if (!is_read(json, at, 0) && !is_read(json, at, 1))
            continue;
        wb_buf_init(&row, 1024);
        wb_buf_add_text(&row, wb_read_text(json, at, "account", account, sizeof account));
        for (size_t i = 0; i < WB_COUNT(kinds); i++) {
            wb_buf_addf(&row, "\t%s", text_of(json, at, kinds[i].status, status));
            wb_buf_addf(&row, "\t%s", age_of(json, at, kinds[i].at, age));
            wb_buf_addf(&row, "\t%s", age_of(json, at, kinds[i].full_at, age));
        }
        wb_table_row(table, "%s", wb_buf_text(&row));
    }
}

/* The credentials are the account's: its first line tells of them. */
static void
put_line(wb_table *table, wb_json *json, wb_json_ref at, size_t kind, bool ends)
{
    char account[256], status[TEXT_SIZE], read[TEXT_SIZE], full[TEXT_SIZE], end[TEXT_SIZE];
    bool told = ends && utc_us_of(json, at, "credentials_end");

    wb_table_row(
        table, "%s\t%s\t%s\t%s\t%s\t%s", wb_read_text(json, at, "account", account, sizeof account),
        is_read(json, at, kind) ? kinds[kind].of : "-",
        text_of(json, at, kinds[kind].status, status), time_of(json, at, kinds[kind].at, read),
        time_of(json, at, kinds[kind].full_at, full),
        told ? time_of(json, at, "credentials_end", end) : "");
}

void
wb_syncs_put_times(wb_table *table, wb_json *json)
{
    for (wb_json_ref at = first_of(json); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        bool orders = is_read(json, at, 0), products = is_read(json, at, 1);

        if (orders || !products)
            put_line(table, json, at, 0, true);
        if (products)
            put_line(table, json, at, 1, !orders);
    }
}

bool
wb_syncs_have_ends(wb_json *json)
{
    for (wb_json_ref at = first_of(json); at != WB_JSON_NONE; at = wb_json_next(json, at))
        if (wb_json_kind(json, wb_json_get(json, at, "credentials_end")) == WB_JSON_STRING)
            return true;
    return false;
}
