/*
 * provider_refusals.c - the table that a provider of a former life answers with, or
 * one that a fork has left behind.
 *
 * After the last umfTearDown, and also once the library is up again, every
 * function says UNKNOWN and touches nothing; in a child of the process that a
 * provider is bound to, INVALID_ARGUMENT.
 */
#include "core/provider.h"

#define REFUSE return umfi_objects_refusal(priv)

static umf_result_t refuse_initialize(const void *params, void **priv) {
    (void)params, (void)priv;
    return UMF_RESULT_ERROR_UNKNOWN;
}
static umf_result_t refuse_plain(void *priv) {
    REFUSE;
}
static umf_result_t refuse_alloc(void *priv, size_t size, size_t alignment, void **ptr) {
    (void)size, (void)alignment, (void)ptr;
    REFUSE;
}
static umf_result_t refuse_range(void *priv, void *ptr, size_t size) {
    (void)ptr, (void)size;
    REFUSE;
}
static umf_result_t refuse_native_error(void *priv, const char **message, int32_t *error) {
    (void)message, (void)error;
    REFUSE;
}
static umf_result_t refuse_recommended(void *priv, size_t size, size_t *page) {
    (void)size, (void)page;
    REFUSE;
}
static umf_result_t refuse_min_page(void *priv, const void *ptr, size_t *page) {
    (void)ptr, (void)page;
    REFUSE;
}
static umf_result_t refuse_name(void *priv, const char **name) {
    (void)name;
    REFUSE;
}
static umf_result_t refuse_merge(void *priv, void *low, void *high, size_t size) {
    (void)low, (void)high, (void)size;
    REFUSE;
}
static umf_result_t refuse_split(void *priv, void *ptr, size_t total, size_t first) {
    (void)ptr, (void)total, (void)first;
    REFUSE;
}
static umf_result_t refuse_size(void *priv, size_t *size) {
    (void)size;
    REFUSE;
}
static umf_result_t refuse_ipc_get(void *priv, const void *ptr, size_t size, void *data) {
    (void)ptr, (void)size, (void)data;
    REFUSE;
}
static umf_result_t refuse_ipc_put(void *priv, void *data) {
    (void)data;
    REFUSE;
}
static umf_result_t refuse_ipc_open(void *priv, void *data, void **ptr) {
    (void)data, (void)ptr;
    REFUSE;
}
static umf_result_t refuse_ctl(void *priv, umf_ctl_query_source_t source, const char *name,
                               void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    (void)source, (void)name, (void)arg, (void)size, (void)type, (void)args;
    REFUSE;
}
static umf_result_t refuse_property(void *priv, const void *ptr, umf_memory_property_id_t id,
                                    void *value) {
    (void)ptr, (void)id, (void)value;
    REFUSE;
}
static umf_result_t refuse_property_size(void *priv, umf_memory_property_id_t id, size_t *size) {
    (void)id, (void)size;
    REFUSE;
}

const umf_memory_provider_ops_t umfi_provider_refusals = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = refuse_initialize,
    .finalize = refuse_plain,
    .alloc = refuse_alloc,
    .free = refuse_range,
    .get_last_native_error = refuse_native_error,
    .get_recommended_page_size = refuse_recommended,
    .get_min_page_size = refuse_min_page,
    .get_name = refuse_name,
    .ext_purge_lazy = refuse_range,
    .ext_purge_force = refuse_range,
    .ext_allocation_merge = refuse_merge,
    .ext_allocation_split = refuse_split,
    .ext_get_ipc_handle_size = refuse_size,
    .ext_get_ipc_handle = refuse_ipc_get,
    .ext_put_ipc_handle = refuse_ipc_put,
    .ext_open_ipc_handle = refuse_ipc_open,
    .ext_close_ipc_handle = refuse_range,
    .ext_ctl = refuse_ctl,
    .ext_get_allocation_properties = refuse_property,
    .ext_get_allocation_properties_size = refuse_property_size,
    .get_cache_line_size = refuse_size,
};
