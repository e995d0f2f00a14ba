/*
 * pool_heap.c - the heap on a libumf pool (pool_heap.h). No lock of its own: the
 * pool has its locks, and what is here belongs to a thread or never changes.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <umf.h>
#include <umf/plugin.h>
#include <umf/stack.h>
#include <unistd.h>

#include "proxy/pool_heap.h"

enum {
    LEAST_ALIGNMENT = 16, /* of max_align_t, as every caller of malloc expects */
    LEAST_SIZE = sizeof(void *), /* a block that waits to be freed holds a link */
    SMALL_BLOCK = 128,    /* not worth moving when it shrinks */
    ZERO_PAGE = 4096,
};

_Thread_local struct proxy_thread umfi_proxy_thread;
struct pool_heap umfi_pool_heap;

static umf_memory_pool_handle_t the_pool(void) {
    return atomic_load_explicit(&umfi_pool_heap.pool, memory_order_acquire);
}

void umfi_pool_enter(void) { umfi_proxy_thread.busy++; }

/* Blocks freed while the thread was busy go now. */
static void free_deferred(struct proxy_thread *self) {
    while (self->deferred != NULL) {
        void *block = self->deferred;
        memcpy(&self->deferred, block, sizeof self->deferred);
        self->busy++;
        (void)umfPoolFree(the_pool(), block);
        self->busy--;
    }
}

void umfi_pool_leave(void) {
    struct proxy_thread *self = &umfi_proxy_thread;
    self->busy--;
    if (self->busy == 0 && self->deferred != NULL) {
        free_deferred(self);
    }
}

/* ---- start --------------------------------------------------------------- */

/* Whether the CPU may read and write there, asked of the kernel: a heap in memory
 * that it may not touch would end the program at its first string. */
static bool is_readable_and_writable(void *block) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return true; /* no descriptor to ask with */
    }
    bool is_good = write(ends[1], block, 1) == 1 && read(ends[0], block, 1) == 1;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return is_good;
}

/* The least block tells what the pool can do. */
static const char *judge(umf_memory_pool_handle_t pool) {
    size_t usable = 0;
    void *block = umfPoolMalloc(pool, LEAST_SIZE);
    if (block == NULL) {
        return "the pool gives no memory";
    }
    if (!is_readable_and_writable(block)) {
        (void)umfPoolFree(pool, block);
        return "a heap's memory must be readable and writable (protection=read|write)";
    }
    umf_result_t sized = umfPoolMallocUsableSize(pool, block, &usable);
    (void)umfPoolFree(pool, block);
    if (sized != UMF_RESULT_SUCCESS || usable < LEAST_SIZE) {
        return "the pool does not tell the size of a block, which realloc needs";
    }
    void *zeroed = umfPoolCalloc(pool, 1, LEAST_SIZE);
    umfi_pool_heap.has_calloc = zeroed != NULL;
    void *moved = umfPoolRealloc(pool, zeroed, 2 * LEAST_SIZE);
    umfi_pool_heap.has_realloc = moved != NULL;
    if (moved != NULL || zeroed != NULL) {
        (void)umfPoolFree(pool, moved != NULL ? moved : zeroed);
    }
    return NULL;
}

const char *umfi_pool_heap_start(const char *spec, size_t threshold_bytes) {
    umf_memory_pool_handle_t pool = NULL;
    /* not umfInit: the program may call umfTearDown more often than umfInit */
    if (umfPluginHold() != UMF_RESULT_SUCCESS) {
        return "libumf cannot be set up";
    }
    if (umfStackCreate(spec, &pool) != UMF_RESULT_SUCCESS) {
        return umfGetLastErrorMessage();
    }
    const char *why_not = judge(pool);
    if (why_not != NULL) {
        (void)umfPoolDestroy(pool);
        return why_not;
    }
    umfi_pool_heap.threshold_bytes = threshold_bytes;
    atomic_store_explicit(&umfi_pool_heap.pool, pool, memory_order_release);
    return NULL;
}

bool umfi_pool_heap_is_shared(void) {
    umf_memory_provider_handle_t provider;
    size_t size;
    return umfPoolGetMemoryProvider(the_pool(), &provider) == UMF_RESULT_SUCCESS &&
           umfMemoryProviderGetIPCHandleSize(provider, &size) == UMF_RESULT_SUCCESS;
}

