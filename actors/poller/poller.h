/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poller - the inside of the poller, for its own files alone
 *
 *   feed.c   a stream of an account: what it pulls, when, and the run it is in
 *   queue.c  queue streams: receive, acknowledge, give back
 *   list.c   list streams: schedule, runs
 *   slice.c  the pages of a run; a slice that cannot be read so begins anew, shorter
 *   pages.c  whether they lead anywhere: those that repeat, cursors in a circle
 *   sweep.c  a list that tells all there is was read: what it did not name is there no more
 *   spooled.c  pages whose answer is in a file: read piece by piece
 *   renewal.c  when credentials end that a person renews
 *   trouble.c  what goes wrong with a stream, stored with its cursor
 *   page.c   what one answer brought: one transaction
 *   notice.c  notices that routes want as they are: records of their own
 *   inbox.c  stored items on their way down the lanes (runtime/holder.h), and their receipts
 *   run.c    the ledger
 *   run_lost.c  items whose rows cannot be read any more, in it
 *   prune.c  old notice ids and ledgers leave
 *   heal.c   what a lost store held is read again: a full sync
 *   forecast.c  how long the limits make a run take, and how far one is
 *   show.c   what is told of streams
 */
#ifndef WB_ACTORS_POLLER_POLLER_H
#define WB_ACTORS_POLLER_POLLER_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/custody/holder.h"
#include "actors/runtime/custody/losses.h"
#include "protocol/base/map.h"
#include "storage/jobs.h"
#include "storage/runs.h"

typedef struct wb_poller wb_poller;

/* The name of a stored item: 8 bytes, big endian, in the order of arrival. */
typedef struct {
    char bytes[8];
} wb_arrival;

/* What is stored of an account and not yet with the next holder. */
typedef struct {
    wb_way way;
    wb_poller *poller;
    wb_account *account;
    size_t not_given; /* rows that the way was not given: of a former life, or revived */
    int64_t last_arrival;
    struct wb_renewal *renewal; /* NULL = nothing tells when its credentials end */
} wb_inbox;

/* A run of a list that somebody asks for; zeros = an ordinary one. */
typedef struct {
    bool full;
    bool restart; /* also while one is under way: that one ends */
    int64_t from_utc_us, to_utc_us;
    wb_id run; /* the id that it is to have; zero = whichever */
} wb_list_ask;

/* The first slice of a run, and where the run ends. */
typedef struct {
    bool full;
    int64_t from_utc_us, to_utc_us, bound_utc_us;
} wb_list_slice;

/* Of a list that tells all there is, what the slice under way brought in this life (sweep.c). */
typedef struct {
    int64_t begun_utc_us; /* its earliest request, by the vendor's clock */
    int64_t total;        /* of its rows, as its first page says; 0 = it does not */
    wb_map *rows;         /* by their ids; NULL = its first page was not read in this life */
    const char *why;      /* it proves nothing; NULL = nothing speaks against it */
} wb_sweep;

