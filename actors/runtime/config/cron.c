/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cron - five fields in a zone, and when they are true next
 *
 * Local times are counted as minutes of a calendar without gaps; an instant is found for each. The
 * rules of a zone come from libc: the process's TZ is ours, nothing else here reads local time.
 * Start reading at the bottom.
 */
#include "actors/runtime/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define DAY_S INT64_C(86400)
#define HORIZON_DAYS (366 * 9) /* 29 February may be eight years away */
#define ZONE_MAX 64

typedef struct {
    uint64_t minutes, hours, days, months, weekdays; /* bit sets */
    bool any_day, any_weekday;                       /* the field begins with a star */
} cron;

typedef struct {
    const char *what;
    int low, high;
    const char *const *names; /* of low, low + 1, ... */
} field;

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                          "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const field fields[] = {
    {"minute",       0, 59, NULL         },
    {"hour",         0, 23, NULL         },
    {"day of month", 1, 31, NULL         },
    {"month",        1, 12, month_names  },
    {"day of week",  0, 7,  weekday_names},
};

static const struct {
    const char *name, *means;
} nicknames[] = {
    {"@hourly",   "0 * * * *"},
    {"@daily",    "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly",   "0 0 * * 0"},
    {"@monthly",  "0 0 1 * *"},
    {"@yearly",   "0 0 1 1 *"},
};

static wb_rc
parse_value(const field *f, wb_view text, int *out, wb_err *err)
{
    int64_t number = 0;

    for (int i = 0; f->names && f->names[i]; i++) {
        if (wb_text_same_nocase(text, wb_view_of(f->names[i]))) {
            *out = f->low + i;
            return WB_OK;
        }
    }
    if (wb_text_int(&number, text, NULL) || number < f->low || number > f->high)
        return wb_fail(err, WB_FATAL, "cron: '%.*s' is no %s (%d to %d)", WB_VIEW_ARG(text),
                       f->what, f->low, f->high);
    *out = (int)number;
    return WB_OK;
}

/* Cut `text` at the first `c`: true when there was one, `tail` is what follows. */
static bool
cut(wb_view *text, char c, wb_view *tail)
{
    const char *at = text->len ? memchr(text->data, c, text->len) : NULL;

    if (!at)
        return false;
    *tail = (wb_view){at + 1, text->len - (size_t)(at - text->data) - 1};
    text->len = (size_t)(at - text->data);
    return true;
}

/* "*", "*\/5", "3", "1-5", "1-5/2", "mon-fri" */
static wb_rc
parse_range(const field *f, wb_view text, uint64_t *bits, wb_err *err)
{
    wb_view range = text, step = {0}, tail = {0};
    bool stepped = cut(&range, '/', &step);
    int low = f->low, high = f->high;
    int64_t by = 1;
    wb_rc rc;

    if (!wb_view_is(range, "*")) {
        bool open = cut(&range, '-', &tail);

        rc = parse_value(f, range, &low, err);
        if (!rc && open)
            rc = parse_value(f, tail, &high, err);
        else if (!rc && !stepped)
            high = low; /* "7/5" runs to the end, as in other crons */
        if (rc)
            return rc;
    }
    if (stepped && (wb_text_int(&by, step, NULL) || by < 1 || by > f->high))
        return wb_fail(err, WB_FATAL, "cron: '%.*s' is no step of the %s", WB_VIEW_ARG(step),
                       f->what);
    if (low > high)
        return wb_fail(err, WB_FATAL, "cron: the %s range '%.*s' runs backwards", f->what,
                       WB_VIEW_ARG(text));
    for (int i = low; i <= high; i += (int)by)
        *bits |= UINT64_C(1) << i;
    return WB_OK;
}

static wb_rc
parse_field(const field *f, wb_view text, uint64_t *bits, wb_err *err)
{
    wb_view rest = text, part;
    bool more;
    wb_rc rc;

    do {
        part = rest;
        more = cut(&part, ',', &rest);
        rc = parse_range(f, part, bits, err);
        if (rc)
            return rc;
    } while (more);
    return WB_OK;
}

static wb_rc
parse(cron *out, const char *expression, wb_err *err)
{
    uint64_t *const sets[] = {&out->minutes, &out->hours, &out->days, &out->months, &out->weekdays};
    wb_view parts[WB_COUNT(fields) + 1];
    size_t count = 0;
    wb_rc rc;

    for (size_t i = 0; i < WB_COUNT(nicknames); i++) {
        if (strcmp(expression, nicknames[i].name) == 0)
            expression = nicknames[i].means;
    }
    for (const char *at = expression; count < WB_COUNT(parts);) {
        at += strspn(at, " \t");
        if (!*at)
            break;
        parts[count] = (wb_view){at, strcspn(at, " \t")};
        at += parts[count++].len;
    }
    if (count != WB_COUNT(fields))
        return wb_fail(err, WB_FATAL,
                       "cron: '%s' has not five fields (minute hour day month weekday)",
                       expression);
    for (size_t i = 0; i < WB_COUNT(fields); i++) {
        rc = parse_field(&fields[i], parts[i], sets[i], err);
        if (rc)
            return rc;
    }
    if (out->weekdays >> 7 & 1)
        out->weekdays |= 1; /* 7 is Sunday too */
    out->any_day = parts[2].data[0] == '*';
    out->any_weekday = parts[4].data[0] == '*';
    return WB_OK;
}

