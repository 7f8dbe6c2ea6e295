/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_word - why a process ended, by the last line of its log
 */
#ifndef WB_TOOLS_WAYBILL_HOST_LAST_WORD_H
#define WB_TOOLS_WAYBILL_HOST_LAST_WORD_H

#include "tools/waybill/host/place.h"

/* The member `why` of the last line of the instance's log; "" when there is none. */
void wb_last_word(char *dst, size_t size, const wb_place *place, const char *instance);

/* The last line of a file, whatever it is; "" when there is none. */
void wb_last_line(char *dst, size_t size, const char *path);

#endif
