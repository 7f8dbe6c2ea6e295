/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - calls on pooled easy handles
 *
 * libcurl sends a request again by itself when a reused connection ends before the first byte of an
 * answer, whatever the method. For a write that would be a second one that nobody counted: the
 * pre-request callback, which runs before each sending, refuses it. The same callback tells for
 * sure that nothing was sent when it never ran. And it looks whether the connection says what
 * nobody asked for (an answer that came twice): then the request leaves on another one.
 *
 * Answers are asked for as they are: packed ones cost more than they save in a data centre. Some
 * are packed all the same, by something in front of the server; they are unpacked, and what counts
 * against the limit is what comes out. An encoding that nobody knows ("utf-8") is taken as none.
 */
#include "actors/runtime/outside/http.h"

#include <assert.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actors/runtime/outside/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define KEEP_BYTES ((size_t)256 * 1024) /* of a pooled call's body buffer */
#define CONNECTION_IDLE_S 60L           /* most servers close after 60 to 75 s */
#define HOOK_RANK 1000                  /* after all that may start a call */
#define RECEIVE_BYTES 16384L /* a TLS record; libcurl reads up to a hundred of them in one go */

struct wb_http {
    wb_loop *loop;
    CURLM *multi;
    CURLSH *share;
    wb_timer timer;    /* libcurl's own */
    bool due;          /* libcurl wants to be called at once */
    wb_loop_hook hook; /* at the end of a turn: what it asked for leaves with it */
    wb_link running, pool;
    size_t running_count;
    http_sockets sockets; /* opened by libcurl through us, not closed yet */
    long connect_timeout_ms;
    char *ca_file, *user_agent;
};

/* libcurl's callbacks */

static int
on_send(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    wb_http_call *call = arg;
    bool harmless = strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0;

    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    call->stale = http_sockets_speaks(&call->http->sockets, local_port);
    if (call->stale)
        return CURL_PREREQFUNC_ABORT; /* which closes it */
    return call->sendings++ == 0 || harmless ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* The headers are there: whose is the body? */
static bool
look_at_head(wb_http_call *call)
{
    wb_response head = {.headers = wb_buf_view(&call->headers), .sent_utc_us = call->start_utc_us};
    long status = 0;

    if (!call->taken) {
        wb_http_call_look(call);
        return true;
    }
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    head.status = (int)status;
    if (status < 200 || status > 299)
        return true;
    call->taking = true;
    call->head_us = wb_now_us();
    return call->taker.head(call->taker.arg, &head) == WB_OK;
}

static size_t
on_header(char *data, size_t size, size_t count, void *arg)
{
    wb_http_call *call = arg;
    size_t len = size * count;

    if (call->body.len > 0 || call->taking)
        return len; /* trailers */
    if (len >= 5 && memcmp(data, "HTTP/", 5) == 0)
        wb_buf_clear(&call->headers); /* what was before it was an interim answer */
    wb_buf_add(&call->headers, data, len);
    if (len <= 2 && !call->headers.overflow && !look_at_head(call)) /* their end */
        return 0;
    call->too_large = call->headers.overflow;
    return call->too_large ? 0 : len;
}

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
    wb_http_call *call = arg;
    wb_view bytes = {data, size * count};

    if (call->taking)
        return call->taker.take(call->taker.arg, bytes) == WB_OK ? bytes.len : 0;
    wb_buf_add(&call->body, data, size * count);
    call->too_large = call->body.overflow;
    return call->too_large ? 0 : size * count;
}

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    http_sockets_note(&((wb_http *)arg)->sockets, fd, true);
    return fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
    wb_http *self = arg;

    http_sockets_note(&self->sockets, fd, false);
    wb_loop_unwatch(self->loop, fd);
    return close(fd);
}

/* calls and their pool */

static void
set_up(wb_http_call *call)
{
    CURL *easy = call->easy;
    wb_http *http = call->http;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, CONNECTION_IDLE_S);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, http->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SHARE, http->share);
    if (http->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
    if (http->user_agent)
        curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)WB_BODY_MAX);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, http);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, http);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
}

