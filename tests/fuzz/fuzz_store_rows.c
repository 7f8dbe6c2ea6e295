/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a row of the store: a decoder reads nothing outside, and says OK or damaged.
 *
 * Input: a byte that chooses the decoder, a byte with the length of the key, key, value.
 */
#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "storage/decode.h"
#include "storage/row.h"
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
try_job(wb_view key, wb_view value)
{
    wb_job_row row;

    if (wb_jobs_decode(key, value, &row, NULL))
        return;
    touch(row.account), touch(row.name), touch(row.error), touch(row.envelope);
    FUZZ_MUST(row.priority < WB_PRIORITY_COUNT);
}

static void
try_ticket(wb_view key, wb_view value)
{
    wb_ticket row = {0};

    (void)key;
    if (wb_tickets_decode(value, &row, NULL))
        return;
    touch(row.op), touch(row.ticket);
    FUZZ_MUST(row.op.len > 0);
}

static void
try_mark(wb_view key, wb_view value)
{
    wb_mark_row row;

    (void)key;
    if (wb_marks_decode(value, &row, NULL))
        return;
    touch(row.remote_id);
    FUZZ_MUST(row.outcome < WB_OUTCOME_COUNT);
}

static void
try_outbox(wb_view key, wb_view value)
{
    wb_outbox_row row;

    if (wb_outbox_decode(key, value, &row, NULL))
        return;
    touch(row.target), touch(row.record), touch(row.header);
}

static void
try_parked(wb_view key, wb_view value)
{
    wb_parked_row row;

    if (wb_parked_decode(key, value, &row, NULL))
        return;
    touch(row.account), touch(row.record), touch(row.reason), touch(row.envelope);
}

static void
try_record(wb_view key, wb_view value)
{
    wb_record_row row;

    (void)key;
    if (wb_records_decode(value, &row, NULL))
        return;
    FUZZ_MUST(row.observation_count <= WB_RECORD_OBSERVATIONS_MAX);
    FUZZ_MUST(row.delivery_count <= WB_RECORD_DELIVERIES_MAX);
    for (size_t i = 0; i < row.observation_count; i++)
        touch(row.observations[i].origin);
    for (size_t i = 0; i < row.delivery_count; i++)
        touch(row.deliveries[i].target), touch(row.deliveries[i].reason);
    touch(row.root), touch(row.canonical);
}

static void
try_cursor(wb_view key, wb_view value)
{
    wb_cursor_row row;

    (void)key;
    if (wb_cursors_decode(value, &row, NULL) == WB_OK)
        touch(row.cursor), touch(row.trouble.error);
}

static void
try_run(wb_view key, wb_view value)
{
    wb_run_row row;

    if (wb_runs_decode(key, value, &row, NULL))
        return;
    touch(row.account), touch(row.stream), touch(row.error);
    FUZZ_MUST(*wb_run_status_name(row.status) != '?');
}

static void
try_task(wb_view key, wb_view value)
{
    wb_task_row row;

    if (wb_tasks_decode(key, value, &row, NULL))
        return;
    touch(row.account), touch(row.record), touch(row.name), touch(row.value);
    touch(row.parts), touch(row.error), touch(row.envelope);
    FUZZ_MUST(*wb_task_status_name(row.status) != '?');
}

static void
try_sync(wb_view key, wb_view value)
{
    wb_sync_row row;

    if (wb_syncs_decode(key, value, &row, NULL))
        return;
    touch(row.account), touch(row.note);
    FUZZ_MUST(row.part_count > 0 && row.part_count <= WB_SYNC_PARTS_MAX);
    FUZZ_MUST(row.id > 0 && row.id <= WB_SYNC_ID_MAX);
    for (size_t i = 0; i < row.part_count; i++)
        touch(row.parts[i].stream), touch(row.parts[i].error);
    FUZZ_MUST(*wb_sync_status_name(wb_sync_status_of(&row)) != '?');
}

/* What was read is written back the same. */
static void
try_number(wb_view key, wb_view value)
{
    wb_row_reader reader = wb_row_reader_of(value), again;
    uint64_t number = wb_row_get_uint(&reader);
    char bytes[16];
    wb_row_writer writer = {bytes, 0, sizeof bytes, false};

    (void)key;
    if (reader.bad)
        return;
    wb_row_put_uint(&writer, number);
    again = wb_row_reader_of(wb_row_writer_view(&writer));
    FUZZ_MUST(!writer.overflow && wb_row_get_uint(&again) == number && again.at == again.end);
}

/* The readers that all decoders are made of, in an order that the key gives. */
static void
try_readers(wb_view key, wb_view value)
{
    wb_row_reader reader = wb_row_reader_of(value);

    for (size_t i = 0; i < key.len; i++) {
        unsigned which = (unsigned char)key.data[i] % 8, count = (unsigned char)key.data[i] / 8;

        if (which == 0)
            wb_row_get_version(&reader);
        else if (which == 1)
            (void)wb_row_get_number(&reader, count % 9);
        else if (which == 2)
            (void)wb_row_get_int(&reader);
        else if (which == 3)
            FUZZ_MUST(wb_row_get_below(&reader, count) <= count);
        else if (which == 4)
            touch(wb_row_get_bytes(&reader, count));
        else if (which == 5)
            touch(wb_row_get_view(&reader));
        else if (which == 6)
            touch(wb_row_get_part(&reader));
        else
            (void)wb_row_get_uint(&reader);
        FUZZ_MUST(reader.at <= reader.end);
    }
    touch(wb_row_get_rest(&reader));
}

/* Nobody finds what a key that he does not have has sealed. */
static void
try_sealed(wb_view key, wb_view value)
{
    static const uint8_t secret[32] = {1, 2, 3};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, value.len + 1);
    FUZZ_MUST(wb_unseal(&out, secret, key, value, NULL) == WB_REJECT);
    FUZZ_MUST(out.len == 0);
}

static void (*const tries[])(wb_view key, wb_view value) = {
    try_job,    try_mark,    try_outbox, try_parked, try_record, try_cursor, try_run,
    try_number, try_readers, try_sealed, try_ticket, try_task,   try_sync,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    size_t key_len;

    if (size < 2)
        return 0;
    key_len = data[1] < size - 2 ? data[1] : size - 2;
    tries[data[0] % (sizeof tries / sizeof *tries)](
        (wb_view){bytes + 2, key_len}, (wb_view){bytes + 2 + key_len, size - 2 - key_len});
    return 0;
}
