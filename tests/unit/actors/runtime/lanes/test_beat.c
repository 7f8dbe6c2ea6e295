/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beat: what is packed is read again; claims as runs; what strangers send is refused
 */
#include "actors/runtime/lanes/beat.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/pack.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

static void
fill(wb_beat *out)
{
    *out = (wb_beat){
        .instance = "mapper-1",
        .deployment = "test",
        .stage = WB_STAGE_MAP,
        .pid = 4711,
        .incarnation = UINT64_MAX,
        .store = {{1, 2, 3}         },
        .started_utc_us = 1700000000000000,
        .number = 9,
        .every_ms = 4000,
        .state = { .commits = 12, .events = {1, 2, 3, 4}, .ready = true, .note = "running"},
        .work = "ipc:///x/mapper-1.work",
        .receipts = "ipc:///x/mapper-1.receipts",
        .version = "0.1.0",
    };
}

START_TEST(what_is_packed_is_read_again)
{
    static const wb_shard_claim claims[] = {
        {0,  1},
        {2,  1},
        {4,  1},
        {5,  2},
        {63, 2},
    };
    WB_AUTO(wb_beat_fini) wb_beat beat = {0};
    WB_AUTO(wb_beat_fini) wb_beat back = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_err err = {0};

    fill(&beat);
    wb_beat_set_claims(&beat, claims, WB_COUNT(claims));
    wb_buf_init(&packed, WB_BEAT_MAX);
    wb_beat_pack(&beat, &packed);
    ck_assert_msg(wb_beat_parse(&back, wb_buf_view(&packed), 64, &err) == WB_OK, "%s", err.text);
    ck_assert_str_eq(back.instance, beat.instance);
    ck_assert_str_eq(back.deployment, beat.deployment);
    ck_assert_int_eq(back.stage, beat.stage);
    ck_assert_int_eq(back.pid, beat.pid);
    ck_assert_uint_eq(back.incarnation, beat.incarnation);
    ck_assert_mem_eq(&back.store, &beat.store, sizeof beat.store);
    ck_assert_int_eq(back.started_utc_us, beat.started_utc_us);
    ck_assert_uint_eq(back.number, beat.number);
    ck_assert_int_eq(back.every_ms, beat.every_ms);
    ck_assert_uint_eq(back.state.commits, 12);
    ck_assert_uint_eq(back.state.events[3], 4);
    ck_assert(back.state.ready);
    ck_assert_str_eq(back.state.note, "running");
    ck_assert_str_eq(back.work, beat.work);
    ck_assert_str_eq(back.receipts, beat.receipts);
    ck_assert_str_eq(back.version, "0.1.0");
    ck_assert(wb_beat_same_claims(&beat, &back));
    ck_assert_uint_eq(wb_beat_shard_count(&back), WB_COUNT(claims));
}
END_TEST

/* Claims of n instances, as `up --first` deals them, and at random. */
START_TEST(runs_say_the_same_as_the_claims)
{
    WB_AUTO(wb_beat_fini) wb_beat beat = {0};
    wb_shard_claim claims[64];
    uint64_t want[64] = {0};
    wb_rng rng = {(uint64_t)_i + 1};
    size_t count = 0;

    for (uint16_t shard = 0; shard < 64; shard++) {
        if (_i < 8 ? shard % (_i + 1) != _i / 2 : wb_rng_below(&rng, 3) != 0)
            continue;
        want[shard] = _i < 8 ? 1 : 1 + wb_rng_below(&rng, 2);
        claims[count++] = (wb_shard_claim){shard, want[shard]};
    }
    wb_beat_set_claims(&beat, claims, count);
    ck_assert_uint_eq(wb_beat_shard_count(&beat), count);
    for (uint16_t shard = 0; shard < 64; shard++)
        ck_assert_msg(wb_beat_generation(&beat, shard) == want[shard], "shard %u", shard);
    if (_i < 8)
        ck_assert_uint_le(beat.run_count, 1);
}
END_TEST

