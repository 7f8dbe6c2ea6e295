/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connector - what an outside system is. Nothing here does I/O.
 *
 * A connector is a const table: options of an account, streams that can be pulled, operations as
 * pairs of pure functions (build a request, read the answer), a mapping, a signer. The runtime does
 * the exchange between build and read. So a connector can be tested with recorded answers, fuzzed,
 * dry-run and replayed, and cannot block, leak a socket or forget a limit.
 *
 * Errors of build, read, map: WB_REJECT parks the job (or, for a whole answer, is treated as an
 * unreadable answer); WB_RETRY asks again later; WB_SUSPEND stops the account (refused
 * credentials). Texts never hold a secret or personal data.
 */
#ifndef WB_ACTORS_CONNECTORS_CONNECTOR_H
#define WB_ACTORS_CONNECTORS_CONNECTOR_H

#include "actors/connectors/hook.h"
#include "actors/connectors/names.h"
#include "actors/connectors/request.h"
#include "actors/connectors/word.h"
#include "protocol/base/option.h"
#include "protocol/canonical.h"
#include "protocol/envelope.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/records/record.h"

typedef enum {
    WB_VERB_NONE = 0,
    WB_VERB_PULL,    /* one page of a stream: items, and next | done | come back at T */
    WB_VERB_ACK,     /* tell a queue that items are ours (delete), per item done | retry */
    WB_VERB_RELEASE, /* give items back to a queue unstored, per item */
    WB_VERB_FETCH,   /* references -> whole records */
    WB_VERB_PUSH,    /* wanted states -> an outcome for each */
    WB_VERB_PROBE,   /* is it there? done (with the revision found) | absent | retry */
    WB_VERB_TOKEN,   /* a new access token */
    WB_VERB_ASK,     /* is this account served? Harmless and cheap, about no record; what the answer
                        tells of the account beside goes into wb_outcomes.word. Its items are names
                        (wb_names): what, external (the id), body (the name) */
    WB_VERB_LOOK,    /* what became of what was accepted: tickets -> an outcome for each record */
} wb_verb;

/* What the vendor publishes for an operation. Rates are in millionths of a call a second: 0.0167/s
 * is 16700. All zero = unlimited: needs no lease. Of an operation with a `cost`, rate and burst
 * count points instead of calls. */
typedef struct {
    int64_t rate_micro;
    int64_t burst;
    int64_t in_flight; /* calls that may be under way; 0 = no such limit */
    int64_t hold_ms;   /* IN FLIGHT: how long a call that nobody reports counts as taken */
    bool learnt;       /* the answer's headers may correct rate_micro */
} wb_limit;

/* The next of the parts of wb_job.partial; false = no more. */
bool wb_part_next(wb_view *parts, wb_view *out);

/* "0.0167" or "5" calls a second in millionths, exactly; false = not such a number. */
bool wb_rate_parse(int64_t *out_micro, wb_view decimal);

/* A job as a call sees it. */
typedef struct {
    const wb_envelope *env; /* FETCH: the notice; PUSH, PROBE: the wanted state (body: canonical);
                               LOOK: the newest wanted state, which may be newer than what left */
    wb_view handle;         /* ACK, RELEASE: the queue's handle */
    wb_view partial;        /* FETCH: raw parts got so far, each `length as 4 bytes big endian,
                               bytes` (wb_part_next); {NULL, 0} = none */
    wb_view cursor;         /* FETCH, PUSH: where the next part begins, as a MORE result told */
    wb_view idempotency;    /* PUSH: the key of (record, target, operation, revision) */
    bool again;             /* PUSH: a former attempt may have taken effect */
    bool older; /* PROBE: what may have taken effect is, or may be, an older revision: what
                   is found there may be that one's */
    /* of an operation with `look` */
    wb_view attempt;   /* PUSH: the id of this attempt, one for the whole call, WB_ID_TEXT_MAX
                          characters; LOOK, PROBE: that of the attempt in question */
    uint32_t number;   /* PUSH, LOOK: which of that attempt's items it is, from 0 */
    wb_view ticket;    /* LOOK: what the target gave; {NULL, 0}: its answer never came, the attempt
                          is what is known */
    uint64_t revision; /* LOOK: what was sent */
} wb_call_item;

typedef struct wb_op wb_op;

