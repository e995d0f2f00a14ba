/*
 * block.c - the data path of the disjoint pool: blocks out and back.
 *
 * Poisoning is done here and not in the buckets: a block is readable exactly
 * from malloc's return to free's call, wherever it waits in between.
 */
#include "base/checked.h"
#include "base/poison.h"
#include "cached.h"

/* Of the thread, for all disjoint pools; it stays after a later success. */
static _Thread_local umf_result_t last_error;

void *disjoint_fail(umf_result_t result) {
    last_error = result;
    return NULL;
}

umf_result_t disjoint_get_last_allocation_error(void *priv) {
    (void)priv;
    return last_error;
}

static inline bool traces_calls(const struct disjoint_pool *pool) {
    return UMFI_UNLIKELY(pool->trace >= TRACE_CALLS);
}

static void trace_alloc(const struct disjoint_pool *pool, const char *op, size_t size,
                        size_t alignment, const void *block) {
    pool->host->log(UMF_PLUGIN_LOG_DEBUG, op, "%s: %zu bytes, alignment %zu: %p", pool->name, size,
                    alignment, block);
}

/* ---- out ---- */

static __attribute__((noinline)) void *alloc_direct(struct disjoint_pool *pool, size_t size,
                                                    size_t alignment) {
    void *block = NULL;
    umf_result_t result =
        pool->host->provider_alloc(pool->provider, size, alignment, DIRECT_WORD, &block);
    if (result != UMF_RESULT_SUCCESS) {
        return disjoint_fail(result);
    }
    if (block != NULL) {
        atomic_fetch_add_explicit(&pool->live_direct, 1, memory_order_relaxed);
    }
    return block;
}

