/*
 * addrmap-change-test.c - regions of the address map that are taken and come back,
 * are split and merged, and what a failing allocation leaves.
 */
#include "addrmap_scene.h"

START_TEST(what_is_taken_is_unknown_and_comes_back_as_it_was) {
    struct umfi_taken taken;
    struct umfi_region before = {0}, after = {0};
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_ok(insert(AT + 100, 5000, &green));
    ck_ok(insert(AT + 200, 8, &red));
    ck_assert(umfi_addrmap_find(&map, AT + 100, &before));
    ck_assert(!umfi_addrmap_take(&map, AT + 100, &red, &taken));
    ck_assert(!umfi_addrmap_take(&map, AT + 101, &green, &taken));
    ck_assert(umfi_addrmap_take(&map, AT + 100, &green, &taken));
    lawful();
    ck_assert_ptr_eq(owner_at(AT + 100), &red);
    ck_assert_uint_eq(size_at(AT + 200), 8);
    umfi_meta_fail_nth(1);
    ck_assert(umfi_addrmap_restore(&map, &taken));
    ck_assert(!umfi_meta_has_failed());
    umfi_meta_fail_nth(0);
    lawful();
    ck_assert(umfi_addrmap_find(&map, AT + 100, &after));
    ck_assert_uint_eq(before.id, after.id);
    ck_assert_uint_eq(before.size, after.size);
    ck_assert_uint_eq(before.word, after.word);
    ck_assert_uint_eq(size_at(AT + 200), 8);
    finish();
}
END_TEST

START_TEST(a_return_nests_with_what_came_meanwhile_or_is_dropped) {
    struct umfi_taken taken;
    start();
    ck_ok(insert(AT + 100, 5000, &red));
    ck_assert(umfi_addrmap_take(&map, AT + 100, &red, &taken));
    ck_ok(insert(AT, MIB, &green));
    ck_ok(insert(AT + 200, 100, &green));
    ck_assert(umfi_addrmap_restore(&map, &taken));
    lawful();
    ck_assert_ptr_eq(owner_at(AT + 100), &red);
    ck_assert_ptr_eq(owner_at(AT + 200), &green);
    ck_assert(umfi_addrmap_take(&map, AT + 100, &red, &taken));
    ck_ok(insert(AT + 5000, 200, &green)); /* across its end */
    ck_assert(!umfi_addrmap_restore(&map, &taken));
    lawful();
    ck_assert_ptr_eq(owner_at(AT + 100), &green);
    ck_assert_uint_eq(umfi_addrmap_count(&map), 3);
    finish();
}
END_TEST

START_TEST(a_split_leaves_two_and_a_merge_one_with_the_low_ones_word) {
    struct umfi_split split = {AT + 100, MIB, 4096 * 3 + 7, &red};
    struct umfi_merge merge = {AT + 100, AT + 100 + 4096 * 3 + 7, MIB, &red};
    struct umfi_reshape reshape;
    struct umfi_region low = {0}, high = {0}, whole = {0};
    start();
    ck_ok(insert(AT + 100, MIB, &red));
    ck_ok(insert(AT + 100, 50, &green));
    ck_ok(insert(AT + MIB, 100, &green));
    ck_assert(umfi_addrmap_find(&map, AT + 200, &whole));
    ck_ok(umfi_addrmap_split_prepare(&map, &split, &reshape));
    lawful();
    ck_assert_uint_eq(size_at(AT + 200), MIB); /* nothing yet */
    umfi_meta_fail_nth(1);
    ck_assert(umfi_addrmap_reshape_commit(&map, &reshape));
    ck_assert(!umfi_meta_has_failed());
    umfi_meta_fail_nth(0);
    lawful();
    ck_assert_uint_eq(reshape.old[0].id, whole.id);
    ck_assert(umfi_addrmap_find(&map, merge.high - 1, &low));
    ck_assert(umfi_addrmap_find(&map, merge.high, &high));
    ck_assert_uint_eq(low.size, split.first);
    ck_assert_uint_eq(high.size, MIB - split.first);
    ck_assert_uint_eq(low.word, whole.word);
    ck_assert_uint_eq(high.word, whole.word);
    ck_assert(low.id != whole.id && high.id != whole.id && low.id != high.id);
    ck_assert_uint_eq(size_at(AT + 100), 50);
    ck_assert_uint_eq(size_at(AT + MIB), 100);
    ck_assert(umfi_addrmap_set_word(&map, AT + 100, &red, 4711));
    ck_ok(umfi_addrmap_merge_prepare(&map, &merge, &reshape));
    ck_assert(umfi_addrmap_reshape_commit(&map, &reshape));
    lawful();
    ck_assert(umfi_addrmap_find(&map, merge.high, &whole));
    ck_assert_uint_eq(whole.base, AT + 100);
    ck_assert_uint_eq(whole.size, MIB);
    ck_assert_uint_eq(whole.word, 4711);
    ck_assert_uint_eq(umfi_addrmap_count(&map), 3);
    finish();
}
END_TEST

