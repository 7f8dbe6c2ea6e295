/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holds - what is kept back before it is handed on for the first time
 */
#include "actors/mapper/rules/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

/* Since when its age counts. */
static int64_t
since(const wb_judging *self)
{
    return self->order.purchased_utc_us > 0 ? self->order.purchased_utc_us
                                            : self->what->known_utc_us;
}

/* A rule whose time is over does not match any more: those behind it are asked. */
void
wb_judging_hold(wb_judging *self)
{
    const wb_rule *rule = NULL;

    if (!self->rules || self->what->passed || !self->open)
        return;
    while ((rule = wb_rules_find(self->rules, WB_RULES_HOLDS, &self->asked, rule)) != NULL) {
        const wb_rule_conf *says = wb_rule_says(rule);
        int64_t due_utc_us = since(self) + says->age * WB_US_PER_MS;
        WB_AUTO(wb_buf_fini) wb_buf by = {0};

        if (says->age && due_utc_us <= self->what->now_utc_us)
            continue;
        wb_buf_init(&by, 1024);
        wb_rule_text(rule, &by);
        wb_judging_keep(self, WB_WAIT_RULE_HOLD, "%s (%s)", says->reason, wb_buf_text(&by));
        self->out->due_utc_us = says->age ? due_utc_us : 0;
        wb_judging_tell(self, "hold", wb_view_of(says->reason), rule);
        return;
    }
}

void
wb_judging_totals(wb_judging *self)
{
    const wb_rule *rule = wb_judging_find(self, WB_RULES_TOTALS);
    wb_buf *numbers = &self->numbers;
    wb_totals is;

    if (!rule || wb_rule_says(rule)->check == WB_TOTALS_OFF)
        return;
    wb_buf_init(numbers, 512);
    is = wb_totals_of(&self->order, wb_rule_says(rule)->tolerance, numbers);
    wb_judging_tell(self, "totals",
                    is == WB_TOTALS_FIT       ? WB_VIEW_LIT("they add up")
                    : is == WB_TOTALS_UNKNOWN ? WB_VIEW_LIT("not checkable")
                                              : wb_buf_view(numbers),
                    rule);
    if (is != WB_TOTALS_WRONG)
        return;
    if (wb_rule_says(rule)->check == WB_TOTALS_FLAG)
        self->decided.flagged = wb_buf_view(numbers);
    else if (!self->what->passed)
        wb_judging_keep(self, WB_WAIT_TOTALS, "%s", wb_buf_text(numbers));
}
