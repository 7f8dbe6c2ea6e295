/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the simulator's command line: the world's own table, then that of each system
 *
 * All tables together are a list of flags, each with the place where its value goes. Places with a
 * delay have a flag without a table.
 */
#include "tools/sim/engine/options.h"

#include "protocol/base/option.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 40
#define FLAGS_MAX 256

static const char *const id_styles[] = {"random", "rising", NULL};
static const char *const starts[] = {"auto", "manual", NULL};
static const char *const modes[] = {"keyed", "probed", NULL};
static const char *const refusals[] = {"mixed",
#define WB_SIM_REFUSAL_WORD(word, status, page) word,
                                       WB_SIM_REFUSALS(WB_SIM_REFUSAL_WORD)
#undef WB_SIM_REFUSAL_WORD
                                           NULL};

static const wb_option options[] = {
    WB_TEXT(wb_sim_conf, host, "127.0.0.1", "address to listen on"),
    WB_INT(wb_sim_conf, port, "0", 0, 65535, "port; 0 = any free one, told when ready"),
    WB_TEXT(wb_sim_conf, ready_file, "", "write the ready line there too, whole"),
    WB_TEXT(wb_sim_conf, shop, "", "the system that gives orders; empty = the usual one"),
    WB_TEXT(wb_sim_conf, erp, "", "the system that takes orders; empty = the usual one"),
    WB_TEXT(
        wb_sim_conf, play, "",
        "a file that says whose accounts are played (tools/sim/engine/play.h); empty = nobody's"),
    WB_INT(wb_sim_conf, accounts, "1", 1, 100000, "sellers, numbered from 1"),
    WB_INT(wb_sim_conf, orders, "1000", 0, 50000000, "orders that the marketplace gives"),
    WB_INT(wb_sim_conf, changes, "0", 0, 200, "how often each order changes after its birth"),
    WB_INT(wb_sim_conf, gap, "20", 1, 1000000, "a change is told so many orders behind"),
    WB_INT(wb_sim_conf, title, "0", 0, WB_SIM_TITLE_MAX,
           "bytes of each order's first title; 0 = a usual one"),
    WB_INT(wb_sim_conf, goods, "5000", 1, WB_SIM_GOODS_MAX, "distinct goods that are sold"),
    WB_MS(wb_sim_conf, ship_after, "0", 0, 86400000,
          "the ERP ships what it took so long after; 0 = nothing is shipped"),
    WB_INT(wb_sim_conf, case_each, "0", 0, 1000000,
           "each special case (see docs/simulator.md) comes once in so many orders of a seller: 16 "
           "at least; 0 = none"),
    WB_MS(wb_sim_conf, case_patience, "6s", 0, 3600000,
          "for so long the ERP waits for the change of a special order to come"),
    WB_TEXT(wb_sim_conf, pace, "0", "orders a second; 0 = all at once"),
    WB_INT(wb_sim_conf, ahead, "0", 0, 50000000,
           "orders that are there before that, all of the first seller"),
    WB_INT(wb_sim_conf, seed, "1", 0, INT64_MAX, "what is random follows from it"),
    WB_CHOICE(wb_sim_conf, ids, "random", id_styles, "order ids: random (as live) or rising"),
    WB_CHOICE(wb_sim_conf, start, "auto", starts, "give orders at once, or on POST /sim/start"),
    WB_TEXT(wb_sim_conf, rate_scale, "1",
            "multiplies every published rate; off = unlimited, told as 1000000"),
    WB_BOOL(wb_sim_conf, auth, "true", "check signatures and tokens"),
    WB_CHOICE(wb_sim_conf, erp_mode, "keyed", modes, "targets compare keys, or are probed"),
    WB_TEXT(wb_sim_conf, faults, "none", "NAME[@PLACE]=CHANCE[*TIMES], comma-joined"),
    WB_CHOICE(wb_sim_conf, refuse_as, "mixed", refusals,
              "how `refuse_one` and `refuse_all` say it"),
    WB_MS(wb_sim_conf, spell, "3s", 0, 86400000, "how long `refuse_all` lasts"),
    WB_MS(wb_sim_conf, slow, "29s", 0, 600000, "how slow the fault `slow` is"),
    WB_MS(wb_sim_conf, late, "15s", 0, 600000, "how late the fault `late` answers"),
    WB_MS(wb_sim_conf, lag, "300ms", 0, 600000, "how long `read_lag` and `probe_lag` last"),
    WB_MS(wb_sim_conf, notice_delay, "1s", 0, 600000, "how late the fault `notice_late` comes"),
    WB_END,
};

static const wb_option delay_option = {
    .name = "delay",
    .type = WB_OPTION_MS,
    .fallback = "0",
    .max = 600000,
    .help = "every answer takes so long",
};

/* One that the command line may name. */
typedef struct {
    char name[NAME_MAX_LEN];
    const wb_option *option;
    void *value;
    const char *place; /* whose delay it is; NULL = none */
} flag;

typedef struct {
    flag flags[FLAGS_MAX];
    size_t count;
} flag_list;

