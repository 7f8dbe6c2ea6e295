/* SPDX-License-Identifier: Apache-2.0 */
/*
 * large answers: into a file, unpacked, measured and checked; what breaks off goes on, and what
 * fails leaves nothing behind
 */
#include "actors/runtime/outside/exchange.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tests/unit/actors/runtime/outside/document_server.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define DEADLINE_MS 30000
#define BIG ((size_t)3 * 1024 * 1024)

static document_server server;
static wb_sink how;
static const char *elsewhere; /* a URL instead of the server's */

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    (void)call;
    out->method = "GET";
    out->template = "/document";
    if (elsewhere)
        wb_buf_add_text(&out->url, elsewhere);
    else
        wb_buf_addf(&out->url, "http://127.0.0.1:%d/document", server.port);
    out->sink = how;
    return wb_request_check(out, err);
}

static int64_t told_len;
static wb_rc refuses; /* what read says of a good answer */
static bool leads;    /* read goes on with another step where the document is gone */

static wb_rc
read_head(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_rc rc;

    if (leads && resp->status == 410) {
        out->cursor = WB_VIEW_LIT("where is it");
        return WB_OK;
    }
    rc = wb_response_usual(call, resp, out, err);
    told_len = resp->spooled;
    if (!rc && resp->body.len)
        return wb_fail(err, WB_REJECT, "a body in memory");
    return !rc && refuses ? wb_fail(err, refuses, "not this one") : rc;
}

static wb_rc
slice(const wb_call *call, const wb_piece *piece, wb_outcomes *out, wb_err *err)
{
    (void)err;
    ck_assert(call->json && call->options);
    out->consumed = (int64_t)piece->bytes.len;
    return WB_OK;
}

static const wb_op ops[] = {
    {.name = "document",
     .verb = WB_VERB_PULL,
     .batch_max = 10,
     .timeout_ms = 1000,
     .build = build,
     .read = read_head,
     .slice = slice},
    {.name = "drop",
     .verb = WB_VERB_PULL,
     .schemes = WB_SCHEME_HTTPS | WB_SCHEME_SFTP,
     .timeout_ms = 1000,
     .build = build,
     .read = read_head},
    {0    },
};
static const wb_option no_options[] = {WB_END};
static const wb_connector box = {
    .name = "box", .options = no_options, .options_size = 8, .ops = ops};
static const wb_connector *const connectors[] = {&box, NULL};

static struct {
    char dir[64];
    wb_loop *loop;
    wb_http *http;
    wb_gate *gate;
    wb_spool *spool;
    wb_exchanger *exchanger;
    wb_config *config;
    wb_accounts *accounts;
    wb_buf text; /* the document, plain */
} self;

static int ends;
static wb_exchange_result ended;
static char why[sizeof((wb_err *)0)->text], led_to[64];

static void
set_up(void)
{
    wb_http_conf conf = {0};
    wb_rng rng = {.state = 7};
    wb_err err = {0};

    server = (document_server){.etag = "\"v1\""};
    how = (wb_sink){0};
    elsewhere = NULL;
    refuses = WB_OK;
    leads = false;
    told_len = -1;
    snprintf(self.dir, sizeof self.dir, "/tmp/wb-spool-XXXXXX");
    ck_assert(folder_make(self.dir) != NULL);
    ck_assert(!wb_loop_new(&self.loop, &err));
    ck_assert(!wb_http_new(&self.http, self.loop, &conf, &err));
    ck_assert(!wb_gate_new(&self.gate, self.loop, NULL, NULL, &err));
    ck_assert(!wb_spool_open(&self.spool, self.dir, NULL, &err));
    self.exchanger = wb_exchanger_new(self.loop, self.http, self.gate);
    wb_exchanger_spool(self.exchanger, self.spool);
    ck_assert_msg(!wb_config_parse(&self.config, WB_VIEW_LIT("accounts:\n  a: {connector: box}\n"),
                                   "/tmp", connectors, NULL, &err),
                  "%s", err.text);
    self.accounts = wb_accounts_new(self.config);
    wb_buf_init(&self.text, 2 * BIG);
    while (self.text.len < BIG)
        wb_buf_addf(&self.text, "row %zu %llx\n", self.text.len,
                    (unsigned long long)wb_rng_below(&rng, UINT32_MAX));
    server.data = self.text.data;
    server.len = self.text.len;
    document_server_start(&server);
}

static void
tear_down(void)
{
    document_server_stop(&server);
    wb_accounts_destroy(&self.accounts);
    wb_config_destroy(&self.config);
    wb_exchanger_destroy(&self.exchanger);
    wb_spool_close(&self.spool);
    wb_gate_destroy(&self.gate);
    wb_http_destroy(&self.http);
    wb_loop_destroy(&self.loop);
    wb_buf_fini(&self.text);
    folder_remove(self.dir);
}

