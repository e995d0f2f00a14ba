/*
 * demo.c - umf demo: every pool over every provider that is ready, then a real
 * program on the malloc replacement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/catalogue.h"
#include "tools/exercise.h"
#include "tools/json.h"
#include "tools/options.h"
#include "tools/preload.h"
#include "tools/report.h"
#include "tools/target.h"
#include "tools/umf.h"

enum { LIMIT_SECONDS = 30 };

struct demo {
    unsigned limit_seconds;
    size_t passed, failed;
    json_t *pairs, *program; /* with --json, and then nothing else is printed */
};

static const char *verdict(const struct exercise *e) {
    return e->has_passed ? "passed" : e->is_ready ? "failed" : "skipped";
}

static void print_pair(const struct exercise *e) {
    char bytes[16];
    printf("  %-12s %-12s ", e->pool, e->provider);
    if (e->has_passed) {
        printf("%7zu %10s   all intact %10.1f\n", e->blocks, umf_size_text(e->bytes, bytes),
               e->nanoseconds);
    } else {
        printf("%s: %s\n", e->is_ready ? "FAILED" : "skipped", e->problem);
    }
    fflush(stdout);
}

static json_t *pair_json(const struct exercise *e) {
    json_t *object = json_object();
    umf_json_set_text(object, "pool", e->pool);
    umf_json_set_text(object, "provider", e->provider);
    umf_json_set_text(object, "verdict", verdict(e));
    umf_json_set_text(object, "problem", e->problem);
    (void)json_object_set_new(object, "blocks", json_integer((json_int_t)e->blocks));
    (void)json_object_set_new(object, "bytes", json_integer((json_int_t)e->bytes));
    (void)json_object_set_new(object, "ns_per_op", json_real(e->nanoseconds));
    return object;
}

static void do_pair(const umf_plugin_info_t *pool, const umf_plugin_info_t *provider,
                    struct demo *demo) {
    struct exercise e = {.pool = pool->name, .provider = provider->name};
    umf_exercise(&e, demo->limit_seconds);
    if (e.is_adaptor) {
        return;
    }
    demo->passed += e.has_passed;
    demo->failed += !e.has_passed && e.is_ready;
    if (demo->pairs != NULL) {
        (void)json_array_append_new(demo->pairs, pair_json(&e));
    } else {
        print_pair(&e);
    }
}

static void do_pairs(const struct catalogue *catalogue, struct demo *demo) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *pool = &catalogue->entries[i];
        if (strcmp(pool->kind, "pool") != 0 || !umf_is_usable(pool)) {
            continue;
        }
        for (size_t j = 0; j < catalogue->count; j++) {
            const umf_plugin_info_t *provider = &catalogue->entries[j];
            if (strcmp(provider->kind, "provider") == 0 && umf_is_usable(provider)) {
                do_pair(pool, provider, demo);
            }
        }
    }
}

/* Python at these places, where it is what a package installed: what PATH leads to
 * may be a script of a version manager that has no version to run. */
static const char *find_python(void) {
    static const char *const paths[] = {"/usr/bin/python3", "/usr/local/bin/python3"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (access(paths[i], X_OK) == 0) {
            return paths[i];
        }
    }
    return NULL;
}

/* Python, or sh where there is none. PYTHONMALLOC makes python's own small object
 * allocator step aside, so that the pool sees its objects. */
static char **choose_program(char path[PATH_MAX], const char **what) {
    static char python[] = "python3", code_flag[] = "-c", shell[] = "sh";
    static char sort[] = "words = [str(i * 7919 % 100003) for i in range(100000)]\n"
                         "words.sort()\n"
                         "print('  python3 says: sorted', len(words), 'words, the last is', words[-1])";
    static char list[] = "echo \"  sh says: $(ls / | wc -l) names in /\"";
    static char *python_argv[] = {python, code_flag, sort, NULL};
    static char *shell_argv[] = {shell, code_flag, list, NULL};
    const char *found = find_python();
    *what = found != NULL ? "python3 sorting 100,000 words (PYTHONMALLOC=malloc)" : "sh and ls";
    (void)setenv("PYTHONMALLOC", "malloc", 1);
    if (umf_target_find(found != NULL ? found : "sh", path) != 0) {
        return NULL;
    }
    return found != NULL ? python_argv : shell_argv;
}

static void print_program(const struct run_report *report, int status) {
    char bytes[16], share[16];
    printf("  exit status %d; %zu process%s made %llu allocations, %s, of which %s came from the "
           "pool\n",
           status, report->count, report->count == 1 ? "" : "es",
           (unsigned long long)(report->total.pool.calls + report->total.libc.calls),
           umf_size_text(report->total.pool.bytes + report->total.libc.bytes, bytes),
           umf_share_text(&report->total, share));
    if (status != 0 || report->total.pool.calls == 0) {
        printf("  FAILED: the program or its pool did not do its work\n");
    }
}

