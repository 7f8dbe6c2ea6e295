/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parcels - what was confirmed: how it counts at the far end, how it is read back and changed
 *
 *   bg.logistics.shipment.v2.get                {"parentOrderSn", "orderSn"}
 *   bg.logistics.shipment.shippingtype.update   {"editPackageRequestList": [{"packageSn",
 *       "trackingNumber", "shipCompanyId", "selfShippingWarehouseId"}]}, for --temu-edit-window
 *   bg.order.unshipped.package.get              labels that were bought and are not confirmed yet
 */
#include "tools/sim/systems/temu/parcels.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/take.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/temu/account.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/orders.h"

#include <stdio.h>
#include <string.h>

#define EDITS_MAX 50

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

/* --- at the far end --- */

wb_sim_target *
wb_sim_temu_target(wb_sim_visit *visit, const wb_sim_temu_seller *seller)
{
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, wb_view_of(seller->target));

    if (!target || target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL);
        return NULL;
    }
    target->requests++;
    return target;
}

/* Which version of the ERP's shipment has these numbers? Of several the oldest: the others are
 * still to be changed. 0 = one of them is none of it. */
static uint32_t
version_of(const wb_sim_works *works, const wb_sim_temu_going *going)
{
    uint32_t oldest = UINT32_MAX;

    for (int i = 0; i < going->box_count && works; i++) {
        uint32_t version = going->boxes[i].main < 0
                               ? wb_sim_shipment_version(wb_sim_works_shipment(works, going->order),
                                                         going->boxes[i].tracking)
                               : UINT32_MAX;
        oldest = version < oldest ? version : oldest;
    }
    return oldest == UINT32_MAX ? 0 : oldest;
}

/* The engine's word in the vendor's. */
static bool
say(const wb_sim_visit *visit, const char *word)
{
    if (!strcmp(word, "done") || !strcmp(word, "unchanged"))
        return true;
    if (!strcmp(word, "retry"))
        return says_no(visit, "2000000", "internal api call failed");
    return says_no(visit, "120012016", "The parent order is not to be sent");
}

bool
wb_sim_temu_count(wb_sim_visit *visit, const wb_sim_temu_seller *seller,
                  const wb_sim_temu_going *going)
{
    wb_sim *sim = visit->sim;
    wb_sim_taking taking = {.visit = visit,
                            .target = wb_sim_target_named(sim->targets, wb_view_of(seller->target)),
                            .things = wb_sim_things_of(sim, WB_VIEW_LIT("shipment"))};
    uint32_t version = going->is_wrong ? 0 : version_of(sim->works, going);
    wb_sim_arrival arrival = {.number = version ? going->order : WB_SIM_UNMARKED,
                              .version = version,
                              .revision = version ? version : 1};
    char key[WB_SIM_THING_ID_MAX];
    wb_sim_refusal refusal;

    if (!taking.things)
        return true;
    taking.things->id(taking.things->self, key, going->order);
    arrival.key = wb_view_of(key);
    if (wb_sim_take_refused(&taking, &arrival, &refusal)) {
        wb_sim_refusal_answer(visit, &refusal);
        return false;
    }
    wb_sim_taken said = wb_sim_take(&taking, &arrival);
    wb_sim_take_end(&taking, said.fresh);
    if (!say(visit, said.word))
        return false;
    wb_sim_temu_of(visit)->sent[going->order].counted |= said.fresh;
    return true;
}

/* `id`: room for its key. */
static wb_sim_subject
subject_of(const wb_sim_part *part, uint32_t order, char id[WB_SIM_THING_ID_MAX])
{
    wb_sim *sim = part->sim;
    const wb_sim_temu *self = part->state;
    const wb_sim_things *things = wb_sim_things_of(sim, WB_VIEW_LIT("shipment"));
    const char *target = self->sellers[wb_sim_market_account(sim->market, order)].target;

    things->id(things->self, id, order);
    return (wb_sim_subject){.at = part->places + WB_SIM_TEMU_AT_SHIPMENTS,
                            .target = target,
                            .key = wb_view_of(id),
                            .things = things,
                            .order = order,
                            .told = &wb_sim_target_named(sim->targets, wb_view_of(target))->told};
}

void
wb_sim_temu_note_refused(const wb_sim_visit *visit, uint32_t order)
{
    char id[WB_SIM_THING_ID_MAX];

    if (!wb_sim_things_of(visit->sim, WB_VIEW_LIT("shipment")))
        return;
    wb_sim_subject subject = subject_of(visit->part, order, id);
    wb_sim_refusal_note(visit->sim, &subject, &(wb_sim_refusal){.status = 422, .lasting = true});
}

