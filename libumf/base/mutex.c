/*
 * mutex.c - the debug check of the lock order (mutex.h has the law).
 *
 * A thread's held ranks are one word of bits, so entering a rank is legal when
 * no bit at or above it is set. Compiled to nothing in release builds.
 */
#include "base/mutex.h"

#ifdef UMFI_DEBUG
#include <stdint.h>

static _Thread_local uint32_t held_ranks; /* each module has its own, see the law */

void umfi_mutex_rank_enter(enum umfi_rank rank) {
    uint32_t at_or_above = ~UINT32_C(0) << rank;
    if (held_ranks & at_or_above) {
        __builtin_trap(); /* lock order broken: a bug of ours, never a caller's */
    }
    held_ranks |= UINT32_C(1) << rank;
}

void umfi_mutex_rank_leave(enum umfi_rank rank) { held_ranks &= ~(UINT32_C(1) << rank); }
#endif
