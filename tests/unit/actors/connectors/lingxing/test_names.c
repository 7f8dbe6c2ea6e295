/* SPDX-License-Identifier: Apache-2.0 */
/* Shops, warehouses and shipping methods by their names: looked up in what the ERP told, which is
 * asked for in the background; a number needs nobody. */
#include "protocol/base/clock.h"
#include "tests/unit/actors/connectors/lingxing/order_kit.h"

#define MINUTE_US (60 * WB_US_PER_S)

/* As the ERP told them, so long ago. */
static wb_names *
told(kit *it, int64_t age_us)
{
    static const char *const rows[][3] = {
        {"warehouse",       "25",  "Yiwu"  },
        {"warehouse",       "26",  "East"  },
        {"warehouse",       "27",  "East"  },
        {"shipping method", "301", "Yiwu"  },
        {"shop",            "222", "Shop B"},
    };
    wb_names *names = wb_names_new();

    for (size_t i = 0; i < WB_COUNT(rows); i++)
        ck_assert(wb_names_add(names, wb_view_of(rows[i][0]), wb_view_of(rows[i][1]),
                               wb_view_of(rows[i][2])));
    wb_names_set_read(names, KIT_NOW_US - age_us);
    it->call.names = names;
    return names;
}

static wanted want;

static void
order_by(kit *it, const char *warehouse, const char *method)
{
    begin(it);
    order_begin(&want);
    want.order.decided.warehouse = wb_view_of(warehouse);
    want.order.decided.logistics = wb_view_of(method);
    kit_op(it, "orders.put");
    order_item(it, &want, "PO-1");
}

static void
done(kit *it, wb_names *names)
{
    wb_buf_fini(&want.packed);
    wb_names_destroy(&names);
    kit_fini(it);
}

static const struct {
    int64_t age_us; /* -1: nothing was told */
    const char *warehouse, *method;
    wb_rc rc;
    bool asks;
    const char *part; /* of the body, or of the error */
} rows[] = {
    {-1,                   "25",      "301",   WB_OK,     false, "\"wid\":\"25\""                  },
    {-1,                   "Yiwu",    "301",   WB_RETRY,  true,  "which warehouse 'Yiwu' is"       },
    {0,                    "Yiwu",    "301",   WB_OK,     false, "\"wid\":\"25\""                  },
    {0,                    "25",      "Yiwu",  WB_OK,     false, "\"logistics_type_id\":\"301\""   },
    {0,                    "yiwu",    "301",   WB_REJECT, false,
     "unmet: there is no warehouse 'yiwu' in the ERP; it has Yiwu (25), East (26), East (27)"      },
    {0,                    "Shop B",  "301",   WB_REJECT, false, "no warehouse 'Shop B'"           },
    {0,                    "East",    "301",   WB_REJECT, false,
     "unmet: several are called warehouse 'East' in the ERP, give the number: East (26), East "
     "(27)"                                                                                        },
    {60 * MINUTE_US,       "Yiwu",    "301",   WB_OK,     false, "\"wid\":\"25\""                  },
    {60 * MINUTE_US + 1,   "Yiwu",    "301",   WB_OK,     true,  "\"wid\":\"25\""                  },
    {1440 * MINUTE_US,     "Yiwu",    "301",   WB_OK,     true,  "\"wid\":\"25\""                  },
    {1440 * MINUTE_US + 1, "Yiwu",    "301",   WB_RETRY,  true,  "which warehouse 'Yiwu' is"       },
    {MINUTE_US,            "New one", "301",   WB_REJECT, false, "no warehouse 'New one'"          },
    {MINUTE_US + 1,        "New one", "301",   WB_RETRY,  true,  "which warehouse 'New one' is"    },
    {MINUTE_US + 1,        "East",    "301",   WB_RETRY,  true,  "which warehouse 'East' is"       },
    {MINUTE_US + 1,        "25",      "Truck", WB_RETRY,  true,  "which shipping method 'Truck' is"},
    {1440 * MINUTE_US + 1, "25",      "301",   WB_OK,     false, "\"wid\":\"25\""                  },
};

START_TEST(test_order)
{
    wb_names *names = NULL;
    wb_rc rc;
    kit it;

    order_by(&it, rows[_i].warehouse, rows[_i].method);
    if (rows[_i].age_us >= 0)
        names = told(&it, rows[_i].age_us);
    rc = kit_build(&it);
    ck_assert_msg(rc == rows[_i].rc, "%d: %s", (int)rc, it.err.text);
    ck_assert_int_eq(it.request.wants_names, rows[_i].asks);
    if (!rc)
        has_part(&it, rows[_i].part);
    else
        ck_assert_msg(strstr(it.err.text, rows[_i].part) != NULL, "%s", it.err.text);
    done(&it, names);
}
END_TEST