typedef struct {
    const wb_op *op;
    const void *options; /* the account's, by the connector's table */
    wb_view tenant, account;
    int64_t now_utc_us; /* corrected to the vendor's clock */
    wb_json *json;      /* scratch: parse into it, freely */
    /* What the account's question has told of its names, by all of its parts; NULL = it was not
     * asked. How old they may be is the connector's to say: wb_request.wants_names has it asked
     * once more. names_error: why it could not be asked lately; "" or NULL = nothing. */
    const wb_names *names;
    const char *names_error;
    /* pull */
    wb_view stream;
    wb_view cursor;                 /* {NULL, 0}: from the beginning of the slice */
    int64_t from_utc_us, to_utc_us; /* the slice: from inclusive; a cursor never passes `to` */
    int page_max;                   /* items that the answer may bring: wb_connector_batch */
    int64_t wait_ms;                /* queues: how long to wait for a first message */
    bool full;
    /* fetch, push, probe, ack, release */
    const wb_call_item *items;
    size_t item_count;
    /* token: what lets us ask for tokens (a refresh token): the one that the last answer gave, else
     * the account's option (wb_op.grant). Secret; {NULL, 0} = the operation has none */
    wb_view grant;
} wb_call;

/* A piece of what a sink took. */
typedef struct {
    wb_view bytes;  /* they begin where the last piece was consumed to */
    int64_t offset; /* of them in the whole */
    bool end;       /* nothing comes behind them */
} wb_piece;

/* What became of one item of a call. */
typedef enum {
    WB_RESULT_NONE = 0, /* said nothing about it: fetch, probe, look: retry; push: unknown */
    WB_RESULT_DONE,     /* fetch: body is the record; push, look: took effect; probe: it is there */
    WB_RESULT_UNCHANGED, /* push, look: the target had it already, or a newer one */
    WB_RESULT_RETRY,     /* look: not ready */
    WB_RESULT_PARK,      /* look: refused after all, nothing took effect */
    WB_RESULT_UNKNOWN,   /* push, look: may or may not have taken effect */
    WB_RESULT_ABSENT,   /* probe: it is not there; fetch: does not exist; look: nothing took effect,
                           it may be sent again (of an attempt: it never arrived) */
    WB_RESULT_MORE,     /* fetch: body is a part, cursor says where the next begins; look: the next
                           step is asked with that cursor; push: so it is, and nothing took effect */
    WB_RESULT_BEHIND,   /* fetch: older than what was announced; body is what came */
    WB_RESULT_ACCEPTED, /* push: it will be done; `ticket` tells what became of it, by the
                           operation's `look`. Until then it may have left */
} wb_result_code;

/* What a record should have by now and its source may tell later than the record itself: the
 * package number of a shipped order. The record goes on as it is; what it lacks is asked for again
 * in the background, a few times. */
typedef struct {
    wb_view name;  /* for people, a literal: "package number"; {NULL, 0} = nothing of that kind */
    wb_view value; /* what is there of it, joined by commas; {NULL, 0} = it lacks */
    wb_view parts; /* ids of the parts of the record that it is about, joined by commas */
} wb_awaited;

typedef struct {
    wb_result_code code;
    wb_view body;          /* FETCH: raw record (view into the response, or outcomes' arena). PROBE,
                              PUSH that asks: what the target has, as far as its answer tells, packed
                              in the arena: a dry run shows what would change; {NULL, 0}: not told */
    wb_view cursor;        /* MORE */
    int64_t source_utc_us; /* FETCH: the record's own update time, if it was read; 0 = not known */
    uint64_t revision;     /* PROBE DONE: the revision found, 0 = not told */
    wb_view remote_id;     /* PUSH, PROBE: the target's own id; above WB_REMOTE_ID_MAX: not kept */
    wb_awaited awaited; /* FETCH MORE, DONE: of a record in parts the last that names one counts */
    int64_t retry_ms;   /* RETRY: not before; 0 = by back-off */
    wb_view ticket;     /* ACCEPTED: 1..WB_TICKET_MAX bytes; several may share one */
    int64_t again_ms;   /* ACCEPTED: when to look; 0 = by back-off. At most the longest pause of the
                           account (backoff_max_ms) */
    char reason[160];   /* RETRY, PARK, UNKNOWN, ABSENT: for people, no secret, no personal data */
} wb_result;

