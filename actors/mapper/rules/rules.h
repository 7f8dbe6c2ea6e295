/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - what the configuration's rules make of a record that is about to leave to a target
 *
 * It leaves as it is, with what was decided (protocol/records/decided.h) and named texts changed;
 * or it is kept back, with the reason and the way out:
 *
 *   rule hold  a rule of `holds`; over when the order is old enough, or a person releases it
 *   conflict   nothing says how to tell it: a SKU that a strict table does not know, a carrier
 *              that no rule fits. Over when the table or the rule says it
 *   totals     lines - discounts + tax + shipping is not the total. Over when its channel says
 *              other numbers, or a person releases it
 *
 * What is cancelled or returned passes: the target has to know. What was handed on once, to
 * whichever target, is not held and its totals are not looked at any more; a conflict stops it all
 * the same.
 *
 * A pure function of the record, its order, the rules and the time: asked twice it says the same.
 */
#ifndef WB_ACTORS_MAPPER_RULES_RULES_H
#define WB_ACTORS_MAPPER_RULES_RULES_H

#include "actors/mapper/skus.h"
#include "actors/runtime/config/rules/rules.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/records/record.h"
#include "protocol/waits.h"

/* What leaves, and where to. */
typedef struct {
    wb_record_kind kind;
    wb_view canonical;    /* packed, with its order's facts */
    wb_view order;        /* packed: its root; {NULL, 0} = itself, or not known */
    wb_view from, shop;   /* names of accounts: read from, of the order */
    wb_view to;           /* target */
    const wb_skus *skus;  /* of the route; NULL = SKUs are as they are */
    bool strict;          /* what is not in `skus` is kept back */
    bool passed;          /* it was handed on before, or a person releases it */
    int64_t known_utc_us; /* since when it is known: stands for what tells no time of its own */
    int64_t now_utc_us;
} wb_rules_case;

/* Begun as WB_VERDICT_NONE, ended by its user; used once. */
typedef struct {
    wb_wait wait;        /* WB_WAIT_COUNT: it leaves; else RULE_HOLD, CONFLICT, TOTALS */
    int64_t due_utc_us;  /* of a hold: then it is over by itself; 0 = not by itself */
    wb_buf reason;       /* why it is kept back */
    wb_buf body;         /* what leaves; empty = as it is */
    wb_json_writer *why; /* not NULL: gets {"what", "is", "by"} for all that was decided */
} wb_verdict;

#define WB_VERDICT_NONE                                                                            \
    {                                                                                              \
        .wait = WB_WAIT_COUNT, .reason = {.max = WB_REASON_MAX}, .body = {.max = WB_ORDER_MAX }    \
    }
void wb_verdict_fini(wb_verdict *self);

/* Are there rules for records of this kind? */
bool wb_rules_judged(wb_record_kind kind);
/* `rules` NULL: none, but what the route's table says of SKUs. WB_REJECT: the record or its order
 * cannot be read. */
WB_MUST_CHECK wb_rc wb_rules_judge(const wb_rules *rules, const wb_rules_case *what,
                                   wb_verdict *out, wb_err *err);

/* totals.c: does the money of an order add up? */
typedef enum { WB_TOTALS_FIT, WB_TOTALS_WRONG, WB_TOTALS_UNKNOWN } wb_totals;
/* `numbers` gets them when they do not. tolerance: minor units; -1 = one a line and one more. */
wb_totals wb_totals_of(const wb_order *order, int64_t tolerance, wb_buf *numbers);

#endif
