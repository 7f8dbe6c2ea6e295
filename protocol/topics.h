/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topics - classes of the event bus (topics.def)
 */
#ifndef WB_PROTOCOL_TOPICS_H
#define WB_PROTOCOL_TOPICS_H

#include "protocol/base/buf.h"

typedef enum {
#define WB_TOPIC(name, text, why) WB_TOPIC_##name,
#include "protocol/topics.def"
#undef WB_TOPIC
    WB_TOPIC_COUNT
} wb_topic;

const char *wb_topic_name(wb_topic topic);
/* WB_TOPIC_COUNT = unknown. */
wb_topic wb_topic_find(wb_view name);

#endif