static void
on_end(void *arg, const wb_exchange_result *result)
{
    (void)arg;
    ended = *result;
    ck_assert(!wb_text_set(led_to, sizeof led_to, result->out->cursor, NULL));
    why[0] = '\0';
    if (result->rc)
        snprintf(why, sizeof why, "%s", result->err->text);
    ends++;
}

static void
get(void)
{
    static wb_call call;
    wb_account *account = wb_accounts_at(self.accounts, 0);
    int64_t deadline_ms = wb_now_ms() + DEADLINE_MS, until;
    wb_err err = {0};

    call = (wb_call){.op = ops};
    ends = 0;
    ck_assert_int_eq(wb_gate_enter(self.gate, account, ops, WB_PRIORITY_BACKFILL, &until),
                     WB_WAIT_NONE);
    ck_assert_msg(!wb_exchange_start(self.exchanger, account, &call, on_end, NULL, &err), "%s",
                  err.text);
    while (!ends && wb_now_ms() < deadline_ms)
        ck_assert(!wb_loop_turn(self.loop, 10, &err));
    ck_assert_int_eq(ends, 1);
}

static size_t
files(void)
{
    DIR *folder = opendir(self.dir);
    struct dirent *entry;
    size_t count = 0;

    while ((entry = readdir(folder)))
        count += *entry->d_name != '.';
    closedir(folder);
    return count;
}

/* The file is the document, and nothing else lies about. */
static void
check_whole(void)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    ck_assert_msg(!ended.rc && ended.spooled, "%s", why);
    ck_assert_int_eq(ended.spool_len, (int64_t)self.text.len);
    ck_assert_int_eq(told_len, ended.spool_len);
    wb_buf_init(&text, 2 * BIG);
    ck_assert(!wb_spool_read(self.spool, &ended.spool, 0, self.text.len, &text, &err));
    ck_assert(wb_view_eq(wb_buf_view(&text), wb_buf_view(&self.text)));
    ck_assert_int_eq(wb_spool_bytes(self.spool), ended.spool_len);
    ck_assert_uint_eq(files(), 1);
}

static void
check_nothing(wb_rc rc, const char *word)
{
    ck_assert_msg(ended.rc == rc, "%d: %s", ended.rc, why);
    ck_assert_msg(strstr(why, word) != NULL, "%s", why);
    ck_assert(!ended.spooled);
    ck_assert_uint_eq(files(), 0);
    ck_assert_int_eq(wb_spool_bytes(self.spool), 0);
}

static void
pack(wb_buf *out, wb_view text)
{
    z_stream stream = {0};
    char *room;

    ck_assert(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    room = wb_buf_room(out, deflateBound(&stream, text.len));
    stream.next_in = (Bytef *)(uintptr_t)text.data;
    stream.avail_in = (uInt)text.len;
    stream.next_out = (Bytef *)room;
    stream.avail_out = (uInt)deflateBound(&stream, text.len);
    ck_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    wb_buf_grew(out, stream.total_out);
    deflateEnd(&stream);
}

/* --- unpacked on the way --- */

static const struct {
    const char *label;
    bool packed, declared;
    const char *encoding;
} forms[] = {
    {"as it is",                                  false, false, NULL  },
    {"packed, the connector says so",             true,  true,  NULL  },
    {"packed, the answer says so",                true,  false, "gzip"},
    {"packed once, both say so",                  true,  true,  "gzip"},
    {"unpacked by somebody before it came to us", false, true,  NULL  },
};

START_TEST(it_lies_in_a_file_as_it_is)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};

    wb_buf_init(&packed, 2 * BIG);
    if (forms[_i].packed) { /* two, one behind the other, are one document */
        pack(&packed, (wb_view){self.text.data, 1000});
        pack(&packed, (wb_view){self.text.data + 1000, self.text.len - 1000});
        server.data = packed.data;
        server.len = packed.len;
    }
    how.gzip = forms[_i].declared;
    server.encoding = forms[_i].encoding;
    get();
    check_whole();
}
END_TEST

START_TEST(an_empty_answer_is_an_empty_file)
{
    server.len = 0;
    how.gzip = _i;
    get();
    ck_assert(!ended.rc && ended.spooled);
    ck_assert_int_eq(ended.spool_len, 0);
}
END_TEST

static const struct {
    const char *label;
    int64_t cut; /* bytes at the end that are missing */
    bool damaged;
    int64_t bytes_max;
    wb_rc rc;
    const char *word;
} broken[] = {
    {"cut",                         10, false, 0,                WB_RETRY,  "is cut"       },
    {"damaged",                     0,  true,  0,                WB_RETRY,  "is damaged"   },
    {"more than it may be",         0,  false, (int64_t)BIG / 2, WB_REJECT, "has more than"},
    {"more than it may be, by one", 0,  false, (int64_t)BIG - 1, WB_REJECT, "has more than"},
};

