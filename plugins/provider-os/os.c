/*
 * os.c - the plugin: its parameter table, the provider's life, what it tells of
 * itself, and the tables of functions.
 */
#include "provider-os/os.h"

#include <umf/memory_provider.h>

#include "base/page.h"
#include "provider-os/config.h"
#include "provider-os/ipc.h"
#include "provider-os/memory.h"
#include "provider-os/native.h"

#define UMFI_PARAMS_CONFIG struct os_config
#define UMFI_PARAMS_KIND UMF_PLUGIN_KIND_PROVIDER
#define UMFI_PARAMS_NAME "os"
#include "base/param_rows.h"
#include "base/plugin_desc.h"

static umf_result_t os_setup(struct os_provider *os, const struct os_config *config) {
    os->protection = config->protection;
    os->is_shared = config->visibility == UMF_MEM_MAP_SHARED;
    umfi_object_name_copy(os->name, config->name ? config->name : "OS");
    umf_result_t result = os_placement_init(&os->placement, os->host, config);
    if (result != UMF_RESULT_SUCCESS || !os->is_shared) {
        return result;
    }
    result = os_shared_init(&os->shared, os->host, config->shm_name);
    if (result != UMF_RESULT_SUCCESS) {
        os_placement_fini(&os->placement, os->host);
    }
    return result;
}

static umf_result_t os_initialize(const void *params, void **provider) {
    struct os_config config;
    if (!params || !provider) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(params);
    umf_result_t result = host->effective_params(params, &param_table, &config);
    if (result == UMF_RESULT_SUCCESS) {
        result = os_config_check(host, &config);
    }
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    struct os_provider *os = host->meta_alloc(sizeof *os);
    if (!os) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    os->host = host;
    result = os_setup(os, &config);
    if (result != UMF_RESULT_SUCCESS) {
        host->meta_free(os, sizeof *os);
        return result;
    }
    *provider = os;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t os_finalize(void *provider) {
    struct os_provider *os = provider;
    if (os->is_shared) {
        os_shared_fini(&os->shared);
    }
    os_placement_fini(&os->placement, os->host);
    os->host->meta_free(os, sizeof *os);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t os_get_recommended_page_size(void *provider, size_t size, size_t *page_size) {
    (void)provider, (void)size;
    if (!page_size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *page_size = umfi_page_bytes();
    return UMF_RESULT_SUCCESS;
}

static umf_result_t os_get_min_page_size(void *provider, const void *ptr, size_t *page_size) {
    (void)ptr;
    return os_get_recommended_page_size(provider, 0, page_size);
}

static umf_result_t os_get_cache_line_size(void *provider, size_t *size) {
    (void)provider;
    if (!size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *size = umfi_cache_line_bytes();
    return UMF_RESULT_SUCCESS;
}

static umf_result_t os_get_name(void *provider, const char **name) {
    const struct os_provider *os = provider;
    if (!name) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *name = os ? os->name : "OS";
    return UMF_RESULT_SUCCESS;
}

static umf_result_t ipc_enabled_read(void *object, const struct umfi_ctl_call *call,
                                     union umfi_ctl_value *value) {
    (void)call;
    value->number = ((const struct os_provider *)object)->is_shared;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t os_ctl(void *provider, umf_ctl_query_source_t source, const char *name,
                           void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    static const struct umfi_ctl_node nodes[] = {
        UMFI_USAGE_CTL_NODES(offsetof(struct os_provider, usage)),
        {.path = "params.ipc_enabled", .type = UMFI_CTL_INT, .read = ipc_enabled_read},
        {.path = "post_initialize", .type = UMFI_CTL_ACTION, .run = umfi_ctl_do_nothing},
        {.path = NULL},
    };
    const struct umfi_ctl_query query = {
        .source = source, .path = name, .arg = arg, .size = size, .type = type};
    return umfi_ctl_answer(nodes, provider, &query, args);
}

static void os_prefork(void *provider) {
    struct os_provider *os = provider;
    if (os->is_shared) {
        umfi_mutex_lock_for_fork(&os->shared.lock);
    }
}

static void os_postfork_parent(void *provider) {
    struct os_provider *os = provider;
    if (os->is_shared) {
        umfi_mutex_unlock_in_parent(&os->shared.lock);
    }
}

static void os_postfork_child(void *provider) {
    struct os_provider *os = provider;
    if (os->is_shared) {
        umfi_mutex_reset_in_child(&os->shared.lock);
    }
}

static const umf_memory_provider_ops_t ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = os_initialize,
    .finalize = os_finalize,
    .alloc = os_alloc,
    .free = os_free,
    .get_last_native_error = os_get_last_native_error,
    .get_recommended_page_size = os_get_recommended_page_size,
    .get_min_page_size = os_get_min_page_size,
    .get_name = os_get_name,
    .ext_purge_lazy = os_purge_lazy,
    .ext_purge_force = os_purge_force,
    .ext_allocation_merge = os_allocation_merge,
    .ext_allocation_split = os_allocation_split,
    .ext_get_ipc_handle_size = os_get_ipc_handle_size,
    .ext_get_ipc_handle = os_get_ipc_handle,
    .ext_put_ipc_handle = os_put_ipc_handle,
    .ext_open_ipc_handle = os_open_ipc_handle,
    .ext_close_ipc_handle = os_close_ipc_handle,
    .ext_ctl = os_ctl,
    .get_cache_line_size = os_get_cache_line_size,
};

static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = "os",
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .params = &param_table,
    .prefork = os_prefork,
    .postfork_parent = os_postfork_parent,
    .postfork_child = os_postfork_child,
};

UMFI_PLUGIN(umf_provider_os, "provider-os", component)
