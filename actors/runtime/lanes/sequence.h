/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence - which message a receipt means: sequence -> outgoing, without an allocation a message
 *
 * A ring: sequences ascend, so each has a slot to itself while no more are under way than there are
 * slots. A straggler, whose slot a newer one needs, moves to a map; when they are many, the ring
 * grows.
 */
#ifndef WB_ACTORS_RUNTIME_LANES_SEQUENCE_H
#define WB_ACTORS_RUNTIME_LANES_SEQUENCE_H

#include "actors/runtime/lanes/inside.h"

/* Ascending, from 1. */
void sequence_put(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing);
wb_outgoing *sequence_find(const sequence_table *self, uint64_t sequence); /* NULL = none */
void sequence_remove(sequence_table *self, uint64_t sequence);             /* none = harmless */
void sequence_fini(sequence_table *self);

#endif
