/* catalogue.c - from the files found to the entries in use (catalogue.h). */
#include "plugin/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/meta.h"
#include "plugin/debug.h"
#include "plugin/plugin.h"
#include "plugin/policy.h"
#include "plugin/preloaded.h"

static bool entry_add(struct umfi_catalogue *catalogue, struct umfi_plugin *plugin) {
    if (catalogue->count == catalogue->capacity) {
        size_t capacity = catalogue->capacity ? catalogue->capacity * 2 : 16;
        struct umfi_plugin **entries = umfi_meta_alloc(capacity * sizeof *entries);
        if (!entries) {
            return false;
        }
        if (catalogue->count > 0) {
            memcpy(entries, catalogue->entries, catalogue->count * sizeof *entries);
        }
        umfi_meta_free(catalogue->entries, catalogue->capacity * sizeof *entries);
        catalogue->entries = entries;
        catalogue->capacity = capacity;
    }
    catalogue->entries[catalogue->count++] = plugin;
    return true;
}

static bool entry_read(struct umfi_catalogue *catalogue, const struct umfi_trust *trust,
                       const struct umfi_manifest_reading *reading) {
    const struct umfi_search_file *decides = reading->mask ? reading->mask : reading->file;
    struct umfi_plugin *plugin = umfi_plugin_create(reading->file, decides->dir->tier);
    if (!plugin) {
        return false;
    }
    const struct umfi_scan scan = {&catalogue->search, trust};
    if (!umfi_plugin_judge(plugin, &scan, reading) || !entry_add(catalogue, plugin)) {
        umfi_plugin_destroy(plugin);
        return false;
    }
    return true;
}

static bool is_repeated(const struct umfi_catalogue *catalogue,
                        const struct umfi_manifest_file *contents) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *p = catalogue->entries[i];
        if (p->device == contents->device && p->inode == contents->inode) {
            return true;
        }
    }
    return false;
}

