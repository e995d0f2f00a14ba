/*
 * placement.h - on which NUMA nodes an allocation's pages lie.
 *
 * The one place that knows NUMA modes beyond their parameter rules. Immutable
 * after init but for what it counts itself; init copies what it keeps of the
 * configuration.
 */
#ifndef PROVIDER_OS_PLACEMENT_H
#define PROVIDER_OS_PLACEMENT_H

#include <stddef.h>

#include <umf/plugin_sdk.h>

struct os_config;

struct os_placement {
    unsigned mode; /* umf_numa_mode_t */
};

/* `config` has passed os_config_check. NOT_SUPPORTED: the mode is not built. */
umf_result_t os_placement_init(struct os_placement *placement, const umf_plugin_host_t *host,
                               const struct os_config *config);
void os_placement_fini(struct os_placement *placement, const umf_plugin_host_t *host);

/* Binds fresh pages that nobody has touched: `start` and `size` are multiples of
 * the page. On failure the native error is set and the caller unmaps. */
umf_result_t os_placement_apply(struct os_placement *placement, void *start, size_t size);

#endif
