/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webhook - the receiver that the webhook connector documents
 *
 *   POST /erp/NAME               takes records
 *   GET  /erp/NAME/records/KEY   tells about one; KEY percent-encoded
 *
 * A record is {"key", "revision", "idempotency_key", "record": {...}}, a batch is {"records":
 * [...]}. A keyed target compares keys and revisions; a probed one applies whatever comes in. The
 * version marker is record.seller_order_id, or stands in another text of the record. A record may
 * come bare as well, its key and revision in headers. GET /erp/NAME says that all is well.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/take.h"

#include <string.h>

#define SKEW_MAX_S 300
#define PLAYED_SECRET "played-hook-secret"

enum { AT_ERP };
enum { OP_PUSH, OP_PROBE };

typedef struct {
    char *erp_secret;
} conf;

/* One push on its way. */
typedef struct {
    wb_sim_taking taking;
    wb_view idempotency; /* by header: of a single record */
    wb_json_writer writer;
    bool fresh;
} push;

/* "" = it looks at no signature. Of a configuration that is played it is none of the person's own.
 */
static const char *
secret_of(const wb_sim_part *part, const char *target)
{
    const conf *own = part->conf;
    const wb_sim_play *play = part->sim->play;

    if (!play)
        return own->erp_secret;
    return wb_sim_play_text(play, wb_sim_play_target(play, target), "options.secret").len
               ? PLAYED_SECRET
               : "";
}

/* X-Waybill-Signature: t=<unix seconds>,v1=<hex HMAC of "<t>.<body>">, when a secret is set. */
static bool
signature_good(const wb_sim_visit *visit, const wb_sim_target *target)
{
    const char *secret = secret_of(visit->part, target->name);
    wb_buf *scratch = &visit->sim->scratch;
    wb_view given = wb_sim_request_header(visit->request, "x-waybill-signature");
    const char *comma = given.len ? memchr(given.data, ',', given.len) : NULL;
    uint8_t mac[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];
    int64_t unix_s = 0;

    if (!*secret)
        return true;
    if (!comma || given.len < 6 || memcmp(given.data, "t=", 2) != 0 ||
        memcmp(comma, ",v1=", 4) != 0)
        return false;
    wb_view time = {given.data + 2, (size_t)(comma - given.data) - 2};
    wb_view digest = {comma + 4, given.len - (size_t)(comma + 4 - given.data)};
    int64_t now_s = wb_now_utc_us() / WB_US_PER_S;
    if (wb_text_int(&unix_s, time, NULL) || unix_s < now_s - SKEW_MAX_S ||
        unix_s > now_s + SKEW_MAX_S)
        return false;
    wb_buf_clear(scratch);
    wb_buf_add_view(scratch, time);
    wb_buf_add_char(scratch, '.');
    wb_buf_add_view(scratch, visit->request->body);
    wb_hmac_sha256(mac, wb_view_of(secret), wb_buf_view(scratch));
    wb_hex(hex, mac, sizeof mac);
    return wb_digest_same(wb_view_of(hex), digest);
}

/* Which version of which order it is: by its marker. Rules and programs of a configuration that is
 * played may have taken that away: then by its key, and it counts as the newest. */
static void
read_marker(const wb_sim_visit *visit, wb_json_ref record, wb_sim_arrival *out)
{
    wb_json *json = visit->sim->json;
    const wb_sim_market *market = visit->sim->market;
    const char *slash = out->key.len ? memrchr(out->key.data, '/', out->key.len) : NULL;
    wb_view marker = {NULL, 0}, id = out->key;

    wb_ignore(wb_json_text(json, wb_json_get(json, record, "seller_order_id"), &marker, "", NULL),
              "it has none there");
    if (wb_sim_marker(marker, &out->number, &out->version) ||
        wb_sim_marker_in(wb_json_raw(json, record), &out->number, &out->version))
        return;
    if (slash)
        id = (wb_view){slash + 1, out->key.len - (size_t)(slash + 1 - out->key.data)};
    out->number = visit->sim->play ? wb_sim_market_number(market, id) : WB_SIM_NO_ORDER;
    if (out->number == WB_SIM_NO_ORDER || wb_sim_is_foreign(out->number))
        out->number = WB_SIM_UNMARKED;
    else
        out->version = wb_sim_market_newest(market, out->number);
}

