/* tracking.c - a provider that registers what it hands out (tracking.h). */
#include "core/tracking.h"

#include "core/error.h"
#include "core/host.h"
#include "core/log.h"

struct umfi_addrmap umfi_map = UMFI_ADDRMAP_INITIALIZER;

static const umf_memory_provider_ops_t *upstream_ops(const struct umfi_tracking *tracking) {
    return umfi_provider_ops(tracking->upstream);
}

static void *upstream_priv(const struct umfi_tracking *tracking) {
    return tracking->upstream->priv;
}

umf_result_t umfi_tracking_alloc(struct umfi_tracking *tracking, size_t size, size_t alignment,
                                 uintptr_t word, void **ptr) {
    void *memory = NULL;
    umf_result_t result =
        upstream_ops(tracking)->alloc(upstream_priv(tracking), size, alignment, &memory);
    if (result != UMF_RESULT_SUCCESS || !memory || size == 0) {
        /* nothing that could be registered: the pool gets what the provider gave */
        if (result == UMF_RESULT_SUCCESS || memory) {
            *ptr = memory;
        }
        return result;
    }
    struct umfi_region_spec spec = {.base = (uintptr_t)memory,
                                    .size = size,
                                    .owner = tracking->pool,
                                    .word = word,
                                    .flags = tracking->region_flags};
    uint64_t id;
    result = umfi_addrmap_insert(&umfi_map, &spec, &id);
    if (result != UMF_RESULT_SUCCESS) {
        umfi_error(__func__,
                   "cannot register %zu bytes at %p: %s", size, memory,
                   result == UMF_RESULT_ERROR_OUT_OF_RESOURCES
                       ? "pools are nested more than 8 levels deep"
                   : result == UMF_RESULT_ERROR_INVALID_ARGUMENT
                       ? "they overlap another pool's memory partly"
                       : "no memory for metadata");
        (void)upstream_ops(tracking)->free(upstream_priv(tracking), memory, size);
        return result;
    }
    *ptr = memory;
    return UMF_RESULT_SUCCESS;
}

/* ---- the stand-in's functions; priv is the tracking ---- */

static umf_result_t standin_initialize(const void *params, void **priv) {
    (void)params, (void)priv;
    return UMF_RESULT_ERROR_NOT_SUPPORTED; /* made by umfi_tracking_init only */
}

static umf_result_t standin_finalize(void *priv) {
    (void)priv;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t standin_alloc(void *priv, size_t size, size_t alignment, void **ptr) {
    return umfi_tracking_alloc(priv, size, alignment, 0, ptr);
}

static umf_result_t standin_free(void *priv, void *ptr, size_t size) {
    struct umfi_tracking *tracking = priv;
    struct umfi_taken taken;
    bool is_known =
        ptr && umfi_addrmap_take(&umfi_map, (uintptr_t)ptr, tracking->pool, &taken);
    umf_result_t result = upstream_ops(tracking)->free(upstream_priv(tracking), ptr, size);
    if (!is_known) {
        return result;
    }
    if (result == UMF_RESULT_SUCCESS) {
        umfi_addrmap_drop(&umfi_map, &taken);
    } else if (!umfi_addrmap_restore(&umfi_map, &taken)) {
        umfi_warn("%p was registered again while its free failed", ptr);
    }
    return result;
}

static umf_result_t standin_native_error(void *priv, const char **message, int32_t *error) {
    return upstream_ops(priv)->get_last_native_error(upstream_priv(priv), message, error);
}

static umf_result_t standin_recommended_page(void *priv, size_t size, size_t *page) {
    return upstream_ops(priv)->get_recommended_page_size(upstream_priv(priv), size, page);
}

static umf_result_t standin_min_page(void *priv, const void *ptr, size_t *page) {
    return upstream_ops(priv)->get_min_page_size(upstream_priv(priv), ptr, page);
}

static umf_result_t standin_name(void *priv, const char **name) {
    return upstream_ops(priv)->get_name(upstream_priv(priv), name);
}

static umf_result_t standin_cache_line(void *priv, size_t *size) {
    return upstream_ops(priv)->get_cache_line_size(upstream_priv(priv), size);
}

static umf_result_t standin_purge_lazy(void *priv, void *ptr, size_t size) {
    return upstream_ops(priv)->ext_purge_lazy(upstream_priv(priv), ptr, size);
}

static umf_result_t standin_purge_force(void *priv, void *ptr, size_t size) {
    return upstream_ops(priv)->ext_purge_force(upstream_priv(priv), ptr, size);
}

/* Tells what the reshape came to once the provider has answered. */
static umf_result_t reshape_settle(struct umfi_reshape *reshape, umf_result_t result) {
    if (result != UMF_RESULT_SUCCESS) {
        umfi_addrmap_reshape_cancel(&umfi_map, reshape);
    } else if (!umfi_addrmap_reshape_commit(&umfi_map, reshape)) {
        umfi_error(__func__, "a split or merge raced with another change of the same allocation");
        result = UMF_RESULT_ERROR_UNKNOWN;
    }
    return result;
}

static umf_result_t standin_split(void *priv, void *ptr, size_t total, size_t first) {
    struct umfi_tracking *tracking = priv;
    if (!umfi_provider_can_reshape(tracking->upstream)) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED; /* whatever the address: pools ask with any */
    }
    struct umfi_split split = {
        .base = (uintptr_t)ptr, .total = total, .first = first, .owner = tracking->pool};
    struct umfi_reshape reshape;
    umf_result_t result = umfi_addrmap_split_prepare(&umfi_map, &split, &reshape);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = upstream_ops(tracking)->ext_allocation_split(upstream_priv(tracking), ptr, total, first);
    return reshape_settle(&reshape, result);
}

