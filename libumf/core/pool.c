/*
 * pool.c - umf/memory_pool.h: create, destroy, dispatch, tags, owner by address.
 */
#include "core/pool.h"

#include "core/error.h"
#include "core/host.h"
#include "core/lifetime.h"
#include "core/log.h"
#include "core/meta.h"
#include "core/name.h"

#define KNOWN_FLAGS (UMF_POOL_CREATE_FLAG_OWN_PROVIDER | UMF_POOL_CREATE_FLAG_DISABLE_TRACKING)

static const umf_memory_pool_ops_t *pool_ops(umf_memory_pool_handle_t pool) {
    return atomic_load_explicit(&pool->ops, memory_order_relaxed);
}

#define CALL(pool, function) atomic_load_explicit(&(pool)->call.function, memory_order_relaxed)

/* ---- create and destroy ---- */

static void pool_refuse(struct umfi_object *object) {
    struct umf_memory_pool_t *pool = UMFI_CONTAINER_OF(object, struct umf_memory_pool_t, object);
    umfi_pool_calls_refuse(pool);
    if (pool->is_tracking) {
        umfi_tracking_fini(&pool->tracking);
    }
}

/* A plugin's pool always finds its memory through the map, hidden there when the
 * user wants no tracking; foreign ops then get the user's provider itself. */
static umf_memory_provider_handle_t pool_attach(struct umf_memory_pool_t *pool) {
    bool is_hidden = pool->flags & UMF_POOL_CREATE_FLAG_DISABLE_TRACKING;
    pool->is_tracking = !is_hidden || pool->object.component;
    if (!pool->is_tracking) {
        return pool->provider;
    }
    umfi_tracking_init(&pool->tracking, pool->provider, pool, is_hidden);
    return &pool->tracking.standin;
}

/* By the contract finalize is not called where the name or post_initialize
 * fails: the ops release themselves inside the failing step. */
static umf_result_t pool_start(struct umf_memory_pool_t *pool,
                               umf_memory_provider_handle_t provider, const void *params) {
    umf_result_t result = pool->own.initialize(provider, params, &pool->priv);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    const char *name;
    result = pool->own.get_name(pool->priv, &name);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    if (!umfi_name_is_recommended(name)) {
        umfi_log(UMFI_LOG_ERROR, __func__,
                 "pool name '%s' cannot be addressed by name: use [A-Za-z0-9_-]{1,63}",
                 name ? name : "(null)");
    }
    return umfi_post_initialize(pool->own.ext_ctl, pool->priv);
}