/* A stream of an account. */
typedef struct {
    wb_poller *poller;
    wb_account *account;
    wb_inbox *inbox;
    const wb_stream *stream;
    const struct wb_feed_mode *mode;
    const wb_stream_conf *conf; /* NULL = all defaults */
    const wb_op *pull, *ack, *release;
    wb_id run; /* under way; zero = none */
    int64_t run_start_utc_us;
    wb_timer timer;                 /* next look: back-off, schedule, gate */
    char anew_why[200];             /* lists: why the slice under way was begun anew */
    char error[200];                /* the last failure: at.trouble.error points here */
    const wb_route_conf **as_it_is; /* queues: routes that want its notices as they are */
    size_t as_it_is_count;
    bool trouble_stored; /* in the store there is some: to be taken out when all is well */
    wb_wait wait;
    bool waiting_gate; /* wb_gate said no: look again when it opens */
    /* queues */
    wb_link calls;               /* under way */
    size_t receiving, receivers; /* calls under way, and how many there should be */
    size_t polling;              /* of those under way: wait for a first message */
    wb_link acks;                /* wb_ack: committed, to be told to the queue */
    wb_link acks_later;          /* of those: failed, to be told again */
    size_t ack_count, acking;
    wb_timer ack_timer, later_timer;
    wb_cursor_row at; /* lists; of queues only the trouble. Cursor views point into `cursor` */
    /* lists */
    wb_buf cursor;
    wb_sweep sweep;
    const char *unswept; /* why its last run in this life proved nothing; NULL = it did */
    /* what the pages of this slice brought in this life, and they themselves; NULL = nothing */
    struct wb_recent *slice_items, *slice_pages;
    size_t stale_pages;               /* in a row: nothing but what this slice had before */
    size_t empty_pages;               /* in a row */
    size_t piece;                     /* bytes of a spooled answer that are read at a time */
    bool reading;                     /* a page is under way */
    void *page;                       /* the call of the page under way */
    int64_t told_items, told_span_us; /* a slice's own number of items, and how long it was; 0 =
                                         none was told in this life */
    int64_t page_took_us;             /* of late; 0 = none was read in this life */
    bool asked;                       /* a run was asked for: */
    wb_list_ask ask;
    bool beginning;      /* a run's first commit is under way */
    wb_link syncs;       /* wb_delivery.link: who asked, answered after that commit */
    bool sync_begins;    /* the first of them asked for what begins; the others came later */
    int64_t next_utc_us; /* next scheduled start */
    bool full_due;       /* a full run was, when a run of a range began that was asked for */
    int64_t lost_utc_us; /* a store that held items of it was lost then; 0 = none to make up for */
    wb_id heal_run;      /* the full sync that makes up for it; zero = it has not begun */
    char lost_why[160];
} wb_feed;

typedef struct {
    wb_id run;
    uint16_t shard;
    uint64_t read;
    uint64_t counts[WB_OUTCOME_COUNT]; /* by outcome */
} wb_run_delta;

/* The walk of run_lost.c. */
typedef struct {
    wb_poller *poller;
    wb_timer timer;     /* the next rows */
    wb_write write;     /* what is lost, into the ledgers */
    bool walking;       /* rows are looked at, some in each turn */
    bool writing;       /* they were: what is lost is about to be counted */
    bool again;         /* another walk behind that */
    size_t at;          /* of the inbox whose turn it is */
    wb_buf last;        /* the name of its last row that was looked at; empty = none was */
    wb_map *left;       /* run -> how many rows it has, of those until there */
    size_t looked;      /* in this turn */
    wb_run_delta *lost; /* what is lost, of WB_STORE_CHUNK_MAX runs at most */
    size_t found;
} wb_lost_walk;

struct wb_poller {
    wb_ctx *ctx;
    wb_inbox *inboxes; /* one for each account that is ours */
    size_t inbox_count;
    wb_feed *feeds;
    size_t feed_count;
    struct wb_renewal *renewals; /* of those inboxes that have one */
    size_t renewal_count;
    wb_holder *holder;
    wb_losses *losses;
    wb_lost_walk lost;
    bool draining;
    /* run progress events */
    wb_map *dirty_runs;
    wb_timer progress_timer;
    wb_timer prune_timer, put_back_timer;
    size_t prune_at; /* the claim whose shard is looked through next */
    wb_buf scratch;  /* a stored message */
    wb_spool *spool;
    wb_buf piece;         /* of a spooled answer */
    wb_outcomes outcomes; /* that it was read into */
    uint64_t received, duplicates;
};

/* A handle that the queue has to be told about. */
typedef struct {
    wb_link link;
    wb_view handle; /* in the same allocation */
    uint32_t tries;
} wb_ack;

/* What the modes of a stream do each in its way: a row each, told apart in feed.c alone. */
typedef struct wb_feed_mode {
    void (*look)(wb_feed *self); /* start what may start now */
    /* A page is ours. Of each item the handle, first; NULL = the source is told nothing. */
    void (*taken)(wb_feed *self, wb_view handle);
    /* Then the cursor, where the page moved one: the slice is done, or goes on. NULL = it has none.
     */
    void (*stored)(wb_feed *self, bool slice_done, int64_t reached_utc_us);
    void (*drain)(wb_feed *self); /* nothing new is asked for: tell the source what is ours. NULL */
    void (*close)(wb_feed *self); /* give up calls and memory of its own */
    bool live;                    /* what it brings goes before what lists bring */
    /* It is asked for spans of time: a run of it is begun, on request as well, has an end, and goes
     * on at its cursor. What is not ranged is read all the time: its runs end by the clock. */
    bool ranged;
    int64_t wait_ms; /* a call of it may wait so long for something new */
} wb_feed_mode;
extern const wb_feed_mode wb_queue_mode, wb_list_mode; /* queue.c, list.c */

