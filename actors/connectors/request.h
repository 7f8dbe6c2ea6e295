/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - what is sent to an outside system, and what it answers
 */
#ifndef WB_ACTORS_CONNECTORS_REQUEST_H
#define WB_ACTORS_CONNECTORS_REQUEST_H

#include "protocol/base/buf.h"

typedef struct {
    const char *name; /* a literal or memory of the request's arena buffer */
    wb_view value;
    bool secret;   /* masked in dry runs, never logged */
    wb_view shown; /* of a secret one: what a dry run may show of it; {NULL, 0} = "***" */
} wb_header;

#define WB_REQUEST_HEADERS_MAX 24

/* What a URL may begin with, as bits. */
typedef enum {
    WB_SCHEME_HTTP = 1,
    WB_SCHEME_HTTPS = 2,
    WB_SCHEME_SFTP = 4,  /* methods: GET, PUT, DELETE of a file, LIST of a folder, RENAME (the body
                            is the new path) */
    WB_SCHEME_FTPS = 8,  /* the same */
    WB_SCHEME_SMTP = 16, /* SEND: the body is the whole message */
} wb_scheme;
/* What this build can speak. A request of another is refused, and the contract test refuses an
 * operation that can do with none of these. */
#define WB_SCHEMES_BUILT_IN (WB_SCHEME_HTTP | WB_SCHEME_HTTPS)

/* What a URL begins with, in any case; 0 = none that anybody knows. */
uint32_t wb_scheme_of(wb_view url);
/* "http:// or https://", without those that are not built in; "" when none is. */
#define WB_SCHEMES_TEXT_MAX 64
void wb_schemes_text(char dst[WB_SCHEMES_TEXT_MAX], uint32_t schemes);

/* How a large answer is taken (ops with a `slice`): its bytes go to a file, and no more than a
 * slice of it into memory. An answer other than 2xx is read from memory as ever. */
typedef struct {
    bool gzip;         /* packed, whatever the headers say: unpacked on the way. Bytes that do not
                          begin as gzip does were unpacked by somebody already */
    int64_t bytes_max; /* of the file, unpacked; 0 = WB_SPOOL_FILE_MAX */
    wb_view sha256;    /* that somebody declared, in hex, of the bytes as they travel; {NULL, 0} =
                          nobody did. Another one is WB_RETRY. Copied into the arena by build */
} wb_sink;

/* A part of a file that is sent, instead of a body in memory. */
typedef struct {
    const char *path; /* good until the answer; NULL = none */
    int64_t offset, len;
} wb_file;

/* A request, owned by the runtime, filled by build and sign. Reused: memory is kept. */
typedef struct {
    const char *method;   /* "GET", "POST", ...: a literal */
    const char *template; /* for logs and metrics: "/orders/{orderId}": a literal */
    wb_buf url;           /* whole, encoded: "https://host:port/path?query" */
    size_t url_shown;     /* how many of its bytes may be seen: what a signer has put behind them is
                             secret; 0 = all of it */
    wb_buf body;
    wb_file file; /* sent instead of `body`, read as it leaves, never a second time by itself; the
                     time-out is then for silence */
    wb_sink sink;
    wb_header headers[WB_REQUEST_HEADERS_MAX];
    size_t header_count;
    wb_buf arena;         /* header values live here when they are no literals; it never moves what
                             it gave out: use wb_request_header to add */
    int64_t long_poll_ms; /* > 0: the answer may take this long without being slow */
    bool
        wants_names; /* what the account's names stand for is to be asked for, in the background:
                        by a build that goes on with what is there, or says WB_RETRY without them */
} wb_request;

void wb_request_init(wb_request *self);
void wb_request_clear(wb_request *self);
void wb_request_fini(wb_request *self);
/* Add a header; `name` is a literal, `value` is copied. Over the maximum is an abort: a bug. What
 * does not fit the arena sets its overflow: wb_request_check tells. */
void wb_request_header(wb_request *self, const char *name, wb_view value, bool secret);
/* The same, in place of a header of that name when there is one: for signers, which run again for
 * each attempt. */
void wb_request_set_header(wb_request *self, const char *name, wb_view value, bool secret);
/* The same as wb_request_header for a name that is no literal: it is copied. */
void wb_request_add_header(wb_request *self, wb_view name, wb_view value, bool secret);
/* A copy that is good as long as the request: for the views of a sink. As a header's value, when it
 * does not fit. */
wb_view wb_request_keep(wb_request *self, wb_view text);
/* WB_REJECT when the URL, the body or the headers did not fit. The last line of every build. */
WB_MUST_CHECK wb_rc wb_request_check(const wb_request *self, wb_err *err);
/* What a dry run shows of that secret header, which is there: who looks sees that it was signed,
 * and by what. Copied. */
void wb_request_show_header(wb_request *self, const char *name, wb_view shown);
/* The URL as far as it may be seen. */
wb_view wb_request_show_url(const wb_request *self);
/* Find by name without case: {NULL, 0} = none. */
wb_view wb_request_find_header(const wb_request *self, const char *name);

typedef struct {
    int status;          /* HTTP status; 0 never reaches read */
    wb_view body;        /* at most WB_BODY_MAX; of an answer that went to a file: empty */
    int64_t spooled;     /* how long that file is; 0 = there is none, or it is empty */
    wb_view headers;     /* raw header block, lines end in CRLF; see wb_response_header */
    int64_t sent_utc_us; /* start of the request, by the vendor's clock (corrected by its Date) */
} wb_response;

/* The last header of that name, trimmed: {NULL, 0} = none. */
wb_view wb_response_header(const wb_response *self, const char *name);

/* Retry-After (seconds or a date) as milliseconds from `now_utc_us`, at most a day; 0 = none. */
int64_t wb_response_retry_ms(const wb_response *self, int64_t now_utc_us);

#endif
