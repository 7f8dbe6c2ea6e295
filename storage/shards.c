/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shards - the claims of this store; and small named values beside them, both in `meta`
 *
 * Rows: "claim/" and the shard (2 bytes) -> generation (8 bytes); "shards" -> their number
 * (2 bytes); "value/" and a name -> what the keeper wants kept.
 */
#include "storage/aside.h"
#include "storage/inside.h"
#include "storage/vault.h"

static const wb_view claim_prefix = {"claim/", 6};

typedef struct {
    const wb_store *store;
    wb_shard_claim *out;
    size_t cap, count;
} loading;

static wb_rc
load_one(void *arg, wb_view key, wb_view value, wb_err *err)
{
    loading *self = arg;
    wb_row_reader shard = wb_row_reader_of(key), generation = wb_row_reader_of(value);

    if (self->count == self->cap)
        return wb_fail(err, WB_REJECT, "more than %zu shards are claimed", self->cap);
    wb_row_get_bytes(&shard, claim_prefix.len);
    self->out[self->count].shard = (uint16_t)wb_row_get_number(&shard, 2);
    self->out[self->count].generation = wb_row_get_number(&generation, 8);
    generation.bad = generation.bad || shard.bad;
    self->count++;
    return generation.bad
               ? wb_fail(err, WB_FATAL, "store %s is damaged (a claim of shards): " WB_STORE_TO_DO,
                         self->store->path)
               : WB_OK;
}

wb_rc
wb_shards_load(wb_txn *txn, wb_shard_claim *out, size_t cap, size_t *count, wb_err *err)
{
    loading self = {txn->store, out, cap, 0};
    wb_rc rc =
        wb_kv_scan(txn, WB_DB_META, (wb_kv_range){.prefix = claim_prefix}, load_one, &self, err);

    if (!rc)
        *count = self.count;
    return rc;
}

static wb_rc
take_first(void *arg, wb_view key, wb_view value, wb_err *err)
{
    wb_row_reader shard = wb_row_reader_of(key);

    (void)value;
    (void)err;
    wb_row_get_bytes(&shard, claim_prefix.len);
    *(uint16_t *)arg = (uint16_t)wb_row_get_number(&shard, 2);
    return WB_FULL;
}

uint16_t
wb_shards_own(wb_txn *txn, uint16_t shard)
{
    uint16_t first = shard;
    wb_view claim = {0};
    wb_row_key key;

    wb_row_key_init(&key);
    wb_row_key_tail(&key, claim_prefix);
    wb_row_key_number(&key, shard, 2);
    if (!wb_kv_get_row(txn, WB_DB_META, &key, &claim, NULL) && claim.len)
        return shard;
    wb_ignore(wb_kv_scan(txn, WB_DB_META, (wb_kv_range){.prefix = claim_prefix}, take_first, &first,
                         NULL),
              "then it stays where it was");
    return first;
}

wb_rc
wb_shards_claim(wb_txn *txn, uint16_t shard, uint64_t generation, wb_err *err)
{
    wb_row_key key, value;
    wb_row_reader reader;
    wb_view former = {0};
    wb_rc rc;

    wb_row_key_init(&key);
    wb_row_key_tail(&key, claim_prefix);
    wb_row_key_number(&key, shard, 2);
    rc = wb_kv_get_row(txn, WB_DB_META, &key, &former, err);
    if (rc)
        return rc;
    reader = wb_row_reader_of(former);
    if (former.len && wb_row_get_number(&reader, 8) > generation)
        return wb_fail(err, WB_REJECT, "shard %u is claimed with a higher generation", shard);
    wb_row_key_init(&value);
    wb_row_key_number(&value, generation, 8);
    return wb_kv_put(txn, WB_DB_META, wb_row_key_view(&key), wb_row_key_view(&value), err);
}

wb_rc
wb_shards_count(wb_txn *txn, uint16_t shards, wb_err *err)
{
    wb_row_reader reader;
    wb_view former = {0};
    wb_row_key value;
    wb_rc rc = wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("shards"), &former, err);
    uint64_t was;

    if (rc)
        return rc;
    wb_row_key_init(&value);
    wb_row_key_number(&value, shards, 2);
    if (!former.len)
        return wb_kv_put(txn, WB_DB_META, WB_VIEW_LIT("shards"), wb_row_key_view(&value), err);
    reader = wb_row_reader_of(former);
    was = wb_row_get_number(&reader, 2);
    if (reader.bad)
        return wb_fail(err, WB_FATAL, "store %s is damaged (its number of shards): " WB_STORE_TO_DO,
                       txn->store->path);
    if (was != shards)
        return wb_fail(err, WB_FATAL, "the store was made for %llu shards, not %u",
                       (unsigned long long)was, shards);
    return WB_OK;
}

static void
value_key(wb_row_key *key, wb_view name)
{
    wb_row_key_init(key);
    wb_row_key_tail(key, WB_VIEW_LIT("value/"));
    wb_row_key_tail(key, name);
}

wb_rc
wb_meta_put(wb_txn *txn, wb_view name, wb_view value, wb_err *err)
{
    wb_row_key key;

    value_key(&key, name);
    if (key.overflow)
        return wb_fail(err, WB_REJECT, "a name of %zu bytes", name.len);
    return wb_kv_put(txn, WB_DB_META, wb_row_key_view(&key), value, err);
}

wb_rc
wb_meta_delete(wb_txn *txn, wb_view name, wb_err *err)
{
    wb_row_key key;

    value_key(&key, name);
    if (key.overflow)
        return wb_fail(err, WB_REJECT, "a name of %zu bytes", name.len);
    return wb_kv_delete(txn, WB_DB_META, wb_row_key_view(&key), err);
}

wb_rc
wb_meta_get(wb_txn *txn, wb_view name, wb_view *out, wb_err *err)
{
    wb_row_key key;

    value_key(&key, name);
    return wb_kv_get_row(txn, WB_DB_META, &key, out, err);
}

wb_rc
wb_meta_aside(wb_txn *txn, wb_view name, wb_err *err)
{
    wb_view value = {0};
    wb_err why = {0};
    wb_row_key key;
    wb_rc rc;

    value_key(&key, name);
    rc = wb_kv_get_row(txn, WB_DB_META, &key, &value, &why);
    if (rc || !value.len)
        return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
    return wb_aside_pass(txn, WB_DB_META, wb_row_key_view(&key), value, err);
}

wb_rc
wb_meta_get_exact(wb_txn *txn, wb_view name, void *out, size_t size, bool *found, wb_err *err)
{
    wb_view value = {0};
    wb_rc rc = wb_meta_get(txn, name, &value, err);

    *found = !rc && value.len == size;
    if (*found)
        memcpy(out, value.data, size);
    if (rc || *found || !value.len)
        return rc;
    wb_ignore(wb_fail(err, WB_REJECT, "%.*s: %zu bytes", WB_VIEW_ARG(name), value.len),
              "as if there were none");
    return wb_meta_aside(txn, name, err);
}
