/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/pump/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

target_state target;

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

static void
on_turn(void *arg, wb_account *account)
{
    (void)arg;
    (void)account;
    target.told++;
}

void
target_open(kit *self, const char *yaml)
{
    target = (target_state){0};
    kit_open(self, yaml, connectors);
    target_watch(self);
}

void
target_watch(kit *self)
{
    wb_gate_on_account(self->ctx.gate, on_turn, NULL);
}

void
target_take_revision(kit *self, size_t n, uint64_t revision)
{
    char record[64];

    snprintf(record, sizeof record, "default/shop/order/n%zux", n);
    kit_take(self,
             &(kit_want){.n = n, .target = TARGET_ERP, .record = record, .revision = revision});
}

void
target_take(kit *self, size_t n)
{
    target_take_revision(self, n, 7);
}

void
target_take_many(kit *self, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        target_take(self, i);
}

void
target_reply(int status)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = status});
}

static void
answer_one(void)
{
    const kit_request *request = kit_next(NULL);
    const char *at = strstr(request->body, "order/n");
    size_t n = 0;
    bool bad = false;

    for (; at; at = strstr(at + 1, "order/n")) {
        n = strtoul(at + strlen("order/n"), NULL, 10);
        bad |= target.bad && target.bad(n);
        target.times[n]++;
    }
    if (strstr(request->url, "/health")) {
        target.questions++;
        target_reply(target.question ? target.question : 404);
        return;
    }
    if (strstr(request->url, "/probe/")) {
        kit_reply(&(kit_answer){.status = target.probe ? target.probe : 200,
                                .body = target.probe ? "" : "{\"revision\":7}"});
        return;
    }
    target.calls++;
    target.bad_calls += bad;
    if (target.serves > 0 && target.serves--)
        target_reply(200);
    else
        target_reply(target.all ? target.all : bad ? target.status : 200);
}

void
target_answer(kit *self)
{
    kit_turn(self);
    while (kit_next(NULL))
        answer_one();
}

void
target_answer_for(kit *self, int64_t ms)
{
    int64_t end = wb_now_ms() + ms;

    while (wb_now_ms() < end)
        target_answer(self);
}

size_t
target_marks(kit *self)
{
    return kit_rows(self, WB_DB_MARKS);
}

size_t
target_parked(kit *self)
{
    return kit_rows(self, WB_DB_PARKED);
}
