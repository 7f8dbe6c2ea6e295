/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - the rules of orders and shipments, ready to be asked
 *
 * The configuration says them in lists, inline or as rows of tables (wb_rule_conf). Here their
 * conditions are read, and found by what an order is: of 100,000 rows the few that may match are
 * looked at. `check` holds each rule against those before it: one that can never match is told.
 *
 *   country    two letters; case does not count
 *   postcode   whole ("10115"), a beginning ("10*") or a range ("10000..19999", of one length).
 *              Blanks and hyphens do not count, nor does case; of a longer postcode the beginning
 *              is held against a range
 *   sku        of any line: whole, or a beginning ("AB*")
 *   tag        one that a rule of `tags` gave, or one of the programs of the order or a line
 *   carrier    of the shipment, as its source spells it, whole or a beginning; case does not count
 *   above      the order's total is this or more; below: less. In another currency: no match
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_RULES_RULES_H
#define WB_ACTORS_RUNTIME_CONFIG_RULES_RULES_H

#include "actors/runtime/config/tables.h"

typedef struct wb_rules wb_rules;

typedef enum {
    WB_RULES_TAGS,
    WB_RULES_WAREHOUSES,
    WB_RULES_CARRIERS,
    WB_RULES_LOGISTICS,
    WB_RULES_TAXES,
    WB_RULES_FIELDS,
    WB_RULES_HOLDS,
    WB_RULES_TOTALS,
    WB_RULES_COUNT
} wb_rules_list;

/* What a rule is held against. */
typedef struct {
    wb_record_kind kind;
    wb_view from, shop, to;    /* names of accounts */
    wb_view country, postcode; /* as the channel spells them; empty matches no condition */
    wb_view carrier;
    wb_money value;
    const wb_view *skus, *tags;
    size_t sku_count, tag_count;
} wb_rule_case;

typedef struct wb_rule wb_rule;

/* Nothing is wrong with the configuration. NULL = it has no rules: nobody looks for any. */
wb_rules *wb_rules_make(const wb_config_tree *tree, const wb_tables *tables);
void wb_rules_destroy(wb_rules **self_p);
/* The first rule of the list that matches, behind `behind` (NULL = from the first); NULL = none. */
const wb_rule *wb_rules_find(const wb_rules *self, wb_rules_list list, const wb_rule_case *what,
                             const wb_rule *behind);
/* Is any rule of the list for this way, whatever else it asks? */
bool wb_rules_concern(const wb_rules *self, wb_rules_list list, wb_view from, wb_view shop,
                      wb_view to);
const wb_rule_conf *wb_rule_says(const wb_rule *self);
/* "rule 3: country = DE", for people; with the table's line where it stands in one. */
void wb_rule_text(const wb_rule *self, wb_buf *out);
/* Of all that it says, tables among it: what was judged by it is judged anew when this changes. All
 * zero for NULL. */
void wb_rules_digest(const wb_rules *self, uint8_t out[WB_SHA256_LEN]);

/* Of `check`: each that cannot be read, never matches or contradicts one before it. */
void wb_rules_check(const wb_config *config, wb_problems *problems);

extern const wb_option wb_rules_rows[]; /* of wb_rules_conf */

/* A text of an order that a rule of `fields` may name, and where wb_order has it: "service_level",
 * "buyer.company". NULL = none: no text, or one by which orders are told apart. */
const wb_field *wb_rule_field(const char *path, size_t *offset);

#endif
