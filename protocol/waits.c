/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/waits.h"

#include "protocol/base/own.h"

static const struct {
    const char *word, *means, *who;
} rows[] = {
#define WB_WAIT(name, word, means, who) {word, means, who},
#include "protocol/waits.def"
#undef WB_WAIT
};

const char *
wb_wait_name(wb_wait wait)
{
    return (size_t)wait < WB_COUNT(rows) ? rows[wait].word : "?";
}

const char *
wb_wait_means(wb_wait wait)
{
    return (size_t)wait < WB_COUNT(rows) ? rows[wait].means : "?";
}

const char *
wb_wait_who(wb_wait wait)
{
    return (size_t)wait < WB_COUNT(rows) ? rows[wait].who : "?";
}

wb_wait
wb_wait_find(wb_view name)
{
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        if (wb_view_is(name, rows[i].word))
            return (wb_wait)i;
    return WB_WAIT_COUNT;
}
