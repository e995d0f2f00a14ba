/* entry.c - from a manifest's bytes to a judged entry (entry.h). */
#include "plugin/entry.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "core/log.h"
#include "core/meta.h"

void umfi_plugin_keep_reason(struct umfi_plugin *plugin, const struct umfi_refusal *refusal) {
    umfi_meta_free_string(plugin->reason.text);
    plugin->reason = (struct umfi_plugin_reason){
        .class = refusal->class,
        .result = refusal->result,
        .line = refusal->line,
        .text = umfi_meta_strdup(refusal->text),
    };
}

void umfi_plugin_message(const struct umfi_plugin *plugin, const struct umfi_plugin_reason *reason,
                         char buffer[UMFI_PLUGIN_MESSAGE_BYTES]) {
    struct umfi_text text;
    umfi_text_init(&text, buffer, UMFI_PLUGIN_MESSAGE_BYTES);
    umfi_text_add(&text, "%s:%s: %s: %s (%s", umfi_manifest_kind_word(plugin->kind), plugin->name,
                  umfi_refusal_word(reason->class),
                  reason->text ? reason->text : "no memory to keep the reason",
                  plugin->file_path);
    if (reason->line) {
        umfi_text_add(&text, ":%u", reason->line);
    }
    umfi_text_add(&text, ")");
}

void umfi_plugin_settle(struct umfi_plugin *plugin, enum umfi_plugin_phase phase,
                        const struct umfi_refusal *refusal) {
    umfi_plugin_keep_reason(plugin, refusal);
    atomic_store_explicit(&plugin->phase, phase, memory_order_relaxed);
}

struct umfi_plugin *umfi_plugin_create(const struct umfi_search_file *file, enum umfi_tier tier) {
    struct umfi_plugin *plugin = umfi_meta_alloc(sizeof *plugin);
    if (plugin) {
        plugin->tier = tier;
        plugin->file_path = file->path;
        plugin->file_name = file->name;
        plugin->manifest.name = plugin->manifest.module = "";
        plugin->manifest.description = plugin->manifest.package = "";
    }
    return plugin;
}

void umfi_plugin_destroy(struct umfi_plugin *plugin) {
    umfi_manifest_fini(&plugin->manifest);
    umfi_meta_free_string(plugin->module_path);
    umfi_meta_free_string(plugin->reason.text);
    umfi_meta_free(plugin, sizeof *plugin);
}

/* Whose manifest it is: what it says, or where it was refused before it said
 * so, what NN-kind-name.yaml says; else the file itself is named. */
static void entry_identify(struct umfi_plugin *plugin) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    plugin->kind = manifest->kind;
    plugin->name = manifest->name;
    if (manifest->kind != UMFI_MANIFEST_UNKNOWN && *manifest->name) {
        return;
    }
    char stem[NAME_MAX + 1];
    snprintf(stem, sizeof stem, "%.*s", (int)(strlen(plugin->file_name) - 3 - 5),
             plugin->file_name + 3);
    char *dash = strchr(stem, '-');
    if (dash) {
        *dash = '\0';
        enum umfi_manifest_kind kind = umfi_manifest_kind_of(stem);
        if (kind != UMFI_MANIFEST_UNKNOWN && umfi_manifest_is_name(dash + 1)) {
            plugin->kind = kind;
            plugin->name = strcpy(plugin->guessed_name, dash + 1);
            return;
        }
    }
    plugin->kind = UMFI_MANIFEST_UNKNOWN;
    plugin->name = plugin->file_name;
}

/* NULL without memory. */
static char *path_join(const char *dir, const char *name) {
    size_t dir_length = strlen(dir), name_bytes = strlen(name) + 1;
    char *path = umfi_meta_alloc(dir_length + 1 + name_bytes);
    if (path) {
        memcpy(path, dir, dir_length);
        path[dir_length] = '/';
        memcpy(path + dir_length + 1, name, name_bytes);
    }
    return path;
}

