/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm - bg.logistics.shipment.v2.confirm: the seller has sent it, with its own carrier
 *
 * A line goes as a whole and once: what of it is not in this call cannot follow. The vendor takes
 * less than all of a line without a word; here nothing explains such a shipment. Answered with the
 * words of the guide, and with no number of a package: who wants to know it asks.
 */
#include "tools/sim/systems/temu/confirm.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/parcels.h"

#include <string.h>

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

/* --- may it? --- */

/* All that the call sends of a line. */
static int64_t
sent_of(const wb_sim_temu_confirm *self, int parent, int line)
{
    int64_t sum = 0;

    for (int i = 0; i < self->item_count; i++)
        if (self->items[i].parent == parent && self->items[i].line == line)
            sum += self->items[i].quantity;
    return sum;
}

static bool
check_lines(const wb_sim_visit *visit, const wb_sim_temu_confirm *self)
{
    for (int i = 0; i < self->item_count; i++) {
        const wb_sim_temu_item *item = &self->items[i];
        const wb_sim_temu_facts *parent = &self->parents[item->parent];
        int status = parent->line_status[item->line];
        if (status == WB_SIM_TEMU_SHIPPED)
            return says_no(visit, "120012004",
                           "The order has been shipped. This submission is not effective for the "
                           "shipped order.");
        if (status != WB_SIM_TEMU_UN_SHIPPING)
            return wb_sim_temu_not_to_send(visit, parent->order);
        if (sent_of(self, item->parent, item->line) > parent->lines[item->line].quantity)
            return says_no(visit, "120012007", "More than was ordered");
    }
    return true;
}

static unsigned
denied(const wb_sim_temu_confirm *self)
{
    unsigned denies = 0;

    for (int i = 0; i < self->box_count; i++)
        denies |= self->boxes[i].denies;
    return denies;
}

static bool
check_requests(const wb_sim_visit *visit, const wb_sim_temu_confirm *self)
{
    unsigned denies = denied(self);

    for (int i = 0; i < self->parent_count; i++) {
        if (self->parents[i].asks_to_move && !(denies & WB_SIM_TEMU_DENY_MOVE)) {
            wb_sim_faults_took(&visit->sim->faults, visit->part->faults + WB_SIM_TEMU_HOLD_ADDRESS);
            return says_no(visit, "120012023", "The buyer's change of address is pending");
        }
        if (self->parents[i].asks_to_cancel && !(denies & WB_SIM_TEMU_DENY_CANCEL)) {
            wb_sim_faults_took(&visit->sim->faults, visit->part->faults + WB_SIM_TEMU_HOLD_CANCEL);
            return says_no(visit, "120012030", "The buyer's cancellation is pending");
        }
    }
    return true;
}

/* In one parcel goes what goes to one buyer. */
static bool
check_buyers(const wb_sim_visit *visit, const wb_sim_temu_confirm *self)
{
    const wb_sim_temu *temu = wb_sim_temu_of(visit);

    for (int i = 1; i < self->parent_count; i++)
        if (wb_sim_temu_buyer(temu, self->parents[i].order) !=
            wb_sim_temu_buyer(temu, self->parents[0].order))
            return says_no(visit, "120012016", "The parent orders have other addresses");
    return true;
}

/* Another order went with this number: these never can. */
static bool
check_used(const wb_sim_visit *visit, const wb_sim_temu_confirm *self, const wb_sim_temu_box *box)
{
    if (!wb_map_find(wb_sim_temu_of(visit)->by_tracking, box->tracking))
        return true;
    for (int i = 0; i < self->parent_count; i++)
        wb_sim_temu_note_refused(visit, self->parents[i].order);
    return says_no(visit, "120014004", "The tracking number was used");
}

static bool
check_boxes(const wb_sim_visit *visit, const wb_sim_temu_confirm *self)
{
    for (int i = 0; i < self->box_count; i++) {
        if (!check_used(visit, self, &self->boxes[i]))
            return false;
        if (!wb_sim_temu_check_box(visit, &self->boxes[i]))
            return false;
        for (int k = 0; k < i; k++)
            if (wb_view_eq(self->boxes[i].tracking, self->boxes[k].tracking))
                return says_no(visit, "120014003", "The tracking number is there twice");
    }
    return true;
}

/* --- it is sent --- */

