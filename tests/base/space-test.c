/*
 * space-test.c - the books of free space, against an oracle that marks bytes.
 *
 * The oracle is one byte per position: 0 outside every range, FREE, or the
 * number of the live block. It knows nothing of trees; it says whether a fit
 * exists at all, which block is the smallest that fits, and what may merge.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/space.h"
#include "suite.h"

enum { POSITIONS = 4096, GRANULE = 16, BLOCKS = 256, FREE = 0xffff };

static long allocs_to_failure; /* 0: none fails */
static long nodes_in_use;

static void *node_alloc(size_t size) {
    if (allocs_to_failure > 0 && --allocs_to_failure == 0) {
        return NULL;
    }
    nodes_in_use++;
    return calloc(1, size);
}

static void node_free(void *ptr, size_t size) {
    (void)size;
    nodes_in_use--;
    free(ptr);
}

static const struct umfi_space_memory memory = {node_alloc, node_free};

static struct umfi_space space;
static uint16_t marks[POSITIONS + 1];
static bool range_begins[POSITIONS + 1];
static struct {
    size_t start, size; /* size 0: not live */
} blocks[BLOCKS];

static uint64_t random_state;

static size_t random_below(size_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % bound);
}

static void mark(size_t start, size_t size, uint16_t with) {
    for (size_t i = start; i < start + size; i++) {
        marks[i] = with;
    }
}

static size_t free_run_from(size_t start) {
    size_t end = start;
    while (end < POSITIONS && marks[end] == FREE && (end == start || !range_begins[end])) {
        end++;
    }
    return end - start;
}

/* The least free run, as capacity from its first granule, that holds the
 * request; 0: none does. */
static size_t oracle_best(size_t size, size_t alignment) {
    size_t best = 0;
    for (size_t i = 0; i < POSITIONS;) {
        size_t run = free_run_from(i);
        size_t at = (i + alignment - 1) / alignment * alignment;
        size_t granule_at = (i + GRANULE - 1) / GRANULE * GRANULE;
        if (run > 0 && at < i + run && i + run - at >= size) {
            size_t capacity = i + run - granule_at;
            best = best == 0 || capacity < best ? capacity : best;
        }
        i += run ? run : 1;
    }
    return best;
}

/* The capacity of the free run that holds the position. */
static size_t oracle_capacity(size_t position) {
    size_t begin = position;
    while (begin > 0 && !range_begins[begin] && marks[begin - 1] == FREE) {
        begin--;
    }
    return begin + free_run_from(begin) - (begin + GRANULE - 1) / GRANULE * GRANULE;
}

static void model_begin(uint64_t seed) {
    random_state = seed * 0x9e3779b97f4a7c15u + 1;
    memset(marks, 0, sizeof marks);
    memset(range_begins, 0, sizeof range_begins);
    memset(blocks, 0, sizeof blocks);
    umfi_space_init(&space, &memory, GRANULE);
}

static void model_add(size_t start, size_t size) {
    bool is_clear = size > 0 && start + size <= POSITIONS;
    for (size_t i = start; is_clear && i < start + size; i++) {
        is_clear = marks[i] == 0;
    }
    umf_result_t result = umfi_space_add(&space, start, size);
    if (result == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY) {
        return;
    }
    ck_assert_int_eq(result, is_clear ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT);
    if (is_clear) {
        mark(start, size, FREE);
        range_begins[start] = true;
    }
}

