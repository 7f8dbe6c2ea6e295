/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/own.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define CONF "tables: {skus: {file: skus.csv, key: sku}, rest: {file: rest.csv}}\n"

/* A process as far as a reload of its tables goes. */
typedef struct {
    wb_ctx ctx;
    char folder[64], path[80];
    wb_buf told; /* events */
} kit;

static const wb_connector *const connectors[] = {NULL};
static char seen[256]; /* by who watches: what he was told of */

static void
put_file(const kit *self, const char *name, const char *text)
{
    char path[128];
    WB_AUTO(wb_fd_close) int fd = -1;

    (void)snprintf(path, sizeof path, "%s/%s", self->folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void
on_publish(void *arg, wb_topic topic, uint64_t sequence, wb_view batch)
{
    (void)sequence;
    ck_assert_int_eq(topic, WB_TOPIC_PROCESS);
    wb_buf_add_view(&((kit *)arg)->told, batch);
}

static void
kit_open(kit *self)
{
    wb_store_conf conf;
    wb_err err = {0};

    *self = (kit){.folder = "/tmp/wb-reload-XXXXXX"};
    ck_assert_ptr_nonnull(folder_make(self->folder));
    (void)snprintf(self->path, sizeof self->path, "%s/w.yaml", self->folder);
    put_file(self, "w.yaml", CONF);
    put_file(self, "skus.csv", "sku,master\nA,M1\n");
    put_file(self, "rest.csv", "a\n1\n");
    self->ctx.config_path = self->path;
    self->ctx.connectors = connectors;
    ck_assert_msg(!wb_config_load(&self->ctx.config, self->path, connectors, NULL, &err), "%s",
                  err.text);
    wb_store_conf_default(&conf);
    conf.path = self->folder;
    conf.deployment = "test";
    ck_assert_msg(!wb_store_open(&self->ctx.store, &conf, &err), "%s", err.text);
    ck_assert(!wb_loop_new(&self->ctx.loop, &err));
    ck_assert(!wb_commit_new(&self->ctx.commit, self->ctx.loop, self->ctx.store, &err));
    wb_buf_init(&self->told, 65536);
    wb_commit_on_publish(self->ctx.commit, on_publish, self);
    seen[0] = '\0';
}

static void
kit_close(kit *self)
{
    wb_err err = {0};

    ck_assert(!wb_commit_flush(self->ctx.commit, &err));
    wb_commit_destroy(&self->ctx.commit);
    wb_store_close(&self->ctx.store);
    wb_loop_destroy(&self->ctx.loop);
    wb_config_destroy(&self->ctx.config);
    wb_buf_fini(&self->told);
    folder_remove(self->folder);
}

static void
note(void *arg, const wb_tables *before, const wb_tables *now)
{
    size_t len = strlen(seen);
    const wb_sheet *old = wb_tables_sheet(before, "skus"), *new = wb_tables_sheet(now, "skus");

    ck_assert_ptr_eq(wb_ctx_tables(arg), now);
    (void)snprintf(seen + len, sizeof seen - len, "%.*s>%.*s ",
                   WB_VIEW_ARG(wb_sheet_text(old, 0, "master")),
                   WB_VIEW_ARG(wb_sheet_text(new, 0, "master")));
}

static const struct {
    const char *label, *name, *text;
    const char *seen; /* by each who watches */
    const char *told, *not_told;
} changes[] = {
    {"a row",             "skus.csv", "sku,master\nA,M2\n",     "M1>M2 M1>M2 ", "skus", "rest"},
    {"another table",     "rest.csv", "a\n2\n",                 "M1>M1 M1>M1 ", "rest", "skus"},
    {"a key that is two", "skus.csv", "sku,master\nA,1\nA,2\n", "",             NULL,   "skus"},
    {"half of a line",    "skus.csv", "sku,master\nA,\"M",      "",             NULL,   "skus"},
    {"none any more",     "skus.csv", "",                       "",             NULL,   "skus"},
};

START_TEST(who_watches_is_told_of_new_tables_and_of_nothing_else)
{
    kit self;
    wb_err err = {0};

    kit_open(&self);
    wb_ctx_on_tables(&self.ctx, note, &self.ctx);
    wb_ctx_on_tables(&self.ctx, note, &self.ctx);
    put_file(&self, changes[_i].name, changes[_i].text);
    wb_actor_reload(&self.ctx);
    ck_assert_msg(!self.ctx.draining && !self.ctx.reexec, "%s", changes[_i].label);
    ck_assert_str_eq(seen, changes[_i].seen);
    ck_assert(!wb_commit_flush(self.ctx.commit, &err));
    ck_assert(!changes[_i].told || memmem(self.told.data, self.told.len, changes[_i].told, 4));
    ck_assert(!self.told.len || !memmem(self.told.data, self.told.len, changes[_i].not_told, 4));
    ck_assert_int_eq(self.told.len == 0, changes[_i].told == NULL);
    kit_close(&self);
}
END_TEST

START_TEST(who_drains_takes_nothing)
{
    kit self;

    kit_open(&self);
    wb_ctx_on_tables(&self.ctx, note, &self.ctx);
    self.ctx.draining = true;
    put_file(&self, "skus.csv", "sku,master\nA,M2\n");
    wb_actor_reload(&self.ctx);
    ck_assert_str_eq(seen, "");
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {who_watches_is_told_of_new_tables_and_of_nothing_else, WB_COUNT(changes)},
        {who_drains_takes_nothing,                              0                },
        {NULL,                                                  0                }
    };

    return wb_suite_run("actors.runtime.actor.reload", rows);
}
