/*
 * references.c - looks the names of stacks and policies up (references.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/stack_text.h"
#include "tools/policy_text.h"
#include "tools/references.h"
#include "tools/umf.h"

/* libumf cuts what a policy says off at about this length, within a name. */
enum { POLICY_TEXT_BYTES = 1050 };

struct lookup {
    const struct catalogue *catalogue;
    const umf_plugin_info_t *info; /* whose names they are */
    struct findings *findings;
};

/* The name of that kind most like it, or NULL. */
static const char *nearest_of(const struct catalogue *catalogue, const char *kind,
                              const char *name) {
    const char **names = calloc(catalogue->count + 1, sizeof *names), *nearest = NULL;
    size_t count = 0;
    for (size_t i = 0; names != NULL && i < catalogue->count; i++) {
        if (strcmp(catalogue->entries[i].kind, kind) == 0) {
            names[count++] = catalogue->entries[i].name;
        }
    }
    nearest = names != NULL ? umf_nearest(name, names, count) : NULL;
    free(names);
    return nearest;
}

/* what: "its stack names", "it disables"; where: "" or ", column 3". */
static void note(const struct lookup *lookup, const char *kind, const char *name,
                 const char *what, const char *where) {
    char text[512];
    const char *nearest = nearest_of(lookup->catalogue, kind, name);
    snprintf(text, sizeof text, "%s %s:%s%s, and no manifest tells of it%s%s%s", what, kind, name,
             where, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
             nearest != NULL ? "'?" : "");
    const umf_plugin_finding_t finding = {.size = sizeof finding,
                                          .kind = lookup->info->kind,
                                          .name = lookup->info->name,
                                          .file = lookup->info->manifest,
                                          .class_word = "",
                                          .text = text};
    umf_findings_tell(lookup->findings, &finding);
}

/* The last part is a provider, those between are too; the first is a pool unless it
 * is known as a provider only. */
static const char *kind_of_part(const struct catalogue *catalogue, const char *name, bool is_first,
                                bool is_last) {
    bool is_provider = umf_catalogue_knows(catalogue, "provider", name);
    bool is_pool = umf_catalogue_knows(catalogue, "pool", name);
    return is_first && (is_pool || !(is_provider || is_last)) ? "pool" : "provider";
}

static void note_stack(const struct lookup *lookup) {
    struct umfi_stack_text stack;
    if (!umfi_stack_text_parse(lookup->info->params, &stack)) {
        return; /* its manifest is refused for that */
    }
    for (size_t i = 0; i < stack.part_count; i++) {
        char name[64], where[32];
        snprintf(name, sizeof name, "%.*s", (int)stack.parts[i].name.length,
                 stack.parts[i].name.text);
        snprintf(where, sizeof where, " at column %zu", stack.parts[i].column);
        const char *kind =
            kind_of_part(lookup->catalogue, name, i == 0, i + 1 == stack.part_count);
        if (!umf_catalogue_knows(lookup->catalogue, kind, name)) {
            note(lookup, kind, name, "its stack names", where);
        }
    }
}

static void note_defaults(const struct lookup *lookup, const char *kind, const char *names) {
    char name[POLICY_NAME_BYTES];
    while (umf_policy_next(&names, name)) {
        if (!umf_catalogue_knows(lookup->catalogue, kind, name)) {
            note(lookup, kind, name, "its default names", "");
        }
    }
}

/* An alias disables nothing. */
static bool has_entry(const struct catalogue *catalogue, const char *kind, const char *name) {
    for (size_t i = 0; i < catalogue->count; i++) {
        if (strcmp(catalogue->entries[i].kind, kind) == 0 &&
            strcmp(catalogue->entries[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void note_disabled(const struct lookup *lookup, const char *names) {
    char name[POLICY_NAME_BYTES];
    while (umf_policy_next(&names, name)) {
        char *colon = strchr(name, ':');
        if (colon != NULL) {
            *colon = '\0';
            if (!has_entry(lookup->catalogue, name, colon + 1)) {
                note(lookup, name, colon + 1, "it disables", "");
            }
        }
    }
}

void umf_references_note(const struct catalogue *catalogue, const umf_plugin_info_t *info,
                         struct findings *findings) {
    const struct lookup lookup = {catalogue, info, findings};
    if (!umf_is_usable(info)) {
        return;
    }
    if (strcmp(info->kind, "stack") == 0) {
        note_stack(&lookup);
    } else if (strcmp(info->kind, "policy") == 0 && strlen(info->params) < POLICY_TEXT_BYTES) {
        note_disabled(&lookup, umf_policy_list(info->params, "disable"));
        note_defaults(&lookup, "pool", umf_policy_list(info->params, "default.pool"));
        note_defaults(&lookup, "provider", umf_policy_list(info->params, "default.provider"));
    }
}
