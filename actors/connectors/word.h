/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word - what an answer says of the account that was called for, and not of its records
 */
#ifndef WB_ACTORS_CONNECTORS_WORD_H
#define WB_ACTORS_CONNECTORS_WORD_H

#include "protocol/base/buf.h"

/* What a refusal says of its account, where the vendor's own code tells it. The words for people
 * are the error's; this is for who has to find out which of the account's settings it is. */
typedef enum {
    WB_TROUBLE_NONE = 0, /* not told */
    WB_TROUBLE_HOST,    /* the host is another region's than the credentials, or the shop, are of */
    WB_TROUBLE_ADDRESS, /* the caller's IP address is not on the vendor's list */
    WB_TROUBLE_GRANT,   /* good credentials without the right to the interface that was called */
    WB_TROUBLE_CREDENTIALS, /* unknown, ended or suspended, or what is signed with is another */
    WB_TROUBLE_SHOP,        /* good credentials, of another shop than the account's */
    WB_TROUBLE_CLOCK,       /* the time of the request was not taken */
} wb_trouble;

/* What an account's own question (ASK) is answered about it. What is not told is empty. */
typedef struct {
    wb_view shop;           /* which shop or company it is of, as the vendor names it */
    wb_view region;         /* likewise */
    wb_view scopes;         /* what it may do, in the vendor's words, with blanks between them */
    int64_t expires_utc_us; /* when its credentials end, and a person has to authorise again; 0 =
                               not told, or they do not */
    wb_view has;   /* what is there that the account's settings may name: "Yiwu (25), ..." */
    wb_view lacks; /* what they name and is not there, in words, a semicolon between them */
} wb_account_word;

#endif
