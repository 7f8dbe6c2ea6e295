/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists are read from their last page to the first: no row is lost while others move.
 */
#include "protocol/base/text.h"
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define ROWS_MAX 40
#define TOTAL 905

/* A list as the vendor has it, newest first: numbers of orders. */
typedef struct {
    int rows[TOTAL];
    int count;
    bool seen[TOTAL + 1];
} vendor;

static void
answer(const vendor *from, int page, int size, wb_buf *out)
{
    bool more = false;

    wb_buf_init(out, 100000);
    wb_buf_addf(out, TEMU_OK "{\"totalItemNum\":%d,\"pageItems\":[", from->count);
    for (int i = (page - 1) * size; i < page * size && i < from->count; i++) {
        wb_buf_addf(out,
                    "%s{\"parentOrderMap\":{\"parentOrderSn\":\"%d\",\"updateTime\":1759999999},"
                    "\"orderList\":[]}",
                    more ? "," : "", from->rows[i]);
        more = true;
    }
    wb_buf_add_text(out, "]}}");
}

static int
page_asked(kit *self)
{
    const char *at = strstr(wb_buf_text(&self->request.body), "\"pageNumber\":");

    ck_assert(at != NULL);
    return (int)strtol(at + strlen("\"pageNumber\":"), NULL, 10);
}

static void
take_out(vendor *from, int at)
{
    memmove(&from->rows[at], &from->rows[at + 1],
            (size_t)(from->count - at - 1) * sizeof from->rows[0]);
    from->count--;
}

/* One page, as long as the vendor gives them; false = the list is done. */
static bool
read_page(kit *self, vendor *from, int length, char *cursor, size_t size)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    self->call.cursor = wb_view_of(*cursor ? cursor : NULL);
    ck_assert_msg(kit_build(self) == WB_OK, "%s", self->err.text);
    answer(from, page_asked(self), length, &body);
    ck_assert_msg(kit_read_text(self, 200, NULL, wb_buf_text(&body)) == WB_OK, "%s",
                  self->err.text);
    for (size_t i = 0; i < self->out.item_count; i++) {
        int64_t order = 0;

        ck_assert(wb_text_int(&order, self->out.items[i].external, NULL) == WB_OK);
        from->seen[order] = true;
    }
    snprintf(cursor, size, "%.*s", WB_VIEW_ARG(self->out.cursor));
    return *cursor;
}

/* After each page a row is updated and leaves the window: any of them, read or not. What was in it
 * all the time is seen; what left after it was read was seen as well. */
START_TEST(no_row_slips_between_two_pages)
{
    static const int counts[] = {1, 5, 6, 10, 11, 23, 40};

    for (size_t c = 0; c < WB_COUNT(counts); c++) {
        vendor from = {.count = counts[c]};
        bool left[ROWS_MAX + 1] = {false};
        char cursor[32] = "";
        int pages = 0, at = _i;
        kit self;

        for (int i = 0; i < from.count; i++)
            from.rows[i] = i + 1;
        temu_start(&self, "orders.list");
        self.call.page_max = 5;
        while (read_page(&self, &from, 5, cursor, sizeof cursor)) {
            at = (at * 7 + 3) % from.count;
            left[from.rows[at]] = true;
            take_out(&from, at);
            ck_assert_int_le(++pages, ROWS_MAX);
        }
        for (int i = 1; i <= counts[c]; i++)
            ck_assert_msg(from.seen[i] || left[i], "order %d of %d was missed", i, counts[c]);
        kit_fini(&self);
    }
}
END_TEST

/* It is asked for pages of a hundred and gives pages of another length: nothing is left out. */
START_TEST(all_that_the_total_tells_is_read)
{
    static const int lengths[] = {200, 100, 50, 7};
    static vendor from;
    char cursor[32] = "";
    int calls = 1;
    kit self;

    from = (vendor){.count = TOTAL};
    for (int i = 0; i < TOTAL; i++)
        from.rows[i] = i + 1;
    temu_start(&self, "orders.list");
    self.call.page_max = 100;
    while (read_page(&self, &from, lengths[_i], cursor, sizeof cursor))
        calls++;
    for (int i = 1; i <= TOTAL; i++)
        ck_assert_msg(from.seen[i], "order %d was missed", i);
    ck_assert_int_eq(calls, (TOTAL - 1) / (lengths[_i] < 100 ? lengths[_i] : 100) + 2);
    kit_fini(&self);
}
END_TEST

#define TEN "{},{},{},{},{},{},{},{},{},{}"
#define HUNDRED TEN "," TEN "," TEN "," TEN "," TEN "," TEN "," TEN "," TEN "," TEN "," TEN

