/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - what is wrong with rules that can all be read: accounts and fields that there are not,
 * and rules that never match
 *
 * A rule never matches when one before it matches all that it does. Those are found as an order
 * finds them: by the first texts of the rule's own conditions, which every rule that covers it
 * matches as well.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/records/record.h"

#define TOLD_MAX 20     /* of a list */
#define LOOKED_MAX 1000 /* rules before one that match its first texts */

/* --- fields --- */

static bool
is_free(const wb_field *field)
{
    static const char *const fixed[] = {"external_id", "channel", "left_out", "repaired"};

    for (size_t i = 0; i < WB_COUNT(fixed); i++)
        if (!strcmp(fixed[i], field->name))
            return false;
    return field->type == WB_FIELD_TEXT;
}

static const wb_field *
find_field(const wb_field *fields, const char *name, size_t len)
{
    for (; fields->type != WB_FIELD_END; fields++)
        if (strlen(fields->name) == len && !memcmp(fields->name, name, len))
            return fields;
    return NULL;
}

const wb_field *
wb_rule_field(const char *path, size_t *offset)
{
    size_t head = strcspn(path, ".");
    const wb_field *field = find_field(wb_order_fields, path, head);

    *offset = field ? field->offset : 0;
    if (field && path[head]) {
        if (field->type != WB_FIELD_GROUP || field->owner == WB_OWNS_DECIDED)
            return NULL;
        field = find_field(field->sub, path + head + 1, strlen(path + head + 1));
        *offset += field ? field->offset : 0;
    }
    return field && is_free(field) ? field : NULL;
}

/* --- single rules --- */

typedef struct {
    wb_problems *problems;
    wb_map *accounts;
    const wb_rules_of_list *list;
    wb_rules_list which;
    char where[64];
} checker;

static void
check_account(const checker *self, const wb_rule *rule, const char *member, const char *name)
{
    if (name && !wb_map_find(self->accounts, wb_view_of(name)))
        wb_problems_add(self->problems, rule->at, "%s: %s: there is no account '%.64s'",
                        self->where, member, name);
}

static void
check_field(const checker *self, const wb_rule *rule)
{
    const wb_rule_conf *conf = rule->conf;
    size_t at;

    if (self->which != WB_RULES_FIELDS)
        return;
    if (conf->field && !wb_rule_field(conf->field, &at))
        wb_problems_add(self->problems, rule->at,
                        "%s: field: '%.64s' is no text of an order that may be changed",
                        self->where, conf->field);
    if (conf->copy && !wb_rule_field(conf->copy, &at))
        wb_problems_add(self->problems, rule->at, "%s: copy: '%.64s' is no text of an order",
                        self->where, conf->copy);
    if ((conf->set != NULL) + (conf->copy != NULL) + (conf->prefix != NULL) != 1)
        wb_problems_add(self->problems, rule->at, "%s: one of set, copy and prefix has to be there",
                        self->where);
}

/* --- against those before it --- */

static void
sample_of(const wb_rule *rule, wb_rule_asked *out)
{
    out->kind = rule->kind;
    out->value = rule->above;
    if (!rule->above.currency[0] && rule->below.currency[0]) {
        out->value = rule->below;
        out->value.minor--;
    }
    for (size_t i = 0; i < WB_RULE_ABOUT_COUNT; i++) {
        out->counts[i] = rule->about[i].count > 0;
        out->single[i] = out->counts[i] ? rule->about[i].items[0].low : (wb_view){NULL, 0};
        out->texts[i] = &out->single[i];
    }
}

/* A hold that ends lets those behind it act. */
static bool
ends_before(const wb_rule_conf *before, const wb_rule_conf *conf)
{
    return before->age && (!conf->age || conf->age > before->age);
}

/* Of fields each is decided by itself. */
static bool
is_rival(const checker *self, const wb_rule *before, const wb_rule *rule)
{
    if (self->which == WB_RULES_FIELDS && (!before->conf->field || !rule->conf->field ||
                                           strcmp(before->conf->field, rule->conf->field) != 0))
        return false;
    return !ends_before(before->conf, rule->conf) && wb_rule_covers(before, rule);
}

static const wb_rule *
find_rival(const checker *self, size_t number)
{
    const wb_rule *items = self->list->items;
    wb_rule_asked sample;
    size_t at = 0;

    sample_of(&items[number], &sample);
    for (size_t looked = 0; looked < LOOKED_MAX; looked++, at++) {
        at = wb_rules_first(self->list, &sample, at, number);
        if (at == number)
            return NULL;
        if (is_rival(self, &items[at], &items[number]))
            return &items[at];
    }
    return NULL;
}

static bool
check_matches(const checker *self, size_t number)
{
    const wb_rule *rule = &self->list->items[number], *before = find_rival(self, number);
    char place[WB_SPOT_SIZE];

    if (!before)
        return true;
    (void)wb_spot_text(place, before->at, rule->at);
    if (wb_rule_covers(rule, before))
        wb_problems_add(self->problems, rule->at,
                        "%s: it never matches: rule %zu (%s) has the same conditions", self->where,
                        before->number, place);
    else
        wb_problems_add(self->problems, rule->at,
                        "%s: it never matches: rule %zu (%s) is tried before it, and matches all "
                        "that it does",
                        self->where, before->number, place);
    return false;
}

static void
check_list(checker *self)
{
    size_t told = 0;

    (void)snprintf(self->where, sizeof self->where, "rules.%s", wb_rules_forms[self->which].name);
    for (size_t i = 0; told < TOLD_MAX && i < self->list->count; i++) {
        const wb_rule *rule = &self->list->items[i];
        size_t before = self->problems->count;

        check_account(self, rule, "from", rule->conf->from);
        check_account(self, rule, "shop", rule->conf->shop);
        check_account(self, rule, "to", rule->conf->to);
        check_field(self, rule);
        if (self->which != WB_RULES_TAGS && before == self->problems->count)
            (void)check_matches(self, i);
        told += self->problems->count - before;
    }
}

void
wb_rules_check(const wb_config *config, wb_problems *problems)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts = tree->accounts.items;
    WB_AUTO(wb_map_destroy) wb_map *names = wb_map_new();
    size_t before = problems->count;
    wb_rules *rules = wb_rules_read(tree, wb_config_tables(config), problems);
    checker self = {.problems = problems, .accounts = names};

    for (size_t i = 0; i < tree->accounts.count; i++)
        wb_map_put(names, wb_view_of(accounts[i].name), accounts[i].name);
    for (size_t i = 0; before == problems->count && i < WB_RULES_COUNT; i++) {
        self.which = (wb_rules_list)i;
        self.list = &rules->lists[i];
        check_list(&self);
        before = problems->count;
    }
    wb_rules_destroy(&rules);
}
