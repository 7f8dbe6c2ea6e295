/* SPDX-License-Identifier: Apache-2.0 */
/*
 * targets - the accounts that records go to, each with its way
 *
 * A route that leads to the origin of a record may lead to any of a thousand accounts, of which few
 * have something on its way. So a target is opened when it is first needed: at a start those that
 * routes name, and those that have rows in the outbox. It is never closed while the process runs.
 */
#include "actors/mapper/mapper.h"

#include "protocol/base/own.h"

wb_target *
wb_target_find(const wb_mapper *mapper, wb_view key)
{
    return wb_map_find(mapper->target_of, key);
}

static wb_target *
open_target(wb_mapper *mapper, wb_account *account)
{
    wb_target *self = wb_alloc(sizeof *self);

    self->mapper = mapper;
    self->account = account;
    self->life = wb_lanes_incarnation(wb_ctx_lanes(mapper->ctx));
    if (mapper->target_count == mapper->target_cap) {
        mapper->target_cap = mapper->target_cap ? 2 * mapper->target_cap : 16;
        mapper->targets = wb_realloc(mapper->targets, mapper->target_cap * sizeof *mapper->targets);
    }
    mapper->targets[mapper->target_count++] = self;
    wb_map_put(mapper->target_of, account->key_view, self);
    wb_way_open(&self->way, mapper->holder, account->key_view);
    return self;
}

wb_target *
wb_target_of(wb_mapper *mapper, wb_view key)
{
    wb_target *self = wb_target_find(mapper, key);
    wb_account *account = self ? NULL : wb_accounts_find(wb_ctx_accounts(mapper->ctx), key);

    if (!account || !wb_connector_pushes(account->connector))
        return self;
    return open_target(mapper, account);
}

void
wb_targets_look(wb_mapper *mapper)
{
    if (!mapper->looks)
        return;
    mapper->looks = false;
    for (size_t i = 0; i < mapper->target_count; i++) {
        wb_target *target = mapper->targets[i];

        if (target->looks) {
            target->looks = false; /* a look may come back to here */
            wb_way_look(&target->way);
        }
    }
}

/* Opens those that have rows. */
static wb_rc
open_waiting(wb_mapper *mapper, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf target = {0};
    bool more = true;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(mapper->ctx), false, err);

    wb_buf_init(&target, WB_ACCOUNT_KEY_MAX);
    while (!rc && more) {
        rc = wb_outbox_next_target(txn, &target, &more, err);
        if (!rc && more)
            (void)wb_target_of(mapper, wb_buf_view(&target)); /* NULL: strays.c sees to it */
    }
    return rc;
}

/* A look may open none: it only sends. */
wb_rc
wb_targets_resume(wb_mapper *mapper, wb_err *err)
{
    wb_rc rc = open_waiting(mapper, err);

    for (size_t i = 0; !rc && i < mapper->target_count; i++)
        wb_way_resume(&mapper->targets[i]->way);
    return rc;
}

wb_rc
wb_targets_reread(wb_mapper *mapper, wb_err *err)
{
    wb_rc rc = open_waiting(mapper, err);

    for (size_t i = 0; !rc && i < mapper->target_count; i++)
        wb_way_look(&mapper->targets[i]->way);
    return rc;
}

void
wb_targets_open(wb_mapper *mapper)
{
    wb_custody custody = wb_ctx_custody(mapper->ctx);

    mapper->target_of = wb_map_new();
    mapper->holder = wb_holder_new(&custody, &wb_outbox_holder, mapper);
}

void
wb_targets_close(wb_mapper *mapper)
{
    for (size_t i = 0; i < mapper->target_count; i++) {
        wb_way_close(&mapper->targets[i]->way);
        wb_free(&mapper->targets[i]);
    }
    mapper->target_count = 0;
    wb_free(&mapper->targets);
    wb_map_destroy(&mapper->target_of);
    wb_holder_destroy(&mapper->holder);
}
