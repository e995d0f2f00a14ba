/* memory.c - pages for a request, private or shared, and back (memory.h). */
#include "provider-os/memory.h"

#include <errno.h>
#include <sys/mman.h>

#include <umf/providers/provider_os_memory.h>

#include "base/checked.h"
#include "base/page.h"
#include "provider-os/native.h"
#include "provider-os/os.h"
#include "provider-os/pages.h"

static umf_result_t private_alloc(struct os_provider *os, const struct os_pages *pages, void **ptr) {
    void *start = os_pages_map(pages);
    if (!start) {
        return os_native_fail(os->host, "os_alloc", UMF_OS_RESULT_ERROR_ALLOC_FAILED, errno);
    }
    umf_result_t result = os_placement_apply(&os->placement, start, pages->size);
    if (result != UMF_RESULT_SUCCESS) {
        (void)munmap(start, pages->size);
        return result;
    }
    *ptr = start;
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_alloc(void *provider, size_t size, size_t alignment, void **ptr) {
    struct os_provider *os = provider;
    struct os_pages pages = {.alignment = alignment, .protection = os->protection, .fd = -1};
    if (!ptr) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (!os_pages_can_align(alignment)) {
        os->host->error("os_alloc", "os: alignment %zu is neither a divisor nor a multiple of the "
                        "page", alignment);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (size == 0 || !umfi_round_up_size(size, umfi_page_bytes(), &pages.size)) {
        return os_native_fail(os->host, "os_alloc", UMF_OS_RESULT_ERROR_ALLOC_FAILED, 0);
    }
    umf_result_t result = os->is_shared ? os_shared_alloc(&os->shared, &pages, ptr)
                                        : private_alloc(os, &pages, ptr);
    if (result == UMF_RESULT_SUCCESS) {
        umfi_usage_add(&os->usage, size);
    }
    return result;
}

/* Sizes that wrap are not left to the kernel: not every munmap is the kernel's,
 * under a sanitizer. */
static umf_result_t private_free(const struct os_provider *os, void *ptr, size_t size) {
    size_t length, end;
    bool is_range = umfi_round_up_size(size, umfi_page_bytes(), &length) &&
                    umfi_add_size((uintptr_t)ptr, length, &end);
    int error = !is_range ? EINVAL : munmap(ptr, length) != 0 ? errno : 0;
    return error ? os_native_fail(os->host, "os_free", UMF_OS_RESULT_ERROR_FREE_FAILED, error)
                 : UMF_RESULT_SUCCESS;
}

umf_result_t os_free(void *provider, void *ptr, size_t size) {
    struct os_provider *os = provider;
    if (!ptr) {
        return UMF_RESULT_SUCCESS;
    }
    umf_result_t result =
        os->is_shared ? os_shared_free(&os->shared, ptr, size) : private_free(os, ptr, size);
    if (result == UMF_RESULT_SUCCESS) {
        umfi_usage_sub(&os->usage, size);
    }
    return result;
}

/* MADV_FREE takes private pages only; of a file's pages the kernel is told that
 * they are not wanted soon, and it may swap them out. */
umf_result_t os_purge_lazy(void *provider, void *ptr, size_t size) {
    const struct os_provider *os = provider;
    if (!ptr) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (madvise(ptr, size, os->is_shared ? MADV_COLD : MADV_FREE) != 0) {
        return os_native_fail(os->host, "os_purge_lazy", UMF_OS_RESULT_ERROR_PURGE_LAZY_FAILED,
                              errno);
    }
    return UMF_RESULT_SUCCESS;
}

/* MADV_DONTNEED leaves a shared file's pages in the file, MADV_REMOVE takes them
 * out of it, for everybody. */
umf_result_t os_purge_force(void *provider, void *ptr, size_t size) {
    struct os_provider *os = provider;
    if (!ptr) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    bool is_removed = os->is_shared && os_shared_is_own(&os->shared, ptr);
    if (madvise(ptr, size, is_removed ? MADV_REMOVE : MADV_DONTNEED) != 0) {
        return os_native_fail(os->host, "os_purge_force", UMF_OS_RESULT_ERROR_PURGE_FORCE_FAILED,
                              errno);
    }
    return UMF_RESULT_SUCCESS;
}

/* Private mappings have no books: the kernel unmaps any part of them. */
umf_result_t os_allocation_split(void *provider, void *ptr, size_t total, size_t first) {
    struct os_provider *os = provider;
    return os->is_shared ? os_shared_split(&os->shared, ptr, total, first) : UMF_RESULT_SUCCESS;
}

umf_result_t os_allocation_merge(void *provider, void *low, void *high, size_t total) {
    struct os_provider *os = provider;
    return os->is_shared ? os_shared_merge(&os->shared, low, high, total) : UMF_RESULT_SUCCESS;
}
