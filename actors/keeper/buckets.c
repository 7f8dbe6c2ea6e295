/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets - leases: debited in the store first, then granted
 */
#include <string.h>

#include "actors/keeper/bucket.h"
#include "actors/keeper/keeper.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/vault.h"

#define LEASE_TTL_MS 2000
#define STORED_MAX 256
#define STORED_MEMBERS 4 /* a first release had no time in the last one */
#define QUIET_NEW_MS (INT64_C(366) * 86400 * WB_MS_PER_S) /* every bucket is full by then */

typedef struct {
    char *key; /* scope#operation */
    char *op;
    char *account; /* who asked first: of a scope that several share, one of them */
    wb_bucket bucket;
} keeper_bucket;

/* A change of one bucket; with a delivery: its answer leaves after the commit. */
typedef struct {
    wb_write write;
    wb_keeper *owner;
    keeper_bucket *bucket;
    wb_delivery *delivery;
    wb_keep answer;
    wb_bucket_stored now;
    int64_t taken_until_utc_ms;
} bucket_write;

static void
meta_name(const keeper_bucket *self, wb_buf *out)
{
    wb_buf_addf(out, "bucket/%s", self->key);
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    bucket_write *self = WB_CONTAINER(write, bucket_write, write);
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    WB_AUTO(wb_buf_fini) wb_buf value = {0};

    wb_buf_init(&name, 4096);
    wb_buf_init(&value, STORED_MAX);
    meta_name(self->bucket, &name);
    wb_pack_array(&value, STORED_MEMBERS);
    wb_pack_int(&value, self->now.level_micro);
    wb_pack_int(&value, self->now.rate_micro);
    wb_pack_int(&value, self->now.taken);
    wb_pack_int(&value, self->taken_until_utc_ms);
    return wb_meta_put(txn, wb_buf_view(&name), wb_buf_view(&value), err);
}

static void
done(wb_write *write)
{
    bucket_write *self = WB_CONTAINER(write, bucket_write, write);

    wb_kill_point("keeper.debited");
    if (self->delivery)
        wb_keeper_reply(self->owner, &self->delivery, &self->answer);
    wb_free(&self);
}

static int64_t
now_utc_ms(void)
{
    return wb_now_utc_us() / WB_US_PER_MS;
}

static void
store(wb_keeper *self, keeper_bucket *bucket, wb_delivery *delivery, const wb_keep *answer)
{
    bucket_write *write = wb_alloc(sizeof *write);
    int64_t now_ms = wb_loop_now_ms(wb_ctx_loop(self->ctx));

    write->write = (wb_write){.apply = apply, .done = done};
    write->owner = self;
    write->bucket = bucket;
    write->delivery = delivery;
    if (answer)
        write->answer = *answer;
    write->now = (wb_bucket_stored){.level_micro = bucket->bucket.level_micro,
                                    .rate_micro = bucket->bucket.limit.rate_micro,
                                    .taken = wb_bucket_taken(&bucket->bucket, now_ms)};
    write->taken_until_utc_ms = now_utc_ms() + wb_bucket_taken_ms(&bucket->bucket, now_ms);
    wb_commit_add(wb_ctx_commit(self->ctx), &write->write);
}

/* The other way: what is beyond the longest hold was written by a clock that was set back since. */
static int64_t
taken_ms(const wb_limit *limit, int64_t until_utc_ms)
{
    int64_t longest = limit->hold_ms + LEASE_TTL_MS, left = until_utc_ms - now_utc_ms();

    if (!until_utc_ms || left > longest)
        return longest;
    return left > 0 ? left : 0;
}

static wb_rc
read_stored(wb_view value, const wb_limit *limit, wb_bucket_stored *out, wb_err *err)
{
    int64_t members[STORED_MEMBERS] = {0};
    wb_unpack in;
    uint32_t count = 0;
    wb_rc rc = wb_pack_scan(value, 8, err);

    if (rc)
        return rc;
    wb_unpack_init(&in, value);
    rc = wb_unpack_array(&in, &count, "bucket", err);
    if (!rc && (count < STORED_MEMBERS - 1 || count > STORED_MEMBERS))
        return wb_fail(err, WB_REJECT, "bucket: %u members", count);
    for (uint32_t i = 0; !rc && i < count; i++)
        rc = wb_unpack_int(&in, &members[i], "bucket", err);
    if (!rc)
        *out = (wb_bucket_stored){members[0], members[1], members[2], taken_ms(limit, members[3])};
    return rc;
}

