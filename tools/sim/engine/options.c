/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the simulator's command line, as a table
 */
#include "tools/sim/engine/options.h"

#include "protocol/base/option.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 40

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
    WB_INT(wb_sim_conf, accounts, "1", 1, 100000, "sellers, each with a queue q1 .. qN"),
    WB_INT(wb_sim_conf, orders, "1000", 0, 50000000, "orders that the marketplace gives"),
    WB_INT(wb_sim_conf, changes, "0", 0, 200, "how often each order changes after its birth"),
    WB_INT(wb_sim_conf, gap, "20", 1, 1000000, "a change is told so many orders behind"),
    WB_INT(wb_sim_conf, title, "0", 0, WB_SIM_TITLE_MAX,
           "bytes of each order's first title; 0 = a usual one"),
    WB_TEXT(wb_sim_conf, pace, "0", "orders a second; 0 = all at once"),
    WB_INT(wb_sim_conf, seed, "1", 0, INT64_MAX, "what is random follows from it"),
    WB_CHOICE(wb_sim_conf, ids, "random", id_styles, "order ids: random (as live) or rising"),
    WB_CHOICE(wb_sim_conf, start, "auto", starts, "give orders at once, or on POST /sim/start"),
    WB_TEXT(wb_sim_conf, rate_scale, "1",
            "multiplies every published rate; off = unlimited, told as 1000000"),
    WB_BOOL(wb_sim_conf, auth, "true", "check signatures and tokens"),
    WB_MS(wb_sim_conf, token_ttl, "1h", 1, 86400000, "life of an access token"),
    WB_MS(wb_sim_conf, search_lag, "2m", 0, 86400000, "lists end so long before now"),
    WB_INT(wb_sim_conf, items_page, "100", 1, 1000, "items on one page of a v0 order's items"),
    WB_MS(wb_sim_conf, visibility, "30s", 0, 43200000, "visibility time-out of the queues"),
    WB_CHOICE(wb_sim_conf, erp_mode, "keyed", modes, "targets compare keys, or are probed"),
    WB_TEXT(wb_sim_conf, erp_secret, "", "check X-Waybill-Signature with it"),
    WB_MS(wb_sim_conf, sqs_delay, "0", 0, 600000, "every queue answer takes so long"),
    WB_MS(wb_sim_conf, api_delay, "0", 0, 600000, "every orders answer takes so long"),
    WB_MS(wb_sim_conf, erp_delay, "0", 0, 600000, "every target's answer takes so long"),
    WB_TEXT(wb_sim_conf, faults, "none", "NAME[@sqs|lwa|orders|erp]=CHANCE[*TIMES], comma-joined"),
    WB_CHOICE(wb_sim_conf, refuse_as, "mixed", refusals,
              "how `refuse_one` and `refuse_all` say it"),
    WB_MS(wb_sim_conf, spell, "3s", 0, 86400000, "how long `refuse_all` lasts"),
    WB_MS(wb_sim_conf, slow, "29s", 0, 600000, "how slow the fault `slow` is"),
    WB_MS(wb_sim_conf, late, "15s", 0, 600000, "how late the fault `late` answers"),
    WB_MS(wb_sim_conf, lag, "300ms", 0, 600000, "how long `read_lag` and `probe_lag` last"),
    WB_MS(wb_sim_conf, notice_delay, "1s", 0, 600000, "how late the fault `notice_late` comes"),
    WB_END,
};

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
        break;
    }
    return "TEXT";
}

/* rate_scale is --rate-scale. */
static void
flag_name(char dst[NAME_MAX_LEN], const char *name)
{
    size_t i = 0;

    for (; name[i] && i < NAME_MAX_LEN - 1; i++)
        dst[i] = name[i] == '_' ? '-' : name[i];
    dst[i] = '\0';
}

static void
print_help(void)
{
    char name[NAME_MAX_LEN];

    puts(
        "usage: waybill-sim [--NAME VALUE]...\n\n"
        "Amazon's queue, token service and orders API, and a webhook ERP, on one loopback port.\n");
    for (const wb_option *at = options; at->name; at++) {
        flag_name(name, at->name);
        printf("  --%-13s %-10s %s (%s)\n", name, value_name(at), at->help, at->fallback);
    }
    puts("\nfaults:");
    for (int i = 0; i < WB_SIM_FAULT_COUNT; i++)
        printf("  %-15s %s\n", wb_sim_fault_name((wb_sim_fault)i),
               wb_sim_fault_help((wb_sim_fault)i));
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
set_value(wb_sim_conf *conf, const wb_option *option, wb_view text, wb_err *err)
{
    void *field = (char *)conf + option->offset;
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

static const wb_option *
find_option(wb_view name)
{
    char flag[NAME_MAX_LEN];

    for (const wb_option *at = options; at->name; at++) {
        flag_name(flag, at->name);
        if (wb_view_is(name, flag))
            return at;
    }
    return NULL;
}

static wb_rc
unknown(const char *word, wb_view name, wb_err *err)
{
    static char flags[WB_COUNT(options)][NAME_MAX_LEN];
    const char *names[WB_COUNT(options)] = {NULL}, *nearest;

    for (size_t i = 0; options[i].name; i++) {
        flag_name(flags[i], options[i].name);
        names[i] = flags[i];
    }
    nearest = wb_text_nearest(name, names);
    return wb_fail(err, WB_FATAL, "there is no option %s; %s --%s%s", word,
                   nearest ? "did you mean" : "see", nearest ? nearest : "help",
                   nearest ? "?" : "");
}

/* One option and its value; *used: how many words. */
static wb_rc
read_one(wb_sim_conf *conf, const char *word, const char *next, int *used, wb_err *err)
{
    const char *equals = strchr(word, '=');
    wb_view name = {word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2)};
    const wb_option *option = find_option(name);
    const char *value = equals ? equals + 1 : next;

    if (!option)
        return unknown(word, name, err);
    if (!value)
        return wb_fail(err, WB_FATAL, "%s needs a value", word);
    *used = equals ? 1 : 2;
    wb_rc rc = set_value(conf, option, wb_view_of(value), err);
    return rc ? wb_note(err, WB_FATAL, "%s '%s'", word, value) : WB_OK;
}

wb_rc
wb_sim_options(wb_sim_conf *conf, int argc, char **argv, wb_err *err)
{
    for (const wb_option *at = options; at->name; at++) {
        wb_rc rc = set_value(conf, at, wb_view_of(at->fallback), err);
        if (rc)
            return wb_note(err, WB_FATAL, "default of %s", at->name);
    }
    for (int i = 1, used = 1; i < argc; i += used) {
        if (!strcmp(argv[i], "--help")) {
            print_help();
            return WB_REJECT;
        }
        if (strncmp(argv[i], "--", 2) != 0)
            return wb_fail(err, WB_FATAL, "'%s' is no option", argv[i]);
        wb_rc rc = read_one(conf, argv[i], argv[i + 1], &used, err);
        if (rc)
            return rc;
    }
    return WB_OK;
}

void
wb_sim_options_fini(wb_sim_conf *conf)
{
    for (const wb_option *at = options; at->name; at++)
        if (at->type == WB_OPTION_TEXT)
            wb_free((char *)conf + at->offset);
}
