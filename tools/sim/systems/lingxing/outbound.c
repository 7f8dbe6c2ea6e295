/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbound - what the warehouses do: outbound orders, with their tracking numbers
 *
 *   POST /erp/sc/routing/wms/order/wmsOrderList
 *       {page, page_size <= 200, status_arr[], platform_order_no_arr[], order_number_arr[],
 *        wo_number_arr[], time_type, start_date, end_date (Y-m-d, both of them are in)}
 *       data[{wo_number, order_number, platform_order_no[], status, tracking_no, ...}], total
 *
 * Days are those of Beijing, the last month when none are told. The tracking number of each seventh
 * order is told as a waybill number alone. Of an order that is sent from two places the second
 * package has its own number, with "-2" behind; what is sent together has the number of the first.
 */
#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/reference.h"

#include <stdio.h>
#include <string.h>

#define BEIJING_US (8 * 3600 * WB_US_PER_S)
#define DAY_US (86400 * WB_US_PER_S)
#define MONTH_DAYS 30
#define PAGE_MAX 200
#define PAGE_USUAL 20
#define WAYBILL_ALONE_EACH 7
#define NEVER "0000-00-00 00:00:00"
#define TIME_TEXT 20

enum { LOGISTICS = 1, TO_SHIP, SENT, STOPPED };

typedef struct {
    wb_sim_lingxing_call *call;
    wb_sim_lingxing_page page;
    int64_t first_utc_us, last_utc_us; /* the second one open */
    int time_type;
} search;

static const char *const time_types[] = {"create_at", "delivered_at", "stock_delivered_at",
                                         "update_at", NULL};

/* --- days --- */

static void
beijing_text(char out[TIME_TEXT], int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us + BEIJING_US, false);
    (void)snprintf(out, TIME_TEXT, "%.10s %.8s", text, text + 11);
}

/* The beginning of the day in Beijing. false = it is none. */
static bool
read_day(wb_view day, int64_t *out_utc_us)
{
    char text[32];

    if (day.len != 10)
        return false;
    (void)snprintf(text, sizeof text, "%.10sT00:00:00+08:00", day.data);
    return !wb_time_parse(out_utc_us, wb_view_of(text), NULL);
}

/* NULL = good. */
static const char *
read_days(search *self)
{
    wb_json *json = self->call->json;
    wb_view first = wb_sim_lingxing_text(json, 0, "start_date");
    wb_view last = wb_sim_lingxing_text(json, 0, "end_date");
    wb_view type = wb_sim_lingxing_text(json, 0, "time_type");

    while (type.len && time_types[self->time_type] &&
           !wb_view_is(type, time_types[self->time_type]))
        self->time_type++;
    if (!time_types[self->time_type])
        return "time_type 不正确";
    self->last_utc_us = wb_now_utc_us() + DAY_US;
    self->first_utc_us = self->last_utc_us - (MONTH_DAYS + 1) * DAY_US;
    if ((first.len && !read_day(first, &self->first_utc_us)) ||
        (last.len && !read_day(last, &self->last_utc_us)))
        return "日期格式不正确";
    self->last_utc_us += last.len ? DAY_US : 0;
    return NULL;
}

/* --- which of them --- */

static int
status_of(const search *self, const wb_sim_lingxing_sys *sys)
{
    switch (wb_sim_lingxing_status(self->call->house, sys)) {
    case WB_SIM_LINGXING_SHIPPED:
        return SENT;
    case WB_SIM_LINGXING_TO_SHIP:
        return *sys->orders[0]->type_id ? TO_SHIP : LOGISTICS;
    default:
        return STOPPED;
    }
}

static int64_t
sent_utc_us(const search *self, const wb_sim_lingxing_sys *sys)
{
    int64_t at_utc_us = sys->delivered_utc_us;

    for (int k = 0; k < WB_SIM_LINGXING_PARTS; k++) {
        const wb_sim_shipment *shipment =
            wb_sim_lingxing_shipment(self->call->house, sys->orders[k]);
        if (shipment && shipment->shipped_utc_us > at_utc_us)
            at_utc_us = shipment->shipped_utc_us;
    }
    return status_of(self, sys) == SENT ? at_utc_us : 0;
}