static bool is_there(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Keeps the path if the module is there, or if it is the first one tried: what
 * an absent module is said to lack. */
static bool module_try(struct umfi_plugin *plugin, const char *dir, bool *found) {
    char *path = path_join(dir, plugin->manifest.module);
    if (!path) {
        return false;
    }
    *found = is_there(path);
    if (*found || !plugin->module_path) {
        umfi_meta_free_string(plugin->module_path);
        plugin->module_path = path;
    } else {
        umfi_meta_free_string(path);
    }
    return true;
}

/* A bare name is looked for beside the manifest, then in the other module
 * directories of its tier; the admin tier has the vendor's and none beside. */
static bool module_resolve(struct umfi_plugin *plugin, const struct umfi_search *search,
                           const struct umfi_search_dir *own, bool *found) {
    if (*plugin->manifest.module == '/') {
        plugin->module_path = umfi_meta_strdup(plugin->manifest.module);
        *found = is_there(plugin->manifest.module);
        return plugin->module_path != NULL;
    }
    enum umfi_tier tier = own->tier == UMFI_TIER_ADMIN ? UMFI_TIER_VENDOR : own->tier;
    *found = false;
    if (own->tier == tier && !module_try(plugin, own->path, found)) {
        return false;
    }
    for (const struct umfi_search_dir *d = search->dirs; d && !*found; d = d->next) {
        if (d->tier == tier && d != own && !module_try(plugin, d->path, found)) {
            return false;
        }
    }
    return true;
}

static void entry_absent(struct umfi_plugin *plugin) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    const char *path = plugin->module_path ? plugin->module_path : manifest->module;
    struct umfi_refusal refusal;
    if (*manifest->package) {
        umfi_refuse(&refusal, UMFI_E_ABSENT, "%s does not exist: install %s", path,
                    manifest->package);
    } else {
        umfi_refuse(&refusal, UMFI_E_ABSENT, "%s does not exist: install libumf-%s-%s", path,
                    umfi_manifest_kind_word(plugin->kind), plugin->name);
    }
    umfi_plugin_settle(plugin, UMFI_PHASE_ABSENT, &refusal);
    umfi_info("%s:%s: %s", umfi_manifest_kind_word(plugin->kind), plugin->name, refusal.text);
}

/* What a good manifest's module is: there, absent, or not even to be opened. */
static bool module_judge(struct umfi_plugin *plugin, const struct umfi_search *search,
                         const struct umfi_search_dir *own, struct umfi_refusal *refusal) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    if (*manifest->module == '/' && own->tier == UMFI_TIER_VENDOR) {
        return umfi_refuse(refusal, UMFI_E_PATH,
                           "module '%.256s' must be a bare name in the vendor tier",
                           manifest->module);
    }
    bool found;
    if (!module_resolve(plugin, search, own, &found)) {
        return umfi_refuse_no_memory(refusal);
    }
    if (!found) {
        entry_absent(plugin);
    } else if (manifest->abi_major != UMF_PLUGIN_ABI_MAJOR) {
        return umfi_refuse(refusal, UMFI_E_ABI, "plugin ABI %u.x, host %d.%d",
                           manifest->abi_major, UMF_PLUGIN_ABI_MAJOR, UMF_PLUGIN_ABI_MINOR);
    }
    return true;
}

static void unknown_warn(const struct umfi_plugin *plugin) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    for (unsigned u = 0; u < manifest->unknown_count && u < UMFI_MANIFEST_UNKNOWN_MAX; u++) {
        umfi_warn("%s:%u: unknown key '%.64s'", plugin->file_path, manifest->unknown[u].line,
                  manifest->unknown[u].key);
    }
}

static void entry_refuse(struct umfi_plugin *plugin, const struct umfi_refusal *refusal) {
    char text[UMFI_PLUGIN_MESSAGE_BYTES];
    umfi_plugin_settle(plugin, UMFI_PHASE_REFUSED, refusal);
    umfi_plugin_message(plugin, &plugin->reason, text);
    umfi_log(UMFI_LOG_ERROR, __func__, "%s", text);
}

static bool is_component(enum umfi_manifest_kind kind) {
    return kind == UMFI_MANIFEST_POOL || kind == UMFI_MANIFEST_PROVIDER ||
           kind == UMFI_MANIFEST_MEMTARGET;
}

bool umfi_plugin_judge(struct umfi_plugin *plugin, const struct umfi_search *search,
                       const struct umfi_search_file *file,
                       const struct umfi_manifest_file *contents,
                       const struct umfi_search_file *mask, struct umfi_refusal *fault) {
    plugin->device = contents->device;
    plugin->inode = contents->inode;
    bool is_good = fault->class == UMFI_E_NONE &&
                   umfi_manifest_parse(contents->bytes, contents->size, &plugin->manifest, fault);
    if (!is_good && fault->class == UMFI_E_NO_MEMORY) {
        return false;
    }
    entry_identify(plugin);
    if (mask) {
        umfi_refuse(fault, UMFI_E_DISABLED, "masked by %s", mask->path);
        umfi_plugin_settle(plugin, UMFI_PHASE_DISABLED, fault);
        return true;
    }
    if (is_good && is_component(plugin->kind)) {
        is_good = module_judge(plugin, search, file->dir, fault);
    }
    if (!is_good) {
        entry_refuse(plugin, fault);
        return fault->class != UMFI_E_NO_MEMORY;
    }
    unknown_warn(plugin);
    if (!is_component(plugin->kind)) {
        umfi_warn("%s: manifests of kind %s are read but not acted upon yet", plugin->file_path,
                  umfi_manifest_kind_word(plugin->kind));
    }
    if (!plugin->manifest.is_enabled) {
        umfi_refuse(fault, UMFI_E_DISABLED, "disabled by %s", file->path);
        umfi_plugin_settle(plugin, UMFI_PHASE_DISABLED, fault);
    }
    return true;
}
