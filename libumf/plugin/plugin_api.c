/* plugin_api.c - the public calls of umf/plugin.h but the error's text. */
#include <string.h>
#include <umf.h>
#include <umf/plugin.h>

#include "base/text.h"
#include "core/error.h"
#include "core/params_set.h"
#include "plugin/plugin.h"
#include "plugin/refusal.h"
#include "plugin/registry.h"

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

static umf_plugin_state_t state_of(enum umfi_plugin_phase phase) {
    static const umf_plugin_state_t states[] = {
        [UMFI_PHASE_NEW] = UMF_PLUGIN_AVAILABLE,     [UMFI_PHASE_STARTING] = UMF_PLUGIN_AVAILABLE,
        [UMFI_PHASE_READY] = UMF_PLUGIN_READY,       [UMFI_PHASE_FAILED] = UMF_PLUGIN_FAILED,
        [UMFI_PHASE_ABSENT] = UMF_PLUGIN_ABSENT,     [UMFI_PHASE_DISABLED] = UMF_PLUGIN_DISABLED,
        [UMFI_PHASE_SHADOWED] = UMF_PLUGIN_SHADOWED, [UMFI_PHASE_REFUSED] = UMF_PLUGIN_REFUSED,
    };
    return states[phase];
}

static int entry_visit(const struct umfi_plugin *plugin,
                       int (*visit)(const umf_plugin_info_t *info, void *arg), void *arg) {
    enum umfi_plugin_phase phase = atomic_load_explicit(&plugin->phase, memory_order_acquire);
    char reason[UMFI_REFUSAL_TEXT_BYTES + 32] = "";
    struct umfi_text text;
    umfi_text_init(&text, reason, sizeof reason);
    if (phase >= UMFI_PHASE_FAILED && plugin->reason.text) {
        const char *class = umfi_refusal_word(plugin->reason.class);
        umfi_text_add(&text, "%s%s%s", class, *class ? ": " : "", plugin->reason.text);
    }
    const umf_plugin_info_t info = {
        .size = sizeof info,
        .kind = umfi_manifest_kind_word(plugin->kind),
        .name = plugin->name,
        .state = state_of(phase),
        .tier = umfi_tier_word(plugin->tier),
        .manifest = plugin->file_path,
        .module = plugin->module_path ? plugin->module_path : plugin->manifest.module,
        .description = plugin->manifest.description,
        .reason = reason,
    };
    return visit(&info, arg);
}

umf_result_t umfPluginList(int (*visit)(const umf_plugin_info_t *info, void *arg), void *arg) {
    UMFI_CHECK_ARG(visit != NULL);
    const struct umfi_catalogue *catalogue = umfi_registry_catalogue();
    if (!catalogue) {
        umfi_error(__func__, "plugins: no memory to read the manifests");
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    for (size_t i = 0; i < catalogue->count; i++) {
        if (entry_visit(catalogue->entries[i], visit, arg) != 0) {
            break;
        }
    }
    return UMF_RESULT_SUCCESS;
}

/* ---- declared, and being built ---- */

umf_result_t umfPluginRegister(const umf_plugin_desc_t *desc) {
    UMFI_CHECK_ARG(desc != NULL);
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}
umf_result_t umfPluginLoadFile(const char *path) {
    UMFI_CHECK_ARG(path != NULL);
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}
umf_result_t umfPluginRescan(void) { return UMF_RESULT_ERROR_NOT_SUPPORTED; }
umf_result_t umfPluginDefault(const char *kind, const char **name) {
    UMFI_CHECK_ARG(kind != NULL);
    UMFI_CHECK_ARG(name != NULL);
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}
umf_result_t umfPluginPlaces(int (*visit)(const umf_plugin_place_t *place, void *arg), void *arg) {
    (void)arg;
    UMFI_CHECK_ARG(visit != NULL);
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}
umf_result_t umfPluginCheck(const char *path,
                            int (*visit)(const umf_plugin_finding_t *finding, void *arg),
                            void *arg) {
    (void)path, (void)arg;
    UMFI_CHECK_ARG(visit != NULL);
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}
