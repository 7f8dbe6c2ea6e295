/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply - what a plan says is let go, record by record, where nothing has changed since
 *
 * Where the plan had asked the target, it is asked once more: what somebody changed there since is
 * not written over. All else is judged by the process that has the record, in the transaction that
 * lets it go.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/plan_ask.h"
#include "tools/waybill/host/plan_file.h"

#define ROWS 20 /* of one call */

typedef struct {
    char *config;
    bool json;
} apply_conf;

static const wb_option options[] = {
    WB_TEXT(apply_conf, config, "", "the configuration"),
    WB_BOOL(apply_conf, json, "false", "what became of each record, a JSON object on each line"),
    WB_END,
};

typedef struct {
    const apply_conf *conf;
    wb_session *session;
    wb_plan_row_read rows[ROWS]; /* of one target */
    size_t count;
    int64_t released, delivered, refused;
} applying;

/* --- told --- */

static void
put_digest(wb_json_writer *out, const char *name, const char *text)
{
    wb_json_member_text(out, name, wb_view_of(text));
}

typedef struct {
    const char *did, *why;
    int64_t revision;
    const char *state, *request, *there; /* as they are now; "" = not known */
} outcome;

static void
put_side(wb_json_writer *out, const char *name, const outcome *side)
{
    wb_json_put_key(out, name);
    wb_json_open(out, '{');
    wb_json_member_int(out, "revision", side->revision);
    put_digest(out, "state", side->state);
    put_digest(out, "request", side->request);
    put_digest(out, "there", side->there);
    wb_json_close(out, '}');
}

static outcome
planned_side(const wb_plan_row_read *row)
{
    return (outcome){.revision = row->revision,
                     .state = row->state,
                     .request = row->request,
                     .there = row->there};
}

static void
print_json(const wb_plan_row_read *row, const outcome *now)
{
    WB_AUTO(wb_buf_fini) wb_buf line = {0};
    outcome planned = planned_side(row);
    wb_json_writer out;

    wb_buf_init(&line, 65536);
    wb_json_writer_init(&out, &line);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "target", wb_view_of(row->target));
    wb_json_member_text(&out, "record", wb_view_of(row->record));
    wb_json_member_text(&out, "operation", wb_view_of(row->operation));
    wb_json_member_text(&out, "did", wb_view_of(now->did));
    wb_json_member_text(&out, "why", wb_view_of(now->why));
    put_side(&out, "planned", &planned);
    put_side(&out, "now", now);
    wb_json_close(&out, '}');
    printf("%.*s\n", WB_VIEW_ARG(wb_buf_view(&line)));
}

/* Digests are for machines: a person is told whether they are the same. */
static void
print_refusal(const wb_plan_row_read *row, const outcome *now)
{
    printf("%s %s: refused: %s\n", row->target, row->record, now->why);
    printf("  planned: revision %lld, %s\n", (long long)row->revision, row->operation);
    printf("  now:     ");
    if (now->revision)
        printf("revision %lld", (long long)now->revision);
    else
        printf("nothing waits");
    if (*now->state)
        printf(", the target %s", strcmp(now->state, row->state) ? "has changed" : "as planned");
    if (*now->request)
        printf(", the request %s", strcmp(now->request, row->request) ? "another" : "as planned");
    printf("\n");
}

static void
tell(applying *self, const wb_plan_row_read *row, const outcome *now)
{
    if (strcmp(now->did, "released") == 0)
        self->released++;
    else if (strcmp(now->did, "delivered") == 0)
        self->delivered++;
    else
        self->refused++;
    if (self->conf->json)
        print_json(row, now);
    else if (strcmp(now->did, "released") && strcmp(now->did, "delivered"))
        print_refusal(row, now);
    else
        printf("%s %s: %s\n", row->target, row->record, now->did);
}

/* --- is it at its target as it was? --- */

typedef struct {
    bool waits;
    char there[WB_PLAN_DIGEST_MAX + 1], why[256];
    int64_t revision;
} looked;

static void
on_row(void *arg, wb_json *json, wb_json_ref row)
{
    looked *self = arg;

    self->waits = true;
    self->revision = wb_read_int(json, row, "revision");
    wb_read_text(json, row, "digest.there", self->there, sizeof self->there);
    wb_read_text(json, row, "why", self->why, sizeof self->why);
}

/* What does not wait any more is judged by its process. */
static int
look(applying *self, const wb_plan_row_read *row, bool *goes)
{
    looked now = {0};
    wb_plan_question question = {.account = row->target, .record = row->record};
    wb_plan_hearer hearer = {.row = on_row, .arg = &now};
    outcome told = {.did = "changed", .state = "", .request = ""};
    int code;

    *goes = true;
    if (!*row->there)
        return EXIT_DONE;
    code = wb_plan_ask(self->session, &question, &hearer);
    if (code || !now.waits || strcmp(now.there, row->there) == 0)
        return code;
    *goes = false;
    told.revision = now.revision;
    told.there = now.there;
    told.why = *now.there ? "what the target has was changed there since" : now.why;
    tell(self, row, &told);
    return EXIT_DONE;
}

