/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uncertain - what neither the vendor's pages nor running code settle, each in one place
 *
 * All of it was decided so that a wrong guess does nothing that cannot be undone. Who has an
 * account tries it, and changes it here and in uncertain.c alone. Two things have no line here: of
 * an edit, the direction of its price ("in millionths") is not known, so none is sent, and an edit
 * that would need one is for a person; and a system order's number is a JSON number in an edit,
 * where the page says so, and a text in an approval and a cancel (lingxing_put_id,
 * wb_json_put_text).
 */
#ifndef WB_ACTORS_CONNECTORS_LINGXING_UNCERTAIN_H
#define WB_ACTORS_CONNECTORS_LINGXING_UNCERTAIN_H

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/cipher.h"

/* A created order begins in this status; only in it may it be edited and approved. */
#define LINGXING_STATUS_TO_APPROVE 4

/* What a remark says behind an order's number: it is not to be shipped for now, and it may be. They
 * are looked for in the list, so that one that was changed here is written once more. */
#define LINGXING_REMARK_HELD                                                                       \
    "\xe4\xb9\xb0\xe5\xae\xb6\xe7\x94\xb3\xe8\xaf\xb7\xe5\x8f\x96\xe6\xb6\x88\xef\xbc\x8c"         \
    "\xe6\x9a\x82\xe7\xbc\x93\xe5\x8f\x91\xe8\xb4\xa7 cancel requested, do not ship"
#define LINGXING_REMARK_FREE "\xe5\x8f\xaf\xe4\xbb\xa5\xe5\x8f\x91\xe8\xb4\xa7 may be shipped"

/* The zone that days and times without a zone are of. */
#define LINGXING_ZONE "+08:00"
#define LINGXING_ZONE_US INT64_C(28800000000)

/* The key of the signature, of an appId that has other than 16 bytes. */
void lingxing_aes_key(uint8_t key[WB_AES_LEN], wb_view app_id);

/* Does an error text of a created order say that its number is there already? */
bool lingxing_is_duplicate(wb_view words);
/* Does one, or that of an edit or an approval, say that it may go well the next time? */
bool lingxing_is_passing(wb_view words);
/* Does one of an edit say that the order's state, as it is by now, does not allow it? */
bool lingxing_is_state(wb_view words);

/* Does one of a quick outbound's result say that nobody has submitted it, or that it is under way?
 * All others are final. */
bool lingxing_is_not_submitted(wb_view words);
bool lingxing_is_working(wb_view words);
/* What a quick outbound calls a shipping method: the ids of its provider and its own, joined; its
 * own alone where nobody tells the provider. */
void lingxing_outbound_method(const lingxing_want *want, wb_buf *out);

/* A member of an address, the same in a created order, an edit and the list. */
typedef struct {
    const char *name;
    size_t offset;   /* of a wb_view in wb_address */
    bool required;   /* an order is not taken without it */
    bool permission; /* neither stored nor returned without the address permission */
} lingxing_address_row;
extern const lingxing_address_row lingxing_address_rows[]; /* ends with name NULL */

/* The account whose shop an outbound order is of. NULL: of none of ours, or, *unsure, nobody can
 * tell. */
const lingxing_store *lingxing_store_of_row(const lingxing_options *options, wb_json *json,
                                            wb_json_ref row, bool *unsure);

#endif
