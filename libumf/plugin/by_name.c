/* by_name.c - objects, tables and descriptors by name (umf/plugin.h). */
#include <string.h>
#include <umf.h>
#include <umf/plugin.h>

#include "core/error.h"
#include "core/params_set.h"
#include "plugin/plugin.h"
#include "plugin/refusal.h"

static const void *ops_find(umf_plugin_kind_t kind, const char *name) {
    struct umfi_component *component;
    return umfi_plugin_find(kind, name, &component) == UMF_RESULT_SUCCESS ? component->desc.ops
                                                                         : NULL;
}

const umf_memory_pool_ops_t *umfPluginPoolOps(const char *name) {
    UMFI_CHECK(name != NULL, NULL);
    return ops_find(UMF_PLUGIN_KIND_POOL, name);
}

const umf_memory_provider_ops_t *umfPluginProviderOps(const char *name) {
    UMFI_CHECK(name != NULL, NULL);
    return ops_find(UMF_PLUGIN_KIND_PROVIDER, name);
}

/* The parameters of a create by name: the caller's set, as it is or, where it was
 * made for an alias, in a copy that bears the component's own name; or, where the
 * caller has none and the component takes any, a set with nothing in it. */
struct by_name {
    umf_params_handle_t params, own;
    struct umf_params_t renamed;
};

static umf_result_t by_name_begin(struct by_name *call, const struct umfi_component *component,
                                  const char *name, umf_params_handle_t params) {
    call->params = params;
    call->own = NULL;
    if (params) {
        if (strcmp(params->component, name) == 0) {
            call->renamed = *params;
            call->renamed.component = (char *)(uintptr_t)component->desc.name;
            call->params = &call->renamed;
        }
        return UMF_RESULT_SUCCESS;
    }
    if (!component->desc.params) {
        return UMF_RESULT_SUCCESS;
    }
    umf_result_t result =
        umfi_params_create(component->desc.kind, component->desc.name, &call->own);
    call->params = call->own;
    return result;
}

static umf_result_t by_name_end(struct by_name *call, const struct umfi_component *component,
                                umf_result_t result) {
    umfi_params_destroy(call->own);
    return umfi_plugin_explain(&component->desc, result);
}

umf_result_t umfi_plugin_explain(const umf_plugin_component_t *component, umf_result_t result) {
    if (result != UMF_RESULT_SUCCESS && *umfi_error_reason() == '\0') {
        umfi_error(__func__, "%s:%s: %s", umfi_plugin_kind_word(component->kind), component->name,
                   umfi_result_word(result));
    }
    return result;
}

umf_result_t umfMemoryProviderCreateByName(const char *name, umf_params_handle_t params,
                                           umf_memory_provider_handle_t *hProvider) {
    struct umfi_component *component;
    UMFI_CHECK_ARG(name != NULL);
    UMFI_CHECK_ARG(hProvider != NULL);
    umf_result_t result = umfi_plugin_find(UMF_PLUGIN_KIND_PROVIDER, name, &component);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    struct by_name call;
    umfi_error_clear();
    result = by_name_begin(&call, component, name, params);
    if (result == UMF_RESULT_SUCCESS) {
        result = umfMemoryProviderCreate(component->desc.ops, call.params, hProvider);
    }
    return by_name_end(&call, component, result);
}

umf_result_t umfPoolCreateByName(const char *name, umf_memory_provider_handle_t provider,
                                 umf_params_handle_t params, umf_pool_create_flags_t flags,
                                 umf_memory_pool_handle_t *hPool) {
    struct umfi_component *component;
    UMFI_CHECK_ARG(name != NULL);
    UMFI_CHECK_ARG(provider != NULL);
    UMFI_CHECK_ARG(hPool != NULL);
    umf_result_t result = umfi_plugin_find(UMF_PLUGIN_KIND_POOL, name, &component);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    struct by_name call;
    umfi_error_clear();
    result = by_name_begin(&call, component, name, params);
    if (result == UMF_RESULT_SUCCESS) {
        result = umfPoolCreate(component->desc.ops, provider, call.params, flags, hPool);
    }
    return by_name_end(&call, component, result);
}

umf_result_t umfPluginDescribe(const char *kind, const char *name,
                               const umf_plugin_component_t **component) {
    UMFI_CHECK_ARG(kind != NULL);
    UMFI_CHECK_ARG(name != NULL);
    UMFI_CHECK_ARG(component != NULL);
    struct umfi_component *found;
    umf_plugin_kind_t kind_number = umfi_plugin_kind_of(kind);
    if (kind_number != UMF_PLUGIN_KIND_POOL && kind_number != UMF_PLUGIN_KIND_PROVIDER) {
        umfi_error(__func__, "plugin: the kind is pool or provider, not '%.64s'", kind);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    umf_result_t result = umfi_plugin_find(kind_number, name, &found);
    if (result == UMF_RESULT_SUCCESS) {
        *component = &found->desc;
    }
    return result;
}
