/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_keys - the keys of the HTTP API: one file each in <state>/api-keys, as certificates are kept
 *
 *   {"role": "read", "created": "2026-01-31T12:00:00Z", "salt": hex, "hash": hex}
 *
 * The name of the file is the key's. What is stored is its scrypt: who reads the files cannot call.
 * The key itself is shown once, when it is made: "wb_" NAME "_" and 64 hex digits. A key is revoked
 * by taking its file away, and counts no more within WB_API_KEYS_LOOK_MS, in every gateway that has
 * the folder; on other hosts whoever brings the configuration there brings the folder.
 */
#ifndef WB_ACTORS_ASK_API_KEYS_H
#define WB_ACTORS_ASK_API_KEYS_H

#include "protocol/base/buf.h"

#define WB_API_KEY_NAME_MAX 40 /* letters, digits, '-' */
#define WB_API_KEY_TEXT_MAX (3 + WB_API_KEY_NAME_MAX + 1 + 64)
#define WB_API_KEYS_LOOK_MS 1000
#define WB_API_KEYS_MAX 1000
#define WB_API_KEYS_PROOFS 5 /* secrets that are not known yet, in a second */

/* What a key may; each may what those before it may. */
typedef enum { WB_ROLE_OPEN = 0, WB_ROLE_READ, WB_ROLE_OPERATE, WB_ROLE_ADMIN } wb_role;
const char *wb_role_name(wb_role role); /* "read"; "open" */
/* One that a key can have. */
bool wb_role_find(wb_role *out, wb_view name);

typedef struct {
    char name[WB_API_KEY_NAME_MAX + 1];
    wb_role role;
    int64_t created_utc_us;
} wb_api_key;

typedef struct wb_api_keys wb_api_keys;

/* Opens what is there, and what comes: a folder that is not there has no keys. */
wb_api_keys *wb_api_keys_open(const char *folder);
void wb_api_keys_close(wb_api_keys **self_p);
/* Who calls with this text; NULL = nobody. Looks at the folder when that is longer ago than
 * WB_API_KEYS_LOOK_MS. Takes 40 ms the first time that a key is used, and when a right name comes
 * with a wrong secret: of those WB_API_KEYS_PROOFS in a second, so that who guesses stops nobody;
 * all others are nobody until the next. The good of a key ends with the next call. */
const wb_api_key *wb_api_keys_check(wb_api_keys *self, wb_view text);
/* Is it still there, as it was when it was checked? One that was revoked and made anew under its
 * name is another. */
bool wb_api_keys_has(wb_api_keys *self, const wb_api_key *key);
/* Of all of them, in order of names; a file that is none is told with its fault, and key NULL. */
typedef void (*wb_api_keys_each)(void *arg, const char *file, const wb_api_key *key,
                                 const char *fault);
void wb_api_keys_list(wb_api_keys *self, wb_api_keys_each each, void *arg);

/* Makes one, on disk when it returns; `text` is what its owner calls with. WB_REJECT: the name is
 * none, or taken. WB_FATAL: the folder cannot be written. */
WB_MUST_CHECK wb_rc wb_api_key_add(const char *folder, const wb_api_key *key,
                                   char text[WB_API_KEY_TEXT_MAX + 1], wb_err *err);
/* WB_REJECT: there is none of that name. */
WB_MUST_CHECK wb_rc wb_api_key_remove(const char *folder, const char *name, wb_err *err);

#endif
