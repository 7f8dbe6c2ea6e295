/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - the state folder as `up` finds it
 */
#ifndef WB_TOOLS_WAYBILL_HOST_STATE_H
#define WB_TOOLS_WAYBILL_HOST_STATE_H

#include "tools/waybill/host/place.h"

/* Make the folders and take the one lock of this state folder. An `up` that is ending is waited for
 * `end_ms` at most (told on standard error). WB_FATAL: another `up` has it, it cannot be written,
 * or it is new and nobody said that the deployment is (`first`). */
WB_MUST_CHECK wb_rc wb_state_open(int *out_lock, const wb_place *place, bool first, int64_t end_ms,
                                  wb_err *err);
/* The holder of the lock tells that it ends: who wants it next waits. -1 is nobody's. */
void wb_state_ending(int lock);

/* Does an `up` hold the state folder? */
bool wb_state_is_held(const char *state);

/* Does any process remember something here? Stores are folders with a data.mdb. */
bool wb_state_has_store(const char *state);

/* Write <state>/waybill.yaml from environment variables (.env of the working folder included);
 * its path goes to `dst`. It holds references, no values. */
WB_MUST_CHECK wb_rc wb_state_from_env(char *dst, size_t size, wb_err *err);

/* Write a small file whole: beside it, then renamed. True = failed. */
bool wb_state_write(const char *path, const char *text);

#endif
