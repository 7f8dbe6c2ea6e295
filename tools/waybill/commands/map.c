/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - what a jq program would make of a record that is kept here; nothing is sent or changed
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/file.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/map_try.h"
#include "tools/waybill/commands/session.h"

typedef struct {
    char *config, *with;
    bool personal, json;
} map_conf;

static const wb_option options[] = {
    WB_TEXT(map_conf, config, "", "the configuration"),
    WB_TEXT(map_conf, with, NULL, "the jq program: a file"),
    WB_BOOL(map_conf, personal, "false", "names and addresses too"),
    WB_BOOL(map_conf, json, "false", "as JSON"),
    WB_END,
};

/* --- the record --- */

typedef struct {
    char key[WB_KEY_MAX + 1];
    wb_record_kind kind;
    wb_buf packed;
} kept;

static void
kept_fini(kept *self)
{
    wb_buf_fini(&self->packed);
}

static void
write_question(wb_buf *body, const char *key)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "record", wb_view_of(key));
    wb_json_member_bool(&out, "personal", true);
    wb_json_close(&out, '}');
}

/* Of a bare id the first that is found. */
static wb_rc
read_kept(wb_json *json, kept *out, bool *found, wb_err *err)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "records"));
    char kind[32];

    *found = at != WB_JSON_NONE;
    if (!*found)
        return WB_OK;
    wb_read_text(json, at, "record", out->key, sizeof out->key);
    out->kind = wb_record_kind_find(wb_view_of(wb_read_text(json, at, "kind", kind, sizeof kind)));
    wb_buf_init(&out->packed, WB_BODY_MAX);
    return wb_canonical_from_json(out->kind, json, wb_json_get(json, at, "canonical"), &out->packed,
                                  err);
}

static int
find(wb_session *session, const char *key, kept *out)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    bool found = false;
    wb_err err = {0};
    int code;

    wb_buf_init(&body, 65536);
    write_question(&body, key);
    code = wb_session_ask(&ask, session, "mapper", WB_KIND_CALL_RECORD, wb_buf_view(&body));
    for (size_t i = 0; !code && !found && i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]) ||
            !read_kept(session->json, out, &found, &err))
            continue;
        fprintf(stderr, "waybill map: %s: %s\n", out->key, err.text);
        code = EXIT_NO;
    }
    if (!code && !found)
        fprintf(stderr, "waybill map: no record %.300s\n", key);
    return code ? code : found ? EXIT_DONE : EXIT_NO;
}

/* --- what differs --- */

typedef struct {
    bool json;
    wb_json_writer out;
    size_t count;
} showing;

static wb_view
or_null(wb_view raw)
{
    return raw.len ? raw : WB_VIEW_LIT("null");
}

static void
on_change(void *arg, const wb_field_change *change)
{
    showing *self = arg;

    self->count++;
    if (self->json) {
        wb_json_open(&self->out, '{');
        wb_json_member_text(&self->out, "field", change->path);
        wb_json_put_key(&self->out, "was");
        wb_json_put_raw(&self->out, or_null(change->from));
        wb_json_put_key(&self->out, "to");
        wb_json_put_raw(&self->out, or_null(change->to));
        wb_json_close(&self->out, '}');
    } else if (!change->from.len) {
        printf("+ %.*s: %.*s\n", WB_VIEW_ARG(change->path), WB_VIEW_ARG(change->to));
    } else if (!change->to.len) {
        printf("- %.*s: %.*s\n", WB_VIEW_ARG(change->path), WB_VIEW_ARG(change->from));
    } else {
        printf("~ %.*s: %.*s -> %.*s\n", WB_VIEW_ARG(change->path), WB_VIEW_ARG(change->from),
               WB_VIEW_ARG(change->to));
    }
}

static int
show(const map_conf *conf, const kept *record, wb_view mapped)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    showing self = {.json = conf->json};
    wb_diff what = {.from = wb_buf_view(&record->packed),
                    .to = mapped,
                    .hide = WB_FIELD_SECRET | (conf->personal ? 0u : (unsigned)WB_FIELD_PERSONAL)};
    wb_err err = {0};

    wb_buf_init(&text, 4 * WB_BODY_MAX);
    wb_json_writer_init(&self.out, &text);
    wb_json_open(&self.out, '{');
    wb_json_member_text(&self.out, "record", wb_view_of(record->key));
    wb_json_put_key(&self.out, "fields");
    wb_json_open(&self.out, '[');
    if (wb_canonical_diff(wb_canonical_fields(record->kind), &what, on_change, &self, &err)) {
        fprintf(stderr, "waybill map: %s\n", err.text);
        return EXIT_NO;
    }
    wb_json_close(&self.out, ']');
    wb_json_close(&self.out, '}');
    if (conf->json)
        printf("%.*s\n", WB_VIEW_ARG(wb_buf_view(&text)));
    else if (!self.count)
        printf("%s: nothing changes\n", record->key);
    return EXIT_DONE;
}

static int
try_out(const map_conf *conf, wb_session *session, const char *key)
{
    WB_AUTO(kept_fini) kept record = {.kind = WB_RECORD_NONE};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    WB_AUTO(wb_buf_fini) wb_buf mapped = {0};
    wb_map_program program = {.name = conf->with};
    wb_err err = {0};
    int code = find(session, key, &record);

    wb_buf_init(&text, WB_MAPPING_PROGRAM_MAX + WB_FILE_SPARE);
    wb_buf_init(&mapped, WB_BODY_MAX);
    if (code)
        return code;
    if (wb_file_read(&text, conf->with, WB_FILE_ANY, NULL, &err)) {
        fprintf(stderr, "waybill map: %s\n", err.text);
        return EXIT_NO;
    }
    program.program = wb_buf_view(&text);
    if (wb_map_once(&program, record.kind, wb_buf_view(&record.packed), &mapped, &err)) {
        fprintf(stderr, "waybill map: %s: %s\n", record.key, err.text);
        return EXIT_NO;
    }
    return show(conf, &record, wb_buf_view(&mapped));
}

static int
map(const void *conf, const wb_words *words)
{
    const map_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    int code = wb_session_open(&session, "map", self->config);

    return code ? code : try_out(self, &session, words->items[0]);
}

const wb_command wb_command_map = {
    .name = "map",
    .words = "KEY",
    .summary = "what a jq program would make of a record",
    .help = "Shows the fields that differ, and sends nothing. KEY is a record's printed key, or a "
            "bare id.\n"
            "Exit code 1: there is no such record, or the program, or what it made of it, is "
            "refused.\n",
    .options = options,
    .conf_size = sizeof(map_conf),
    .words_min = 1,
    .words_max = 1,
    .run = map,
};
