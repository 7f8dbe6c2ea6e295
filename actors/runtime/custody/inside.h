/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - the order of what is urgent and waits in the store
 *
 * A backlog travels in the order of the store, and what is urgent passes it. So that it passes
 * nothing of its own kind, each account (a source) has a line here for each urgency: the first few
 * of its rows that wait, in the order in which they came, and whether there are others behind them,
 * in the store alone. Who comes while there is a line stands at its end. A line of which all that
 * was remembered has left is filled again from the store, behind the last one that was.
 *
 * Where many accounts share a way their lines are served in turn, and none that has its share of
 * the window already: a backlog of one does not hold up the others. Lines say what may be sent, not
 * what is owed: a row that the backlog has sent meanwhile, or that is gone, is passed over.
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_INSIDE_H
#define WB_ACTORS_RUNTIME_CUSTODY_INSIDE_H

#include "actors/runtime/custody/holder.h"

/* The rows of one account and one urgency that wait. */
typedef struct {
    wb_way_source *source;
    wb_link *waiting; /* the way's list of such lines */
    wb_link turn;     /* in it, while rows wait */
    wb_link rows;     /* remembered */
    size_t count;     /* of them */
    bool more;        /* others wait behind the last one that was remembered: */
    uint64_t last_revision;
    wb_buf last_name;
} wb_way_line;

/* An account whose records have travelled. */
struct wb_way_source {
    wb_way_line lines[WB_WAY_URGENCIES];
    size_t under_way; /* its messages */
    size_t name_len;
    char name[];
};

void wb_turns_open(wb_way *way);
void wb_turns_close(wb_way *way);
/* By wb_way_row.source. */
wb_way_source *wb_turns_source(wb_way *way, wb_view name);
/* Does it go before a backlog? */
bool wb_turns_urgent(wb_priority priority);
/* Its line for what is so urgent. */
wb_way_line *wb_turns_line(wb_way_source *source, wb_priority priority);
/* Do rows wait in it? */
bool wb_turns_waits(const wb_way_line *line);
/* Where several share the way: has it so many messages on it that what is kept for urgent ones is
 * not for it? */
bool wb_turns_over(const wb_way *way, const wb_way_source *source, size_t share);
/* At the end of the line. */
void wb_turns_wait(wb_way_line *line, const wb_way_row *row);
/* Whose turn it is, of those below their share, the most urgent first; NULL: nobody's. */
wb_way_line *wb_turns_next(const wb_way *way, size_t share);
/* The first of the line; false: all that was remembered has left, there are `more`. The views live
 * until it is taken. */
bool wb_turns_first(const wb_way_line *line, wb_way_row *out);
/* The first is dealt with; the line's next turn is after the others'. */
void wb_turns_took(wb_way_line *line);
/* To fill a line again: behind which row of the store (its name is copied) its next ones lie. They
 * are given to wb_turns_wait until there are `more` again, or no others. */
void wb_turns_refill(wb_way_line *line, wb_way_row *from, wb_buf *name);
void wb_turns_refilled(wb_way_line *line);
void wb_turns_forget(wb_way *way); /* nothing waits any more */

#endif
