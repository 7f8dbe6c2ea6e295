/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions - who is logged in at the pages: in memory alone, so that a restart asks anew
 *
 * A session is known by its token, which is the browser's cookie; kept is its SHA-256. What it
 * changes needs the session's other word as well, which no other page can read. At most
 * WB_SESSIONS_MAX: one more ends the one that was used the longest ago. A session ends
 * WB_SESSION_IDLE_MS after its last request, WB_SESSION_MS after it began, and, of one that began
 * with a key, with the key.
 */
#ifndef WB_ACTORS_GATEWAY_SESSIONS_H
#define WB_ACTORS_GATEWAY_SESSIONS_H

#include "actors/ask/api_keys.h"

#define WB_SESSIONS_MAX 256
#define WB_SESSION_IDLE_MS (INT64_C(12) * 3600 * 1000)
#define WB_SESSION_MS (INT64_C(7) * 24 * 3600 * 1000)
#define WB_SESSION_WORD_LEN 64 /* of hex digits */

typedef struct wb_session_row {
    wb_api_key
        key; /* whose role it has; of a login code the name is "", and no key stands for it */
    char csrf[WB_SESSION_WORD_LEN + 1];
} wb_session_row;

typedef struct wb_sessions wb_sessions;

wb_sessions *wb_sessions_new(void);
void wb_sessions_destroy(wb_sessions **self_p);

/* `now_ms`: monotonic. The row is good until the next call. */
const wb_session_row *wb_sessions_begin(wb_sessions *self, const wb_api_key *key, int64_t now_ms,
                                        char token[WB_SESSION_WORD_LEN + 1]);
/* NULL = there is none (any more). `keys` says whether its key still counts. */
const wb_session_row *wb_sessions_find(wb_sessions *self, wb_view token, wb_api_keys *keys,
                                       int64_t now_ms);
void wb_sessions_end(wb_sessions *self, wb_view token);

#endif
