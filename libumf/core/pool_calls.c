/*
 * pool_calls.c - the entry points of a pool's data path (pool.h has the law).
 *
 * Three sets: the plugin's own, those that count around foreign ops, and those
 * that refuse after the last umfTearDown.
 */
#include "core/pool.h"

/* ---- counting ---- */

static void count_add(struct umf_memory_pool_t *pool, size_t n) {
    atomic_fetch_add_explicit(&pool->counted_blocks, n, memory_order_relaxed);
}

static void *counted(struct umf_memory_pool_t *pool, void *block) {
    if (block) {
        count_add(pool, 1);
    }
    return block;
}

static void *counting_malloc(void *self, size_t size) {
    struct umf_memory_pool_t *pool = self;
    return counted(pool, pool->own.malloc(pool->priv, size));
}

static void *counting_aligned_malloc(void *self, size_t size, size_t alignment) {
    struct umf_memory_pool_t *pool = self;
    return counted(pool, pool->own.aligned_malloc(pool->priv, size, alignment));
}

static void *counting_calloc(void *self, size_t num, size_t size) {
    struct umf_memory_pool_t *pool = self;
    return counted(pool, pool->own.calloc(pool->priv, num, size));
}

static void *counting_realloc(void *self, void *ptr, size_t size) {
    struct umf_memory_pool_t *pool = self;
    void *block = pool->own.realloc(pool->priv, ptr, size);
    if (!ptr) {
        return counted(pool, block);
    }
    if (size == 0 && !block) {
        count_add(pool, (size_t)-1);
    }
    return block;
}

/* Down before the free: once it is done another thread may allocate and count. */
static umf_result_t counting_free(void *self, void *ptr) {
    struct umf_memory_pool_t *pool = self;
    if (!ptr) {
        return pool->own.free(pool->priv, NULL);
    }
    count_add(pool, (size_t)-1);
    umf_result_t result = pool->own.free(pool->priv, ptr);
    if (result != UMF_RESULT_SUCCESS) {
        count_add(pool, 1);
    }
    return result;
}

/* ---- refusals ---- */

static void *refuse_malloc(void *priv, size_t size) {
    (void)priv, (void)size;
    return NULL;
}
static void *refuse_pair(void *priv, size_t a, size_t b) {
    (void)priv, (void)a, (void)b;
    return NULL;
}
static void *refuse_realloc(void *priv, void *ptr, size_t size) {
    (void)priv, (void)ptr, (void)size;
    return NULL;
}
static umf_result_t refuse_free(void *priv, void *ptr) {
    (void)priv, (void)ptr;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_plain(void *priv) {
    (void)priv;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_initialize(umf_memory_provider_handle_t provider, const void *params,
                                      void **priv) {
    (void)provider, (void)params, (void)priv;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_usable_size(void *priv, const void *ptr, size_t *size) {
    (void)priv, (void)ptr, (void)size;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_name(void *priv, const char **name) {
    (void)priv, (void)name;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_ctl(void *priv, umf_ctl_query_source_t source, const char *name,
                               void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    (void)priv, (void)source, (void)name, (void)arg, (void)size, (void)type, (void)args;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_trim(void *priv, size_t keep) {
    (void)priv, (void)keep;
    return UMF_RESULT_ERROR_UNKNOWN;
}

const umf_memory_pool_ops_t umfi_pool_refusals = {
    .version = UMF_POOL_OPS_VERSION_CURRENT,
    .initialize = refuse_initialize,
    .finalize = refuse_plain,
    .malloc = refuse_malloc,
    .calloc = refuse_pair,
    .realloc = refuse_realloc,
    .aligned_malloc = refuse_pair,
    .malloc_usable_size = refuse_usable_size,
    .free = refuse_free,
    .get_last_allocation_error = refuse_plain,
    .get_name = refuse_name,
    .ext_ctl = refuse_ctl,
    .ext_trim_memory = refuse_trim,
};

/* ---- the choice ---- */

/* Relaxed: a handle reaches another thread through the user's own hand-over, and
 * the last teardown must not race with use. */
static void calls_set(struct umf_memory_pool_t *pool, const umf_memory_pool_ops_t *ops) {
    atomic_store_explicit(&pool->call.malloc, ops->malloc, memory_order_relaxed);
    atomic_store_explicit(&pool->call.free, ops->free, memory_order_relaxed);
    atomic_store_explicit(&pool->call.aligned_malloc, ops->aligned_malloc, memory_order_relaxed);
    atomic_store_explicit(&pool->call.calloc, ops->calloc, memory_order_relaxed);
    atomic_store_explicit(&pool->call.realloc, ops->realloc, memory_order_relaxed);
}

void umfi_pool_calls_choose(struct umf_memory_pool_t *pool) {
    static const umf_memory_pool_ops_t counting = {.malloc = counting_malloc,
                                                   .free = counting_free,
                                                   .aligned_malloc = counting_aligned_malloc,
                                                   .calloc = counting_calloc,
                                                   .realloc = counting_realloc};
    bool counts_itself = pool->object.component && pool->object.component->desc.live_blocks;
    pool->call_priv = counts_itself ? pool->priv : pool;
    calls_set(pool, counts_itself ? &pool->own : &counting);
    if (counts_itself && pool->object.component->desc.data_path) {
        umf_plugin_data_path_t path = {.malloc = pool->own.malloc, .free = pool->own.free};
        pool->object.component->desc.data_path(pool->priv, &path);
        atomic_store_explicit(&pool->call.malloc, path.malloc, memory_order_relaxed);
        atomic_store_explicit(&pool->call.free, path.free, memory_order_relaxed);
    }
}

void umfi_pool_calls_refuse(struct umf_memory_pool_t *pool) {
    calls_set(pool, &umfi_pool_refusals);
    atomic_store_explicit(&pool->ops, &umfi_pool_refusals, memory_order_relaxed);
}

umf_result_t umfi_pool_live_blocks(struct umf_memory_pool_t *pool, size_t *count) {
    if (pool->call_priv != pool) {
        return pool->object.component->desc.live_blocks(pool->priv, count);
    }
    *count = atomic_load_explicit(&pool->counted_blocks, memory_order_relaxed);
    return UMF_RESULT_SUCCESS;
}
