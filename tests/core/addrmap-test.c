/*
 * addrmap-test.c - what the address map finds, a case each: ranges, nesting, hidden
 * regions, owners, words.
 */
#include "addrmap_scene.h"

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

SUITE_MAIN("core/addrmap", an_empty_map_knows_nothing,
           every_address_from_base_to_the_last_byte_is_found_and_none_beside, a_copy_holds_what_was_registered,
           an_empty_range_and_one_past_57_bits_are_refused, the_innermost_of_nested_regions_answers,
           of_equal_ranges_the_later_is_the_inner, a_region_around_live_ones_is_their_outer_one,
           a_region_that_sticks_out_is_refused, eight_levels_nest_and_a_ninth_is_refused_on_any_side,
           a_tebibyte_is_a_few_slots, addresses_past_48_bits_are_found_by_the_exact_map,
           a_page_holds_a_region_for_each_byte, hidden_regions_are_for_their_owner_only,
           an_owner_finds_its_own_region_behind_those_inside, words_are_set_by_their_owner_alone,
           an_aux_pointer_stays_with_its_region_and_leaves_in_the_copy, an_owner_leaves_with_all_its_regions,
           each_visits_every_region_by_rising_address)