static wb_http_call *
take_call(wb_http *self)
{
    wb_link *pooled = wb_list_pop(&self->pool);
    wb_http_call *call;

    if (pooled)
        return WB_CONTAINER(pooled, wb_http_call, link);
    call = wb_alloc(sizeof *call);
    call->http = self;
    call->file = -1;
    call->easy = curl_easy_init();
    if (!call->easy) {
        wb_free(&call);
        return NULL;
    }
    wb_buf_init(&call->text, WB_URL_MAX + 2 * WB_HTTP_HEADER_MAX);
    wb_buf_init(&call->headers, WB_HTTP_HEADER_MAX);
    wb_buf_init(&call->body, WB_BODY_MAX);
    set_up(call);
    return call;
}

static void
pool_call(wb_http_call *call)
{
    wb_list_remove(&call->link);
    call->request = NULL;
    wb_fd_close(&call->file);
    if (call->body.cap > KEEP_BYTES) {
        wb_buf_fini(&call->body);
        wb_buf_init(&call->body, WB_BODY_MAX);
    }
    wb_list_append(&call->http->pool, &call->link);
}

static void
free_calls(wb_link *ring)
{
    wb_link *at;

    while ((at = wb_list_pop(ring))) {
        wb_http_call *call = WB_CONTAINER(at, wb_http_call, link);

        curl_easy_cleanup(call->easy);
        wb_fd_close(&call->file);
        wb_buf_wipe(&call->text); /* its headers sign and authorise */
        wb_buf_fini(&call->headers);
        wb_buf_fini(&call->body);
        wb_free(&call);
    }
}

/* Off the multi handle: the connection goes back to the pool, or is closed when under way. */
static void
detach(wb_http_call *call)
{
    assert(call->http->running_count > 0);
    curl_multi_remove_handle(call->http->multi, call->easy);
    call->http->running_count--;
}

/* the answer */

static wb_http_end
end_of(const wb_http_call *call, CURLcode code)
{
    if (code == CURLE_OK)
        return WB_HTTP_ANSWERED;
    if (call->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return WB_HTTP_TOO_LARGE;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        return WB_HTTP_UNTRUSTED;
    if (call->sendings == 0)
        return WB_HTTP_NOT_SENT;
    return code == CURLE_OPERATION_TIMEDOUT ? WB_HTTP_TIMEOUT : WB_HTTP_BROKEN;
}

/* Who signed it, or whose it is: libcurl looks at the name itself, before it notes a verdict. */
static void
explain_distrust(wb_http_answer *answer, const wb_http_call *call, CURLcode code)
{
    long verdict = X509_V_OK;

    curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    if (code == CURLE_SSL_CACERT_BADFILE)
        snprintf(answer->error, sizeof answer->error, "our ca_file cannot be read");
    else if (verdict == X509_V_OK || verdict == X509_V_ERR_UNSPECIFIED)
        snprintf(answer->error, sizeof answer->error, "its certificate is not for this host");
    else
        snprintf(answer->error, sizeof answer->error, "its certificate is not trusted: %s",
                 X509_verify_cert_error_string(verdict));
}

/* libcurl's own error buffer names hosts and URLs: only the code's text is told. */
static void
explain(wb_http_answer *answer, const wb_http_call *call, CURLcode code)
{
    const char *text = curl_easy_strerror(code);
    long os_error = 0;

    if (answer->end == WB_HTTP_TOO_LARGE)
        text = "the answer is too large";
    else if (code == CURLE_ABORTED_BY_CALLBACK)
        text = "the connection ended before the answer";
    else if (code == CURLE_OPERATION_TIMEDOUT)
        text = call->sendings ? "no whole answer in time" : "no connection in time";
    else if (code == CURLE_COULDNT_CONNECT)
        curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os_error);
    snprintf(answer->error, sizeof answer->error, "%s%s%s", text, os_error ? ": " : "",
             os_error ? strerror((int)os_error) : "");
}

