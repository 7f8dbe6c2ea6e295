/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - what the files of this folder share: the store, a transaction, and helpers around LMDB
 */
#ifndef WB_STORAGE_INSIDE_H
#define WB_STORAGE_INSIDE_H

#include <lmdb.h>
#include <string.h>

#include "protocol/base/list.h"
#include "protocol/topics.h"
#include "storage/row.h"
#include "storage/store.h"
#include "storage/young_index.h"

#define WB_STORE_MAP_MIN (INT64_C(320) << 20)
#define WB_STORE_KEY_MAX 511 /* LMDB's; a key this long or longer ends in its hash */
#define WB_STORE_KEY_CUT (WB_STORE_KEY_MAX - 32)
#define WB_STORE_VALUE_MAX (WB_BODY_MAX + (2 << 20)) /* a sealed envelope and its row */
#define WB_STORE_LOOK_MS 200                         /* pressure looks again after this */

#define WB_STORE_TO_DO                                                                             \
    "bring a copy of this folder back, or move it away and start once with --first (it is made "   \
    "up for by a full sync): docs/operations.md, Backup and restore"

/* Path, what was done, what LMDB says. */
#define WB_STORE_FOREIGN                                                                           \
    "store %s was written by another release of LMDB (%s: %s): start it with the release that "    \
    "wrote it, nothing in it is lost"

/* Where a class of events stands. Read once, then carried along: an append costs one put. */
typedef struct {
    bool loaded;
    uint64_t first, last; /* first == last + 1: empty */
    int64_t bytes;
} wb_event_log;

/* The tables with a young one in front. */
typedef enum { WB_YOUNG_RECORDS, WB_YOUNG_MARKS, WB_YOUNG_JOBS, WB_YOUNG_COUNT } wb_young;

typedef struct wb_young_sorted wb_young_sorted;
typedef struct wb_loan wb_loan;

/* What a transaction replaced in an index. */
typedef struct {
    wb_young young;
    uint64_t hash, former;
} wb_young_change;

struct wb_txn {
    wb_store *store;
    MDB_txn *mdb;
    MDB_cursor *cursors[WB_DB_COUNT]; /* of a writer; opened at first use, closed by LMDB */
    wb_link link;                     /* in store->readers */
    int64_t begun_ms;
    int64_t grow_bytes; /* the most that its puts may add to the file */
    unsigned scanning;  /* a callback is running: it must not write */
    wb_rc failed;       /* LMDB refuses all after a failure: so do we, with the same code */
    bool write, ascending;
    wb_loan *loans;                          /* of a writer, in a build that watches memory */
    wb_young_sorted *sorted[WB_YOUNG_COUNT]; /* of a reader: made by its first scan */
};

struct wb_store {
    char *path;
    int lock_fd, data_fd;
    bool damaged; /* LMDB said so */
    MDB_env *env;
    MDB_dbi dbis[WB_DB_COUNT];
    wb_id id;
    int64_t birth_utc_us;
    uint8_t key[32];
    uint64_t commits, young_rows;
    wb_store_conf conf; /* its texts are not kept */

    int64_t page_bytes, file_bytes, step_bytes, grow_step_bytes;
    int64_t allocate_again_ms; /* the disk was full */

    wb_young_index young[WB_YOUNG_COUNT];
    uint64_t young_next[WB_YOUNG_COUNT]; /* sequences */
    uint64_t young_seed;
    wb_young_change *young_changes; /* of the transaction under way */
    size_t young_change_count, young_change_cap;
    wb_buf young_tail;

    wb_txn writer; /* there is one */
    wb_link readers;
    MDB_txn *spare_reader; /* reset; saves an allocation for each read transaction */

    wb_event_log logs[WB_TOPIC_COUNT], logs_committed[WB_TOPIC_COUNT];

    int64_t looked_ms; /* pressure's memory */
    uint64_t looked_commits;
    int64_t looked_last_bytes, used_bytes, disk_free_bytes;

    wb_link aside;                  /* aside.c: rows that cannot be used */
    size_t aside_count, aside_open; /* of them; not settled */
    wb_buf scratch;                 /* sealing */
    wb_buf payload;                 /* a large value on its way in */
    wb_buf long_key;                /* and a long key */
    char head[WB_ROW_HEAD_MAX];
};

static inline MDB_val
wb_mdb_val(wb_view view)
{
    MDB_val val = {view.len, NULL};

    memcpy(&val.mv_data, &view.data, sizeof view.data); /* LMDB takes no const; it only reads */
    return val;
}

static inline wb_view
wb_mdb_view(MDB_val val)
{
    return (wb_view){val.mv_data, val.mv_size};
}

/* folder.c: the folder, its lock, the master key. */
WB_MUST_CHECK wb_rc wb_folder_lock(int *out_fd, const char *path, wb_err *err);
WB_MUST_CHECK wb_rc wb_folder_sign(int lock_fd, wb_err *err); /* our pid, for who comes later */
WB_MUST_CHECK wb_rc wb_folder_key(uint8_t out[32], const char *path, const char *key_path,
                                  wb_err *err);
char *wb_folder_join(const char *path, const char *name);
bool wb_folder_has_data(const char *path);

/* format.c: what a store says of itself, and what is done with an older one. */
WB_MUST_CHECK wb_rc wb_format_peek(const char *path, const char *deployment, int64_t *last_bytes,
                                   wb_err *err);
