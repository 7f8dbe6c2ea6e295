/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - what the operations of /api/sync share
 *
 *   shops.c       from a shop_id to its account, and its lists
 *   everywhere.c  a question about tasks to all gateways, this one among them
 *   pages.c       a page of the tasks of all gateways
 *   cursor.c      where a list goes on, as a text that nobody else can make
 *   api_*.c       the operations
 */
#ifndef WB_ACTORS_GATEWAY_SYNC_SYNC_H
#define WB_ACTORS_GATEWAY_SYNC_SYNC_H

#include "actors/ask/read.h"
#include "actors/gateway/sync/tasks.h"

/* --- shops.c --- */

typedef struct {
    int64_t shop_id;   /* 0 = not given: there has to be one shop alone */
    const char *place; /* of the field, for a refusal: "body.shop_id" */
    wb_record_kind kind;
} wb_shop_wanted;

/* The account that is meant, one that is read from for records of that kind. NULL: it was refused,
 * and *call_p is NULL: 404 no account has this number; 409 accounts of several tenants have it, and
 * the query's "tenant" does not say which; 400 it is missing, or that account has no such list. */
const wb_account *wb_shop_find(wb_call_in **call_p, const wb_shop_wanted *wanted);
/* The same of any account that has this number: 404 or 409. */
const wb_account *wb_shop_by_id(wb_call_in **call_p, int64_t shop_id);
/* What a sync of that kind reads of an account: lists with runs, that are read. */
size_t wb_shop_streams(const wb_account *account, wb_record_kind kind,
                       const wb_stream *out[WB_SYNC_PARTS_MAX]);
/* The query's member of that purpose. */
#define WB_SHOP_TENANT                                                                             \
    {                                                                                              \
        .name = "tenant", .type = WB_SHAPE_TEXT, .max = WB_TENANT_MAX,                             \
        .help = "whose shop, where several tenants have one of that shop_id"                       \
    }

/* --- everywhere.c --- */

typedef struct wb_everywhere wb_everywhere;
/* All have said what they will. Ends the call, and the question with it. */
typedef void (*wb_everywhere_done)(wb_everywhere *self);
struct wb_everywhere {
    wb_call_in *call;
    wb_everywhere_done done;
    size_t count; /* of answers: this gateway's first */
    bool enough;  /* asked nobody else: what this one says is all that is wanted */
    /* private: */
    wb_ask *ask;
    wb_buf own;
    wb_timer timer;
};

/* `question`: of call.tasks, JSON; not kept. `enough`, asked of this gateway's own answer: nobody
 * else need be asked; NULL = all are. */
void wb_everywhere_ask(wb_call_in *call, wb_view question, bool (*enough)(wb_json *own),
                       wb_everywhere_done done);
/* False: this one did not answer, or refused; `json` is nothing then. */
bool wb_everywhere_read(const wb_everywhere *self, size_t index, wb_json *json);
/* A member "silent" of an open object. */
void wb_everywhere_put_silent(const wb_everywhere *self, wb_json_writer *out);
/* One task: asked of others when this one does not have it. */
void wb_everywhere_ask_one(wb_call_in *call, int64_t id, wb_everywhere_done done);
/* It, in `json`; WB_JSON_NONE = nobody has it who answered. */
wb_json_ref wb_everywhere_find(const wb_everywhere *self, wb_json *json);
/* Nobody has it: 404, or 503 with who did not answer. */
void wb_everywhere_refuse(wb_everywhere *self);
/* Its answers are done with; the call goes on without it. */
void wb_everywhere_leave(wb_everywhere **self_p);

/* --- cursor.c --- */

#define WB_CURSOR_TEXT_MAX 8192
#define WB_CURSOR_FOREIGN                                                                          \
    "is no cursor of this list with these filters: begin without one, and hand on next as it is"
/* `of`: the list that it is of, its filters included: good there alone. */
void wb_page_cursor_put(const wb_gateway *gateway, wb_view of, wb_view where, wb_buf *out);
/* Appends what was put; false = it is no cursor of this list. */
bool wb_page_cursor_read(const wb_gateway *gateway, wb_view of, const char *text, wb_buf *out);

/* A number of what has none: the same for the same text, from 1 to 2^53 - 1. */
int64_t wb_sync_number(wb_view what);

/* Its member `from` as `as`: what call.tasks tells of a task, told on. */
void wb_task_put_copy(wb_json *json, wb_json_ref task, const char *from, const char *as,
                      wb_json_writer *out);

/* --- pages.c --- */

typedef void (*wb_task_put)(wb_json *json, wb_json_ref task, wb_json_writer *out);
/* What all have said to a "list", as a page of the call's "limit". `of`: as the cursor's. */
void wb_tasks_answer_page(wb_everywhere *self, wb_view of, wb_task_put put);
/* Where the call's "cursor" says that the page begins; 0 = with the newest. False: it was refused.
 */
bool wb_tasks_read_cursor(wb_call_in **call_p, wb_view of, int64_t *before);

#endif
