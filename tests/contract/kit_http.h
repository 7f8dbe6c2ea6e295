/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kit_http - the exchange between build and read, for tests against a living server
 */
#ifndef WB_TESTS_CONTRACT_KIT_HTTP_H
#define WB_TESTS_CONTRACT_KIT_HTTP_H

#include "tests/contract/kit.h"

typedef struct {
    wb_buf body, headers;
    int status; /* 0 = no answer */
} kit_answer;

void kit_answer_fini(kit_answer *self);
/* Send the request; `out` is initialised here. */
void kit_exchange(wb_request *request, kit_answer *out);
/* Build, sign with `token`, send, read: what the runtime does. Views point into `got`. */
wb_rc kit_call(kit *self, const char *op, wb_view token, kit_answer *got);

#endif
