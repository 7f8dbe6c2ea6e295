/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mend - what a target refused for what another system can mend is tried again by itself
 *
 * Such a row stays parked while it is tried: its time becomes that of the try, what gets through
 * settles it, and a refusal counts it once more (wb_parked_row.times). So nothing has to be
 * remembered, and a kill in between leaves a job and the row, or the row alone. When as many tries
 * as fit into the account's time were made, nobody looks at it any more but a person.
 *
 * A look goes over the parked rows of all shards, at most once a minute.
 */
#include "actors/pusher/pusher.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define BATCH 64 /* of a transaction */
#define LOOK_MIN_MS 50
#define LOOK_MAX_MS 60000
#define BETWEEN_MS 1

typedef struct wb_mend {
    wb_write write;
    wb_pusher *pusher;
    wb_timer timer;
    int64_t look_ms;
    bool queued, more;
    wb_parked_place due[BATCH]; /* found by the write */
    size_t count;
    size_t tried;
} mend;

/* --- which are due --- */

bool
wb_mend_is_due(const wb_parked_row *row, const wb_retry_conf *conf, int64_t now_utc_us)
{
    return conf->every &&
           wb_view_begins(row->reason, WB_VIEW_LIT(WB_PUMP_REFUSED WB_REASON_UNMET)) &&
           row->times <= conf->during / conf->every &&
           now_utc_us - row->parked_utc_us >= conf->every * WB_US_PER_MS;
}

typedef struct {
    mend *self;
    int64_t now_utc_us;
} looking;

static wb_rc
look_at(void *arg, const wb_parked_row *row, wb_err *err)
{
    const looking *in = arg;
    mend *self = in->self;
    const wb_account *account = wb_accounts_find(wb_ctx_accounts(self->pusher->ctx), row->account);

    (void)err;
    if (!account || !wb_mend_is_due(row, &account->conf->retry_parked, in->now_utc_us))
        return WB_OK;
    if (self->count == BATCH) {
        self->more = true;
        return WB_FULL;
    }
    self->due[self->count++] = (wb_parked_place){row->shard, row->id};
    return WB_OK;
}

static wb_rc
find_due(mend *self, wb_txn *txn, wb_err *err)
{
    looking in = {self, wb_now_utc_us()};
    const wb_shard_claim *claims;
    size_t count;
    wb_rc rc = WB_OK;

    self->count = 0;
    self->more = false;
    claims = wb_ctx_claims(self->pusher->ctx, &count);
    for (size_t i = 0; !rc && !self->more && i < count; i++)
        rc = wb_parked_scan(txn, claims[i].shard, NULL, look_at, &in, err);
    return rc == WB_FULL ? WB_OK : rc;
}

/* --- a try --- */

static void
tell(mend *self, const wb_parked_row *row)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_record_event event = {
        .what = "retried", .outcome = WB_OUTCOME_NONE, .before = WB_OUTCOME_PARKED};

    if (wb_envelope_load(&env, row->envelope, NULL))
        return;
    event.env = env;
    wb_event_record(&self->write, &event);
}

/* One that cannot be taken back stays: a newer state of it is under way, or its bytes cannot be
 * opened any more. */
static wb_rc
try_one(mend *self, const wb_parked_place *place, wb_txn *txn, wb_err *err)
{
    const wb_retake *back = wb_pump_retake(self->pusher->pump);
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_parked_row row = {0};
    wb_err why = {0};
    bool found = false;
    wb_rc rc;

    wb_buf_init(&scratch, 2 * WB_BODY_MAX);
    rc = wb_parked_get(txn, *place, &scratch, &row, &found, err);
    if (rc || !found)
        return rc;
    rc = row.envelope.len ? back->revive(back->arg, &self->write, txn, &row, &why) : WB_REJECT;
    if (!rc) {
        tell(self, &row);
        self->tried++;
    }
    if (rc && rc != WB_REJECT)
        return wb_fail(err, rc, "%s", why.text);
    return wb_parked_tried(txn, *place, wb_now_utc_us(), err);
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    mend *self = WB_CONTAINER(write, mend, write);
    wb_rc rc = find_due(self, txn, err);

    self->tried = 0;
    for (size_t i = 0; !rc && i < self->count; i++)
        rc = try_one(self, &self->due[i], txn, err);
    return rc;
}

static void
start(mend *self, int64_t after_ms)
{
    wb_timer_start(wb_ctx_loop(self->pusher->ctx), &self->timer, after_ms);
}

static void
done(wb_write *write)
{
    mend *self = WB_CONTAINER(write, mend, write);
    const wb_retake *back = wb_pump_retake(self->pusher->pump);

    wb_kill_point("pusher.mend");
    self->queued = false;
    if (self->tried)
        back->revived(back->arg);
    start(self, self->more ? BETWEEN_MS : self->look_ms);
}

/* Most looks find nothing: the write is for those that do. */
static bool
any_due(mend *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t parked = 0;
    wb_err err = {0};

    return !wb_txn_begin(&txn, wb_ctx_store(self->pusher->ctx), false, &err) &&
           !wb_parked_count(txn, &parked, &err) && parked && !find_due(self, txn, &err) &&
           self->count;
}

static void
on_timer(wb_timer *timer, void *arg)
{
    mend *self = arg;

    (void)timer;
    if (self->queued)
        return;
    if (wb_store_pressure(wb_ctx_store(self->pusher->ctx), NULL, 0) != WB_PRESSURE_NONE ||
        !any_due(self)) {
        start(self, self->look_ms);
        return;
    }
    self->queued = true;
    wb_commit_add(wb_ctx_commit(self->pusher->ctx), &self->write);
}

/* A quarter of the shortest pause that an account wants; 0 = none wants any. */
static int64_t
look_ms(wb_accounts *accounts)
{
    int64_t least = 0;

    for (size_t i = 0; i < wb_accounts_count(accounts); i++) {
        int64_t every = wb_accounts_at(accounts, i)->conf->retry_parked.every;

        if (every && (!least || every < least))
            least = every;
    }
    if (!least)
        return 0;
    least /= 4;
    return least < LOOK_MIN_MS ? LOOK_MIN_MS : least > LOOK_MAX_MS ? LOOK_MAX_MS : least;
}

void
wb_pusher_mend_begin(wb_pusher *pusher)
{
    int64_t every_ms = look_ms(wb_ctx_accounts(pusher->ctx));
    mend *self;

    if (!every_ms)
        return;
    self = wb_alloc(sizeof *self);
    self->pusher = pusher;
    self->look_ms = every_ms;
    self->write = (wb_write){.apply = apply, .done = done};
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    pusher->mend = self;
    start(self, every_ms);
}

void
wb_pusher_mend_end(wb_pusher *pusher)
{
    if (pusher->mend)
        wb_timer_stop(wb_ctx_loop(pusher->ctx), &pusher->mend->timer);
    wb_free(&pusher->mend);
}
