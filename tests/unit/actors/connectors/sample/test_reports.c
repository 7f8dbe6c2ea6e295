/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a report: what each asks, and where its answer leads.
 */
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

#define DAY_US INT64_C(86400000000)
#define WAIT_MS 60000
#define ID "{\"id\":\"R-7\","

/* At the step that these answers lead to, from the first on. */
static void
start_at(kit *self, const char *step)
{
    static const struct {
        const char *op, *body;
    } ways[] = {
        {"reports.create",   "{\"id\":\"R-7\"}"                           },
        {"reports.get",      ID "\"state\":\"done\",\"made\":\"2026-01-02T02:00:00Z\","
                           "\"document\":\"D 7\"}" },
        {"reports.document", "{\"url\":\"https://files.example/7?sig=s\"}"},
        {"reports.rows",     NULL                                         },
    };
    const wb_stream *stream = wb_connector_stream(&wb_connector_sample, WB_VIEW_LIT("metrics"));
    sample_options *options = sample_start(self, ways[0].op);

    options->report_wait = WAIT_MS;
    self->call.from_utc_us = KIT_NOW_US - 3 * DAY_US; /* in the year before */
    self->call.to_utc_us = KIT_NOW_US;
    for (size_t i = 0; strcmp(ways[i].op, step) != 0; i++) {
        ck_assert_int_eq(kit_read_text(self, 200, NULL, ways[i].body), WB_OK);
        ck_assert(self->out.item_count == 0 && !self->out.again_ms);
        kit_cursor(self, self->out.cursor);
        self->call.op = wb_connector_page(&wb_connector_sample, options, stream, self->call.cursor);
        ck_assert_str_eq(self->call.op->name, ways[i + 1].op);
    }
}

static const struct {
    const char *step, *method, *url, *body;
} requests[] = {
    {"reports.create",   "POST", SAMPLE_URL "/reports",
     "{\"report\":\"sales\",\"from\":\"2025-12\",\"to\":\"2026-01\"}"},
    {"reports.get",      "GET",  SAMPLE_URL "/reports/R-7",       "" },
    {"reports.document", "GET",  SAMPLE_URL "/documents/D%207",   "" },
    {"reports.rows",     "GET",  "https://files.example/7?sig=s", "" },
};

START_TEST(each_step_asks_by_the_cursor)
{
    kit self;

    start_at(&self, requests[_i].step);
    ck_assert_int_eq(kit_build(&self), WB_OK);
    ck_assert_str_eq(self.request.method, requests[_i].method);
    ck_assert_str_eq(wb_buf_text(&self.request.url), requests[_i].url);
    ck_assert_str_eq(wb_buf_text(&self.request.body), requests[_i].body);
    ck_assert_int_eq(self.request.sink.gzip, _i == 3);
    kit_fini(&self);
}
END_TEST

