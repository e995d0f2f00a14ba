/*
 * wanted.c - the entry that a word of the command line means (wanted.h).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/umf.h"
#include "tools/wanted.h"

/* "name" or "kind:name" as it was typed. */
struct wanted {
    const char *word, *name;
    size_t kind_length; /* 0: any kind */
};

static bool is_of_kind(const umf_plugin_info_t *info, const struct wanted *wanted) {
    bool is_kind = wanted->kind_length == 0 ||
                   (strlen(info->kind) == wanted->kind_length &&
                    strncmp(info->kind, wanted->word, wanted->kind_length) == 0);
    return is_kind && info->state != UMF_PLUGIN_SHADOWED;
}

static bool is_wanted(const umf_plugin_info_t *info, const struct wanted *wanted,
                      bool by_alias) {
    return is_of_kind(info, wanted) && (by_alias ? umf_has_alias(info, wanted->name)
                                                 : strcmp(info->name, wanted->name) == 0);
}

/* Whether the kind before the colon is one; complains if not. */
static bool has_good_kind(const struct wanted *wanted) {
    static const char *const kinds[] = {"pool", "provider", "memtarget", "policy", "stack"};
    enum { KINDS = sizeof kinds / sizeof kinds[0], KIND_BYTES = 16 };
    char kind[KIND_BYTES];
    snprintf(kind, sizeof kind, "%.*s", (int)wanted->kind_length, wanted->word);
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return true;
        }
    }
    const char *nearest = umf_nearest(kind, kinds, KINDS);
    umf_complain("no plugin '%s': there is no kind '%s'%s%s%s", wanted->word, kind,
                 nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "'?" : "");
    return false;
}

/* What the user may have meant: the name in another kind, or one much like it. */
static void complain_of_none(const struct catalogue *catalogue, const struct wanted *wanted) {
    if (wanted->kind_length > 0 && !has_good_kind(wanted)) {
        return;
    }
    const char **names = calloc(catalogue->count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (strcmp(info->name, wanted->name) == 0) {
            umf_complain("no plugin '%s': %s is a %s; write %s:%s", wanted->word, info->name,
                         info->kind, info->kind, info->name);
            free(names);
            return;
        }
        names[i] = info->name;
    }
    const char *nearest = names != NULL ? umf_nearest(wanted->name, names, catalogue->count) : NULL;
    umf_complain("no plugin '%s'%s%s%s; 'umf list' shows all", wanted->word,
                 nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "'?" : "");
    free(names);
}

/* The one entry that has the name, or the alias; NULL: there is none or there are
 * two, and `is_ambiguous` tells which. */
static const umf_plugin_info_t *find_one(const struct catalogue *catalogue,
                                         const struct wanted *wanted, bool by_alias,
                                         bool *is_ambiguous) {
    const umf_plugin_info_t *found = NULL;
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (!is_wanted(info, wanted, by_alias)) {
            continue;
        }
        if (found != NULL && strcmp(found->kind, info->kind) != 0) {
            umf_complain("'%s' is a %s and a %s: write %s:%s or %s:%s", wanted->word, found->kind,
                         info->kind, found->kind, found->name, info->kind, info->name);
            *is_ambiguous = true;
            return NULL;
        }
        /* what is chosen goes before the rest, but for candidates that are absent */
        if (found == NULL || found->state == UMF_PLUGIN_ABSENT) {
            found = info;
        }
    }
    return found;
}

const umf_plugin_info_t *umf_wanted_find(const struct catalogue *catalogue, const char *word) {
    const char *colon = strchr(word, ':');
    struct wanted wanted = {.word = word, .name = word};
    bool is_ambiguous = false;
    if (colon != NULL) {
        wanted.name = colon + 1;
        wanted.kind_length = (size_t)(colon - word);
    }
    const umf_plugin_info_t *found = find_one(catalogue, &wanted, false, &is_ambiguous);
    if (found == NULL && !is_ambiguous) {
        found = find_one(catalogue, &wanted, true, &is_ambiguous);
    }
    if (found == NULL && !is_ambiguous) {
        complain_of_none(catalogue, &wanted);
    }
    return found;
}
