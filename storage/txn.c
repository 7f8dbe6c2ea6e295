/* SPDX-License-Identifier: Apache-2.0 */
/*
 * txn - transactions: one writer, short readers whose age is watched
 */
#include <assert.h>
#include <errno.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/inside.h"

static wb_rc
begin_write(wb_txn **out, wb_store *store, wb_err *err)
{
    wb_txn *self = &store->writer;
    MDB_txn *mdb;
    int code;

    assert(!self->mdb); /* a second one would wait for the first, for ever */
    code = mdb_txn_begin(store->env, NULL, 0, &mdb);
    if (code)
        return wb_mdb_fail(store, code, "begin", err);
    *self = (wb_txn){.store = store, .mdb = mdb, .write = true};
    *out = self;
    return WB_OK;
}

static int
spare_or_new(wb_store *store, MDB_txn **out)
{
    if (!store->spare_reader)
        return mdb_txn_begin(store->env, NULL, MDB_RDONLY, out);
    *out = wb_take(&store->spare_reader);
    return mdb_txn_renew(*out);
}

wb_rc
wb_txn_begin(wb_txn **out, wb_store *store, bool write, wb_err *err)
{
    MDB_txn *mdb = NULL;
    wb_txn *self;
    int code;

    if (write)
        return begin_write(out, store, err);
    code = spare_or_new(store, &mdb);
    if (code) {
        if (mdb)
            mdb_txn_abort(mdb);
        return wb_mdb_fail(store, code, "begin", err);
    }
    self = wb_alloc(sizeof *self);
    self->store = store;
    self->mdb = mdb;
    self->begun_ms = wb_now_ms();
    wb_list_append(&store->readers, &self->link);
    *out = self;
    return WB_OK;
}

static void
end_read(wb_txn *self)
{
    wb_store *store = self->store;

    wb_list_remove(&self->link);
    for (int young = 0; young < WB_YOUNG_COUNT; young++)
        wb_young_sorted_destroy(&self->sorted[young]);
    mdb_txn_reset(self->mdb);
    if (store->spare_reader)
        mdb_txn_abort(self->mdb);
    else
        store->spare_reader = self->mdb;
    wb_free(&self);
}

void
wb_txn_abort(wb_txn **self_p)
{
    wb_txn *self = wb_take(self_p);

    if (!self)
        return;
    if (!self->write) {
        end_read(self);
        return;
    }
    wb_loans_end(self);
    mdb_txn_abort(wb_take(&self->mdb));
    wb_events_settle(self->store, false);
    wb_young_settle(self->store, false);
    wb_aside_settle(self->store, false);
}

/* LMDB writes the pages, syncs, and only then the meta page: after any failure before that the
 * store is what it was, so a full disk is WB_FULL like a full map. LMDB calls a write that ended
 * short EIO; on a full disk that is what it was. (It matters only where the file system cannot
 * allocate ahead.) Every other failure leaves a state that only a restart can know: WB_FATAL; after
 * one of the meta page LMDB itself refuses all that follows. */
static wb_rc
commit_fail(wb_store *store, int code, wb_err *err)
{
    if (code == EIO && wb_space_disk_is_full(store))
        code = ENOSPC;
    return wb_mdb_fail(store, code, "commit", err);
}

wb_rc
wb_txn_commit(wb_txn **self_p, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *self = wb_take(self_p);
    wb_store *store = self->store;
    uint64_t young_rows;
    MDB_envinfo info;
    wb_rc rc = self->failed;
    int code;

    if (rc)
        return wb_fail(err, rc, "store: the transaction failed before");
    if (!self->write)
        return WB_OK;
    rc = wb_space_ahead(store, self->grow_bytes, err);
    if (rc)
        return rc;
    young_rows = wb_young_count(self);
    wb_loans_end(self);
    code = mdb_txn_commit(wb_take(&self->mdb));
    self = NULL;
    wb_events_settle(store, code == 0);
    wb_young_settle(store, code == 0);
    wb_aside_settle(store, code == 0);
    if (code)
        return commit_fail(store, code, err);
    mdb_env_info(store->env, &info);
    store->commits = info.me_last_txnid;
    store->young_rows = young_rows;
    return WB_OK;
}

void
wb_txn_ascending(wb_txn *self)
{
    self->ascending = true;
}
