/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erp - webhook targets: /erp/NAME takes records, /erp/NAME/records/KEY tells about one
 *
 * The receiver that the webhook connector documents: a record is {"key", "revision",
 * "idempotency_key", "record": {...}}, a batch is {"records": [...]}. A keyed target compares keys
 * and revisions; a probed one applies whatever comes in. The version marker is
 * record.seller_order_id.
 */
#include "tools/sim/systems/webhook/erp.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/amazon/body.h"

#include <string.h>

#define NAME_MAX_LEN 64
#define TARGETS_MAX 1000
#define PROBE_PATH "/records/"
#define SKEW_MAX_S 300

struct wb_sim_erp {
    wb_sim *sim;
    wb_sim_target *first;
    size_t count;
};

/* One push on its way. */
typedef struct {
    wb_sim *sim;
    wb_sim_target *target;
    wb_view idempotency; /* by header: of a single record */
    wb_json_writer writer;
    bool fresh;
} push;

wb_sim_erp *
wb_sim_erp_new(wb_sim *sim)
{
    wb_sim_erp *self = wb_alloc(sizeof *self);

    self->sim = sim;
    return self;
}

void
wb_sim_erp_destroy(wb_sim_erp **self_p)
{
    while (*self_p && (*self_p)->first) {
        wb_sim_target *target = (*self_p)->first;
        (*self_p)->first = target->next;
        wb_sim_ledger_destroy(&target->ledger);
        wb_free(&target);
    }
    wb_free(self_p);
}

wb_sim_target *
wb_sim_erp_first(const wb_sim_erp *self)
{
    return self->first;
}

wb_sim_target *
wb_sim_erp_target(wb_sim_erp *self, wb_view name, bool make)
{
    char text[NAME_MAX_LEN + 1];

    for (wb_sim_target *at = self->first; at; at = at->next)
        if (wb_view_is(name, wb_sim_ledger_name(at->ledger)))
            return at;
    if (!make || self->count >= TARGETS_MAX || wb_text_set(text, sizeof text, name, NULL))
        return NULL;
    wb_sim_target *target = wb_alloc(sizeof *target);
    target->ledger =
        wb_sim_ledger_new(self->sim->market, text, self->sim->conf.erp_mode == WB_SIM_ERP_KEYED);
    target->next = self->first;
    self->first = target;
    self->count++;
    return target;
}

/* X-Waybill-Signature: t=<unix seconds>,v1=<hex HMAC of "<t>.<body>">, when a secret is set. */
static bool
signature_good(wb_sim *sim, const wb_sim_request *request)
{
    wb_view given = wb_sim_request_header(request, "x-waybill-signature");
    const char *comma = given.len ? memchr(given.data, ',', given.len) : NULL;
    uint8_t mac[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];
    int64_t unix_s = 0;

    if (!*sim->conf.erp_secret)
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
    wb_buf_clear(&sim->scratch);
    wb_buf_add_view(&sim->scratch, time);
    wb_buf_add_char(&sim->scratch, '.');
    wb_buf_add_view(&sim->scratch, request->body);
    wb_hmac_sha256(mac, wb_view_of(sim->conf.erp_secret), wb_buf_view(&sim->scratch));
    wb_hex(hex, mac, sizeof mac);
    return wb_digest_same(wb_view_of(hex), digest);
}

static bool
arrival_read(wb_json *json, wb_json_ref at, wb_sim_arrival *out)
{
    wb_view marker = {NULL, 0};
    int64_t revision = 0;

    if (wb_json_text(json, wb_json_get(json, at, "key"), &out->key, "key", NULL) ||
        wb_json_int(json, wb_json_get(json, at, "revision"), &revision, "revision", NULL) ||
        wb_json_text(json, wb_json_get(json, at, "idempotency_key"), &out->idempotency, "key",
                     NULL) ||
        wb_json_text(json, wb_json_at(json, at, "record.seller_order_id"), &marker, "marker", NULL))
        return false;
    out->revision = (uint64_t)revision;
    out->order = WB_SIM_NO_ORDER;
    if (!wb_sim_marker(marker, &out->order, &out->version))
        out->order = WB_SIM_NO_ORDER;
    return out->key.len && revision > 0;
}

