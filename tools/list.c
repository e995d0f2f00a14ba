/*
 * list.c - umf list: what is installed, from the manifests alone.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>

#include "tools/catalogue.h"
#include "tools/umf.h"

static void print_table(const struct catalogue *catalogue) {
    printf("%-10s %-14s %-10s %-12s %s\n", "KIND", "NAME", "STATE", "TIER", "MODULE OR REASON");
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        const char *last = info->reason[0] != '\0' ? info->reason : info->module;
        printf("%-10s %-14s %-10s %-12s %s\n", info->kind, info->name, umf_state_word(info->state),
               info->tier, last);
    }
    if (catalogue->count == 0) {
        printf("no plugin is installed\n");
    }
}

static int print_json(const struct catalogue *catalogue) {
    json_t *array = json_array();
    int failed = 0;
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        failed |= json_array_append_new(
            array, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind", info->kind, "name",
                             info->name, "state", umf_state_word(info->state), "tier", info->tier,
                             "manifest", info->manifest, "module", info->module, "description",
                             info->description, "reason", info->reason));
    }
    failed |= json_dumpf(array, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(array);
    if (failed) {
        umf_complain("the list cannot be written as JSON");
    }
    return failed ? UMF_EXIT_FAILED : UMF_EXIT_DONE;
}

static int run(int argc, char **argv) {
    bool json;
    if (!umf_read_json_option(&umf_list, argc, argv, &json)) {
        return UMF_EXIT_USAGE;
    }
    if (optind < argc) {
        return umf_usage_error(&umf_list, "list: '%s' is not expected", argv[optind]);
    }
    struct catalogue catalogue;
    if (!umf_catalogue_read(&catalogue)) {
        return UMF_EXIT_FAILED;
    }
    int status = UMF_EXIT_DONE;
    if (json) {
        status = print_json(&catalogue);
    } else {
        print_table(&catalogue);
    }
    umf_catalogue_fini(&catalogue);
    return status;
}

const struct umf_subcommand umf_list = {
    .name = "list",
    .summary = "the plugins, where they come from, and which can be used",
    .help = "Usage: umf list [--json]\n"
            "Lists every manifest found. No module is opened.\n\n"
            "States: available (not loaded yet), ready (loaded), failed, absent (module not\n"
            "installed), disabled, shadowed (another of that name is used), refused (bad or\n"
            "unsafe manifest).\n\n"
            "  --json   an array of objects\n",
    .run = run,
};
