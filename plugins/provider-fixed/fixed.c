/*
 * fixed.c - the plugin: its parameter table, the provider's life, what it tells
 * of itself, and the tables of functions.
 */
#include "provider-fixed/fixed.h"

#include "base/checked.h"
#include "base/page.h"
#include "provider-fixed/memory.h"

#define UMFI_PARAMS_CONFIG struct fixed_config
#define UMFI_PARAMS_KIND UMF_PLUGIN_KIND_PROVIDER
#define UMFI_PARAMS_NAME "fixed"
#include "base/param_rows.h"
#include "base/plugin_desc.h"

static umf_result_t config_check(const umf_plugin_host_t *host, const struct fixed_config *config) {
    size_t end;
    if (!config->ptr || config->size == 0) {
        host->error("fixed_initialize", "fixed: ptr and size must name a buffer");
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (!umfi_add_size((uintptr_t)config->ptr, config->size, &end)) {
        host->error("fixed_initialize", "fixed: a buffer of %zu bytes at %p ends behind all memory",
                    config->size, config->ptr);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return UMF_RESULT_SUCCESS;
}

/* A buffer without a page boundary is legal and always full. */
static umf_result_t fixed_setup(struct fixed_provider *fixed, const struct fixed_config *config) {
    const struct umfi_space_memory memory = {fixed->host->meta_alloc, fixed->host->meta_free};
    fixed->page = umfi_page_bytes();
    fixed->end = (uintptr_t)config->ptr + config->size;
    if (!umfi_round_up_size((uintptr_t)config->ptr, fixed->page, &fixed->begin)) {
        fixed->begin = fixed->end;
    }
    umfi_space_init(&fixed->space, &memory, fixed->page);
    if (fixed->begin < fixed->end) {
        return umfi_space_add(&fixed->space, fixed->begin, fixed->end - fixed->begin);
    }
    fixed->host->log(UMF_PLUGIN_LOG_WARNING, "fixed_initialize",
                     "fixed: the buffer at %p holds no page boundary, so no block", config->ptr);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t fixed_initialize(const void *params, void **provider) {
    struct fixed_config config;
    if (!params || !provider) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(params);
    umf_result_t result = host->effective_params(params, &param_table, &config);
    if (result == UMF_RESULT_SUCCESS) {
        result = config_check(host, &config);
    }
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    struct fixed_provider *fixed = host->meta_alloc(sizeof *fixed);
    if (!fixed) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    fixed->host = host;
    result = fixed_setup(fixed, &config);
    if (result != UMF_RESULT_SUCCESS) {
        host->meta_free(fixed, sizeof *fixed);
        return result;
    }
    umfi_mutex_init(&fixed->lock, UMFI_RANK_PROVIDER);
    umfi_object_name_copy(fixed->name, config.name ? config.name : "FIXED");
    *provider = fixed;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t fixed_finalize(void *provider) {
    struct fixed_provider *fixed = provider;
    umfi_space_fini(&fixed->space);
    umfi_mutex_fini(&fixed->lock);
    fixed->host->meta_free(fixed, sizeof *fixed);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t fixed_get_recommended_page_size(void *provider, size_t size, size_t *page_size) {
    (void)provider, (void)size;
    if (!page_size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *page_size = umfi_page_bytes();
    return UMF_RESULT_SUCCESS;
}

static umf_result_t fixed_get_min_page_size(void *provider, const void *ptr, size_t *page_size) {
    (void)ptr;
    return fixed_get_recommended_page_size(provider, 0, page_size);
}

static umf_result_t fixed_get_cache_line_size(void *provider, size_t *size) {
    (void)provider;
    if (!size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *size = 64; /* nobody knows what memory the buffer is */
    return UMF_RESULT_SUCCESS;
}

static umf_result_t fixed_get_name(void *provider, const char **name) {
    const struct fixed_provider *fixed = provider;
    if (!name) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *name = fixed ? fixed->name : "FIXED";
    return UMF_RESULT_SUCCESS;
}

static umf_result_t fixed_ctl(void *provider, umf_ctl_query_source_t source, const char *name,
                              void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    static const struct umfi_ctl_node nodes[] = {
        UMFI_USAGE_CTL_NODES(offsetof(struct fixed_provider, usage)),
        {.path = "post_initialize", .type = UMFI_CTL_ACTION, .run = umfi_ctl_do_nothing},
        {.path = NULL},
    };
    const struct umfi_ctl_query query = {
        .source = source, .path = name, .arg = arg, .size = size, .type = type};
    return umfi_ctl_answer(nodes, provider, &query, args);
}

static void fixed_prefork(void *provider) {
    umfi_mutex_lock_for_fork(&((struct fixed_provider *)provider)->lock);
}

static void fixed_postfork_parent(void *provider) {
    umfi_mutex_unlock_in_parent(&((struct fixed_provider *)provider)->lock);
}

static void fixed_postfork_child(void *provider) {
    umfi_mutex_reset_in_child(&((struct fixed_provider *)provider)->lock);
}

static const umf_memory_provider_ops_t ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = fixed_initialize,
    .finalize = fixed_finalize,
    .alloc = fixed_alloc,
    .free = fixed_free,
    .get_last_native_error = fixed_get_last_native_error,
    .get_recommended_page_size = fixed_get_recommended_page_size,
    .get_min_page_size = fixed_get_min_page_size,
    .get_name = fixed_get_name,
    .ext_purge_force = fixed_purge_force,
    .ext_allocation_merge = fixed_allocation_merge,
    .ext_allocation_split = fixed_allocation_split,
    .ext_ctl = fixed_ctl,
    .get_cache_line_size = fixed_get_cache_line_size,
};

static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = "fixed",
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .params = &param_table,
    .prefork = fixed_prefork,
    .postfork_parent = fixed_postfork_parent,
    .postfork_child = fixed_postfork_child,
};

UMFI_PLUGIN(umf_provider_fixed, "provider-fixed", component)
