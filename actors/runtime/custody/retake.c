/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/custody/retake.h"

#include "protocol/base/own.h"
#include "protocol/json.h"

void
wb_retake_changed(wb_lanes *lanes, wb_delivery **delivery_p, const wb_retake_change *change)
{
    wb_delivery *delivery = wb_take(delivery_p);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, 2048);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "changed", (int64_t)change->changed);
    wb_json_member_bool(&out, "more", change->more);
    if (change->kept) {
        wb_json_member_int(&out, "kept", (int64_t)change->kept);
        wb_json_member_text(&out, "why", wb_view_of(change->why));
    }
    wb_json_close(&out, '}');
    wb_lanes_reply(lanes, delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(lanes, &delivery);
}
