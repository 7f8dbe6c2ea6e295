/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault - what goes wrong in this world, how often, repeatable by its seed
 */
#ifndef WB_TOOLS_SIM_ENGINE_FAULT_H
#define WB_TOOLS_SIM_ENGINE_FAULT_H

#include "protocol/base/buf.h"
#include "protocol/base/random.h"

/* name, where it strikes, what it does */
#define WB_SIM_FAULTS(F)                                                                           \
    F(THROTTLE, "429", WB_SIM_AT_ALL, "answer 429 without a reason in the bucket")                 \
    F(BROKEN, "5xx", WB_SIM_AT_ALL, "answer 500 or 503; nothing was done")                         \
    F(SLOW, "slow", WB_SIM_AT_ALL, "answer rightly, after --slow")                                 \
    F(CUT, "cut", WB_SIM_AT_ALL, "break the connection before anything was done")                  \
    F(CUT_AFTER, "cut_after", WB_SIM_AT_ALL, "break the connection after it was done")             \
    F(HALF, "half", WB_SIM_AT_ALL, "send half the answer, then break the connection")              \
    F(MUTE, "mute", WB_SIM_AT_ALL, "do it and never answer")                                       \
    F(TWICE, "twice", WB_SIM_AT_ALL, "send the answer twice")                                      \
    F(LATE, "late", WB_SIM_AT_ERP, "do it on arrival, answer after --late: the client is gone")    \
    F(APPLY_TWICE, "apply_twice", WB_SIM_AT_ERP, "the request arrives twice (probed targets)")     \
    F(REFUSE_BATCH, "refuse_batch", WB_SIM_AT_ERP, "refuse two records or more whole, with 422")   \
    F(REFUSE_PART, "refuse_part", WB_SIM_AT_ERP, "refuse one record of a batch")                   \
    F(FORGET_KEY, "forget_key", WB_SIM_AT_ERP, "forget an idempotency key")                        \
    F(PROBE_LAG, "probe_lag", WB_SIM_AT_ERP, "a write is not seen by probes for --lag")            \
    F(READ_LAG, "read_lag", WB_SIM_AT_ORDERS, "a change is not seen by reads for --lag")           \
    F(SAME_SECOND, "same_second", WB_SIM_AT_ORDERS, "a change keeps the update time before it")    \
    F(YEAR_2099, "year_2099", WB_SIM_AT_ORDERS, "a change says that it was made in 2099")          \
    F(TOKEN, "token", WB_SIM_AT_ORDERS, "refuse a good access token with 403")                     \
    F(NOTICE_DOUBLE, "notice_double", WB_SIM_AT_SQS, "a notice is sent twice")                     \
    F(NOTICE_LATE, "notice_late", WB_SIM_AT_SQS, "a notice comes --notice-delay late")             \
    F(NOTICE_REORDER, "notice_reorder", WB_SIM_AT_SQS, "a notice is put before others")            \
    F(DELETE_PART, "delete_part", WB_SIM_AT_SQS, "an entry of a delete batch fails")               \
    F(REFUSE_ONE, "refuse_one", WB_SIM_AT_RECORDS, "refuse a record for ever, see --refuse-as")    \
    F(REFUSE_ALL, "refuse_all", WB_SIM_AT_RECORDS, "refuse every record for --spell")              \
    F(CURSOR_REFUSED, "cursor_refused", WB_SIM_AT_ORDERS,                                          \
      "refuse a page token, each time it comes")                                                   \
    F(PAGES_NEVER_END, "pages_never_end", WB_SIM_AT_ORDERS,                                        \
      "the same page under a new token, for ever")                                                 \
    F(GZIP_UNASKED, "gzip_unasked", WB_SIM_AT_ALL, "send the answer as gzip, asked for or not")    \
    F(ELEMENT_UNUSABLE, "element_unusable", WB_SIM_AT_RECORDS,                                     \
      "an element of a list is no record")                                                         \
    F(BROKEN_TEXT, "broken_text", WB_SIM_AT_TEXTS, "half a character, Latin-1, a time cut short")  \
    F(NULLS, "nulls", WB_SIM_AT_TEXTS, "members are null, money has no amount")                    \
    F(OTHER_SELLER, "other_seller", WB_SIM_AT_SQS, "a notice of another seller's order comes too")

enum {
    WB_SIM_AT_SQS = 1,
    WB_SIM_AT_LWA = 2,
    WB_SIM_AT_ORDERS = 4,
    WB_SIM_AT_ERP = 8,
    WB_SIM_AT_TEXTS = WB_SIM_AT_SQS | WB_SIM_AT_ORDERS | WB_SIM_AT_ERP,
    WB_SIM_AT_RECORDS = WB_SIM_AT_ORDERS | WB_SIM_AT_ERP,
    WB_SIM_AT_ALL = 15,
};

typedef enum {
#define WB_SIM_FAULT_ENUM(id, name, at, help) WB_SIM_FAULT_##id,
    WB_SIM_FAULTS(WB_SIM_FAULT_ENUM)
#undef WB_SIM_FAULT_ENUM
        WB_SIM_FAULT_COUNT
} wb_sim_fault;

#define WB_SIM_PLACES 4

typedef struct {
    uint64_t seed;
    wb_rng rng[WB_SIM_FAULT_COUNT];
    int64_t chance_micro[WB_SIM_FAULT_COUNT][WB_SIM_PLACES]; /* of a million */
    uint64_t struck[WB_SIM_FAULT_COUNT];
    int64_t left[WB_SIM_FAULT_COUNT]; /* strikes until it ends by itself; -1 = never */
} wb_sim_faults;

void wb_sim_faults_init(wb_sim_faults *self, uint64_t seed);
/* "429=0.01,5xx@erp=0.02,cut=1*3": sets these and leaves the others; "none" clears all. A place is
 * sqs, lwa, orders or erp; without one it strikes wherever it can. With "*N" it strikes N times and
 * no more. WB_REJECT: unknown name, not 0..1, no number of times. */
WB_MUST_CHECK wb_rc wb_sim_faults_set(wb_sim_faults *self, wb_view spec, wb_err *err);
/* Does it strike now, at this place? Draws from the fault's own stream of numbers. */
bool wb_sim_faults_strike(wb_sim_faults *self, wb_sim_fault fault, int place);
/* Does it strike this thing? The same answer whenever it is asked; wb_sim_faults_took counts it
 * where it takes effect. */
bool wb_sim_faults_marked(const wb_sim_faults *self, wb_sim_fault fault, int place, uint64_t thing);
void wb_sim_faults_took(wb_sim_faults *self, wb_sim_fault fault);
/* Is it switched on at this place, be it that it has struck as often as it was to? */
bool wb_sim_faults_on(const wb_sim_faults *self, wb_sim_fault fault, int place);
const char *wb_sim_fault_name(wb_sim_fault fault);
const char *wb_sim_fault_help(wb_sim_fault fault);

/* "0.0167" as millionths; more than six digits behind the point are refused. */
WB_MUST_CHECK wb_rc wb_sim_micro(int64_t *out, wb_view decimal, wb_err *err);

#endif
