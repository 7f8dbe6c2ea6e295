/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: which operation a method and a path are
 */
#include <check.h>
#include <string.h>

#include "actors/gateway/operations.h"
#include "tests/unit/suite.h"

static void
never(wb_call_in *call)
{
    (void)call;
}

static const wb_operation table[] = {
    {.method = "GET",               .path = "/api/orders/{sn}", .id = "one", .run = never},
    {.method = "GET",                  .path = "/api/orders/status", .id = "status", .run = never},
    {.method = "POST",                             .path = "/api/orders/{sn}", .id = "sync", .run = never},
    {.method = "GET",.path = "/api/{kind}/status/{id}", .id = "of", .run = never},
    {.method = "GET",                 .path = "/", .id = "root", .run = never},
    {0             },
};

static const struct {
    const char *method, *path, *id, *allow, *values[3];
} rows[] = {
    {"GET",    "/api/orders/PO-1",      "one",    "",          {"PO-1"}  },
    {"HEAD",   "/api/orders/PO-1",      "one",    "",          {"PO-1"}  },
    {"GET",    "/api/orders/status",    "status", "",          {NULL}    },
    {"POST",   "/api/orders/a%2Fb",     "sync",   "",          {"a%2Fb"} },
    {"GET",    "/api/x/status/7",       "of",     "",          {"x", "7"}},
    {"GET",    "/",                     "root",   "",          {NULL}    },
    {"DELETE", "/api/orders/PO-1",      NULL,     "GET, POST", {NULL}    },
    {"POST",   "/api/orders/status",    NULL,     "GET",       {NULL}    },
    {"get",    "/",                     NULL,     "GET",       {NULL}    },
    {"GET",    "/api/orders/",          NULL,     "",          {NULL}    },
    {"GET",    "/api/orders",           NULL,     "",          {NULL}    },
    {"GET",    "/api/orders/PO-1/",     NULL,     "",          {NULL}    },
    {"GET",    "/api/orders/PO-1/more", NULL,     "",          {NULL}    },
    {"GET",    "//api/orders/PO-1",     NULL,     "",          {NULL}    },
    {"GET",    "/api/orders/../orders", NULL,     "",          {NULL}    },
    {"GET",    "api/orders/PO-1",       NULL,     "",          {NULL}    },
    {"GET",    "",                      NULL,     "",          {NULL}    },
    {"GET",    "*",                     NULL,     "",          {NULL}    },
};

START_TEST(a_path_is_one_operation)
{
    wb_found found;

    wb_operations_find(table, wb_view_of(rows[_i].method), wb_view_of(rows[_i].path), &found);
    if (rows[_i].id) {
        ck_assert_ptr_nonnull(found.operation);
        ck_assert_str_eq(found.operation->id, rows[_i].id);
    } else {
        ck_assert_ptr_null(found.operation);
    }
    ck_assert_int_eq(found.other_method, rows[_i].allow[0] != '\0');
    ck_assert_str_eq(found.allow, rows[_i].allow);
    for (size_t i = 0; rows[_i].values[i]; i++)
        ck_assert(wb_view_is(found.values[i], rows[_i].values[i]));
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_path_is_one_operation, sizeof rows / sizeof *rows},
        {NULL,                    0                         },
    };

    return wb_suite_run_in("route", cases, NULL, NULL);
}
