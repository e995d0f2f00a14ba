/*
 * provider_ops.c - a user's table of functions, checked and made whole.
 *
 * A table of version 1.0 or 1.1 ends before later fields: nothing beyond the
 * end that its version states is read.
 */
#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "core/provider.h"

#define END_OF(field)                                  \
    (offsetof(umf_memory_provider_ops_t, field) +      \
     sizeof(((umf_memory_provider_ops_t *)0)->field))

/* Bytes that belong to the stated version; 0: not supported. Of minor 0 and 1
 * any major is taken, also plain 0. */
static size_t bytes_of_version(uint32_t version) {
    if (UMF_MINOR_VERSION(version) == 0) {
        return END_OF(ext_ctl);
    }
    if (UMF_MINOR_VERSION(version) == 1) {
        return END_OF(ext_get_allocation_properties_size);
    }
    return version == UMF_PROVIDER_OPS_VERSION_CURRENT ? sizeof(umf_memory_provider_ops_t) : 0;
}

/* ---- what an absent function answers ---- */

static umf_result_t absent_range(void *priv, void *ptr, size_t size) {
    (void)priv, (void)ptr, (void)size;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_merge(void *priv, void *low, void *high, size_t size) {
    (void)priv, (void)low, (void)high, (void)size;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_split(void *priv, void *ptr, size_t total, size_t first) {
    (void)priv, (void)ptr, (void)total, (void)first;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_ipc_size(void *priv, size_t *size) {
    (void)priv, (void)size;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_ipc_get(void *priv, const void *ptr, size_t size, void *data) {
    (void)priv, (void)ptr, (void)size, (void)data;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_ipc_put(void *priv, void *data) {
    (void)priv, (void)data;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_ipc_open(void *priv, void *data, void **ptr) {
    (void)priv, (void)data, (void)ptr;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_ctl(void *priv, umf_ctl_query_source_t source, const char *name,
                               void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    (void)priv, (void)source, (void)name, (void)arg, (void)size, (void)type, (void)args;
    return UMF_RESULT_ERROR_INVALID_CTL_PATH;
}

static umf_result_t absent_property(void *priv, const void *ptr, umf_memory_property_id_t id,
                                    void *value) {
    (void)priv, (void)ptr, (void)id, (void)value;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_property_size(void *priv, umf_memory_property_id_t id, size_t *size) {
    (void)priv, (void)id, (void)size;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t default_cache_line(void *priv, size_t *size) {
    (void)priv;
    *size = 64;
    return UMF_RESULT_SUCCESS;
}

#define FILL_ABSENT(ops, field, function) \
    ((ops)->field = (ops)->field ? (ops)->field : (function))

static void fill_absent(umf_memory_provider_ops_t *ops) {
    FILL_ABSENT(ops, ext_purge_lazy, absent_range);
    FILL_ABSENT(ops, ext_purge_force, absent_range);
    FILL_ABSENT(ops, ext_allocation_merge, absent_merge);
    FILL_ABSENT(ops, ext_allocation_split, absent_split);
    FILL_ABSENT(ops, ext_get_ipc_handle_size, absent_ipc_size);
    FILL_ABSENT(ops, ext_get_ipc_handle, absent_ipc_get);
    FILL_ABSENT(ops, ext_put_ipc_handle, absent_ipc_put);
    FILL_ABSENT(ops, ext_open_ipc_handle, absent_ipc_open);
    FILL_ABSENT(ops, ext_close_ipc_handle, absent_range);
    FILL_ABSENT(ops, ext_ctl, absent_ctl);
    FILL_ABSENT(ops, ext_get_allocation_properties, absent_property);
    FILL_ABSENT(ops, ext_get_allocation_properties_size, absent_property_size);
    FILL_ABSENT(ops, get_cache_line_size, default_cache_line);
}

/* ---- the checks ---- */

static umf_result_t missing(const char *what) {
    umfi_error(__func__, "provider ops: %s", what);
    return UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

static umf_result_t check_mandatory(const umf_memory_provider_ops_t *ops, bool has_cache_line) {
    if (!ops->initialize || !ops->finalize || !ops->alloc || !ops->free) {
        return missing("initialize, finalize, alloc and free must not be NULL");
    }
    if (!ops->get_last_native_error || !ops->get_recommended_page_size ||
        !ops->get_min_page_size || !ops->get_name) {
        return missing("get_last_native_error, get_recommended_page_size, get_min_page_size and "
                       "get_name must not be NULL");
    }
    if (has_cache_line && !ops->get_cache_line_size) {
        return missing("get_cache_line_size must not be NULL in a table of version 1.2");
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t check_groups(const umf_memory_provider_ops_t *ops) {
    if (!ops->ext_allocation_merge != !ops->ext_allocation_split) {
        return missing("ext_allocation_merge and ext_allocation_split come together");
    }
    int ipc = !!ops->ext_get_ipc_handle_size + !!ops->ext_get_ipc_handle +
              !!ops->ext_put_ipc_handle + !!ops->ext_open_ipc_handle +
              !!ops->ext_close_ipc_handle;
    if (ipc != 0 && ipc != 5) {
        return missing("the five IPC functions come together");
    }
    if (!ops->ext_get_allocation_properties != !ops->ext_get_allocation_properties_size) {
        return missing("ext_get_allocation_properties and its size come together");
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_provider_ops_adopt(const umf_memory_provider_ops_t *ops,
                                     umf_memory_provider_ops_t *whole) {
    size_t bytes = bytes_of_version(ops->version);
    if (bytes == 0) {
        umfi_error(__func__, "provider ops: version %u.%u is not supported (at most %u.%u)",
                   (unsigned)UMF_MAJOR_VERSION(ops->version),
                   (unsigned)UMF_MINOR_VERSION(ops->version),
                   (unsigned)UMF_MAJOR_VERSION(UMF_PROVIDER_OPS_VERSION_CURRENT),
                   (unsigned)UMF_MINOR_VERSION(UMF_PROVIDER_OPS_VERSION_CURRENT));
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    memset(whole, 0, sizeof *whole);
    memcpy(whole, ops, bytes);
    umf_result_t result = check_mandatory(whole, bytes == sizeof *whole);
    if (result == UMF_RESULT_SUCCESS) {
        result = check_groups(whole);
    }
    if (result == UMF_RESULT_SUCCESS) {
        fill_absent(whole);
    }
    return result;
}

bool umfi_provider_can_reshape(const struct umf_memory_provider_t *provider) {
    return provider->own.ext_allocation_split != absent_split;
}
