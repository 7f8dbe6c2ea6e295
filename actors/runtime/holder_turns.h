/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder_turns - a way that has the records of many accounts: a backlog of one does not hold up
 * the others
 *
 * A backlog travels in the order of the store. What is urgent and found no room is remembered here
 * beside it, the first few of each source, and leaves before the backlog: sources in turn, and none
 * that has its share of the window already. What is not remembered the backlog finds: this is a
 * hint, and loses nothing when it is forgotten.
 */
#ifndef WB_ACTORS_RUNTIME_HOLDER_TURNS_H
#define WB_ACTORS_RUNTIME_HOLDER_TURNS_H

#include "actors/runtime/holder.h"

/* An account whose records have travelled. */
struct wb_way_source {
    wb_link turn; /* in the way's `waiting`, while rows are remembered */
    wb_link rows;
    size_t count;     /* of them */
    size_t under_way; /* its messages */
};

void wb_turns_open(wb_way *way);
void wb_turns_close(wb_way *way);
/* By who the message was read from. */
wb_way_source *wb_turns_source(wb_way *way, const wb_envelope *env);
/* Where several share the way: has it so many messages on it that what is kept for urgent ones is
 * not for it? */
bool wb_turns_over(const wb_way *way, const wb_way_source *source, size_t share);
void wb_turns_remember(wb_way *way, wb_way_source *source, const wb_way_row *row);
/* The next one to be sent, of a source below its share; false: none. The name is copied. */
bool wb_turns_next(wb_way *way, size_t share, wb_way_row *row, wb_buf *name);
void wb_turns_forget(wb_way *way);

#endif
