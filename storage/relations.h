/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relations - which records hang on a name: (shard, relation, name) -> records, each with a note
 *
 * An index beside the records, changed in their transactions. The name may be anything printed: a
 * root's key, a SKU. Most stores have few rows here, or none: each relation has a table of its own,
 * so that wb_relations_any tells without a search whether it has any.
 */
#ifndef WB_STORAGE_RELATIONS_H
#define WB_STORAGE_RELATIONS_H

#include "protocol/limits.h"
#include "storage/store.h"

typedef enum {
    WB_RELATION_ORPHAN = 1,    /* a root that is not known -> records that wait for it */
    WB_RELATION_AFTER = 2,     /* target and predecessor -> records that may not leave before it */
    WB_RELATION_LISTINGS = 3,  /* SKU -> its listings */
    WB_RELATION_STOCK = 4,     /* SKU -> its inventory */
    WB_RELATION_PARTS = 5,     /* an order -> records that share its lines */
    WB_RELATION_RULED = 6,     /* what rules keep back: target, a blank, record */
    WB_RELATION_RELEASED = 7,  /* a target that is paused -> records that may leave all the same */
    WB_RELATION_DUE = 8,       /* a time, as 16 hex digits of its µs -> listings to be looked at */
    WB_RELATION_TAKEN = 9,     /* ERP and master SKU -> what orders take of it */
    WB_RELATION_TAKES = 10,    /* an order -> what it takes */
    WB_RELATION_UNMAPPED = 11, /* a target -> records to be mapped once more, with their messages */
    WB_RELATION_DIFFERS = 12,  /* a shop -> listings that show another number than they were told */
    WB_RELATION_INVOICED = 13, /* an order -> the invoice that was made of it, with its number; an
                                  account -> itself, with the last number that was given */
    WB_RELATION_MOVED = 14,    /* an order -> targets that were told another address of it */
} wb_relation;

typedef struct {
    uint16_t shard;
    wb_relation relation;
    wb_view name; /* at most WB_KEY_MAX, and an account's key */
} wb_relation_key;

/* Replaces the note of a record that is there. */
WB_MUST_CHECK wb_rc wb_relations_put(wb_txn *txn, const wb_relation_key *key, wb_view record,
                                     wb_view note, wb_err *err);
/* The note of one record, copied. found = false and OK when there is none. */
WB_MUST_CHECK wb_rc wb_relations_get(wb_txn *txn, const wb_relation_key *key, wb_view record,
                                     wb_buf *note, bool *found, wb_err *err);
/* One that went before is OK. */
WB_MUST_CHECK wb_rc wb_relations_delete(wb_txn *txn, const wb_relation_key *key, wb_view record,
                                        wb_err *err);
/* `each` may stop with any code but WB_OK, which is then returned; it must not write. Views live
 * until the next write. Records behind `from` ({NULL, 0} = all), in the order of their keys. */
typedef wb_rc (*wb_relations_each)(void *arg, wb_view record, wb_view note, wb_err *err);
WB_MUST_CHECK wb_rc wb_relations_scan(wb_txn *txn, const wb_relation_key *key, wb_view from,
                                      wb_relations_each each, void *arg, wb_err *err);
/* The first record behind `from`, copied into `record`, its note into `note`: what goes through
 * them while it writes. */
WB_MUST_CHECK wb_rc wb_relations_next(wb_txn *txn, const wb_relation_key *key, wb_buf *record,
                                      wb_buf *note, bool *found, wb_err *err);
/* The names of a shard that begin with `prefix` and have a record, each once, at most
 * WB_RELATION_NAME_FOUND bytes long: longer ones are passed over. As of wb_relations_scan. */
#define WB_RELATION_NAME_FOUND 254
typedef wb_rc (*wb_relations_name)(void *arg, wb_view name, wb_err *err);
WB_MUST_CHECK wb_rc wb_relations_names(wb_txn *txn, const wb_relation_key *prefix,
                                       wb_relations_name each, void *arg, wb_err *err);
/* Has the store any row of this relation? One look, for the caller that has many names to ask. */
WB_MUST_CHECK wb_rc wb_relations_any(wb_txn *txn, wb_relation relation, bool *out, wb_err *err);

#endif
