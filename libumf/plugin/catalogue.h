/*
 * catalogue.h - every plugin found, in order, with the one that each name stands
 * for.
 *
 * Made by one thread, then read by all without a lock: it never changes.
 *
 * Law: entries are sorted by kind, name, tier, falling priority, file name. Of
 * the entries of one kind and name exactly one is chosen: the first that is not
 * ABSENT (nor a mask over nothing), or the first where all are. An alias leads to
 * chosen entries only, and never beats a name, be it an absent one: nothing is
 * substituted in silence. Every manifest read is an entry; of a mask, what it masks
 * is one, or where that is nothing, itself.
 */
#ifndef UMFI_PLUGIN_CATALOGUE_H
#define UMFI_PLUGIN_CATALOGUE_H

#include "plugin/entry.h"
#include "plugin/search.h"

/* A descriptor that the program has brought, the newest first. */
struct umfi_application {
    struct umfi_application *next;
    const umf_plugin_desc_t *desc;
    umf_plugin_query_fn query; /* of the module it is in; NULL: of the program itself */
    char *path;                /* of that module */
};

struct umfi_catalogue_options {
    struct umfi_search_options search;
    struct umfi_trust trust;
    const char *disable; /* patterns: UMF_PLUGINS_DISABLE */
    const struct umfi_application *application;
};
/* This process's, but for the application's. */
void umfi_catalogue_defaults(struct umfi_catalogue_options *options);

struct umfi_catalogue {
    struct umfi_search search;
    struct umfi_plugin **entries;
    size_t count, capacity;
    struct umfi_catalogue *next; /* for whoever keeps it */
};

/* Searches, reads, sorts and chooses, and says nothing of it. NULL without memory. */
struct umfi_catalogue *umfi_catalogue_create(const struct umfi_catalogue_options *options);
/* Logs what is refused, shadowed, insecure or unknown in it, and was not so in the
 * one before it; NULL: there was none. */
void umfi_catalogue_announce(const struct umfi_catalogue *catalogue,
                             const struct umfi_catalogue *before);
/* NULL is ignored. */
void umfi_catalogue_destroy(struct umfi_catalogue *catalogue);

/* What a name, or else an alias, leads to, in whatever phase; NULL: nothing. */
struct umfi_plugin *umfi_catalogue_find(const struct umfi_catalogue *catalogue,
                                        enum umfi_manifest_kind kind, const char *name);
/* The name or alias of this kind that is most like `name`; NULL: none is. */
const char *umfi_catalogue_nearest(const struct umfi_catalogue *catalogue,
                                   enum umfi_manifest_kind kind, const char *name);
/* Whether a stands before b where both have one name. */
bool umfi_catalogue_precedes(const struct umfi_plugin *a, const struct umfi_plugin *b);
/* The first directory that exists and cannot be read; NULL: none. */
const struct umfi_search_dir *umfi_catalogue_unreadable(const struct umfi_catalogue *catalogue);

#endif
