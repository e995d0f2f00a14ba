/*
 * libc_heap.c - the C library's own allocator (libc_heap.h).
 *
 * glibc keeps second names for its functions, which need no look-up and so work
 * from the first instruction on. Elsewhere, and for malloc_usable_size, the next
 * definition after ours is looked up at the first call; dlsym's own allocations
 * cannot come here again, because musl's makes none.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "proxy/libc_heap.h"
#include "proxy/thread.h"

/* A function's address, looked up once; dlsym may free, so the thread is busy. */
static void *next_symbol(_Atomic(void *) *cache, const char *name) {
    void *found = atomic_load_explicit(cache, memory_order_relaxed);
    if (found == NULL) {
        umfi_proxy_thread.busy++;
        found = dlsym(RTLD_NEXT, name);
        umfi_proxy_thread.busy--;
        atomic_store_explicit(cache, found, memory_order_relaxed);
    }
    return found;
}

#define NEXT(type, name)          \
    static _Atomic(void *) cache; \
    __typeof__(type) next;        \
    *(void **)&next = next_symbol(&cache, name)

#ifdef __GLIBC__
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *ptr);

void *umfi_libc_malloc(size_t size) { return __libc_malloc(size); }
void *umfi_libc_calloc(size_t count, size_t size) { return __libc_calloc(count, size); }
void *umfi_libc_realloc(void *ptr, size_t size) { return __libc_realloc(ptr, size); }
void *umfi_libc_memalign(size_t alignment, size_t size) { return __libc_memalign(alignment, size); }
void umfi_libc_free(void *ptr) { __libc_free(ptr); }
#else
void *umfi_libc_malloc(size_t size) {
    NEXT(void *(*)(size_t), "malloc");
    return next(size);
}

void *umfi_libc_calloc(size_t count, size_t size) {
    NEXT(void *(*)(size_t, size_t), "calloc");
    return next(count, size);
}

void *umfi_libc_realloc(void *ptr, size_t size) {
    NEXT(void *(*)(void *, size_t), "realloc");
    return next(ptr, size);
}

void *umfi_libc_memalign(size_t alignment, size_t size) {
    NEXT(void *(*)(size_t, size_t), "memalign");
    return next(alignment, size);
}

void umfi_libc_free(void *ptr) {
    NEXT(void (*)(void *), "free");
    next(ptr);
}
#endif

size_t umfi_libc_usable_size(void *ptr) {
    NEXT(size_t (*)(void *), "malloc_usable_size");
    return next != NULL ? next(ptr) : 0;
}
