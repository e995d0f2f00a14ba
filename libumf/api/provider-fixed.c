/* provider-fixed.c - the typed parameters of the fixed provider: rows of a set. */
#include <umf/providers/provider_fixed_memory.h>

#include <umf/plugin.h>

#include "core/error.h"
#include "core/params.h"

umf_result_t
umfFixedMemoryProviderParamsCreate(void *ptr, size_t size,
                                   umf_fixed_memory_provider_params_handle_t *hParams) {
    struct umf_params_t *params;
    UMFI_CHECK_ARG(hParams != NULL);
    UMFI_CHECK_ARG(ptr != NULL);
    UMFI_CHECK_ARG(size != 0);
    umf_result_t result = umfi_params_create(UMF_PLUGIN_KIND_PROVIDER, "fixed", &params);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    umf_fixed_memory_provider_params_handle_t made =
        (umf_fixed_memory_provider_params_handle_t)params;
    result = umfFixedMemoryProviderParamsSetMemory(made, ptr, size);
    if (result != UMF_RESULT_SUCCESS) {
        umfi_params_destroy(params);
        return result;
    }
    *hParams = made;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfFixedMemoryProviderParamsDestroy(umf_fixed_memory_provider_params_handle_t hParams) {
    return umfParamsDestroy((umf_params_handle_t)hParams);
}

umf_result_t umfFixedMemoryProviderParamsSetMemory(umf_fixed_memory_provider_params_handle_t hParams,
                                                   void *ptr, size_t size) {
    UMFI_CHECK_ARG(ptr != NULL);
    UMFI_CHECK_ARG(size != 0);
    umf_result_t result = umfi_params_set_pointer(hParams, "ptr", ptr);
    return result == UMF_RESULT_SUCCESS ? umfi_params_set_unsigned(hParams, "size", size) : result;
}

umf_result_t umfFixedMemoryProviderParamsSetName(umf_fixed_memory_provider_params_handle_t hParams,
                                                 const char *name) {
    UMFI_CHECK_ARG(name != NULL);
    return umfi_params_set_string(hParams, "name", name);
}

const umf_memory_provider_ops_t *umfFixedMemoryProviderOps(void) {
    return umfPluginProviderOps("fixed");
}
