/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference - the page that documents every setting, printed from the rows themselves
 */
#include "actors/runtime/config/rows.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/options.h"

static const char head[] =
    "# Configuration\n\n"
    "This page is printed by `waybill check --reference` from the tables that read the\n"
    "configuration; a test holds the two equal.\n\n"
    "One YAML file, and what it includes, the same on every host. `waybill check --config FILE` "
    "tells all\n"
    "problems at once, each with its file, line and column. Unknown keys, duplicate keys and YAML "
    "aliases\n"
    "are problems.\n\n"
    "Durations are written `250ms`, `20s`, `5m`, `1h`, `30d`; sizes `512KiB`, `64MiB`, `2GiB`.\n"
    "`${env:NAME}` stands for an environment variable and `${file:path}` for a file's content "
    "(its\n"
    "last line end cut; relative to the file that says so); both may stand in any value. A "
    "*secret* "
    "is\n"
    "always such a reference. For the characters `${` themselves write `$${`.\n\n"
    "```yaml\n"
    "state: /var/lib/waybill\n"
    "accounts:\n"
    "  shop:\n"
    "    connector: ... # the section of each connector begins with an account of it\n"
    "    options: ...\n"
    "  erp:\n"
    "    connector: ...\n"
    "    options: ...\n"
    "routes:\n"
    "  - {from: shop, kind: order, to: erp}\n"
    "stages: {mapper: 2}\n"
    "```\n\n"
    "A queue's notices can be handed on as they came, whatever their type, also one that nobody "
    "reads\n"
    "here: `{from: shop, kind: notice, type: SOME_TYPE, to: erp}`, without a type all of them. "
    "Each "
    "is a\n"
    "record of its own (records.md, *notice*), beside what it announces, and counts as one in the "
    "ledger.\n\n";

static const char include[] =
    "## More than one file\n\n"
    "```yaml\n"
    "include: [shops/*.yaml, 'env/${env:STAGE}.yaml']\n"
    "```\n\n"
    "A path is relative to the file that includes; a pattern stands for all that fit it, in the "
    "order of\n"
    "their names, and may fit none. A path that is not there is a problem. What the files say is "
    "put\n"
    "together: `accounts`, `tables`, `stages`, `routes` and `brokers` grow, whatever else is said "
    "stands\n"
    "in one of them, and an account in one of them. All that is wrong with a file, and relative "
    "paths in\n"
    "it, are its own. A file has at most 1 MiB, all together 16 MiB in 1,000 files, and they "
    "include each\n"
    "other 8 deep, each of them once.\n\n"
    "## Tables\n\n"
    "```yaml\n"
    "tables:\n"
    "  skus: {file: tables/skus.csv, key: [account, sku]}\n"
    "```\n\n"
    "What is kept in a spreadsheet is a file of its own, and settings of the type *name of a "
    "table* refer\n"
    "to it: CSV (RFC 4180, UTF-8 with or without a byte order mark, the first line names the "
    "columns;\n"
    "`.csv`, `.tsv`, `.txt`) or a YAML list of mappings (`.yaml`, `.yml`, 1 MiB). It is checked "
    "whole when\n"
    "it is read: columns that somebody needs, rows with too few or too many cells, empty or "
    "repeated\n"
    "keys. At most 64 tables, one of at most 64 MiB, 1,000,000 rows, 64 columns and 4,096 bytes in "
    "a\n"
    "cell, all together 128 MiB. Cells are taken as they are: no `${...}`, blanks count.\n\n"
    "Files are read at the start and by `waybill reload`; nobody watches them. Where tables alone "
    "have\n"
    "changed, a reload takes them in place, and no process drains; with a problem in one of them "
    "the old\n"
    "ones stay. Write a new file beside the old one and rename it: what is still being written is "
    "refused.\n\n";