/* A whole chunk; 1 <= size <= limit. */
static inline void *alloc_chunk(struct disjoint_pool *pool, size_t size) {
    struct bucket *bucket = &pool->buckets[size_class_of(pool->s_log2, size)];
    void *chunk;
    if (UMFI_UNLIKELY(disjoint_bucket_take(bucket, &chunk, 1) == 0)) {
        return disjoint_fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    umfi_unpoison(chunk, bucket->source.chunk_bytes);
    return chunk;
}

void *disjoint_plain_malloc(void *priv, size_t size) {
    struct disjoint_pool *pool = priv;
    void *block = NULL;
    if (UMFI_LIKELY(size - 1 < pool->limit)) { /* not 0 */
        block = alloc_chunk(pool, size);
    } else if (size != 0) {
        block = alloc_direct(pool, size, 0);
    }
    if (traces_calls(pool)) {
        trace_alloc(pool, "disjoint_malloc", size, 0, block);
    }
    return block;
}

void *disjoint_malloc(void *priv, size_t size) {
    struct disjoint_pool *pool = priv;
    return pool->path_malloc(pool, size);
}

static bool is_off(const void *chunk, size_t alignment) {
    return umfi_is_power_of_two(alignment) && (uintptr_t)chunk % alignment != 0;
}

/* An aligned block within a chunk that is large enough for the worst case. */
static void *alloc_within_chunk(struct disjoint_pool *pool, size_t grown, size_t alignment) {
    char *chunk = alloc_chunk(pool, grown);
    if (chunk == NULL) {
        return NULL;
    }
    size_t over = (uintptr_t)chunk % alignment;
    size_t skipped = over == 0 ? 0 : alignment - over;
    umfi_poison(chunk, skipped);
    if (skipped > 0 && pool->caches.slots != NULL) {
        /* before anybody can free it: what begins in this page is looked up */
        umfi_page_classes_clear(&pool->pages, chunk + skipped);
    }
    return chunk + skipped;
}

static void *alloc_aligned(struct disjoint_pool *pool, size_t size, size_t alignment) {
    size_t need;
    if (alignment <= pool->page_bytes) {
        if (!umfi_round_up_size(size, alignment, &need)) {
            return disjoint_fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
        }
        if (need > pool->limit) {
            return alloc_direct(pool, size, alignment);
        }
        /* aligned in a slab that is (size_class.h); but not every provider
         * aligns its memory to the page size it tells of */
        void *chunk =
            pool->caches.slots != NULL ? pool->path_malloc(pool, need) : alloc_chunk(pool, need);
        if (chunk == NULL || !is_off(chunk, alignment)) {
            return chunk;
        }
        (void)disjoint_free(pool, chunk);
    }
    if (!umfi_add_size(size, alignment - 1, &need)) {
        return disjoint_fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    return need > pool->limit ? alloc_direct(pool, size, alignment)
                              : alloc_within_chunk(pool, need, alignment);
}

void *disjoint_aligned_malloc(void *priv, size_t size, size_t alignment) {
    struct disjoint_pool *pool = priv;
    if (alignment <= 1 || size == 0) {
        return disjoint_malloc(pool, size);
    }
    void *block = alloc_aligned(pool, size, alignment);
    if (traces_calls(pool)) {
        trace_alloc(pool, __func__, size, alignment, block);
    }
    return block;
}

void *disjoint_calloc(void *priv, size_t count, size_t size) {
    (void)priv, (void)count, (void)size;
    return disjoint_fail(UMF_RESULT_ERROR_NOT_SUPPORTED);
}

void *disjoint_realloc(void *priv, void *ptr, size_t size) {
    (void)priv, (void)ptr, (void)size;
    return disjoint_fail(UMF_RESULT_ERROR_NOT_SUPPORTED);
}

/* ---- back ---- */

bool disjoint_find_place(const struct disjoint_pool *pool, const void *ptr,
                         struct disjoint_place *place) {
    if (pool->host->region_of(pool->provider, ptr, &place->region) != UMF_RESULT_SUCCESS) {
        return false;
    }
    if (UMFI_UNLIKELY(place->region.word == DIRECT_WORD)) {
        place->bucket = NULL;
        return true;
    }
    struct slab *slab = (struct slab *)place->region.word;
    struct bucket *bucket = slab->bucket;
    char *base = place->region.base;
    size_t chunk = chunk_divide(bucket->divisor, (size_t)((const char *)ptr - base));
    place->bucket = bucket;
    place->ref = (struct chunk_ref){.slab = slab, .chunk = chunk};
    place->chunk = base + chunk * bucket->source.chunk_bytes;
    return chunk < bucket->source.chunk_count; /* not in the rest at the slab's end */
}

static __attribute__((noinline)) umf_result_t free_direct(struct disjoint_pool *pool, void *ptr,
                                                          const umf_plugin_region_t *region) {
    if (ptr != region->base) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    umf_result_t result = pool->host->provider_free(pool->provider, ptr, region->size);
    if (result == UMF_RESULT_SUCCESS) {
        atomic_fetch_sub_explicit(&pool->live_direct, 1, memory_order_relaxed);
    }
    return result;
}

static inline umf_result_t free_block(struct disjoint_pool *pool, void *ptr) {
    struct disjoint_place place;
    if (UMFI_UNLIKELY(ptr == NULL)) {
        return UMF_RESULT_SUCCESS;
    }
    if (UMFI_UNLIKELY(!disjoint_find_place(pool, ptr, &place))) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (UMFI_UNLIKELY(place.bucket == NULL)) {
        return free_direct(pool, ptr, &place.region);
    }
    umfi_poison(place.chunk, place.bucket->source.chunk_bytes);
    return disjoint_bucket_give(place.bucket, &place.ref, 1);
}

umf_result_t disjoint_plain_free(void *priv, void *ptr) {
    struct disjoint_pool *pool = priv;
    umf_result_t result = free_block(pool, ptr);
    if (traces_calls(pool)) {
        pool->host->log(UMF_PLUGIN_LOG_DEBUG, "disjoint_free", "%s: %p: result %d", pool->name,
                        ptr, (int)result);
    }
    return result;
}

umf_result_t disjoint_free(void *priv, void *ptr) {
    struct disjoint_pool *pool = priv;
    return pool->path_free(pool, ptr);
}

void disjoint_data_path(void *priv, umf_plugin_data_path_t *path) {
    const struct disjoint_pool *pool = priv;
    path->malloc = pool->path_malloc;
    path->free = pool->path_free;
}

umf_result_t disjoint_malloc_usable_size(void *priv, const void *ptr, size_t *size) {
    const struct disjoint_pool *pool = priv;
    struct disjoint_place place;
    if (size == NULL) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (ptr == NULL) {
        *size = 0;
        return UMF_RESULT_SUCCESS;
    }
    if (!disjoint_find_place(pool, ptr, &place)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    const char *end = place.bucket == NULL ? (char *)place.region.base + place.region.size
                                           : place.chunk + place.bucket->source.chunk_bytes;
    *size = (size_t)(end - (const char *)ptr);
    return UMF_RESULT_SUCCESS;
}
