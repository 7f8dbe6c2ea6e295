/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apart - what the world says must be parked, against what is parked
 *
 * Both are sets of (at a target or at its source, kind, id). In the end of a good run they are the
 * same. What is parked without an id is an element of a list that was no record: these are counted.
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_APART_H
#define WB_TOOLS_WAYBILL_TRIAL_APART_H

#include "protocol/base/map.h"
#include "protocol/json.h"

typedef struct {
    wb_map *wanted, *found;
    int64_t elements, elements_most;
    bool known, incomplete; /* all of the world's was read; somebody told a part of his */
} wb_apart;

void wb_apart_init(wb_apart *self);
void wb_apart_fini(wb_apart *self);

/* /sim/refused, read. */
void wb_apart_refused(wb_apart *self, wb_json *json);
/* A record is parked; `delivered`: by who hands over. */
void wb_apart_found(wb_apart *self, bool delivered, wb_view kind, wb_view external);

int64_t wb_apart_count(const wb_apart *self);      /* parked, elements among them */
int64_t wb_apart_missing(const wb_apart *self);    /* to be parked, and not parked */
int64_t wb_apart_unexpected(const wb_apart *self); /* parked, and not to be */
bool wb_apart_good(const wb_apart *self);

#endif
