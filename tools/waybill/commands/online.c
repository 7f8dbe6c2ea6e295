/* SPDX-License-Identifier: Apache-2.0 */
/*
 * online - see online.h
 *
 * No deployment is needed. Where one runs, nothing is asked that would take a token from it.
 */
#include "tools/waybill/commands/online.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/runtime/outside/audit.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tools/waybill/host/place.h"
#include "tools/waybill/host/state.h"
#include "tools/waybill/terminal/table.h"

#define AT_ONCE 16
#define DAY_US (24 * 3600 * WB_US_PER_S)
#define SOON_DAYS 30 /* a person needs some time to authorise again */
#define URGENT_DAYS 7
#define WORDS_MAX 1600
#define HAS_SHOWN 240 /* of what is there; all of it is in --json */

typedef struct {
    wb_account *account;
    struct online *owner;
    wb_audit_result result;
} subject;

typedef struct online {
    wb_config *config;
    wb_accounts *accounts;
    wb_loop *loop;
    wb_http *http;
    bool sole; /* no deployment runs with this state folder */
    subject *subjects;
    size_t count, next, ended;
} online;

/* --- in words --- */

/* What a person can do, by the part of the account that is wrong. */
static const char *const advice[] = {
    [WB_TROUBLE_NONE] = "",
    [WB_TROUBLE_HOST] = "the URL is another region's than the account is of: set the right one",
    [WB_TROUBLE_ADDRESS] = "our IP address is not on the vendor's list: have it put there",
    [WB_TROUBLE_GRANT] = "the interface is not granted: have it granted to the application",
    [WB_TROUBLE_CREDENTIALS] = "the credentials have ended, or are others: authorise again",
    [WB_TROUBLE_SHOP] = "the credentials are of another shop than the account says",
    [WB_TROUBLE_CLOCK] = "the time of the request was not taken: set this host's clock",
};

static int64_t
days_left(const wb_audit_result *result)
{
    return (result->expires_utc_us - wb_now_utc_us()) / DAY_US;
}

static bool
has_ended(const wb_audit_result *result)
{
    return result->expires_utc_us && result->expires_utc_us <= wb_now_utc_us();
}

static bool
is_wrong(const wb_audit_result *result)
{
    return result->verdict == WB_AUDIT_BAD || result->verdict == WB_AUDIT_LATER ||
           result->clock_ahead_us || *result->lacks ||
           (result->expires_utc_us && (has_ended(result) || days_left(result) < URGENT_DAYS));
}

static void
add(wb_buf *out, const char *words)
{
    if (*words)
        wb_buf_addf(out, "%s%s", out->len ? "; " : "", words);
}

static void
add_clock(wb_buf *out, int64_t ahead_us)
{
    long long seconds = llabs((long long)ahead_us) / (long long)WB_US_PER_S;

    if (ahead_us)
        wb_buf_addf(out, "%sthis host's clock is %lld s %s the vendor's", out->len ? "; " : "",
                    seconds, ahead_us > 0 ? "behind" : "ahead of");
}

static void
add_end(wb_buf *out, const wb_audit_result *result)
{
    char text[WB_TIME_TEXT_MAX + 1];

    if (!result->expires_utc_us)
        return;
    wb_time_text(text, result->expires_utc_us, false);
    if (has_ended(result))
        wb_buf_addf(out, "%sthe credentials ended on %s: authorise again", out->len ? "; " : "",
                    text);
    else if (days_left(result) < SOON_DAYS)
        wb_buf_addf(out, "%sthe credentials end on %s, in %lld days: authorise again before",
                    out->len ? "; " : "", text, (long long)days_left(result));
    else
        wb_buf_addf(out, "%sgood until %s", out->len ? "; " : "", text);
}

static void
add_names(wb_buf *out, const wb_audit_result *result)
{
    size_t len = strlen(result->has);

    add(out, result->lacks);
    if (len)
        wb_buf_addf(out, "%sit has %.*s%s", out->len ? "; " : "", HAS_SHOWN, result->has,
                    len > HAS_SHOWN ? "..." : "");
    if (*result->untold)
        wb_buf_addf(out, "%swhat else is there it did not tell: %s", out->len ? "; " : "",
                    result->untold);
}

