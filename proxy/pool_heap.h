/*
 * pool_heap.h - the heap on a libumf pool.
 *
 * Every call into libumf is made here, with the thread marked busy (thread.h).
 * Blocks are aligned to 16 from 16 bytes up, hold a pointer at least, and what the
 * pool does not offer (calloc, realloc) is made from malloc and usable size.
 * Failures return NULL; errno is the caller's business.
 *
 * Cancellation is not touched here: pthread_setcancelstate twice costs more than
 * a small allocation may. malloc and free are no cancellation points because the
 * few system calls under libumf's locks that are, a log record's write among
 * them, switch it off themselves; a plugin's must too.
 */
#ifndef UMFI_PROXY_POOL_HEAP_H
#define UMFI_PROXY_POOL_HEAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <umf/memory_pool.h>

#include "proxy/thread.h"

struct pool_heap {
    /* NULL until the constructor has built it; then it never changes. */
    _Atomic(umf_memory_pool_handle_t) pool;
    size_t threshold_bytes; /* smaller requests are libc's */
    bool has_calloc, has_realloc;
};

extern struct pool_heap umfi_pool_heap;

/* Builds the heap on `spec`. NULL: success; else why not, good until the next
 * call of libumf. */
const char *umfi_pool_heap_start(const char *spec, size_t threshold_bytes);
/* Whether other processes can map the heap's memory: then a child of fork has it
 * in common with its parent, but not the books that say what is free. */
bool umfi_pool_heap_is_shared(void);

/* Whether the pool takes a request of `size` bytes from this thread now. */
static inline bool umfi_pool_serves(size_t size) {
    return umfi_proxy_thread.busy == 0 &&
           atomic_load_explicit(&umfi_pool_heap.pool, memory_order_acquire) != NULL &&
           size >= umfi_pool_heap.threshold_bytes;
}

void *umfi_pool_malloc(size_t size);
void *umfi_pool_calloc(size_t count, size_t size); /* the product does not overflow */
void *umfi_pool_memalign(size_t alignment, size_t size);
void *umfi_pool_realloc(void *ptr, size_t size); /* ptr is the pool's, size > 0 */

/* A thread that is busy may call these too. */
bool umfi_pool_owns(const void *ptr);
size_t umfi_pool_usable_size(const void *ptr);
void umfi_pool_free(void *ptr);

/* Between the fork handlers the forking thread is busy. */
void umfi_pool_enter(void);
void umfi_pool_leave(void);

#endif
