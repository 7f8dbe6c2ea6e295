/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read - what is not there, or of another type, reads as nothing
 */
#include "actors/ask/read.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/text.h"
#include "protocol/waits.h"

wb_rc
wb_answer_read(const wb_answer *answer, wb_json *json, wb_err *err)
{
    char why[256];

    if (!answer->answered)
        return wb_fail(err, WB_RETRY, "%s does not answer", answer->instance);
    if (wb_json_parse(json, wb_buf_view(&answer->body), NULL))
        return wb_fail(err, WB_RETRY, "what %s says cannot be read", answer->instance);
    if (wb_json_get(json, 0, "error") == WB_JSON_NONE)
        return WB_OK;
    return wb_fail(err, WB_REJECT, "%s", wb_read_text(json, 0, "error", why, sizeof why));
}

int64_t
wb_read_int(wb_json *json, wb_json_ref ref, const char *path)
{
    int64_t value = 0;

    wb_ignore(wb_json_int(json, wb_json_at(json, ref, path), &value, path, NULL), "reads as 0");
    return value;
}

bool
wb_read_bool(wb_json *json, wb_json_ref ref, const char *path)
{
    bool value = false;

    wb_ignore(wb_json_bool(json, wb_json_at(json, ref, path), &value, path, NULL),
              "reads as false");
    return value;
}

const char *
wb_read_text(wb_json *json, wb_json_ref ref, const char *path, char *dst, size_t size)
{
    wb_view text = {0};

    dst[0] = '\0';
    wb_ignore(wb_json_text(json, wb_json_at(json, ref, path), &text, path, NULL), "reads as empty");
    if (text.len >= size)
        text.len = size - 1;
    wb_ignore(wb_text_set(dst, size, text, NULL), "reads as empty");
    return dst;
}

void
wb_ask_put_silent(const wb_ask *ask, wb_json_writer *out)
{
    wb_json_put_key(out, "silent");
    wb_json_open(out, '[');
    for (size_t i = 0; i < ask->count; i++)
        if (!ask->answers[i].answered)
            wb_json_put_text(out, wb_view_of(ask->answers[i].instance));
    wb_json_close(out, ']');
}

void
wb_read_fetched(wb_json *json, const char *outcome, char *dst, size_t size)
{
    wb_json_ref parked = wb_json_first(json, wb_json_get(json, 0, "parked"));
    char word[32];

    if (strcmp(outcome, "parked") == 0) {
        wb_read_text(json, parked, "reason", dst, size);
        return;
    }
    if (strcmp(outcome, "held") != 0)
        return;
    wb_read_text(json, 0, "job.account_reason", dst, size);
    if (!dst[0])
        wb_read_text(json, 0, "job.error", dst, size);
    if (!dst[0])
        (void)snprintf(dst, size, "%s",
                       wb_wait_means(wb_wait_find(
                           wb_view_of(wb_read_text(json, 0, "job.wait", word, sizeof word)))));
}
