/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suite - what every unit test's main is: tests of one file in one case, run and counted
 */
#ifndef WB_TESTS_UNIT_SUITE_H
#define WB_TESTS_UNIT_SUITE_H

#include <check.h>
#include <stddef.h>

#define WB_TEST_SKIPPED 77 /* ctest shows it as skipped */

/* A test, run `rows` times with _i = 0 .. rows - 1; rows 0 = once. */
typedef struct {
    const TTest *test;
    int rows;
} wb_suite_row;

/* The exit code of main. `rows` ends with test NULL; `setup` and `teardown` stand around each of
 * them, NULL = nothing. */
static inline int
wb_suite_run_in(const char *name, const wb_suite_row *rows, void (*setup)(void),
                void (*teardown)(void))
{
    Suite *suite = suite_create(name);
    TCase *all = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    suite_add_tcase(suite, all);
    for (; rows->test; rows++)
        tcase_add_loop_test(all, rows->test, 0, rows->rows ? rows->rows : 1);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

static inline int
wb_suite_run(const char *name, const wb_suite_row *rows)
{
    return wb_suite_run_in(name, rows, NULL, NULL);
}

#endif
