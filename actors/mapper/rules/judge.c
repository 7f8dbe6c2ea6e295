/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge - all that rules say of one record on its way to one target. Start reading at the bottom.
 */
#include <string.h>

#include "actors/mapper/rules/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

void
wb_verdict_fini(wb_verdict *self)
{
    wb_buf_fini(&self->reason);
    wb_buf_fini(&self->body);
}

/* --- what is asked --- */

static void
add_tag(wb_judging *self, wb_view tag)
{
    if (!tag.len)
        return;
    self->tags = wb_realloc(self->tags, (self->asked.tag_count + 1) * sizeof *self->tags);
    self->tags[self->asked.tag_count++] = tag;
    self->asked.tags = self->tags;
}

/* "PRIME,AMAZON_BUSINESS" */
static void
add_programs(wb_judging *self, wb_view programs)
{
    while (programs.len) {
        const char *comma = memchr(programs.data, ',', programs.len);
        size_t len = comma ? (size_t)(comma - programs.data) : programs.len;

        add_tag(self, (wb_view){programs.data, len});
        programs.data += len + (comma != NULL);
        programs.len -= len + (comma != NULL);
    }
}

static void
ask_lines(wb_judging *self)
{
    const wb_order_line *lines = self->order.lines.items;

    self->skus = wb_alloc((self->order.lines.count + 1) * sizeof *self->skus);
    self->asked.skus = self->skus;
    for (size_t i = 0; i < self->order.lines.count; i++) {
        const wb_order_text *programs = lines[i].programs.items;

        if (lines[i].sku.len)
            self->skus[self->asked.sku_count++] = lines[i].sku;
        for (size_t k = 0; k < lines[i].programs.count; k++)
            add_tag(self, programs[k].value);
    }
}

static void
ask(wb_judging *self)
{
    const wb_order *order = &self->order;
    const wb_rules_case *what = self->what;

    self->asked = (wb_rule_case){
        .kind = what->kind,
        .from = what->from,
        .shop = what->shop,
        .to = what->to,
        .country = order->ship_to.country,
        .postcode = order->ship_to.postal_code,
        .value = order->total.currency[0] ? order->total : order->proceeds_total,
    };
    add_programs(self, order->programs);
    ask_lines(self);
}

/* Every rule that matches gives one; those that follow see it. */
static void
give_tags(wb_judging *self)
{
    const wb_rule *rule = NULL;
    wb_decided_tag *given = NULL;
    size_t count = 0;

    while (self->rules &&
           (rule = wb_rules_find(self->rules, WB_RULES_TAGS, &self->asked, rule)) != NULL) {
        wb_view tag = wb_view_of(wb_rule_says(rule)->add);

        given = wb_realloc(given, (count + 1) * sizeof *given);
        given[count++].value = tag;
        add_tag(self, tag);
        wb_judging_tell(self, "tag", tag, rule);
    }
    self->decided.tags = (wb_field_list){given, count};
}

/* --- orders --- */

static wb_view
decide(wb_judging *self, wb_rules_list list, const char *what, size_t member)
{
    const wb_rule *rule = wb_judging_find(self, list);
    wb_view is = {NULL, 0};

    if (!rule)
        return is;
    is = wb_view_of(*(char *const *)(const void *)((const char *)wb_rule_says(rule) + member));
    wb_judging_tell(self, what, is, rule);
    return is;
}

static wb_rc
judge_order(wb_judging *self, wb_err *err)
{
    wb_decided *decided = &self->decided;

    self->open =
        self->order.status != WB_ORDER_CANCELLED && self->order.status != WB_ORDER_RETURNED;
    decided->warehouse =
        decide(self, WB_RULES_WAREHOUSES, "warehouse", offsetof(wb_rule_conf, warehouse));
    decided->logistics =
        decide(self, WB_RULES_LOGISTICS, "logistics", offsetof(wb_rule_conf, logistics));
    decided->tax = decide(self, WB_RULES_TAXES, "tax", offsetof(wb_rule_conf, tax));
    wb_judging_hold(self);
    wb_judging_goods(self);
    wb_judging_totals(self);
    wb_judging_fields(self);
    if (!self->edited)
        return wb_decided_fill(WB_RECORD_ORDER, decided, self->what->canonical, &self->out->body,
                               err);
    self->order.decided = *decided;
    return wb_canonical_encode(wb_order_fields, &self->order, &self->out->body, err);
}

/* --- shipments --- */

