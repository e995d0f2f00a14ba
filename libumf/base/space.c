/*
 * space.c - best fit over two trees: by position, and of the free blocks by
 * capacity (space.h has the law).
 */
#include "base/space.h"

#include <stdint.h>

#include "base/checked.h"
#include "base/law.h"

/* So many near fits are looked at before a block that is sure to fit is taken. */
#define NEAR_FITS 8

/* Looking at all blocks after every change would make large tests quadratic. */
static void law_assert(const struct umfi_space *space) {
    UMFI_LAW(space->live_blocks + space->free_blocks > 64 || umfi_space_check(space));
    (void)space;
}

static struct umfi_space_block *block_at(struct umfi_tree_node *node) {
    return node ? umfi_tree_entry(node, struct umfi_space_block, by_start) : NULL;
}

static struct umfi_space_block *free_block_at(struct umfi_tree_node *node) {
    return node ? umfi_tree_entry(node, struct umfi_space_block, by_capacity) : NULL;
}

#define CONST_BLOCK(node, member)                                             \
    ((const struct umfi_space_block *)(const void *)((const char *)(node) -   \
                                                     offsetof(struct umfi_space_block, member)))

static int compare(size_t a, size_t b) { return (a > b) - (a < b); }

static int start_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    return compare(CONST_BLOCK(a, by_start)->start, CONST_BLOCK(b, by_start)->start);
}

static int start_key_order(const void *key, const struct umfi_tree_node *node) {
    return compare(*(const size_t *)key, CONST_BLOCK(node, by_start)->start);
}

static int capacity_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    const struct umfi_space_block *one = CONST_BLOCK(a, by_capacity);
    const struct umfi_space_block *other = CONST_BLOCK(b, by_capacity);
    int order = compare(one->capacity, other->capacity);
    return order ? order : compare(one->start, other->start);
}

static int capacity_key_order(const void *key, const struct umfi_tree_node *node) {
    return compare(*(const size_t *)key, CONST_BLOCK(node, by_capacity)->capacity);
}

static size_t end_of(const struct umfi_space_block *block) { return block->start + block->size; }

static struct umfi_space_block *block_before(struct umfi_space_block *block) {
    return block_at(umfi_tree_prev(&block->by_start));
}

static struct umfi_space_block *block_after(struct umfi_space_block *block) {
    return block_at(umfi_tree_next(&block->by_start));
}

/* The last block that begins at or before the position. */
static struct umfi_space_block *block_up_to(const struct umfi_space *space, size_t position) {
    struct umfi_tree_node *node =
        umfi_tree_lower_bound(&space->by_start, &position, start_key_order);
    if (node && block_at(node)->start == position) {
        return block_at(node);
    }
    return block_at(node ? umfi_tree_prev(node) : umfi_tree_last(&space->by_start));
}

static struct umfi_space_block *live_block(const struct umfi_space *space, size_t start) {
    struct umfi_space_block *block = block_up_to(space, start);
    return block && block->start == start && !block->is_free ? block : NULL;
}

static struct umfi_space_block *node_alloc(const struct umfi_space *space) {
    return space->memory.alloc(sizeof(struct umfi_space_block));
}

static void node_free(const struct umfi_space *space, struct umfi_space_block *block) {
    if (block) {
        space->memory.free(block, sizeof *block);
    }
}

static size_t capacity_of(const struct umfi_space *space, const struct umfi_space_block *block) {
    size_t skip = (space->granule - (block->start & (space->granule - 1))) & (space->granule - 1);
    return block->size > skip ? block->size - skip : 0;
}

static void free_insert(struct umfi_space *space, struct umfi_space_block *block) {
    block->is_free = true;
    block->capacity = capacity_of(space, block);
    umfi_tree_insert(&space->by_capacity, &block->by_capacity, capacity_order);
    space->free_blocks++;
    space->free_bytes += block->size;
}

static void free_erase(struct umfi_space *space, struct umfi_space_block *block) {
    umfi_tree_erase(&space->by_capacity, &block->by_capacity);
    block->is_free = false;
    space->free_blocks--;
    space->free_bytes -= block->size;
}

