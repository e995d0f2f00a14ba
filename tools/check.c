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
#include "tools/references.h"
#include "tools/umf.h"

enum { LIMIT_SECONDS = 10 };

struct check {
    bool probe, json, verbose;
    unsigned limit_seconds;
    struct manifest_files files; /* none: all that are found */
    bool *is_probed;             /* a flag for each file */
    struct findings findings;
    json_t *plugins; /* with --json */
    bool has_failed;
};

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
        if (option == '?' ||
            (option == 't' && !umf_option_seconds(&umf_check, optarg, &check->limit_seconds))) {
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

/* A fault that the form of manifests does not show. info: NULL where there is none. */
static void tell_error(struct check *check, const umf_plugin_info_t *info, const char *class_word,
                       const char *file, const char *text) {
    const char *what = file[0] != '\0' ? "manifest" : "plugin";
    const umf_plugin_finding_t finding = {.size = sizeof finding,
                                          .is_error = true,
                                          .kind = info != NULL ? info->kind : what,
                                          .name = info != NULL ? info->name : "",
                                          .file = file,
                                          .class_word = class_word,
                                          .text = text};
    umf_findings_tell(&check->findings, &finding);
}

/* A verdict: a line on stdout, and why on stderr; or an object. note: "" or a line
 * on what can be used all the same. */
static void report_plugin(struct check *check, const umf_plugin_info_t *info, const char *word,
                          const char *why, const char *note) {
    if (check->json) {
        json_t *object = umf_info_json(info);
        umf_json_set_text(object, "state", word);
        umf_json_set_text(object, "reason", why);
        umf_json_set_text(object, "note", note);
        (void)json_array_append_new(check->plugins, object);
        return;
    }
    umf_print_line("%-10s %-14s %s", info->kind, info->name, word);
    if (why[0] != '\0') {
        umf_complain("%s", why);
    }
    if (note[0] != '\0' && check->verbose) {
        umf_complain("%s:%s: note: %s (%s)", info->kind, info->name, note, umf_info_origin(info));
    }
    fflush(stdout);
}

static void probe_plugin(struct check *check, const umf_plugin_info_t *info) {
    char text[2048];
    bool is_ready = umf_probe(info, check->limit_seconds, text);
    check->has_failed = check->has_failed || !is_ready;
    report_plugin(check, info, is_ready ? "ready" : "failed", is_ready ? "" : text,
                  is_ready ? text : "");
}

/* What is not loaded: a bad manifest is a failure, of which the findings may have
 * told; a plugin that is absent or switched off is none, unless its file was named:
 * who names a file wants it tried. */
static void pass_over_plugin(struct check *check, const umf_plugin_info_t *info) {
    char text[2048] = "";
    bool is_bad = info->state == UMF_PLUGIN_REFUSED || info->state == UMF_PLUGIN_FAILED;
    if (!is_bad && check->files.count > 0) {
        const char *colon = strstr(info->reason, ": ");
        bool has_class = strncmp(info->reason, "E_", 2) == 0 && colon != NULL;
        snprintf(text, sizeof text, "it is %s and cannot be probed: %s",
                 umf_state_word(info->state), has_class ? colon + 2 : info->reason);
        tell_error(check, info, info->state == UMF_PLUGIN_ABSENT ? "E_ABSENT" : "E_DISABLED",
                   info->manifest, text);
        text[0] = '\0';
    }
    if (check->json || check->verbose ||
        (is_bad && !umf_findings_has_error_in(&check->findings, info->manifest))) {
        snprintf(text, sizeof text, "%s:%s: %s (%s)", info->kind, info->name, info->reason,
                 umf_info_origin(info));
    }
    check->has_failed = check->has_failed || is_bad;
    report_plugin(check, info, umf_state_word(info->state), text, "");
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
        if (umf_is_usable(info) && strcmp(info->kind, "memtarget") != 0) {
            probe_plugin(check, info);
        } else if (!umf_is_usable(info)) {
            pass_over_plugin(check, info);
        }
    }
}

