/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beat - see beat.h. Written as a map with text keys, so that a reader in any language can take
 * what it knows and leave the rest.
 */
#include "actors/runtime/lanes/beat.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/pack.h"

#define BEAT_ELEMENTS_MAX 8192

void
wb_beat_fini(wb_beat *self)
{
    wb_free(&self->runs);
    *self = (wb_beat){0};
}

/* --- claims --- */

/* A claim goes on a run that has its generation and its step (any step, when it has one shard). */
static bool
extend(wb_claim_run *run, const wb_shard_claim *claim)
{
    uint16_t step;

    if (claim->generation != run->generation || claim->shard <= run->first)
        return false;
    step = (uint16_t)(claim->shard - run->first);
    if (run->count == 1)
        run->step = step;
    else if (claim->shard != run->first + run->step * run->count)
        return false;
    run->count++;
    return true;
}

void
wb_beat_set_claims(wb_beat *self, const wb_shard_claim *claims, size_t count)
{
    wb_free(&self->runs);
    self->run_count = 0;
    if (!count)
        return;
    self->runs = wb_alloc(count * sizeof *self->runs);
    for (size_t i = 0; i < count; i++)
        if (!self->run_count || !extend(&self->runs[self->run_count - 1], &claims[i]))
            self->runs[self->run_count++] =
                (wb_claim_run){claims[i].shard, 1, 1, claims[i].generation};
}

size_t
wb_beat_shard_count(const wb_beat *self)
{
    size_t count = 0;

    for (size_t i = 0; i < self->run_count; i++)
        count += self->runs[i].count;
    return count;
}

uint64_t
wb_beat_generation(const wb_beat *self, uint16_t shard)
{
    for (size_t i = 0; i < self->run_count; i++) {
        const wb_claim_run *run = &self->runs[i];
        if (shard >= run->first && (shard - run->first) % run->step == 0 &&
            (shard - run->first) / run->step < run->count)
            return run->generation;
    }
    return 0;
}

bool
wb_beat_same_claims(const wb_beat *a, const wb_beat *b)
{
    if (a->run_count != b->run_count)
        return false;
    for (size_t i = 0; i < a->run_count; i++)
        if (a->runs[i].first != b->runs[i].first || a->runs[i].step != b->runs[i].step ||
            a->runs[i].count != b->runs[i].count || a->runs[i].generation != b->runs[i].generation)
            return false;
    return true;
}

static void
put_claims(const wb_beat *self, wb_buf *out)
{
    wb_pack_array(out, (uint32_t)(4 * self->run_count));
    for (size_t i = 0; i < self->run_count; i++) {
        wb_pack_uint(out, self->runs[i].first);
        wb_pack_uint(out, self->runs[i].step);
        wb_pack_uint(out, self->runs[i].count);
        wb_pack_uint(out, self->runs[i].generation);
    }
}

static wb_rc
take_run(wb_claim_run *out, wb_unpack *from, uint16_t shards, wb_err *err)
{
    uint64_t number[4] = {0};
    wb_rc rc = WB_OK;

    for (size_t i = 0; i < 4 && !rc; i++)
        rc = wb_unpack_uint(from, &number[i], "claim", err);
    if (rc)
        return rc;
    if (!number[1] || !number[2] || !number[3] || number[0] >= shards || number[1] > shards ||
        number[2] > shards || number[0] + number[1] * (number[2] - 1) >= shards)
        return wb_fail(err, WB_REJECT, "a claim beyond the %u shards", shards);
    *out = (wb_claim_run){(uint16_t)number[0], (uint16_t)number[1], (uint16_t)number[2], number[3]};
    return WB_OK;
}

static wb_rc
take_claims(wb_beat *self, wb_unpack *from, uint16_t shards, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(from, &count, "claims", err);

    if (rc)
        return rc;
    if (count % 4 || count / 4 > WB_SHARDS_MAX)
        return wb_fail(err, WB_REJECT, "%u numbers are no claims", count);
    wb_free(&self->runs);
    self->runs = wb_alloc(count / 4 * sizeof *self->runs);
    self->run_count = count / 4;
    for (size_t i = 0; i < self->run_count && !rc; i++)
        rc = take_run(&self->runs[i], from, shards, err);
    return rc;
}

/* --- fields: rows --- */

typedef enum { TEXT, UINT, INT, BOOL, BYTES16, STAGE, EVENTS, CLAIMS } shape;

typedef struct {
    const char *key;
    shape shape;
    size_t offset, size;
} row;

#define ROW(key, shape, field)                                                                     \
    {                                                                                              \
        key, shape, offsetof(wb_beat, field), sizeof(((wb_beat *)0)->field)                        \
    }

static const row rows[] = {
    ROW("instance", TEXT, instance),
    ROW("deployment", TEXT, deployment),
    ROW("stage", STAGE, stage),
    ROW("pid", INT, pid),
    ROW("incarnation", UINT, incarnation),
    ROW("store", BYTES16, store),
    ROW("started", INT, started_utc_us),
    ROW("number", UINT, number),
    ROW("every", INT, every_ms),
    ROW("commits", UINT, state.commits),
    ROW("events", EVENTS, state.events),
    ROW("ready", BOOL, state.ready),
    ROW("note", TEXT, state.note),
    ROW("work", TEXT, work),
    ROW("receipts", TEXT, receipts),
    ROW("version", TEXT, version),
    ROW("claims", CLAIMS, runs),
};

