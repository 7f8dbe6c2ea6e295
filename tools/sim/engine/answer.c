/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - an answer as the bytes of HTTP/1.1
 */
#include "tools/sim/engine/answer.h"

#include "protocol/base/own.h"
#include "tools/sim/engine/gzip.h"

static const char *
reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"                   },
        {204, "No Content"           },
        {400, "Bad Request"          },
        {401, "Unauthorized"         },
        {403, "Forbidden"            },
        {404, "Not Found"            },
        {411, "Length Required"      },
        {413, "Content Too Large"    },
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"    },
        {500, "Internal Server Error"},
        {503, "Service Unavailable"  },
    };

    for (size_t i = 0; i < WB_COUNT(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}

static void
add_number(wb_buf *out, size_t value)
{
    char digits[24], *at = digits + sizeof digits;

    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    wb_buf_add(out, at, (size_t)(digits + sizeof digits - at));
}

/* By hand: with printf the head of an answer costs more than its body. */
static void
write_head(wb_buf *out, const wb_sim_answer *answer, const wb_sim_how *how, size_t len)
{
    wb_buf_add(out, "HTTP/1.1 ", 9);
    add_number(out, (size_t)answer->status);
    wb_buf_add_char(out, ' ');
    wb_buf_add_text(out, reason_of(answer->status));
    wb_buf_add(out, "\r\nDate: ", 8);
    wb_buf_add_text(out, how->date);
    wb_buf_add(out, "\r\nContent-Length: ", 18);
    add_number(out, len);
    wb_buf_add(out, "\r\n", 2);
    if (answer->type) {
        wb_buf_add_text(out, "Content-Type: ");
        wb_buf_add_text(out, answer->type);
        wb_buf_add(out, "\r\n", 2);
    }
    if (how->gzip)
        wb_buf_add_text(out, "Content-Encoding: gzip\r\n");
    wb_buf_add_view(out, answer->headers);
    if (how->closing)
        wb_buf_add_text(out, "Connection: close\r\n");
    wb_buf_add(out, "\r\n", 2);
}

void
wb_sim_answer_write(wb_buf *out, const wb_sim_answer *answer, const wb_sim_how *how)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_view body = answer->body;

    if (how->gzip) {
        wb_buf_init(&packed, SIZE_MAX / 2);
        wb_sim_gzip(&packed, body);
        body = wb_buf_view(&packed);
    }
    write_head(out, answer, how, body.len);
    wb_buf_add_view(out, body);
}
