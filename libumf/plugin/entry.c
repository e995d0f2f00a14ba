/* entry.c - from a manifest's bytes to a judged entry (entry.h). */
#include "plugin/entry.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "core/meta.h"

void umfi_plugin_message(const struct umfi_plugin *plugin, const struct umfi_refusal *refusal,
                         char buffer[UMFI_PLUGIN_MESSAGE_BYTES]) {
    struct umfi_text text;
    umfi_text_init(&text, buffer, UMFI_PLUGIN_MESSAGE_BYTES);
    umfi_text_add(&text, "%s:%s: %s: %s", umfi_manifest_kind_word(plugin->kind), plugin->name,
                  umfi_refusal_word(refusal->class), refusal->text);
    if (*plugin->file_path) {
        umfi_text_add(&text, " (%s", plugin->file_path);
        if (refusal->line) {
            umfi_text_add(&text, ":%u", refusal->line);
        }
        umfi_text_add(&text, ")");
    }
}

void umfi_plugin_settle(struct umfi_plugin *plugin, enum umfi_plugin_phase verdict,
                        const struct umfi_refusal *refusal) {
    umfi_plugin_reason_keep(&plugin->reason, refusal);
    plugin->verdict = verdict;
}

enum umfi_plugin_phase umfi_plugin_phase(const struct umfi_plugin *plugin) {
    return plugin->verdict == UMFI_PHASE_NEW && plugin->load
               ? atomic_load_explicit(&plugin->load->phase, memory_order_acquire)
               : plugin->verdict;
}

bool umfi_plugin_is_yielding(const struct umfi_plugin *plugin) {
    return plugin->verdict == UMFI_PHASE_ABSENT || plugin->is_bare_mask;
}

static struct umfi_plugin *entry_alloc(enum umfi_tier tier, const char *path, const char *name) {
    struct umfi_plugin *plugin = umfi_meta_alloc(sizeof *plugin);
    if (plugin) {
        plugin->tier = tier;
        plugin->file_path = path;
        plugin->file_name = name;
        umfi_manifest_init(&plugin->manifest);
    }
    return plugin;
}

struct umfi_plugin *umfi_plugin_create(const struct umfi_search_file *file, enum umfi_tier tier) {
    return entry_alloc(tier, file->path, file->name);
}

struct umfi_plugin *umfi_plugin_create_bare(enum umfi_tier tier, enum umfi_manifest_kind kind,
                                            const char *name,
                                            const struct umfi_load_source *source) {
    struct umfi_plugin *plugin = entry_alloc(tier, "", "");
    if (plugin) {
        plugin->kind = plugin->manifest.kind = kind;
        plugin->name = name;
        plugin->source = *source;
        plugin->manifest.abi_minor = UMF_PLUGIN_ABI_MINOR;
    }
    return plugin;
}

void umfi_plugin_destroy(struct umfi_plugin *plugin) {
    umfi_manifest_fini(&plugin->manifest);
    umfi_load_params_free(plugin->new_params);
    umfi_meta_free_string(plugin->module_path);
    umfi_plugin_reason_fini(&plugin->reason);
    umfi_meta_free(plugin, sizeof *plugin);
}

void umfi_plugin_identify(struct umfi_plugin *plugin) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    plugin->kind = manifest->kind;
    plugin->name = manifest->name;
    if (manifest->kind != UMFI_MANIFEST_UNKNOWN && *manifest->name) {
        return;
    }
    char stem[NAME_MAX + 1] = "";
    if (umfi_search_is_manifest_name(plugin->file_name)) {
        snprintf(stem, sizeof stem, "%.*s", (int)(strlen(plugin->file_name) - 3 - 5),
                 plugin->file_name + 3);
    }
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

/* Notes which file it is. */
static bool is_there(struct umfi_plugin *plugin, const char *path) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno != ENOENT && errno != ENOTDIR; /* opening it will tell */
    }
    plugin->source.device = status.st_dev;
    plugin->source.inode = status.st_ino;
    return true;
}

/* Keeps the path if the module is there, or if it is the first one tried: what
 * an absent module is said to lack. */
static bool module_try(struct umfi_plugin *plugin, const char *dir, bool *found) {
    char *path = path_join(dir, plugin->manifest.module);
    if (!path) {
        return false;
    }
    *found = is_there(plugin, path);
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
        *found = is_there(plugin, plugin->manifest.module);
        return plugin->module_path != NULL;
    }
    enum umfi_tier tier = own->tier == UMFI_TIER_ADMIN ? UMFI_TIER_VENDOR : own->tier;
    *found = false;
    if (own->tier == tier && !module_try(plugin, own->path, found)) {
        return false;
    }
    for (const struct umfi_search_dir *d = search->dirs; d && !*found; d = d->next) {
        if (d->tier == tier && d != own && umfi_search_is_searched(d) &&
            !module_try(plugin, d->path, found)) {
            return false;
        }
    }
    return true;
}

