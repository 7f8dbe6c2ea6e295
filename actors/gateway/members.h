/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - rows that several tables of members have: what is paged, counted, filtered the same way
 * is told the same way
 */
#ifndef WB_ACTORS_GATEWAY_MEMBERS_H
#define WB_ACTORS_GATEWAY_MEMBERS_H

#include "actors/gateway/operations.h"

/* A number that is always there. */
#define WB_MEMBER_COUNT(member, about)                                                             \
    {                                                                                              \
        .name = member, .type = WB_SHAPE_INT, .required = true, .help = about                      \
    }
/* Of a query, by number and by cursor: how much, and from where on. */
#define WB_MEMBER_LIMIT(most, unless, about)                                                       \
    {                                                                                              \
        .name = "limit", .type = WB_SHAPE_INT, .min = 1, .max = most, .usual = unless,             \
        .help = about                                                                              \
    }
#define WB_MEMBER_CURSOR                                                                           \
    {                                                                                              \
        .name = "cursor", .type = WB_SHAPE_TEXT, .max = WB_CURSOR_TEXT_MAX,                        \
        .help = "next of the page before"                                                          \
    }
/* Of an answer: its cursor. */
#define WB_MEMBER_NEXT(about)                                                                      \
    {                                                                                              \
        .name = "next", .type = WB_SHAPE_TEXT, .max = WB_CURSOR_TEXT_MAX, .required = true,        \
        .nullable = true, .help = about                                                            \
    }
/* Who was asked and is missing (read.h). */
#define WB_MEMBER_SILENT(about)                                                                    \
    {                                                                                              \
        .name = "silent", .type = WB_SHAPE_LIST, .required = true, .help = about                   \
    }
/* What parked messages are chosen by. */
#define WB_MEMBERS_PARKED                                                                          \
    {.name = "account", .type = WB_SHAPE_TEXT, .help = "of this account: tenant/account"},         \
        {.name = "record", .type = WB_SHAPE_TEXT, .help = "of this record: its printed key"},      \
    {                                                                                              \
        .name = "reason", .type = WB_SHAPE_TEXT, .max = WB_API_REASON_MAX,                         \
        .help = "for a reason that begins so"                                                      \
    }

#endif
