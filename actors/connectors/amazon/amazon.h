/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amazon - what the files of this connector share: options, facts that may change, operations
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_AMAZON_H
#define WB_ACTORS_CONNECTORS_AMAZON_AMAZON_H

#include "actors/connectors/connector.h"

/* Facts of the vendor that its documents leave open, or that it has changed before. One place;
 * tables of them are `endpoints` (options.c), limits (amazon.c), `types` with their versions
 * (notice_types.c), `errors` (sqs_errors.c, lwa.c), `statuses` (map.c), and amazon_behind
 * (spapi.c): that an order's update time is not before the time its notice tells. */
#define AMAZON_LWA_URL "https://api.amazon.com/auth/o2/token"
#define AMAZON_LWA_PATH "/auth/o2/token"
#define AMAZON_LWA_TTL_S 3600 /* when an answer has no expires_in */
#define AMAZON_LWA_TTL_MAX_S 86400
#define AMAZON_NOTIFICATIONS_SCOPE "sellingpartnerapi::notifications"
#define AMAZON_MARGIN_MS INT64_C(150000)       /* ...Before must be two minutes old; and to spare */
#define AMAZON_PAGE_MAX 100                    /* orders on one page of a list */
#define AMAZON_TOKEN_LIFE_MS INT64_C(82800000) /* a page token lives 24 h: used for 23 */
#define AMAZON_NOT_FOUND_MS INT64_C(600000)    /* a new order may be invisible for that long */
#define AMAZON_NOT_FOUND_AGAIN_MS INT64_C(15000)
#define AMAZON_ORDER_IDS_MAX 50 /* v0 getOrders */
#define AMAZON_ORDER_ID_MAX 64
#define AMAZON_SQS_BATCH_MAX 10
#define AMAZON_SQS_WAIT_MAX_MS INT64_C(20000)
#define AMAZON_DAMAGED_MAX 3 /* a message that arrives damaged so often will not get better */
#define AMAZON_SKEW_MS INT64_C(240000) /* SQS refuses from five minutes on */
#define AMAZON_USER_AGENT_MAX 500
#define AMAZON_USER_AGENT_REST " (Language=C; Platform=Linux)"

typedef enum { AMAZON_REGION_AUTO = 0, AMAZON_NA, AMAZON_EU, AMAZON_FE } amazon_region;
typedef enum { AMAZON_ORDERS_2026 = 0, AMAZON_ORDERS_V0 } amazon_orders_api;

typedef struct {
    int64_t region; /* amazon_region */
    char *aws_region;
    char *endpoint;
    char *lwa_endpoint;
    char *sqs_endpoint;
    char *sqs_region;
    char *queue_url;
    char *seller_id;
    char *client_id;
    char *client_secret;
    char *refresh_token;
    char *aws_access_key_id;
    char *aws_secret_access_key;
    char *aws_session_token;
    wb_option_list marketplaces; /* char * */
    int64_t orders_api;          /* amazon_orders_api */
    char *included_data;
    int64_t visibility; /* ms */
    int64_t wait;       /* ms */
    int64_t batch;
    int64_t page_size;
    char *application;
    char *application_version;
} amazon_options;

/* options.c */
extern const wb_coverage amazon_coverage[];
extern const wb_option amazon_rows[];
extern const char amazon_example[];
extern const wb_environment amazon_env;
extern const wb_coverage amazon_coverage[]; /* coverage.def */
void amazon_check(const void *options, const wb_complaints *out);
const char *amazon_endpoint(const amazon_options *options); /* SP-API; NULL = cannot be known */
void amazon_lwa_url(const amazon_options *options, wb_buf *out);
void amazon_sqs_url(const amazon_options *options, wb_buf *out);
wb_view amazon_sqs_region(const amazon_options *options);
/* The queue itself, whatever host it is reached by; nothing without one. */
void amazon_queue_name(const amazon_options *options, wb_buf *out);

/* lwa.c */
wb_rc amazon_refresh_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_grantless_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_token_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                        wb_err *err);