static const char rules[] =
    "## Rules\n\n"
    "```yaml\n"
    "tables:\n"
    "  carriers: {file: tables/carriers.csv} # carrier,id\n"
    "rules:\n"
    "  warehouses:\n"
    "    - {country: DE, postcode: 10000..19999, warehouse: WH-2}\n"
    "    - {sku: HEAVY*, warehouse: WH-3}\n"
    "    - {warehouse: WH-1}\n"
    "  carriers: [{table: carriers}]\n"
    "  holds:\n"
    "    - {above: 1000 EUR, reason: somebody looks at it}\n"
    "    - {age: 30m, reason: the buyer may still cancel it}\n"
    "  totals: [{check: hold}]\n"
    "```\n\n"
    "What a rule says is put into what leaves to a target (records.md, *decided*), and changes "
    "nothing of the\n"
    "record. In each list the first rule whose conditions all hold decides; one that is not given "
    "holds. A rule\n"
    "that can never match, since one before it matches all that it does, is a problem. Rules in a "
    "table are\n"
    "its rows, one after the other, in the place where the table is named; some 100,000 of them "
    "cost an order\n"
    "no more than a few.\n\n"
    "What a rule holds, what conflicts with the tables (a SKU or a carrier that they do not know), "
    "and money\n"
    "that does not add up stops that record alone, at that target: `waybill conflicts` lists it, "
    "`waybill why`\n"
    "explains it. It goes on by itself when rules or tables are changed (`waybill reload`), when "
    "its time comes,\n"
    "or by `waybill release`. What was handed on once is not held any more, and what is cancelled "
    "passes. What\n"
    "was delivered is not touched by other rules.\n\n";

static const char environment[] =
    "## Without a file\n\n"
    "`waybill up --from-env` (and `tools/run --from-env`) makes the configuration from "
    "environment\n"
    "variables, and from a `.env` file in the working folder where they are not set or empty. "
    "Whatever\n"
    "connector has a variable set here gets an account, and what takes records a route from "
    "each that gives\n"
    "them; one that gives some has to be there. A *common* variable is set for other programs "
    "as well:\n"
    "alone it makes no account.\n\n"
    "| variable | account | | meaning |\n|---|---|---|---|\n";
static const char environment_state[] =
    "| `WAYBILL_STATE` | | optional | the state folder, `state` in the working folder |\n";

static const char *
type_text(const wb_option *row)
{
    switch (row->type) {
    case WB_OPTION_TEXT:
        return "text";
    case WB_OPTION_SECRET:
        return "secret";
    case WB_OPTION_INT:
        return "number";
    case WB_OPTION_BOOL:
        return "true or false";
    case WB_OPTION_MS:
        return "duration";
    case WB_OPTION_BYTES:
        return "size";
    case WB_OPTION_CHOICE:
        return "one of";
    case WB_OPTION_TEXTS:
        return "list of texts";
    case WB_OPTION_LIST:
        return "list";
    case WB_OPTION_MAP:
        return "mapping by name";
    case WB_OPTION_GROUP:
    case WB_OPTION_RAW:
        return "mapping";
    case WB_OPTION_TABLE:
        return "name of a table";
    case WB_OPTION_END:
        break;
    }
    return "";
}

static bool
is_number(const wb_option *row)
{
    return row->type == WB_OPTION_INT || row->type == WB_OPTION_MS || row->type == WB_OPTION_BYTES;
}

static void
put_row(wb_buf *out, const wb_option *row)
{
    char low[32], high[32];

    wb_buf_addf(out, "| `%s` | %s", row->name, type_text(row));
    if (is_number(row)) {
        wb_option_number_text(low, row->type, row->min);
        wb_option_number_text(high, row->type, row->max);
        wb_buf_addf(out, ", %s to %s", low, high);
    }
    for (size_t i = 0; row->type == WB_OPTION_CHOICE && row->choices[i]; i++)
        wb_buf_addf(out, "%s`%s`", i ? ", " : " ", row->choices[i]);
    if (!row->fallback)
        wb_buf_add_text(out, " | required");
    else if (row->fallback[0])
        wb_buf_addf(out, " | `%s`", row->fallback);
    else
        wb_buf_add_text(out, " | ");
    wb_buf_addf(out, " | %s |\n", row->help);
}

