/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/aim.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "protocol/limits.h"

static const size_t places[] = {
    offsetof(wb_address, line1),   offsetof(wb_address, line2),  offsetof(wb_address, line3),
    offsetof(wb_address, city),    offsetof(wb_address, region), offsetof(wb_address, postal_code),
    offsetof(wb_address, country),
};
_Static_assert(WB_COUNT(places) == WB_AIM_PLACES, "one for each");

static uint32_t
digest_of(wb_view text)
{
    uint8_t digest[WB_SHA256_LEN];
    uint32_t first;

    if (!text.len)
        return 0;
    wb_sha256(digest, text);
    memcpy(&first, digest, sizeof first);
    return first | 1;
}

/* False: how many is not told. */
static bool
line_of(const wb_order_line *line, uint32_t *sum)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    int64_t gone = line->quantity_cancelled.known ? line->quantity_cancelled.value : 0;

    if (!line->quantity.known)
        return false;
    wb_buf_init(&text, WB_ORDER_MAX);
    wb_buf_addf(&text, "%lld ", (long long)(line->quantity.value - gone));
    wb_buf_add_view(&text, line->line_id);
    *sum += digest_of(wb_buf_view(&text));
    return true;
}

static uint32_t
goods_of(const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;
    uint32_t sum = 0;

    for (size_t i = 0; i < order->lines.count; i++)
        if (!line_of(&lines[i], &sum))
            return 0;
    return order->lines.count ? sum | 1 : 0;
}

void
wb_order_aim(const void *order, wb_aim *out)
{
    const wb_order *self = order;

    for (size_t i = 0; i < WB_COUNT(places); i++)
        out->places[i] =
            digest_of(*(const wb_view *)(const void *)((const char *)&self->ship_to + places[i]));
    out->goods = goods_of(self);
}

bool
wb_aim_elsewhere(const wb_aim *self, const wb_aim *than)
{
    for (size_t i = 0; i < WB_AIM_PLACES; i++)
        if (self->places[i] && than->places[i] && self->places[i] != than->places[i])
            return true;
    return false;
}

bool
wb_aim_other_goods(const wb_aim *self, const wb_aim *than)
{
    return self->goods && than->goods && self->goods != than->goods;
}
