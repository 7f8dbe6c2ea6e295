/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waits - what may hold work back (waits.def)
 */
#ifndef WB_PROTOCOL_WAITS_H
#define WB_PROTOCOL_WAITS_H

#include "protocol/base/buf.h"

typedef enum {
#define WB_WAIT(name, word, means, who) WB_WAIT_##name,
#include "protocol/waits.def"
#undef WB_WAIT
    WB_WAIT_COUNT
} wb_wait;

const char *wb_wait_name(wb_wait wait);
/* For people: what holds it, and who can do something about it. */
const char *wb_wait_means(wb_wait wait);
const char *wb_wait_who(wb_wait wait);
/* WB_WAIT_COUNT = unknown: a word of another release. */
wb_wait wb_wait_find(wb_view name);

#endif