START_TEST(a_split_wants_the_exact_region_and_a_free_cut) {
    const struct umfi_split wrong[] = {
        {AT + 1, MIB, 4096, &red},     {AT, MIB - 1, 4096, &red}, {AT, MIB, 0, &red},
        {AT, MIB, MIB, &red},          {AT, MIB, MIB + 1, &red},  {AT, MIB, 4096, &green},
        {AT + 2 * MIB, 0, 4096, &red}, {AT, 0, 0, &red},          {AT, MIB, 64 * KIB + 50, &red},
    };
    struct umfi_reshape reshape;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_ok(insert(AT + 64 * KIB, 100, &green));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        umf_result_t result = umfi_addrmap_split_prepare(&map, &wrong[i], &reshape);
        ck_assert_int_eq(result, UMF_RESULT_ERROR_INVALID_ARGUMENT);
    }
    finish();
}
END_TEST

START_TEST(a_merge_wants_two_neighbours_of_one_owner_under_one_roof) {
    const struct umfi_merge wrong[] = {
        {AT, AT + MIB, 2 * MIB - 1, &red},
        {AT, AT + MIB, 2 * MIB, &green},
        {AT, AT + 2 * MIB, 3 * MIB, &red},
        {AT + MIB, AT, 2 * MIB, &red},
        {AT, AT, MIB, &red},
        {AT + 1, AT + MIB, 2 * MIB - 1, &red},
        {AT + 5 * MIB, AT + 6 * MIB, 2 * MIB, &red}, /* the second has a roof of its own */
        {AT + MIB, AT + 2 * MIB, 2 * MIB, &red},     /* the second is green's */
    };
    struct umfi_reshape reshape;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_ok(insert(AT + MIB, MIB, &red));
    ck_ok(insert(AT + 2 * MIB, MIB, &green));
    ck_ok(insert(AT + 5 * MIB, MIB, &red));
    ck_ok(insert(AT + 6 * MIB, MIB, &green));
    ck_ok(insert(AT + 6 * MIB, MIB, &red));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        umf_result_t result = umfi_addrmap_merge_prepare(&map, &wrong[i], &reshape);
        ck_assert_int_eq(result, UMF_RESULT_ERROR_INVALID_ARGUMENT);
    }
    finish();
}
END_TEST

START_TEST(a_cancelled_reshape_leaves_no_trace) {
    struct umfi_split split = {AT, MIB, 100, &red};
    struct umfi_merge merge = {AT + MIB, AT + 2 * MIB, 2 * MIB, &red};
    struct umfi_reshape reshape;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_ok(insert(AT + MIB, MIB, &red));
    ck_ok(insert(AT + 2 * MIB, MIB, &red));
    ck_ok(umfi_addrmap_split_prepare(&map, &split, &reshape));
    umfi_addrmap_reshape_cancel(&map, &reshape);
    lawful();
    ck_ok(umfi_addrmap_merge_prepare(&map, &merge, &reshape));
    umfi_addrmap_reshape_cancel(&map, &reshape);
    ck_assert_uint_eq(size_at(AT), MIB);
    ck_assert_uint_eq(map.edges, 0);
    finish();
}
END_TEST

