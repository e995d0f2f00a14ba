/* bucket.c - chunks out and back, slabs between the lists (bucket.h). */
#include "bucket.h"

#include "base/poison.h"

/* NULL: the list is empty. */
static inline struct slab *first_of(struct bucket *bucket, enum slab_list list) {
    struct umfi_list *head = &bucket->lists[list];
    return umfi_list_is_empty(head) ? NULL : slab_of_node(head->next);
}

/* The slab is in no list. */
static inline void enlist(struct bucket *bucket, enum slab_list list, struct slab *slab) {
    umfi_list_push(&bucket->lists[list], &slab->node);
}

static inline void raise_to(size_t *max, size_t value) {
    if (*max < value) {
        *max = value;
    }
}

/* ---- between EMPTY and the rest ---- */

/* An empty slab of no list goes to EMPTY, if it may. */
static bool pool_slab_locked(struct bucket *bucket, struct slab *slab) {
    struct bucket_counters *counters = &bucket->counters;
    if (counters->curr_slabs_in_pool >= bucket->max_pooled ||
        (bucket->limits != NULL &&
         !umfi_shared_limits_reserve(bucket->limits, bucket->source.slab_bytes))) {
        return false;
    }
    enlist(bucket, SLAB_EMPTY, slab);
    raise_to(&counters->max_slabs_in_pool, ++counters->curr_slabs_in_pool);
    return true;
}

static void unpool_slab_locked(struct bucket *bucket, struct slab *slab) {
    umfi_list_remove(&slab->node);
    bucket->counters.curr_slabs_in_pool--;
    if (bucket->limits != NULL) {
        umfi_shared_limits_release(bucket->limits, bucket->source.slab_bytes);
    }
}

/* An empty slab of no list becomes one that chunks are taken from. */
static void open_slab_locked(struct bucket *bucket, struct slab *slab) {
    enlist(bucket, SLAB_PARTIAL, slab);
    raise_to(&bucket->counters.max_slabs_in_use, ++bucket->counters.curr_slabs_in_use);
}

/* ---- chunks out ---- */

/* A slab with a free chunk, in PARTIAL; NULL when the bucket has none. */
static inline struct slab *find_slab_locked(struct bucket *bucket) {
    struct slab *slab = first_of(bucket, SLAB_PARTIAL);
    if (UMFI_LIKELY(slab != NULL)) {
        return slab;
    }
    if ((slab = first_of(bucket, SLAB_EMPTY)) != NULL) {
        unpool_slab_locked(bucket, slab);
    } else if ((slab = first_of(bucket, SLAB_REFUSED)) != NULL) {
        umfi_list_remove(&slab->node);
        bucket->refused_slabs--;
    } else {
        return NULL;
    }
    open_slab_locked(bucket, slab);
    return slab;
}

/* `slab` is in PARTIAL. */
static inline void *take_chunk_locked(struct bucket *bucket, struct slab *slab) {
    size_t chunk = slab_take(slab);
    if (slab_is_full(slab)) {
        umfi_list_remove(&slab->node);
        enlist(bucket, SLAB_FULL, slab);
    }
    bucket->live_chunks++;
    bucket->counters.alloc_num += bucket->counts_operations;
    return slab->memory + chunk * bucket->source.chunk_bytes;
}

static __attribute__((noinline)) size_t refill(struct bucket *bucket, void **blocks, size_t count) {
    struct slab *slab = disjoint_slab_create(&bucket->source, bucket);
    if (slab == NULL) {
        return 0;
    }
    size_t taken = 0;
    umfi_mutex_lock(&bucket->lock);
    open_slab_locked(bucket, slab);
    do {
        blocks[taken++] = take_chunk_locked(bucket, slab);
    } while (taken < count && !slab_is_full(slab));
    bucket->counters.alloc_pool_num += bucket->counts_operations * (taken - 1);
    umfi_mutex_unlock(&bucket->lock);
    return taken;
}

size_t disjoint_bucket_take_held(struct bucket *bucket, void **blocks, size_t count) {
    struct slab *slab;
    umfi_mutex_lock_short(&bucket->lock);
    size_t taken = depot_take(&bucket->depot, blocks, count);
    if (taken > 0) {
        umfi_mutex_unlock(&bucket->lock);
        return taken;
    }
    while (taken < count && (slab = find_slab_locked(bucket)) != NULL) {
        blocks[taken++] = take_chunk_locked(bucket, slab);
    }
    bucket->counters.alloc_pool_num += bucket->counts_operations * taken;
    umfi_mutex_unlock(&bucket->lock);
    return taken;
}

