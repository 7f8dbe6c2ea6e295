/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds - what a message is (kinds.def), what a record is (records.def), how a message ended
 */
#ifndef WB_PROTOCOL_KINDS_H
#define WB_PROTOCOL_KINDS_H

#include "protocol/base/buf.h"

typedef enum {
    WB_KIND_NONE = 0,
#define WB_KIND(name, number, text, why) WB_KIND_##name = (number),
#include "protocol/kinds.def"
#undef WB_KIND
} wb_kind;

const char *wb_kind_name(wb_kind kind); /* "?" when unknown */
bool wb_kind_known(uint64_t number);

/* What a record is; the rest of its row is in record.h. Numbers are stored. */
typedef enum {
    WB_RECORD_NONE = 0,
#define WB_RECORD(NAME, number, name, plural, root, ages, help) WB_RECORD_##NAME = (number),
#include "protocol/records.def"
#undef WB_RECORD
    WB_RECORD_KIND_COUNT
} wb_record_kind;
#define WB_RECORD_KIND_MAX (WB_RECORD_KIND_COUNT - 1)

const char *wb_record_kind_name(wb_record_kind kind); /* "order", ...; "?" when unknown */
wb_record_kind wb_record_kind_find(wb_view name);     /* NONE = unknown */
/* The same for people: its plural, too. */
wb_record_kind wb_record_kind_word(wb_view word);
/* Does it leave when it has not changed for long? What stock hangs on never does. */
bool wb_record_kind_ages(wb_record_kind kind);

/* How custody of a message ended: docs/wire.md, section 6. Numbers travel. */
typedef enum {
    WB_OUTCOME_NONE = 0,
    WB_OUTCOME_HANDED_ON = 1, /* went on, and the next holder has it */
    WB_OUTCOME_UNCHANGED = 2, /* says nothing new */
    WB_OUTCOME_STALE = 3,     /* older than what is known */
    WB_OUTCOME_MERGED = 4,    /* joined work that was waiting */
    WB_OUTCOME_FILTERED = 5,  /* nobody wants it: no consumer, no route, pending */
    WB_OUTCOME_PARKED = 6,    /* set aside with a reason */
    WB_OUTCOME_HELD = 7,      /* stored by the receiver, not settled yet */
    WB_OUTCOME_NOT_MINE = 8,  /* the receiver does not own that lane: ask the directory again */
    WB_OUTCOME_FULL = 9,      /* the receiver takes no more of this account: send it again later */
    WB_OUTCOME_COUNT
} wb_outcome;

const char *wb_outcome_name(wb_outcome outcome); /* "handed_on", ... */

#endif