/* feed.c */
wb_rc wb_feeds_open(wb_poller *poller, wb_err *err);
void wb_feeds_close(wb_poller *poller);
void wb_feed_look(wb_feed *self); /* start what may start now */
void wb_feed_again(wb_feed *self, int64_t after_ms);
int wb_feed_batch(const wb_feed *self, const wb_op *op); /* what one call of it may carry */
/* The operation of the page behind a cursor; NULL = the connector knows no such step. */
const wb_op *wb_feed_page_op(const wb_feed *self, wb_view cursor);
/* How soon what it brings is wanted; `full`: by a full sync. */
wb_priority wb_feed_priority(const wb_feed *self, bool full);
bool wb_feed_blocked(wb_feed *self);                /* drain, pressure, cap */
bool wb_feed_enter(wb_feed *self, const wb_op *op); /* the gate: false = looked at again later */
wb_feed *wb_feed_find(wb_poller *poller, wb_view account, wb_view stream);

/* trouble.c: counted with the cursor, over restarts. */
void wb_feed_failed(wb_feed *self, wb_rc rc, const char *why, int64_t retry_ms);
void wb_feed_fine(wb_feed *self);            /* an answer as it should be */
bool wb_feed_backs_off(const wb_feed *self); /* its timer runs for that reason */
int64_t wb_feed_backoff_ms(const wb_feed *self, int64_t retry_ms);
/* One more thing that went wrong, in memory: `why` is its reason. */
void wb_feed_note(wb_feed *self, const char *why);
/* Store `at` as it stands now, for a stream whose cursor nobody else is about to store. */
void wb_feed_store_trouble(wb_feed *self);
/* As stored; the views of feed->at are made to point into the feed. */
wb_rc wb_feed_load(wb_feed *self, wb_txn *txn, wb_err *err);

/* list.c */
/* What a run that began now would read first. */
void wb_list_range(const wb_feed *self, const wb_list_ask *ask, wb_list_slice *out);
wb_view wb_list_next_text(wb_feed *self, char *dst, size_t size); /* for status */
int64_t wb_list_margin_us(const wb_feed *self); /* the newest that is asked for is so old */

/* page.c: items of one answer, stored in one transaction, then acknowledged and sent. For lists
 * the new cursor goes with it. */
typedef struct {
    const wb_outcomes *out;
    int64_t sent_utc_us;         /* start of the request, vendor's clock */
    const wb_cursor_row *cursor; /* lists: to be stored with the items; NULL = none */
    bool slice_done;
    int64_t reached_utc_us;
    const wb_id *read_out; /* lists: a file of the spool that is read to its end; NULL = none */
} wb_page_input;
void wb_page_store(wb_feed *self, const wb_page_input *input);

/* notice.c: of queues */
void wb_notice_open(wb_feed *self);
void wb_notice_close(wb_feed *self);
/* The kind of record that a route wants this notice as, as it is; NONE = no route does, or it does
 * not say what it announces. */
wb_record_kind wb_notice_wanted(const wb_feed *self, const wb_item *item);
/* The item of that record, named by its notice id, or the queue's; views into `item` and itself. */
typedef struct {
    wb_item item;
    char what[WB_EXTERNAL_ID_MAX + 32];
    char digest[65]; /* of an id that is too long, or no text */
} wb_notice_names;
void wb_notice_name(const wb_feed *self, const wb_item *item, wb_record_kind kind,
                    wb_notice_names *out);

/* slice.c */
void wb_slice_read(wb_feed *self);        /* the next page, when it may be asked for now */
int64_t wb_slice_us(const wb_feed *self); /* how long slices are now; 0 = as long as the run */
void wb_slice_close(wb_feed *self);