static int64_t
time_of(const search *self, const wb_sim_lingxing_sys *sys)
{
    if (self->time_type == 0)
        return sys->approved_utc_us;
    return self->time_type == 3 ? wb_sim_lingxing_updated(self->call->house, sys)
                                : sent_utc_us(self, sys);
}

static bool
of_order(wb_json *json, const wb_sim_lingxing_sys *sys)
{
    for (int k = 0; k < WB_SIM_LINGXING_PARTS && sys->orders[k]; k++)
        if (wb_sim_lingxing_among(json, "platform_order_no_arr", wb_view_of(sys->orders[k]->no)))
            return true;
    return false;
}

static wb_view
number_text(char out[32], const char *head, uint64_t number)
{
    int len = snprintf(out, 32, "%s%llu", head, (unsigned long long)number);

    return (wb_view){out, (size_t)len};
}

static bool
fits(const search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json *json = self->call->json;
    int64_t at_utc_us = time_of(self, sys);
    char wo[32], number[32], status[32];

    return sys->wo && at_utc_us >= self->first_utc_us && at_utc_us < self->last_utc_us &&
           of_order(json, sys) &&
           wb_sim_lingxing_among(json, "wo_number_arr", number_text(wo, "WO", sys->wo)) &&
           wb_sim_lingxing_among(json, "order_number_arr", number_text(number, "", sys->number)) &&
           wb_sim_lingxing_among(json, "status_arr",
                                 number_text(status, "", (uint64_t)status_of(self, sys)));
}

/* --- one of them --- */

static void
put_products(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;

    wb_json_put_key(writer, "product_info");
    wb_json_open(writer, '[');
    for (int k = 0; k < WB_SIM_LINGXING_PARTS; k++) {
        size_t first = 0, count = wb_sim_lingxing_lines(sys, k, &first);
        for (size_t i = first; i < first + count; i++) {
            const wb_sim_lingxing_line *line = &sys->orders[k]->lines[i];
            wb_json_open(writer, '{');
            wb_json_member_int(writer, "wod_id", (int64_t)line->id);
            wb_json_member_text(writer, "sku", wb_view_of(line->sku));
            wb_json_member_int(writer, "count", line->quantity);
            if (sys->orders[1]) /* which of them it is for */
                wb_json_member_text(writer, "platform_order_no", wb_view_of(sys->orders[k]->no));
            wb_json_member_int(writer, "bundle_type", 0);
            wb_json_member_text(writer, "seller_sku", wb_view_of(line->msku));
            wb_json_member_text(writer, "unit_price", WB_VIEW_LIT(""));
            wb_json_member_text(writer, "currency_code", WB_VIEW_LIT("$"));
            wb_json_close(writer, '}');
        }
    }
    wb_json_close(writer, ']');
}

static void
put_tracking(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;
    const wb_sim_shipment *shipment =
        status_of(self, sys) == SENT ? wb_sim_lingxing_shipment(self->call->house, sys->orders[0])
                                     : NULL;
    bool alone = sys->orders[0]->number % WAYBILL_ALONE_EACH == 0;
    char tracking[32] = "", waybill[40] = "";

    if (!shipment && *sys->tracking && status_of(self, sys) == SENT) {
        wb_json_member_text(writer, "waybill_no", wb_view_of(sys->tracking));
        wb_json_member_text(writer, "tracking_no", wb_view_of(sys->tracking));
        return;
    }
    if (shipment) {
        (void)snprintf(tracking, sizeof tracking, "%s%s", shipment->tracking,
                       sys->part == 2 ? "-2" : "");
        (void)snprintf(waybill, sizeof waybill, "%s%s", alone ? "" : "WB", tracking);
    }
    wb_json_member_text(writer, "waybill_no", wb_view_of(waybill));
    wb_json_member_text(writer, "tracking_no", wb_view_of(alone ? "" : tracking));
}

