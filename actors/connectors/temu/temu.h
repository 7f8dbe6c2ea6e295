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
#define TEMU_SET_MAX 50        /* shipments of one order in one call */
#define TEMU_STOCK_MAX 1000000 /* what a listing may show: 150013002 beyond it */
#define TEMU_SECRET_MIN 16     /* the key of what a webhook brings is its first 16 bytes */
#define TEMU_SUCCESS 1000000   /* errorCode of what succeeded */
#define TEMU_PACK_MAX 1000000  /* pieces in one sold unit */
#define TEMU_BOXES_MAX 10      /* boxes beside the first one */

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
/* An id: a number as it is written, never through a double, or a text. WB_REJECT: it is neither.
 * Absent, null and "" leave `*out` untouched. */
wb_rc temu_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *name, wb_err *err);
/* The same of what nobody is known by: left out when it cannot be read. */
void temu_answer_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *name);
/* As a number when it is one, else as a text: both are taken. */
void temu_put_id(wb_json_writer *writer, const char *key, wb_view id);
void temu_put_id_item(wb_json_writer *writer, wb_view id);
/* Seconds, or milliseconds, since 1970, as UTC microseconds; what is no time of this century is
 * left out. */
void temu_answer_seconds(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);
void temu_answer_ms(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);

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

extern const temu_list temu_orders, temu_listings, temu_products, temu_listings_told,
    temu_products_told, temu_returns;
/* lists.c: the list of an operation, and its rows as items: one that nobody can use is set aside
 * with its own bytes. `more`: room in the arena beside them. */
const temu_list *temu_list_of(const wb_call *call);
void temu_take_rows(const wb_call *call, wb_json_ref rows, size_t more, wb_outcomes *out);

/* pages.c: from the first page for the number of them, then from the last to the first */
temu_build_fn temu_list_build;
temu_read_fn temu_list_read;

/* tokens.c: each page names the next one by a token */
temu_build_fn temu_token_build;
temu_read_fn temu_token_read;

/* orders.c: an order in parts: itself, its address, its money or prices */
temu_build_fn temu_get_build, temu_address_build, temu_amount_build, temu_prices_build;
temu_read_fn temu_get_read, temu_address_read, temu_amount_read, temu_prices_read;

/* labels.c: packages that have not left, of which Temu has the label */
temu_build_fn temu_labels_build;
temu_read_fn temu_labels_read;
/* orders.c: that part, JSON, and the step behind it. */
wb_rc temu_keep_labels(const wb_call *call, wb_view told, wb_outcomes *out, wb_err *err);

/* awaited.c: what a shipped order lacks, or has, of package numbers */
void temu_await(wb_json *json, wb_json_ref parent, wb_json_ref lines, wb_outcomes *out);

/* join.c: the parts as one document, with what the account's options say of reading it */
/* The part of that name among those got so far; {NULL, 0} = it is not there. */
wb_view temu_part(wb_view parts, const char *name);
/* WB_RESULT_MORE with this part, or, without a next step, DONE with all. `value`: JSON. */
wb_rc temu_join(const wb_call *call, const char *name, wb_view value, const char *next,
                wb_outcomes *out, wb_err *err);

/* map_order.c, map_lines.c, map_packages.c, map_address.c, map_money.c */
wb_map_fn temu_map_order;
/* What the document says of how to read it. */
typedef struct {
    wb_json_ref order, parent, lines, labels, address, amount, skus;
    temu_mode mode;
    temu_price price;
    bool money;  /* it is told what the buyer paid */
    bool pieces; /* quantities are to be told in pieces */
} temu_document;
wb_rc temu_map_lines(wb_json *json, const temu_document *doc, wb_mapped *out, wb_err *err);
void temu_map_packages(wb_json *json, const temu_document *doc, wb_mapped *out);
void temu_map_address(wb_json *json, const temu_document *doc, wb_mapped *out);
/* Is it one that only a label of Temu's can be bought for? */
bool temu_restricted(wb_json *json, const temu_document *doc);
void temu_map_money(wb_json *json, const temu_document *doc, wb_mapped *out);
/* The id of the SKU that counts for this account. */
void temu_line_sku_id(wb_json *json, wb_json_ref line, temu_mode mode, wb_view *out);

/* regions.c */
typedef struct {
    int64_t id;
    const char *name, *country, *currency;
} temu_region;
const temu_region *temu_region_of(int64_t id);         /* NULL = another */
const temu_region *temu_region_named(wb_view english); /* likewise */

/* listings.c, products.c, returns.c */
wb_map_fn temu_map_listing, temu_map_product, temu_map_return;
bool temu_listing_wants(const wb_envelope *want);
/* A value that the two generations of lists call differently: the first of both that is there. */
wb_json_ref temu_either(wb_json *json, wb_json_ref of, const char *one, const char *other);
/* Pieces in one sold unit of the seller's SKU, by the option packs; 1 = it has no row. */
int64_t temu_pack_of(const temu_options *options, wb_view sku);
/* The seller's SKU in a row of a list. */
wb_view temu_listed_sku(wb_json *json, wb_json_ref row);
/* "Active", in whatever case. */
bool temu_word_is(wb_view word, const char *wanted);

