/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kit_records - a record of each kind, as small as one can be that is pushed
 */
#ifndef WB_TESTS_CONTRACT_KIT_RECORDS_H
#define WB_TESTS_CONTRACT_KIT_RECORDS_H

#include "protocol/records/record.h"

/* That record, packed; false = this kind has no form. `out` is begun here either way. */
bool kit_record(wb_buf *out, wb_record_kind kind);
/* The same in another state of its life: 0 as above; false = there are no more. */
bool kit_record_state(wb_buf *out, wb_record_kind kind, int state);

#endif