static umf_result_t standin_merge(void *priv, void *low, void *high, size_t total) {
    struct umfi_tracking *tracking = priv;
    if (!umfi_provider_can_reshape(tracking->upstream)) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED; /* whatever the address: pools ask with any */
    }
    struct umfi_merge merge = {
        .low = (uintptr_t)low, .high = (uintptr_t)high, .total = total, .owner = tracking->pool};
    struct umfi_reshape reshape;
    umf_result_t result = umfi_addrmap_merge_prepare(&umfi_map, &merge, &reshape);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = upstream_ops(tracking)->ext_allocation_merge(upstream_priv(tracking), low, high, total);
    return reshape_settle(&reshape, result);
}

static umf_result_t standin_ipc_size(void *priv, size_t *size) {
    return upstream_ops(priv)->ext_get_ipc_handle_size(upstream_priv(priv), size);
}

static umf_result_t standin_ipc_get(void *priv, const void *ptr, size_t size, void *data) {
    return upstream_ops(priv)->ext_get_ipc_handle(upstream_priv(priv), ptr, size, data);
}

static umf_result_t standin_ipc_put(void *priv, void *data) {
    return upstream_ops(priv)->ext_put_ipc_handle(upstream_priv(priv), data);
}

static umf_result_t standin_ipc_open(void *priv, void *data, void **ptr) {
    return upstream_ops(priv)->ext_open_ipc_handle(upstream_priv(priv), data, ptr);
}

static umf_result_t standin_ipc_close(void *priv, void *ptr, size_t size) {
    return upstream_ops(priv)->ext_close_ipc_handle(upstream_priv(priv), ptr, size);
}

static umf_result_t standin_ctl(void *priv, umf_ctl_query_source_t source, const char *name,
                                void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    return upstream_ops(priv)->ext_ctl(upstream_priv(priv), source, name, arg, size, type, args);
}

static umf_result_t standin_property(void *priv, const void *ptr, umf_memory_property_id_t id,
                                     void *value) {
    return upstream_ops(priv)->ext_get_allocation_properties(upstream_priv(priv), ptr, id, value);
}

static umf_result_t standin_property_size(void *priv, umf_memory_property_id_t id, size_t *size) {
    return upstream_ops(priv)->ext_get_allocation_properties_size(upstream_priv(priv), id, size);
}

static const umf_memory_provider_ops_t standin_ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = standin_initialize,
    .finalize = standin_finalize,
    .alloc = standin_alloc,
    .free = standin_free,
    .get_last_native_error = standin_native_error,
    .get_recommended_page_size = standin_recommended_page,
    .get_min_page_size = standin_min_page,
    .get_name = standin_name,
    .ext_purge_lazy = standin_purge_lazy,
    .ext_purge_force = standin_purge_force,
    .ext_allocation_merge = standin_merge,
    .ext_allocation_split = standin_split,
    .ext_get_ipc_handle_size = standin_ipc_size,
    .ext_get_ipc_handle = standin_ipc_get,
    .ext_put_ipc_handle = standin_ipc_put,
    .ext_open_ipc_handle = standin_ipc_open,
    .ext_close_ipc_handle = standin_ipc_close,
    .ext_ctl = standin_ctl,
    .ext_get_allocation_properties = standin_property,
    .ext_get_allocation_properties_size = standin_property_size,
    .get_cache_line_size = standin_cache_line,
};

/* ---- life ---- */

void umfi_tracking_init(struct umfi_tracking *tracking, umf_memory_provider_handle_t upstream,
                        umf_memory_pool_handle_t pool, bool is_hidden) {
    tracking->upstream = upstream;
    tracking->pool = pool;
    tracking->region_flags = is_hidden ? UMFI_REGION_HIDDEN : 0;
    tracking->standin.host = &umfi_host;
    atomic_init(&tracking->standin.ops, &standin_ops);
    tracking->standin.priv = tracking;
    tracking->standin.identity = upstream->identity;
    tracking->standin.tracking = tracking;
    (void)umfi_addrmap_owner_add(&umfi_map, pool); /* 0: its look-ups are slower, no more */
}

void umfi_tracking_fini(struct umfi_tracking *tracking) {
    umfi_addrmap_remove_owner(&umfi_map, tracking->pool, NULL, NULL);
    umfi_addrmap_owner_remove(&umfi_map, tracking->pool);
}

void umfi_tracking_prefork(void) { umfi_addrmap_prefork(&umfi_map); }
void umfi_tracking_parent(void) { umfi_addrmap_parent(&umfi_map); }
void umfi_tracking_child(void) { umfi_addrmap_child(&umfi_map); }