static const flag *
find_flag(const flag_list *list, wb_view name)
{
    for (size_t i = 0; i < list->count; i++)
        if (wb_view_is(name, list->flags[i].name))
            return &list->flags[i];
    return NULL;
}

/* rate_scale is --rate-scale. A name that another table has is a bug. */
static flag *
add_flag(flag_list *self, const char *name, const wb_option *option, void *value)
{
    flag *at = &self->flags[self->count];

    assert(self->count < FLAGS_MAX - 1);
    *at = (flag){.option = option, .value = value};
    for (size_t i = 0; name[i] && i < NAME_MAX_LEN - 1; i++)
        at->name[i] = name[i] == '_' ? '-' : name[i];
    assert(!find_flag(self, wb_view_of(at->name)));
    self->count++;
    return at;
}

static void
add_table(flag_list *self, const wb_option *table, void *conf)
{
    for (const wb_option *at = table; at && at->name; at++)
        (void)add_flag(self, at->name, at, (char *)conf + at->offset);
}

static void
add_system(flag_list *self, wb_sim_settings *out, size_t index, int first_place)
{
    const wb_sim_system *system = out->systems[index];

    add_table(self, system->options, out->own[index]);
    for (int i = 0; system->places[i].name; i++) {
        const wb_sim_place *place = &system->places[i];
        char name[NAME_MAX_LEN];
        if (!place->delay)
            continue;
        (void)snprintf(name, sizeof name, "%s-delay", place->delay);
        add_flag(self, name, &delay_option, &out->delays_ms[first_place + i])->place = place->name;
    }
}

static int
place_count(const wb_sim_system *system)
{
    int count = 0;

    while (system->places[count].name)
        count++;
    return count;
}

static void
list_flags(flag_list *self, wb_sim_settings *out)
{
    int place = 0;

    self->count = 0;
    add_table(self, options, &out->conf);
    for (size_t i = 0; out->systems[i]; i++) {
        add_system(self, out, i, place);
        place += place_count(out->systems[i]);
    }
}

static const char *
value_name(const wb_option *option)
{
    switch (option->type) {
    case WB_OPTION_INT:
        return "N";
    case WB_OPTION_MS:
        return "TIME";
    case WB_OPTION_BOOL:
        return "true|false";
    case WB_OPTION_CHOICE:
        return "WORD";
    case WB_OPTION_END:
    case WB_OPTION_TEXT:
    case WB_OPTION_SECRET:
    case WB_OPTION_BYTES:
    case WB_OPTION_TEXTS:
    case WB_OPTION_LIST:
    case WB_OPTION_MAP:
    case WB_OPTION_GROUP:
    case WB_OPTION_RAW:
    case WB_OPTION_TABLE:
        break;
    }
    return "TEXT";
}

static void
print_faults(const wb_sim_system *const *systems)
{
    static const struct {
        const char *name, *help;
    } rows[] = {
#define WB_SIM_FAULT_HELP(id, name, nature, help) {name, help},
        WB_SIM_FAULTS(WB_SIM_FAULT_HELP)
#undef WB_SIM_FAULT_HELP
    };

    puts("\nfaults:");
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        printf("  %-15s %s\n", rows[i].name, rows[i].help);
    for (; *systems; systems++)
        for (const wb_sim_own_fault *at = (*systems)->faults; at && at->name; at++)
            printf("  %-15s %s\n", at->name, at->help);
}

static void
print_help(const flag_list *list, const wb_sim_system *const *systems)
{
    puts("usage: waybill-sim [--NAME VALUE]...\n\n"
         "The outside world on one loopback port:\n");
    for (size_t i = 0; systems[i]; i++) {
        printf("  %-13s %s; places:", systems[i]->name, systems[i]->summary);
        for (const wb_sim_place *at = systems[i]->places; at->name; at++)
            printf(" %s", at->name);
        puts("");
    }
    puts("");
    for (size_t i = 0; i < list->count; i++) {
        const flag *at = &list->flags[i];
        printf("  --%-20s %-10s %s%s%s (%s)\n", at->name, value_name(at->option),
               at->place ? at->place : "", at->place ? ": " : "", at->option->help,
               at->option->fallback);
    }
    print_faults(systems);
}

/* "250ms", "20s", "5m", "1h" or a number of ms. */
static wb_rc
read_ms(int64_t *out, wb_view text, wb_err *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        {"ms", 1      },
        {"s",  1000   },
        {"m",  60000  },
        {"h",  3600000},
        {"",   1      },
    };
    size_t digits = 0;

    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    wb_view unit = {text.data + digits, text.len - digits};
    for (size_t i = 0; i < WB_COUNT(units); i++) {
        if (!wb_view_is(unit, units[i].unit))
            continue;
        wb_rc rc = wb_text_int(out, (wb_view){text.data, digits}, err);
        if (!rc && *out > INT64_MAX / units[i].ms)
            return wb_fail(err, WB_REJECT, "too long");
        *out *= units[i].ms;
        return rc;
    }
    return wb_fail(err, WB_REJECT, "is no duration such as 250ms, 20s, 5m or 1h");
}