static const temu_page pages[] = {
    {"all on one page",          NULL,    "{\"totalItemNum\":1,\"pageItems\":[{}]}",                        WB_OK,     NULL,    1  },
    {"the last of three",        NULL,    "{\"totalItemNum\":3,\"pageItems\":[{}]}",                        WB_OK,     "3/1",   1  },
    {"a smaller page",           NULL,    "{\"totalItemNum\":905,\"pageItems\":[{},{}]}",                   WB_OK,     "453/2", 2  },
    {"none",                     NULL,    "{\"totalItemNum\":0,\"pageItems\":[]}",                          WB_OK,     NULL,    0  },
    {"none, as a null",          NULL,    "{\"totalItemNum\":0,\"pageItems\":null}",                        WB_OK,     NULL,    0  },
    {"a null, and more is said", NULL,    "{\"totalItemNum\":2,\"pageItems\":null}",                        WB_RETRY,  NULL,
     0                                                                                                                             },
    {"no list at all",           NULL,    "{\"totalItemNum\":0}",                                           WB_RETRY,  NULL,    0  },
    {"said, and not given",      NULL,    "{\"totalItemNum\":905,\"pageItems\":[]}",                        WB_RETRY,  NULL,    0  },
    {"given, and not said",      NULL,    "{\"totalItemNum\":0,\"pageItems\":[{}]}",                        WB_RETRY,  NULL,    0  },
    {"no number of all",         NULL,    "{\"pageItems\":[{}]}",                                           WB_RETRY,  NULL,    0  },
    {"too many",                 NULL,    "{\"totalItemNum\":99999999999,\"pageItems\":[{}]}",              WB_RETRY,  NULL,    0  },
    {"no list",                  NULL,    "{\"totalItemNum\":1}",                                           WB_RETRY,  NULL,    0  },
    {"a longer page",            NULL,    "{\"totalItemNum\":905,\"pageItems\":[" HUNDRED "," HUNDRED "]}", WB_OK,
     "10/200",                                                                                                                  200},
    {"an empty page behind",     "3/100", "{\"totalItemNum\":1,\"pageItems\":[]}",                          WB_OK,     "2/100", 0  },
    {"one that is not empty",    "3/100", "{\"totalItemNum\":201,\"pageItems\":[]}",                        WB_REJECT, NULL,
     0                                                                                                                             },
    {"empty behind longer ones", "6/200", "{\"totalItemNum\":905,\"pageItems\":[]}",                        WB_OK,     "5/200",
     0                                                                                                                             },
    {"a row that is none",       NULL,    "{\"totalItemNum\":303,\"pageItems\":[7," HUNDRED "]}",           WB_OK,
     "4/101",                                                                                                                   101},
    {"a whole one behind it",    "2/101", "{\"totalItemNum\":302,\"pageItems\":[" HUNDRED "]}",             WB_OK,
     "1/101",                                                                                                                   100},
    {"one of two rows",          "3/100", "{\"totalItemNum\":202,\"pageItems\":[{}]}",                      WB_REJECT, NULL,    0  },
    {"a short one between",      "2/100", "{\"totalItemNum\":905,\"pageItems\":[{}]}",                      WB_REJECT, NULL,
     0                                                                                                                             },
    {"one row more came",        "3/100", "{\"totalItemNum\":201,\"pageItems\":[{},{}]}",                   WB_OK,     "2/100",
     2                                                                                                                             },
    {"the first once more",      "1/100", "{\"totalItemNum\":1,\"pageItems\":[{}]}",                        WB_OK,     NULL,    1  },
    {"that is empty now",        "1/100", "{\"totalItemNum\":0,\"pageItems\":[]}",                          WB_OK,     NULL,    0  },
    {"a cursor that is none",    "0/100", "{\"totalItemNum\":1,\"pageItems\":[{}]}",                        WB_REJECT, NULL,
     0                                                                                                                             },
    {"without a length",         "4",     "{\"totalItemNum\":1,\"pageItems\":[{}]}",                        WB_REJECT, NULL,    0  },
    {"of no length",             "4/0",   "{\"totalItemNum\":1,\"pageItems\":[{}]}",                        WB_REJECT, NULL,    0  },
    {"another connector's",      "x/y",   "{\"totalItemNum\":1,\"pageItems\":[{}]}",                        WB_REJECT, NULL,    0  },
    {"wrapped twice",            NULL,    "{\"result\":{\"totalItemNum\":1,\"pageItems\":[{}]}}",           WB_OK,     NULL,    1  },
};

