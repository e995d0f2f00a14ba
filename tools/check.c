/*
 * check.c - umf check: whether the manifests are in order and, with --probe,
 * whether the plugins can be used.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/findings.h"
#include "tools/json.h"
#include "tools/manifest_files.h"
#include "tools/options.h"
#include "tools/probe.h"
#include "tools/umf.h"

enum { LIMIT_SECONDS = 10, LIMIT_SECONDS_MOST = 86400 };

struct check {
    bool probe, json, verbose;
    unsigned limit_seconds;
    struct manifest_files files; /* none: all that are found */
    bool *is_probed;             /* a flag for each file */
    struct findings findings;
    json_t *plugins; /* with --json */
    bool has_failed;
};

static bool read_seconds(const char *text, unsigned *seconds) {
    char *end;
    unsigned long number = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
    if (number == 0 || number > LIMIT_SECONDS_MOST || *end != '\0') {
        (void)umf_usage_error(&umf_check, "check: --timeout takes 1 to %d seconds, not '%s'",
                              LIMIT_SECONDS_MOST, text);
        return false;
    }
    *seconds = (unsigned)number;
    return true;
}

/* false: a usage error was reported. */
static bool read_options(struct check *check, int argc, char **argv) {
    static const struct option options[] = {{"probe", no_argument, NULL, 'p'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {0}};
    bool has_limit = false;
    int option;
    while ((option = umf_option_next(&umf_check, argc, argv, ":v", options)) != -1) {
        if (option == '?' || (option == 't' && !read_seconds(optarg, &check->limit_seconds))) {
            return false;
        }
        check->probe = check->probe || option == 'p';
        check->json = check->json || option == 'j';
        check->verbose = check->verbose || option == 'v';
        has_limit = has_limit || option == 't';
    }
    if (has_limit && !check->probe) {
        (void)umf_usage_error(&umf_check, "check: --timeout is for --probe");
        return false;
    }
    return true;
}

/* A verdict: a line on stdout, and why on stderr; or an object. */
static void report_plugin(struct check *check, const umf_plugin_info_t *info, const char *word,
                          const char *why) {
    if (check->json) {
        json_t *object = umf_info_json(info);
        umf_json_set_text(object, "state", word);
        umf_json_set_text(object, "reason", why);
        (void)json_array_append_new(check->plugins, object);
        return;
    }
    printf("%-10s %-14s %s\n", info->kind, info->name, word);
    if (why[0] != '\0') {
        umf_complain("%s", why);
    }
    fflush(stdout);
}

static void probe_plugin(struct check *check, const umf_plugin_info_t *info) {
    char text[2048];
    bool is_ready = umf_probe(info, check->limit_seconds, text);
    check->has_failed = check->has_failed || !is_ready;
    report_plugin(check, info, is_ready ? "ready" : "failed", text);
}

/* What is not loaded: a bad manifest is a failure, of which the findings may have
 * told; a plugin that is absent or switched off is none. */
static void pass_over_plugin(struct check *check, const umf_plugin_info_t *info) {
    char text[2048] = "";
    bool is_bad = info->state == UMF_PLUGIN_REFUSED || info->state == UMF_PLUGIN_FAILED;
    if (check->json || check->verbose ||
        (is_bad && !umf_findings_has_error_in(&check->findings, info->manifest))) {
        snprintf(text, sizeof text, "%s:%s: %s (%s)", info->kind, info->name, info->reason,
                 umf_info_origin(info));
    }
    check->has_failed = check->has_failed || is_bad;
    report_plugin(check, info, umf_state_word(info->state), text);
}

static void probe_all(struct check *check, const struct catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        size_t index = umf_manifest_files_index(&check->files, info);
        if (check->files.count > 0 && index == SIZE_MAX) {
            continue;
        }
        if (check->files.count > 0) {
            check->is_probed[index] = true;
        }
        if (umf_is_component(info) && umf_is_usable(info)) {
            probe_plugin(check, info);
        } else if (umf_is_component(info) || !umf_is_usable(info)) {
            pass_over_plugin(check, info);
        }
    }
}

