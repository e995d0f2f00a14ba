/*
 * catalogue.c - a copy of the plugin list (catalogue.h).
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/catalogue.h"
#include "tools/umf.h"

/* The const strings of an entry that are ours to free. */
static void free_entry(umf_plugin_info_t *entry) {
    const char *strings[] = {entry->kind,   entry->name,        entry->tier,  entry->manifest,
                             entry->module, entry->description, entry->reason};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        free((void *)(uintptr_t)strings[i]);
    }
}

static bool copy_entry(umf_plugin_info_t *copy, const umf_plugin_info_t *info) {
    *copy = (umf_plugin_info_t){
        .size = sizeof *copy,
        .kind = strdup(info->kind),
        .name = strdup(info->name),
        .state = info->state,
        .tier = strdup(info->tier),
        .manifest = strdup(info->manifest),
        .module = strdup(info->module),
        .description = strdup(info->description),
        .reason = strdup(info->reason),
    };
    return copy->kind != NULL && copy->name != NULL && copy->tier != NULL &&
           copy->manifest != NULL && copy->module != NULL && copy->description != NULL &&
           copy->reason != NULL;
}

static int append(const umf_plugin_info_t *info, void *arg) {
    struct catalogue *catalogue = arg;
    umf_plugin_info_t *grown =
        reallocarray(catalogue->entries, catalogue->count + 1, sizeof *grown);
    if (grown == NULL) {
        return 1;
    }
    catalogue->entries = grown;
    return copy_entry(&grown[catalogue->count++], info) ? 0 : 1;
}

bool umf_catalogue_read(struct catalogue *catalogue) {
    *catalogue = (struct catalogue){0};
    umf_result_t result = umfPluginList(append, catalogue);
    if (result != UMF_RESULT_SUCCESS) {
        umf_complain("cannot list the plugins: %s", umfGetLastErrorMessage());
        umf_catalogue_fini(catalogue);
    }
    return result == UMF_RESULT_SUCCESS;
}

void umf_catalogue_fini(struct catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        free_entry(&catalogue->entries[i]);
    }
    free(catalogue->entries);
    *catalogue = (struct catalogue){0};
}

const char *umf_state_word(umf_plugin_state_t state) {
    static const char *const words[] = {
        [UMF_PLUGIN_AVAILABLE] = "available", [UMF_PLUGIN_READY] = "ready",
        [UMF_PLUGIN_FAILED] = "failed",       [UMF_PLUGIN_ABSENT] = "absent",
        [UMF_PLUGIN_DISABLED] = "disabled",   [UMF_PLUGIN_SHADOWED] = "shadowed",
        [UMF_PLUGIN_REFUSED] = "refused",
    };
    return (size_t)state < sizeof words / sizeof words[0] ? words[state] : "unknown";
}

bool umf_is_usable(const umf_plugin_info_t *info) {
    return info->state == UMF_PLUGIN_AVAILABLE || info->state == UMF_PLUGIN_READY;
}

bool umf_read_json_option(const struct umf_subcommand *sub, int argc, char **argv, bool *json) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    int option;
    *json = false;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'j') {
            (void)umf_usage_error(sub, "%s: unknown option '%s'", sub->name, argv[optind - 1]);
            return false;
        }
        *json = true;
    }
    return true;
}