/* Is a rule of carriers about this way at all? Else the target's own options know them. */
static bool
knows_carriers(wb_judging *self)
{
    return self->rules && wb_rules_concern(self->rules, WB_RULES_CARRIERS, self->what->from,
                                           self->what->shop, self->what->to);
}

static wb_view
carrier_of(wb_judging *self, wb_view carrier)
{
    const wb_rule *rule;

    self->asked.carrier = carrier;
    rule = wb_judging_find(self, WB_RULES_CARRIERS);
    if (rule) {
        wb_view id = wb_view_of(wb_rule_says(rule)->id);

        wb_judging_tell(self, "carrier", id, rule);
        return id;
    }
    wb_judging_keep(self, WB_WAIT_CONFLICT,
                    "no rule knows the carrier '%.*s': add one for it, or a default",
                    (int)(carrier.len < 64 ? carrier.len : 64), carrier.len ? carrier.data : "");
    return (wb_view){NULL, 0};
}

static void
decide_carriers(wb_judging *self)
{
    const wb_shipment_parcel *parcels = self->shipment.parcels.items;
    size_t count = self->shipment.parcels.count, told = 0;
    wb_decided_parcel *out = wb_alloc((count + 1) * sizeof *out);

    for (size_t i = 0; i < count; i++) {
        if (!parcels[i].carrier.len)
            continue;
        out[told].parcel_id = parcels[i].parcel_id;
        out[told++].carrier = carrier_of(self, parcels[i].carrier);
    }
    self->decided.parcels = (wb_field_list){out, told};
    if (self->shipment.carrier.len || !told)
        self->decided.carrier = carrier_of(self, self->shipment.carrier);
}

static wb_rc
judge_shipment(wb_judging *self, wb_err *err)
{
    wb_rc rc = wb_canonical_decode(wb_shipment_fields, self->what->canonical, &self->shipment,
                                   sizeof self->shipment, err);

    if (rc)
        return rc;
    self->open = self->shipment.status != WB_SHIPMENT_CANCELLED;
    self->asked.carrier = self->shipment.carrier;
    wb_judging_hold(self);
    if (knows_carriers(self))
        decide_carriers(self);
    return wb_decided_fill(WB_RECORD_SHIPMENT, &self->decided, self->what->canonical,
                           &self->out->body, err);
}

/* --- any --- */

static const struct {
    wb_record_kind kind;
    wb_rc (*judge)(wb_judging *self, wb_err *err);
} kinds[] = {
    {WB_RECORD_ORDER,    judge_order   },
    {WB_RECORD_SHIPMENT, judge_shipment},
};

static wb_rc (*judge_of(wb_record_kind kind))(wb_judging *, wb_err *)
{
    for (size_t i = 0; i < WB_COUNT(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].judge;
    return NULL;
}

bool
wb_rules_judged(wb_record_kind kind)
{
    return judge_of(kind) != NULL;
}

/* The texts that were changed are not the lists'. */
static void
judging_fini(wb_judging *self)
{
    for (size_t i = 0; i < self->edit_count; i++)
        wb_free(&self->edits[i]);
    for (size_t i = 0; i < self->made_count; i++)
        wb_free(&self->made[i]);
    wb_free(&self->made);
    wb_buf_fini(&self->numbers);
    self->order.decided = (wb_decided){0};
    wb_canonical_fini(wb_decided_fields, &self->decided);
    wb_canonical_fini(wb_order_fields, &self->order);
    wb_canonical_fini(wb_shipment_fields, &self->shipment);
    wb_free(&self->skus);
    wb_free(&self->tags);
}

wb_rc
wb_rules_judge(const wb_rules *rules, const wb_rules_case *what, wb_verdict *out, wb_err *err)
{
    WB_AUTO(judging_fini) wb_judging self = {.rules = rules, .what = what, .out = out};
    bool itself = wb_record_def_of(what->kind)->root == WB_ROOT_ITSELF;
    wb_view order = itself ? what->canonical : what->order;
    wb_rc rc = WB_OK;

    if (order.len)
        rc = wb_canonical_decode(wb_order_fields, order, &self.order, sizeof self.order, err);
    if (rc)
        return rc;
    ask(&self);
    give_tags(&self);
    rc = judge_of(what->kind)(&self, err);
    rc = rc ? rc : wb_buf_check(&out->body, "what leaves by the rules", err);
    if (!rc && wb_view_eq(wb_buf_view(&out->body), what->canonical))
        wb_buf_clear(&out->body);
    return rc;
}
