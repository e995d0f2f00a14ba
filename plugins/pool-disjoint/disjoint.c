/*
 * disjoint.c - the plugin pool-disjoint: its tables.
 *
 * What the pool is stands in pool.h; its blocks in block.c, buckets in bucket.h,
 * slabs in slab.h, control nodes in nodes.c.
 */
#include "base/plugin_desc.h"
#include "pool.h"

static umf_result_t disjoint_get_name(void *priv, const char **name) {
    const struct disjoint_pool *pool = priv;
    if (name == NULL) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *name = pool == NULL ? "disjoint" : pool->name;
    return UMF_RESULT_SUCCESS;
}

static const umf_memory_pool_ops_t ops = {
    .version = UMF_POOL_OPS_VERSION_CURRENT,
    .initialize = disjoint_initialize,
    .finalize = disjoint_finalize,
    .malloc = disjoint_malloc,
    .calloc = disjoint_calloc,
    .realloc = disjoint_realloc,
    .aligned_malloc = disjoint_aligned_malloc,
    .malloc_usable_size = disjoint_malloc_usable_size,
    .free = disjoint_free,
    .get_last_allocation_error = disjoint_get_last_allocation_error,
    .get_name = disjoint_get_name,
    .ext_ctl = disjoint_ctl,
    .ext_trim_memory = disjoint_trim_memory,
};

static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_POOL,
    .name = "disjoint",
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_POOL_OPS_VERSION_CURRENT,
    .params = &disjoint_param_table,
    .prefork = disjoint_prefork,
    .postfork_parent = disjoint_postfork_parent,
    .postfork_child = disjoint_postfork_child,
    .live_blocks = disjoint_live_blocks,
    .data_path = disjoint_data_path,
};

UMFI_PLUGIN(umf_pool_disjoint, "pool-disjoint", component)
