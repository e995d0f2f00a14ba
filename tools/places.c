/*
 * places.c - what is wrong with the folders that manifests are looked for in
 * (places.h).
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/places.h"
#include "tools/umf.h"

const char *umf_place_word(umf_plugin_place_state_t state) {
    static const char *const words[] = {
        [UMF_PLUGIN_PLACE_READ] = "read",
        [UMF_PLUGIN_PLACE_MISSING] = "missing",
        [UMF_PLUGIN_PLACE_REPEATED] = "repeated",
        [UMF_PLUGIN_PLACE_UNREADABLE] = "unreadable",
        [UMF_PLUGIN_PLACE_IGNORED] = "ignored",
    };
    return (size_t)state < sizeof words / sizeof words[0] ? words[state] : "unknown";
}

static bool is_variable(const umf_plugin_place_t *place) {
    return strncmp(place->origin, "UMF_", 4) == 0;
}

static int complain_of_place(const umf_plugin_place_t *place, void *arg) {
    (void)arg;
    if (place->state == UMF_PLUGIN_PLACE_MISSING && is_variable(place) && place->path[0] != '\0') {
        umf_complain("%s: there is no folder %s", place->origin, place->path);
    } else if (place->state == UMF_PLUGIN_PLACE_UNREADABLE ||
               (place->state == UMF_PLUGIN_PLACE_IGNORED && is_variable(place) &&
                place->path[0] != '\0')) {
        umf_complain("%s: %s is not read: %s", place->origin, place->path, place->reason);
    }
    return 0;
}

void umf_places_complain(void) {
    /* where this fails, the listing that follows fails too and says why */
    (void)umfPluginPlaces(complain_of_place, NULL);
}

struct seeker {
    int (*visit)(const umf_plugin_finding_t *finding, void *arg);
    void *arg;
};

static int tell(const struct seeker *seeker, const umf_plugin_place_t *place,
                const char *class_word, const char *text) {
    const umf_plugin_finding_t finding = {.size = sizeof finding,
                                          .is_error = true,
                                          .kind = "folder",
                                          .name = place->tier,
                                          .file = place->path,
                                          .class_word = class_word,
                                          .text = text};
    return seeker->visit(&finding, seeker->arg);
}

static int find_in_place(const umf_plugin_place_t *place, void *arg) {
    bool is_named = is_variable(place) && place->path[0] != '\0';
    char text[1024];
    if (place->state == UMF_PLUGIN_PLACE_READ && place->passed_over > 0) {
        snprintf(text, sizeof text, "%s%s passed over: a manifest's name is NN-name.yaml, in lower "
                 "case", place->passed_name, place->passed_over > 1 ? " and others are" : " is");
        return tell(arg, place, "E_PATH", text);
    }
    if (place->state == UMF_PLUGIN_PLACE_UNREADABLE) {
        snprintf(text, sizeof text, "cannot be read: %s", place->reason);
        return tell(arg, place, "E_ACCESS", text);
    }
    if (place->state == UMF_PLUGIN_PLACE_MISSING && is_named) {
        snprintf(text, sizeof text, "%s names a folder that is not there", place->origin);
        return tell(arg, place, "E_ACCESS", text);
    }
    if (place->state == UMF_PLUGIN_PLACE_IGNORED && is_named) {
        snprintf(text, sizeof text, "%s: the folder is not searched: %s", place->origin,
                 place->reason);
        return tell(arg, place, "E_PATH", text);
    }
    return 0;
}

umf_result_t umf_places_find(int (*visit)(const umf_plugin_finding_t *finding, void *arg),
                             void *arg) {
    struct seeker seeker = {visit, arg};
    return umfPluginPlaces(find_in_place, &seeker);
}
