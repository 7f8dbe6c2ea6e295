/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled - what rules decide when a record leaves, and what they keep back
 *
 * What is kept back lies apart: a row of its own (storage/relations.h) with what caused it and when
 * its time comes, and an exception in the record, whose reason begins with the word of its wait. It
 * is judged anew
 *
 *   when rules or tables are others    at a reload of tables, and at a start that meets another
 *                                      digest than the one that lies in the store
 *   when its time comes                to a few seconds
 *   when its record changes            the newer revision is judged instead of it
 *   when a person releases it          holds and totals; a conflict has to be mended
 *   once a day                         so that nothing waits because something was missed (age.c)
 *
 *   killed    row, exception and what leaves are one transaction. The digest is taken out of the
 *             store before anything is judged by new rules, and stored when all was: a walk that
 *             came to nothing begins anew
 *   twice     who is freed has no exception any more
 *   gone      a row whose record is not there, or has no such exception, is dropped
 *   no route  it lies on: a route may come back
 *
 * What waits in the outbox is judged when it is read from there; what is a conflict now is taken
 * out and lies apart. What was delivered is never looked at.
 */
#ifndef WB_ACTORS_MAPPER_RULED_H
#define WB_ACTORS_MAPPER_RULED_H

#include "actors/mapper/rules/rules.h"
#include "actors/mapper/want.h"
#include "actors/runtime/actor/actor.h"
#include "storage/outbox.h"

struct wb_mapper;
struct wb_target;

WB_MUST_CHECK wb_rc wb_ruled_open(struct wb_mapper *mapper, wb_err *err);
void wb_ruled_close(struct wb_mapper *mapper);
void wb_ruled_status(const struct wb_mapper *mapper, wb_json_writer *out);

/* Why a delivery is kept back: RULE_HOLD, CONFLICT, TOTALS; COUNT = by no rule. */
wb_wait wb_ruled_wait(const wb_record_delivery *delivery);

/* What leaves with `body`, its order's facts in it. `out` is begun; WB_REJECT: it cannot be read.
 * Without rules it is not touched. */
WB_MUST_CHECK wb_rc wb_ruled_judge(const wb_leaving *what, wb_view body, wb_verdict *out,
                                   wb_txn *txn, wb_err *err);
/* The table of SKUs by which an order leaves its shop for an account ("tenant/account"), and the
 * shop's name; false: the route names none, or there is no route. */
typedef struct {
    const struct wb_mapper *mapper;
    wb_view order; /* printed key */
    const wb_record_row *row;
} wb_ruled_asked;
typedef struct {
    const wb_skus *skus;
    wb_view shop;
} wb_ruled_table;
bool wb_ruled_table_of(const wb_ruled_asked *asked, wb_view to, wb_ruled_table *out);

/* Kept back: row and exception. Views in the record's row live until the transaction ends. */
WB_MUST_CHECK wb_rc wb_ruled_put(const wb_want *want, const struct wb_target *target,
                                 const wb_verdict *verdict, wb_txn *txn, wb_err *err);
/* It leaves: what kept it back is over. */
WB_MUST_CHECK wb_rc wb_ruled_let(const wb_want *want, const struct wb_target *target, wb_txn *txn,
                                 wb_err *err);
/* Of the exceptions those alone stay that speak of this revision, and are rules'. */
void wb_ruled_keep(wb_record_row *row);

/* A row of the outbox that a rule keeps back now: a read found it, a write of its own moves it. */
void wb_ruled_note(struct wb_mapper *mapper, const wb_outbox_row *row);
/* Once a day, of a record with such an exception. */
WB_MUST_CHECK wb_rc wb_ruled_review(struct wb_mapper *mapper, uint16_t shard, wb_view record,
                                    wb_view target, wb_txn *txn, wb_err *err);

/* WB_KIND_CALL_HELD: what is kept back, or a release (docs/wire.md). */
WB_MUST_CHECK wb_rc wb_mapper_held(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
/* For people: what the rules say of a record now, for each target (that of `what` is not looked
 * at). */
void wb_ruled_tell(const wb_leaving *what, wb_txn *txn, wb_json_writer *out);

#endif
