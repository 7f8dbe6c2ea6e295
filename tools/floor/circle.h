/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle - the floor between any two systems: a shop's orders by a list, and an ERP that takes them
 *
 * What is asked, signed, read and mapped is the connectors' own, as pure functions; what is around
 * them is bare, as in the rest of the floor: pages are committed and handed on, orders are fetched
 * part by part, mapped, committed and handed on, orders go out in batches, with whatever steps the
 * target needs until it has them as ours does (a look, an approval), and that they did is
 * committed.
 */
#ifndef WB_TOOLS_FLOOR_CIRCLE_H
#define WB_TOOLS_FLOOR_CIRCLE_H

#include "actors/connectors/connector.h"
#include "actors/runtime/config/config.h"
#include "tools/floor/floor.h"

#define CIRCLE_KEY_MAX 512 /* a record's printed key */

/* One of the two accounts. */
typedef struct {
    const wb_connector *connector;
    const void *options;
    wb_view tenant, name;
    wb_buf token; /* empty = its operations need none */
} circle_account;

typedef struct circle {
    wb_config *config;
    circle_account shop, erp;
    const wb_stream *stream; /* of the shop: the one that is read */
} circle;

/* A call by a connector's operation. */
typedef struct {
    wb_request request;
    wb_outcomes outcomes;
    wb_call call;
    wb_call_item *items; /* `item_count` of the call */
    wb_envelope *envs;
    wb_buf texts;  /* that the items point into */
    wb_buf parts;  /* of a fetch, so far */
    wb_buf cursor; /* of the next page, or part */
} circle_call;

/* Reads the configuration; gets the tokens that operations need. Whatever fails ends the process.
 */
void circle_open(circle *self, const char *config, const char *stream);

/* A free call of the engine with its circle_call, which has room for `items`. */
floor_call *circle_call_new(floor_proc *self, size_t items);
/* Build, sign, send. `op` NULL is fatal. */
void circle_call_start(floor_proc *self, floor_call *call, const circle_account *account,
                       const wb_op *op);
/* Read the answer: fatal unless it is good. */
const wb_outcomes *circle_call_read(floor_call *call);
/* The printed key of an order of the shop, appended. */
void circle_key(const circle *self, wb_view external, wb_buf *out);

/* The roles. */
void circle_poll(floor_proc *self);
void circle_map(floor_proc *self);
void circle_push(floor_proc *self);

#endif