/* Neither is in by_capacity. */
static void absorb(struct umfi_space *space, struct umfi_space_block *low,
                   struct umfi_space_block *high) {
    umfi_tree_erase(&space->by_start, &high->by_start);
    low->size += high->size;
    node_free(space, high);
}

/* Makes a block in no tree's by_capacity free, together with its neighbours. */
static void free_with_neighbours(struct umfi_space *space, struct umfi_space_block *block) {
    struct umfi_space_block *after = block_after(block);
    if (after && after->is_free && !after->begins_range) {
        free_erase(space, after);
        absorb(space, block, after);
    }
    struct umfi_space_block *before = block->begins_range ? NULL : block_before(block);
    if (before && before->is_free) {
        free_erase(space, before);
        absorb(space, before, block);
        block = before;
    }
    free_insert(space, block);
}

void umfi_space_init(struct umfi_space *space, const struct umfi_space_memory *memory,
                     size_t granule) {
    *space = (struct umfi_space){.memory = *memory, .granule = granule};
}

void umfi_space_fini(struct umfi_space *space) {
    struct umfi_tree_node *node;
    while ((node = umfi_tree_first(&space->by_start))) {
        umfi_tree_erase(&space->by_start, node);
        node_free(space, block_at(node));
    }
    umfi_space_init(space, &space->memory, space->granule);
}