/* sqs.c */
wb_rc amazon_receive_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_receive_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                          wb_err *err);
wb_rc amazon_delete_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_release_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_batch_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                        wb_err *err);
wb_rc amazon_sqs_sign(const wb_call *call, wb_request *request, wb_err *err);

/* sqs_errors.c: what an answer that is no 200 means. Never WB_OK. */
wb_rc amazon_sqs_refusal(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                         wb_err *err);

/* notices.c: read the notification that is `item->body` and fill the item: what it announces, or
 * FILTERED, or PARKED with the reason. One that names another seller than `seller` is PARKED with
 * its order; {NULL, 0} = take any. `item->what` is what makes the message id when the notification
 * has no id. Keeps less than ten times the body's
 * length in the arena, of a body that is UTF-8 less than three times. */
void amazon_notice_read(wb_json *json, wb_view seller, wb_outcomes *out, wb_item *item);

/* spapi.c */
wb_rc amazon_sp_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err);
/* WB_OK for a 200; the classes of the SP-API's errors else. Learns the rate. */
wb_rc amazon_sp_status(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
/* ", request 1234": what the vendor's support asks for; "" when the answer does not tell. */
void amazon_request_id(const wb_response *resp, char *dst, size_t size);
/* A GET of `path` at the region's endpoint, and its headers. */
void amazon_sp_get(const wb_call *call, const char *path, wb_request *out);
/* May this text stand in a path and in a list of ids? */
bool amazon_order_id_ok(wb_view id);
/* Is the answer older than what was announced? An announcement of a time far ahead counts too: what
 * lies behind it is asked for again, and taken after the last try; to believe such an answer at
 * once would lose the change when reads lag. Answers may be cut to whole seconds. */
bool amazon_behind(int64_t read_utc_us, int64_t announced_utc_us);
/* 404: a new order may not be visible yet. */
void amazon_not_found(const wb_call *call, const wb_envelope *env, wb_result *result);

/* query.c: lists in pages. All parameters but the token must be the same on every page, so the
 * cursor carries them: "<issued>\n<query>\n<token>". */
/* The query of the page that the cursor leads to, or of the first one. WB_REJECT: its token is too
 * old to be taken. */
WB_MUST_CHECK wb_rc amazon_query_page(const wb_call *call, wb_request *out, const char *token_name,
                                      wb_err *err);
/* The cursor of the next page; none without a token. WB_REJECT: a list that would never end,
 * because it is the token of the page that was asked for, or one too long to be asked with. */
WB_MUST_CHECK wb_rc amazon_query_turn(const wb_call *call, wb_view token, wb_outcomes *out,
                                      wb_err *err);
/* How the elements of a list are spelled. */
typedef struct {
    wb_kind kind; /* whole (RAW), or to be fetched (NOTICE) */
    const char *id, *updated;
} amazon_element;

/* The id and the update time of an element, its own; a time that cannot be read is none. False: it
 * has no id that could be asked for. */
bool amazon_element_head(wb_json *json, wb_json_ref ref, const amazon_element *names, wb_view *id,
                         int64_t *updated_utc_us);
/* Each element of the list as an item, with a view into the answer; one without a usable id is
 * PARKED, and the others go on. */
void amazon_list_items(wb_json *json, wb_json_ref list, const amazon_element *names,
                       wb_outcomes *out);
void amazon_put_csv(const wb_option_list *texts, wb_buf *out);

/* orders2026.c */
wb_rc amazon_get_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_get_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err);
wb_rc amazon_search_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_search_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                         wb_err *err);

/* orders_v0.c */
wb_rc amazon_v0_search_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_v0_search_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                            wb_err *err);
wb_rc amazon_v0_list_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_v0_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                          wb_err *err);
wb_rc amazon_v0_items_build(const wb_call *call, wb_request *out, wb_err *err);
wb_rc amazon_v0_items_read(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                           wb_err *err);

/* map.c */
wb_rc amazon_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err);

#endif
