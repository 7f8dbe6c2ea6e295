/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public conformance cases: y_ is accepted, n_ refused, i_ is open and settled here: what is
 * not UTF-8, has lone surrogates, a byte order mark or too much depth is refused; a number that
 * does not fit is refused where it is read, and nowhere else. Of an answer a text may be broken,
 * and a byte order mark stand before it; its form is checked as strictly.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

#define CASES WB_SOURCE_DIR "/../shared/fixtures/json"

static void
close_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static void
close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static void
read_case(wb_buf *out, const char *name)
{
    WB_AUTO(wb_buf_fini) wb_buf path = {0};
    WB_AUTO(close_file) FILE *file = NULL;
    char part[4096];
    size_t len;

    wb_buf_init(&path, 4096);
    wb_buf_addf(&path, "%s/%s", CASES, name);
    file = fopen(wb_buf_text(&path), "rb");
    ck_assert_ptr_nonnull(file);
    while ((len = fread(part, 1, sizeof part, file)) > 0)
        wb_buf_add(out, part, len);
}

static bool
begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool
wanted(const char *name)
{
    if (strcmp(name, "y_object_escaped_null_in_key.json") == 0)
        return false; /* the one exception: a NUL in a key is refused */
    return begins(name, "y_") || begins(name, "i_number_");
}

/* What is accepted of another system, though it is refused of our own. */
static bool
wanted_answer(const char *name)
{
    static const char *const more[] = {
        "y_object_escaped_null_in_key.json",       "i_object_key_lone_2nd_surrogate.json",
        "i_structure_UTF-8_BOM_empty_object.json", "n_string_unescaped_ctrl_char.json",
        "n_string_unescaped_newline.json",         "n_string_unescaped_tab.json",
    };

    for (size_t i = 0; i < WB_COUNT(more); i++)
        if (strcmp(name, more[i]) == 0)
            return true;
    return wanted(name) ||
           (begins(name, "i_string_") && !strcasestr(name, "utf16") && !strcasestr(name, "utf-16"));
}

START_TEST(test_cases)
{
    WB_AUTO(close_dir) DIR *dir = opendir(CASES);
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    const struct dirent *entry;
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir))) {
        WB_AUTO(wb_buf_fini) wb_buf text = {0};
        wb_err err = {0};
        wb_rc rc;

        wb_buf_init(&text, 16 * 1024 * 1024);
        if (!strstr(entry->d_name, ".json"))
            continue;
        read_case(&text, entry->d_name);
        rc = wb_json_parse(json, wb_buf_view(&text), &err);
        ck_assert_msg((rc == WB_OK) == wanted(entry->d_name), "%s: %s", entry->d_name, err.text);
        rc = wb_json_parse_answer(json, wb_buf_view(&text), &err);
        ck_assert_msg((rc == WB_OK) == wanted_answer(entry->d_name), "answer: %s: %s",
                      entry->d_name, err.text);
        count++;
    }
    ck_assert_int_ge(count, 318); /* as many as there were; more are welcome */
}
END_TEST

START_TEST(test_big_numbers)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    int64_t number = 0;
    wb_view decimal = {0};

    wb_buf_init(&text, 4096);
    read_case(&text, "i_number_very_big_negative_int.json");
    ck_assert(wb_json_parse(json, wb_buf_view(&text), NULL) == WB_OK);
    ck_assert(wb_json_int(json, wb_json_first(json, 0), &number, "it", NULL) == WB_REJECT);
    ck_assert(wb_json_decimal(json, wb_json_first(json, 0), &decimal, "it", NULL) == WB_OK);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_cases,       0},
        {test_big_numbers, 0},
        {NULL,             0}
    };
    WB_AUTO(close_dir) DIR *dir = opendir(CASES);

    if (!dir) {
        printf("skipped: the conformance cases are not at %s\n", CASES);
        return WB_TEST_SKIPPED;
    }
    return wb_suite_run("protocol.json_conformance", rows);
}