/* The access token for what is the shop's own; nothing for a URL that opens itself, elsewhere. */
START_TEST(a_document_elsewhere_is_not_told_what_opens_the_account)
{
    wb_view told;
    kit self;

    start_at(&self, requests[_i].step);
    kit_text(&((sample_options *)self.options)->token, "static");
    ck_assert_int_eq(kit_build(&self), WB_OK);
    ck_assert_int_eq(
        wb_connector_sample.sign(&self.call, WB_VIEW_LIT("access"), &self.request, &self.err),
        WB_OK);
    told = wb_request_find_header(&self.request, "authorization");
    ck_assert(_i == 3 ? told.data == NULL : wb_view_is(told, "Bearer access"));
    ck_assert_int_eq(self.call.op->needs_token, _i != 3);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *step;
    int status;
    const char *body;
    wb_rc rc;
    const char *leads; /* NULL: the slice is done */
    int64_t again_ms;
    const char *word;
} answers[] = {
    {"reports.create",   202, "{\"id\":\"\"}",                                     WB_RETRY,   NULL,               0,     "no id"         },
    {"reports.create",   202, "{\"id\":7}",                                        WB_RETRY,   NULL,               0,     "no id"         },
    {"reports.create",   401, "",                                                  WB_SUSPEND, NULL,               0,     "access refused"},
    {"reports.get",      200, ID "\"state\":\"pending\",\"again_ms\":2000}",       WB_OK,      "reports.get",      2000,
     NULL                                                                                                                                 },
    {"reports.get",      200, ID "\"state\":\"pending\"}",                         WB_OK,      "reports.get",      30000, NULL            },
    {"reports.get",      200, ID "\"state\":\"pending\",\"again_ms\":-5}",         WB_OK,      "reports.get",      100,
     NULL                                                                                                                                 },
    {"reports.get",      200, ID "\"state\":\"pending\",\"again_ms\":1000000000}", WB_OK,      "reports.get",
     600000,                                                                                                              NULL            },
    {"reports.get",      200, ID "\"state\":\"empty\"}",                           WB_OK,      NULL,               0,     NULL            },
    {"reports.get",      200, ID "\"state\":\"fatal\",\"reason\":\"no room\"}",    WB_REJECT,  NULL,               0,
     "the report is fatal: no room"                                                                                                       },
    {"reports.get",      200, ID "\"state\":\"cancelled\"}",                       WB_REJECT,  NULL,               0,     "cancelled"     },
    {"reports.get",      200, ID "\"state\":\"dreaming\"}",                        WB_RETRY,   NULL,               0,     "nobody knows"  },
    {"reports.get",      200, ID "\"state\":\"done\"}",                            WB_RETRY,   NULL,               0,     "no document"   },
    {"reports.get",      200, "{\"id\":\"R-8\",\"state\":\"empty\"}",              WB_RETRY,   NULL,               0,
     "another report"                                                                                                                     },
    {"reports.get",      404, "",                                                  WB_REJECT,  NULL,               0,     "404"           },
    {"reports.document", 200, "{\"url\":\"file:///etc/passwd\"}",                  WB_RETRY,   NULL,               0,     "where"         },
    {"reports.document", 200, "{}",                                                WB_RETRY,   NULL,               0,     "where"         },
    {"reports.rows",     410, "",                                                  WB_OK,      "reports.document", 0,     NULL            },
    {"reports.rows",     403, "",                                                  WB_OK,      "reports.document", 0,     NULL            },
    {"reports.rows",     503, "",                                                  WB_RETRY,   NULL,               0,     "503"           },
};

START_TEST(an_answer_leads_on_or_says_why_not)
{
    const wb_stream *stream = wb_connector_stream(&wb_connector_sample, WB_VIEW_LIT("metrics"));
    kit self;

    start_at(&self, answers[_i].step);
    ck_assert_msg(kit_read_text(&self, answers[_i].status, NULL, answers[_i].body) ==
                      answers[_i].rc,
                  "%s", self.err.text);
    ck_assert_int_eq(self.out.again_ms, answers[_i].again_ms);
    ck_assert_int_eq(self.out.renew_token, answers[_i].status == 401);
    if (answers[_i].word)
        ck_assert_msg(strstr(self.err.text, answers[_i].word) != NULL, "%s", self.err.text);
    if (answers[_i].leads)
        ck_assert_str_eq(
            wb_connector_page(&wb_connector_sample, self.options, stream, self.out.cursor)->name,
            answers[_i].leads);
    else
        ck_assert_uint_eq(self.out.cursor.len, 0);
    kit_fini(&self);
}
END_TEST

START_TEST(what_is_never_done_is_given_up)
{
    kit self;

    start_at(&self, "reports.get");
    self.call.now_utc_us += (WAIT_MS - 1) * WB_US_PER_MS;
    ck_assert_int_eq(kit_build(&self), WB_OK);
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, ID "\"state\":\"pending\"}"), WB_OK);
    kit_cursor(&self, self.out.cursor); /* to wait does not make it younger */
    self.call.now_utc_us += 2 * WB_US_PER_MS;
    ck_assert_int_eq(kit_build(&self), WB_REJECT);
    ck_assert_ptr_nonnull(strstr(self.err.text, "was not done after 60 s"));
    kit_fini(&self);
}
END_TEST

/* A document that nobody can get in time is not asked for without end. */
START_TEST(a_url_that_ends_is_asked_for_again_three_times)
{
    kit self;

    start_at(&self, "reports.rows");
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(kit_read_text(&self, 410, NULL, ""), WB_OK);
        kit_cursor(&self, self.out.cursor);
        kit_op(&self, "reports.document");
        ck_assert_int_eq(kit_read_text(&self, 200, NULL, "{\"url\":\"https://a/b\"}"), WB_OK);
        kit_cursor(&self, self.out.cursor);
        kit_op(&self, "reports.rows");
    }
    ck_assert_int_eq(kit_read_text(&self, 410, NULL, ""), WB_REJECT);
    kit_fini(&self);
}
END_TEST

