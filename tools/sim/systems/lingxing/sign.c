/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the signature of a request as the vendor computes it, from what arrived
 *
 * Parameters sorted by name, "name=value" joined by "&"; MD5 of it as 32 capital hex digits; these
 * in AES-128-ECB with the appId as the key; that in base64. Source: the vendor's page on
 * signatures, 2026-06-06.
 */
#include "tools/sim/systems/lingxing/sign.h"

#include <assert.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LEN 16
#define MD5_HEX_LEN 32
#define CIPHER_LEN 48 /* two blocks of digits, one of padding */

void
wb_sim_lingxing_params_init(wb_sim_lingxing_params *self)
{
    memset(self, 0, sizeof *self);
    wb_buf_init(&self->text, WB_SIM_LINGXING_PARAMS_TEXT_MAX);
}

void
wb_sim_lingxing_params_fini(wb_sim_lingxing_params *self)
{
    wb_buf_fini(&self->text);
}

/* --- what a request says --- */

/* Undone as a form is. false = a bad escape. */
static bool
undo(wb_buf *out, wb_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        char digits[3] = {0};
        if (text.data[i] != '%') {
            wb_buf_add_char(out, text.data[i] == '+' ? ' ' : text.data[i]);
            continue;
        }
        if (i + 2 >= text.len || !isxdigit((unsigned char)text.data[i + 1]) ||
            !isxdigit((unsigned char)text.data[i + 2]))
            return false;
        digits[0] = text.data[++i];
        digits[1] = text.data[++i];
        wb_buf_add_char(out, (char)strtol(digits, NULL, 16));
    }
    return true;
}

/* A row begins: its name follows, then its value. */
static bool
room_for_row(wb_sim_lingxing_params *self)
{
    if (self->count < WB_SIM_LINGXING_PARAMS_MAX)
        return true;
    self->unusable = true;
    return false;
}

static void
add_pair(wb_sim_lingxing_params *self, wb_view pair)
{
    const char *equals = memchr(pair.data, '=', pair.len);
    size_t name_len = equals ? (size_t)(equals - pair.data) : pair.len;
    wb_view value = {equals ? equals + 1 : "", equals ? pair.len - name_len - 1 : 0};

    if (!room_for_row(self))
        return;
    self->rows[self->count].name = self->text.len;
    self->unusable |= !undo(&self->text, (wb_view){pair.data, name_len});
    self->rows[self->count].name_len = self->text.len - self->rows[self->count].name;
    self->rows[self->count].value = self->text.len;
    self->unusable |= !undo(&self->text, value);
    self->rows[self->count].value_len = self->text.len - self->rows[self->count].value;
    self->count++;
}

void
wb_sim_lingxing_params_query(wb_sim_lingxing_params *self, wb_view query)
{
    while (query.len) {
        const char *amp = memchr(query.data, '&', query.len);
        size_t len = amp ? (size_t)(amp - query.data) : query.len;
        if (len)
            add_pair(self, (wb_view){query.data, len});
        query.data += len + (amp ? 1 : 0);
        query.len -= len + (amp ? 1 : 0);
    }
}

/* The vendor writes a nested value anew: what is not as it would write it has another signature
 * there. No blank between tokens, no \uXXXX, no escaped slash. */
static bool
is_compact(wb_view raw)
{
    bool inside = false;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.data[i];
        if (c == '"')
            inside = !inside;
        else if (!inside && isspace((unsigned char)c))
            return false;
        else if (c == '\\' && (raw.data[i + 1] == 'u' || raw.data[i + 1] == '/'))
            return false;
        else if (c == '\\')
            i++;
    }
    return true;
}

static wb_view
value_of(wb_sim_lingxing_params *self, wb_json *json, wb_json_ref at)
{
    wb_view raw = wb_json_raw(json, at), text = {"", 0};
    wb_json_type type = wb_json_kind(json, at);

    if (type == WB_JSON_STRING) {
        if (wb_json_text(json, at, &text, "member", NULL))
            self->unusable = true;
        return text;
    }
    if (type == WB_JSON_ARRAY || type == WB_JSON_OBJECT)
        self->unusable |= !is_compact(raw);
    return raw;
}

void
wb_sim_lingxing_params_body(wb_sim_lingxing_params *self, wb_json *json)
{
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_view name = wb_json_key(json, at), value = value_of(self, json, at);
        if (!room_for_row(self))
            return;
        self->rows[self->count].name = self->text.len;
        self->rows[self->count].name_len = name.len;
        wb_buf_add_view(&self->text, name);
        self->rows[self->count].value = self->text.len;
        self->rows[self->count].value_len = value.len;
        wb_buf_add_view(&self->text, value);
        self->count++;
    }
}

static wb_view
name_at(const wb_sim_lingxing_params *self, size_t i)
{
    return (wb_view){self->text.data + self->rows[i].name, self->rows[i].name_len};
}

static wb_view
value_at(const wb_sim_lingxing_params *self, size_t i)
{
    return (wb_view){self->text.data + self->rows[i].value, self->rows[i].value_len};
}

wb_view
wb_sim_lingxing_param(const wb_sim_lingxing_params *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (wb_view_is(name_at(self, i), name))
            return value_at(self, i);
    return (wb_view){NULL, 0};
}

/* --- the signature --- */

void
wb_sim_lingxing_canonical(const wb_sim_lingxing_params *self, wb_buf *out)
{
    size_t order[WB_SIM_LINGXING_PARAMS_MAX];

    for (size_t i = 0; i < self->count; i++) {
        size_t at = i;
        for (; at && wb_view_cmp(name_at(self, order[at - 1]), name_at(self, i)) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0, written = 0; i < self->count; i++) {
        wb_view name = name_at(self, order[i]), value = value_at(self, order[i]);
        if (!value.len || wb_view_is(name, "sign"))
            continue;
        if (written++)
            wb_buf_add_char(out, '&');
        wb_buf_add_view(out, name);
        wb_buf_add_char(out, '=');
        wb_buf_add_view(out, value);
    }
}

void
wb_sim_lingxing_md5(char *out, wb_view canonical)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    int done = EVP_Digest(canonical.data, canonical.len, sum, &len, EVP_md5(), NULL);

    assert(done == 1 && len * 2 == MD5_HEX_LEN);
    for (unsigned i = 0; i < len; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 15];
    }
    out[MD5_HEX_LEN] = 0;
}

/* What is too short is filled up with NUL, what is too long is cut: so does the vendor's own code
 * in PHP. */
void
wb_sim_lingxing_sign(char *out, wb_view app_id, wb_view canonical)
{
    unsigned char key[KEY_LEN] = {0}, cipher[CIPHER_LEN];
    char md5[MD5_HEX_LEN + 1];
    EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
    int first = 0, last = 0;

    wb_sim_lingxing_md5(md5, canonical);
    memcpy(key, app_id.data, app_id.len < KEY_LEN ? app_id.len : KEY_LEN);
    int done = aes && EVP_EncryptInit_ex(aes, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
               EVP_EncryptUpdate(aes, cipher, &first, (unsigned char *)md5, MD5_HEX_LEN) == 1 &&
               EVP_EncryptFinal_ex(aes, cipher + first, &last) == 1;
    assert(done && first + last == CIPHER_LEN);
    EVP_CIPHER_CTX_free(aes);
    int len = EVP_EncodeBlock((unsigned char *)out, cipher, CIPHER_LEN);
    assert(len == WB_SIM_LINGXING_SIGN_LEN);
}
