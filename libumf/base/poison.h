/*
 * poison.h - tells AddressSanitizer and valgrind which bytes are free.
 *
 * A free block is poisoned, so that a user's overflow or use after free in
 * memory of ours is found by the tools that find it in malloc's. Without such
 * a tool compiled in, both calls vanish.
 */
#ifndef UMFI_BASE_POISON_H
#define UMFI_BASE_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define UMFI_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UMFI_HAS_ASAN 1
#endif
#endif

#ifdef UMFI_HAS_ASAN
#include <sanitizer/asan_interface.h>
static inline void umfi_poison(void *p, size_t size) { __asan_poison_memory_region(p, size); }
static inline void umfi_unpoison(void *p, size_t size) { __asan_unpoison_memory_region(p, size); }
#else
static inline void umfi_poison(void *p, size_t size) { (void)p, (void)size; }
static inline void umfi_unpoison(void *p, size_t size) { (void)p, (void)size; }
#endif

#endif
