/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the signature of a request as the vendor computes it, from what arrived
 *
 * Written apart from the signer that is tested with it: both follow the published rules, neither
 * knows the other.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_SIGN_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_SIGN_H

#include "protocol/json.h"

#define WB_SIM_LINGXING_SIGN_LEN 64
#define WB_SIM_LINGXING_PARAMS_MAX 64
#define WB_SIM_LINGXING_PARAMS_TEXT_MAX (8 * 1024 * 1024)

/* What a request says, by name: all members of it, whether they came in the query or in the body.
 * Names and values stand in `text`. */
typedef struct {
    wb_buf text;
    size_t count;
    struct {
        size_t name, name_len, value, value_len;
    } rows[WB_SIM_LINGXING_PARAMS_MAX];
    bool unusable; /* too many, a bad escape, a nested value in another form than the compact one */
} wb_sim_lingxing_params;

void wb_sim_lingxing_params_init(wb_sim_lingxing_params *self);
void wb_sim_lingxing_params_fini(wb_sim_lingxing_params *self);
/* "a=b&c=d": percent-encoding is undone, a + is a blank. */
void wb_sim_lingxing_params_query(wb_sim_lingxing_params *self, wb_view query);
/* The members of the object that `json` holds, each as it counts: a text without its quotes and
 * escapes, all else as its bytes stand there. */
void wb_sim_lingxing_params_body(wb_sim_lingxing_params *self, wb_json *json);
/* {NULL, 0} = there is none. Gone with the next row. */
wb_view wb_sim_lingxing_param(const wb_sim_lingxing_params *self, const char *name);

/* "name=value&...", sorted by name; neither `sign` itself nor what is empty. */
void wb_sim_lingxing_canonical(const wb_sim_lingxing_params *self, wb_buf *out);
/* MD5 as 32 capital hex digits; out: 33 bytes. */
void wb_sim_lingxing_md5(char *out, wb_view canonical);
/* out: WB_SIM_LINGXING_SIGN_LEN + 1 bytes. */
void wb_sim_lingxing_sign(char *out, wb_view app_id, wb_view canonical);

#endif
