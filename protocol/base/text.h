/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text - fixed text, foreign text, numbers, hex, base64, percent-encoding
 */
#ifndef WB_PROTOCOL_BASE_TEXT_H
#define WB_PROTOCOL_BASE_TEXT_H

#include "protocol/base/buf.h"

/* Copy into a fixed field of `size` bytes, NUL included. What does not fit is WB_REJECT, because a
 * cut order number is a wrong order number; so is a text with a NUL. `dst` is untouched on failure.
 */
WB_MUST_CHECK wb_rc wb_text_set(char *dst, size_t size, wb_view src, wb_err *err);

/* Foreign text for a reason or an error: cut, and every byte that is not printable ASCII is '?'. */
void wb_text_tame(char *dst, size_t size, wb_view text);
/* The same for words of a vendor that writes in another script: valid UTF-8 stays, cut between
 * characters; controls, what turns the direction of a line, and bytes that are none are '?'. */
void wb_text_tame_words(char *dst, size_t size, wb_view text);

/* Whole-text integers: no blanks, no sign but '-', no overflow. WB_REJECT otherwise. */
WB_MUST_CHECK wb_rc wb_text_int(int64_t *out, wb_view text, wb_err *err);
WB_MUST_CHECK wb_rc wb_text_uint(uint64_t *out, wb_view text, wb_err *err);

/* ASCII only: case folding that no locale changes. */
bool wb_text_same_nocase(wb_view a, wb_view b);

/* Valid UTF-8 by RFC 3629: no surrogates, no overlong forms, at most U+10FFFF. */
bool wb_text_is_utf8(wb_view text);
/* Bytes of the one valid sequence at `at`, which has `left` >= 1 bytes; 0 = none. */
size_t wb_text_utf8_step(const unsigned char *at, size_t left);

/* Lower-case hex. `dst` takes 2 * len + 1 bytes. */
void wb_hex(char *dst, const void *bytes, size_t len);
/* The other way; exactly 2 * len digits, either case. */
WB_MUST_CHECK wb_rc wb_unhex(void *dst, size_t len, wb_view hex, wb_err *err);

/* RFC 4648 with padding. */
void wb_base64(wb_buf *out, wb_view bytes);
/* The other way, appended. WB_REJECT: another character, padding that is missing or too much, bits
 * behind the last byte; `out` is as it was. */
WB_MUST_CHECK wb_rc wb_unbase64(wb_buf *out, wb_view base64, wb_err *err);

/* Percent-encode every byte outside A-Z a-z 0-9 - _ . ~ and outside `also` (NULL = none). */
void wb_percent(wb_buf *out, wb_view text, const char *also);
/* Decode %XX; a bad escape is WB_REJECT. */
WB_MUST_CHECK wb_rc wb_unpercent(wb_buf *out, wb_view text, wb_err *err);

/* The name of `names` (NULL-terminated) nearest to `text` by edit distance, or NULL when none is
 * near (distance above a third of the longer). For "unknown key: did you mean ...?". */
const char *wb_text_nearest(wb_view text, const char *const *names);

#endif
