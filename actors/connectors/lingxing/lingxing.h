/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lingxing - what the files of this connector share
 *
 * Source of all that is known here: ../shared/specs/lingxing.md; what it leaves open is in
 * uncertain.h.
 */
#ifndef WB_ACTORS_CONNECTORS_LINGXING_LINGXING_H
#define WB_ACTORS_CONNECTORS_LINGXING_LINGXING_H

#include "actors/connectors/connector.h"
#include "protocol/key.h"
#include "protocol/records/order.h"

/* Of one create, approval or look-up. 200 numbers may be looked up; how many orders a create may
 * carry no page says: what is refused whole is halved. */
#define LINGXING_ORDERS_MAX 50
#define LINGXING_LIST_LENGTH 200 /* of an order list: several system orders may be one of ours */
#define LINGXING_PAGE_MAX 1000   /* of products; 800 of stock, 200 of outbound orders */
#define LINGXING_LENGTH_MIN 20   /* shorter ones were refused */
#define LINGXING_HOLD_MS 120000  /* a call that never ended holds its place for two minutes */
#define LINGXING_ORDERS_OF_ROW_MAX 32 /* that one outbound order may be for */
#define LINGXING_GOODS_MAX 32         /* that one line of an order may be */
#define LINGXING_TOLD_MAX 4096        /* bytes of an address, packed; a longer one is not told */
#define LINGXING_NUMBERS_MAX 1024     /* bytes of their numbers, comma-joined */
#define LINGXING_PARTS_MAX 8          /* system orders that one of ours may be split into */

typedef enum { LINGXING_STOCK_VALID = 0, LINGXING_STOCK_SELLABLE } lingxing_stock_field;
typedef enum { LINGXING_TRACKING = 0, LINGXING_WAYBILL } lingxing_tracking;

/* One of our accounts, and the shop that its orders are of there. */
typedef struct {
    char *account, *store_id, *name, *platform_code, *sid; /* store_id, or else name */
} lingxing_store;

typedef struct {
    char *url, *app_id, *app_secret;
    wb_option_list stores;     /* lingxing_store */
    wb_option_list warehouses; /* char *: wid, or a name */
    int64_t stock_field;       /* lingxing_stock_field */
    int64_t tracking;          /* lingxing_tracking */
    int64_t page_size;
    bool address_permission, approve, tell_shipped;
    char *wid, *logistics_type_id; /* ids or names, as those of the rules */
    char *logistics_provider_id;   /* of tell_shipped; "" = as the ERP tells it */
    int64_t names_age;             /* ms */
} lingxing_options;

typedef wb_rc lingxing_build_fn(const wb_call *call, wb_request *out, wb_err *err);
typedef wb_rc lingxing_read_fn(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                               wb_err *err);
/* A document to the record of its kind. `out` is zeroed but for the kind; freed by the caller. */

/* options.c */
extern const wb_option lingxing_rows[];
extern const char lingxing_example[];
void lingxing_check(const void *options, const wb_complaints *out);
/* The shop of one of our accounts; NULL = none is named. */
const lingxing_store *lingxing_store_of(const lingxing_options *options, wb_view account);

/* names.c: what people call by a name */
#define LINGXING_SHOP "shop"
#define LINGXING_WAREHOUSE "warehouse"
#define LINGXING_METHOD "shipping method"
#define LINGXING_PROVIDER "provider of a shipping method" /* its name: the method's id */
typedef struct {
    const char *what; /* one of these */
    wb_view text;     /* its id, a number, or its name */
} lingxing_named;
bool lingxing_is_number(wb_view text);
/* Its id; empty text has none. `out`: the request that is built, NULL of an answer that is read.
 * WB_RETRY: the ERP has to be asked first, which `out` has begun. WB_REJECT: it has none of that
 * name, or several. */
wb_rc lingxing_id_of(const wb_call *call, const lingxing_named *what, wb_request *out, wb_view *id,
                     wb_err *err);
/* The provider of a shipping method, by the method's id; empty: the ERP tells none. WB_RETRY: as
 * above. */
wb_rc lingxing_provider_of(const wb_call *call, wb_view type_id, wb_request *out, wb_view *id,
                           wb_err *err);
/* The same of a shop of the settings. */
wb_rc lingxing_store_id(const wb_call *call, const lingxing_store *store, wb_request *out,
                        wb_view *id, wb_err *err);

/* sign.c */
/* The text that is signed: the members of `params` (JSON, one object; {NULL, 0} = none) and those
 * of `common`, sorted. Values that are lists or objects stand as they are written in `params`.
 * WB_REJECT: no object, or a member twice. */
typedef struct {
    wb_view name, value;
} lingxing_param;
wb_rc lingxing_sign_text(wb_json *json, wb_view params, const lingxing_param *common, size_t count,
                         wb_buf *out, wb_err *err);
