/*
 * probe_make.c - the last step of a probe: an object with default parameters,
 * made, used and destroyed (probe_steps.h).
 */
#include <stdio.h>
#include <string.h>
#include <umf/stack.h>

#include "tools/catalogue.h"
#include "tools/probe_steps.h"

enum { BLOCK_BYTES = 64 };
static const char below[] = "os"; /* what pools and adaptors are made over */

static int note_below(const umf_plugin_info_t *info, void *arg) {
    bool *is_there = arg;
    *is_there = *is_there || (strcmp(info->kind, "provider") == 0 &&
                              strcmp(info->name, below) == 0 && umf_is_usable(info));
    return *is_there;
}

static bool has_below(void) {
    bool is_there = false;
    return umfPluginList(note_below, &is_there) == UMF_RESULT_SUCCESS && is_there;
}

static umf_result_t make_provider(const umf_plugin_info_t *info, bool takes_upstream) {
    umf_memory_provider_handle_t provider;
    char stack[64];
    snprintf(stack, sizeof stack, "%s @ %s", info->name, below);
    umf_result_t result = takes_upstream
                              ? umfStackCreateProvider(stack, &provider)
                              : umfMemoryProviderCreateByName(info->name, NULL, &provider);
    return result == UMF_RESULT_SUCCESS ? umfMemoryProviderDestroy(provider) : result;
}

/* NULL, or what went wrong with a block. */
static const char *use_pool(umf_memory_pool_handle_t pool) {
    void *block = umfPoolMalloc(pool, BLOCK_BYTES);
    if (block == NULL) {
        return "it has no block of 64 bytes";
    }
    memset(block, 1, BLOCK_BYTES);
    return umfPoolFree(pool, block) == UMF_RESULT_SUCCESS ? NULL : "its block cannot be freed";
}

/* problem: what is wrong where the result alone does not tell. */
static umf_result_t make_pool(const umf_plugin_info_t *info, const char **problem) {
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
    umf_result_t result = umfMemoryProviderCreateByName(below, NULL, &provider);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = umfPoolCreateByName(info->name, provider, NULL, UMF_POOL_CREATE_FLAG_NONE, &pool);
    if (result == UMF_RESULT_SUCCESS) {
        *problem = use_pool(pool);
        result = umfPoolDestroy(pool);
    }
    (void)umfMemoryProviderDestroy(provider);
    return result;
}

/* What libumf said, without "kind:name: ", which stands before it already. */
static const char *last_reason(const umf_plugin_info_t *info) {
    const char *message = umf_probe_last_message();
    char front[64];
    int length = snprintf(front, sizeof front, "%s:%s: ", info->kind, info->name);
    return strncmp(message, front, (size_t)length) == 0 ? message + length : message;
}

bool umf_probe_make(const umf_plugin_info_t *info, bool takes_upstream, int pipe_fd,
                    char note[1024]) {
    bool is_pool = strcmp(info->kind, "pool") == 0;
    const char *problem = NULL;
    note[0] = '\0';
    if ((is_pool || takes_upstream) && !has_below()) {
        snprintf(note, 1024, "none was made: there is no provider %s to make it over", below);
        return true;
    }
    umf_probe_tell(pipe_fd, PROBE_MAKING, "%s", "");
    umf_result_t result =
        is_pool ? make_pool(info, &problem) : make_provider(info, takes_upstream);
    if (result == UMF_RESULT_ERROR_INVALID_ARGUMENT && problem == NULL) {
        snprintf(note, 1024, "needs parameters: %s", last_reason(info));
        return true;
    }
    if (result != UMF_RESULT_SUCCESS || problem != NULL) {
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s:%s: making one failed: %s (%s)", info->kind,
                       info->name, problem != NULL ? problem : last_reason(info),
                       umf_info_origin(info));
        return false;
    }
    return true;
}
