/*
 * backend.c - the library that the packaged plugin (provider.c) needs: it comes in
 * a package of its own, as jemalloc or Level Zero would.
 */
#include <stdlib.h>

void *backend_alloc(size_t size, size_t alignment);
void backend_free(void *ptr);

void *backend_alloc(size_t size, size_t alignment) {
    void *memory;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

void backend_free(void *ptr) { free(ptr); }
