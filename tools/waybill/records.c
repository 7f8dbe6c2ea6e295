/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - the page that documents canonical records, printed from the tables of fields themselves
 */
#include "tools/waybill/records.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"

#define TITLE_MAX 256

/* Groups of fields that an observation replaces as one, by number. */
static const char *const owners[] = {"", "head", "lines", "buyer", "packages", "address"};

static const char head[] =
    "# Canonical records\n\n"
    "This page is printed by `waybill check --records` from the tables of fields that read and\n"
    "write the records; a test holds the two equal.\n\n"
    "A record is what stands between channels and targets: its JSON form goes out in webhooks and\n"
    "`waybill orders show`, its msgpack form between processes. How each type is written is in\n"
    "[wire.md](wire.md), section 7. Fields are never renumbered. A field that is not there is\n"
    "unknown or empty.\n\n"
    "- *group*: the fields of a group are replaced together, by a reading that covers the group.\n"
    "- *required*: a record without it is parked.\n"
    "- *key*: names an item of a list across versions of the record.\n"
    "- *personal*: shown as `\"***\"` to who may not see it (`waybill orders show` without\n"
    "  `--personal`).\n";

static const char *
type_name(wb_field_type type)
{
    switch (type) {
    case WB_FIELD_TEXT:
        return "text";
    case WB_FIELD_INT:
        return "int";
    case WB_FIELD_BOOL:
        return "bool";
    case WB_FIELD_TIME:
        return "time";
    case WB_FIELD_MONEY:
        return "money";
    case WB_FIELD_ENUM:
        return "enum";
    case WB_FIELD_GROUP:
        return "group";
    case WB_FIELD_LIST:
        return "list";
    case WB_FIELD_END:
        break;
    }
    return "";
}

static void
put_flags(wb_buf *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        {WB_FIELD_REQUIRED, "required"},
        {WB_FIELD_KEY,      "key"     },
        {WB_FIELD_PERSONAL, "personal"},
        {WB_FIELD_SECRET,   "secret"  },
    };
    const char *comma = "";

    for (size_t i = 0; i < WB_COUNT(names); i++) {
        if (!(flags & names[i].flag))
            continue;
        wb_buf_addf(out, "%s%s", comma, names[i].name);
        comma = ", ";
    }
}

static void
put_row(wb_buf *out, const wb_field *field, bool grouped)
{
    wb_buf_addf(out, "| %u | %s | %s | ", field->number, field->name, type_name(field->type));
    if (grouped)
        wb_buf_addf(out, "%s | ", field->owner < WB_COUNT(owners) ? owners[field->owner] : "?");
    put_flags(out, field->flags);
    wb_buf_addf(out, " | %s", field->help);
    for (size_t i = 1; field->names && field->names[i]; i++)
        wb_buf_addf(out, "%s %zu %s", i == 1 ? ":" : ",", i, field->names[i]);
    wb_buf_add_text(out, " |\n");
}

static void
put_table(wb_buf *out, const wb_field *fields, const char *title, bool grouped)
{
    wb_buf_addf(out, "\n%s\n\n| number | name | type |%s | meaning |\n|---|---|---|%s---|---|\n",
                title, grouped ? " group |" : "", grouped ? "---|" : "");
    for (const wb_field *field = fields; field->type; field++)
        put_row(out, field, grouped);
}

/* The tables inside one, each after the one that names it. `place` is where it stands:
 * "order.lines[]". */
static void
put_inner(wb_buf *out, const wb_field *fields, const char *place)
{
    for (const wb_field *field = fields; field->type; field++) {
        WB_AUTO(wb_buf_fini) wb_buf title = {0};

        if (!field->sub)
            continue;
        wb_buf_init(&title, TITLE_MAX);
        wb_buf_addf(&title, "### %s.%s%s", place, field->name,
                    field->type == WB_FIELD_LIST ? "[]" : "");
        put_table(out, field->sub, wb_buf_text(&title), false);
        put_inner(out, field->sub, wb_buf_text(&title) + strlen("### "));
    }
}

static void
put_record(wb_buf *out, wb_record_kind kind, const wb_field *fields)
{
    WB_AUTO(wb_buf_fini) wb_buf title = {0};
    const char *name = wb_record_kind_name(kind);

    wb_buf_init(&title, TITLE_MAX);
    wb_buf_addf(&title, "## %s (record kind %d)", name, (int)kind);
    put_table(out, fields, wb_buf_text(&title), true);
    put_inner(out, fields, name);
}

void
wb_records_page(wb_buf *out)
{
    wb_buf_add_text(out, head);
    for (int kind = WB_RECORD_ORDER; kind <= WB_RECORD_METRIC; kind++) {
        const wb_field *fields = wb_canonical_fields((wb_record_kind)kind);

        if (fields)
            put_record(out, (wb_record_kind)kind, fields);
    }
}
