/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/kinds.h"

#include "protocol/base/own.h"

typedef struct {
    wb_kind kind;
    const char *name;
} kind_row;

static const kind_row kind_rows[] = {
#define WB_KIND(name, number, text, why) {WB_KIND_##name, text},
#include "protocol/kinds.def"
#undef WB_KIND
};

static const struct {
    const char *name, *plural;
    bool ages;
} record_rows[] = {
#define WB_RECORD(NAME, number, name, plural, root, ages, help) [number] = {name, plural, ages},
#include "protocol/records.def"
#undef WB_RECORD
};

static const char *const outcome_names[] = {
    "none",     "handed_on", "unchanged", "stale",    "merged",
    "filtered", "parked",    "held",      "not_mine", "full",
};

static const kind_row *
kind_find(uint64_t number)
{
    for (size_t i = 0; i < WB_COUNT(kind_rows); i++)
        if ((uint64_t)kind_rows[i].kind == number)
            return &kind_rows[i];
    return NULL;
}

const char *
wb_kind_name(wb_kind kind)
{
    const kind_row *row = kind_find((uint64_t)kind);

    return row ? row->name : "?";
}

bool
wb_kind_known(uint64_t number)
{
    return kind_find(number) != NULL;
}

const char *
wb_record_kind_name(wb_record_kind kind)
{
    bool known = kind != WB_RECORD_NONE && (size_t)kind < WB_COUNT(record_rows);

    return known ? record_rows[kind].name : "?";
}

wb_record_kind
wb_record_kind_find(wb_view name)
{
    for (size_t i = 1; i < WB_COUNT(record_rows); i++)
        if (wb_view_is(name, record_rows[i].name))
            return (wb_record_kind)i;
    return WB_RECORD_NONE;
}

wb_record_kind
wb_record_kind_word(wb_view word)
{
    for (size_t i = 1; i < WB_COUNT(record_rows); i++)
        if (wb_view_is(word, record_rows[i].plural))
            return (wb_record_kind)i;
    return wb_record_kind_find(word);
}

bool
wb_record_kind_ages(wb_record_kind kind)
{
    return (size_t)kind < WB_COUNT(record_rows) && record_rows[kind].ages;
}

const char *
wb_outcome_name(wb_outcome outcome)
{
    _Static_assert(WB_COUNT(outcome_names) == WB_OUTCOME_COUNT, "a name for each outcome");
    return (size_t)outcome < WB_COUNT(outcome_names) ? outcome_names[outcome] : "?";
}
