/*
 * tracking.h - the stand-in provider that registers a pool's memory.
 *
 * A pool does not see its user's provider but a stand-in, whose functions enter
 * what they hand out in the address map and forward everything else. Stand-ins
 * never leave the core: errors and properties name the user's handle.
 *
 * Order (DESIGN 6): a free leaves the map before the provider is asked, and is
 * put back if it refuses; everything else changes after the provider said yes,
 * with its metadata reserved before.
 */
#ifndef UMFI_CORE_TRACKING_H
#define UMFI_CORE_TRACKING_H

#include <umf/memory_pool.h>

#include "core/addrmap.h"
#include "core/provider.h"

/* The one map of the process. */
extern struct umfi_addrmap umfi_map;

struct umfi_tracking {
    struct umf_memory_provider_t standin;
    umf_memory_provider_handle_t upstream; /* the user's */
    umf_memory_pool_handle_t pool;         /* the owner, as the map knows it */
    uint16_t region_flags;                 /* UMFI_REGION_HIDDEN without tracking */
};

/* Makes the stand-in ready. Pools that are not tracked are hidden in the map. */
void umfi_tracking_init(struct umfi_tracking *tracking, umf_memory_provider_handle_t upstream,
                        umf_memory_pool_handle_t pool, bool is_hidden);
/* What the pool left behind leaves the map. */
void umfi_tracking_fini(struct umfi_tracking *tracking);

/* umfMemoryProviderAlloc on the stand-in, with a word of the pool's own. */
umf_result_t umfi_tracking_alloc(struct umfi_tracking *tracking, size_t size, size_t alignment,
                                 uintptr_t word, void **ptr);

void umfi_tracking_prefork(void);
void umfi_tracking_parent(void);
void umfi_tracking_child(void);

#endif
