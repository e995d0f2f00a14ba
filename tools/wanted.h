/*
 * wanted.h - which plugin, stack or policy "name" or "kind:name" means.
 */
#ifndef UMF_TOOLS_WANTED_H
#define UMF_TOOLS_WANTED_H

#include "tools/catalogue.h"

/* A name goes before an alias. NULL: there is none, or there are several, and that
 * was complained of. */
const umf_plugin_info_t *umf_wanted_find(const struct catalogue *catalogue, const char *word);

#endif
