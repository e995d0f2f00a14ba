/*
 * checked.h - arithmetic on sizes that says when it would wrap.
 *
 * Every size that a caller, a file or an environment variable had a say in is
 * added, multiplied and rounded through these. They return false and leave
 * *out alone where the true result does not fit.
 */
#ifndef UMFI_BASE_CHECKED_H
#define UMFI_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool umfi_add_size(size_t a, size_t b, size_t *out) {
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return false;
    }
    *out = sum;
    return true;
}

static inline bool umfi_mul_size(size_t a, size_t b, size_t *out) {
    size_t product;
    if (__builtin_mul_overflow(a, b, &product)) {
        return false;
    }
    *out = product;
    return true;
}

static inline bool umfi_is_power_of_two(size_t n) { return n != 0 && (n & (n - 1)) == 0; }

/* Rounds up to a multiple of `unit`, which need not be a power of two but must
 * not be 0. */
static inline bool umfi_round_up_size(size_t n, size_t unit, size_t *out) {
    size_t rest = n % unit;
    return umfi_add_size(n, rest == 0 ? 0 : unit - rest, out);
}

/* For a power of two and a value known to be far from SIZE_MAX: constants, page
 * numbers, addresses of mapped memory. */
static inline size_t umfi_align_down(size_t n, size_t power) { return n & ~(power - 1); }
static inline size_t umfi_align_up(size_t n, size_t power) { return (n + power - 1) & ~(power - 1); }

#endif
