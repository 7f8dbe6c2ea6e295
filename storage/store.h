/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - one LMDB environment per process, under an exclusive lock
 *
 * LMDB is known in this folder alone. A key longer than LMDB takes ends in its hash (wb_store
 * shortens it; the full key is kept in front of such a value and compared on reading). Opened with
 * MDB_NOTLS, full sync, no WRITEMAP, no readahead. The file grows in steps ahead of use.
 */
#ifndef WB_STORAGE_STORE_H
#define WB_STORAGE_STORE_H

#include "protocol/base/buf.h"
#include "protocol/key.h"

#define WB_STORE_FORMAT 4
#define WB_STORE_YOUNG_MAX 196608 /* their index is full at a power of two: young_index.h */
#define WB_STORE_CHUNK_MAX 1000   /* rows that one transaction deletes, moves or migrates */

typedef enum {
#define WB_DB(name, text, what) WB_DB_##name,
#include "storage/databases.def"
#undef WB_DB
    WB_DB_COUNT
} wb_db;

typedef struct {
    const char *path;            /* folder of this instance; made (0700) when absent */
    const char *deployment;      /* must match what the store was made for */
    int64_t map_bytes;           /* >= 320 MiB */
    int64_t intake_percent;      /* of the map: intake stops above (80) */
    int64_t calls_percent;       /* of the map: calls stop above (90) */
    int64_t intake_free_bytes;   /* of the disk: intake stops below (2 GiB) */
    int64_t calls_free_bytes;    /* of the disk: calls stop below (1 GiB) */
    int64_t young_rows_max;      /* of each young table; 0 = WB_STORE_YOUNG_MAX */
    bool young_jobs;             /* jobs are young as well */
    const char *master_key_path; /* NULL = <path>/../master.key, made when absent */
    /* LMDB has found its file damaged where it cannot say so by a code; the process ends when this
     * returns. NULL = without a word. */
    void (*broken)(const char *why);
} wb_store_conf;

/* Defaults for everything but path and deployment. */
void wb_store_conf_default(wb_store_conf *conf);

typedef struct wb_store wb_store;
typedef struct wb_txn wb_txn;

/* Lock, open, check the format, make identity. Touches nothing when it fails.
 *
 * WB_FATAL  the folder cannot be made or written, is on a full disk, is in use by another process
 *           (names its pid), is of a newer format or of another deployment, is damaged
 */
WB_MUST_CHECK wb_rc wb_store_open(wb_store **out, const wb_store_conf *conf, wb_err *err);
void wb_store_close(wb_store **self_p);

const wb_id *wb_store_id(const wb_store *self); /* random, until it is renewed */
/* When it was made, or renewed: rows written before it are of another life. */
int64_t wb_store_birth_utc_us(const wb_store *self);
/* The store was turned back: from here on it is another one. A new id and birth, and an empty event
 * log whose sequences begin anew, in one transaction of its own; claims and all else stay. Who knew
 * the former id sees that what it gave to that store may be gone. No transaction may be open. */
WB_MUST_CHECK wb_rc wb_store_renew(wb_store *self, wb_err *err);
uint64_t wb_store_commits(const wb_store *self); /* commits so far, counted in the store */
/* LMDB met a page of its file that is none: another start would meet it again. */
bool wb_store_is_damaged(const wb_store *self);
const uint8_t *wb_store_key(const wb_store *self); /* the vault's master key, 32 bytes */

typedef enum {
    WB_PRESSURE_NONE,
    WB_PRESSURE_NO_INTAKE, /* take nothing new from outside */
    WB_PRESSURE_NO_CALLS,  /* only marks, receipts and deletes */
} wb_pressure;

/* How full map and disk are; cheap (looks again at most every 200 ms). `why` may be NULL. */
wb_pressure wb_store_pressure(wb_store *self, char *why, size_t why_size);

typedef struct {
    int64_t map_bytes, used_bytes, disk_free_bytes;
    uint64_t rows[WB_DB_COUNT];
    uint64_t commits;
    int64_t oldest_reader_ms; /* 0 = none */
} wb_store_stats;

