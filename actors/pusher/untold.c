/* SPDX-License-Identifier: Apache-2.0 */
/*
 * untold - see untold.h
 */
#include "actors/pusher/untold.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/records/record.h"

#define AS_TOLD " than the target was told, which is told no more of it: see to what it sends"

static bool
aim_of(const wb_job *job, wb_aim *out)
{
    const wb_envelope *env = job->env;
    const wb_record_def *def = wb_record_def_of(env->record_kind);
    void *record;
    bool read;

    /* where all states are told nothing is left untold */
    if (!def || !def->aim || !job->account->connector->not_sent)
        return false;
    record = wb_alloc(def->size);
    read = !wb_canonical_decode(def->fields, env->body, record, def->size, NULL);
    if (read) {
        def->aim(record, out);
        wb_canonical_fini(def->fields, record);
    }
    wb_free(&record);
    return read;
}

void
wb_untold_note(const wb_job *job, bool known, wb_mark_row *mark)
{
    wb_aim aim;

    _Static_assert(sizeof aim == sizeof mark->aim, "a mark has room for it");
    mark->aimed = known && aim_of(job, &aim);
    if (mark->aimed)
        memcpy(mark->aim, &aim, sizeof aim);
}

const char *
wb_untold_why(const wb_job *job, const wb_mark_row *mark)
{
    wb_aim now, told;
    bool elsewhere, goods;

    if (!mark->aimed || !mark->revision || !aim_of(job, &now))
        return NULL;
    memcpy(&told, mark->aim, sizeof told);
    elsewhere = wb_aim_elsewhere(&now, &told);
    goods = wb_aim_other_goods(&now, &told);
    if (elsewhere && goods)
        return WB_PUMP_REFUSED WB_REASON_CONFLICT
            "the channel has another address and other quantities" AS_TOLD;
    if (elsewhere)
        return WB_PUMP_REFUSED WB_REASON_CONFLICT "the channel has another address" AS_TOLD;
    return goods ? WB_PUMP_REFUSED WB_REASON_CONFLICT "the channel has other quantities" AS_TOLD
                 : NULL;
}

bool
wb_untold_is_conflict(const wb_job *job)
{
    return wb_view_begins(wb_view_of(job->error), WB_VIEW_LIT(WB_PUMP_REFUSED WB_REASON_CONFLICT));
}
