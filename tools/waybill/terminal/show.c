/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - prints a document with indentation
 */
#include "tools/waybill/terminal/show.h"

#include "protocol/limits.h"

static void
put(FILE *out, wb_json *json, wb_json_ref ref, int depth)
{
    wb_json_type kind = wb_json_kind(json, ref);
    bool object = kind == WB_JSON_OBJECT;

    if ((!object && kind != WB_JSON_ARRAY) || !wb_json_count(json, ref)) {
        fprintf(out, "%.*s", WB_VIEW_ARG(wb_json_raw(json, ref)));
        return;
    }
    fprintf(out, "%c\n", object ? '{' : '[');
    for (wb_json_ref at = wb_json_first(json, ref); at != WB_JSON_NONE;) {
        wb_json_ref next = wb_json_next(json, at);

        fprintf(out, "%*s", 2 * (depth + 1), "");
        if (object)
            fprintf(out, "\"%.*s\": ", WB_VIEW_ARG(wb_json_key(json, at)));
        put(out, json, at, depth + 1);
        fprintf(out, "%s\n", next == WB_JSON_NONE ? "" : ",");
        at = next;
    }
    fprintf(out, "%*s%c", 2 * depth, "", object ? '}' : ']');
}

void
wb_show_json(FILE *out, wb_json *json, wb_json_ref ref)
{
    put(out, json, ref, 0);
    fprintf(out, "\n");
}
