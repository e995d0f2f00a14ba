/*
 * host.h - a host table and a provider behind it, for the unit tests of pools.
 *
 * The provider maps memory and keeps strict books in a sorted array, which is
 * the address map too. It can be told to fail, to refuse, to hand out memory
 * that nobody may touch, and to align worse than it says. The host's metadata
 * memory is counted, checks the sizes given back, and fails on demand.
 *
 * Parameters: a plugin's `params` is a configuration structure, copied as it is;
 * NULL gives the table's defaults.
 */
#ifndef UMF_TESTS_FAKE_HOST_H
#define UMF_TESTS_FAKE_HOST_H

#include <pthread.h>
#include <stdbool.h>
#include <umf/plugin_sdk.h>

struct fake_region {
    char *base;
    size_t size;
    uintptr_t word;
    void *mapping;
    size_t mapping_size;
};

struct fake_provider {
    const umf_plugin_host_t *host;

    /* how it behaves; set before use, the failures at any time */
    bool is_untouchable;              /* its memory is PROT_NONE */
    size_t misalignment;              /* added to every address */
    size_t min_page_size;             /* 0: cannot be told */
    size_t cache_line_size;           /* 0: cannot be told */
    umf_result_t alloc_error;         /* every alloc fails with it */
    size_t fail_alloc_at;             /* the alloc of this number fails, from 1 */
    umf_result_t free_error;          /* every free fails with it */

    /* what has happened */
    size_t alloc_calls, free_calls;
    size_t last_size, last_alignment; /* of the latest alloc asked for */
    void *last_freed;
    size_t last_freed_size;
    size_t live_bytes;

    pthread_mutex_t lock;
    struct fake_region *regions; /* by address */
    size_t region_count, region_room;
};

/* Pages of 4096, cache lines of 64. */
void fake_provider_init(struct fake_provider *provider);
/* Unmaps what is left. */
void fake_provider_fini(struct fake_provider *provider);

static inline umf_memory_provider_handle_t fake_handle(struct fake_provider *provider) {
    return (umf_memory_provider_handle_t)(void *)provider;
}

/* Around fork: the child gets locks that nobody holds. */
void fake_prefork(struct fake_provider *provider);
void fake_postfork(struct fake_provider *provider);

/* Bytes of metadata memory in use. */
size_t fake_meta_in_use(void);
/* The n-th metadata allocation from now on fails, once; 0: none. */
void fake_meta_fail_at(size_t n);
bool fake_meta_has_failed(void);

/* How many log records there were, and the text of the latest ("where: text"). */
size_t fake_log_count(void);
const char *fake_log_last(void);
/* The latest text given to host->error. */
const char *fake_error_last(void);
void fake_log_reset(void);

#endif
