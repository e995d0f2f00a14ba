/*
 * module.h - opens a module and finds its entry. The only user of libltdl.
 *
 * dlopen comes first and outside every lock: it gives ld.so's own words for a
 * failure, binds at once, and pins the module for the life of the process. It is
 * idempotent and serialised by ld.so, so any number of threads may call it.
 * libltdl, which has no lock of its own, then gets to know the module under ours.
 * That lock is tried, never waited for: its holder may be waiting for ld.so's,
 * which a thread inside a module's constructor holds.
 */
#ifndef UMFI_PLUGIN_MODULE_H
#define UMFI_PLUGIN_MODULE_H

#include <umf/plugin_sdk.h>

#include "plugin/refusal.h"

/* `path` is absolute. Refuses with E_PATH, E_ABSENT, E_ACCESS, E_FORMAT, E_ARCH,
 * E_DEPENDENCY, E_STATIC_TLS or E_NOT_PLUGIN. */
bool umfi_module_open(const char *path, umf_plugin_query_fn *query, struct umfi_refusal *refusal);

/* fork: libltdl is at rest, or the child does without it. */
void umfi_module_prefork(void);
void umfi_module_parent(void);
void umfi_module_child(void);

#endif
