/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person sees of when each shop was read: every column, and how wide it becomes
 */
#include "tools/waybill/commands/syncs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define TIME_SIZE 32

typedef struct {
    char at[5][TIME_SIZE]; /* 3 s, 4 min and more, 2 h, 11 d 20 h ago; in a year */
    char body[2000];
    wb_json *json;
    char *text; /* what was printed */
    size_t len;
} seen;

static void
setup(seen *self, bool ends)
{
    static const int64_t ago_s[] = {3, 250, 7260, 1022400, -31536000};
    int64_t now_us = wb_now_utc_us();
    wb_err err = {0};

    *self = (seen){.json = wb_json_new()};
    for (size_t i = 0; i < WB_COUNT(ago_s); i++)
        wb_time_text(self->at[i], now_us - now_us % WB_US_PER_S - ago_s[i] * WB_US_PER_S, false);
    (void)snprintf(
        self->body, sizeof self->body,
        "{\"syncs\":[{\"account\":\"default/shop-of-europe\",\"last_sync_at\":\"%.19s.987654Z\","
        "\"last_full_sync_at\":\"%s\",\"sync_status\":\"completed\","
        "\"last_product_sync_at\":\"%s\",\"last_product_full_sync_at\":\"%s\","
        "\"product_sync_status\":\"failed\"%s%s%s},"
        "{\"account\":\"default/new\",\"last_sync_at\":null,\"last_full_sync_at\":null,"
        "\"sync_status\":\"pending\"},"
        "{\"account\":\"default/goods\",\"last_product_sync_at\":\"%s\","
        "\"last_product_full_sync_at\":null,\"product_sync_status\":\"running\"},"
        "{\"account\":\"default/erp\"}]}",
        self->at[1], self->at[2], self->at[0], self->at[3], ends ? ",\"credentials_end\":\"" : "",
        ends ? self->at[4] : "", ends ? "\"" : "", self->at[1]);
    ck_assert_msg(!wb_json_parse(self->json, wb_view_of(self->body), &err), "%s", err.text);
}

static void
print(seen *self, const char *heads, void (*put)(wb_table *table, wb_json *json))
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    FILE *out = open_memstream(&self->text, &self->len);

    wb_table_init(&table, heads);
    put(&table, self->json);
    wb_table_print(&table, out);
    ck_assert_int_eq(fclose(out), 0);
}

/* Blanks at the end of a line are no width. */
static size_t
widest(const char *text)
{
    size_t most = 0;

    while (*text) {
        size_t len = strcspn(text, "\n"), shown = len;

        while (shown && text[shown - 1] == ' ')
            shown--;
        most = shown > most ? shown : most;
        text += len + (text[len] == '\n');
    }
    return most;
}

static void
is_line(const seen *self, const char *wanted)
{
    ck_assert_msg(strstr(self->text, wanted), "%s\nis not in\n%s", wanted, self->text);
}

static void
close_seen(seen *self)
{
    wb_json_destroy(&self->json);
    wb_free(&self->text);
}

START_TEST(ages_are_for_a_glance)
{
    seen self;

    setup(&self, true);
    print(&self, WB_SYNCS_AGES, wb_syncs_put_ages);
    is_line(&self, "shop                    orders     read  in full  products  read  in full\n");
    is_line(&self, "default/shop-of-europe  completed  4m    2h 1m    failed    3s    11d 20h\n");
    is_line(&self, "default/new             pending    -     -        -         -     -\n");
    is_line(&self, "default/goods           -          -     -        running   4m    -\n");
    ck_assert(!strstr(self.text, "erp")); /* neither is read of it */
    ck_assert_uint_le(widest(self.text), 80);
    close_seen(&self);
}
END_TEST

START_TEST(times_have_a_line_for_each_kind)
{
    char line[300];
    seen self;

    setup(&self, _i);
    ck_assert_int_eq(wb_syncs_have_ends(self.json), _i);
    print(&self, _i ? WB_SYNCS_TIMES_ENDS : WB_SYNCS_TIMES, wb_syncs_put_times);
    (void)snprintf(line, sizeof line, "default/shop-of-europe  orders    completed  %s  %s%s%s\n",
                   self.at[1], self.at[2], _i ? "  " : "", _i ? self.at[4] : "");
    is_line(&self, line);
    (void)snprintf(line, sizeof line, "default/shop-of-europe  products  failed     %s  %s%s\n",
                   self.at[0], self.at[3], _i ? "  " : "");
    is_line(&self, line);
    (void)snprintf(line, sizeof line, "default/goods           products  running    %s  -",
                   self.at[1]);
    is_line(&self, line);
    is_line(&self, "default/new             orders    pending    -                     -");
    is_line(&self, "default/erp             -         -          -                     -");
    ck_assert_uint_le(widest(self.text), _i ? 120 : 90); /* 80 for a name nine shorter */
    close_seen(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {ages_are_for_a_glance,           0},
        {times_have_a_line_for_each_kind, 2},
        {NULL,                            0},
    };

    return wb_suite_run("tools.waybill.syncs", rows);
}
