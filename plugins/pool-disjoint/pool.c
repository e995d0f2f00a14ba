/* pool.c - making, trimming and ending a disjoint pool (pool.h has the laws). */
#include "cached.h"

#include <limits.h>
#include <stdalign.h>

#include "base/checked.h"
#include "base/law.h"
#include "base/object_name.h"

#define UMFI_PARAMS_CONFIG struct disjoint_config
#define UMFI_PARAMS_KIND UMF_PLUGIN_KIND_POOL
#define UMFI_PARAMS_NAME "disjoint"
#include "base/param_rows.h"

const umf_param_table_t disjoint_param_table = {
    .size = sizeof(umf_param_table_t),
    .kind = UMFI_PARAMS_KIND,
    .name = UMFI_PARAMS_NAME,
    .config_size = sizeof(struct disjoint_config),
    .rows = param_rows,
    .row_count = sizeof param_rows / sizeof param_rows[0],
};

/* ---- made ---- */

/* False where the host is too old to tell. */
static bool is_shared(const umf_plugin_host_t *host, umf_memory_provider_handle_t provider) {
    return host->size >= offsetof(umf_plugin_host_t, provider_is_shared) +
                             sizeof host->provider_is_shared &&
           host->provider_is_shared(provider);
}

/* What min_bucket_size is when nobody has set it. */
static size_t cache_line_of(const struct disjoint_pool *pool) {
    size_t line = 0;
    if (pool->host->provider_get_cache_line_size(pool->provider, &line) != UMF_RESULT_SUCCESS ||
        line < DISJOINT_LEAST_CHUNK || line > DISJOINT_GREATEST_CHUNK) {
        return DISJOINT_LEAST_CHUNK;
    }
    return umfi_is_power_of_two(line) ? line : (size_t)2 << floor_log2(line);
}

