/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge - what an observation makes of a record
 *
 * Within an origin the higher pair (source time, observed-at) wins; a hash tells "unchanged" and
 * orders nothing. Across origins nothing is compared: each group of fields has an owner, and an
 * observation replaces only the groups that it covers. A source time more than five minutes ahead
 * of the vendor's clock is replaced by observed-at, and so is one that was not told, or could not
 * be read: the order of reading is the best that is known of it, and as time zero it would be older
 * than everything.
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "protocol/limits.h"
#include "protocol/records/record.h"

const wb_record_observation *
wb_mapper_heard(const wb_record_row *row, wb_view origin)
{
    for (size_t i = 0; i < row->observation_count; i++)
        if (wb_view_eq(row->observations[i].origin, origin))
            return &row->observations[i];
    return NULL;
}

static wb_record_observation *
observation_of(wb_record_row *row, wb_view origin)
{
    const wb_record_observation *known = wb_mapper_heard(row, origin);

    return known ? &row->observations[known - row->observations] : NULL;
}

static int64_t
source_time(const wb_observation *said)
{
    if (!said->source_utc_us || said->source_utc_us > said->observed_utc_us + WB_CLOCK_AHEAD_MAX_US)
        return said->observed_utc_us;
    return said->source_utc_us;
}

/* Does the source say that nothing has changed? A row of a former release has no time where the
 * source tells none. */
static bool
same_time(const wb_observation *said, const wb_record_observation *known)
{
    return known->source_utc_us ? source_time(said) == known->source_utc_us : !said->source_utc_us;
}

/* -1, 0, 1: the pair of what is said against the pair that is known. */
static int
compare(const wb_observation *said, const wb_record_observation *known)
{
    int64_t source = source_time(said);
    int64_t before = known->source_utc_us ? known->source_utc_us : known->observed_utc_us;

    if (source != before)
        return source < before ? -1 : 1;
    if (said->observed_utc_us != known->observed_utc_us)
        return said->observed_utc_us < known->observed_utc_us ? -1 : 1;
    return 0;
}

/* The groups that are stored: what the root says and what rules decide is put in when a record
 * leaves. */
static uint32_t
all_owners(const wb_field *fields)
{
    uint32_t owners = 0;

    for (; fields->type != WB_FIELD_END; fields++)
        owners |= UINT32_C(1) << fields->owner;
    return owners & ~(UINT32_C(1) << WB_OWNS_FACTS | UINT32_C(1) << WB_OWNS_DECIDED);
}

/* The newest observation of this origin: what was said now. */
static wb_rc
observe(const wb_observation *said, wb_record_row *row, const uint8_t *hash, wb_err *err)
{
    wb_record_observation *known = observation_of(row, said->origin);

    if (!known) {
        if (row->observation_count == WB_RECORD_OBSERVATIONS_MAX)
            return wb_fail(err, WB_REJECT, "more than %d origins speak of this record",
                           WB_RECORD_OBSERVATIONS_MAX);
        known = &row->observations[row->observation_count++];
        known->origin = said->origin;
    }
    known->owners = said->owners & WB_OWNERS_ALL;
    known->mapping = WB_MAPPING_NOW;
    known->source_utc_us = source_time(said);
    known->observed_utc_us = said->observed_utc_us;
    memcpy(known->hash, hash, sizeof known->hash);
    return WB_OK;
}

void
wb_mapper_revise(wb_record_row *row)
{
    int64_t now_us = wb_now_utc_us();
    uint64_t now = (uint64_t)now_us;

    row->revision = row->revision + 1 > now ? row->revision + 1 : now;
    row->changed_utc_us = now_us;
}

static wb_rc
accept(const wb_observation *said, bool found, wb_record_row *row, wb_buf *merged, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(said->kind);
    const wb_field *fields = def ? def->fields : NULL;
    wb_rc rc;

    if (found && !said->accepted && def && def->may_become &&
        !def->may_become(row->status, said->status))
        return wb_fail(err, WB_REJECT, "contradiction: %s %s that is %s cannot become %s",
                       strchr("aeio", *def->name) ? "an" : "a", def->name,
                       wb_record_status_name(def, row->status),
                       wb_record_status_name(def, said->status));
    if (found && fields && (all_owners(fields) & ~said->owners)) {
        wb_mixture from = {said->canonical, row->canonical, said->owners, 0};

        rc = wb_canonical_mix(fields, &from, merged, err);
        if (rc)
            return rc;
        row->canonical = wb_buf_view(merged);
    } else {
        row->canonical = said->canonical;
    }
    wb_mapper_revise(row);
    row->kind = said->kind;
    row->status = said->status;
    if (!found)
        row->created_utc_us = row->changed_utc_us;
    row->routed = row->routed || said->routed;
    return WB_OK;
}

