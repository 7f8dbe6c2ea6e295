/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buyer - where an order goes to, and what was paid for it
 *
 *   bg.order.shippinginfo.v2.get   {"parentOrderSn"}
 *   bg.order.amount.query          {"parentOrderSn"}   for malls that may: else 3000032
 *
 * The address is told while the order waits to be sent. Before, its letters are masked; afterwards,
 * and of a buyer whose address is withheld, there is none. Amounts are in cents.
 */
#include "protocol/base/own.h"
#include "tools/sim/systems/temu/account.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/orders.h"

#include <stdio.h>

#define CURRENCY "USD"
#define SHIPPING_MINOR 299

/* --- the address --- */

typedef enum { SHOWN, MASKED, GONE, WITHHELD } visibility;

static visibility
sight_of(const wb_sim_temu *self, const wb_sim_temu_facts *facts)
{
    if (wb_sim_temu_withheld(self->part, facts->order))
        return WITHHELD;
    if (facts->status == WB_SIM_TEMU_PENDING)
        return MASKED;
    return facts->status == WB_SIM_TEMU_UN_SHIPPING || facts->status == WB_SIM_TEMU_PARTLY ? SHOWN
                                                                                           : GONE;
}

/* A text of the address as it may be seen: {NULL, 0} = not at all. */
static void
put(wb_json_writer *writer, const char *name, visibility sight, const char *text,
    const char *masked)
{
    wb_json_put_key(writer, name);
    if (sight == SHOWN || sight == MASKED)
        wb_json_put_text(writer, wb_view_of(sight == SHOWN ? text : masked));
    else
        wb_json_put_null(writer);
}

static void
put_null(wb_json_writer *writer, const char *name)
{
    put(writer, name, GONE, NULL, NULL);
}

static void
put_name(wb_json_writer *writer, visibility sight, bool broken, const char *last)
{
    char name[48];

    (void)snprintf(name, sizeof name, "Jane %s", last);
    if (broken && sight == SHOWN) {
        wb_json_put_key(writer, "receiptName");
        wb_json_put_raw(writer, WB_VIEW_LIT("\"Jane \\ud83d\""));
    } else {
        put(writer, "receiptName", sight, name, "J*** D***");
    }
    put_null(writer, "receiptAdditionalName");
    wb_json_put_key(writer, "addressExtra");
    wb_json_open(writer, '{');
    put(writer, "firstName", sight, "Jane", "J***");
    put(writer, "lastName", sight, last, "D***");
    wb_json_close(writer, '}');
}

static void
put_place(wb_json_writer *writer, visibility sight, uint64_t dice, const char *street)
{
    char code[16];

    (void)snprintf(code, sizeof code, "9%04u", (unsigned)(dice / 900 % 10000));
    wb_json_member_text(writer, "regionName1", WB_VIEW_LIT("United States"));
    put(writer, "regionName2", sight, "California", "California");
    put(writer, "regionName3", sight, "Los Angeles", "Los Angeles");
    put_null(writer, "regionName4");
    put(writer, "addressLine1", sight, street, "*** Street");
    put(writer, "addressLine2", sight, "", "");
    put_null(writer, "addressLine3");
    put(writer, "addressLineAll", sight, street, "*** Street");
    put(writer, "postCode", sight, code, "9****");
}

static void
put_reach(wb_json_writer *writer, visibility sight, uint64_t dice)
{
    char phone[40], mail[64];

    (void)snprintf(phone, sizeof phone, "+1 8045550100 ext. %04u", (unsigned)(dice % 10000));
    (void)snprintf(mail, sizeof mail, "relay%08u@shipping.example.invalid",
                   (unsigned)(dice % 100000000));
    put(writer, "mobile", sight, phone, "+1 ******");
    put_null(writer, "backupMobile");
    put(writer, "mail", sight, mail, "r***@shipping.example.invalid");
    put_null(writer, "taxCode");
    put_null(writer, "taxCodeType");
}

static void
put_warning(wb_json_writer *writer, bool withheld)
{
    wb_json_put_key(writer, "warning");
    wb_json_open(writer, '{');
    wb_json_member_bool(writer, "isRestriction", withheld);
    wb_json_put_key(writer, "reason");
    if (withheld)
        wb_json_put_int(writer, 2); /* the seller may not send it on its own */
    else
        wb_json_put_null(writer);
    wb_json_close(writer, '}');
}