START_TEST(a_cursor_that_is_none_is_a_step_that_there_is_none_of)
{
    static const char *const cursors[] = {"p2", "\x99\x05", "\xc0"};
    const wb_stream *stream = wb_connector_stream(&wb_connector_sample, WB_VIEW_LIT("metrics"));
    kit self;

    sample_start(&self, "reports.get");
    kit_cursor(&self, wb_view_of(cursors[_i]));
    ck_assert_ptr_null(
        wb_connector_page(&wb_connector_sample, self.options, stream, self.call.cursor));
    ck_assert_int_eq(kit_build(&self), WB_REJECT);
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, ID "\"state\":\"empty\"}"), WB_REJECT);
    kit_fini(&self);
}
END_TEST

/* --- tokens --- */

static const struct {
    int status;
    const char *body;
    wb_rc rc;
    const char *token, *grant;
    int64_t ttl_ms, grant_ttl_ms;
} tokens[] = {
    {200, "{\"token\":\"t\",\"expires_in\":60,\"grant\":\"g\",\"grant_expires_in\":86400}", WB_OK,
     "t",                                                                                                    "g", 60000, 86400000},
    {200, "{\"token\":\"t\"}",                                                              WB_OK,      "t", "",  60000, 0       },
    {200, "{\"token\":\"t\",\"grant\":7}",                                                  WB_OK,      "t", "7", 60000, 0       },
    {200, "{\"token\":\"t\",\"grant\":null,\"grant_expires_in\":-1}",                       WB_OK,      "t", "",  60000, 0       },
    {200, "{\"token\":\"\"}",                                                               WB_RETRY,   "",  "",  0,     0       },
    {200, "{}",                                                                             WB_RETRY,   "",  "",  0,     0       },
    {400, "",                                                                               WB_SUSPEND, "",  "",  0,     0       },
    {503, "",                                                                               WB_RETRY,   "",  "",  0,     0       },
};

START_TEST(a_grant_gets_a_token_and_the_next_grant)
{
    kit self;

    sample_start(&self, "token.get");
    self.call.grant = WB_VIEW_LIT("g\"1");
    ck_assert_int_eq(kit_build(&self), WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.body), "{\"grant\":\"g\\\"1\"}");
    ck_assert_int_eq(kit_read_text(&self, tokens[_i].status, NULL, tokens[_i].body), tokens[_i].rc);
    if (tokens[_i].rc == WB_OK) {
        ck_assert(wb_view_is(wb_buf_view(&self.out.token), tokens[_i].token));
        ck_assert(wb_view_is(wb_buf_view(&self.out.grant), tokens[_i].grant));
        ck_assert_int_eq(self.out.token_ttl_ms, tokens[_i].ttl_ms);
        ck_assert_int_eq(self.out.grant_ttl_ms, tokens[_i].grant_ttl_ms);
    }
    kit_fini(&self);
}
END_TEST

START_TEST(without_a_grant_it_is_told_what_to_set)
{
    kit self;

    sample_start(&self, "token.get");
    ck_assert_int_eq(kit_build(&self), WB_REJECT);
    ck_assert_ptr_nonnull(strstr(self.err.text, "grant: set it"));
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {each_step_asks_by_the_cursor,                            WB_COUNT(requests)},
        {a_document_elsewhere_is_not_told_what_opens_the_account, WB_COUNT(requests)},
        {an_answer_leads_on_or_says_why_not,                      WB_COUNT(answers) },
        {what_is_never_done_is_given_up,                          0                 },
        {a_url_that_ends_is_asked_for_again_three_times,          0                 },
        {a_cursor_that_is_none_is_a_step_that_there_is_none_of,   3                 },
        {a_grant_gets_a_token_and_the_next_grant,                 WB_COUNT(tokens)  },
        {without_a_grant_it_is_told_what_to_set,                  0                 },
        {NULL,                                                    0                 }
    };

    return wb_suite_run("actors.connectors.sample.reports", rows);
}