static json_t *program_json(const char *what, const struct run_report *report, int status) {
    json_t *object = json_object();
    umf_json_set_text(object, "what", what);
    (void)json_object_set_new(object, "exit_status", json_integer(status));
    (void)json_object_set_new(object, "processes", json_integer((json_int_t)report->count));
    (void)json_object_set_new(object, "pool_calls",
                              json_integer((json_int_t)report->total.pool.calls));
    (void)json_object_set_new(object, "libc_calls",
                              json_integer((json_int_t)report->total.libc.calls));
    return object;
}

/* What the program prints goes to stderr where stdout is to hold JSON only. */
static int run_program(const struct preload *preload, const char *path, char **argv, bool json,
                       struct run_report *report) {
    fflush(stdout);
    if (!json) {
        return umf_run_counted(preload, NULL, path, argv, report);
    }
    int own = umf_stdout_lend();
    int status = umf_run_counted(preload, NULL, path, argv, report);
    umf_stdout_return(own);
    return status;
}

static void do_program(struct demo *demo) {
    struct preload preload;
    struct run_report report;
    char path[PATH_MAX];
    const char *what;
    bool json = demo->pairs != NULL;
    if (!umf_preload_find(&preload, true)) {
        if (!json) {
            printf("\nlibumf_proxy.so is not installed, so no program is run on it.\n");
        }
        return;
    }
    char **argv = choose_program(path, &what);
    if (argv == NULL) {
        demo->failed++;
        return;
    }
    if (!json) {
        printf("\nA real program, unmodified, on libumf_proxy.so: %s.\n\n", what);
    }
    int status = run_program(&preload, path, argv, json, &report);
    bool has_passed = status == 0 && report.total.pool.calls > 0;
    demo->passed += has_passed;
    demo->failed += !has_passed;
    if (json) {
        demo->program = program_json(what, &report, status);
    } else {
        print_program(&report, status);
    }
    umf_report_fini(&report);
}

static int print_json(struct demo *demo) {
    json_t *object = json_object();
    (void)json_object_set_new(object, "pairs", demo->pairs);
    (void)json_object_set_new(object, "program",
                              demo->program != NULL ? demo->program : json_null());
    (void)json_object_set_new(object, "passed", json_integer((json_int_t)demo->passed));
    (void)json_object_set_new(object, "failed", json_integer((json_int_t)demo->failed));
    return umf_json_print(object);
}

/* false: a usage error was reported. */
static bool read_options(struct demo *demo, int argc, char **argv, bool *json) {
    static const struct option options[] = {{"timeout", required_argument, NULL, 't'},
                                            {"json", no_argument, NULL, 'j'},
                                            {0}};
    int option;
    *json = false;
    while ((option = umf_option_next(&umf_demo, argc, argv, ":", options)) != -1) {
        if (option == '?' ||
            (option == 't' && !umf_option_seconds(&umf_demo, optarg, &demo->limit_seconds))) {
            return false;
        }
        *json = *json || option == 'j';
    }
    return umf_is_end_of_arguments(&umf_demo, argc, argv);
}

static int run(int argc, char **argv) {
    struct catalogue catalogue;
    struct demo demo = {.limit_seconds = LIMIT_SECONDS};
    bool json;
    if (!read_options(&demo, argc, argv, &json)) {
        return UMF_EXIT_USAGE;
    }
    if (!umf_catalogue_read(&catalogue)) {
        return UMF_EXIT_FAILED;
    }
    demo.pairs = json ? json_array() : NULL;
    if (!json) {
        printf("Every pool over every provider: allocate, fill, verify, free.\n\n");
        printf("  %-12s %-12s %7s %10s   %-10s %10s\n", "POOL", "PROVIDER", "BLOCKS", "BYTES",
               "CONTENTS", "NS PER OP");
    }
    do_pairs(&catalogue, &demo);
    umf_catalogue_fini(&catalogue);
    if (!json) {
        printf("\n  An operation is one malloc or one free of 64 bytes.\n");
    }
    do_program(&demo);
    bool has_worked = demo.failed == 0 && demo.passed > 0;
    if (json) {
        has_worked = print_json(&demo) == UMF_EXIT_DONE && has_worked;
    } else if (demo.passed == 0 && demo.failed == 0) {
        printf("\nNothing is ready; 'umf list' shows why.\n");
    } else {
        printf("\n%zu passed, %zu failed.\n", demo.passed, demo.failed);
    }
    return has_worked ? UMF_EXIT_DONE : UMF_EXIT_FAILED;
}

const struct umf_subcommand umf_demo = {
    .name = "demo",
    .summary = "puts every pool over every provider to work, then a real program",
    .help = "Usage: umf demo [--timeout SECONDS] [--json]\n"
            "Makes each pool over each provider that is ready: allocates, fills, verifies and\n"
            "frees blocks, and takes the time of an operation, each pair in a child process:\n"
            "one that crashes or hangs is named, and the others are tried all the same. Then\n"
            "runs python3, or sh, on libumf_proxy.so and tells what it allocated.\n"
            "Exit status 1 if anything failed.\n\n"
            "  --timeout SECONDS   how long a pair may take, 1 to 86400, else 30; one that\n"
            "                      takes longer is killed\n"
            "  --json              an object: pairs, program (its own output goes to stderr),\n"
            "                      passed, failed\n",
    .run = run,
};