/* How the reason of a PARK begins that another system can mend, without anybody changing the record
 * (no such SKU in the ERP yet): it is tried again by the account's retry_parked. */
#define WB_REASON_UNMET "unmet: "

/* How the reason of a PARK begins where the target has something else of the record and does not
 * take what is wanted (it has shipped it; the buyer has moved): for a person. A newer state of
 * which push_op has nothing to say does not end it; one that the target answers to does. */
#define WB_REASON_CONFLICT "conflict: "

/* What a pull found. */
typedef struct {
    wb_kind kind;               /* WB_KIND_NOTICE (has to be fetched) or WB_KIND_RAW */
    wb_record_kind record_kind; /* NONE: a notice that announces no record, or nobody knows which */
    wb_view type; /* queues: what the notice announces, in its source's word; the first item of a
                     message says it. Where a route wants it, it is handed on as it is, whatever
                     `outcome` says of it beside; {NULL, 0}, or above WB_NOTICE_TYPE_MAX: it is none
                     that can be told */
    wb_view external;         /* the record's id at the source */
    wb_root_name root;        /* what it belongs to, of kinds that belong to a root. None of ours,
                                 or none named: recorded nowhere, FILTERED and counted */
    wb_view what;             /* what makes the message id: the notice id, or id and update time */
    wb_view seen;             /* a notice id to remember against duplicates; {NULL, 0} = none */
    int64_t event_utc_us;     /* the event's own time; 0 = none */
    int64_t source_utc_us;    /* the record's own update time, when told; 0 = none */
    int64_t available_utc_us; /* when the outside had it ready; 0 = not told */
    wb_view body;             /* raw channel bytes */
    wb_view handle;           /* queues: to acknowledge with */
    bool beside; /* queues: of the same message as the item before it, which has its `seen` and
                    `handle`: all of a message were taken before, or none. This one has neither */
    /* NONE: goes on; FILTERED: no consumer; PARKED: with reason. Of a notice that announces no
     * record it holds only where no route wants it as it is. */
    wb_outcome outcome;
    char reason[160];
} wb_item;

/* Everything that read finds out. Owned by the runtime, reused. Views point into the response or
 * into `arena`. */
typedef struct {
    wb_item *items; /* pull */
    size_t item_count, item_cap;
    wb_result *results; /* one for each item of the call, in order; zeroed */
    size_t result_count, result_cap;
    wb_view cursor;         /* pull: next page; {NULL, 0} = the slice is done */
    int64_t reached_utc_us; /* pull: the vendor says that all until here was told; 0 = `to` */
    int64_t total;    /* pull: items of the whole slice, where the answer tells; 0 = not told */
    int64_t again_ms; /* pull: come back after this long with the same cursor; 0 = no */
    bool reread;      /* pull: a page of this slice that is read once more on purpose */
    bool declined; /* push, fetch: a no to all of the request inside a success, as others say it by
                      a 4xx: of each record in a row it is the account's */
    bool refused_whole; /* push, fetch: the batch was refused because of some of it: halve it */
    bool names_doubted; /* what was refused may be an id that is none any more: names are asked for
                           anew, in the background */
    int64_t retry_ms;   /* the vendor asked for this pause (Retry-After) of all; 0 = did not */
    int64_t later_ms;   /* beside WB_RETRY: the records of this call wait so long, and no others */
    int64_t learnt_rate_micro; /* the limit that the headers told; 0 = none */
    bool throttled;            /* 429 and its likes: the bucket is empty */
    int64_t cost_taken;        /* points that this call took; 0 = not told: the estimate counts */
    bool left_told;            /* `left`: points that are left after it */
    int64_t left;
    bool renew_token; /* the access token was refused: get a new one and repeat once. Set with
                         a WB_SUSPEND, which counts when the repeat is refused as well */
    wb_buf token;     /* token: the access token (secret) */
    int64_t token_ttl_ms;
    wb_buf grant;         /* token: what is to be used in the next call instead of this call's grant
                             (secret); empty = the same */
    int64_t grant_ttl_ms; /* how long the grant is good, the old one or the new; 0 = not told */
    int64_t consumed;     /* slice: bytes of the piece that need not be seen again */
    wb_trouble trouble;   /* beside WB_RETRY, WB_SUSPEND or WB_REJECT */
    wb_account_word word; /* ask */
    wb_buf arena;
} wb_outcomes;