bool
wb_sim_temu_keeps_back(const wb_sim_visit *visit, uint32_t order)
{
    char id[WB_SIM_THING_ID_MAX];

    if (!wb_sim_things_of(visit->sim, WB_VIEW_LIT("shipment")))
        return false;
    wb_sim_subject subject = subject_of(visit->part, order, id);
    return wb_sim_refusal_lasts(visit->sim, &subject);
}

bool
wb_sim_temu_not_to_send(const wb_sim_visit *visit, uint32_t order)
{
    wb_sim_temu_note_refused(visit, order);
    return says_no(visit, "120012016", "The parent order is not to be sent");
}

/* --- what there is --- */

const wb_sim_temu_parcel *
wb_sim_temu_add_parcel(wb_sim_visit *visit, uint32_t order, const wb_sim_temu_box *box,
                       const int64_t quantity[WB_SIM_LINES_MAX], const wb_sim_temu_parcel *main)
{
    wb_sim_temu *self = wb_sim_temu_of(visit);
    wb_sim_temu_parcel *parcel = wb_alloc(sizeof *parcel);
    wb_sim_temu_parcel **last = &self->sent[order].parcels;

    parcel->order = order;
    parcel->main = main;
    parcel->carrier = box->carrier;
    parcel->confirmed_ms = wb_now_ms();
    memcpy(parcel->quantity, quantity, sizeof parcel->quantity);
    (void)snprintf(parcel->sn, sizeof parcel->sn, "PK-%016llu",
                   (unsigned long long)++self->parcels);
    wb_ignore(wb_text_set(parcel->tracking, sizeof parcel->tracking, box->tracking, NULL),
              "it was looked at");
    wb_ignore(wb_text_set(parcel->warehouse, sizeof parcel->warehouse, box->warehouse, NULL),
              "it was looked at");
    while (*last)
        last = &(*last)->next;
    *last = parcel;
    parcel->older = self->newest;
    self->newest = parcel;
    (void)wb_map_put(self->by_tracking, box->tracking, parcel);
    (void)wb_map_put(self->by_sn, wb_view_of(parcel->sn), parcel);
    return parcel;
}

/* --- read back --- */

static void
put_box(const wb_sim_temu_parcel *self, wb_json_writer *writer)
{
    const char *carrier = wb_sim_temu_carrier_name(self->carrier);

    wb_json_member_int(writer, "carrierId", self->carrier);
    wb_json_member_text(writer, "carrierName", wb_view_of(carrier ? carrier : "Carrier"));
    wb_json_member_text(writer, "trackingNumber", wb_view_of(self->tracking));
    wb_json_member_text(writer, "packageSn", wb_view_of(self->sn));
}

static void
put_parcel(const wb_sim_temu_facts *facts, int line, const wb_sim_temu_parcel *self,
           wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    put_box(self, writer);
    wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(facts->lines[line].goods));
    wb_json_member_int(writer, "quantity", self->quantity[line]);
    wb_json_member_int(writer, "packageDeliveryType", 1);
    wb_json_member_int(writer, "trackingWarningLabel", 0);
    wb_json_put_key(writer, "cooperativeWarehouseDTO");
    wb_json_put_null(writer);
    wb_json_put_key(writer, "subPackageShipmentInfoList");
    wb_json_open(writer, '[');
    for (const wb_sim_temu_parcel *at = self->next; at; at = at->next) {
        if (at->main != self)
            continue;
        wb_json_open(writer, '{');
        put_box(at, writer);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

/* The ledger knows whether probes see what was written last. */
static bool
is_hidden(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t order)
{
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, wb_view_of(seller->target));
    const wb_sim_ledger *ledger =
        target ? wb_sim_target_kind(target, WB_VIEW_LIT("shipment")) : NULL;
    char key[WB_SIM_THING_ID_MAX];
    uint64_t revision = 0;

    if (!ledger || !wb_sim_temu_of(visit)->sent[order].counted)
        return false;
    const wb_sim_things *things = wb_sim_ledger_things(ledger);
    things->id(things->self, key, order);
    return !wb_sim_ledger_probe(ledger, wb_view_of(key), &revision);
}

