/* catalogue_find.c - names and aliases in a catalogue (catalogue.h). */
#include "plugin/catalogue.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

static bool has_alias(const struct umfi_plugin *plugin, const char *name) {
    const char *alias = plugin->manifest.aliases.text;
    for (unsigned a = 0; a < plugin->manifest.aliases.count; a++) {
        if (strcmp(alias, name) == 0) {
            return true;
        }
        alias = umfi_manifest_list_next(alias);
    }
    return false;
}

static bool is_better_alias(const struct umfi_plugin *a, const struct umfi_plugin *b) {
    if (umfi_plugin_is_yielding(a) != umfi_plugin_is_yielding(b)) {
        return umfi_plugin_is_yielding(b);
    }
    return umfi_catalogue_precedes(a, b);
}

struct umfi_plugin *umfi_catalogue_find(const struct umfi_catalogue *catalogue,
                                        enum umfi_manifest_kind kind, const char *name) {
    struct umfi_plugin *by_alias = NULL, *masked = NULL;
    for (size_t i = 0; i < catalogue->count; i++) {
        struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->kind != kind || !plugin->is_chosen) {
            continue;
        }
        if (strcmp(plugin->name, name) == 0) {
            if (!plugin->is_bare_mask) {
                return plugin;
            }
            masked = plugin; /* a name that was only guessed yields to an alias */
        } else if (has_alias(plugin, name) && (!by_alias || is_better_alias(plugin, by_alias))) {
            by_alias = plugin;
        }
    }
    return by_alias ? by_alias : masked;
}

/* Two edits make a typing error of a word; of a short one, another word. */
static unsigned nearness_limit(const char *name) { return strlen(name) < 5 ? 1 : 2; }

static void nearest_take(const char *word, const char *name, const char **nearest,
                         unsigned *distance) {
    unsigned d = umfi_text_distance(word, name);
    if (d < *distance) {
        *nearest = word;
        *distance = d;
    }
}

const char *umfi_catalogue_nearest(const struct umfi_catalogue *catalogue,
                                   enum umfi_manifest_kind kind, const char *name) {
    const char *nearest = NULL;
    unsigned distance = nearness_limit(name) + 1;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->kind != kind || !plugin->is_chosen) {
            continue;
        }
        nearest_take(plugin->name, name, &nearest, &distance);
        const char *alias = plugin->manifest.aliases.text;
        for (unsigned a = 0; a < plugin->manifest.aliases.count; a++) {
            nearest_take(alias, name, &nearest, &distance);
            alias = umfi_manifest_list_next(alias);
        }
    }
    return nearest;
}

const struct umfi_search_dir *umfi_catalogue_unreadable(const struct umfi_catalogue *catalogue) {
    const struct umfi_search_dir *dir = catalogue->search.dirs;
    /* EINVAL: a relative path, passed over with a warning of its own */
    while (dir && (!umfi_search_is_unreadable(dir) || dir->error == EINVAL)) {
        dir = dir->next;
    }
    return dir;
}
