/*
 * space.h - who has which part of some ranges of addresses or offsets.
 *
 * The books of a provider that cuts blocks out of something it already has: a
 * buffer, a file, a device, coarse memory. Nothing here touches the memory; a
 * position is an address or an offset, as the owner likes. Blocks have the exact
 * sizes asked for; what lies between them is free.
 *
 * Ranges come with umfi_space_add and may touch; free space never joins across
 * the place where a range begins, until umfi_space_join says it may.
 *
 * Law, for the blocks b1, b2, ... in order of position:
 *     b.size > 0,   b(i).start + b(i).size <= b(i+1).start,
 *     with equality unless b(i+1) begins a range;
 *     two free blocks that touch have the beginning of a range between them;
 *     capacity(b) = bytes from the first multiple of granule in b to its end;
 *     by_capacity holds exactly the free blocks, by (capacity, start);
 *     live_bytes, free_bytes, live_blocks, free_blocks are sums over them.
 *
 * Cost: O(log n), except a take aligned above the granule that no free block is
 * sure to satisfy wherever it lies: that one looks at each free block that is
 * large enough before it gives up.
 *
 * A call allocates the nodes it needs before it changes anything: after
 * OUT_OF_HOST_MEMORY all is as before. Giving back never allocates.
 * Threads: none of its own; the owner's lock covers all calls.
 */
#ifndef UMFI_BASE_SPACE_H
#define UMFI_BASE_SPACE_H

#include <stdbool.h>
#include <stddef.h>

#include <umf/base.h>

#include "base/tree.h"

/* Where the nodes come from: a plugin gives its host's meta_alloc, meta_free. */
struct umfi_space_memory {
    void *(*alloc)(size_t size);
    void (*free)(void *ptr, size_t size);
};

struct umfi_space_block {
    struct umfi_tree_node by_start;    /* every block */
    struct umfi_tree_node by_capacity; /* free ones */
    size_t start;                      /* position */
    size_t size;                       /* bytes */
    size_t capacity;                   /* of a free one */
    bool is_free;
    bool begins_range;
};

struct umfi_space {
    struct umfi_space_memory memory;
    size_t granule; /* a power of two: alignments up to it are cheap */
    struct umfi_tree by_start, by_capacity;
    size_t live_bytes, free_bytes;
    size_t live_blocks, free_blocks;
};

void umfi_space_init(struct umfi_space *space, const struct umfi_space_memory *memory,
                     size_t granule);
/* Forgets all blocks, live ones too. */
void umfi_space_fini(struct umfi_space *space);

/* A new range, free. INVALID_ARGUMENT: empty, past SIZE_MAX, or over another. */
umf_result_t umfi_space_add(struct umfi_space *space, size_t start, size_t size);
/* The range that begins at `start` goes on from the one that ends there.
 * INVALID_ARGUMENT: there is no such place. */
umf_result_t umfi_space_join(struct umfi_space *space, size_t start);

/* The smallest free block that fits gives `size` bytes from its first multiple of
 * `alignment` (0 or a power of two; raised to the granule). OUT_OF_HOST_MEMORY: none fits, size 0, or no
 * memory for nodes. */
umf_result_t umfi_space_take(struct umfi_space *space, size_t size, size_t alignment,
                             size_t *start);
/* Frees the live block that begins at `start`. INVALID_ARGUMENT: there is none,
 * or `size` is neither 0 nor its size. `freed` receives its size. */
umf_result_t umfi_space_give(struct umfi_space *space, size_t start, size_t size, size_t *freed);

/* One live block of exactly `total` bytes becomes two, and back; the two must
 * touch and lie in one range. Else INVALID_ARGUMENT. */
umf_result_t umfi_space_split(struct umfi_space *space, size_t start, size_t total, size_t first);
umf_result_t umfi_space_merge(struct umfi_space *space, size_t low, size_t high, size_t total);

/* The live block that holds `position`, or NULL. */
const struct umfi_space_block *umfi_space_find(const struct umfi_space *space, size_t position);

/* Whether the law holds. Takes time in the number of blocks. */
bool umfi_space_check(const struct umfi_space *space);

#endif
