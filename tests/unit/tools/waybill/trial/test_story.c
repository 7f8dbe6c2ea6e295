/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a story is over, when it was good, and what of it was lost.
 */
#include "tools/waybill/trial/story.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define LONG_MS 60000

/* A world in which all is where it is to be. */
typedef struct {
    int made, there, repeated, older, wrong, invented, due, arrived, kept, split;
} world;

static const world whole = {.made = 5, .there = 5, .arrived = 9};

typedef struct {
    wb_story story;
    wb_json *json;
    wb_map *parked;
} setting;

static void
begin(setting *self)
{
    *self = (setting){.json = wb_json_new(), .parked = wb_map_new()};
}

static void
end(setting *self)
{
    wb_json_destroy(&self->json);
    wb_map_destroy(&self->parked);
}

/* Two kinds: what is wrong is wrong with the second. */
static void
tell(setting *self, const world *it, int64_t now_ms)
{
    char text[1024];
    int len = snprintf(
        text, sizeof text,
        "{\"story\":{\"kinds\":{\"orders\":{\"kind\":\"order\",\"at_source\":3,\"at_target\":3,"
        "\"repeated\":0,\"older_after_newer\":0,\"invented\":0},"
        "\"parcels\":{\"kind\":\"parcel\",\"at_source\":%d,\"at_target\":%d,\"repeated\":%d,"
        "\"older_after_newer\":%d,\"invented\":%d,\"kept\":%d}},\"stock_wrong\":%d,"
        "\"invented\":%d,\"due\":%d,\"arrived\":%d,\"cases\":{\"split\":%d,\"merged\":20}},"
        "\"targets\":{\"main\":{\"records\":3,\"versions\":4,\"kinds\":{\"parcel\":"
        "{\"records\":2,\"versions\":2}}},\"idle\":{\"records\":0}}}",
        it->made, it->there, it->repeated, it->older, it->invented, it->kept, it->wrong,
        it->invented, it->due, it->arrived, it->split);

    ck_assert(!wb_json_parse(self->json, (wb_view){text, (size_t)len}, NULL));
    wb_story_stats(&self->story, self->json, now_ms);
}

/* Over is: all is there, and it has been quiet for a while. */
START_TEST(test_over)
{
    setting it;
    world now = whole;

    begin(&it);
    ck_assert(!wb_story_over(&it.story, LONG_MS)); /* nobody has said anything */
    tell(&it, &now, 1000);
    ck_assert(!wb_story_over(&it.story, 1100));
    tell(&it, &now, 2000); /* nothing new */
    ck_assert(wb_story_over(&it.story, 3000));
    now.arrived++; /* something came, though all was there */
    tell(&it, &now, 3000);
    ck_assert(!wb_story_over(&it.story, 3100));
    ck_assert(wb_story_over(&it.story, 5000));
    now.due = 1; /* more is to come */
    tell(&it, &now, 5000);
    ck_assert(!wb_story_over(&it.story, 5000 + LONG_MS));
    end(&it);
}
END_TEST

/* What is not there is waited for; in the end it was lost. */
START_TEST(test_over_and_lost)
{
    setting it;
    world now = whole;

    begin(&it);
    now.there = 4;
    tell(&it, &now, 1000);
    ck_assert(!wb_story_over(&it.story, 5000));
    ck_assert(wb_story_over(&it.story, 1000 + LONG_MS));
    ck_assert(!wb_story_good(&it.story));
    end(&it);
}
END_TEST

static const struct {
    const char *label;
    world it;
    bool good;
} goods[] = {
    {"all is well",         {.made = 5, .there = 5},                true },
    {"one is missing",      {.made = 5, .there = 4},                false},
    {"it may not be there", {.made = 5, .there = 4, .kept = 1},     true },
    {"more may not be",     {.made = 5, .there = 3, .kept = 1},     false},
    {"one came twice",      {.made = 5, .there = 5, .repeated = 1}, false},
    {"out of order",        {.made = 5, .there = 5, .older = 1},    false},
    {"stock is wrong",      {.made = 5, .there = 5, .wrong = 1},    false},
    {"one was made up",     {.made = 5, .there = 5, .invented = 1}, false},
    {"one is yet to come",  {.made = 5, .there = 5, .due = 1},      false},
};

START_TEST(test_good)
{
    setting it;

    begin(&it);
    ck_assert(!wb_story_good(&it.story));
    tell(&it, &goods[_i].it, 1000);
    ck_assert_msg(wb_story_good(&it.story) == goods[_i].good, "%s", goods[_i].label);
    end(&it);
}
END_TEST

static void
check_json(const setting *self, bool known, const char *holds)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer writer;

    wb_buf_init(&text, 4096);
    wb_json_writer_init(&writer, &text);
    wb_json_open(&writer, '{');
    wb_story_json(&self->story, known, &writer);
    wb_json_close(&writer, '}');
    ck_assert_msg(strstr(wb_buf_text(&text), holds), "%s", wb_buf_text(&text));
}

/* What is missing was lost, unless it is parked: by its kind and its id. */
START_TEST(test_lost)
{
    const char *missing = "{\"missing\":[{\"kind\":\"parcel\",\"id\":\"7\"},"
                          "{\"kind\":\"parcel\",\"id\":\"8\"}]}";
    setting it;
    world now = whole;

    begin(&it);
    now.there = 3;
    tell(&it, &now, 1000);
    check_json(&it, true, "\"parcels\":{\"at_source\":5,\"at_target\":3,\"lost\":null,");
    wb_story_park(it.parked, WB_VIEW_LIT("order"), WB_VIEW_LIT("7"));
    wb_story_park(it.parked, WB_VIEW_LIT("parcel"), WB_VIEW_LIT("8"));
    ck_assert(!wb_json_parse(it.json, wb_view_of(missing), NULL));
    wb_story_missing(&it.story, it.json, it.parked);
    check_json(&it, true, "\"orders\":{\"at_source\":3,\"at_target\":3,\"lost\":0,");
    check_json(&it, true, "\"parcels\":{\"at_source\":5,\"at_target\":3,\"lost\":1,");
    check_json(&it, false, "\"parcels\":{\"at_source\":5,\"at_target\":3,\"lost\":null,");
    end(&it);
}
END_TEST

/* Of a long run each special case is to have come, and often enough; the far ends are told. */
START_TEST(test_special)
{
    world now = whole;
    setting it;

    begin(&it);
    ck_assert(wb_story_special(&it.story, 5000)); /* this world has none */
    now.split = 19;
    tell(&it, &now, 1000);
    ck_assert(wb_story_special(&it.story, 1999));
    ck_assert(!wb_story_special(&it.story, 2000));
    now.split = 20;
    tell(&it, &now, 1000);
    ck_assert(wb_story_special(&it.story, 2000));
    check_json(&it, true, "\"cases\":{\"split\":20,\"merged\":20}");
    ck_assert_uint_eq(it.story.far_count, 2);
    ck_assert_str_eq(it.story.fars[0].kind, "order");
    ck_assert_int_eq(it.story.fars[0].versions, 4);
    ck_assert_str_eq(it.story.fars[1].target, "main");
    ck_assert_str_eq(it.story.fars[1].kind, "parcel");
    end(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_over,          0              },
        {test_over_and_lost, 0              },
        {test_good,          WB_COUNT(goods)},
        {test_lost,          0              },
        {test_special,       0              },
        {NULL,               0              },
    };

    return wb_suite_run("tools.waybill.trial.story", tests);
}
