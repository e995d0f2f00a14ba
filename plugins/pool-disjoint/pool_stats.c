/* pool_stats.c - what a disjoint pool tells of itself (pool.h). */
#include "cached.h"

struct bucket_stats disjoint_pool_bucket_stats(struct disjoint_pool *pool, size_t bucket) {
    struct bucket_stats stats = disjoint_bucket_stats(&pool->buckets[bucket]);
    size_t cached = disjoint_cached_chunks(pool, bucket);
    /* not read at one moment: other threads may have moved some in between */
    cached = cached < stats.live_chunks ? cached : stats.live_chunks;
    stats.live_chunks -= cached;
    stats.used_bytes -= cached * pool->buckets[bucket].source.chunk_bytes;
    return stats;
}

struct bucket_stats disjoint_pool_stats(struct disjoint_pool *pool) {
    struct bucket_stats sum = {.live_chunks = 0};
    for (size_t i = 0; i < pool->bucket_count; i++) {
        struct bucket_stats stats = disjoint_pool_bucket_stats(pool, i);
        sum.live_chunks += stats.live_chunks;
        sum.used_bytes += stats.used_bytes;
        sum.reserved_bytes += stats.reserved_bytes;
        sum.counters.curr_slabs_in_use += stats.counters.curr_slabs_in_use;
        sum.counters.curr_slabs_in_pool += stats.counters.curr_slabs_in_pool;
        sum.counters.max_slabs_in_use += stats.counters.max_slabs_in_use;
        sum.counters.max_slabs_in_pool += stats.counters.max_slabs_in_pool;
        sum.counters.alloc_num += stats.counters.alloc_num;
        sum.counters.alloc_pool_num += stats.counters.alloc_pool_num;
        sum.counters.free_num += stats.counters.free_num;
    }
    return sum;
}

umf_result_t disjoint_live_blocks(void *priv, size_t *count) {
    struct disjoint_pool *pool = priv;
    *count = disjoint_pool_stats(pool).live_chunks +
             atomic_load_explicit(&pool->live_direct, memory_order_relaxed);
    return UMF_RESULT_SUCCESS;
}

void disjoint_log_summary(struct disjoint_pool *pool) {
    for (size_t i = 0; i <= pool->bucket_count; i++) {
        bool is_total = i == pool->bucket_count;
        struct bucket_stats stats =
            is_total ? disjoint_pool_stats(pool) : disjoint_bucket_stats(&pool->buckets[i]);
        const struct bucket_counters *counters = &stats.counters;
        if (!is_total && counters->max_slabs_in_use == 0) {
            continue;
        }
        pool->host->log(UMF_PLUGIN_LOG_DEBUG, "disjoint_finalize",
                        "%s: %s%zu: %zu allocated, %zu of them without the provider, %zu freed; "
                        "at most %zu slabs in use and %zu in the pool",
                        pool->name, is_total ? "all buckets, " : "bucket of ",
                        is_total ? pool->bucket_count : pool->buckets[i].source.chunk_bytes,
                        counters->alloc_num, counters->alloc_pool_num, counters->free_num,
                        counters->max_slabs_in_use, counters->max_slabs_in_pool);
    }
}

bool disjoint_check(struct disjoint_pool *pool) {
    for (size_t i = 0; i < pool->bucket_count; i++) {
        struct bucket *bucket = &pool->buckets[i];
        if (bucket->source.chunk_bytes != size_class_bytes(pool->s_log2, i) ||
            !disjoint_bucket_check(bucket)) {
            return false;
        }
    }
    return pool->limit <= DISJOINT_GREATEST_CHUNK;
}
