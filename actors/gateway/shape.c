/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/text.h"

#define LIST_MAX 8192
#define PLACE_MAX 200
#define MESSAGE_MAX 300

void
wb_shape_errors_init(wb_shape_errors *self)
{
    *self = (wb_shape_errors){.count = 0};
    wb_buf_init(&self->list, LIST_MAX);
}

void
wb_shape_errors_fini(wb_shape_errors *self)
{
    wb_buf_fini(&self->list);
}

void
wb_shape_error(wb_shape_errors *self, const char *place, const char *message)
{
    wb_json_writer writer;

    if (self->count++ >= WB_SHAPE_ERRORS_MAX)
        return;
    if (self->list.len)
        wb_buf_add_char(&self->list, ',');
    wb_json_writer_init(&writer, &self->list);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "field", wb_view_of(place));
    wb_json_member_text(&writer, "message", wb_view_of(message));
    wb_json_close(&writer, '}');
}

/* --- one value --- */

bool
wb_words_next(const char **words, wb_view *out)
{
    size_t len = strcspn(*words, " ");

    *out = (wb_view){*words, len};
    *words += len + ((*words)[len] == ' ');
    return len > 0;
}

static bool
is_word(const char *words, wb_view value)
{
    wb_view word;

    while (wb_words_next(&words, &word))
        if (wb_view_eq(word, value))
            return true;
    return false;
}

static void
check_int(const wb_member *member, int64_t value, const char *place, wb_shape_errors *errors)
{
    char message[MESSAGE_MAX];

    if ((!member->min && !member->max) || (value >= member->min && value <= member->max))
        return;
    (void)snprintf(message, sizeof message, "has to be a number from %" PRId64 " to %" PRId64,
                   member->min, member->max);
    wb_shape_error(errors, place, message);
}

static void
check_text(const wb_member *member, wb_view value, const char *place, wb_shape_errors *errors)
{
    int64_t max = member->max ? member->max : WB_MEMBER_TEXT_MAX, at_utc_us;
    char message[MESSAGE_MAX];

    if (member->words && !is_word(member->words, value))
        (void)snprintf(message, sizeof message, "has to be one of: %s", member->words);
    else if ((int64_t)value.len > max || (int64_t)value.len < member->min)
        (void)snprintf(message, sizeof message, "has to have %" PRId64 " to %" PRId64 " bytes",
                       member->min, max);
    else if (memchr(value.data ? value.data : "", 0, value.len))
        (void)snprintf(message, sizeof message, "must have no NUL");
    else if (member->type == WB_SHAPE_TIME && wb_time_parse(&at_utc_us, value, NULL))
        (void)snprintf(message, sizeof message,
                       "has to be a time by RFC 3339, as 2026-01-31T12:00:00Z");
    else
        return;
    wb_shape_error(errors, place, message);
}

/* --- parameters --- */

void
wb_shape_check_text(const wb_member *member, wb_view value, const char *where,
                    wb_shape_errors *errors)
{
    char place[PLACE_MAX];
    int64_t number = 0;

    (void)snprintf(place, sizeof place, "%s.%s", where, member->name);
    if (member->type == WB_SHAPE_INT && wb_text_int(&number, value, NULL))
        wb_shape_error(errors, place, "has to be a whole number");
    else if (member->type == WB_SHAPE_INT)
        check_int(member, number, place, errors);
    else if (member->type == WB_SHAPE_BOOL && !is_word("true false", value))
        wb_shape_error(errors, place, "has to be true or false");
    else if (!wb_text_is_utf8(value))
        wb_shape_error(errors, place, "has to be UTF-8");
    else if (member->type != WB_SHAPE_BOOL)
        check_text(member, value, place, errors);
}

/* --- bodies --- */

static void check_object(wb_json *json, wb_json_ref at, const wb_member *members, const char *place,
                         wb_shape_errors *errors);

