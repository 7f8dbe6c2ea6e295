/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - a person lets go what a rule holds, or what does not add up
 */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/key.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"

typedef struct {
    char *config, *reason, *by;
    bool json;
} release_conf;

static const wb_option options[] = {
    WB_TEXT(release_conf, config, "", "the configuration"),
    WB_TEXT(release_conf, reason, NULL, "why: it is kept with what happened to the record"),
    WB_TEXT(release_conf, by, "", "who decides; without it the user who runs this"),
    WB_BOOL(release_conf, json, "false", "as JSON"),
    WB_END,
};

/* Who releases it; NULL: nobody is named, and the user who runs this has no name. */
static const char *
person(const release_conf *self)
{
    const struct passwd *user = self->by ? NULL : getpwuid(getuid());

    return self->by ? self->by : user ? user->pw_name : NULL;
}

static void
write_body(wb_buf *out, const release_conf *self, const char *record, const char *by)
{
    wb_json_writer writer;

    wb_buf_init(out, 8 * WB_KEY_MAX);
    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "record", wb_view_of(record));
    wb_json_member_text(&writer, "release", wb_view_of(self->reason));
    wb_json_member_text(&writer, "by", wb_view_of(by));
    wb_json_close(&writer, '}');
}

/* What all mappers did; one of them has the record. */
static int
tell(wb_session *session, const wb_ask *ask, const char *record)
{
    int64_t released = 0;
    bool found = false, kept = false;
    char why[1024];

    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        found = found || wb_read_bool(session->json, 0, "found");
        released += wb_read_int(session->json, 0, "released");
        if (!wb_read_text(session->json, 0, "kept", why, sizeof why)[0])
            continue;
        kept = true;
        fprintf(stderr, "waybill release: it stays: %s\n", why);
    }
    printf("%lld released\n", (long long)released);
    if (!found)
        fprintf(stderr, "waybill release: nobody %sknows %.300s\n",
                wb_ask_answered(ask) < ask->count ? "who answered " : "", record);
    else if (!released && !kept)
        fprintf(stderr, "waybill release: no rule keeps it back\n");
    return released && !kept ? EXIT_DONE : EXIT_NO;
}

static int
release(const void *conf, const wb_words *words)
{
    const release_conf *self = conf;
    const char *record = words->items[0], *by = person(self);
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_key_parts parts;
    int code;

    if (wb_key_parse(&parts, wb_view_of(record), NULL) || !by || !*by) {
        fprintf(stderr, "waybill release: %s\n",
                by && *by ? "KEY is a whole key: tenant/account/order/ID" : "--by NAME is needed");
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "release", self->config);
    write_body(&body, self, record, by);
    if (!code)
        code = wb_session_ask(&ask, &session, "mapper", WB_KIND_CALL_HELD, wb_buf_view(&body));
    if (code)
        return code;
    if (!self->json)
        return tell(&session, ask, record);
    wb_ask_print(ask, "mappers", stdout);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

const wb_command wb_command_release = {
    .name = "release",
    .words = "KEY",
    .summary = "let go what a rule holds, or what does not add up",
    .help =
        "KEY is a record's printed key, as `waybill conflicts` shows it. What was released once\n"
        "is not held again. A conflict of tables is not released: mend them, and reload.\n"
        "Exit code 1: something of it stays, or nothing is kept back.\n",
    .options = options,
    .conf_size = sizeof(release_conf),
    .words_min = 1,
    .words_max = 1,
    .run = release,
};