/* A record alone, whose envelope stands in headers. */
static bool
read_bare(const wb_sim_visit *visit, wb_sim_arrival *out)
{
    wb_view revision = wb_sim_request_header(visit->request, "x-waybill-revision");

    out->key = wb_sim_request_header(visit->request, "x-waybill-key");
    if (!out->key.len || wb_text_uint(&out->revision, revision, NULL) || !out->revision)
        return false;
    read_marker(visit, 0, out);
    return true;
}

static bool
arrival_read(const wb_sim_visit *visit, wb_json_ref at, wb_sim_arrival *out)
{
    wb_json *json = visit->sim->json;
    int64_t revision = 0;

    if (!at && wb_json_get(json, at, "key") == WB_JSON_NONE)
        return read_bare(visit, out);
    if (wb_json_text(json, wb_json_get(json, at, "key"), &out->key, "key", NULL) ||
        wb_json_int(json, wb_json_get(json, at, "revision"), &revision, "revision", NULL) ||
        wb_json_text(json, wb_json_get(json, at, "idempotency_key"), &out->idempotency, "key",
                     NULL))
        return false;
    out->revision = (uint64_t)revision;
    read_marker(visit, wb_json_get(json, at, "record"), out);
    return out->key.len && revision > 0;
}

/* A text that not every reader takes, or none where one could be. */
static void
put_reason(push *self, const char *reason)
{
    const wb_sim_part *part = self->taking.visit->part;

    if (wb_sim_strikes(part, WB_SIM_FAULT_BROKEN_TEXT, AT_ERP)) {
        wb_json_put_key(&self->writer, "reason");
        wb_json_put_raw(&self->writer, WB_VIEW_LIT("\"gr\xfc\xdf \\ud83d\""));
    } else if (wb_sim_strikes(part, WB_SIM_FAULT_NULLS, AT_ERP)) {
        wb_json_put_key(&self->writer, "reason");
        wb_json_put_null(&self->writer);
    } else if (reason) {
        wb_json_member_text(&self->writer, "reason", wb_view_of(reason));
    }
}

static void
put_result(push *self, wb_view key, const char *status, const char *reason)
{
    wb_json_open(&self->writer, '{');
    if (key.len)
        wb_json_member_text(&self->writer, "key", key);
    wb_json_member_text(&self->writer, "status", wb_view_of(status));
    put_reason(self, reason);
    wb_json_close(&self->writer, '}');
}

static void
push_one(push *self, wb_json_ref at)
{
    wb_sim_arrival arrival = {.number = WB_SIM_UNMARKED};

    if (!arrival_read(self->taking.visit, at, &arrival)) {
        put_result(self, arrival.key, "refused", "key and revision are needed");
        return;
    }
    if (!arrival.idempotency.len)
        arrival.idempotency = self->idempotency;
    wb_sim_taken said = wb_sim_take(&self->taking, &arrival);
    self->fresh |= said.fresh;
    put_result(self, arrival.key, said.word, said.reason);
}

static void
push_all(push *self)
{
    wb_sim *sim = self->taking.visit->sim;
    wb_json_ref list = wb_json_get(sim->json, 0, "records");

    wb_buf_clear(&sim->body);
    wb_json_writer_init(&self->writer, &sim->body);
    wb_json_open(&self->writer, '{');
    wb_json_put_key(&self->writer, "results");
    wb_json_open(&self->writer, '[');
    self->taking.in_batch = wb_json_kind(sim->json, list) == WB_JSON_ARRAY;
    if (!self->taking.in_batch)
        push_one(self, 0);
    for (wb_json_ref at = wb_json_first(sim->json, list); at != WB_JSON_NONE;
         at = wb_json_next(sim->json, at))
        push_one(self, at);
    if (wb_sim_strikes(self->taking.visit->part, WB_SIM_FAULT_ELEMENT_UNUSABLE, AT_ERP))
        wb_json_put_int(&self->writer, 7);
    wb_json_close(&self->writer, ']');
    wb_json_close(&self->writer, '}');
}

