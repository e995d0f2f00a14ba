/*
 * provider.h - a provider with strict books, for the tests of pools.
 *
 * It maps memory and keeps its allocations in a sorted array, so that a free
 * that is not exact is refused and counted, and it can be told to fail, to
 * refuse, to hand out memory that nobody may touch, and to align worse than it
 * says. As the ops of umfMemoryProviderCreate (params: the struct), or behind
 * the fake host table (host.h), where an allocation carries the pool's word.
 */
#ifndef UMF_TESTS_FAKE_PROVIDER_H
#define UMF_TESTS_FAKE_PROVIDER_H

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
    const umf_plugin_host_t *host; /* set by host.h; NULL as an ops table's object */

    /* how it behaves; set before use, the failures at any time */
    bool is_untouchable;              /* its memory is PROT_NONE */
    bool is_shared;                   /* what the host tells of it; its memory is private */
    size_t misalignment;              /* added to every address */
    size_t min_page_size;             /* 0: cannot be told */
    size_t cache_line_size;           /* 0: cannot be told */
    umf_result_t alloc_error;         /* every alloc fails with it */
    size_t fail_alloc_at;             /* the alloc of this number fails, from 1 */
    size_t alloc_failures_of_8;       /* so many of eight fail, as if at random */
    umf_result_t free_error;          /* every free fails with it */

    /* what has happened */
    size_t alloc_calls, free_calls;
    size_t last_size, last_alignment; /* of the latest alloc asked for */
    void *last_freed;
    size_t last_freed_size;
    size_t wrong_frees; /* of what is not exactly an allocation */
    size_t live_bytes;

    pthread_mutex_t lock;
    struct fake_region *regions; /* by address */
    size_t region_count, region_room;
};

/* Pages of 4096, cache lines of 64. */
void fake_provider_init(struct fake_provider *provider);
/* Unmaps what is left. */
void fake_provider_fini(struct fake_provider *provider);

/* What the provider's functions are made of; `word` is kept with the region. */
umf_result_t fake_alloc(struct fake_provider *provider, size_t size, size_t alignment,
                        uintptr_t word, void **ptr);
umf_result_t fake_free(struct fake_provider *provider, void *ptr, size_t size);
/* The allocation that holds an address: false where there is none. */
bool fake_find(struct fake_provider *provider, const void *ptr, struct fake_region *found);

extern const umf_memory_provider_ops_t fake_provider_ops;

#endif
