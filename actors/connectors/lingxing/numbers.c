/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbers - of system orders, as a text that cursors and tickets keep: "103,104"
 */
#include "actors/connectors/lingxing/lingxing.h"

#include <string.h>

wb_view
lingxing_next_number(wb_view *list)
{
    const char *comma = memchr(list->data, ',', list->len);
    wb_view one = {list->data, comma ? (size_t)(comma - list->data) : list->len};

    list->data += one.len + (comma != NULL);
    list->len -= one.len + (comma != NULL);
    return one;
}

bool
lingxing_has_number(wb_view list, wb_view number)
{
    while (list.len)
        if (wb_view_eq(lingxing_next_number(&list), number))
            return true;
    return false;
}
