/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the body of a message between processes: receipts, marks, the broker's answer,
 * calls to the keeper and their answers, call.events, events of records and runs.
 *
 * Input: a byte that chooses the reader, the body.
 */
#include "actors/monitor/event.h"
#include "protocol/base/own.h"
#include "protocol/bodies.h"
#include "protocol/keep.h"
#include "protocol/limits.h"
#include "protocol/mark.h"
#include "tests/fuzz/fuzz.h"

/* Reads all of a view: outside the input the sanitizer speaks. */
static void
touch(wb_view view)
{
    volatile uint8_t sum = 0;

    for (size_t i = 0; i < view.len; i++)
        sum = (uint8_t)(sum ^ (uint8_t)view.data[i]);
}

static void
try_receipts(wb_view body)
{
    wb_receipts receipts;
    wb_receipt_run run;
    uint64_t total = 0;

    if (wb_receipts_open(&receipts, body, NULL))
        return;
    while (receipts.runs && wb_receipts_next(&receipts, &run, NULL) == WB_OK) {
        FUZZ_MUST(run.count <= WB_RECEIPTS_RUN_MAX && run.first + run.count >= run.first);
        FUZZ_MUST(run.outcome > WB_OUTCOME_NONE && run.outcome < WB_OUTCOME_COUNT);
        total += run.count;
    }
    FUZZ_MUST(total <= WB_RECEIPTS_MAX);
}

static void
try_marks(wb_view body)
{
    uint32_t count = 0;
    wb_mark mark = {0};
    wb_unpack in;

    if (wb_pack_scan(body, WB_PACK_ELEMENTS_MAX, NULL))
        return;
    wb_unpack_init(&in, body);
    if (wb_unpack_array(&in, &count, "marks", NULL))
        return;
    for (uint32_t i = 0; i < count && wb_mark_read(&in, &mark, NULL) == WB_OK; i++) {
        FUZZ_MUST(mark.record.len && mark.record.len <= WB_KEY_MAX);
        FUZZ_MUST(mark.outcome < WB_OUTCOME_COUNT);
        touch(mark.record), touch(mark.target), touch(mark.remote_id), touch(mark.reason);
    }
}

static void
try_directory(wb_view body)
{
    wb_directory_answer answer;
    wb_view beat = {0};
    int64_t age_ms = 0;

    if (wb_directory_answer_open(&answer, body, NULL))
        return;
    while (answer.members && wb_directory_answer_next(&answer, &beat, &age_ms, NULL) == WB_OK) {
        FUZZ_MUST(age_ms >= 0 && age_ms <= INT32_MAX);
        touch(beat);
    }
}

static void
try_keep(wb_view body)
{
    WB_AUTO(wb_buf_fini) wb_buf once = {0};
    WB_AUTO(wb_buf_fini) wb_buf twice = {0};
    wb_keep keep, back;

    if (wb_keep_decode(&keep, body, NULL))
        return;
    wb_buf_init(&once, 2 * body.len + 512);
    wb_buf_init(&twice, 2 * body.len + 512);
    wb_keep_encode(&keep, &once);
    FUZZ_MUST(wb_keep_decode(&back, wb_buf_view(&once), NULL) == WB_OK);
    wb_keep_encode(&back, &twice);
    FUZZ_MUST(!once.overflow && wb_view_eq(wb_buf_view(&once), wb_buf_view(&twice)));
}

static void
try_feedback(wb_view body)
{
    uint32_t count = 0;
    wb_unpack in;
    wb_keep keep;

    if (wb_pack_scan(body, WB_KEEP_FEEDBACK_MAX * 64, NULL))
        return;
    wb_unpack_init(&in, body);
    if (wb_unpack_array(&in, &count, "feedback", NULL))
        return;
    for (uint32_t i = 0; i < count && wb_keep_read(&keep, &in, NULL) == WB_OK; i++)
        touch(keep.scope), touch(keep.account), touch(keep.op), touch(keep.why);
}

static void
try_events_call(wb_view body)
{
    wb_topic topic = WB_TOPIC_COUNT;
    uint64_t from = 1;

    if (wb_events_call_read(body, &topic, &from, NULL) == WB_OK)
        FUZZ_MUST(topic < WB_TOPIC_COUNT);
}

static void
try_events(wb_view body)
{
    uint32_t count = 0;
    wb_seen_event event;
    wb_view raw = {0};
    wb_unpack in;

    if (wb_pack_scan(body, WB_PACK_ELEMENTS_MAX, NULL))
        return;
    wb_unpack_init(&in, body);
    if (wb_unpack_array(&in, &count, "events", NULL))
        return;
    for (uint32_t i = 0; i < count; i++) {
        wb_run_row run;

        if (wb_seen_event_read(&in, &event, &raw, NULL))
            return;
        touch(raw), touch(event.record), touch(event.text), touch(event.run);
        if (wb_seen_run_read(raw, &run, NULL) == WB_OK)
            FUZZ_MUST(*wb_run_status_name(run.status) != '?');
    }
}

static void (*const tries[])(wb_view body) = {
    try_receipts, try_marks, try_directory, try_keep, try_feedback, try_events_call, try_events,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size)
        tries[data[0] % (sizeof tries / sizeof *tries)](
            (wb_view){(const char *)data + 1, size - 1});
    return 0;
}
