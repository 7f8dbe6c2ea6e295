/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"

#define EXPONENT_DIGITS_MAX 3

/* ISO 4217 currencies whose exponent is not 2, sorted. */
static const struct {
    char code[4];
    uint8_t exponent;
} odd_currencies[] = {
    {"BHD", 3},
    {"BIF", 0},
    {"CLF", 4},
    {"CLP", 0},
    {"DJF", 0},
    {"GNF", 0},
    {"IQD", 3},
    {"ISK", 0},
    {"JOD", 3},
    {"JPY", 0},
    {"KMF", 0},
    {"KRW", 0},
    {"KWD", 3},
    {"LYD", 3},
    {"OMR", 3},
    {"PYG", 0},
    {"RWF", 0},
    {"TND", 3},
    {"UGX", 0},
    {"UYI", 0},
    {"UYW", 4},
    {"VND", 0},
    {"VUV", 0},
    {"XAF", 0},
    {"XOF", 0},
    {"XPF", 0},
};

/* Ordered as the codes are. */
static uint32_t
number_of(const char *code)
{
    return (uint32_t)code[0] << 16 | (uint32_t)code[1] << 8 | (uint32_t)code[2];
}

static uint8_t
exponent_of(const char *code)
{
    uint32_t wanted = number_of(code), there;
    size_t low = 0, high = WB_COUNT(odd_currencies), middle;

    while (low < high) {
        middle = (low + high) / 2;
        there = number_of(odd_currencies[middle].code);
        if (there == wanted)
            return odd_currencies[middle].exponent;
        if (wanted < there)
            high = middle;
        else
            low = middle + 1;
    }
    return 2;
}

bool
wb_money_is_currency(wb_view code)
{
    if (code.len != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (code.data[i] < 'A' || code.data[i] > 'Z')
            return false;
    return true;
}

/* A decimal as it is written: digits * 10^scale. */
typedef struct {
    int64_t digits; /* with its sign */
    int scale;
} decimal;

/* At least one digit, added to `value`, which may not overflow; how many; 0 = bad. */
static size_t
take_digits(const char *at, const char *end, int64_t *value)
{
    size_t count = 0;

    for (; at < end && *at >= '0' && *at <= '9'; at++, count++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, *at - '0', value))
            return 0;
    return count;
}

static bool
take_exponent(const char *at, const char *end, int *scale)
{
    bool minus = at < end && *at == '-';
    int64_t value = 0;
    size_t count;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    count = take_digits(at, end, &value);
    if (count == 0 || count > EXPONENT_DIGITS_MAX || at + count != end)
        return false;
    *scale += (int)(minus ? -value : value);
    return true;
}

static bool
take_decimal(decimal *out, wb_view text)
{
    const char *at = text.data, *end;
    decimal value = {0};
    size_t count;
    bool minus;

    if (text.len == 0)
        return false;
    end = at + text.len;
    minus = *at == '-';
    at += minus;
    count = take_digits(at, end, &value.digits);
    if (count == 0)
        return false;
    at += count;
    if (at < end && *at == '.') {
        count = take_digits(at + 1, end, &value.digits);
        if (count == 0 || count > 100)
            return false;
        value.scale = -(int)count;
        at += count + 1;
    }
    if (at < end && (*at != 'e' && *at != 'E'))
        return false;
    if (at < end && !take_exponent(at + 1, end, &value.scale))
        return false;
    value.digits = minus ? -value.digits : value.digits;
    *out = value;
    return true;
}

/* Exactly to scale 0: no digit may be lost. */
static bool
settle_scale(decimal *value)
{
    if (value->digits == 0)
        value->scale = 0;
    for (; value->scale > 0; value->scale--)
        if (__builtin_mul_overflow(value->digits, 10, &value->digits))
            return false;
    for (; value->scale < 0; value->scale++, value->digits /= 10)
        if (value->digits % 10)
            return false;
    return true;
}

bool
wb_money_scaled(int64_t *out, wb_view amount, int digits)
{
    decimal value;

    if (!take_decimal(&value, amount))
        return false;
    value.scale += digits;
    if (!settle_scale(&value))
        return false;
    *out = value.digits;
    return true;
}

wb_rc
wb_money_parse(wb_money *out, wb_view amount, wb_view currency, wb_err *err)
{
    wb_money money = {0};
    decimal value;

    if (!wb_money_is_currency(currency))
        return wb_fail(err, WB_REJECT, "not a currency code");
    if (!take_decimal(&value, amount))
        return wb_fail(err, WB_REJECT, "not an amount");
    memcpy(money.currency, currency.data, 3);
    money.exponent = exponent_of(money.currency);
    value.scale += money.exponent;
    if (!settle_scale(&value))
        return wb_fail(err, WB_REJECT, "amount with more digits than %s has", money.currency);
    money.minor = value.digits;
    *out = money;
    return WB_OK;
}

void
wb_money_text(wb_buf *out, const wb_money *money)
{
    uint64_t value = money->minor < 0 ? 0 - (uint64_t)money->minor : (uint64_t)money->minor;
    char text[48], *at = text + sizeof text;

    for (unsigned i = 0; i < money->exponent && i < 18; i++, value /= 10)
        *--at = (char)('0' + value % 10);
    if (money->exponent)
        *--at = '.';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    if (money->minor < 0)
        *--at = '-';
    wb_buf_add(out, at, (size_t)(text + sizeof text - at));
}

void
wb_money_add(wb_money *sum, const wb_money *part, bool *ok)
{
    if (!part->currency[0]) {
        *ok &= part->exponent != WB_MONEY_UNREAD;
        return;
    }
    if (!sum->currency[0])
        *sum = *part;
    else if (memcmp(sum->currency, part->currency, 3) != 0 || sum->exponent != part->exponent ||
             __builtin_add_overflow(sum->minor, part->minor, &sum->minor))
        *ok = false;
}
