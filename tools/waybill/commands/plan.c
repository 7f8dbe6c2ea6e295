/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - what would be sent, request by request and field by field; nothing that writes leaves
 *
 * A plan as a file, or with --json, is a JSON object on each line:
 *
 *   {"waybill_plan":1,"deployment":NAME,"made":TIME}
 *   {"target":"tenant/name","paused":BOOL,"row":ROW}     ROW: docs/wire.md, call.plan
 *   {"rows":N,"on_their_way":N}                          the last: a file without it was cut
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/plan_ask.h"
#include "tools/waybill/terminal/table.h"
#include "tools/waybill/terminal/when.h"

#define PLAN_SOMETHING 2 /* the exit code when there is anything to do */

typedef struct {
    char *config, *kind, *key, *since, *out;
    bool offline, personal, json;
} plan_conf;

static const wb_option options[] = {
    WB_TEXT(plan_conf, config, "", "the configuration"),
    WB_TEXT(plan_conf, kind, "", "only records of this kind: order, shipment, ..."),
    WB_TEXT(plan_conf, key, "", "only this record: its printed key"),
    WB_TEXT(plan_conf, since, "", "only what changed since then: 2026-01-02T03:04:05Z, or a date"),
    WB_TEXT(plan_conf, out, "", "write the plan to this file, for waybill apply"),
    WB_BOOL(plan_conf, offline, "false", "do not ask the targets what they have"),
    WB_BOOL(plan_conf, personal, "false", "names, addresses and whole requests too"),
    WB_BOOL(plan_conf, json, "false", "a JSON object on each line"),
    WB_END,
};

typedef struct {
    const plan_conf *conf;
    wb_session *session;
    wb_plan_question question;
    wb_plan_hearer hearer;
    FILE *file; /* the plan as JSON; NULL = nobody wants it */
    int64_t rows, on_their_way;
    bool headed; /* the target's name was printed */
} planning;

/* --- for people --- */

static wb_view
raw(wb_json *json, wb_json_ref ref, const char *name)
{
    wb_json_ref at = wb_json_get(json, ref, name);

    return at == WB_JSON_NONE ? WB_VIEW_LIT("null") : wb_json_raw(json, at);
}

static void
print_fields(wb_json *json, wb_json_ref row)
{
    wb_json_ref fields = wb_json_get(json, row, "fields");
    char name[256];

    for (wb_json_ref at = wb_json_first(json, fields); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view was = raw(json, at, "was"), to = raw(json, at, "to");

        wb_read_text(json, at, "field", name, sizeof name);
        if (wb_view_is(was, "null"))
            printf("    + %s: %.*s\n", name, WB_VIEW_ARG(to));
        else if (wb_view_is(to, "null"))
            printf("    - %s: %.*s\n", name, WB_VIEW_ARG(was));
        else
            printf("    ~ %s: %.*s -> %.*s\n", name, WB_VIEW_ARG(was), WB_VIEW_ARG(to));
    }
}

/* Lines of it, set in. */
static void
print_request(wb_json *json, wb_json_ref row)
{
    wb_view text = {NULL, 0};

    if (wb_json_text(json, wb_json_get(json, row, "request"), &text, "request", NULL))
        return;
    while (text.len) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;

        if (len)
            printf("    > %.*s\n", (int)len, text.data);
        text = (wb_view){text.data + len + (end != NULL), text.len - len - (end != NULL)};
    }
    if (wb_json_get(json, row, "body_bytes") != WB_JSON_NONE)
        printf("    > %lld bytes: --personal shows them\n",
               (long long)wb_read_int(json, row, "body_bytes"));
}

static void
print_row(planning *self, wb_json *json, wb_json_ref row)
{
    char record[WB_KEY_MAX + 1], operation[128], why[256], refused[600], against[32], error[200];

    if (!self->headed)
        printf("%s%s%s%s\n", wb_bold(stdout), self->question.account, wb_plain(stdout),
               self->hearer.paused ? ", paused: nothing leaves that is not applied" : "");
    self->headed = true;
    wb_read_text(json, row, "record", record, sizeof record);
    wb_read_text(json, row, "operation", operation, sizeof operation);
    wb_read_text(json, row, "against", against, sizeof against);
    wb_read_text(json, row, "why", why, sizeof why);
    wb_read_text(json, row, "refused", refused, sizeof refused);
    wb_read_text(json, row, "error", error, sizeof error);
    printf("  %s  %s\n", record, operation);
    if (wb_read_bool(json, row, "outcome_unknown"))
        printf("    a write of it may have left: that is settled first\n");
    if (*error)
        printf("    last error: %s\n", error);
    printf("    %s\n", strcmp(against, "target") == 0    ? "against what the target has:"
                       : strcmp(against, "nothing") == 0 ? "the target has nothing of it:"
                                                         : why);
    print_fields(json, row);
    if (*refused)
        printf("    no request can be made: %s\n", refused);
    else
        print_request(json, row);
}

/* --- each row --- */

static void
write_line(FILE *out, const wb_buf *line)
{
    fprintf(out, "%.*s\n", WB_VIEW_ARG(wb_buf_view(line)));
}

