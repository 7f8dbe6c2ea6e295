/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the settings of an Amazon seller account, and the endpoints that follow from them
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/base/own.h"

#define INCLUDED_DATA                                                                              \
    "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"

static const char *const region_names[] = {"auto", "na", "eu", "fe", NULL};
static const char *const api_names[] = {"2026-01-01", "v0", NULL};

const wb_option amazon_rows[] = {
    WB_CHOICE(amazon_options, region, "auto", region_names,
              "region group of the seller; auto = by aws_region"),
    WB_TEXT(amazon_options, aws_region, "", "AWS region, such as us-east-1"),
    WB_TEXT(amazon_options, endpoint, "", "SP-API base URL; none = by region"),
    WB_TEXT(amazon_options, lwa_endpoint, AMAZON_LWA_URL, "Login with Amazon: the token URL"),
    WB_TEXT(amazon_options, sqs_endpoint, "", "SQS base URL; none = by queue_url and sqs_region"),
    WB_TEXT(amazon_options, sqs_region, "", "region that SQS is signed for; none = by queue_url"),
    WB_TEXT(amazon_options, queue_url, "", "the queue that notifications arrive in"),
    WB_TEXT(amazon_options, seller_id, "",
            "the seller's id (merchant token): notifications of another one are set aside; none = "
            "all are taken"),
    WB_TEXT(amazon_options, client_id, NULL, "Login with Amazon: the application's client id"),
    WB_SECRET(amazon_options, client_secret, NULL, "Login with Amazon: its secret"),
    WB_SECRET(amazon_options, refresh_token, NULL, "Login with Amazon: the seller's grant"),
    WB_SECRET(amazon_options, aws_access_key_id, "", "AWS access key, for the queue"),
    WB_SECRET(amazon_options, aws_secret_access_key, "", "its secret"),
    WB_SECRET(amazon_options, aws_session_token, "", "session token of temporary credentials"),
    WB_TEXTS(amazon_options, marketplaces, "", "marketplace ids; none = all (v0 needs them)"),
    WB_CHOICE(
        amazon_options, orders_api, "2026-01-01", api_names,
        "which Orders API is read; v0 ends on 27 March 2027, and gives names and addresses to a "
        "restricted data token alone, which is not asked for"),
    WB_TEXT(amazon_options, included_data, INCLUDED_DATA,
            "data sets of an order, with commas; FULFILLMENT must be among them"),
    WB_MS(amazon_options, visibility, "120s", 1000, 43200000,
          "how long a received message stays hidden from others"),
    WB_MS(amazon_options, wait, "20s", 0, AMAZON_SQS_WAIT_MAX_MS, "longest wait of one receive"),
    WB_INT(amazon_options, batch, "10", 1, AMAZON_SQS_BATCH_MAX, "messages of one receive"),
    WB_INT(amazon_options, page_size, "100", 1, AMAZON_PAGE_MAX, "orders on one page of a list"),
    WB_TEXT(amazon_options, application, "Waybill", "application name told to Amazon"),
    WB_TEXT(amazon_options, application_version, WB_VERSION, "application version told to Amazon"),
    WB_END,
};

const char amazon_example[] = "aws_region: eu-west-1\n"
                              "queue_url: https://sqs.eu-west-1.amazonaws.com/123456789012/orders\n"
                              "client_id: ${env:SP_API_CLIENT_ID}\n"
                              "client_secret: ${file:secrets/client_secret}\n"
                              "refresh_token: ${file:secrets/refresh_token}\n"
                              "aws_access_key_id: ${env:AWS_ACCESS_KEY_ID}\n"
                              "aws_secret_access_key: ${env:AWS_SECRET_ACCESS_KEY}\n";

/* What begins with AWS_ is set wherever somebody works with AWS. */
static const wb_variable variables[] = {
    {"client_id",                   {"SP_API_CLIENT_ID", "AMAZON_CLIENT_ID"}, true, false, "the application"},
    {"client_secret",                         {"SP_API_CLIENT_SECRET", "AMAZON_CLIENT_SECRET"}, true, false, "its secret"},
    {"refresh_token",
     {"SP_API_REFRESH_TOKEN", "AMAZON_REFRESH_TOKEN"},
     true, false,
     "the seller's grant"},
    {"queue_url",               {"SQS_QUEUE_URL", NULL}, true, false, "the queue of notifications"},
    {"aws_region",                         {"AWS_REGION", NULL}, true, true, "where the seller's region is told by"},
    {"aws_access_key_id",                 {"AWS_ACCESS_KEY_ID", NULL}, true, true, "who may read the queue"},
    {"aws_secret_access_key",               {"AWS_SECRET_ACCESS_KEY", NULL}, true, true, "its secret"},
    {"aws_session_token",                          {"AWS_SESSION_TOKEN", NULL}, false, true, "of temporary credentials"},
    {"endpoint",
     {"SP_API_ENDPOINT", NULL},
     false, false,
     "another host, a whole URL; without it the host follows from the region"},
    {"lwa_endpoint",                   {"LWA_ENDPOINT", NULL}, false, false, "another host for tokens, a whole URL"},
    {"sqs_endpoint",
     {"AWS_ENDPOINT_URL_SQS", NULL},
     false, true,
     "another host for the queue, a whole URL"},
    {0},
};
const wb_environment amazon_env = {"amazon", WB_RECORD_NONE, variables};

static const struct {
    amazon_region region;
    const char *aws_region, *url;
} endpoints[] = {
    {AMAZON_NA, "us-east-1", "https://sellingpartnerapi-na.amazon.com"},
    {AMAZON_EU, "eu-west-1", "https://sellingpartnerapi-eu.amazon.com"},
    {AMAZON_FE, "us-west-2", "https://sellingpartnerapi-fe.amazon.com"},
};

