/*
 * shared_limits.h - a cap in bytes on the empty slabs of several pools.
 *
 * Made by the core (the user's handle), passed to the pools as a pointer
 * parameter, counted by the plugin.
 * Law: 0 <= pooled_bytes <= max_bytes, at every moment, under concurrency.
 */
#ifndef UMFI_BASE_SHARED_LIMITS_H
#define UMFI_BASE_SHARED_LIMITS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct umfi_shared_limits {
    size_t max_bytes;
    atomic_size_t pooled_bytes;
};

/* Books `bytes`, or answers false where that would pass the cap. */
static inline bool umfi_shared_limits_reserve(struct umfi_shared_limits *limits, size_t bytes) {
    size_t pooled = atomic_load_explicit(&limits->pooled_bytes, memory_order_relaxed);
    do {
        if (bytes > limits->max_bytes - pooled) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&limits->pooled_bytes, &pooled, pooled + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

static inline void umfi_shared_limits_release(struct umfi_shared_limits *limits, size_t bytes) {
    atomic_fetch_sub_explicit(&limits->pooled_bytes, bytes, memory_order_relaxed);
}

#endif