/* One record of a request that may be refused as a whole. */
static bool
refused_alone(const wb_sim_taking *taking, wb_json_ref at, wb_sim_refusal *out)
{
    wb_sim_arrival arrival = {.number = WB_SIM_UNMARKED};

    if (!arrival_read(taking->visit, at, &arrival) && !arrival.key.len)
        return false;
    return wb_sim_take_refused(taking, &arrival, out);
}

/* Does the request hold records that are refused? Then it is, whole: nobody looks which it was. */
static bool
holds_refused(const wb_sim_taking *taking, wb_sim_refusal *out)
{
    wb_sim *sim = taking->visit->sim;
    wb_json_ref list = wb_json_get(sim->json, 0, "records");
    wb_sim_refusal one;
    bool found = false;

    wb_sim_refusals_enter(sim, wb_sim_at(taking->visit));
    if (wb_json_kind(sim->json, list) != WB_JSON_ARRAY)
        return refused_alone(taking, 0, out);
    for (wb_json_ref at = wb_json_first(sim->json, list); at != WB_JSON_NONE;
         at = wb_json_next(sim->json, at)) {
        if (!refused_alone(taking, at, &one))
            continue;
        *out = one;
        found = true;
    }
    return found;
}

/* A batch or record that is refused before anything of it is done. */
static bool
push_refused(const wb_sim_taking *taking)
{
    const wb_sim_visit *visit = taking->visit;
    wb_json *json = visit->sim->json;
    wb_json_ref first = wb_json_first(json, wb_json_get(json, 0, "records"));
    bool batch = first != WB_JSON_NONE && wb_json_next(json, first) != WB_JSON_NONE;
    wb_sim_refusal refusal;

    if (!signature_good(visit, taking->target))
        wb_sim_refuse(visit, 401, "signature", "the signature is wrong");
    else if (holds_refused(taking, &refusal))
        wb_sim_refusal_answer(visit, &refusal);
    else if (batch && wb_sim_strikes(visit->part, WB_SIM_FAULT_REFUSE_BATCH, AT_ERP))
        wb_sim_refuse(visit, 422, "batch", "the batch is refused as a whole");
    else
        return false;
    return true;
}

static void
push_answer(const wb_sim_visit *visit, const wb_sim_target *target)
{
    wb_view body = wb_buf_view(&visit->sim->body);

    if (!strcmp(target->result, WB_SIM_ANSWER_UNREADABLE))
        body = WB_VIEW_LIT("<html>all went well</html>");
    else if (!strcmp(target->result, WB_SIM_ANSWER_SILENT))
        body = WB_VIEW_LIT("{\"results\":[]}");
    wb_sim_answer_json(visit->conn, 200, body);
}

/* The target that the path names. NULL = it is answered. */
static wb_sim_target *
target_of(const wb_sim_visit *visit)
{
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, visit->segment[0]);

    if (!target)
        wb_sim_refuse(visit, 404, "target", "no such target");
    return target;
}

static void
on_push(wb_sim_visit *visit)
{
    wb_sim_target *target = target_of(visit);
    push it = {
        .taking = {
                   .visit = visit, .target = target, .things = wb_sim_market_things(visit->sim->market)}
    };

    if (!target)
        return;
    target->requests++;
    if (target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL); /* it hangs until the client gives up */
        return;
    }
    if (wb_sim_begin(visit, OP_PUSH))
        return;
    if (wb_json_parse(visit->sim->json, visit->request->body, NULL)) {
        wb_sim_refuse(visit, 400, "json", "the body is not JSON");
        return;
    }
    if (push_refused(&it.taking))
        return;
    it.idempotency = wb_sim_request_header(visit->request, "idempotency-key");
    push_all(&it);
    wb_sim_take_end(&it.taking, it.fresh);
    push_answer(visit, target);
}

