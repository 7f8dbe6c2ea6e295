/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temu - what the files of this connector share: the account's options, the envelope of a call,
 * pages of lists, and the operations
 *
 * Source: our notes on the vendor's partner documentation (mirror of 2026-05-04) and on public
 * clients of it. What is not settled there stands in uncertain.h.
 */
#ifndef WB_ACTORS_CONNECTORS_TEMU_TEMU_H
#define WB_ACTORS_CONNECTORS_TEMU_TEMU_H

#include "actors/connectors/connector.h"

#define TEMU_PAGE_MAX 100
#define TEMU_STOCK_MAX 1000000 /* what a listing may show: 150013002 beyond it */
#define TEMU_SECRET_MIN 16     /* the key of what a webhook brings is its first 16 bytes */
#define TEMU_SUCCESS 1000000   /* errorCode of what succeeded */
#define TEMU_PACK_MAX 1000000  /* pieces in one sold unit */

typedef enum { TEMU_LOCAL = 0, TEMU_SEMI } temu_mode;
typedef enum { TEMU_MONEY_NONE = 0, TEMU_MONEY_AMOUNT } temu_money;
typedef enum { TEMU_PRICE_LIST = 0, TEMU_PRICE_ZERO, TEMU_PRICE_HOLD } temu_price;
/* Which of the vendor's two generations of lists goods and SKUs are read by. */
typedef enum { TEMU_GOODS_QUERY = 0, TEMU_GOODS_RETRIEVE } temu_goods_lists;

typedef struct {
    char *name; /* the ERP's name of a carrier */
    char *id;   /* Temu's: logisticsServiceProviderId */
} temu_carrier;

typedef struct {
    char *sku; /* the seller's number of it */
    int64_t pieces;
} temu_pack;

typedef struct {
    char *url, *app_key, *app_secret, *access_token, *mall_id;
    int64_t region_id, mode, money, price_without_money, goods_lists;
    char *warehouse_id, *default_carrier;
    wb_option_list carriers; /* temu_carrier */
    bool pieces;             /* quantities of orders are pieces, not sold units */
    wb_option_list packs;    /* temu_pack */
    wb_option_list confirm_acceptance;
    int64_t partial_after, combine_after, hold_retry, page_size, rate;
} temu_options;

typedef wb_rc temu_build_fn(const wb_call *call, wb_request *out, wb_err *err);
typedef wb_rc temu_read_fn(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                           wb_err *err);
/* A document to the record of its kind. `out` is zeroed but for the kind; freed by the caller. */

/* account.c: the question whether this account is served, and what the answer tells of it */
temu_build_fn temu_ask_build;
temu_read_fn temu_ask_read;

/* options.c */
extern const wb_option temu_rows[];
extern const char temu_example[];
void temu_check(const void *options, const wb_complaints *out);

/* envelope.c: what each request and each answer has around it */
/* Begins the body of a call of that interface: its own members follow, then temu_end. */
void temu_begin(const wb_call *call, const char *type, wb_request *out, wb_json_writer *writer);
/* WB_REJECT: it does not fit, or has a character in it whose signature is not settled. */
wb_rc temu_end(wb_request *out, wb_json_writer *writer, wb_err *err);
/* The `result` of an answer, unwrapped; parsed into call->json. What is no success is by the table
 * of codes (codes.c): WB_RETRY, WB_SUSPEND, WB_REJECT; `*code` is its errorCode, 0 = it has none.
 */
wb_rc temu_open(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_json_ref *result,
                int64_t *code, wb_err *err);
/* The same for who takes every refusal alike. */
wb_rc temu_result(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                  wb_json_ref *result, wb_err *err);
/* A no to this question alone: it is forgotten, and what was asked for goes its way without it. */
bool temu_is_declined(wb_rc rc, wb_outcomes *out);
/* An id: a number as it is written, never through a double, or a text. WB_REJECT: it is neither.
 * Absent, null and "" leave `*out` untouched. */
wb_rc temu_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *name, wb_err *err);
/* What names a row of a list, by its member `name`: an id, or a number of orders and the like,
 * which is a text. False: it is missing, none, or no external id can be so long. */
