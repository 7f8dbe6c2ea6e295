/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - the answer to a `why` while it is put together: replies go in, rows come out
 */
#ifndef WB_ACTORS_ASK_INSIDE_H
#define WB_ACTORS_ASK_INSIDE_H

#include "actors/ask/why.h"
#include "actors/runtime/config/options.h"
#include "protocol/base/map.h"
#include "protocol/json.h"

/* Rows of one kind that grow. */
typedef struct {
    void *items;
    size_t count, cap;
} why_rows;

typedef struct {
    wb_pool pool;   /* of all texts */
    wb_json *json;  /* scratch */
    wb_map *silent; /* instances that are among the gaps already */
    bool known;
    const char *status, *changed;
    why_rows holds, deliveries, decisions, events, gaps;
    why_rows not_sent; /* wb_why_delivery: of targets that may have it all the same */
    why_rows marks;    /* wb_why_mark: targets that have it */
    why_rows parts;    /* wb_why_part */
    why_rows stock;    /* lines of text */
} why_book;

/* book.c */
void why_open(why_book *self);
void why_close(why_book *self);
/* What processes said of a record goes, gaps stay: another key is tried. */
void why_forget(why_book *self);
/* What one that may hold the record says of it (call.record). */
void why_take(why_book *self, const wb_answer *answer);
/* What the monitor says of it (call.timeline). */
void why_take_timeline(why_book *self, const wb_answer *answer);
/* Who of those asked did not answer, or was not there. */
void why_note_silent(why_book *self, const wb_ask *ask);
void why_add_gap(why_book *self, wb_gap_kind kind, const char *instance, const char *text);
/* The document of an answer in self->json; a word of refusal becomes a gap. */
bool why_read(why_book *self, const wb_answer *answer);
/* Room for one more row of `size` bytes, not zeroed. */
void *why_add_row(why_rows *self, size_t size);
/* A copy that the book keeps; "" of "". */
const char *why_keep(why_book *self, const char *text);
/* One more text in rows of texts, kept by the book. */
void why_add_text(why_book *self, why_rows *rows, const char *text);
/* why_stock.c: what a listing's number is made of, a line each, from what the mapper says. */
void why_put_stock(why_book *self, wb_json_ref record);
/* why_way.c: where it has been, and what belongs to it. */
void why_put_mark(why_book *self, wb_json_ref target);
bool why_has_mark(const why_book *self, const char *target);
void why_put_parts(why_book *self, wb_json_ref record);
void why_put_hops(why_book *self, wb_json_ref event, wb_why_event *out);
/* A text of the document, cut at `size` - 1 bytes; never NULL. */
const char *why_text_of(why_book *self, wb_json_ref ref, const char *path, size_t size);
/* All rows so far; what the book does not know is left alone. */
void why_show(why_book *self, wb_why *out);

#endif
