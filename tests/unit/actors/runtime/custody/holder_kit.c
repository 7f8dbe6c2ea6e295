/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder_kit - see holder_kit.h
 */
#include "tests/unit/actors/runtime/custody/holder_kit.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "storage/jobs.h"

kit in;
rig disk;
node a, b;
wb_custody custody;
wb_holder *holder;
wb_way way;
uint64_t told[WB_OUTCOME_COUNT];
wb_priority priority;
const char *source;
size_t most;
uint64_t revision_there;
size_t new_next, new_end;

static const node_conf sender = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
const node_conf receiver = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

static void
failed(void *arg)
{
    (void)arg;
    ck_abort_msg("the store can be read");
}

/* --- rows --- */

wb_view
row_name(char *dst, size_t n)
{
    for (size_t i = 0; i < 8; i++)
        dst[i] = (char)(uint8_t)((uint64_t)n >> (56 - 8 * i));
    return (wb_view){dst, 8};
}

wb_envelope *
message_of(size_t n)
{
    char record[48];
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("sample"),
                       .account = wb_view_of(source),
                       .record_kind = WB_RECORD_ORDER,
                       .priority = priority,
                       .observed_utc_us = 1,
                       .body = WB_VIEW_LIT("x")};
    int len = snprintf(record, sizeof record, "default/shop/order/%zu", n % 10);

    env.record = (wb_view){record, (size_t)len};
    memcpy(env.id.bytes, &n, sizeof n);
    env.id.bytes[15] = 1;
    return wb_envelope_copy(&env);
}

void
put(wb_txn *txn, size_t n)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = message_of(n);
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    char name[8];
    wb_job_row row = {
        .account = ACCOUNT, .name = row_name(name, n), .priority = priority, .due_utc_us = -1};

    wb_buf_init(&bytes, 4096);
    rig_ok(&disk, wb_envelope_store(env, &bytes, &disk.err));
    row.envelope = wb_buf_view(&bytes);
    rig_ok(&disk, wb_jobs_put(txn, &row, &disk.err));
}

void
store_all(size_t first, size_t end)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = rig_begin(&disk, true);

    for (size_t n = first; n < end; n++)
        put(txn, n);
    rig_commit(&disk, &txn);
}

void
store(size_t n)
{
    store_all(n, n + 1);
}

void
give(size_t n, uint64_t revision)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = message_of(n);
    char name[8];
    wb_way_row row = {revision, row_name(name, n), priority, wb_view_of(source)};

    wb_way_give(&way, &row, &env);
    ck_assert_ptr_null(env);
}

size_t
rows(void)
{
    wb_store_stats stats = {0};

    rig_ok(&disk, wb_store_stat(disk.store, &stats, &disk.err));
    return stats.rows[WB_DB_JOBS];
}

/* --- the actor's part --- */

static wb_rc
settle(void *owner, const wb_link *receipts, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;
    size_t count = 0;

    ck_assert_ptr_eq(owner, &custody);
    (void)write;
    for (wb_link *link = receipts->next; !rc && link != receipts; link = link->next) {
        const wb_parcel *parcel = WB_CONTAINER(link, wb_parcel, link);
        told[parcel->outcome]++;
        count++;
        rc = wb_jobs_delete(txn, (wb_row_name){0, parcel->way->account, parcel->row.name}, err);
    }
    most = count > most ? count : most;
    return rc;
}

static wb_rc
on_row(void *arg, const wb_job_row *row, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_rc rc = wb_envelope_load(&env, row->envelope, err);
    wb_way_row at = {.revision = revision_there,
                     .name = row->name,
                     .priority = row->priority,
                     .source = env->account};
    WB_AUTO(wb_envelope_destroy) wb_envelope *sent = NULL;

    env->again = true;
    if (wb_backlog_wants(arg, &at))
        sent = wb_envelope_copy(env);
    return rc ? rc : wb_backlog_row(arg, &at, &sent);
}

static wb_rc
scan(wb_way *self, const wb_way_row *from, wb_backlog *into, wb_txn *txn, wb_err *err)
{
    return wb_jobs_scan(txn, (wb_row_name){0, self->account, from->name}, on_row, into, err);
}

static wb_rc
load(wb_way *self, const wb_way_row *row, wb_txn *txn, wb_envelope **out, wb_err *err)
{
    wb_job_row job;
    bool found = false;
    wb_rc rc = wb_jobs_get(txn, (wb_row_name){0, self->account, row->name}, &job, &found, err);

    return rc || !found ? rc : wb_envelope_load(out, job.envelope, err);
}

/* Before the rows that wait are told that there is room. */
static void
moved(void *owner)
{
    (void)owner;
    if (new_next < new_end)
        give(new_next++, 0);
}

/* --- a life --- */

void
live(void)
{
    wb_holder_actor actor = {.name = "rows",
                             .receipt_point = "test.receipt",
                             .deleted_point = "test.deleted",
                             .settle = settle,
                             .scan = scan,
                             .load = load,
                             .moved = moved};

    node_open(&a, &in, &sender);
    rig_ok(&disk, wb_commit_new(&custody.commit, in.loop, disk.store, &disk.err));
    custody.store = disk.store;
    custody.lanes = a.lanes;
    custody.instance = sender.instance;
    custody.fail = failed;
    holder = wb_holder_new(&custody, &actor, &custody);
    way = (wb_way){0};
    wb_way_open(&way, holder, ACCOUNT);
}

/* As a kill: memory is gone, what is queued is not applied, the store stays. */
void
die(void)
{
    wb_way_close(&way);
    wb_holder_destroy(&holder);
    wb_commit_destroy(&custody.commit);
    node_close(&a);
}

void
holder_setup(void)
{
    kit_open(&in);
    rig_init(&disk);
    memset(told, 0, sizeof told);
    priority = WB_PRIORITY_BACKFILL;
    source = "shop";
    new_next = new_end = 0;
    revision_there = 0;
    live();
}

void
holder_teardown(void)
{
    die();
    node_close(&b);
    rig_fini(&disk);
    kit_close(&in);
}

void
store_and_give(size_t first, size_t end)
{
    store_all(first, end);
    for (size_t n = first; n < end; n++)
        give(n, 0);
}

bool
no_rows(void *arg)
{
    (void)arg;
    return rows() == 0;
}

bool
one_row(void *arg)
{
    (void)arg;
    return rows() == 1;
}

bool
b_took(void *arg)
{
    return b.taken >= *(size_t *)arg;
}

bool
settle_queued(void *arg)
{
    (void)arg;
    return wb_commit_queued(custody.commit) > 0 && !wb_lanes_outstanding(a.lanes);
}
