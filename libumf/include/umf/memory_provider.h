/*
 * umf/memory_provider.h - memory providers: coarse memory from one source.
 *
 * Sizes are in bytes. All calls on one provider may run in parallel, except
 * that its creation and destruction must not race with its use, and that split
 * and merge of one allocation are serialised by the caller. Each call that
 * takes a handle or an output pointer answers INVALID_ARGUMENT for NULL, unless
 * it says otherwise, and UNKNOWN or INVALID_ARGUMENT after the last
 * umfTearDown(). Errors of the provider's own functions are returned unchanged.
 */
#ifndef UMF_MEMORY_PROVIDER_H
#define UMF_MEMORY_PROVIDER_H 1

#include <umf/base.h>
#include <umf/memory_provider_gpu.h>
#include <umf/memory_provider_ops.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum umf_memory_visibility_t {
    UMF_MEM_MAP_PRIVATE = 1, /* this process only */
    UMF_MEM_MAP_SHARED = 2   /* can be shared with other processes */
} umf_memory_visibility_t;

/* Joined by |. */
typedef enum umf_mem_protection_flag_t {
    UMF_PROTECTION_NONE = (1 << 0),
    UMF_PROTECTION_READ = (1 << 1),
    UMF_PROTECTION_WRITE = (1 << 2),
    UMF_PROTECTION_EXEC = (1 << 3),
    UMF_PROTECTION_MAX /* one above the last flag's value; not a flag */
} umf_mem_protection_flag_t;

typedef struct umf_memory_provider_t *umf_memory_provider_handle_t;

/* Makes a provider from its table of functions (copied) and its parameters
 * (read during the call only). The caller owns *hProvider.
 * INVALID_ARGUMENT: ops or hProvider NULL, a mandatory function missing, a group
 * incomplete. NOT_SUPPORTED: ops->version is newer than this library. Else what
 * ops->initialize or ops->get_name returned. */
umf_result_t umfMemoryProviderCreate(const umf_memory_provider_ops_t *ops, const void *params,
                                     umf_memory_provider_handle_t *hProvider);

/* Ends a provider; its allocations must be freed before, its pools destroyed.
 * NULL: SUCCESS. Returns what ops->finalize returned; the handle is gone. */
umf_result_t umfMemoryProviderDestroy(umf_memory_provider_handle_t hProvider);

/* Size and alignment are judged by the provider; alignment 0 is its own choice.
 * umfMemoryProviderGetLastNativeError() has the details of
 * MEMORY_PROVIDER_SPECIFIC. */
umf_result_t umfMemoryProviderAlloc(umf_memory_provider_handle_t hProvider, size_t size,
                                    size_t alignment, void **ptr);

/* `size` is the allocation's; ptr may be NULL. */
umf_result_t umfMemoryProviderFree(umf_memory_provider_handle_t hProvider, void *ptr, size_t size);

/* The calling thread's last native error of this kind of provider. The message
 * stays the provider's. */
umf_result_t umfMemoryProviderGetLastNativeError(umf_memory_provider_handle_t hProvider,
                                                 const char **ppMessage, int32_t *pError);

/* The page size to ask `size` bytes in (0: in general). */
umf_result_t umfMemoryProviderGetRecommendedPageSize(umf_memory_provider_handle_t hProvider,
                                                     size_t size, size_t *pageSize);

/* The smallest page size at ptr; ptr NULL: of the whole provider. */
umf_result_t umfMemoryProviderGetMinPageSize(umf_memory_provider_handle_t hProvider,
                                             const void *ptr, size_t *pageSize);

/* Bytes of a cache line of the provider's memory (64 where it cannot tell).
 * Since 1.2. */
umf_result_t umfMemoryProviderGetCacheLineSize(umf_memory_provider_handle_t hProvider,
                                               size_t *size);

/* The contents of [ptr, ptr+size) may be dropped when memory is short; they are
 * lost, the range stays allocated. NOT_SUPPORTED: the provider has no such
 * function. */
umf_result_t umfMemoryProviderPurgeLazy(umf_memory_provider_handle_t hProvider, void *ptr,
                                        size_t size);

/* The same, at once. */
umf_result_t umfMemoryProviderPurgeForce(umf_memory_provider_handle_t hProvider, void *ptr,
                                         size_t size);

/* Bytes of this provider's part of an IPC handle. */
umf_result_t umfMemoryProviderGetIPCHandleSize(umf_memory_provider_handle_t hProvider,
                                               size_t *size);

/* Writes that many bytes, by which another process can open the allocation of
 * `size` bytes at ptr. size 0: INVALID_ARGUMENT. */
umf_result_t umfMemoryProviderGetIPCHandle(umf_memory_provider_handle_t hProvider, const void *ptr,
                                           size_t size, void *providerIpcData);
umf_result_t umfMemoryProviderPutIPCHandle(umf_memory_provider_handle_t hProvider,
                                           void *providerIpcData);

/* Maps the allocation behind a handle, in this or another process. */
umf_result_t umfMemoryProviderOpenIPCHandle(umf_memory_provider_handle_t hProvider,
                                            void *providerIpcData, void **ptr);
umf_result_t umfMemoryProviderCloseIPCHandle(umf_memory_provider_handle_t hProvider, void *ptr,
                                             size_t size);

/* The provider's name; it lives as long as the provider. */
umf_result_t umfMemoryProviderGetName(umf_memory_provider_handle_t hProvider, const char **name);

/* The provider whose function last failed in this thread, NULL if none did. */
umf_result_t umfGetLastFailedMemoryProvider(umf_memory_provider_handle_t *provider);

/* One allocation of totalSize becomes two, the first of firstSize.
 * INVALID_ARGUMENT: totalSize or firstSize 0, firstSize >= totalSize.
 * NOT_SUPPORTED: the provider has no such function. */
umf_result_t umfMemoryProviderAllocationSplit(umf_memory_provider_handle_t hProvider, void *ptr,
                                              size_t totalSize, size_t firstSize);

/* Two neighbouring allocations become one of totalSize. INVALID_ARGUMENT:
 * totalSize 0, lowPtr >= highPtr, or highPtr - lowPtr >= totalSize. */
umf_result_t umfMemoryProviderAllocationMerge(umf_memory_provider_handle_t hProvider, void *lowPtr,
                                              void *highPtr, size_t totalSize);

#ifdef __cplusplus
}
#endif
#endif
