/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why - where a record is, what holds it, since when, what comes next and when, who can act
 *
 * The answer is made in actors/ask/why.h; here it is shown.
 */
#include <stdio.h>

#include "actors/ask/why.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config;
    int64_t days;
    bool json;
} why_conf;

static const wb_option options[] = {
    WB_TEXT(why_conf, config, "", "the configuration"),
    WB_INT(why_conf, days, "30", 1, 3660, "how far back the timeline goes"),
    WB_BOOL(why_conf, json, "false", "all that they say, as JSON"),
    WB_END,
};

/* What could not be learnt, on standard error. */
static void
tell_gaps(const wb_why *why)
{
    static const struct {
        const char *begin, *middle, *end;
    } words[] = {
        [WB_GAP_SILENT] = {"waybill: ",                  "",   " does not answer"},
        [WB_GAP_ABSENT] = {"waybill: ",                  "",   " is not running" },
        [WB_GAP_REFUSED] = {"waybill: ",                  ": ", ""                },
        [WB_GAP_NOBODY] = {"waybill: ",                  "",   ""                },
        [WB_GAP_TIMELINE] = {"waybill why: no timeline: ", "",   ""                },
    };

    for (size_t i = 0; i < why->gap_count; i++) {
        const wb_gap *gap = &why->gaps[i];

        fprintf(stderr, "%s%s%s%s%s\n", words[gap->kind].begin, gap->instance,
                words[gap->kind].middle, gap->text, words[gap->kind].end);
    }
}

/* Which process, and at which of its accounts. */
static void
put_hold(wb_table *table, const wb_hold *hold)
{
    const char *place = hold->instance, *comma = "", *part = "";

    switch (hold->kind) {
    case WB_HOLD_CALL:
    case WB_HOLD_TASK:
        comma = ", ";
        part = hold->account;
        break;
    case WB_HOLD_PARKED:
        comma = ", ";
        part = "parked";
        break;
    case WB_HOLD_APART:
        place = "mapper";
        comma = ", for ";
        part = hold->account;
        break;
    case WB_HOLD_SOURCE:
    case WB_HOLD_OUTBOX:
        place = "mapper";
        break;
    case WB_HOLD_LANE:
    case WB_HOLD_FULL:
        break;
    }
    wb_table_row(table, "%s%s%s\t%s\t%s\t%s\t%s", place, comma, part, hold->words,
                 hold->since[0] ? hold->since : "-", hold->next[0] ? hold->next : "-", hold->who);
}

static void
print_holds(const wb_why *why)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};

    if (!why->hold_count) {
        printf("nothing holds it\n");
        return;
    }
    wb_table_init(&table, "where\twhat holds it\tsince\tnext\twho can act");
    for (size_t i = 0; i < why->hold_count; i++)
        put_hold(&table, &why->holds[i]);
    wb_table_print(&table, stdout);
}

static void
print_deliveries(const wb_why *why)
{
    for (size_t i = 0; i < why->delivery_count; i++) {
        const wb_why_delivery *row = &why->deliveries[i];

        printf("%s%s: %s%s%s", i ? "; " : "delivered: ", row->target, row->outcome,
               row->reason[0] ? ", " : "", row->reason);
    }
    if (why->delivery_count)
        printf("\n");
}

static void
print_decisions(const wb_why *why)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};

    if (!why->decision_count)
        return;
    wb_table_init(&table, "for\twhat\tis\tby");
    for (size_t i = 0; i < why->decision_count; i++)
        wb_table_row(&table, "%s\t%s\t%s\t%s", why->decisions[i].target, why->decisions[i].what,
                     why->decisions[i].is, why->decisions[i].by);
    printf("\n");
    wb_table_print(&table, stdout);
}

static void
print_stock(const wb_why *why)
{
    for (size_t i = 0; i < why->stock_count; i++)
        printf("%s\n", why->stock[i]);
}

static void
print_events(const wb_why *why)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    char at[WB_TIME_TEXT_MAX + 1];

    if (!why->event_count)
        return;
    wb_table_init(&table, "at\twhat\toutcome\ttarget\t");
    for (size_t i = 0; i < why->event_count; i++) {
        const wb_why_event *event = &why->events[i];

        wb_time_text(at, event->at_utc_us, true);
        wb_table_row(&table, "%s\t%s\t%s\t%s\t%s", at, event->what,
                     event->outcome ? wb_outcome_name(event->outcome) : "", event->target,
                     event->text);
    }
    printf("\n");
    wb_table_print(&table, stdout);
}

static void
print_answer(const wb_why *why)
{
    printf("%s%s%s", wb_bold(stdout), why->record, wb_plain(stdout));
    if (why->status[0])
        printf("  %s, changed %s", why->status, why->changed);
    printf("\n");
    print_deliveries(why);
    print_stock(why);
    printf("\n");
    print_holds(why);
    print_decisions(why);
    print_events(why);
}

static void
print_json(const wb_why *why)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_json_writer out;

    wb_buf_init(&key, 8 * WB_KEY_MAX);
    wb_json_writer_init(&out, &key);
    wb_json_put_text(&out, wb_view_of(why->record));
    printf("{\"record\":%s,\"processes\":", wb_buf_text(&key));
    wb_ask_print_list(why->processes, stdout);
    printf(",\"timeline\":");
    wb_ask_print_list(why->timeline, stdout);
    printf("}\n");
}

/* "Nobody knows it" needs everybody's word. */
static int
verdict(const wb_why *why, const char *word)
{
    if (why->known)
        return EXIT_DONE;
    fprintf(stderr, "waybill why: nobody %sknows %.300s\n", why->complete ? "" : "who answered ",
            word);
    return why->complete ? EXIT_NO : EXIT_SILENT;
}

static int
why(const void *conf, const wb_words *words)
{
    const why_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_inquiry_destroy) wb_inquiry *inquiry = NULL;
    wb_inquiry_conf asked = {.record = words->items[0], .days = self->days};
    int code = wb_session_open(&session, "why", self->config);
    const wb_why *answer;

    if (code)
        return code;
    inquiry = wb_inquiry_start(session.client, &asked);
    answer = wb_inquiry_wait(inquiry);
    tell_gaps(answer);
    if (!answer->answered)
        return EXIT_SILENT;
    if (self->json)
        print_json(answer);
    else if (answer->known)
        print_answer(answer);
    return verdict(answer, words->items[0]);
}

const wb_command wb_command_why = {
    .name = "why",
    .words = "KEY",
    .summary = "where a record is, what holds it, what comes next, who can act",
    .help = "KEY is a record's printed key (tenant/account/order/id) or a bare order id.\n"
            "Exit code 1: nobody knows it.\n",
    .options = options,
    .conf_size = sizeof(why_conf),
    .words_min = 1,
    .words_max = 1,
    .run = why,
};
