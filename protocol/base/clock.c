/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/base/text.h"

#define DAY_S INT64_C(86400)

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const day_names[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

typedef struct {
    int year, month, day, hour, minute, second;
} moment;

/* Days since 1970-01-01 of the proleptic Gregorian calendar, counted in eras of 400 years that
 * begin on 1 March, so that the leap day is a year's last. */
static int64_t
days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2), era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static moment
moment_of(int64_t utc_us)
{
    int64_t s = utc_us / WB_US_PER_S - (utc_us % WB_US_PER_S < 0),
            days = s / DAY_S - (s % DAY_S < 0);
    int64_t day_s = s - days * DAY_S, z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    moment at;

    at.day = (int)(of_year - (153 * m + 2) / 5 + 1);
    at.month = (int)(m < 10 ? m + 3 : m - 9);
    at.year = (int)(y + era * 400 + (at.month <= 2));
    at.hour = (int)(day_s / 3600);
    at.minute = (int)(day_s / 60 % 60);
    at.second = (int)(day_s % 60);
    return at;
}

static int
month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return lengths[month - 1] + (month == 2 && leap);
}

/* `count` digits at `at`, or -1. */
static int
digits(const char *at, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

/* Second 60 is a leap second: it is the next one's 0. */
static bool
plausible(const moment *at)
{
    return at->year >= 1970 && at->year <= 2999 && at->month >= 1 && at->month <= 12 &&
           at->day >= 1 && at->day <= month_length(at->year, at->month) && at->hour >= 0 &&
           at->hour <= 23 && at->minute >= 0 && at->minute <= 59 && at->second >= 0 &&
           at->second <= 60;
}

static int64_t
utc_us_of(const moment *at)
{
    int64_t s = days_of(at->year, at->month, at->day) * DAY_S;

    return (s + at->hour * 3600 + at->minute * 60 + at->second) * WB_US_PER_S;
}

/* ".123" -> 123000; moves *at behind it; -1 = bad. */
static int64_t
fraction_us(const char **at, const char *end)
{
    int64_t us = 0, unit = 100000;
    const char *first;

    if (*at == end || **at != '.')
        return 0;
    first = ++*at;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at, unit /= 10)
        us += (**at - '0') * unit;
    return *at == first ? -1 : us;
}

/* "Z" or "+hh:mm" to the end, as seconds east; false = bad. */
static bool
zone_s(const char *at, const char *end, int64_t *out_s)
{
    int hour, minute;

    if (end - at == 1 && (*at == 'Z' || *at == 'z')) {
        *out_s = 0;
        return true;
    }
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return false;
    hour = digits(at + 1, 2);
    minute = digits(at + 4, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    *out_s = (hour * 3600 + minute * 60) * (*at == '-' ? -1 : 1);
    return true;
}

static int64_t
read_clock_us(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * WB_US_PER_S + now.tv_nsec / 1000;
}

static int64_t
test_offset_us(void)
{
    static bool known;
    static int64_t offset_us;
    int64_t s = 0;

    if (!known) {
        if (wb_text_int(&s, wb_view_of(getenv("WB_CLOCK_OFFSET_S")), NULL) == WB_OK)
            offset_us = s * WB_US_PER_S;
        known = true;
    }
    return offset_us;
}

int64_t
wb_now_utc_us(void)
{
    return read_clock_us(CLOCK_REALTIME) + test_offset_us();
}

int64_t
wb_now_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t
wb_now_ms(void)
{
    return wb_now_us() / WB_US_PER_MS;
}

wb_rc
wb_time_parse(int64_t *out_utc_us, wb_view text, wb_err *err)
{
    const char *at = text.data, *end;
    int64_t us, east_s;
    moment when;

    if (text.len < 20 || at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != 't') ||
        at[13] != ':' || at[16] != ':')
        return wb_fail(err, WB_REJECT, "not an ISO 8601 time");
    end = at + text.len;
    when = (moment){digits(at, 4),      digits(at + 5, 2),  digits(at + 8, 2),
                    digits(at + 11, 2), digits(at + 14, 2), digits(at + 17, 2)};
    at += 19;
    us = fraction_us(&at, end);
    if (!plausible(&when) || us < 0 || !zone_s(at, end, &east_s))
        return wb_fail(err, WB_REJECT, "not an ISO 8601 time of 1970 to 2999");
    *out_utc_us = utc_us_of(&when) - east_s * WB_US_PER_S + us;
    return WB_OK;
}

wb_rc
wb_time_parse_http(int64_t *out_utc_us, wb_view text, wb_err *err)
{
    const char *at = text.data;
    moment when;

    if (text.len != 29 || memcmp(at + 3, ", ", 2) != 0 || at[7] != ' ' || at[11] != ' ' ||
        at[16] != ' ' || at[19] != ':' || at[22] != ':' || memcmp(at + 25, " GMT", 4) != 0)
        return wb_fail(err, WB_REJECT, "not an HTTP date");
    when =
        (moment){digits(at + 12, 4), 0, digits(at + 5, 2), digits(at + 17, 2), digits(at + 20, 2),
                 digits(at + 23, 2)};
    for (int i = 0; i < 12; i++)
        if (memcmp(at + 8, month_names[i], 3) == 0)
            when.month = i + 1;
    if (!plausible(&when))
        return wb_fail(err, WB_REJECT, "not an HTTP date of 1970 to 2999");
    *out_utc_us = utc_us_of(&when);
    return WB_OK;
}

static char *
put_digits(char *at, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

/* Two digits and what follows them. */
static char *
put_two(char *at, int value, char then)
{
    at = put_digits(at, value, 2);
    *at++ = then;
    return at;
}

void
wb_time_text(char *dst, int64_t utc_us, bool us)
{
    moment at = moment_of(utc_us);
    int64_t rest = utc_us % WB_US_PER_S;

    dst = put_digits(dst, at.year, 4);
    *dst++ = '-';
    dst = put_two(dst, at.month, '-');
    dst = put_two(dst, at.day, 'T');
    dst = put_two(dst, at.hour, ':');
    dst = put_two(dst, at.minute, ':');
    dst = put_digits(dst, at.second, 2);
    if (us) {
        *dst++ = '.';
        dst = put_digits(dst, (int)(rest < 0 ? rest + WB_US_PER_S : rest), 6);
    }
    *dst++ = 'Z';
    *dst = '\0';
}

void
wb_time_text_compact(char *dst, int64_t utc_us)
{
    moment at = moment_of(utc_us);

    dst = put_digits(dst, at.year, 4);
    dst = put_digits(dst, at.month, 2);
    dst = put_two(dst, at.day, 'T');
    dst = put_digits(dst, at.hour, 2);
    dst = put_digits(dst, at.minute, 2);
    dst = put_two(dst, at.second, 'Z');
    *dst = '\0';
}

void
wb_time_text_http(char *dst, int64_t utc_us)
{
    moment at = moment_of(utc_us);
    int64_t days = days_of(at.year, at.month, at.day);

    memcpy(dst, day_names[(days % 7 + 7) % 7], 3);
    memcpy(dst + 3, ", ", 2);
    dst = put_two(dst + 5, at.day, ' ');
    memcpy(dst, month_names[at.month - 1], 3);
    dst[3] = ' ';
    dst = put_digits(dst + 4, at.year, 4);
    *dst++ = ' ';
    dst = put_two(dst, at.hour, ':');
    dst = put_two(dst, at.minute, ':');
    dst = put_digits(dst, at.second, 2);
    memcpy(dst, " GMT", 5);
}
