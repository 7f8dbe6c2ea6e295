/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit - see audit.h
 */
#include "actors/runtime/outside/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/outside/make.h"
#include "actors/runtime/outside/redact.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define PARTS_MAX 200                 /* of a question: a cursor that goes in a circle ends it */
#define MATTERS_US (30 * WB_US_PER_S) /* signatures are refused for that much */

struct wb_audit {
    wb_http *http;
    wb_account *account;
    bool sole;
    wb_audit_done done;
    void *arg;
    wb_call call;
    const wb_op *question;
    wb_buf token;
    wb_json *json;
    wb_request request;
    wb_outcomes outcomes;
    bool resigned;
    wb_buf cursor; /* of the part that is asked; empty = the first */
    int parts;     /* that were answered */
    wb_audit_result result;
};

static void
end(wb_audit *self, wb_audit_verdict verdict, const char *why)
{
    self->result.verdict = verdict;
    wb_text_tame_words(self->result.why, sizeof self->result.why, wb_view_of(why));
    self->done(self->arg, &self->result);
    wb_request_fini(&self->request);
    wb_outcomes_fini(&self->outcomes);
    wb_buf_wipe(&self->token);
    wb_buf_fini(&self->cursor);
    wb_json_destroy(&self->json);
    wb_free(&self);
}

/* --- which question --- */

static const wb_op *
token_op_of(const wb_account *account, const wb_op *op)
{
    const wb_connector *connector = account->connector;
    const wb_op *at = connector->ops;

    if (connector->token_op)
        return wb_connector_op(connector, connector->token_op(account->options, op));
    while (at->name && at->verb != WB_VERB_TOKEN)
        at++;
    return at->name ? at : NULL;
}

/* --- one call --- */

/* Host and port of a URL. */
static void
note_host(wb_audit *self)
{
    wb_view url = wb_request_show_url(&self->request);
    const char *begin = memmem(url.data, url.len, "://", 3), *stop = url.data + url.len;
    size_t len;

    self->result.host[0] = '\0';
    if (!begin)
        return;
    begin += 3;
    for (len = 0; begin + len < stop && !strchr("/?#", begin[len]);)
        len++;
    wb_text_tame(self->result.host, sizeof self->result.host, (wb_view){begin, len});
}

static void on_answer(void *arg, const wb_http_answer *answer);
static void refused(wb_audit *self, wb_rc rc, const char *why);

static void
ask(wb_audit *self, const wb_op *op)
{
    wb_view token = op->needs_token ? wb_buf_view(&self->token) : (wb_view){NULL, 0};
    wb_err err = {0};
    wb_rc rc;

    self->call = (wb_call){.op = op};
    wb_exchange_question(self->account, &self->call);
    if (self->cursor.len)
        self->call.cursor = wb_buf_view(&self->cursor);
    wb_exchange_fill(self->account, &self->call, self->json);
    rc = wb_exchange_make(self->account, &self->call, token, &self->request, &err);
    if (!self->parts)
        (void)snprintf(self->result.op, sizeof self->result.op, "%s", op->name);
    if (!rc)
        rc = wb_exchange_check_scheme(op, wb_buf_view(&self->request.url), &err);
    if (!rc) {
        note_host(self);
        rc = wb_http_start(
            self->http, &self->request,
            &(wb_http_waiter){wb_exchange_timeout_ms(self->account, op), on_answer, self}, NULL,
            &err);
    }
    if (rc)
        refused(self, rc, err.text);
}

/* As the exchange learns it: what is less than a signature is refused for is noise here. */
static bool
learn_clock(wb_audit *self, const wb_http_answer *answer)
{
    int64_t middle = answer->response.sent_utc_us + answer->took_us / 2;
    int64_t ahead = answer->date_utc_us + WB_US_PER_S / 2 - middle;

    if (!answer->date_utc_us || llabs((long long)ahead) <= MATTERS_US + answer->took_us / 2)
        return false;
    self->result.clock_ahead_us = ahead;
    self->account->clock_offset_us = ahead;
    return true;
}

static void
copy(char *dst, size_t size, wb_view text)
{
    wb_text_tame(dst, size, text);
}

/* Behind what other parts told. */
static void
add_words(char *dst, size_t size, const char *between, wb_view words)
{
    size_t len = strlen(dst);

    if (!words.len || len + sizeof "; x" >= size)
        return;
    if (len)
        len += (size_t)snprintf(dst + len, size - len, "%s", between);
    wb_text_tame_words(dst + len, size - len, words);
}

static void
keep_word(wb_audit *self)
{
    const wb_account_word *word = &self->outcomes.word;

    add_words(self->result.has, sizeof self->result.has, ", ", word->has);
    add_words(self->result.lacks, sizeof self->result.lacks, "; ", word->lacks);
    if (self->parts)
        return;
    copy(self->result.shop, sizeof self->result.shop, word->shop);
    copy(self->result.region, sizeof self->result.region, word->region);
    copy(self->result.scopes, sizeof self->result.scopes, word->scopes);
    self->result.expires_utc_us = word->expires_utc_us;
}

