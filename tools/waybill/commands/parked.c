/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parked - what was set aside with a reason: look at it, send it again, drop it, accept it; and set
 * aside what waits
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/key.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/show.h"
#include "tools/waybill/terminal/table.h"

#define CALLERS "enricher pusher" /* where a record waits for a call */
#define ROUNDS_MAX 100000         /* of a change that goes in chunks */

typedef struct {
    char *config, *account, *reason, *record, *by;
    int64_t limit;
    bool all, body, stray, json;
} parked_conf;

static const wb_option options[] = {
    WB_TEXT(parked_conf, config, "", "the configuration"),
    WB_TEXT(parked_conf, account, "", "only at this account"),
    WB_TEXT(parked_conf, reason, "", "only reasons that begin so, such as malformed"),
    WB_TEXT(parked_conf, record, "", "only of this record: its printed key"),
    WB_TEXT(parked_conf, by, "", "accept: who decides; without it the user who runs this"),
    WB_INT(parked_conf, limit, "100", 1, 1000, "list: at most so many of each process"),
    WB_BOOL(parked_conf, all, "false", "retry, drop, accept: everything, without a filter"),
    WB_BOOL(parked_conf, stray, "false",
            "drop, with --account: what waits in stores for an account that is not configured"),
    WB_BOOL(parked_conf, body, "false", "show: the message's bytes too, as base64"),
    WB_BOOL(parked_conf, json, "false", "as JSON"),
    WB_END,
};

static void
put_text(wb_json_writer *out, const char *key, const char *text)
{
    if (text)
        wb_json_member_text(out, key, wb_view_of(text));
}

/* What is asked: the words of the command, checked. */
typedef struct {
    const parked_conf *conf;
    const char *action, *id, *account, *by;
} parked_order;

/* Each request has an id: it is told with what was decided by it. */
static void
put_person(wb_json_writer *out, const char *by)
{
    char text[WB_ID_TEXT_MAX + 1];
    wb_id id;

    if (!by)
        return;
    wb_random_bytes(&id, sizeof id);
    wb_id_text(text, &id);
    put_text(out, "by", by);
    put_text(out, "request", text);
}

static void
write_request(wb_buf *body, const parked_order *order)
{
    const parked_conf *conf = order->conf;
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", wb_view_of(order->action));
    put_text(&out, "id", order->id);
    put_text(&out, "account", order->account);
    put_text(&out, "reason", conf->reason);
    put_text(&out, "record", conf->record);
    wb_json_member_int(&out, "limit", conf->limit);
    if (conf->stray)
        wb_json_member_bool(&out, "stray", true);
    if (conf->body)
        wb_json_member_bool(&out, "body", true);
    put_person(&out, order->by);
    wb_json_close(&out, '}');
}

static int64_t
put_rows(wb_table *table, wb_json *json, const char *instance)
{
    wb_json_ref list = wb_json_get(json, 0, "rows");
    char id[64], record[1100], reason[512], at_text[40];

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        wb_table_row(table, "%s\t%s\t%s\t%s\t%lld\t%s%s",
                     wb_read_text(json, at, "id", id, sizeof id), instance,
                     wb_read_text(json, at, "record", record, sizeof record),
                     wb_read_text(json, at, "at", at_text, sizeof at_text),
                     (long long)wb_read_int(json, at, "attempts"),
                     wb_read_text(json, at, "reason", reason, sizeof reason),
                     wb_read_bool(json, at, "outcome_unknown") ? " (outcome unknown)" : "");
    return wb_read_int(json, 0, "total");
}

static int
print_list(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    int64_t total = 0;

    wb_table_init(&table, "id\tat\trecord\tsince\tattempts\treason");
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_session_read(session, &ask->answers[i]))
            total += put_rows(&table, session->json, ask->answers[i].instance);
    }
    if (table.rows > 1)
        wb_table_print(&table, stdout);
    printf("%zu shown of %lld parked\n", table.rows - 1, (long long)total);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

