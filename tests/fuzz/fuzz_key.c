/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a printed key, as times, numbers and amounts: a key has one spelling.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/canonical.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "tests/fuzz/fuzz.h"

static void
check_key(wb_view bytes)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_key_parts parts;

    wb_buf_init(&out, WB_KEY_MAX);
    if (wb_key_parse(&parts, bytes, NULL))
        return;
    FUZZ_MUST(wb_key_print(&out, wb_view_of(parts.tenant), wb_view_of(parts.account), parts.kind,
                           wb_view_of(parts.external), NULL) == WB_OK);
    FUZZ_MUST(wb_view_eq(wb_buf_view(&out), bytes));
}

static void
check_time(wb_view bytes)
{
    char text[WB_TIME_TEXT_MAX + 1];
    int64_t utc_us = 0, back = 0;

    if (wb_time_parse(&utc_us, bytes, NULL))
        return;
    wb_time_text(text, utc_us, true);
    if (utc_us >= 0 && text[0] < '3') /* a zone may lead out of the years that are read */
        FUZZ_MUST(wb_time_parse(&back, wb_view_of(text), NULL) == WB_OK && back == utc_us);
}

static void
check_money(wb_view bytes)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_money money = {0}, back = {0};

    wb_buf_init(&text, 64);
    if (wb_money_parse(&money, bytes, WB_VIEW_LIT("USD"), NULL))
        return;
    wb_money_text(&text, &money);
    FUZZ_MUST(wb_money_parse(&back, wb_buf_view(&text), WB_VIEW_LIT("USD"), NULL) == WB_OK);
    FUZZ_MUST(back.minor == money.minor);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wb_view bytes = {(const char *)data, size};
    WB_AUTO(wb_buf_fini) wb_buf plain = {0};
    int64_t number;

    wb_buf_init(&plain, 2 * size + 1);
    check_key(bytes);
    check_time(bytes);
    check_money(bytes);
    wb_ignore(wb_text_int(&number, bytes, NULL), "any answer will do");
    wb_ignore(wb_time_parse_http(&number, bytes, NULL), "any answer will do");
    wb_ignore(wb_unpercent(&plain, bytes, NULL), "any answer will do");
    return 0;
}
