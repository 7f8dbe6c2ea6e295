/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find - the first rule that matches, without looking at all of them
 *
 * Each rule lies in a bucket for each stem of its most telling condition: the SKU, else the
 * carrier, and so on. What is asked has few texts, and each has few beginnings that are a stem, so
 * that few buckets are looked into; in each the numbers ascend.
 */
#include <string.h>

#include "actors/runtime/config/rules/inside.h"
#include "protocol/base/own.h"

#define STEM_MAX 63 /* a longer one is cut: more rules are looked at, none is missed */
#define KEY_MAX (WB_RULE_FORM_SIZE + 2)

typedef struct wb_rules_bucket {
    size_t *items;
    size_t count, cap;
} bucket;

static void
add(bucket *self, size_t number)
{
    if (self->count && self->items[self->count - 1] == number)
        return;
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 4;
        self->items = wb_realloc(self->items, self->cap * sizeof *self->items);
    }
    self->items[self->count++] = number;
}

static void
bucket_destroy(bucket **self_p)
{
    if (*self_p)
        wb_free(&(*self_p)->items);
    wb_free(self_p);
}

/* What a text is found by: the condition, whole or a beginning, the text. */
static wb_view
key_of(char room[KEY_MAX], wb_rule_about about, bool whole, wb_view text)
{
    room[0] = (char)('a' + (int)about);
    room[1] = whole ? '=' : '*';
    if (text.len)
        memcpy(room + 2, text.data, text.len);
    return (wb_view){room, text.len + 2};
}

static void
put(wb_rules_index *self, wb_rule_about about, const wb_pattern *pattern, size_t number)
{
    bool whole = pattern->how == WB_PATTERN_WHOLE;
    wb_view stem = wb_pattern_stem(pattern), key;
    char room[KEY_MAX];
    bucket *at;

    if (!whole && stem.len > STEM_MAX)
        stem.len = STEM_MAX;
    key = key_of(room, about, whole, stem);
    at = wb_map_find(self->of, key);
    if (!at) {
        at = wb_alloc(sizeof *at);
        wb_map_put(self->of, key, at);
    }
    add(at, number);
    if (whole)
        self->whole[about] = true;
    else
        self->lengths[about] |= UINT64_C(1) << stem.len;
}

static void
put_rule(wb_rules_of_list *list, size_t number)
{
    const wb_rule *rule = &list->items[number];
    wb_rule_about about = 0;

    while (about < WB_RULE_ABOUT_COUNT && !rule->about[about].count)
        about++;
    if (about == WB_RULE_ABOUT_COUNT) {
        add(list->index.open, number);
        return;
    }
    for (size_t i = 0; i < rule->about[about].count; i++)
        put(&list->index, about, &rule->about[about].items[i], number);
}

void
wb_rules_index_make(wb_rules_of_list *list)
{
    list->index.of = wb_map_new();
    list->index.open = wb_alloc(sizeof *list->index.open);
    for (size_t i = 0; i < list->count; i++)
        put_rule(list, i);
}

void
wb_rules_index_fini(wb_rules_index *self)
{
    size_t at = 0;
    bucket *one;

    while (self->of && (one = wb_map_next(self->of, &at, NULL)))
        bucket_destroy(&one);
    wb_map_destroy(&self->of);
    bucket_destroy(&self->open);
}

/* --- asking --- */

typedef struct {
    const wb_rules_of_list *list;
    const wb_rule_asked *what;
    size_t from, best;
} search;

static size_t
behind(const bucket *in, size_t from)
{
    size_t low = 0, high = in->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (in->items[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
look_in(search *self, const bucket *in)
{
    for (size_t i = in ? behind(in, self->from) : 0; in && i < in->count; i++) {
        size_t number = in->items[i];

        if (number >= self->best)
            return;
        if (wb_rule_matches(&self->list->items[number], self->what)) {
            self->best = number;
            return;
        }
    }
}

static void
look_for(search *self, wb_rule_about about, wb_view text)
{
    const wb_rules_index *index = &self->list->index;
    uint64_t lengths = index->lengths[about];
    char room[KEY_MAX];

    if (index->whole[about] && text.len <= WB_RULE_FORM_SIZE)
        look_in(self, wb_map_find(index->of, key_of(room, about, true, text)));
    for (; lengths; lengths &= lengths - 1) {
        size_t len = (size_t)__builtin_ctzll(lengths);

        if (len <= text.len)
            look_in(self,
                    wb_map_find(index->of, key_of(room, about, false, (wb_view){text.data, len})));
    }
}

size_t
wb_rules_first(const wb_rules_of_list *list, const wb_rule_asked *what, size_t from, size_t end)
{
    search self = {list, what, from, end};

    look_in(&self, list->index.open);
    for (size_t about = 0; about < WB_RULE_ABOUT_COUNT; about++)
        for (size_t i = 0; i < what->counts[about]; i++)
            look_for(&self, (wb_rule_about)about, what->texts[about][i]);
    return self.best;
}
