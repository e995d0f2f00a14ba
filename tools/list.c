/*
 * list.c - umf list: what is installed, from the manifests alone.
 */
#include <stdio.h>

#include "tools/catalogue.h"
#include "tools/json.h"
#include "tools/options.h"
#include "tools/places.h"
#include "tools/umf.h"

/* What no program can use, and what is as it should be all the same. */
static const umf_plugin_state_t quiet_states[] = {UMF_PLUGIN_ABSENT, UMF_PLUGIN_DISABLED,
                                                  UMF_PLUGIN_SHADOWED};
enum { QUIET_STATES = sizeof quiet_states / sizeof quiet_states[0] };

static bool is_quiet(const umf_plugin_info_t *info) {
    for (size_t i = 0; i < QUIET_STATES; i++) {
        if (info->state == quiet_states[i]) {
            return true;
        }
    }
    return false;
}

static size_t count_state(const struct catalogue *catalogue, umf_plugin_state_t state) {
    size_t count = 0;
    for (size_t i = 0; i < catalogue->count; i++) {
        count += catalogue->entries[i].state == state;
    }
    return count;
}

/* "umf: not shown: 2 absent, 1 shadowed ..." */
static void tell_hidden(const struct catalogue *catalogue) {
    char text[128] = "";
    size_t used = 0;
    for (size_t i = 0; i < QUIET_STATES; i++) {
        size_t count = count_state(catalogue, quiet_states[i]);
        if (count > 0 && used < sizeof text) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu %s",
                                     used > 0 ? ", " : "", count, umf_state_word(quiet_states[i]));
        }
    }
    if (used > 0) {
        umf_complain("not shown: %s; 'umf list --all' shows them", text);
    }
}

/* The last column: why it cannot be used, its module, or what it says. */
static const char *last_column(const umf_plugin_info_t *info) {
    if (info->reason[0] != '\0') {
        return info->reason;
    }
    const char *text = info->module[0] != '\0' ? info->module : info->params;
    return text[0] != '\0' ? text : "-";
}

static void print_table(const struct catalogue *catalogue, bool all) {
    size_t shown = 0;
    printf("%-10s %-14s %-10s %-12s %s\n", "KIND", "NAME", "STATE", "TIER", "MODULE OR REASON");
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (all || !is_quiet(info)) {
            umf_print_line("%-10s %-14s %-10s %-12s %s", info->kind, info->name,
                           umf_state_word(info->state), info->tier, last_column(info));
            shown++;
        }
    }
    if (shown == 0) {
        printf("%s\n", catalogue->count == 0 ? "no plugin is installed" : "none can be used");
    }
    if (!all) {
        tell_hidden(catalogue);
    }
}

static int print_json(const struct catalogue *catalogue, bool all) {
    json_t *array = json_array();
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (all || !is_quiet(info)) {
            (void)json_array_append_new(array, umf_info_json(info));
        }
    }
    return umf_json_print(array);
}

static int run(int argc, char **argv) {
    static const struct option options[] = {
        {"all", no_argument, NULL, 'a'}, {"json", no_argument, NULL, 'j'}, {0}};
    bool json = false, all = false;
    int option;
    while ((option = umf_option_next(&umf_list, argc, argv, ":a", options)) != -1) {
        if (option == '?') {
            return UMF_EXIT_USAGE;
        }
        json = json || option == 'j';
        all = all || option == 'a';
    }
    if (!umf_is_end_of_arguments(&umf_list, argc, argv)) {
        return UMF_EXIT_USAGE;
    }
    struct catalogue catalogue;
    if (!umf_catalogue_read(&catalogue)) {
        return UMF_EXIT_FAILED;
    }
    int status = UMF_EXIT_DONE;
    if (json) {
        status = print_json(&catalogue, all);
    } else {
        print_table(&catalogue, all);
    }
    umf_places_complain();
    umf_catalogue_fini(&catalogue);
    return status;
}

const struct umf_subcommand umf_list = {
    .name = "list",
    .summary = "the plugins, where they come from, and which can be used",
    .help = "Usage: umf list [-a|--all] [--json]\n"
            "Lists the plugins, stacks and policies that the manifests tell of: those that\n"
            "can be used, and those that should and cannot. No module is opened.\n\n"
            "States: available (not loaded yet), ready (loaded), failed, refused (bad or\n"
            "unsafe manifest); and with --all: absent (module not installed), disabled (by\n"
            "manifest, policy, variable or mask), shadowed (another of that name is used).\n\n"
            "  -a, --all   those too that are not there to be used\n"
            "  --json      an array of objects\n\n"
            "What is not shown is counted on stderr, and so is a folder that a variable names\n"
            "and that is not there.\n",
    .run = run,
};
