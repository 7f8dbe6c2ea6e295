/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amazon - the queue of a seller, the token service and the orders API, seen from their own side
 *
 * What changes is told to the queue of the seller; a read answers the newest version. Start reading
 * at the bottom.
 */
#include "tools/sim/systems/amazon/amazon.h"

#include "protocol/base/own.h"
#include "tools/sim/systems/amazon/seller.h"
#include "tools/sim/systems/amazon/sqs.h"

#include <stdio.h>

#define DOUBLE_DELAY_MS 50
#define REQUEST_ID_MAX 80

static const wb_option options[] = {
    WB_MS(wb_sim_amazon_conf, token_ttl, "1h", 1, 86400000, "life of an access token"),
    WB_MS(wb_sim_amazon_conf, search_lag, "2m", 0, 86400000, "lists end so long before now"),
    WB_INT(wb_sim_amazon_conf, items_page, "100", 1, 1000,
           "items on one page of a v0 order's items"),
    WB_MS(wb_sim_amazon_conf, visibility, "30s", 0, 43200000, "visibility time-out of the queues"),
    WB_END,
};

static const wb_sim_op ops[] = {
#define WB_SIM_OP_ROW(id, name, at, rate, burst) {name, at, rate, burst},
    WB_SIM_AMAZON_OPS(WB_SIM_OP_ROW)
#undef WB_SIM_OP_ROW
        {0},
};

wb_sim_amazon *
wb_sim_amazon_of(const wb_sim_visit *visit)
{
    return visit->part->state;
}

/* --- how each place says no --- */

/* Numbered, in the form of a UUID. */
static void
request_id(char dst[REQUEST_ID_MAX])
{
    static uint64_t number;

    (void)snprintf(dst, REQUEST_ID_MAX, "x-amzn-RequestId: 5afe0000-0000-4000-9000-%012llx\r\n",
                   (unsigned long long)++number);
}

void
wb_sim_answer_aws(wb_sim_conn *conn, int status, wb_view body)
{
    char id[REQUEST_ID_MAX];

    request_id(id);
    wb_sim_http_answer(conn, &(wb_sim_answer){
                                 .status = status,
                                 .type = "application/x-amz-json-1.0",
                                 .headers = wb_view_of(id),
                                 .body = body,
                             });
}

static void
refuse_sqs(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    wb_sim_fill(visit->sim, "{\"__type\":\"com.amazonaws.sqs#%s\",\"message\":\"%s\"}", code,
                message);
    wb_sim_answer_aws(visit->conn, status, wb_buf_view(&visit->sim->body));
}

static void
refuse_lwa(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    wb_sim_fill(visit->sim, "{\"error\":\"%s\",\"error_description\":\"%s\"}", code, message);
    wb_sim_answer_json(visit->conn, status, wb_buf_view(&visit->sim->body));
}

/* The orders API tells the limit on 400 and 404 too, and which request it was, always. */
static void
refuse_order(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    char limit[64], id[REQUEST_ID_MAX], both[sizeof limit + sizeof id];
    wb_view header = {"", 0};

    wb_sim_fill(visit->sim, "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\",\"details\":\"\"}]}",
                code, message);
    request_id(id);
    if (visit->op >= 0 && (status == 400 || status == 404))
        header = wb_sim_limit_header(visit, limit, sizeof limit);
    int len = snprintf(both, sizeof both, "%s%.*s", id, WB_VIEW_ARG(header));
    wb_sim_http_answer(visit->conn, &(wb_sim_answer){
                                        .status = status,
                                        .type = "application/json",
                                        .headers = {both, (size_t)len},
                                        .body = wb_buf_view(&visit->sim->body),
    });
}

/* 422 is no word of the orders API: a proxy may say it. */
static const wb_sim_word orders_words[] = {
    {400, "InvalidInput",
     "The input you have submitted is not valid. Please check your input and try again."},
    {403, "Unauthorized", "Access to requested resource is denied."                     },
    {404, "NotFound",     "The requested resource doesn't exist."                       },
    {422, "InvalidInput", "The order cannot be processed."                              },
    {0,   NULL,           NULL                                                          },
};