/* The line that a call names. -1 = it is answered. */
static int
find_line(wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_sim_temu_facts *out)
{
    wb_view parent = {NULL, 0}, sn = {NULL, 0};
    wb_sim_found at;

    if (!wb_sim_temu_text(visit, wb_sim_temu_param(visit, "parentOrderSn"), &parent) ||
        !wb_sim_temu_text(visit, wb_sim_temu_param(visit, "orderSn"), &sn))
        return -1;
    at.order = wb_sim_market_number(visit->sim->market, parent);
    at.version = wb_sim_is_foreign(at.order) ? 0 : wb_sim_visible(seller->account, at.order);
    if (at.version) {
        wb_sim_temu_facts_of(wb_sim_temu_of(visit), &at, out);
        int line = wb_sim_temu_line(wb_sim_temu_of(visit), out, sn);
        if (line >= 0)
            return line;
    }
    (void)says_no(visit, "120012007", "The order does not exist");
    return -1;
}

void
wb_sim_temu_on_parcels(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;
    wb_sim_temu_facts facts;
    int line = find_line(visit, seller, &facts);

    if (line < 0)
        return;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "shipmentInfoDTO");
    wb_json_open(&writer, '[');
    if (!is_hidden(visit, seller, facts.order))
        for (const wb_sim_temu_parcel *at = wb_sim_temu_of(visit)->sent[facts.order].parcels; at;
             at = at->next)
            if (at->quantity[line])
                put_parcel(&facts, line, at, &writer);
    wb_json_close(&writer, ']');
    wb_sim_temu_close(visit, &writer);
}

/* --- changed --- */

/* Of this mall, and not for too long on its way. NULL = the request is answered. */
static wb_sim_temu_parcel *
find_parcel(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_json_ref row)
{
    wb_sim_temu *self = wb_sim_temu_of(visit);
    wb_view sn = {NULL, 0};

    if (!wb_sim_temu_text(visit, wb_json_get(visit->sim->json, row, "packageSn"), &sn))
        return NULL;
    wb_sim_temu_parcel *found = sn.len ? wb_map_find(self->by_sn, sn) : NULL;
    if (!found || !wb_sim_visible(seller->account, found->order)) {
        (void)says_no(visit, "120012007", "The package does not exist");
        return NULL;
    }
    if (wb_now_ms() - found->confirmed_ms > self->conf->temu_edit_window) {
        (void)says_no(visit, "120015529", "The package cannot be edited any more");
        return NULL;
    }
    return found;
}

/* All parcels of an order, as boxes; their number. */
static int
boxes_of(const wb_sim_temu_sent *sent, wb_sim_temu_box boxes[WB_SIM_TEMU_BOXES_MAX])
{
    int count = 0;

    for (const wb_sim_temu_parcel *at = sent->parcels; at && count < WB_SIM_TEMU_BOXES_MAX;
         at = at->next)
        if (!at->main)
            boxes[count++] = (wb_sim_temu_box){.tracking = wb_view_of(at->tracking), .main = -1};
    return count;
}

/* One of several that has its number already changes nothing yet. */
static bool
count_change(wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t order)
{
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, wb_view_of(seller->target));
    const wb_sim_ledger *ledger =
        target ? wb_sim_target_kind(target, WB_VIEW_LIT("shipment")) : NULL;
    wb_sim_temu_box boxes[WB_SIM_TEMU_BOXES_MAX];
    wb_sim_temu_going going = {order, boxes, boxes_of(&wb_sim_temu_of(visit)->sent[order], boxes),
                               false};
    uint32_t version = version_of(visit->sim->works, &going);

    return (version && ledger && wb_sim_ledger_version(ledger, order) == version) ||
           wb_sim_temu_count(visit, seller, &going);
}

static bool
change(wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_json_ref row)
{
    wb_sim_temu *self = wb_sim_temu_of(visit);
    wb_json *json = visit->sim->json;
    wb_sim_temu_parcel *parcel = find_parcel(visit, seller, row);
    wb_sim_temu_box box = {.carrier = -1, .main = -1};

    if (!parcel || !wb_sim_temu_id(visit, wb_json_get(json, row, "shipCompanyId"), &box.carrier) ||
        !wb_sim_temu_text(visit, wb_json_get(json, row, "trackingNumber"), &box.tracking) ||
        !wb_sim_temu_text(visit, wb_json_get(json, row, "selfShippingWarehouseId"),
                          &box.warehouse) ||
        !wb_sim_temu_check_box(visit, &box))
        return false;
    wb_sim_temu_parcel before = *parcel;
    wb_ignore(wb_text_set(parcel->tracking, sizeof parcel->tracking, box.tracking, NULL),
              "it was looked at");
    if (!count_change(visit, seller, parcel->order)) {
        *parcel = before;
        return false;
    }
    parcel->carrier = box.carrier;
    (void)wb_map_put(self->by_tracking, box.tracking, parcel);
    self->sent[parcel->order].changed_utc_us = wb_now_utc_us();
    self->sendings++;
    return true;
}

