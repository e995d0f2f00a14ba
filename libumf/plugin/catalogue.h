/*
 * catalogue.h - every manifest found, in order, with the one that each name
 * stands for.
 *
 * Made by one thread, then read by all without a lock: it never changes but for
 * the atomic state of an entry and what that state announces.
 *
 * Law: entries are sorted by kind, name, tier, falling priority, file name. Of
 * the entries of one kind and name exactly one is chosen: the first that is not
 * ABSENT, or the first where all are. An alias leads to chosen entries only.
 */
#ifndef UMFI_PLUGIN_CATALOGUE_H
#define UMFI_PLUGIN_CATALOGUE_H

#include "plugin/entry.h"
#include "plugin/search.h"

struct umfi_catalogue {
    struct umfi_search search;
    struct umfi_plugin **entries;
    size_t count, capacity;
};

/* Searches, reads and sorts; logs each manifest that is refused. NULL without
 * memory. */
struct umfi_catalogue *umfi_catalogue_create(const struct umfi_search_options *options);
/* Only where no plugin of it was started. NULL is ignored. */
void umfi_catalogue_destroy(struct umfi_catalogue *catalogue);

/* What a name, or else an alias, leads to, in whatever phase; NULL: nothing. */
struct umfi_plugin *umfi_catalogue_find(const struct umfi_catalogue *catalogue,
                                        enum umfi_manifest_kind kind, const char *name);
/* The name or alias of this kind that is most like `name`; NULL: none is. */
const char *umfi_catalogue_nearest(const struct umfi_catalogue *catalogue,
                                   enum umfi_manifest_kind kind, const char *name);
/* The first directory that exists and cannot be read; NULL: none. */
const struct umfi_search_dir *umfi_catalogue_unreadable(const struct umfi_catalogue *catalogue);

#endif
