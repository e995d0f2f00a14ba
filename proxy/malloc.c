/*
 * malloc.c - the malloc family, each call sent to the pool or to libc.
 *
 * The pool serves unless it is not up yet, the thread is busy inside libumf, or
 * the request is below the threshold. A block stays with the allocator that gave
 * it; its address tells which. errno is ENOMEM after a failure, and free keeps
 * it. C11 and POSIX say what each call does, glibc's manual the rest.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/counters.h"
#include "proxy/libc_heap.h"
#include "proxy/pool_heap.h"

#define EXPORTED __attribute__((visibility("default")))

static enum proxy_server libc_server(void) {
    return atomic_load_explicit(&umfi_pool_heap.pool, memory_order_relaxed) != NULL ? PROXY_LIBC
                                                                                    : PROXY_EARLY;
}

/* Every new block goes out through here. */
static inline void *handed_out(enum proxy_server server, void *block, size_t size) {
    if (__builtin_expect(block == NULL, 0)) {
        errno = ENOMEM;
        return NULL;
    }
    umfi_count(server, size);
    return block;
}

static bool is_power_of_two(size_t n) { return n != 0 && (n & (n - 1)) == 0; }

static void *aligned(size_t alignment, size_t size) {
    if (umfi_pool_serves(size)) {
        return handed_out(PROXY_POOL, umfi_pool_memalign(alignment, size), size);
    }
    return handed_out(libc_server(), umfi_libc_memalign(alignment, size), size);
}

EXPORTED void *malloc(size_t size) {
    if (umfi_pool_serves(size)) {
        return handed_out(PROXY_POOL, umfi_pool_malloc(size), size);
    }
    return handed_out(libc_server(), umfi_libc_malloc(size), size);
}

EXPORTED void *calloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    if (umfi_pool_serves(total)) {
        return handed_out(PROXY_POOL, umfi_pool_calloc(count, size), total);
    }
    return handed_out(libc_server(), umfi_libc_calloc(count, size), total);
}

EXPORTED void free(void *ptr) {
    if (ptr == NULL) {
        return;
    }
    int saved_errno = errno;
    if (umfi_pool_owns(ptr)) {
        umfi_pool_free(ptr);
    } else {
        umfi_libc_free(ptr);
    }
    errno = saved_errno;
}

/* The pool may be locked by this very thread: libc gives the new block, and the
 * old one is freed later. */
static void *realloc_while_busy(void *ptr, size_t size) {
    void *moved = umfi_libc_malloc(size);
    if (moved != NULL) {
        size_t usable = umfi_pool_usable_size(ptr);
        memcpy(moved, ptr, usable < size ? usable : size);
        umfi_pool_free(ptr);
    }
    return moved;
}

EXPORTED void *realloc(void *ptr, size_t size) {
    if (ptr == NULL) {
        return malloc(size);
    }
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    enum proxy_server server = PROXY_POOL;
    uintptr_t before = (uintptr_t)ptr;
    void *block;
    if (!umfi_pool_owns(ptr)) {
        server = libc_server();
        block = umfi_libc_realloc(ptr, size);
    } else if (umfi_proxy_thread.busy > 0) {
        server = libc_server();
        block = realloc_while_busy(ptr, size);
    } else {
        block = umfi_pool_realloc(ptr, size);
    }
    return (uintptr_t)block == before ? block : handed_out(server, block, size);
}

EXPORTED void *reallocarray(void *ptr, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(ptr, total);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size) {
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return aligned(alignment, size);
}

/* glibc's memalign takes any alignment and rounds it up. */
EXPORTED void *memalign(size_t alignment, size_t size) {
    if (alignment > SIZE_MAX / 2 + 1) {
        errno = EINVAL;
        return NULL;
    }
    size_t power = 1;
    while (power < alignment) {
        power *= 2;
    }
    return aligned(power, size);
}

EXPORTED int posix_memalign(void **ptr, size_t alignment, size_t size) {
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
        return EINVAL;
    }
    int saved_errno = errno;
    void *block = aligned(alignment, size);
    errno = saved_errno;
    if (block == NULL) {
        return ENOMEM;
    }
    *ptr = block;
    return 0;
}

static size_t page_size(void) {
    long size = sysconf(_SC_PAGESIZE);
    return size > 0 ? (size_t)size : 4096;
}

EXPORTED void *valloc(size_t size) { return aligned(page_size(), size); }

EXPORTED void *pvalloc(size_t size) {
    size_t page = page_size(), rounded;
    if (__builtin_add_overflow(size != 0 ? size : 1, page - 1, &rounded)) {
        errno = ENOMEM;
        return NULL;
    }
    return aligned(page, rounded & ~(page - 1));
}

EXPORTED size_t malloc_usable_size(void *ptr) {
    if (ptr == NULL) {
        return 0;
    }
    if (ptr == (void *)1) {
        return 0xDEADBEEF; /* how a program asks whether it runs on this library */
    }
    return umfi_pool_owns(ptr) ? umfi_pool_usable_size(ptr) : umfi_libc_usable_size(ptr);
}
