/*
 * catalogue.h - the plugins as umfPluginList tells of them, copied so that they
 * outlive the call. The caller owns the catalogue.
 */
#ifndef UMF_TOOLS_CATALOGUE_H
#define UMF_TOOLS_CATALOGUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <umf/plugin.h>

struct catalogue {
    umf_plugin_info_t *entries; /* strings are the catalogue's own */
    size_t count;
    bool is_cut; /* memory ran out while it was read */
};

/* false: complained already. Opens no module. */
bool umf_catalogue_read(struct catalogue *catalogue);
void umf_catalogue_fini(struct catalogue *catalogue);

const char *umf_state_word(umf_plugin_state_t state);
bool umf_is_usable(const umf_plugin_info_t *info);
/* Whether it is a pool or a provider, which can be loaded and described. */
bool umf_is_component(const umf_plugin_info_t *info);
/* Whether one of its aliases is `word`. */
bool umf_has_alias(const umf_plugin_info_t *info, const char *word);
/* Whether any entry has the name or the alias, in whatever state. */
bool umf_catalogue_knows(const struct catalogue *catalogue, const char *kind, const char *name);

/* Where it comes from: its manifest, or the tier where it needs none. */
const char *umf_info_origin(const umf_plugin_info_t *info);

/* The entry as an object; the caller's. */
json_t *umf_info_json(const umf_plugin_info_t *info);

#endif