/* listed.c: a SKU that a list told without its stock, with it: {"listed": the row, "stock": of
 * skuStockInfoList}, or without the latter; and beside either, where the account sells it in packs,
 * "pack": pieces of one. */
temu_build_fn temu_listed_build;
temu_read_fn temu_listed_read;

/* stock.c */
temu_build_fn temu_stock_build, temu_shown_build;
temu_read_fn temu_stock_read, temu_shown_read;
/* Begins the question how many of some SKUs are shown; ids follow, then a bracket. */
void temu_ask_shown(const wb_call *call, wb_view goods_id, wb_request *out, wb_json_writer *writer);
/* The row of the SKU of that item in the answer to it; NONE = there is none. */
wb_json_ref temu_shown_row(const wb_call *call, size_t item, wb_json_ref body);

/* boxes.c */
typedef struct {
    wb_view tracking, carrier; /* the ERP's name of it */
    wb_view carrier_id; /* Temu's, by a rule of the configuration; {NULL, 0} = there is none */
} temu_box;
wb_view temu_tracking_of(const wb_shipment *shipment); /* of its first box */
/* Its first box, and those beside it with numbers of their own; how many there are, which may be
 * more than have room. */
size_t temu_boxes_of(const wb_shipment *shipment, temu_box out[TEMU_BOXES_MAX + 1]);
/* Temu's id of a carrier that a rule, or the account, says; {NULL, 0} = none of them does. */
wb_view temu_carrier_told(const temu_options *options, const temu_box *box);
/* Members of an open object: carrier (whose key calls spell differently), tracking number,
 * warehouse. WB_REJECT: there is none of them. */
wb_rc temu_put_box(const temu_options *options, const temu_box *box, const char *carrier_key,
                   wb_json_writer *writer, wb_err *err);

/* ship.c, ship_lines.c, confirm.c */
temu_build_fn temu_ship_build, temu_shipped_build;
temu_read_fn temu_ship_read, temu_shipped_read, temu_again_read;

/* shown.c, correct.c: what Temu shows of a shipment that was confirmed asks for a step, whose
 * operation the cursor names, with a package and the number of a box for each: "shipments.edit
 * PK-1=0 PK-2=1" writes these over, and ends with TEMU_AND_BOXES when others are to be added after
 * that; "shipments.box PK-1=2" adds that box beside the package. */
#define TEMU_EDIT "shipments.edit"
#define TEMU_BOX "shipments.box"
#define TEMU_AND_BOXES " +"
temu_build_fn temu_edit_build, temu_boxed_build;
temu_read_fn temu_edit_read, temu_boxed_read;
/* What a refusal of a confirmation, or of a change of one, means for all items of the call. */
void temu_ship_refuse(const wb_call *call, int64_t code, const char *why, wb_outcomes *out);
void temu_ship_gather(const void *options, const wb_envelope *want, wb_buf *out);
void temu_ship_whole(const wb_call *call, int64_t waited_ms, wb_set *out);

/* Shipments of one order, and which of its lines they are. */
typedef struct {
    wb_shipment *shipments;
    size_t count;
    int64_t *left;  /* of each line of the order, what is in none of them yet */
    int64_t *taken; /* [shipment][line]: as Temu counts it, sold units that are whole with it */
    size_t lines;
    size_t newest; /* whose facts of the order count */
} temu_set;
const wb_order_facts_line *temu_set_lines(const temu_set *self);
/* WB_REJECT: one cannot be read, or has what its order has no line for. Freed by temu_set_fini,
 * also then. */
wb_rc temu_set_open(temu_set *self, const wb_call *call, wb_err *err);
void temu_set_fini(temu_set *self);
/* Is everything of the order in them? */
bool temu_set_whole(const temu_set *self);

/* parcel.c */
/* One parcel of the call: the first of its tracking number, and something of the order is in it.
 * Pieces of goods that are sold together only are nothing of it before the last of them goes. */
bool temu_is_parcel(const temu_set *self, size_t at);
/* What of a set is in the parcel of its shipment `at`, as rows of an open list; the pieces. */
int64_t temu_put_lines(const temu_set *self, size_t at, const char *order, wb_json_writer *writer);
void temu_put_acceptance(const temu_options *options, wb_json_writer *writer);
wb_rc temu_check_back(const wb_shipment *shipment, wb_err *err); /* WB_REJECT: called back */

/* combine.c: one parcel with several orders in it */
/* An order that is whole in this one shipment may share its parcel: false = it does not. */
bool temu_combine_gather(const temu_options *options, const wb_envelope *want, wb_buf *out);
/* False: it is a set of one order's own. */
bool temu_combine_whole(const wb_call *call, int64_t waited_ms, wb_set *out);
bool temu_is_combined(const wb_call *call); /* shipments of more orders than one */
wb_rc temu_put_combined(const wb_call *call, wb_json_writer *writer, wb_err *err);

/* hooks.c */
void temu_verify(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items);

extern const wb_coverage temu_coverage[]; /* coverage.c */

#endif
