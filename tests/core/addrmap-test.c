/*
 * addrmap-test.c - the address map's rules, a case each.
 *
 * Addresses are made up; the map never looks behind them.
 */
#include "core/addrmap.h"

#include <string.h>

#include "core/meta.h"
#include "suite.h"

#define KIB ((uintptr_t)1 << 10)
#define MIB ((uintptr_t)1 << 20)
#define GIB ((uintptr_t)1 << 30)
#define TIB ((uintptr_t)1 << 40)
#define AT (5 * TIB + 7 * GIB) /* where most cases play */

static struct umfi_addrmap map;
static size_t in_use_before;
static char red, green, blue; /* owners */

static void start(void) {
    in_use_before = umfi_meta_in_use();
    umfi_addrmap_init(&map);
    ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &red), 0);
    ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &green), 0);
}

static void lawful(void) {
    const char *broken = umfi_addrmap_check(&map);
    ck_assert_msg(!broken, "not so: %s", broken);
}

static void finish(void) {
    lawful();
    umfi_addrmap_fini(&map);
    ck_assert_uint_eq(umfi_meta_in_use(), in_use_before);
}

static umf_result_t insert_as(uintptr_t base, size_t size, void *owner, uint16_t flags) {
    uint64_t id = 0;
    struct umfi_region_spec spec = {base, size, owner, base ^ size, flags, 3};
    umf_result_t result = umfi_addrmap_insert(&map, &spec, &id);
    ck_assert_int_eq(id != 0, result == UMF_RESULT_SUCCESS);
    lawful();
    return result;
}

static umf_result_t insert(uintptr_t base, size_t size, void *owner) { return insert_as(base, size, owner, 0); }

static void erase(uintptr_t base, void *owner) {
    struct umfi_taken taken;
    ck_assert(umfi_addrmap_take(&map, base, owner, &taken));
    umfi_addrmap_drop(&map, &taken);
    lawful();
}

/* The fast layer says the same as the exact map, or that it does not know. */
static void *owner_at(uintptr_t address) {
    struct umfi_region region = {0};
    bool slow;
    void *owner = umfi_addrmap_find(&map, address, &region) ? region.owner : NULL;
    void *fast = umfi_granules_find(&map.granules, address, &slow);
    ck_assert(slow || fast == owner);
    return owner;
}

static size_t size_at(uintptr_t address) {
    struct umfi_region region = {0};
    return umfi_addrmap_find_any(&map, address, &region) ? region.size : 0;
}

static void *fast_owner_at(uintptr_t address) {
    bool slow;
    void *owner = umfi_granules_find(&map.granules, address, &slow);
    ck_assert(!slow);
    return owner;
}

static bool is_slow(uintptr_t address) {
    bool slow;
    umfi_granules_find(&map.granules, address, &slow);
    return slow;
}

START_TEST(an_empty_map_knows_nothing) {
    static struct umfi_addrmap unused = UMFI_ADDRMAP_INITIALIZER;
    struct umfi_region region;
    ck_assert(!umfi_addrmap_find(&unused, 0, &region));
    ck_assert(!umfi_addrmap_find(&unused, AT, &region));
    ck_assert(!umfi_addrmap_find(&unused, UINTPTR_MAX, &region));
    start();
    ck_assert_ptr_null(owner_at(AT));
    ck_assert_uint_eq(umfi_addrmap_count(&map), 0);
    finish();
}
END_TEST

START_TEST(every_address_from_base_to_the_last_byte_is_found_and_none_beside) {
    static const size_t sizes[] = {1, 16, 100, 4095, 4096, 4097, 64 << 10, (64 << 10) + 8, 3 << 20, (2u << 30) + 5};
    static const uintptr_t offsets[] = {0, 8, 4088, 4096, 65536, 65536 - 4096, 3 * 4096 + 17};
    start();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizeof offsets / sizeof offsets[0]; j++) {
            uintptr_t base = AT + offsets[j], end = base + sizes[i];
            ck_ok(insert(base, sizes[i], &red));
            ck_assert_ptr_null(owner_at(base - 1));
            ck_assert_ptr_eq(owner_at(base), &red);
            ck_assert_ptr_eq(owner_at(base + sizes[i] / 2), &red);
            ck_assert_ptr_eq(owner_at(end - 1), &red);
            ck_assert_ptr_null(owner_at(end));
            erase(base, &red);
            ck_assert_ptr_null(owner_at(base));
        }
    }
    finish();
}
END_TEST

