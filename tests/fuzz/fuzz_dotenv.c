/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a .env file: refused with a line, or names that are names and values without a NUL.
 */
#include <string.h>

#include "actors/runtime/config/config.h"
#include "protocol/base/own.h"
#include "tests/fuzz/fuzz.h"

static wb_rc
take(void *arg, const char *name, const char *value, wb_err *err)
{
    size_t *bytes = arg;

    (void)err;
    FUZZ_MUST(*name && (*name < '0' || *name > '9') && !strpbrk(name, "= \t\r\n\"'"));
    *bytes += strlen(value);
    return WB_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t bytes = 0;
    wb_err err = {0};

    if (wb_dotenv_read((wb_view){(const char *)data, size}, take, &bytes, &err))
        FUZZ_MUST(err.rc == WB_FATAL && err.text[0]);
    FUZZ_MUST(bytes <= size);
    return 0;
}