/* On another connection: each one that is stale is closed, and a fresh one is not. */
static bool
starts_again(wb_http_call *call)
{
    if (!call->stale)
        return false;
    call->stale = false;
    curl_multi_remove_handle(call->http->multi, call->easy);
    return !curl_multi_add_handle(call->http->multi, call->easy);
}

static void
finish(wb_http_call *call, CURLcode code, int64_t now_us)
{
    wb_http_answer answer;
    long status = 0;

    if (starts_again(call))
        return;
    detach(call);
    answer.end = end_of(call, code);
    answer.took_us = (call->taking ? call->head_us : now_us) - call->start_us;
    answer.date_utc_us = 0;
    answer.error[0] = '\0';
    answer.response = (wb_response){.sent_utc_us = call->start_utc_us};
    if (answer.end == WB_HTTP_ANSWERED) {
        curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        answer.response.status = (int)status;
        answer.response.body = wb_buf_view(&call->body);
        answer.response.headers = wb_buf_view(&call->headers);
        wb_ignore(wb_time_parse_http(&answer.date_utc_us,
                                     wb_response_header(&answer.response, "date"), NULL),
                  "a bad date is none");
    } else if (answer.end == WB_HTTP_UNTRUSTED) {
        explain_distrust(&answer, call, code);
    } else {
        explain(&answer, call, code);
    }
    call->done(call->arg, &answer);
    pool_call(call);
}

static size_t
read_ended(CURLM *multi)
{
    size_t ended = 0;
    int64_t now_us = 0;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left))) {
        CURLcode code = message->data.result; /* the message dies with its handle's removal */
        void *call = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        if (ended++ == 0)
            now_us = wb_now_us();
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        finish(call, code, now_us);
    }
    return ended;
}

/* driving libcurl */

static size_t
act(wb_http *self, curl_socket_t fd, int what)
{
    int running;

    curl_multi_socket_action(self->multi, fd, what, &running);
    return read_ended(self->multi);
}

static size_t
act_on_time(wb_http *self)
{
    self->due = false;
    return act(self, CURL_SOCKET_TIMEOUT, 0);
}

static void
on_ready(void *arg, int fd, uint32_t events)
{
    int what = 0;

    if (events & (EPOLLIN | EPOLLHUP))
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        what |= CURL_CSELECT_ERR;
    act(arg, fd, what);
}

/* An idle connection has news: it ended, which libcurl finds out when it wants to use it again; or
 * says what nobody asked for, which we do (on_send). */
static void
on_idle_ready(void *arg, int fd, uint32_t events)
{
    wb_http *self = arg;

    (void)events;
    wb_loop_unwatch(self->loop, fd);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    act_on_time(arg);
}

static bool
on_turn_end(void *arg)
{
    wb_http *self = arg;

    if (!self->due)
        return false;
    wb_timer_stop(self->loop, &self->timer);
    return act_on_time(self) > 0;
}

/* libcurl takes an interest back after each call and has it again with the next on the same
 * connection. Two system calls a call are saved by keeping what the epoll set has. Not for its
 * other descriptors (resolver threads): these it closes behind our back. */
static int
on_socket_change(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    wb_http *self = arg;
    uint32_t events = 0;
    wb_rc rc = WB_OK;

    (void)easy;
    (void)socket_arg;
    if (what & CURL_POLL_IN)
        events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        events |= EPOLLOUT;
    if (what != CURL_POLL_REMOVE)
        rc = wb_loop_watch(self->loop, fd, events, on_ready, self, NULL);
    else if (http_sockets_has(&self->sockets, fd))
        rc = wb_loop_watch(self->loop, fd, EPOLLIN, on_idle_ready, self, NULL);
    else
        wb_loop_unwatch(self->loop, fd);
    return rc ? -1 : 0;
}

static int
on_timer_change(CURLM *multi, long timeout_ms, void *arg)
{
    wb_http *self = arg;

    (void)multi;
    self->due = timeout_ms == 0;
    if (timeout_ms < 0)
        wb_timer_stop(self->loop, &self->timer);
    else
        wb_timer_start(self->loop, &self->timer, timeout_ms);
    return 0;
}

