/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tidy - what clang-tidy is told beforehand: a failure is one
 *
 * It does not look into another file, and would go on as if wb_fail(err, WB_RETRY, ...) might give
 * WB_OK, and what was to be made were there.
 */
#ifndef WB_TESTS_LINT_TIDY_H
#define WB_TESTS_LINT_TIDY_H

#include "protocol/base/error.h"

#undef wb_fail
#undef wb_note
#define wb_fail(err, rc, ...) (wb_err_set((err), (rc), __FILE__, __LINE__, __VA_ARGS__), (rc))
#define wb_note(err, rc, ...) (wb_err_note((err), (rc), __VA_ARGS__), (rc))

#endif