bool temu_row_id(wb_json *json, wb_json_ref row, const char *name, wb_view *out);
bool temu_row_sn(wb_json *json, wb_json_ref row, const char *name, wb_view *out);
/* The same of what nobody is known by: left out when it cannot be read. */
void temu_answer_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *name);
/* As a number when it is one, else as a text: both are taken. */
void temu_put_id(wb_json_writer *writer, const char *key, wb_view id);
void temu_put_id_item(wb_json_writer *writer, wb_view id);
/* Seconds, or milliseconds, since 1970, as UTC microseconds; what is no time of this century is
 * left out. */
void temu_answer_seconds(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);
void temu_answer_ms(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);
/* {"amount": in the smallest unit of its currency, "currency"}. */
void temu_answer_minor(wb_json *json, wb_json_ref ref, wb_money *out, const char *name);

/* codes.c: what an errorCode means */
typedef enum {
    TEMU_FINAL = 0, /* the request is refused for ever */
    TEMU_CONFIG,    /* the account's settings, or what its seller granted */
    TEMU_RETRY,     /* later: it may have taken effect */
    TEMU_THROTTLED,
    TEMU_CLOCK, /* signed by a clock that is not the gateway's */
    TEMU_LATER, /* not computed yet */
    /* of a shipment */
    TEMU_HELD, /* until a person, or the option confirm_acceptance, decides */
    TEMU_LOOK, /* what became of it has to be looked up */
} temu_class;

typedef struct {
    int64_t code;
    temu_class class;
    const char *words; /* what to do, for people; NULL = what Temu says is enough */
} temu_code;

/* The row of a code; of one that nobody knows, that of its family: never NULL. */
const temu_code *temu_code_of(int64_t code);
bool temu_code_known(int64_t code);
wb_trouble temu_trouble_of(int64_t code);
/* Has the gateway refused it before anybody looked at what it asks for? */
bool temu_effect_free(const wb_response *resp);

/* sign.c */
/* The text that is signed, between the two secrets: of the members of a body, sorted, without
 * `sign`. WB_REJECT: the body is no object. */
wb_rc temu_joined(wb_json *json, wb_view body, wb_buf *out, wb_err *err);
void temu_digest(char hex[33], const char *app_secret, wb_view joined);
wb_rc temu_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err);

/* names.c: what makes the message id of a row whose content comes back as it was, without a time of
 * its own: its id, and when it was read. TEMU_WHAT_MORE: room in the arena beside the id. */
#define TEMU_WHAT_MORE 64
wb_view temu_what(const wb_call *call, wb_view id, wb_outcomes *out);

/* A list of the vendor's: of which interface, and what its rows are. */
typedef struct {
    const char *pull;   /* the operation */
    const char *type;   /* the interface */
    const char *number; /* how it spells the number of the page; NULL = its pages have tokens */
    const char *total;  /* ... and of all its rows */
    const char *rows;
    wb_record_kind kind;
    wb_kind as;
    /* By number: what else is asked. By token: which rows, and the words of it, each a list of its
     * own, ending with NULL. */
    void (*filter)(const wb_call *call, wb_json_writer *writer);
    const char *search;
    const char *const *words;
    /* The names of a row; false = it has none that anybody can use. */
    bool (*name)(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item);
    const char *unusable;
} temu_list;

/* temu.c: the list of an operation. */
const temu_list *temu_list_of(const wb_call *call);
/* lists.c: its rows as items: one that nobody can use is set aside with its own bytes. `more`: room
 * in the arena beside them. */
void temu_take_rows(const wb_call *call, wb_json_ref rows, size_t more, wb_outcomes *out);

/* pages.c: from the first page for the number of them, then from the last to the first */
temu_build_fn temu_list_build;
temu_read_fn temu_list_read;

/* tokens.c: each page names the next one by a token */
temu_build_fn temu_token_build;
temu_read_fn temu_token_read;

/* regions.c */
typedef struct {
    int64_t id;
    const char *name, *country, *currency;
} temu_region;
const temu_region *temu_region_of(int64_t id);         /* NULL = another */
const temu_region *temu_region_named(wb_view english); /* likewise */

/* hooks.c */
void temu_verify(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items);

extern const wb_coverage temu_coverage[]; /* coverage.c */

#endif