static void
words_of(const subject *self, wb_buf *out)
{
    const wb_audit_result *result = &self->result;

    if (result->verdict == WB_AUDIT_BAD && result->end != WB_HTTP_ANSWERED && *result->host)
        wb_buf_addf(out, "%s: %s", result->host, result->why);
    else
        add(out, result->why);
    if (result->verdict == WB_AUDIT_BAD)
        add(out, advice[result->trouble]);
    add_clock(out, result->clock_ahead_us);
    add_end(out, result);
    add_names(out, result);
}

static const char *
verdict_of(const wb_audit_result *result)
{
    switch (result->verdict) {
    case WB_AUDIT_GOOD:
        return is_wrong(result) ? "look" : "good";
    case WB_AUDIT_UNASKED:
        return "not asked";
    case WB_AUDIT_LATER:
        return "not now";
    case WB_AUDIT_BAD:
        break;
    }
    return "wrong";
}

/* --- shown --- */

static void
print_table(const online *self)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};

    wb_table_init(&table, "account\tconnector\t\tasked\tshop\tin ms\tin words");
    for (size_t i = 0; i < self->count; i++) {
        const subject *at = &self->subjects[i];
        WB_AUTO(wb_buf_fini) wb_buf words = {0};

        wb_buf_init(&words, WORDS_MAX);
        words_of(at, &words);
        wb_table_row(&table, "%s\t%s\t%s\t%s\t%s\t%lld\t%s%s", at->account->key,
                     at->account->connector->name, verdict_of(&at->result),
                     *at->result.op ? at->result.op : "-", *at->result.shop ? at->result.shop : "-",
                     (long long)(at->result.took_us / WB_US_PER_MS),
                     at->account->conf->paused ? "paused; " : "", wb_buf_text(&words));
    }
    wb_table_print(&table, stdout);
}

static const char *
trouble_name(wb_trouble trouble)
{
    static const char *const names[] = {
        [WB_TROUBLE_NONE] = "",
        [WB_TROUBLE_HOST] = "host",
        [WB_TROUBLE_ADDRESS] = "address",
        [WB_TROUBLE_GRANT] = "grant",
        [WB_TROUBLE_CREDENTIALS] = "credentials",
        [WB_TROUBLE_SHOP] = "shop",
        [WB_TROUBLE_CLOCK] = "clock",
    };

    return names[trouble];
}

static void
put_scopes(wb_json_writer *out, const char *scopes)
{
    wb_json_put_key(out, "scopes");
    wb_json_open(out, '[');
    for (const char *at = scopes; *at;) {
        size_t len = strcspn(at, " ");

        if (len)
            wb_json_put_text(out, (wb_view){at, len});
        at += len + (at[len] == ' ');
    }
    wb_json_close(out, ']');
}

static void
put_subject(wb_json_writer *out, const subject *self)
{
    const wb_audit_result *result = &self->result;
    WB_AUTO(wb_buf_fini) wb_buf words = {0};

    wb_buf_init(&words, WORDS_MAX);
    words_of(self, &words);
    wb_json_open(out, '{');
    wb_json_member_text(out, "account", self->account->key_view);
    wb_json_member_text(out, "connector", wb_view_of(self->account->connector->name));
    wb_json_member_text(out, "verdict", wb_view_of(verdict_of(result)));
    wb_json_member_bool(out, "wrong", is_wrong(result));
    wb_json_member_text(out, "trouble", wb_view_of(trouble_name(result->trouble)));
    wb_json_member_text(out, "operation", wb_view_of(result->op));
    wb_json_member_text(out, "host", wb_view_of(result->host));
    wb_json_member_int(out, "status", result->status);
    wb_json_member_text(out, "shop", wb_view_of(result->shop));
    wb_json_member_text(out, "region", wb_view_of(result->region));
    put_scopes(out, result->scopes);
    wb_json_member_text(out, "has", wb_view_of(result->has));
    wb_json_member_text(out, "lacks", wb_view_of(result->lacks));
    wb_json_member_text(out, "untold", wb_view_of(result->untold));
    if (result->expires_utc_us) {
        wb_json_put_key(out, "expires");
        wb_json_put_time(out, result->expires_utc_us);
    }
    wb_json_member_int(out, "clock_ahead_ms", result->clock_ahead_us / WB_US_PER_MS);
    wb_json_member_int(out, "took_ms", result->took_us / WB_US_PER_MS);
    wb_json_member_text(out, "text", wb_buf_view(&words));
    wb_json_close(out, '}');
}

