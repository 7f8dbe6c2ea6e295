/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - the reference of canonical records (docs/records.md)
 */
#ifndef WB_TOOLS_WAYBILL_HOST_RECORDS_PAGE_H
#define WB_TOOLS_WAYBILL_HOST_RECORDS_PAGE_H

#include "protocol/base/buf.h"

/* The whole page: each kind of record that has a table of fields, and the tables within it. */
void wb_records_page(wb_buf *out);

#endif
