/* announcement.c - a new catalogue's records in the log (catalogue.h). */
#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "plugin/catalogue.h"
#include "plugin/debug.h"

/* Whether this file had the same said of it before. */
static bool is_known(const struct umfi_catalogue *before, const struct umfi_plugin *plugin) {
    for (size_t i = 0; before && i < before->count; i++) {
        const struct umfi_plugin *old = before->entries[i];
        if (old->verdict == plugin->verdict && strcmp(old->file_path, plugin->file_path) == 0 &&
            strcmp(old->name, plugin->name) == 0 && old->reason.text && plugin->reason.text &&
            strcmp(old->reason.text, plugin->reason.text) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether this key of this line of this file was unknown before. */
static bool is_known_key(const struct umfi_catalogue *before, const struct umfi_plugin *plugin,
                         const struct umfi_manifest_unknown *key) {
    for (size_t i = 0; before && i < before->count; i++) {
        const struct umfi_plugin *old = before->entries[i];
        const struct umfi_manifest *manifest = &old->manifest;
        for (unsigned u = 0; u < manifest->unknown_count && u < UMFI_MANIFEST_UNKNOWN_MAX; u++) {
            if (manifest->unknown[u].line == key->line &&
                strcmp(manifest->unknown[u].key, key->key) == 0 &&
                strcmp(old->file_path, plugin->file_path) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void unknown_keys_warn(const struct umfi_plugin *plugin,
                              const struct umfi_catalogue *before) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    for (unsigned u = 0; u < manifest->unknown_count && u < UMFI_MANIFEST_UNKNOWN_MAX; u++) {
        if (!is_known_key(before, plugin, &manifest->unknown[u])) {
            umfi_warn("%s:%u: unknown key '%.64s'", plugin->file_path,
                      manifest->unknown[u].line, manifest->unknown[u].key);
        }
    }
}

static void entry_announce(const struct umfi_plugin *plugin) {
    const char *kind = umfi_manifest_kind_word(plugin->kind);
    char text[UMFI_PLUGIN_MESSAGE_BYTES];
    struct umfi_refusal refusal;
    umfi_plugin_reason_tell(&plugin->reason, &refusal);
    umfi_plugin_message(plugin, &refusal, text);
    switch (plugin->verdict) {
    case UMFI_PHASE_REFUSED:
        umfi_log(UMFI_LOG_ERROR, __func__, "%s", text);
        break;
    case UMFI_PHASE_SHADOWED:
        umfi_warn("%s:%s: %s is %s", kind, plugin->name,
                  *plugin->file_path ? plugin->file_path : umfi_tier_word(plugin->tier),
                  refusal.text);
        break;
    case UMFI_PHASE_ABSENT:
        umfi_info("%s:%s: %s", kind, plugin->name, refusal.text);
        break;
    default:
        break;
    }
}

/* One warning for all of them: a tree that root builds in another's folder has
 * many, and they are one fact. */
static void insecure_warn(const struct umfi_catalogue *catalogue,
                          const struct umfi_catalogue *before) {
    const struct umfi_plugin *first = NULL;
    size_t others = 0;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->is_insecure && plugin->verdict == UMFI_PHASE_NEW) {
            others += first != NULL;
            first = first ? first : plugin;
        }
    }
    if (!first || is_known(before, first)) {
        return;
    }
    struct umfi_refusal refusal;
    umfi_plugin_reason_tell(&first->reason, &refusal);
    if (others > 0) {
        umfi_warn("%s:%s: %s; used all the same, with %zu others like it",
                  umfi_manifest_kind_word(first->kind), first->name, refusal.text, others);
    } else {
        umfi_warn("%s:%s: %s; used all the same", umfi_manifest_kind_word(first->kind),
                  first->name, refusal.text);
    }
}

static void entry_tell(const struct umfi_plugin *plugin) {
    umfi_plugin_debug(UMFI_DEBUG_MANIFEST, "%s: %s:%s%s%s%s",
                      *plugin->file_path ? plugin->file_path : umfi_tier_word(plugin->tier),
                      umfi_manifest_kind_word(plugin->kind), plugin->name,
                      plugin->is_chosen ? "" : ", not used",
                      plugin->reason.text ? ": " : "",
                      plugin->reason.text ? plugin->reason.text : "");
}

static void places_announce(const struct umfi_search_dir *dir) {
    if (dir && dir->ignored && dir->tier == UMFI_TIER_ENVIRONMENT) {
        umfi_info("%s: UMF_PLUGIN_PATH, UMF_PLUGIN_PATH_ONLY, UMF_PLUGINS_DISABLE and user "
                  "manifests are ignored", dir->ignored);
    }
    for (; dir; dir = dir->next) {
        if (dir->error == EINVAL) {
            umfi_warn("%s: %s: not an absolute path, passed over", dir->origin, dir->path);
        }
    }
}

void umfi_catalogue_announce(const struct umfi_catalogue *catalogue,
                             const struct umfi_catalogue *before) {
    if (!before) {
        places_announce(catalogue->search.dirs);
    }
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *plugin = catalogue->entries[i];
        entry_tell(plugin);
        if (!is_known(before, plugin)) {
            entry_announce(plugin);
        }
        unknown_keys_warn(plugin, before);
    }
    insecure_warn(catalogue, before);
}