static wb_rc
read_answer(wb_audit *self, const wb_http_answer *answer, wb_err *err)
{
    wb_response response = answer->response;
    wb_rc rc;

    wb_outcomes_clear(&self->outcomes, 0);
    if (answer->end == WB_HTTP_UNTRUSTED)
        return wb_fail(err, WB_SUSPEND, "%s", answer->error);
    if (answer->end != WB_HTTP_ANSWERED)
        return wb_fail(err, WB_RETRY, "%s", answer->error);
    wb_exchange_fill(self->account, &self->call, self->json);
    response.sent_utc_us += self->account->clock_offset_us;
    rc = self->call.op->read(&self->call, &response, &self->outcomes, err);
    wb_redact_answer(self->account, &self->call, &self->request, &self->outcomes, err);
    if (err->text[0])
        wb_redact_value(err->text, wb_buf_view(&self->token));
    return rc;
}

/* The first part says whether it is served, and no other one. */
static void
refused(wb_audit *self, wb_rc rc, const char *why)
{
    bool later = rc == WB_RETRY && self->result.end == WB_HTTP_ANSWERED &&
                 self->outcomes.trouble == WB_TROUBLE_NONE;

    if (self->parts) {
        wb_text_tame_words(self->result.untold, sizeof self->result.untold, wb_view_of(why));
        end(self, WB_AUDIT_GOOD, "");
        return;
    }
    self->result.trouble = self->outcomes.trouble;
    end(self, later ? WB_AUDIT_LATER : WB_AUDIT_BAD, why);
}

/* It is served: what else may be asked of it. */
static void
go_on(wb_audit *self)
{
    const wb_op *op = self->question;

    wb_buf_clear(&self->cursor);
    if (op->verb == WB_VERB_ASK && self->parts < PARTS_MAX)
        wb_buf_add_view(&self->cursor, self->outcomes.cursor);
    if (!self->cursor.len || self->cursor.overflow) {
        end(self, WB_AUDIT_GOOD, "");
        return;
    }
    self->parts++;
    ask(self, wb_connector_more(self->account->connector, op, wb_buf_view(&self->cursor)));
}

static void
on_answer(void *arg, const wb_http_answer *answer)
{
    wb_audit *self = arg;
    bool skewed = answer->end == WB_HTTP_ANSWERED && learn_clock(self, answer);
    wb_err err = {0};
    wb_rc rc = read_answer(self, answer, &err);

    if (!self->parts) {
        self->result.end = answer->end;
        self->result.status = answer->end == WB_HTTP_ANSWERED ? answer->response.status : 0;
        self->result.took_us = answer->took_us;
    }
    if (rc && skewed &&
        !self->resigned) { /* signed by a wrong clock: once more, by the right one */
        self->resigned = true;
        ask(self, self->call.op);
        return;
    }
    keep_word(self);
    if (rc) {
        refused(self, rc, err.text);
        return;
    }
    if (self->call.op->verb != WB_VERB_TOKEN) {
        go_on(self);
        return;
    }
    if (!self->outcomes.token.len) {
        end(self, WB_AUDIT_BAD, "the answer has no token");
        return;
    }
    wb_buf_clear(&self->token);
    wb_buf_add_view(&self->token, wb_buf_view(&self->outcomes.token));
    ask(self, self->question);
}

static void
begin(wb_audit *self)
{
    const wb_op *token;

    self->question = wb_connector_question(self->account->connector, self->account->options);
    if (!self->question) {
        end(self, WB_AUDIT_UNASKED, "there is no harmless question to this system");
        return;
    }
    if (!self->question->needs_token) {
        ask(self, self->question);
        return;
    }
    token = token_op_of(self->account, self->question);
    if (!token)
        end(self, WB_AUDIT_BAD, "no operation gives it a token");
    else if (token->grant)
        end(self, WB_AUDIT_UNASKED,
            "a token would use up its grant, which each answer replaces: only the keeper asks");
    else if (token->replaces && !self->sole)
        end(self, WB_AUDIT_UNASKED,
            "a token for this question would end the one that the deployment uses");
    else
        ask(self, token);
}

void
wb_audit_start(wb_http *http, wb_account *account, bool sole, wb_audit_done done, void *arg)
{
    wb_audit *self = wb_alloc(sizeof *self);

    self->http = http;
    self->account = account;
    self->sole = sole;
    self->done = done;
    self->arg = arg;
    self->json = wb_json_new();
    wb_buf_init(&self->token, WB_HTTP_HEADER_MAX);
    wb_buf_init(&self->cursor, WB_BODY_MAX);
    wb_request_init(&self->request);
    wb_outcomes_init(&self->outcomes);
    begin(self);
}
