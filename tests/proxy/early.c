/*
 * early.c - a library that is there before the pool: its constructor registers
 * fork handlers that allocate, free and reallocate blocks of the pool.
 *
 * Prepare handlers run last registered first, so this one runs after libumf's,
 * which leave every lock of the pool taken.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void early_give(void *block, unsigned slot);
unsigned early_handlers_run(void);
bool early_was_before_the_pool(void);

extern int umfPoolByPtr(const void *ptr, void **pool) __attribute__((weak));

enum { SLOTS = 3 };
static void *given[SLOTS];
static unsigned handlers_run;
static bool was_before;

void early_give(void *block, unsigned slot) { given[slot] = block; }
unsigned early_handlers_run(void) { return handlers_run; }
bool early_was_before_the_pool(void) { return was_before; }

static void handler(void) {
    void *own = malloc(200);
    memset(own, 1, 200);
    own = realloc(own, 5000);
    free(given[0]);
    given[1] = realloc(given[1], 9000); /* of the pool, moved to libc */
    if (given[1] != NULL) {
        memset(given[1], 2, 9000);
    }
    free(given[2]);
    free(own);
    given[0] = given[2] = NULL;
    handlers_run++;
}

__attribute__((constructor)) static void start(void) {
    void *block = malloc(10), *pool;
    was_before = umfPoolByPtr != NULL && umfPoolByPtr(block, &pool) != 0;
    free(block);
    (void)pthread_atfork(handler, handler, handler);
}