START_TEST(a_copy_holds_what_was_registered) {
    start();
    uint64_t first = 0, second = 0;
    struct umfi_region_spec spec = {AT, 5000, &red, 77, 0, 2};
    struct umfi_region region;
    ck_ok(umfi_addrmap_insert(&map, &spec, &first));
    ck_assert(umfi_addrmap_find(&map, AT + 4999, &region));
    ck_assert_uint_eq(region.id, first);
    ck_assert_uint_eq(region.base, AT);
    ck_assert_uint_eq(region.size, 5000);
    ck_assert_ptr_eq(region.owner, &red);
    ck_assert_uint_eq(region.word, 77);
    ck_assert_uint_eq(region.flags, 0);
    ck_assert_uint_eq(region.type, 2);
    ck_assert_ptr_null(region.aux);
    erase(AT, &red);
    ck_ok(umfi_addrmap_insert(&map, &spec, &second));
    ck_assert_uint_gt(second, first); /* the same range, another buffer */
    finish();
}
END_TEST

START_TEST(an_empty_range_and_one_past_57_bits_are_refused) {
    uintptr_t top = (uintptr_t)1 << 57;
    start();
    ck_assert_int_eq(insert(AT, 0, &red), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(top, 16, &red), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(top - 16, 17, &red), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(UINTPTR_MAX - 15, 16, &red), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(UINTPTR_MAX - 15, 32, &red), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(AT, SIZE_MAX, &red), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(insert(top - 16, 16, &red));
    ck_assert_ptr_eq(owner_at(top - 1), &red);
    ck_assert_ptr_null(owner_at(top));
    ck_ok(insert(0, top, &green));
    ck_assert_ptr_eq(owner_at(0), &green);
    ck_assert_ptr_eq(owner_at(top - 1), &red);
    finish();
}
END_TEST

START_TEST(the_innermost_of_nested_regions_answers) {
    start();
    ck_ok(insert(AT, GIB, &red));
    ck_ok(insert(AT + 2 * MIB, 2 * MIB, &green));
    ck_ok(insert(AT + 3 * MIB + 100, 200, &red));
    ck_assert_ptr_eq(owner_at(AT + 2 * MIB - 1), &red);
    ck_assert_ptr_eq(owner_at(AT + 2 * MIB), &green);
    ck_assert_uint_eq(size_at(AT + 3 * MIB + 99), 2 * MIB);
    ck_assert_uint_eq(size_at(AT + 3 * MIB + 100), 200);
    ck_assert_uint_eq(size_at(AT + 3 * MIB + 300), 2 * MIB);
    ck_assert_uint_eq(size_at(AT + 4 * MIB), GIB);
    finish();
}
END_TEST

START_TEST(of_equal_ranges_the_later_is_the_inner) {
    start();
    ck_ok(insert(AT, MIB + 24, &red));
    ck_ok(insert(AT, MIB + 24, &green));
    ck_assert_ptr_eq(owner_at(AT), &green);
    ck_assert_ptr_eq(owner_at(AT + MIB + 23), &green);
    erase(AT, &red); /* the outer one goes first */
    ck_assert_ptr_eq(owner_at(AT), &green);
    ck_ok(insert(AT, MIB + 24, &red));
    ck_assert_ptr_eq(owner_at(AT), &red);
    erase(AT, &red);
    erase(AT, &green);
    ck_assert_ptr_null(owner_at(AT));
    finish();
}
END_TEST

START_TEST(a_region_around_live_ones_is_their_outer_one) {
    start();
    ck_ok(insert(AT + 100, 50, &green));
    ck_ok(insert(AT + MIB, MIB, &green));
    ck_ok(insert(AT + MIB, 64 * KIB, &red));
    ck_ok(insert(AT, 3 * MIB, &red));
    ck_assert_uint_eq(size_at(AT + 99), 3 * MIB);
    ck_assert_uint_eq(size_at(AT + 100), 50);
    ck_assert_uint_eq(size_at(AT + MIB), 64 * KIB);
    ck_assert_uint_eq(size_at(AT + MIB + 64 * KIB), MIB);
    erase(AT, &red);
    ck_assert_uint_eq(size_at(AT + 99), 0);
    ck_assert_uint_eq(size_at(AT + MIB + 64 * KIB), MIB);
    finish();
}
END_TEST

START_TEST(a_region_that_sticks_out_is_refused) {
    start();
    ck_ok(insert(AT + MIB, MIB, &red));
    ck_ok(insert(AT + MIB, 100, &red));
    ck_ok(insert(AT + 2 * MIB - 100, 100, &red));
    ck_assert_int_eq(insert(AT, MIB + 1, &green), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(AT + 2 * MIB - 1, 2, &green), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(AT + MIB + 99, 2, &green), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(AT + MIB + 50, MIB, &green), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(insert(AT + MIB + 1, MIB - 101, &green), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(insert(AT, MIB, &green));
    ck_ok(insert(AT + 2 * MIB, 1, &green));
    ck_ok(insert(AT + MIB + 100, MIB - 200, &green));
    ck_assert_uint_eq(umfi_addrmap_count(&map), 6);
    finish();
}
END_TEST

START_TEST(eight_levels_nest_and_a_ninth_is_refused_on_any_side) {
    start();
    for (uintptr_t i = 0; i < 8; i++) {
        ck_ok(insert(AT + i * 24, MIB - i * 1000, &red));
    }
    ck_assert_int_eq(insert(AT + 200, 10, &green), UMF_RESULT_ERROR_OUT_OF_RESOURCES);        /* inside */
    ck_assert_int_eq(insert(AT - 10, GIB, &green), UMF_RESULT_ERROR_OUT_OF_RESOURCES);        /* around */
    ck_assert_int_eq(insert(AT + 24, MIB - 1000, &green), UMF_RESULT_ERROR_OUT_OF_RESOURCES); /* between */
    ck_assert_uint_eq(umfi_addrmap_count(&map), 8);
    ck_ok(insert(AT + MIB - 1, 1, &green)); /* the second level here */
    erase(AT + 24, &red);
    ck_ok(insert(AT + 200, 10, &green));
    finish();
}
END_TEST

START_TEST(a_tebibyte_is_a_few_slots) {
    start();
    uint64_t stores = map.slot_stores;
    size_t in_use = umfi_meta_in_use();
    ck_ok(insert(64 * TIB, TIB, &red));
    ck_assert_uint_le(map.slot_stores - stores, 2);
    ck_assert_uint_lt(umfi_meta_in_use() - in_use, 256 * KIB);
    stores = map.slot_stores;
    ck_ok(insert(96 * TIB + 4096, TIB, &red));
    ck_assert_uint_le(map.slot_stores - stores, 4 * 512);
    ck_assert_ptr_null(owner_at(96 * TIB + 4095));
    ck_assert_ptr_eq(owner_at(97 * TIB + 4095), &red);
    ck_assert_ptr_null(owner_at(97 * TIB + 4096));
    finish();
}
END_TEST

START_TEST(addresses_past_48_bits_are_found_by_the_exact_map) {
    uintptr_t border = (uintptr_t)1 << 48;
    start();
    ck_ok(insert(border - MIB, 2 * MIB, &red));
    ck_ok(insert(border * 3 + 40, 100, &green));
    ck_assert_ptr_eq(owner_at(border - 1), &red);
    ck_assert(is_slow(border));
    ck_assert_ptr_eq(owner_at(border), &red);
    ck_assert_ptr_null(owner_at(border + MIB));
    ck_assert_ptr_eq(owner_at(border * 3 + 139), &green);
    ck_assert_ptr_null(owner_at(border * 3 + 140));
    finish();
}
END_TEST

START_TEST(a_page_holds_a_region_for_each_byte) {
    start();
    for (uintptr_t i = 0; i < 4096; i++) {
        uint64_t id;
        struct umfi_region_spec spec = {AT + i, 1, i % 2 ? &red : &green, i, 0, 0};
        ck_ok(umfi_addrmap_insert(&map, &spec, &id));
    }
    lawful();
    for (uintptr_t i = 0; i < 4096; i++) {
        ck_assert_ptr_eq(owner_at(AT + i), i % 2 ? &red : &green);
    }
    umfi_addrmap_remove_owner(&map, &red, NULL, NULL);
    for (uintptr_t i = 0; i < 4096; i++) {
        ck_assert_ptr_eq(owner_at(AT + i), i % 2 ? NULL : (void *)&green);
    }
    finish();
}
END_TEST

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

START_TEST(hidden_regions_are_for_their_owner_only) {
    struct umfi_region region;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_ok(insert_as(AT + 4096, 8192, &blue, UMFI_REGION_HIDDEN));
    ck_ok(insert(AT + 8192, 4096, &green));
    ck_ok(insert_as(AT + 2 * MIB + 10, 100, &blue, UMFI_REGION_HIDDEN));
    ck_assert_ptr_eq(owner_at(AT + 4096), &red);
    ck_assert_ptr_eq(owner_at(AT + 8192), &green);
    ck_assert_ptr_null(owner_at(AT + 2 * MIB + 10));
    ck_assert_ptr_null(fast_owner_at(AT + 2 * MIB + 10));
    erase(AT + 8192, &green);
    ck_assert_ptr_eq(fast_owner_at(AT + 4096), &red);
    ck_ok(insert(AT + 8192, 4096, &green));
    ck_assert(umfi_addrmap_find_any(&map, AT + 4096, &region));
    ck_assert_ptr_eq(region.owner, &blue);
    ck_assert_uint_eq(region.flags, UMFI_REGION_HIDDEN);
    ck_assert(umfi_addrmap_find_owned(&map, AT + 8192, &blue, &region));
    ck_assert_uint_eq(region.size, 8192);
    finish();
}
END_TEST

START_TEST(an_owner_finds_its_own_region_behind_those_inside) {
    struct umfi_region region;
    start();
    ck_ok(insert(AT, GIB, &red));
    ck_ok(insert(AT, MIB, &green));
    ck_ok(insert(AT, 64 * KIB, &blue));
    ck_ok(insert(AT, 4096, &green));
    ck_assert(umfi_addrmap_find_owned(&map, AT, &red, &region));
    ck_assert_uint_eq(region.size, GIB);
    ck_assert(umfi_addrmap_find_owned(&map, AT, &green, &region));
    ck_assert_uint_eq(region.size, 4096);
    ck_assert(umfi_addrmap_find_owned(&map, AT + 4096, &green, &region));
    ck_assert_uint_eq(region.size, MIB);
    ck_assert(!umfi_addrmap_find_owned(&map, AT + MIB, &green, &region));
    ck_assert(!umfi_addrmap_find_owned(&map, AT + MIB, &map, &region));
    finish();
}
END_TEST

START_TEST(words_are_set_by_their_owner_alone) {
    struct umfi_region region;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_assert(!umfi_addrmap_set_word(&map, AT, &green, 5));
    ck_assert(!umfi_addrmap_set_word(&map, AT + 1, &red, 5));
    ck_assert(umfi_addrmap_set_word(&map, AT, &red, 5));
    ck_assert(umfi_addrmap_find(&map, AT + 4096, &region));
    ck_assert_uint_eq(region.word, 5);
    finish();
}
END_TEST

START_TEST(an_aux_pointer_stays_with_its_region_and_leaves_in_the_copy) {
    struct umfi_region region;
    struct umfi_taken taken;
    start();
    ck_ok(insert(AT, MIB, &red));
    ck_assert(umfi_addrmap_find(&map, AT, &region));
    ck_assert(umfi_addrmap_aux_set(&map, &region, NULL, &blue));
    ck_assert(!umfi_addrmap_aux_set(&map, &region, NULL, &green));
    ck_assert(umfi_addrmap_take(&map, AT, &red, &taken));
    ck_assert_ptr_eq(taken.region.aux, &blue);
    ck_assert(!umfi_addrmap_aux_set(&map, &region, &blue, NULL));
    ck_assert(umfi_addrmap_restore(&map, &taken));
    ck_assert(umfi_addrmap_aux_set(&map, &region, &blue, &green));
    erase(AT, &red);
    ck_ok(insert(AT, MIB, &red)); /* perhaps in the same entry */
    ck_assert(!umfi_addrmap_aux_set(&map, &region, &green, &blue));
    ck_assert(umfi_addrmap_find(&map, AT, &region));
    ck_assert_ptr_null(region.aux);
    finish();
}
END_TEST

static void sum_sizes(const struct umfi_region *region, void *context) { *(size_t *)context += region->size; }

START_TEST(an_owner_leaves_with_all_its_regions) {
    size_t gone = 0;
    start();
    ck_ok(insert(AT, GIB, &red));
    for (uintptr_t i = 0; i < 100; i++) {
        ck_ok(insert(AT + i * 10000, 9000, &green));
        ck_ok(insert(AT + i * 10000 + 10, 10, &red));
    }
    umfi_addrmap_remove_owner(&map, &green, sum_sizes, &gone);
    lawful();
    ck_assert_uint_eq(gone, 900000);
    ck_assert_uint_eq(umfi_addrmap_count(&map), 101);
    umfi_addrmap_remove_owner(&map, &green, sum_sizes, &gone);
    umfi_addrmap_remove_owner(&map, &red, NULL, NULL);
    ck_assert_uint_eq(umfi_addrmap_count(&map), 0);
    ck_assert_uint_eq(gone, 900000);
    finish();
}
END_TEST

struct tour {
    uintptr_t last;
    size_t count;
};

static void tour_visit(const struct umfi_region *region, void *context) {
    struct tour *tour = context;
    ck_assert_uint_ge(region->base, tour->last);
    tour->last = region->base;
    tour->count++;
}

START_TEST(each_visits_every_region_by_rising_address) {
    struct tour tour = {0};
    struct umfi_taken taken;
    start();
    ck_ok(insert(0, 4096, &red));
    ck_ok(insert(AT, GIB, &red));
    ck_ok(insert(AT, GIB, &green));
    ck_ok(insert(AT, GIB, &red));
    ck_assert(umfi_addrmap_take(&map, AT, &green, &taken));
    ck_assert(umfi_addrmap_restore(&map, &taken)); /* the innermost now, with an old id */
    for (uintptr_t i = 0; i < 50; i++) {
        ck_ok(insert(AT + i * 100, 100, &red));
    }
    umfi_addrmap_each(&map, tour_visit, &tour);
    ck_assert_uint_eq(tour.count, 54);
    finish();
}
END_TEST

START_TEST(slabs_that_straddle_granules_read_fast) {
    start();
    uintptr_t base = AT + 5 * 4096;
    for (uintptr_t i = 0; i < 64; i++) {
        ck_ok(insert(base + i * 64 * KIB, 64 * KIB, i % 2 ? &red : &green));
    }
    ck_assert_ptr_null(fast_owner_at(base - 1));
    for (uintptr_t i = 0; i < 64; i++) {
        ck_assert_ptr_eq(fast_owner_at(base + i * 64 * KIB), i % 2 ? &red : &green);
        ck_assert_ptr_eq(fast_owner_at(base + i * 64 * KIB + 64 * KIB - 1), i % 2 ? &red : &green);
    }
    ck_assert_ptr_null(fast_owner_at(base + 4 * MIB));
    finish();
}
END_TEST

START_TEST(what_a_word_cannot_say_reads_slow) {
    start();
    ck_ok(insert(AT + 4096, 4096, &red)); /* two borders */
    ck_assert(is_slow(AT));
    ck_ok(insert(AT + MIB, 64 * KIB - 8, &red)); /* the last page is shared with nobody */
    ck_assert_ptr_eq(fast_owner_at(AT + MIB), &red);
    ck_assert(is_slow(AT + MIB + 60 * KIB));
    ck_assert_ptr_null(fast_owner_at(AT + MIB + 64 * KIB));
    ck_ok(insert(AT + GIB, MIB, &blue)); /* no index */
    ck_assert(is_slow(AT + GIB + 5));
    ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &blue), 0);
    ck_assert_ptr_eq(fast_owner_at(AT + GIB + 5), &blue);
    finish();
}
END_TEST

START_TEST(sixteen_thousand_owners_have_an_index_and_more_read_slow) {
    static char owners[UMFI_GRANULE_OWNERS];
    start();
    for (size_t i = 0; i < UMFI_GRANULE_OWNERS - 4; i++) {
        ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &owners[i]), 0);
    }
    ck_assert_uint_eq(umfi_addrmap_owner_add(&map, &blue), 0);
    ck_ok(insert(AT, MIB, &blue));
    ck_assert(is_slow(AT));
    ck_assert_ptr_eq(owner_at(AT), &blue);
    for (size_t i = 0; i < UMFI_GRANULE_OWNERS - 4; i++) {
        umfi_addrmap_owner_remove(&map, &owners[i]);
    }
    umfi_addrmap_owner_remove(&map, &blue);
    ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &blue), 0);
    ck_assert_ptr_eq(fast_owner_at(AT), &blue);
    finish();
}
END_TEST

