/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/parse.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define GET "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"

static const struct {
    const char *bytes;
    int refuse;
    size_t used; /* 0 = not complete */
} rows[] = {
    {GET,                                                     0,   sizeof GET - 1},
    {"GET /a HTTP/1.1\r\nHost: x\r\n",                        0,   0             },
    {"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",        0,   0             },
    {"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET",    0,   41            },
    {"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",          400, 0             },
    {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",         400, 0             },
    {"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",   413, 0             },
    {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411, 0             },
    {"GET a HTTP/1.1\r\n\r\n",                                400, 0             },
    {"GET / SPDY/1\r\n\r\n",                                  400, 0             },
    {"nonsense\r\n\r\n",                                      400, 0             },
    {"\r\n\r\n",                                              400, 0             },
    {"",                                                      0,   0             },
};

START_TEST(test_rows)
{
    wb_sim_parsed parsed = {0};

    wb_sim_parse(&parsed, wb_view_of(rows[_i].bytes));
    ck_assert_int_eq(parsed.refuse, rows[_i].refuse);
    if (!parsed.refuse)
        ck_assert_uint_eq(parsed.used, rows[_i].used);
}
END_TEST

START_TEST(test_parts)
{
    wb_sim_parsed parsed = {0};
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};

    wb_buf_init(&scratch, 1000);
    wb_sim_parse(&parsed, WB_VIEW_LIT("GET /p?a=1%2C2&bc=%2B&d HTTP/1.1\r\nX-One:  two \r\n"
                                      "Connection: close\r\n\r\n"));
    ck_assert(wb_view_is(parsed.request.path, "/p"));
    ck_assert(wb_view_is(wb_sim_request_header(&parsed.request, "x-one"), "two"));
    ck_assert_ptr_null(wb_sim_request_header(&parsed.request, "x-on").data);
    ck_assert(parsed.close);
    ck_assert(wb_view_is(wb_sim_query(parsed.request.query, "a", &scratch), "1,2"));
    ck_assert(wb_view_is(wb_sim_query(parsed.request.query, "bc", &scratch), "+"));
    ck_assert_ptr_null(wb_sim_query(parsed.request.query, "d", &scratch).data);
    ck_assert_ptr_null(wb_sim_query(parsed.request.query, "b", &scratch).data);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_rows,  WB_COUNT(rows)},
        {test_parts, 0             },
        {NULL,       0             },
    };

    return wb_suite_run("tools.sim.engine.parse", tests);
}
