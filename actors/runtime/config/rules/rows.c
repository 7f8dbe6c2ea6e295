/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - which members a rule of each list has. Start reading at the bottom.
 */
#include "actors/runtime/config/rules/inside.h"

#define DAYS_MS(n) ((n)*INT64_C(86400000))

static const char *const any_columns[] = {NULL};
static const char *const checks[] = {"hold", "flag", "off", NULL};

/* What each of them may have: its place, and its conditions. */
#define CONDITIONS                                                                                 \
    WB_TABLE(wb_rule_conf, table, "", any_columns,                                                 \
             "rules that stand in a table: each row is one, its columns are named as these are, "  \
             "and several texts in a cell have a vertical bar between them. It stands alone"),     \
        WB_BOOL(wb_rule_conf, enabled, "true", "false: as if it were not there"),                  \
        WB_TEXT(wb_rule_conf, from, "", "the account that the record was read from"),              \
        WB_TEXT(wb_rule_conf, shop, "", "the account that the order came from"),                   \
        WB_TEXT(wb_rule_conf, to, "", "the account that it leaves to"),                            \
        WB_TEXTS(wb_rule_conf, country, "", "where the order goes: two letters (ISO 3166)"),       \
        WB_TEXTS(wb_rule_conf, postcode, "",                                                       \
                 "its postal code: 10115, a beginning (10*) or a range (10000..19999); blanks, "   \
                 "hyphens and case do not count"),                                                 \
        WB_TEXTS(wb_rule_conf, sku, "",                                                            \
                 "of any line, as the channel says it: whole, or a beginning (AB*)"),              \
        WB_TEXTS(wb_rule_conf, tag, "",                                                            \
                 "one that a rule of tags gave, or a program of the order or of a line"),          \
        WB_TEXT(wb_rule_conf, above, "", "the order's total is so much or more: 100 EUR"),         \
        WB_TEXT(wb_rule_conf, below, "", "the order's total is less: 100 EUR")

static const wb_option tag_rows[] = {
    CONDITIONS,
    WB_TEXT(wb_rule_conf, add, "", "this tag is given; of these rules every one that matches acts"),
    WB_END,
};

static const wb_option warehouse_rows[] = {
    CONDITIONS,
    WB_TEXT(wb_rule_conf, warehouse, "", "the target's id of the place that the order leaves from"),
    WB_END,
};

static const wb_option carrier_rows[] = {
    CONDITIONS,
    WB_TEXTS(wb_rule_conf, carrier, "",
             "of the shipment or its parcel, as the ERP spells it: whole, or a beginning (DHL*); "
             "case does not count. Without it the rule is for all: the default"),
    WB_TEXT(wb_rule_conf, id, "", "the target's id of that carrier"),
    WB_END,
};

static const wb_option logistics_rows[] = {
    CONDITIONS,
    WB_TEXT(wb_rule_conf, logistics, "", "the target's id of the shipping method"),
    WB_END,
};

static const wb_option tax_rows[] = {
    CONDITIONS,
    WB_TEXT(wb_rule_conf, tax, "", "the target's id of how the order is taxed"),
    WB_END,
};

static const wb_option field_rows[] = {
    CONDITIONS,
    WB_TEXT(wb_rule_conf, field, "", "a text of the order (records.md), such as buyer.company"),
    WB_TEXT(wb_rule_conf, set, "", "it says this"),
    WB_TEXT(wb_rule_conf, copy, "", "it says what this other text of the order does"),
    WB_TEXT(wb_rule_conf, prefix, "", "it has this in front, unless it is empty"),
    WB_END,
};

static const wb_option hold_rows[] = {
    CONDITIONS,
    WB_TEXT(wb_rule_conf, kind, "order", "the kind of record that is kept back: order, shipment"),
    WB_TEXT(wb_rule_conf, reason, "", "why, for people"),
    WB_MS(wb_rule_conf, age, "0", 0, DAYS_MS(366),
          "it leaves by itself when its order is so old; 0 = when a person releases it"),
    WB_END,
};

static const wb_option total_rows[] = {
    CONDITIONS,
    WB_CHOICE(
        wb_rule_conf, check, "hold", checks,
        "what becomes of an order whose money does not add up: it is kept back, or leaves and "
        "says so (decided.flagged); off = it is not looked at"),
    WB_INT(wb_rule_conf, tolerance, "-1", -1, 1000000,
           "how much may be missing, in minor units; -1 = one for each line and one more: what "
           "channels round"),
    WB_END,
};

#define RULES(name, table, help) WB_LIST(wb_rules_conf, name, table, wb_rule_conf, help)

const wb_option wb_rules_rows[] = {
    RULES(tags, tag_rows, "what orders are called, for the other rules and for targets"),
    RULES(warehouses, warehouse_rows, "where orders leave from"),
    RULES(carriers, carrier_rows,
          "which carrier is which at a target. Where a rule is about a target, a shipment with a "
          "carrier that none fits is kept back"),
    RULES(logistics, logistics_rows, "by which method orders are shipped"),
    RULES(taxes, tax_rows, "how orders are taxed"),
    RULES(fields, field_rows, "texts of orders that a target is told in another way"),
    RULES(holds, hold_rows, "what is kept back before it is handed on for the first time"),
    RULES(totals, total_rows,
          "lines - discounts + tax + shipping = total: what becomes of an order where that is not "
          "so. An order without money cannot be checked, and passes"),
    WB_END,
};

const wb_rules_form wb_rules_forms[WB_RULES_COUNT] = {
    [WB_RULES_TAGS] = {"tags",       offsetof(wb_rules_conf, tags),       tag_rows,       "add"   },
    [WB_RULES_WAREHOUSES] = {"warehouses", offsetof(wb_rules_conf, warehouses), warehouse_rows,
                       "warehouse"                                                                },
    [WB_RULES_CARRIERS] = {"carriers",   offsetof(wb_rules_conf, carriers),   carrier_rows,   "id"    },
    [WB_RULES_LOGISTICS] = {"logistics",  offsetof(wb_rules_conf, logistics),  logistics_rows,
                       "logistics"                                                                },
    [WB_RULES_TAXES] = {"taxes",      offsetof(wb_rules_conf, taxes),      tax_rows,       "tax"   },
    [WB_RULES_FIELDS] = {"fields",     offsetof(wb_rules_conf, fields),     field_rows,     "field" },
    [WB_RULES_HOLDS] = {"holds",      offsetof(wb_rules_conf, holds),      hold_rows,      "reason"},
    [WB_RULES_TOTALS] = {"totals",     offsetof(wb_rules_conf, totals),     total_rows,     NULL    },
};