static void model_take(bool may_fail) {
    static const size_t alignments[] = {0, 1, 8, 16, 16, 16, 32, 64, 256};
    size_t slot = random_below(BLOCKS), start = 12345;
    size_t size = 1 + random_below(random_below(4) ? 40 : 400);
    size_t alignment = alignments[random_below(sizeof alignments / sizeof alignments[0])];
    size_t effective = alignment > GRANULE ? alignment : GRANULE;
    if (blocks[slot].size) {
        return;
    }
    size_t best = oracle_best(size, effective);
    umf_result_t result = umfi_space_take(&space, size, alignment, &start);
    if (result != UMF_RESULT_SUCCESS) {
        ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
        ck_assert(best == 0 || may_fail);
        ck_assert_uint_eq(start, 12345);
        return;
    }
    ck_assert_uint_ne(best, 0);
    ck_assert_uint_eq(start % effective, 0);
    if (effective == GRANULE) {
        ck_assert_uint_eq(oracle_capacity(start), best);
    }
    bool was_free = true;
    for (size_t i = start; i < start + size; i++) {
        was_free = was_free && marks[i] == FREE;
    }
    ck_assert(was_free);
    mark(start, size, (uint16_t)(slot + 1));
    blocks[slot].start = start;
    blocks[slot].size = size;
}

