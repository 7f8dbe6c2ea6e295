/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - bg.local.goods.stock.edit: how many of its SKUs a mall shows
 *
 *   {"goodsId", "stockType": 0, "requestUniqueKey",
 *    "skuStockTargetList": [{"skuId", "stockTarget"}]    or
 *    "skuStockChangeList": [{"skuId", "stockDiff"}]}
 *
 * What becomes of a SKU stands inside the success. A list that nobody knows by its name is passed
 * over: all went well, and nothing is changed. A key that was there before is refused; one of an
 * edit of which nothing was done may come again.
 */
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/take.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/facts.h"
#include "tools/sim/systems/temu/goods.h"

#include <stdio.h>
#include <string.h>

#define EDITS_MAX 200
#define STOCK_MAX 1000000
#define UNIQUE_MAX 128

typedef struct {
    int64_t sku_id, number;
    const char *code; /* what is wrong with it; NULL = it is done */
    const char *message;
} edit;

typedef struct {
    int64_t goods_id;
    bool relative;
    edit edits[EDITS_MAX];
    size_t count;
    wb_view unique;
} edit_request;

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

static bool
bad(const wb_sim_visit *visit)
{
    return says_no(visit, "150010003", "Invalid parameters");
}

/* --- what is asked --- */

static bool
is_repeated(const edit_request *self, int64_t sku_id)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->edits[i].sku_id == sku_id)
            return true;
    return false;
}

static bool
read_edit(const wb_sim_visit *visit, wb_json_ref row, const char *number, edit_request *out)
{
    wb_json *json = visit->sim->json;
    edit one = {.sku_id = -1, .number = INT64_MIN};

    if (!wb_sim_temu_int(visit, wb_json_get(json, row, "skuId"), &one.sku_id) ||
        !wb_sim_temu_int(visit, wb_json_get(json, row, number), &one.number))
        return false;
    if (one.sku_id < 0 || one.number == INT64_MIN || out->count == EDITS_MAX)
        return bad(visit);
    if (is_repeated(out, one.sku_id))
        return says_no(visit, "150013001", "The same SKU is there twice");
    out->edits[out->count++] = one;
    return true;
}

static bool
read_edits(const wb_sim_visit *visit, wb_json_ref list, const char *number, edit_request *out)
{
    wb_json *json = visit->sim->json;

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (!read_edit(visit, at, number, out))
            return false;
    return true;
}

static bool
read_request(const wb_sim_visit *visit, edit_request *out)
{
    wb_json *json = visit->sim->json;
    wb_json_ref targets = wb_sim_temu_param(visit, "skuStockTargetList");
    wb_json_ref changes = wb_sim_temu_param(visit, "skuStockChangeList");
    int64_t type = 0;

    *out = (edit_request){.goods_id = -1, .relative = wb_json_count(json, changes) > 0};
    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "goodsId"), &out->goods_id) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "stockType"), &type) ||
        !wb_sim_temu_text(visit, wb_sim_temu_param(visit, "requestUniqueKey"), &out->unique))
        return false;
    if (out->goods_id < 0 || type < 0 || type > 1 || out->unique.len > UNIQUE_MAX)
        return bad(visit);
    if (out->relative && wb_json_count(json, targets))
        return says_no(visit, "150013003", "Only one of the two lists may be given");
    return out->relative ? read_edits(visit, changes, "stockDiff", out)
                         : read_edits(visit, targets, "stockTarget", out);
}

static bool
did_something(const edit_request *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (!self->edits[i].code)
            return true;
    return false;
}

/* "MALL/KEY": false = it was there before. */
static bool
is_new(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const edit_request *request,
       bool keep)
{
    wb_sim_temu *self = wb_sim_temu_of(visit);
    char name[UNIQUE_MAX + 32];
    int len = snprintf(name, sizeof name, "%s/%.*s", seller->target, WB_VIEW_ARG(request->unique));
    wb_view key = {name, (size_t)len};

    if (!request->unique.len)
        return true;
    if (wb_map_find(self->edits, key))
        return false;
    if (keep)
        (void)wb_map_put(self->edits, key, self);
    return true;
}

/* --- what becomes of it --- */

static void
fail_edit(edit *self, const char *code, const char *message)
{
    self->code = code;
    self->message = message;
}

/* What the engine says of a record, in the words of this vendor. */
static void
say(edit *self, const char *word)
{
    if (!strcmp(word, "retry"))
        fail_edit(self, "150010005", "Please try again");
    else if (strcmp(word, "done") != 0 && strcmp(word, "unchanged") != 0)
        fail_edit(self, "150010003", "Invalid parameters");
}

static void
show(const wb_sim_visit *visit, wb_sim_temu_seller *seller, uint32_t goods, int64_t quantity)
{
    wb_sim *sim = visit->sim;

    if (!seller->shown)
        seller->shown = wb_alloc(wb_sim_temu_goods_count(visit) * sizeof *seller->shown);
    wb_sim_temu_shown *at = &seller->shown[goods];
    at->before = at->now;
    at->now = quantity;
    at->revision = wb_sim_temu_of(visit)->revisions;
    if (sim->works && visit->part == sim->shop)
        wb_sim_works_show(sim->works, seller->account->number, goods, quantity);
}