/* What the store knows. Unreadable: as if it had just been emptied. */
static wb_rc
restore(wb_keeper *self, keeper_bucket *bucket, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_bucket_stored stored = {0}; /* all may have been used */
    wb_view value = {NULL, 0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->ctx), false, err);

    wb_buf_init(&name, 4096);
    meta_name(bucket, &name);
    if (!rc)
        rc = wb_meta_get(txn, wb_buf_view(&name), &value, err);
    if (rc || !value.data)
        return rc;
    if (read_stored(value, &bucket->bucket.limit, &stored, err))
        rc = wb_meta_aside(txn, wb_buf_view(&name), err);
    wb_bucket_restore(&bucket->bucket, &stored, wb_loop_now_ms(wb_ctx_loop(self->ctx)));
    return rc;
}

static void
bucket_destroy(keeper_bucket **self_p)
{
    if (!*self_p)
        return;
    wb_free(&(*self_p)->key);
    wb_free(&(*self_p)->op);
    wb_free(&(*self_p)->account);
    wb_free(self_p);
}

/* For how long no call can have left of which the store does not know (bucket.h). */
static int64_t
quiet_ms(const wb_keeper *self)
{
    if (wb_ctx_is_new(self->ctx))
        return QUIET_NEW_MS;
    return (wb_now_utc_us() - wb_store_birth_utc_us(wb_ctx_store(self->ctx))) / WB_US_PER_MS;
}

static keeper_bucket *
bucket_new(wb_keeper *self, wb_view key, const wb_account *account, const wb_op *op)
{
    keeper_bucket *bucket = wb_alloc(sizeof *bucket);
    wb_limit limit = op->limit;

    if (account->connector->limit)
        account->connector->limit(account->options, op, &limit);
    bucket->key = wb_text_dup_len(key.data, key.len);
    bucket->op = wb_text_dup(op->name);
    bucket->account = wb_text_dup_len(account->key_view.data, account->key_view.len);
    wb_bucket_init(&bucket->bucket, &limit, quiet_ms(self), wb_loop_now_ms(wb_ctx_loop(self->ctx)));
    return bucket;
}

/* Known from here on only when what the store knows of it was read: else it would be as good as
 * new at the next call. */
static wb_rc
bucket_of(wb_keeper *self, const wb_keep *keep, keeper_bucket **out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    WB_AUTO(bucket_destroy) keeper_bucket *bucket = NULL;
    wb_account *account = NULL;
    const wb_op *op = NULL;
    wb_rc rc;

    wb_buf_init(&key, 4096);
    wb_keeper_key(&key, keep);
    *out = wb_map_find(self->buckets, wb_buf_view(&key));
    if (*out)
        return WB_OK;
    rc = wb_keeper_find(self, keep, &account, &op, err);
    if (rc)
        return rc;
    bucket = bucket_new(self, wb_buf_view(&key), account, op);
    rc = restore(self, bucket, err);
    if (rc)
        return rc;
    *out = bucket;
    wb_map_put(self->buckets, wb_buf_view(&key), wb_take(&bucket));
    return WB_OK;
}

wb_rc
wb_keeper_lease(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_keeper *self = wb_ctx_state(ctx);
    int64_t now_ms = wb_loop_now_ms(wb_ctx_loop(ctx));
    keeper_bucket *bucket = NULL;
    wb_keep keep, answer = {0};
    wb_bucket_ask ask;
    wb_rc rc = wb_keep_decode(&keep, delivery->env->body, err);

    if (!rc)
        rc = bucket_of(self, &keep, &bucket, err);
    if (rc == WB_FATAL)
        return rc;
    if (rc) {
        answer = (wb_keep){.rc = rc, .why = wb_view_of(err->text), .wait_ms = 5000};
        wb_keeper_reply(self, &delivery, &answer);
        return WB_OK;
    }
    ask = (wb_bucket_ask){
        .want = keep.want, .least = keep.least, .live = keep.live != 0, .ttl_ms = LEASE_TTL_MS};
    answer.granted = wb_bucket_take(&bucket->bucket, &ask, now_ms, &answer.wait_ms);
    answer.ttl_ms = LEASE_TTL_MS;
    if (!answer.granted) {
        self->denied++;
        wb_keeper_reply(self, &delivery, &answer);
        return WB_OK;
    }
    self->granted += (uint64_t)answer.granted;
    store(self, bucket, delivery, &answer);
    return WB_OK;
}

