/*
 * cached.c - the data path of a disjoint pool with thread caches (cached.h).
 *
 * The two functions at its end are what the caches are for; all else is 0.1% of
 * the calls.
 */
#include "cached.h"

#include "base/checked.h"
#include "base/poison.h"

static inline struct disjoint_pool *pool_of(struct umfi_cache_set *set) {
    return UMFI_CONTAINER_OF(set, struct disjoint_pool, caches);
}

static inline struct bucket *bucket_of(const struct disjoint_pool *pool, unsigned class) {
    return &pool->buckets[class - 1];
}

/* ---- between caches and buckets ---- */

/* Blocks of a cache go back to their slabs; what is no chunk of the bucket (it was
 * never a block, or the pool is of a former life) goes nowhere. */
static void give_to_bucket(struct disjoint_pool *pool, struct bucket *bucket, void *const *blocks,
                           size_t count) {
    struct chunk_ref refs[UMFI_WINDOW_MOST];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct disjoint_place place;
        if (disjoint_find_place(pool, blocks[i], &place) && place.bucket == bucket) {
            refs[found++] = place.ref;
        }
    }
    if (found > 0) {
        (void)disjoint_bucket_give(bucket, refs, found);
    }
}

static size_t take(struct umfi_cache_set *set, unsigned class, void **blocks, size_t count) {
    return disjoint_bucket_take(bucket_of(pool_of(set), class), blocks, count);
}

static void give(struct umfi_cache_set *set, unsigned class, void *const *blocks, size_t count,
                 bool is_final) {
    struct bucket *bucket = bucket_of(pool_of(set), class);
    size_t given = is_final ? 0 : disjoint_bucket_store(bucket, blocks, count);
    if (given < count) {
        give_to_bucket(pool_of(set), bucket, blocks + given, count - given);
    }
}

static const struct umfi_cache_calls calls = {.take = take, .give = give};

/* No more than it could hold, so that one who gives meanwhile does not keep us. */
static void depot_empty(struct disjoint_pool *pool, struct bucket *bucket) {
    void *blocks[UMFI_WINDOW_MOST];
    size_t most = bucket->depot.stack_bytes / sizeof(void *) / UMFI_WINDOW_MOST + 1, taken = 1;
    for (size_t i = 0; i < most && taken > 0; i++) {
        taken = disjoint_bucket_drain(bucket, blocks, UMFI_WINDOW_MOST);
        give_to_bucket(pool, bucket, blocks, taken);
    }
}

void disjoint_caches_settle(struct disjoint_pool *pool) {
    if (pool->caches.slots == NULL) {
        return;
    }
    umfi_cache_settle(&pool->caches);
    for (unsigned class = 1; class <= pool->caches.class_count; class++) {
        depot_empty(pool, bucket_of(pool, class));
    }
}

size_t disjoint_cached_chunks(struct disjoint_pool *pool, size_t bucket) {
    if (pool->caches.slots == NULL || bucket >= pool->caches.class_count) {
        return 0;
    }
    return umfi_cache_count(&pool->caches, (unsigned)bucket + 1);
}

/* ---- made and ended ---- */

/* How many buckets, from the smallest, have caches. */
static unsigned class_count_of(const struct disjoint_pool *pool) {
    size_t most = pool->config.slab_min_size / 2;
    most = most < DISJOINT_CACHED_MOST ? most : DISJOINT_CACHED_MOST;
    most = most < pool->limit ? most : pool->limit;
    unsigned count = 0;
    while (count < UMFI_CACHE_CLASSES - 1 && count < pool->bucket_count &&
           size_class_bytes(pool->s_log2, count) <= most) {
        count++;
    }
    return count;
}

static void windows_choose(struct disjoint_pool *pool) {
    for (unsigned class = 1; class <= pool->caches.class_count; class++) {
        size_t most = ((size_t)256 << 10) / size_class_bytes(pool->s_log2, class - 1);
        most = most < UMFI_WINDOW_MOST ? most : UMFI_WINDOW_MOST;
        pool->caches.window_most[class] = (uint8_t)(most < 4 ? 4 : most);
    }
}

/* Sizes that no class serves, and 0, have class 0. */
static void sizes_choose(struct disjoint_pool *pool) {
    for (size_t unit = 1; unit < DISJOINT_SIZE_UNITS; unit++) {
        size_t class = size_class_of(pool->s_log2, unit * 8) + 1;
        pool->class_of_units[unit] =
            (uint8_t)(unit * 8 <= pool->limit && class <= pool->caches.class_count ? class : 0);
    }
}

void disjoint_caches_init(struct disjoint_pool *pool) {
    pool->caches.class_count = class_count_of(pool);
    if (pool->trace >= TRACE_SLABS || pool->caches.class_count == 0 ||
        pool->host->get_interface == NULL) {
        return;
    }
    windows_choose(pool);
    if (!umfi_page_classes_init(&pool->pages, pool->host) ||
        !umfi_cache_set_init(&pool->caches, pool->host, &calls)) {
        umfi_page_classes_fini(&pool->pages);
        return;
    }
    sizes_choose(pool);
    pool->slot_offset = pool->caches.slots->offset_of(pool->caches.slot);
    bool is_shared = pool->caches.slots->is_shared(pool->caches.slot);
    pool->path_malloc = is_shared ? disjoint_shared_malloc : disjoint_cached_malloc;
    pool->path_free = is_shared ? disjoint_shared_free : disjoint_cached_free;
}

void disjoint_caches_release(struct disjoint_pool *pool) {
    if (pool->caches.slots != NULL) {
        umfi_cache_set_fini(&pool->caches);
    }
}

