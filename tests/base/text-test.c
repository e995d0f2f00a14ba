/* text-test.c - building text in a fixed buffer, numbers, distances. */
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "suite.h"

START_TEST(text_that_does_not_fit_is_cut_and_ended) {
    char buffer[8];
    struct umfi_text text;
    umfi_text_init(&text, buffer, sizeof buffer);
    umfi_text_add(&text, "%s-%d", "ab", 12);
    ck_assert_str_eq(buffer, "ab-12");
    umfi_text_add(&text, "%s", "3456");
    ck_assert_str_eq(buffer, "ab-1234");
    umfi_text_add(&text, "more");
    ck_assert_str_eq(buffer, "ab-1234");
    ck_assert_uint_eq(text.used, 7);
}
END_TEST

START_TEST(numbers_are_plain_digits_up_to_a_limit) {
    unsigned long number = 7;
    static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x1", "100", "a", "1000000000000000000000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!umfi_text_to_number(bad[i], 99, &number), "%s", bad[i]);
    }
    ck_assert_uint_eq(number, 7);
    ck_assert(umfi_text_to_number("99", 99, &number));
    ck_assert_uint_eq(number, 99);
    ck_assert(umfi_text_to_number("007", 99, &number));
    ck_assert_uint_eq(number, 7);
    ck_assert(!umfi_text_to_number("5", 3, &number));
    ck_assert(umfi_text_to_number("18446744073709551615", ULONG_MAX, &number));
    ck_assert_uint_eq(number, ULONG_MAX);
    ck_assert(!umfi_text_to_number("18446744073709551616", ULONG_MAX, &number));
}
END_TEST

START_TEST(the_distance_counts_edits_and_swaps) {
    static const struct {
        const char *a, *b;
        unsigned distance;
    } rows[] = {{"", "", 0},         {"", "abc", 3},       {"abc", "abc", 0}, {"abc", "abd", 1},
                {"abc", "acb", 1},   {"abc", "abcd", 1},   {"abcd", "abd", 1},
                {"kitten", "sitting", 3}, {"so", "os", 1}, {"jemaloc", "jemalloc", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_uint_eq(umfi_text_distance(rows[i].a, rows[i].b), rows[i].distance);
        ck_assert_uint_eq(umfi_text_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
    char longer[65];
    memset(longer, 'a', 64);
    longer[64] = '\0';
    ck_assert_uint_eq(umfi_text_distance(longer, "a"), UINT_MAX);
    ck_assert_uint_eq(umfi_text_distance(longer + 1, longer + 2), 1);
}
END_TEST

SUITE_MAIN("base/text", text_that_does_not_fit_is_cut_and_ended,
           numbers_are_plain_digits_up_to_a_limit, the_distance_counts_edits_and_swaps)