START_TEST(what_cannot_be_unpacked_leaves_nothing)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};

    wb_buf_init(&packed, 2 * BIG);
    self.text.len = BIG;
    pack(&packed, wb_buf_view(&self.text));
    if (broken[_i].damaged)
        packed.data[packed.len / 2] ^= 0x55;
    server.data = packed.data;
    server.len = packed.len - (size_t)broken[_i].cut;
    how = (wb_sink){.gzip = true, .bytes_max = broken[_i].bytes_max};
    get();
    check_nothing(broken[_i].rc, broken[_i].word);
}
END_TEST

/* 0: it is the declared one; 1: it is not; 2: no digest has so few digits. */
START_TEST(a_declared_digest_is_held_against_what_travelled)
{
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_sha256(digest, wb_buf_view(&self.text));
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02X", digest[i]);
    if (_i == 1)
        hex[0] = hex[0] == '0' ? '1' : '0';
    how.sha256 = (wb_view){hex, _i == 2 ? 10 : sizeof hex - 1};
    get();
    if (_i == 0)
        check_whole();
    else
        check_nothing(_i == 1 ? WB_RETRY : WB_REJECT, "digest");
}
END_TEST

/* --- it breaks off --- */

START_TEST(what_breaks_off_goes_on_where_it_was)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};

    wb_buf_init(&packed, 2 * BIG);
    pack(&packed, wb_buf_view(&self.text));
    if (_i == 1) {
        server.data = packed.data;
        server.len = packed.len;
        how.gzip = true;
    }
    server.ranges = true;
    server.breaks_after = server.len / 5 + 1;
    get();
    check_whole();
    ck_assert_int_eq(server.requests, 5);
    ck_assert_int_eq(server.ranged, 4);
}
END_TEST

START_TEST(another_document_in_its_place_is_read_from_its_beginning)
{
    server.ranges = true;
    server.then_etag = "\"v2\"";
    server.breaks_after = 100000;
    server.heals = true;
    get();
    check_whole();
    ck_assert_int_eq(server.requests, 2);
    ck_assert_int_eq(server.ranged, 1);
}
END_TEST

START_TEST(silence_is_what_is_timed)
{
    server.ranges = true;
    server.silent_after = 100000;
    get();
    check_whole();
    ck_assert_int_eq(server.requests, 2);
    ck_assert_int_eq(server.ranged, 1);
    ck_assert_int_lt(ended.took_us, INT64_C(20000000));
}
END_TEST

/* Nothing proves that it would go on with the same bytes, or that it goes on at all. */
static const struct {
    const char *label, *etag;
    bool ranges, wrong_range;
    size_t breaks_after;
    int requests;
} ends_there[] = {
    {"the server knows no ranges",           "\"v1\"",   false, false, 100000, 1},
    {"nothing tells that it is the same",    NULL,       true,  false, 100000, 1},
    {"a weak tag is no proof",               "W/\"v1\"", true,  false, 100000, 1},
    {"another range than was asked for",     "\"v1\"",   true,  true,  100000, 2},
    {"again and again, for next to nothing", "\"v1\"",   true,  false, 1000,   9},
};

START_TEST(what_cannot_go_on_leaves_nothing)
{
    server.etag = ends_there[_i].etag;
    server.ranges = ends_there[_i].ranges;
    server.wrong_range = ends_there[_i].wrong_range;
    server.breaks_after = ends_there[_i].breaks_after;
    get();
    check_nothing(WB_RETRY, "");
    ck_assert_int_eq(server.requests, ends_there[_i].requests);
}
END_TEST

/* --- refused --- */

START_TEST(a_refusal_is_read_from_memory)
{
    server.status = 404;
    server.len = 1000;
    get();
    check_nothing(WB_REJECT, "HTTP 404");
    ck_assert_int_eq(told_len, 0);
}
END_TEST

/* An answer that is no document: nothing that a slice would be given. */
START_TEST(what_leads_elsewhere_is_no_file)
{
    leads = true;
    server.status = 410;
    server.len = 1000;
    get();
    ck_assert_int_eq(ended.rc, WB_OK);
    ck_assert(!ended.spooled);
    ck_assert_str_eq(led_to, "where is it");
    ck_assert_int_eq(wb_spool_bytes(self.spool), 0);
}
END_TEST

START_TEST(what_read_refuses_leaves_nothing)
{
    refuses = WB_RETRY;
    get();
    check_nothing(WB_RETRY, "not this one");
}
END_TEST