static void model_give(void) {
    size_t slot = random_below(BLOCKS), freed = 0;
    size_t position = random_below(POSITIONS);
    if (!blocks[slot].size) {
        bool is_start = marks[position] != 0 && marks[position] != FREE &&
                        blocks[marks[position] - 1].start == position;
        if (!is_start) {
            ck_assert_int_eq(umfi_space_give(&space, position, 0, &freed),
                             UMF_RESULT_ERROR_INVALID_ARGUMENT);
        }
        return;
    }
    size_t start = blocks[slot].start, size = blocks[slot].size;
    ck_assert_int_eq(umfi_space_give(&space, start, size + 1, &freed),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(umfi_space_give(&space, start, random_below(2) ? size : 0, &freed));
    ck_assert_uint_eq(freed, size);
    mark(start, size, FREE);
    blocks[slot].size = 0;
}

static void model_split(void) {
    size_t slot = random_below(BLOCKS), other = random_below(BLOCKS);
    size_t start = blocks[slot].start, size = blocks[slot].size;
    if (size < 2 || blocks[other].size) {
        return;
    }
    size_t first = 1 + random_below(size - 1);
    ck_assert_int_eq(umfi_space_split(&space, start, size + 1, first),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    if (umfi_space_split(&space, start, size, first) != UMF_RESULT_SUCCESS) {
        return; /* no node */
    }
    blocks[slot].size = first;
    blocks[other].start = start + first;
    blocks[other].size = size - first;
    mark(start + first, size - first, (uint16_t)(other + 1));
}

static void model_merge(void) {
    size_t slot = random_below(BLOCKS);
    if (!blocks[slot].size) {
        return;
    }
    size_t low = blocks[slot].start, high = low + blocks[slot].size;
    bool is_live = high < POSITIONS && marks[high] != 0 && marks[high] != FREE;
    size_t other = is_live ? marks[high] - 1u : 0;
    size_t total = blocks[slot].size + (is_live ? blocks[other].size : 1);
    bool may_merge = is_live && !range_begins[high];
    ck_assert_int_eq(umfi_space_merge(&space, low, high, total),
                     may_merge ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT);
    if (may_merge) {
        blocks[slot].size = total;
        mark(low, total, (uint16_t)(slot + 1));
        blocks[other].size = 0;
    }
}

static void model_join(void) {
    size_t start = random_below(POSITIONS / 512) * 512;
    bool may_join = range_begins[start] && start > 0 && marks[start - 1] != 0;
    ck_assert_int_eq(umfi_space_join(&space, start),
                     may_join ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT);
    range_begins[start] = range_begins[start] && !may_join;
}

static void model_compare(void) {
    ck_assert(umfi_space_check(&space));
    size_t live = 0, unused = 0;
    bool agrees = true; /* one assertion, as each costs a system call */
    for (size_t i = 0; i < POSITIONS; i++) {
        bool is_live = marks[i] != 0 && marks[i] != FREE;
        live += is_live;
        unused += marks[i] == FREE;
        const struct umfi_space_block *found = umfi_space_find(&space, i);
        agrees = agrees && is_live == (found != NULL) &&
                 (!found || (found->start == blocks[marks[i] - 1].start &&
                             found->size == blocks[marks[i] - 1].size));
    }
    ck_assert(agrees);
    ck_assert_uint_eq(space.live_bytes, live);
    ck_assert_uint_eq(space.free_bytes, unused);
}

static void model_step(bool may_fail) {
    switch (random_below(may_fail ? 9 : 10)) {
    case 0: case 1: case 2: case 3:
        model_take(may_fail);
        break;
    case 4: case 5: case 6:
        model_give();
        break;
    case 7:
        model_split();
        break;
    case 8:
        model_merge();
        break;
    default:
        if (random_below(50) == 0) {
            model_join();
        } else if (random_below(20) == 0) {
            model_add(random_below(POSITIONS / 512) * 512, 512);
        }
    }
}

static void model_end(void) {
    umfi_space_fini(&space);
    ck_assert_int_eq(nodes_in_use, 0);
}

START_TEST(random_operations_agree_with_the_oracle) {
    for (uint64_t seed = 1; seed <= 6; seed++) {
        model_begin(seed);
        model_add(512, 1024);
        for (int step = 0; step < 8000; step++) {
            model_step(false);
            if (step % 64 == 0) {
                model_compare();
            }
        }
        model_compare();
        model_end();
    }
}
END_TEST

START_TEST(a_failing_node_changes_nothing) {
    for (long nth = 1; nth <= 60; nth++) {
        model_begin((uint64_t)nth);
        model_add(0, 4096);
        for (int step = 0; step < 120; step++) {
            allocs_to_failure = nth % 3 + 1; /* some call of every few fails */
            model_step(true);
            allocs_to_failure = 0;
            ck_assert(umfi_space_check(&space));
        }
        model_compare();
        model_end();
    }
    model_begin(1);
    allocs_to_failure = 1;
    ck_assert_int_eq(umfi_space_add(&space, 0, 16), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    ck_assert(umfi_space_check(&space));
    model_end();
}
END_TEST

START_TEST(a_range_may_end_at_the_last_position_but_not_behind) {
    size_t start = 0, freed = 0;
    umfi_space_init(&space, &memory, GRANULE);
    ck_assert_int_eq(umfi_space_add(&space, SIZE_MAX - 15, 17), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(umfi_space_add(&space, SIZE_MAX - 15, 15));
    ck_assert_int_eq(umfi_space_take(&space, 16, 0, &start), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    ck_assert_int_eq(umfi_space_take(&space, SIZE_MAX, 64, &start),
                     UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    ck_ok(umfi_space_take(&space, 15, 0, &start));
    ck_assert_uint_eq(start, SIZE_MAX - 15);
    ck_ok(umfi_space_give(&space, start, 15, &freed));
    ck_assert_int_eq(umfi_space_take(&space, 1, SIZE_MAX / 2 + 1, &start),
                     UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    model_end();
}
END_TEST

START_TEST(many_small_blocks_leave_their_gaps_out_of_the_search) {
    enum { COUNT = 20000, PAGE = 4096 };
    size_t start = 0, freed = 0;
    umfi_space_init(&space, &memory, PAGE);
    ck_ok(umfi_space_add(&space, 0, (size_t)COUNT * PAGE));
    bool is_packed = true;
    for (size_t i = 0; i < COUNT; i++) {
        is_packed = is_packed && umfi_space_take(&space, 10, 0, &start) == UMF_RESULT_SUCCESS &&
                    start == i * PAGE;
    }
    ck_assert(is_packed);
    ck_assert_int_eq(umfi_space_take(&space, 10, 0, &start), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    for (size_t i = 0; i < COUNT; i++) {
        is_packed = is_packed && !umfi_space_give(&space, i * PAGE, 10, &freed);
    }
    ck_assert(is_packed);
    ck_assert_uint_eq(space.free_blocks, 1);
    ck_assert(umfi_space_check(&space));
    model_end();
}
END_TEST

SUITE_MAIN("base/space", random_operations_agree_with_the_oracle, a_failing_node_changes_nothing,
           a_range_may_end_at_the_last_position_but_not_behind,
           many_small_blocks_leave_their_gaps_out_of_the_search)
