/*
 * counters.h - who served how many allocations, for stats= and `umf run --stats`.
 *
 * An allocation is a successful malloc, calloc, reallocarray or one of the
 * aligned calls, and a realloc that took a new block. Its bytes are those asked
 * for. Counting is on until the constructor knows whether it is wanted, so that
 * what came before is counted as such; then it costs a test, or one relaxed add
 * or two on a cache line that few threads share.
 *
 * Each process appends one line at exit, in one write:
 *   pid pool_calls pool_bytes libc_calls libc_bytes early_calls early_bytes program
 * and behind a tab the stack it ran on, nothing where that was libc alone.
 * A process that ends in _exit, by a signal or in exec writes none. A child of
 * fork counts from zero.
 */
#ifndef UMFI_PROXY_COUNTERS_H
#define UMFI_PROXY_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "proxy/options.h"

enum proxy_server {
    PROXY_POOL,  /* the pool */
    PROXY_LIBC,  /* libc, after the pool was up */
    PROXY_EARLY, /* libc, before */
    PROXY_SERVERS
};

extern bool umfi_counters_on;

void umfi_counters_add(enum proxy_server server, size_t bytes);
void umfi_counters_start(const struct proxy_options *options);
/* What the process runs on, for the line. Called once, before there are threads. */
void umfi_counters_set_stack(const char *spec);
void umfi_counters_reset(void);
void umfi_counters_write(const struct proxy_options *options);

static inline void umfi_count(enum proxy_server server, size_t bytes) {
    if (umfi_counters_on) {
        umfi_counters_add(server, bytes);
    }
}

#endif