size_t disjoint_bucket_take(struct bucket *bucket, void **blocks, size_t count) {
    size_t taken = disjoint_bucket_take_held(bucket, blocks, count);
    return UMFI_LIKELY(taken > 0) ? taken : refill(bucket, blocks, count);
}

/* ---- chunks back ---- */

/* A retired slab leaves once it is empty. */
static __attribute__((noinline)) void leave_retired_locked(struct bucket *bucket,
                                                           struct slab *slab,
                                                           struct umfi_list *leaving) {
    if (slab->live_count == 0) {
        umfi_list_remove(&slab->node);
        umfi_list_push(leaving, &slab->node);
        bucket->retired_slabs--;
    }
}

/* The slab goes to `leaving` where it became empty and may not stay. */
static inline bool give_chunk_locked(struct bucket *bucket, struct chunk_ref ref,
                                     struct umfi_list *leaving) {
    struct slab *slab = ref.slab;
    bool was_full = slab_is_full(slab);
    if (UMFI_UNLIKELY(!slab_give(slab, ref.chunk))) {
        return false;
    }
    bucket->live_chunks--;
    bucket->counters.free_num += bucket->counts_operations;
    if (UMFI_UNLIKELY(slab->is_retired)) {
        leave_retired_locked(bucket, slab, leaving);
    } else if (slab->live_count == 0) {
        umfi_list_remove(&slab->node);
        bucket->counters.curr_slabs_in_use--;
        if (!pool_slab_locked(bucket, slab)) {
            umfi_list_push(leaving, &slab->node);
        }
    } else if (was_full) {
        umfi_list_remove(&slab->node);
        enlist(bucket, SLAB_PARTIAL, slab);
    }
    return true;
}

/* Gives back the slabs of a list that only the caller knows. */
static __attribute__((noinline)) void release_slabs(struct bucket *bucket,
                                                    struct umfi_list *leaving) {
    while (!umfi_list_is_empty(leaving)) {
        struct slab *slab = slab_of_node(leaving->next);
        umfi_list_remove(&slab->node);
        if (disjoint_slab_destroy(&bucket->source, slab) == UMF_RESULT_SUCCESS) {
            continue;
        }
        bucket->source.host->log(UMF_PLUGIN_LOG_WARNING, __func__,
                                 "the provider refused a slab of %zu bytes; it stays in use",
                                 bucket->source.slab_bytes);
        umfi_poison(slab->memory, bucket->source.slab_bytes);
        umfi_mutex_lock(&bucket->lock);
        enlist(bucket, slab->is_retired ? SLAB_RETIRED : SLAB_REFUSED, slab);
        *(slab->is_retired ? &bucket->retired_slabs : &bucket->refused_slabs) += 1;
        umfi_mutex_unlock(&bucket->lock);
    }
}

umf_result_t disjoint_bucket_give(struct bucket *bucket, const struct chunk_ref *chunks,
                                  size_t count) {
    struct umfi_list leaving = UMFI_LIST_INITIALIZER(leaving);
    bool all_live = true;
    umfi_mutex_lock_short(&bucket->lock);
    for (size_t i = 0; i < count; i++) {
        all_live &= give_chunk_locked(bucket, chunks[i], &leaving);
    }
    umfi_mutex_unlock(&bucket->lock);
    if (UMFI_UNLIKELY(!umfi_list_is_empty(&leaving))) {
        release_slabs(bucket, &leaving);
    }
    return all_live ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

size_t disjoint_bucket_trim(struct bucket *bucket, size_t keep_bytes) {
    struct umfi_list leaving = UMFI_LIST_INITIALIZER(leaving);
    size_t kept_bytes = 0;
    struct slab *slab;
    umfi_mutex_lock(&bucket->lock);
    struct umfi_list *empty = &bucket->lists[SLAB_EMPTY], *node = empty->next;
    for (; node != empty && kept_bytes < keep_bytes; node = node->next) {
        kept_bytes += bucket->source.slab_bytes;
    }
    while (node != empty) {
        slab = slab_of_node(node);
        node = node->next;
        unpool_slab_locked(bucket, slab);
        umfi_list_push(&leaving, &slab->node);
    }
    while ((slab = first_of(bucket, SLAB_REFUSED)) != NULL) {
        umfi_list_remove(&slab->node);
        bucket->refused_slabs--;
        umfi_list_push(&leaving, &slab->node);
    }
    struct umfi_list *retired = &bucket->lists[SLAB_RETIRED];
    for (node = retired->next; node != retired;) {
        slab = slab_of_node(node);
        node = node->next;
        leave_retired_locked(bucket, slab, &leaving);
    }
    umfi_mutex_unlock(&bucket->lock);
    release_slabs(bucket, &leaving);
    return kept_bytes;
}