/* starting a call */

void
wb_http_take_into(wb_http_call *call, const wb_http_taker *taker)
{
    call->taken = true;
    call->taker = *taker;
    wb_http_call_taken(call, taker->silence_ms);
}

wb_rc
wb_http_start(wb_http *self, const wb_request *request, const wb_http_waiter *by,
              wb_http_call **out, wb_err *err)
{
    wb_rc rc = wb_http_call_check(request, err);
    wb_http_call *call = rc ? NULL : take_call(self);

    if (rc)
        return rc;
    if (!call)
        return wb_fail(err, WB_RETRY, "no room for one more call");
    rc = wb_http_call_prepare(call, request, by->timeout_ms, err);
    if (!rc && curl_multi_add_handle(self->multi, call->easy))
        rc = wb_fail(err, WB_RETRY, "no room for one more call");
    if (rc) {
        pool_call(call);
        return rc;
    }
    call->request = request;
    call->done = by->done;
    call->arg = by->arg;
    call->start_us = wb_now_us();
    call->start_utc_us = wb_now_utc_us();
    self->running_count++;
    wb_list_append(&self->running, &call->link);
    if (out)
        *out = call;
    return WB_OK;
}

void
wb_http_cancel(wb_http *self, wb_http_call **call_p)
{
    wb_http_call *call = *call_p;

    (void)self;
    *call_p = NULL;
    if (!call || !call->request)
        return;
    detach(call);
    pool_call(call);
}

size_t
wb_http_running(const wb_http *self)
{
    return self->running_count;
}

/* the engine */

static void
set_up_multi(wb_http *self, const wb_http_conf *conf)
{
    long max = conf->max_connections > 0 ? (long)conf->max_connections : 512L;
    CURLM *multi = self->multi;

    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, max);
    /* Kept when idle, too: the default follows the calls under way, and a burst would close most.
     */
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, max);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)conf->max_host_connections);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_change);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, self);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_change);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, self);
}

wb_rc
wb_http_new(wb_http **out, wb_loop *loop, const wb_http_conf *conf, wb_err *err)
{
    WB_AUTO(wb_http_destroy) wb_http *self = NULL;

    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return wb_fail(err, WB_FATAL, "libcurl does not start");
    self = wb_alloc(sizeof *self);
    self->loop = loop;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    wb_list_init(&self->running);
    wb_list_init(&self->pool);
    self->connect_timeout_ms = conf->connect_timeout_ms > 0 ? (long)conf->connect_timeout_ms : 5000;
    self->ca_file = conf->ca_file && *conf->ca_file ? wb_text_dup(conf->ca_file) : NULL;
    self->user_agent = conf->user_agent ? wb_text_dup(conf->user_agent) : NULL;
    self->multi = curl_multi_init();
    self->share = curl_share_init();
    if (!self->multi || !self->share)
        return wb_fail(err, WB_FATAL, "libcurl does not start");
    curl_share_setopt(self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_share_setopt(self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    set_up_multi(self, conf);
    self->hook = (wb_loop_hook){.rank = HOOK_RANK, .flush = on_turn_end, .arg = self};
    wb_loop_hook_add(loop, &self->hook);
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_http_destroy(wb_http **self_p)
{
    wb_http *self = *self_p;

    if (!self)
        return;
    for (wb_link *at = self->running.next; at != &self->running; at = at->next)
        detach(WB_CONTAINER(at, wb_http_call, link));
    free_calls(&self->running);
    free_calls(&self->pool);
    curl_multi_cleanup(self->multi);
    curl_share_cleanup(self->share);
    wb_loop_hook_remove(&self->hook);
    wb_timer_stop(self->loop, &self->timer);
    http_sockets_fini(&self->sockets);
    wb_free(&self->ca_file);
    wb_free(&self->user_agent);
    wb_free(self_p);
    curl_global_cleanup();
}
