/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kit_answers - recorded answers, and what any reading of one may come to
 *
 * A recorded answer is tests/fixtures/<connector>/<operation>/<name>: the first line is the status
 * and the code that read returns, then the headers, an empty line, and the body.
 */
#ifndef WB_TESTS_CONTRACT_KIT_ANSWERS_H
#define WB_TESTS_CONTRACT_KIT_ANSWERS_H

#include "tests/contract/kit.h"

#define KIT_FIXTURES WB_SOURCE_DIR "/tests/fixtures/"
#define KIT_SECRET "S3CR3T"

/* One recorded answer. */
typedef struct {
    char *bytes;
    char path[1024];
    int status;
    char rc[16];
    wb_view headers, body;
} kit_recorded;

/* Options that a build can work with (defaults, and tests/fixtures/<connector>/options); every
 * secret has KIT_SECRET in it. */
void kit_start(kit *self, const wb_connector *connector);
/* Switches of the account on, and choices as tests/fixtures/<connector>/options.on says: what they
 * add is read as well. */
void kit_switch_on(kit *self);
/* The operation with the items that its verb has: three at most, of the kind of record that it is
 * about, with the ids 1-1, 2-2, 3-3. A step of a chain is asked by the cursor that a recorded
 * answer of the step before it gives; a later step of a fetch has the parts before it
 * (tests/fixtures/<connector>/parts/<operation>), a write that a question led to has the cursor
 * that it led by (cursors/<operation>). */
void kit_set_op(kit *self, const wb_op *op);
/* Every recorded answer of the kit's operation; how many there are. */
typedef void (*kit_each)(void *arg, const kit_recorded *answer);
int kit_each_answer(kit *self, kit_each each, void *arg);
/* Read a copy on the heap of just that size: the sanitizer sees a step beyond it. What came is one
 * that the runtime can act on, or the test fails. The copy lives until the next one. */
wb_rc kit_read_copy(kit *self, const kit_recorded *answer, wb_view body);
void kit_is_sane(const kit *self, wb_rc rc);
/* As the first line of a recorded answer says it. */
const char *kit_rc_name(wb_rc rc);

#endif
