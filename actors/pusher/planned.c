/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/pusher/planned.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/outside/redact.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

#define REQUEST_SHOWN_MAX (256 * 1024)
#define DOUBTS (WB_JOB_AGAIN | WB_JOB_UNKNOWN | WB_JOB_TICKET | WB_JOB_FORGOTTEN)
/* Signatures are made with the account's secrets and shown without them; a token is not needed. */
#define NO_TOKEN WB_VIEW_LIT("***")

static void
hex_of(char out[PLANNED_DIGEST_MAX + 1], wb_view text)
{
    uint8_t digest[WB_SHA256_LEN];

    wb_sha256(digest, text);
    wb_hex(out, digest, sizeof digest);
}

/* --- what it would do --- */

/* What a target is known to have, and what may have left: with another mark it is another plan. */
static void
digest_state(planned *self)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const wb_mark_row *mark = &self->mark;

    wb_buf_init(&text, 1024);
    wb_buf_addf(&text, "%llu %d %llu %u %s", (unsigned long long)mark->revision, (int)mark->outcome,
                (unsigned long long)mark->left_revision, (unsigned)(self->flags & DOUBTS),
                self->remote_id);
    hex_of(self->state, wb_buf_view(&text));
}

wb_call_item
planned_item(const planned *self)
{
    return (wb_call_item){.env = self->env,
                          .idempotency = wb_view_of(self->idempotency),
                          .again = (self->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)) != 0,
                          .attempt = WB_VIEW_LIT("00000000000000000000000000000000")};
}

/* Built at the time of its revision, so that the same request has the same digest tomorrow. */
static void
digest_request(planned *self)
{
    wb_call_item item = planned_item(self);
    wb_call call = {.op = self->op, .items = &item, .item_count = 1};
    uint8_t digest[WB_SHA256_LEN];
    wb_err err = {0};

    if (wb_exchange_digest(self->account, &call, (int64_t)self->env->revision, digest, &err))
        wb_text_tame_words(self->refused, sizeof self->refused, wb_view_of(err.text));
    else
        wb_hex(self->request, digest, sizeof digest);
}

static wb_rc
read_mark(planned *self, wb_txn *txn, wb_err *err)
{
    const wb_account *account = self->account;
    wb_rc rc =
        wb_marks_get(txn, (wb_row_name){account->shard, account->key_view, self->env->record},
                     &self->mark, &self->marked, err);

    if (!rc && self->marked)
        rc = wb_text_set(self->remote_id, sizeof self->remote_id, self->mark.remote_id, err);
    self->mark.remote_id = wb_view_of(self->remote_id);
    return rc;
}

/* NULL = nothing would leave. */
static const wb_op *
choose(const planned *self)
{
    const wb_connector *connector = self->account->connector;
    bool there = self->marked && self->mark.revision > 0;
    const wb_op *op;
    const char *name;

    if (there && self->mark.revision >= self->env->revision)
        return NULL;
    name = connector->push_op(self->account->options, self->env, there);
    op = name ? wb_connector_op(connector, name) : NULL;
    if (op && self->marked && !(self->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)) &&
        wb_pusher_says_nothing(op, self->env, &self->mark))
        return NULL;
    return op;
}

void
planned_unasked(planned *self, const char *why)
{
    char text[sizeof self->why], at[WB_TIME_TEXT_MAX + 1];

    if (self->marked && self->mark.revision) {
        wb_time_text(at, self->mark.at_utc_us, false);
        (void)snprintf(text, sizeof text, "%.100s; revision %llu was delivered at %s", why,
                       (unsigned long long)self->mark.revision, at);
    } else {
        (void)snprintf(text, sizeof text, "%.100s; nothing was delivered to it", why);
    }
    wb_text_tame_words(self->why, sizeof self->why, wb_view_of(text));
}

wb_rc
planned_read(planned *out, planned_from *from, bool *waits, wb_err *err)
{
    const wb_job_row *row = from->row;
    planned self = {.account = from->account,
                    .env = wb_take(&from->env),
                    .flags = row->flags,
                    .attempts = row->attempts};
    wb_rc rc = read_mark(&self, from->txn, err);

    *waits = false;
    if (!rc)
        self.op = choose(&self);
    if (rc || !self.op) {
        wb_envelope_destroy(&self.env);
        return rc;
    }
    wb_text_tame_words(self.error, sizeof self.error, row->error);
    wb_pump_idempotency(self.idempotency, self.env, self.op);
    digest_state(&self);
    digest_request(&self);
    planned_unasked(&self, "the target was not asked");
    *out = self;
    out->mark.remote_id = wb_view_of(out->remote_id);
    *waits = true;
    return WB_OK;
}

void
planned_fini(planned *self)
{
    wb_envelope_destroy(&self->env);
    wb_buf_fini(&self->there);
    wb_buf_fini(&self->step);
}

/* --- what its target has --- */

