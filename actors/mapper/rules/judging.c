/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judging - what all parts of a judgement do: ask for a rule, keep back, tell
 */
#include <stdarg.h>
#include <stdio.h>

#include "actors/mapper/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

const wb_rule *
wb_judging_find(const wb_judging *self, wb_rules_list list)
{
    return self->rules ? wb_rules_find(self->rules, list, &self->asked, NULL) : NULL;
}

void
wb_judging_keep(wb_judging *self, wb_wait wait, const char *fmt, ...)
{
    char text[WB_REASON_MAX];
    va_list args;

    if (!self->open || self->out->wait != WB_WAIT_COUNT)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    self->out->wait = wait;
    wb_buf_addf(&self->out->reason, "%s: %.*s", wb_wait_name(wait),
                (int)(sizeof text - 1 - sizeof "rule hold: "), text);
}

void
wb_judging_tell(const wb_judging *self, const char *what, wb_view is, const wb_rule *rule)
{
    wb_json_writer *out = self->out->why;
    WB_AUTO(wb_buf_fini) wb_buf by = {0};

    if (!out)
        return;
    wb_buf_init(&by, 1024);
    if (rule)
        wb_rule_text(rule, &by);
    else
        wb_buf_add_text(&by, "the route's table of SKUs");
    wb_json_open(out, '{');
    wb_json_member_text(out, "what", wb_view_of(what));
    wb_json_member_text(out, "is", is);
    wb_json_member_text(out, "by", wb_buf_view(&by));
    wb_json_close(out, '}');
}