static void
put_row(const wb_beat *self, const row *field, wb_buf *out)
{
    const void *at = (const char *)self + field->offset;

    switch (field->shape) {
    case TEXT:
        wb_pack_text(out, wb_view_of(at));
        break;
    case UINT:
        wb_pack_uint(out, *(const uint64_t *)at);
        break;
    case INT:
        wb_pack_int(out, *(const int64_t *)at);
        break;
    case BOOL:
        wb_pack_bool(out, *(const bool *)at);
        break;
    case BYTES16:
        wb_pack_bytes(out, (wb_view){at, field->size});
        break;
    case STAGE:
        wb_pack_text(out, self->stage ? wb_view_of(wb_stage_name(self->stage)) : WB_VIEW_LIT(""));
        break;
    case EVENTS:
        wb_pack_array(out, WB_TOPIC_COUNT);
        for (size_t i = 0; i < WB_TOPIC_COUNT; i++)
            wb_pack_uint(out, self->state.events[i]);
        break;
    case CLAIMS:
        put_claims(self, out);
    }
}

void
wb_beat_pack(const wb_beat *self, wb_buf *out)
{
    wb_pack_map(out, WB_COUNT(rows));
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_pack_text(out, wb_view_of(rows[i].key));
        put_row(self, &rows[i], out);
    }
}

/* A newer release may count more classes than we know. */
static wb_rc
take_events(wb_beat *self, wb_unpack *from, wb_err *err)
{
    uint32_t count = 0;
    uint64_t sequence;
    wb_rc rc = wb_unpack_array(from, &count, "events", err);

    for (uint32_t i = 0; i < count && !rc; i++) {
        rc = wb_unpack_uint(from, &sequence, "events", err);
        if (!rc && i < WB_COUNT(self->state.events))
            self->state.events[i] = sequence;
    }
    return rc;
}

static wb_rc
take_bytes(void *at, const row *field, wb_unpack *from, wb_err *err)
{
    wb_view bytes = {0};
    wb_rc rc = wb_unpack_bytes(from, &bytes, field->key, err);

    if (rc)
        return rc;
    if (bytes.len != field->size)
        return wb_fail(err, WB_REJECT, "%s of %zu bytes", field->key, bytes.len);
    memcpy(at, bytes.data, bytes.len);
    return WB_OK;
}

static wb_rc
take_row(wb_beat *self, const row *field, wb_unpack *from, uint16_t shards, wb_err *err)
{
    void *at = (char *)self + field->offset;
    wb_view text = {0};
    wb_rc rc;

    switch (field->shape) {
    case TEXT:
        rc = wb_unpack_text(from, &text, field->key, err);
        return rc ? rc : wb_text_set(at, field->size, text, err);
    case UINT:
        return wb_unpack_uint(from, at, field->key, err);
    case INT:
        return wb_unpack_int(from, at, field->key, err);
    case BOOL:
        return wb_unpack_bool(from, at, field->key, err);
    case BYTES16:
        return take_bytes(at, field, from, err);
    case STAGE:
        rc = wb_unpack_text(from, &text, field->key, err);
        self->stage = rc ? WB_STAGE_NONE : wb_stage_find(text);
        return rc;
    case EVENTS:
        return take_events(self, from, err);
    case CLAIMS:
        return take_claims(self, from, shards, err);
    }
    return WB_OK;
}

static const row *
row_of(wb_view key)
{
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        if (wb_view_is(key, rows[i].key))
            return &rows[i];
    return NULL;
}

static wb_rc
take_all(wb_beat *self, wb_unpack *from, uint16_t shards, wb_err *err)
{
    uint32_t pairs = 0;
    wb_view key = {0};
    wb_rc rc = wb_unpack_map(from, &pairs, "beat", err);

    for (uint32_t i = 0; i < pairs && !rc; i++) {
        const row *field;
        rc = wb_unpack_text(from, &key, "key of a beat", err);
        field = row_of(key);
        if (!rc)
            rc = field ? take_row(self, field, from, shards, err) : wb_unpack_skip(from, NULL, err);
    }
    if (!rc && (!self->instance[0] || !self->incarnation || !self->work[0]))
        rc = wb_fail(err, WB_REJECT, "a beat without instance, incarnation or work inlet");
    return rc;
}

wb_rc
wb_beat_parse(wb_beat *out, wb_view packed, uint16_t shards, wb_err *err)
{
    wb_beat beat = {0};
    wb_unpack from;
    wb_rc rc;

    if (packed.len > WB_BEAT_MAX)
        return wb_fail(err, WB_REJECT, "beat of %zu bytes; at most %d", packed.len, WB_BEAT_MAX);
    rc = wb_pack_scan(packed, BEAT_ELEMENTS_MAX, err);
    if (rc)
        return rc;
    wb_unpack_init(&from, packed);
    rc = take_all(&beat, &from, shards, err);
    if (rc) {
        wb_beat_fini(&beat);
        return rc;
    }
    *out = beat;
    return WB_OK;
}
