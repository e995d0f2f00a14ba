/*
 * size_class.h - the chunk sizes of a disjoint pool, and arithmetic on them.
 *
 * With s a power of two, s >= 8, the sizes are s, 2s, 3s, 4s, 6s, 8s, 12s, ...
 * and the last is exactly 2^31: the series s, 1.5s, 2s, 3s, ... with every
 * member rounded up to a multiple of s and equal neighbours merged. For s = 64:
 * 64, 128, 192, 256, 384, ..., 2^31, which are 50.
 *
 * Laws: every size is 2^k or 3*2^k with k >= 3, or s itself;
 *       size(class_of(n) - 1) < n <= size(class_of(n)) for 1 <= n <= 2^31;
 *       n a multiple of a power of two a implies size(class_of(n)) is one too.
 */
#ifndef UMF_DISJOINT_SIZE_CLASS_H
#define UMF_DISJOINT_SIZE_CLASS_H

#include <stddef.h>
#include <stdint.h>

#include "base/annotations.h"

#define DISJOINT_LEAST_CHUNK ((size_t)8)
#define DISJOINT_GREATEST_LOG2 31
#define DISJOINT_GREATEST_CHUNK ((size_t)1 << DISJOINT_GREATEST_LOG2)

static inline unsigned floor_log2(size_t n) { return 63 - (unsigned)__builtin_clzll(n); }

/* `s_log2` is log2(s), below 2^31. The number of the class of n bytes. */
static inline size_t size_class_of(unsigned s_log2, size_t n) {
    if (n <= (size_t)2 << s_log2) {
        return n > (size_t)1 << s_log2;
    }
    unsigned lower = floor_log2(n - 1); /* 2^lower < n <= 2^(lower+1) */
    return 2 * (size_t)(lower - s_log2) + (n > (size_t)3 << (lower - 1));
}

static inline size_t size_class_bytes(unsigned s_log2, size_t number) {
    if (number < 2) {
        return (size_t)1 << (s_log2 + number);
    }
    unsigned lower = s_log2 + (unsigned)(number / 2);
    return number % 2 == 0 ? (size_t)3 << (lower - 1) : (size_t)2 << lower;
}

/* An s of 2^31 leaves one class. */
static inline size_t size_class_count(unsigned s_log2) {
    return size_class_of(s_log2, DISJOINT_GREATEST_CHUNK) + 1;
}

/* Division by a chunk size as a shift and a multiplication: by 2*2^shift, of
 * which half is 2^64 / multiplier, or by 6*2^shift. Exact for every offset. */
struct chunk_divisor {
    uint64_t multiplier;
    unsigned shift;
};

static inline struct chunk_divisor chunk_divisor_of(size_t chunk_bytes) {
    unsigned shift = (unsigned)__builtin_ctzll(chunk_bytes) - 1;
    /* 2^64/2, or 2^64/6 rounded up: its error of 2/6 * n/2^64 stays below the
     * 1/6 that could change a quotient as long as n < 2^63 */
    uint64_t multiplier = chunk_bytes >> shift == 2 ? UINT64_C(1) << 63 : UINT64_MAX / 6 + 1;
    return (struct chunk_divisor){.multiplier = multiplier, .shift = shift};
}

static inline size_t chunk_divide(struct chunk_divisor divisor, size_t offset) {
    return (size_t)(((unsigned __int128)(offset >> divisor.shift) * divisor.multiplier) >> 64);
}

#endif
