/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - the accounts and routes that the simulated world tells
 */
#include "tools/waybill/trial/demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"
#include "tools/waybill/host/state.h"

/* A member's value: its name is a word of somebody else's, and may have a point in it. */
static void
read_value(wb_json *json, wb_json_ref member, char *dst, size_t size)
{
    wb_view text = {"", 0};

    *dst = 0;
    wb_ignore(wb_json_text(json, member, &text, "value", NULL), "reads as empty");
    wb_ignore(wb_text_set(dst, size, text, NULL), "what does not fit is missed where it is used");
}

/* The secrets go into our environment; the file holds where they are. */
static wb_rc
put_secrets(wb_buf *out, size_t number, wb_json *json, wb_json_ref secrets, wb_err *err)
{
    char name[64], env[128], value[512];

    for (wb_json_ref at = wb_json_first(json, secrets); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        (void)snprintf(name, sizeof name, "%.*s", WB_VIEW_ARG(wb_json_key(json, at)));
        (void)snprintf(env, sizeof env, "WAYBILL_SIM_%zu_%s", number, name);
        read_value(json, at, value, sizeof value);
        if (setenv(env, value, 1))
            return wb_fail(err, WB_FATAL, "setenv: %s", strerror(errno));
        wb_buf_addf(out, "      %s: ${env:%s}\n", name, env);
    }
    return WB_OK;
}

/* "name: value" of each member, as its form has it. A name may have points in it. */
static void
put_members(wb_buf *out, wb_json *json, wb_json_ref members, const char *open, const char *close)
{
    for (wb_json_ref at = wb_json_first(json, members); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view value = {NULL, 0};
        wb_ignore(wb_json_text(json, at, &value, "value", NULL), "reads as empty");
        wb_buf_addf(out, "      %.*s: %s%.*s%s\n", WB_VIEW_ARG(wb_json_key(json, at)), open,
                    WB_VIEW_ARG(value), close);
    }
}

static void
put_options(wb_buf *out, wb_json *json, wb_json_ref options)
{
    put_members(out, json, options, "", "");
}

/* Lists are read more often than with a living vendor. */
static void
put_streams(wb_buf *out, wb_json *json, wb_json_ref streams)
{
    if (wb_json_count(json, streams))
        wb_buf_add_text(out, "    streams:\n");
    put_members(out, json, streams, "{", "}");
}

/* An account as /sim/setup tells it. */
static wb_rc
put_account(wb_buf *out, size_t number, wb_json *json, wb_json_ref account, wb_err *err)
{
    char name[64], connector[64];
    wb_rc rc;

    wb_read_text(json, account, "name", name, sizeof name);
    wb_read_text(json, account, "connector", connector, sizeof connector);
    wb_buf_addf(out, "  %s:\n    connector: %s\n    options:\n", name, connector);
    put_options(out, json, wb_json_get(json, account, "options"));
    rc = put_secrets(out, number, json, wb_json_get(json, account, "secrets"), err);
    put_streams(out, json, wb_json_get(json, account, "streams"));
    return rc;
}

/* Each table is a file beside the configuration. */
static wb_rc
put_tables(wb_buf *out, const char *folder, wb_json *json, wb_err *err)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "tables"));
    char path[WB_PATH_SIZE];

    if (at != WB_JSON_NONE)
        wb_buf_add_text(out, "tables:\n");
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        WB_AUTO(wb_buf_fini) wb_buf table = {0};
        wb_view name = wb_json_key(json, at), text = {"", 0};

        wb_buf_init(&table, WB_CONFIG_MAX);
        wb_ignore(wb_json_text(json, at, &text, "table", NULL), "reads as empty");
        wb_buf_add_view(&table, text);
        if (table.overflow || snprintf(path, sizeof path, "%s/%.*s.csv", folder,
                                       WB_VIEW_ARG(name)) >= (int)sizeof path)
            return wb_fail(err, WB_FATAL, "a table of the world is too long");
        if (wb_state_write(path, wb_buf_text(&table)))
            return wb_fail(err, WB_FATAL, "%s cannot be written: %s", path, strerror(errno));
        wb_buf_addf(out, "  %.*s: {file: %.*s.csv}\n", WB_VIEW_ARG(name), WB_VIEW_ARG(name));
    }
    return WB_OK;
}

static void
put_routes(wb_buf *out, wb_json *json)
{
    char from[64], kind[64], to[64], skus[64];
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "routes"));

    wb_buf_add_text(out, "routes:\n");
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_read_text(json, at, "from", from, sizeof from);
        wb_read_text(json, at, "kind", kind, sizeof kind);
        wb_read_text(json, at, "to", to, sizeof to);
        wb_read_text(json, at, "skus", skus, sizeof skus);
        wb_buf_addf(out, "  - {from: \"%s\", kind: %s, to: %s%s%s}\n", from, kind, to,
                    *skus ? ", skus: " : "", skus);
    }
}

wb_rc
wb_demo_write(char *path, size_t size, const char *folder, const wb_demo_counts *counts,
              wb_json *json, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_ref account;
    size_t number = 0;
    wb_rc rc = WB_OK;

    wb_buf_init(&text, WB_CONFIG_MAX);
    wb_buf_addf(&text,
                "# the built-in configuration, against the simulator\nstate: .\n"
                "intake_free_bytes: 256MiB # to be tried on any machine\n"
                "calls_free_bytes: 128MiB\n"
                "stages: {poller: %lld, enricher: %lld, mapper: %lld, pusher: %lld}\n",
                (long long)counts->pollers, (long long)counts->enrichers,
                (long long)counts->mappers, (long long)counts->pushers);
    if (counts->listen)
        wb_buf_addf(&text, "gateway: {listen: \"%s\"}\n", counts->listen);
    wb_buf_add_text(&text, "accounts:\n");
    account = wb_json_first(json, wb_json_get(json, 0, "accounts"));
    for (; !rc && account != WB_JSON_NONE; account = wb_json_next(json, account))
        rc = put_account(&text, ++number, json, account, err);
    if (!rc)
        rc = put_tables(&text, folder, json, err);
    put_routes(&text, json);
    if (!rc)
        rc = wb_buf_check(&text, "the configuration", err);
    if (rc)
        return rc;
    if (snprintf(path, size, "%s/waybill.yaml", folder) >= (int)size)
        return wb_fail(err, WB_FATAL, "the path of the state folder is too long");
    if (wb_state_write(path, wb_buf_text(&text)))
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", path, strerror(errno));
    return WB_OK;
}