START_TEST(an_owners_index_lasts_until_its_last_region) {
    start();
    ck_ok(insert(AT, MIB, &red));
    umfi_addrmap_owner_remove(&map, &red);
    umfi_addrmap_owner_remove(&map, &red);
    ck_assert_ptr_eq(fast_owner_at(AT), &red);
    erase(AT, &red);
    ck_assert_ptr_null(fast_owner_at(AT));
    finish();
}
END_TEST

START_TEST(without_memory_for_a_leaf_the_fast_layer_is_slow_and_heals) {
    uintptr_t other = AT + 4 * GIB + 2 * MIB;
    start();
    ck_ok(insert_as(other, 64 * KIB, &red, UMFI_REGION_HIDDEN)); /* makes all but that leaf */
    erase(other, &red);
    umfi_meta_fail_nth(1);
    ck_ok(insert(other, 64 * KIB, &red));
    ck_assert(umfi_meta_has_failed());
    ck_assert(is_slow(other) && is_slow(other + 64 * MIB));
    ck_assert_ptr_eq(owner_at(other), &red);
    ck_ok(insert(other + MIB, 64 * KIB, &green));
    ck_assert_ptr_eq(fast_owner_at(other), &red);
    ck_assert_ptr_eq(fast_owner_at(other + MIB), &green);
    finish();
}
END_TEST

