/* arena-test.c - the metadata arena: alignment, zeroing, reuse, the books. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "suite.h"

static struct umfi_arena arena;

static bool is_filled_with(const unsigned char *block, size_t size, unsigned char byte) {
    for (size_t b = 0; b < size; b++) {
        if (block[b] != byte) {
            return false;
        }
    }
    return true;
}

START_TEST(every_size_is_aligned_zeroed_and_its_own) {
    umfi_arena_init(&arena, UMFI_RANK_META);
    enum { COUNT = 3000 };
    static unsigned char *blocks[COUNT];
    static size_t sizes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = i < 2000 ? i : i * 31;
        blocks[i] = umfi_arena_alloc(&arena, sizes[i]);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % UMFI_ARENA_ALIGNMENT, 0);
        ck_assert(is_filled_with(blocks[i], sizes[i], 0));
        memset(blocks[i], (int)(i % 251) + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert(is_filled_with(blocks[i], sizes[i], (unsigned char)(i % 251 + 1)));
        umfi_arena_free(&arena, blocks[i], sizes[i]);
    }
    ck_assert_uint_eq(umfi_arena_in_use(&arena), 0);
    umfi_arena_fini(&arena);
}
END_TEST

START_TEST(a_freed_block_is_handed_out_again_zeroed) {
    umfi_arena_init(&arena, UMFI_RANK_META);
    unsigned char *first = umfi_arena_alloc(&arena, 100);
    memset(first, 0x5a, 100);
    umfi_arena_free(&arena, first, 100);
    unsigned char *second = umfi_arena_alloc(&arena, 98); /* the same class */
    ck_assert_ptr_eq(first, second);
    ck_assert(is_filled_with(second, 98, 0));
    umfi_arena_free(&arena, second, 98);
    umfi_arena_fini(&arena);
}
END_TEST

START_TEST(an_impossible_size_is_null_and_leaves_the_books) {
    umfi_arena_init(&arena, UMFI_RANK_META);
    ck_assert_ptr_null(umfi_arena_alloc(&arena, SIZE_MAX / 2));
    ck_assert_uint_eq(umfi_arena_in_use(&arena), 0);
    umfi_arena_free(&arena, NULL, 17);
    ck_assert_uint_eq(umfi_arena_in_use(&arena), 0);
    umfi_arena_fini(&arena);
}
END_TEST

SUITE_MAIN("base/arena", every_size_is_aligned_zeroed_and_its_own,
           a_freed_block_is_handed_out_again_zeroed,
           an_impossible_size_is_null_and_leaves_the_books)