const wb_op *
planned_probe(const planned *self)
{
    if (self->op->probe)
        return wb_connector_op(self->account->connector, self->op->probe);
    return self->op->more && self->op->repeatable ? self->op : NULL;
}

static void
digest_found(planned *self, const wb_result *result)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, WB_BODY_MAX + 256);
    wb_buf_addf(&text, "%d %llu ", (int)result->code, (unsigned long long)result->revision);
    wb_buf_add_view(&text, result->body);
    wb_buf_add_view(&text, result->cursor);
    hex_of(self->found, wb_buf_view(&text));
}

/* What an answer says of the target's side, field by field where it tells them. */
static void
is_there(planned *self, const wb_result *result, const char *words)
{
    self->why[0] = '\0';
    if (result->body.len) {
        self->against = PLANNED_TARGET;
        wb_buf_init(&self->there, WB_BODY_MAX);
        wb_buf_add_view(&self->there, result->body);
    } else if (result->revision) {
        (void)snprintf(self->why, sizeof self->why,
                       "the target has revision %llu of it, and tells no fields",
                       (unsigned long long)result->revision);
    } else {
        (void)snprintf(self->why, sizeof self->why, "%s, and tells no fields", words);
    }
    digest_found(self, result);
}

static void
is_absent(planned *self, const wb_result *result)
{
    self->against = PLANNED_NOTHING;
    self->why[0] = '\0';
    digest_found(self, result);
}

/* Of a question: what is shown leads to a write, which is then the request that matters. */
static void
is_other(planned *self, const wb_result *result)
{
    wb_buf_init(&self->step, WB_URL_MAX);
    wb_buf_add_view(&self->step, result->cursor);
    is_there(self, result, "the target has it otherwise");
}

/* Nothing would be sent, for that reason. */
static void
is_refused(planned *self, const wb_result *result)
{
    is_there(self, result, "the target was asked");
    wb_text_tame_words(self->refused, sizeof self->refused, wb_view_of(result->reason));
}

static void
is_untold(planned *self, const char *reason)
{
    wb_text_tame_words(self->why, sizeof self->why,
                       wb_view_of(*reason ? reason : "the target did not say"));
}

/* The answer to a question. */
static void
read_shown(planned *self, const wb_result *one)
{
    if (one->code == WB_RESULT_UNCHANGED)
        is_there(self, one, "the target has it as it is wanted");
    else if (one->code == WB_RESULT_MORE || one->code == WB_RESULT_ACCEPTED)
        is_other(self, one);
    else if (one->code == WB_RESULT_ABSENT)
        is_absent(self, one);
    else if (one->code == WB_RESULT_PARK)
        is_refused(self, one);
    else
        is_untold(self, one->reason);
}

void
planned_found(planned *self, const wb_exchange_result *result)
{
    const wb_result *one = result->rc ? NULL : &result->out->results[0];

    if (!one)
        is_untold(self, result->err->text);
    else if (!self->op->probe)
        read_shown(self, one);
    else if (one->code == WB_RESULT_DONE)
        is_there(self, one, "the target has it");
    else if (one->code == WB_RESULT_ABSENT)
        is_absent(self, one);
    else
        is_untold(self, one->reason);
}

/* --- told --- */

/* Which fields of a record an answer told: all, or those of a packed one. */
typedef struct {
    wb_json_writer *out;
    const wb_field *fields;
    bool all;
    bool told[UINT8_MAX + 1];
} telling;

static void
read_told(telling *self, wb_view packed)
{
    wb_unpack from;
    uint32_t pairs = 0;
    uint64_t number = 0;

    if (wb_pack_scan(packed, WB_RECORD_ELEMENTS_MAX, NULL))
        return;
    wb_unpack_init(&from, packed);
    if (wb_unpack_map(&from, &pairs, "record", NULL))
        return;
    while (pairs-- && !wb_unpack_uint(&from, &number, "field number", NULL) &&
           !wb_unpack_skip(&from, NULL, NULL))
        if (number <= UINT8_MAX)
            self->told[number] = true;
}

/* "lines[L1].quantity" is of "lines". */
static bool
is_told(const telling *self, wb_view path)
{
    size_t len = 0;
    const wb_field *field = self->fields;

    while (len < path.len && path.data[len] != '.' && path.data[len] != '[')
        len++;
    while (field->type && !wb_view_is((wb_view){path.data, len}, field->name))
        field++;
    return self->all || self->told[field->number];
}

static void
tell_change(void *arg, const wb_field_change *change)
{
    const telling *self = arg;
    wb_json_writer *out = self->out;

    if (!is_told(self, change->path))
        return;
    wb_json_open(out, '{');
    wb_json_member_text(out, "field", change->path);
    wb_json_put_key(out, "to");
    wb_json_put_raw(out, change->to.len ? change->to : WB_VIEW_LIT("null"));
    wb_json_put_key(out, "was");
    wb_json_put_raw(out, change->from.len ? change->from : WB_VIEW_LIT("null"));
    if (change->hidden)
        wb_json_member_bool(out, "hidden", true);
    wb_json_close(out, '}');
}

