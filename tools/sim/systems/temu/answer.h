/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what a call is answered with: 200 and an envelope, be it good or bad
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_ANSWER_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_ANSWER_H

#include "tools/sim/systems/temu/temu.h"

#define WB_SIM_TEMU_BAD "3000000", "Invalid request parameters"

/* A good answer is begun in sim->body, up to its result: one value is to be written. */
void wb_sim_temu_open(const wb_sim_visit *visit, wb_json_writer *writer);
/* The same, but the answer stands once more in itself, as one of the vendor's pages shows it. */
void wb_sim_temu_open_twice(const wb_sim_visit *visit, wb_json_writer *writer);
/* It is ended and sent. */
void wb_sim_temu_close(const wb_sim_visit *visit, wb_json_writer *writer);
/* {"success":false}: a code that the vendor documents. */
void wb_sim_temu_fail(const wb_sim_visit *visit, const char *code, const char *message);
/* As a place of the engine says no: what a proxy says keeps its status. */
void wb_sim_temu_refuse(const wb_sim_visit *visit, int status, const char *code,
                        const char *message);
/* 200, and a page that a person should read. */
void wb_sim_temu_answer_page(const wb_sim_visit *visit, int status);

/* A parameter of the call. */
wb_json_ref wb_sim_temu_param(const wb_sim_visit *visit, const char *name);
/* Members of the request, and of what is in it. What is absent or null leaves `out` alone; what is
 * of another type is answered: false. */
bool wb_sim_temu_int(const wb_sim_visit *visit, wb_json_ref at, int64_t *out);
bool wb_sim_temu_text(const wb_sim_visit *visit, wb_json_ref at, wb_view *out);
/* A number, or the same number as a text. */
bool wb_sim_temu_id(const wb_sim_visit *visit, wb_json_ref at, int64_t *out);

#endif
