/* config.c - one function per parameter rule, in the order of the API. */
#include "provider-os/config.h"

#include <string.h>

#include <umf/memory_provider.h>
#include <umf/providers/provider_os_memory.h>

#include "base/checked.h"
#include "base/page.h"

#define INVALID(...) (host->error("os_initialize", __VA_ARGS__), UMF_RESULT_ERROR_INVALID_ARGUMENT)

static umf_result_t protection_check(const umf_plugin_host_t *host, const struct os_config *config) {
    if (config->protection & ~(unsigned)OS_PROTECTION_MASK) {
        return INVALID("os: protection has unknown bits, got 0x%x", config->protection);
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t visibility_check(const umf_plugin_host_t *host, const struct os_config *config) {
    if (config->visibility != UMF_MEM_MAP_PRIVATE && config->visibility != UMF_MEM_MAP_SHARED) {
        return INVALID("os: visibility must be private or shared, got %u", config->visibility);
    }
    if (config->visibility == UMF_MEM_MAP_SHARED && config->numa_mode != UMF_NUMA_MODE_DEFAULT) {
        host->error("os_initialize", "os: visibility=shared works with numa_mode=default only");
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t mode_check(const umf_plugin_host_t *host, const struct os_config *config) {
    bool has_list = config->numa_list.count > 0;
    switch (config->numa_mode) {
    case UMF_NUMA_MODE_DEFAULT:
    case UMF_NUMA_MODE_LOCAL:
        return has_list ? INVALID("os: numa_list needs numa_mode=bind, interleave, preferred or "
                                  "split")
                        : UMF_RESULT_SUCCESS;
    case UMF_NUMA_MODE_BIND:
    case UMF_NUMA_MODE_INTERLEAVE:
    case UMF_NUMA_MODE_SPLIT:
        return has_list ? UMF_RESULT_SUCCESS
                        : INVALID("os: numa_mode=bind, interleave and split need a numa_list");
    case UMF_NUMA_MODE_PREFERRED:
        return UMF_RESULT_SUCCESS;
    }
    return INVALID("os: numa_mode %u is unknown", config->numa_mode);
}

static bool list_has(const umf_param_list_t *list, unsigned number) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->numbers[i] == number) {
            return true;
        }
    }
    return false;
}

static umf_result_t partitions_check(const umf_plugin_host_t *host, const struct os_config *config) {
    for (size_t i = 0; i < config->partitions.count; i++) {
        unsigned weight = config->partitions.numbers[2 * i];
        unsigned target = config->partitions.numbers[2 * i + 1];
        if (weight == 0) {
            return INVALID("os: partition %zu has weight 0", i);
        }
        if (!list_has(&config->numa_list, target)) {
            return INVALID("os: partition %zu names node %u, which numa_list lacks", i, target);
        }
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t part_size_check(const umf_plugin_host_t *host, const struct os_config *config) {
    size_t rounded;
    if (!umfi_round_up_size(config->part_size, umfi_page_bytes(), &rounded)) {
        return INVALID("os: part_size %zu cannot be rounded up to a page", config->part_size);
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t shm_name_check(const umf_plugin_host_t *host, const struct os_config *config) {
    const char *name = config->shm_name;
    if (name && strchr(name, '/')) {
        return INVALID("os: shm_name must be without '/', got '%s'", name);
    }
    if (name && strlen(name) > OS_SHM_NAME_MAX) {
        return INVALID("os: shm_name has %zu characters, at most %d may be", strlen(name),
                       OS_SHM_NAME_MAX);
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_config_check(const umf_plugin_host_t *host, const struct os_config *config) {
    static umf_result_t (*const rules[])(const umf_plugin_host_t *, const struct os_config *) = {
        protection_check, visibility_check, mode_check,
        partitions_check, part_size_check,  shm_name_check,
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        umf_result_t result = rules[i](host, config);
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
    }
    return UMF_RESULT_SUCCESS;
}