static const wb_sim_place places[] = {
    [WB_SIM_AT_SQS] = {.name = "sqs",
                       .delay = "sqs",
                       .nature = WB_SIM_ANNOUNCES,
                       .throttled = "RequestThrottled",
                       .refuse = refuse_sqs},
    [WB_SIM_AT_LWA] = {.name = "lwa",
                       .delay = "lwa",
                       .throttled = "QuotaExceeded",
                       .refuse = refuse_lwa},
    [WB_SIM_AT_ORDERS] = {.name = "orders",
                       .delay = "api",
                       .nature = WB_SIM_GIVES | WB_SIM_GUARDED,
                       .throttled = "QuotaExceeded",
                       .words = orders_words,
                       .refuse = refuse_order},
    {0             },
};

static const wb_sim_route routes[] = {
    {"POST",                         "/", WB_SIM_AT_SQS, wb_sim_on_sqs},
    {"GET",                 "/orders/2026-01-01/orders/*", WB_SIM_AT_ORDERS, wb_sim_on_order},
    {"POST",                              "/auth/o2/token", WB_SIM_AT_LWA, wb_sim_on_token},
    {"GET","/orders/2026-01-01/orders", WB_SIM_AT_ORDERS, wb_sim_on_search},
    {"GET",               "/orders/v0/orders*", WB_SIM_AT_ORDERS, wb_sim_on_v0},
    {0                        },
};

static const wb_sim_own_fault faults[] = {
    [WB_SIM_FAULT_DELETE_PART] = {"delete_part",                       WB_SIM_AT_SQS, "an entry of a delete batch fails",
                                  NULL},
    {0},
};

/* --- its life in a world --- */

static void *
make(wb_sim_part *part)
{
    wb_sim_amazon *self = wb_alloc(sizeof *self);

    self->part = part;
    self->conf = part->conf;
    self->sqs = wb_sim_sqs_new(part->sim);
    self->seller_count = part->account_count;
    self->sellers = wb_alloc(self->seller_count * sizeof *self->sellers);
    for (size_t i = 0; i < self->seller_count; i++) {
        wb_sim_seller_init(&self->sellers[i], &part->accounts[i]);
        (void)wb_sim_sqs_make(self->sqs, wb_view_of(self->sellers[i].queue),
                              self->conf->visibility);
    }
    return self;
}

static void
destroy(void *state)
{
    wb_sim_amazon *self = state;

    wb_sim_sqs_destroy(&self->sqs);
    wb_free(&self->sellers);
    wb_free(&self);
}

/* A change is told to the queue of its seller. */
static void
changed(wb_sim_part *part, uint32_t order, uint32_t version)
{
    const wb_sim_amazon *self = part->state;
    const wb_sim_seller *seller = &self->sellers[wb_sim_market_account(part->sim->market, order)];
    wb_sim_sqs_queue *queue = wb_sim_sqs_find(self->sqs, wb_view_of(seller->queue));
    wb_sim_content content = {.order = order, .version = version};
    int64_t delay_ms = 0;

    if (wb_sim_strikes(part, WB_SIM_FAULT_NOTICE_LATE, WB_SIM_AT_SQS))
        delay_ms = part->sim->conf.notice_delay;
    bool front = wb_sim_strikes(part, WB_SIM_FAULT_NOTICE_REORDER, WB_SIM_AT_SQS);
    (void)wb_sim_sqs_put(queue, &content, delay_ms, front);
    if (wb_sim_strikes(part, WB_SIM_FAULT_NOTICE_DOUBLE, WB_SIM_AT_SQS))
        (void)wb_sim_sqs_put(queue, &content, delay_ms + DOUBLE_DELAY_MS, false);
    content.order |= WB_SIM_FOREIGN;
    if (wb_sim_strikes(part, WB_SIM_FAULT_OTHER_SELLER, WB_SIM_AT_SQS))
        (void)wb_sim_sqs_put(queue, &content, delay_ms, false);
}

static uint64_t
backlog(const wb_sim_part *part)
{
    return wb_sim_sqs_backlog(((const wb_sim_amazon *)part->state)->sqs);
}

static void
turn(wb_sim_part *part)
{
    wb_sim_sqs_wake(((wb_sim_amazon *)part->state)->sqs);
}

