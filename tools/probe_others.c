/*
 * probe_others.c - a stack made and destroyed, and a policy's defaults looked for
 * (probe_steps.h).
 */
#include <stdio.h>
#include <string.h>
#include <umf/stack.h>

#include "plugin/stack_text.h"
#include "tools/catalogue.h"
#include "tools/policy_text.h"
#include "tools/probe_steps.h"

/* Whether a stack has a pool at its top. What its first name is decides; where
 * that does not tell, a provider alone stands alone. */
static bool is_pool_stack(const struct catalogue *catalogue, const char *text) {
    struct umfi_stack_text stack;
    char name[64];
    if (!umfi_stack_text_parse(text, &stack)) {
        return true; /* making it says what is wrong */
    }
    snprintf(name, sizeof name, "%.*s", (int)stack.parts[0].name.length, stack.parts[0].name.text);
    bool is_pool = umf_catalogue_knows(catalogue, "pool", name);
    bool is_provider = umf_catalogue_knows(catalogue, "provider", name);
    return is_pool != is_provider ? is_pool : stack.part_count > 1;
}

static void probe_stack(const umf_plugin_info_t *info, int pipe_fd) {
    struct catalogue catalogue;
    umf_memory_pool_handle_t pool;
    umf_memory_provider_handle_t provider;
    bool is_pool = !umf_catalogue_read(&catalogue) || is_pool_stack(&catalogue, info->params);
    umf_catalogue_fini(&catalogue);
    umf_probe_tell(pipe_fd, PROBE_MAKING, "%s", "");
    umf_result_t result = is_pool ? umfStackCreate(info->name, &pool)
                                  : umfStackCreateProvider(info->name, &provider);
    if (result == UMF_RESULT_SUCCESS) {
        result = is_pool ? umfPoolDestroy(pool) : umfMemoryProviderDestroy(provider);
    }
    if (result == UMF_RESULT_SUCCESS) {
        umf_probe_tell(pipe_fd, PROBE_READY, "%s", "");
    } else {
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s (%s)", umf_probe_last_message(),
                       umf_info_origin(info));
    }
}

/* Whether one of these can be loaded, or the list is empty. */
static bool has_default(const char *kind, const char *names) {
    const umf_plugin_component_t *component;
    char name[POLICY_NAME_BYTES];
    bool is_empty = true;
    while (umf_policy_next(&names, name)) {
        if (umfPluginDescribe(kind, name, &component) == UMF_RESULT_SUCCESS) {
            return true;
        }
        is_empty = false;
    }
    return is_empty;
}

static void probe_policy(const umf_plugin_info_t *info, int pipe_fd) {
    static const char *const kinds[] = {"pool", "provider"};
    static const char *const keys[] = {"default.pool", "default.provider"};
    umf_probe_tell(pipe_fd, PROBE_LOADING, "%s", "");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!has_default(kinds[i], umf_policy_list(info->params, keys[i]))) {
            umf_probe_tell(pipe_fd, PROBE_FAILED,
                           "policy:%s: none of its default %ss can be used; the last: %s (%s)",
                           info->name, kinds[i], umf_probe_last_message(), umf_info_origin(info));
            return;
        }
    }
    umf_probe_tell(pipe_fd, PROBE_READY, "%s", "");
}

void umf_probe_others(const void *arg, int pipe_fd) {
    const umf_plugin_info_t *info = arg;
    if (strcmp(info->kind, "stack") == 0) {
        probe_stack(info, pipe_fd);
    } else {
        probe_policy(info, pipe_fd);
    }
}
