/* bucket_life.c - making, ending and inspecting a bucket (bucket.h). */
#include "bucket.h"

void disjoint_bucket_init(struct bucket *bucket, const struct bucket_settings *settings) {
    umfi_mutex_init(&bucket->lock, UMFI_RANK_POOL);
    for (int list = 0; list < SLAB_LISTS; list++) {
        umfi_list_init(&bucket->lists[list]);
    }
    bucket->source = settings->source;
    bucket->divisor = chunk_divisor_of(settings->source.chunk_bytes);
    bucket->max_pooled = settings->max_pooled;
    bucket->limits = settings->limits;
    bucket->counts_operations = settings->counts_operations;
    bucket->depot.stack_bytes = settings->depot_blocks * sizeof(void *);
}

umf_result_t disjoint_bucket_fini(struct bucket *bucket) {
    umf_result_t first = UMF_RESULT_SUCCESS;
    if (bucket->limits != NULL) {
        umfi_shared_limits_release(bucket->limits, bucket->counters.curr_slabs_in_pool *
                                                       bucket->source.slab_bytes);
    }
    for (int list = 0; list < SLAB_LISTS; list++) {
        struct umfi_list *head = &bucket->lists[list];
        while (!umfi_list_is_empty(head)) {
            struct slab *slab = slab_of_node(head->next);
            umfi_list_remove(&slab->node);
            umf_result_t result = disjoint_slab_destroy(&bucket->source, slab);
            if (result != UMF_RESULT_SUCCESS) {
                first = first == UMF_RESULT_SUCCESS ? result : first;
                disjoint_slab_abandon(&bucket->source, slab);
            }
        }
    }
    disjoint_bucket_depot_fini(bucket);
    umfi_mutex_fini(&bucket->lock);
    return first;
}

void disjoint_bucket_retire(struct bucket *bucket) {
    struct umfi_list *retired = &bucket->lists[SLAB_RETIRED];
    struct bucket_counters *counters = &bucket->counters;
    for (int list = 0; list < SLAB_RETIRED; list++) {
        struct umfi_list *head = &bucket->lists[list];
        while (!umfi_list_is_empty(head)) {
            struct slab *slab = slab_of_node(head->next);
            umfi_list_remove(&slab->node);
            slab->is_retired = true;
            disjoint_slab_uncache(&bucket->source, slab);
            umfi_list_push(retired, &slab->node);
            bucket->retired_slabs++;
        }
    }
    if (bucket->limits != NULL) {
        umfi_shared_limits_release(bucket->limits,
                                   counters->curr_slabs_in_pool * bucket->source.slab_bytes);
    }
    bucket->depot.is_stale = bucket->depot.count > 0;
    counters->curr_slabs_in_use = counters->curr_slabs_in_pool = bucket->refused_slabs = 0;
}

struct bucket_stats disjoint_bucket_stats(struct bucket *bucket) {
    umfi_mutex_lock(&bucket->lock);
    const struct bucket_counters *counters = &bucket->counters;
    size_t slabs = counters->curr_slabs_in_use + counters->curr_slabs_in_pool +
                   bucket->refused_slabs + bucket->retired_slabs;
    size_t live = bucket->live_chunks - bucket->depot.count;
    struct bucket_stats stats = {
        .counters = *counters,
        .live_chunks = live,
        .used_bytes = live * bucket->source.chunk_bytes,
        .reserved_bytes = slabs * bucket->source.slab_bytes,
    };
    umfi_mutex_unlock(&bucket->lock);
    return stats;
}

static bool belongs_in(const struct slab *slab, enum slab_list list) {
    if (slab->is_retired || list == SLAB_RETIRED) {
        return slab->is_retired && list == SLAB_RETIRED;
    }
    if (list == SLAB_EMPTY || list == SLAB_REFUSED) {
        return slab->live_count == 0;
    }
    return slab->live_count != 0 && slab_is_full(slab) == (list == SLAB_FULL);
}

static bool counts_agree(const struct bucket *bucket, const size_t length[SLAB_LISTS],
                         size_t live) {
    const struct bucket_counters *counters = &bucket->counters;
    return live == bucket->live_chunks && bucket->depot.count <= live &&
           bucket->depot.count <= bucket->depot.capacity &&
           counters->curr_slabs_in_use == length[SLAB_PARTIAL] + length[SLAB_FULL] &&
           counters->curr_slabs_in_pool == length[SLAB_EMPTY] &&
           bucket->refused_slabs == length[SLAB_REFUSED] &&
           bucket->retired_slabs == length[SLAB_RETIRED] &&
           length[SLAB_EMPTY] <= bucket->max_pooled;
}

bool disjoint_bucket_check(struct bucket *bucket) {
    size_t length[SLAB_LISTS] = {0}, live = 0;
    bool holds = true;
    umfi_mutex_lock(&bucket->lock);
    for (int list = 0; list < SLAB_LISTS; list++) {
        struct umfi_list *head = &bucket->lists[list];
        for (struct umfi_list *node = head->next; node != head; node = node->next) {
            const struct slab *slab = slab_of_node(node);
            holds = holds && node->next->prev == node && slab->bucket == bucket &&
                    belongs_in(slab, (enum slab_list)list) &&
                    disjoint_slab_check(&bucket->source, slab);
            live += slab->live_count;
            length[list]++;
        }
    }
    holds = holds && counts_agree(bucket, length, live);
    umfi_mutex_unlock(&bucket->lock);
    return holds;
}