/* One table, then those of its sub-tables, named by their path. */
static void
put_table(wb_buf *out, const char *path, const wb_option *table)
{
    char below[200];

    wb_buf_add_text(out, "| key | type | default | meaning |\n|---|---|---|---|\n");
    for (const wb_option *row = table; row->name; row++)
        put_row(out, row);
    wb_buf_add_char(out, '\n');
    for (const wb_option *row = table; row->name; row++) {
        if (!row->sub)
            continue;
        (void)snprintf(below, sizeof below, "%s%s%s%s", path, path[0] ? "." : "", row->name,
                       row->type == WB_OPTION_MAP    ? ".NAME"
                       : row->type == WB_OPTION_LIST ? "[]"
                                                     : "");
        wb_buf_addf(out, "### %s\n\n", below);
        put_table(out, below, row->sub);
    }
}

static void
put_default(wb_buf *out, const wb_stream *stream)
{
    char text[32];

    if (stream->mode == WB_STREAM_QUEUE) {
        wb_buf_add_text(out, "always open");
    } else if (stream->cron) {
        wb_buf_addf(out, "`%s`", stream->cron);
    } else if (stream->interval_ms) {
        wb_option_number_text(text, WB_OPTION_MS, stream->interval_ms);
        wb_buf_addf(out, "every %s", text);
    } else {
        wb_buf_add_text(out, "on demand");
    }
    if (stream->full_cron)
        wb_buf_addf(out, ", all of it `%s`", stream->full_cron);
}

/* An account as it stands under `accounts`. */
static void
put_example(wb_buf *out, const wb_connector *connector)
{
    const char *line = connector->example;

    wb_buf_addf(out, "```yaml\naccounts:\n  %s:\n    connector: %s\n    options:\n",
                connector->name, connector->name);
    while (line && *line) {
        size_t len = strcspn(line, "\n");

        wb_buf_addf(out, "      %.*s\n", (int)len, line);
        line += len + (line[len] == '\n');
    }
    wb_buf_add_text(out, "```\n\n");
}

static void
put_connector(wb_buf *out, const wb_connector *connector)
{
    wb_buf_addf(out, "## Connector %s\n\n%s\n\n", connector->name, connector->summary);
    put_example(out, connector);
    if (connector->options)
        put_table(out, "options", connector->options);
    if (!connector->streams || !connector->streams[0].name)
        return;
    wb_buf_add_text(out, "| stream | read | meaning |\n|---|---|---|\n");
    for (const wb_stream *stream = connector->streams; stream->name; stream++) {
        wb_buf_addf(out, "| `%s` | ", stream->name);
        put_default(out, stream);
        if (stream->optional)
            wb_buf_add_text(out, ", where it is named");
        wb_buf_addf(out, " | %s |\n", stream->help ? stream->help : "");
    }
    wb_buf_add_char(out, '\n');
}

static void
put_variables(wb_buf *out, const wb_environment *env)
{
    for (const wb_variable *row = env->variables; row->option; row++) {
        wb_buf_addf(out, "| `%s`", row->names[0]);
        if (row->names[1])
            wb_buf_addf(out, " (or `%s`)", row->names[1]);
        wb_buf_addf(out, " | `%s` | %s%s | %s |\n", env->account,
                    row->required ? "required" : "optional", row->common ? ", common" : "",
                    row->help);
    }
}

void
wb_config_reference(wb_buf *out, const wb_connector *const *connectors)
{
    wb_buf_add_text(out, head);
    wb_buf_add_text(out, include);
    wb_buf_add_text(out, rules);
    wb_buf_add_text(out, "## Settings\n\n");
    put_table(out, "", wb_config_rows);
    for (size_t i = 0; connectors[i]; i++)
        put_connector(out, connectors[i]);
    wb_buf_add_text(out, environment);
    for (size_t i = 0; connectors[i]; i++)
        if (connectors[i]->env)
            put_variables(out, connectors[i]->env);
    wb_buf_add_text(out, environment_state);
}
