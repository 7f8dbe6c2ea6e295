/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/names.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define SHOWN_MAX 80 /* of one name */
#define MORE ", ..."

typedef struct {
    char *what, *id, *name;
} row;

struct wb_names {
    row *rows;
    size_t count, room;
    int64_t read_utc_us;
};

wb_names *
wb_names_new(void)
{
    return wb_alloc(sizeof(wb_names));
}

void
wb_names_destroy(wb_names **self_p)
{
    wb_names *self = *self_p;

    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++) {
        wb_free(&self->rows[i].what);
        wb_free(&self->rows[i].id);
        wb_free(&self->rows[i].name);
    }
    wb_free(&self->rows);
    wb_free(self_p);
}

static bool
has(const wb_names *self, wb_view what, wb_view id)
{
    for (size_t i = 0; i < self->count; i++)
        if (wb_view_is(id, self->rows[i].id) && wb_view_is(what, self->rows[i].what))
            return true;
    return false;
}

static char *
text_of(wb_view view)
{
    return wb_text_dup_len(view.data ? view.data : "", view.len);
}

bool
wb_names_add(wb_names *self, wb_view what, wb_view id, wb_view name)
{
    if (has(self, what, id))
        return true;
    if (self->count == WB_NAMES_MAX)
        return false;
    if (self->count == self->room) {
        self->room = self->room ? 2 * self->room : 64;
        self->rows = wb_realloc(self->rows, self->room * sizeof *self->rows);
    }
    self->rows[self->count++] = (row){text_of(what), text_of(id), text_of(name)};
    return true;
}

void
wb_names_set_read(wb_names *self, int64_t read_utc_us)
{
    self->read_utc_us = read_utc_us;
}

int64_t
wb_names_read_utc_us(const wb_names *self)
{
    return self->read_utc_us;
}

size_t
wb_names_count(const wb_names *self)
{
    return self->count;
}

wb_names_found
wb_names_find(const wb_names *self, wb_view what, wb_view name, wb_view *id)
{
    wb_names_found found = WB_NAMES_NONE;

    for (size_t i = 0; i < self->count; i++) {
        const row *at = &self->rows[i];

        if (!wb_view_is(name, at->name) || !wb_view_is(what, at->what))
            continue;
        *id = wb_view_of(at->id);
        found = found == WB_NAMES_NONE ? WB_NAMES_ONE : WB_NAMES_SEVERAL;
    }
    return found;
}

void
wb_names_tell(const wb_names *self, wb_view what, wb_view name, wb_buf *out, size_t max)
{
    size_t begun = out->len;

    for (size_t i = 0; i < self->count; i++) {
        const row *at = &self->rows[i];
        char words[SHOWN_MAX], id[SHOWN_MAX];

        if (!wb_view_is(what, at->what) || (name.len && !wb_view_is(name, at->name)))
            continue;
        wb_text_tame_words(words, sizeof words, wb_view_of(at->name));
        wb_text_tame_words(id, sizeof id, wb_view_of(at->id));
        if (out->len + strlen(words) + strlen(id) + sizeof MORE + 5 > begun + max) {
            wb_buf_add_text(out, out->len == begun ? "..." : MORE);
            return;
        }
        wb_buf_addf(out, "%s%s (%s)", out->len > begun ? ", " : "", words, id);
    }
}