static int
print_one(wb_session *session, const wb_ask *ask, bool as_json)
{
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], session->json, NULL))
            continue;
        if (as_json)
            printf("%.*s\n", WB_VIEW_ARG(wb_buf_view(&ask->answers[i].body)));
        else
            wb_show_json(stdout, session->json, 0);
        return EXIT_DONE;
    }
    fprintf(stderr, "waybill parked: nothing is parked under this id\n");
    return EXIT_NO;
}

/* What all processes answered, chunk by chunk. */
typedef struct {
    int64_t changed, kept; /* kept: cannot be changed; of the last round, which saw them all */
    char why[300];         /* of the first of them */
    bool refused;
} parked_changes;

/* One chunk of each process; true = some have more. */
static bool
count_changes(wb_session *session, const wb_ask *ask, parked_changes *all)
{
    bool more = false;
    int64_t now;

    all->kept = 0;

    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i])) {
            all->refused = true;
            continue;
        }
        now = wb_read_int(session->json, 0, "changed");
        all->changed += now;
        if (!all->kept)
            wb_read_text(session->json, 0, "why", all->why, sizeof all->why);
        all->kept += wb_read_int(session->json, 0, "kept");
        more = more || (now && wb_read_bool(session->json, 0, "more"));
    }
    return more;
}