static umf_result_t pool_make(struct umf_memory_pool_t *pool, const umf_memory_pool_ops_t *ops,
                              const void *params) {
    umf_result_t result = umfi_pool_ops_adopt(ops, &pool->own);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    atomic_init(&pool->ops, &pool->own);
    pool->object.component = umfi_component_of_pool(&pool->own);
    pool->object.refuse = pool_refuse;
    umf_memory_provider_handle_t provider = pool_attach(pool);
    result = pool_start(pool, provider, params);
    if (result != UMF_RESULT_SUCCESS) {
        if (pool->is_tracking) {
            umfi_tracking_fini(&pool->tracking);
        }
        return result;
    }
    pool->object.priv = pool->priv;
    umfi_pool_calls_choose(pool);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPoolCreate(const umf_memory_pool_ops_t *ops, umf_memory_provider_handle_t provider,
                           const void *params, umf_pool_create_flags_t flags,
                           umf_memory_pool_handle_t *hPool) {
    UMFI_CHECK_ARG(ops != NULL);
    UMFI_CHECK_ARG(provider != NULL);
    UMFI_CHECK_ARG(hPool != NULL);
    UMFI_CHECK_ARG((flags & ~(umf_pool_create_flags_t)KNOWN_FLAGS) == 0);
    UMFI_CHECK(umfi_is_up(), UMF_RESULT_ERROR_UNKNOWN);
    umfi_error_clear();
    umfi_lifetime_begin();
    struct umf_memory_pool_t *pool = umfi_meta_alloc(sizeof *pool);
    if (!pool) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    pool->provider = provider;
    pool->flags = flags;
    umf_result_t result = pool_make(pool, ops, params);
    if (result != UMF_RESULT_SUCCESS) {
        umfi_meta_free(pool, sizeof *pool);
        return result;
    }
    umfi_object_add(UMF_PLUGIN_KIND_POOL, &pool->object);
    *hPool = pool;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPoolDestroy(umf_memory_pool_handle_t hPool) {
    if (!umfi_is_up()) {
        return UMF_RESULT_ERROR_UNKNOWN;
    }
    UMFI_CHECK_ARG(hPool != NULL);
    if (pool_ops(hPool) == &umfi_pool_refusals) {
        return UMF_RESULT_ERROR_UNKNOWN; /* of a former life */
    }
    umfi_object_remove(&hPool->object);
    size_t live;
    if (umfi_log_is_enabled(UMFI_LOG_DEBUG) &&
        umfi_pool_live_blocks(hPool, &live) == UMF_RESULT_SUCCESS && live > 0) {
        umfi_debug("pool destroyed with %zu live allocations", live);
    }
    umf_result_t result = hPool->own.finalize(hPool->priv);
    if (hPool->is_tracking) {
        umfi_tracking_fini(&hPool->tracking);
    }
    if (hPool->flags & UMF_POOL_CREATE_FLAG_OWN_PROVIDER) {
        umf_result_t provider_result = umfMemoryProviderDestroy(hPool->provider);
        result = result == UMF_RESULT_SUCCESS ? provider_result : result;
    }
    umfi_meta_free(hPool, sizeof *hPool);
    return result;
}

/* ---- the data path ---- */

void *umfPoolMalloc(umf_memory_pool_handle_t hPool, size_t size) {
    return UMFI_LIKELY(hPool != NULL) ? CALL(hPool, malloc)(hPool->call_priv, size) : NULL;
}

void *umfPoolAlignedMalloc(umf_memory_pool_handle_t hPool, size_t size, size_t alignment) {
    return hPool ? CALL(hPool, aligned_malloc)(hPool->call_priv, size, alignment) : NULL;
}

void *umfPoolCalloc(umf_memory_pool_handle_t hPool, size_t num, size_t size) {
    return hPool ? CALL(hPool, calloc)(hPool->call_priv, num, size) : NULL;
}

void *umfPoolRealloc(umf_memory_pool_handle_t hPool, void *ptr, size_t size) {
    return hPool ? CALL(hPool, realloc)(hPool->call_priv, ptr, size) : NULL;
}

umf_result_t umfPoolFree(umf_memory_pool_handle_t hPool, void *ptr) {
    UMFI_CHECK_ARG(hPool != NULL);
    return CALL(hPool, free)(hPool->call_priv, ptr);
}

static umf_memory_pool_handle_t pool_by_address(const void *ptr) {
    bool is_slow;
    umf_memory_pool_handle_t pool = umfi_granules_find(&umfi_map.granules, (uintptr_t)ptr, &is_slow);
    if (UMFI_UNLIKELY(is_slow)) {
        struct umfi_region region;
        pool = umfi_addrmap_find(&umfi_map, (uintptr_t)ptr, &region) ? region.owner : NULL;
    }
    return pool;
}

umf_result_t umfFree(void *ptr) {
    umf_memory_pool_handle_t pool = ptr ? pool_by_address(ptr) : NULL;
    if (UMFI_UNLIKELY(!pool)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return CALL(pool, free)(pool->call_priv, ptr);
}

umf_result_t umfPoolByPtr(const void *ptr, umf_memory_pool_handle_t *pool) {
    UMFI_CHECK_ARG(ptr != NULL);
    UMFI_CHECK_ARG(pool != NULL);
    umf_memory_pool_handle_t found = pool_by_address(ptr);
    *pool = found;
    return UMFI_LIKELY(found != NULL) ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

/* ---- the rest ---- */

umf_result_t umfPoolMallocUsableSize(umf_memory_pool_handle_t hPool, const void *ptr,
                                     size_t *size) {
    UMFI_CHECK_ARG(hPool != NULL);
    return pool_ops(hPool)->malloc_usable_size(hPool->priv, ptr, size);
}

umf_result_t umfPoolGetLastAllocationError(umf_memory_pool_handle_t hPool) {
    UMFI_CHECK_ARG(hPool != NULL);
    return pool_ops(hPool)->get_last_allocation_error(hPool->priv);
}

umf_result_t umfPoolGetMemoryProvider(umf_memory_pool_handle_t hPool,
                                      umf_memory_provider_handle_t *hProvider) {
    UMFI_CHECK_ARG(hPool != NULL);
    UMFI_CHECK_ARG(hProvider != NULL);
    *hProvider = hPool->provider;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPoolGetName(umf_memory_pool_handle_t pool, const char **name) {
    UMFI_CHECK_ARG(pool != NULL);
    UMFI_CHECK_ARG(name != NULL);
    return pool_ops(pool)->get_name(pool->priv, name);
}

umf_result_t umfPoolSetTag(umf_memory_pool_handle_t hPool, void *tag, void **oldTag) {
    UMFI_CHECK_ARG(hPool != NULL);
    void *old = atomic_exchange_explicit(&hPool->tag, tag, memory_order_acq_rel);
    if (oldTag) {
        *oldTag = old;
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPoolGetTag(umf_memory_pool_handle_t hPool, void **tag) {
    UMFI_CHECK_ARG(hPool != NULL);
    UMFI_CHECK_ARG(tag != NULL);
    *tag = atomic_load_explicit(&hPool->tag, memory_order_acquire);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPoolTrimMemory(umf_memory_pool_handle_t hPool, size_t minBytesToKeep) {
    UMFI_CHECK_ARG(hPool != NULL);
    return pool_ops(hPool)->ext_trim_memory(hPool->priv, minBytesToKeep);
}
