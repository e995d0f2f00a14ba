/*
 * umf/providers/provider_fixed_memory.h - blocks of a buffer that the user brings.
 *
 * The buffer stays the user's: it must outlive the provider and is never freed or
 * given to the system. It may be a block of another pool. Blocks begin at pages,
 * so an unaligned start loses what lies before the next page.
 *
 * Every setter: INVALID_ARGUMENT for a NULL set, OUT_OF_HOST_MEMORY. A set has
 * one writer at a time.
 */
#ifndef UMF_FIXED_MEMORY_PROVIDER_H
#define UMF_FIXED_MEMORY_PROVIDER_H 1

#include <umf/memory_provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UMF_FIXED_RESULTS_START_FROM 4000

/* What umfMemoryProviderGetLastNativeError() tells. */
typedef enum umf_fixed_memory_provider_native_error {
    UMF_FIXED_RESULT_SUCCESS = UMF_FIXED_RESULTS_START_FROM,
    UMF_FIXED_RESULT_ERROR_PURGE_FORCE_FAILED
} umf_fixed_memory_provider_native_error_t;

typedef struct umf_fixed_memory_provider_params_t *umf_fixed_memory_provider_params_handle_t;

/* A set for the buffer of `size` bytes at ptr, name "FIXED". INVALID_ARGUMENT:
 * ptr or hParams NULL, size 0. */
umf_result_t umfFixedMemoryProviderParamsCreate(void *ptr, size_t size,
                                                umf_fixed_memory_provider_params_handle_t *hParams);
/* NULL: SUCCESS. */
umf_result_t umfFixedMemoryProviderParamsDestroy(umf_fixed_memory_provider_params_handle_t hParams);

/* Another buffer. INVALID_ARGUMENT: ptr NULL, size 0. */
umf_result_t umfFixedMemoryProviderParamsSetMemory(umf_fixed_memory_provider_params_handle_t hParams,
                                                   void *ptr, size_t size);

/* The provider's name, of [A-Za-z0-9_-], cut to 63 characters. NULL:
 * INVALID_ARGUMENT. */
umf_result_t umfFixedMemoryProviderParamsSetName(umf_fixed_memory_provider_params_handle_t hParams,
                                                 const char *name);

/* The provider's functions, from the plugin "fixed", which is loaded if need be.
 * NULL: it cannot be, and umfGetLastErrorMessage() says why. */
const umf_memory_provider_ops_t *umfFixedMemoryProviderOps(void);

#ifdef __cplusplus
}
#endif
#endif
