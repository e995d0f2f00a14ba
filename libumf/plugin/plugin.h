/*
 * plugin.h - what the rest of the library asks of the plugin host.
 *
 * Threads: all calls may run in parallel; see registry.h and module.h for who
 * waits for whom.
 */
#ifndef UMFI_PLUGIN_PLUGIN_H
#define UMFI_PLUGIN_PLUGIN_H

#include <stdbool.h>

#include "core/component.h"
#include "plugin/manifest.h"

/* Finds a component by kind and name, loads its module and starts it if need
 * be. On failure the reason is this thread's error text. Lock-free once READY. */
umf_result_t umfi_plugin_find(umf_plugin_kind_t kind, const char *name,
                              struct umfi_component **component);

/* Of the defaults of this kind that are ready, or can be made so, number `index`:
 * the component's name, which lives as long as the process. On failure the text
 * tells of each that is not. */
umf_result_t umfi_plugin_default(umf_plugin_kind_t kind, unsigned index, const char **name);

/* A copy of a stack manifest's text, for umfi_meta_free_string. On failure the
 * reason is this thread's error text. */
umf_result_t umfi_plugin_stack(const char *name, char **text);
/* Whether anything of this kind goes by this name, in use or not. */
bool umfi_plugin_is_named(enum umfi_manifest_kind kind, const char *name);

/* Where making an object failed and nobody said why, says at least what failed
 * and with which result. Passes the result on. */
umf_result_t umfi_plugin_explain(const umf_plugin_component_t *component, umf_result_t result);

/* "pool", "provider", "memtarget"; NULL for anything else, 0 for unknown text. */
const char *umfi_plugin_kind_word(umf_plugin_kind_t kind);
umf_plugin_kind_t umfi_plugin_kind_of(const char *word);

#endif