void wb_outcomes_init(wb_outcomes *self);
/* Empty, with `results` zeroed results. Memory is kept. */
void wb_outcomes_clear(wb_outcomes *self, size_t results);
void wb_outcomes_fini(wb_outcomes *self);
wb_item *wb_outcomes_item(wb_outcomes *self); /* a new zeroed item; invalidates older pointers */
/* Room in the arena for `len` bytes that wb_outcomes_keep will be given: call it once, first of
 * all, because what was kept must not move. */
void wb_outcomes_reserve(wb_outcomes *self, size_t len);
/* A copy of `text` in the arena ({NULL, 0} stays that). Beyond what was reserved is an abort. */
wb_view wb_outcomes_keep(wb_outcomes *self, wb_view text);
/* What nearly every API means by its status: 2xx WB_OK; 401, 403 WB_SUSPEND; 408, 425, 5xx
 * WB_RETRY; 429 WB_RETRY and throttled; all else WB_REJECT. Sets retry_ms by Retry-After. */
WB_MUST_CHECK wb_rc wb_response_usual(const wb_call *call, const wb_response *self,
                                      wb_outcomes *out, wb_err *err);
/* An element that cannot be used: it is set aside with its own bytes, and the rest of the page goes
 * on. Views of the item stay as they are. */
void wb_item_park(wb_item *self, const char *fmt, ...) WB_PRINTF(2, 3);
void wb_result_set(wb_result *self, wb_result_code code, const char *fmt, ...) WB_PRINTF(3, 4);

/* Is a set complete (wb_op.gather)? What is not uses no attempts and no call, and waits with that
 * reason. */
typedef enum {
    WB_SET_INCOMPLETE = 0, /* more of it has to come */
    WB_SET_WHOLE,          /* all is there, or the account's policy takes it for all: one call */
    WB_SET_PARK,           /* by the policy it has waited long enough: parked */
} wb_set_code;
typedef struct {
    wb_set_code code;
    int64_t again_ms; /* INCOMPLETE: ask again after that, though nothing came; 0 = a minute */
    char reason[160]; /* INCOMPLETE, PARK: what is missing, for people */
} wb_set;

struct wb_op {
    const char *name; /* "orders.get": in metrics, logs and limits; unique in the connector */
    wb_verb verb;
    wb_limit limit;
    int batch_max; /* what one call may carry: jobs of a request; items of a PULL's answer */
    int64_t timeout_ms;
    int64_t settle_ms; /* PUSH: how long "not there" may be a lag or work under way */
    bool repeatable;   /* PUSH: honours the idempotency key: an unknown outcome may be sent again */
    bool compares;     /* PUSH: the target compares revisions: a newer one may overtake */
    bool needs_token;
    const char *probe; /* PUSH: the name of the PROBE operation, NULL = none */
    uint32_t reads; /* PUSH: bit set of the owner groups that build reads; a revision that changes
                       none of them needs no call. 0 = all, and each revision is a call */
    /* PUSH: the name of another PUSH, which reads the same groups: what that one has written of
     * them is there, and needs no call of this one either. NULL = what another has written says
     * nothing */
    const char *renews;
    /* ASK: the operation of what else may be asked of the account, while `cursor` says that there
     * is more: by people alone (check --online), to whom each part says its own word.
     * FETCH, LOOK: the operation of what comes after a MORE; NULL = this one. Where that one has a
     * `more` as well, they are a chain: the next step is the one of it whose name the cursor begins
     * with ("orders.address", or with a blank and more behind), and the first when it is none.
     *
     * PUSH: this one is a question, and writes nothing: what the target shows decides whether
     * something is to be written (MORE), and `more` names what writes it. What that comes to in any
     * other way than done is asked for anew: by the question, never by a cursor that has grown old.
     * So the question is `repeatable`, whatever the write is. NULL = a MORE says nothing. */
    const char *more;
    /* PUSH: the name of the LOOK operation for what is ACCEPTED, NULL = nothing ever is. Looks are
     * asked for many at once: of a LOOK, batch_max counts tickets, each with all of its records. */
    const char *look;
    /* PUSH: the request names its attempt to the target, and `look` finds it by that. The attempt
     * is then stored before the request leaves, which costs a commit, and an answer that never came
     * is looked for. */
    bool look_by_attempt;
    int64_t ticket_max_ms; /* PUSH: after that the outcome of a ticket is unknown; 0 = a day */
    const char *grant;   /* TOKEN: the account's option (a secret) that the first grant comes in by;
                            NULL = there is none. What an answer replaces it by is kept, sealed, until
                            the option is changed */
    bool replaces;       /* TOKEN: a new token ends the one before: one process alone may ask */
    uint32_t schemes;    /* wb_scheme bits that its URLs may have; 0 = http and https */
    const char *urls[2]; /* the account's options that its URLs may begin with: a configuration that
                            gives them another scheme is refused. NULL = none, or no more */