/* A change of one thing, and what must happen. */
static const struct {
    const char *why;
    uint64_t claim[4]; /* first, step, count, generation; step 0 = leave them */
    bool no_instance, no_work, no_incarnation;
    wb_rc rc;
} rows[] = {
    {"as it is",               {0},                            false, false, false, WB_OK    },
    {"a claim within",         {60, 1, 4, 1},                  false, false, false, WB_OK    },
    {"one shard too far",      {61, 1, 4, 1},                  false, false, false, WB_REJECT},
    {"a step too far",         {0, 40, 3, 1},                  false, false, false, WB_REJECT},
    {"a count that overflows", {1, UINT32_MAX, UINT32_MAX, 1}, false, false, false, WB_REJECT},
    {"no generation",          {0, 1, 1, 0},                   false, false, false, WB_REJECT},
    {"no shard",               {0, 1, 0, 1},                   false, false, false, WB_REJECT},
    {"nobody",                 {0},                            true,  false, false, WB_REJECT},
    {"nowhere",                {0},                            false, true,  false, WB_REJECT},
    {"never",                  {0},                            false, false, true,  WB_REJECT},
};

static void
pack_row(wb_buf *out, int i)
{
    const uint64_t *claim = rows[i].claim;

    wb_pack_map(out, 5);
    wb_pack_text(out, WB_VIEW_LIT("instance"));
    wb_pack_text(out, rows[i].no_instance ? WB_VIEW_LIT("") : WB_VIEW_LIT("mapper-1"));
    wb_pack_text(out, WB_VIEW_LIT("work"));
    wb_pack_text(out, rows[i].no_work ? WB_VIEW_LIT("") : WB_VIEW_LIT("ipc:///x"));
    wb_pack_text(out, WB_VIEW_LIT("incarnation"));
    wb_pack_uint(out, !rows[i].no_incarnation);
    wb_pack_text(out, WB_VIEW_LIT("of a newer release"));
    wb_pack_array(out, 0);
    wb_pack_text(out, WB_VIEW_LIT("claims"));
    wb_pack_array(out, claim[1] || claim[2] ? 4 : 0);
    for (size_t n = 0; n < 4 && (claim[1] || claim[2]); n++)
        wb_pack_uint(out, claim[n]);
}

START_TEST(what_is_no_beat_is_refused)
{
    WB_AUTO(wb_beat_fini) wb_beat beat = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_err err = {0};

    wb_buf_init(&packed, WB_BEAT_MAX);
    pack_row(&packed, _i);
    ck_assert_msg(wb_beat_parse(&beat, wb_buf_view(&packed), 64, &err) == rows[_i].rc, "%s: %s",
                  rows[_i].why, err.text);
}
END_TEST

/* Every prefix of a beat, and every byte of it changed: refused or read, never worse. */
START_TEST(damaged_beats_do_no_harm)
{
    static const wb_shard_claim claims[] = {
        {0, 1},
        {9, 4},
    };
    WB_AUTO(wb_beat_fini) wb_beat beat = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_rng rng = {5};

    fill(&beat);
    wb_beat_set_claims(&beat, claims, WB_COUNT(claims));
    wb_buf_init(&packed, WB_BEAT_MAX);
    wb_beat_pack(&beat, &packed);
    for (size_t len = 0; len < packed.len; len++) {
        WB_AUTO(wb_beat_fini) wb_beat back = {0};
        ck_assert_int_eq(wb_beat_parse(&back, (wb_view){packed.data, len}, 64, NULL), WB_REJECT);
    }
    for (size_t i = 0; i < 20000; i++) {
        WB_AUTO(wb_beat_fini) wb_beat back = {0};
        size_t at = wb_rng_below(&rng, packed.len);
        char was = packed.data[at];
        packed.data[at] = (char)wb_rng_next(&rng);
        wb_ignore(wb_beat_parse(&back, wb_buf_view(&packed), 64, NULL), "either is right");
        packed.data[at] = was;
    }
}
END_TEST

