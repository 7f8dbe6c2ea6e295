/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - the page that documents canonical records, printed from the tables of fields themselves
 */
#include "tools/waybill/host/records_page.h"

#include <ctype.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "protocol/records/record.h"

#define TITLE_MAX 256

/* A table of fields, and where it stands in the record. */
typedef struct {
    const wb_record_def *def;
    const char *at; /* "" or "lines[]." */
} place;

static const char head[] =
    "# Canonical records\n\n"
    "This page is printed by `waybill check --records` from the tables of fields that read and\n"
    "write the records; a test holds the two equal.\n\n"
    "A record is what stands between channels and targets: its JSON form goes out in webhooks and\n"
    "`waybill records show`, its msgpack form between processes. How each type is written is in\n"
    "[wire.md](wire.md), section 7. Fields are never renumbered. A field that is not there is\n"
    "unknown or empty.\n\n"
    "- *group*: the fields of a group are replaced together, by a reading that covers the group.\n"
    "- *required*: a record without it is parked.\n"
    "- *key*: names an item of a list across versions of the record.\n"
    "- *personal*: shown as `\"***\"` to who may not see it (`waybill records show` without\n"
    "  `--personal`).\n"
    "- *given by*: the channels that fill it, where the source tells it; none: no channel does "
    "yet.\n"
    "  A test holds that against the models that the channels publish.\n";

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

/* Is a field among the names of a row: "lines[].sku, item_total"? */
static bool
names_field(const char *names, wb_view field)
{
    for (const char *at = names; at && *at; at += strspn(at, ", ")) {
        size_t len = strcspn(at, ",");

        if (wb_view_eq((wb_view){at, len}, field))
            return true;
        at += len;
    }
    return false;
}

/* The channels of a connector that fill the field, each once: their rows stand together. */
static void
put_channels(wb_buf *out, const wb_coverage *rows, wb_record_kind kind, wb_view field,
             const char **comma)
{
    const char *last = "";

    for (; rows && rows->channel; rows++) {
        if (rows->kind != kind || strcmp(rows->channel, last) == 0 ||
            !names_field(rows->fields, field))
            continue;
        last = rows->channel;
        wb_buf_addf(out, "%s%s", *comma, last);
        *comma = ", ";
    }
}

static void
put_given(wb_buf *out, const wb_field *field, const place *in)
{
    WB_AUTO(wb_buf_fini) wb_buf path = {0};
    const char *comma = "";

    if (field->sub)
        return;
    if (field->flags & WB_FIELD_ASIDE) {
        wb_buf_add_text(out, "any");
        return;
    }
    wb_buf_init(&path, TITLE_MAX);
    wb_buf_addf(&path, "%s%s", in->at, field->name);
    for (size_t i = 0; wb_connectors[i]; i++)
        put_channels(out, wb_connectors[i]->coverage, in->def->kind, wb_buf_view(&path), &comma);
}

static void
put_row(wb_buf *out, const wb_field *field, const place *in)
{
    wb_buf_addf(out, "| %u | %s | %s | ", field->number, field->name, type_name(field->type));
    if (!*in->at)
        wb_buf_addf(out, "%s | ", wb_record_group_name(in->def, field->owner));
    put_flags(out, field->flags);
    wb_buf_add_text(out, " | ");
    put_given(out, field, in);
    wb_buf_addf(out, " | %s", field->help);
    for (size_t i = 1; field->names && field->names[i]; i++)
        wb_buf_addf(out, "%s %zu %s", i == 1 ? ":" : ",", i, field->names[i]);
    wb_buf_add_text(out, " |\n");
}

static void
put_table(wb_buf *out, const wb_field *fields, const place *in)
{
    wb_buf_addf(out,
                "\n\n| number | name | type |%s | given by | meaning |\n"
                "|---|---|---|%s---|---|---|\n",
                *in->at ? "" : " group |", *in->at ? "" : "---|");
    for (const wb_field *field = fields; field->type; field++)
        put_row(out, field, in);
}

/* The tables inside one, each after the one that names it. */
static void
put_inner(wb_buf *out, const wb_field *fields, const place *in)
{
    for (const wb_field *field = fields; field->type; field++) {
        WB_AUTO(wb_buf_fini) wb_buf inner = {0};
        const char *list = field->type == WB_FIELD_LIST ? "[]" : "";

        if (!field->sub)
            continue;
        wb_buf_init(&inner, TITLE_MAX);
        wb_buf_addf(&inner, "%s%s%s.", in->at, field->name, list);
        wb_buf_addf(out, "\n### %s.%s%s%s", in->def->name, in->at, field->name, list);
        put_table(out, field->sub, &(place){in->def, wb_buf_text(&inner)});
        put_inner(out, field->sub, &(place){in->def, wb_buf_text(&inner)});
    }
}

static void
put_life(wb_buf *out, const wb_record_def *def)
{
    static const char *const roots[] = {
        [WB_ROOT_ITSELF] = "itself",
        [WB_ROOT_ORDER] = "its order",
        [WB_ROOT_CATALOGUE] = "the tenant's catalogue, with all stock and listings",
        [WB_ROOT_REPORT] = "its report",
    };

    wb_buf_addf(out, "\n\n%c%s. Belongs to %s.", toupper(def->help[0]), def->help + 1,
                roots[def->root]);
    wb_buf_add_text(out, def->ages ? " Leaves the stores when it is old." : " Is kept for ever.");
    for (int status = 1; def->statuses && def->statuses[status]; status++)
        wb_buf_addf(out, "%s`%s`", status == 1 ? " Its life: " : ", ", def->statuses[status]);
    wb_buf_add_text(out, def->statuses ? ".\n" : "\n");
}

static void
put_record(wb_buf *out, const wb_record_def *def)
{
    const place top = {def, ""};

    wb_buf_addf(out, "\n## %s (record kind %d)", def->name, (int)def->kind);
    put_life(out, def);
    put_table(out, def->fields, &top);
    put_inner(out, def->fields, &top);
}

void
wb_records_page(wb_buf *out)
{
    wb_buf_add_text(out, head);
    for (int kind = 1; kind <= WB_RECORD_KIND_MAX; kind++)
        put_record(out, wb_record_def_of((wb_record_kind)kind));
}
