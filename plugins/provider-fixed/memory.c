/* memory.c - blocks of the buffer's space (memory.h). */
#include "provider-fixed/memory.h"

#include <errno.h>
#include <sys/mman.h>

#include <umf/providers/provider_fixed_memory.h>

#include "base/checked.h"
#include "base/errno_text.h"
#include "base/native_error.h"
#include "provider-fixed/fixed.h"

static const char *const native_texts[] = {"success", "force purging failed"};
static const struct umfi_native_kind native_kind = {
    .first = UMF_FIXED_RESULT_SUCCESS,
    .texts = native_texts,
    .count = sizeof native_texts / sizeof native_texts[0],
};
static _Thread_local struct umfi_native_error last_error;

umf_result_t fixed_get_last_native_error(void *provider, const char **message, int32_t *code) {
    (void)provider;
    return umfi_native_error_get(&last_error, &native_kind, message, code);
}

umf_result_t fixed_alloc(void *provider, size_t size, size_t alignment, void **ptr) {
    struct fixed_provider *fixed = provider;
    size_t start;
    if (!ptr) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    /* every power of two divides the page or is a multiple of it */
    if (alignment != 0 && !umfi_is_power_of_two(alignment)) {
        fixed->host->error("fixed_alloc", "fixed: alignment %zu is no power of two", alignment);
        return UMF_RESULT_ERROR_INVALID_ALIGNMENT;
    }
    umfi_mutex_lock(&fixed->lock);
    umf_result_t result = umfi_space_take(&fixed->space, size, alignment, &start);
    umfi_mutex_unlock(&fixed->lock);
    if (result != UMF_RESULT_SUCCESS) {
        *ptr = NULL; /* the API's word for a full buffer */
        return result;
    }
    umfi_usage_add(&fixed->usage, size);
    *ptr = (void *)start;
    return UMF_RESULT_SUCCESS;
}

umf_result_t fixed_free(void *provider, void *ptr, size_t size) {
    struct fixed_provider *fixed = provider;
    size_t freed;
    if (!ptr) {
        return UMF_RESULT_SUCCESS;
    }
    umfi_mutex_lock(&fixed->lock);
    umf_result_t result = umfi_space_give(&fixed->space, (uintptr_t)ptr, size, &freed);
    umfi_mutex_unlock(&fixed->lock);
    if (result != UMF_RESULT_SUCCESS) {
        fixed->host->error("fixed_free", "fixed: no block of %zu bytes begins at %p", size, ptr);
        return result;
    }
    umfi_usage_sub(&fixed->usage, freed);
    return UMF_RESULT_SUCCESS;
}

static umf_result_t purge_fail(const struct fixed_provider *fixed, int os_error) {
    fixed->host->error("fixed_purge_force", "fixed: %s: %s", native_texts[1],
                       umfi_errno_text(os_error));
    return umfi_native_error_set(&last_error, &native_kind,
                                 UMF_FIXED_RESULT_ERROR_PURGE_FORCE_FAILED, os_error);
}

/* Only pages that lie whole in the range are dropped: the rest of the last one
 * may be another block's, after a split. */
umf_result_t fixed_purge_force(void *provider, void *ptr, size_t size) {
    const struct fixed_provider *fixed = provider;
    uintptr_t start = (uintptr_t)ptr;
    if (start % fixed->page != 0) {
        return purge_fail(fixed, EINVAL);
    }
    if (start < fixed->begin || start > fixed->end || size > fixed->end - start) {
        fixed->host->error("fixed_purge_force", "fixed: %zu bytes at %p are not in the buffer", size,
                           ptr);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (madvise(ptr, umfi_align_down(size, fixed->page), MADV_DONTNEED) != 0) {
        return purge_fail(fixed, errno);
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t fixed_allocation_split(void *provider, void *ptr, size_t total, size_t first) {
    struct fixed_provider *fixed = provider;
    umfi_mutex_lock(&fixed->lock);
    umf_result_t result = umfi_space_split(&fixed->space, (uintptr_t)ptr, total, first);
    umfi_mutex_unlock(&fixed->lock);
    return result;
}

umf_result_t fixed_allocation_merge(void *provider, void *low, void *high, size_t total) {
    struct fixed_provider *fixed = provider;
    umfi_mutex_lock(&fixed->lock);
    umf_result_t result =
        umfi_space_merge(&fixed->space, (uintptr_t)low, (uintptr_t)high, total);
    umfi_mutex_unlock(&fixed->lock);
    return result;
}
