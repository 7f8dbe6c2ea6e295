/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/sessions.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

typedef struct {
    wb_session_row row;
    uint8_t sha256[WB_SHA256_LEN];
    int64_t begun_ms, used_ms;
    bool there;
} session;

struct wb_sessions {
    session rows[WB_SESSIONS_MAX];
};

wb_sessions *
wb_sessions_new(void)
{
    return wb_alloc(sizeof(wb_sessions));
}

void
wb_sessions_destroy(wb_sessions **self_p)
{
    wb_free(self_p);
}

static void
put_word(char word[WB_SESSION_WORD_LEN + 1])
{
    uint8_t bytes[WB_SESSION_WORD_LEN / 2];

    wb_random_bytes(bytes, sizeof bytes);
    wb_hex(word, bytes, sizeof bytes);
}

static bool
is_over(const session *self, int64_t now_ms)
{
    return !self->there || now_ms - self->used_ms >= WB_SESSION_IDLE_MS ||
           now_ms - self->begun_ms >= WB_SESSION_MS;
}

/* One that is over, or the one that was used the longest ago. */
static session *
place_of_new(wb_sessions *self, int64_t now_ms)
{
    session *oldest = &self->rows[0];

    for (size_t i = 0; i < WB_SESSIONS_MAX; i++) {
        if (is_over(&self->rows[i], now_ms))
            return &self->rows[i];
        if (self->rows[i].used_ms < oldest->used_ms)
            oldest = &self->rows[i];
    }
    return oldest;
}

const wb_session_row *
wb_sessions_begin(wb_sessions *self, const wb_api_key *key, int64_t now_ms,
                  char token[WB_SESSION_WORD_LEN + 1])
{
    session *one = place_of_new(self, now_ms);

    *one = (session){.row.key = *key, .begun_ms = now_ms, .used_ms = now_ms, .there = true};
    put_word(token);
    put_word(one->row.csrf);
    wb_sha256(one->sha256, wb_view_of(token));
    return &one->row;
}

static session *
find(wb_sessions *self, wb_view token)
{
    uint8_t sha256[WB_SHA256_LEN];

    if (token.len != WB_SESSION_WORD_LEN)
        return NULL;
    wb_sha256(sha256, token);
    for (size_t i = 0; i < WB_SESSIONS_MAX; i++)
        if (self->rows[i].there &&
            wb_digest_same((wb_view){(const char *)sha256, sizeof sha256},
                           (wb_view){(const char *)self->rows[i].sha256, sizeof sha256}))
            return &self->rows[i];
    return NULL;
}

const wb_session_row *
wb_sessions_find(wb_sessions *self, wb_view token, wb_api_keys *keys, int64_t now_ms)
{
    session *one = find(self, token);

    if (!one)
        return NULL;
    if (is_over(one, now_ms) || (one->row.key.name[0] && !wb_api_keys_has(keys, &one->row.key))) {
        one->there = false;
        return NULL;
    }
    one->used_ms = now_ms;
    return &one->row;
}

void
wb_sessions_end(wb_sessions *self, wb_view token)
{
    session *one = find(self, token);

    if (one)
        one->there = false;
}
