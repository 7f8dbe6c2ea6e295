/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - asked, told to people, and held against each other
 */
#include "actors/runtime/config/rules/rules.h"

#include <string.h>

#include "actors/runtime/config/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

/* --- asking --- */

static bool
any(const wb_rules *self)
{
    for (size_t i = 0; i < WB_RULES_COUNT; i++)
        if (self->lists[i].count)
            return true;
    return false;
}

wb_rules *
wb_rules_make(const wb_config_tree *tree, const wb_tables *tables)
{
    wb_rules *self = wb_rules_read(tree, tables, NULL);

    if (!any(self))
        wb_rules_destroy(&self);
    return self;
}

const wb_rule *
wb_rules_find(const wb_rules *self, wb_rules_list list, const wb_rule_case *what,
              const wb_rule *behind)
{
    const wb_rules_of_list *in = &self->lists[list];
    wb_rule_asked asked;
    size_t at;

    if (!in->count)
        return NULL;
    wb_rule_ask(what, &asked);
    at = wb_rules_first(in, &asked, behind ? behind->number : 0, in->count);
    return at < in->count ? &in->items[at] : NULL;
}

static bool
is_for(const wb_rule *rule, wb_rule_about about, wb_view name)
{
    return !rule->about[about].count || wb_pattern_fits(&rule->about[about].items[0], name);
}

bool
wb_rules_concern(const wb_rules *self, wb_rules_list list, wb_view from, wb_view shop, wb_view to)
{
    const wb_rules_of_list *in = &self->lists[list];

    for (size_t i = 0; i < in->count; i++)
        if (is_for(&in->items[i], WB_RULE_FROM, from) &&
            is_for(&in->items[i], WB_RULE_SHOP, shop) && is_for(&in->items[i], WB_RULE_TO, to))
            return true;
    return false;
}

const wb_rule_conf *
wb_rule_says(const wb_rule *self)
{
    return self->conf;
}

/* --- for people --- */

static void
add_texts(wb_buf *out, const char *name, const wb_option_list *texts, bool *any_yet)
{
    if (!texts->count)
        return;
    wb_buf_addf(out, "%s%s = ", *any_yet ? ", " : ": ", name);
    for (size_t i = 0; i < texts->count; i++)
        wb_buf_addf(out, "%s%.60s", i ? "|" : "", ((char *const *)texts->items)[i]);
    *any_yet = true;
}

static void
add_text(wb_buf *out, const char *name, const char *text, bool *any_yet)
{
    if (text)
        wb_buf_addf(out, "%s%s = %.60s", *any_yet ? ", " : ": ", name, text);
    *any_yet = *any_yet || text;
}

static void
add_conditions(const wb_rule_conf *conf, wb_buf *out)
{
    bool any_yet = false;

    add_text(out, "from", conf->from, &any_yet);
    add_text(out, "shop", conf->shop, &any_yet);
    add_text(out, "to", conf->to, &any_yet);
    add_texts(out, "country", &conf->country, &any_yet);
    add_texts(out, "postcode", &conf->postcode, &any_yet);
    add_texts(out, "sku", &conf->sku, &any_yet);
    add_texts(out, "tag", &conf->tag, &any_yet);
    add_texts(out, "carrier", &conf->carrier, &any_yet);
    add_text(out, "above", conf->above, &any_yet);
    add_text(out, "below", conf->below, &any_yet);
    if (!any_yet)
        wb_buf_add_text(out, ": always");
}

void
wb_rule_text(const wb_rule *self, wb_buf *out)
{
    wb_buf_addf(out, "rule %zu", self->number);
    if (self->in_table)
        wb_buf_addf(out, " (%s:%d)", self->at.file->path ? self->at.file->path : "", self->at.line);
    add_conditions(self->conf, out);
}

/* --- a digest --- */

static void
note_text(wb_buf *out, const char *text)
{
    wb_buf_add_text(out, text ? text : "");
    wb_buf_add_char(out, 0);
}

static void
note_rule(const wb_rule *rule, wb_buf *out)
{
    const wb_rule_conf *conf = rule->conf;
    const char *const texts[] = {conf->from,      conf->shop,  conf->to,     conf->kind,
                                 conf->above,     conf->below, conf->add,    conf->warehouse,
                                 conf->logistics, conf->tax,   conf->id,     conf->field,
                                 conf->set,       conf->copy,  conf->prefix, conf->reason};
    const wb_option_list *const lists[] = {&conf->country, &conf->postcode, &conf->sku, &conf->tag,
                                           &conf->carrier};

    for (size_t i = 0; i < WB_COUNT(texts); i++)
        note_text(out, texts[i]);
    for (size_t i = 0; i < WB_COUNT(lists); i++) {
        for (size_t k = 0; k < lists[i]->count; k++)
            note_text(out, ((char *const *)lists[i]->items)[k]);
        wb_buf_add_char(out, 1);
    }
    wb_buf_addf(out, "%lld %lld %lld;", (long long)conf->age, (long long)conf->check,
                (long long)conf->tolerance);
}

/* Chained, so that no text has to hold all of them. */
void
wb_rules_digest(const wb_rules *self, uint8_t out[WB_SHA256_LEN])
{
    wb_buf text = {0};

    memset(out, 0, WB_SHA256_LEN);
    wb_buf_init(&text, WB_CONFIG_MAX);
    for (size_t i = 0; self && i < WB_RULES_COUNT; i++)
        for (size_t k = 0; k < self->lists[i].count; k++) {
            wb_buf_clear(&text);
            wb_buf_add(&text, out, WB_SHA256_LEN);
            wb_buf_addf(&text, "%zu ", i);
            note_rule(&self->lists[i].items[k], &text);
            wb_sha256(out, wb_buf_view(&text));
        }
    wb_buf_fini(&text);
}
