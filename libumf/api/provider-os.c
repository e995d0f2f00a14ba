/* provider-os.c - the typed parameters of the OS provider: rows of a set. */
#include <umf/providers/provider_os_memory.h>

#include <umf/plugin.h>

#include "core/error.h"
#include "core/params.h"

_Static_assert(sizeof(umf_numa_split_partition_t) == 2 * sizeof(unsigned),
               "an array of partitions is a list of numbers");

umf_result_t umfOsMemoryProviderParamsCreate(umf_os_memory_provider_params_handle_t *hParams) {
    UMFI_CHECK_ARG(hParams != NULL);
    return umfi_params_create(UMF_PLUGIN_KIND_PROVIDER, "os", (struct umf_params_t **)hParams);
}

umf_result_t umfOsMemoryProviderParamsDestroy(umf_os_memory_provider_params_handle_t hParams) {
    return umfParamsDestroy((umf_params_handle_t)hParams);
}

umf_result_t umfOsMemoryProviderParamsSetProtection(umf_os_memory_provider_params_handle_t hParams,
                                                    unsigned protection) {
    return umfi_params_set_unsigned(hParams, "protection", protection);
}

umf_result_t umfOsMemoryProviderParamsSetVisibility(umf_os_memory_provider_params_handle_t hParams,
                                                    umf_memory_visibility_t visibility) {
    return umfi_params_set_unsigned(hParams, "visibility", visibility);
}

umf_result_t umfOsMemoryProviderParamsSetShmName(umf_os_memory_provider_params_handle_t hParams,
                                                 const char *shm_name) {
    return umfi_params_set_string(hParams, "shm_name", shm_name);
}

umf_result_t umfOsMemoryProviderParamsSetNumaList(umf_os_memory_provider_params_handle_t hParams,
                                                  unsigned *numa_list, unsigned numa_list_len) {
    return umfi_params_set_numbers(hParams, "numa_list",
                                   &(umf_param_list_t){numa_list, numa_list_len});
}

umf_result_t umfOsMemoryProviderParamsSetNumaMode(umf_os_memory_provider_params_handle_t hParams,
                                                  umf_numa_mode_t numa_mode) {
    return umfi_params_set_unsigned(hParams, "numa_mode", numa_mode);
}

umf_result_t umfOsMemoryProviderParamsSetPartSize(umf_os_memory_provider_params_handle_t hParams,
                                                  size_t part_size) {
    return umfi_params_set_unsigned(hParams, "part_size", part_size);
}

umf_result_t
umfOsMemoryProviderParamsSetPartitions(umf_os_memory_provider_params_handle_t hParams,
                                       umf_numa_split_partition_t *partitions,
                                       unsigned partitions_len) {
    return umfi_params_set_numbers(hParams, "partitions",
                                   &(umf_param_list_t){(const unsigned *)partitions,
                                                       (size_t)partitions_len * 2});
}

umf_result_t umfOsMemoryProviderParamsSetName(umf_os_memory_provider_params_handle_t hParams,
                                              const char *name) {
    UMFI_CHECK_ARG(name != NULL);
    return umfi_params_set_string(hParams, "name", name);
}

const umf_memory_provider_ops_t *umfOsMemoryProviderOps(void) { return umfPluginProviderOps("os"); }