/* pages.c: what the pages of the slice under way brought, in this life */
void wb_pages_forget(wb_feed *self); /* another slice, or the same one anew: nothing was seen yet */
/* Just the records of an earlier one: what was asked for was not told. Changes nothing. */
bool wb_pages_repeat(const wb_feed *self, const wb_outcomes *out);
/* One more: why it leads nowhere, or NULL. */
const char *wb_pages_take(wb_feed *self, const wb_outcomes *out);

/* The page behind this cursor, in the transaction that stores it: at.cursor points into the feed.
 */
void wb_slice_store(wb_feed *self, const wb_outcomes *out, wb_page_input *page);
/* It cannot be read so: shorter, and from its beginning. */
void wb_slice_anew(wb_feed *self, const char *why);

/* sweep.c: of streams that tell all there is; of all others these do nothing */
void wb_sweep_page(wb_feed *self, const wb_outcomes *out, int64_t sent_utc_us); /* one was read */
void wb_sweep_spoil(wb_feed *self, const char *why); /* what is read now proves nothing */
void wb_sweep_forget(wb_feed *self);
/* The run was read to its end: when it began, if it proves what is there no more; else 0. */
int64_t wb_sweep_end(wb_feed *self);
/* Inside the transaction that ends it; `begun_utc_us` 0 = nothing. */
WB_MUST_CHECK wb_rc wb_sweep_note(const wb_feed *self, const wb_run_row *run, int64_t begun_utc_us,
                                  wb_txn *txn, wb_err *err);
/* Inside the transaction that may have completed this run: if it did, it is told. */
WB_MUST_CHECK wb_rc wb_sweep_complete(wb_poller *poller, const wb_run_delta *run, wb_txn *txn,
                                      wb_err *err);
/* Items of this run were lost here. */
WB_MUST_CHECK wb_rc wb_sweep_lost(wb_poller *poller, const wb_run_delta *run, wb_txn *txn,
                                  wb_err *err);

/* spooled.c: the answer to the page of this cursor is a file. Its name is stored with the cursor,
 * then each piece with how far it came; at the end the file is removed. A file that is gone is
 * asked for again. */
wb_rc wb_spooled_open(wb_poller *poller, const char *folder, wb_err *err); /* behind the feeds */
void wb_spooled_close(wb_poller *poller);
void wb_spooled_store(wb_feed *self, const wb_exchange_result *result);
void wb_spooled_read(wb_feed *self); /* the next piece */
void wb_spooled_drop(wb_feed *self); /* at.spool is wanted no more: in memory, and the file */

/* heal.c */
wb_rc wb_heal_open(wb_poller *poller, wb_err *err);
void wb_heal_close(wb_poller *poller);
int64_t wb_heal_at(const wb_feed *self); /* when the full sync may begin, UTC us; 0 = none waits */
void wb_heal_reload(wb_feed *self);      /* after a commit: as the store says */
/* Inside the transaction that begins a run over all that a full sync reads, and ends any. */
wb_rc wb_heal_begun(const wb_feed *self, const wb_run_row *run, wb_txn *txn, wb_err *err);
wb_rc wb_heal_ended(const wb_feed *self, const wb_id *run, wb_txn *txn, wb_err *err);
/* Inside the transaction that leaves a run unread: it made up for nothing. */
wb_rc wb_heal_left(const wb_feed *self, const wb_id *run, wb_txn *txn, wb_err *err);
/* Inside a transaction: what the owner of this shard held is gone. */
wb_rc wb_heal_lost(void *poller, wb_stage stage, uint16_t shard, const char *why, wb_txn *txn,
                   wb_err *err);

/* inbox.c: an item is stored under the name of its arrival, then given to the inbox's way. */
wb_holder *wb_inbox_holder(wb_poller *poller);
wb_rc wb_inbox_load(wb_inbox *self, wb_err *err); /* count what is there */
size_t wb_inbox_stored(const wb_inbox *self);     /* rows in `jobs` */
/* Rows are about to be committed that nobody gives: read from the store after that. */
void wb_inbox_put_back(wb_poller *poller);
wb_arrival wb_inbox_arrival(wb_inbox *self); /* a new name */
wb_view wb_arrival_view(const wb_arrival *self);

