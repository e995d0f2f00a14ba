/*
 * registry_parts.h - what registry.c and claim.c share: one lock, one list.
 */
#ifndef UMFI_PLUGIN_REGISTRY_PARTS_H
#define UMFI_PLUGIN_REGISTRY_PARTS_H

#include "base/mutex.h"
#include "plugin/load.h"

extern struct umfi_mutex umfi_registry_lock;
extern struct umfi_load *umfi_registry_loads; /* guarded by it */

/* Once, before the first claim. */
void umfi_claims_begin(void);
/* For fork, with the lock held. */
void umfi_claims_wait_locked(void);
void umfi_claims_child(void);

#endif
