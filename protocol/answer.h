/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - the fields of what another system wrote, one by one and tolerantly
 *
 * Whoever reads a vendor's answer has two kinds of fields. What identifies, and what a record would
 * be wrong without, is read strictly: by wb_json_text, whose refusal sets the record
 * aside, or is a required field of the record, which then is missing. All else is read by the
 * functions here, which never refuse: one field that nobody can make sense of does not hold an
 * order. Its value is taken where it can mean one thing only, whatever its spelling; else the field
 * stays as it is, and its name is noted in the document. Text that is broken is taken with U+FFFD
 * for what is broken, and noted too.
 *
 * The notes are read when the record is whole, by whoever asked for it (the mapper): a connector
 * has nothing to do for them. Names are literals, as the vendor spells them; values are never
 * noted.
 *
 * No value: absent, null, "", [] and {}. They leave the field as it is and are not noted.
 */
#ifndef WB_PROTOCOL_ANSWER_H
#define WB_PROTOCOL_ANSWER_H

#include "protocol/canonical.h"
#include "protocol/json.h"

/* The member `name`, for the readers below. One that is there twice is that member when both say
 * the same; else nobody knows which is meant: it is left out. (wb_json_get, for what identifies,
 * makes a fault of it.) */
wb_json_ref wb_answer_member(wb_json *json, wb_json_ref object, const char *name);

/* A text; a number as it is written. */
void wb_answer_text(wb_json *json, wb_json_ref ref, wb_view *out, const char *name);
/* A text that identifies something (a SKU, a tracking number): whole, or left out. So is a number
 * that is no whole one of 64 bits: 8.97e17 is what somebody's double left of an id. */
void wb_answer_code(wb_json *json, wb_json_ref ref, wb_view *out, const char *name);
/* A whole number, also as a text, also spelled as 2.0 or 2e1. */
void wb_answer_count(wb_json *json, wb_json_ref ref, wb_count *out, const char *name);
/* A decimal, number or text, as it is written. */
void wb_answer_decimal(wb_json *json, wb_json_ref ref, wb_view *out, const char *name);
/* true and false, also as texts, in any case. */
void wb_answer_bool(wb_json *json, wb_json_ref ref, bool *out, const char *name);
/* ISO 8601 with its zone as UTC microseconds; seconds may be left out, a blank may stand for the T,
 * the zone may be +hhmm or +hh. A time without zone can mean many: it is left out. */
void wb_answer_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name);
/* An amount of that currency, exactly, also where a currency has fewer digits than the amount is
 * told with. No amount is no money, whatever the currency; a currency is three capital letters. */
void wb_answer_amount(wb_json *json, wb_json_ref ref, wb_view currency, wb_money *out,
                      const char *name);
/* {"amount", "currencyCode"}, in any case, each once: as wb_answer_amount reads them. */
void wb_answer_money(wb_json *json, wb_json_ref object, wb_money *out, const char *name);

bool wb_answer_no_value(const wb_json *json, wb_json_ref ref);
/* Is it a list? Null is an empty one, where the total beside it says that there is nothing: some
 * write no other. */
bool wb_answer_list(const wb_json *json, wb_json_ref ref, const wb_count *total);

/* A field was left out for a reason of the reader's own. */
void wb_answer_leave_out(wb_json *json, const char *name);
/* Names that were noted since the document was parsed, joined by commas, each once: views into the
 * document, good until the next parse; {NULL, 0} = none. */
wb_view wb_answer_left_out(const wb_json *json);
wb_view wb_answer_repaired(const wb_json *json);

#endif