void
wb_sim_temu_on_change(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, "editPackageRequestList");
    wb_json_writer writer;

    if (!wb_sim_temu_target(visit, seller))
        return;
    if (!wb_json_count(json, list) || wb_json_count(json, list) > EDITS_MAX) {
        wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
        return;
    }
    wb_sim_refusals_enter(visit->sim, wb_sim_at(visit));
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (!change(visit, seller, at))
            return;
    wb_sim_temu_open(visit, &writer);
    wb_json_put_bool(&writer, true);
    wb_sim_temu_close(visit, &writer);
}

/* --- labels that wait --- */

static void
put_content(const wb_sim_temu *self, const wb_sim_temu_facts *facts, wb_json_writer *writer)
{
    char id[WB_SIM_ID_LEN + 1], sn[WB_SIM_TEMU_SN_MAX];

    wb_sim_market_id(self->part->sim->market, id, facts->order);
    wb_json_put_key(writer, "packageDetail");
    wb_json_open(writer, '{');
    wb_json_put_key(writer, "shippableOrders");
    wb_json_open(writer, '[');
    for (int i = 0; i < facts->count; i++) {
        wb_sim_temu_sn(self, sn, facts->order, i);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "orderSn", wb_view_of(sn));
        wb_json_member_text(writer, "parentOrderSn", wb_view_of(id));
        wb_json_member_int(writer, "quantity", facts->lines[i].quantity);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    wb_json_put_key(writer, "canceledOrders");
    wb_json_open(writer, '[');
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

static void
put_label(const wb_sim_temu *self, const wb_sim_temu_facts *facts, const char *label,
          wb_json_writer *writer)
{
    char tracking[24];

    (void)snprintf(tracking, sizeof tracking, "LB%010u", facts->order);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "packageSn", wb_view_of(label));
    wb_json_put_key(writer, "mainPackageSn");
    wb_json_put_null(writer);
    wb_json_put_key(writer, "subPackageSnList");
    wb_json_put_null(writer);
    wb_json_member_text(writer, "subPackageType", WB_VIEW_LIT("MAIN"));
    wb_json_member_int(writer, "carrierId", WB_SIM_TEMU_CARRIER);
    wb_json_member_text(writer, "carrierName",
                        wb_view_of(wb_sim_temu_carrier_name(WB_SIM_TEMU_CARRIER)));
    wb_json_member_text(writer, "trackingNumber", wb_view_of(tracking));
    put_content(self, facts, writer);
    wb_json_close(writer, '}');
}

/* Is it in the list? A list that is not there names all. */
static bool
is_listed(const wb_sim_visit *visit, const char *name, wb_view sn)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, name);

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view text = {NULL, 0};
        if (!wb_json_text(json, at, &text, "", NULL) && wb_view_eq(text, sn))
            return true;
    }
    return !wb_json_count(json, list);
}

static bool
is_asked(const wb_sim_visit *visit, const wb_sim_temu_facts *facts)
{
    char id[WB_SIM_ID_LEN + 1], sn[WB_SIM_TEMU_SN_MAX];

    wb_sim_market_id(visit->sim->market, id, facts->order);
    if (!is_listed(visit, "parentOrderSnList", wb_view_of(id)))
        return false;
    for (int i = 0; i < facts->count; i++) {
        wb_sim_temu_sn(wb_sim_temu_of(visit), sn, facts->order, i);
        if (is_listed(visit, "orderSnList", wb_view_of(sn)))
            return true;
    }
    return false;
}

void
wb_sim_temu_on_unshipped(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    int64_t number = 1, size = 10, total = 0;
    char label[WB_SIM_TEMU_LABEL_MAX];
    wb_json_writer writer;
    wb_sim_temu_facts facts;

    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageNumber"), &number) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageSize"), &size))
        return;
    if (number < 1 || number > INT32_MAX || size < 1 || size > WB_SIM_TEMU_PAGE_MAX) {
        wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
        return;
    }
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "unshippedPackage");
    wb_json_open(&writer, '[');
    for (uint32_t order = 0; order < wb_sim_market_given(visit->sim->market); order++) {
        wb_sim_found at = {order, wb_sim_visible(seller->account, order)};
        if (!at.version)
            continue;
        wb_sim_temu_facts_of(self, &at, &facts);
        if (!wb_sim_temu_label(self, &facts, label) || !is_asked(visit, &facts))
            continue;
        if (total >= (number - 1) * size && total < number * size)
            put_label(self, &facts, label, &writer);
        total++;
    }
    wb_json_close(&writer, ']');
    wb_json_member_int(&writer, "totalItemNum", total);
    wb_sim_temu_close(visit, &writer);
}
