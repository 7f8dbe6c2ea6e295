/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_list - a page of what the mappers keep (call.records), made of what each of them says
 *
 * Processes list their shards in order, and keys in order within a shard; so do all of them
 * together, and a list can go on behind a key whoever it came from.
 */
#ifndef WB_ACTORS_ASK_RECORD_LIST_H
#define WB_ACTORS_ASK_RECORD_LIST_H

#include "actors/ask/client.h"
#include "protocol/json.h"

typedef struct {
    uint16_t shard;
    char record[WB_KEY_MAX + 1], kind[32], status[32], changed[40];
    bool routed;
} wb_record_item;

/* Zeroed = empty. */
typedef struct {
    wb_record_item *rows;
    size_t count, cap;
    bool more;
} wb_record_list;

typedef struct {
    const char *kind, *status, *prefix; /* NULL or "" = any */
    const char *after; /* "SHARD:KEY" as a page says it, or a key that is its own root */
    int64_t limit;
} wb_record_question;

/* The body of the question, appended. */
void wb_record_list_ask(const wb_record_question *question, wb_buf *out);
/* What one of them said, read into `json`. */
void wb_record_list_add(wb_record_list *self, wb_json *json);
/* When all have said it: in order, no more than asked for. */
void wb_record_list_end(wb_record_list *self, int64_t limit);
/* Members "records" and, when there are more, "next" of an open object. */
void wb_record_list_put(const wb_record_list *self, wb_json_writer *out);
/* Where the next page goes on: "" = there is none. */
#define WB_RECORD_NEXT_SIZE (WB_KEY_MAX + 16)
const char *wb_record_list_next(const wb_record_list *self, char dst[WB_RECORD_NEXT_SIZE]);
void wb_record_list_fini(wb_record_list *self);

#endif
