/*
 * pool_ops.c - a user's table of pool functions, made whole.
 *
 * A NULL function other than initialize is a caller's bug that the API leaves
 * undefined; here it refuses, so that programs whose pools lack what they never
 * call go on working.
 */
#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "core/pool.h"

static umf_result_t absent_finalize(void *priv) {
    (void)priv;
    return UMF_RESULT_SUCCESS;
}

static void *absent_malloc(void *priv, size_t size) {
    (void)priv, (void)size;
    return NULL;
}

static void *absent_pair(void *priv, size_t a, size_t b) {
    (void)priv, (void)a, (void)b;
    return NULL;
}

static void *absent_realloc(void *priv, void *ptr, size_t size) {
    (void)priv, (void)ptr, (void)size;
    return NULL;
}

static umf_result_t absent_usable_size(void *priv, const void *ptr, size_t *size) {
    (void)priv, (void)ptr, (void)size;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_free(void *priv, void *ptr) {
    (void)priv, (void)ptr;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_last_error(void *priv) {
    (void)priv;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static umf_result_t absent_name(void *priv, const char **name) {
    (void)priv;
    *name = "unnamed";
    return UMF_RESULT_SUCCESS;
}

static umf_result_t absent_ctl(void *priv, umf_ctl_query_source_t source, const char *name,
                               void *arg, size_t size, umf_ctl_query_type_t type, va_list args) {
    (void)priv, (void)source, (void)name, (void)arg, (void)size, (void)type, (void)args;
    return UMF_RESULT_ERROR_INVALID_CTL_PATH;
}

static umf_result_t absent_trim(void *priv, size_t keep) {
    (void)priv, (void)keep;
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}

#define FILL_ABSENT(ops, field, function) \
    ((ops)->field = (ops)->field ? (ops)->field : (function))

umf_result_t umfi_pool_ops_adopt(const umf_memory_pool_ops_t *ops, umf_memory_pool_ops_t *whole) {
    if (ops->version > UMF_POOL_OPS_VERSION_CURRENT) {
        umfi_error(__func__, "pool ops: version %u.%u is not supported (at most %u.%u)",
                   (unsigned)UMF_MAJOR_VERSION(ops->version),
                   (unsigned)UMF_MINOR_VERSION(ops->version),
                   (unsigned)UMF_MAJOR_VERSION(UMF_POOL_OPS_VERSION_CURRENT),
                   (unsigned)UMF_MINOR_VERSION(UMF_POOL_OPS_VERSION_CURRENT));
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    bool has_trim = ops->version == UMF_POOL_OPS_VERSION_CURRENT;
    memset(whole, 0, sizeof *whole);
    memcpy(whole, ops,
           has_trim ? sizeof *whole : offsetof(umf_memory_pool_ops_t, ext_trim_memory));
    if (!whole->initialize) {
        umfi_error(__func__, "pool ops: initialize must not be NULL");
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    FILL_ABSENT(whole, finalize, absent_finalize);
    FILL_ABSENT(whole, malloc, absent_malloc);
    FILL_ABSENT(whole, calloc, absent_pair);
    FILL_ABSENT(whole, realloc, absent_realloc);
    FILL_ABSENT(whole, aligned_malloc, absent_pair);
    FILL_ABSENT(whole, malloc_usable_size, absent_usable_size);
    FILL_ABSENT(whole, free, absent_free);
    FILL_ABSENT(whole, get_last_allocation_error, absent_last_error);
    FILL_ABSENT(whole, get_name, absent_name);
    FILL_ABSENT(whole, ext_ctl, absent_ctl);
    FILL_ABSENT(whole, ext_trim_memory, absent_trim);
    return UMF_RESULT_SUCCESS;
}
