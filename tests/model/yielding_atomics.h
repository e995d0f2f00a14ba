/*
 * yielding_atomics.h - put before a source (-include), makes its atomic loads and
 * stores give the processor away now and then.
 *
 * The windows between two accesses of a lock-free algorithm are a nanosecond
 * wide; a model that waits for a race to fall into one waits for years. The
 * accesses become sequentially consistent here, so nothing is said about the
 * orders. Nor does ThreadSanitizer judge them: every field is atomic, and between
 * atomics it reports no race, whatever the order. They rest on the argument in
 * addrmap_parts.h and on what x86 keeps in order anyway; a run on aarch64 is still
 * to be made.
 */
#ifndef UMF_TESTS_YIELDING_ATOMICS_H
#define UMF_TESTS_YIELDING_ATOMICS_H

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

static inline void yield_sometimes(void) {
    static _Thread_local uint32_t random;
    if (random == 0) {
        random = (uint32_t)(uintptr_t)&random | 1;
    }
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    if (random % 64 == 0) {
        sched_yield();
    }
}

#undef atomic_load_explicit
#undef atomic_store_explicit
#define atomic_load_explicit(object, order) (yield_sometimes(), *(object))
#define atomic_store_explicit(object, value, order) (yield_sometimes(), (void)(*(object) = (value)))

#endif
