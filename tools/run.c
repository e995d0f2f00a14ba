/*
 * run.c - umf run: an unmodified program on libumf_proxy.so.
 *
 * Without --stats this process becomes the program; with it, it waits for the
 * program and prints what its processes counted.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/options.h"
#include "tools/report.h"
#include "tools/target.h"
#include "tools/umf.h"

static int run(int argc, char **argv) {
    static const struct option options[] = {
        {"stack", required_argument, NULL, 's'}, {"stats", no_argument, NULL, 'c'}, {0}};
    const char *stack = NULL;
    bool counts = false;
    int option;
    while ((option = umf_option_next(&umf_run, argc, argv, "+:", options)) != -1) {
        if (option == 's') {
            stack = optarg;
        } else if (option == 'c') {
            counts = true;
        } else {
            return UMF_EXIT_USAGE;
        }
    }
    if (stack != NULL && stack[0] == '\0') {
        return umf_usage_error(&umf_run, "run: --stack is empty");
    }
    if (optind == argc) {
        return umf_usage_error(&umf_run, "run: name a program");
    }
    char path[PATH_MAX];
    struct preload preload;
    int status = umf_target_find(argv[optind], path);
    if (status != 0) {
        return status;
    }
    if (!umf_preload_find(&preload, false)) {
        return TARGET_CANNOT_RUN;
    }
    if (counts) {
        struct run_report report;
        status = umf_run_counted(&preload, stack, path, argv + optind, &report);
        umf_report_print(&report, stderr);
        umf_report_fini(&report);
        return status;
    }
    if (umf_preload_environment(&preload, stack, NULL)) {
        execv(path, argv + optind);
        umf_complain("run: %s: %s", path, strerror(errno));
    }
    return TARGET_CANNOT_RUN;
}

const struct umf_subcommand umf_run = {
    .name = "run",
    .summary = "runs an unmodified program on a pool",
    .help = "Usage: umf run [--stack SPEC] [--stats] [--] PROGRAM [ARGUMENT...]\n"
            "Runs PROGRAM with libumf_proxy.so in place of malloc. Programs it starts run on\n"
            "pools of their own.\n\n"
            "  --stack SPEC   the pool, such as 'disjoint(capacity=16) @ os', or the name of a\n"
            "                 stack that a manifest describes\n"
            "  --stats        when it has ended, print to stderr the stack it ran on, and what\n"
            "                 each process allocated and from whom; a process that ends in\n"
            "                 _exit or by a signal is not counted, nor is what one did before\n"
            "                 exec\n\n"
            "Without --stack it runs on the default pool over the default provider, as the\n"
            "policies have it (umf.d(5)); where those cannot carry a program, on disjoint over\n"
            "os; where that cannot either, one line says so and the program runs on libc. The\n"
            "memory of a stack must be private for programs that fork: with visibility=shared\n"
            "a child and its parent overwrite each other's blocks.\n\n"
            "The malloc replacement is the one beside libumf.so.1, or UMF_PROXY_LIBRARY.\n"
            "UMF_PROXY and LD_PRELOAD of the caller are kept and added to.\n\n"
            "Exit status: the program's; 128+n if signal n ended it (with --stats); 127 if it\n"
            "is not found, 126 if it cannot be run or preloaded, 125 if it cannot be started\n"
            "or waited for, 255 if SPEC is no good.\n",
    .run = run,
};
