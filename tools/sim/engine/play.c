/* SPDX-License-Identifier: Apache-2.0 */
/*
 * play - a configuration of somebody's own, whose accounts this world plays
 */
#include "tools/sim/engine/play.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX (16 * 1024 * 1024)

struct wb_sim_play {
    wb_buf text;
    wb_json *json;
    wb_sim_assortment goods;
};

static wb_rc
read_file(wb_buf *out, const char *path, wb_err *err)
{
    FILE *file = fopen(path, "rb");
    size_t got = 0;

    if (!file)
        return wb_fail(err, WB_REJECT, "%s cannot be opened: %m", path);
    for (char part[4096]; (got = fread(part, 1, sizeof part, file)) > 0;)
        wb_buf_add(out, part, got);
    bool failed = ferror(file) || out->overflow;
    (void)fclose(file);
    return failed ? wb_fail(err, WB_REJECT, "%s cannot be read, or is too large", path) : WB_OK;
}

/* NULL = it is not given. */
static char *
text_of(wb_json *json, wb_json_ref row, const char *name)
{
    wb_view text = {NULL, 0};

    if (wb_json_text(json, wb_json_get(json, row, name), &text, name, NULL) || !text.len)
        return NULL;
    return wb_text_dup_len(text.data, text.len);
}

static wb_rc
read_parts(wb_json *json, wb_json_ref row, uint32_t count, wb_sim_article *out, wb_err *err)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, row, "parts"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_json_ref first = wb_json_first(json, at);
        int64_t goods = -1, quantity = 0;

        if (first == WB_JSON_NONE || wb_json_int(json, first, &goods, "part", err) ||
            wb_json_int(json, wb_json_next(json, first), &quantity, "part", err) || goods < 0 ||
            goods >= count || quantity < 1 || out->count == WB_SIM_PARTS_MAX)
            return wb_fail(err, WB_REJECT, "a part of goods is none");
        out->parts[out->count++] = (wb_sim_goods_part){(uint32_t)goods, quantity};
    }
    return WB_OK;
}

static wb_rc
read_article(wb_sim_play *self, wb_json_ref row, uint32_t number, wb_err *err)
{
    wb_sim_article *out = &self->goods.rows[number];
    int64_t seller = 0;

    out->sku = text_of(self->json, row, "sku");
    out->master = text_of(self->json, row, "master");
    if (wb_json_int(self->json, wb_json_get(self->json, row, "seller"), &seller, "seller", err) ||
        seller < 0 || seller > INT32_MAX)
        return wb_fail(err, WB_REJECT, "a seller of goods is none");
    out->seller = (unsigned)seller;
    if (!out->master)
        return read_parts(self->json, row, self->goods.count, out, err);
    out->parts[0] = (wb_sim_goods_part){number, 1};
    out->count = 1;
    (void)wb_map_put(self->goods.by_master, wb_view_of(out->master), out);
    return WB_OK;
}

static wb_rc
read_goods(wb_sim_play *self, wb_err *err)
{
    wb_json_ref list = wb_json_get(self->json, 0, "goods");
    wb_json_ref at = wb_json_first(self->json, list);
    size_t count = wb_json_count(self->json, list);
    wb_rc rc = WB_OK;

    if (count > WB_SIM_GOODS_MAX)
        return wb_fail(err, WB_REJECT, "more than %d goods", WB_SIM_GOODS_MAX);
    self->goods.count = (uint32_t)count;
    self->goods.rows = wb_alloc(count * sizeof *self->goods.rows);
    self->goods.by_master = wb_map_new();
    for (uint32_t i = 0; !rc && at != WB_JSON_NONE; at = wb_json_next(self->json, at), i++) {
        rc = read_article(self, at, i, err);
        if (!rc && !self->goods.rows[i].count)
            rc = wb_fail(err, WB_REJECT, "goods have neither a master nor parts");
    }
    return rc;
}

