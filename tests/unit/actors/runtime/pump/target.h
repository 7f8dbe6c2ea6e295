/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target - a webhook target that refuses what the test wants: a record, or all of them
 *
 * Records are "default/shop/order/n1x", "n2x" and so on, up to TARGET_MANY.
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_TARGET_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_TARGET_H

#include <check.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"

#define TARGET_ERP "default/erp"
#define TARGET_MANY 30
#define TARGET_ACCOUNT(look, options)                                                              \
    "  erp: {connector: webhook, backoff_min_ms: 5ms, backoff_max_ms: 20ms, attempts_max: 3, "     \
    "stopped_look_ms: " look ", options: {url: 'http://erp/records', " options "}}\n"
#define TARGET_QUESTION "ask_url: 'http://erp/health'"

/* How it answers, and what it saw: target_open forgets all. */
typedef struct {
    bool (*bad)(size_t n); /* these get `status` */
    int status;
    int all;       /* all get this status; 0 = as they are */
    size_t serves; /* so many are served all the same */
    int question;  /* what the question gets; 0 = 404 */
    int probe;     /* what a probe gets; 0 = that it is there */
    size_t calls, bad_calls, questions;
    size_t times[TARGET_MANY + 1]; /* by record */
    size_t told;                   /* turns of the account */
} target_state;
extern target_state target;

void target_open(kit *self, const char *yaml);
void target_watch(kit *self); /* the account's turns, after a kit_restart */
void target_take(kit *self, size_t n);
void target_take_revision(kit *self, size_t n, uint64_t revision);
void target_take_many(kit *self, size_t count); /* from 1 */
void target_reply(int status);                  /* to the oldest request */
/* A turn; then all that is asked is answered. */
void target_answer(kit *self);
void target_answer_for(kit *self, int64_t ms);
#define target_answer_until(self, condition)                                                       \
    do {                                                                                           \
        int64_t end_ = wb_now_ms() + KIT_DEADLINE_MS;                                              \
        while (!(condition) && wb_now_ms() < end_)                                                 \
            target_answer(self);                                                                   \
        ck_assert_msg((condition), "not in time: %s", #condition);                                 \
    } while (0)
size_t target_marks(kit *self);
size_t target_parked(kit *self);

#endif