/* libc takes an unknown zone for UTC without a word, so the zone's file is looked at. */
static wb_rc
check_zone(const char *zone, wb_err *err)
{
    const char *folder = getenv("TZDIR");
    char path[512];

    if (strcmp(zone, "UTC") == 0)
        return WB_OK;
    (void)snprintf(path, sizeof path, "%s/%s", folder ? folder : "/usr/share/zoneinfo", zone);
    if (!zone[0] || strlen(zone) > ZONE_MAX || zone[0] == '/' || strstr(zone, "..") ||
        !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", zone[0]) || access(path, R_OK))
        return wb_fail(err, WB_FATAL, "cron: '%.64s' is no known time zone (as Europe/Berlin)",
                       zone);
    return WB_OK;
}

/* The text stays in the environment and only its end changes: other threads may be reading. */
static void
use_zone(const char *zone)
{
    static char slot[4 + ZONE_MAX + 1] = "TZ=:";
    const char *now = getenv("TZ");

    if (now && strcmp(now, slot + 3) == 0 && strcmp(slot + 4, zone) == 0)
        return;
    (void)snprintf(slot + 4, sizeof slot - 4, "%s", zone);
    if (now != slot + 3)
        (void)putenv(slot);
    tzset();
}

/* Seconds east of UTC at an instant. */
static int64_t
offset_at(int64_t utc_s)
{
    time_t t = (time_t)utc_s;
    struct tm local;

    return localtime_r(&t, &local) ? (int64_t)local.tm_gmtoff : 0;
}

/* The first instant whose local time is `local_s` or later: the first of two in a repeated hour,
 * the end of the gap in a skipped one. */
static int64_t
instant_of(int64_t local_s)
{
    int64_t before = offset_at(local_s - DAY_S), after = offset_at(local_s + DAY_S);
    int64_t low = local_s - after, high = local_s - before, middle;

    if (offset_at(high) == before)
        return high; /* also when nothing changes, and the first of two */
    if (offset_at(low) == after)
        return low;
    while (high - low > 1) { /* a gap: where the offset changes */
        middle = low + (high - low) / 2;
        if (offset_at(middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static bool
day_fits(const cron *self, int64_t day)
{
    time_t t = (time_t)(day * DAY_S);
    struct tm date;
    bool by_day, by_weekday;

    if (!gmtime_r(&t, &date) || !(self->months >> (date.tm_mon + 1) & 1))
        return false;
    by_day = self->days >> date.tm_mday & 1;
    by_weekday = self->weekdays >> date.tm_wday & 1;
    if (self->any_day || self->any_weekday)
        return by_day && by_weekday;
    return by_day || by_weekday; /* both given: either, as in every cron */
}

/* The first fitting local minute >= `minute` (counted from 1970); -1 = none. */
static int64_t
next_fit(const cron *self, int64_t minute)
{
    int64_t day = minute / 1440, last = day + HORIZON_DAYS, in_day = minute % 1440;

    for (; day < last; day++, in_day = 0) {
        if (!day_fits(self, day))
            continue;
        for (; in_day < 1440; in_day++) {
            if ((self->hours >> (in_day / 60) & 1) && (self->minutes >> (in_day % 60) & 1))
                return day * 1440 + in_day;
        }
    }
    return -1;
}

wb_rc
wb_cron_next(const char *expression, const char *zone, int64_t after_utc_us, int64_t *out_utc_us,
             wb_err *err)
{
    int64_t after_s = after_utc_us / WB_US_PER_S, minute, at_s;
    cron self = {0};
    wb_rc rc;

    rc = parse(&self, expression, err);
    if (!rc)
        rc = check_zone(zone, err);
    if (rc)
        return rc;
    use_zone(zone);
    minute = (after_s + offset_at(after_s)) / 60 + 1;
    for (;; minute++) { /* a minute of a repeated hour may lie behind us: it fired already */
        minute = next_fit(&self, minute);
        if (minute < 0)
            return wb_fail(err, WB_FATAL, "cron: '%s' never comes true", expression);
        at_s = instant_of(minute * 60);
        if (at_s > after_s)
            break;
    }
    *out_utc_us = at_s * WB_US_PER_S;
    return WB_OK;
}

wb_rc
wb_cron_check(const char *expression, const char *zone, wb_err *err)
{
    int64_t next = 0;

    return wb_cron_next(expression, zone, wb_now_utc_us(), &next, err);
}