bool umfi_plugin_refuse_absent(const struct umfi_plugin *plugin, struct umfi_refusal *refusal) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    const char *path = plugin->module_path ? plugin->module_path : manifest->module;
    if (*manifest->package) {
        return umfi_refuse(refusal, UMFI_E_ABSENT, "%s does not exist: install %s", path,
                           manifest->package);
    }
    return umfi_refuse(refusal, UMFI_E_ABSENT, "%s does not exist: install libumf-%s-%s", path,
                       umfi_manifest_kind_word(plugin->kind), plugin->name);
}

/* A manifest that was copied to another tier is not looked after there: where its
 * module does lie is told, so that it can be named by its path. */
static void elsewhere_hint(const struct umfi_plugin *plugin, const struct umfi_search *search,
                           struct umfi_refusal *refusal) {
    for (const struct umfi_search_dir *d = search->dirs; d; d = d->next) {
        char path[PATH_MAX];
        struct stat status;
        int length = snprintf(path, sizeof path, "%s/%s", d->path, plugin->manifest.module);
        if (*d->path && *plugin->manifest.module != '/' && length < (int)sizeof path &&
            stat(path, &status) == 0) {
            struct umfi_text text = {refusal->text, sizeof refusal->text, strlen(refusal->text)};
            umfi_text_add(&text, "; or name it as it is installed, module: %s", path);
            return;
        }
    }
}

static void insecure_note(struct umfi_plugin *plugin, const struct umfi_refusal *warning) {
    if (!plugin->is_insecure) {
        plugin->is_insecure = true;
        umfi_plugin_reason_keep(&plugin->reason, warning);
    }
}

/* What a good manifest's module is: there, absent, or not even to be opened. */
static bool module_judge(struct umfi_plugin *plugin, const struct umfi_scan *scan,
                         const struct umfi_search_dir *own, struct umfi_refusal *refusal) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    if (*manifest->module == '/' && own->tier == UMFI_TIER_VENDOR) {
        return umfi_refuse(refusal, UMFI_E_PATH,
                           "module '%.256s' must be a bare name in the vendor tier",
                           manifest->module);
    }
    bool found;
    if (!module_resolve(plugin, scan->search, own, &found)) {
        return umfi_refuse_no_memory(refusal);
    }
    if (!found) {
        (void)umfi_plugin_refuse_absent(plugin, refusal);
        elsewhere_hint(plugin, scan->search, refusal);
        umfi_plugin_settle(plugin, UMFI_PHASE_ABSENT, refusal);
        return true;
    }
    if (manifest->abi_major != UMF_PLUGIN_ABI_MAJOR) {
        return umfi_refuse(refusal, UMFI_E_ABI, "plugin ABI %u.x, host %d.%d",
                           manifest->abi_major, UMF_PLUGIN_ABI_MAJOR, UMF_PLUGIN_ABI_MINOR);
    }
    enum umfi_trust_verdict verdict =
        umfi_trust_judge(scan->trust, own->tier, plugin->module_path, refusal);
    if (verdict == UMFI_TRUST_WARN) {
        insecure_note(plugin, refusal);
    }
    return verdict != UMFI_TRUST_REFUSE;
}

bool umfi_plugin_is_component(enum umfi_manifest_kind kind) {
    return kind == UMFI_MANIFEST_POOL || kind == UMFI_MANIFEST_PROVIDER ||
           kind == UMFI_MANIFEST_MEMTARGET;
}

static void disable(struct umfi_plugin *plugin, const char *how, const char *path,
                    struct umfi_refusal *refusal) {
    umfi_refuse(refusal, UMFI_E_DISABLED, "%s by %s", how, path);
    umfi_plugin_settle(plugin, UMFI_PHASE_DISABLED, refusal);
}

bool umfi_plugin_judge(struct umfi_plugin *plugin, const struct umfi_scan *scan,
                       const struct umfi_manifest_reading *reading) {
    const struct umfi_manifest_file *contents = reading->contents;
    struct umfi_refusal *fault = reading->fault;
    plugin->device = contents->device;
    plugin->inode = contents->inode;
    plugin->is_bare_mask = reading->mask == reading->file;
    bool is_good = fault->class == UMFI_E_NONE && !plugin->is_bare_mask &&
                   umfi_manifest_parse(contents->bytes, contents->size, &plugin->manifest, fault);
    if (!is_good && fault->class == UMFI_E_NO_MEMORY) {
        return false;
    }
    umfi_plugin_identify(plugin);
    if (reading->mask) {
        disable(plugin, "masked", reading->mask->path, fault);
        return true;
    }
    if (reading->warning) {
        insecure_note(plugin, reading->warning);
    }
    if (is_good && !plugin->manifest.is_enabled) {
        bool found; /* whatever its module is like, it is not going to be used */
        disable(plugin, "disabled", reading->file->path, fault);
        return !umfi_plugin_is_component(plugin->kind) ||
               module_resolve(plugin, scan->search, reading->file->dir, &found);
    }
    if (is_good && umfi_plugin_is_component(plugin->kind)) {
        is_good = module_judge(plugin, scan, reading->file->dir, fault);
    }
    if (!is_good && fault->class != UMFI_E_NO_MEMORY) {
        umfi_plugin_settle(plugin, UMFI_PHASE_REFUSED, fault);
    }
    return is_good || fault->class != UMFI_E_NO_MEMORY;
}
