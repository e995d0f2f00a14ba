/* host.c - the table of host functions (umf/plugin_sdk.h says what each does). */
#include "core/host.h"

#include <stdarg.h>
#include <string.h>

#include "core/error.h"
#include "core/lifetime.h"
#include "core/log.h"
#include "core/meta.h"
#include "core/params.h"
#include "core/thread_slots.h"
#include "core/tracking.h"

UMFI_PRINTF(3, 4) static void host_log(umf_plugin_log_level_t level, const char *where, const char *format, ...) {
    va_list args;
    va_start(args, format);
    umfi_log_va((enum umfi_log_level)level, where, format, args);
    va_end(args);
}

UMFI_PRINTF(2, 3) static void host_error(const char *where, const char *format, ...) {
    va_list args;
    va_start(args, format);
    umfi_error_va(where, format, args);
    va_end(args);
}

static umf_result_t host_provider_alloc(umf_memory_provider_handle_t provider, size_t size,
                                        size_t alignment, uintptr_t word, void **ptr) {
    if (!provider->tracking) {
        return umfMemoryProviderAlloc(provider, size, alignment, ptr);
    }
    return umfi_provider_report(
        provider, umfi_tracking_alloc(provider->tracking, size, alignment, word, ptr));
}

static umf_result_t host_region_of(umf_memory_provider_handle_t provider, const void *ptr,
                                   umf_plugin_region_t *region) {
    struct umfi_region found;
    if (!provider->tracking ||
        !umfi_addrmap_find_owned(&umfi_map, (uintptr_t)ptr, provider->tracking->pool, &found)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *region = (umf_plugin_region_t){
        .base = (void *)found.base, .size = found.size, .word = found.word};
    return UMF_RESULT_SUCCESS;
}

/* What has IPC handles is shared; a provider that has none refuses their size. */
static bool host_provider_is_shared(umf_memory_provider_handle_t provider) {
    size_t size;
    return umfi_provider_ops(provider)->ext_get_ipc_handle_size(provider->priv, &size) ==
           UMF_RESULT_SUCCESS;
}

static const void *host_get_interface(const char *name, uint32_t version) {
    bool is_slots = strcmp(name, UMFI_THREAD_SLOTS) == 0 && version == UMFI_THREAD_SLOTS_VERSION;
    return is_slots ? &umfi_thread_slots : NULL;
}

const umf_plugin_host_t umfi_host = {
    .size = sizeof umfi_host,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .log = host_log,
    .error = host_error,
    .meta_alloc = umfi_meta_alloc,
    .meta_free = umfi_meta_free,
    .effective_params = umfi_params_resolve,
    .provider_alloc = host_provider_alloc,
    .provider_free = umfMemoryProviderFree,
    .provider_get_min_page_size = umfMemoryProviderGetMinPageSize,
    .provider_get_recommended_page_size = umfMemoryProviderGetRecommendedPageSize,
    .provider_get_cache_line_size = umfMemoryProviderGetCacheLineSize,
    .provider_get_name = umfMemoryProviderGetName,
    .provider_purge_lazy = umfMemoryProviderPurgeLazy,
    .provider_purge_force = umfMemoryProviderPurgeForce,
    .provider_split = umfMemoryProviderAllocationSplit,
    .provider_merge = umfMemoryProviderAllocationMerge,
    .region_of = host_region_of,
    .fork_generation = umfi_fork_generation,
    .get_interface = host_get_interface,
    .provider_is_shared = host_provider_is_shared,
};
