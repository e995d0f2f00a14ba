/*
 * registry.h - the process's one catalogue, and who may start what in it.
 *
 * The catalogue is made at the first look-up and kept for the life of the
 * process, over umfTearDown too. Reading it, and an entry that is READY, takes no
 * lock; the registry's lock guards its making and the changes of phase.
 *
 * Law: an entry goes NEW -> STARTING -> READY or FAILED, once; for want of memory
 * it goes back to NEW. Whoever made it
 * STARTING is alone with it until it settles it; others wait for that only, never
 * around dlopen. While a fork is under way nothing is STARTING.
 */
#ifndef UMFI_PLUGIN_REGISTRY_H
#define UMFI_PLUGIN_REGISTRY_H

#include "plugin/catalogue.h"

/* The catalogue, made if need be; NULL without memory, and the next call tries
 * again. */
const struct umfi_catalogue *umfi_registry_catalogue(void);

/* Waits while another thread has the entry STARTING. Answers STARTING when it is
 * now the caller's to start, else READY or FAILED. */
enum umfi_plugin_phase umfi_registry_claim(struct umfi_plugin *plugin);
/* Ends the caller's claim: READY, FAILED with the reason, or NEW, as if nothing
 * had been tried. */
void umfi_registry_settle(struct umfi_plugin *plugin, enum umfi_plugin_phase phase,
                          const struct umfi_refusal *refusal);

/* Around a dlopen, so that a fork in another thread waits for its end. */
void umfi_registry_open_begin(void);
void umfi_registry_open_end(void);

/* Whether the calling thread has a claim: it is in a plugin's query or start. */
bool umfi_registry_is_starting_here(void);

#endif
