/*
 * cached.h - the thread caches of a disjoint pool (base/thread_cache.h).
 *
 * Class c of the caches is bucket c - 1. A bucket has caches where its chunks are
 * at most half a slab and at most DISJOINT_CACHED_MOST bytes. A pool has none where
 * its trace is 1 or more, where the host has no thread slots, or none is left (of
 * 1,024 at a time): its calls are then the plain ones. The first fifteen pools have a
 * word of each thread, the later ones share one and look whose it is at each call:
 * a thread that goes from one such pool to another pays some 10 ns to change over.
 *
 * A free finds its class in the table of pages. Class 0 takes the plain road through
 * the address map: NULL, what is not the pool's, direct blocks, chunks without
 * caches, what begins in a page that is not wholly one slab's, and whatever begins
 * in a page with an aligned block that does not begin where its chunk does.
 *
 * A second free of a block is refused while the block is the last that its thread
 * has freed of its class. Otherwise it goes unnoticed until the two leave the cache
 * for the bucket, where the second is skipped; in between malloc may hand the block
 * out twice, as malloc libraries do. The books of the pool are harmed in no case.
 * An address within a block, other than its first, must not be freed (contract 4.2
 * promises nothing there); with caches it is taken for a block.
 */
#ifndef UMF_DISJOINT_CACHED_H
#define UMF_DISJOINT_CACHED_H

#include "pool.h"

#define DISJOINT_CACHED_MOST ((size_t)32 << 10)
/* What a bucket's depot holds at most: so many bytes of blocks, and so many blocks. */
#define DISJOINT_DEPOT_BYTES ((size_t)1 << 20)
#define DISJOINT_DEPOT_BLOCKS ((size_t)1 << 14)

/* Decides whether there are caches, and makes what they need: without memory there
 * are none. Called before the buckets are made. */
void disjoint_caches_init(struct disjoint_pool *pool);
/* No other thread uses the pool: its caches are no more. What was in them is the
 * buckets' to end; their pages are forgotten after them. */
void disjoint_caches_release(struct disjoint_pool *pool);
void disjoint_caches_fini(struct disjoint_pool *pool);

/* The data path of a pool with caches. */
void *disjoint_cached_malloc(void *priv, size_t size);
umf_result_t disjoint_cached_free(void *priv, void *ptr);

/* Of one whose word other pools have too. The plain road is theirs where there is no
 * cache: the word may show another pool's. */
void *disjoint_shared_malloc(void *priv, size_t size);
umf_result_t disjoint_shared_free(void *priv, void *ptr);

/* Sends what is cached back to the buckets: the calling thread's, and what no
 * thread has; the others' at their next operation. */
void disjoint_caches_settle(struct disjoint_pool *pool);
/* Chunks of a bucket that count as live there but are in caches, or lost in a fork. */
size_t disjoint_cached_chunks(struct disjoint_pool *pool, size_t bucket);


/* Around fork: the lock of the list of caches, before the buckets'. */
void disjoint_caches_prefork(struct disjoint_pool *pool);
void disjoint_caches_parent(struct disjoint_pool *pool);
void disjoint_caches_child(struct disjoint_pool *pool);

#endif