static void
feed(wb_keeper *self, keeper_bucket *bucket, const wb_keep *keep)
{
    int64_t now_ms = wb_loop_now_ms(wb_ctx_loop(self->ctx));
    int64_t unused = keep->unused > 0 ? keep->unused : 0, done = keep->done > 0 ? keep->done : 0;
    bool emptier = keep->throttled || keep->taken_more > 0 || keep->left_and_one > 0;

    if (keep->rate_micro > 0)
        wb_bucket_learn(&bucket->bucket, keep->rate_micro, now_ms);
    if (unused || done)
        wb_bucket_give_back(&bucket->bucket, unused,
                            done + unused / (keep->least > 1 ? keep->least : 1), now_ms);
    if (keep->taken_more)
        wb_bucket_correct(&bucket->bucket, keep->taken_more, now_ms);
    if (keep->left_and_one > 0)
        wb_bucket_at_most(&bucket->bucket, keep->left_and_one - 1, now_ms);
    if (keep->throttled) {
        self->throttled++;
        wb_bucket_empty(&bucket->bucket, now_ms);
    }
    if (emptier || keep->rate_micro > 0) /* what makes it fuller may be lost */
        store(self, bucket, NULL, NULL);
}

wb_rc
wb_keeper_feedback(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_keeper *self = wb_ctx_state(ctx);
    keeper_bucket *bucket = NULL;
    wb_keep keep, answer = {0};
    uint32_t count = 0;
    wb_unpack in;
    wb_rc rc = wb_pack_scan(delivery->env->body, WB_KEEP_FEEDBACK_MAX * 64, err);

    wb_unpack_init(&in, delivery->env->body);
    if (!rc)
        rc = wb_unpack_array(&in, &count, "feedback", err);
    for (uint32_t i = 0; !rc && i < count; i++) {
        rc = wb_keep_read(&keep, &in, err);
        if (!rc)
            rc = bucket_of(self, &keep, &bucket, err);
        if (!rc)
            feed(self, bucket, &keep);
    }
    if (rc == WB_FATAL)
        return rc;
    answer.rc = rc;
    wb_keeper_reply(self, &delivery, &answer);
    return WB_OK;
}

/* What shares the limit: an account, or all of an application. */
static wb_view
scope_of(const keeper_bucket *self)
{
    const char *end = strrchr(self->key, '#');

    return (wb_view){self->key, end ? (size_t)(end - self->key) : strlen(self->key)};
}

void
wb_keeper_buckets_tell(wb_keeper *self, wb_json_writer *out)
{
    int64_t now_ms = wb_loop_now_ms(wb_ctx_loop(self->ctx));
    keeper_bucket *bucket;

    wb_json_put_key(out, "limits");
    wb_json_open(out, '[');
    for (size_t at = 0; (bucket = wb_map_next(self->buckets, &at, NULL));) {
        const wb_limit *limit = &bucket->bucket.limit;

        wb_json_open(out, '{');
        wb_json_member_text(out, "scope", scope_of(bucket));
        wb_json_member_text(out, "account", wb_view_of(bucket->account));
        wb_json_member_text(out, "operation", wb_view_of(bucket->op));
        wb_json_member_int(out, "used_permille", wb_bucket_used(&bucket->bucket, now_ms));
        wb_json_member_int(out, "rate_micro", limit->rate_micro);
        wb_json_member_int(out, "burst", limit->burst);
        wb_json_member_int(out, "level_micro", bucket->bucket.level_micro);
        wb_json_member_int(out, "places", limit->in_flight);
        wb_json_member_int(out, "places_taken", wb_bucket_taken(&bucket->bucket, now_ms));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

void
wb_keeper_buckets_fini(wb_keeper *self)
{
    keeper_bucket *bucket;

    for (size_t at = 0; (bucket = wb_map_next(self->buckets, &at, NULL));)
        bucket_destroy(&bucket);
    wb_map_destroy(&self->buckets);
}
