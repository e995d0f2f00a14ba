/*
 * registry.h - the catalogue in use, what was loaded from it, and who may start
 * what.
 *
 * The catalogue is made at the first look-up and again by a rescan or when the
 * program registers a plugin; it is kept over umfTearDown. Reading it takes no
 * lock: a reader announces itself, and an old catalogue is freed when nobody reads.
 * Loads live for ever (load.h, and claim.h for who starts them). The registry's lock
 * guards the making of catalogues, the list of loads and the changes of phase.
 */
#ifndef UMFI_PLUGIN_REGISTRY_H
#define UMFI_PLUGIN_REGISTRY_H

#include "plugin/catalogue.h"

/* Begins to read the catalogue, made if need be; NULL without memory, and the next
 * call tries again. Always ended; may be nested. */
const struct umfi_catalogue *umfi_registry_read_begin(void);
void umfi_registry_read_end(void);

/* Reads all manifests again, and takes failed loads for new. False without memory:
 * everything is as before. */
bool umfi_registry_rescan(void);
/* Enters a checked descriptor in front of all manifests, and reads them again where
 * they have been read. `path` and `query` are those of its module; NULL: the program
 * itself. Refuses where a component has the kind and name of one that was entered
 * with another descriptor. */
bool umfi_registry_add(const umf_plugin_desc_t *desc, const char *path, umf_plugin_query_fn query,
                       struct umfi_refusal *refusal);
/* Whether a module of this entry has been entered. */
bool umfi_registry_has_entry(umf_plugin_query_fn query);

/* Registers the fork handlers; before the first module is opened, so that a module's
 * own run within them. */
void umfi_registry_begin(void);

#endif