void
wb_sim_temu_on_address(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    const wb_sim_market *market = visit->sim->market;
    wb_json_writer writer;
    wb_sim_temu_facts facts;
    char last[16], street[48];

    if (!wb_sim_temu_find_order(visit, seller, &facts))
        return;
    visibility sight = sight_of(self, &facts);
    uint32_t buyer = wb_sim_temu_buyer(self, facts.order);
    uint64_t dice = wb_sim_order_hash(market, buyer);
    (void)snprintf(last, sizeof last, "Doe%u", buyer);
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    put_name(&writer, sight,
             wb_sim_market_flawed(market, WB_SIM_FAULT_BROKEN_TEXT, WB_SIM_GIVES, facts.order, 0),
             last);
    wb_sim_case_street(street, market, facts.order, facts.version);
    if (sight == SHOWN && facts.version == wb_sim_market_conf_of(market)->changes + 1)
        wb_sim_temu_of(visit)->sent[facts.order].told = true;
    put_place(&writer, sight, dice, street);
    put_reach(&writer, sight, dice);
    put_warning(&writer, sight == WITHHELD);
    wb_sim_temu_close(visit, &writer);
}

/* --- the money --- */

void
wb_sim_temu_put_amount(wb_json_writer *writer, const char *name, int64_t minor, bool none)
{
    wb_json_put_key(writer, name);
    wb_json_open(writer, '{');
    wb_json_put_key(writer, "amount");
    if (none)
        wb_json_put_null(writer);
    else
        wb_json_put_int(writer, minor);
    wb_json_member_text(writer, "currency", WB_VIEW_LIT(CURRENCY));
    wb_json_close(writer, '}');
}

/* Of a cancelled line all was paid back. */
static void
put_line(const wb_sim_temu *self, const wb_sim_temu_facts *facts, int line, bool none,
         wb_json_writer *writer)
{
    const wb_sim_line *at = &facts->lines[line];
    char sn[WB_SIM_TEMU_SN_MAX];

    wb_sim_temu_sn(self, sn, facts->order, line);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "orderSn", wb_view_of(sn));
    wb_json_member_int(writer, "quantity", at->quantity);
    wb_sim_temu_put_amount(writer, "unitBasePrice", at->unit_minor, none);
    wb_sim_temu_put_amount(writer, "basePrice", at->quantity * at->unit_minor, none);
    wb_json_member_int(writer, "productTaxRate", 0);
    wb_json_close(writer, '}');
}

static void
put_totals(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, bool none,
           wb_json_writer *writer)
{
    int64_t goods_minor = 0, shipping_minor = facts->order % 2 ? SHIPPING_MINOR : 0;
    char id[WB_SIM_ID_LEN + 1];

    for (int i = 0; i < facts->count; i++)
        goods_minor += facts->lines[i].quantity * facts->lines[i].unit_minor;
    int64_t whole_minor = goods_minor + shipping_minor;
    wb_sim_market_id(visit->sim->market, id, facts->order);
    wb_json_put_key(writer, "parentOrderMap");
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "parentOrderSn", wb_view_of(id));
    wb_sim_temu_put_amount(writer, "basePriceTotal", goods_minor, none);
    wb_sim_temu_put_amount(writer, "shippingAmountTotal", shipping_minor, none);
    wb_sim_temu_put_amount(writer, "taxTotal", 0, none);
    wb_sim_temu_put_amount(writer, "discountFromSeller", 0, none);
    wb_sim_temu_put_amount(writer, "discountFromTEMU", 0, none);
    wb_sim_temu_put_amount(writer, "refundsTotal",
                           facts->status == WB_SIM_TEMU_CANCELED ? whole_minor : 0, none);
    wb_sim_temu_put_amount(writer, "customerPaid", whole_minor, none);
    wb_json_close(writer, '}');
}

static void
write_amounts(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, wb_json_writer *writer)
{
    bool none =
        wb_sim_market_flawed(visit->sim->market, WB_SIM_FAULT_NULLS, WB_SIM_GIVES, facts->order, 0);

    wb_json_open(writer, '{');
    put_totals(visit, facts, none, writer);
    wb_json_put_key(writer, "orderList");
    wb_json_open(writer, '[');
    for (int i = 0; i < facts->count; i++)
        put_line(wb_sim_temu_of(visit), facts, i, none, writer);
    wb_json_close(writer, ']');
    wb_json_put_key(writer, "warning");
    wb_json_open(writer, '[');
    wb_json_close(writer, ']');
}

void
wb_sim_temu_on_amount(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;
    wb_sim_temu_facts facts;

    if (!wb_sim_temu_tells_money(visit, seller)) {
        wb_sim_temu_fail(visit, "3000032", "access_token don't have this api access");
        return;
    }
    if (!wb_sim_temu_find_order(visit, seller, &facts))
        return;
    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_AMOUNT_LATER)) {
        wb_sim_temu_fail(visit, "140020008",
                         "Some amount fields are still undergoing system calculation. "
                         "Please try again later.");
        return;
    }
    wb_sim_temu_open(visit, &writer);
    write_amounts(visit, &facts, &writer);
    wb_sim_temu_close(visit, &writer);
}
