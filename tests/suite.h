/*
 * suite.h - a Check suite that speaks TAP: a line per case for Automake.
 *
 *     START_TEST(a_sentence_that_is_true) { ... } END_TEST
 *     SUITE_MAIN("layer/noun", a_sentence_that_is_true, another_one)
 *
 * Each case runs in a process of its own (CK_FORK=no to debug), with a limit of
 * 60 seconds, times CK_TIMEOUT_MULTIPLIER.
 */
#ifndef UMF_TESTS_SUITE_H
#define UMF_TESTS_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline int suite_run_all(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline int suite_run(const char *name, const TTest *const *cases, size_t count) {
    Suite *suite = suite_create(name);
    for (size_t i = 0; i < count; i++) {
        /* a test case each, so that the name of each stands in its TAP line */
        TCase *tcase = tcase_create(cases[i]->name);
        tcase_set_timeout(tcase, 60);
        tcase_add_test(tcase, cases[i]);
        suite_add_tcase(suite, tcase);
    }
    return suite_run_all(suite);
}

#define SUITE_MAIN(name, ...)                                             \
    int main(void) {                                                      \
        const TTest *const cases[] = {__VA_ARGS__};                       \
        return suite_run(name, cases, sizeof cases / sizeof cases[0]);    \
    }

#define ck_ok(call) ck_assert_int_eq((call), UMF_RESULT_SUCCESS)

#endif
