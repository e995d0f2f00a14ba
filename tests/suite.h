/*
 * suite.h - a Check suite that speaks TAP: a line per case for Automake.
 *
 *     START_TEST(a_sentence_that_is_true) { ... } END_TEST
 *     SUITE_MAIN("layer/noun", a_sentence_that_is_true, another_one)
 *
 * Each case runs in a process of its own (CK_FORK=no to debug), with a limit of
 * 60 seconds, times CK_TIMEOUT_MULTIPLIER. A case that this machine does not permit
 * calls suite_skip() and shows as a skip; so does one that asks suite_has_program() in
 * vain, but with UMF_DEMAND_PROGRAMS set it fails.
 *
 * Files go into folders whose names begin with suite_folder; however a case ended,
 * they are removed when all have run.
 */
#ifndef UMF_TESTS_SUITE_H
#define UMF_TESTS_SUITE_H

#include <check.h>
#include <ftw.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- folders ---- */

static char suite_folder[64];

/* The cases keep paths of a folder in 128 bytes: a longer TMPDIR does not serve them. */
static inline void suite_folder_choose(void) {
    const char *tmp = getenv("TMPDIR");
    if (!tmp || tmp[0] != '/' || strlen(tmp) > 40) {
        tmp = "/tmp";
    }
    snprintf(suite_folder, sizeof suite_folder, "%s/umf-test-%d", tmp, (int)getpid());
}

static inline int suite_entry_remove(const char *path, const struct stat *status, int type,
                                     struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

static inline void suite_folder_remove(const char *path) {
    nftw(path, suite_entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void suite_folders_remove(void) {
    char pattern[sizeof suite_folder + 2];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s-*", suite_folder);
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            suite_folder_remove(found.gl_pathv[i]);
        }
        globfree(&found);
    }
}

/* ---- skips ---- */

enum { SUITE_REASON_BYTES = 128 };
static char *suite_reason; /* of the case that runs, shared with its process; "": none */

/* Check knows no skip: the line that it writes after such a case is completed. */
static inline ssize_t suite_line_write(void *cookie, const char *bytes, size_t size) {
    (void)cookie;
    size_t end = size;
    if (*suite_reason && size > 3 && memcmp(bytes, "ok ", 3) == 0 && bytes[size - 1] == '\n') {
        end--;
    }
    if (write(STDOUT_FILENO, bytes, end) != (ssize_t)end) {
        return 0;
    }
    if (end < size) {
        dprintf(STDOUT_FILENO, " # SKIP %s\n", suite_reason);
    }
    if (memcmp(bytes, "not ok ", size < 7 ? size : 7) == 0 || end < size) {
        *suite_reason = '\0';
    }
    return (ssize_t)size;
}

static inline void suite_output_begin(void) {
    suite_reason = mmap(NULL, SUITE_REASON_BYTES, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FILE *lines = fopencookie(NULL, "w", (cookie_io_functions_t){.write = suite_line_write});
    if (suite_reason == MAP_FAILED || !lines) {
        perror("suite");
        exit(EXIT_FAILURE);
    }
    setvbuf(lines, NULL, _IOLBF, BUFSIZ);
    stdout = lines;
}

/* The case returns after it. */
static inline void suite_skip(const char *reason) {
    snprintf(suite_reason, SUITE_REASON_BYTES, "%s", reason);
}

/* The case returns where it is false. */
static inline bool suite_has_program(const char *program) {
    char text[SUITE_REASON_BYTES];
    snprintf(text, sizeof text, "command -v %s >/dev/null 2>&1", program);
    if (system(text) == 0) {
        return true;
    }
    snprintf(text, sizeof text, "%s is not installed", program);
    if (getenv("UMF_DEMAND_PROGRAMS")) {
        ck_abort_msg("%s (UMF_DEMAND_PROGRAMS is set)", text);
    }
    suite_skip(text);
    return false;
}

/* ---- the run ---- */

static inline int suite_run_all(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    suite_folder_choose();
    suite_output_begin();
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    suite_folders_remove();
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
