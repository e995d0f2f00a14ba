/*
 * libc_heap.h - the C library's own allocator, behind the names we take from it.
 *
 * It serves whatever is allocated before the pool is up, and by libumf, libltdl,
 * libyaml and ld.so on their own behalf. Beyond what libc's functions do, nothing
 * here locks or allocates, but for ld.so in the look-up at a function's first call.
 */
#ifndef UMFI_PROXY_LIBC_HEAP_H
#define UMFI_PROXY_LIBC_HEAP_H

#include <stddef.h>

void *umfi_libc_malloc(size_t size);
void *umfi_libc_calloc(size_t count, size_t size);
void *umfi_libc_realloc(void *ptr, size_t size);
void *umfi_libc_memalign(size_t alignment, size_t size);
void umfi_libc_free(void *ptr);
size_t umfi_libc_usable_size(void *ptr);

#endif
