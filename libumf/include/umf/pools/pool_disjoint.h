/*
 * umf/pools/pool_disjoint.h - a pool of slabs that never touches its memory.
 *
 * Sizes are sorted into buckets s, 2s, 3s, 4s, 6s, 8s, ... up to 2 GiB, s being
 * the min bucket size. A bucket takes slabs from the provider and cuts them into
 * chunks; larger requests go straight to the provider. All bookkeeping is kept
 * elsewhere, so the memory may be one that the CPU cannot reach. calloc and
 * realloc are NOT_SUPPORTED.
 *
 * A parameter set has one writer at a time. Every call: INVALID_ARGUMENT for a
 * NULL handle or output; OUT_OF_HOST_MEMORY.
 */
#ifndef UMF_POOL_DISJOINT_H
#define UMF_POOL_DISJOINT_H 1

#include <umf/memory_pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The min bucket size where the provider does not tell of a cache line, and the
 * least that has an effect. */
#define UMF_DISJOINT_POOL_MIN_BUCKET_DEFAULT_SIZE ((size_t)8)

typedef struct umf_disjoint_pool_shared_limits_t *umf_disjoint_pool_shared_limits_handle_t;
typedef struct umf_disjoint_pool_params_t *umf_disjoint_pool_params_handle_t;

/* A cap of MaxSize bytes on the empty slabs that all pools given it keep, in
 * sum. It never makes an allocation fail. It must outlive those pools. */
umf_result_t
umfDisjointPoolSharedLimitsCreate(size_t MaxSize,
                                  umf_disjoint_pool_shared_limits_handle_t *hSharedLimits);
/* NULL: SUCCESS. */
umf_result_t
umfDisjointPoolSharedLimitsDestroy(umf_disjoint_pool_shared_limits_handle_t hSharedLimits);

/* A set of parameters with the defaults that stand below; to be read by
 * umfPoolCreate, and destroyed at any time after. */
umf_result_t umfDisjointPoolParamsCreate(umf_disjoint_pool_params_handle_t *hParams);
/* NULL: SUCCESS. */
umf_result_t umfDisjointPoolParamsDestroy(umf_disjoint_pool_params_handle_t hParams);

/* Least bytes asked from the provider at a time. Default 64 KiB. */
umf_result_t umfDisjointPoolParamsSetSlabMinSize(umf_disjoint_pool_params_handle_t hParams,
                                                 size_t slabMinSize);
/* The largest block that is cut from a slab, 2 GiB at most. Default 2 MiB. */
umf_result_t umfDisjointPoolParamsSetMaxPoolableSize(umf_disjoint_pool_params_handle_t hParams,
                                                     size_t maxPoolableSize);
/* Empty slabs that a bucket of blocks above half the slab min size keeps; the
 * buckets below keep one. Default 4. */
umf_result_t umfDisjointPoolParamsSetCapacity(umf_disjoint_pool_params_handle_t hParams,
                                              size_t maxCapacity);
/* The smallest block, a power of two, else INVALID_ARGUMENT; below 8 as 8.
 * Default: a cache line of the provider's memory. */
umf_result_t umfDisjointPoolParamsSetMinBucketSize(umf_disjoint_pool_params_handle_t hParams,
                                                   size_t minBucketSize);
/* 0 nothing; 1 slab statistics; 2 also counters of allocations and frees, and a
 * summary in the log (level debug) at the end; 3 also a line per call. Default 0. */
umf_result_t umfDisjointPoolParamsSetTrace(umf_disjoint_pool_params_handle_t hParams,
                                           int poolTrace);
/* Default: NULL, no limits. */
umf_result_t
umfDisjointPoolParamsSetSharedLimits(umf_disjoint_pool_params_handle_t hParams,
                                     umf_disjoint_pool_shared_limits_handle_t hSharedLimits);
/* The pool's name, copied and cut to 63 characters. Default "disjoint".
 * INVALID_ARGUMENT: NULL. */
umf_result_t umfDisjointPoolParamsSetName(umf_disjoint_pool_params_handle_t hParams,
                                          const char *name);

/* The functions for umfPoolCreate, or NULL where the plugin cannot be loaded:
 * umfGetLastErrorMessage() says why. */
const umf_memory_pool_ops_t *umfDisjointPoolOps(void);

#ifdef __cplusplus
}
#endif
#endif
