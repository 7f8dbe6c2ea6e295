/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock/guard.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "storage/vault.h"

#define NAME_MAX_LEN (WB_ACCOUNT_KEY_MAX + 16)

static wb_view
name_of(wb_view shop, wb_buf *room)
{
    wb_buf_init(room, NAME_MAX_LEN);
    wb_buf_add_text(room, "guard/");
    wb_buf_add_view(room, shop);
    return wb_buf_view(room);
}

wb_rc
wb_guard_get(wb_txn *txn, wb_view shop, wb_guard_state *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_view value = {0};
    wb_rc rc = wb_meta_get(txn, name_of(shop, &room), &value, err);

    *out = (wb_guard_state){0};
    if (!rc && value.len == sizeof *out)
        memcpy(out, value.data, sizeof *out);
    return rc;
}

static wb_rc
put_state(wb_txn *txn, wb_view shop, const wb_guard_state *state, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};

    return wb_meta_put(txn, name_of(shop, &room), (wb_view){(const char *)state, sizeof *state},
                       err);
}

/* --- counting --- */

/* What is too old leaves. A clock that was set back begins anew. */
static void
pass_time(const wb_guard *self, wb_guard_state *state)
{
    int64_t part_us = self->within_ms * WB_US_PER_MS / WB_GUARD_PARTS;
    int64_t passed = (self->now_utc_us - state->part_utc_us) / part_us;
    bool anew = self->now_utc_us < state->part_utc_us || passed >= WB_GUARD_PARTS;

    if (!anew && passed <= 0)
        return;
    if (anew) {
        memset(state->zeros, 0, sizeof state->zeros);
        state->at_least = 0;
        state->part_utc_us = self->now_utc_us;
        return;
    }
    memmove(state->zeros + passed, state->zeros,
            (WB_GUARD_PARTS - (size_t)passed) * sizeof *state->zeros);
    memset(state->zeros, 0, (size_t)passed * sizeof *state->zeros);
    state->part_utc_us += passed * part_us;
}

static int64_t
zeros_of(const wb_guard_state *state)
{
    int64_t sum = 0;

    for (size_t i = 0; i < WB_GUARD_PARTS; i++)
        sum += state->zeros[i];
    return sum;
}

/* +1: it comes to zero; -1: it comes back; 0: neither. */
static int
step_of(const wb_stock_claim *claim)
{
    const wb_count *before = claim->wanted.known ? &claim->wanted : &claim->shown;
    bool was_zero = before->known && before->value <= 0;

    if (claim->number.value == 0)
        return was_zero ? 0 : 1;
    return was_zero && claim->wanted.known ? -1 : 0;
}

/* What came to zero before it was counted is not taken off. */
static void
take_back(wb_guard_state *state)
{
    for (size_t i = 0; i < WB_GUARD_PARTS; i++) {
        if (!state->zeros[i])
            continue;
        state->zeros[i]--;
        return;
    }
}

/* --- how many listings it has --- */

typedef struct {
    int64_t count, enough;
} counting;

static wb_rc
count_one(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    counting *self = arg;

    (void)record;
    (void)err;
    self->count += row->wanted && row->status != WB_LISTING_DELETED;
    return self->count >= self->enough ? WB_FULL : WB_OK;
}

static wb_rc
count_listings(const wb_guard *self, wb_txn *txn, counting *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf prefix = {0};

    wb_buf_init(&prefix, WB_KEY_MAX);
    wb_buf_add_view(&prefix, self->shop);
    wb_buf_addf(&prefix, "/%s/", wb_record_kind_name(WB_RECORD_LISTING));
    return wb_records_scan(txn, self->shard, (wb_kv_range){.prefix = wb_buf_view(&prefix)},
                           count_one, out, err);
}

/* Are they too many? Listings are counted only as far as that is needed, and twice as far as it was
 * the last time, so that many zeros cost a look at each listing or two. */
static wb_rc
is_too_many(const wb_guard *self, wb_txn *txn, wb_guard_state *state, bool *out, wb_err *err)
{
    int64_t zeros = zeros_of(state), least = (zeros * 100 + self->percent - 1) / self->percent;
    counting listings = {.enough = 2 * least};
    wb_rc rc = WB_OK;

    *out = false;
    if (zeros * 100 <= self->percent * WB_GUARD_LISTINGS_MIN || state->at_least >= least)
        return WB_OK;
    rc = count_listings(self, txn, &listings, err);
    state->at_least = (uint32_t)listings.count;
    *out = !rc && listings.count < least && listings.count >= WB_GUARD_LISTINGS_MIN;
    state->stop_zeros = (uint32_t)zeros;
    state->stop_listings = (uint32_t)listings.count;
    return rc;
}

/* --- asking --- */

static bool
is_off(const wb_guard *self, const wb_guard_state *state)
{
    int64_t since_us = self->now_utc_us - state->released_utc_us;

    return !self->percent ||
           (state->released_utc_us && since_us >= 0 && since_us < self->within_ms * WB_US_PER_MS);
}

wb_rc
wb_guard_ask(const wb_guard *self, wb_txn *txn, const wb_stock_claim *claim, bool *may,
             bool *tripped, wb_err *err)
{
    int step = step_of(claim);
    wb_guard_state state;
    wb_rc rc = wb_guard_get(txn, self->shop, &state, err);

    *tripped = false;
    *may = !rc && (!state.stopped_utc_us || !self->percent);
    if (!*may || !step || is_off(self, &state))
        return rc;
    pass_time(self, &state);
    if (step < 0)
        take_back(&state);
    else
        state.zeros[0]++;
    rc = step > 0 ? is_too_many(self, txn, &state, tripped, err) : WB_OK;
    if (*tripped)
        state.stopped_utc_us = self->now_utc_us;
    *may = !*tripped;
    return rc ? rc : put_state(txn, self->shop, &state, err);
}

wb_rc
wb_guard_release(const wb_guard *self, wb_txn *txn, bool *was, wb_err *err)
{
    wb_guard_state state;
    wb_rc rc = wb_guard_get(txn, self->shop, &state, err);

    *was = !rc && state.stopped_utc_us != 0;
    if (!*was)
        return rc;
    state = (wb_guard_state){.released_utc_us = self->now_utc_us};
    return put_state(txn, self->shop, &state, err);
}
