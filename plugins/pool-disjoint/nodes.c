/*
 * nodes.c - the control nodes of a disjoint pool.
 *
 * Parameters may be written until post_initialize; statistics are read under
 * the buckets' locks, one after the other.
 */
#include "base/checked.h"
#include "base/ctl.h"
#include "cached.h"

/* ---- parameters ---- */

static umf_result_t read_size(void *object, const struct umfi_ctl_call *call,
                              union umfi_ctl_value *value) {
    const struct disjoint_pool *pool = object;
    value->size = *(const size_t *)((const char *)&pool->config + call->node->field);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t write_size(void *object, const struct umfi_ctl_call *call,
                               union umfi_ctl_value value) {
    struct disjoint_pool *pool = object;
    if (pool->is_started) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    *(size_t *)((char *)&pool->config + call->node->field) = value.size;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t write_min_bucket_size(void *object, const struct umfi_ctl_call *call,
                                          union umfi_ctl_value value) {
    const struct disjoint_pool *pool = object;
    if (!pool->is_started && !umfi_is_power_of_two(value.size)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return write_size(object, call, value);
}

static umf_result_t read_trace(void *object, const struct umfi_ctl_call *call,
                               union umfi_ctl_value *value) {
    (void)call;
    const struct disjoint_pool *pool = object;
    value->number = pool->config.pool_trace;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t write_trace(void *object, const struct umfi_ctl_call *call,
                                union umfi_ctl_value value) {
    (void)call;
    struct disjoint_pool *pool = object;
    if (pool->is_started) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    pool->config.pool_trace = value.number;
    return UMF_RESULT_SUCCESS;
}

/* ---- statistics ---- */

static size_t field_of(const struct bucket_stats *stats, const struct umfi_ctl_call *call) {
    return *(const size_t *)((const char *)stats + call->node->field);
}

static umf_result_t read_memory(void *object, const struct umfi_ctl_call *call,
                                union umfi_ctl_value *value) {
    disjoint_caches_settle(object);
    struct bucket_stats stats = disjoint_pool_stats(object);
    value->size = field_of(&stats, call);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t read_counter(void *object, const struct umfi_ctl_call *call,
                                 union umfi_ctl_value *value) {
    const struct disjoint_pool *pool = object;
    return pool->trace >= TRACE_SLABS ? read_memory(object, call, value)
                                      : UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t read_bucket_counter(void *object, const struct umfi_ctl_call *call,
                                        union umfi_ctl_value *value) {
    struct disjoint_pool *pool = object;
    if (call->index >= pool->bucket_count) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (pool->trace < TRACE_SLABS) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    struct bucket_stats stats = disjoint_pool_bucket_stats(pool, call->index);
    value->size = field_of(&stats, call);
    return UMF_RESULT_SUCCESS;
}

/* ---- buckets ---- */

static umf_result_t read_bucket_count(void *object, const struct umfi_ctl_call *call,
                                      union umfi_ctl_value *value) {
    (void)call;
    const struct disjoint_pool *pool = object;
    value->size = pool->bucket_count;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t read_bucket_size(void *object, const struct umfi_ctl_call *call,
                                     union umfi_ctl_value *value) {
    const struct disjoint_pool *pool = object;
    if (call->index >= pool->bucket_count) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    value->size = pool->buckets[call->index].source.chunk_bytes;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t run_post_initialize(void *object, const struct umfi_ctl_call *call) {
    (void)call;
    struct disjoint_pool *pool = object;
    return pool->is_started ? UMF_RESULT_ERROR_INVALID_ARGUMENT : disjoint_start(pool);
}

#define SIZE_PARAM(name, writer)                                                   \
    {.path = "params." #name, .type = UMFI_CTL_SIZE, .read = read_size,            \
     .write = (writer), .field = offsetof(struct disjoint_config, name)}
#define MEMORY(name)                                                               \
    {.path = "stats." #name "_memory", .type = UMFI_CTL_SIZE, .read = read_memory, \
     .field = offsetof(struct bucket_stats, name##_bytes)}
#define COUNTER(name)                                                              \
    {.path = "stats." #name, .type = UMFI_CTL_SIZE, .read = read_counter,          \
     .field = offsetof(struct bucket_stats, counters.name)},                       \
    {.path = "buckets.{}.stats." #name, .type = UMFI_CTL_SIZE,                     \
     .read = read_bucket_counter, .field = offsetof(struct bucket_stats, counters.name)}

static const struct umfi_ctl_node nodes[] = {
    SIZE_PARAM(slab_min_size, write_size),
    SIZE_PARAM(max_poolable_size, write_size),
    SIZE_PARAM(capacity, write_size),
    SIZE_PARAM(min_bucket_size, write_min_bucket_size),
    {.path = "params.pool_trace", .type = UMFI_CTL_INT, .read = read_trace, .write = write_trace},
    MEMORY(used),
    MEMORY(reserved),
    COUNTER(curr_slabs_in_use),
    COUNTER(curr_slabs_in_pool),
    COUNTER(max_slabs_in_use),
    COUNTER(max_slabs_in_pool),
    COUNTER(alloc_num),
    COUNTER(alloc_pool_num),
    COUNTER(free_num),
    {.path = "buckets.count", .type = UMFI_CTL_SIZE, .read = read_bucket_count},
    {.path = "buckets.{}.size", .type = UMFI_CTL_SIZE, .read = read_bucket_size},
    /* known to be elsewhere: INVALID_ARGUMENT, not an unknown path */
    {.path = "buckets.size", .type = UMFI_CTL_SIZE},
    {.path = "buckets.{}.count", .type = UMFI_CTL_SIZE},
    {.path = "post_initialize", .type = UMFI_CTL_ACTION, .run = run_post_initialize},
    {.path = NULL},
};

umf_result_t disjoint_ctl(void *priv, umf_ctl_query_source_t source, const char *name, void *arg,
                          size_t size, umf_ctl_query_type_t query, va_list args) {
    const struct umfi_ctl_query asked = {
        .source = source, .path = name, .arg = arg, .size = size, .type = query};
    return umfi_ctl_answer(nodes, priv, &asked, args);
}