static bool
given(const char *text)
{
    return text && *text;
}

const char *
amazon_endpoint(const amazon_options *options)
{
    if (given(options->endpoint))
        return options->endpoint;
    for (size_t i = 0; i < WB_COUNT(endpoints); i++) {
        if (options->region == (int64_t)endpoints[i].region)
            return endpoints[i].url;
        if (options->region == AMAZON_REGION_AUTO && given(options->aws_region) &&
            strcmp(options->aws_region, endpoints[i].aws_region) == 0)
            return endpoints[i].url;
    }
    return NULL;
}

/* "https://host:port" of a URL; the rest is its path. */
static wb_view
origin_of(const char *url)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    return (wb_view){url, (size_t)(host - url) + strcspn(host, "/?#")};
}

static void
add_base(wb_buf *out, const char *url)
{
    size_t len = strlen(url);

    while (len && url[len - 1] == '/')
        len--;
    wb_buf_add(out, url, len);
}

void
amazon_lwa_url(const amazon_options *options, wb_buf *out)
{
    const char *url = given(options->lwa_endpoint) ? options->lwa_endpoint : AMAZON_LWA_URL;
    wb_view origin = origin_of(url);

    add_base(out, url);
    if (strlen(url) - origin.len <= 1) /* a host alone: the path is known */
        wb_buf_add_text(out, AMAZON_LWA_PATH);
}

/* "us-east-2" of "https://sqs.us-east-2.amazonaws.com/1234/name"; {NULL, 0} when it is another. */
static wb_view
queue_region(const char *queue_url)
{
    static const char head[] = "https://sqs.";
    const char *start, *dot;

    if (!given(queue_url) || strncmp(queue_url, head, strlen(head)) != 0)
        return (wb_view){NULL, 0};
    start = queue_url + strlen(head);
    dot = strchr(start, '.');
    if (!dot || strncmp(dot, ".amazonaws.com", 14) != 0)
        return (wb_view){NULL, 0};
    return (wb_view){start, (size_t)(dot - start)};
}

wb_view
amazon_sqs_region(const amazon_options *options)
{
    wb_view region = queue_region(options->queue_url);

    if (given(options->sqs_region))
        return wb_view_of(options->sqs_region);
    return region.len ? region
                      : wb_view_of(given(options->aws_region) ? options->aws_region : "us-east-1");
}

void
amazon_sqs_url(const amazon_options *options, wb_buf *out)
{
    wb_view region = amazon_sqs_region(options);
    const char *queue = given(options->queue_url) ? options->queue_url : "";

    if (given(options->sqs_endpoint))
        add_base(out, options->sqs_endpoint);
    else if (!strstr(queue, ".amazonaws.com")) /* an emulator: where the queue is */
        wb_buf_add_view(out, origin_of(queue));
    else
        wb_buf_addf(out, "https://sqs.%.*s.amazonaws.com%s", WB_VIEW_ARG(region),
                    strstr(queue, ".amazonaws.com.cn") ? ".cn" : "");
    wb_buf_add_char(out, '/');
}

void
amazon_queue_name(const amazon_options *options, wb_buf *out)
{
    wb_view origin;

    if (!given(options->queue_url))
        return;
    origin = origin_of(options->queue_url);
    amazon_sqs_url(options, out);
    add_base(out, options->queue_url + origin.len + (options->queue_url[origin.len] == '/'));
}

/* With an escape before each character it still fits: cut off, it would be refused. */
static bool
agent_fits(const amazon_options *self)
{
    size_t len = (self->application ? strlen(self->application) : 0) +
                 (self->application_version ? strlen(self->application_version) : 0);

    return 2 * len + strlen("/" AMAZON_USER_AGENT_REST) <= AMAZON_USER_AGENT_MAX;
}

/* One of the values of a comma-joined list? */
static bool
has_word(const char *csv, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = csv; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
            return true;
    }
    return false;
}

static void
check_orders(const amazon_options *self, const wb_complaints *out)
{
    const char *data = self->included_data ? self->included_data : "";

    if (self->orders_api == AMAZON_ORDERS_V0 && self->marketplaces.count == 0)
        wb_complain(out, WB_ABOUT("orders_api", "marketplaces"),
                    "v0 needs at least one of marketplaces");
    if (self->marketplaces.count > 50)
        wb_complain(out, WB_ABOUT("marketplaces"), "more than 50");
    if (data[strspn(data, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_,")])
        wb_complain(out, WB_ABOUT("included_data"), "words in capitals, with commas");
    else if (!has_word(data, "FULFILLMENT"))
        wb_complain(out, WB_ABOUT("included_data"), "without FULFILLMENT an order has no status");
}

void
amazon_check(const void *options, const wb_complaints *out)
{
    const amazon_options *self = options;

    if (!amazon_endpoint(self))
        wb_complain(out, WB_ABOUT("endpoint", "region", "aws_region"),
                    "cannot be known from aws_region '%.32s': set region or endpoint",
                    self->aws_region ? self->aws_region : "");
    if (given(self->queue_url) &&
        !(given(self->aws_access_key_id) && given(self->aws_secret_access_key)))
        wb_complain(out, WB_ABOUT("queue_url", "aws_access_key_id", "aws_secret_access_key"),
                    "needs aws_access_key_id and aws_secret_access_key");
    if (!agent_fits(self))
        wb_complain(out, WB_ABOUT("application", "application_version"),
                    "with its version too long to be told to Amazon");
    check_orders(self, out);
}
