/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members: the last beat counts, changes are told, claims are judged, the silent are forgotten
 */
#include "broker/members.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "tests/unit/suite.h"

#define SHARDS 8

static broker_members *members;
static size_t gone;

/* A beat at a moment, and what the broker makes of it. */
typedef struct {
    int64_t at_ms;
    const char *instance;
    uint64_t incarnation, number;
    uint8_t store;
    uint16_t first, count; /* claims */
    uint64_t generation;
    bool known, moved;
    size_t refused;
} step;

static const step steps[] = {
    {0,    "mapper-1", 11, 1, 1, 0, 4, 1, true,  true,  0}, /* new */
    {100,  "mapper-1", 11, 2, 1, 0, 4, 1, true,  false, 0}, /* nothing changed */
    {100,  "mapper-1", 11, 1, 1, 0, 4, 1, false, false, 0}, /* late */
    {200,  "mapper-1", 12, 1, 1, 0, 4, 1, true,  true,  0}, /* restarted */
    {300,  "mapper-2", 21, 1, 2, 4, 4, 1, true,  true,  0}, /* the other half */
    {400,  "mapper-3", 31, 1, 3, 2, 4, 1, true,  true,  4}, /* of both halves: refused */
    {500,  "mapper-3", 31, 2, 3, 2, 4, 1, true,  false, 0}, /* told once */
    {600,  "mapper-4", 41, 1, 4, 2, 4, 2, true,  true,  0}, /* at a higher generation */
    {700,  "mapper-2", 21, 2, 2, 4, 4, 1, true,  false, 0}, /* the first claim is not refused */
    {9000, "mapper-1", 12, 2, 1, 0, 4, 1, true,  false, 0}, /* long after: was not expired yet */
};

static void
pack(const step *at, wb_buf *out)
{
    wb_beat beat = {
        .stage = WB_STAGE_MAP,
        .incarnation = at->incarnation,
        .number = at->number,
        .store = {{at->store}},
        .every_ms = 1000,
        .state = {.commits = at->number * 10},
    };
    wb_shard_claim claims[SHARDS];

    snprintf(beat.instance, sizeof beat.instance, "%s", at->instance);
    snprintf(beat.work, sizeof beat.work, "ipc:///x/%s.work", at->instance);
    for (uint16_t i = 0; i < at->count; i++)
        claims[i] = (wb_shard_claim){(uint16_t)(at->first + i), at->generation};
    wb_beat_set_claims(&beat, claims, at->count);
    wb_beat_pack(&beat, out);
    wb_beat_fini(&beat);
}

static broker_word
take(const step *at)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    broker_word word = {0};
    wb_err err = {0};

    wb_buf_init(&packed, WB_BEAT_MAX);
    pack(at, &packed);
    ck_assert_msg(broker_members_take(members, wb_buf_view(&packed), at->at_ms, &word, &err) ==
                      WB_OK,
                  "%s", err.text);
    return word;
}

static void
setup(void)
{
    members = broker_members_new(SHARDS);
    gone = 0;
}

static void
teardown(void)
{
    broker_members_destroy(&members);
}

START_TEST(each_beat_is_judged)
{
    for (size_t i = 0; i < WB_COUNT(steps); i++) {
        broker_word word = take(&steps[i]);
        ck_assert_msg(word.known == steps[i].known, "step %zu known", i);
        ck_assert_msg(word.moved == steps[i].moved, "step %zu moved", i);
        ck_assert_msg(word.refused == steps[i].refused, "step %zu refused %zu", i, word.refused);
        if (word.known)
            ck_assert_str_eq(word.instance, steps[i].instance);
    }
}
END_TEST

static void
on_gone(void *arg, const wb_beat *beat)
{
    (void)arg;
    ck_assert_str_eq(beat->instance, "mapper-1");
    gone++;
}

/* Silent after five of its periods, told once; back with its next beat. Its claim is free then. */
START_TEST(the_silent_are_told_once_and_come_back)
{
    static const step second = {9000, "mapper-2", 21, 1, 2, 0, 4, 1, true, true, 0};
    static const step back = {9500, "mapper-1", 11, 5, 1, 0, 4, 1, true, true, 4};

    take(&steps[0]);
    broker_members_expire(members, 4999, on_gone, NULL);
    ck_assert_uint_eq(gone, 0);
    broker_members_expire(members, 5000, on_gone, NULL);
    broker_members_expire(members, 6000, on_gone, NULL);
    ck_assert_uint_eq(gone, 1);
    ck_assert_uint_eq(take(&second).refused, 0);
    ck_assert(take(&back).moved);
}
END_TEST

