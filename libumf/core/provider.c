/*
 * provider.c - umf/memory_provider.h: argument checks, dispatch, last failed.
 *
 * Whether a function exists is not asked here: see the law in provider.h.
 */
#include "core/provider.h"

#include <stdint.h>

#include "core/error.h"
#include "core/host.h"
#include "core/lifetime.h"
#include "core/log.h"
#include "core/meta.h"
#include "core/name.h"
#include "core/thread.h"

umf_result_t umfi_provider_report(struct umf_memory_provider_t *provider, umf_result_t result) {
    if (UMFI_UNLIKELY(result != UMF_RESULT_SUCCESS)) {
        umfi_thread_set_last_failed(provider->identity);
    }
    return result;
}

static umf_result_t call_ctl(umfi_ctl_fn ctl, void *priv, ...) {
    va_list none;
    va_start(none, priv);
    umf_result_t result = ctl(priv, CTL_QUERY_PROGRAMMATIC, "post_initialize", NULL, 0,
                              CTL_QUERY_RUNNABLE, none);
    va_end(none);
    return result;
}

/* An object without such a node answers INVALID_CTL_PATH, which is fine. */
umf_result_t umfi_post_initialize(umfi_ctl_fn ctl, void *priv) {
    umf_result_t result = call_ctl(ctl, priv);
    return result == UMF_RESULT_ERROR_INVALID_CTL_PATH ? UMF_RESULT_SUCCESS : result;
}

static void provider_refuse(struct umfi_object *object) {
    struct umf_memory_provider_t *provider =
        UMFI_CONTAINER_OF(object, struct umf_memory_provider_t, object);
    atomic_store_explicit(&provider->ops, &umfi_provider_refusals, memory_order_relaxed);
}

static void provider_cut_off(struct umfi_object *object) {
    provider_refuse(object);
    UMFI_CONTAINER_OF(object, struct umf_memory_provider_t, object)->priv = object;
}

/* After initialize: the name, then post_initialize; finalizes on failure. */
static umf_result_t provider_settle(struct umf_memory_provider_t *provider) {
    const char *name;
    umf_result_t result = provider->own.get_name(provider->priv, &name);
    if (result == UMF_RESULT_SUCCESS) {
        if (!umfi_name_is_recommended(name)) {
            umfi_warn("provider name '%s': names other than [A-Za-z0-9_-]{1,63} are deprecated",
                      name ? name : "(null)");
        }
        if (UMF_MINOR_VERSION(provider->own.version) >= 1) {
            result = umfi_post_initialize(provider->own.ext_ctl, provider->priv);
        }
    }
    if (result != UMF_RESULT_SUCCESS) {
        (void)provider->own.finalize(provider->priv);
    }
    return result;
}

static umf_result_t provider_start(struct umf_memory_provider_t *provider,
                                   const umf_memory_provider_ops_t *ops, const void *params) {
    umf_result_t result = umfi_provider_ops_adopt(ops, &provider->own);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    provider->host = &umfi_host;
    atomic_init(&provider->ops, &provider->own);
    provider->identity = provider;
    result = provider->own.initialize(params, &provider->priv);
    return result == UMF_RESULT_SUCCESS ? provider_settle(provider) : result;
}

umf_result_t umfMemoryProviderCreate(const umf_memory_provider_ops_t *ops, const void *params,
                                     umf_memory_provider_handle_t *hProvider) {
    UMFI_CHECK_ARG(ops != NULL);
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK(umfi_is_up(), UMF_RESULT_ERROR_UNKNOWN);
    umfi_error_clear();
    umfi_lifetime_begin();
    struct umf_memory_provider_t *provider = umfi_meta_alloc(sizeof *provider);
    if (!provider) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    umf_result_t result = provider_start(provider, ops, params);
    if (result != UMF_RESULT_SUCCESS) {
        umfi_meta_free(provider, sizeof *provider);
        return result;
    }
    provider->object = (struct umfi_object){
        .priv = provider->priv,
        .component = umfi_component_of_provider(&provider->own),
        .refuse = provider_refuse,
        .cut_off = provider_cut_off};
    umfi_object_add(UMF_PLUGIN_KIND_PROVIDER, &provider->object);
    *hProvider = provider;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfMemoryProviderDestroy(umf_memory_provider_handle_t hProvider) {
    if (!umfi_is_up()) {
        return UMF_RESULT_ERROR_UNKNOWN;
    }
    if (!hProvider) {
        return UMF_RESULT_SUCCESS;
    }
    if (umfi_provider_ops(hProvider) == &umfi_provider_refusals) {
        return umfi_objects_refusal(hProvider->priv); /* and the plugin is not asked */
    }
    umfi_object_remove(&hProvider->object);
    umf_result_t result = hProvider->own.finalize(hProvider->priv);
    if (umfi_thread_last_failed() == hProvider) {
        umfi_thread_set_last_failed(NULL);
    }
    umfi_meta_free(hProvider, sizeof *hProvider);
    return result;
}

umf_result_t umfMemoryProviderAlloc(umf_memory_provider_handle_t hProvider, size_t size,
                                    size_t alignment, void **ptr) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->alloc(hProvider->priv, size, alignment, ptr));
}

