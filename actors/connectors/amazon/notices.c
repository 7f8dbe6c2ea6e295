/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notices - one notification, from whatever it came in
 *
 * A body is the notification itself, an EventBridge event with it in `detail`, or an SNS message
 * with its text in `Message`; each may stand in the other. Members are found without regard to
 * case, because half of the types are written in PascalCase and half in camelCase.
 *
 * Nothing is guessed and nothing stops the page: what cannot be read is PARKED with its bytes.
 *
 * Source: the schemas of the notifications, as published with the API models.
 */
#include "actors/connectors/amazon/notices.h"

#include <stdio.h>
#include <string.h>

#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"

#define WRAPPERS_MAX 3

static void
park(wb_item *item, const char *why)
{
    item->outcome = WB_OUTCOME_PARKED;
    snprintf(item->reason, sizeof item->reason, "%s", why);
}

/* Find the notification in what it is wrapped in. NONE: the item is parked. */
static wb_json_ref
unwrap(wb_json *json, wb_outcomes *out, wb_item *item)
{
    wb_view text = item->body;
    wb_json_ref ref = 0, inner;

    if (wb_json_parse(json, text, NULL)) {
        park(item, "the notification is not JSON");
        return WB_JSON_NONE;
    }
    for (int depth = 0; depth < WRAPPERS_MAX; depth++) {
        if (wb_json_get_nocase(json, ref, "NotificationType") != WB_JSON_NONE)
            return ref;
        inner = wb_json_get_nocase(json, ref, "detail");
        if (wb_json_kind(json, inner) == WB_JSON_OBJECT) {
            ref = inner;
            continue;
        }
        inner = wb_json_get_nocase(json, ref, "Message");
        if (wb_json_kind(json, inner) != WB_JSON_STRING)
            break;
        if (wb_json_text(json, inner, &text, "Message", NULL))
            break;
        text = wb_outcomes_keep(out, text); /* the document of it is gone with the next line */
        if (wb_json_parse(json, text, NULL)) {
            park(item, "the wrapped notification is not JSON");
            return WB_JSON_NONE;
        }
        ref = 0;
    }
    if (wb_json_get_nocase(json, ref, "NotificationType") != WB_JSON_NONE)
        return ref;
    park(item, "not a notification: no NotificationType");
    return WB_JSON_NONE;
}

static wb_json_ref
walk(const wb_json *json, wb_json_ref ref, const char *const *path, size_t max)
{
    for (size_t i = 0; i < max && path[i]; i++)
        ref = wb_json_get_nocase(json, ref, path[i]);
    return ref;
}

static bool
has_shape(wb_json_type type, amazon_shape shape)
{
    switch (shape) {
    case AMAZON_IS_TEXT:
        return type == WB_JSON_STRING;
    case AMAZON_IS_TEXT_OR_NULL:
        return type == WB_JSON_STRING || type == WB_JSON_NULL;
    case AMAZON_IS_INT:
        return type == WB_JSON_NUMBER;
    case AMAZON_IS_ARRAY:
        return type == WB_JSON_ARRAY;
    case AMAZON_IS_OBJECT:
        return type == WB_JSON_OBJECT;
    }
    return false;
}

/* By the rules of the type: the first that is broken parks it. */
static bool
keeps_rules(const wb_json *json, wb_json_ref payload, const amazon_member_rule *rules,
            wb_item *item)
{
    for (const amazon_member_rule *rule = rules; rule->path[0]; rule++) {
        wb_json_ref ref = walk(json, payload, rule->path, AMAZON_NOTICE_PATH_MAX);
        wb_json_type type = wb_json_kind(json, ref);
        const char *name = rule->path[0];

        for (size_t i = 1; i < AMAZON_NOTICE_PATH_MAX && rule->path[i]; i++)
            name = rule->path[i];
        if (type == WB_JSON_ABSENT && !rule->required)
            continue;
        if (has_shape(type, rule->shape))
            continue;
        item->outcome = WB_OUTCOME_PARKED;
        snprintf(item->reason, sizeof item->reason, "%s is %s", name,
                 type == WB_JSON_ABSENT ? "missing" : "of the wrong type");
        return false;
    }
    return true;
}

/* A time that cannot be read is none: the order is fetched all the same. */
static int64_t
time_of(wb_json *json, wb_json_ref ref)
{
    int64_t utc_us = 0;

    wb_ignore(wb_json_time(json, ref, &utc_us, "time", NULL), "then there is none");
    return utc_us;
}

