/*
 * proxy.c - the plugin pool-proxy: every request is one request of the provider.
 *
 * A pool is a pair of pointers and has no lock; the address map knows the blocks
 * and their sizes. live_blocks is left to the core: its counter and one of ours
 * would cost the same, next to a provider call either is nothing, and the core's
 * exists already.
 */
#include <umf/plugin_sdk.h>

#include "base/plugin_desc.h"

struct proxy_pool {
    const umf_plugin_host_t *host;
    umf_memory_provider_handle_t provider;
};

/* Of the thread's latest allocation call on any proxy pool. */
static _Thread_local umf_result_t last_error;

static umf_result_t proxy_initialize(umf_memory_provider_handle_t provider, const void *params,
                                     void **priv) {
    (void)params;
    const umf_plugin_host_t *host = umf_plugin_host_of(provider);
    struct proxy_pool *pool = host->meta_alloc(sizeof *pool);
    if (pool == NULL) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *pool = (struct proxy_pool){.host = host, .provider = provider};
    *priv = pool;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t proxy_finalize(void *priv) {
    struct proxy_pool *pool = priv;
    pool->host->meta_free(pool, sizeof *pool);
    return UMF_RESULT_SUCCESS;
}

static void *proxy_aligned_malloc(void *priv, size_t size, size_t alignment) {
    const struct proxy_pool *pool = priv;
    void *block = NULL;
    last_error = pool->host->provider_alloc(pool->provider, size, alignment, 0, &block);
    /* a provider may write *ptr although it fails */
    return last_error == UMF_RESULT_SUCCESS ? block : NULL;
}

static void *proxy_malloc(void *priv, size_t size) { return proxy_aligned_malloc(priv, size, 0); }

static void *proxy_calloc(void *priv, size_t count, size_t size) {
    (void)priv, (void)count, (void)size;
    last_error = UMF_RESULT_ERROR_NOT_SUPPORTED;
    return NULL;
}

static void *proxy_realloc(void *priv, void *ptr, size_t size) {
    (void)priv, (void)ptr, (void)size;
    last_error = UMF_RESULT_ERROR_NOT_SUPPORTED;
    return NULL;
}

static umf_result_t proxy_malloc_usable_size(void *priv, const void *ptr, size_t *size) {
    (void)priv, (void)ptr;
    if (size == NULL) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *size = 0;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t proxy_free(void *priv, void *ptr) {
    const struct proxy_pool *pool = priv;
    umf_plugin_region_t region = {.size = 0};
    if (ptr != NULL &&
        (pool->host->region_of(pool->provider, ptr, &region) != UMF_RESULT_SUCCESS ||
         region.base != ptr)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return pool->host->provider_free(pool->provider, ptr, region.size);
}

static umf_result_t proxy_get_last_allocation_error(void *priv) {
    (void)priv;
    return last_error;
}

static umf_result_t proxy_get_name(void *priv, const char **name) {
    (void)priv;
    if (name == NULL) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *name = "proxy";
    return UMF_RESULT_SUCCESS;
}

static umf_result_t proxy_ctl(void *priv, umf_ctl_query_source_t source, const char *name,
                              void *arg, size_t size, umf_ctl_query_type_t query, va_list args) {
    (void)priv, (void)source, (void)name, (void)arg, (void)size, (void)query, (void)args;
    return UMF_RESULT_ERROR_INVALID_CTL_PATH;
}

static umf_result_t proxy_trim_memory(void *priv, size_t keep_bytes) {
    (void)priv, (void)keep_bytes;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static const umf_memory_pool_ops_t ops = {
    .version = UMF_POOL_OPS_VERSION_CURRENT,
    .initialize = proxy_initialize,
    .finalize = proxy_finalize,
    .malloc = proxy_malloc,
    .calloc = proxy_calloc,
    .realloc = proxy_realloc,
    .aligned_malloc = proxy_aligned_malloc,
    .malloc_usable_size = proxy_malloc_usable_size,
    .free = proxy_free,
    .get_last_allocation_error = proxy_get_last_allocation_error,
    .get_name = proxy_get_name,
    .ext_ctl = proxy_ctl,
    .ext_trim_memory = proxy_trim_memory,
};

static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_POOL,
    .name = "proxy",
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_POOL_OPS_VERSION_CURRENT,
};

UMFI_PLUGIN(umf_pool_proxy, "pool-proxy", component)
