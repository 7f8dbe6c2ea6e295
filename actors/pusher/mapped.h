/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapped - a person's own program over what a route leads to a target, before it becomes a job
 *
 * The delivery is kept while its mapping works, and handed on with the record as it was changed:
 * what is stored, planned, sent and marked is that. A record that the program, or its result,
 * refuses is parked with the reason; tried again it is mapped again, by the program as it is then,
 * and waits meanwhile in a row of its own (WB_RELATION_UNMAPPED).
 */
#ifndef WB_ACTORS_PUSHER_MAPPED_H
#define WB_ACTORS_PUSHER_MAPPED_H

#include "actors/pusher/pusher.h"

/* Behind the pump. */
void wb_mapped_open(wb_pusher *self);
void wb_mapped_close(wb_pusher *self);
/* Has a route that leads it to its target a mapping? Then it is taken, and given to the pump when
 * it is mapped. */
bool wb_mapped_take(wb_pusher *self, wb_delivery *delivery, wb_account *account);
const wb_retake *wb_mapped_retake(const wb_pusher *self);
void wb_mapped_status(const wb_pusher *self, wb_json_writer *out);

#endif
