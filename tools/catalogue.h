/*
 * catalogue.h - the plugins as umfPluginList tells of them, copied so that they
 * outlive the call. The caller owns the catalogue.
 */
#ifndef UMF_TOOLS_CATALOGUE_H
#define UMF_TOOLS_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <umf/plugin.h>

struct catalogue {
    umf_plugin_info_t *entries; /* strings are the catalogue's own */
    size_t count;
};

/* false: complained already. Opens no module. */
bool umf_catalogue_read(struct catalogue *catalogue);
void umf_catalogue_fini(struct catalogue *catalogue);

const char *umf_state_word(umf_plugin_state_t state);
bool umf_is_usable(const umf_plugin_info_t *info);

struct umf_subcommand;
/* Reads the single option --json and leaves optind (getopt.h) at what follows;
 * false: a usage error was reported. */
bool umf_read_json_option(const struct umf_subcommand *sub, int argc, char **argv, bool *json);

#endif
