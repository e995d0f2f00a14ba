/* ctl-test.c - control tables: paths, numbers in them, values, and every refusal. */
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/ctl.h"
#include "base/usage.h"
#include "suite.h"

struct thing {
    size_t slots[4];
    int level;
    int resets;
    struct umfi_usage usage;
};

static umf_result_t slot_read(void *object, const struct umfi_ctl_call *call,
                              union umfi_ctl_value *value) {
    if (call->index >= 4) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    value->size = ((struct thing *)object)->slots[call->index] + call->node->field;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t level_read(void *object, const struct umfi_ctl_call *call,
                               union umfi_ctl_value *value) {
    (void)call;
    value->number = ((struct thing *)object)->level;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t level_write(void *object, const struct umfi_ctl_call *call,
                                union umfi_ctl_value value) {
    (void)call;
    ((struct thing *)object)->level = value.number;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t limit_write(void *object, const struct umfi_ctl_call *call,
                                union umfi_ctl_value value) {
    (void)call;
    ((struct thing *)object)->slots[0] = value.size;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t reset(void *object, const struct umfi_ctl_call *call) {
    (void)call;
    ((struct thing *)object)->resets++;
    return UMF_RESULT_SUCCESS;
}

static const struct umfi_ctl_node nodes[] = {
    UMFI_USAGE_CTL_NODES(offsetof(struct thing, usage)),
    {.path = "params.level", .type = UMFI_CTL_INT, .read = level_read, .write = level_write},
    {.path = "params.limit", .type = UMFI_CTL_SIZE, .write = limit_write},
    {.path = "level.reset", .type = UMFI_CTL_ACTION, .run = reset},
    {.path = "buckets.count", .type = UMFI_CTL_SIZE, .read = slot_read},
    {.path = "buckets.size"},
    {.path = "buckets.{}.size", .type = UMFI_CTL_SIZE, .read = slot_read},
    {.path = "buckets.{}.stats.used", .type = UMFI_CTL_SIZE, .read = slot_read, .field = 100},
    {.path = NULL},
};

static struct thing thing;

static umf_result_t ask(struct umfi_ctl_query query, ...) {
    va_list args;
    va_start(args, query);
    umf_result_t result = umfi_ctl_answer(nodes, &thing, &query, args);
    va_end(args);
    return result;
}

#define READ(value_path, value) \
    ((struct umfi_ctl_query){CTL_QUERY_PROGRAMMATIC, value_path, &(value), sizeof(value), CTL_QUERY_READ})
#define WRITE(value_path, value) \
    ((struct umfi_ctl_query){CTL_QUERY_PROGRAMMATIC, value_path, &(value), sizeof(value), CTL_QUERY_WRITE})
#define RUN(value_path) \
    ((struct umfi_ctl_query){CTL_QUERY_PROGRAMMATIC, value_path, NULL, 0, CTL_QUERY_RUNNABLE})

static umf_result_t write_text(const char *path, const char *text) {
    char copy[64];
    snprintf(copy, sizeof copy, "%s", text);
    return ask((struct umfi_ctl_query){CTL_QUERY_CONFIG_INPUT, path, copy, strlen(copy) + 1,
                                       CTL_QUERY_WRITE});
}

START_TEST(a_value_is_read_and_written_by_its_path) {
    int level = 7, back = 0;
    ck_ok(ask(WRITE("params.level", level)));
    ck_ok(ask(READ("..params..level.", back)));
    ck_assert_int_eq(back, 7);
    ck_ok(ask(RUN("level.reset")));
    ck_assert_int_eq(thing.resets, 1);
}
END_TEST

START_TEST(a_number_in_a_path_is_literal_or_an_argument) {
    size_t size = 0;
    thing.slots[2] = 64;
    ck_ok(ask(READ("buckets.2.size", size)));
    ck_assert_uint_eq(size, 64);
    ck_ok(ask(READ("buckets.0x2.stats.used", size)));
    ck_assert_uint_eq(size, 164);
    size = 0;
    ck_ok(ask(READ("buckets.{}.size", size), (size_t)2));
    ck_assert_uint_eq(size, 64);
    ck_ok(ask(READ("{}.{}.{}.used", size), "buckets", (size_t)2, "stats"));
    ck_assert_uint_eq(size, 164);
    ck_assert_int_eq(ask(READ("buckets.{}", size), (size_t)2), UMF_RESULT_ERROR_INVALID_CTL_PATH);
}
END_TEST

START_TEST(a_path_that_names_no_node_is_an_invalid_path) {
    static const char *const paths[] = {
        "", ".", "params", "params.level.x", "nothing", "buckets", "buckets.1", "buckets.x.size",
        "buckets.1x.size", "buckets.-1.size", "stats.buckets.1", "params.levels", "params.leve",
        "a.b.c.d.e.f.g.h.i.j",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t value = 5;
        ck_assert_msg(ask(READ(paths[i], value)) == UMF_RESULT_ERROR_INVALID_CTL_PATH, "%s", paths[i]);
        ck_assert_uint_eq(value, 5);
    }
    size_t value = 5;
    ck_assert_int_eq(ask(READ("{}.level", value), (const char *)NULL),
                     UMF_RESULT_ERROR_INVALID_CTL_PATH);
    ck_assert_int_eq(write_text("buckets.{}.size", "1"), UMF_RESULT_ERROR_INVALID_CTL_PATH);
    ck_assert_int_eq(write_text("{}.level", "1"), UMF_RESULT_ERROR_INVALID_CTL_PATH);
}
END_TEST

START_TEST(a_query_that_the_node_does_not_offer_is_an_invalid_argument) {
    size_t size = 5;
    int level = 5;
    ck_assert_int_eq(ask(WRITE("buckets.count", size)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(READ("params.limit", size)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(READ("level.reset", level)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(WRITE("level.reset", level)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(RUN("params.level")), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(READ("buckets.size", size)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(READ("buckets.4.size", size)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(READ("buckets.99999999999999999999999.size", size)),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(size, 5);
}
END_TEST

START_TEST(an_argument_of_the_wrong_size_is_an_invalid_argument) {
    size_t size = 5;
    int level = 5;
    ck_assert_int_eq(ask(READ("params.level", size)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(READ("buckets.count", level)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ask(WRITE("params.level", size)), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    struct umfi_ctl_query query = READ("params.level", level);
    query.arg = NULL;
    ck_assert_int_eq(ask(query), UMF_RESULT_ERROR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(configuration_text_is_parsed_by_type) {
    ck_ok(write_text("params.level", " -12 "));
    ck_assert_int_eq(thing.level, -12);
    ck_ok(write_text("params.level", "0x10 and more"));
    ck_assert_int_eq(thing.level, 16);
    ck_ok(write_text("params.level", "010"));
    ck_assert_int_eq(thing.level, 8);
    ck_ok(write_text("params.limit", "18446744073709551615"));
    ck_assert_uint_eq(thing.slots[0], SIZE_MAX);
    static const char *const bad_ints[] = {"", "x", "2147483648", "-2147483649", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad_ints / sizeof bad_ints[0]; i++) {
        ck_assert_int_eq(write_text("params.level", bad_ints[i]), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    }
    static const char *const bad_sizes[] = {"", " ", "-1", " -1", "x1", "18446744073709551616"};
    for (size_t i = 0; i < sizeof bad_sizes / sizeof bad_sizes[0]; i++) {
        ck_assert_int_eq(write_text("params.limit", bad_sizes[i]), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    }
    ck_assert_int_eq(thing.level, 8);
    ck_assert_uint_eq(thing.slots[0], SIZE_MAX);
}
END_TEST

START_TEST(usage_counts_sizes_and_remembers_the_peak) {
    size_t bytes = 1;
    umfi_usage_add(&thing.usage, 100);
    umfi_usage_add(&thing.usage, 50);
    umfi_usage_sub(&thing.usage, 100);
    ck_ok(ask(READ("stats.allocated_memory", bytes)));
    ck_assert_uint_eq(bytes, 50);
    ck_ok(ask(READ("stats.peak_memory", bytes)));
    ck_assert_uint_eq(bytes, 150);
    ck_ok(ask(RUN("stats.peak_memory.reset")));
    ck_ok(ask(READ("stats.peak_memory", bytes)));
    ck_assert_uint_eq(bytes, 50);
    umfi_usage_sub(&thing.usage, 51);
    ck_ok(ask(READ("stats.allocated_memory", bytes)));
    ck_assert_uint_eq(bytes, 0);
}
END_TEST

SUITE_MAIN("base/ctl", a_value_is_read_and_written_by_its_path,
           a_number_in_a_path_is_literal_or_an_argument,
           a_path_that_names_no_node_is_an_invalid_path,
           a_query_that_the_node_does_not_offer_is_an_invalid_argument,
           an_argument_of_the_wrong_size_is_an_invalid_argument,
           configuration_text_is_parsed_by_type, usage_counts_sizes_and_remembers_the_peak)