/* The `sign` of that text, before it is encoded for a URL. */
void lingxing_sign_of(wb_view app_id, wb_view text, wb_buf *out);
wb_rc lingxing_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err);

/* body.c: what is sent */
/* A POST to that path below the URL. */
void lingxing_post(const wb_call *call, const char *path, wb_request *out);
/* The body as it is sent and signed: members of every object sorted by name, null inside of another
 * left out, no blanks. The last line of every build. */
wb_rc lingxing_seal(const wb_call *call, wb_request *out, wb_err *err);
/* A whole request whose body is an object with one list, to which each item of the call adds. */
typedef struct {
    const char *path, *member;
    wb_rc (*put)(const wb_call *call, size_t item, wb_json_writer *writer, wb_err *err);
} lingxing_list_body;
wb_rc lingxing_post_list(const wb_call *call, const lingxing_list_body *body, wb_request *out,
                         wb_err *err);
/* A number that is an id, exactly: as a number when it is one, else as a text. */
void lingxing_put_id(wb_json_writer *writer, wb_view id);

/* answer.c: numbers of system orders, as a text */
/* "103,104": the first of a list that is not empty, which is left without it. */
wb_view lingxing_next_number(wb_view *list);
bool lingxing_has_number(wb_view list, wb_view number);

/* answer.c: what every answer has in common */
/* WB_OK: it says that it was done; else what the refusal is, by the table of codes. `call->json`
 * has the document afterwards in both cases, if it is one. */
wb_rc lingxing_answer(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
/* The same of a push: what is refused for its content becomes results, WB_OK, and *done is false.
 */
wb_rc lingxing_pushed(const wb_call *call, const wb_response *resp, wb_outcomes *out, bool *done,
                      wb_err *err);
/* An edit's answer: its code, when it says one of those that tell what was done (10002 all, 10001
 * some, 10000 none: *done). And the first failure that names one of these system orders. */
wb_rc lingxing_edited(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_view *code,
                      bool *done, wb_err *err);
wb_json_ref lingxing_error_of(wb_json *json, const char *list, wb_view numbers);
bool lingxing_effect_free(const wb_response *resp);
/* An answer's code as it is written; {NULL, 0} = there is none. */
wb_view lingxing_code(wb_json *json);
/* Of one element: its error_message, message or err_msg. */
void lingxing_element_words(wb_json *json, wb_json_ref element, char *dst, size_t size);
/* That item is refused: "what: words", as unmet where the words say that something is missing
 * there; where that is a shop, a warehouse or a shipping method, names are asked for anew. */
void lingxing_refuse(wb_outcomes *out, size_t item, const char *what, const char *words);
/* The rows of a list answer and how many the whole list has. False = it is no such answer. */
bool lingxing_list(wb_json *json, wb_json_ref *rows, int64_t *total);
/* A text that names something, number or text: false = missing, broken, twice or empty. */
bool lingxing_name(wb_json *json, wb_json_ref element, const char *member, wb_view *out);

/* A product of an outbound order that is a part of another one of it is none of its own. */
bool lingxing_is_component(wb_json *json, wb_json_ref products, wb_json_ref product);
/* What an item of a system order is called: its SKU there, else its channel's. */
bool lingxing_item_sku(wb_json *json, wb_json_ref item, wb_view *out);

/* times.c: as UTC microseconds. Seconds, or a time in China; 0, "" and 0000-00-00 are none. */
void lingxing_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);
/* The day in China of that moment: "2026-01-02"; 11 bytes. */
void lingxing_day(char dst[11], int64_t utc_us);

/* token.c */
lingxing_build_fn lingxing_token_build;
lingxing_read_fn lingxing_token_read;

/* orders.c: a wanted order, and which operation it asks for */
typedef struct {
    wb_key_parts key; /* its external id is the number that the order has there */
    wb_order order;   /* views into the envelope */
    const lingxing_store *store;
    wb_view wid, type_id; /* lingxing_want_way */
    wb_view provider_id;  /* lingxing_want_out: of that method; empty = nobody tells it */
} lingxing_want;
/* WB_REJECT: no order, or no shop is named for its account. wb_canonical_fini of the order later,
 * also after a failure. */
wb_rc lingxing_want_read(const wb_call *call, const wb_envelope *env, lingxing_want *out,
                         wb_err *err);
/* How many of a line were not cancelled, and how many of these are still to be sent; negative: it
 * is not told, or makes no sense. */
int64_t lingxing_ordered(const wb_order_line *line);
int64_t lingxing_to_ship(const wb_order_line *line);
/* Where it is sent from, and how, by ids: as the rules decided, else as the settings say.
 * WB_REJECT: one of them alone, which the ERP does not take. Both empty: left to the ERP. Else as
 * lingxing_id_of. */
