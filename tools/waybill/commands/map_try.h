/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_try - a jq program tried out here, in the same child as a pusher's
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_MAP_TRY_H
#define WB_TOOLS_WAYBILL_COMMANDS_MAP_TRY_H

#include "actors/runtime/mapping/mapping.h"

typedef struct {
    const char *name; /* of the program, for people */
    wb_view program;
} wb_map_program;

/* WB_REJECT: it does not compile, or cannot be run here. */
WB_MUST_CHECK wb_rc wb_map_compiles(const wb_map_program *program, wb_err *err);
/* The record as it is changed, packed, appended to `out`. WB_REJECT: the program, or its result, is
 * refused; the text may quote the record. */
WB_MUST_CHECK wb_rc wb_map_once(const wb_map_program *program, wb_record_kind kind, wb_view packed,
                                wb_buf *out, wb_err *err);

#endif
