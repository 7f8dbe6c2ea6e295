/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/download.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define RESUMES_MAX 8                /* in a row that brought less than */
#define WORTH_A_RESUME (1024 * 1024) /* this */

void
wb_download_begin(wb_download *self, wb_spool *spool)
{
    wb_download_end(self);
    *self = (wb_download){.spool = spool};
}

void
wb_download_end(wb_download *self)
{
    wb_part_destroy(&self->part);
}

void
wb_download_ask(wb_download *self, wb_request *request)
{
    char range[48];

    self->how = request->sink; /* its views are the request's, which stays until the answer */
    self->came = self->from = self->part ? wb_part_came(self->part) : 0;
    if (!self->from)
        return;
    snprintf(range, sizeof range, "bytes=%lld-", (long long)self->from);
    wb_request_set_header(request, "Range", wb_view_of(range), false);
    wb_request_set_header(request, "If-Range", wb_view_of(self->validator), false);
}

static wb_rc
stop(wb_download *self, wb_rc rc)
{
    self->rc = rc;
    return rc;
}

/* A weak ETag does not say that the bytes are the same. */
static void
note_validator(wb_download *self, const wb_response *head)
{
    wb_view tag = wb_response_header(head, "etag");

    if (!tag.len || *tag.data != '"')
        tag = wb_response_header(head, "last-modified");
    self->ranges =
        wb_text_same_nocase(wb_response_header(head, "accept-ranges"), WB_VIEW_LIT("bytes"));
    if (wb_text_set(self->validator, sizeof self->validator, tag, NULL))
        self->validator[0] = '\0';
}

static bool
is_the_rest(const wb_download *self, const wb_response *head)
{
    wb_view range = wb_response_header(head, "content-range");
    char want[48];
    int len = snprintf(want, sizeof want, "bytes %lld-", (long long)self->from);

    return self->from && range.len > (size_t)len && memcmp(range.data, want, (size_t)len) == 0;
}

static wb_rc
on_head(void *arg, const wb_response *head)
{
    wb_download *self = arg;
    wb_rc rc;

    if (head->status == 206)
        return is_the_rest(self, head)
                   ? WB_OK
                   : stop(self, wb_fail(&self->err, WB_RETRY, "another range came than was asked"));
    note_validator(self, head);
    if (self->part)
        rc = wb_part_anew(self->part, &self->err);
    else
        rc = wb_part_new(&self->part, self->spool, &self->how, &self->err);
    if (rc)
        return stop(self, rc);
    if (wb_text_same_nocase(wb_response_header(head, "content-encoding"), WB_VIEW_LIT("gzip")))
        wb_part_packed(self->part);
    return WB_OK;
}

static wb_rc
on_bytes(void *arg, wb_view bytes)
{
    wb_download *self = arg;
    wb_rc rc = wb_part_take(self->part, bytes, &self->err);

    return rc ? stop(self, rc) : WB_OK;
}

wb_http_taker
wb_download_taker(wb_download *self, int64_t silence_ms)
{
    return (wb_http_taker){
        .head = on_head, .take = on_bytes, .arg = self, .silence_ms = silence_ms};
}

bool
wb_download_goes_on(wb_download *self)
{
    int64_t came = self->part ? wb_part_came(self->part) : 0;

    if (self->rc || !came || !self->ranges || !*self->validator)
        return false;
    self->resumes = came - self->came >= WORTH_A_RESUME ? 0 : self->resumes + 1;
    return self->resumes <= RESUMES_MAX;
}

wb_rc
wb_download_take(wb_download *self, wb_id *name, int64_t *len, wb_err *err)
{
    wb_rc rc;

    if (!self->part) /* an answer without a body: an empty file */
        rc = wb_part_new(&self->part, self->spool, &self->how, err);
    else
        rc = WB_OK;
    return rc ? rc : wb_part_end(self->part, name, len, err);
}