umf_result_t umfi_space_add(struct umfi_space *space, size_t start, size_t size) {
    size_t end;
    if (size == 0 || !umfi_add_size(start, size, &end)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct umfi_space_block *before = block_up_to(space, end - 1);
    if (before && end_of(before) > start) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct umfi_space_block *block = node_alloc(space);
    if (!block) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *block = (struct umfi_space_block){.start = start, .size = size, .begins_range = true};
    umfi_tree_insert(&space->by_start, &block->by_start, start_order);
    free_insert(space, block);
    law_assert(space);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_space_join(struct umfi_space *space, size_t start) {
    struct umfi_space_block *block = block_up_to(space, start);
    if (!block || block->start != start || !block->begins_range) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct umfi_space_block *before = block_before(block);
    if (!before || end_of(before) != start) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    block->begins_range = false;
    if (block->is_free && before->is_free) {
        free_erase(space, block);
        free_with_neighbours(space, block);
    }
    law_assert(space);
    return UMF_RESULT_SUCCESS;
}

/* The first aligned position of a block with so many bytes after it. */
static bool position_in(const struct umfi_space_block *block, size_t size, size_t alignment,
                        size_t *start) {
    size_t position;
    if (!umfi_round_up_size(block->start, alignment, &position) ||
        position - block->start >= block->size ||
        block->size - (position - block->start) < size) {
        return false;
    }
    *start = position;
    return true;
}

/* The alignment is at least the granule. */
static struct umfi_space_block *fit_find(const struct umfi_space *space, size_t size,
                                         size_t alignment, size_t *start) {
    struct umfi_tree_node *node =
        umfi_tree_lower_bound(&space->by_capacity, &size, capacity_key_order);
    for (int tries = 0; node && tries < NEAR_FITS; tries++, node = umfi_tree_next(node)) {
        if (position_in(free_block_at(node), size, alignment, start)) {
            return free_block_at(node);
        }
    }
    size_t sure_size;
    if (node && umfi_add_size(size, alignment - space->granule, &sure_size)) {
        struct umfi_tree_node *sure =
            umfi_tree_lower_bound(&space->by_capacity, &sure_size, capacity_key_order);
        if (sure && position_in(free_block_at(sure), size, alignment, start)) {
            return free_block_at(sure);
        }
    }
    for (; node; node = umfi_tree_next(node)) {
        if (position_in(free_block_at(node), size, alignment, start)) {
            return free_block_at(node);
        }
    }
    return NULL;
}

/* Free bytes at one end of the block become a block of their own. */
static void part_free(struct umfi_space *space, struct umfi_space_block *part, size_t start,
                      size_t size) {
    part->start = start;
    part->size = size;
    umfi_tree_insert(&space->by_start, &part->by_start, start_order);
    free_insert(space, part);
}

umf_result_t umfi_space_take(struct umfi_space *space, size_t size, size_t alignment,
                             size_t *start) {
    size_t at = 0;
    alignment = alignment > space->granule ? alignment : space->granule;
    struct umfi_space_block *block = size ? fit_find(space, size, alignment, &at) : NULL;
    if (!block) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    size_t begin = block->start, front_size = at - begin, back_size = end_of(block) - at - size;
    struct umfi_space_block *front = front_size ? node_alloc(space) : NULL;
    struct umfi_space_block *back = back_size ? node_alloc(space) : NULL;
    if ((front_size && !front) || (back_size && !back)) {
        node_free(space, front);
        node_free(space, back);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    free_erase(space, block);
    block->start = at;
    block->size = size;
    space->live_blocks++;
    space->live_bytes += size;
    if (front) {
        front->begins_range = block->begins_range;
        block->begins_range = false;
        part_free(space, front, begin, front_size);
    }
    if (back) {
        back->begins_range = false;
        part_free(space, back, at + size, back_size);
    }
    law_assert(space);
    *start = at;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_space_give(struct umfi_space *space, size_t start, size_t size, size_t *freed) {
    struct umfi_space_block *block = live_block(space, start);
    if (!block || (size != 0 && size != block->size)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *freed = block->size;
    space->live_blocks--;
    space->live_bytes -= block->size;
    free_with_neighbours(space, block);
    law_assert(space);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_space_split(struct umfi_space *space, size_t start, size_t total, size_t first) {
    struct umfi_space_block *low = live_block(space, start);
    if (!low || low->size != total || first == 0 || first >= total) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct umfi_space_block *high = node_alloc(space);
    if (!high) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *high = (struct umfi_space_block){.start = start + first, .size = total - first};
    low->size = first;
    umfi_tree_insert(&space->by_start, &high->by_start, start_order);
    space->live_blocks++;
    law_assert(space);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_space_merge(struct umfi_space *space, size_t low, size_t high, size_t total) {
    struct umfi_space_block *one = live_block(space, low), *other = live_block(space, high);
    if (!one || !other || other->begins_range || end_of(one) != high ||
        total != one->size + other->size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    absorb(space, one, other);
    space->live_blocks--;
    law_assert(space);
    return UMF_RESULT_SUCCESS;
}

const struct umfi_space_block *umfi_space_find(const struct umfi_space *space, size_t position) {
    const struct umfi_space_block *block = block_up_to(space, position);
    bool is_inside = block && !block->is_free && position - block->start < block->size;
    return is_inside ? block : NULL;
}

static bool neighbours_are_lawful(const struct umfi_space_block *before,
                                  const struct umfi_space_block *block) {
    if (!before || end_of(before) < block->start) {
        return block->begins_range;
    }
    return end_of(before) == block->start &&
           (block->begins_range || !before->is_free || !block->is_free);
}

bool umfi_space_check(const struct umfi_space *space) {
    size_t live_bytes = 0, free_bytes = 0, live_blocks = 0, free_blocks = 0, in_capacity = 0;
    const struct umfi_space_block *before = NULL;
    for (struct umfi_tree_node *n = umfi_tree_first(&space->by_start); n; n = umfi_tree_next(n)) {
        const struct umfi_space_block *block = block_at(n);
        if (block->size == 0 || !neighbours_are_lawful(before, block)) {
            return false;
        }
        *(block->is_free ? &free_bytes : &live_bytes) += block->size;
        *(block->is_free ? &free_blocks : &live_blocks) += 1;
        before = block;
    }
    for (struct umfi_tree_node *n = umfi_tree_first(&space->by_capacity); n;
         n = umfi_tree_next(n), in_capacity++) {
        const struct umfi_space_block *block = free_block_at(n);
        if (!block->is_free || block->capacity != capacity_of(space, block)) {
            return false;
        }
    }
    return live_bytes == space->live_bytes && free_bytes == space->free_bytes &&
           live_blocks == space->live_blocks && free_blocks == space->free_blocks &&
           in_capacity == free_blocks && umfi_tree_check(&space->by_start, start_order) &&
           umfi_tree_check(&space->by_capacity, capacity_order);
}
