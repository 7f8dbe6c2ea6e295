/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an envelope's header, and as a stored envelope: what is accepted is written again,
 * and that reads and writes as the same bytes.
 */
#include "protocol/base/own.h"
#include "protocol/envelope.h"
#include "protocol/limits.h"
#include "tests/fuzz/fuzz.h"

static void
check(const wb_envelope *env)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *copy = wb_envelope_copy(env);
    WB_AUTO(wb_envelope_destroy) wb_envelope *back = NULL;
    WB_AUTO(wb_buf_fini) wb_buf once = {0};
    WB_AUTO(wb_buf_fini) wb_buf twice = {0};

    wb_buf_init(&once, WB_HEADER_MAX);
    wb_buf_init(&twice, WB_HEADER_MAX);
    FUZZ_MUST(wb_envelope_encode(copy, &once, NULL) == WB_OK);
    FUZZ_MUST(wb_envelope_decode(&back, wb_buf_view(&once), env->body, NULL) == WB_OK);
    FUZZ_MUST(wb_envelope_encode(back, &twice, NULL) == WB_OK);
    FUZZ_MUST(wb_view_eq(wb_buf_view(&once), wb_buf_view(&twice)));
    FUZZ_MUST(back->unknown_pairs == env->unknown_pairs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wb_view bytes = {(const char *)data, size};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_envelope_destroy) wb_envelope *loaded = NULL;

    if (wb_envelope_decode(&env, bytes, bytes, NULL) == WB_OK)
        check(env);
    if (wb_envelope_load(&loaded, bytes, NULL) == WB_OK)
        check(loaded);
    return 0;
}
