/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apart - what the world says must be parked, against what is parked
 */
#include "tools/waybill/trial/apart.h"

#include <stdio.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"

#define NAME_MAX 512
#define ELEMENT_KINDS 5 /* the same bytes are parked once */

void
wb_apart_init(wb_apart *self)
{
    *self = (wb_apart){.wanted = wb_map_new(), .found = wb_map_new()};
}

void
wb_apart_fini(wb_apart *self)
{
    wb_map_destroy(&self->wanted);
    wb_map_destroy(&self->found);
}

static void
put(wb_map *set, bool delivered, wb_view kind, wb_view id)
{
    char name[NAME_MAX];
    int len = snprintf(name, sizeof name, "%c/%.*s/%.*s", delivered ? 't' : 's', WB_VIEW_ARG(kind),
                       WB_VIEW_ARG(id));

    (void)wb_map_put(set, (wb_view){name, len < NAME_MAX ? (size_t)len : NAME_MAX - 1}, set);
}

void
wb_apart_refused(wb_apart *self, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "refused"));
    char target[72], kind[24], id[256];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        if (!wb_read_bool(json, at, "lasting"))
            continue;
        wb_read_text(json, at, "target", target, sizeof target);
        wb_read_text(json, at, "kind", kind, sizeof kind);
        wb_read_text(json, at, "id", id, sizeof id);
        put(self->wanted, *target != 0, wb_view_of(kind), wb_view_of(id));
    }
    self->elements_most = wb_read_int(json, 0, "elements");
    self->known = true;
}

void
wb_apart_found(wb_apart *self, bool delivered, wb_view kind, wb_view external)
{
    if (external.len)
        put(self->found, delivered, kind, external);
    else
        self->elements++;
}

/* Of one set, those that are not in the other. */
static int64_t
beyond(const wb_map *self, const wb_map *other)
{
    int64_t count = 0;
    wb_view name;

    for (size_t at = 0; wb_map_next(self, &at, &name);)
        count += !wb_map_find(other, name);
    return count;
}

int64_t
wb_apart_count(const wb_apart *self)
{
    return (int64_t)wb_map_count(self->found) + self->elements;
}

int64_t
wb_apart_missing(const wb_apart *self)
{
    return beyond(self->wanted, self->found);
}

int64_t
wb_apart_unexpected(const wb_apart *self)
{
    int64_t most = self->elements_most < ELEMENT_KINDS ? self->elements_most : ELEMENT_KINDS;

    return beyond(self->found, self->wanted) + (self->elements > most ? self->elements - most : 0);
}

bool
wb_apart_good(const wb_apart *self)
{
    return self->known && !self->incomplete && !wb_apart_missing(self) &&
           !wb_apart_unexpected(self);
}
