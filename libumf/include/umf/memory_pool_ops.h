/*
 * umf/memory_pool_ops.h - the table of functions that makes a pool allocator.
 *
 * Fill in the table, set `version` to UMF_POOL_OPS_VERSION_CURRENT and give it to
 * umfPoolCreate(), which copies it. Every function but `initialize` gets the
 * private pointer that `initialize` made as its first argument. They may be
 * called from any thread, several at once. No function may be NULL but the two
 * whose names begin with ext_.
 */
#ifndef UMF_MEMORY_POOL_OPS_H
#define UMF_MEMORY_POOL_OPS_H 1

#include <stdarg.h>
#include <umf/base.h>
#include <umf/memory_provider.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1.0: fields up to ext_ctl; 1.1: also ext_trim_memory. */
#define UMF_POOL_OPS_VERSION_CURRENT UMF_MAKE_VERSION(1, 1)

typedef struct umf_memory_pool_ops_t {
    uint32_t version;

    /* Makes the private object. Memory taken from `provider` is registered as
     * the pool's, so that a pointer leads back to it. */
    umf_result_t (*initialize)(umf_memory_provider_handle_t provider, const void *params,
                               void **pool);
    umf_result_t (*finalize)(void *pool);

    /* As malloc's family; NULL on failure, with the reason in
     * get_last_allocation_error of the same thread. */
    void *(*malloc)(void *pool, size_t size);
    void *(*calloc)(void *pool, size_t num, size_t size);
    void *(*realloc)(void *pool, void *ptr, size_t size);
    void *(*aligned_malloc)(void *pool, size_t size, size_t alignment);
    umf_result_t (*malloc_usable_size)(void *pool, const void *ptr, size_t *size);
    umf_result_t (*free)(void *pool, void *ptr);
    umf_result_t (*get_last_allocation_error)(void *pool);

    /* pool NULL: the default name of this kind of pool. */
    umf_result_t (*get_name)(void *pool, const char **name);

    /* A control node of this pool; unknown paths: INVALID_CTL_PATH. */
    umf_result_t (*ext_ctl)(void *pool, umf_ctl_query_source_t source, const char *name, void *arg,
                            size_t size, umf_ctl_query_type_t queryType, va_list args);

    /* Since 1.1: gives unused memory back, keeping at least minBytesToKeep. */
    umf_result_t (*ext_trim_memory)(void *pool, size_t minBytesToKeep);
} umf_memory_pool_ops_t;

#ifdef __cplusplus
}
#endif
#endif