/* ---- allocation ---------------------------------------------------------- */

/* Such a size is always an error, and larger ones than this make sums wrap. */
static bool is_absurd(size_t size) { return size > (size_t)PTRDIFF_MAX; }

static size_t at_least(size_t size) { return size > LEAST_SIZE ? size : LEAST_SIZE; }

void *umfi_pool_malloc(size_t size) {
    if (is_absurd(size)) {
        return NULL;
    }
    umf_memory_pool_handle_t pool = the_pool();
    umfi_pool_enter();
    void *block = umfPoolMalloc(pool, at_least(size));
    /* buckets that the user made odd */
    if ((uintptr_t)block % LEAST_ALIGNMENT != 0 && size >= LEAST_ALIGNMENT) {
        (void)umfPoolFree(pool, block);
        block = umfPoolAlignedMalloc(pool, size, LEAST_ALIGNMENT);
    }
    umfi_pool_leave();
    return block;
}

void *umfi_pool_memalign(size_t alignment, size_t size) {
    if (is_absurd(size) || is_absurd(alignment)) {
        return NULL;
    }
    if (alignment < LEAST_ALIGNMENT) {
        alignment = LEAST_ALIGNMENT;
    }
    umfi_pool_enter();
    void *block = umfPoolAlignedMalloc(the_pool(), at_least(size), alignment);
    umfi_pool_leave();
    return block;
}

/* Memory that came fresh from the system reads as zero already, and writing
 * zeros would make each of its pages resident: whole pages are read first. */
static void zero(char *block, size_t size) {
    static const char zeros[ZERO_PAGE];
    if (size < 32 * ZERO_PAGE) {
        memset(block, 0, size);
        return;
    }
    for (size_t done = 0; done < size; done += ZERO_PAGE) {
        size_t n = size - done < ZERO_PAGE ? size - done : ZERO_PAGE;
        if (memcmp(block + done, zeros, n) != 0) {
            memset(block + done, 0, n);
        }
    }
}

void *umfi_pool_calloc(size_t count, size_t size) {
    void *block;
    if (umfi_pool_heap.has_calloc) {
        umfi_pool_enter();
        block = umfPoolCalloc(the_pool(), 1, at_least(count * size));
        umfi_pool_leave();
        return block;
    }
    block = umfi_pool_malloc(count * size);
    if (block != NULL) {
        zero(block, count * size);
    }
    return block;
}

/* ---- blocks -------------------------------------------------------------- */

bool umfi_pool_owns(const void *ptr) {
    umf_memory_pool_handle_t found;
    if (the_pool() == NULL) {
        return false;
    }
    umfi_pool_enter();
    /* Another pool's memory is ours all the same when that pool stands on a
     * block of this one; freeing finds out, libc's free would end the program. */
    bool is_known = umfPoolByPtr(ptr, &found) == UMF_RESULT_SUCCESS;
    umfi_pool_leave();
    return is_known;
}

size_t umfi_pool_usable_size(const void *ptr) {
    size_t usable = 0;
    umfi_pool_enter();
    (void)umfPoolMallocUsableSize(the_pool(), ptr, &usable);
    umfi_pool_leave();
    return usable;
}

void umfi_pool_free(void *ptr) {
    struct proxy_thread *self = &umfi_proxy_thread;
    if (self->busy > 0) {
        memcpy(ptr, &self->deferred, sizeof self->deferred);
        self->deferred = ptr;
        return;
    }
    umfi_pool_enter();
    (void)umfPoolFree(the_pool(), ptr);
    umfi_pool_leave();
}

static bool fits_in_place(size_t usable, size_t size) {
    return size <= usable && (usable <= SMALL_BLOCK || size >= usable / 2);
}

void *umfi_pool_realloc(void *ptr, size_t size) {
    if (umfi_pool_heap.has_realloc) {
        umfi_pool_enter();
        void *moved = is_absurd(size) ? NULL : umfPoolRealloc(the_pool(), ptr, at_least(size));
        umfi_pool_leave();
        return moved;
    }
    size_t usable = umfi_pool_usable_size(ptr);
    if (fits_in_place(usable, size)) {
        return ptr;
    }
    void *moved = umfi_pool_malloc(size);
    if (moved != NULL) {
        memcpy(moved, ptr, usable < size ? usable : size);
        umfi_pool_free(ptr);
    }
    return moved;
}