    /* Turn jobs into one request. Pure: same input, same bytes. */
    wb_rc (*build)(const wb_call *call, wb_request *out, wb_err *err);
    /* Turn the answer into outcomes. Pure. Knows every way this vendor says no. Returns WB_OK when
     * it understood the answer, also a refusal of single items; WB_RETRY (try all again, see
     * retry_ms, throttled), WB_SUSPEND (credentials), WB_REJECT (this request is wrong for ever:
     * every item is parked with the text; pull: the stream stops with it). For a PUSH the runtime
     * turns a WB_RETRY of a status that may have taken effect into unknown: see `effect_free`. */
    wb_rc (*read)(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
    /* PUSH: does this answer prove that nothing took effect (429, 401, 404, connection refused)?
     * NULL = only 429 and 4xx do. */
    bool (*effect_free)(const wb_response *resp);
    /* PUSH: what of these belongs in one call, and only all of it: appended to `out`, the same text
     * for all of one set (the root, a tracking number). Nothing appended: it goes by itself. Pure,
     * and of what stays the same while a revision waits. NULL = each by itself. */
    void (*gather)(const void *options, const wb_envelope *want, wb_buf *out);
    /* With `gather`: is what waits of one set (the call's items) all of it? Asked whenever one has
     * come, and after again_ms. `waited_ms`: since its first one came to this process, so that a
     * policy of the account can end the wait. A set that does not fit into batch_max is parked. */
    void (*whole)(const wb_call *call, int64_t waited_ms, wb_set *out);
    /* Points that a call will take which carries `count` (jobs; items of a page), at least 1.
     * Before it leaves; the answer corrects it (cost_taken). NULL = calls are counted. */
    int64_t (*cost)(const void *options, int count);
    /* PULL whose answers are large: these go to a file (wb_request.sink), timeout_ms is then how
     * long it may be silent, and an answer that breaks off goes on where it was, if the server
     * allows it. `read` sees status and headers, says no as ever, and leaves items and cursor to
     * this: the bytes, piece by piece, into items. Only of an answer that is no 2xx, and so no
     * file, does it say OK and a cursor: to go on with another step (a URL that has ended is asked
     * for anew).
     *
     *   out->consumed  bytes that are done with. 0 and no `end`: more at once, please; what is
     *                  longer than WB_PIECE_MAX begins the slice anew, as any failure does
     *   out->items     at most call->page_max, beside what is parked
     *   out->cursor    before the end: what the next piece has to know (the names of columns), by
     *                  which page_op still chooses this operation, and build still asks for the
     *                  same answer: a file that is lost is asked for again, and read from offset 0;
     *                  {NULL, 0} = as it is. With the end, all of it consumed: the next page, as a
     *                  read says it
     *
     * Each piece is one transaction: items, cursor, and how far it came; a restart goes on there.
     * Pure: the same piece may come again, and longer. */
    wb_rc (*slice)(const wb_call *call, const wb_piece *piece, wb_outcomes *out, wb_err *err);
};

typedef enum {
    WB_STREAM_QUEUE, /* received and acknowledged; always open */
    WB_STREAM_LIST,  /* read in time slices with a cursor */
} wb_stream_mode;

typedef struct {
    const char *name; /* "orders.queue" */
    wb_stream_mode mode;
    wb_record_kind record_kind;
    const wb_record_kind *also; /* kinds that its answers carry beside (a parcel and its invoice),
                                   ends with NONE; NULL = none */
    const char *pull, *ack, *release; /* operations; ack and release for queues */
    const char *fetch;     /* the operation that completes its notices; NULL = items are whole */
    bool single;           /* `fetch` needs an id alone: a person may name a record */
    const char *cron;      /* LIST: default schedule, five fields; NULL = on demand only */
    const char *full_cron; /* LIST: and of full runs beside it; NULL = none by themselves */
    int64_t interval_ms;   /* LIST: instead of cron; 0 = none */
    int64_t slice_ms;      /* LIST: the longest time range of one slice */
    int64_t overlap_ms;    /* LIST: seams are read again */
    int64_t first_ms;      /* LIST: how far back the first run goes */
    int64_t full_ms;       /* LIST: and a full one; 0 = as far */
    int64_t margin_ms;     /* LIST: the newest time that may be asked is now minus this */
    bool optional; /* read only where the account names it: not everybody has it, or may ask */
    /* LIST: each run tells all there is, changed or not, and no other stream of the account brings
     * records of that kind: what a run that was read to its end does not name is there no more. Its
     * reader tells the list's `total`, where the answer does. */
    bool whole;
    /* LIST: it tells what became here of records that came from other accounts: an item names its
     * record as the root, one of ours or none. What is mapped of it is taken of the group alone
     * that is told back (wb_record_def.told_back). It begins no record, and no route. */
    bool reads_back;
    const char *help;
} wb_stream;

/* What the mapper made of one raw body: the struct of its kind, all of them in one place
 * (wb_mapped_record). Texts are views into the raw body or the document; lists are allocated by
 * wb_alloc and freed by the caller with wb_mapped_fini, also after an error. */
typedef struct {
    wb_record_kind kind;
    union {
        wb_order order;
        wb_shipment shipment;
        wb_inventory inventory;
        wb_listing listing;
        wb_product product;
        wb_invoice invoice;
        wb_return returned;
        wb_metric metric;
        wb_notice notice;
    };
    int64_t source_utc_us;
    uint32_t owners; /* bit set of the owner groups that this observation covers */
    bool routed;     /* false: recorded, not handed to targets (an order not yet paid) */
    char *made;      /* by wb_alloc: a text of the record that stands nowhere as it is */
} wb_mapped;

/* Who hears what is wrong with an account's settings: all of it, not the first alone. */
typedef struct {
    void (*tell)(void *arg, const char *const *names, const char *text);
    void *arg;
} wb_complaints;

/* One of them. `names`: the settings that it is about, ending with NULL; the first is the one to
 * look at. When one of them could not be read, that has been told, and this is left out. */
void wb_complain(const wb_complaints *self, const char *const *names, const char *fmt, ...)
    WB_PRINTF(3, 4);
#define WB_ABOUT(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What becomes of a member of a channel's own model. For people (records.md says from it which
 * channel gives which field) and for the test that holds it against model and mapping. */
