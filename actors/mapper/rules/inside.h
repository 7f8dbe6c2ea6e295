/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - a record under judgement, for the files of this folder
 */
#ifndef WB_ACTORS_MAPPER_RULES_INSIDE_H
#define WB_ACTORS_MAPPER_RULES_INSIDE_H

#include "actors/mapper/rules/rules.h"

#define WB_RULES_CHANGES_MAX 64 /* texts of one order that rules change */

typedef struct {
    const wb_rules *rules; /* may be NULL */
    const wb_rules_case *what;
    wb_verdict *out;
    wb_order order;       /* itself, or its root */
    wb_shipment shipment; /* of shipments */
    wb_decided decided;
    wb_rule_case asked;
    bool open;   /* it is neither cancelled nor returned: it may be kept back */
    bool edited; /* texts of the order are not as they were */
    size_t edit_count;
    char *edits[WB_RULES_CHANGES_MAX]; /* memory of those that were made; NULL = the rule's */
    char **made;                       /* texts of decided.lines */
    size_t made_count;
    wb_buf numbers;       /* of money that does not add up */
    wb_view *skus, *tags; /* of `asked` */
} wb_judging;

/* The rule that decides in that list, for what is asked now; NULL = none. */
const wb_rule *wb_judging_find(const wb_judging *self, wb_rules_list list);
/* Kept back, unless it is already, or may not be. */
void wb_judging_keep(wb_judging *self, wb_wait wait, const char *fmt, ...) WB_PRINTF(3, 4);
/* For people; `rule` NULL: by the table of SKUs. */
void wb_judging_tell(const wb_judging *self, const char *what, wb_view is, const wb_rule *rule);

/* fields.c, goods.c, holds.c */
void wb_judging_fields(wb_judging *self);
void wb_judging_goods(wb_judging *self);
void wb_judging_hold(wb_judging *self);
void wb_judging_totals(wb_judging *self);

#endif
