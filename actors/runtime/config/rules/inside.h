/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - a rule with its conditions read, for the files of this folder
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_RULES_INSIDE_H
#define WB_ACTORS_RUNTIME_CONFIG_RULES_INSIDE_H

#include "actors/runtime/config/options.h"
#include "actors/runtime/config/rules/rules.h"
#include "protocol/base/map.h"

/* --- conditions (condition.c) --- */

/* What a condition is about. The first that a rule has is what it is found by: the more exactly
 * it tells orders apart, the earlier. */
typedef enum {
    WB_RULE_SKU,
    WB_RULE_CARRIER,
    WB_RULE_POSTCODE,
    WB_RULE_TAG,
    WB_RULE_COUNTRY,
    WB_RULE_SHOP,
    WB_RULE_TO,
    WB_RULE_FROM,
    WB_RULE_ABOUT_COUNT
} wb_rule_about;

typedef enum { WB_PATTERN_WHOLE, WB_PATTERN_BEGINNING, WB_PATTERN_RANGE } wb_pattern_how;

/* Of texts as they are compared (rules.h). */
typedef struct {
    wb_pattern_how how;
    wb_view low, high; /* RANGE: of one length; else `low` alone */
} wb_pattern;

typedef struct {
    wb_pattern *items; /* one of them has to fit */
    size_t count;      /* 0 = whatever it is */
} wb_patterns;

bool wb_pattern_fits(const wb_pattern *self, wb_view text);
/* The text that all begin with that it fits. */
wb_view wb_pattern_stem(const wb_pattern *self);

/* What is asked, in the form of the patterns. */
#define WB_RULE_FORM_SIZE 512
typedef struct {
    wb_record_kind kind;
    wb_money value;
    const wb_view *texts[WB_RULE_ABOUT_COUNT];
    size_t counts[WB_RULE_ABOUT_COUNT];
    wb_view single[WB_RULE_ABOUT_COUNT]; /* of those that have one text */
    char forms[3][WB_RULE_FORM_SIZE];    /* of country, postcode and carrier */
} wb_rule_asked;

void wb_rule_ask(const wb_rule_case *what, wb_rule_asked *out);

struct wb_rule {
    const wb_rule_conf *conf;
    size_t number; /* in its list, from 1; rows of tables count */
    wb_spot at;
    bool in_table;
    wb_record_kind kind; /* NONE = of any */
    wb_patterns about[WB_RULE_ABOUT_COUNT];
    wb_money above, below; /* absent = whatever it is */
};

/* The conditions out of `conf`; what is wrong goes to the problems. */
typedef struct {
    wb_pool *pool;
    wb_problems *problems; /* NULL = nothing is wrong */
    const char *where;     /* "rules.holds" */
} wb_rule_reader;
void wb_rule_read(const wb_rule_reader *reader, const wb_rule_conf *conf, wb_rule *out);
bool wb_rule_matches(const wb_rule *self, const wb_rule_asked *what);
/* Does it match all that `other` matches? */
bool wb_rule_covers(const wb_rule *self, const wb_rule *other);

/* --- lists (make.c), and how a rule is found (find.c) --- */

typedef struct {
    const char *name;
    size_t offset; /* in wb_rules_conf */
    const wb_option *rows;
    const char *action; /* the member that has to be there; NULL = none */
} wb_rules_form;
extern const wb_rules_form wb_rules_forms[WB_RULES_COUNT];

/* By stems of one condition: numbers of rules, ascending. */
typedef struct {
    wb_map *of;                            /* about and stem -> bucket */
    uint64_t lengths[WB_RULE_ABOUT_COUNT]; /* of stems that are a beginning: bit n = n bytes */
    bool whole[WB_RULE_ABOUT_COUNT];       /* some are a whole text */
    struct wb_rules_bucket *open;          /* rules that have no such condition */
} wb_rules_index;

typedef struct {
    wb_rule *items;
    size_t count, cap;
    wb_rules_index index;
} wb_rules_of_list;

struct wb_rules {
    wb_pool pool;
    wb_rules_of_list lists[WB_RULES_COUNT];
    uint8_t digest[WB_SHA256_LEN];
};

/* All lists, with their tables; problems may be NULL. Never NULL. */
wb_rules *wb_rules_read(const wb_config_tree *tree, const wb_tables *tables, wb_problems *problems);

void wb_rules_index_make(wb_rules_of_list *list);
void wb_rules_index_fini(wb_rules_index *self);
/* The first from `from` on, below `end`; `end` = none. */
size_t wb_rules_first(const wb_rules_of_list *list, const wb_rule_asked *what, size_t from,
                      size_t end);

#endif
