/*
 * idle_ops.h - what the modules of the tests have in common: a component is named for
 * its file, and these functions do as little as they may.
 */
#ifndef UMF_TESTS_PLUGIN_IDLE_OPS_H
#define UMF_TESTS_PLUGIN_IDLE_OPS_H

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <umf/plugin_sdk.h>

static char own_name[64];

/* The file's name, less .so. */
static inline void own_name_find(void) {
    Dl_info info;
    if (dladdr(own_name, &info) != 0) {
        const char *slash = strrchr(info.dli_fname, '/');
        snprintf(own_name, sizeof own_name, "%s", slash ? slash + 1 : info.dli_fname);
        own_name[strlen(own_name) - 3] = '\0';
    }
}

static inline umf_result_t get_name(void *object, const char **name) {
    (void)object;
    *name = own_name;
    return UMF_RESULT_SUCCESS;
}
static inline umf_result_t provider_alloc(void *provider, size_t size, size_t alignment, void **ptr) {
    (void)provider, (void)size, (void)alignment, (void)ptr;
    return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
}
static inline umf_result_t provider_free(void *provider, void *ptr, size_t size) {
    (void)provider, (void)ptr, (void)size;
    return UMF_RESULT_SUCCESS;
}
static inline umf_result_t native_error(void *provider, const char **message, int32_t *error) {
    (void)provider;
    *message = "";
    *error = 0;
    return UMF_RESULT_SUCCESS;
}
static inline umf_result_t last_error(void *pool) {
    (void)pool;
    return UMF_RESULT_SUCCESS;
}
static inline umf_result_t recommended_page_size(void *provider, size_t size, size_t *page) {
    (void)provider, (void)size;
    *page = 4096;
    return UMF_RESULT_SUCCESS;
}

#endif