wb_rc
wb_sim_play_read(wb_sim_play **out, const char *path, wb_err *err)
{
    WB_AUTO(wb_sim_play_destroy) wb_sim_play *self = wb_alloc(sizeof *self);

    self->json = wb_json_new();
    wb_buf_init(&self->text, FILE_MAX);
    wb_rc rc = read_file(&self->text, path, err);
    if (!rc)
        rc = wb_json_parse(self->json, wb_buf_view(&self->text), err);
    if (!rc && wb_json_kind(self->json, 0) != WB_JSON_OBJECT)
        rc = wb_fail(err, WB_REJECT, "it is no object");
    if (!rc)
        rc = read_goods(self, err);
    if (rc)
        return wb_note(err, WB_REJECT, "%s", path);
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_sim_play_destroy(wb_sim_play **self_p)
{
    wb_sim_play *self = *self_p;

    if (!self)
        return;
    for (uint32_t i = 0; self->goods.rows && i < self->goods.count; i++) {
        wb_free(&self->goods.rows[i].sku);
        wb_free(&self->goods.rows[i].master);
    }
    wb_free(&self->goods.rows);
    wb_map_destroy(&self->goods.by_master);
    wb_json_destroy(&self->json);
    wb_buf_fini(&self->text);
    wb_free(self_p);
}

const wb_sim_assortment *
wb_sim_play_goods(const wb_sim_play *self)
{
    return self && self->goods.count ? &self->goods : NULL;
}

wb_json *
wb_sim_play_json(const wb_sim_play *self)
{
    return self->json;
}

wb_json_ref
wb_sim_play_next(const wb_sim_play *self, wb_json_ref account)
{
    if (!self)
        return WB_JSON_NONE;
    return account == WB_JSON_NONE
               ? wb_json_first(self->json, wb_json_get(self->json, 0, "accounts"))
               : wb_json_next(self->json, account);
}

wb_json_ref
wb_sim_play_account(const wb_sim_play *self, const char *connector, unsigned seller)
{
    wb_json_ref at = wb_sim_play_next(self, WB_JSON_NONE);

    while (at != WB_JSON_NONE && (!wb_view_is(wb_sim_play_text(self, at, "connector"), connector) ||
                                  wb_sim_play_seller(self, at) != seller))
        at = wb_sim_play_next(self, at);
    return at;
}

unsigned
wb_sim_play_seller(const wb_sim_play *self, wb_json_ref account)
{
    int64_t seller = 0;

    if (self && wb_json_int(self->json, wb_json_get(self->json, account, "seller"), &seller,
                            "seller", NULL))
        return 0;
    return (unsigned)seller;
}

wb_json_ref
wb_sim_play_target(const wb_sim_play *self, const char *target)
{
    wb_json_ref at = wb_sim_play_next(self, WB_JSON_NONE);

    while (at != WB_JSON_NONE && !wb_view_is(wb_sim_play_text(self, at, "target"), target))
        at = wb_sim_play_next(self, at);
    return at;
}

wb_view
wb_sim_play_text(const wb_sim_play *self, wb_json_ref account, const char *path)
{
    wb_view text = {"", 0};

    if (self && account != WB_JSON_NONE)
        wb_ignore(
            wb_json_text(self->json, wb_json_at(self->json, account, path), &text, path, NULL),
            "what is no text is not given");
    return text;
}

wb_view
wb_sim_play_word(const wb_sim_play *self, const char *list, size_t k, bool round)
{
    wb_json_ref at = self ? wb_json_get(self->json, 0, list) : WB_JSON_NONE;
    size_t count = self ? wb_json_count(self->json, at) : 0;
    wb_view text = {"", 0};

    if (!count || (k >= count && !round))
        return text;
    at = wb_json_first(self->json, at);
    for (k %= count; k > 0; k--)
        at = wb_json_next(self->json, at);
    wb_ignore(wb_json_text(self->json, at, &text, list, NULL), "what is no text is not given");
    return text;
}
