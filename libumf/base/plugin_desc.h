/*
 * plugin_desc.h - the descriptor of a built-in plugin with one component.
 *
 *     static const umf_plugin_component_t component = {...};
 *     UMFI_PLUGIN(umf_pool_mine, "pool-mine", component)
 */
#ifndef UMFI_BASE_PLUGIN_DESC_H
#define UMFI_BASE_PLUGIN_DESC_H

#include <umf/plugin_sdk.h>

#define UMFI_PLUGIN(module, plugin_name, component)                                \
    static const umf_plugin_component_t *const plugin_components[] = {&(component)}; \
    static const umf_plugin_desc_t plugin_desc = {                                 \
        .magic = UMF_PLUGIN_MAGIC,                                                 \
        .size = sizeof(umf_plugin_desc_t),                                         \
        .abi_major = UMF_PLUGIN_ABI_MAJOR,                                         \
        .abi_minor = UMF_PLUGIN_ABI_MINOR,                                         \
        .host_minor_needed = UMF_PLUGIN_ABI_MINOR,                                 \
        .name = (plugin_name),                                                     \
        .version = PACKAGE_VERSION,                                                \
        .vendor = "libumf",                                                        \
        .components = plugin_components,                                           \
        .component_count = 1,                                                      \
    };                                                                             \
    UMF_PLUGIN_ENTRY(module, plugin_desc)

#endif
