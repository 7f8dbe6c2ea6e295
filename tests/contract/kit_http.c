/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/kit_http.h"

#include <curl/curl.h>
#include <string.h>

void
kit_answer_fini(kit_answer *self)
{
    wb_buf_fini(&self->body);
    wb_buf_fini(&self->headers);
}

static size_t
on_bytes(char *data, size_t size, size_t count, void *buf)
{
    wb_buf_add(buf, data, size * count);
    return size * count;
}

static struct curl_slist *
header_list(const wb_request *request)
{
    struct curl_slist *list = NULL;
    wb_buf line;

    wb_buf_init(&line, WB_HTTP_HEADER_MAX);
    for (size_t i = 0; i < request->header_count; i++) {
        wb_buf_clear(&line);
        wb_buf_addf(&line, "%s: %.*s", request->headers[i].name,
                    WB_VIEW_ARG(request->headers[i].value));
        list = curl_slist_append(list, wb_buf_text(&line));
    }
    wb_buf_fini(&line);
    return list;
}

void
kit_exchange(wb_request *request, kit_answer *out)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = header_list(request);
    long status = 0;

    wb_buf_init(&out->body, WB_BODY_MAX);
    wb_buf_init(&out->headers, WB_BODY_MAX);
    curl_easy_setopt(curl, CURLOPT_URL, wb_buf_text(&request->url));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, wb_buf_text(&request->body));
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out->body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &out->headers);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    out->status = (int)status;
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}

wb_rc
kit_call(kit *self, const char *op, wb_view token, kit_answer *got)
{
    wb_response resp;
    wb_rc rc;

    *got = (kit_answer){0};
    kit_op(self, op);
    rc = kit_build(self);
    if (!rc && self->connector->sign)
        rc = self->connector->sign(&self->call, token, &self->request, &self->err);
    if (rc)
        return rc;
    kit_exchange(&self->request, got);
    if (!got->status)
        return wb_fail(&self->err, WB_RETRY, "no answer");
    resp = (wb_response){.status = got->status,
                         .body = wb_buf_view(&got->body),
                         .headers = wb_buf_view(&got->headers),
                         .sent_utc_us = self->call.now_utc_us};
    wb_outcomes_clear(&self->out, self->call.item_count);
    return self->call.op->read(&self->call, &resp, &self->out, &self->err);
}
