/*
 * annotations.h - names for what the compiler can check about locks, formats
 * and visibility; empty where the compiler cannot.
 */
#ifndef UMFI_BASE_ANNOTATIONS_H
#define UMFI_BASE_ANNOTATIONS_H

#if defined(__clang__)
#define UMFI_THREAD_ATTR(x) __attribute__((x))
#else
#define UMFI_THREAD_ATTR(x)
#endif

#define UMFI_LOCKABLE UMFI_THREAD_ATTR(capability("mutex"))
#define UMFI_ACQUIRES(m) UMFI_THREAD_ATTR(acquire_capability(m))
#define UMFI_RELEASES(m) UMFI_THREAD_ATTR(release_capability(m))
#define UMFI_UNCHECKED_LOCKS UMFI_THREAD_ATTR(no_thread_safety_analysis)

#define UMFI_PRINTF(text_at, args_at) __attribute__((format(printf, text_at, args_at)))
#define UMFI_LIKELY(x) __builtin_expect(!!(x), 1)
#define UMFI_UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif
