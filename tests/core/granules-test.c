/*
 * granules-test.c - the fast layer of the address map: what it can say, and when it
 * says that it does not know.
 */
#include "addrmap_scene.h"

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

SUITE_MAIN("core/granules", slabs_that_straddle_granules_read_fast, what_a_word_cannot_say_reads_slow,
           sixteen_thousand_owners_have_an_index_and_more_read_slow, an_owners_index_lasts_until_its_last_region,
           without_memory_for_a_leaf_the_fast_layer_is_slow_and_heals, a_huge_region_turns_leaves_aside_and_back)
