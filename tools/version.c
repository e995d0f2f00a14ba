/*
 * version.c - umf version: of the command, the library's interface and the
 * plugins'.
 */
#include <stdbool.h>
#include <stdio.h>
#include <umf.h>
#include <umf/plugin_sdk.h>

#include "tools/json.h"
#include "tools/options.h"
#include "tools/umf.h"

static int run(int argc, char **argv) {
    bool json;
    if (!umf_read_json_option(&umf_version, argc, argv, &json) ||
        !umf_is_end_of_arguments(&umf_version, argc, argv)) {
        return UMF_EXIT_USAGE;
    }
    if (!json) {
        printf("umf (libumf) %s\n", PACKAGE_VERSION);
        return UMF_EXIT_DONE;
    }
    char api[32], abi[32];
    int version = umfGetCurrentVersion();
    snprintf(api, sizeof api, "%d.%d", UMF_MAJOR_VERSION(version), UMF_MINOR_VERSION(version));
    snprintf(abi, sizeof abi, "%d.%d", UMF_PLUGIN_ABI_MAJOR, UMF_PLUGIN_ABI_MINOR);
    json_t *object = json_object();
    umf_json_set_text(object, "version", PACKAGE_VERSION);
    umf_json_set_text(object, "api", api);
    umf_json_set_text(object, "plugin_abi", abi);
    return umf_json_print(object);
}

const struct umf_subcommand umf_version = {
    .name = "version",
    .summary = "the version, as umf --version",
    .help = "Usage: umf version [--json]\n"
            "Prints the version of the command and its library.\n\n"
            "  --json   an object: version, api (of programs), plugin_abi (of modules)\n",
    .run = run,
};
