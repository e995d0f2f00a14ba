/*
 * arena.h - memory for the library's own books, never from malloc.
 *
 * The malloc replacement is built on this library, so its metadata cannot come
 * from malloc. An arena takes chunks from mmap and cuts them into size classes;
 * a freed block goes to its class's list and is handed out again. Chunks stay
 * mapped until umfi_arena_fini; blocks above UMFI_ARENA_MAX_CLASS are mappings
 * of their own and go back at once.
 *
 * Law: in_use_bytes = sum of the sizes asked for by live blocks.
 * Threads: every call but init and fini may run in parallel (one mutex).
 */
#ifndef UMFI_BASE_ARENA_H
#define UMFI_BASE_ARENA_H

#include <stddef.h>

#include "base/mutex.h"

#define UMFI_ARENA_ALIGNMENT 16
#define UMFI_ARENA_MAX_CLASS ((size_t)64 << 10)
#define UMFI_ARENA_CLASSES 96

struct umfi_arena {
    struct umfi_mutex lock;
    void *free_blocks[UMFI_ARENA_CLASSES]; /* singly linked through their first word */
    char *bump, *bump_end;                 /* the unused rest of the newest chunk */
    void *chunks;                          /* singly linked through their first word */
    size_t in_use_bytes;
};

void umfi_arena_init(struct umfi_arena *arena, enum umfi_rank rank);
/* Unmaps every chunk. Blocks above UMFI_ARENA_MAX_CLASS must be freed before. */
void umfi_arena_fini(struct umfi_arena *arena);

/* Zeroed memory aligned to UMFI_ARENA_ALIGNMENT, or NULL when the kernel has no
 * more. A size of 0 is taken for 1. */
void *umfi_arena_alloc(struct umfi_arena *arena, size_t size);
/* `size` is the size that was asked for. NULL is ignored. */
void umfi_arena_free(struct umfi_arena *arena, void *ptr, size_t size);
size_t umfi_arena_in_use(struct umfi_arena *arena);

#endif
