/*
 * exercise.c - one pool over one provider: allocate, fill, verify, free, then
 * the time of an operation (exercise.h).
 *
 * Verifying comes after all blocks are filled, so that blocks which overlap, or
 * books kept in the user's memory, are found out.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <umf/plugin.h>

#include "tools/child.h"
#include "tools/exercise.h"

enum {
    BLOCKS = 1000,
    RING = 64, /* blocks live while time is taken */
    FIXED_BYTES = 64 << 20,
};
static const double LEAST_SECONDS = 0.02;

struct block {
    unsigned char *start;
    size_t size_bytes;
};

/* Mostly small, some of many pages: 16 to 4096, each 50th up to 100 KiB. */
static size_t size_of(size_t i) {
    return i % 50 == 49 ? 2048 * (i / 50 + 1) % 102400 + 1 : 16 + i * 37 % 4081;
}

static unsigned char pattern_of(size_t i) { return (unsigned char)(i * 7 + 1); }

static bool fail(struct exercise *e, const char *what) {
    snprintf(e->problem, sizeof e->problem, "%s", what);
    return false;
}

static bool is_intact(const struct block *block, unsigned char pattern) {
    return block->start[0] == pattern &&
           memcmp(block->start, block->start + 1, block->size_bytes - 1) == 0;
}

static bool check_blocks(struct exercise *e, umf_memory_pool_handle_t pool) {
    static struct block blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i].size_bytes = size_of(i);
        blocks[i].start = umfPoolMalloc(pool, blocks[i].size_bytes);
        if (blocks[i].start == NULL) {
            return fail(e, "out of memory");
        }
        memset(blocks[i].start, pattern_of(i), blocks[i].size_bytes);
        e->bytes += blocks[i].size_bytes;
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        umf_memory_pool_handle_t owner;
        if (!is_intact(&blocks[i], pattern_of(i))) {
            return fail(e, "a block does not hold what was written");
        }
        if (umfPoolByPtr(blocks[i].start, &owner) != UMF_RESULT_SUCCESS || owner != pool) {
            return fail(e, "a block's address does not lead to its pool");
        }
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        if (umfPoolFree(pool, blocks[i].start) != UMF_RESULT_SUCCESS) {
            return fail(e, "a block cannot be freed");
        }
    }
    e->blocks = BLOCKS;
    return true;
}

static double seconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool take_time(struct exercise *e, umf_memory_pool_handle_t pool) {
    void *ring[RING] = {NULL};
    size_t operations = 0;
    double begin = seconds_now(), spent = 0;
    while (spent < LEAST_SECONDS) {
        for (size_t i = 0; i < RING; i++) {
            if (ring[i] != NULL) {
                (void)umfPoolFree(pool, ring[i]);
            }
            ring[i] = umfPoolMalloc(pool, 64);
            if (ring[i] == NULL) {
                return fail(e, "out of memory while time was taken");
            }
        }
        operations += RING * 2;
        spent = seconds_now() - begin;
    }
    for (size_t i = 0; i < RING; i++) {
        (void)umfPoolFree(pool, ring[i]);
    }
    e->nanoseconds = spent * 1e9 / (double)operations;
    return true;
}

/* The fixed provider hands out a buffer that it must be given; every other one
 * is made with its defaults. */
static umf_result_t make_provider(const char *name, void *buffer,
                                  umf_memory_provider_handle_t *provider) {
    if (strcmp(name, "fixed") != 0) {
        return umfMemoryProviderCreateByName(name, NULL, provider);
    }
    umf_params_handle_t params;
    umf_result_t result = umfParamsCreate("provider", name, &params);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = umfParamsSetPointer(params, "ptr", buffer);
    if (result == UMF_RESULT_SUCCESS) {
        result = umfParamsSetSize(params, "size", FIXED_BYTES);
    }
    if (result == UMF_RESULT_SUCCESS) {
        result = umfMemoryProviderCreateByName(name, params, provider);
    }
    (void)umfParamsDestroy(params);
    return result;
}

/* A device or a library that is not there is no failure of the plugin's. */
static bool is_absence(umf_result_t result) {
    return result == UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE ||
           result == UMF_RESULT_ERROR_NOT_SUPPORTED;
}

static void exercise_over(struct exercise *e, void *buffer) {
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
    umf_result_t result = make_provider(e->provider, buffer, &provider);
    if (result == UMF_RESULT_SUCCESS) {
        result = umfPoolCreateByName(e->pool, provider, NULL, UMF_POOL_CREATE_FLAG_NONE, &pool);
        if (result == UMF_RESULT_SUCCESS) {
            e->has_passed = check_blocks(e, pool) && take_time(e, pool);
            if (umfPoolDestroy(pool) != UMF_RESULT_SUCCESS && e->has_passed) {
                e->has_passed = fail(e, "the pool could not be destroyed cleanly");
            }
        } else {
            (void)fail(e, umfGetLastErrorMessage());
        }
        (void)umfMemoryProviderDestroy(provider);
    } else {
        (void)fail(e, umfGetLastErrorMessage());
    }
    e->is_ready = !is_absence(result);
}

static bool is_adaptor(const char *provider) {
    const umf_plugin_component_t *component;
    return umfPluginDescribe("provider", provider, &component) == UMF_RESULT_SUCCESS &&
           component->takes_upstream;
}

static void exercise_in_child(const void *arg, int pipe_fd) {
    struct exercise e = *(const struct exercise *)arg;
    void *buffer = mmap(NULL, FIXED_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    e.is_adaptor = is_adaptor(e.provider);
    if (buffer == MAP_FAILED) {
        (void)fail(&e, "no memory for the buffer of the fixed provider");
    } else if (!e.is_adaptor) {
        exercise_over(&e, buffer);
    }
    e.is_ended = true;
    umf_child_tell(pipe_fd, &e, sizeof e);
}

void umf_exercise(struct exercise *e, unsigned limit_seconds) {
    struct child child = {.limit_seconds = limit_seconds};
    char how[128];
    e->is_ready = true;
    if (!umf_child_run(&child, exercise_in_child, e, e, sizeof *e)) {
        (void)fail(e, "no process to try it in");
    } else if (!e->is_ended) {
        umf_child_describe(&child, "", how);
        (void)fail(e, how);
    }
}