static void
add_parcels(wb_sim_visit *visit, const wb_sim_temu_confirm *self, int parent)
{
    const wb_sim_temu_parcel *of_box[WB_SIM_TEMU_BOXES_MAX] = {0};

    for (int i = 0; i < self->box_count; i++) {
        const wb_sim_temu_box *box = &self->boxes[i];
        int64_t quantity[WB_SIM_LINES_MAX] = {0};
        int64_t sum = 0;
        for (int k = 0; k < self->item_count; k++) {
            if (self->items[k].box != i || self->items[k].parent != parent)
                continue;
            quantity[self->items[k].line] += self->items[k].quantity;
            sum += self->items[k].quantity;
        }
        const wb_sim_temu_parcel *main = box->main < 0 ? NULL : of_box[box->main];
        if (sum || main)
            of_box[i] =
                wb_sim_temu_add_parcel(visit, self->parents[parent].order, box, quantity, main);
    }
}

/* Is all of the order on its way, each line as a whole? */
static bool
is_whole(const wb_sim_temu_confirm *self, int parent, const wb_sim_temu_sent *sent)
{
    const wb_sim_temu_facts *facts = &self->parents[parent];

    for (int i = 0; i < facts->count; i++)
        if (facts->line_status[i] != WB_SIM_TEMU_CANCELED && !(sent->lines & (1U << i)))
            return false;
    return true;
}

static bool
is_short(const wb_sim_temu_confirm *self, int parent)
{
    const wb_sim_temu_facts *facts = &self->parents[parent];

    for (int i = 0; i < facts->count; i++) {
        int64_t sent = sent_of(self, parent, i);
        if (sent && sent < facts->lines[i].quantity)
            return true;
    }
    return false;
}

/* The order is told to the far end's ledger when the last of its lines is sent, or when one was
 * sent short. Undone if the ledger does not take it. false = the request is answered. */
static bool
send_parent(wb_sim_visit *visit, const wb_sim_temu_seller *seller, const wb_sim_temu_confirm *self,
            int parent)
{
    const wb_sim_temu_facts *facts = &self->parents[parent];
    wb_sim_temu_sent *sent = &wb_sim_temu_of(visit)->sent[facts->order];
    wb_sim_temu_sent before = *sent;

    for (int i = 0; i < self->item_count; i++)
        if (self->items[i].parent == parent)
            sent->lines |= 1U << self->items[i].line;
    wb_sim_temu_going going = {facts->order, self->boxes, self->box_count, is_short(self, parent)};
    if (is_whole(self, parent, sent) || going.is_wrong) {
        if (!wb_sim_temu_count(visit, seller, &going)) {
            *sent = before;
            return false;
        }
        sent->shipped_utc_us = wb_now_utc_us();
    }
    sent->changed_utc_us = wb_now_utc_us();
    wb_sim_temu_of(visit)->sendings++;
    add_parcels(visit, self, parent);
    return true;
}

/* What goes in one parcel is taken together or not at all: with one that is refused for good the
 * others never can. It is to be asked for first, so that nothing is sent; 0 = there is none. */
static int
first_of(const wb_sim_visit *visit, const wb_sim_temu_confirm *self)
{
    int first = 0;

    while (first < self->parent_count && !wb_sim_temu_keeps_back(visit, self->parents[first].order))
        first++;
    if (first == self->parent_count)
        return 0;
    for (int i = 0; i < self->parent_count; i++)
        if (i != first)
            wb_sim_temu_note_refused(visit, self->parents[i].order);
    return first;
}

static void
answer(const wb_sim_visit *visit, const wb_sim_target *target)
{
    wb_json_writer writer;

    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_CONFIRM_INTERNAL)) {
        wb_sim_temu_fail(visit, "120014006", "System abnormality");
        return;
    }
    if (!strcmp(target->result, WB_SIM_ANSWER_UNREADABLE)) {
        wb_sim_temu_answer_page(visit, 200);
        return;
    }
    wb_sim_temu_open(visit, &writer);
    if (!strcmp(target->result, WB_SIM_ANSWER_SILENT)) {
        wb_json_put_null(&writer);
    } else {
        wb_json_open(&writer, '{');
        wb_json_put_key(&writer, "assistantAgreementText");
        wb_json_put_null(&writer);
        wb_json_put_key(&writer, "warningMessage");
        wb_json_open(&writer, '[');
        wb_json_close(&writer, ']');
    }
    wb_sim_temu_close(visit, &writer);
}

void
wb_sim_temu_on_confirm(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_sim_target *target = wb_sim_temu_target(visit, seller);
    WB_AUTO(wb_free) wb_sim_temu_confirm *self = wb_alloc(sizeof *self);

    if (!target || !wb_sim_temu_confirm_read(visit, seller, self) || !check_lines(visit, self) ||
        !check_requests(visit, self) || !check_buyers(visit, self) || !check_boxes(visit, self))
        return;
    wb_sim_refusals_enter(visit->sim, wb_sim_at(visit));
    for (int i = 0, first = first_of(visit, self); i < self->parent_count; i++)
        if (!send_parent(visit, seller, self, (first + i) % self->parent_count))
            return;
    answer(visit, target);
}
