/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the header block of an answer: what is found lies inside it, waits and limits stay
 * in their bounds, and no connector trips over it, whatever the status.
 */
#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/contract/kit.h"
#include "tests/fuzz/fuzz.h"

#define DAY_MS INT64_C(86400000)

static const struct {
    const char *connector, *op;
} readers[] = {
    {"amazon",  "sqs.receive" },
    {"amazon",  "orders.get"  },
    {"amazon",  "lwa.refresh" },
    {"webhook", "records.push"},
    {"sample",  "orders.list" },
};

static void
check_lines(const wb_response *response)
{
    static const char *const names[] = {"date", "retry-after", "x-amzn-ratelimit-limit",
                                        "x-amzn-errortype", ""};
    wb_view block = response->headers;
    int64_t number = 0, wait_ms = wb_response_retry_ms(response, KIT_NOW_US);

    FUZZ_MUST(wait_ms >= 0 && wait_ms <= DAY_MS);
    for (size_t i = 0; i < WB_COUNT(names); i++) {
        wb_view found = wb_response_header(response, names[i]);

        FUZZ_MUST(!found.len ||
                  (found.data >= block.data && found.data + found.len <= block.data + block.len));
        if (wb_rate_parse(&number, found))
            FUZZ_MUST(number >= 0);
        if (wb_time_parse_http(&number, found, NULL) == WB_OK)
            FUZZ_MUST(number >= 0);
    }
}

static void
check_readers(const char *headers)
{
    static const int statuses[] = {200, 301, 400, 401, 403, 404, 408, 429, 500, 503};
    static kit kits[WB_COUNT(readers)];

    for (size_t i = 0; i < WB_COUNT(readers); i++) {
        if (!kits[i].connector) {
            kit_init(&kits[i], kit_connector(readers[i].connector));
            kit_op(&kits[i], readers[i].op);
            if (kits[i].call.op->verb != WB_VERB_PULL)
                kit_item(&kits[i], "1-1");
        }
        for (size_t k = 0; k < WB_COUNT(statuses); k++) {
            wb_rc rc = kit_read(&kits[i], statuses[k], headers, WB_VIEW_LIT("{}"));

            FUZZ_MUST(rc == WB_OK || kits[i].err.text[0]);
            FUZZ_MUST(kits[i].out.retry_ms >= 0 && kits[i].out.learnt_rate_micro >= 0);
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    WB_AUTO(wb_free) char *text = wb_text_dup_len((const char *)data, size);
    wb_response response = {
        .headers = {(const char *)data, size}
    };

    check_lines(&response);
    if (size < 512)
        check_readers(text);
    return 0;
}
