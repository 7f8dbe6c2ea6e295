/* SPDX-License-Identifier: Apache-2.0 */
/*
 * download - an answer on its way into the spool, over as many requests as it takes
 *
 * One that breaks off, or falls silent, goes on behind what is there, when the server says that it
 * knows ranges and by what the answer can be told again (a strong ETag, or its date): If-Range
 * brings all of it anew when it is another by now. A process that ends begins anew.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_DOWNLOAD_H
#define WB_ACTORS_RUNTIME_OUTSIDE_DOWNLOAD_H

#include "actors/runtime/outside/http.h"
#include "actors/runtime/outside/spool.h"

typedef struct {
    wb_spool *spool;
    wb_part *part; /* NULL = nothing is being taken */
    wb_sink how;
    bool ranges;         /* the server knows them */
    char validator[128]; /* of the answer that is taken; "" = it has none */
    int64_t from;        /* that this attempt asked for; 0 = all */
    int64_t came;        /* of it, when the last attempt began */
    int resumes;         /* in a row that brought little */
    wb_rc rc;            /* why we ended it; OK = we did not */
    wb_err err;
} wb_download;

/* Of another call. */
void wb_download_begin(wb_download *self, wb_spool *spool);
void wb_download_end(wb_download *self);
/* The request is signed: asks for the rest, where there is some, and says who takes it. */
void wb_download_ask(wb_download *self, wb_request *request);
wb_http_taker wb_download_taker(wb_download *self, int64_t silence_ms);
/* It broke off: may the same request go on with it? */
bool wb_download_goes_on(wb_download *self);
/* All of it came. */
WB_MUST_CHECK wb_rc wb_download_take(wb_download *self, wb_id *name, int64_t *len, wb_err *err);

#endif
