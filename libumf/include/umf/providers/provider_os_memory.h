/*
 * umf/providers/provider_os_memory.h - memory from the operating system.
 *
 * A provider over mmap: private anonymous memory, or memory that other processes
 * can map (shared). Fill a parameter set, give it to umfMemoryProviderCreate()
 * together with umfOsMemoryProviderOps(), destroy it. A set has one writer at a
 * time; strings and lists are copied into it.
 *
 * Every setter: INVALID_ARGUMENT for a NULL set, OUT_OF_HOST_MEMORY. Values are
 * judged when a provider is made: see each setter for what that may answer.
 */
#ifndef UMF_OS_MEMORY_PROVIDER_H
#define UMF_OS_MEMORY_PROVIDER_H 1

#include <umf/memory_provider.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UMF_OS_RESULTS_START_FROM 1000

/* Where memory lies among the NUMA nodes of the list. */
typedef enum umf_numa_mode_t {
    /* As the thread's own policy says; the list must be empty. */
    UMF_NUMA_MODE_DEFAULT = 0,
    /* On the listed nodes only. */
    UMF_NUMA_MODE_BIND = 1,
    /* In turn on each listed node, page by page or part by part. */
    UMF_NUMA_MODE_INTERLEAVE = 2,
    /* On the listed nodes (none: the calling CPU's) while they have room. */
    UMF_NUMA_MODE_PREFERRED = 3,
    /* In proportion to the partitions' weights. */
    UMF_NUMA_MODE_SPLIT = 4,
    /* On the node of the CPU that first touches it; the list must be empty. */
    UMF_NUMA_MODE_LOCAL = 5
} umf_numa_mode_t;

/* A share of each allocation: weight / sum of weights, on node `target`. */
typedef struct umf_numa_split_partition_t {
    unsigned int weight;
    unsigned int target;
} umf_numa_split_partition_t;

/* What umfMemoryProviderGetLastNativeError() tells. */
typedef enum umf_os_memory_provider_native_error {
    UMF_OS_RESULT_SUCCESS = UMF_OS_RESULTS_START_FROM,
    UMF_OS_RESULT_ERROR_ALLOC_FAILED,
    UMF_OS_RESULT_ERROR_ADDRESS_NOT_ALIGNED,
    UMF_OS_RESULT_ERROR_BIND_FAILED,
    UMF_OS_RESULT_ERROR_FREE_FAILED,
    UMF_OS_RESULT_ERROR_PURGE_LAZY_FAILED,
    UMF_OS_RESULT_ERROR_PURGE_FORCE_FAILED,
    UMF_OS_RESULT_ERROR_TOPO_DISCOVERY_FAILED
} umf_os_memory_provider_native_error_t;

typedef struct umf_os_memory_provider_params_t *umf_os_memory_provider_params_handle_t;

/* A set of defaults: read and write, private, no NUMA list, mode DEFAULT, name
 * "OS". INVALID_ARGUMENT: hParams NULL. */
umf_result_t umfOsMemoryProviderParamsCreate(umf_os_memory_provider_params_handle_t *hParams);
/* NULL: SUCCESS. */
umf_result_t umfOsMemoryProviderParamsDestroy(umf_os_memory_provider_params_handle_t hParams);

/* UMF_PROTECTION_ flags joined by |; 0 is NONE. Other bits: INVALID_ARGUMENT at
 * create. */
umf_result_t umfOsMemoryProviderParamsSetProtection(umf_os_memory_provider_params_handle_t hParams,
                                                    unsigned protection);

/* At create, INVALID_ARGUMENT for another value; NOT_SUPPORTED for SHARED with a
 * NUMA mode other than DEFAULT. */
umf_result_t umfOsMemoryProviderParamsSetVisibility(umf_os_memory_provider_params_handle_t hParams,
                                                    umf_memory_visibility_t visibility);

/* Shared memory comes from the POSIX shared memory object "/<shm_name>", which is
 * made anew at create (mode 0600) and removed by the first process that opens an
 * allocation of it, or with the provider. NULL or "": from an anonymous
 * descriptor. At create, INVALID_ARGUMENT for a name with '/' or of more than 253
 * characters, UNKNOWN where the object cannot be made. */
umf_result_t umfOsMemoryProviderParamsSetShmName(umf_os_memory_provider_params_handle_t hParams,
                                                 const char *shm_name);

/* Numbers of NUMA nodes. Length 0 clears the list; numa_list NULL with another
 * length: INVALID_ARGUMENT. At create, INVALID_ARGUMENT where mode and list do
 * not fit: DEFAULT or LOCAL with a list, BIND, INTERLEAVE or SPLIT without. */
umf_result_t umfOsMemoryProviderParamsSetNumaList(umf_os_memory_provider_params_handle_t hParams,
                                                  unsigned *numa_list, unsigned numa_list_len);

/* At create, INVALID_ARGUMENT for a value outside the enumeration. */
umf_result_t umfOsMemoryProviderParamsSetNumaMode(umf_os_memory_provider_params_handle_t hParams,
                                                  umf_numa_mode_t numa_mode);

/* INTERLEAVE: bytes of a part, rounded up to a page; 0: a page. At create,
 * INVALID_ARGUMENT where rounding overflows. */
umf_result_t umfOsMemoryProviderParamsSetPartSize(umf_os_memory_provider_params_handle_t hParams,
                                                  size_t part_size);

/* SPLIT: the shares, in order; none: each listed node has weight 1. Length 0
 * clears; partitions NULL with another length: INVALID_ARGUMENT. At create,
 * INVALID_ARGUMENT for a weight of 0 or a target that is not in the list. */
umf_result_t
umfOsMemoryProviderParamsSetPartitions(umf_os_memory_provider_params_handle_t hParams,
                                       umf_numa_split_partition_t *partitions,
                                       unsigned partitions_len);

/* The provider's name, of [A-Za-z0-9_-], cut to 63 characters. NULL:
 * INVALID_ARGUMENT. */
umf_result_t umfOsMemoryProviderParamsSetName(umf_os_memory_provider_params_handle_t hParams,
                                              const char *name);

/* The provider's functions, from the plugin "os", which is loaded if need be.
 * NULL: it cannot be, and umfGetLastErrorMessage() says why. */
const umf_memory_provider_ops_t *umfOsMemoryProviderOps(void);

#ifdef __cplusplus
}
#endif
#endif
