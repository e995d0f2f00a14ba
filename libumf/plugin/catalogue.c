/* catalogue.c - from the files found to the entries in use (catalogue.h). */
#include "plugin/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/log.h"
#include "core/meta.h"

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

/* `mask` is the file of a higher tier that masks this one; NULL: none. */
static bool entry_read(struct umfi_catalogue *catalogue, const struct umfi_search_file *file,
                       const struct umfi_manifest_file *contents,
                       const struct umfi_search_file *mask, struct umfi_refusal *fault) {
    struct umfi_plugin *plugin = umfi_plugin_create(file, (mask ? mask : file)->dir->tier);
    if (!plugin) {
        return false;
    }
    if (!umfi_plugin_judge(plugin, &catalogue->search, file, contents, mask, fault) ||
        !entry_add(catalogue, plugin)) {
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

static bool file_take(struct umfi_catalogue *catalogue, struct umfi_search_file *file,
                      const struct umfi_search_file *mask) {
    struct umfi_manifest_file contents;
    struct umfi_refusal fault = {.class = UMFI_E_NONE};
    bool is_read = umfi_manifest_file_read(&contents, file->path, &fault);
    bool is_done = true;
    if (!is_read && fault.class == UMFI_E_NO_MEMORY) {
        is_done = false;
    } else if (is_read && contents.is_mask) {
        file->is_mask = true;
        umfi_debug("%s: a mask", file->path);
    } else if (is_read && is_repeated(catalogue, &contents)) {
        umfi_debug("%s: the same file as one before it, passed over", file->path);
    } else {
        is_done = entry_read(catalogue, file, &contents, mask, &fault);
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

static bool files_take(struct umfi_catalogue *catalogue) {
    for (struct umfi_search_dir *dir = catalogue->search.dirs; dir; dir = dir->next) {
        for (struct umfi_search_file *file = dir->files; file; file = file->next) {
            const struct umfi_search_file *front = file_in_front(catalogue, file);
            if (front && !front->is_mask) {
                umfi_debug("%s: replaced by %s", file->path, front->path);
            } else if (!file_take(catalogue, file, front)) {
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

static bool is_absent(const struct umfi_plugin *plugin) {
    return atomic_load_explicit(&plugin->phase, memory_order_relaxed) == UMFI_PHASE_ABSENT;
}

static void shadow(struct umfi_plugin *plugin, const struct umfi_plugin *chosen) {
    if (atomic_load_explicit(&plugin->phase, memory_order_relaxed) != UMFI_PHASE_NEW) {
        return; /* would not have been used anyway */
    }
    struct umfi_refusal refusal;
    umfi_refuse(&refusal, UMFI_E_NONE, "shadowed by %s", chosen->file_path);
    umfi_plugin_settle(plugin, UMFI_PHASE_SHADOWED, &refusal);
    umfi_warn("%s:%s: %s is %s", umfi_manifest_kind_word(plugin->kind), plugin->name,
              plugin->file_path, refusal.text);
}

/* Chooses in each run of entries of one kind and name. */
static void choose(struct umfi_catalogue *catalogue) {
    struct umfi_plugin **entries = catalogue->entries;
    for (size_t first = 0, end; first < catalogue->count; first = end) {
        size_t chosen = catalogue->count;
        for (end = first;
             end < catalogue->count && is_same_name(entries[first], entries[end]); end++) {
            if (chosen == catalogue->count && !is_absent(entries[end])) {
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

struct umfi_catalogue *umfi_catalogue_create(const struct umfi_search_options *options) {
    struct umfi_catalogue *catalogue = umfi_meta_alloc(sizeof *catalogue);
    if (!catalogue) {
        return NULL;
    }
    if (!umfi_search_run(&catalogue->search, options) || !files_take(catalogue)) {
        umfi_catalogue_destroy(catalogue);
        return NULL;
    }
    if (catalogue->count > 0) {
        qsort(catalogue->entries, catalogue->count, sizeof *catalogue->entries, entry_compare);
    }
    choose(catalogue);
    return catalogue;
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
    if (is_absent(a) != is_absent(b)) {
        return is_absent(b);
    }
    return precedence_compare(a, b) < 0;
}

struct umfi_plugin *umfi_catalogue_find(const struct umfi_catalogue *catalogue,
                                        enum umfi_manifest_kind kind, const char *name) {
    struct umfi_plugin *by_alias = NULL;
    for (size_t i = 0; i < catalogue->count; i++) {
        struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->kind != kind || !plugin->is_chosen) {
            continue;
        }
        if (strcmp(plugin->name, name) == 0) {
            return plugin;
        }
        if (has_alias(plugin, name) && (!by_alias || is_better_alias(plugin, by_alias))) {
            by_alias = plugin;
        }
    }
    return by_alias;
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
    while (dir && (dir->error == 0 || dir->error == ENOENT || dir->error == EINVAL)) {
        dir = dir->next;
    }
    return dir;
}
