/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/key.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "protocol/limits.h"

/* What would end a part, or could not be typed or seen: blanks, control bytes, '/' and '%'. */
static bool
encoded(unsigned char c)
{
    return c <= ' ' || c == 0x7f || c == '/' || c == '%';
}

static wb_rc
put_part(wb_buf *out, wb_view part, size_t max, const char *what, wb_err *err)
{
    static const char digits[] = "0123456789ABCDEF";

    if (part.len == 0 || part.len > max)
        return wb_fail(err, WB_REJECT, "%s of %zu bytes; 1 to %zu are allowed", what, part.len,
                       max);
    if (memchr(part.data, 0, part.len) || !wb_text_is_utf8(part))
        return wb_fail(err, WB_REJECT, "%s is not UTF-8 text", what);
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.data[i];

        if (encoded(c))
            wb_buf_add(out, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
        else
            wb_buf_add_char(out, (char)c);
    }
    return WB_OK;
}

/* Cut the text before the next '/', or all that is left. */
static wb_view
cut_part(wb_view *rest)
{
    const char *slash = rest->len ? memchr(rest->data, '/', rest->len) : NULL;
    wb_view part = {rest->data, slash ? (size_t)(slash - rest->data) : rest->len};
    size_t used = part.len + (slash ? 1 : 0);

    if (used)
        *rest = (wb_view){rest->data + used, rest->len - used};
    return part;
}

/* Only the one spelling that wb_key_print makes: two printed keys are never one record. */
static wb_rc
read_part(char *dst, size_t size, wb_view part, const char *what, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf plain = {0};
    WB_AUTO(wb_buf_fini) wb_buf again = {0};
    wb_rc rc;

    wb_buf_init(&plain, 3 * size);
    wb_buf_init(&again, 3 * size);
    rc = wb_unpercent(&plain, part, err);
    if (!rc)
        rc = put_part(&again, wb_buf_view(&plain), size - 1, what, err);
    if (!rc && !wb_view_eq(wb_buf_view(&again), part))
        rc = wb_fail(err, WB_REJECT, "%s is not spelled as keys are", what);
    if (!rc)
        rc = wb_text_set(dst, size, wb_buf_view(&plain), err);
    return rc;
}

wb_rc
wb_key_account(wb_buf *out, wb_view tenant, wb_view account, wb_err *err)
{
    wb_rc rc = put_part(out, tenant, WB_TENANT_MAX, "tenant", err);

    if (rc)
        return rc;
    wb_buf_add_char(out, '/');
    return put_part(out, account, WB_ACCOUNT_MAX, "account", err);
}

wb_rc
wb_key_catalogue(wb_buf *out, wb_view tenant, wb_err *err)
{
    wb_rc rc = put_part(out, tenant, WB_TENANT_MAX, "tenant", err);

    wb_buf_add_text(out, "/*");
    return rc ? rc : wb_buf_check(out, "key", err);
}

wb_rc
wb_key_print(wb_buf *out, wb_view tenant, wb_view account, wb_record_kind kind, wb_view external,
             wb_err *err)
{
    wb_rc rc = wb_key_account(out, tenant, account, err);

    if (rc)
        return rc;
    wb_buf_add_char(out, '/');
    wb_buf_add_text(out, wb_record_kind_name(kind));
    wb_buf_add_char(out, '/');
    rc = put_part(out, external, WB_EXTERNAL_ID_MAX, "external id", err);
    return rc ? rc : wb_buf_check(out, "key", err);
}

wb_rc
wb_key_parse(wb_key_parts *out, wb_view key, wb_err *err)
{
    wb_view rest = key, tenant = cut_part(&rest), account = cut_part(&rest), kind = cut_part(&rest);
    wb_key_parts parts = {.kind = wb_record_kind_find(kind)};
    wb_rc rc;

    if (key.len > WB_KEY_MAX)
        return wb_fail(err, WB_REJECT, "key of %zu bytes", key.len);
    if (parts.kind == WB_RECORD_NONE)
        return wb_fail(err, WB_REJECT, "not a key: tenant/account/kind/id");
    rc = read_part(parts.tenant, sizeof parts.tenant, tenant, "tenant", err);
    if (!rc)
        rc = read_part(parts.account, sizeof parts.account, account, "account", err);
    if (!rc)
        rc = read_part(parts.external, sizeof parts.external, rest, "external id", err);
    if (rc)
        return rc;
    *out = parts;
    return WB_OK;
}

/* The first has no slash of its own left: the first one ends it. */
void
wb_key_pair(wb_buf *out, wb_view first, wb_view second)
{
    for (size_t i = 0; i < first.len; i++) {
        char c = first.data[i];

        if (c == '/' || c == '%')
            wb_buf_add_text(out, c == '/' ? "%2F" : "%25");
        else
            wb_buf_add_char(out, c);
    }
    wb_buf_add_char(out, '/');
    wb_buf_add_view(out, second);
}

/* The lengths keep ("ab", "c") and ("a", "bc") apart. */
wb_view
wb_key_account_of(wb_view key)
{
    wb_view rest = key;

    cut_part(&rest);
    cut_part(&rest);
    return rest.len ? (wb_view){key.data, key.len - rest.len - 1} : key;
}

static void
put_seconds(wb_id *self, int64_t utc_us)
{
    uint64_t seconds = utc_us > 0 ? (uint64_t)(utc_us / WB_US_PER_S) : 0;

    for (int i = 0; i < 4; i++)
        self->bytes[i] = (uint8_t)(seconds >> (24 - 8 * i));
}

wb_id
wb_id_run(int64_t start_utc_us)
{
    wb_id id;

    wb_random_bytes(&id, sizeof id);
    put_seconds(&id, start_utc_us);
    return id;
}

wb_id
wb_id_make(int64_t event_utc_us, wb_view origin, wb_view what)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t hash[WB_SHA256_LEN];
    wb_id id;

    wb_buf_init(&text, 64 + origin.len + what.len);
    wb_buf_addf(&text, "%zu:", origin.len);
    wb_buf_add_view(&text, origin);
    wb_buf_addf(&text, "%zu:", what.len);
    wb_buf_add_view(&text, what);
    wb_sha256(hash, wb_buf_view(&text));
    put_seconds(&id, event_utc_us);
    memcpy(id.bytes + 4, hash, sizeof id.bytes - 4);
    return id;
}

void
wb_id_text(char *dst, const wb_id *id)
{
    wb_hex(dst, id->bytes, sizeof id->bytes);
}

wb_rc
wb_id_parse(wb_id *out, wb_view hex, wb_err *err)
{
    return wb_unhex(out->bytes, sizeof out->bytes, hex, err);
}
