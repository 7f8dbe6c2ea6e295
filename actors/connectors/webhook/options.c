/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the settings of a webhook account, and what contradicts what
 */
#include "actors/connectors/webhook/webhook.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define OWN_HEADERS_MAX 12 /* beside ours there is room for these: WB_REQUEST_HEADERS_MAX */

static const char *const unknown_names[] = {"resend", "probe", "park", NULL};
static const char *const style_names[] = {"envelope", "bare", NULL};

const wb_option webhook_rows[] = {
    WB_TEXT(webhook_options, url, NULL, "where each record is posted to"),
    WB_SECRET(webhook_options, secret, "", "signs each request: X-Waybill-Signature"),
    WB_INT(webhook_options, batch, "1", 1, WEBHOOK_BATCH_MAX,
           "records in one request; above 1 the body is always {\"records\":[...]}"),
    WB_BOOL(webhook_options, results, "false",
            "read an outcome for each record from the answer's body"),
    WB_TEXT(webhook_options, probe_url, "", "asks for one record by key: a URL with {key} in it"),
    WB_TEXT(webhook_options, ask_url, "",
            "answers 2xx to who may post to url: asked when one record alone is refused"),
    WB_CHOICE(webhook_options, after_unknown, "resend", unknown_names,
              "what follows an outcome that nobody knows"),
    WB_MS(webhook_options, timeout, "10s", 100, 600000, "longest wait for an answer"),
    WB_MS(webhook_options, settle, "15s", 0, 3600000,
          "how long a probe's \"not there\" may be work under way"),
    WB_TEXT(webhook_options, rate, "", "calls a second, such as 10 or 0.5; none = unlimited"),
    WB_INT(webhook_options, burst, "10", 1, 100000, "calls at once, when there is a rate"),
    WB_INT(webhook_options, in_flight, "0", 0, 1000, "calls under way at most; 0 = no such limit"),
    WB_TEXTS(webhook_options, headers, "", "headers to add, each \"Name: value\""),
    WB_CHOICE(webhook_options, style, "envelope", style_names,
              "bare: the body is the record alone, the rest is in headers"),
    WB_END,
};

const char webhook_example[] = "url: https://erp.example/orders\n"
                               "secret: ${env:ERP_WEBHOOK_SECRET}\n";

/* Without a target orders are read, kept and shown, and go nowhere: a person may want to see them
 * first. */
static const wb_variable variables[] = {
    {"url",
     {"ERP_WEBHOOK_URL", NULL},
     true, false,
     "where orders go; without it they are read, kept and shown"},
    {"secret",                                                        {"ERP_WEBHOOK_SECRET", NULL}, false, false, "signs what is sent"},
    {0},
};
const wb_environment webhook_env = {"erp", WB_RECORD_ORDER, variables};

/* Its scheme is looked at by who checks those of all. */
static bool
is_url(const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;

    if (!host)
        return url && *url;
    return host[3] && host[3] != '/' && !strpbrk(url, " \t\r\n\"<>");
}

static bool
is_token(const char *text, size_t len)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              (c && strchr(marks, c))))
            return false;
    }
    return len > 0;
}

/* Ours are not for the configuration to replace, nor are those that frame the request. */
static bool
is_ours(wb_view name)
{
    static const char *const ours[] = {"host",         "content-length",  "transfer-encoding",
                                       "content-type", "idempotency-key", "connection"};

    for (size_t i = 0; i < WB_COUNT(ours); i++)
        if (wb_text_same_nocase(name, wb_view_of(ours[i])))
            return true;
    return name.len >= 10 &&
           wb_text_same_nocase((wb_view){name.data, 10}, WB_VIEW_LIT("x-waybill-"));
}

static void
check_header(const char *text, const wb_complaints *out)
{
    const char *const *about = WB_ABOUT("headers");
    const char *colon = strchr(text, ':');

    if (!colon || !is_token(text, (size_t)(colon - text)))
        wb_complain(out, about, "each is \"Name: value\"");
    else if (strpbrk(text, "\r\n"))
        wb_complain(out, about, "a line break");
    else if (is_ours((wb_view){text, (size_t)(colon - text)}))
        wb_complain(out, about, "'%.*s' is set by waybill", (int)(colon - text), text);
}

static void
check_headers(const wb_option_list *list, const wb_complaints *out)
{
    char *const *headers = list->items;

    if (list->count > OWN_HEADERS_MAX)
        wb_complain(out, WB_ABOUT("headers"), "more than %d", OWN_HEADERS_MAX);
    for (size_t i = 0; i < list->count; i++)
        if (headers[i] && *headers[i])
            check_header(headers[i], out);
}

void
webhook_check(const void *options, const wb_complaints *out)
{
    const webhook_options *self = options;
    bool probes = self->probe_url && *self->probe_url;
    int64_t micro;

    if (!is_url(self->url))
        wb_complain(out, WB_ABOUT("url"), "not an http or https URL");
    if (probes && (!is_url(self->probe_url) || !strstr(self->probe_url, "{key}")))
        wb_complain(out, WB_ABOUT("probe_url"), "a URL with {key} in it");
    if (self->ask_url && *self->ask_url && !is_url(self->ask_url))
        wb_complain(out, WB_ABOUT("ask_url"), "not an http or https URL");
    if (self->after_unknown == WB_UNKNOWN_PROBE && !probes)
        wb_complain(out, WB_ABOUT("after_unknown", "probe_url"), "probe needs a probe_url");
    if (self->style == WEBHOOK_STYLE_BARE && self->batch > 1)
        wb_complain(out, WB_ABOUT("style", "batch"),
                    "bare carries one record, but batch is above 1");
    if (self->rate && *self->rate && (!wb_rate_parse(&micro, wb_view_of(self->rate)) || micro == 0))
        wb_complain(out, WB_ABOUT("rate"), "a number of calls a second, above 0");
    check_headers(&self->headers, out);
}

void
webhook_own_headers(const webhook_options *options, wb_request *out)
{
    char *const *headers = options->headers.items;

    for (size_t i = 0; i < options->headers.count && i < OWN_HEADERS_MAX; i++) {
        const char *colon = headers[i] ? strchr(headers[i], ':') : NULL;
        const char *value = colon ? colon + 1 : NULL;

        if (!colon)
            continue;
        while (*value == ' ')
            value++;
        /* they are where people put API keys: masked in dry runs */
        wb_request_add_header(out, (wb_view){headers[i], (size_t)(colon - headers[i])},
                              wb_view_of(value), true);
    }
}
