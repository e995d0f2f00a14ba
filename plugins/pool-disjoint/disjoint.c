/* disjoint.c - being built. */
#include <umf/plugin_sdk.h>

static const umf_plugin_desc_t desc = {
    .magic = UMF_PLUGIN_MAGIC,
    .size = sizeof desc,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .name = "pool-disjoint",
};

UMF_PLUGIN_ENTRY(umf_pool_disjoint, desc)