static void
check_list(wb_json *json, wb_json_ref at, const wb_member *member, const char *place,
           wb_shape_errors *errors)
{
    size_t number = 0;
    char element[PLACE_MAX];

    for (wb_json_ref one = wb_json_first(json, at); one != WB_JSON_NONE;
         one = wb_json_next(json, one)) {
        (void)snprintf(element, sizeof element, "%.150s[%zu]", place, number++);
        if (member->members)
            check_object(json, one, member->members, element, errors);
        else if (wb_json_kind(json, one) != WB_JSON_STRING)
            wb_shape_error(errors, element, "has to be a text");
    }
}

static void
check_member(wb_json *json, wb_json_ref at, const wb_member *member, const char *place,
             wb_shape_errors *errors)
{
    static const struct {
        wb_json_type type;
        const char *is;
    } kinds[] = {
        [WB_SHAPE_TEXT] = {WB_JSON_STRING, "has to be a text"           },
        [WB_SHAPE_INT] = {WB_JSON_NUMBER, "has to be a whole number"   },
        [WB_SHAPE_BOOL] = {WB_JSON_TRUE,   "has to be true or false"    },
        [WB_SHAPE_TIME] = {WB_JSON_STRING, "has to be a time, as a text"},
        [WB_SHAPE_OBJECT] = {WB_JSON_OBJECT, "has to be an object"        },
        [WB_SHAPE_LIST] = {WB_JSON_ARRAY,  "has to be a list"           },
    };
    wb_json_type type = wb_json_kind(json, at);
    wb_view text = {NULL, 0};
    int64_t number = 0;

    type = type == WB_JSON_FALSE ? WB_JSON_TRUE : type;
    if (type != kinds[member->type].type)
        wb_shape_error(errors, place, kinds[member->type].is);
    else if (member->type == WB_SHAPE_OBJECT)
        check_object(json, at, member->members, place, errors);
    else if (member->type == WB_SHAPE_LIST)
        check_list(json, at, member, place, errors);
    else if (member->type == WB_SHAPE_INT && wb_json_int(json, at, &number, member->name, NULL))
        wb_shape_error(errors, place, kinds[WB_SHAPE_INT].is);
    else if (member->type == WB_SHAPE_INT)
        check_int(member, number, place, errors);
    else if (type == WB_JSON_STRING && wb_json_text(json, at, &text, member->name, NULL))
        wb_shape_error(errors, place, "has to be a text");
    else if (type == WB_JSON_STRING)
        check_text(member, text, place, errors);
}

static const wb_member *
member_of(const wb_member *members, wb_view name)
{
    while (members && members->name && !wb_view_is(name, members->name))
        members++;
    return members && members->name ? members : NULL;
}

static void
check_unknown(wb_json *json, wb_json_ref at, const wb_member *members, const char *place,
              wb_shape_errors *errors)
{
    for (wb_json_ref one = wb_json_first(json, at); one != WB_JSON_NONE;
         one = wb_json_next(json, one))
        if (!member_of(members, wb_json_key(json, one))) {
            wb_shape_error(errors, place, "has a member that is not known");
            return;
        }
}

static void
check_object(wb_json *json, wb_json_ref at, const wb_member *members, const char *place,
             wb_shape_errors *errors)
{
    char inner[PLACE_MAX];

    if (wb_json_kind(json, at) != WB_JSON_OBJECT) {
        wb_shape_error(errors, place, "has to be an object");
        return;
    }
    if (!members)
        return;
    check_unknown(json, at, members, place, errors);
    for (const wb_member *member = members; member->name; member++) {
        wb_json_ref value = wb_json_get(json, at, member->name);

        (void)snprintf(inner, sizeof inner, "%.140s.%s", place, member->name);
        if (value == WB_JSON_NONE && member->required)
            wb_shape_error(errors, inner, "is missing");
        else if (value != WB_JSON_NONE &&
                 (!member->nullable || wb_json_kind(json, value) != WB_JSON_NULL))
            check_member(json, value, member, inner, errors);
    }
}

void
wb_shape_check_body(wb_json *json, const wb_member *members, wb_shape_errors *errors)
{
    check_object(json, 0, members, "body", errors);
}