static void
print_json(const online *self)
{
    for (size_t i = 0; i < self->count; i++) { /* one at a time: there may be ten thousand */
        WB_AUTO(wb_buf_fini) wb_buf text = {0};
        wb_json_writer out;

        wb_buf_init(&text, 65536);
        wb_json_writer_init(&out, &text);
        put_subject(&out, &self->subjects[i]);
        printf("%s%s", i ? "," : "{\"accounts\":[", wb_buf_text(&text));
    }
    printf("%s]}\n", self->count ? "" : "{\"accounts\":[");
}

/* --- asked --- */

static void
on_done(void *arg, const wb_audit_result *result)
{
    subject *self = arg;

    self->result = *result;
    self->owner->ended++;
}

static wb_rc
ask_all(online *self, wb_err *err)
{
    wb_rc rc = WB_OK;

    while (!rc && self->ended < self->count) {
        while (self->next < self->count && self->next - self->ended < AT_ONCE) {
            subject *at = &self->subjects[self->next++];

            wb_audit_start(self->http, at->account, self->sole, on_done, at);
        }
        if (self->ended < self->count)
            rc = wb_loop_turn(self->loop, 1000, err);
    }
    return rc;
}

static bool
choose_one(online *self, const char *name)
{
    wb_account *account = wb_accounts_find(self->accounts, wb_view_of(name));

    if (!account)
        account = wb_accounts_find_name(self->accounts, wb_view_of(name));
    if (!account) {
        fprintf(stderr, "waybill check: there is no account %.200s\n", name);
        return false;
    }
    self->subjects[self->count++] = (subject){.account = account, .owner = self};
    return true;
}

static bool
choose(online *self, const wb_words *names)
{
    size_t all = wb_accounts_count(self->accounts);
    bool known = true;

    self->subjects = wb_alloc((all > names->count ? all : names->count) * sizeof *self->subjects);
    for (size_t i = 0; i < names->count; i++)
        known &= choose_one(self, names->items[i]);
    for (size_t i = 0; !names->count && i < all; i++)
        self->subjects[self->count++] =
            (subject){.account = wb_accounts_at(self->accounts, i), .owner = self};
    return known;
}

static wb_rc
open_all(online *self, wb_err *err)
{
    const wb_config_tree *tree = wb_config_tree_of(self->config);
    wb_http_conf http = {.connect_timeout_ms = 5000,
                         .max_connections = tree->http_connections,
                         .ca_file = tree->ca_file && *tree->ca_file ? tree->ca_file : NULL,
                         .user_agent = "waybill/" WB_VERSION};
    wb_rc rc = wb_loop_new(&self->loop, err);

    self->sole = !wb_state_is_held(tree->state);
    return rc ? rc : wb_http_new(&self->http, self->loop, &http, err);
}

static void
online_fini(online *self)
{
    wb_http_destroy(&self->http);
    wb_loop_destroy(&self->loop);
    wb_accounts_destroy(&self->accounts);
    wb_free(&self->subjects);
    wb_config_destroy(&self->config);
}

static int
verdict(const online *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (is_wrong(&self->subjects[i].result))
            return EXIT_NO;
    return EXIT_DONE;
}

int
wb_check_online(const char *path, const wb_words *names, bool as_json)
{
    WB_AUTO(online_fini) online self = {0};
    wb_err err = {0};
    int code;

    wb_log_init("check");
    wb_log_set_level(WB_ERROR);
    code = wb_place_load(&self.config, path, false);
    if (code)
        return code;
    self.accounts = wb_accounts_new(self.config);
    if (!choose(&self, names))
        return EXIT_USAGE;
    if (open_all(&self, &err) || ask_all(&self, &err)) {
        fprintf(stderr, "waybill check: %s\n", err.text);
        return EXIT_AGAIN;
    }
    if (as_json)
        print_json(&self);
    else
        print_table(&self);
    return verdict(&self);
}
