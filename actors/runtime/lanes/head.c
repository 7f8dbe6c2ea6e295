/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head - the header of what we say: who we are, and its bytes
 */
#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"

void
lanes_identify(const wb_lanes *self, wb_envelope *out, wb_kind kind)
{
    *out = (wb_envelope){
        .kind = kind,
        .deployment = self->deployment_view,
        .instance = self->instance_view,
        .store = self->self.store,
        .incarnation = self->self.incarnation,
    };
}

bool
lanes_encode(wb_lanes *self, const wb_envelope *env)
{
    wb_err err = {0};

    wb_buf_clear(&self->header);
    if (!wb_envelope_encode(env, &self->header, &err))
        return true;
    wb_log(WB_ERROR, "lane.header", "kind=%s why='%s' next='it stays here'",
           wb_kind_name(env->kind), err.text);
    return false;
}