/* So many as there never were are nothing of this world. */
static void
arrive(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods,
       int64_t quantity, wb_sim_arrival *out)
{
    const wb_sim *sim = visit->sim;

    *out = (wb_sim_arrival){
        .number = WB_SIM_UNMARKED, .version = 1, .revision = ++wb_sim_temu_of(visit)->revisions};
    if (wb_sim_works_may_show(sim->works, goods, quantity))
        out->number = wb_sim_works_listing_number(sim->works, seller->account->number, goods);
}

/* It counts at the far end, if this world has one for it. false = the request is answered. */
static bool
take(const wb_sim_taking *taking, wb_sim_temu_seller *seller, uint32_t goods, int64_t quantity,
     edit *self)
{
    const wb_sim_visit *visit = taking->visit;
    wb_sim_arrival arrival;
    wb_sim_refusal refusal;
    char key[WB_SIM_TEMU_KEY_MAX];

    if (!taking->things) {
        wb_sim_temu_of(visit)->revisions++;
        show(visit, seller, goods, quantity);
        return true;
    }
    arrive(visit, seller, goods, quantity, &arrival);
    wb_sim_temu_listing_key(key, goods);
    arrival.key = wb_view_of(key);
    if (wb_sim_take_refused(taking, &arrival, &refusal)) {
        wb_sim_refusal_answer(visit, &refusal);
        return false;
    }
    wb_sim_taken said = wb_sim_take(taking, &arrival);
    say(self, said.word);
    if (said.fresh)
        show(visit, seller, goods, quantity);
    wb_sim_take_end(taking, said.fresh);
    return true;
}

/* false = the request is answered. */
static bool
do_edit(const wb_sim_taking *taking, wb_sim_temu_seller *seller, const edit_request *request,
        edit *self)
{
    const wb_sim_visit *visit = taking->visit;
    uint32_t goods = 0;

    if (!wb_sim_temu_sku(visit, self->sku_id, &goods) ||
        wb_sim_temu_goods_id(goods) != request->goods_id) {
        fail_edit(self, "150010003", "The SKU is none of these goods");
        return true;
    }
    int64_t quantity = self->number;
    if (request->relative && quantity >= -STOCK_MAX && quantity <= STOCK_MAX)
        quantity += seller->shown ? seller->shown[goods].now : 0;
    if (quantity < 0 || quantity > STOCK_MAX) {
        fail_edit(self, "150013002", "Quantity must be between 0 and 1000000");
        return true;
    }
    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_EDIT_PARTLY)) {
        fail_edit(self, "150010005", "Please try again");
        return true;
    }
    return take(taking, seller, goods, quantity, self);
}

/* --- what is said of it --- */

static void
put_edit(const edit *self, wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "skuId", self->sku_id);
    wb_json_member_bool(writer, "stockEditStatus", !self->code);
    wb_json_put_key(writer, "errorCode");
    wb_json_put_raw(writer, wb_view_of(self->code ? self->code : "null"));
    wb_json_put_key(writer, "errorMsg");
    if (self->code)
        wb_json_put_text(writer, wb_view_of(self->message));
    else
        wb_json_put_null(writer);
    wb_json_close(writer, '}');
}

static void
answer(const wb_sim_visit *visit, const edit_request *request, const wb_sim_target *target)
{
    bool silent = target && !strcmp(target->result, WB_SIM_ANSWER_SILENT);
    wb_json_writer writer;
    bool all = true;

    for (size_t i = 0; i < request->count; i++)
        all = all && !request->edits[i].code;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "goodsId", request->goods_id);
    wb_json_member_bool(&writer, "operateResult", all);
    wb_json_member_text(&writer, "msg", wb_view_of(all ? "" : "partial failure"));
    wb_json_put_key(&writer, "skuStockEditStatusInfoList");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < request->count && !silent; i++)
        put_edit(&request->edits[i], &writer);
    wb_json_close(&writer, ']');
    wb_sim_temu_close(visit, &writer);
}

static void
end(const wb_sim_visit *visit, const edit_request *request, const wb_sim_target *target)
{
    if (!strcmp(target->result, WB_SIM_ANSWER_UNREADABLE))
        wb_sim_temu_answer_page(visit, 200);
    else if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_EDIT_INTERNAL))
        wb_sim_temu_fail(visit, "2000000", "internal api call failed");
    else
        answer(visit, request, target);
}

void
wb_sim_temu_on_edit(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_sim_taking taking = {.visit = visit};
    edit_request request;

    taking.target = wb_sim_target_named(visit->sim->targets, wb_view_of(seller->target));
    taking.things = wb_sim_things_of(visit->sim, WB_VIEW_LIT("listing"));
    if (!taking.target || taking.target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL); /* it hangs until the client gives up */
        return;
    }
    taking.target->requests++;
    if (!read_request(visit, &request))
        return;
    if (!is_new(visit, seller, &request, false)) {
        wb_sim_temu_fail(visit, "150010003", "requestUniqueKey already exists");
        return;
    }
    wb_sim_refusals_enter(visit->sim, wb_sim_at(visit));
    taking.in_batch = request.count > 1;
    for (size_t i = 0; i < request.count; i++)
        if (!do_edit(&taking, seller, &request, &request.edits[i]))
            return;
    (void)is_new(visit, seller, &request, did_something(&request));
    end(visit, &request, taking.target);
}
