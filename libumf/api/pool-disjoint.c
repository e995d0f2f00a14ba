/*
 * pool-disjoint.c - the typed parameters of the disjoint pool: lines over a
 * parameter set, and the limits that pools share.
 */
#include <umf/plugin.h>
#include <umf/pools/pool_disjoint.h>

#include "base/checked.h"
#include "base/shared_limits.h"
#include "core/error.h"
#include "core/meta.h"
#include "core/params.h"

const umf_memory_pool_ops_t *umfDisjointPoolOps(void) { return umfPluginPoolOps("disjoint"); }

/* ---- parameters ---- */

umf_result_t umfDisjointPoolParamsCreate(umf_disjoint_pool_params_handle_t *hParams) {
    UMFI_CHECK_ARG(hParams != NULL);
    struct umf_params_t *params;
    umf_result_t result = umfi_params_create(UMF_PLUGIN_KIND_POOL, "disjoint", &params);
    if (result == UMF_RESULT_SUCCESS) {
        *hParams = (umf_disjoint_pool_params_handle_t)params;
    }
    return result;
}

umf_result_t umfDisjointPoolParamsDestroy(umf_disjoint_pool_params_handle_t hParams) {
    umfi_params_destroy((struct umf_params_t *)hParams);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfDisjointPoolParamsSetSlabMinSize(umf_disjoint_pool_params_handle_t hParams,
                                                 size_t slabMinSize) {
    return umfi_params_set_unsigned(hParams, "slab_min_size", slabMinSize);
}

umf_result_t umfDisjointPoolParamsSetMaxPoolableSize(umf_disjoint_pool_params_handle_t hParams,
                                                     size_t maxPoolableSize) {
    return umfi_params_set_unsigned(hParams, "max_poolable_size", maxPoolableSize);
}

umf_result_t umfDisjointPoolParamsSetCapacity(umf_disjoint_pool_params_handle_t hParams,
                                              size_t maxCapacity) {
    return umfi_params_set_unsigned(hParams, "capacity", maxCapacity);
}

umf_result_t umfDisjointPoolParamsSetMinBucketSize(umf_disjoint_pool_params_handle_t hParams,
                                                   size_t minBucketSize) {
    UMFI_CHECK_ARG(umfi_is_power_of_two(minBucketSize));
    return umfi_params_set_unsigned(hParams, "min_bucket_size", minBucketSize);
}

umf_result_t umfDisjointPoolParamsSetTrace(umf_disjoint_pool_params_handle_t hParams,
                                           int poolTrace) {
    return umfi_params_set_signed(hParams, "pool_trace", poolTrace);
}

umf_result_t
umfDisjointPoolParamsSetSharedLimits(umf_disjoint_pool_params_handle_t hParams,
                                     umf_disjoint_pool_shared_limits_handle_t hSharedLimits) {
    return umfi_params_set_pointer(hParams, "shared_limits", hSharedLimits);
}

umf_result_t umfDisjointPoolParamsSetName(umf_disjoint_pool_params_handle_t hParams,
                                          const char *name) {
    UMFI_CHECK_ARG(name != NULL);
    return umfi_params_set_string(hParams, "name", name);
}

/* ---- shared limits ---- */

umf_result_t
umfDisjointPoolSharedLimitsCreate(size_t MaxSize,
                                  umf_disjoint_pool_shared_limits_handle_t *hSharedLimits) {
    UMFI_CHECK_ARG(hSharedLimits != NULL);
    struct umfi_shared_limits *limits = umfi_meta_alloc(sizeof *limits);
    if (limits == NULL) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    limits->max_bytes = MaxSize;
    *hSharedLimits = (umf_disjoint_pool_shared_limits_handle_t)limits;
    return UMF_RESULT_SUCCESS;
}

umf_result_t
umfDisjointPoolSharedLimitsDestroy(umf_disjoint_pool_shared_limits_handle_t hSharedLimits) {
    umfi_meta_free(hSharedLimits, sizeof(struct umfi_shared_limits));
    return UMF_RESULT_SUCCESS;
}
