/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_answer - what comes of a 200 with nothing in it that answers: HTML of a gateway, no bytes, a
 * success without what it is a success of. Nothing comes of it: all is asked again; of a push
 * nobody knows.
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_NO_ANSWER_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_NO_ANSWER_H

#include <check.h>

#include "tests/contract/kit.h"

#define NO_ANSWER_HTML "<html><head><title>200 OK</title></head><body>Welcome</body></html>"

/* Asked again, or not known: never done, never "not there", and no end of a list. `looks`: it is
 * looked at by another operation before anybody believes it. */
static inline void
no_answer_came(const kit *self, wb_rc rc, const char *body, bool looks)
{
    const char *op = self->call.op->name;

    ck_assert_msg(rc == WB_RETRY || rc == WB_OK, "%s: %s: %d", op, body, (int)rc);
    ck_assert_msg(rc || self->out.result_count, "%s: %s: taken", op, body);
    ck_assert_msg(!self->out.item_count && !self->out.cursor.len && !self->out.token.len &&
                      !self->out.renew_token,
                  "%s: %s", op, body);
    for (size_t i = 0; !rc && i < self->out.result_count; i++) {
        wb_result_code code = self->out.results[i].code;

        ck_assert_msg(code == WB_RESULT_UNKNOWN || code == WB_RESULT_RETRY ||
                          (looks && code == WB_RESULT_MORE),
                      "%s: %s: %d", op, body, (int)code);
    }
}

#endif
