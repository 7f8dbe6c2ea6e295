/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as records of separated cells: refused where something is wrong, or read to the end.
 *
 * Input: a byte that chooses the separator, the text.
 */
#include "protocol/base/text.h"
#include "protocol/csv.h"
#include "tests/fuzz/fuzz.h"

static void
check_record(const wb_csv *csv, const char *end)
{
    FUZZ_MUST(csv->count >= 1 && csv->count <= WB_CSV_CELLS_MAX);
    FUZZ_MUST(csv->line >= 1 && csv->at_line >= csv->line && csv->at <= end);
    for (size_t i = 0; i < csv->count; i++)
        FUZZ_MUST(csv->cells[i].column >= 1 && wb_text_is_utf8(csv->cells[i].text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = {',', ';', '\t'};
    wb_view text = {(const char *)data + 1, size ? size - 1 : 0};
    size_t records = 0;
    bool found = true;
    wb_err err = {0};
    wb_rc rc = WB_OK;
    wb_csv csv;

    if (!size)
        return 0;
    wb_csv_init(&csv, text, separators[data[0] % sizeof separators]);
    while (!rc && found) {
        rc = wb_csv_next(&csv, &found, &err);
        if (!rc && found)
            check_record(&csv, text.data + text.len);
        FUZZ_MUST(++records <= size + 1); /* each takes a byte at least */
    }
    FUZZ_MUST(!rc || (rc == WB_REJECT && err.text[0] && csv.at_line >= 1 && csv.at_column >= 1));
    wb_csv_fini(&csv);
    return 0;
}
