/*
 * pool.h - the disjoint pool: buckets in front of a provider.
 *
 * A pool is made in two steps: initialize reads the parameters, control defaults
 * may then overwrite them, and post_initialize makes the buckets from what they
 * are by then. Before that step, limit is 0 and every request is direct.
 *
 * Blocks of up to `limit` bytes are chunks of slabs. Larger ones are direct:
 * allocations of the provider's, whose word in the address map is DIRECT_WORD, no
 * slab's address, being odd.
 *
 * Laws, once started:
 *     buckets[i].chunk_bytes = size_class_bytes(s_log2, i), i < bucket_count,
 *         with 2^s_log2 = config.min_bucket_size;
 *     limit = min(config.max_poolable_size, 2^31);
 *     live blocks = live_direct + sum of the buckets' live_chunks, less the chunks
 *         that caches and depots hold and those that a fork lost;
 * and those of each bucket (bucket.h), cache (base/thread_cache.h) and depot.
 *
 * Locked by: the buckets' locks; every other field is constant once started, but
 * for live_direct, which is atomic.
 */
#ifndef UMF_DISJOINT_POOL_H
#define UMF_DISJOINT_POOL_H

#include <stdatomic.h>

#include "base/object_name.h"
#include "base/page_class.h"
#include "base/thread_cache.h"
#include "bucket.h"

#define DIRECT_WORD ((uintptr_t)1)

struct disjoint_config {
#define UMFI_PARAMS_DEF "params/pool-disjoint.def"
#include "base/param_fields.h"
};

enum disjoint_trace { TRACE_NONE, TRACE_SLABS, TRACE_COUNTERS, TRACE_CALLS };

/* Sizes up to DISJOINT_TABLED_MOST find their class in a table, in units of 8. */
#define DISJOINT_TABLED_MOST ((size_t)4096)
#define DISJOINT_SIZE_UNITS (DISJOINT_TABLED_MOST / 8 + 1)

struct disjoint_pool {
    /* of a pool with caches (cached.h) */
    ptrdiff_t slot_offset; /* of the word that leads to the thread's cache */
    struct umfi_page_classes pages;
    uint8_t class_of_units[DISJOINT_SIZE_UNITS];
    struct umfi_cache_set caches; /* slots NULL: there are none */

    /* what malloc and free of this pool are */
    void *(*path_malloc)(void *priv, size_t size);
    umf_result_t (*path_free)(void *priv, void *ptr);

    const umf_plugin_host_t *host;
    umf_memory_provider_handle_t provider;
    struct bucket *buckets;
    size_t limit; /* bytes of the largest block that is a chunk */
    unsigned s_log2;
    int trace;
    size_t page_bytes; /* every slab is aligned to it, as far as the provider keeps its word */

    bool is_shared; /* a child of fork sees the same memory, not a copy */
    size_t bucket_count;
    void *bucket_block; /* the metadata that holds buckets[], which is aligned within */
    atomic_size_t live_direct;
    bool is_started;
    struct disjoint_config config; /* name: unused, see below */
    char name[UMFI_OBJECT_NAME_BYTES];
};

extern const umf_param_table_t disjoint_param_table;

/* The ops and hooks that make, end and inspect a pool. */
umf_result_t disjoint_initialize(umf_memory_provider_handle_t provider, const void *params,
                                 void **priv);
/* Makes the buckets. On failure the pool is gone: no finalize follows. */
umf_result_t disjoint_start(struct disjoint_pool *pool);
umf_result_t disjoint_finalize(void *priv);
umf_result_t disjoint_trim_memory(void *priv, size_t keep_bytes);
umf_result_t disjoint_live_blocks(void *priv, size_t *count);
void disjoint_prefork(void *priv);
void disjoint_postfork_parent(void *priv);
void disjoint_postfork_child(void *priv);

/* The sum over all buckets. Of the maxima too, so that they are upper bounds
 * where buckets had theirs at different times. */
struct bucket_stats disjoint_pool_stats(struct disjoint_pool *pool);
/* Of one bucket; what is cached is not live. */
struct bucket_stats disjoint_pool_bucket_stats(struct disjoint_pool *pool, size_t bucket);
/* A line for each bucket that was used, and one for all. */
void disjoint_log_summary(struct disjoint_pool *pool);
/* Whether the laws hold; live blocks may come and go meanwhile. */
bool disjoint_check(struct disjoint_pool *pool);

/* The data path (block.c). */
void *disjoint_malloc(void *priv, size_t size);
void *disjoint_plain_malloc(void *priv, size_t size); /* without caches */
void *disjoint_calloc(void *priv, size_t count, size_t size);
void *disjoint_realloc(void *priv, void *ptr, size_t size);
void *disjoint_aligned_malloc(void *priv, size_t size, size_t alignment);
umf_result_t disjoint_malloc_usable_size(void *priv, const void *ptr, size_t *size);
umf_result_t disjoint_free(void *priv, void *ptr);
umf_result_t disjoint_plain_free(void *priv, void *ptr);
umf_result_t disjoint_get_last_allocation_error(void *priv);

/* The core asks once: malloc and free of this very pool. */
void disjoint_data_path(void *priv, umf_plugin_data_path_t *path);
/* NULL, and the reason for the thread's last error. */
void *disjoint_fail(umf_result_t result);

/* Where in the pool an address is. */
struct disjoint_place {
    umf_plugin_region_t region;
    struct bucket *bucket; /* NULL: in a direct block */
    struct chunk_ref ref;
    char *chunk; /* its start */
};
bool disjoint_find_place(const struct disjoint_pool *pool, const void *ptr,
                         struct disjoint_place *place);

/* Control nodes (nodes.c). */
umf_result_t disjoint_ctl(void *priv, umf_ctl_query_source_t source, const char *name, void *arg,
                          size_t size, umf_ctl_query_type_t query, va_list args);

#endif