static wb_rc
read_choice(int64_t *out, const wb_option *option, wb_view text, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf names = {0};

    wb_buf_init(&names, 1024);
    for (int64_t i = 0; option->choices[i]; i++)
        if (wb_view_is(text, option->choices[i])) {
            *out = i;
            return WB_OK;
        }
    for (int64_t i = 0; option->choices[i]; i++)
        wb_buf_addf(&names, "%s%s", i ? ", " : "", option->choices[i]);
    return wb_fail(err, WB_REJECT, "is none of %s", wb_buf_text(&names));
}

static wb_rc
read_number(int64_t *out, const wb_option *option, wb_view text, wb_err *err)
{
    wb_rc rc = option->type == WB_OPTION_MS ? read_ms(out, text, err) : wb_text_int(out, text, err);

    if (!rc && (*out < option->min || *out > option->max))
        return wb_fail(err, WB_REJECT, "is outside %lld to %lld", (long long)option->min,
                       (long long)option->max);
    return rc;
}

static wb_rc
set_value(const flag *self, wb_view text, wb_err *err)
{
    const wb_option *option = self->option;
    void *field = self->value;
    int64_t value = 0;
    wb_rc rc;

    if (option->type == WB_OPTION_TEXT) {
        char **owned = field;
        wb_free(owned);
        *owned = wb_text_dup_len(text.data, text.len);
        return WB_OK;
    }
    if (option->type == WB_OPTION_BOOL) {
        if (!wb_view_is(text, "true") && !wb_view_is(text, "false"))
            return wb_fail(err, WB_REJECT, "is neither true nor false");
        *(bool *)field = wb_view_is(text, "true");
        return WB_OK;
    }
    if (option->type == WB_OPTION_CHOICE)
        rc = read_choice(&value, option, text, err);
    else
        rc = read_number(&value, option, text, err);
    if (!rc)
        *(int64_t *)field = value;
    return rc;
}

static wb_rc
unknown(const flag_list *list, const char *word, wb_view name, wb_err *err)
{
    const char *names[FLAGS_MAX] = {NULL}, *nearest;

    for (size_t i = 0; i < list->count; i++)
        names[i] = list->flags[i].name;
    nearest = wb_text_nearest(name, names);
    return wb_fail(err, WB_FATAL, "there is no option %s; %s --%s%s", word,
                   nearest ? "did you mean" : "see", nearest ? nearest : "help",
                   nearest ? "?" : "");
}

/* One option and its value; *used: how many words. */
static wb_rc
read_one(const flag_list *list, char **words, int *used, wb_err *err)
{
    const char *word = *words, *equals = strchr(word, '=');
    wb_view name = {word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2)};
    const flag *found = find_flag(list, name);
    const char *value = equals ? equals + 1 : words[1];

    if (!found)
        return unknown(list, word, name, err);
    if (!value)
        return wb_fail(err, WB_FATAL, "%s needs a value", word);
    *used = equals ? 1 : 2;
    wb_rc rc = set_value(found, wb_view_of(value), err);
    return rc ? wb_note(err, WB_FATAL, "%s '%s'", word, value) : WB_OK;
}

static void
make_own(wb_sim_settings *out, const wb_sim_system *const *systems)
{
    size_t count = 0;

    while (systems[count])
        count++;
    out->systems = systems;
    out->own = wb_alloc(count * sizeof *out->own);
    for (size_t i = 0; i < count; i++)
        out->own[i] = wb_alloc(systems[i]->conf_size);
}

wb_rc
wb_sim_options(wb_sim_settings *out, const wb_sim_system *const *systems, char **argv, wb_err *err)
{
    flag_list list;

    make_own(out, systems);
    list_flags(&list, out);
    for (size_t i = 0; i < list.count; i++) {
        wb_rc rc = set_value(&list.flags[i], wb_view_of(list.flags[i].option->fallback), err);
        if (rc)
            return wb_note(err, WB_FATAL, "default of %s", list.flags[i].name);
    }
    for (int i = 1, used = 1; argv[i]; i += used) {
        if (!strcmp(argv[i], "--help")) {
            print_help(&list, systems);
            return WB_REJECT;
        }
        if (strncmp(argv[i], "--", 2) != 0)
            return wb_fail(err, WB_FATAL, "'%s' is no option", argv[i]);
        wb_rc rc = read_one(&list, argv + i, &used, err);
        if (rc)
            return rc;
    }
    return WB_OK;
}

void
wb_sim_options_fini(wb_sim_settings *self)
{
    flag_list list;

    if (!self->systems)
        return;
    list_flags(&list, self);
    for (size_t i = 0; i < list.count; i++)
        if (list.flags[i].option->type == WB_OPTION_TEXT)
            wb_free(list.flags[i].value);
    for (size_t i = 0; self->systems[i]; i++)
        wb_free(&self->own[i]);
    wb_free(&self->own);
}
