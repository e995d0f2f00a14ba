/*
 * plugin.h - what the rest of the library asks of the plugin host.
 *
 * Threads: all calls may run in parallel; see registry.h and module.h for who
 * waits for whom.
 */
#ifndef UMFI_PLUGIN_PLUGIN_H
#define UMFI_PLUGIN_PLUGIN_H

#include "core/component.h"

/* Finds a component by kind and name, loads its module and starts it if need
 * be. On failure the reason is this thread's error text. Lock-free once READY. */
umf_result_t umfi_plugin_find(umf_plugin_kind_t kind, const char *name,
                              struct umfi_component **component);

/* Where making an object failed and nobody said why, says at least what failed
 * and with which result. Passes the result on. */
umf_result_t umfi_plugin_explain(const umf_plugin_component_t *component, umf_result_t result);

/* "pool", "provider", "memtarget"; NULL for anything else, 0 for unknown text. */
const char *umfi_plugin_kind_word(umf_plugin_kind_t kind);
umf_plugin_kind_t umfi_plugin_kind_of(const char *word);

/* fork: no plugin may be STARTING, and the registry and libltdl are held. */
void umfi_plugin_prefork(void);
void umfi_plugin_parent(void);
void umfi_plugin_child(void);

#endif
