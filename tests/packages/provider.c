/*
 * provider.c - a plugin as a vendor's package would bring it, built from the
 * installed headers: a provider called PROVIDER_NAME, whose memory comes from a
 * library of its own (backend.c). Without locks: it keeps nothing.
 */
#include <stdlib.h>

#include <umf/plugin_sdk.h>

void *backend_alloc(size_t size, size_t alignment);
void backend_free(void *ptr);

enum { PAGE_BYTES = 4096 };

static umf_result_t packaged_initialize(const void *params, void **provider) {
    static int anything;
    (void)params;
    *provider = &anything;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_finalize(void *provider) {
    (void)provider;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_alloc(void *provider, size_t size, size_t alignment, void **ptr) {
    (void)provider;
    void *memory = backend_alloc(size, alignment > PAGE_BYTES ? alignment : PAGE_BYTES);
    if (!memory) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *ptr = memory;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_free(void *provider, void *ptr, size_t size) {
    (void)provider, (void)size;
    backend_free(ptr);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_get_last_native_error(void *provider, const char **message,
                                                   int32_t *error) {
    (void)provider;
    *message = "";
    *error = 0;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_get_recommended_page_size(void *provider, size_t size, size_t *page) {
    (void)provider, (void)size;
    *page = PAGE_BYTES;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_get_min_page_size(void *provider, const void *ptr, size_t *page) {
    (void)provider, (void)ptr;
    *page = PAGE_BYTES;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_get_name(void *provider, const char **name) {
    (void)provider;
    *name = PROVIDER_NAME;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t packaged_get_cache_line_size(void *provider, size_t *size) {
    (void)provider;
    *size = 64;
    return UMF_RESULT_SUCCESS;
}

static const umf_memory_provider_ops_t ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = packaged_initialize,
    .finalize = packaged_finalize,
    .alloc = packaged_alloc,
    .free = packaged_free,
    .get_last_native_error = packaged_get_last_native_error,
    .get_recommended_page_size = packaged_get_recommended_page_size,
    .get_min_page_size = packaged_get_min_page_size,
    .get_name = packaged_get_name,
    .get_cache_line_size = packaged_get_cache_line_size,
};

static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = PROVIDER_NAME,
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_PROVIDER_OPS_VERSION_CURRENT,
};
static const umf_plugin_component_t *const components[] = {&component};

static const umf_plugin_desc_t desc = {
    .magic = UMF_PLUGIN_MAGIC,
    .size = sizeof desc,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .name = "provider-" PROVIDER_NAME,
    .version = "1.0",
    .vendor = "the package tests",
    .components = components,
    .component_count = 1,
};
UMF_PLUGIN_ENTRY(umf_provider_packaged, desc)
