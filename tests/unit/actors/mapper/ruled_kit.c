/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/mapper/ruled_kit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/mapper/ruled.h"
#include "protocol/base/own.h"

kit self;
static char table[64];

void
make_table(void)
{
    (void)snprintf(table, sizeof table, "/tmp/wb-ruled-%d.csv", (int)getpid());
}

void
remove_table(void)
{
    (void)unlink(table);
}

void
put_table(const char *text)
{
    FILE *file = fopen(table, "w");

    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
}

const char *
with_table(const char *accounts, const char *rest)
{
    static char yaml[4096];

    (void)snprintf(yaml, sizeof yaml, "%stables: {t: {file: %s}}\n%s", accounts, table, rest);
    return yaml;
}

void
say(size_t n, const char *id, const char *status, int updated, const char *lines)
{
    kit_say(&self, n,
            &(kit_order){
                .id = id, .status = status, .total = "5.00", .updated = updated, .lines = lines});
}

void
lies(const char *record, size_t count, const char *reason)
{
    const wb_record_row *row = kit_record(&self, record);

    ck_assert_uint_eq(row->delivery_count, count);
    if (count) {
        ck_assert_int_eq(row->deliveries[0].outcome, WB_OUTCOME_HELD);
        ck_assert_msg(wb_view_is(row->deliveries[0].reason, reason), "%.*s",
                      WB_VIEW_ARG(row->deliveries[0].reason));
    }
    kit_done();
}

bool
walks(void)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 1024);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_ruled_status(&self.mapper, &out);
    wb_json_close(&out, '}');
    return text.len > 2;
}

void
walk(void)
{
    wb_err err = {0};

    kit_done();
    while (walks())
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 5, &err), "%s", err.text);
    kit_look(&self);
}

void
step(void)
{
    wb_commit_stats before, now = {0};
    wb_err err = {0};

    kit_done();
    wb_commit_stat(self.ctx.commit, &before);
    while (now.commits <= before.commits) {
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 5, &err), "%s", err.text);
        wb_commit_stat(self.ctx.commit, &now);
    }
}

void
reload(const char *accounts, const char *csv, const char *rest)
{
    put_table(csv);
    kit_done();
    kit_reload_tables(&self, with_table(accounts, rest));
    walk();
}
