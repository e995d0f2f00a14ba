/*
 * pool.h - one suite for the pool interface, for every pool over any provider.
 *
 * A kind of pool says in its traits what it does where the API lets kinds
 * differ; a pair is such a kind over one source of memory. pool_pairs[] has
 * those that are built; the suite (pool.c) and the model (tests/model) run all.
 */
#ifndef UMF_TESTS_CONFORMANCE_POOL_H
#define UMF_TESTS_CONFORMANCE_POOL_H

#include <check.h>
#include <stdbool.h>
#include <umf/memory_pool.h>

#include "fake/provider.h"

/* In place of a result: whatever the provider answered. */
#define POOL_PROVIDERS_RESULT ((umf_result_t)-1)
/* In place of a result: the caller must not. */
#define POOL_UNDEFINED ((umf_result_t)-2)

enum pool_zero { ZERO_IS_NULL, ZERO_IS_A_BLOCK, ZERO_IS_THE_PROVIDERS };

struct pool_traits {
    const char *kind; /* the plugin's name, and the pool's by default */
    enum pool_zero zero;
    umf_result_t too_large;        /* last error of malloc(SIZE_MAX) */
    umf_result_t provider_failed;  /* last error when the provider refused a small block's memory */
    bool has_calloc, has_usable_size, has_trim;
    umf_result_t alignment_0;      /* SUCCESS: as malloc; else the last error */
    umf_result_t alignment_odd;    /* SUCCESS: a block, aligned or not; else the last error */
    umf_result_t free_unknown;
    bool is_error_sticky; /* the last error outlives a success */
    size_t max_alignment; /* of what every provider can give it */
};

enum pool_source { SOURCE_FAKE, SOURCE_OS, SOURCE_OS_SHARED, SOURCE_FIXED };

struct pool_pair {
    const char *name;
    const struct pool_traits *traits;
    enum pool_source source;
};

extern const struct pool_pair pool_pairs[];
extern const size_t pool_pair_count;

/* Whether both plugins of the pair are built. */
bool pool_pair_is_built(const struct pool_pair *pair);

/* A pool of a pair, its provider, and the memory behind that. */
struct pool_scene {
    const struct pool_traits *traits;
    enum pool_source source;
    struct fake_provider fake; /* SOURCE_FAKE */
    void *buffer;              /* SOURCE_FIXED */
    size_t buffer_size;
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
};

void pool_scene_open(struct pool_scene *scene, const struct pool_pair *pair);
/* Ends the pool and the provider; the books must come out even. */
void pool_scene_close(struct pool_scene *scene);
/* Whether the bytes are the scene's provider's; true where it cannot be told. */
bool pool_scene_owns(struct pool_scene *scene, const void *ptr, size_t size);

/* Adds the cases that fit its source, for each pair that is built. */
void pool_conformance_add(Suite *suite);

#endif