START_TEST(a_full_disk_is_no_fault_of_theirs)
{
    struct rlimit before, now;
    wb_gate_view seen;

    signal(SIGXFSZ, SIG_IGN);
    ck_assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    now = before;
    now.rlim_cur = 1000000;
    ck_assert(setrlimit(RLIMIT_FSIZE, &now) == 0);
    get();
    ck_assert(setrlimit(RLIMIT_FSIZE, &before) == 0);
    check_nothing(WB_FULL, "no room");
    wb_gate_look(self.gate, wb_accounts_at(self.accounts, 0), ops, &seen);
    ck_assert_uint_eq(seen.errors, 0);
}
END_TEST

/* --- not by this way --- */

static const struct {
    const char *url, *word;
} ways[] = {
    {"sftp://host/in/a.csv", "not built in"              },
    {"SFTP://host/in/a.csv", "not built in"              },
    {"http://host/a.csv",    "not a URL that it may have"},
    {"ftps://host/a.csv",    "not a URL that it may have"},
    {"file:///etc/passwd",   "not a URL that it may have"},
    {"",                     "not a URL that it may have"},
};

START_TEST(a_way_that_is_not_the_operations_or_not_built_in_is_refused)
{
    wb_account *account = wb_accounts_at(self.accounts, 0);
    wb_call call = {.op = &ops[1]};
    int64_t until;
    wb_err err = {0};

    elsewhere = ways[_i].url;
    ck_assert_int_eq(wb_gate_enter(self.gate, account, &ops[1], WB_PRIORITY_BACKFILL, &until),
                     WB_WAIT_NONE);
    ck_assert_int_eq(wb_exchange_start(self.exchanger, account, &call, on_end, NULL, &err),
                     WB_REJECT);
    ck_assert_msg(strstr(err.text, ways[_i].word) != NULL, "%s", err.text);
}
END_TEST

/* --- the folder --- */

START_TEST(what_nobody_names_is_removed_at_the_start)
{
    char part[80];
    wb_id first;
    int fd;
    wb_err err = {0};

    get();
    first = ended.spool;
    get();
    ck_assert_uint_eq(files(), 2);
    snprintf(part, sizeof part, "%.60s/00.part", self.dir);
    ck_assert_int_ge(fd = creat(part, 0600), 0); /* of a former life */
    wb_fd_close(&fd);
    wb_spool_close(&self.spool);
    ck_assert(!wb_spool_open(&self.spool, self.dir, NULL, &err));
    wb_exchanger_spool(self.exchanger, self.spool);
    ck_assert_uint_eq(files(), 2);
    ck_assert_int_eq(wb_spool_bytes(self.spool), 2 * (int64_t)self.text.len);
    wb_spool_keep(self.spool, &first, 1);
    ended.spool = first;
    check_whole();
    wb_spool_remove(self.spool, &first);
    ck_assert_uint_eq(files(), 0);
    ck_assert_int_eq(wb_spool_bytes(self.spool), 0);
    wb_spool_remove(self.spool, &first); /* harmless */
}
END_TEST

START_TEST(a_piece_is_read_and_no_more)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    get();
    wb_buf_init(&text, 1000);
    ck_assert(!wb_spool_read(self.spool, &ended.spool, 5000, 1000, &text, &err));
    ck_assert(wb_view_eq(wb_buf_view(&text), (wb_view){self.text.data + 5000, 1000}));
    wb_buf_clear(&text);
    ck_assert_int_eq(wb_spool_read(self.spool, &ended.spool, ended.spool_len - 10, 11, &text, &err),
                     WB_REJECT);
    wb_spool_remove(self.spool, &ended.spool);
    ck_assert_int_eq(wb_spool_read(self.spool, &ended.spool, 0, 1, &text, &err), WB_REJECT);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {it_lies_in_a_file_as_it_is,                                  WB_COUNT(forms)     },
        {an_empty_answer_is_an_empty_file,                            2                   },
        {what_cannot_be_unpacked_leaves_nothing,                      WB_COUNT(broken)    },
        {a_declared_digest_is_held_against_what_travelled,            3                   },
        {what_breaks_off_goes_on_where_it_was,                        2                   },
        {another_document_in_its_place_is_read_from_its_beginning,    0                   },
        {silence_is_what_is_timed,                                    0                   },
        {what_cannot_go_on_leaves_nothing,                            WB_COUNT(ends_there)},
        {a_refusal_is_read_from_memory,                               0                   },
        {what_leads_elsewhere_is_no_file,                             0                   },
        {what_read_refuses_leaves_nothing,                            0                   },
        {a_full_disk_is_no_fault_of_theirs,                           0                   },
        {a_way_that_is_not_the_operations_or_not_built_in_is_refused, WB_COUNT(ways)      },
        {what_nobody_names_is_removed_at_the_start,                   0                   },
        {a_piece_is_read_and_no_more,                                 0                   },
        {NULL,                                                        0                   },
    };

    return wb_suite_run_in("actors.runtime.outside.download", rows, set_up, tear_down);
}