static void
on_refused(void *arg, const broker_word *word)
{
    (void)arg;
    ck_assert_str_eq(word->instance, "mapper-2");
    ck_assert_str_eq(word->refused_by, "mapper-1");
    ck_assert_uint_eq(word->refused, 4);
    gone++;
}

/* It was told once: who subscribed a moment later never heard of it. */
START_TEST(a_second_claim_is_told_as_long_as_it_lasts)
{
    static const step second = {200, "mapper-2", 21, 1, 2, 0, 4, 1, true, true, 4};
    static const step gives_up = {300, "mapper-2", 21, 2, 2, 0, 0, 1, true, true, 0};

    take(&steps[0]);
    broker_members_refused(members, on_refused, NULL);
    ck_assert_uint_eq(gone, 0);
    ck_assert_uint_eq(take(&second).refused, 4);
    broker_members_refused(members, on_refused, NULL);
    broker_members_refused(members, on_refused, NULL);
    ck_assert_uint_eq(gone, 2);
    take(&gives_up);
    broker_members_refused(members, on_refused, NULL);
    ck_assert_uint_eq(gone, 2);
}
END_TEST

/* What call.directory answers: commits of a store, and all members with their flags. */
START_TEST(the_directory_tells_commits_ages_and_flags)
{
    static const wb_id store = {{1}}, other = {{9}};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    uint64_t seen = 0, age = 0, flags = 0, all_flags = 0;
    uint32_t count = 0, parts = 0;
    wb_view beat;
    wb_unpack from;
    wb_err err = {0};

    for (size_t i = 0; i < 8; i++)
        take(&steps[i]);
    broker_members_expire(members, 5150, on_gone, NULL); /* mapper-1: 200 ms at the latest */
    wb_buf_init(&out, WB_BODY_MAX);
    broker_members_pack(members, &store, 10000, &out);
    ck_assert_int_eq(wb_pack_scan(wb_buf_view(&out), 1000, &err), WB_OK);
    wb_unpack_init(&from, wb_buf_view(&out));
    ck_assert_int_eq(wb_unpack_array(&from, &count, "all", &err), WB_OK);
    ck_assert_uint_eq(count, 1 + 4);
    ck_assert_int_eq(wb_unpack_uint(&from, &seen, "seen", &err), WB_OK);
    ck_assert_uint_eq(seen, 20); /* the highest, not the last */
    for (uint32_t i = 1; i < count; i++) {
        ck_assert_int_eq(wb_unpack_array(&from, &parts, "member", &err), WB_OK);
        ck_assert_int_eq(wb_unpack_bytes(&from, &beat, "beat", &err), WB_OK);
        ck_assert_int_eq(wb_unpack_uint(&from, &age, "age", &err), WB_OK);
        ck_assert_int_eq(wb_unpack_uint(&from, &flags, "flags", &err), WB_OK);
        ck_assert_uint_ge(age, 9000);
        all_flags += flags;
    }
    ck_assert_uint_eq(all_flags, BROKER_MEMBER_REFUSED);
    wb_buf_clear(&out);
    broker_members_pack(members, &other, 10000, &out);
    wb_unpack_init(&from, wb_buf_view(&out));
    ck_assert_int_eq(wb_unpack_array(&from, &count, "all", &err), WB_OK);
    ck_assert_int_eq(wb_unpack_uint(&from, &seen, "seen", &err), WB_OK);
    ck_assert_uint_eq(seen, 0);
}
END_TEST

START_TEST(what_is_no_beat_is_refused)
{
    broker_word word = {0};

    ck_assert_int_eq(broker_members_take(members, WB_VIEW_LIT("junk"), 0, &word, NULL), WB_REJECT);
    ck_assert_int_eq(broker_members_take(members, WB_VIEW_LIT("\x80"), 0, &word, NULL), WB_REJECT);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {each_beat_is_judged,                        0},
        {the_silent_are_told_once_and_come_back,     0},
        {a_second_claim_is_told_as_long_as_it_lasts, 0},
        {the_directory_tells_commits_ages_and_flags, 0},
        {what_is_no_beat_is_refused,                 0},
        {NULL,                                       0},
    };

    return wb_suite_run_in("broker.members", rows, setup, teardown);
}