static void
read_order(wb_json *json, wb_json_ref payload, const amazon_notice_type *type, wb_outcomes *out,
           wb_item *item)
{
    wb_json_ref ref = walk(json, payload, type->order_id, SIZE_MAX);
    wb_view id = {NULL, 0};

    if (wb_json_text(json, ref, &id, "AmazonOrderId", NULL) || !id.len) {
        park(item, "AmazonOrderId is missing");
        return;
    }
    if (!amazon_order_id_ok(id)) {
        park(item, "AmazonOrderId is not an order id");
        return;
    }
    item->external = wb_outcomes_keep(out, id);
    if (type->changed)
        item->source_utc_us = time_of(json, walk(json, payload, type->changed, SIZE_MAX));
}

/* The id that tells duplicates, and makes the message id. */
static bool
read_id(wb_json *json, wb_json_ref root, wb_outcomes *out, wb_item *item)
{
    wb_json_ref metadata = wb_json_get_nocase(json, root, "NotificationMetadata");
    wb_json_ref ref = wb_json_get_nocase(json, metadata, "NotificationId");
    wb_view id = {NULL, 0};

    if (wb_json_text(json, ref, &id, "NotificationId", NULL) || !id.len ||
        id.len > WB_EXTERNAL_ID_MAX) {
        park(item, "NotificationId is missing");
        return false;
    }
    item->seen = item->what = wb_outcomes_keep(out, id);
    return true;
}

/* A text of the envelope that the reason of a parked one quotes. */
static void
park_word(wb_item *item, const char *why, wb_view word)
{
    char tame[64];

    wb_text_tame(tame, sizeof tame, word);
    item->outcome = WB_OUTCOME_PARKED;
    snprintf(item->reason, sizeof item->reason, "%s: %s", why, tame);
}

static const amazon_notice_type *
read_type(wb_json *json, wb_json_ref root, wb_item *item)
{
    wb_view name = {NULL, 0};
    const amazon_notice_type *type;

    if (wb_json_text(json, wb_json_get_nocase(json, root, "NotificationType"), &name,
                     "NotificationType", NULL) ||
        !name.len) {
        park(item, "NotificationType is not a text");
        return NULL;
    }
    type = amazon_notice_type_find(name);
    if (!type)
        park_word(item, "unknown notification type", name);
    return type;
}

/* Is the payload of a form that is known here? One that does not say is judged by its members. */
static bool
read_version(wb_json *json, wb_json_ref root, const amazon_notice_type *type, wb_item *item)
{
    wb_view version = {NULL, 0};

    if (wb_json_text(json, wb_json_get_nocase(json, root, "PayloadVersion"), &version,
                     "PayloadVersion", NULL)) {
        park(item, "PayloadVersion is not a text");
        return false;
    }
    if (!version.len || !type->versions[0])
        return true;
    for (size_t i = 0; i < AMAZON_NOTICE_VERSIONS_MAX && type->versions[i]; i++)
        if (wb_view_is(version, type->versions[i]))
            return true;
    park_word(item, "unknown payload version", version);
    return false;
}

static void
read_notice(wb_json *json, wb_json_ref root, wb_outcomes *out, wb_item *item)
{
    bool identified = read_id(json, root, out, item); /* of what is parked for its type too */
    const amazon_notice_type *type = read_type(json, root, item);
    wb_json_ref payload = wb_json_get_nocase(json, root, "Payload");

    item->event_utc_us = time_of(json, wb_json_get_nocase(json, root, "EventTime"));
    if (type && strcmp(type->name, AMAZON_TEST_NOTICE) == 0) {
        item->outcome = WB_OUTCOME_FILTERED;
        item->reason[0] = '\0';
        return;
    }
    if (!type || !identified || !read_version(json, root, type, item) ||
        !keeps_rules(json, payload, type->rules, item))
        return;
    if (type->order_id)
        read_order(json, payload, type, out, item);
    else
        item->outcome = WB_OUTCOME_FILTERED;
}

void
amazon_notice_read(wb_json *json, wb_outcomes *out, wb_item *item)
{
    wb_json_ref root;

    if (item->body.len > WB_NOTICE_MAX) {
        park(item, "the notification is larger than a queue can carry");
        return;
    }
    if (!item->body.len) {
        park(item, "the message is empty");
        return;
    }
    root = unwrap(json, out, item);
    if (root == WB_JSON_NONE)
        return;
    read_notice(json, root, out, item);
    if (item->outcome != WB_OUTCOME_PARKED && wb_json_check(json, NULL)) {
        park(item, "a member is there twice");
        item->external = (wb_view){NULL, 0}; /* which of them is not for us to say */
    }
}
