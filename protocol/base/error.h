/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error - one code that is the decision, one text that is for people
 *
 * Whatever can fail returns WB_MUST_CHECK wb_rc, with `wb_err *err` last; on failure it leaves
 * `*out` alone. A failure is handled once or passed on, never both.
 */
#ifndef WB_PROTOCOL_BASE_ERROR_H
#define WB_PROTOCOL_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#define WB_ERR_TEXT_MAX 511

typedef enum {
    WB_OK = 0,
    WB_RETRY,   /* not now: timeout, 429, 5xx, lock taken */
    WB_REJECT,  /* never: this message is malformed or refused */
    WB_SUSPEND, /* this account cannot go on: refused credentials, grant revoked; others go on */
    WB_FULL,    /* no room: intake stops, what is held is worked off */
    WB_FATAL,   /* the process cannot go on: bad config, damaged store */
} wb_rc;

/* Where a failure began and what is to be told. Lives on the caller's stack, starts as `{0}`. */
typedef struct {
    wb_rc rc;
    const char *file; /* where wb_fail was called; a literal */
    int line;
    char
        text[WB_ERR_TEXT_MAX + 1]; /* for people: never parsed; holds no secret, no personal data */
} wb_err;

#define WB_MUST_CHECK __attribute__((warn_unused_result))
#define WB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Begin a failure here. Returns rc. err may be NULL. */
#define wb_fail(err, rc, ...) wb_err_set((err), (rc), __FILE__, __LINE__, __VA_ARGS__)

/* Pass a failure on with our part of it in front: "order 17: no lines". Returns rc. */
#define wb_note(err, rc, ...) wb_err_note((err), (rc), __VA_ARGS__)

/* Best effort, spelled out: the result of `call` is looked at and does not matter, because `why`.
 */
#define wb_ignore(call, why)                                                                       \
    do {                                                                                           \
        if (call) {                                                                                \
        }                                                                                          \
        (void)(why);                                                                               \
    } while (0)

wb_rc wb_err_set(wb_err *err, wb_rc rc, const char *file, int line, const char *fmt, ...)
    WB_PRINTF(5, 6);
wb_rc wb_err_note(wb_err *err, wb_rc rc, const char *fmt, ...) WB_PRINTF(3, 4);

#endif
