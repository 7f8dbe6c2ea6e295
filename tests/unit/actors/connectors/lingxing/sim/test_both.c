/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the connector asks is what this world answers: an order that its channel has shipped, from
 * its create to the end of its look.
 */
#include "tests/unit/actors/connectors/lingxing/sim/sim_kit.h"

#include "tests/unit/actors/connectors/lingxing/order_kit.h"
#include "tools/sim/systems/lingxing/house.h"

#define NUMBER "PO-1"
#define STEPS_MAX 2000

typedef struct {
    world it;
    kit kit;
    wanted want;
    wb_call_item *item;
    char ticket[64], cursor[128];
    size_t submissions;
} both;

static wb_sim_lingxing_house *
house_of(both *self)
{
    return self->it.sim->erp->state;
}

static void
both_start(both *self, char **words)
{
    memset(self, 0, sizeof *self);
    make_world(&self->it, words);
    get_token(&self->it);
    begin(&self->kit);
    kit_text(&options_of(&self->kit)->url, "http://sim");
    kit_text(&options_of(&self->kit)->app_id, APP);
    kit_text(&options_of(&self->kit)->wid, "2501");
    kit_text(&options_of(&self->kit)->logistics_type_id, "265");
    kit_text(&options_of(&self->kit)->logistics_provider_id, "6");
    options_of(&self->kit)->tell_shipped = true;
    kit_text(&store_at(&self->kit, 0)->store_id, STORE_1);
    order_begin(&self->want);
    self->want.lines[0].sku = WB_VIEW_LIT("SKU-00003");
    self->want.lines[0].quantity_shipped = (wb_count){2, true};
    self->want.order.status = WB_ORDER_SHIPPED;
    self->want.order.fulfilled_by = WB_VIEW_LIT("channel");
    self->want.order.packages = (wb_field_list){
        &(wb_order_package){.package_id = WB_VIEW_LIT("P"), .tracking = WB_VIEW_LIT("1Z9")},
        1
    };
    self->item = order_item(&self->kit, &self->want, NUMBER);
}

static void
both_end(both *self)
{
    kit_fini(&self->kit);
    wb_buf_fini(&self->want.packed);
    end_world(&self->it);
}

/* Built, signed, sent and read, as a process does it; the one result. */
static const wb_result *
both_ask(both *self, const char *op)
{
    kit *side = &self->kit;
    const char *path, *query;
    char local[128];

    kit_op(side, op);
    side->call.now_utc_us = wb_now_utc_us();
    self->item->ticket = wb_view_of(*self->ticket ? self->ticket : NULL);
    self->item->cursor = wb_view_of(*self->cursor ? self->cursor : NULL);
    ck_assert_msg(kit_build(side) == WB_OK, "%s: %s", op, side->err.text);
    ck_assert(!side->connector->sign(&side->call, wb_view_of(self->it.token), &side->request,
                                     &side->err));
    path = wb_buf_text(&side->request.url) + strlen("http://sim");
    query = strchr(path, '?');
    ck_assert_ptr_nonnull(query);
    snprintf(local, sizeof local, "%.*s", (int)(query - path), path);
    self->submissions += !strcmp(op, "orders.outbound");
    ask(&self->it, local, query + 1, wb_buf_text(&side->request.body));
    ck_assert_msg(kit_read_text(side, 200, NULL, wb_buf_text(&self->it.body)) == WB_OK, "%s: %s",
                  op, side->err.text);
    return &side->out.results[0];
}

static void
accepted(both *self, const char *op)
{
    const wb_result *result = both_ask(self, op);

    ck_assert_msg(result->code == WB_RESULT_ACCEPTED, "%d: %s", (int)result->code, result->reason);
    snprintf(self->ticket, sizeof self->ticket, "%.*s", WB_VIEW_ARG(result->ticket));
}

/* The look, anew as often as it says so, to its end. */
static wb_result_code
look(both *self)
{
    const wb_op *first = wb_connector_op(self->kit.connector, "orders.shipped"), *step = first;

    for (int i = 0; i < STEPS_MAX; i++) {
        const wb_result *result = both_ask(self, step->name);

        if (result->code != WB_RESULT_MORE && result->code != WB_RESULT_RETRY)
            return result->code;
        snprintf(self->cursor, sizeof self->cursor, "%.*s", WB_VIEW_ARG(result->cursor));
        if (result->code == WB_RESULT_RETRY)
            self->cursor[0] = '\0';
        step = *self->cursor
                   ? wb_connector_more(self->kit.connector, first, wb_view_of(self->cursor))
                   : first;
        ck_assert_ptr_nonnull(step);
        wb_sim_turn(self->it.sim, step == first ? 5 : 0);
    }
    ck_abort_msg("it comes to no end");
}

/* Once, however often it is looked at; then it is there, and out. */
START_TEST(it_is_created_and_brought_out_once)
{
    static both self;
    static char *words[] = {"--lingxing-works", "60", NULL};

    both_start(&self, words);
    accepted(&self, "orders.tell");
    ck_assert_int_eq(look(&self), WB_RESULT_DONE);
    ck_assert_uint_eq(self.submissions, 1);
    ck_assert_int_eq(look(&self), WB_RESULT_DONE);
    ck_assert_int_eq(both_ask(&self, "orders.told")->code, WB_RESULT_UNCHANGED);
    ck_assert_int_eq(both_ask(&self, "orders.tell")->code, WB_RESULT_UNKNOWN);
    ck_assert_int_eq(both_ask(&self, "orders.find")->code, WB_RESULT_DONE);
    ck_assert_uint_eq(house_of(&self)->quick, 1);
    ck_assert_uint_eq(house_of(&self)->quick_again, 0);
    (void)call(&self.it, OUTBOUND, "{\"page\":1,\"page_size\":20}");
    check_holds(&self.it, "\"waybill_no\":\"1Z9\",\"tracking_no\":\"1Z9\"");
    both_end(&self);
}
END_TEST

/* One that is there already, and open, goes the same way. */
START_TEST(what_is_open_is_brought_out)
{
    static both self;

    both_start(&self, NULL);
    accepted(&self, "orders.tell");
    ck_assert_int_eq(both_ask(&self, "orders.find")->code, WB_RESULT_ABSENT);
    accepted(&self, "orders.told");
    ck_assert_int_eq(look(&self), WB_RESULT_DONE);
    ck_assert_uint_eq(house_of(&self)->quick, 1);
    both_end(&self);
}
END_TEST

/* A warehouse that is none: accepted, and refused by its result; and never again. */
START_TEST(what_the_erp_refuses_is_not_submitted_again)
{
    static both self;

    both_start(&self, NULL);
    accepted(&self, "orders.tell");
    kit_text(&options_of(&self.kit)->wid, "9");
    ck_assert_int_eq(look(&self), WB_RESULT_PARK);
    self.cursor[0] = '\0';
    ck_assert_int_eq(look(&self), WB_RESULT_PARK);
    ck_assert_uint_eq(house_of(&self)->quick, 1);
    both_end(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {it_is_created_and_brought_out_once,          0},
        {what_is_open_is_brought_out,                 0},
        {what_the_erp_refuses_is_not_submitted_again, 0},
        {NULL,                                        0},
    };

    return wb_suite_run("actors.connectors.lingxing.sim.both", tests);
}