/* What the target does not tell is no difference: all that it would get is shown only where it has
 * nothing, or nobody knows. */
static void
tell_fields(const planned *self, bool personal, wb_json_writer *out)
{
    telling told = {.out = out, .fields = wb_canonical_fields(self->env->record_kind)};
    wb_diff what = {.to = self->env->body,
                    .hide = WB_FIELD_SECRET | (personal ? 0u : (unsigned)WB_FIELD_PERSONAL)};

    told.all = self->against != PLANNED_TARGET;
    if (!told.all) {
        what.from = wb_buf_view(&self->there);
        read_told(&told, what.from);
    }
    wb_json_put_key(out, "fields");
    wb_json_open(out, '[');
    if (told.fields)
        wb_ignore(wb_canonical_diff(told.fields, &what, tell_change, &told, NULL),
                  "its request is refused, and says why");
    wb_json_close(out, ']');
}

/* A body holds a buyer's data in whatever form the target wants it: without leave its size is
 * shown. */
static void
tell_request(planned *self, bool personal, wb_json_writer *out)
{
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};
    WB_AUTO(wb_free) char *shown = NULL;
    wb_call_item item = planned_item(self);
    wb_call call = {.op = self->op, .items = &item, .item_count = 1};
    char *body;
    wb_err err = {0};

    item.cursor = wb_buf_view(&self->step);
    call.op = wb_connector_more(self->account->connector, self->op, item.cursor);
    wb_buf_init(&text, REQUEST_SHOWN_MAX);
    if (!*self->refused && wb_exchange_dry(self->account, &call, NO_TOKEN, &text, &err))
        wb_text_tame_words(self->refused, sizeof self->refused, wb_view_of(err.text));
    if (*self->refused) {
        wb_redact_record(self->refused, self->env->record_kind, self->env->body);
        wb_json_member_text(out, "refused", wb_view_of(self->refused));
        return;
    }
    shown = wb_text_dup_len(text.data, text.len);
    body = strstr(shown, "\n\n");
    if (!personal && body) {
        wb_json_member_int(out, "body_bytes", (int64_t)strlen(body + 2) - 1);
        body[1] = '\0';
    }
    if (!personal)
        wb_redact_record(shown, self->env->record_kind, self->env->body);
    wb_json_member_text(out, "request", wb_view_of(shown));
}

static void
tell_mark(const planned *self, wb_json_writer *out)
{
    wb_json_put_key(out, "has");
    if (!self->marked || !self->mark.revision) {
        wb_json_put_null(out);
        return;
    }
    wb_json_open(out, '{');
    wb_json_member_int(out, "revision", (int64_t)self->mark.revision);
    wb_json_member_text(out, "outcome", wb_view_of(wb_outcome_name(self->mark.outcome)));
    wb_json_put_key(out, "at");
    wb_json_put_time(out, self->mark.at_utc_us);
    wb_json_member_text(out, "remote_id", wb_view_of(self->remote_id));
    wb_json_close(out, '}');
}

static void
tell_digests(const planned *self, wb_json_writer *out)
{
    wb_json_put_key(out, "digest");
    wb_json_open(out, '{');
    wb_json_member_text(out, "state", wb_view_of(self->state));
    wb_json_member_text(out, "request", wb_view_of(self->request));
    wb_json_member_text(out, "there", wb_view_of(self->found));
    wb_json_close(out, '}');
}

void
planned_tell(planned *self, bool personal, wb_json_writer *out)
{
    static const char *const against[] = {"unreadable", "nothing", "target"};
    const wb_envelope *env = self->env;
    WB_AUTO(wb_buf_fini) wb_buf from = {0};

    wb_buf_init(&from, WB_ACCOUNT_KEY_MAX);
    wb_ignore(wb_key_account(&from, env->tenant, env->account, NULL), "told as far as it is known");
    wb_json_open(out, '{');
    wb_json_member_text(out, "record", env->record);
    wb_json_member_text(out, "kind", wb_view_of(wb_record_kind_name(env->record_kind)));
    wb_json_member_text(out, "from", wb_buf_view(&from));
    wb_json_member_int(out, "revision", (int64_t)env->revision);
    wb_json_put_key(out, "changed");
    wb_json_put_time(out, (int64_t)env->revision);
    wb_json_member_text(out, "operation", wb_view_of(self->op->name));
    wb_json_member_bool(out, "outcome_unknown", planned_item(self).again);
    wb_json_member_int(out, "attempts", self->attempts);
    wb_json_member_text(out, "error", wb_view_of(self->error));
    tell_mark(self, out);
    wb_json_member_text(out, "against", wb_view_of(against[self->against]));
    wb_json_member_text(out, "why", wb_view_of(self->why));
    tell_fields(self, personal, out);
    tell_request(self, personal, out);
    tell_digests(self, out);
    wb_json_close(out, '}');
}
