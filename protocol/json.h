/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - strict JSON in one pass: validated bytes, a flat index over them, and a writer
 *
 * Parsing checks the whole text by RFC 8259 (strict UTF-8, no NaN, no `1.`, no byte order mark, no
 * lone surrogate, no NUL in a key, depth and size limited) and builds an index of nodes, 16 bytes
 * each, over the caller's bytes; no text is copied, no number is converted. What nobody reads is
 * checked for its form alone: a duplicate key or an integer beyond 64 bits is refused only where a
 * member of that name, or that number, is read.
 *
 * The index keeps its memory between documents: one wb_json serves a whole process.
 */
#ifndef WB_PROTOCOL_JSON_H
#define WB_PROTOCOL_JSON_H

#include "protocol/base/buf.h"

typedef struct wb_json wb_json;

/* A value: an index into the document's nodes; 0 is the root, WB_JSON_NONE is "not there". */
typedef uint32_t wb_json_ref;
#define WB_JSON_NONE UINT32_MAX

typedef enum {
    WB_JSON_NULL,
    WB_JSON_FALSE,
    WB_JSON_TRUE,
    WB_JSON_NUMBER,
    WB_JSON_STRING,
    WB_JSON_ARRAY,
    WB_JSON_OBJECT,
    WB_JSON_ABSENT, /* the type of WB_JSON_NONE */
} wb_json_type;

wb_json *wb_json_new(void);
void wb_json_destroy(wb_json **self_p);

/* Index `text`, which must outlive the use of the document. The document before is gone.
 * WB_REJECT: not JSON, too deep (WB_JSON_DEPTH_MAX), too many values (WB_JSON_NODES_MAX); the text
 * tells the offset and never the content. */
WB_MUST_CHECK wb_rc wb_json_parse(wb_json *self, wb_view text, wb_err *err);

/* The same for what another system wrote: one text of one element must not make the whole of an
 * answer unreadable. A text may have bytes that are no UTF-8, half of a surrogate pair, and control
 * bytes; a byte order mark may stand before it all. wb_answer_text (answer.h) gives such a text
 * with U+FFFD for what is broken; to wb_json_text, which reads what identifies, it is none. A
 * broken key names nothing. */
WB_MUST_CHECK wb_rc wb_json_parse_answer(wb_json *self, wb_view text, wb_err *err);

wb_json_type wb_json_kind(const wb_json *self, wb_json_ref ref);
/* Items of an array or members of an object; 0 for all else. */
size_t wb_json_count(const wb_json *self, wb_json_ref ref);
/* First child (array: item; object: value), then its next; NONE at the end. */
wb_json_ref wb_json_first(const wb_json *self, wb_json_ref ref);
wb_json_ref wb_json_next(const wb_json *self, wb_json_ref child);
/* The key of an object's child as it is written, without quotes, escapes not undone. */
wb_view wb_json_key(const wb_json *self, wb_json_ref child);

/* The member `name` of an object: NONE when absent or when `ref` is no object (NONE included, so
 * that look-ups chain). Keys written with escapes are compared undone. A second member of that
 * name sets the document's sticky fault, which wb_json_check tells. */
wb_json_ref wb_json_get(const wb_json *self, wb_json_ref ref, const char *name);
/* The same, ASCII letters compared without case (Amazon's envelopes). */
wb_json_ref wb_json_get_nocase(const wb_json *self, wb_json_ref ref, const char *name);
/* "a.b.c" from `ref`. */
wb_json_ref wb_json_at(const wb_json *self, wb_json_ref ref, const char *path);

/* Strict readers. Absent, null (and "" for all but text) leave `*out` untouched and are OK: vendors
 * spell "no value" in three ways. A wrong type is WB_REJECT naming `what`. */

/* Text, escapes undone, and none that is broken: a view into the document's bytes when it has no
 * escape, else into an arena of the document (valid until the next parse). */
WB_MUST_CHECK wb_rc wb_json_text(wb_json *self, wb_json_ref ref, wb_view *out, const char *what,
                                 wb_err *err);
/* An integer, written as a number without fraction, or as a text of digits. */
WB_MUST_CHECK wb_rc wb_json_int(const wb_json *self, wb_json_ref ref, int64_t *out,
                                const char *what, wb_err *err);
/* true, false, or the texts "true" and "false". */
WB_MUST_CHECK wb_rc wb_json_bool(const wb_json *self, wb_json_ref ref, bool *out, const char *what,
                                 wb_err *err);
/* A decimal, number or text, as it is written ("11.01", "-3", "1e2"): never through a double. */
WB_MUST_CHECK wb_rc wb_json_decimal(const wb_json *self, wb_json_ref ref, wb_view *out,
                                    const char *what, wb_err *err);
/* An ISO 8601 time as UTC microseconds. */
WB_MUST_CHECK wb_rc wb_json_time(wb_json *self, wb_json_ref ref, int64_t *out_utc_us,
                                 const char *what, wb_err *err);
/* The bytes of the value as they stand in the document (a string with its quotes). */
wb_view wb_json_raw(const wb_json *self, wb_json_ref ref);
/* WB_REJECT when a member that was read is there twice. Ask once, after reading. */
WB_MUST_CHECK wb_rc wb_json_check(const wb_json *self, wb_err *err);
/* Read on as if there had been none: the element that has it is set aside, the others go on. */
void wb_json_forgive(wb_json *self);

/* Writing: appends to `out`, which knows its ceiling. Commas are put by the writer. */
typedef struct {
    wb_buf *out;
    uint64_t comma; /* a bit a level: a value stands before */
    int depth;
} wb_json_writer;

void wb_json_writer_init(wb_json_writer *self, wb_buf *out);
void wb_json_open(wb_json_writer *self, char bracket);  /* '{' or '[' */
void wb_json_close(wb_json_writer *self, char bracket); /* '}' or ']' */
/* A name of ours: it has nothing to escape, and is written as it is. */
void wb_json_put_key(wb_json_writer *self, const char *key);
/* Any text. */
void wb_json_put_key_view(wb_json_writer *self, wb_view key);
/* Bytes that are no UTF-8 are written as U+FFFD. */
void wb_json_put_text(wb_json_writer *self, wb_view text);
void wb_json_put_int(wb_json_writer *self, int64_t value);
void wb_json_put_uint(wb_json_writer *self, uint64_t value);
void wb_json_put_bool(wb_json_writer *self, bool value);
void wb_json_put_null(wb_json_writer *self);
/* Bytes that are JSON already: a decimal, a value of another document. */
void wb_json_put_raw(wb_json_writer *self, wb_view raw);
void wb_json_put_time(wb_json_writer *self, int64_t utc_us);
/* key and value in one */
void wb_json_member_text(wb_json_writer *self, const char *key, wb_view text);
void wb_json_member_int(wb_json_writer *self, const char *key, int64_t value);
void wb_json_member_bool(wb_json_writer *self, const char *key, bool value);
void wb_json_member_time(wb_json_writer *self, const char *key, int64_t utc_us); /* 0 = null */

#endif
