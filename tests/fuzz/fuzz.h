/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz - what every fuzz target is: one function over foreign bytes, called by libFuzzer or by
 * driver.c
 */
#ifndef WB_TESTS_FUZZ_FUZZ_H
#define WB_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input; its failure is the finding. */
#define FUZZ_MUST(condition)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

#endif
