/*
 * depot.h - free chunks of one bucket between the caches of threads.
 *
 * A stack of pointers behind one short lock: what one thread's cache gives back
 * another's takes, and no slab is looked at. A block in it counts as live to its
 * bucket; trim and the statistics send all of them back there.
 *
 * Law: 0 <= count <= capacity; blocks is NULL until the first give, which makes it;
 *      a stale depot, inherited by a child of fork that shares the memory with its
 *      parent, hands out nothing and takes nothing until it is empty.
 * Locked by: its lock, of rank UMFI_RANK_POOL; no other is taken under it.
 */
#ifndef UMF_DISJOINT_DEPOT_H
#define UMF_DISJOINT_DEPOT_H

#include <stdbool.h>
#include <stddef.h>
#include <umf/plugin_sdk.h>

#include "base/mutex.h"

/* So many bytes of blocks at most, and so many blocks. */
#define DEPOT_MOST_BYTES ((size_t)1 << 20)
#define DEPOT_MOST_BLOCKS ((size_t)1 << 14)

struct depot {
    _Alignas(64) struct umfi_mutex lock;
    size_t count, capacity;
    void **blocks;
    bool is_stale;
    const umf_plugin_host_t *host;
};

/* `depot` is zeroed memory. */
void disjoint_depot_init(struct depot *depot, const umf_plugin_host_t *host, size_t chunk_bytes);
/* Forgets the blocks. */
void disjoint_depot_fini(struct depot *depot);

/* Up to `count` blocks, the last given first. */
size_t disjoint_depot_take(struct depot *depot, void **blocks, size_t count);
/* How many of the blocks it takes, the first ones. */
size_t disjoint_depot_give(struct depot *depot, void *const *blocks, size_t count);
/* As take, from a stale one too, which is no longer so once it is empty. */
size_t disjoint_depot_drain(struct depot *depot, void **blocks, size_t count);
size_t disjoint_depot_count(struct depot *depot);

#endif
