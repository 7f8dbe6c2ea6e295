/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc - what the kernel says of a process
 */
#ifndef WB_TOOLS_WAYBILL_HOST_PROC_H
#define WB_TOOLS_WAYBILL_HOST_PROC_H

#include <stdint.h>
#include <sys/types.h>

int64_t wb_proc_cpu_us(pid_t pid);  /* user and system; 0 = not known */
int64_t wb_proc_pss_kib(pid_t pid); /* proportional share of its memory; 0 = not known */

#endif
