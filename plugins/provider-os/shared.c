/* shared.c - chunks of memory files by address (shared.h has the law). */
#include "provider-os/shared.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <umf/providers/provider_os_memory.h>

#include "base/cancel.h"
#include "base/checked.h"
#include "base/page.h"
#include "provider-os/ipc_name.h"
#include "provider-os/native.h"

struct os_chunk {
    struct umfi_tree_node by_start;
    uintptr_t start;
    size_t size;
    struct os_memory_file *file;
    size_t offset; /* in the file, of start */
};

#define CONST_CHUNK(node)                                           \
    ((const struct os_chunk *)(const void *)((const char *)(node) - \
                                             offsetof(struct os_chunk, by_start)))

static int start_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    uintptr_t one = CONST_CHUNK(a)->start, other = CONST_CHUNK(b)->start;
    return (one > other) - (one < other);
}

/* Negative before the chunk, 0 inside it, positive behind. */
static int place_order(const void *address, const struct umfi_tree_node *node) {
    uintptr_t at = *(const uintptr_t *)address;
    const struct os_chunk *chunk = CONST_CHUNK(node);
    return at < chunk->start ? -1 : at - chunk->start >= chunk->size;
}

static uintptr_t end_of(const struct os_chunk *chunk) { return chunk->start + chunk->size; }

/* The chunk that holds the address, else the next above it, else NULL. */
static struct os_chunk *chunk_from_locked(const struct os_shared *shared, uintptr_t address) {
    struct umfi_tree_node *node = umfi_tree_lower_bound(&shared->chunks, &address, place_order);
    return node ? umfi_tree_entry(node, struct os_chunk, by_start) : NULL;
}

static struct os_chunk *chunk_at_locked(const struct os_shared *shared, const void *ptr) {
    struct os_chunk *chunk = chunk_from_locked(shared, (uintptr_t)ptr);
    return chunk && chunk->start == (uintptr_t)ptr ? chunk : NULL;
}

static struct os_chunk *chunk_alloc(const struct os_shared *shared) {
    return shared->host->meta_alloc(sizeof(struct os_chunk));
}

static void chunk_free(const struct os_shared *shared, struct os_chunk *chunk) {
    if (chunk) {
        shared->host->meta_free(chunk, sizeof *chunk);
    }
}

umf_result_t os_shared_init(struct os_shared *shared, const umf_plugin_host_t *host,
                            const char *shm_name) {
    *shared = (struct os_shared){.host = host};
    if (shm_name && shm_name[0]) {
        (void)snprintf(shared->shm_name, sizeof shared->shm_name, "/%s", shm_name);
    }
    umfi_mutex_init(&shared->lock, UMFI_RANK_PROVIDER);
    int cancel = umfi_cancel_off();
    umf_result_t result =
        os_memory_file_create(host, "os_initialize", shared->shm_name, &shared->files);
    umfi_cancel_restore(cancel);
    if (result != UMF_RESULT_SUCCESS) {
        umfi_mutex_fini(&shared->lock);
    }
    return result;
}

/* Allocations that were not freed stay mapped; no consumer has a right to open
 * them any more, so descriptors and name go. */
void os_shared_fini(struct os_shared *shared) {
    struct umfi_tree_node *node;
    int cancel = umfi_cancel_off();
    while ((node = umfi_tree_first(&shared->chunks))) {
        umfi_tree_erase(&shared->chunks, node);
        chunk_free(shared, umfi_tree_entry(node, struct os_chunk, by_start));
    }
    while (shared->files) {
        struct os_memory_file *file = shared->files;
        shared->files = file->next;
        os_memory_file_destroy(shared->host, file, shared->shm_name);
    }
    os_opened_names_close(shared->host, shared->opened);
    umfi_mutex_fini(&shared->lock);
    umfi_cancel_restore(cancel);
}