static void
member_time(wb_json_writer *writer, const char *name, int64_t utc_us, const char *never)
{
    char text[TIME_TEXT];

    beijing_text(text, utc_us);
    wb_json_member_text(writer, name, wb_view_of(utc_us ? text : never));
}

static void
put_numbers(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;
    char text[32];

    wb_json_member_int(writer, "wo_id", (int64_t)sys->wo);
    wb_json_member_text(writer, "wo_number", number_text(text, "WO", sys->wo));
    wb_json_member_int(writer, "sid",
                       wb_sim_lingxing_sid(self->call->visit->sim, sys->orders[0]->seller));
    wb_json_member_text(writer, "order_number", number_text(text, "", sys->number));
    wb_json_member_text(writer, "order_from", WB_VIEW_LIT("手工订单"));
    wb_json_put_key(writer, "platform_order_no");
    wb_json_open(writer, '[');
    for (int k = 0; k < WB_SIM_LINGXING_PARTS && sys->orders[k]; k++)
        wb_json_put_text(writer, wb_view_of(sys->orders[k]->no));
    wb_json_close(writer, ']');
}

static void
put_row(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;
    const wb_sim *sim = self->call->visit->sim;
    const wb_view usual = WB_VIEW_LIT("shipout");
    wb_view carrier = wb_sim_play_word(sim->play, "carriers", sys->orders[0]->number, true);
    int status = status_of(self, sys);

    wb_json_open(writer, '{');
    put_numbers(self, sys);
    wb_json_member_int(writer, "wid",
                       wb_sim_lingxing_wid(self->call->visit->sim,
                                           (int)(sys->orders[0]->number % WB_SIM_WAREHOUSES)));
    wb_json_member_int(writer, "status", status);
    wb_json_member_int(writer, "logistics_status", status == LOGISTICS ? 1 : 5);
    wb_json_member_int(writer, "cancel_status", 0);
    put_tracking(self, sys);
    member_time(writer, "delivered_at", sent_utc_us(self, sys), "");
    member_time(writer, "stock_delivered_at", sent_utc_us(self, sys), NEVER);
    member_time(writer, "surface_print_time", 0, NEVER);
    wb_json_member_int(writer, "logistics_provider_id", 6);
    wb_json_member_text(writer, "logistics_provider_name", carrier.len ? carrier : usual);
    wb_json_member_int(writer, "logistics_type_id", 265);
    wb_json_member_text(writer, "logistics_type_name", WB_VIEW_LIT("方式A"));
    put_products(self, sys);
    member_time(writer, "create_at", sys->approved_utc_us, "");
    member_time(writer, "update_at", wb_sim_lingxing_updated(self->call->house, sys), "");
    wb_json_close(writer, '}');
}

static bool
read_page(search *self)
{
    wb_json *json = self->call->json;
    int64_t page = wb_sim_lingxing_int(json, 0, "page", 1);
    int64_t size = wb_sim_lingxing_int(json, 0, "page_size", PAGE_USUAL);

    if (page < 1 || size < 1 || size > PAGE_MAX) {
        wb_sim_lingxing_business(self->call, "page_size 不能超过200");
        return false;
    }
    self->page.most = size;
    self->page.from = self->call->repeats ? 0 : (page - 1) * size;
    return true;
}

void
wb_sim_lingxing_on_outbound(wb_sim_visit *visit)
{
    wb_sim_lingxing_call it;
    search self = {.call = &it};

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_OUTBOUND, &it))
        return;
    const char *wrong = read_days(&self);
    if (wrong) {
        wb_sim_lingxing_business(&it, wrong);
        return;
    }
    if (!read_page(&self))
        return;
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '[');
    for (size_t i = 0; i < it.app->all_count; i++)
        if (fits(&self, it.app->all[i]) && wb_sim_lingxing_page_takes(&self.page))
            put_row(&self, it.app->all[i]);
    wb_sim_lingxing_odd_element(&it, self.page.given > 0);
    wb_json_close(&it.writer, ']');
    wb_sim_lingxing_end(&it, self.page.at);
}