WB_MUST_CHECK wb_rc wb_store_stat(wb_store *self, wb_store_stats *out, wb_err *err);
/* Clear readers of dead processes; call now and then. */
void wb_store_tend(wb_store *self);

/* Transactions. One writer; read transactions are short, none lives across a turn of the loop.
 * WB_FULL: the map is full: abort, do less, or wb_store_grow. Other failures are WB_FATAL. */
WB_MUST_CHECK wb_rc wb_txn_begin(wb_txn **out, wb_store *store, bool write, wb_err *err);
/* Commits durably (full sync). The transaction is gone either way. WB_FULL as above. */
WB_MUST_CHECK wb_rc wb_txn_commit(wb_txn **self_p, wb_err *err);
void wb_txn_abort(wb_txn **self_p); /* also the destructor: WB_AUTO(wb_txn_abort) */
/* What follows is put in rising key order, mostly behind all that is there (loading, taking a
 * shard over): pages are filled to their end, and nothing of it is young. Other puts are right
 * too, only slower. */
void wb_txn_ascending(wb_txn *self);
/* Double the map's step; no transaction may be open. WB_FATAL when the disk does not allow it. */
WB_MUST_CHECK wb_rc wb_store_grow(wb_store *self, wb_err *err);

/* Young rows. A random key makes pages dirty of its own: a leaf, and in a table of millions most of
 * its way up. So records and marks are written one behind the other into young tables, where a
 * commit touches few pages, and are folded into the tables of all keys when there is time for it.
 * Beyond young_rows_max what is new goes there at once. Jobs are young where each comes, changes
 * and goes, and nobody walks over them: such a row stays where it first stood, since those before
 * and behind it change with it. */
uint64_t wb_store_young_rows(const wb_store *self); /* as of the last commit; all tables */
/* Fold the first `rows_max` young rows; *moved tells how many there were. */
WB_MUST_CHECK wb_rc wb_store_fold(wb_txn *txn, size_t rows_max, size_t *moved, wb_err *err);

/* Rows. Values found are views into the map, good until the transaction ends or writes. */
/* *out = {NULL, 0} when there is none. */
WB_MUST_CHECK wb_rc wb_kv_get(wb_txn *txn, wb_db db, wb_view key, wb_view *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_kv_put(wb_txn *txn, wb_db db, wb_view key, wb_view value, wb_err *err);
WB_MUST_CHECK wb_rc wb_kv_delete(wb_txn *txn, wb_db db, wb_view key, wb_err *err); /* absent = OK */

/* Rows of a range in key order; its ends may be empty.
 * `each` returns WB_OK to go on, WB_FULL to stop without error, else the failure. It must not
 * write; collect keys and delete afterwards. */
typedef wb_rc (*wb_kv_each)(void *arg, wb_view key, wb_view value, wb_err *err);
/* Which rows: those that begin with `prefix`, from `from` on; `behind`: without `from` itself. */
typedef struct {
    wb_view prefix, from;
    bool behind;
} wb_kv_range;
WB_MUST_CHECK wb_rc wb_kv_scan(wb_txn *txn, wb_db db, wb_kv_range range, wb_kv_each each, void *arg,
                               wb_err *err);

/* Where a row of an account stands: its shard, "tenant/account", and what the row is called there
 * (a record, a stream, the id of a message). */
typedef struct {
    uint16_t shard;
    wb_view account, name;
} wb_row_name;

/* Building keys of numbers; the rows of storage have row.h. */
void wb_store_key_shard(wb_buf *out, uint16_t shard);
void wb_store_key_u64(wb_buf *out, uint64_t value); /* big endian */

/* Shards that this store owns, by stage. */
typedef struct {
    uint16_t shard;
    uint64_t generation;
} wb_shard_claim;
WB_MUST_CHECK wb_rc wb_shards_load(wb_txn *txn, wb_shard_claim *out, size_t cap, size_t *count,
                                   wb_err *err);
WB_MUST_CHECK wb_rc wb_shards_claim(wb_txn *txn, uint16_t shard, uint64_t generation, wb_err *err);
/* The number of shards is part of the deployment: kept at the first claim; another is WB_FATAL. */
WB_MUST_CHECK wb_rc wb_shards_count(wb_txn *txn, uint16_t shards, wb_err *err);

#endif