/* run.c */
wb_rc wb_run_begin(wb_write *write, wb_txn *txn, const wb_run_row *row, wb_err *err);
/* Add to a run's ledger inside a transaction; completes a run that is read to its end. */
wb_rc wb_run_count(wb_poller *poller, wb_write *write, wb_txn *txn, const wb_run_delta *delta,
                   wb_err *err);
/* Reading is over: settling, and completed when nothing is open; or failed, with `error`. */
wb_rc wb_run_close(wb_write *write, wb_txn *txn, uint16_t shard, const wb_id *run,
                   const char *error, wb_err *err);
/* Reading goes on after this trouble: told with the run. */
wb_rc wb_run_trouble(wb_write *write, wb_txn *txn, const wb_run_delta *run, const char *error,
                     wb_err *err);
bool wb_run_is(const wb_id *run); /* not zero */
/* Runs of queues end with the process that read them: close what a former one left. */
wb_rc wb_run_close_left(wb_poller *poller, wb_err *err);
void wb_run_progress_init(wb_poller *poller);
void wb_run_progress_close(wb_poller *poller);
void wb_run_write_status(wb_poller *poller, wb_json_writer *out);

/* run_lost.c: the ledgers of items whose rows were set aside. Behind the inboxes' opening. */
wb_rc wb_run_lost_open(wb_poller *poller, wb_err *err);
void wb_run_lost_close(wb_poller *poller); /* before they are closed */
/* After the commit: its row is gone; a row came under this name. */
void wb_run_lost_gone(const wb_parcel *parcel);
void wb_run_lost_came(const wb_inbox *inbox, wb_view name);

/* prune.c: what is old leaves, from now on. */
void wb_prune_begin(wb_poller *poller);

/* forecast.c: by the published and learnt limits, and what is known of counts. */
typedef struct {
    int64_t slices, pages, fetches; /* calls: of the list, and of what completes its items */
    int64_t items;                  /* expected; -1 = nothing is known of counts */
    int64_t seconds;                /* at least, when no items are known */
    const char *counted;            /* where `items` come from, for people */
    const char *bound;              /* the operation whose limit takes longest */
} wb_forecast;
wb_rc wb_forecast_of(wb_feed *self, int64_t from_utc_us, int64_t to_utc_us, wb_forecast *out,
                     wb_err *err);
/* Of the run under way: how much of its span was read, in thousandths, and when it may end; 0 =
 * cannot be said. False: none is under way. */
bool wb_forecast_progress(wb_feed *self, wb_txn *txn, int64_t *permille, int64_t *ends_utc_us);

/* show.c: members of an open object */
void wb_show_streams(wb_poller *poller, wb_json_writer *out);

/* renewal.c */
#define WB_RENEWAL_WORDS_MAX 300
typedef struct {
    int64_t ends_utc_us, asked_utc_us; /* 0 = not told; never */
    int64_t level;                     /* wb_renewal_level of the warning that was given last */
} wb_renewal_row;
typedef struct wb_renewal {
    wb_poller *poller;
    wb_account *account;
    const wb_op *op; /* the question */
    wb_call call;
    wb_timer timer;
    wb_renewal_row row;
    wb_write write;
} wb_renewal;
wb_rc wb_renewals_open(wb_poller *poller, wb_err *err); /* behind the feeds */
void wb_renewals_close(wb_poller *poller);              /* before them */
/* 0 = nothing to say; 1, 2, 3: 30, 7, 1 days are left at most; 4: they have ended. */
int wb_renewal_level(int64_t ends_utc_us, int64_t now_utc_us);
/* In how long after a start so many accounts are asked that never were: each of them is a token and
 * a call. */
int64_t wb_renewal_first_ms(size_t accounts);
/* "credentials_end" and "credentials" (in words, "" = there is time), where it is known. */
void wb_renewal_show(const wb_inbox *inbox, wb_json_writer *out);

/* sync.c */
wb_rc wb_sync_call(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
void wb_sync_begun(wb_feed *self); /* after the commit that begins a run */
void wb_sync_close(wb_feed *self); /* no run will begin any more: who waits asks again */

#endif
