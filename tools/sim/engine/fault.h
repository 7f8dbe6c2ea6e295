/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault - what goes wrong in this world, how often, repeatable by its seed
 *
 * A fault of the table below strikes at every place of its nature, whatever system the place
 * belongs to; a system may add faults of its own. Faults and places are numbers in this world.
 */
#ifndef WB_TOOLS_SIM_ENGINE_FAULT_H
#define WB_TOOLS_SIM_ENGINE_FAULT_H

#include "protocol/base/buf.h"
#include "protocol/base/random.h"

/* What happens at a place, as bits. What is about HTTP itself strikes at all of them. */
enum {
    WB_SIM_ANNOUNCES = 1 << 0, /* tells that a record has changed: a queue, calls of its own */
    WB_SIM_GIVES = 1 << 1,     /* records are read here */
    WB_SIM_TAKES = 1 << 2,     /* records are written here */
    WB_SIM_GUARDED = 1 << 3,   /* wants an access token that ends */
};
#define WB_SIM_RECORDS (WB_SIM_GIVES | WB_SIM_TAKES)
#define WB_SIM_TEXTS (WB_SIM_ANNOUNCES | WB_SIM_RECORDS)
#define WB_SIM_ANY 0

/* name, where it strikes, what it does */
#define WB_SIM_FAULTS(F)                                                                           \
    F(THROTTLE, "429", WB_SIM_ANY, "answer 429 without a reason in the bucket")                    \
    F(BROKEN, "5xx", WB_SIM_ANY, "answer 500 or 503; nothing was done")                            \
    F(SLOW, "slow", WB_SIM_ANY, "answer rightly, after --slow")                                    \
    F(CUT, "cut", WB_SIM_ANY, "break the connection before anything was done")                     \
    F(CUT_AFTER, "cut_after", WB_SIM_ANY, "break the connection after it was done")                \
    F(HALF, "half", WB_SIM_ANY, "send half the answer, then break the connection")                 \
    F(MUTE, "mute", WB_SIM_ANY, "do it and never answer")                                          \
    F(TWICE, "twice", WB_SIM_ANY, "send the answer twice")                                         \
    F(LATE, "late", WB_SIM_TAKES, "do it on arrival, answer after --late: the client is gone")     \
    F(APPLY_TWICE, "apply_twice", WB_SIM_TAKES, "the request arrives twice (probed targets)")      \
    F(REFUSE_BATCH, "refuse_batch", WB_SIM_TAKES, "refuse two records or more whole, with 422")    \
    F(REFUSE_PART, "refuse_part", WB_SIM_TAKES, "refuse one record of a batch")                    \
    F(FORGET_KEY, "forget_key", WB_SIM_TAKES, "forget an idempotency key")                         \
    F(PROBE_LAG, "probe_lag", WB_SIM_TAKES, "a write is not seen by probes for --lag")             \
    F(READ_LAG, "read_lag", WB_SIM_GIVES, "a change is not seen by reads for --lag")               \
    F(SAME_SECOND, "same_second", WB_SIM_GIVES, "a change keeps the update time before it")        \
    F(YEAR_2099, "year_2099", WB_SIM_GIVES, "a change says that it was made in 2099")              \
    F(TOKEN, "token", WB_SIM_GUARDED, "refuse a good access token with 403")                       \
    F(NOTICE_DOUBLE, "notice_double", WB_SIM_ANNOUNCES, "a notice is sent twice")                  \
    F(NOTICE_LATE, "notice_late", WB_SIM_ANNOUNCES, "a notice comes --notice-delay late")          \
    F(NOTICE_REORDER, "notice_reorder", WB_SIM_ANNOUNCES, "a notice is put before others")         \
    F(REFUSE_ONE, "refuse_one", WB_SIM_RECORDS, "refuse a record for ever, see --refuse-as")       \
    F(REFUSE_ALL, "refuse_all", WB_SIM_RECORDS, "refuse every record for --spell")                 \
    F(CURSOR_REFUSED, "cursor_refused", WB_SIM_GIVES, "refuse a page token, each time it comes")   \
    F(PAGES_NEVER_END, "pages_never_end", WB_SIM_GIVES,                                            \
      "the same page under a new token, for ever")                                                 \
    F(GZIP_UNASKED, "gzip_unasked", WB_SIM_ANY, "send the answer as gzip, asked for or not")       \
    F(ELEMENT_UNUSABLE, "element_unusable", WB_SIM_RECORDS, "an element of a list is no record")   \
    F(BROKEN_TEXT, "broken_text", WB_SIM_TEXTS, "half a character, Latin-1, a time cut short")     \
    F(NULLS, "nulls", WB_SIM_TEXTS, "members are null, money has no amount")                       \
    F(OTHER_SELLER, "other_seller", WB_SIM_ANNOUNCES,                                              \
      "a notice of another seller's order comes too")

enum {
#define WB_SIM_FAULT_ENUM(id, name, at, help) WB_SIM_FAULT_##id,
    WB_SIM_FAULTS(WB_SIM_FAULT_ENUM)
#undef WB_SIM_FAULT_ENUM
        WB_SIM_FAULT_COUNT /* those of systems follow */
};

#define WB_SIM_FAULTS_MAX 96
#define WB_SIM_PLACES_MAX 64

typedef struct {
    const char *name, *help;
    uint64_t salt;
    uint64_t places; /* bits: where it strikes */
    wb_rng rng;
    int64_t chance_micro[WB_SIM_PLACES_MAX]; /* of a million */
    uint64_t struck;
    int64_t left; /* strikes until it ends by itself; -1 = never */
} wb_sim_fault;

typedef struct {
    uint64_t seed;
    int fault_count, place_count;
    wb_sim_fault faults[WB_SIM_FAULTS_MAX];
    const char *places[WB_SIM_PLACES_MAX];
} wb_sim_faults;

/* Without a place nothing strikes. */
void wb_sim_faults_init(wb_sim_faults *self, uint64_t seed);
/* A place, and what happens there; its number. More than there is room for, or a name for the
 * second time, is a bug. Names are literals. */
int wb_sim_faults_place(wb_sim_faults *self, const char *name, int nature);
/* A fault that strikes at one place alone; its number. */
int wb_sim_faults_add(wb_sim_faults *self, const char *name, int place, const char *help);

/* "429=0.01,5xx@erp=0.02,cut=1*3": sets these and leaves the others; "none" clears all. Without a
 * place it strikes wherever it can. With "*N" it strikes N times and no more. WB_REJECT: unknown
 * name, not 0..1, no number of times. */
WB_MUST_CHECK wb_rc wb_sim_faults_set(wb_sim_faults *self, wb_view spec, wb_err *err);
/* Does it strike now, at this place? Draws from the fault's own stream of numbers. */
bool wb_sim_faults_strike(wb_sim_faults *self, int fault, int place);
/* Does it strike this thing? The same answer whenever it is asked; wb_sim_faults_took counts it
 * where it takes effect. */
bool wb_sim_faults_marked(const wb_sim_faults *self, int fault, int place, uint64_t thing);
void wb_sim_faults_took(wb_sim_faults *self, int fault);
/* Is it switched on at this place, be it that it has struck as often as it was to? */
bool wb_sim_faults_on(const wb_sim_faults *self, int fault, int place);

/* "0.0167" as millionths; more than six digits behind the point are refused. */
WB_MUST_CHECK wb_rc wb_sim_micro(int64_t *out, wb_view decimal, wb_err *err);

#endif
