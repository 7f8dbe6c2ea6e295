/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - what a record's root order says of it, put in when the record leaves
 *
 * A target that confirms a shipment needs the order's lines and packages as the channel names them.
 * They are the order's: the record does not keep them, and they make no revision.
 */
#ifndef WB_PROTOCOL_RECORDS_FACTS_H
#define WB_PROTOCOL_RECORDS_FACTS_H

#include "protocol/records/record.h"

/* Has this kind such a group (wb_record_def.facts)? */
bool wb_facts_any(wb_record_kind kind);
/* The packed record with its group filled from its packed order, appended to `out`: what else the
 * record says, of newer releases too, is as it was. `kind` has facts. */
WB_MUST_CHECK wb_rc wb_facts_fill(wb_record_kind kind, wb_view record, wb_view order, wb_buf *out,
                                  wb_err *err);

#endif
