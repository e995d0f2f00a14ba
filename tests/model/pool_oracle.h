/*
 * pool_oracle.h - random operations on a pool, judged by an oracle.
 *
 * The oracle knows every live block: address, size asked, and the byte pattern
 * it was filled with. After each operation these laws are tested:
 *     live ranges never overlap;
 *     a block keeps its contents until it is freed;
 *     it is aligned to what was asked, and to 8;
 *     usable size >= size asked, where the pool tells it;
 *     the block lies in memory of the pool's provider.
 * A step takes its choices from a number, so that a random generator, a fuzzer
 * or a recorded list can drive it. Threads: steps may run in parallel; the
 * oracle has one lock, the pool is called outside of it.
 */
#ifndef UMF_TESTS_MODEL_POOL_ORACLE_H
#define UMF_TESTS_MODEL_POOL_ORACLE_H

#include <pthread.h>

#include "conformance/pool.h"

enum { POOL_MODEL_BLOCKS = 1024 };

struct pool_model_block {
    unsigned char *start; /* NULL: none in this place */
    size_t size;
    unsigned char pattern;
};

struct pool_model {
    struct pool_scene *scene;
    pthread_mutex_t lock;
    struct pool_model_block blocks[POOL_MODEL_BLOCKS];
    size_t max_size;
    size_t operations;
};

void pool_model_init(struct pool_model *model, struct pool_scene *scene, size_t max_size);
/* Frees what is left and checks the pool's own books. */
void pool_model_fini(struct pool_model *model);
/* One operation, chosen by the bits of `choice`. */
void pool_model_step(struct pool_model *model, uint64_t choice);

#endif
