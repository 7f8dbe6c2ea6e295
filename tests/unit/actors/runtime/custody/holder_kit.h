/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder_kit - one way of a holder, for its tests: rows are jobs of one account, the receiver is a
 * mapper
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_CUSTODY_HOLDER_KIT_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_CUSTODY_HOLDER_KIT_H

#include "actors/runtime/custody/holder.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/storage/store_rig.h"

#define ACCOUNT WB_VIEW_LIT("default/shop")
#define ROWS 60

extern kit in;
extern rig disk;
extern node a, b; /* the sender is a */
extern const node_conf receiver;
extern wb_custody custody;
extern wb_holder *holder;
extern wb_way way;
extern uint64_t told[WB_OUTCOME_COUNT]; /* by the transactions that settled */
extern wb_priority priority;            /* of the messages that are made */
extern const char *source;              /* of the messages that are made: an account */
extern uint64_t revision_there;         /* of the rows, as the store has them */
extern size_t most;                     /* rows that one of them deleted */
extern size_t new_next, new_end;        /* given one by one, each when receipts made room */

void holder_setup(void);
void holder_teardown(void);

wb_view row_name(char *dst, size_t n); /* 8 bytes */
wb_envelope *message_of(size_t n);
void put(wb_txn *txn, size_t n); /* its row */
void store(size_t n);
void store_all(size_t first, size_t end);
void give(size_t n, uint64_t revision);
void store_and_give(size_t first, size_t end);
size_t rows(void);

void live(void);
void die(void); /* as a kill: memory is gone, what is queued is not applied, the store stays */

/* Conditions of kit_until. */
bool no_rows(void *arg);
bool one_row(void *arg);
bool b_took(void *arg); /* at least *(size_t *)arg */
bool settle_queued(void *arg);

#endif
