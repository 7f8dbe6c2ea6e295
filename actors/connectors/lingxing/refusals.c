/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusals - what the words of a refusal mean, which no page tells: each in one table
 */
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/base/own.h"

static bool
has_any(wb_view words, const char *const *some, size_t count)
{
    for (size_t i = 0; words.len && i < count; i++)
        if (memmem(words.data, words.len, some[i], strlen(some[i])))
            return true;
    return false;
}

/* "repeated" and "exists already". What is not recognised is parked, and comes to the same end when
 * it is tried again; what is taken for one wrongly is looked up, and not found. */
bool
lingxing_is_duplicate(wb_view words)
{
    static const char *const repeated[] = {"\xe9\x87\x8d\xe5\xa4\x8d",
                                           "\xe5\xb7\xb2\xe5\xad\x98\xe5\x9c\xa8", "duplicate",
                                           "already exist"};

    return has_any(words, repeated, WB_COUNT(repeated));
}

/* "state": somebody was faster. What is taken for it wrongly is edited again, as often as a call is
 * tried; what is not recognised is parked as it is told. */
bool
lingxing_is_state(wb_view words)
{
    static const char *const state[] = {"\xe7\x8a\xb6\xe6\x80\x81", "status"};

    return has_any(words, state, WB_COUNT(state));
}

/* What is taken for it wrongly is parked after a few tries; what is not recognised at once. */
bool
lingxing_is_passing(wb_view words)
{
    static const char *const passing[] = {
        "\xe7\xb9\x81\xe5\xbf\x99",                         /* busy */
        "\xe7\xa8\x8d\xe5\x90\x8e",                         /* later */
        "\xe8\xb6\x85\xe6\x97\xb6",                         /* a time-out */
        "\xe6\x9c\xaa\xe7\x9f\xa5\xe9\x94\x99\xe8\xaf\xaf", /* an unknown error */
        "\xe7\xb3\xbb\xe7\xbb\x9f\xe5\xbc\x82\xe5\xb8\xb8", /* the system is out of order */
    };

    return has_any(words, passing, WB_COUNT(passing));
}

/* As the page writes it, whole: an error that has a part of it would be submitted again. What is
 * not recognised is parked as it is told. */
bool
lingxing_is_not_submitted(wb_view words)
{
    static const char *const not_submitted[] = {
        "\xe6\xb2\xa1\xe6\x8f\x90\xe4\xba\xa4\xe5\xbf\xab\xe9\x80\x9f\xe5\x87\xba\xe5\xba\x93",
        "\xe6\x9c\xaa\xe6\x8f\x90\xe4\xba\xa4\xe5\xbf\xab\xe9\x80\x9f\xe5\x87\xba\xe5\xba\x93",
    };

    return has_any(words, not_submitted, WB_COUNT(not_submitted));
}

/* "is being worked on". What is taken for it wrongly is asked for until its ticket is too old. */
bool
lingxing_is_working(wb_view words)
{
    static const char *const working[] = {
        "\xe6\xad\xa3\xe5\x9c\xa8\xe5\xa4\x84\xe7\x90\x86",
        "\xe5\xa4\x84\xe7\x90\x86\xe4\xb8\xad", /* the same */
    };

    return has_any(words, working, WB_COUNT(working));
}

/* What it is about, and what is said of it, in small letters. Where both are in a text, that is
 * missing there. One that is not recognised waits for a person, as any refusal does; one taken for
 * it wrongly is asked for once an hour for some days. */
static const char *const missing_goods[] = {
    "\xe5\x95\x86\xe5\x93\x81", /* goods */
    "\xe4\xba\xa7\xe5\x93\x81", /* a product */
    "sku",                      /* the same */
};
static const char *const missing_places[] = {
    "\xe5\xba\x97\xe9\x93\xba", /* a shop */
    "store",                    /* the same */
    "\xe4\xbb\x93\xe5\xba\x93", /* a warehouse */
    "warehouse",                /* the same */
    "\xe7\x89\xa9\xe6\xb5\x81", /* a shipping method */
    "logistics",                /* the same */
};
static const char *const missing_how[] = {
    "\xe6\x9c\xaa\xe9\x85\x8d\xe5\xaf\xb9",             /* is not paired */
    "not paired",                                       /* the same */
    "\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8",             /* is not there */
    "not exist",                                        /* the same */
    "not found",                                        /* the same */
    "\xe6\x9c\xaa\xe6\x8e\x88\xe6\x9d\x83",             /* is not authorised */
    "\xe6\x8e\x88\xe6\x9d\x83\xe5\xa4\xb1\xe6\x95\x88", /* is no longer authorised */
    "authoriz",                                         /* is not, or no longer */
    "\xe6\x9c\xaa\xe5\x90\xaf\xe7\x94\xa8",             /* is not in use yet */
    "\xe5\xb7\xb2\xe5\x81\x9c\xe7\x94\xa8",             /* is out of use */
    "disabled",                                         /* the same */
    "\xe6\x9c\xaa\xe7\xbb\x91\xe5\xae\x9a",             /* is not bound */
};

typedef struct {
    bool unmet; /* something is missing that people bring in the ERP, or another system */
    bool place; /* a shop, a warehouse or a shipping method */
} meaning;

static meaning
meaning_of(wb_view words)
{
    meaning self = {.unmet = false};
    WB_AUTO(wb_buf_fini) wb_buf small = {0};
    wb_view text;

    wb_buf_init(&small, words.len + 1);
    for (size_t i = 0; i < words.len; i++)
        wb_buf_add_char(&small, words.data[i] >= 'A' && words.data[i] <= 'Z'
                                    ? (char)(words.data[i] + 'a' - 'A')
                                    : words.data[i]);
    text = wb_buf_view(&small);
    if (!text.len || !has_any(text, missing_how, WB_COUNT(missing_how)))
        return self;
    self.place = has_any(text, missing_places, WB_COUNT(missing_places));
    self.unmet = self.place || has_any(text, missing_goods, WB_COUNT(missing_goods));
    return self;
}

void
lingxing_refuse(wb_outcomes *out, size_t item, const char *what, const char *words)
{
    meaning it = meaning_of(wb_view_of(words));

    out->names_doubted = out->names_doubted || it.place;
    wb_result_set(&out->results[item], WB_RESULT_PARK, "%s%s%s%s", it.unmet ? WB_REASON_UNMET : "",
                  what, *what ? ": " : "", words);
}