static void
stats(const wb_sim_part *part, wb_json_writer *writer)
{
    wb_sim_sqs_stats counts;

    wb_sim_sqs_stats_of(((const wb_sim_amazon *)part->state)->sqs, &counts);
    wb_json_put_key(writer, "notices");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "sent", (int64_t)counts.sent);
    wb_json_member_int(writer, "received", (int64_t)counts.received);
    wb_json_member_int(writer, "deleted", (int64_t)counts.deleted);
    wb_json_member_int(writer, "deleted_late", (int64_t)counts.deleted_late);
    wb_json_member_int(writer, "visible", (int64_t)counts.visible);
    wb_json_member_int(writer, "in_flight", (int64_t)counts.in_flight);
    wb_json_member_int(writer, "delayed", (int64_t)counts.delayed);
    wb_json_member_int(writer, "waiting", (int64_t)counts.waiting);
    wb_json_close(writer, '}');
}

/* --- who its sellers are --- */

static const wb_sim_seller *
seller_of(const wb_sim_part *part, unsigned number)
{
    return &((const wb_sim_amazon *)part->state)->sellers[number - 1];
}

static void
account(const wb_sim_part *part, unsigned number, wb_json_writer *writer)
{
    const wb_sim_seller *at = seller_of(part, number);

    wb_json_member_text(writer, "seller_id", wb_view_of(at->seller_id));
    wb_json_member_text(writer, "queue", wb_view_of(at->queue));
    wb_json_member_text(writer, "access_key", wb_view_of(at->access_key));
    wb_json_member_text(writer, "secret_key", wb_view_of(at->secret_key));
    wb_json_member_text(writer, "session_token", wb_view_of(at->session_token));
    wb_json_member_text(writer, "client_id", wb_view_of(at->client_id));
    wb_json_member_text(writer, "client_secret", wb_view_of(at->client_secret));
    wb_json_member_text(writer, "refresh_token", wb_view_of(at->refresh_token));
}

static void
shop(const wb_sim_part *part, unsigned number, wb_sim_setup *out)
{
    const wb_sim_seller *at = seller_of(part, number);
    int port = part->sim->port;
    const wb_sim_play *play = part->sim->play;
    wb_json_ref own = wb_sim_play_account(play, part->system->name, number);
    bool queue = !play || wb_sim_play_text(play, own, "options.queue_url").len;

    wb_sim_setup_option(out, "aws_region", "us-east-1");
    wb_sim_setup_option(out, "endpoint", "http://127.0.0.1:%d", port);
    wb_sim_setup_option(out, "lwa_endpoint", "http://127.0.0.1:%d/auth/o2/token", port);
    wb_sim_setup_option(out, "sqs_endpoint", "http://127.0.0.1:%d", port);
    if (queue)
        wb_sim_setup_option(out, "queue_url", "http://127.0.0.1:%d/000000000000/%s", port,
                            at->queue);
    wb_sim_setup_option(out, "visibility", play ? "5s" : "30s");
    wb_sim_setup_secret(out, "client_id", at->client_id);
    wb_sim_setup_secret(out, "client_secret", at->client_secret);
    wb_sim_setup_secret(out, "refresh_token", at->refresh_token);
    if (play) /* a person's own schedule is too long for a run */
        wb_sim_setup_stream(out, "orders.sync", "interval_ms: 3s, margin_ms: 2s, overlap_ms: 5s");
    if (!queue)
        return;
    wb_sim_setup_secret(out, "aws_access_key_id", at->access_key);
    wb_sim_setup_secret(out, "aws_secret_access_key", at->secret_key);
    wb_sim_setup_secret(out, "aws_session_token", at->session_token);
}

const wb_sim_system wb_sim_system_amazon = {
    .name = "amazon",
    .summary = "its queue, its token service, its orders API",
    .usual = WB_SIM_USUAL_SHOP,
    .options = options,
    .conf_size = sizeof(wb_sim_amazon_conf),
    .places = places,
    .ops = ops,
    .routes = routes,
    .faults = faults,
    .gives = WB_SIM_AT_ORDERS,
    .announces = WB_SIM_AT_SQS,
    .make = make,
    .destroy = destroy,
    .changed = changed,
    .backlog = backlog,
    .turn = turn,
    .stats = stats,
    .account = account,
    .shop = shop,
};
