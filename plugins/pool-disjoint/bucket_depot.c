/* bucket_depot.c - chunks between caches (bucket.h, depot.h). */
#include "bucket.h"

/* Another thread may have been first. False without memory. */
static __attribute__((noinline)) bool stack_make(struct bucket *bucket) {
    const umf_plugin_host_t *host = bucket->source.host;
    struct depot *depot = &bucket->depot;
    void **made = host->meta_alloc(depot->stack_bytes);
    umfi_mutex_lock_short(&bucket->lock);
    bool is_ours = made != NULL && depot->blocks == NULL;
    if (is_ours) {
        depot->blocks = made;
        depot->capacity = depot->stack_bytes / sizeof(void *);
    }
    bool has_stack = depot->blocks != NULL;
    umfi_mutex_unlock(&bucket->lock);
    if (!is_ours) {
        host->meta_free(made, depot->stack_bytes);
    }
    return has_stack;
}

size_t disjoint_bucket_store(struct bucket *bucket, void *const *blocks, size_t count) {
    struct depot *depot = &bucket->depot;
    umfi_mutex_lock_short(&bucket->lock);
    bool has_stack = depot->blocks != NULL;
    size_t given = depot_give(depot, blocks, count);
    umfi_mutex_unlock(&bucket->lock);
    if (UMFI_LIKELY(has_stack) || depot->stack_bytes == 0 || !stack_make(bucket)) {
        return given;
    }
    return disjoint_bucket_store(bucket, blocks, count);
}

size_t disjoint_bucket_drain(struct bucket *bucket, void **blocks, size_t count) {
    umfi_mutex_lock_short(&bucket->lock);
    size_t taken = depot_drain(&bucket->depot, blocks, count);
    umfi_mutex_unlock(&bucket->lock);
    return taken;
}

void disjoint_bucket_depot_fini(struct bucket *bucket) {
    bucket->source.host->meta_free(bucket->depot.blocks, bucket->depot.stack_bytes);
}
