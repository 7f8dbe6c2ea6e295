/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_mapped CONNECTOR KIND - raw bodies of records of that kind from standard input, one a line,
 * as canonical JSON, one a line; "!" and the reason where one cannot be mapped. For check_model.py.
 */
#include <stdio.h>
#include <stdlib.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"

#define LINE_MAX_BYTES (1 << 20)

static void
print_mapped(const wb_connector *connector, wb_json *json, wb_envelope *raw)
{
    const wb_field *fields = wb_canonical_fields(raw->record_kind);
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf line = {0};
    wb_mapped mapped = {0};
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_init(&line, WB_BODY_MAX);
    rc = wb_connector_map(connector, raw, json, &mapped, &err);
    if (!rc)
        rc = wb_canonical_encode(fields, wb_mapped_record(&mapped), &packed, &err);
    if (!rc)
        rc = wb_canonical_json(fields, wb_buf_view(&packed), 0, &line, &err);
    wb_mapped_fini(&mapped);
    if (rc)
        printf("!%s\n", err.text);
    else
        printf("%s\n", wb_buf_text(&line));
}

int
main(int argc, char **argv)
{
    const wb_connector *connector = argc == 3 ? kit_connector(argv[1]) : NULL;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_envelope raw = {.record_kind =
                           argc == 3 ? wb_record_kind_find(wb_view_of(argv[2])) : WB_RECORD_NONE};
    static char line[LINE_MAX_BYTES];

    if (!connector || !raw.record_kind)
        return EXIT_FAILURE;
    while (fgets(line, sizeof line, stdin)) {
        raw.body = wb_view_of(line);
        print_mapped(connector, json, &raw);
    }
    return EXIT_SUCCESS;
}
