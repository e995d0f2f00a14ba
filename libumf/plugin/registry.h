/*
 * registry.h - the catalogue in use, what was loaded from it, and who may start
 * what.
 *
 * The catalogue is made at the first look-up and again by a rescan or when the
 * program registers a plugin; it is kept over umfTearDown. Reading it takes no
 * lock: a reader announces itself, and an old catalogue is freed only when nobody
 * reads. Loads live for ever (load.h). The registry's lock guards the making of
 * catalogues, the list of loads and the changes of their phases.
 *
 * Law: whoever made a load STARTING is alone with it until it settles it; others
 * wait for that only, never around dlopen. While a fork is under way nothing is
 * STARTING.
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
/* Enters a checked descriptor in front of all manifests. Refuses where a component
 * of it has the kind and name of one that was entered with another descriptor. */
bool umfi_registry_add(const umf_plugin_desc_t *desc, const char *path,
                       struct umfi_refusal *refusal);

/* Waits while another thread has the load STARTING. Answers STARTING when it is
 * now the caller's to start, else READY or FAILED, the latter with its reason. */
enum umfi_plugin_phase umfi_registry_claim(struct umfi_load *load, struct umfi_refusal *reason);
/* Ends the caller's claim: READY, FAILED with the reason, or NEW, as if nothing
 * had been tried. */
void umfi_registry_settle(struct umfi_load *load, enum umfi_plugin_phase phase,
                          const struct umfi_refusal *refusal);
/* Why a load failed; false where it has not, or no longer. */
bool umfi_registry_failure(struct umfi_load *load, struct umfi_refusal *reason);

/* Around a dlopen, so that a fork in another thread waits for its end. */
void umfi_registry_open_begin(void);
void umfi_registry_open_end(void);

/* Whether the calling thread has a claim: it is in a plugin's query or start. */
bool umfi_registry_is_starting_here(void);

#endif