static void
write_row(FILE *out, const planning *self, wb_json *json, wb_json_ref row)
{
    WB_AUTO(wb_buf_fini) wb_buf line = {0};
    wb_json_writer writer;

    wb_buf_init(&line, WB_BODY_MAX);
    wb_json_writer_init(&writer, &line);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "target", wb_view_of(self->question.account));
    wb_json_member_bool(&writer, "paused", self->hearer.paused);
    wb_json_put_key(&writer, "row");
    wb_json_put_raw(&writer, wb_json_raw(json, row));
    wb_json_close(&writer, '}');
    write_line(out, &line);
}

static void
on_row(void *arg, wb_json *json, wb_json_ref row)
{
    planning *self = arg;

    self->rows++;
    if (self->file)
        write_row(self->file, self, json, row);
    if (self->conf->json)
        write_row(stdout, self, json, row);
    else
        print_row(self, json, row);
}

static int
plan_target(void *arg, const char *account)
{
    planning *self = arg;
    int64_t on_their_way = 0;
    int code;

    self->question.account = account;
    self->headed = false;
    code = wb_plan_on_their_way(self->session, account, &on_their_way);
    if (!code)
        code = wb_plan_ask(self->session, &self->question, &self->hearer);
    self->on_their_way += on_their_way;
    if (!code && on_their_way && !self->conf->json)
        printf("%s: %s%lld more are on their way to it: ask again for them\n", account,
               on_their_way >= 1000 ? "at least " : "", (long long)on_their_way);
    return code;
}

/* --- the whole --- */

static void
write_head(FILE *out, const planning *self)
{
    WB_AUTO(wb_buf_fini) wb_buf line = {0};
    wb_json_writer writer;

    wb_buf_init(&line, 4096);
    wb_json_writer_init(&writer, &line);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "waybill_plan", 1);
    wb_json_member_text(&writer, "deployment", wb_view_of(self->session->place.deployment));
    wb_json_put_key(&writer, "made");
    wb_json_put_time(&writer, wb_now_utc_us());
    wb_json_close(&writer, '}');
    write_line(out, &line);
}

static void
write_end(FILE *out, const planning *self)
{
    fprintf(out, "{\"rows\":%lld,\"on_their_way\":%lld}\n", (long long)self->rows,
            (long long)self->on_their_way);
}

static int
plan_all(planning *self, const wb_words *words)
{
    wb_place_account account;
    const char *key;
    int code;

    if (!words->count)
        return wb_place_targets(self->session->place.config, plan_target, self);
    code = wb_session_account(self->session, "plan", words->items[0], &account, &key);
    return code ? code : plan_target(self, key);
}

/* It has its name when it is whole: nobody applies half a plan. */
static int
close_file(planning *self, const char *made, int code)
{
    bool bad;

    if (!self->file)
        return code;
    write_end(self->file, self);
    bad = ferror(self->file) != 0;
    bad = fclose(self->file) != 0 || bad;
    if (!code && !bad && !rename(made, self->conf->out))
        return EXIT_DONE;
    if (!code)
        fprintf(stderr, "waybill plan: %s: %s\n", self->conf->out, strerror(errno));
    (void)unlink(made);
    return code ? code : EXIT_NO;
}

static int
plan_to(planning *self, const wb_words *words)
{
    char made[WB_PATH_SIZE] = "";
    int code;

    if (self->conf->out) {
        (void)snprintf(made, sizeof made, "%.400s.made", self->conf->out);
        self->file = fopen(made, "we"); /* 0600: it may hold addresses */
        if (!self->file) {
            fprintf(stderr, "waybill plan: %s: %s\n", made, strerror(errno));
            return EXIT_NO;
        }
        write_head(self->file, self);
    }
    if (self->conf->json)
        write_head(stdout, self);
    code = plan_all(self, words);
    if (self->conf->json && !code)
        write_end(stdout, self);
    code = close_file(self, made, code);
    if (code)
        return code;
    if (!self->conf->json && !self->rows && !self->on_their_way)
        printf("nothing to do\n");
    return self->rows || self->on_their_way ? PLAN_SOMETHING : EXIT_DONE;
}

static int
plan(const void *conf, const wb_words *words)
{
    const plan_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    planning one = {
        .conf = self,
        .session = &session,
        .question = {.kind = self->kind,
                     .record = self->key,
                     .offline = self->offline,
                     .personal = self->personal},
        .hearer = {.row = on_row}
    };
    int code;

    one.hearer.arg = &one;
    if (!wb_when_read(&one.question.since_utc_us, "plan", "since", self->since))
        return EXIT_NO;
    code = wb_session_open(&session, "plan", self->config);
    return code ? code : plan_to(&one, words);
}

const wb_command wb_command_plan = {
    .name = "plan",
    .words = "[ACCOUNT]",
    .summary = "what would be sent to targets, and what it would change there",
    .help =
        "Of one target, or of all: what waits for it, with the request that it would make and the\n"
        "fields that it would change, held against what the target has where it can be asked.\n"
        "Nothing that writes leaves. With `paused: true` at a target nothing leaves at all until "
        "a\n"
        "plan of it is applied. Exit code 0: nothing to do; 2: something; 1: it failed.\n",
    .options = options,
    .conf_size = sizeof(plan_conf),
    .words_max = 1,
    .run = plan,
};
