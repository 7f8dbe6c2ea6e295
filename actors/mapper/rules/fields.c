/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields - texts of an order that a target is told in another way
 *
 * Of each text the first rule that matches decides. What is copied is what the order says, not what
 * another rule has made of it: the order of the rules does not matter to that.
 */
#include <string.h>

#include "actors/mapper/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

#define TEXT_MAX 4096 /* of one that has something in front */

static wb_view *
text_at(void *order, size_t offset)
{
    return (wb_view *)(void *)((char *)order + offset);
}

/* What a rule makes of a text; false: nothing. */
static bool
made_of(const wb_order *before, const wb_rule_conf *says, size_t offset, char **memory,
        wb_view *out)
{
    wb_view is = *(const wb_view *)(const void *)((const char *)before + offset);
    wb_buf text = {0};
    size_t from = 0;

    if (says->set) {
        *out = wb_view_of(says->set);
        return true;
    }
    if (says->copy) {
        (void)wb_rule_field(says->copy, &from);
        *out = *(const wb_view *)(const void *)((const char *)before + from);
        return out->len > 0;
    }
    if (!is.len)
        return false;
    wb_buf_init(&text, TEXT_MAX);
    wb_buf_add_text(&text, says->prefix);
    wb_buf_add_view(&text, is);
    *memory = wb_text_dup_len(text.data, text.len);
    *out = (wb_view){*memory, text.len};
    wb_buf_fini(&text);
    return true;
}

/* What is copied out of a text that is personal is as personal. */
static bool
is_personal(const wb_rule_conf *says)
{
    size_t at;
    const wb_field *field = wb_rule_field(says->field, &at);
    const wb_field *from = says->copy ? wb_rule_field(says->copy, &at) : field;

    return (field->flags | from->flags) & WB_FIELD_PERSONAL;
}

static bool
was_decided(const size_t *offsets, size_t count, size_t offset)
{
    for (size_t i = 0; i < count; i++)
        if (offsets[i] == offset)
            return true;
    return false;
}

void
wb_judging_fields(wb_judging *self)
{
    const wb_order before = self->order;
    size_t offsets[WB_RULES_CHANGES_MAX], count = 0;
    const wb_rule *rule = NULL;

    if (!self->rules)
        return;
    while (count < WB_RULES_CHANGES_MAX &&
           (rule = wb_rules_find(self->rules, WB_RULES_FIELDS, &self->asked, rule)) != NULL) {
        const wb_rule_conf *says = wb_rule_says(rule);
        wb_view text = {NULL, 0};
        size_t offset = 0;

        (void)wb_rule_field(says->field, &offset);
        if (was_decided(offsets, count, offset))
            continue;
        offsets[count++] = offset;
        if (!made_of(&before, says, offset, &self->edits[self->edit_count], &text))
            continue;
        self->edit_count++;
        self->edited = true;
        *text_at(&self->order, offset) = text;
        wb_judging_tell(self, says->field, is_personal(says) ? WB_VIEW_LIT("***") : text, rule);
    }
}