/* What a change is called when it is done; NULL = it is none. */
static const char *
done_word(const char *action)
{
    static const char *const words[][2] = {
        {"retry",  "sent again"},
        {"drop",   "dropped"   },
        {"accept", "accepted"  },
        {"aside",  "set aside" }
    };

    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (strcmp(action, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

static bool
is_aside(const char *action)
{
    return strcmp(action, "aside") == 0;
}

static void
tell_nothing(const parked_order *order)
{
    const char *what = order->id ? "nothing is parked under this id"
                       : is_aside(order->action)
                           ? "nothing of this record waits, or its call is on its way"
                           : "nothing fits";
    bool accept = strcmp(order->action, "accept") == 0;

    fprintf(stderr, "waybill parked: %s%s\n", what,
            accept ? " that a person could accept: contradictions and what is older than our memory"
                   : "");
}

static int
change(wb_session *session, const parked_order *order, wb_view body)
{
    parked_changes all = {0};
    bool more = true;
    int code = EXIT_DONE;

    for (int round = 0; !code && more && round < ROUNDS_MAX; round++) {
        WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;

        code = wb_session_ask(&ask, session, is_aside(order->action) ? CALLERS : WB_ASK_PARKED,
                              WB_KIND_CALL_PARKED, body);
        more = !code && count_changes(session, ask, &all);
    }
    if (order->conf->json && all.kept)
        printf("{\"changed\":%lld,\"kept\":%lld}\n", (long long)all.changed, (long long)all.kept);
    else if (order->conf->json)
        printf("{\"changed\":%lld}\n", (long long)all.changed);
    else
        printf("%lld %s\n", (long long)all.changed, done_word(order->action));
    if (all.kept)
        fprintf(stderr, "waybill parked: %lld cannot be %s and stay%s: %s\n", (long long)all.kept,
                done_word(order->action), all.kept == 1 ? "s" : "", all.why);
    else if (!code && !all.changed && !all.refused)
        tell_nothing(order);
    if (code)
        return code;
    return all.changed && !all.kept ? EXIT_DONE : EXIT_NO;
}

static int
act(wb_session *session, const parked_order *order, wb_view body)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    int code;

    if (done_word(order->action))
        return change(session, order, body);
    code = wb_session_ask(&ask, session, WB_ASK_PARKED, WB_KIND_CALL_PARKED, body);
    if (code)
        return code;
    if (strcmp(order->action, "show") == 0)
        return print_one(session, ask, order->conf->json);
    if (!order->conf->json)
        return print_list(session, ask);
    wb_ask_print(ask, "processes", stdout);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

static bool
is_id(const char *text)
{
    return strlen(text) == 32 && !text[strspn(text, "0123456789abcdef")];
}

static bool
drops_strays(const parked_conf *self, const char *action, const char *id)
{
    return strcmp(action, "drop") == 0 && self->account && !id && !self->reason && !self->record &&
           !self->all;
}

/* What is wrong with the words together; NULL = nothing. */
static const char *
wrong_words(const parked_conf *self, const char *action, const char *id)
{
    bool filtered = self->account || self->reason || self->record, list = !strcmp(action, "list");
    bool show = !strcmp(action, "show");
    wb_key_parts parts;

    if (self->stray && !drops_strays(self, action, id))
        return "--stray goes with drop and --account, and nothing else";
    if (list && (id || self->all))
        return "list takes filters, and neither an ID nor --all";
    if (show && (!id || filtered || self->all))
        return "show takes one ID";
    if (is_aside(action) && (!self->record || id || self->reason || self->all))
        return "aside takes --record, and --account at most";
    if (self->by && strcmp(action, "accept") != 0)
        return "--by goes with accept";
    if (!list && !show && !id && !filtered && !self->all)
        return "retry, drop and accept need an ID, a filter or --all";
    if (!!id + filtered + self->all > 1)
        return "an ID, filters and --all exclude each other";
    if (id && !is_id(id))
        return "an ID has 32 hex digits, as `waybill parked list` shows it";
    if (self->record && wb_key_parse(&parts, wb_view_of(self->record), NULL))
        return "--record takes a whole key: tenant/account/order/ID";
    return NULL;
}

/* Who accepts; NULL: nobody is named, and the user who runs this has no name. */
static const char *
person(const parked_conf *self)
{
    const struct passwd *user = self->by ? NULL : getpwuid(getuid());

    return self->by ? self->by : user ? user->pw_name : NULL;
}

/* NULL in *wrong, or what is wrong with the words. */
static void
read_words(parked_order *out, const parked_conf *conf, const wb_words *words, const char **wrong)
{
    *out = (parked_order){
        .conf = conf, .action = words->items[0], .id = words->count > 1 ? words->items[1] : NULL};
    if (strcmp(out->action, "list") != 0 && strcmp(out->action, "show") != 0 &&
        !done_word(out->action)) {
        *wrong = "list, show, retry, drop, accept or aside";
        return;
    }
    *wrong = wrong_words(conf, out->action, out->id);
    if (*wrong || strcmp(out->action, "accept") != 0)
        return;
    out->by = person(conf);
    if (!out->by || !*out->by)
        *wrong = "accept needs --by NAME";
}

static int
parked(const void *conf, const wb_words *words)
{
    const parked_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const char *wrong = NULL;
    wb_place_account place;
    parked_order order;
    int code;

    wb_buf_init(&body, 65536);
    read_words(&order, self, words, &wrong);
    if (wrong) {
        fprintf(stderr, "waybill parked: %s (see --help)\n", wrong);
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "parked", self->config);
    if (!code)
        code = wb_session_account(&session, "parked", self->account, &place, &order.account);
    if (code)
        return code;
    write_request(&body, &order);
    return act(&session, &order, wb_buf_view(&body));
}

const wb_command wb_command_parked = {
    .name = "parked",
    .words = "list | show ID | retry [ID] | drop [ID] | accept [ID] | aside",
    .summary =
        "what was set aside with a reason: look, send again, drop, accept; set aside what waits",
    .help =
        "One by its ID, or all that fit the filters. accept takes the channel's word where only a\n"
        "person can: contradictions, and records that are older than our memory. aside --record "
        "KEY\n"
        "sets aside what waits of that record at its account or target. Exit code 1: nothing is\n"
        "parked under this ID, nothing was changed, or some process did not answer.\n",
    .options = options,
    .conf_size = sizeof(parked_conf),
    .words_min = 1,
    .words_max = 2,
    .run = parked,
};