START_TEST(which_page_is_next)
{
    kit self;

    temu_read_page(&self, "orders.list", &pages[_i]);
    ck_assert(pages[_i].rc || self.out.reread == wb_view_is(self.call.cursor, "1/100"));
    kit_fini(&self);
}
END_TEST

START_TEST(what_the_lists_ask)
{
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.list");
    self.call.page_max = 50;
    self.call.cursor = WB_VIEW_LIT("4/50");
    options->region_id = 211;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), TEMU_URL);
    ck_assert_str_eq(self.request.method, "POST");
    ck_assert(temu_body_has(&self, "\"pageNumber\":4,\"pageSize\":50,\"updateAtStart\":1759996400,"
                                   "\"updateAtEnd\":1760000000,\"sortby\":\"updateTime\","
                                   "\"regionId\":211}"));
    self.call.cursor = (wb_view){NULL, 0};
    kit_op(&self, "listings.list");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"bg.local.goods.sku.list.query\""));
    ck_assert(temu_body_has(&self, "\"pageNo\":1,\"pageSize\":50,\"skuSearchType\":1}"));
    kit_op(&self, "products.list");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"pageNo\":1,\"pageSize\":50,\"goodsSearchType\":1}"));
    kit_fini(&self);
}
END_TEST

/* An id is a whole number of 64 bits, or a text: not what a double leaves of it. */
static const struct {
    const char *id, *external; /* NULL = its row is set aside, the other goes on */
} ids[] = {
    {"897039159485005824",      "897039159485005824" },
    {"9223372036854775807",     "9223372036854775807"},
    {"\"9223372036854775808\"", "9223372036854775808"},
    {"9223372036854775808",     NULL                 },
    {"18446744073709551616",    NULL                 },
    {"8.97039159485005824e17",  NULL                 },
    {"897039159485005824.0",    NULL                 },
    {"1e18",                    NULL                 },
    {"0",                       NULL                 },
    {"-7",                      NULL                 },
};

START_TEST(an_id_is_whole_or_its_row_is_set_aside)
{
    char body[200];
    kit self;

    temu_start(&self, "listings.list");
    snprintf(body, sizeof body,
             TEMU_OK "{\"total\":2,\"skuList\":[{\"skuId\":%s,\"stock\":2},{\"skuId\":5}]}}",
             ids[_i].id);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 2);
    ck_assert(self.out.items[0].outcome ==
              (ids[_i].external ? WB_OUTCOME_NONE : WB_OUTCOME_PARKED));
    ck_assert(!ids[_i].external || wb_view_is(self.out.items[0].external, ids[_i].external));
    ck_assert(wb_view_is(self.out.items[1].external, "5"));
    kit_fini(&self);
}
END_TEST

/* Both go on in their order: which is newer is not the list's to say. */
START_TEST(two_of_one_id_are_both_told)
{
    static const char body[] =
        TEMU_OK "{\"total\":2,\"skuList\":[{\"skuId\":5,\"stock\":2},{\"skuId\":5,\"stock\":3}]}}";
    kit self;

    temu_start(&self, "listings.list");
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert(wb_view_is(self.out.items[i].external, "5") &&
                  kit_has(self.out.items[i].body, i ? ":3}" : ":2}"));
    kit_fini(&self);
}
END_TEST

/* Stock that goes from 25 to 24 and back is told each time: what makes the message is the reading,
 * not what was read. The same slice read again is the same. */
START_TEST(a_listing_that_is_as_before_is_told_again)
{
    static const char body[] =
        TEMU_OK "{\"total\":1,\"skuList\":[{\"skuId\":897039159485005824,\"stock\":25}]}}";
    char first[64];
    kit self;

    temu_start(&self, "listings.list");
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert(wb_view_is(self.out.items[0].external, "897039159485005824"));
    snprintf(first, sizeof first, "%.*s", WB_VIEW_ARG(self.out.items[0].what));
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert(wb_view_is(self.out.items[0].what, first));
    self.call.to_utc_us += 600 * WB_US_PER_S;
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert(!wb_view_is(self.out.items[0].what, first));
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {no_row_slips_between_two_pages,            ROWS_MAX       },
        {all_that_the_total_tells_is_read,          4              },
        {which_page_is_next,                        WB_COUNT(pages)},
        {an_id_is_whole_or_its_row_is_set_aside,    WB_COUNT(ids)  },
        {two_of_one_id_are_both_told,               0              },
        {what_the_lists_ask,                        0              },
        {a_listing_that_is_as_before_is_told_again, 0              },
        {NULL,                                      0              },
    };

    return wb_suite_run("actors.connectors.temu.lists", rows);
}
