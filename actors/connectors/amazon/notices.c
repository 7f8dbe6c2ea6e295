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
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define WRAPPERS_MAX 3

/* Find the notification in what it is wrapped in. NONE: the item is parked. */
static wb_json_ref
unwrap(wb_json *json, wb_outcomes *out, wb_item *item)
{
    wb_view text = item->body;
    wb_json_ref ref = 0, inner;

    if (wb_json_parse_answer(json, text, NULL)) {
        wb_item_park(item, "the notification is not JSON");
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
        text = (wb_view){NULL, 0};
        wb_answer_text(json, inner, &text, "Message");
        text = wb_outcomes_keep(out, text); /* the document of it is gone with the next line */
        if (wb_json_parse_answer(json, text, NULL)) {
            wb_item_park(item, "the wrapped notification is not JSON");
            return WB_JSON_NONE;
        }
        ref = 0;
    }
    if (wb_json_get_nocase(json, ref, "NotificationType") != WB_JSON_NONE)
        return ref;
    wb_item_park(item, "not a notification: no NotificationType");
    return WB_JSON_NONE;
}

static wb_json_ref
walk(const wb_json *json, wb_json_ref ref, const char *const *path)
{
    for (; *path; path++)
        ref = wb_json_get_nocase(json, ref, *path);
    return ref;
}

/* A text of the envelope that the reason of a parked one quotes. */
static void
park_word(wb_item *item, const char *why, wb_view word)
{
    char tame[64];

    wb_text_tame(tame, sizeof tame, word);
    wb_item_park(item, "%s: %s", why, tame);
}

/* A time that cannot be read, or is there twice, is none: the order is fetched all the same. */
static int64_t
time_of(wb_json *json, wb_json_ref ref)
{
    int64_t utc_us = 0;

    wb_answer_time(json, ref, &utc_us, "time");
    utc_us = wb_json_check(json, NULL) ? 0 : utc_us;
    wb_json_forgive(json);
    return utc_us;
}

/* An order of another seller cannot be read with this one's grant. It is not for us to drop: the
 * notice is set aside with the order's key, so that it can be tried again when seller_id was wrong.
 */
static void
check_seller(wb_json *json, wb_json_ref ref, wb_view ours, wb_item *item)
{
    wb_view seller = {NULL, 0};

    wb_ignore(wb_json_text(json, ref, &seller, "SellerId", NULL), "then it names nobody");
    if (ours.len && seller.len && !wb_view_eq(ours, seller))
        park_word(item, "of another seller", seller);
    wb_json_forgive(json);
}

static void
read_order(wb_json *json, wb_json_ref ref, wb_outcomes *out, wb_item *item)
{
    wb_view id = {NULL, 0};

    if (wb_json_text(json, ref, &id, "AmazonOrderId", NULL))
        wb_item_park(item, "AmazonOrderId is not a text");
    else if (wb_json_check(json, NULL))
        wb_item_park(item, "a member is there twice"); /* which of them is not for us to say */
    else if (!id.len)
        wb_item_park(item, "AmazonOrderId is missing");
    else if (!amazon_order_id_ok(id))
        wb_item_park(item, "AmazonOrderId is not an order id");
    else
        item->external = wb_outcomes_keep(out, id);
    wb_json_forgive(json);
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
        wb_item_park(item, "NotificationId is missing");
        return false;
    }
    item->seen = item->what = wb_outcomes_keep(out, id);
    return true;
}

static const amazon_notice_type *
read_type(wb_json *json, wb_json_ref root, wb_view *out, wb_item *item)
{
    wb_view name = {NULL, 0};
    const amazon_notice_type *type;

    *out = name;
    if (wb_json_text(json, wb_json_get_nocase(json, root, "NotificationType"), &name,
                     "NotificationType", NULL) ||
        !name.len) {
        wb_item_park(item, "NotificationType is not a text");
        return NULL;
    }
    *out = name;
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

    wb_ignore(wb_json_text(json, wb_json_get_nocase(json, root, "PayloadVersion"), &version,
                           "PayloadVersion", NULL),
              "then it does not say");
    if (!version.len || !type->versions[0])
        return true;
    for (size_t i = 0; i < AMAZON_NOTICE_VERSIONS_MAX && type->versions[i]; i++)
        if (wb_view_is(version, type->versions[i]))
            return true;
    park_word(item, "unknown payload version", version);
    return false;
}

static void
read_notice(wb_json *json, wb_json_ref root, wb_view seller, wb_outcomes *out, wb_item *item)
{
    bool identified = read_id(json, root, out, item); /* of what is parked for its type too */
    wb_view name;
    const amazon_notice_type *type = read_type(json, root, &name, item);
    wb_json_ref payload = wb_json_get_nocase(json, root, "Payload");

    if (wb_json_check(json, NULL)) {
        wb_item_park(item, "a member is there twice"); /* which of them is not for us to say */
        return;
    }
    item->event_utc_us = time_of(json, wb_json_get_nocase(json, root, "EventTime"));
    item->type = wb_outcomes_keep(out, name);
    if (!type || !type->order_id)
        item->record_kind = WB_RECORD_NONE; /* it announces none that anybody here reads */
    if (!type)
        return;
    if (!type->order_id) { /* nobody consumes it: nothing of it is needed */
        item->outcome = WB_OUTCOME_FILTERED;
        item->reason[0] = '\0';
    }
    if (!read_version(json, root, type, item) || !type->order_id || !identified)
        return;
    read_order(json, walk(json, payload, type->order_id), out, item);
    if (item->outcome == WB_OUTCOME_NONE && type->changed)
        item->source_utc_us = time_of(json, walk(json, payload, type->changed));
    if (item->outcome == WB_OUTCOME_NONE)
        check_seller(json, walk(json, payload, type->seller), seller, item);
}

void
amazon_notice_read(wb_json *json, wb_view seller, wb_outcomes *out, wb_item *item)
{
    wb_json_ref root;

    if (item->body.len > WB_NOTICE_MAX) {
        wb_item_park(item, "the notification is larger than a queue can carry");
        return;
    }
    if (!item->body.len) {
        wb_item_park(item, "the message is empty");
        return;
    }
    root = unwrap(json, out, item);
    if (root != WB_JSON_NONE)
        read_notice(json, root, seller, out, item);
}
