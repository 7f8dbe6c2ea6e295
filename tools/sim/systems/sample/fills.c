/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fills - the shop's own book of its orders: how many of each line each shipment has
 */
#include "tools/sim/systems/sample/fills.h"

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <stdio.h>
#include <string.h>

typedef struct entry {
    struct entry *next; /* of the same order */
    char *shipment;
    int64_t quantity[WB_SIM_LINES_MAX];
} entry;

struct wb_sim_sample_fills {
    wb_map *orders; /* number -> its first entry */
};

typedef struct {
    char text[16];
} number_text;

static wb_view
key_of(uint32_t order, number_text *memory)
{
    (void)snprintf(memory->text, sizeof memory->text, "%u", order);
    return wb_view_of(memory->text);
}

wb_sim_sample_fills *
wb_sim_sample_fills_new(void)
{
    wb_sim_sample_fills *self = wb_alloc(sizeof *self);

    self->orders = wb_map_new();
    return self;
}

void
wb_sim_sample_fills_destroy(wb_sim_sample_fills **self_p)
{
    entry *at;

    for (size_t i = 0; (at = wb_map_next((*self_p)->orders, &i, NULL));)
        while (at) {
            entry *next = at->next;
            wb_free(&at->shipment);
            wb_free(&at);
            at = next;
        }
    wb_map_destroy(&(*self_p)->orders);
    wb_free(self_p);
}

/* --- what a shipment says --- */

/* One line of the body: {"line": "2", "quantity": 1}. */
static const char *
read_line(wb_json *json, wb_json_ref at, int count, wb_sim_sample_fill *out)
{
    wb_view id = {NULL, 0};
    uint64_t line = 0;
    int64_t quantity = 0;

    if (wb_json_text(json, wb_json_get(json, at, "line"), &id, "line", NULL) ||
        wb_text_uint(&line, id, NULL) || line < 1 || line > (uint64_t)count)
        return "the order has no such line";
    if (wb_json_int(json, wb_json_get(json, at, "quantity"), &quantity, "quantity", NULL) ||
        quantity < 1 || quantity > INT32_MAX)
        return "how many of the line?";
    out->quantity[line - 1] += quantity;
    return NULL;
}

static int64_t
others_have(const wb_sim_sample_fills *self, const wb_sim_sample_fill *fill, int line)
{
    number_text memory;
    int64_t sum = 0;

    for (const entry *at = wb_map_find(self->orders, key_of(fill->order, &memory)); at;
         at = at->next)
        if (!wb_view_is(fill->shipment, at->shipment))
            sum += at->quantity[line];
    return sum;
}

const char *
wb_sim_sample_fill_read(const wb_sim_sample_fills *self, const wb_sim *sim, wb_sim_sample_fill *out)
{
    wb_json_ref lines = wb_json_get(sim->json, 0, "lines");
    wb_sim_line ordered[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(sim->market, out->order, ordered);
    const char *why = NULL;

    out->told = wb_json_count(sim->json, lines) > 0;
    for (wb_json_ref at = wb_json_first(sim->json, lines); !why && at != WB_JSON_NONE;
         at = wb_json_next(sim->json, at))
        why = read_line(sim->json, at, count, out);
    for (int i = 0; i < count && !why; i++)
        if (out->quantity[i] && out->quantity[i] + others_have(self, out, i) > ordered[i].quantity)
            why = "more of a line than was ordered";
    return why;
}

void
wb_sim_sample_fill_put(wb_sim_sample_fills *self, const wb_sim_sample_fill *fill)
{
    number_text memory;
    wb_view key = key_of(fill->order, &memory);
    entry *first = wb_map_find(self->orders, key), *at = first;

    while (at && !wb_view_is(fill->shipment, at->shipment))
        at = at->next;
    if (!at) {
        at = wb_alloc(sizeof *at);
        at->shipment = wb_text_dup_len(fill->shipment.data, fill->shipment.len);
        at->next = first;
        wb_map_put(self->orders, key, at);
    }
    memcpy(at->quantity, fill->quantity, sizeof at->quantity);
}

bool
wb_sim_sample_fill_whole(const wb_sim *sim, const wb_sim_sample_fill *fill)
{
    wb_sim_line ordered[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(sim->market, fill->order, ordered);
    bool whole = true;

    for (int i = 0; i < count; i++)
        whole = whole && fill->quantity[i] == ordered[i].quantity;
    return whole;
}
