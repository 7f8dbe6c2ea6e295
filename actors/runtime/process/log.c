/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - formats once, then cuts the text into members
 *
 * The keys come from the format, never from the values: a hostile value may at worst be told under
 * a neighbour's key, it cannot make a key or a line of its own.
 */
#include "actors/runtime/process/log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"

#define LINE_MAX_BYTES 4096
#define LINE_END_ROOM 8 /* the quote, brace and newline that end a line that was cut */
#define PAIRS_MAX 24
#define EVENT_MAX 63
#define NAME_MAX_BYTES 64
#define RATE_SLOTS 256
#define RATE_PER_S 20

typedef struct {
    char data[LINE_MAX_BYTES];
    size_t len;
} line;

/* One `key=template` of a format. */
#define TRACE_SIZE 16

typedef struct {
    wb_view key;
    bool quoted, number;
} pair;

typedef struct {
    char event[EVENT_MAX + 1];
    int64_t second;
    uint64_t told, kept_back;
} rate_slot;

static struct {
    char process[NAME_MAX_BYTES + 1];
    uint8_t trace[TRACE_SIZE];
    bool traced;
    wb_log_level level;
    bool text_form;
    uint64_t kept_back; /* of all slots: lines not told yet */
    rate_slot slots[RATE_SLOTS];
} state = {.process = "waybill", .level = WB_INFO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static bool
put(line *out, const char *data, size_t len)
{
    if (out->len + len > sizeof out->data - LINE_END_ROOM)
        return false;
    memcpy(out->data + out->len, data, len);
    out->len += len;
    return true;
}

static bool
put_text(line *out, const char *text)
{
    return put(out, text, strlen(text));
}

/* Bytes of the character at `at`, 1 for what is no UTF-8. */
static size_t
char_len(const char *at, size_t left)
{
    unsigned char lead = (unsigned char)*at;
    size_t len = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    return len <= left ? len : 1;
}

static bool
put_char(line *out, const char *at, size_t len)
{
    char escape[8];
    unsigned char c = (unsigned char)*at;

    if (len == 1 && (c == '"' || c == '\\')) {
        escape[0] = '\\';
        escape[1] = *at;
        return put(out, escape, 2);
    }
    if (c < 0x20 || c == 0x7F) {
        snprintf(escape, sizeof escape, "\\u%04x", c);
        return put(out, escape, 6);
    }
    if (!wb_text_is_utf8((wb_view){at, len}))
        return put(out, "?", 1);
    return put(out, at, len);
}

/* A JSON string; cut, but closed, where the line is full. */
static void
put_string(line *out, wb_view text)
{
    size_t len;

    if (!put(out, "\"", 1))
        return;
    for (size_t i = 0; i < text.len; i += len) {
        len = char_len(text.data + i, text.len - i);
        if (!wb_text_is_utf8((wb_view){text.data + i, len}))
            len = 1;
        if (!put_char(out, text.data + i, len))
            break;
    }
    out->data[out->len++] = '"'; /* of the room that is kept for the end */
}

/* A member is told whole or, its value cut, as the last one. */
static void
put_member(line *out, wb_view key, wb_view value, bool number)
{
    size_t start = out->len;

    if (!put(out, ",\"", 2) || !put(out, key.data, key.len) || !put(out, "\":", 2)) {
        out->len = start;
        return;
    }
    if (number ? !put(out, value.data, value.len) : out->len + 1 > sizeof out->data - LINE_END_ROOM)
        out->len = start;
    else if (!number)
        put_string(out, value);
}

static void
put_plain(line *out, wb_view text)
{
    size_t len;

    for (size_t i = 0; i < text.len; i += len) {
        unsigned char c = (unsigned char)text.data[i];

        len = char_len(text.data + i, text.len - i);
        if (!wb_text_is_utf8((wb_view){text.data + i, len}))
            len = 1;
        if (!put(out, c < 0x20 || c == 0x7F || (len == 1 && c >= 0x80) ? "?" : text.data + i, len))
            return;
    }
}

/* "%d", "%" PRIu64, "%zu": what is a number in the format is one in the line. */
static bool
is_number(wb_view template)
{
    char last;

    if (template.len < 2 || template.data[0] != '%' ||
        memchr(template.data + 1, '%', template.len - 1))
        return false;
    last = template.data[template.len - 1];
    return (last == 'd' || last == 'i' || last == 'u') &&
           strspn(template.data + 1, "hljzt") == template.len - 2;
}

/* A value that a neighbour's text pushed aside may be anything: it is told as text then. */
static bool
looks_number(wb_view value)
{
    int64_t number;
    uint64_t big;

    return wb_text_int(&number, value, NULL) == WB_OK || wb_text_uint(&big, value, NULL) == WB_OK;
}

/* The pairs of a format; stops at what is none. */
static size_t
parse_format(const char *fmt, pair *pairs)
{
    size_t count = 0;

    while (count < PAIRS_MAX) {
        const char *equals, *end;
        pair *at = &pairs[count];

        fmt += strspn(fmt, " ");
        equals = strchr(fmt, '=');
        if (!equals || equals == fmt || (size_t)(equals - fmt) != strcspn(fmt, " ='"))
            break;
        at->key = (wb_view){fmt, (size_t)(equals - fmt)};
        at->quoted = equals[1] == '\'';
        end = at->quoted ? strchr(equals + 2, '\'') : strchr(equals + 1, ' ');
        if (!end)
            end = equals + 1 + strlen(equals + 1);
        at->number = is_number((wb_view){equals + 1, (size_t)(end - equals - 1)});
        fmt = *end == '\'' ? end + 1 : end;
        count++;
    }
    return count;
}

/* Where " key=" begins at or after `at`; NULL = nowhere. */
static const char *
find_key(const char *at, const char *end, wb_view key)
{
    for (; at + key.len + 2 <= end; at++)
        if (*at == ' ' && memcmp(at + 1, key.data, key.len) == 0 && at[1 + key.len] == '=')
            return at;
    return NULL;
}

static wb_view
unquoted(wb_view value, bool quoted)
{
    if (!quoted)
        return value;
    if (value.len && *value.data == '\'') {
        value.data++;
        value.len--;
    }
    if (value.len && value.data[value.len - 1] == '\'')
        value.len--;
    return value;
}

static void
put_pairs(line *out, const char *fmt, wb_view text)
{
    pair pairs[PAIRS_MAX];
    size_t count = parse_format(fmt, pairs);
    const char *at = text.data, *end = text.data + text.len;

    if (count == 0 && text.len)
        put_member(out, WB_VIEW_LIT("text"), text, false);
    for (size_t i = 0; i < count && at < end; i++) {
        const char *stop = NULL, *value;

        at += strspn(at, " ");
        value = at + pairs[i].key.len + 1;
        if (value > end)
            break;
        if (i + 1 < count)
            stop = find_key(value, end, pairs[i + 1].key);
        if (!stop)
            stop = end;
        put_member(out, pairs[i].key,
                   unquoted((wb_view){value, (size_t)(stop - value)}, pairs[i].quoted),
                   pairs[i].number && looks_number((wb_view){value, (size_t)(stop - value)}));
        at = stop;
    }
}

static void
begin_json(line *out, wb_log_level level, const char *event)
{
    char now[WB_TIME_TEXT_MAX + 1], trace[2 * TRACE_SIZE + 1];

    wb_time_text(now, wb_now_utc_us(), true);
    put_text(out, "{\"time\":\"");
    put_text(out, now);
    put_text(out, "\",\"level\":\"");
    put_text(out, level_names[level]);
    put_text(out, "\"");
    put_member(out, WB_VIEW_LIT("event"), wb_view_of(event), false);
    put_member(out, WB_VIEW_LIT("process"), wb_view_of(state.process), false);
    if (state.traced) {
        wb_hex(trace, state.trace, sizeof state.trace);
        put_member(out, WB_VIEW_LIT("trace"), wb_view_of(trace), false);
    }
}

static void
begin_text(line *out, wb_log_level level, const char *event)
{
    char now[WB_TIME_TEXT_MAX + 1], head[256];

    wb_time_text(now, wb_now_utc_us(), true);
    snprintf(head, sizeof head, "%.12s %-5s %s: %.*s ", now + 11, level_names[level], state.process,
             EVENT_MAX, event);
    put_text(out, head);
}

static void
tell(wb_log_level level, const char *event, const char *fmt, wb_view text)
{
    line out;

    out.len = 0;
    if (state.text_form) {
        begin_text(&out, level, event);
        put_plain(&out, text);
    } else {
        begin_json(&out, level, event);
        put_pairs(&out, fmt, text);
        out.data[out.len++] = '}';
    }
    out.data[out.len++] = '\n';
    /* One write, so that lines of several processes do not mix. */
    wb_ignore(write(STDERR_FILENO, out.data, out.len) < 0, "nobody is left to be told");
}

/* Tells what was kept back, once its second is over. */
static void
tell_kept_back(int64_t second)
{
    char text[EVENT_MAX + 48];
    int len;

    for (size_t i = 0; i < RATE_SLOTS && state.kept_back; i++) {
        rate_slot *slot = &state.slots[i];

        if (slot->kept_back == 0 || slot->second == second)
            continue;
        len = snprintf(text, sizeof text, "of=%s count=%llu", slot->event,
                       (unsigned long long)slot->kept_back);
        state.kept_back -= slot->kept_back;
        slot->kept_back = 0;
        tell(WB_WARN, "log.kept_back", "of=%s count=%llu", (wb_view){text, (size_t)len});
    }
}

/* Two events that share a slot share their allowance as well; what was kept back is told first. */
static bool
allowed(const char *event)
{
    int64_t second = wb_now_ms() / WB_MS_PER_S;
    rate_slot *slot = &state.slots[wb_hash64(event, strlen(event), 0) % RATE_SLOTS];

    if (state.kept_back)
        tell_kept_back(second);
    if (slot->second != second) {
        slot->second = second;
        slot->told = 0;
        snprintf(slot->event, sizeof slot->event, "%s", event);
    }
    if (slot->told < RATE_PER_S) {
        slot->told++;
        return true;
    }
    slot->kept_back++;
    state.kept_back++;
    return false;
}

void
wb_log_init(const char *process)
{
    const char *level = getenv("WB_LOG"), *form = getenv("WB_LOG_FORM");

    snprintf(state.process, sizeof state.process, "%s", process);
    for (size_t i = 0; level && i < WB_COUNT(level_names); i++)
        if (strcmp(level, level_names[i]) == 0)
            state.level = (wb_log_level)i;
    state.text_form = form ? strcmp(form, "text") == 0 : isatty(STDERR_FILENO) == 1;
}

void
wb_log_set_level(wb_log_level level)
{
    state.level = level;
}

void
wb_log_trace(const uint8_t *trace)
{
    static const uint8_t none[TRACE_SIZE];

    state.traced = trace && memcmp(trace, none, sizeof none) != 0;
    if (state.traced)
        memcpy(state.trace, trace, sizeof state.trace);
}

void
wb_log(wb_log_level level, const char *event, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES];
    va_list args;
    int len;

    if (level < state.level || !allowed(event))
        return;
    va_start(args, fmt);
    len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len >= sizeof text)
        len = sizeof text - 1;
    tell(level, event, fmt, (wb_view){text, (size_t)len});
}