typedef struct {
    wb_record_kind kind;
    const char *channel; /* "amazon v0": the connector, and its API where it reads several */
    const char *member;  /* "lines[].sku"; NULL: the field follows from more than one member */
    const char *fields;  /* "lines[].sku, item_total" of the record; NULL: not mapped on purpose */
    const char *note;    /* why, or how */
} wb_coverage;

/* A setting, and the environment variables that give it: the first that is set and not empty. */
typedef struct {
    const char *option;   /* a row of the connector's options */
    const char *names[2]; /* the second may be NULL */
    bool required;
    bool common; /* other programs are told by it as well: alone it asks for no account */
    const char *help;
} wb_variable;

/* The account that `waybill up --from-env` makes, without a configuration. */
typedef struct {
    const char *account;          /* its name; for ever, as what is stored of it is */
    wb_record_kind takes;         /* routed to it from each other account so made; NONE = nothing */
    const wb_variable *variables; /* ends with option NULL; one is required and not common */
} wb_environment;

typedef struct wb_connector {
    const char *name;
    const char *summary;
    const wb_option *options; /* the account's settings */
    size_t options_size;
    const char *example; /* options of an account as a person writes them: YAML, a line each */
    const wb_environment *env; /* NULL = never without a configuration */
    /* Settings that contradict each other, a bad URL: every one. Those that could not be read are
     * zero. NULL = nothing to check. */
    void (*check)(const void *options, const wb_complaints *out);
    const wb_stream *streams;    /* ends with name NULL; NULL = nothing to pull */
    const wb_record_kind *takes; /* kinds that push_op takes, ends with NONE; NULL = all kinds that
                                    have a canonical form, as a webhook does */
    const wb_op *ops;            /* ends with name NULL */
    /* PULL may be chosen by an option; NULL = the stream's own. Ask with wb_connector_pull. */
    const char *(*pull_op)(const void *options, const wb_stream *stream);
    /* The operation of the next page, where a stream is read by a chain of them (create a report,
     * wait for it, get it): chosen by the cursor alone, which is stored and so knows the step after
     * a restart. {NULL, 0}: the first. NULL, or a NULL result = as without it. Ask with
     * wb_connector_page. */
    const char *(*page_op)(const void *options, const wb_stream *stream, wb_view cursor);
    /* FETCH likewise; ask with wb_connector_fetch. */
    const char *(*fetch_op)(const void *options, const wb_stream *stream);
    /* PUSH: the operation for a wanted state (create, update, cancel); NULL result = nothing to
     * do. `delivered` is false when no mark is known. */
    const char *(*push_op)(const void *options, const wb_envelope *want, bool delivered);
    /* PUSH: why push_op names none for a wanted state of which the target has nothing, for people:
     * a literal. NULL = there is always one. Ask with wb_connector_not_sent. */
    const char *(*not_sent)(const void *options, const wb_envelope *want);
    /* PUSH: what follows an unknown outcome, where an option decides; NULL = by the op: repeatable:
     * RESEND, probe: PROBE, else PARK. */
    int (*after_unknown)(const void *options); /* wb_after_unknown */
    /* PUSH: settle time where an option decides; 0 = the op's own. NULL = none. */
    int64_t (*settle_ms)(const void *options);
    /* The batch, or the page, of an operation where an option decides; 0 = the op's own. NULL =
     * none. Ask with wb_connector_batch. */
    int (*batch_max)(const void *options, const wb_op *op);
    /* The time-out of a call where an option decides; 0 = the op's own. NULL = none. */
    int64_t (*timeout_ms)(const void *options, const wb_op *op);
    /* A rate limit of an account's own options; out is the op's own before. NULL = none. */
    void (*limit)(const void *options, const wb_op *op, wb_limit *out);
    /* Pieces in one of what the channel sells by that SKU, where an option says so: what comes of
     * the account is counted in pieces then, before any table of SKUs. {NULL, 0}: the most of any.
     * NULL, or 1 = as it is sold. Read by the check of those tables alone. */
    int64_t (*pack)(const void *options, wb_view sku);
    /* Raw to canonical. Pure. Called by wb_connector_map. */
    wb_rc (*map)(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err);
    /* The vendor signs what is in the body, a secret of the account among it: nobody is shown such
     * a body as it is (redact.h). */
    bool secret_body;
    const wb_coverage *coverage; /* ends with channel NULL; NULL = nothing is mapped */
    /* Sign the finished request; called for each attempt, last before sending. `token` is the
     * access token, {NULL, 0} when the operation needs none. NULL = nothing to sign. */
    wb_rc (*sign)(const wb_call *call, wb_view token, wb_request *request, wb_err *err);
    /* What tokens and limits belong to (Amazon: seller and application): appended to `out`, no
     * secret in clear (hash it). NULL = the account itself. */
    void (*scope)(const void *options, const wb_op *op, wb_buf *out);
    /* The cheapest harmless question that only an account is answered which may do `refused`: the
     * name of an ASK, or of a PULL of a list (one short slice, whose items are ignored). Asked when
     * one record was refused and no other is there to tell whether it is the account. NULL, or a
     * NULL result = there is none. */
    const char *(*ask_op)(const void *options, const wb_op *refused);
    /* Its question (ASK) tells when the credentials end, which no call renews: who has to renew
     * them, and how, for people. It is asked once a day then. NULL = they do not end, or nothing
     * tells when. */
    const char *renewal;
    /* Where a queue stream takes from: appended to `out`, the same text for the same queue however
     * it is written, no secret. NULL, or nothing appended: nobody else can take from it. */
    void (*queue)(const void *options, const wb_stream *stream, wb_buf *out);
    /* The operation that gets the token for `op`: NULL = the first of verb TOKEN. */
    const char *(*token_op)(const void *options, const wb_op *op);
    /* Verify a request that came in, and read its items (as a pull's). Pure. First the signature,
     * compared by wb_digest_same; then the nonce; then the time, unless the nonce is known; then
     * the body. Called by wb_hook_take. NULL = nothing is taken. */
    void (*verify)(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items);
} wb_connector;