/* The groups that are known of an origin. The first mapping had the address in the buyer's. */
static bool
covers(const wb_record_observation *known, const wb_observation *said)
{
    uint32_t owners = known->owners;

    if (known->mapping == 0 && (owners >> WB_ORDER_OWNS_BUYER & 1))
        owners |= UINT32_C(1) << WB_ORDER_OWNS_ADDRESS;
    return (said->owners & WB_OWNERS_ALL & ~owners) == 0;
}

/* Is all that is new in it what an older mapping could not read? The source says that nothing has
 * changed, so a target needs no new revision: it gets those fields with the next change. */
static wb_rc
learnt(const wb_observation *said, const wb_record_row *row, const wb_record_observation *known,
       bool *out, wb_err *err)
{
    wb_mixture from = {said->canonical, row->canonical, said->owners, known->mapping};

    *out = false;
    if (known->mapping >= WB_MAPPING_NOW || !same_time(said, known) || !covers(known, said) ||
        (said->routed && !row->routed) || !wb_canonical_fields(said->kind))
        return WB_OK;
    return wb_canonical_same(said->kind, &from, out, err);
}

/* It is named all the same, later than before, by a list that may tell all there is: what it does
 * not name is there no more (stock/swept.c). */
static bool
is_named_later(const wb_observation *said, wb_record_row *row)
{
    const wb_record_def *def = wb_record_def_of(said->kind);
    wb_record_observation *known = observation_of(row, said->origin);

    if (!def || !def->unlisted || said->observed_utc_us <= known->observed_utc_us)
        return false;
    known->observed_utc_us = said->observed_utc_us;
    return true;
}

/* What became of a record elsewhere: its group alone, whatever else is known. Where all that is new
 * in it makes no revision (the number that the other side gave it), or nothing of the record is to
 * be done any more (it was cancelled there, as we asked for), it is kept, and unchanged. */
static wb_rc
judge_back(const wb_observation *said, const uint8_t *hash, wb_record_row *row, wb_buf *merged,
           wb_judged *out, wb_err *err)
{
    const wb_record_observation *known = observation_of(row, said->origin);
    const wb_mixture from = {said->canonical, row->canonical, said->owners, WB_MAPPING_NOW};
    const wb_record_def *def = wb_record_def_of(said->kind);
    bool same = known && !memcmp(known->hash, hash, sizeof known->hash);
    wb_rc rc;

    if (known && compare(said, known) <= 0) {
        out->outcome = same ? WB_OUTCOME_UNCHANGED : WB_OUTCOME_STALE;
        return WB_OK;
    }
    rc = wb_canonical_same(said->kind, &from, &same, err);
    rc = rc ? rc : wb_canonical_mix(wb_canonical_fields(said->kind), &from, merged, err);
    if (rc)
        return rc;
    same = same || (def->open && !def->open(row->status));
    row->canonical = wb_buf_view(merged);
    out->outcome = same ? WB_OUTCOME_UNCHANGED : WB_OUTCOME_HANDED_ON;
    out->touch = same;
    if (!same)
        wb_mapper_revise(row);
    return observe(said, row, hash, err);
}

wb_rc
wb_mapper_judge(const wb_observation *said, bool found, wb_record_row *row, wb_buf *merged,
                wb_judged *out, wb_err *err)
{
    const wb_record_observation *known;
    uint8_t hash[WB_SHA256_LEN];
    bool same;
    int order;
    wb_rc rc;

    *out = (wb_judged){WB_OUTCOME_NONE, false};
    wb_sha256(hash, said->meaning.data ? said->meaning : said->canonical);
    if (said->back && !found)
        out->outcome = WB_OUTCOME_FILTERED;
    if (said->back)
        return found ? judge_back(said, hash, row, merged, out, err) : WB_OK;
    if (!found)
        wb_record_row_init(row);
    known = found ? observation_of(row, said->origin) : NULL;
    order = known ? compare(said, known) : 1;
    same = known && !memcmp(known->hash, hash, sizeof known->hash) && covers(known, said);
    if (known && !same && order > 0) {
        rc = learnt(said, row, known, &same, err);
        if (rc)
            return rc;
    }
    if (same) {
        out->outcome = WB_OUTCOME_UNCHANGED;
        out->touch = order > 0 || is_named_later(said, row);
        return order > 0 ? observe(said, row, hash, err) : WB_OK;
    }
    if (order <= 0) {
        out->outcome = WB_OUTCOME_STALE;
        out->touch = is_named_later(said, row);
        return WB_OK;
    }
    out->outcome = WB_OUTCOME_HANDED_ON;
    rc = accept(said, found, row, merged, err);
    return rc ? rc : observe(said, row, hash, err);
}
