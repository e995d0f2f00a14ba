/*
 * paths.c - umf paths: where manifests are looked for, and what was found there.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/json.h"
#include "tools/options.h"
#include "tools/places.h"
#include "tools/umf.h"

/* What else decides which plugins are found; shown as they are set. */
static const char *const variables[] = {"UMF_PLUGINS_DISABLE", "UMF_PLUGIN_DEBUG"};
enum { VARIABLES = sizeof variables / sizeof variables[0] };

static void describe(const umf_plugin_place_t *place, char text[32]) {
    if (place->state == UMF_PLUGIN_PLACE_READ) {
        snprintf(text, 32, "%zu manifest%s", place->manifest_count,
                 place->manifest_count == 1 ? "" : "s");
    } else if (place->state == UMF_PLUGIN_PLACE_MISSING && place->path[0] == '\0') {
        snprintf(text, 32, "not set");
    } else {
        snprintf(text, 32, "%s", umf_place_word(place->state));
    }
}

static int print_place(const umf_plugin_place_t *place, void *arg) {
    char found[32];
    (void)arg;
    describe(place, found);
    umf_print_line("%-12s %-22s %-14s %s", place->tier, place->origin, found,
                   place->path[0] != '\0' ? place->path : "-");
    /* a folder that is missing, or a variable not set, has no other reason */
    if (place->state != UMF_PLUGIN_PLACE_MISSING && place->reason[0] != '\0') {
        umf_print_line("    %s", place->reason);
    }
    if (place->passed_over > 1) {
        umf_print_line("    %zu files passed over, whose names are no manifest's (NN-name.yaml): "
                       "%s, ...",
                       place->passed_over, place->passed_name);
    } else if (place->passed_over == 1) {
        umf_print_line("    1 file passed over, whose name is no manifest's (NN-name.yaml): %s",
                       place->passed_name);
    }
    return 0;
}

static int append_place(const umf_plugin_place_t *place, void *arg) {
    json_t *object = json_object();
    umf_json_set_text(object, "tier", place->tier);
    umf_json_set_text(object, "origin", place->origin);
    umf_json_set_text(object, "path", place->path);
    umf_json_set_text(object, "state", umf_place_word(place->state));
    umf_json_set_text(object, "reason", place->reason);
    (void)json_object_set_new(object, "manifests", json_integer((json_int_t)place->manifest_count));
    (void)json_object_set_new(object, "passed_over", json_integer((json_int_t)place->passed_over));
    umf_json_set_text(object, "passed_name", place->passed_name);
    return json_array_append_new(arg, object);
}

static int print_json(json_t *places) {
    json_t *set = json_object(), *object = json_object();
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = getenv(variables[i]);
        (void)json_object_set_new(set, variables[i],
                                  value != NULL ? umf_json_text(value) : json_null());
    }
    (void)json_object_set_new(object, "places", places);
    (void)json_object_set_new(object, "variables", set);
    return umf_json_print(object);
}

static void print_variables(void) {
    printf("\n");
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = getenv(variables[i]);
        umf_print_line("%-22s %s", variables[i], value != NULL ? value : "not set");
    }
}

static int run(int argc, char **argv) {
    bool json;
    if (!umf_read_json_option(&umf_paths, argc, argv, &json) ||
        !umf_is_end_of_arguments(&umf_paths, argc, argv)) {
        return UMF_EXIT_USAGE;
    }
    json_t *places = json ? json_array() : NULL;
    if (!json) {
        printf("%-12s %-22s %-14s %s\n", "TIER", "FROM", "FOUND", "FOLDER");
    }
    if (umfPluginPlaces(json ? append_place : print_place, places) != UMF_RESULT_SUCCESS) {
        umf_complain("cannot tell the places: %s", umfGetLastErrorMessage());
        json_decref(places);
        return UMF_EXIT_FAILED;
    }
    if (json) {
        return print_json(places);
    }
    print_variables();
    return UMF_EXIT_DONE;
}

const struct umf_subcommand umf_paths = {
    .name = "paths",
    .summary = "the folders that manifests are looked for in, and what was found",
    .help = "Usage: umf paths [--json]\n"
            "Shows every folder and every variable that names some, what stands first going\n"
            "before what follows: how many manifests it has, or why it was not read. No\n"
            "module is opened.\n\n"
            "Found: a number of manifests; missing (there is no such folder); not set (the\n"
            "variable); repeated (the same folder as one above); unreadable or ignored, and\n"
            "the line below says why.\n\n"
            "  --json   an object: places, variables\n",
    .run = run,
};
