/*
 * arena.c - chunks from mmap, cut into size classes (arena.h has the law).
 *
 * Classes: multiples of 16 up to 1 KiB (64 of them), then four steps per
 * doubling up to 64 KiB (24 more), so rounding wastes at most a fifth.
 */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/checked.h"
#include "base/poison.h"

#define CHUNK_BYTES ((size_t)256 << 10)
#define LINEAR_MAX ((size_t)1024)
#define LINEAR_CLASSES (LINEAR_MAX / UMFI_ARENA_ALIGNMENT)

_Static_assert(LINEAR_CLASSES + 4 * 6 <= UMFI_ARENA_CLASSES, "every class has a list");

static unsigned class_of(size_t size) {
    if (size <= LINEAR_MAX) {
        return (unsigned)((size - 1) / UMFI_ARENA_ALIGNMENT);
    }
    /* size - 1 lies in [2^top, 2^(top+1)); the two bits below choose the step */
    unsigned top = 63u - (unsigned)__builtin_clzl(size - 1);
    unsigned step = (unsigned)((size - 1) >> (top - 2)) & 3u;
    return (unsigned)LINEAR_CLASSES + (top - 10) * 4 + step;
}

static size_t class_bytes(unsigned class_index) {
    if (class_index < LINEAR_CLASSES) {
        return ((size_t)class_index + 1) * UMFI_ARENA_ALIGNMENT;
    }
    unsigned top = 10 + (class_index - (unsigned)LINEAR_CLASSES) / 4;
    unsigned step = (class_index - (unsigned)LINEAR_CLASSES) % 4;
    return ((size_t)1 << top) + ((size_t)(step + 1) << (top - 2));
}

static void *map_pages(size_t size) {
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void umfi_arena_init(struct umfi_arena *arena, enum umfi_rank rank) {
    memset(arena, 0, sizeof *arena);
    umfi_mutex_init(&arena->lock, rank);
}

void umfi_arena_fini(struct umfi_arena *arena) {
    void *chunk = arena->chunks;
    while (chunk) {
        void *next = *(void **)chunk;
        umfi_unpoison(chunk, CHUNK_BYTES);
        munmap(chunk, CHUNK_BYTES);
        chunk = next;
    }
    umfi_mutex_fini(&arena->lock);
    memset(arena, 0, sizeof *arena);
}

/* The rest of the old chunk is left behind: at most a quarter of a chunk. */
static bool chunk_add_locked(struct umfi_arena *arena) {
    char *chunk = map_pages(CHUNK_BYTES);
    if (!chunk) {
        return false;
    }
    *(void **)chunk = arena->chunks;
    arena->chunks = chunk;
    arena->bump = chunk + UMFI_ARENA_ALIGNMENT;
    arena->bump_end = chunk + CHUNK_BYTES;
    umfi_poison(arena->bump, CHUNK_BYTES - UMFI_ARENA_ALIGNMENT);
    return true;
}

static void *block_take_locked(struct umfi_arena *arena, unsigned class_index) {
    size_t bytes = class_bytes(class_index);
    void *block = arena->free_blocks[class_index];
    if (block) {
        umfi_unpoison(block, bytes);
        arena->free_blocks[class_index] = *(void **)block;
        return block;
    }
    if ((size_t)(arena->bump_end - arena->bump) < bytes && !chunk_add_locked(arena)) {
        return NULL;
    }
    block = arena->bump;
    arena->bump += bytes;
    umfi_unpoison(block, bytes);
    return block;
}

void *umfi_arena_alloc(struct umfi_arena *arena, size_t size) {
    size = size ? size : 1;
    void *block;
    if (size > UMFI_ARENA_MAX_CLASS) {
        block = map_pages(size);
        umfi_mutex_lock(&arena->lock);
        arena->in_use_bytes += block ? size : 0;
        umfi_mutex_unlock(&arena->lock);
        return block;
    }
    umfi_mutex_lock(&arena->lock);
    block = block_take_locked(arena, class_of(size));
    arena->in_use_bytes += block ? size : 0;
    umfi_mutex_unlock(&arena->lock);
    return block ? memset(block, 0, size) : NULL;
}

void umfi_arena_free(struct umfi_arena *arena, void *ptr, size_t size) {
    if (!ptr) {
        return;
    }
    size = size ? size : 1;
    umfi_mutex_lock(&arena->lock);
    arena->in_use_bytes -= size;
    if (size <= UMFI_ARENA_MAX_CLASS) {
        unsigned class_index = class_of(size);
        *(void **)ptr = arena->free_blocks[class_index];
        arena->free_blocks[class_index] = ptr;
        umfi_poison(ptr, class_bytes(class_index));
    }
    umfi_mutex_unlock(&arena->lock);
    if (size > UMFI_ARENA_MAX_CLASS) {
        munmap(ptr, size);
    }
}

size_t umfi_arena_in_use(struct umfi_arena *arena) {
    umfi_mutex_lock(&arena->lock);
    size_t bytes = arena->in_use_bytes;
    umfi_mutex_unlock(&arena->lock);
    return bytes;
}
