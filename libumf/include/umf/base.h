/*
 * umf/base.h - result codes, identifiers and versions shared by every header.
 */
#ifndef UMF_BASE_H
#define UMF_BASE_H 1

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UMF_MAKE_VERSION(major, minor) (((major) << 16) | ((minor) & 0xffff))
#define UMF_MINOR_VERSION(ver) ((ver) & 0xffff)
#define UMF_MAJOR_VERSION(ver) ((ver) >> 16)

/* The API's version as umfGetCurrentVersion() answers it: 1.0 in every 1.x
 * release, whatever the package's version. */
#define UMF_VERSION_CURRENT UMF_MAKE_VERSION(1, 0)

/* What a call came to. Output parameters are written on success only, unless
 * the call says otherwise. */
typedef enum umf_result_t {
    UMF_RESULT_SUCCESS = 0,
    /* No memory for bookkeeping, or the memory source is exhausted. */
    UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY = 1,
    /* The provider's own failure: umfMemoryProviderGetLastNativeError(), in the
     * same thread, has the details. */
    UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC = 2,
    UMF_RESULT_ERROR_INVALID_ARGUMENT = 3,
    UMF_RESULT_ERROR_INVALID_ALIGNMENT = 4,
    UMF_RESULT_ERROR_NOT_SUPPORTED = 5,
    /* Free for user callbacks and plugins. */
    UMF_RESULT_ERROR_USER_SPECIFIC = 6,
    /* A library or module is missing: umfGetLastErrorMessage() says which. */
    UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE = 7,
    UMF_RESULT_ERROR_OUT_OF_RESOURCES = 8,
    UMF_RESULT_ERROR_INVALID_CTL_PATH = 9,
    UMF_RESULT_ERROR_UNKNOWN = 0x7ffffffe
} umf_result_t;

/* An allocation's properties; released with the allocation. */
typedef struct umf_memory_properties_t *umf_memory_properties_handle_t;

typedef enum umf_memory_property_id_t {
    UMF_MEMORY_PROPERTY_INVALID = -1,
    UMF_MEMORY_PROPERTY_PROVIDER_HANDLE = 0,
    UMF_MEMORY_PROPERTY_POOL_HANDLE = 1,
    UMF_MEMORY_PROPERTY_BASE_ADDRESS = 10,
    UMF_MEMORY_PROPERTY_BASE_SIZE = 11,
    UMF_MEMORY_PROPERTY_BUFFER_ID = 12,
    UMF_MEMORY_PROPERTY_POINTER_TYPE = 20,
    UMF_MEMORY_PROPERTY_CONTEXT = 21,
    UMF_MEMORY_PROPERTY_DEVICE = 22,
    /* Ids above are free for providers. */
    UMF_MEMORY_PROPERTY_MAX_RESERVED = 0x1000
} umf_memory_property_id_t;

/* How a control path is used; given to the ext_ctl operation. */
typedef enum umf_ctl_query_type {
    CTL_QUERY_READ = 0,
    CTL_QUERY_WRITE = 1,
    CTL_QUERY_RUNNABLE = 2
} umf_ctl_query_type_t;

/* Where a control query comes from. CONFIG_INPUT: its argument is text. */
typedef enum ctl_query_source {
    CTL_UNKNOWN_QUERY_SOURCE = 0,
    CTL_QUERY_PROGRAMMATIC = 1,
    CTL_QUERY_CONFIG_INPUT = 2
} umf_ctl_query_source_t;

#ifdef __cplusplus
}
#endif
#endif