/* A text that not every reader takes, or none where one could be. */
static void
put_reason(push *self, const char *reason)
{
    if (wb_sim_faults_strike(&self->sim->faults, WB_SIM_FAULT_BROKEN_TEXT, WB_SIM_AT_ERP)) {
        wb_json_put_key(&self->writer, "reason");
        wb_json_put_raw(&self->writer, WB_VIEW_LIT("\"gr\xfc\xdf \\ud83d\""));
    } else if (wb_sim_faults_strike(&self->sim->faults, WB_SIM_FAULT_NULLS, WB_SIM_AT_ERP)) {
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

static bool
holds(wb_view key, const char *text)
{
    return key.len && memmem(key.data, key.len, text, strlen(text));
}

static wb_sim_subject
subject_of(const wb_sim_target *target, const wb_sim_arrival *arrival)
{
    return (wb_sim_subject){.at = WB_SIM_AT_ERP,
                            .target = wb_sim_ledger_name(target->ledger),
                            .key = arrival->key,
                            .order = arrival->order,
                            .told = &target->told};
}

/* Is this record one of those that a lever is about? */
static bool
is_bad(const wb_sim_target *target, wb_view key)
{
    return !*target->told.bad || holds(key, target->told.bad);
}

static bool
is_answer(const wb_sim_target *target, const char *word)
{
    return strcmp(target->result, word) == 0;
}

/* The word that a lever tells to say; NULL = work. */
static const char *
told_result(const wb_sim_target *target, wb_view key)
{
    if (!*target->result || is_answer(target, WB_SIM_ANSWER_UNREADABLE) ||
        is_answer(target, WB_SIM_ANSWER_SILENT) || !is_bad(target, key))
        return NULL;
    return target->result;
}

static void
push_one(push *self, wb_json_ref at, bool in_batch)
{
    wb_sim *sim = self->sim;
    wb_sim_ledger *ledger = self->target->ledger;
    wb_sim_arrival arrival = {.order = WB_SIM_NO_ORDER};

    if (!arrival_read(sim->json, at, &arrival)) {
        put_result(self, arrival.key, "refused", "key and revision are needed");
        return;
    }
    wb_sim_subject subject = subject_of(self->target, &arrival);
    wb_sim_refusal refusal;
    const char *word = told_result(self->target, arrival.key);
    if (word) {
        refusal = (wb_sim_refusal){.status = 200, .lasting = *self->target->told.bad != 0};
        if (!strcmp(word, "refused"))
            wb_sim_refusal_note(sim, &subject, &refusal);
        put_result(self, arrival.key, word, "told to say so");
        return;
    }
    if (wb_sim_refusal_find(sim, &subject, &refusal)) {
        wb_sim_refusal_note(sim, &subject, &refusal);
        put_result(self, arrival.key, "refused", "the record is refused");
        return;
    }
    if (*self->target->only && !holds(arrival.key, self->target->only))
        arrival.order = WB_SIM_NO_ORDER;
    if (!arrival.idempotency.len)
        arrival.idempotency = self->idempotency;
    if (in_batch && wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_REFUSE_PART, WB_SIM_AT_ERP)) {
        put_result(self, arrival.key, "retry", "refused by chance");
        return;
    }
    bool lags = wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_PROBE_LAG, WB_SIM_AT_ERP);
    wb_sim_effect effect = wb_sim_ledger_apply(ledger, &arrival, false, lags ? sim->conf.lag : 0);
    if (wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_APPLY_TWICE, WB_SIM_AT_ERP))
        (void)wb_sim_ledger_apply(ledger, &arrival, true, 0);
    if (wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_FORGET_KEY, WB_SIM_AT_ERP))
        wb_sim_ledger_forget(ledger, arrival.key);
    if (effect == WB_SIM_APPLIED)
        self->fresh = true;
    put_result(self, arrival.key, effect == WB_SIM_APPLIED ? "done" : "unchanged", NULL);
}

static void
push_all(push *self)
{
    wb_sim *sim = self->sim;
    wb_json_ref list = wb_json_get(sim->json, 0, "records");

    wb_buf_clear(&sim->body);
    wb_json_writer_init(&self->writer, &sim->body);
    wb_json_open(&self->writer, '{');
    wb_json_put_key(&self->writer, "results");
    wb_json_open(&self->writer, '[');
    if (wb_json_kind(sim->json, list) != WB_JSON_ARRAY)
        push_one(self, 0, false);
    for (wb_json_ref at = wb_json_first(sim->json, list); at != WB_JSON_NONE;
         at = wb_json_next(sim->json, at))
        push_one(self, at, true);
    if (wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_ELEMENT_UNUSABLE, WB_SIM_AT_ERP))
        wb_json_put_int(&self->writer, 7);
    wb_json_close(&self->writer, ']');
    wb_json_close(&self->writer, '}');
}

/* One record of a request that may be refused as a whole. */
static bool
refused_alone(wb_sim *sim, const wb_sim_target *target, wb_json_ref at, wb_sim_refusal *out)
{
    wb_sim_arrival arrival = {.order = WB_SIM_NO_ORDER};

    if (!arrival_read(sim->json, at, &arrival) && !arrival.key.len)
        return false;
    wb_sim_subject subject = subject_of(target, &arrival);
    if (!wb_sim_refusal_find(sim, &subject, out) || out->status == 200)
        return false;
    wb_sim_refusal_note(sim, &subject, out);
    return true;
}