START_TEST(a_huge_region_turns_leaves_aside_and_back) {
    start();
    ck_ok(insert(AT, 64 * KIB, &red));
    erase(AT, &red);
    ck_ok(insert(5 * TIB, TIB, &green));
    ck_assert_ptr_eq(fast_owner_at(AT), &green);
    ck_ok(insert(AT, 64 * KIB, &red));
    ck_assert_ptr_eq(fast_owner_at(AT), &red);
    ck_assert_ptr_eq(fast_owner_at(AT + 64 * KIB), &green);
    ck_assert_ptr_eq(fast_owner_at(6 * TIB - 1), &green);
    ck_assert_ptr_null(fast_owner_at(6 * TIB));
    erase(5 * TIB, &green);
    ck_assert_ptr_eq(fast_owner_at(AT), &red);
    ck_assert_ptr_null(fast_owner_at(AT - 1));
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

SUITE_MAIN("core/addrmap", an_empty_map_knows_nothing,
           every_address_from_base_to_the_last_byte_is_found_and_none_beside, a_copy_holds_what_was_registered,
           an_empty_range_and_one_past_57_bits_are_refused, the_innermost_of_nested_regions_answers,
           of_equal_ranges_the_later_is_the_inner, a_region_around_live_ones_is_their_outer_one,
           a_region_that_sticks_out_is_refused, eight_levels_nest_and_a_ninth_is_refused_on_any_side,
           a_tebibyte_is_a_few_slots, addresses_past_48_bits_are_found_by_the_exact_map,
           a_page_holds_a_region_for_each_byte, what_is_taken_is_unknown_and_comes_back_as_it_was,
           a_return_nests_with_what_came_meanwhile_or_is_dropped,
           a_split_leaves_two_and_a_merge_one_with_the_low_ones_word,
           a_split_wants_the_exact_region_and_a_free_cut,
           a_merge_wants_two_neighbours_of_one_owner_under_one_roof, a_cancelled_reshape_leaves_no_trace,
           a_reshape_whose_region_left_commits_nothing, hidden_regions_are_for_their_owner_only,
           an_owner_finds_its_own_region_behind_those_inside, words_are_set_by_their_owner_alone,
           an_aux_pointer_stays_with_its_region_and_leaves_in_the_copy, an_owner_leaves_with_all_its_regions,
           each_visits_every_region_by_rising_address, slabs_that_straddle_granules_read_fast,
           what_a_word_cannot_say_reads_slow, sixteen_thousand_owners_have_an_index_and_more_read_slow,
           an_owners_index_lasts_until_its_last_region,
           without_memory_for_a_leaf_the_fast_layer_is_slow_and_heals,
           a_huge_region_turns_leaves_aside_and_back, every_failing_allocation_leaves_the_map_lawful)
