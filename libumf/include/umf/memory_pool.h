/*
 * umf/memory_pool.h - memory pools: malloc-like allocation over a provider.
 *
 * Sizes are in bytes. All calls on one pool may run in parallel, allocation in
 * one thread and free in another included; creation and destruction must not
 * race with use. Handles and output pointers must not be NULL unless a call says
 * otherwise (INVALID_ARGUMENT; the allocation calls return NULL).
 */
#ifndef UMF_MEMORY_POOL_H
#define UMF_MEMORY_POOL_H 1

#include <umf/base.h>
#include <umf/memory_pool_ops.h>
#include <umf/memory_provider.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct umf_memory_pool_t *umf_memory_pool_handle_t;

typedef enum umf_pool_create_flag_t {
    UMF_POOL_CREATE_FLAG_NONE = 0,
    /* umfPoolDestroy() destroys the provider too. */
    UMF_POOL_CREATE_FLAG_OWN_PROVIDER = (1 << 0),
    /* The pool's memory is unknown to umfFree(), umfPoolByPtr(), properties and
     * IPC. */
    UMF_POOL_CREATE_FLAG_DISABLE_TRACKING = (1 << 1),
    UMF_POOL_CREATE_FLAG_FORCE_UINT32 = 0x7fffffff
} umf_pool_create_flag_t;

typedef uint32_t umf_pool_create_flags_t;

/* Makes a pool of the allocator `ops` (copied) over `provider`, which must
 * outlive it. params are read during the call only.
 * INVALID_ARGUMENT: a NULL or an unknown flag. NOT_SUPPORTED: ops->version is
 * newer than this library. Else what ops->initialize or get_name returned. If it
 * fails the provider is not destroyed, flag or not. */
umf_result_t umfPoolCreate(const umf_memory_pool_ops_t *ops, umf_memory_provider_handle_t provider,
                           const void *params, umf_pool_create_flags_t flags,
                           umf_memory_pool_handle_t *hPool);

/* Ends a pool and, where it owns it, its provider. Blocks still live are gone
 * with it. Returns the first error of the pool and the provider; the handle is
 * gone either way. */
umf_result_t umfPoolDestroy(umf_memory_pool_handle_t hPool);

/* NULL on failure, with the reason in umfPoolGetLastAllocationError(). What size
 * 0 gives is the pool's choice. Not every pool offers calloc and realloc
 * (NOT_SUPPORTED). */
void *umfPoolMalloc(umf_memory_pool_handle_t hPool, size_t size);
void *umfPoolAlignedMalloc(umf_memory_pool_handle_t hPool, size_t size, size_t alignment);
void *umfPoolCalloc(umf_memory_pool_handle_t hPool, size_t num, size_t size);
void *umfPoolRealloc(umf_memory_pool_handle_t hPool, void *ptr, size_t size);

/* The bytes that may be used at ptr, at least those asked for. NULL: 0. */
umf_result_t umfPoolMallocUsableSize(umf_memory_pool_handle_t hPool, const void *ptr,
                                     size_t *size);

/* Frees a block of this pool. NULL is passed to the pool, which ignores it. */
umf_result_t umfPoolFree(umf_memory_pool_handle_t hPool, void *ptr);

/* Frees a block of whichever pool it is from. INVALID_ARGUMENT: NULL, or no pool
 * knows it. */
umf_result_t umfFree(void *ptr);

/* Why the thread's last failed allocation from this kind of pool failed. */
umf_result_t umfPoolGetLastAllocationError(umf_memory_pool_handle_t hPool);

/* The pool that holds the address ptr, anywhere within its memory; of nested
 * pools the innermost. INVALID_ARGUMENT and *pool NULL: none does. Takes no
 * lock. */
umf_result_t umfPoolByPtr(const void *ptr, umf_memory_pool_handle_t *pool);

/* The provider the pool was made with. */
umf_result_t umfPoolGetMemoryProvider(umf_memory_pool_handle_t hPool,
                                      umf_memory_provider_handle_t *hProvider);

/* The pool's name; it lives as long as the pool. */
umf_result_t umfPoolGetName(umf_memory_pool_handle_t pool, const char **name);

/* One pointer of the user's own, NULL at first. Set is an atomic exchange;
 * oldTag may be NULL. */
umf_result_t umfPoolSetTag(umf_memory_pool_handle_t hPool, void *tag, void **oldTag);
umf_result_t umfPoolGetTag(umf_memory_pool_handle_t hPool, void **tag);

/* Gives unused memory back to the provider, keeping at least minBytesToKeep of
 * it. NOT_SUPPORTED: the pool cannot. Since 1.1. */
umf_result_t umfPoolTrimMemory(umf_memory_pool_handle_t hPool, size_t minBytesToKeep);

#ifdef __cplusplus
}
#endif
#endif
