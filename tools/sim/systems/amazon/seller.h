/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seller - the sellers of this world, by what they show
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_SELLER_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_SELLER_H

#include "tools/sim/systems/amazon/amazon.h"

void wb_sim_seller_init(wb_sim_seller *self, wb_sim_account *account);
wb_sim_seller *wb_sim_seller_by_access_key(const wb_sim_amazon *amazon, wb_view access_key);
wb_sim_seller *wb_sim_seller_by_refresh_token(const wb_sim_amazon *amazon, wb_view refresh_token);

/* An access token carries its seller, its end and a seal: nothing has to be kept. */
void wb_sim_token_write(const wb_sim_amazon *amazon, const wb_sim_seller *seller,
                        int64_t expires_utc_us, wb_buf *out);
typedef enum {
    WB_SIM_TOKEN_GOOD,
    WB_SIM_TOKEN_EXPIRED,
    WB_SIM_TOKEN_BAD,
} wb_sim_token;

/* An orders call begins: check its token and its limit; NULL = it is answered. */
wb_sim_account *wb_sim_seller_enter(wb_sim_visit *visit, int op);
/* "x-amzn-RateLimit-Limit: 0.5\r\n" of the operation that has begun, for answers that tell it;
 * scaled. */
wb_view wb_sim_limit_header(const wb_sim_visit *visit, char *dst, size_t size);

#endif
