/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration, and as a cron expression: refused with a reason, or read whole.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/runtime/config/config.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/fuzz/fuzz.h"

#define AFTER_UTC_US (INT64_C(1790000000) * WB_US_PER_S)

static void
check_config(wb_view bytes)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};
    wb_rc rc = wb_config_parse(&config, bytes, "/nowhere", wb_connectors, &problems, &err);
    const wb_config_tree *tree;

    if (rc) {
        FUZZ_MUST(rc == WB_FATAL && !config && problems.count > 0 && err.text[0]);
        for (size_t i = 0; i < problems.count; i++)
            FUZZ_MUST(problems.rows[i].line >= 0 && problems.rows[i].text[0]);
        return;
    }
    FUZZ_MUST(config && !problems.count);
    tree = wb_config_tree_of(config);
    FUZZ_MUST(tree->state && tree->deployment && tree->shards > 0 && tree->stages.mapper > 0);
    for (size_t i = 0; i < tree->accounts.count; i++)
        FUZZ_MUST(wb_config_connector_of(config, i) && wb_config_options_of(config, i));
}

static void
check_cron(wb_view bytes)
{
    WB_AUTO(wb_free) char *text = wb_text_dup_len(bytes.data, bytes.len);
    int64_t next = 0, again = 0;

    if (wb_cron_next(text, "UTC", AFTER_UTC_US, &next, NULL))
        return;
    FUZZ_MUST(next > AFTER_UTC_US && next % (60 * WB_US_PER_S) == 0);
    FUZZ_MUST(wb_cron_next(text, "UTC", next - WB_US_PER_S, &again, NULL) == WB_OK);
    FUZZ_MUST(again == next); /* nothing between */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wb_view bytes = {(const char *)data, size};

    check_config(bytes);
    if (size < 128)
        check_cron(bytes);
    return 0;
}
