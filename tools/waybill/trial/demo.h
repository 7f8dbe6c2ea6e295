/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - the configuration that `waybill run` makes for the simulator
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_DEMO_H
#define WB_TOOLS_WAYBILL_TRIAL_DEMO_H

#include "protocol/json.h"
#include "tools/waybill/host/place.h"

#define WB_DEMO_ERP_SECRET "a-secret-of-the-simulated-erp"

typedef struct {
    int64_t pollers, enrichers, mappers, pushers;
    const char *listen; /* of the gateway; NULL = there is none */
} wb_demo_counts;

/* Write <folder>/waybill.yaml for the accounts that /sim/setup told (`json`). Secrets go into
 * our environment, which the processes inherit; the file holds references. */
WB_MUST_CHECK wb_rc wb_demo_write(char *path, size_t size, const char *folder,
                                  const wb_demo_counts *counts, wb_json *json, wb_err *err);

#endif