umf_result_t disjoint_initialize(umf_memory_provider_handle_t provider, const void *params,
                                 void **priv) {
    const umf_plugin_host_t *host = umf_plugin_host_of(provider);
    struct disjoint_config config;
    umf_result_t result = host->effective_params(params, &disjoint_param_table, &config);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    if (config.min_bucket_size != 0 && !umfi_is_power_of_two(config.min_bucket_size)) {
        host->error("disjoint", "min_bucket_size must be a power of two, got %zu",
                    config.min_bucket_size);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct disjoint_pool *pool = host->meta_alloc(sizeof *pool);
    if (pool == NULL) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    pool->host = host;
    pool->path_malloc = disjoint_plain_malloc;
    pool->path_free = disjoint_plain_free;
    pool->provider = provider;
    pool->is_shared = is_shared(host, provider);
    if (host->provider_get_min_page_size(provider, NULL, &pool->page_bytes) !=
        UMF_RESULT_SUCCESS) {
        pool->page_bytes = 1;
    }
    /* the set owns the name; cut as every name is */
    (void)umfi_object_name_copy(pool->name, config.name != NULL ? config.name : "disjoint");
    pool->config = config;
    if (config.min_bucket_size == 0) {
        pool->config.min_bucket_size = cache_line_of(pool);
    }
    *priv = pool;
    return UMF_RESULT_SUCCESS;
}

static size_t depot_blocks_of(size_t chunk_bytes) {
    size_t blocks = DISJOINT_DEPOT_BYTES / chunk_bytes;
    return blocks < DISJOINT_DEPOT_BLOCKS ? blocks : DISJOINT_DEPOT_BLOCKS;
}

static struct bucket_settings settings_of(struct disjoint_pool *pool, size_t number) {
    const struct disjoint_config *config = &pool->config;
    size_t chunk_bytes = size_class_bytes(pool->s_log2, number);
    bool has_cache = pool->caches.slots != NULL && number < pool->caches.class_count;
    size_t slab_min = config->slab_min_size;
    bool is_small = chunk_bytes <= slab_min / 2;
    return (struct bucket_settings){
        .source = {.host = pool->host,
                   .provider = pool->provider,
                   .slab_bytes = chunk_bytes > slab_min ? chunk_bytes : slab_min,
                   .chunk_bytes = chunk_bytes,
                   .chunk_count = chunk_bytes > slab_min ? 1 : slab_min / chunk_bytes,
                   .pages = has_cache ? &pool->pages : NULL,
                   .class = (unsigned)number + 1},
        .max_pooled = is_small ? 1 : config->capacity,
        .limits = config->shared_limits,
        .counts_operations = pool->trace >= TRACE_COUNTERS,
        .depot_blocks = has_cache ? depot_blocks_of(chunk_bytes) : 0,
    };
}

static size_t bucket_block_bytes(const struct disjoint_pool *pool) {
    return pool->bucket_count * sizeof(struct bucket) + alignof(struct bucket);
}

umf_result_t disjoint_start(struct disjoint_pool *pool) {
    size_t s = pool->config.min_bucket_size;
    s = s < DISJOINT_LEAST_CHUNK ? DISJOINT_LEAST_CHUNK : s;
    s = s > DISJOINT_GREATEST_CHUNK ? DISJOINT_GREATEST_CHUNK : s;
    pool->s_log2 = floor_log2(s);
    pool->trace = pool->config.pool_trace;
    pool->bucket_count = size_class_count(pool->s_log2);
    pool->bucket_block = pool->host->meta_alloc(bucket_block_bytes(pool));
    if (pool->bucket_block == NULL) {
        pool->host->meta_free(pool, sizeof *pool);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    pool->buckets =
        (struct bucket *)umfi_align_up((uintptr_t)pool->bucket_block, alignof(struct bucket));
    size_t limit = pool->config.max_poolable_size;
    pool->limit = limit < DISJOINT_GREATEST_CHUNK ? limit : DISJOINT_GREATEST_CHUNK;
    disjoint_caches_init(pool);
    for (size_t i = 0; i < pool->bucket_count; i++) {
        struct bucket_settings settings = settings_of(pool, i);
        disjoint_bucket_init(&pool->buckets[i], &settings);
    }
    pool->is_started = true;
    return UMF_RESULT_SUCCESS;
}

/* ---- ended ---- */

umf_result_t disjoint_finalize(void *priv) {
    struct disjoint_pool *pool = priv;
    UMFI_LAW(disjoint_check(pool));
    if (pool->trace >= TRACE_COUNTERS) {
        disjoint_log_summary(pool);
    }
    umf_result_t first = UMF_RESULT_SUCCESS;
    disjoint_caches_release(pool);
    for (size_t i = 0; i < pool->bucket_count; i++) {
        umf_result_t result = disjoint_bucket_fini(&pool->buckets[i]);
        first = first == UMF_RESULT_SUCCESS ? result : first;
    }
    disjoint_caches_fini(pool);
    const umf_plugin_host_t *host = pool->host;
    if (pool->is_started) {
        host->meta_free(pool->bucket_block, bucket_block_bytes(pool));
    }
    host->meta_free(pool, sizeof *pool);
    return first;
}

umf_result_t disjoint_trim_memory(void *priv, size_t keep_bytes) {
    struct disjoint_pool *pool = priv;
    disjoint_caches_settle(pool);
    for (size_t i = 0; i < pool->bucket_count; i++) {
        size_t kept = disjoint_bucket_trim(&pool->buckets[i], keep_bytes);
        keep_bytes = kept < keep_bytes ? keep_bytes - kept : 0;
    }
    UMFI_LAW(disjoint_check(pool));
    return UMF_RESULT_SUCCESS;
}

/* ---- fork ---- */

void disjoint_prefork(void *priv) {
    struct disjoint_pool *pool = priv;
    disjoint_caches_prefork(pool);
    for (size_t i = 0; i < pool->bucket_count; i++) {
        umfi_mutex_lock_for_fork(&pool->buckets[i].lock);
    }
}

void disjoint_postfork_parent(void *priv) {
    struct disjoint_pool *pool = priv;
    for (size_t i = pool->bucket_count; i-- > 0;) {
        umfi_mutex_unlock_in_parent(&pool->buckets[i].lock);
    }
    disjoint_caches_parent(pool);
}

void disjoint_postfork_child(void *priv) {
    struct disjoint_pool *pool = priv;
    for (size_t i = 0; i < pool->bucket_count; i++) {
        umfi_mutex_reset_in_child(&pool->buckets[i].lock);
        if (pool->is_shared) {
            disjoint_bucket_retire(&pool->buckets[i]);
        }
    }
    disjoint_caches_child(pool);
}
