/* bucket.c - moving chunks and slabs (bucket.h has the laws and the locking). */
#include "bucket.h"

#include "base/poison.h"

static void push(struct bucket *bucket, enum slab_list list, struct slab *slab) {
    struct slab *first = bucket->lists[list];
    slab->prev = NULL;
    slab->next = first;
    if (first != NULL) {
        first->prev = slab;
    }
    bucket->lists[list] = slab;
}

static void unlink_slab(struct bucket *bucket, enum slab_list list, struct slab *slab) {
    if (slab->next != NULL) {
        slab->next->prev = slab->prev;
    }
    if (slab->prev != NULL) {
        slab->prev->next = slab->next;
    } else {
        bucket->lists[list] = slab->next;
    }
}

static void raise_to(size_t *max, size_t value) {
    if (*max < value) {
        *max = value;
    }
}

/* ---- between EMPTY and the rest ---- */

static bool pool_slab_locked(struct bucket *bucket, struct slab *slab) {
    struct bucket_counters *counters = &bucket->counters;
    if (counters->curr_slabs_in_pool >= bucket->max_pooled ||
        (bucket->limits != NULL &&
         !umfi_shared_limits_reserve(bucket->limits, bucket->source.slab_bytes))) {
        return false;
    }
    push(bucket, SLAB_EMPTY, slab);
    raise_to(&counters->max_slabs_in_pool, ++counters->curr_slabs_in_pool);
    return true;
}

static void unpool_slab_locked(struct bucket *bucket, struct slab *slab) {
    unlink_slab(bucket, SLAB_EMPTY, slab);
    bucket->counters.curr_slabs_in_pool--;
    if (bucket->limits != NULL) {
        umfi_shared_limits_release(bucket->limits, bucket->source.slab_bytes);
    }
}

/* An empty slab of no list becomes one that chunks are taken from. */
static void open_slab_locked(struct bucket *bucket, struct slab *slab) {
    push(bucket, SLAB_PARTIAL, slab);
    raise_to(&bucket->counters.max_slabs_in_use, ++bucket->counters.curr_slabs_in_use);
}

/* ---- chunks ---- */

/* A slab with a free chunk, in PARTIAL; NULL when the bucket has none. */
static struct slab *find_slab_locked(struct bucket *bucket) {
    struct slab *slab = bucket->lists[SLAB_PARTIAL];
    if (UMFI_LIKELY(slab != NULL)) {
        return slab;
    }
    slab = bucket->lists[SLAB_EMPTY];
    if (slab != NULL) {
        unpool_slab_locked(bucket, slab);
    } else {
        slab = bucket->lists[SLAB_REFUSED];
        if (slab == NULL) {
            return NULL;
        }
        unlink_slab(bucket, SLAB_REFUSED, slab);
        bucket->refused_slabs--;
    }
    open_slab_locked(bucket, slab);
    return slab;
}

