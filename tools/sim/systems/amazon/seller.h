/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - the sellers of this world, by what they show
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_ACCOUNT_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_ACCOUNT_H

#include "tools/sim/engine/sim.h"

void wb_sim_account_init(wb_sim_account *self, unsigned number);
wb_sim_account *wb_sim_account_by_access_key(const wb_sim *sim, wb_view access_key);
wb_sim_account *wb_sim_account_by_refresh_token(const wb_sim *sim, wb_view refresh_token);

/* An access token carries its account, its end and a seal: nothing has to be kept. */
void wb_sim_token_write(const wb_sim *sim, const wb_sim_account *account, int64_t expires_utc_us,
                        wb_buf *out);
typedef enum {
    WB_SIM_TOKEN_GOOD,
    WB_SIM_TOKEN_EXPIRED,
    WB_SIM_TOKEN_BAD,
} wb_sim_token;
wb_sim_token wb_sim_token_read(const wb_sim *sim, wb_view token, wb_sim_account **out);

/* Check the token and the limit of an orders call; NULL = it is answered. `limit` gets the header
 * line of the limit. */
wb_sim_account *wb_sim_account_enter(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request,
                                     wb_sim_op op);
/* "x-amzn-RateLimit-Limit: 0.5\r\n" for answers that tell it; scaled. */
wb_view wb_sim_limit_header(const wb_sim *sim, wb_sim_op op, char *dst, size_t size);

#endif
