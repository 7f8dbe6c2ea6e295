/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/topics.h"

#include "protocol/base/own.h"

static const char *const names[] = {
#define WB_TOPIC(name, text, why) text,
#include "protocol/topics.def"
#undef WB_TOPIC
};

const char *
wb_topic_name(wb_topic topic)
{
    return (size_t)topic < WB_COUNT(names) ? names[topic] : "?";
}

wb_topic
wb_topic_find(wb_view name)
{
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (wb_view_is(name, names[i]))
            return (wb_topic)i;
    return WB_TOPIC_COUNT;
}