void disjoint_caches_fini(struct disjoint_pool *pool) {
    if (pool->caches.slots != NULL) {
        umfi_page_classes_fini(&pool->pages);
    }
}

/* ---- fork ---- */

void disjoint_caches_prefork(struct disjoint_pool *pool) {
    if (pool->caches.slots != NULL) {
        umfi_cache_prefork(&pool->caches);
    }
}

void disjoint_caches_parent(struct disjoint_pool *pool) {
    if (pool->caches.slots != NULL) {
        umfi_cache_parent(&pool->caches);
    }
}

/* Where the memory is one with the parent's, nothing that was free may be handed
 * out here: what is cached goes back to the retired slabs. */
void disjoint_caches_child(struct disjoint_pool *pool) {
    if (pool->caches.slots != NULL) {
        umfi_cache_child(&pool->caches, pool->is_shared);
    }
}

/* ---- out ---- */

static inline void *hand_out(const struct disjoint_pool *pool, unsigned class, void *block) {
    umfi_unpoison(block, pool->buckets[class - 1].source.chunk_bytes);
    return block;
}

/* All else failed: what is cached elsewhere in this thread, or by none, may lie in a
 * slab of this bucket. */
static void *take_last(struct disjoint_pool *pool, unsigned class) {
    void *block = NULL;
    disjoint_caches_settle(pool);
    return disjoint_bucket_take_held(bucket_of(pool, class), &block, 1) == 1 ? block : NULL;
}

static __attribute__((noinline)) void *malloc_slow(struct disjoint_pool *pool, size_t size,
                                                   unsigned class) {
    struct umfi_thread_cache *cache = class == 0 ? NULL : umfi_cache_get(&pool->caches);
    if (cache == NULL) {
        return disjoint_plain_malloc(pool, size);
    }
    void *block = umfi_cache_pop(cache, class);
    if (block == NULL) {
        block = umfi_cache_refill(&pool->caches, cache, class);
    }
    if (block == NULL) {
        block = take_last(pool, class);
    }
    return block == NULL ? disjoint_fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY)
                         : hand_out(pool, class, block);
}

/* Above the table of sizes. */
static __attribute__((noinline)) void *malloc_large(struct disjoint_pool *pool, size_t size) {
    if (size > pool->limit || size > DISJOINT_CACHED_MOST) {
        return disjoint_plain_malloc(pool, size);
    }
    unsigned class = (unsigned)size_class_of(pool->s_log2, size) + 1;
    if (class > pool->caches.class_count) {
        return disjoint_plain_malloc(pool, size);
    }
    void *block = umfi_cache_pop(umfi_thread_slot_read(pool->slot_offset), class);
    return block != NULL ? hand_out(pool, class, block) : malloc_slow(pool, size, class);
}

void *disjoint_cached_malloc(void *priv, size_t size) {
    struct disjoint_pool *pool = priv;
    if (UMFI_UNLIKELY(size > DISJOINT_TABLED_MOST)) {
        return malloc_large(pool, size);
    }
    unsigned class = pool->class_of_units[(size + 7) / 8];
    void *block = umfi_cache_pop(umfi_thread_slot_read(pool->slot_offset), class);
    return UMFI_LIKELY(block != NULL) ? hand_out(pool, class, block)
                                      : malloc_slow(pool, size, class);
}

/* ---- back ---- */

static inline void take_in(const struct disjoint_pool *pool, unsigned class, void *block) {
    umfi_poison(block, pool->buckets[class - 1].source.chunk_bytes);
}

static __attribute__((noinline)) umf_result_t free_slow(struct disjoint_pool *pool, void *ptr,
                                                        unsigned class) {
    struct umfi_thread_cache *cache = class == 0 ? NULL : umfi_cache_get(&pool->caches);
    if (cache == NULL) {
        return disjoint_plain_free(pool, ptr);
    }
    if (umfi_cache_has_on_top(cache, class, ptr)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    take_in(pool, class, ptr);
    if (!umfi_cache_push(cache, class, ptr)) {
        umfi_cache_relieve(&pool->caches, cache, class);
        (void)umfi_cache_push(cache, class, ptr);
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t disjoint_cached_free(void *priv, void *ptr) {
    struct disjoint_pool *pool = priv;
    unsigned class = umfi_page_class_of(&pool->pages, ptr);
    if (UMFI_LIKELY(umfi_cache_push(umfi_thread_slot_read(pool->slot_offset), class, ptr))) {
        take_in(pool, class, ptr);
        return UMF_RESULT_SUCCESS;
    }
    return free_slow(pool, ptr, class);
}

/* ---- where the word is shared with other pools ---- */

void *disjoint_shared_malloc(void *priv, size_t size) {
    struct disjoint_pool *pool = priv;
    const struct umfi_thread_cache *cache = umfi_thread_slot_read(pool->slot_offset);
    if (UMFI_UNLIKELY(cache->set != &pool->caches) && umfi_cache_get(&pool->caches) == NULL) {
        return disjoint_plain_malloc(pool, size);
    }
    return disjoint_cached_malloc(pool, size);
}

umf_result_t disjoint_shared_free(void *priv, void *ptr) {
    struct disjoint_pool *pool = priv;
    const struct umfi_thread_cache *cache = umfi_thread_slot_read(pool->slot_offset);
    if (UMFI_UNLIKELY(cache->set != &pool->caches) && umfi_cache_get(&pool->caches) == NULL) {
        return disjoint_plain_free(pool, ptr);
    }
    return disjoint_cached_free(pool, ptr);
}
