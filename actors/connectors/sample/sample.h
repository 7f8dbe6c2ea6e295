/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - what the files of this connector share: the account's options and the operations
 */
#ifndef WB_ACTORS_CONNECTORS_SAMPLE_SAMPLE_H
#define WB_ACTORS_CONNECTORS_SAMPLE_SAMPLE_H

#include "actors/connectors/connector.h"

#define SAMPLE_PAGE_MAX 1000

typedef struct {
    char *url;
    char *token;
    int64_t page_size;
} sample_options;

/* orders.c */
wb_rc sample_list_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc sample_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
wb_rc sample_get_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc sample_get_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
wb_rc sample_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err);

/* records.c */
wb_rc sample_put_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc sample_put_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
wb_rc sample_probe_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc sample_probe_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                        wb_err *err);

#endif
