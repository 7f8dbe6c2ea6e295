/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list - a doubly linked ring of links that live in their owners
 */
#ifndef WB_PROTOCOL_BASE_LIST_H
#define WB_PROTOCOL_BASE_LIST_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct wb_link {
    struct wb_link *prev, *next;
} wb_link;

/* The head of a ring is a link too. */
static inline void
wb_list_init(wb_link *head)
{
    head->prev = head->next = head;
}

static inline bool
wb_list_empty(const wb_link *head)
{
    return head->next == head;
}

static inline void
wb_list_append(wb_link *head, wb_link *link)
{
    assert(!link->next || link->next == link); /* in one ring at a time */
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

/* Takes it out; harmless on a zeroed link and on one that is out. */
static inline void
wb_list_remove(wb_link *link)
{
    if (!link->next)
        return;
    assert(link->prev->next == link && link->next->prev == link);
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->prev = link->next = NULL;
}

static inline bool
wb_list_linked(const wb_link *link)
{
    return link->next != NULL;
}

/* Takes the first out; NULL = empty. */
static inline wb_link *
wb_list_pop(wb_link *head)
{
    wb_link *first = head->next;

    if (first == head)
        return NULL;
    wb_list_remove(first);
    return first;
}

#endif
