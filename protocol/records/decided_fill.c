/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "protocol/records/record.h"

bool
wb_decided_any(wb_record_kind kind)
{
    const wb_record_def *def = wb_record_def_of(kind);

    return def && def->decided;
}

wb_rc
wb_decided_fill(wb_record_kind kind, const wb_decided *decided, wb_view record, wb_buf *out,
                wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(kind);
    WB_AUTO(wb_buf_fini) wb_buf group = {0};
    wb_mixture from = {.old = record, .owners = UINT32_C(1) << WB_OWNS_DECIDED};
    wb_rc rc;

    if (!wb_canonical_any(wb_decided_fields, decided)) {
        wb_buf_add_view(out, record);
        return wb_buf_check(out, "what is decided", err);
    }
    wb_buf_init(&group, WB_ORDER_MAX);
    wb_pack_map(&group, 1);
    wb_pack_uint(&group, def->decided);
    rc = wb_canonical_encode(wb_decided_fields, decided, &group, err);
    rc = rc ? rc : wb_buf_check(&group, "what is decided", err);
    from.said = wb_buf_view(&group);
    return rc ? rc : wb_canonical_mix(def->fields, &from, out, err);
}
