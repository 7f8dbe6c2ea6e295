/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read - what a process said, read tolerantly: it may be of another release
 */
#ifndef WB_ACTORS_ASK_READ_H
#define WB_ACTORS_ASK_READ_H

#include "actors/ask/client.h"
#include "protocol/json.h"

/* The document of an answer; good as long as both are.
 *
 * WB_RETRY   it did not answer, or nothing that can be read
 * WB_REJECT  it says {"error": ...}: err tells its words
 */
WB_MUST_CHECK wb_rc wb_answer_read(const wb_answer *answer, wb_json *json, wb_err *err);

/* Readers that never fail: absent reads as 0, "" or false. Text is cut to fit. */
int64_t wb_read_int(wb_json *json, wb_json_ref ref, const char *path);
bool wb_read_bool(wb_json *json, wb_json_ref ref, const char *path);
const char *wb_read_text(wb_json *json, wb_json_ref ref, const char *path, char *dst, size_t size);

/* Of an answer to call.fetch that ended with `outcome`: what holds the record, or why it was set
 * aside; else `dst` stays as it is. */
void wb_read_fetched(wb_json *json, const char *outcome, char *dst, size_t size);

/* "silent": who of them did not answer, into an open object. */
void wb_ask_put_silent(const wb_ask *ask, wb_json_writer *out);

#endif
