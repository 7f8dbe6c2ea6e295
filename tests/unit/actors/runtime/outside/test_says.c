/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/says.h"

#include <check.h>

#include "tests/unit/suite.h"

#define ITEMS 2

/* What a connector made of an answer, and what that says of the account. */
static const struct {
    const char *label;
    wb_verb verb;
    int items, status;
    wb_rc rc;
    wb_result_code results[ITEMS];
    bool whole, throttled;
    wb_says says;
    bool declined;
} rows[] = {
    {"no answer",                                           WB_VERB_PUSH,  1, 0,   WB_RETRY,   {0},              false, false, WB_SAYS_NOTHING,  false},
    {"not sent: no trust",
     WB_VERB_PUSH,                                                         1,
     0,                                                                            WB_SUSPEND,
     {0},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"done",                                                WB_VERB_PUSH,  1, 200, WB_OK,      {WB_RESULT_DONE}, false, false, WB_SAYS_GOOD,     false},
    {"refused inside a success",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_OK,
     {WB_RESULT_PARK},
     false,                                                                                                             false,
     WB_SAYS_GOOD,                                                                                                                               false},
    {"a success that is unreadable",
     WB_VERB_FETCH,                                                        1,
     200,                                                                          WB_REJECT,
     {0},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"the first of its parts",
     WB_VERB_FETCH,                                                        1,
     200,                                                                          WB_OK,
     {WB_RESULT_MORE},
     false,                                                                                                             false,
     WB_SAYS_PART,                                                                                                                               false},
    {"a part, and a whole record",
     WB_VERB_FETCH,                                                        2,
     200,                                                                          WB_OK,
     {WB_RESULT_MORE, WB_RESULT_DONE},
     false,                                                                                                             false,
     WB_SAYS_GOOD,                                                                                                                               false},
    {"a page",                                              WB_VERB_PULL,  0, 200, WB_OK,      {0},              false, false, WB_SAYS_GOOD,     false},
    {"access refused",                                      WB_VERB_PUSH,  1, 403, WB_SUSPEND, {0},              false, false, WB_SAYS_REFUSED,  false},
    {"another word for it",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_SUSPEND,
     {0},
     false,                                                                                                             false,
     WB_SAYS_REFUSED,                                                                                                                            false},
    {"too fast",                                            WB_VERB_PUSH,  1, 429, WB_RETRY,   {0},              false, true,  WB_SAYS_NOTHING,  false},
    {"too fast, in a success",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_OK,
     {0},
     false,                                                                                                             true,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"out of order",                                        WB_VERB_PUSH,  1, 503, WB_RETRY,   {0},              false, false, WB_SAYS_NOTHING,  false},
    {"out of order, read",
     WB_VERB_PUSH,                                                         1,
     500,                                                                          WB_OK,
     {WB_RESULT_UNKNOWN},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"a bad request",                                       WB_VERB_FETCH, 1, 400, WB_REJECT,  {0},              false, false, WB_SAYS_DECLINED, false},
    {"a bad record",
     WB_VERB_PUSH,                                                         1,
     422,                                                                          WB_OK,
     {WB_RESULT_PARK},
     false,                                                                                                             false,
     WB_SAYS_DECLINED,                                                                                                                           false},
    {"no such record",
     WB_VERB_FETCH,                                                        1,
     404,                                                                          WB_OK,
     {WB_RESULT_ABSENT},
     false,                                                                                                             false,
     WB_SAYS_DECLINED,                                                                                                                           false},
    {"not yet",
     WB_VERB_FETCH,                                                        1,
     404,                                                                          WB_OK,
     {WB_RESULT_RETRY},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"one is bad, one is taken",
     WB_VERB_PUSH,                                                         2,
     422,                                                                          WB_OK,
     {WB_RESULT_PARK, WB_RESULT_UNCHANGED},
     false,                                                                                                             false,
     WB_SAYS_GOOD,                                                                                                                               false},
    {"a batch that has a bad one",
     WB_VERB_PUSH,                                                         2,
     422,                                                                          WB_OK,
     {0},
     true,                                                                                                              false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"refused whole, and alone",
     WB_VERB_PUSH,                                                         1,
     422,                                                                          WB_OK,
     {0},
     true,                                                                                                              false,
     WB_SAYS_DECLINED,                                                                                                                           false},
    {"refused whole, inside a success",
     WB_VERB_PUSH,                                                         2,
     200,                                                                          WB_OK,
     {0},
     true,                                                                                                              false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"refused whole, inside a success that was to say who",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_OK,
     {0},
     true,                                                                                                              false,
     WB_SAYS_DECLINED,                                                                                                                           false},
    {"a probe that finds nothing",
     WB_VERB_PROBE,                                                        1,
     404,                                                                          WB_OK,
     {WB_RESULT_ABSENT},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            false},
    {"its no, inside a success",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_OK,
     {WB_RESULT_PARK},
     false,                                                                                                             false,
     WB_SAYS_DECLINED,                                                                                                                           true },
    {"the same, unreadable to others",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_REJECT,
     {0},
     false,                                                                                                             false,
     WB_SAYS_DECLINED,                                                                                                                           true },
    {"its no to one, and another taken",
     WB_VERB_PUSH,                                                         2,
     200,                                                                          WB_OK,
     {WB_RESULT_PARK, WB_RESULT_DONE},
     false,                                                                                                             false,
     WB_SAYS_GOOD,                                                                                                                               true },
    {"its no, which may be a repeat",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_OK,
     {WB_RESULT_UNKNOWN},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            true },
    {"its no to a question",
     WB_VERB_PROBE,                                                        1,
     200,                                                                          WB_REJECT,
     {0},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            true },
    {"its no to who reads",
     WB_VERB_FETCH,                                                        1,
     200,                                                                          WB_REJECT,
     {0},
     false,                                                                                                             false,
     WB_SAYS_DECLINED,                                                                                                                           true },
    {"its no, by the word for all",
     WB_VERB_PUSH,                                                         1,
     200,                                                                          WB_SUSPEND,
     {0},
     false,                                                                                                             false,
     WB_SAYS_REFUSED,                                                                                                                            true },
    {"a page that is refused",
     WB_VERB_PULL,                                                         0,
     400,                                                                          WB_REJECT,
     {0},
     false,                                                                                                             false,
     WB_SAYS_NOTHING,                                                                                                                            false},
};

START_TEST(what_an_answer_says_of_its_account)
{
    const wb_op op = {.verb = rows[_i].verb};
    const wb_call call = {.op = &op, .item_count = (size_t)rows[_i].items};
    wb_outcomes out = {.refused_whole = rows[_i].whole,
                       .throttled = rows[_i].throttled,
                       .declined = rows[_i].declined};
    wb_result results[ITEMS] = {{.code = rows[_i].results[0]}, {.code = rows[_i].results[1]}};

    out.results = results;
    out.result_count = call.item_count;
    ck_assert_msg(wb_says_of(&call, rows[_i].rc, &out, rows[_i].status) == rows[_i].says, "%s",
                  rows[_i].label);
}
END_TEST

int
main(void)
{
    const wb_suite_row all[] = {
        {what_an_answer_says_of_its_account, sizeof rows / sizeof *rows},
        {NULL,                               0                         },
    };

    return wb_suite_run("runtime.says", all);
}
