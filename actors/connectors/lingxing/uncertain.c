/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/lingxing/uncertain.h"

#include <string.h>

#include "protocol/base/own.h"

/* Padded with NUL, or cut, as the vendor's PHP does; ports in Go, Java and Python refuse it. */
void
lingxing_aes_key(uint8_t key[WB_AES_LEN], wb_view app_id)
{
    memset(key, 0, WB_AES_LEN);
    if (app_id.len)
        memcpy(key, app_id.data, app_id.len < WB_AES_LEN ? app_id.len : WB_AES_LEN);
}

#define ROW(name, field, required, permission)                                                     \
    {                                                                                              \
        name, offsetof(wb_address, field), required, permission                                    \
    }

/* Those that need the permission are not in the public table; a running integration sends them. */
const lingxing_address_row lingxing_address_rows[] = {
    ROW("address_line1", line1, true, false),
    ROW("address_line2", line2, false, true),
    ROW("address_line3", line3, false, true),
    ROW("city", city, true, false),
    ROW("district", district, false, true),
    ROW("doorplate_no", house_number, false, true),
    ROW("postal_code", postal_code, false, true),
    ROW("receiver_company_name", company, false, false),
    ROW("receiver_country_code", country, true, false),
    ROW("receiver_mobile", phone, false, true),
    ROW("receiver_name", name, true, false),
    ROW("state_or_region", region, false, true),
    {NULL, 0, false, false},
};

static bool
same(const char *ours, wb_view told)
{
    return ours && *ours && told.len && wb_view_is(told, ours);
}

/* A row has `sid`, which the list of shops does not tell of a self-defined shop: it is compared
 * with the `sid` of the settings and with the shop's id. With one shop and no `sid` it is that one.
 */
const lingxing_store *
lingxing_store_of_row(const lingxing_options *options, wb_json *json, wb_json_ref row, bool *unsure)
{
    const lingxing_store *stores = options->stores.items;
    wb_view sid = {NULL, 0}, id = {NULL, 0};
    bool all = options->stores.count > 0;

    *unsure = false;
    if (!lingxing_name(json, row, "sid", &sid))
        sid = (wb_view){NULL, 0};
    if (!lingxing_name(json, row, "store_id", &id))
        id = sid;
    for (size_t i = 0; i < options->stores.count; i++) {
        if (same(stores[i].sid, sid) || same(stores[i].store_id, id))
            return &stores[i];
        all = all && stores[i].sid && *stores[i].sid;
    }
    if (options->stores.count == 1 && !all)
        return &stores[0];
    *unsure = options->stores.count > 0 && (!all || !sid.len);
    return NULL;
}

void
lingxing_outbound_method(const lingxing_want *want, wb_buf *out)
{
    wb_buf_add_view(out, want->provider_id);
    wb_buf_add_text(out, want->provider_id.len ? "-" : "");
    wb_buf_add_view(out, want->type_id);
}