/* `slab` is in PARTIAL. */
static void *take_chunk_locked(struct bucket *bucket, struct slab *slab) {
    size_t chunk = slab_take(slab);
    if (slab_is_full(slab)) {
        unlink_slab(bucket, SLAB_PARTIAL, slab);
        push(bucket, SLAB_FULL, slab);
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

size_t disjoint_bucket_take(struct bucket *bucket, void **blocks, size_t count) {
    size_t taken = 0;
    umfi_mutex_lock(&bucket->lock);
    struct slab *slab;
    while (taken < count && (slab = find_slab_locked(bucket)) != NULL) {
        blocks[taken++] = take_chunk_locked(bucket, slab);
    }
    bucket->counters.alloc_pool_num += bucket->counts_operations * taken;
    umfi_mutex_unlock(&bucket->lock);
    return UMFI_LIKELY(taken > 0) ? taken : refill(bucket, blocks, count);
}

/* Adds the slab to `leaving` where it became empty and may not stay. */
static bool give_chunk_locked(struct bucket *bucket, struct chunk_ref ref, struct slab **leaving) {
    struct slab *slab = ref.slab;
    bool was_full = slab_is_full(slab);
    if (!slab_give(slab, ref.chunk)) {
        return false;
    }
    bucket->live_chunks--;
    bucket->counters.free_num += bucket->counts_operations;
    enum slab_list list = was_full ? SLAB_FULL : SLAB_PARTIAL;
    if (slab->live_count == 0) {
        unlink_slab(bucket, list, slab);
        bucket->counters.curr_slabs_in_use--;
        if (!pool_slab_locked(bucket, slab)) {
            slab->next = *leaving;
            *leaving = slab;
        }
    } else if (was_full) {
        unlink_slab(bucket, SLAB_FULL, slab);
        push(bucket, SLAB_PARTIAL, slab);
    }
    return true;
}

/* ---- slabs on their way out ---- */

/* Gives back slabs that are in no list, chained by `next`. */
static __attribute__((noinline)) void release_slabs(struct bucket *bucket, struct slab *slab) {
    while (slab != NULL) {
        struct slab *next = slab->next;
        if (disjoint_slab_destroy(&bucket->source, slab) != UMF_RESULT_SUCCESS) {
            bucket->source.host->log(UMF_PLUGIN_LOG_WARNING, __func__,
                                     "the provider refused a slab of %zu bytes; it stays in use",
                                     bucket->source.slab_bytes);
            umfi_poison(slab->memory, bucket->source.slab_bytes);
            umfi_mutex_lock(&bucket->lock);
            push(bucket, SLAB_REFUSED, slab);
            bucket->refused_slabs++;
            umfi_mutex_unlock(&bucket->lock);
        }
        slab = next;
    }
}

umf_result_t disjoint_bucket_give(struct bucket *bucket, const struct chunk_ref *chunks,
                                  size_t count) {
    struct slab *leaving = NULL;
    bool all_live = true;
    umfi_mutex_lock(&bucket->lock);
    for (size_t i = 0; i < count; i++) {
        all_live &= give_chunk_locked(bucket, chunks[i], &leaving);
    }
    umfi_mutex_unlock(&bucket->lock);
    if (UMFI_UNLIKELY(leaving != NULL)) {
        release_slabs(bucket, leaving);
    }
    return all_live ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

size_t disjoint_bucket_trim(struct bucket *bucket, size_t keep_bytes) {
    size_t slab_bytes = bucket->source.slab_bytes, kept_bytes = 0;
    umfi_mutex_lock(&bucket->lock);
    struct slab *slab = bucket->lists[SLAB_EMPTY];
    while (slab != NULL && kept_bytes < keep_bytes) {
        kept_bytes += slab_bytes;
        slab = slab->next;
    }
    struct slab *leaving = bucket->lists[SLAB_REFUSED];
    bucket->lists[SLAB_REFUSED] = NULL;
    bucket->refused_slabs = 0;
    while (slab != NULL) {
        struct slab *next = slab->next;
        unpool_slab_locked(bucket, slab);
        slab->next = leaving;
        leaving = slab;
        slab = next;
    }
    umfi_mutex_unlock(&bucket->lock);
    release_slabs(bucket, leaving);
    return kept_bytes;
}

/* ---- life ---- */

void disjoint_bucket_init(struct bucket *bucket, const struct bucket_settings *settings) {
    umfi_mutex_init(&bucket->lock, UMFI_RANK_POOL);
    bucket->source = settings->source;
    bucket->divisor = chunk_divisor_of(settings->source.chunk_bytes);
    bucket->max_pooled = settings->max_pooled;
    bucket->limits = settings->limits;
    bucket->counts_operations = settings->counts_operations;
}

umf_result_t disjoint_bucket_fini(struct bucket *bucket) {
    umf_result_t first = UMF_RESULT_SUCCESS;
    if (bucket->limits != NULL) {
        umfi_shared_limits_release(bucket->limits, bucket->counters.curr_slabs_in_pool *
                                                       bucket->source.slab_bytes);
    }
    for (int list = 0; list < SLAB_LISTS; list++) {
        struct slab *slab = bucket->lists[list];
        while (slab != NULL) {
            struct slab *next = slab->next;
            umf_result_t result = disjoint_slab_destroy(&bucket->source, slab);
            if (result != UMF_RESULT_SUCCESS) {
                first = first == UMF_RESULT_SUCCESS ? result : first;
                disjoint_slab_abandon(&bucket->source, slab);
            }
            slab = next;
        }
    }
    umfi_mutex_fini(&bucket->lock);
    return first;
}

struct bucket_stats disjoint_bucket_stats(struct bucket *bucket) {
    umfi_mutex_lock(&bucket->lock);
    const struct bucket_counters *counters = &bucket->counters;
    size_t slabs =
        counters->curr_slabs_in_use + counters->curr_slabs_in_pool + bucket->refused_slabs;
    struct bucket_stats stats = {
        .counters = *counters,
        .live_chunks = bucket->live_chunks,
        .used_bytes = bucket->live_chunks * bucket->source.chunk_bytes,
        .reserved_bytes = slabs * bucket->source.slab_bytes,
    };
    umfi_mutex_unlock(&bucket->lock);
    return stats;
}

static bool belongs_in(const struct slab *slab, enum slab_list list) {
    if (list == SLAB_EMPTY || list == SLAB_REFUSED) {
        return slab->live_count == 0;
    }
    return slab->live_count != 0 && slab_is_full(slab) == (list == SLAB_FULL);
}

bool disjoint_bucket_check(struct bucket *bucket) {
    size_t length[SLAB_LISTS] = {0}, live = 0;
    bool holds = true;
    umfi_mutex_lock(&bucket->lock);
    for (int list = 0; list < SLAB_LISTS; list++) {
        const struct slab *prev = NULL;
        for (const struct slab *slab = bucket->lists[list]; slab != NULL; slab = slab->next) {
            holds = holds && slab->prev == prev && slab->bucket == bucket &&
                    belongs_in(slab, (enum slab_list)list) &&
                    disjoint_slab_check(&bucket->source, slab);
            live += slab->live_count;
            length[list]++;
            prev = slab;
        }
    }
    const struct bucket_counters *counters = &bucket->counters;
    holds = holds && live == bucket->live_chunks &&
            counters->curr_slabs_in_use == length[SLAB_PARTIAL] + length[SLAB_FULL] &&
            counters->curr_slabs_in_pool == length[SLAB_EMPTY] &&
            bucket->refused_slabs == length[SLAB_REFUSED] &&
            length[SLAB_EMPTY] <= bucket->max_pooled;
    umfi_mutex_unlock(&bucket->lock);
    return holds;
}
