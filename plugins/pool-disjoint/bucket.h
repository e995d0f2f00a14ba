/*
 * bucket.h - all slabs of one chunk size, behind one lock.
 *
 * A slab is in exactly one list: PARTIAL with free and live chunks, FULL, EMPTY
 * (pooled: kept for the next request), REFUSED (empty, but the provider would
 * not take it back; used before a new one is asked for), or RETIRED: inherited
 * by a child of fork although the memory is shared, so that its parent hands out
 * the same chunks. Live ones come back to a retired slab, none are taken from it,
 * and it goes to the provider when it is empty. A slab on its way to or from the
 * provider is in none; a child of fork loses those of the threads that it has
 * not.
 *
 * Laws:
 *     live_chunks = sum of live_count over the slabs of all lists, those in the
 *         depot (depot.h) and in caches among them;
 *     in_use = |PARTIAL| + |FULL|, pooled = |EMPTY|;
 *     pooled <= max_pooled;
 *     with shared limits, pooled * slab_bytes of them are this bucket's;
 *     is_retired of exactly the slabs of RETIRED;
 *     reserved_slabs = in_use + pooled + |REFUSED| + |RETIRED|.
 *
 * Locked by: its lock, of rank UMFI_RANK_POOL, a leaf: no provider call and no
 * other lock is made under it. Two threads that find no chunk ask the provider
 * for a slab each.
 */
#ifndef UMF_DISJOINT_BUCKET_H
#define UMF_DISJOINT_BUCKET_H

#include "base/mutex.h"
#include "base/shared_limits.h"
#include "depot.h"
#include "size_class.h"
#include "slab.h"

enum slab_list { SLAB_PARTIAL, SLAB_FULL, SLAB_EMPTY, SLAB_REFUSED, SLAB_RETIRED, SLAB_LISTS };

/* What the control nodes of the same names tell. The last three move only where
 * the bucket counts operations. */
struct bucket_counters {
    size_t curr_slabs_in_use, curr_slabs_in_pool;
    size_t max_slabs_in_use, max_slabs_in_pool;
    size_t alloc_num, alloc_pool_num, free_num; /* chunks; _pool_: without the provider */
};

struct bucket {
    _Alignas(64) struct umfi_mutex lock; /* a bucket shares no cache line */
    struct umfi_list lists[SLAB_LISTS];
    size_t live_chunks;
    size_t counts_operations; /* 0 or 1, added to the counters */
    struct bucket_counters counters;
    size_t refused_slabs, retired_slabs;
    struct depot depot;

    /* constant */
    struct slab_source source;
    struct chunk_divisor divisor;
    size_t max_pooled;
    struct umfi_shared_limits *limits; /* NULL: none */
};

struct bucket_settings {
    struct slab_source source;
    size_t max_pooled;
    struct umfi_shared_limits *limits;
    bool counts_operations;
    size_t depot_blocks; /* 0: it has none */
};

/* One chunk on its way back. */
struct chunk_ref {
    struct slab *slab;
    size_t chunk;
};

/* `bucket` is zeroed memory. */
void disjoint_bucket_init(struct bucket *bucket, const struct bucket_settings *settings);
/* Gives every slab back, those with live chunks too; the provider's first
 * refusal is returned. */
umf_result_t disjoint_bucket_fini(struct bucket *bucket);

/* Up to `count` chunks into blocks[], from the depot first; at least one, or 0 when
 * there is no memory for a slab. Asks for one slab at most. */
size_t disjoint_bucket_take(struct bucket *bucket, void **blocks, size_t count);
/* As take, of the slabs that the bucket has; 0: no chunk is free. */
size_t disjoint_bucket_take_held(struct bucket *bucket, void **blocks, size_t count);
/* Takes chunks of this bucket back. INVALID_ARGUMENT: one of them was not live;
 * it is skipped. */
umf_result_t disjoint_bucket_give(struct bucket *bucket, const struct chunk_ref *chunks,
                                  size_t count);

/* Chunks into the depot and out of it: how many it took or had. */
size_t disjoint_bucket_store(struct bucket *bucket, void *const *blocks, size_t count);
size_t disjoint_bucket_drain(struct bucket *bucket, void **blocks, size_t count);
void disjoint_bucket_depot_fini(struct bucket *bucket);

/* Gives empty slabs back, but keeps them from the first until `keep_bytes` are
 * kept; returns the bytes kept. */
size_t disjoint_bucket_trim(struct bucket *bucket, size_t keep_bytes);

/* In a child of fork, whose one thread has no need of the lock: retires every
 * slab. Allocates nothing and calls no provider. */
void disjoint_bucket_retire(struct bucket *bucket);

struct bucket_stats {
    struct bucket_counters counters;
    size_t live_chunks, used_bytes, reserved_bytes; /* live: not in the depot */
};
struct bucket_stats disjoint_bucket_stats(struct bucket *bucket);
/* Whether the laws hold. */
bool disjoint_bucket_check(struct bucket *bucket);

#endif