typedef enum { WB_UNKNOWN_RESEND = 0, WB_UNKNOWN_PROBE, WB_UNKNOWN_PARK } wb_after_unknown;

/* The struct of the kind that it holds. */
static inline void *
wb_mapped_record(wb_mapped *self)
{
    return &self->order;
}

void wb_mapped_fini(wb_mapped *self);

/* A document, parsed, to the record of its kind. `out` is zeroed but for the kind. */
typedef wb_rc wb_map_fn(wb_json *json, wb_mapped *out, wb_err *err);
typedef struct {
    wb_record_kind kind;
    wb_map_fn *map;
} wb_map_row;
/* For a `map` whose raw messages are one JSON document each: by the row of the kind; the last row
 * is of kind NONE. WB_REJECT: it has no row, or the document is none. */
WB_MUST_CHECK wb_rc wb_map_by_kind(const wb_map_row *rows, const wb_envelope *raw, wb_json *json,
                                   wb_mapped *out, wb_err *err);

/* Raw to canonical by the connector's map (by the row of its kind, of what is taken as it is), and
 * what the reading left out or repaired
 * (protocol/answer.h) into the record. WB_REJECT as well when the connector maps nothing. */
WB_MUST_CHECK wb_rc wb_connector_map(const wb_connector *connector, const wb_envelope *raw,
                                     wb_json *json, wb_mapped *out, wb_err *err);

