/*
 * depot.h - free chunks of one bucket between the caches of threads.
 *
 * A stack of pointers: what one thread's cache gives back another's takes, and no
 * slab is looked at. A chunk in it is out of its slab, but not live; trim and the
 * statistics send all of them back there.
 *
 * Law: 0 <= count <= capacity; capacity = 0 until there is a stack;
 *      a stale depot, inherited by a child of fork that shares the memory with its
 *      parent, hands out nothing and takes nothing until it is empty.
 * Locked by: the bucket's lock, but for stack_bytes.
 */
#ifndef UMF_DISJOINT_DEPOT_H
#define UMF_DISJOINT_DEPOT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct depot {
    size_t count, capacity;
    void **blocks;
    bool is_stale;
    size_t stack_bytes; /* of the stack it may have; 0: it is to have none. Constant */
};

/* Up to `count` blocks, the last given first. */
static inline size_t depot_drain(struct depot *depot, void **blocks, size_t count) {
    size_t taken = count < depot->count ? count : depot->count;
    if (taken > 0) {
        depot->count -= taken;
        memcpy(blocks, depot->blocks + depot->count, taken * sizeof(void *));
        depot->is_stale = depot->is_stale && depot->count > 0;
    }
    return taken;
}

/* The same, to hand them out. */
static inline size_t depot_take(struct depot *depot, void **blocks, size_t count) {
    return depot->is_stale ? 0 : depot_drain(depot, blocks, count);
}

/* How many of the blocks it takes, the first ones. */
static inline size_t depot_give(struct depot *depot, void *const *blocks, size_t count) {
    size_t room = depot->is_stale ? 0 : depot->capacity - depot->count;
    size_t given = count < room ? count : room;
    if (given > 0) {
        memcpy(depot->blocks + depot->count, blocks, given * sizeof(void *));
        depot->count += given;
    }
    return given;
}

#endif
