/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse - the bytes of a connection to one HTTP/1.1 request
 *
 * Bodies come with Content-Length: the clients of this server know what they send. A chunked one is
 * refused with 411.
 */
#include "tools/sim/engine/parse.h"

#include "protocol/base/text.h"

#include <string.h>
#include <strings.h>

static wb_view
trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (wb_view){from, (size_t)(to - from)};
}

wb_view
wb_sim_request_header(const wb_sim_request *self, const char *name)
{
    const char *line = self->headers.data ? self->headers.data : "";
    const char *end = line + self->headers.len;
    size_t name_len = strlen(name);
    wb_view found = {NULL, 0};

    while (line < end) {
        const char *eol = memchr(line, '\r', (size_t)(end - line));
        if (!eol)
            break;
        if ((size_t)(eol - line) > name_len && line[name_len] == ':' &&
            !strncasecmp(line, name, name_len))
            found = trimmed(line + name_len + 1, eol);
        line = eol + 2;
    }
    return found;
}

wb_view
wb_sim_query(wb_view query, const char *name, wb_buf *scratch)
{
    const char *at = query.data ? query.data : "", *end = at + query.len;
    size_t name_len = strlen(name), begin = scratch->len;

    while (at < end) {
        const char *amp = memchr(at, '&', (size_t)(end - at));
        const char *stop = amp ? amp : end;
        if ((size_t)(stop - at) > name_len && at[name_len] == '=' && !memcmp(at, name, name_len)) {
            wb_view raw = {at + name_len + 1, (size_t)(stop - at) - name_len - 1};
            if (wb_unpercent(scratch, raw, NULL))
                return (wb_view){NULL, 0};
            return (wb_view){wb_buf_text(scratch) + begin, scratch->len - begin};
        }
        at = stop + 1;
    }
    return (wb_view){NULL, 0};
}

/* "GET /path?query HTTP/1.1" */
static bool
parse_line(wb_sim_parsed *out, const char *line, const char *eol)
{
    const char *space = memchr(line, ' ', (size_t)(eol - line));
    if (!space)
        return false;
    const char *target = space + 1;
    const char *second = memchr(target, ' ', (size_t)(eol - target));
    if (!second || target == second || *target != '/' || eol - second != 9 ||
        memcmp(second, " HTTP/1.", 8) != 0)
        return false;
    const char *mark = memchr(target, '?', (size_t)(second - target));
    out->request.method = (wb_view){line, (size_t)(space - line)};
    out->request.path = (wb_view){target, (size_t)((mark ? mark : second) - target)};
    if (mark)
        out->request.query = (wb_view){mark + 1, (size_t)(second - mark - 1)};
    out->close = eol[-1] == '0';
    return true;
}

static bool
header_has(const wb_sim_request *request, const char *name, const char *word)
{
    return wb_text_same_nocase(wb_sim_request_header(request, name), wb_view_of(word));
}

static void
parse_body(wb_sim_parsed *out, wb_view bytes, size_t head_len)
{
    wb_view length = wb_sim_request_header(&out->request, "content-length");
    uint64_t body_len = 0;

    if (wb_sim_request_header(&out->request, "transfer-encoding").data)
        out->refuse = 411;
    else if (length.data && wb_text_uint(&body_len, length, NULL))
        out->refuse = 400;
    else if (body_len > WB_SIM_REQUEST_MAX - WB_SIM_HEAD_MAX)
        out->refuse = 413;
    else if (bytes.len - head_len >= body_len)
        out->used = head_len + (size_t)body_len;
    else
        out->wants_continue =
            bytes.len == head_len && header_has(&out->request, "expect", "100-continue");
    out->request.body = (wb_view){bytes.data + head_len, (size_t)body_len};
}

void
wb_sim_parse(wb_sim_parsed *out, wb_view bytes)
{
    const char *end = memmem(bytes.data, bytes.len, "\r\n\r\n", 4);

    if (!end) {
        out->refuse = bytes.len > WB_SIM_HEAD_MAX ? 413 : 0;
        return;
    }
    const char *eol = memmem(bytes.data, bytes.len, "\r\n", 2);
    if (end - bytes.data > WB_SIM_HEAD_MAX || !parse_line(out, bytes.data, eol)) {
        out->refuse = 400;
        return;
    }
    if (eol < end)
        out->request.headers = (wb_view){eol + 2, (size_t)(end - eol)};
    else
        out->request.headers = (wb_view){end + 2, 0};
    out->close = out->close || header_has(&out->request, "connection", "close");
    parse_body(out, bytes, (size_t)(end + 4 - bytes.data));
}
