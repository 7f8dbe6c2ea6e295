/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment - a configuration made of environment variables, by the connectors' own tables
 *
 * The configuration holds references only: it can be written to a file and shown. An account is
 * made of each connector that is asked for, by a variable that is nobody else's; without a single
 * one that can be read from, every one that could be is told what it lacks. Start reading at the
 * bottom.
 */
#include "actors/runtime/config/config.h"

#include <stdlib.h>

#include "protocol/base/own.h"

#define MISSING_MAX 8192

static const char *
name_set(const wb_variable *self)
{
    for (size_t i = 0; i < WB_COUNT(self->names) && self->names[i]; i++) {
        const char *value = getenv(self->names[i]);

        if (value && value[0])
            return self->names[i];
    }
    return NULL;
}

static bool
is_source(const wb_connector *connector)
{
    return connector->env && connector->streams && connector->streams[0].name;
}

static bool
is_asked_for(const wb_connector *connector)
{
    const wb_variable *row = connector->env ? connector->env->variables : NULL;

    for (; row && row->option; row++)
        if (!row->common && name_set(row))
            return true;
    return false;
}

static bool
any_source(const wb_connector *const *connectors)
{
    for (; *connectors; connectors++)
        if (is_source(*connectors) && is_asked_for(*connectors))
            return true;
    return false;
}

static void
put_account(wb_buf *out, const wb_connector *connector, wb_buf *missing)
{
    wb_buf_addf(out, "  %s:\n    connector: %s\n    options:\n", connector->env->account,
                connector->name);
    for (const wb_variable *row = connector->env->variables; row->option; row++) {
        const char *name = name_set(row);

        if (name)
            wb_buf_addf(out, "      %s: ${env:%s}\n", row->option, name);
        else if (row->required)
            wb_buf_addf(missing, row->names[1] ? "%s%s (or %s)" : "%s%s", missing->len ? ", " : "",
                        row->names[0], row->names[1]);
    }
}

/* From each that gives it to the one that takes it. `*count` were put before. */
static void
put_routes(wb_buf *out, const wb_connector *const *connectors, const wb_connector *target,
           size_t *count)
{
    wb_record_kind kind = target->env->takes;

    for (; kind != WB_RECORD_NONE && *connectors; connectors++) {
        if (*connectors == target || !is_source(*connectors) || !is_asked_for(*connectors) ||
            !wb_connector_gives(*connectors, kind))
            continue;
        wb_buf_addf(out, "%s  - from: %s\n    kind: %s\n    to: %s\n", *count ? "" : "routes:\n",
                    (*connectors)->env->account, wb_record_kind_name(kind), target->env->account);
        ++*count;
    }
}

wb_rc
wb_config_from_env(wb_buf *out, const wb_connector *const *connectors, const char *dotenv,
                   wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf missing = {0};
    wb_rc rc = dotenv ? wb_dotenv_load(dotenv, err) : WB_OK;
    bool every;
    size_t routes = 0;

    wb_buf_init(&missing, MISSING_MAX);
    if (rc)
        return rc;
    every = !any_source(connectors);
    wb_buf_add_text(out, "# made from environment variables\naccounts:\n");
    for (size_t i = 0; connectors[i]; i++)
        if (is_asked_for(connectors[i]) || (every && is_source(connectors[i])))
            put_account(out, connectors[i], &missing);
    if (missing.len)
        return wb_fail(err, WB_FATAL, "environment variables not set: %s", wb_buf_text(&missing));
    for (size_t i = 0; connectors[i]; i++)
        if (is_asked_for(connectors[i]))
            put_routes(out, connectors, connectors[i], &routes);
    return WB_OK;
}