static void
on_saved(void *arg, wb_view packed)
{
    wb_buf_add_view(arg, packed);
}

START_TEST(a_saved_beat_is_found_again_and_is_replaced)
{
    char run_dir[] = "/tmp/wb-beat-XXXXXX", path[64];
    WB_AUTO(wb_buf_fini) wb_buf found = {0};
    wb_err err = {0};

    ck_assert_ptr_nonnull(folder_make(run_dir));
    wb_buf_init(&found, 1024);
    wb_beat_saved(run_dir, on_saved, &found);
    ck_assert_uint_eq(found.len, 0);
    ck_assert_int_eq(wb_beat_save(run_dir, "mapper-1", WB_VIEW_LIT("first"), &err), WB_OK);
    ck_assert_int_eq(wb_beat_save(run_dir, "mapper-1", WB_VIEW_LIT("last"), &err), WB_OK);
    wb_beat_saved(run_dir, on_saved, &found);
    ck_assert_str_eq(wb_buf_text(&found), "last");
    snprintf(path, sizeof path, "%s/mapper-1.beat", run_dir);
    unlink(path);
    rmdir(run_dir);
    ck_assert_int_eq(wb_beat_save(run_dir, "mapper-1", WB_VIEW_LIT("gone"), &err), WB_RETRY);
    wb_beat_saved(run_dir, on_saved, &found); /* no folder: nothing */
}
END_TEST

static void
save_commits(const char *run_dir, const char *instance, const wb_id *store, uint64_t commits)
{
    WB_AUTO(wb_beat_fini) wb_beat beat = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_err err = {0};

    fill(&beat);
    beat.store = *store;
    beat.state.commits = commits;
    wb_buf_init(&packed, WB_BEAT_MAX);
    wb_beat_pack(&beat, &packed);
    ck_assert_int_eq(wb_beat_save(run_dir, instance, wb_buf_view(&packed), &err), WB_OK);
}

START_TEST(the_files_tell_how_far_a_store_had_come)
{
    char run_dir[] = "/tmp/wb-beat-XXXXXX", path[64];
    static const char *const names[] = {"a", "b", "bad"};
    static const wb_id ours = {{1}}, theirs = {{2}}, nobodys = {{3}};
    wb_id former = {{0}};
    wb_err err = {0};

    ck_assert_ptr_nonnull(folder_make(run_dir));
    save_commits(run_dir, "a", &ours, 500);
    save_commits(run_dir, "b", &theirs, 900);
    ck_assert_int_eq(wb_beat_save(run_dir, "bad", WB_VIEW_LIT("no beat"), &err), WB_OK);
    ck_assert_uint_eq(wb_beat_commits(run_dir, &ours, 64), 500);
    ck_assert_uint_eq(wb_beat_commits(run_dir, &theirs, 64), 900);
    ck_assert_uint_eq(wb_beat_commits(run_dir, &nobodys, 64), 0);
    ck_assert(!wb_beat_store(run_dir, "mapper-9", 64, &former));
    ck_assert(wb_beat_store(run_dir, "mapper-1", 64, &former));
    ck_assert(!memcmp(&former, &ours, sizeof former) || !memcmp(&former, &theirs, sizeof former));
    for (size_t i = 0; i < WB_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s.beat", run_dir, names[i]);
        unlink(path);
    }
    rmdir(run_dir);
    ck_assert_uint_eq(wb_beat_commits(run_dir, &ours, 64), 0); /* no folder: nothing */
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {what_is_packed_is_read_again,                0             },
        {runs_say_the_same_as_the_claims,             40            },
        {what_is_no_beat_is_refused,                  WB_COUNT(rows)},
        {damaged_beats_do_no_harm,                    0             },
        {a_saved_beat_is_found_again_and_is_replaced, 0             },
        {the_files_tell_how_far_a_store_had_come,     0             },
        {NULL,                                        0             },
    };

    return wb_suite_run("runtime.beat", cases);
}
