/* placement.c - mode DEFAULT, which binds nothing; the others are refused. */
#include "provider-os/placement.h"

#include <umf/providers/provider_os_memory.h>

#include "provider-os/os.h"

umf_result_t os_placement_init(struct os_placement *placement, const umf_plugin_host_t *host,
                               const struct os_config *config) {
    static const char *const words[] = {"default",   "bind",  "interleave",
                                        "preferred", "split", "local"};
    if (config->numa_mode != UMF_NUMA_MODE_DEFAULT) {
        host->error("os_initialize", "os: numa_mode=%s is not supported by this build, "
                    "only numa_mode=default is", words[config->numa_mode]);
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    placement->mode = config->numa_mode;
    return UMF_RESULT_SUCCESS;
}

void os_placement_fini(struct os_placement *placement, const umf_plugin_host_t *host) {
    (void)placement, (void)host;
}

umf_result_t os_placement_apply(struct os_placement *placement, void *start, size_t size) {
    (void)placement, (void)start, (void)size;
    return UMF_RESULT_SUCCESS;
}
