/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy - the bus and the inlet of a broker: frames from XSUB to XPUB, subscriptions back, beats
 *
 * Beats come to the inlet and leave on the bus twice: as beat.<stage>.<instance> each, and as
 * claim.<stage>.<instance> when something changed that others need to reach the instance.
 */
#ifndef WB_BROKER_PROXY_H
#define WB_BROKER_PROXY_H

#include "actors/runtime/loop/loop.h"

typedef struct broker_proxy broker_proxy;

typedef struct {
    const char *base;     /* see wb_broker_endpoint */
    const char *instance; /* "broker-1" */
    const char *deployment;
    uint16_t shards;
} broker_conf;

WB_MUST_CHECK wb_rc broker_proxy_new(broker_proxy **out, wb_loop *loop, const broker_conf *conf,
                                     wb_err *err);
void broker_proxy_destroy(broker_proxy **self_p);

#endif