wb_rc lingxing_want_way(const wb_call *call, lingxing_want *want, wb_request *out, wb_err *err);
/* The same of what is to be out. WB_REJECT also: neither is decided. */
wb_rc lingxing_want_out(const wb_call *call, lingxing_want *want, wb_request *out, wb_err *err);
bool lingxing_is_way_decided(const wb_order *order); /* by the rules */
/* Names that the rules gave to a call's orders: they are asked for where they are not known, and
 * nothing waits for that here. */
void lingxing_ask_names(const wb_call *call, wb_request *out);
const char *lingxing_push_op(const void *options, const wb_envelope *want, bool delivered);
const char *lingxing_not_sent(const void *options, const wb_envelope *want);

/* sent.c: which orders their channel ships itself */
bool lingxing_is_channels(const wb_order *order);
bool lingxing_is_shipped(const wb_order *order);
/* That of the first parcel that has one: there is one for a system order. {NULL, 0} = none has. */
wb_view lingxing_tracking_of(const wb_order *order);
/* Do the settings have it told? It is the channel's own, shipped, and has a tracking number. */
bool lingxing_is_told(const lingxing_options *options, const wb_order *order);

/* goods.c: what a line of an order is in the ERP */
typedef void (*lingxing_each_good)(void *arg, wb_view sku, int64_t pieces, const wb_money *piece);
/* What is still to be sent of a line, and all of one that its channel ships: the prices add up to
 * that of the line. WB_REJECT: it says no quantity, has no SKU or no price, or what was decided is
 * no whole number of each. */
wb_rc lingxing_goods_to_ship(const wb_order *order, const wb_order_line *line,
                             lingxing_each_good each, void *arg, wb_err *err);
/* All pieces that were ordered and not cancelled, by SKU, and those of them that are still to be
 * sent. Zeroed before; lingxing_sum_fini, also after a failure. */
typedef struct {
    wb_view sku;
    int64_t ordered, to_ship;
} lingxing_sum_row;
typedef struct {
    lingxing_sum_row *rows;
    size_t count;
} lingxing_sum;
wb_rc lingxing_sum_goods(const wb_order *order, lingxing_sum *out, wb_err *err);
void lingxing_sum_fini(lingxing_sum *self);

/* create.c */
lingxing_build_fn lingxing_create_build;
lingxing_read_fn lingxing_create_read, lingxing_tell_read;

/* rows.c: which rows of the order list name an order of ours */
typedef struct {
    wb_view number; /* that an item of the row has */
    wb_json_ref row;
} lingxing_naming;
typedef struct {
    wb_json_ref rows;
    bool complete; /* each row is of an order that was asked for: who is not in it, is not there */
    lingxing_naming *namings; /* by number, those of one number in the order of their rows */
    size_t count;
} lingxing_rows_read;
void lingxing_rows_index(wb_json *json, lingxing_rows_read *self);
/* For lingxing_rows_next, which gives each row once that names this order; NONE = no more. */
size_t lingxing_rows_begin(const lingxing_rows_read *self, wb_view number);
wb_json_ref lingxing_rows_next(const lingxing_rows_read *self, wb_view number, size_t *at);
void lingxing_rows_fini(lingxing_rows_read *self);

/* find.c: the order list, by the numbers of orders */
lingxing_build_fn lingxing_find_build;
lingxing_read_fn lingxing_probe_read;
/* What the list says of one of ours: of the system orders that stand for it. Hidden ones do not. */
typedef struct {
    wb_json_ref parts[LINGXING_PARTS_MAX]; /* those that are live; of one that is not, all */
    size_t count;
    bool absent;    /* the list is whole, and has none */
    bool too_many;  /* more than there is room for */
    int64_t status; /* of the first part; 0 = none that is known here */
    bool open;      /* all of them may be edited, and approved */
    bool shared;    /* one of them is for others as well */
    bool shipped;   /* one of them is, or the platform ships it */
    bool all_shipped;
    bool cancelled; /* none of them will be */
    wb_buf numbers; /* their global_order_no, comma-joined; "" when one of them cannot be read */
} lingxing_found;
/* A reading of such an answer: WB_RETRY: it is no list, or not all of it. `rows` begins as {0}, and
 * is finished by lingxing_rows_fini, also then. */
wb_rc lingxing_find_rows(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                         lingxing_rows_read *rows, wb_err *err);
/* WB_REJECT: the call's item cannot be read, so nobody knows what to look for. `out` is finished by
 * lingxing_found_fini, also then. */
wb_rc lingxing_find_one(const wb_call *call, size_t item, const lingxing_rows_read *rows,
                        lingxing_found *out, wb_err *err);
