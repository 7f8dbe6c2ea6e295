/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webhook - what the files of this connector share
 */
#ifndef WB_ACTORS_CONNECTORS_WEBHOOK_WEBHOOK_H
#define WB_ACTORS_CONNECTORS_WEBHOOK_WEBHOOK_H

#include "actors/connectors/connector.h"

#define WEBHOOK_BATCH_MAX 1000
#define WEBHOOK_STYLE_ENVELOPE 0
#define WEBHOOK_STYLE_BARE 1

typedef struct {
    char *url;
    char *secret;
    int64_t batch;
    bool results;
    char *probe_url;
    char *ask_url;
    int64_t after_unknown; /* wb_after_unknown, by webhook_unknown_names */
    int64_t timeout;
    int64_t settle;
    char *rate;
    int64_t burst;
    int64_t in_flight;
    wb_option_list headers; /* char *: "Name: value" */
    int64_t style;
} webhook_options;

/* options.c */
extern const wb_option webhook_rows[];
extern const char webhook_example[];
extern const wb_environment webhook_env;
void webhook_check(const void *options, const wb_complaints *out);
/* The account's own headers, behind those that we set. */
void webhook_own_headers(const webhook_options *options, wb_request *out);

/* push.c */
wb_rc webhook_push_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc webhook_push_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                        wb_err *err);
bool webhook_effect_free(const wb_response *resp);
/* What a status says that is no success: the same for a push and a probe. Never WB_OK. */
wb_rc webhook_refusal(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);

/* results.c: fill the results by the body `{"results": [...]}`. WB_REJECT: there are none to read;
 * then nothing was filled in. */
wb_rc webhook_results(const wb_call *call, wb_view body, wb_outcomes *out, wb_err *err);

/* probe.c */
wb_rc webhook_probe_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc webhook_probe_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                         wb_err *err);

/* ask.c */
wb_rc webhook_ask_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc webhook_ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);

#endif