START_TEST(a_reshape_whose_region_left_commits_nothing) {
    struct umfi_split split = {AT, MIB, 100, &red};
    struct umfi_reshape reshape;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_ok(umfi_addrmap_split_prepare(&map, &split, &reshape));
    ck_ok(insert(AT + 50, 100, &green)); /* across the cut */
    ck_assert(!umfi_addrmap_reshape_commit(&map, &reshape));
    erase(AT + 50, &green);
    ck_ok(umfi_addrmap_split_prepare(&map, &split, &reshape));
    erase(AT, &red);
    ck_assert(!umfi_addrmap_reshape_commit(&map, &reshape));
    ck_assert_uint_eq(umfi_addrmap_count(&map), 0);
    ck_assert_uint_eq(map.edges, 0);
    finish();
}
END_TEST

static bool reshape_try(umf_result_t prepared, struct umfi_reshape *reshape) {
    bool is_prepared = prepared == UMF_RESULT_SUCCESS;
    ck_assert(is_prepared || prepared == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    ck_assert(!is_prepared || umfi_addrmap_reshape_commit(&map, reshape));
    lawful();
    return is_prepared;
}

/* Stops at the first call that found no memory. */
static bool round_of_changes(void) {
    const struct umfi_region_spec specs[] = {
        {AT, GIB, &red, 1, 0, 0},
        {AT + 100, 5000, &green, 2, 0, 0},
        {AT + 3 * GIB + 5, 2 * TIB, &blue, 3, 0, 0},
        {AT + 4096, 30, &red, 4, UMFI_REGION_HIDDEN, 0},
    };
    const struct umfi_split split = {AT + 3 * GIB + 5, 2 * TIB, TIB + 77, &blue};
    const struct umfi_merge merge = {split.base, split.base + split.first, split.total, &blue};
    struct umfi_reshape reshape;
    uint64_t id;
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        if (umfi_addrmap_insert(&map, &specs[i], &id) != UMF_RESULT_SUCCESS) {
            ck_assert_uint_eq(umfi_addrmap_count(&map), i);
            return false;
        }
    }
    return reshape_try(umfi_addrmap_split_prepare(&map, &split, &reshape), &reshape) &&
           reshape_try(umfi_addrmap_merge_prepare(&map, &merge, &reshape), &reshape);
}

START_TEST(every_failing_allocation_leaves_the_map_lawful) {
    bool is_done = false;
    for (long n = 1; !is_done; n++) {
        start();
        umfi_meta_fail_nth(n);
        is_done = round_of_changes() && !umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        lawful();
        umfi_addrmap_remove_owner(&map, &red, NULL, NULL);
        umfi_addrmap_remove_owner(&map, &green, NULL, NULL);
        umfi_addrmap_remove_owner(&map, &blue, NULL, NULL);
        ck_assert_uint_eq(map.edges, 0);
        finish();
        ck_assert_int_lt(n, 100);
    }
}
END_TEST

SUITE_MAIN("core/addrmap-change", what_is_taken_is_unknown_and_comes_back_as_it_was,
           a_return_nests_with_what_came_meanwhile_or_is_dropped,
           a_split_leaves_two_and_a_merge_one_with_the_low_ones_word,
           a_split_wants_the_exact_region_and_a_free_cut,
           a_merge_wants_two_neighbours_of_one_owner_under_one_roof, a_cancelled_reshape_leaves_no_trace,
           a_reshape_whose_region_left_commits_nothing, every_failing_allocation_leaves_the_map_lawful)
