/* SPDX-License-Identifier: Apache-2.0 */
/*
 * returns - after-sales of a parent order: their list, one in detail, and as a record
 */
#ifndef WB_ACTORS_CONNECTORS_TEMU_RETURNS_RETURNS_H
#define WB_ACTORS_CONNECTORS_TEMU_RETURNS_RETURNS_H

#include "actors/connectors/temu/temu.h"

/* returns.c */
extern const temu_list temu_returns;
/* Seconds or milliseconds: no time of this century is both. */
void temu_answer_claim_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);

/* detail.c: {"listed": the row of the list, "mode": "semi", "packs": pieces in one sold unit of
 * each row of its afterSalesList, "detail": the answer}. What the account need not say is not
 * there, and where Temu says no to this question alone, the detail is not. */
temu_build_fn temu_detail_build;
temu_read_fn temu_detail_read;

/* map_return.c */
wb_map_fn temu_map_return;

#endif
