/*
 * demo.c - umf demo: every pool over every provider that is ready, then a real
 * program on the malloc replacement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/catalogue.h"
#include "tools/exercise.h"
#include "tools/preload.h"
#include "tools/report.h"
#include "tools/target.h"
#include "tools/umf.h"

struct outcome {
    size_t passed, failed;
};

static bool is_adaptor(const umf_plugin_info_t *info) {
    const umf_plugin_component_t *component;
    return umfPluginDescribe(info->kind, info->name, &component) == UMF_RESULT_SUCCESS &&
           component->takes_upstream;
}

static void show_pair(const umf_plugin_info_t *pool, const umf_plugin_info_t *provider,
                      struct outcome *outcome) {
    struct exercise e = {.pool = pool->name, .provider = provider->name};
    char bytes[16];
    umf_exercise(&e);
    printf("  %-12s %-12s ", e.pool, e.provider);
    if (e.has_passed) {
        printf("%7zu %10s   all intact %10.1f\n", e.blocks, umf_size_text(e.bytes, bytes),
               e.nanoseconds);
        outcome->passed++;
    } else if (!e.is_ready) {
        printf("skipped: %s\n", e.problem);
    } else {
        printf("FAILED: %s\n", e.problem);
        outcome->failed++;
    }
    fflush(stdout);
}

static void show_pairs(const struct catalogue *catalogue, struct outcome *outcome) {
    printf("Every pool over every provider: allocate, fill, verify, free.\n\n");
    printf("  %-12s %-12s %7s %10s   %-10s %10s\n", "POOL", "PROVIDER", "BLOCKS", "BYTES",
           "CONTENTS", "NS PER OP");
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *pool = &catalogue->entries[i];
        if (strcmp(pool->kind, "pool") != 0 || !umf_is_usable(pool)) {
            continue;
        }
        for (size_t j = 0; j < catalogue->count; j++) {
            const umf_plugin_info_t *provider = &catalogue->entries[j];
            if (strcmp(provider->kind, "provider") == 0 && umf_is_usable(provider) &&
                !is_adaptor(provider)) {
                show_pair(pool, provider, outcome);
            }
        }
    }
    printf("\n  An operation is one malloc or one free of 64 bytes.\n");
}

/* The first of these that is installed. PYTHONMALLOC makes python's own small
 * object allocator step aside, so that the pool sees its objects. */
static char **choose_program(char path[PATH_MAX], const char **what) {
    static char python[] = "python3", code_flag[] = "-c", shell[] = "sh";
    static char sort[] = "words = [str(i * 7919 % 100003) for i in range(100000)]\n"
                         "words.sort()\n"
                         "print('  python3 says: sorted', len(words), 'words, the last is', words[-1])";
    static char list[] = "echo \"  sh says: $(ls / | wc -l) names in /\"";
    static char *python_argv[] = {python, code_flag, sort, NULL};
    static char *shell_argv[] = {shell, code_flag, list, NULL};
    bool has_python = umf_target_exists("python3");
    char **argv = has_python ? python_argv : shell_argv;
    *what = has_python ? "python3 sorting 100,000 words (PYTHONMALLOC=malloc)" : "sh and ls";
    (void)setenv("PYTHONMALLOC", "malloc", 1);
    return umf_target_find(argv[0], path) == 0 ? argv : NULL;
}

static void show_program(struct outcome *outcome) {
    struct preload preload;
    struct run_report report;
    char path[PATH_MAX], bytes[16], share[16];
    const char *what;
    if (!umf_preload_find(&preload, true)) {
        printf("\nlibumf_proxy.so is not installed, so no program is run on it.\n");
        return;
    }
    char **argv = choose_program(path, &what);
    if (argv == NULL) {
        outcome->failed++;
        return;
    }
    printf("\nA real program, unmodified, on libumf_proxy.so: %s.\n\n", what);
    int status = umf_run_counted(&preload, NULL, path, argv, &report);
    printf("  exit status %d; %zu process%s made %llu allocations, %s, of which %s came from the "
           "pool\n",
           status, report.count, report.count == 1 ? "" : "es",
           (unsigned long long)(report.total.pool.calls + report.total.libc.calls),
           umf_size_text(report.total.pool.bytes + report.total.libc.bytes, bytes),
           umf_share_text(&report.total, share));
    if (status == 0 && report.total.pool.calls > 0) {
        outcome->passed++;
    } else {
        printf("  FAILED: the program or its pool did not do its work\n");
        outcome->failed++;
    }
    umf_report_fini(&report);
}

static int run(int argc, char **argv) {
    struct catalogue catalogue;
    struct outcome outcome = {0, 0};
    if (argc > 1) {
        return umf_usage_error(&umf_demo, "demo: '%s' is not expected", argv[1]);
    }
    if (!umf_catalogue_read(&catalogue)) {
        return UMF_EXIT_FAILED;
    }
    show_pairs(&catalogue, &outcome);
    umf_catalogue_fini(&catalogue);
    show_program(&outcome);
    if (outcome.passed == 0 && outcome.failed == 0) {
        printf("\nNothing is ready; 'umf list' shows why.\n");
        return UMF_EXIT_FAILED;
    }
    printf("\n%zu passed, %zu failed.\n", outcome.passed, outcome.failed);
    return outcome.failed == 0 ? UMF_EXIT_DONE : UMF_EXIT_FAILED;
}

const struct umf_subcommand umf_demo = {
    .name = "demo",
    .summary = "puts every pool over every provider to work, then a real program",
    .help = "Usage: umf demo\n"
            "Makes each pool over each provider that is ready: allocates, fills, verifies and\n"
            "frees blocks, and takes the time of an operation. Then runs python3, or sh, on\n"
            "libumf_proxy.so and tells what it allocated.\n"
            "Exit status 1 if anything failed.\n",
    .run = run,
};