/* All that is wrong with an account's settings: URLs that an operation cannot be asked by, and what
 * the connector's own `check` says. */
void wb_connector_check(const wb_connector *connector, const void *options,
                        const wb_complaints *out);

const wb_op *wb_connector_op(const wb_connector *connector, const char *name); /* NULL = none */
uint32_t wb_op_schemes(const wb_op *self); /* wb_scheme bits, also where it names none */
const wb_op *wb_connector_ask(const wb_connector *connector, const void *options,
                              const wb_op *refused); /* NULL = none */
/* The question about the account, whatever was refused; NULL = there is none. */
const wb_op *wb_connector_question(const wb_connector *connector, const void *options);
const wb_stream *wb_connector_stream(const wb_connector *connector, wb_view name);
/* Does it read records of this kind (notices as they are: is one of its streams a queue), can it be
 * handed any, can it be handed those? */
bool wb_connector_gives(const wb_connector *connector, wb_record_kind kind);
bool wb_connector_pushes(const wb_connector *connector);
bool wb_connector_takes(const wb_connector *connector, wb_record_kind kind);
/* The operation that pulls a stream, or completes its notices (NULL = its items are whole), with
 * these options. */
const wb_op *wb_connector_pull(const wb_connector *connector, const void *options,
                               const wb_stream *stream);
const wb_op *wb_connector_fetch(const wb_connector *connector, const void *options,
                                const wb_stream *stream);
/* The stream whose `fetch` reads a record of this kind by its id alone; NULL = none does. */
const wb_stream *wb_connector_single(const wb_connector *connector, wb_record_kind kind);
/* The operation of the page behind `cursor`. NULL: the connector knows no such step (any more). */
const wb_op *wb_connector_page(const wb_connector *connector, const void *options,
                               const wb_stream *stream, wb_view cursor);
/* The operation of the step behind `cursor` of what `op` began (wb_op.more): itself without a
 * cursor. And whether `op` can come to `step` that way, or is it. */
const wb_op *wb_connector_more(const wb_connector *connector, const wb_op *op, wb_view cursor);
bool wb_connector_leads(const wb_connector *connector, const wb_op *op, const wb_op *step);
/* Why nothing is sent for a wanted state that the target has nothing of; NULL = something is. */
const char *wb_connector_not_sent(const wb_connector *connector, const void *options,
                                  const wb_envelope *want);
/* Points of a call that carries `count`; 1 where calls are counted. */
int64_t wb_connector_cost(const void *options, const wb_op *op, int count);
/* What one call of an operation may carry with these options, at least 1. */
int wb_connector_batch(const wb_connector *connector, const void *options, const wb_op *op);

/* Ask the connector, the memory, and the connector again; `hook->nonce` is set here. TAKEN is what
 * is new (its items are to be stored before the answer leaves) and what came before (without
 * items); whatever else is REFUSED or ELSEWHERE has no items. */
void wb_hook_take(const wb_connector *connector, wb_hook *hook, const wb_nonce_memory *memory,
                  wb_hook_answer *out, wb_outcomes *items);

#endif