/* The file that this process may grow. */
static umf_result_t file_current_locked(struct os_shared *shared, struct os_memory_file **file) {
    struct os_memory_file *newest = shared->files;
    if (newest->generation != shared->host->fork_generation()) {
        struct os_memory_file *own;
        umf_result_t result = os_memory_file_create(shared->host, "os_alloc", "", &own);
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
        own->next = newest;
        shared->files = own;
    }
    *file = shared->files;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t chunk_map_locked(struct os_shared *shared, struct os_chunk *chunk,
                                     struct os_pages *pages) {
    struct os_memory_file *file;
    umf_result_t result = file_current_locked(shared, &file);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    void *start = os_memory_file_map(file, pages);
    if (!start) {
        return os_native_fail(shared->host, "os_alloc", UMF_OS_RESULT_ERROR_ALLOC_FAILED, errno);
    }
    *chunk = (struct os_chunk){.start = (uintptr_t)start,
                               .size = pages->size,
                               .file = file,
                               .offset = (size_t)pages->offset};
    umfi_tree_insert(&shared->chunks, &chunk->by_start, start_order);
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_shared_alloc(struct os_shared *shared, struct os_pages *pages, void **ptr) {
    struct os_chunk *chunk = chunk_alloc(shared);
    if (!chunk) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    int cancel = umfi_cancel_off();
    umfi_mutex_lock(&shared->lock);
    umf_result_t result = chunk_map_locked(shared, chunk, pages);
    void *start = (void *)chunk->start;
    umfi_mutex_unlock(&shared->lock);
    umfi_cancel_restore(cancel);
    if (result != UMF_RESULT_SUCCESS) {
        chunk_free(shared, chunk);
        return result;
    }
    *ptr = start;
    return UMF_RESULT_SUCCESS;
}

/* Takes [begin, end) out of a chunk that overlaps it. `spare` is used, and must
 * not be NULL, if the chunk goes on at both sides. */
static bool chunk_cut_locked(struct os_shared *shared, struct os_chunk *chunk, uintptr_t begin,
                             uintptr_t end, struct os_chunk *spare) {
    uintptr_t old_end = end_of(chunk);
    begin = begin > chunk->start ? begin : chunk->start;
    end = end < old_end ? end : old_end;
    size_t offset = chunk->offset + (begin - chunk->start);
    if (chunk->file->generation == shared->host->fork_generation()) {
        os_memory_file_punch(chunk->file, offset, end - begin);
    }
    if (begin == chunk->start && end == old_end) {
        umfi_tree_erase(&shared->chunks, &chunk->by_start);
        chunk_free(shared, chunk);
    } else if (begin == chunk->start) {
        chunk->offset += end - begin;
        chunk->start = end;
        chunk->size = old_end - end;
    } else {
        chunk->size = begin - chunk->start;
        if (end < old_end) {
            *spare = (struct os_chunk){.start = end,
                                       .size = old_end - end,
                                       .file = chunk->file,
                                       .offset = offset + (end - begin)};
            umfi_tree_insert(&shared->chunks, &spare->by_start, start_order);
            return true;
        }
    }
    return false;
}

static umf_result_t range_unmap_locked(struct os_shared *shared, uintptr_t begin, uintptr_t end) {
    struct os_chunk *chunk = chunk_from_locked(shared, begin), *spare = NULL;
    if (chunk && chunk->start < begin && end < end_of(chunk)) {
        spare = chunk_alloc(shared);
        if (!spare) {
            return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
        }
    }
    if (munmap((void *)begin, end - begin) != 0) {
        int error = errno;
        chunk_free(shared, spare);
        return os_native_fail(shared->host, "os_free", UMF_OS_RESULT_ERROR_FREE_FAILED, error);
    }
    while (chunk && chunk->start < end) {
        if (chunk_cut_locked(shared, chunk, begin, end, spare)) {
            break;
        }
        chunk = chunk_from_locked(shared, begin);
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_shared_free(struct os_shared *shared, void *ptr, size_t size) {
    uintptr_t begin = (uintptr_t)ptr;
    size_t length, end;
    if (!umfi_round_up_size(size, umfi_page_bytes(), &length) ||
        !umfi_add_size(begin, length, &end)) {
        return os_native_fail(shared->host, "os_free", UMF_OS_RESULT_ERROR_FREE_FAILED, EINVAL);
    }
    int cancel = umfi_cancel_off();
    umfi_mutex_lock(&shared->lock);
    umf_result_t result = range_unmap_locked(shared, begin, end);
    umfi_mutex_unlock(&shared->lock);
    umfi_cancel_restore(cancel);
    return result;
}

static umf_result_t chunk_split_locked(struct os_shared *shared, void *ptr, size_t total,
                                       size_t first, struct os_chunk *high) {
    struct os_chunk *low = chunk_at_locked(shared, ptr);
    if (!low) {
        return UMF_RESULT_ERROR_UNKNOWN;
    }
    if (total > low->size || first == 0 || first >= total) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *high = (struct os_chunk){.start = low->start + first,
                              .size = low->size - first,
                              .file = low->file,
                              .offset = low->offset + first};
    low->size = first;
    umfi_tree_insert(&shared->chunks, &high->by_start, start_order);
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_shared_split(struct os_shared *shared, void *ptr, size_t total, size_t first) {
    struct os_chunk *high = chunk_alloc(shared);
    if (!high) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    umfi_mutex_lock(&shared->lock);
    umf_result_t result = chunk_split_locked(shared, ptr, total, first, high);
    umfi_mutex_unlock(&shared->lock);
    if (result != UMF_RESULT_SUCCESS) {
        chunk_free(shared, high);
    }
    return result;
}

static umf_result_t chunk_merge_locked(struct os_shared *shared, void *low, void *high,
                                       size_t total) {
    struct os_chunk *one = chunk_at_locked(shared, low), *other = chunk_at_locked(shared, high);
    if (!one || !other) {
        return UMF_RESULT_ERROR_UNKNOWN;
    }
    /* one handle must be able to tell where all of it lies in the file */
    bool is_one_range = end_of(one) == other->start && one->file == other->file &&
                        one->offset + one->size == other->offset;
    if (!is_one_range || total <= one->size || total > one->size + other->size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    one->size += other->size;
    umfi_tree_erase(&shared->chunks, &other->by_start);
    chunk_free(shared, other);
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_shared_merge(struct os_shared *shared, void *low, void *high, size_t total) {
    umfi_mutex_lock(&shared->lock);
    umf_result_t result = chunk_merge_locked(shared, low, high, total);
    umfi_mutex_unlock(&shared->lock);
    return result;
}

bool os_shared_locate(struct os_shared *shared, const void *ptr, struct os_location *location) {
    umfi_mutex_lock(&shared->lock);
    const struct os_chunk *chunk = chunk_at_locked(shared, ptr);
    if (chunk) {
        *location = (struct os_location){.fd = chunk->file->fd,
                                         .is_named = chunk->file->is_named,
                                         .offset = chunk->offset,
                                         .size = chunk->size};
    }
    umfi_mutex_unlock(&shared->lock);
    return chunk != NULL;
}

bool os_shared_is_own(struct os_shared *shared, const void *ptr) {
    umfi_mutex_lock(&shared->lock);
    const struct os_chunk *chunk = chunk_from_locked(shared, (uintptr_t)ptr);
    bool is_own = chunk && chunk->start <= (uintptr_t)ptr &&
                  chunk->file->generation == shared->host->fork_generation();
    umfi_mutex_unlock(&shared->lock);
    return is_own;
}

bool os_shared_owns_fd(struct os_shared *shared, int fd) {
    umfi_mutex_lock(&shared->lock);
    const struct os_memory_file *file = shared->files;
    while (file && file->fd != fd) {
        file = file->next;
    }
    umfi_mutex_unlock(&shared->lock);
    return file != NULL;
}