/* --- let go --- */

static void
write_request(wb_buf *body, const applying *self)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", wb_view_of(self->rows[0].target));
    wb_json_put_key(&out, "rows");
    wb_json_open(&out, '[');
    for (size_t i = 0; i < self->count; i++) {
        const wb_plan_row_read *row = &self->rows[i];

        wb_json_open(&out, '{');
        wb_json_member_text(&out, "record", wb_view_of(row->record));
        wb_json_member_int(&out, "revision", row->revision);
        put_digest(&out, "state", row->state);
        put_digest(&out, "request", row->request);
        wb_json_close(&out, '}');
    }
    wb_json_close(&out, ']');
    wb_json_close(&out, '}');
}

static const wb_plan_row_read *
find(const applying *self, const char *record)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->rows[i].record, record) == 0)
            return &self->rows[i];
    return NULL;
}

static void
hear_row(applying *self, wb_json_ref at)
{
    wb_json *json = self->session->json;
    char record[WB_KEY_MAX + 1], did[32], why[256];
    char state[WB_PLAN_DIGEST_MAX + 1], request[WB_PLAN_DIGEST_MAX + 1];
    const wb_plan_row_read *row =
        find(self, wb_read_text(json, at, "record", record, sizeof record));
    outcome now = {.did = wb_read_text(json, at, "did", did, sizeof did),
                   .why = wb_read_text(json, at, "why", why, sizeof why),
                   .revision = wb_read_int(json, at, "revision"),
                   .state = wb_read_text(json, at, "state", state, sizeof state),
                   .request = wb_read_text(json, at, "request", request, sizeof request),
                   .there = ""};

    if (row)
        tell(self, row, &now);
}

/* Of all pushers one has the target. */
static int
hear(applying *self, const wb_ask *ask)
{
    wb_json *json = self->session->json;

    for (size_t i = 0; i < ask->count; i++) {
        wb_json_ref rows;

        if (!ask->answers[i].answered)
            continue;
        if (!wb_session_read(self->session, &ask->answers[i]))
            return EXIT_NO;
        if (!wb_read_bool(json, 0, "owner"))
            continue;
        rows = wb_json_get(json, 0, "rows");
        for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            hear_row(self, at);
        return EXIT_DONE;
    }
    fprintf(stderr, "waybill: no process that answers has %s\n", self->rows[0].target);
    return EXIT_SILENT;
}

static int
let_go(applying *self)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code;

    if (!self->count)
        return EXIT_DONE;
    wb_buf_init(&body, 256 * 1024);
    write_request(&body, self);
    code = wb_session_ask(&ask, self->session, "pusher", WB_KIND_CALL_APPLY, wb_buf_view(&body));
    if (!code)
        code = hear(self, ask);
    self->count = 0;
    return code;
}

static int
on_planned(void *arg, const wb_plan_row_read *row)
{
    applying *self = arg;
    bool goes = false;
    int code = EXIT_DONE;

    if (self->count == ROWS || (self->count && strcmp(self->rows[0].target, row->target) != 0))
        code = let_go(self);
    if (!code)
        code = look(self, row, &goes);
    if (!code && goes)
        self->rows[self->count++] = *row;
    return code;
}

static int
apply(const void *conf, const wb_words *words)
{
    const apply_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_free) applying *one = wb_alloc(sizeof *one);
    wb_err err = {0};
    int code = wb_session_open(&session, "apply", self->config);

    if (code)
        return code;
    one->conf = self;
    one->session = &session;
    if (wb_plan_read(words->items[0], session.place.deployment, on_planned, one, &code, &err)) {
        fprintf(stderr, "waybill apply: %s: %s\n", words->items[0], err.text);
        return EXIT_NO;
    }
    if (!code)
        code = let_go(one);
    if (!self->json)
        printf("%lld let go, %lld delivered before, %lld refused\n", (long long)one->released,
               (long long)one->delivered, (long long)one->refused);
    return !code && one->refused ? EXIT_NO : code;
}

const wb_command wb_command_apply = {
    .name = "apply",
    .words = "PLAN",
    .summary = "let go what a plan says, where nothing has changed since",
    .help = "PLAN is a file of waybill plan --out. What is let go leaves as any push does, once, "
            "though\n"
            "its target is paused; waybill plan and waybill why show what waits still. Refused, "
            "record by\n"
            "record, is what has changed: it waits for another plan. Applied again it does nothing "
            "more.\n"
            "Exit code 1: something was refused, or it is no plan.\n",
    .options = options,
    .conf_size = sizeof(apply_conf),
    .words_min = 1,
    .words_max = 1,
    .run = apply,
};