static void
on_probe(wb_sim_visit *visit)
{
    wb_sim *sim = visit->sim;
    wb_sim_target *target = target_of(visit);
    wb_json_writer writer;
    uint64_t revision = 0;

    if (!target)
        return;
    if (target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL);
        return;
    }
    if (wb_sim_begin(visit, OP_PROBE))
        return;
    wb_buf_clear(&sim->scratch);
    if (wb_unpercent(&sim->scratch, visit->segment[1], NULL)) {
        wb_sim_refuse(visit, 400, "key", "a bad escape");
        return;
    }
    wb_view key = wb_buf_view(&sim->scratch);
    if (!wb_sim_ledger_probe(target->ledgers[0], key, &revision)) {
        wb_sim_refuse(visit, 404, "absent", "no such record");
        return;
    }
    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "key", key);
    wb_json_put_key(&writer, "revision");
    wb_json_put_uint(&writer, revision);
    wb_json_close(&writer, '}');
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&sim->body));
}

/* Whoever may post is told so. */
static void
on_ask(wb_sim_visit *visit)
{
    wb_sim_answer_json(visit->conn, 200, WB_VIEW_LIT("{\"ok\":true}"));
}

static void
on_nothing(wb_sim_visit *visit)
{
    wb_sim_refuse(visit, 404, "path", "no such path");
}

static void
erp(const wb_sim_part *part, const char *name, wb_sim_setup *out)
{
    const char *secret = secret_of(part, name);
    wb_json_ref played = wb_sim_play_target(part->sim->play, name);

    wb_sim_setup_option(out, "url", "http://127.0.0.1:%d/erp/%s", part->sim->port, name);
    if (*secret)
        wb_sim_setup_secret(out, "secret", secret);
    if (!part->sim->play)
        return;
    if (wb_sim_play_text(part->sim->play, played, "options.probe_url").len)
        wb_sim_setup_option(out, "probe_url", "http://127.0.0.1:%d/erp/%s/records/{key}",
                            part->sim->port, name);
    if (wb_sim_play_text(part->sim->play, played, "options.ask_url").len)
        wb_sim_setup_option(out, "ask_url", "http://127.0.0.1:%d/erp/%s", part->sim->port, name);
}

static const wb_option options[] = {
    WB_TEXT(conf, erp_secret, "", "check X-Waybill-Signature with it"),
    WB_END,
};

static const wb_sim_word words[] = {
    {400, "invalid",       "the record is not valid"       },
    {403, "forbidden",     "this record may not be written"},
    {404, "linked",        "a linked item is unknown"      },
    {422, "unprocessable", "the record cannot be processed"},
    {0,   NULL,            NULL                            },
};

static const wb_sim_place places[] = {
    [AT_ERP] = {.name = "erp",
                .delay = "erp",
                .nature = WB_SIM_TAKES,
                .throttled = "QuotaExceeded",
                .words = words},
    {0},
};

static const wb_sim_op ops[] = {
    [OP_PUSH] = {"erp.push", AT_ERP, 0, 0},
    [OP_PROBE] = {"erp.probe",         AT_ERP, 0, 0},
    {0         },
};

static const wb_sim_route routes[] = {
    {"POST",               "/erp/{}", AT_ERP, on_push},
    {"GET",              "/erp/{}/records/*", AT_ERP, on_probe},
    {"GET",                    "/erp/{}", AT_ERP, on_ask},
    {NULL,"/erp/*", AT_ERP, on_nothing},
    {0           },
};

const wb_sim_system wb_sim_system_webhook = {
    .name = "webhook",
    .summary = "any number of targets, by name",
    .usual = WB_SIM_USUAL_ERP,
    .options = options,
    .conf_size = sizeof(conf),
    .places = places,
    .ops = ops,
    .routes = routes,
    .erp = erp,
};
