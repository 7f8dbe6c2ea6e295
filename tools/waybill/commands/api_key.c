/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api-key - keys of the HTTP API: made, shown once, listed, revoked
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "actors/ask/api_keys.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/host/place.h"
#include "tools/waybill/terminal/table.h"

#define FOLDER "api-keys"
#define LIST_MAX (1024 * 1024)

typedef struct {
    char *config;
    int64_t role;
    bool json;
} api_key_conf;

static const char *const roles[] = {"read", "operate", "admin", NULL};

static const wb_option options[] = {
    WB_TEXT(api_key_conf, config, "", "the configuration"),
    WB_CHOICE(api_key_conf, role, "read", roles,
              "add: what it may; each may what those before it may"),
    WB_BOOL(api_key_conf, json, "false", "as JSON"),
    WB_END,
};

static int
fail(const wb_err *err, wb_rc rc)
{
    fprintf(stderr, "waybill api-key: %s\n", err->text);
    return rc == WB_REJECT ? EXIT_NO : EXIT_CONFIG;
}

static int
add(const api_key_conf *conf, const char *folder, const char *name)
{
    wb_api_key key = {.role = (wb_role)(conf->role + WB_ROLE_READ),
                      .created_utc_us = wb_now_utc_us()};
    char text[WB_API_KEY_TEXT_MAX + 1];
    wb_err err = {0};
    wb_rc rc;

    if (strlen(name) > WB_API_KEY_NAME_MAX)
        name = ""; /* is told as no name */
    (void)snprintf(key.name, sizeof key.name, "%s", name);
    rc = wb_api_key_add(folder, &key, text, &err);
    if (rc)
        return fail(&err, rc);
    if (conf->json)
        printf("{\"name\":\"%s\",\"role\":\"%s\",\"key\":\"%s\"}\n", key.name,
               wb_role_name(key.role), text);
    else
        printf("%s\n", text);
    fprintf(stderr, "It is not shown again: keep it where its owner keeps secrets.\n");
    return EXIT_DONE;
}

static int
revoke(const char *folder, const char *name)
{
    wb_err err = {0};
    wb_rc rc = wb_api_key_remove(folder, name, &err);

    if (rc)
        return fail(&err, rc);
    printf("%s counts no more\n", name);
    return EXIT_DONE;
}

/* --- list --- */

static void
put_json(void *arg, const char *file, const wb_api_key *key, const char *fault)
{
    wb_json_writer *out = arg;

    wb_json_open(out, '{');
    wb_json_member_text(out, "name", wb_view_of(file));
    wb_json_member_text(out, "fault", wb_view_of(fault));
    if (key) {
        wb_json_member_text(out, "role", wb_view_of(wb_role_name(key->role)));
        wb_json_put_key(out, "created");
        wb_json_put_time(out, key->created_utc_us);
    }
    wb_json_close(out, '}');
}

static void
put_row(void *arg, const char *file, const wb_api_key *key, const char *fault)
{
    char created[WB_TIME_TEXT_MAX + 1] = "";

    if (key)
        wb_time_text(created, key->created_utc_us, false);
    wb_table_row(arg, "%s\t%s\t%s\t%s", file, key ? wb_role_name(key->role) : "none", created,
                 fault);
}

static int
list(const api_key_conf *conf, const char *folder)
{
    wb_api_keys *keys = wb_api_keys_open(folder);
    WB_AUTO(wb_table_fini) wb_table table = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer writer;

    wb_buf_init(&text, LIST_MAX);
    wb_json_writer_init(&writer, &text);
    wb_json_open(&writer, '[');
    wb_table_init(&table, "name\trole\tcreated\tfault");
    if (conf->json)
        wb_api_keys_list(keys, put_json, &writer);
    else
        wb_api_keys_list(keys, put_row, &table);
    wb_json_close(&writer, ']');
    if (conf->json)
        printf("{\"keys\":%s}\n", wb_buf_text(&text));
    else
        wb_table_print(&table, stdout);
    wb_api_keys_close(&keys);
    return EXIT_DONE;
}

static int
api_key(const void *conf, const wb_words *words)
{
    const api_key_conf *self = conf;
    const char *action = words->items[0];
    char folder[WB_PATH_SIZE + 32];
    wb_place place = {0};
    wb_err err = {0};

    if (strcmp(action, "list") == 0
            ? words->count != 1
            : words->count != 2 || (strcmp(action, "add") != 0 && strcmp(action, "revoke") != 0)) {
        fprintf(stderr, "waybill api-key: add NAME, list, or revoke NAME\n");
        return EXIT_USAGE;
    }
    if (wb_place_find(&place, self->config, &err))
        return fail(&err, WB_FATAL);
    (void)snprintf(folder, sizeof folder, "%s/" FOLDER, place.state);
    if (strcmp(action, "list") == 0)
        return list(self, folder);
    if (mkdir(place.state, 0700) && errno != EEXIST) { /* before the first `up` it is not there */
        fprintf(stderr, "waybill api-key: %s cannot be made: %s\n", place.state, strerror(errno));
        return EXIT_CONFIG;
    }
    return strcmp(action, "add") == 0 ? add(self, folder, words->items[1])
                                      : revoke(folder, words->items[1]);
}

const wb_command wb_command_api_key = {
    .name = "api-key",
    .words = "add NAME | list | revoke NAME",
    .summary = "keys of the HTTP API: make one, list them, revoke one",
    .help =
        "add: the key is shown once, on standard output; what is stored is its scrypt, in a file\n"
        "of its name in the state folder. A revoked key counts no more within a second, in every\n"
        "gateway of this host; to other hosts the folder goes as the configuration does.\n"
        "Exit code 1: there is one of that name, or none.\n",
    .options = options,
    .conf_size = sizeof(api_key_conf),
    .words_min = 1,
    .words_max = 2,
    .run = api_key,
};