/* A file may be well formed and yet be none that a program would find. */
static void complain_of_unfound(struct check *check) {
    for (size_t i = 0; i < check->files.count; i++) {
        if (!check->is_probed[i] &&
            !umf_findings_has_error_in(&check->findings, check->files.paths[i])) {
            umf_complain("%s is not found by a search, so it cannot be probed: it needs a "
                         "manifest's name (NN-name.yaml) that no other file before it has",
                         check->files.paths[i]);
            check->has_failed = true;
        }
    }
}

/* false: complained already. */
static bool run_probes(struct check *check) {
    struct catalogue catalogue;
    check->is_probed = calloc(check->files.count + 1, sizeof *check->is_probed);
    if (check->is_probed == NULL) {
        umf_complain("no memory for the files");
        return false;
    }
    if (!umf_catalogue_read(&catalogue)) {
        return false;
    }
    probe_all(check, &catalogue);
    complain_of_unfound(check);
    umf_catalogue_fini(&catalogue);
    return true;
}

static bool find_faults(struct check *check) {
    if (check->files.count == 0) {
        return umf_findings_add(&check->findings, NULL);
    }
    for (size_t i = 0; i < check->files.count; i++) {
        if (!umf_findings_add(&check->findings, check->files.paths[i])) {
            return false;
        }
    }
    return true;
}

static int print_json(struct check *check) {
    json_t *object = json_object();
    (void)json_object_set_new(object, "findings", umf_findings_json(&check->findings));
    if (check->probe) {
        (void)json_object_set(object, "plugins", check->plugins);
    }
    return umf_json_print(object);
}

/* With everything read from the command line. */
static int do_check(struct check *check) {
    if ((check->probe && !umf_manifest_files_enter(&check->files)) || !find_faults(check)) {
        return UMF_EXIT_FAILED;
    }
    if (!check->json) {
        umf_findings_print(&check->findings, check->verbose);
    }
    if (check->probe && !run_probes(check)) {
        return UMF_EXIT_FAILED;
    }
    if (check->json && print_json(check) != UMF_EXIT_DONE) {
        return UMF_EXIT_FAILED;
    }
    return check->findings.error_count > 0 || check->has_failed ? UMF_EXIT_FAILED : UMF_EXIT_DONE;
}

static int run(int argc, char **argv) {
    struct check check = {.limit_seconds = LIMIT_SECONDS};
    if (!read_options(&check, argc, argv)) {
        return UMF_EXIT_USAGE;
    }
    check.plugins = json_array();
    int status = UMF_EXIT_FAILED;
    if (umf_manifest_files_init(&check.files, argv + optind, (size_t)(argc - optind))) {
        status = do_check(&check);
    }
    json_decref(check.plugins);
    free(check.is_probed);
    umf_findings_fini(&check.findings);
    umf_manifest_files_fini(&check.files);
    return status;
}

const struct umf_subcommand umf_check = {
    .name = "check",
    .summary = "whether the manifests are in order and the plugins work",
    .help = "Usage: umf check [--probe [--timeout SECONDS]] [-v|--verbose] [--json] [FILE...]\n"
            "Looks at the form of all manifests that are found, or of these FILEs, without\n"
            "opening a module. Silent where all is in order; else a line for each fault:\n"
            "umf: KIND:NAME: CLASS: TEXT (FILE:LINE).\n\n"
            "  --probe             then load each plugin, check the parameters that its\n"
            "                      manifest sets, and run its own probe, each plugin in a\n"
            "                      child process; print a verdict for each\n"
            "  --timeout SECONDS   how long a plugin may take, 1 to 86400, else 10; one that\n"
            "                      takes longer is killed\n"
            "  -v, --verbose       notes too, such as that a module is not installed\n"
            "  --json              an object: findings and, with --probe, plugins\n\n"
            "A FILE with --probe that no search would find is probed as if its folder stood\n"
            "first in UMF_PLUGIN_PATH: its module is looked for beside it.\n\n"
            "Exit status: 1 if there is a fault or a plugin failed. A module that is not\n"
            "installed, and a plugin that is switched off or shadowed, is no fault.\n",
    .run = run,
};