/* A file may be well formed and yet be none that a program would find. */
static void tell_unfound(struct check *check) {
    for (size_t i = 0; i < check->files.count; i++) {
        if (!check->is_probed[i] &&
            !umf_findings_has_error_in(&check->findings, check->files.paths[i])) {
            tell_error(check, NULL, "E_PATH", check->files.paths[i],
                       "no search finds it, so it cannot be probed: it needs a manifest's name "
                       "(NN-name.yaml) that no other file before it has");
        }
    }
}

/* false: complained already. */
static bool run_probes(struct check *check, const struct catalogue *catalogue) {
    check->is_probed = calloc(check->files.count + 1, sizeof *check->is_probed);
    if (check->is_probed == NULL) {
        umf_complain("no memory for the files");
        return false;
    }
    probe_all(check, catalogue);
    tell_unfound(check);
    return true;
}

/* A stack's and a policy's names: those of all, or of the files that were named. */
static void note_references(struct check *check, const struct catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (check->files.count == 0 || umf_manifest_files_index(&check->files, info) != SIZE_MAX) {
            umf_references_note(catalogue, info, &check->findings);
        }
    }
}

static bool has_plugin(const struct catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        if (umf_is_component(&catalogue->entries[i])) {
            return true;
        }
    }
    return false;
}

/* false: complained already. */
static bool find_faults(struct check *check, const struct catalogue *catalogue) {
    if (check->files.count == 0) {
        if (!umf_findings_add_places(&check->findings) ||
            !umf_findings_add(&check->findings, NULL)) {
            return false;
        }
        if (!has_plugin(catalogue)) {
            tell_error(check, NULL, "E_NOT_FOUND", "",
                       "no pool and no provider is installed; 'umf paths' shows where they are "
                       "looked for");
        }
    }
    for (size_t i = 0; i < check->files.count; i++) {
        if (!umf_findings_add(&check->findings, check->files.paths[i])) {
            return false;
        }
    }
    note_references(check, catalogue);
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

static int finish(struct check *check, const struct catalogue *catalogue) {
    if (!find_faults(check, catalogue)) {
        return UMF_EXIT_FAILED;
    }
    if (!check->json) {
        umf_findings_print(&check->findings, check->verbose);
    }
    if (check->probe && !run_probes(check, catalogue)) {
        return UMF_EXIT_FAILED;
    }
    if (!check->json) {
        umf_findings_print(&check->findings, check->verbose);
    } else if (print_json(check) != UMF_EXIT_DONE) {
        return UMF_EXIT_FAILED;
    }
    return check->findings.error_count > 0 || check->has_failed ? UMF_EXIT_FAILED : UMF_EXIT_DONE;
}

/* With everything read from the command line. */
static int do_check(struct check *check) {
    struct catalogue catalogue;
    if ((check->probe && !umf_manifest_files_enter(&check->files)) ||
        !umf_catalogue_read(&catalogue)) {
        return UMF_EXIT_FAILED;
    }
    int status = finish(check, &catalogue);
    umf_catalogue_fini(&catalogue);
    return status;
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
            "Looks at the form of all manifests that are found and at the folders, or at these\n"
            "FILEs, without opening a module. Silent where all is in order; else a line for\n"
            "each fault: umf: KIND:NAME: CLASS: TEXT (FILE:LINE).\n\n"
            "  --probe             then load each plugin, check the parameters that its\n"
            "                      manifest sets, run its own probe and make an object of it,\n"
            "                      make each stack, and look for each policy's defaults, each\n"
            "                      in a child process; print a verdict for each\n"
            "  --timeout SECONDS   how long a plugin may take, 1 to 86400, else 10; one that\n"
            "                      takes longer is killed\n"
            "  -v, --verbose       notes too, such as that a module is not installed\n"
            "  --json              an object: findings and, with --probe, plugins\n\n"
            "A FILE with --probe that no search would find is probed as if its folder stood\n"
            "first in UMF_PLUGIN_PATH: its module is looked for beside it.\n\n"
            "Exit status: 1 if there is a fault or a plugin failed. A module that is not\n"
            "installed, and a plugin that is switched off or shadowed, is no fault unless its\n"
            "FILE is named with --probe.\n",
    .run = run,
};
