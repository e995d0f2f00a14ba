/*
 * preloaded.h - the modules that are linked into this build.
 *
 * A static build (--disable-shared) links its plugins into libumf.a by libtool's
 * -dlpreopen, which makes a table of their symbols: preloaded.c reads it. Any
 * other build opens modules, links nothing for this, and its list is empty:
 * preloaded_none.c. Which of the two is compiled, libumf/Makemodule.am says.
 */
#ifndef UMFI_PLUGIN_PRELOADED_H
#define UMFI_PLUGIN_PRELOADED_H

#include <stddef.h>

#include <umf/plugin_sdk.h>

struct umfi_preloaded {
    const char *module; /* "umf-pool-disjoint": kind and name, without its query */
    umf_plugin_query_fn query;
};

/* Sorted by module in strcmp order; the same at every call, in any thread. Runs no
 * plugin code and allocates nothing. `count` gets their number. */
const struct umfi_preloaded *umfi_preloaded_list(size_t *count);

#endif