/* Does the request hold records that are refused? Then it is, whole: nobody looks which it was. */
static bool
holds_refused(wb_sim *sim, const wb_sim_target *target, wb_sim_refusal *out)
{
    wb_json_ref list = wb_json_get(sim->json, 0, "records");
    wb_sim_refusal one;
    bool found = false;

    wb_sim_refusals_enter(sim, WB_SIM_AT_ERP);
    if (wb_json_kind(sim->json, list) != WB_JSON_ARRAY)
        return refused_alone(sim, target, 0, out);
    for (wb_json_ref at = wb_json_first(sim->json, list); at != WB_JSON_NONE;
         at = wb_json_next(sim->json, at)) {
        if (!refused_alone(sim, target, at, &one))
            continue;
        *out = one;
        found = true;
    }
    return found;
}

/* A batch or record that is refused before anything of it is done. */
static bool
push_refused(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request, wb_sim_target *target)
{
    wb_json_ref first = wb_json_first(sim->json, wb_json_get(sim->json, 0, "records"));
    bool batch = first != WB_JSON_NONE && wb_json_next(sim->json, first) != WB_JSON_NONE;
    wb_sim_refusal refusal;

    if (!signature_good(sim, request))
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 401, "signature", "the signature is wrong");
    else if (holds_refused(sim, target, &refusal))
        wb_sim_refusal_answer(sim, conn, WB_SIM_AT_ERP, &refusal);
    else if (batch && wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_REFUSE_BATCH, WB_SIM_AT_ERP))
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 422, "batch", "the batch is refused as a whole");
    else
        return false;
    return true;
}

static void
push_answer(wb_sim *sim, wb_sim_conn *conn, const wb_sim_target *target)
{
    wb_view body = wb_buf_view(&sim->body);

    if (is_answer(target, WB_SIM_ANSWER_UNREADABLE))
        body = WB_VIEW_LIT("<html>all went well</html>");
    else if (is_answer(target, WB_SIM_ANSWER_SILENT))
        body = WB_VIEW_LIT("{\"results\":[]}");
    wb_sim_answer_json(conn, 200, body);
}

static void
on_push(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request, wb_sim_target *target)
{
    push it = {.sim = sim, .target = target};

    target->requests++;
    if (target->down) {
        wb_sim_http_hold(conn, NULL, NULL); /* it hangs until the client gives up */
        return;
    }
    if (wb_sim_begin(sim, conn, WB_SIM_OP_PUSH))
        return;
    if (wb_json_parse(sim->json, request->body, NULL)) {
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 400, "json", "the body is not JSON");
        return;
    }
    if (push_refused(sim, conn, request, target))
        return;
    it.idempotency = wb_sim_request_header(request, "idempotency-key");
    push_all(&it);
    if (it.fresh) {
        target->last_us = wb_now_us();
        if (!target->first_us)
            target->first_us = target->last_us;
    }
    if (wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_LATE, WB_SIM_AT_ERP))
        wb_sim_http_delay(conn, sim->conf.late);
    push_answer(sim, conn, target);
}

static void
on_probe(wb_sim *sim, wb_sim_conn *conn, wb_sim_target *target, wb_view escaped)
{
    uint64_t revision = 0;

    if (target->down) {
        wb_sim_http_hold(conn, NULL, NULL);
        return;
    }
    if (wb_sim_begin(sim, conn, WB_SIM_OP_PROBE))
        return;
    wb_buf_clear(&sim->scratch);
    if (wb_unpercent(&sim->scratch, escaped, NULL)) {
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 400, "key", "a bad escape");
        return;
    }
    wb_view key = wb_buf_view(&sim->scratch);
    if (!wb_sim_ledger_probe(target->ledger, key, &revision)) {
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 404, "absent", "no such record");
        return;
    }
    wb_json_writer writer;
    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "key", key);
    wb_json_put_key(&writer, "revision");
    wb_json_put_uint(&writer, revision);
    wb_json_close(&writer, '}');
    wb_sim_answer_json(conn, 200, wb_buf_view(&sim->body));
}

void
wb_sim_on_erp(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *sim = arg;
    wb_view name = {request->path.data + 5, request->path.len - 5}; /* behind "/erp/" */
    const char *slash = name.len ? memchr(name.data, '/', name.len) : NULL;
    wb_view rest = {NULL, 0};

    if (slash) {
        rest = (wb_view){slash, name.len - (size_t)(slash - name.data)};
        name.len = (size_t)(slash - name.data);
    }
    wb_sim_target *target = wb_sim_erp_target(sim->erp, name, true);
    if (!target || !name.len)
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 404, "target", "no such target");
    else if (wb_view_is(request->method, "POST") && !rest.len)
        on_push(sim, conn, request, target);
    else if (wb_view_is(request->method, "GET") && rest.len > sizeof PROBE_PATH - 1 &&
             !memcmp(rest.data, PROBE_PATH, sizeof PROBE_PATH - 1))
        on_probe(sim, conn, target,
                 (wb_view){rest.data + sizeof PROBE_PATH - 1, rest.len - sizeof PROBE_PATH + 1});
    else
        wb_sim_refuse(sim, conn, WB_SIM_AT_ERP, 404, "path", "no such path");
}