void lingxing_found_fini(lingxing_found *self);
/* The order that a job is about: itself, or what it belongs to. And is a row of the list for it? */
wb_rc lingxing_order_key(const wb_envelope *env, wb_key_parts *out, wb_err *err);
bool lingxing_row_is_of(const wb_call *call, wb_json_ref row, const wb_key_parts *key);
/* The same; *shared: it is for other orders as well. */
bool lingxing_row_is_for(const wb_call *call, wb_json_ref row, const wb_key_parts *key,
                         bool *shared);
/* The shop that a row of the list is of; NULL = none of ours. */
const lingxing_store *lingxing_row_store(const wb_call *call, wb_json_ref row);
/* Of a row; 0 = none that is known here. */
#define LINGXING_STATUS_HIDDEN 8 /* another stands for it */
int64_t lingxing_status(wb_json *json, wb_json_ref row);
/* "the ERP has shipped it (system order 103)": its side of a conflict, into `dst`. */
void lingxing_tell_side(const lingxing_found *found, char *dst, size_t size);
/* What the ERP has of it, into the result, as far as it tells: its address. Takes LINGXING_TOLD_MAX
 * of the arena at most. */
void lingxing_tell_there(const wb_call *call, const lingxing_found *found, const wb_address *want,
                         wb_outcomes *out, wb_result *result);
/* Is a row's item of that order of ours? */
bool lingxing_item_is_of(wb_json *json, wb_json_ref item, wb_view order);

/* look.c: what became of a created order, and its approval */
lingxing_read_fn lingxing_look_read;
lingxing_build_fn lingxing_review_build;
lingxing_read_fn lingxing_review_read;

/* mark.c: what is exceptional at its channel, told to the people of the ERP, and taken back */
bool lingxing_is_held(const wb_order *order);
/* The settings have orders approved, and this one is not held. */
bool lingxing_approves(const wb_call *call, size_t item);
void lingxing_remark(wb_buf *out, wb_view order, bool held);
/* The cursor to the write of a mark that is not as it is wanted; {NULL, 0} = it is. `last`: nothing
 * is to be done behind it. Takes LINGXING_NUMBERS_MAX of the arena. */
wb_view lingxing_mark_cursor(const wb_call *call, const lingxing_found *found,
                             const lingxing_want *want, bool last, wb_outcomes *out);
lingxing_build_fn lingxing_mark_build;
lingxing_read_fn lingxing_mark_read;

/* update.c: an order that is there changes; its first step is the look-up (find.c) */
lingxing_read_fn lingxing_update_read;
lingxing_build_fn lingxing_edit_build;
lingxing_read_fn lingxing_edit_read;

/* cancel.c: likewise, an order that is not to be shipped */
lingxing_read_fn lingxing_cancel_read, lingxing_cancelled_read;
lingxing_build_fn lingxing_stop_build;
lingxing_read_fn lingxing_stop_read;

/* out.c: an order that its channel has shipped is told as out; its first step is the create, or the
 * look-up */
lingxing_read_fn lingxing_told_read, lingxing_shipped_read;
lingxing_build_fn lingxing_outcome_build, lingxing_outbound_build;
lingxing_read_fn lingxing_outcome_read, lingxing_outbound_read;

/* lists.c: shipments, stock and products page by page */
lingxing_build_fn lingxing_list_build;
lingxing_read_fn lingxing_list_read;
typedef struct {
    const char *pull, *path;
    wb_record_kind kind;
    int page_max;
    bool by_page; /* pages are counted, not rows */
    bool moves;   /* a row that changes leaves the slice, and those behind it move up */
    /* What of the list is asked for; as lingxing_id_of. */
    wb_rc (*filter)(const wb_call *call, wb_request *out, wb_json_writer *writer, wb_err *err);
    /* How many bytes the items of an element need in the arena, at most. */
    size_t (*room)(wb_json *json, wb_json_ref element);
    /* The items of an element, each known by what it is. */
    void (*take)(const wb_call *call, wb_json_ref element, wb_outcomes *out);
} lingxing_list_def;
extern const lingxing_list_def lingxing_shipments, lingxing_stock, lingxing_products,
    lingxing_changed;
/* A new item of an element, RAW, with its own bytes. */
wb_item *lingxing_item(const wb_call *call, wb_record_kind kind, wb_json_ref element,
                       wb_outcomes *out);
wb_map_fn lingxing_map_shipment, lingxing_map_stock, lingxing_map_product;

/* state.c: what became of orders here, read back */
lingxing_read_fn lingxing_state_read;
wb_map_fn lingxing_map_order;

/* divide.c: an outbound order for several of ours is told apart by the list of orders */
lingxing_read_fn lingxing_divide_read;

/* ask.c */
lingxing_build_fn lingxing_ask_build;
lingxing_read_fn lingxing_ask_read;
lingxing_build_fn lingxing_more_build;
lingxing_read_fn lingxing_more_read;

extern const wb_coverage lingxing_coverage[]; /* coverage.c */

#endif