umf_result_t umfMemoryProviderFree(umf_memory_provider_handle_t hProvider, void *ptr,
                                   size_t size) {
    UMFI_CHECK_ARG(hProvider != NULL);
    return umfi_provider_report(hProvider,
                                umfi_provider_ops(hProvider)->free(hProvider->priv, ptr, size));
}

umf_result_t umfMemoryProviderGetLastNativeError(umf_memory_provider_handle_t hProvider,
                                                 const char **ppMessage, int32_t *pError) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ppMessage != NULL);
    UMFI_CHECK_ARG(pError != NULL);
    return umfi_provider_ops(hProvider)->get_last_native_error(hProvider->priv, ppMessage, pError);
}

umf_result_t umfMemoryProviderGetRecommendedPageSize(umf_memory_provider_handle_t hProvider,
                                                     size_t size, size_t *pageSize) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(pageSize != NULL);
    return umfi_provider_report(
        hProvider,
        umfi_provider_ops(hProvider)->get_recommended_page_size(hProvider->priv, size, pageSize));
}

umf_result_t umfMemoryProviderGetMinPageSize(umf_memory_provider_handle_t hProvider,
                                             const void *ptr, size_t *pageSize) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(pageSize != NULL);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->get_min_page_size(hProvider->priv, ptr, pageSize));
}

umf_result_t umfMemoryProviderGetCacheLineSize(umf_memory_provider_handle_t hProvider,
                                               size_t *size) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(size != NULL);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->get_cache_line_size(hProvider->priv, size));
}

umf_result_t umfMemoryProviderPurgeLazy(umf_memory_provider_handle_t hProvider, void *ptr,
                                        size_t size) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->ext_purge_lazy(hProvider->priv, ptr, size));
}

umf_result_t umfMemoryProviderPurgeForce(umf_memory_provider_handle_t hProvider, void *ptr,
                                         size_t size) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->ext_purge_force(hProvider->priv, ptr, size));
}

umf_result_t umfMemoryProviderGetIPCHandleSize(umf_memory_provider_handle_t hProvider,
                                               size_t *size) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(size != NULL);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->ext_get_ipc_handle_size(hProvider->priv, size));
}

umf_result_t umfMemoryProviderGetIPCHandle(umf_memory_provider_handle_t hProvider, const void *ptr,
                                           size_t size, void *providerIpcData) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    UMFI_CHECK_ARG(providerIpcData != NULL);
    UMFI_CHECK_ARG(size != 0);
    return umfi_provider_report(hProvider,
                                umfi_provider_ops(hProvider)->ext_get_ipc_handle(
                                    hProvider->priv, ptr, size, providerIpcData));
}

umf_result_t umfMemoryProviderPutIPCHandle(umf_memory_provider_handle_t hProvider,
                                           void *providerIpcData) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(providerIpcData != NULL);
    return umfi_provider_report(
        hProvider,
        umfi_provider_ops(hProvider)->ext_put_ipc_handle(hProvider->priv, providerIpcData));
}

umf_result_t umfMemoryProviderOpenIPCHandle(umf_memory_provider_handle_t hProvider,
                                            void *providerIpcData, void **ptr) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(providerIpcData != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    return umfi_provider_report(
        hProvider,
        umfi_provider_ops(hProvider)->ext_open_ipc_handle(hProvider->priv, providerIpcData, ptr));
}

umf_result_t umfMemoryProviderCloseIPCHandle(umf_memory_provider_handle_t hProvider, void *ptr,
                                             size_t size) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    UMFI_CHECK_ARG(size != 0);
    return umfi_provider_report(
        hProvider, umfi_provider_ops(hProvider)->ext_close_ipc_handle(hProvider->priv, ptr, size));
}

umf_result_t umfMemoryProviderGetName(umf_memory_provider_handle_t hProvider, const char **name) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(name != NULL);
    return umfi_provider_report(hProvider,
                                umfi_provider_ops(hProvider)->get_name(hProvider->priv, name));
}

umf_result_t umfGetLastFailedMemoryProvider(umf_memory_provider_handle_t *provider) {
    UMFI_CHECK_ARG(provider != NULL);
    *provider = umfi_thread_last_failed();
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfMemoryProviderAllocationSplit(umf_memory_provider_handle_t hProvider, void *ptr,
                                              size_t totalSize, size_t firstSize) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    UMFI_CHECK_ARG(firstSize != 0 && totalSize != 0);
    UMFI_CHECK_ARG(firstSize < totalSize);
    return umfi_provider_report(hProvider,
                                umfi_provider_ops(hProvider)->ext_allocation_split(
                                    hProvider->priv, ptr, totalSize, firstSize));
}

umf_result_t umfMemoryProviderAllocationMerge(umf_memory_provider_handle_t hProvider, void *lowPtr,
                                              void *highPtr, size_t totalSize) {
    UMFI_CHECK_ARG(hProvider != NULL);
    UMFI_CHECK_ARG(lowPtr != NULL && highPtr != NULL);
    UMFI_CHECK_ARG(totalSize != 0);
    UMFI_CHECK_ARG((uintptr_t)lowPtr < (uintptr_t)highPtr);
    UMFI_CHECK_ARG((uintptr_t)highPtr - (uintptr_t)lowPtr < totalSize);
    return umfi_provider_report(hProvider,
                                umfi_provider_ops(hProvider)->ext_allocation_merge(
                                    hProvider->priv, lowPtr, highPtr, totalSize));
}