WB_MUST_CHECK wb_rc wb_format_settle(wb_store *self, const char *deployment, wb_err *err);
/* Some marks are lost: whatever was there before may have been written. Inside a write. */
WB_MUST_CHECK wb_rc wb_format_grow_younger(wb_txn *txn, wb_err *err);

/* aside.c */
void wb_aside_fini(wb_store *self);
void wb_aside_settle(wb_store *self, bool committed); /* behind every write */
/* As wb_aside_note, by LMDB's own key: a long one that cannot be read. */
void wb_aside_raw(wb_txn *txn, wb_db db, wb_view key, wb_view value);

/* shards.c: this shard, if it is claimed, else the first that is. */
uint16_t wb_shards_own(wb_txn *txn, uint16_t shard);

/* loans.c: what a writer gives of the map (as it is, or watched: there), until it writes. */
wb_view wb_loans_lend(wb_txn *txn, wb_view view);
void wb_loans_end(wb_txn *txn);

/* space.c: room ahead of use. */
WB_MUST_CHECK wb_rc wb_space_ahead(wb_store *self, int64_t grow_bytes, wb_err *err);
void wb_space_init(wb_store *self);
bool wb_space_disk_is_full(const wb_store *self);

/* events.c: forget or keep what a transaction did to the logs. */
void wb_events_settle(wb_store *self, bool committed);

/* kv.c */
/* Not damaged: only not for this LMDB. */
bool wb_mdb_is_foreign(int code);
/* What LMDB said, as our code. WB_FULL for what "do less" can cure, else WB_FATAL; of a damaged
 * file with what a person can do. */
WB_MUST_CHECK wb_rc wb_mdb_fail(wb_store *store, int code, const char *what, wb_err *err);
/* A head writer in the store's memory. */
wb_row_writer wb_row_begin(wb_txn *txn);
/* A value under construction: its head, and behind it the payload as it is. */
typedef struct {
    const wb_row_writer *head;
    wb_view payload;
} wb_row_value;
/* The key of most tables of accounts. */
static inline void
wb_row_key_of(wb_row_key *self, wb_row_name name)
{
    wb_row_key_init(self);
    wb_row_key_number(self, name.shard, 2);
    wb_row_key_part(self, name.account);
    wb_row_key_tail(self, name.name);
}
/* Put head and payload as one value. `former` NULL: whatever was there is replaced. Else what was
 * there is left alone and given in *former ({NULL, 0}: there was nothing, and the value is in). */
WB_MUST_CHECK wb_rc wb_kv_put_row(wb_txn *txn, wb_db db, const wb_row_key *key, wb_row_value value,
                                  wb_view *former, wb_err *err);
WB_MUST_CHECK wb_rc wb_kv_get_row(wb_txn *txn, wb_db db, const wb_row_key *key, wb_view *out,
                                  wb_err *err);
WB_MUST_CHECK wb_rc wb_kv_delete_row(wb_txn *txn, wb_db db, const wb_row_key *key, wb_err *err);
/* By LMDB's own key, the value as it is stored. */
WB_MUST_CHECK wb_rc wb_kv_get_raw(wb_txn *txn, wb_db db, wb_view key, wb_view *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_kv_delete_raw(wb_txn *txn, wb_db db, wb_view key, wb_err *err);

/* young.c, young_scan.c: a table whose rows of late stand in front of it. */
/* Once, at the start. *marks_lost: of some marks nobody can tell any more whose they were. */
WB_MUST_CHECK wb_rc wb_young_load(wb_txn *txn, bool *marks_lost, wb_err *err);
void wb_young_fini(wb_store *self);
void wb_young_sorted_destroy(wb_young_sorted **self_p);
void wb_young_settle(wb_store *self, bool committed); /* forget or take back what it changed */
WB_MUST_CHECK wb_rc wb_young_put_row(wb_txn *txn, wb_young young, const wb_row_key *key,
                                     wb_row_value value, wb_err *err);
WB_MUST_CHECK wb_rc wb_young_get_row(wb_txn *txn, wb_young young, const wb_row_key *key,
                                     wb_view *out, wb_err *err);
/* Take a key out of both tables; absent = OK. */
WB_MUST_CHECK wb_rc wb_young_delete(wb_txn *txn, wb_young young, wb_view key, wb_err *err);
/* The tables that have a young one in front, and that one; who names a table by its `wb_db` asks
 * wb_both_*, as wb_kv_* of that table: both where there are two. */
extern const wb_db wb_young_dbs[WB_YOUNG_COUNT], wb_young_old_dbs[WB_YOUNG_COUNT];
WB_MUST_CHECK wb_rc wb_both_get(wb_txn *txn, wb_db db, wb_view key, wb_view *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_both_delete(wb_txn *txn, wb_db db, wb_view key, wb_err *err);
WB_MUST_CHECK wb_rc wb_both_scan(wb_txn *txn, wb_db db, wb_kv_range range, wb_kv_each each,
                                 void *arg, wb_err *err);
/* As wb_kv_scan, over both. The first in a transaction of a reader, and each of a writer,
 * looks at every young row. */
WB_MUST_CHECK wb_rc wb_young_scan(wb_txn *txn, wb_young young, wb_kv_range range, wb_kv_each each,
                                  void *arg, wb_err *err);
uint64_t wb_young_count(const wb_txn *txn); /* rows in both young tables */

#endif
