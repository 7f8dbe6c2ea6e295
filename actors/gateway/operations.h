/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operations - the one table of the HTTP API: what is not in it does not exist, what is in it is
 * routed, authorised, validated and documented by it
 *
 * An operation is a method and a path with names in braces; who may call it; its parameters and the
 * body it takes, by tables of members; the answers it gives, likewise. A request that reaches its
 * function has a caller of its role, and parameters and a body of the shapes that are told here:
 * types, ranges, lengths, formats, no unknown member. The function asks the deployment's processes
 * and answers, at once or later, by the functions of call.h.
 *
 * Answers are JSON; refusals are problems by RFC 9457, whose member "errors" names each wrong field
 * by its place: "body.start_time", "query.limit", "path.task_id".
 */
#ifndef WB_ACTORS_GATEWAY_OPERATIONS_H
#define WB_ACTORS_GATEWAY_OPERATIONS_H

#include "actors/ask/api_keys.h"
#include "protocol/base/buf.h"
#include "protocol/kinds.h"

typedef struct wb_call_in wb_call_in;

typedef enum {
    WB_SHAPE_TEXT,
    WB_SHAPE_INT,
    WB_SHAPE_BOOL,
    WB_SHAPE_TIME,   /* text, RFC 3339 */
    WB_SHAPE_OBJECT, /* of `members`; NULL = whatever is told elsewhere */
    WB_SHAPE_LIST,   /* of objects of `members`; NULL = of texts */
} wb_shape_type;

/* A member of an object, or a parameter. */
typedef struct wb_member {
    const char *name; /* NULL ends a table */
    wb_shape_type type;
    const char *help;  /* what it is, for the document */
    const char *words; /* TEXT: those it may be, parted by blanks; NULL = any */
    int64_t min, max;  /* INT: both 0 = any; TEXT: bytes, max 0 = WB_MEMBER_TEXT_MAX */
    bool required;
    bool nullable; /* of answers: may be null */
    const struct wb_member *members;
    const char *usual; /* a parameter's value when it is not given, as it is written; NULL = none */
} wb_member;
#define WB_MEMBER_TEXT_MAX 512
/* The next of such words, which are one shorter then; false = there is none. */
bool wb_words_next(const char **words, wb_view *out);

typedef struct {
    int status; /* 0 ends a table */
    const char *help;
    const wb_member *members; /* NULL = it has no body, or one that is told in words */
} wb_answer_shape;

typedef struct {
    const char *method; /* "GET"; NULL ends the table */
    const char *path;   /* "/api/sync/orders/status/{task_id}" */
    const char *id;     /* "syncOrdersStatus" */
    const char *group;  /* "sync" */
    const char *help;   /* in one sentence */
    wb_role role;
    wb_record_kind kind; /* of one that several kinds of records have: which; NONE = it has none */
    const wb_member *path_members, *query, *body; /* NULL = none */
    const wb_answer_shape *answers;               /* beside the refusals that all have */
    const char *media; /* what is answered where all is well, a text; NULL = JSON */
    void (*run)(wb_call_in *call);
    bool quiet; /* asked again and again by who looks: logged only when it is refused */
} wb_operation;

extern const wb_operation wb_operations[];

/* --- which one --- */

#define WB_PATH_MEMBERS_MAX 4
typedef struct {
    const wb_operation *operation; /* NULL = none has this path and method */
    bool other_method;             /* but some have the path: `allow` names their methods */
    char allow[64];
    wb_view values[WB_PATH_MEMBERS_MAX]; /* of the names in braces, not decoded */
} wb_found;
void wb_operations_find(const wb_operation *table, wb_view method, wb_view path, wb_found *out);

/* The OpenAPI 3.1 document of a table, appended. */
void wb_operations_document(const wb_operation *table, wb_buf *out);

#endif
