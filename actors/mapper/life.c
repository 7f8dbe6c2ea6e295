/* SPDX-License-Identifier: Apache-2.0 */
/*
 * life - a mapper's parts, opened and closed: all of it but the process
 */
#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled.h"
#include "protocol/base/own.h"

wb_rc
wb_mapper_open(wb_mapper *mapper, wb_err *err)
{
    wb_rc rc;

    wb_buf_init(&mapper->packed, WB_ORDER_MAX);
    wb_swept_open(mapper);
    wb_targets_open(mapper);
    wb_routes_open(mapper);
    wb_differs_open(mapper);
    rc = wb_catalogue_open(mapper, err);
    rc = rc ? rc : wb_ruled_open(mapper, err);
    rc = rc ? rc : wb_targets_resume(mapper, err);
    rc = rc ? rc : wb_pace_open(mapper, err);
    rc = rc ? rc : wb_rejoin_open(mapper, err);
    rc = rc ? rc : wb_putback_open(mapper, err);
    return rc ? rc : wb_mapper_redo(mapper, err);
}

void
wb_mapper_close(wb_mapper *mapper)
{
    wb_swept_close(mapper);
    wb_putback_close(mapper);
    wb_rejoin_close(mapper);
    wb_ruled_close(mapper);
    wb_pace_close(mapper);
    wb_targets_close(mapper);
    wb_routes_close(mapper);
    wb_catalogue_close(mapper);
    wb_differs_close(mapper);
    wb_age_fini(&mapper->age);
    wb_buf_fini(&mapper->review_keys);
    wb_buf_fini(&mapper->gone_keys);
    wb_buf_fini(&mapper->packed);
}
