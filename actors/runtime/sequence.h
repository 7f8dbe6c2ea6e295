/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence - which message a receipt means: sequence -> outgoing, without an allocation a message
 *
 * Open addressing. Sequences ascend, so neighbours rarely collide; a straggler that stays for
 * hours costs one slot.
 */
#ifndef WB_ACTORS_RUNTIME_SEQUENCE_H
#define WB_ACTORS_RUNTIME_SEQUENCE_H

#include "actors/runtime/lanes_own.h"

void sequence_put(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing);
wb_outgoing *sequence_find(const sequence_table *self, uint64_t sequence); /* NULL = none */
void sequence_remove(sequence_table *self, uint64_t sequence);
void sequence_fini(sequence_table *self);

#endif
