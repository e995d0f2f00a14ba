/*
 * umf/memory_provider_ops.h - the table of functions that makes a provider.
 *
 * Fill in the table, set `version` to UMF_PROVIDER_OPS_VERSION_CURRENT and give
 * it to umfMemoryProviderCreate(), which copies it. Every function gets the
 * private pointer that `initialize` made as its first argument. They may be
 * called from any thread, several at once. A function whose name begins with
 * ext_ is optional; so are the groups {merge, split}, the five IPC functions and
 * the two property functions, each as a whole. Results are handed to the caller
 * unchanged.
 */
#ifndef UMF_MEMORY_PROVIDER_OPS_H
#define UMF_MEMORY_PROVIDER_OPS_H 1

#include <stdarg.h>
#include <umf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1.0: fields up to ext_ctl; 1.1: also the properties; 1.2: also the cache line. */
#define UMF_PROVIDER_OPS_VERSION_CURRENT UMF_MAKE_VERSION(1, 2)

typedef struct umf_memory_provider_ops_t {
    uint32_t version;

    /* Makes the private object from the params that umfMemoryProviderCreate got. */
    umf_result_t (*initialize)(const void *params, void **provider);
    umf_result_t (*finalize)(void *provider);

    /* `size` bytes aligned to `alignment` (0: the provider's choice). */
    umf_result_t (*alloc)(void *provider, size_t size, size_t alignment, void **ptr);
    /* `size` as it was asked for. ptr may be NULL. */
    umf_result_t (*free)(void *provider, void *ptr, size_t size);

    /* Why the last call in this thread returned MEMORY_PROVIDER_SPECIFIC. The
     * message stays the provider's and valid until the thread's next failure. */
    umf_result_t (*get_last_native_error)(void *provider, const char **ppMessage,
                                          int32_t *pError);
    /* The page size to use for an allocation of `size` bytes (0: in general). */
    umf_result_t (*get_recommended_page_size)(void *provider, size_t size, size_t *pageSize);
    /* The smallest page size in use at `ptr`, or of the whole provider (NULL). */
    umf_result_t (*get_min_page_size)(void *provider, const void *ptr, size_t *pageSize);
    /* provider NULL: the default name of this kind of provider. */
    umf_result_t (*get_name)(void *provider, const char **name);

    /* The contents may be dropped when memory is short. */
    umf_result_t (*ext_purge_lazy)(void *provider, void *ptr, size_t size);
    /* The contents are dropped now. */
    umf_result_t (*ext_purge_force)(void *provider, void *ptr, size_t size);

    /* Two neighbouring allocations become one, and back. */
    umf_result_t (*ext_allocation_merge)(void *provider, void *lowPtr, void *highPtr,
                                         size_t totalSize);
    umf_result_t (*ext_allocation_split)(void *provider, void *ptr, size_t totalSize,
                                         size_t firstSize);

    /* A handle by which another process can open an allocation. get: `ptr` is an
     * allocation's start; put: it is no longer needed; open and close are the
     * other process's side. */
    umf_result_t (*ext_get_ipc_handle_size)(void *provider, size_t *size);
    umf_result_t (*ext_get_ipc_handle)(void *provider, const void *ptr, size_t size,
                                       void *providerIpcData);
    umf_result_t (*ext_put_ipc_handle)(void *provider, void *providerIpcData);
    umf_result_t (*ext_open_ipc_handle)(void *provider, void *providerIpcData, void **ptr);
    umf_result_t (*ext_close_ipc_handle)(void *provider, void *ptr, size_t size);

    /* A control node of this provider; unknown paths: INVALID_CTL_PATH. */
    umf_result_t (*ext_ctl)(void *provider, umf_ctl_query_source_t source, const char *name,
                            void *arg, size_t size, umf_ctl_query_type_t queryType,
                            va_list args);

    /* Since 1.1: the properties of the allocation that starts at ptr. */
    umf_result_t (*ext_get_allocation_properties)(void *provider, const void *ptr,
                                                  umf_memory_property_id_t memory_property_id,
                                                  void *property_value);
    umf_result_t (*ext_get_allocation_properties_size)(
        void *provider, umf_memory_property_id_t memory_property_id, size_t *size);

    /* Since 1.2, and mandatory there: bytes of a cache line of this memory. */
    umf_result_t (*get_cache_line_size)(void *provider, size_t *size);
} umf_memory_provider_ops_t;

#ifdef __cplusplus
}
#endif
#endif
