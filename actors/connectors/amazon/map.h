/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - what the mappings of both order APIs share
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_MAP_H
#define WB_ACTORS_CONNECTORS_AMAZON_MAP_H

#include "actors/connectors/connector.h"
#include "protocol/base/own.h"
#include "protocol/json_members.h"

#define AMAZON_READ(json, ref, rows, base, err)                                                    \
    wb_json_members((json), (ref), (rows), WB_COUNT(rows), (base), (err))

/* The first of an array: NONE of all else. */
static inline wb_json_ref
amazon_first(const wb_json *json, wb_json_ref array)
{
    return wb_json_kind(json, array) == WB_JSON_ARRAY ? wb_json_first(json, array) : WB_JSON_NONE;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): a declaration's name takes none */
/* Members of arrays: `for` head over the children of a ref that may be absent. */
#define AMAZON_EACH(json, child, array)                                                            \
    wb_json_ref child = amazon_first((json), (array));                                             \
    child != WB_JSON_NONE;                                                                         \
    child = wb_json_next((json), child)
/* NOLINTEND(bugprone-macro-parentheses) */

/* map2026.c: one order of the 2026-01-01 API. */
WB_MUST_CHECK wb_rc amazon_map_2026(wb_json *json, wb_json_ref order, wb_mapped *out, wb_err *err);
/* map2026_lines.c: its lines and what they cost, its programs. */
WB_MUST_CHECK wb_rc amazon_map_2026_lines(wb_json *json, wb_json_ref items, wb_json_ref programs,
                                          wb_order *order, wb_err *err);
/* map2026_people.c: buyer, recipient, whom the tax is registered for. Rows over wb_order. */
extern const wb_json_member amazon_buyer_2026_rows[4], amazon_recipient_2026_rows[2];
WB_MUST_CHECK wb_rc amazon_map_2026_tax(wb_json *json, wb_json_ref registrations, wb_order *order,
                                        wb_err *err);

/* Amounts of one category: several are summed. Broken when they are of several currencies: then
 * nobody knows the sum. */
typedef struct {
    wb_money money;
    bool broken;
} amazon_sum;

void amazon_sum_add(amazon_sum *self, wb_money part);
void amazon_sum_take(amazon_sum *self, wb_money part);
wb_money amazon_sum_of(const amazon_sum *self); /* not there when broken */
/* Taken off is told as a negative amount, or as a positive one: ours is positive. */
wb_money amazon_positive(wb_money money);

/* map2026_proceeds.c: what an order or a line brings in, by category; a word of next year is
 * `other`. Tax is that on the price: that on all else stands apart. */
typedef struct {
    amazon_sum item, shipping, gift_wrap, cod_fee, other, discount, tip;
    amazon_sum tax, shipping_tax, gift_wrap_tax, other_tax;
    wb_view tip_status;
} amazon_proceeds;

WB_MUST_CHECK wb_rc amazon_map_2026_proceeds(wb_json *json, wb_json_ref breakdowns,
                                             amazon_proceeds *out, wb_err *err);

/* map_v0.c: one order of v0; `pages` is an array of arrays of items, WB_JSON_NONE = not read. */
WB_MUST_CHECK wb_rc amazon_map_v0(wb_json *json, wb_json_ref order, wb_json_ref pages,
                                  wb_mapped *out, wb_err *err);

/* map_v0_lines.c: its lines; *room has `more` bytes that live as long as they. */
WB_MUST_CHECK wb_rc amazon_map_v0_lines(wb_json *json, wb_json_ref pages, size_t more, char **room,
                                        wb_order *order, wb_err *err);

/* map_common.c */
/* Sets status, routed; both spellings of both APIs. */
void amazon_map_status(wb_view word, wb_mapped *out);
/* MERCHANT, MFN -> "merchant"; AMAZON, AFN -> "channel". */
wb_view amazon_fulfilled_by(wb_view word);
/* Lines that were told as anything but a list: an order without them would be a wrong one. */
WB_MUST_CHECK wb_rc amazon_lines_ok(const wb_json *json, wb_json_ref list, const char *name,
                                    wb_err *err);
/* Room for `count` lines, with `text` bytes behind them that live as long. NULL: too many lines. */
wb_order_line *amazon_new_lines(wb_order *order, size_t count, size_t text);
/* The groups of fields that this order covers. `lines`, `packages`: their lists were there. */
uint32_t amazon_owners(const wb_order *order, bool lines, bool packages);

/* map_parts.c: totals that nobody told, from the lines, where all of them are of one currency. */
void amazon_sum_lines(wb_order *order);

#endif