/* Nobody could be asked: people are told why. */
START_TEST(test_why)
{
    kit it;

    order_by(&it, "Yiwu", "301");
    it.call.names_error = "the interface was not granted";
    ck_assert_int_eq(kit_build(&it), WB_RETRY);
    ck_assert_str_eq(it.err.text, "the ERP is asked which warehouse 'Yiwu' is; it does not say: "
                                  "the interface was not granted");
    done(&it, NULL);
}
END_TEST

/* The settings' own are as good as the rules'. */
START_TEST(test_settings)
{
    wb_names *names;
    kit it;

    order_by(&it, NULL, NULL);
    kit_text(&options_of(&it)->wid, "Yiwu");
    kit_text(&options_of(&it)->logistics_type_id, "Yiwu");
    ck_assert_int_eq(kit_build(&it), WB_RETRY);
    names = told(&it, 0);
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, "\"logistics_type_id\":\"301\"");
    has_part(&it, "\"wid\":\"25\"");
    done(&it, names);
}
END_TEST

/* --- a shop by its name --- */

#define FOUND                                                                                      \
    "{\"code\":0,\"data\":{\"total\":1,\"list\":[{\"global_order_no\":\"103\",\"store_id\":"       \
    "\"222\",\"status\":5,\"item_info\":[{\"platform_order_no\":\"PO-1\"}]}]}}"

START_TEST(test_shop)
{
    wb_names *names;
    kit it;

    order_by(&it, NULL, NULL);
    kit_text(&store_at(&it, 0)->store_id, "");
    kit_text(&store_at(&it, 0)->name, "Shop B");
    ck_assert_int_eq(kit_build(&it), WB_RETRY);
    ck_assert(it.request.wants_names);
    names = told(&it, 0);
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, "\"store_id\":\"222\"");
    it.call.op = wb_connector_op(it.connector, "orders.find");
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, "\"store_id\":[\"222\"]");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, FOUND), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    kit_text(&store_at(&it, 0)->name, "Shop A");
    ck_assert_int_eq(kit_build(&it), WB_REJECT);
    done(&it, names);
}
END_TEST

/* --- what is stocked --- */

START_TEST(test_stock)
{
    wb_names *names;
    kit it;

    begin(&it);
    kit_texts(&options_of(&it)->warehouses, "Yiwu");
    kit_op(&it, "stock.list");
    ck_assert_int_eq(kit_build(&it), WB_RETRY);
    ck_assert(it.request.wants_names);
    names = told(&it, 0);
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, "\"wid\":\"25\"");
    done(&it, names);
}
END_TEST

/* --- an order that is there already --- */

#define LISTED(wid)                                                                                \
    "{\"code\":0,\"data\":{\"total\":1,\"list\":[{\"global_order_no\":\"103\",\"store_id\":"       \
    "\"a\",\"status\":4,\"wid\":" wid ",\"logistics_info\":{\"logistics_type_id\":\"301\"},"       \
    "\"item_info\":[{\"id\":7,\"platform_order_no\":\"PO-1\",\"local_sku\":\"TEA-250\","           \
    "\"quantity\":2}],\"address_info\":{\"receiver_name\":\"Zoë \\\"Z\\\" Buyer\","               \
    "\"address_line1\":\"1 Main Street\",\"city\":\"Springfield\",\"postal_code\":\"12345\","      \
    "\"receiver_country_code\":\"US\"}}]}}"

/* The question goes without them; only who has to decide by them waits. */
START_TEST(test_update)
{
    wb_names *names;
    kit it;

    order_by(&it, "Yiwu", "Yiwu");
    options_of(&it)->approve = false;
    it.call.op = wb_connector_op(it.connector, "orders.update");
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    ck_assert(it.request.wants_names);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LISTED("25")), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_RETRY);
    names = told(&it, 0);
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert(!it.request.wants_names);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LISTED("25")), WB_OK);
    ck_assert_msg(it.out.results[0].code == WB_RESULT_UNCHANGED, "%s", it.out.results[0].reason);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LISTED("26")), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_ACCEPTED);
    done(&it, names);
}
END_TEST

/* The process that made the ticket is gone, and with it what it had been told. */
START_TEST(test_edit)
{
    wb_names *names;
    kit it;

    order_by(&it, "Yiwu", "Yiwu");
    it.call.op = wb_connector_op(it.connector, "orders.edit");
    it.items[0].ticket = WB_VIEW_LIT("103");
    ck_assert_int_eq(kit_build(&it), WB_RETRY);
    ck_assert(it.request.wants_names);
    names = told(&it, 0);
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, "\"logistics\":{\"logistics_type_id\":\"301\",\"sys_wid\":\"25\"}");
    done(&it, names);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_order,    WB_COUNT(rows)},
        {test_why,      0             },
        {test_settings, 0             },
        {test_shop,     0             },
        {test_stock,    0             },
        {test_update,   0             },
        {test_edit,     0             },
        {NULL,          0             },
    };

    return wb_suite_run("actors.connectors.lingxing.names", suite);
}
