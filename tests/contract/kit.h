/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kit - what a test of a connector needs: options with their defaults, a call, an answer
 *
 * One kit serves one test; everything that it points to lives as long as the kit.
 */
#ifndef WB_TESTS_CONTRACT_KIT_H
#define WB_TESTS_CONTRACT_KIT_H

#include "actors/connectors/connector.h"

#define KIT_ITEMS_MAX 64
#define KIT_NOW_US INT64_C(1767322800000000) /* 2026-01-02T03:00:00Z */

typedef struct {
    const wb_connector *connector;
    void *options;
    wb_json *json;
    wb_request request;
    wb_outcomes out;
    wb_err err;
    wb_call call;
    wb_call_item items[KIT_ITEMS_MAX];
    wb_envelope envs[KIT_ITEMS_MAX];
    char records[KIT_ITEMS_MAX][200], roots[KIT_ITEMS_MAX][200];
    wb_buf packed;                /* kit_set_op: the record of its items */
    wb_buf parts;                 /* kit_set_op: those that were read before */
    char *step;                   /* kit_set_op: the cursor that a question gave */
    char *copy, *copied_headers;  /* of the answer read last: what the outcomes point into */
    char *cursor;                 /* of the call, by kit_cursor; NULL = it has none */
    char *notices[KIT_ITEMS_MAX]; /* kit_set_op: the bodies of what was announced; or NULL */
    size_t piece; /* a document is read in pieces of so many bytes; 0 = all at once */
    char **kept;  /* texts of the items that slices gave */
    size_t kept_count;
} kit;

/* The row of that name; NULL = none. */
const wb_connector *kit_connector(const char *name);
/* Options are the defaults; required ones are "required". */
void kit_init(kit *self, const wb_connector *connector);
void kit_fini(kit *self);
/* Replace an owned text of the options. */
void kit_text(char **field, const char *text);
/* Rows of an option that is a list, in place of those that it has: structs as its table says, whose
 * texts are copied. Freed by kit_fini. */
void kit_rows(kit *self, const char *option, const void *rows, size_t count);
void kit_texts(wb_option_list *field, const char *text); /* one element; freed by kit_fini */
void kit_op(kit *self, const char *name);
/* Add an item: the printed key of this order of tenant t, account a. */
wb_call_item *kit_item(kit *self, const char *external);
/* The same of a record of that kind. Of what belongs to an order, it is t/shop/order/EXTERNAL. */
wb_call_item *kit_item_of(kit *self, wb_record_kind kind, const char *external);
/* Puts one item into each list of settings, its texts that are required being "a", as the account
 * of kit_item is. */
void kit_lists(kit *self);
/* The connector's check of the options: WB_FATAL when there are complaints, err has all of them,
 * each as "option: text". */
wb_rc kit_check(kit *self);
wb_rc kit_build(kit *self);
/* The call is for the page behind this cursor, which is copied. */
void kit_cursor(kit *self, wb_view cursor);
/* `headers`: lines, each ended by CRLF; NULL = none. Of an operation with a slice, the body of a
 * good answer is a document: its items are those of all pieces, as a poller reads them. */
wb_rc kit_read(kit *self, int status, const char *headers, wb_view body);
wb_rc kit_read_text(kit *self, int status, const char *headers, const char *body);
/* A whole file; its bytes have a NUL behind. Absent: data NULL. */
char *kit_file(const char *path, size_t *len);
bool kit_has(wb_view text, const char *part);

#endif