/* Whether a file of this name stands behind it, which it then masks. */
static bool has_file_behind(const struct umfi_search_file *file) {
    for (const struct umfi_search_dir *d = file->dir->next; d; d = d->next) {
        for (const struct umfi_search_file *f = d->files; f; f = f->next) {
            if (strcmp(f->name, file->name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* `mask` is the file of a higher tier that masks this one; NULL: none. */
static bool file_take(struct umfi_catalogue *catalogue, const struct umfi_trust *trust,
                      struct umfi_search_file *file, const struct umfi_search_file *mask) {
    struct umfi_manifest_file contents = {.is_mask = false};
    struct umfi_refusal fault = {.class = UMFI_E_NONE}, warning;
    struct umfi_manifest_reading reading = {file, mask, &contents, NULL, &fault};
    enum umfi_trust_verdict verdict =
        umfi_trust_judge(trust, file->dir->tier, file->path, &warning);
    if (verdict == UMFI_TRUST_REFUSE) {
        fault = warning;
        return entry_read(catalogue, trust, &reading);
    }
    reading.warning = verdict == UMFI_TRUST_WARN ? &warning : NULL;
    bool is_read = umfi_manifest_file_read(&contents, file->path, &fault);
    bool is_done = true;
    if (!is_read && fault.class == UMFI_E_NO_MEMORY) {
        is_done = false;
    } else if (is_read && contents.is_mask) {
        file->is_mask = true;
        umfi_plugin_debug(UMFI_DEBUG_MANIFEST, "%s: a mask", file->path);
        if (!mask && !has_file_behind(file)) {
            reading.mask = file;
            is_done = entry_read(catalogue, trust, &reading);
        }
    } else if (is_read && is_repeated(catalogue, &contents)) {
        umfi_plugin_debug(UMFI_DEBUG_MANIFEST, "%s: the same file as one before it, passed over",
                          file->path);
    } else {
        is_done = entry_read(catalogue, trust, &reading);
    }
    umfi_manifest_file_fini(&contents);
    return is_done;
}

/* The file of this name that stands in front of `file`; NULL: none does. */
static const struct umfi_search_file *file_in_front(const struct umfi_catalogue *catalogue,
                                                    const struct umfi_search_file *file) {
    for (const struct umfi_search_dir *d = catalogue->search.dirs; d != file->dir; d = d->next) {
        for (const struct umfi_search_file *f = d->files; f; f = f->next) {
            if (strcmp(f->name, file->name) == 0) {
                return f;
            }
        }
    }
    return NULL;
}

static bool files_take(struct umfi_catalogue *catalogue, const struct umfi_trust *trust) {
    for (struct umfi_search_dir *dir = catalogue->search.dirs; dir; dir = dir->next) {
        for (struct umfi_search_file *file = dir->files; file; file = file->next) {
            const struct umfi_search_file *front = file_in_front(catalogue, file);
            if (front && !front->is_mask) {
                umfi_plugin_debug(UMFI_DEBUG_MANIFEST, "%s: replaced by %s", file->path,
                                  front->path);
            } else if (!file_take(catalogue, trust, file, front)) {
                return false;
            }
        }
    }
    return true;
}

/* Negative: a goes before b within one kind and name. */
static int precedence_compare(const struct umfi_plugin *a, const struct umfi_plugin *b) {
    if (a->tier != b->tier) {
        return a->tier < b->tier ? -1 : 1;
    }
    if (a->manifest.priority != b->manifest.priority) {
        return a->manifest.priority > b->manifest.priority ? -1 : 1;
    }
    return strcmp(a->file_name, b->file_name);
}

bool umfi_catalogue_precedes(const struct umfi_plugin *a, const struct umfi_plugin *b) {
    return precedence_compare(a, b) < 0;
}

static bool is_same_name(const struct umfi_plugin *a, const struct umfi_plugin *b) {
    return a->kind == b->kind && strcmp(a->name, b->name) == 0;
}

static int entry_compare(const void *left, const void *right) {
    const struct umfi_plugin *a = *(struct umfi_plugin *const *)left;
    const struct umfi_plugin *b = *(struct umfi_plugin *const *)right;
    if (a->kind != b->kind) {
        return strcmp(umfi_manifest_kind_word(a->kind), umfi_manifest_kind_word(b->kind));
    }
    int by_name = strcmp(a->name, b->name);
    return by_name ? by_name : precedence_compare(a, b);
}

static void shadow(struct umfi_plugin *plugin, const struct umfi_plugin *chosen) {
    if (plugin->verdict != UMFI_PHASE_NEW) {
        return; /* would not have been used anyway */
    }
    struct umfi_refusal refusal;
    umfi_refuse(&refusal, UMFI_E_NONE, "shadowed by %s",
                *chosen->file_path ? chosen->file_path : umfi_tier_word(chosen->tier));
    umfi_plugin_settle(plugin, UMFI_PHASE_SHADOWED, &refusal);
}

/* Chooses in each run of entries of one kind and name. */
static void choose(struct umfi_catalogue *catalogue) {
    struct umfi_plugin **entries = catalogue->entries;
    for (size_t first = 0, end; first < catalogue->count; first = end) {
        size_t chosen = catalogue->count;
        for (end = first;
             end < catalogue->count && is_same_name(entries[first], entries[end]); end++) {
            if (chosen == catalogue->count && !umfi_plugin_is_yielding(entries[end])) {
                chosen = end;
            }
        }
        chosen = chosen == catalogue->count ? first : chosen;
        entries[chosen]->is_chosen = true;
        for (size_t i = first; i < end; i++) {
            if (i != chosen) {
                shadow(entries[i], entries[chosen]);
            }
        }
    }
}

static bool bare_add(struct umfi_catalogue *catalogue, struct umfi_plugin *plugin,
                     const char *module_path) {
    if (!plugin) {
        return false;
    }
    plugin->module_path = module_path ? umfi_meta_strdup(module_path) : NULL;
    if ((module_path && !plugin->module_path) || !entry_add(catalogue, plugin)) {
        umfi_plugin_destroy(plugin);
        return false;
    }
    return true;
}

static bool application_take(struct umfi_catalogue *catalogue,
                             const struct umfi_application *application) {
    for (; application; application = application->next) {
        const umf_plugin_desc_t *desc = application->desc;
        const struct umfi_load_source source = {.desc = desc, .query = application->query};
        for (size_t i = 0; i < desc->component_count; i++) {
            const umf_plugin_component_t *component = desc->components[i];
            if (umfi_plugin_kind_word(component->kind) && !bare_add(catalogue,
                          umfi_plugin_create_bare(UMFI_TIER_APPLICATION,
                                                  (enum umfi_manifest_kind)component->kind,
                                                  component->name, &source),
                          application->path)) {
                return false;
            }
        }
    }
    return true;
}

/* "umf-pool-disjoint" tells kind and name, so that no query need be run for them. */
static bool preloaded_add(struct umfi_catalogue *catalogue, const struct umfi_preloaded *module) {
    static const char prefix[] = "umf-";
    char kind_text[16] = "";
    const char *rest = module->module + sizeof prefix - 1;
    size_t length = strncmp(module->module, prefix, sizeof prefix - 1) == 0 ? strcspn(rest, "-") : 0;
    if (length > 0 && length < sizeof kind_text) {
        memcpy(kind_text, rest, length);
    }
    enum umfi_manifest_kind kind = umfi_manifest_kind_of(kind_text);
    if (!umfi_plugin_is_component(kind) || rest[length] == '\0') {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "preloaded: %s: no plugin's name, passed over",
                          module->module);
        return true;
    }
    const struct umfi_load_source source = {.query = module->query};
    return bare_add(catalogue,
                    umfi_plugin_create_bare(UMFI_TIER_PRELOADED, kind, rest + length + 1, &source),
                    NULL);
}

static bool preloaded_take(struct umfi_catalogue *catalogue) {
    size_t count;
    const struct umfi_preloaded *list = umfi_preloaded_list(&count);
    for (size_t i = 0; i < count; i++) {
        if (!preloaded_add(catalogue, &list[i])) {
            return false;
        }
    }
    return true;
}

void umfi_catalogue_defaults(struct umfi_catalogue_options *options) {
    umfi_search_defaults(&options->search);
    umfi_trust_defaults(&options->trust);
    options->disable = secure_getenv("UMF_PLUGINS_DISABLE");
    options->application = NULL;
}

static struct umfi_catalogue *catalogue_read(const struct umfi_catalogue_options *options,
                                             const struct umfi_search_options *search) {
    struct umfi_catalogue *catalogue = umfi_meta_alloc(sizeof *catalogue);
    if (!catalogue) {
        return NULL;
    }
    if (!umfi_search_run(&catalogue->search, search) ||
        !application_take(catalogue, options->application) ||
        !files_take(catalogue, &options->trust) || !preloaded_take(catalogue)) {
        umfi_catalogue_destroy(catalogue);
        return NULL;
    }
    if (catalogue->count > 0) {
        qsort(catalogue->entries, catalogue->count, sizeof *catalogue->entries, entry_compare);
    }
    choose(catalogue);
    umfi_policy_disable(catalogue, options->disable);
    return catalogue;
}

/* Whether the user's manifests count is for the others to say: where they allow
 * it, everything is read again with them. */
struct umfi_catalogue *umfi_catalogue_create(const struct umfi_catalogue_options *options) {
    struct umfi_search_options search = options->search;
    search.is_user_allowed = false;
    struct umfi_catalogue *catalogue = catalogue_read(options, &search);
    if (!catalogue || !search.user_dir || search.is_secure ||
        !umfi_policy_allows_user(catalogue)) {
        return catalogue;
    }
    umfi_catalogue_destroy(catalogue);
    search.is_user_allowed = true;
    return catalogue_read(options, &search);
}

void umfi_catalogue_destroy(struct umfi_catalogue *catalogue) {
    if (!catalogue) {
        return;
    }
    for (size_t i = 0; i < catalogue->count; i++) {
        umfi_plugin_destroy(catalogue->entries[i]);
    }
    umfi_meta_free(catalogue->entries, catalogue->capacity * sizeof *catalogue->entries);
    umfi_search_fini(&catalogue->search);
    umfi_meta_free(catalogue, sizeof *catalogue);
}
