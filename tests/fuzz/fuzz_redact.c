/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a value and a text that may quote it: afterwards it does not, and is no longer than
 * before.
 *
 * Input: a byte with the length of the value, the value, the text.
 */
#include <string.h>

#include "actors/runtime/outside/redact.h"
#include "protocol/base/own.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data + 1;
    WB_AUTO(wb_free) char *text = NULL;
    WB_AUTO(wb_free) char *value = NULL;
    size_t len, before;

    if (!size)
        return 0;
    len = data[0] < size - 1 ? data[0] : size - 1;
    value = wb_text_dup_len(bytes, len);
    text = wb_text_dup_len(bytes + len, size - 1 - len);
    before = strlen(text);
    wb_redact_value(text, (wb_view){value, len});
    FUZZ_MUST(strlen(text) <= before);
    if (strlen(value) == len && len >= 4 && !strchr(value, '*'))
        FUZZ_MUST(!strcasestr(text, value));
    wb_redact_record(text, WB_RECORD_ORDER, (wb_view){bytes, size - 1});
    FUZZ_MUST(strlen(text) <= before);
    return 0;
}
