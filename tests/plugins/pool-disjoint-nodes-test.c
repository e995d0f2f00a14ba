/* pool-disjoint-nodes-test.c - control nodes and statistics of the disjoint pool. */
#include "plugins/disjoint-subject.h"

/* ---- statistics ---- */

static void subject_open_traced(struct subject *s, int trace) {
    struct disjoint_config config = *default_config();
    config.pool_trace = trace;
    subject_open(s, &config);
}

START_TEST(the_counter_check_at_trace_3) {
    struct subject s;
    void *blocks[10];
    subject_open_traced(&s, 3);
    fake_log_reset();
    for (size_t i = 0; i < 10; i++) {
        blocks[i] = s.ops->malloc(s.pool, 128);
    }
    ck_assert_uint_eq(fake_log_count(), 10);
    ck_assert_ptr_eq(strstr(fake_log_last(), "disjoint_malloc: "), fake_log_last());
    ck_assert_uint_eq(stat_of(&s, "stats.alloc_num"), 10);
    ck_assert_uint_eq(stat_of(&s, "stats.alloc_pool_num"), 9);
    ck_assert_uint_eq(stat_of(&s, "stats.curr_slabs_in_use"), 1);
    ck_assert_uint_eq(stat_of(&s, "stats.used_memory"), 1280);
    ck_assert_uint_eq(stat_of(&s, "buckets.1.stats.alloc_num"), 10);
    ck_assert_uint_eq(stat_of(&s, "buckets.0.stats.alloc_num"), 0);
    free_all(&s, blocks, 10);
    ck_assert_uint_eq(fake_log_count(), 20);
    ck_assert_uint_eq(stat_of(&s, "stats.free_num"), 10);
    ck_assert_uint_eq(stat_of(&s, "stats.curr_slabs_in_use"), 0);
    ck_assert_uint_eq(stat_of(&s, "stats.curr_slabs_in_pool"), 1);
    ck_assert_uint_eq(stat_of(&s, "stats.max_slabs_in_use"), 1);
    ck_assert_uint_eq(stat_of(&s, "stats.max_slabs_in_pool"), 1);
    ck_assert_uint_eq(stat_of(&s, "buckets.1.stats.max_slabs_in_pool"), 1);
    subject_close(&s);
    ck_assert_ptr_nonnull(strstr(fake_log_last(), "10 allocated, 9 of them"));
}
END_TEST

START_TEST(every_traced_call_is_one_line) {
    struct subject s;
    subject_open_traced(&s, 3);
    fake_log_reset();
    void *block = s.ops->aligned_malloc(s.pool, 100, 64);
    ck_assert_uint_eq(fake_log_count(), 1);
    void *direct = s.ops->malloc(s.pool, 3 * MIB);
    ck_assert_uint_eq(fake_log_count(), 2);
    ck_ok(s.ops->free(s.pool, direct));
    ck_ok(s.ops->free(s.pool, block));
    ck_assert_uint_eq(fake_log_count(), 4);
    subject_close(&s);
}
END_TEST

START_TEST(counters_need_trace_2_and_slab_statistics_trace_1) {
    static const char *const names[] = {
        "curr_slabs_in_use", "curr_slabs_in_pool", "max_slabs_in_use", "max_slabs_in_pool",
        "alloc_num", "alloc_pool_num", "free_num"};
    for (int trace = 0; trace <= 2; trace++) {
        struct subject s;
        subject_open_traced(&s, trace);
        fake_log_reset();
        ck_ok(s.ops->free(s.pool, s.ops->malloc(s.pool, 64)));
        ck_assert_ptr_nonnull(s.ops->malloc(s.pool, 64));
        ck_assert_uint_eq(fake_log_count(), 0);
        static const size_t expected[][7] = {{0}, {1, 0, 1, 1, 0, 0, 0}, {1, 0, 1, 1, 2, 1, 1}};
        for (size_t i = 0; i < 7; i++) {
            for (int of_bucket = 0; of_bucket < 2; of_bucket++) {
                char path[64];
                size_t value = 77;
                snprintf(path, sizeof path, "%sstats.%s", of_bucket ? "buckets.0." : "", names[i]);
                ck_assert_int_eq(ctl_read(&s, path, &value, sizeof value),
                                 trace == 0 ? UMF_RESULT_ERROR_NOT_SUPPORTED : UMF_RESULT_SUCCESS);
                ck_assert_uint_eq(value, trace == 0 ? 77 : expected[trace][i]);
            }
        }
        ck_assert_uint_eq(stat_of(&s, "stats.used_memory"), 64);
        ck_assert_uint_eq(stat_of(&s, "stats.reserved_memory"), 65536);
        subject_close(&s);
    }
}
END_TEST

START_TEST(live_blocks_are_chunks_and_direct_ones) {
    struct subject s;
    size_t count = 7;
    subject_open(&s, NULL);
    void *blocks[] = {s.ops->malloc(s.pool, 1), s.ops->malloc(s.pool, MIB),
                      s.ops->malloc(s.pool, 5 * MIB)};
    ck_ok(disjoint_component()->live_blocks(s.pool, &count));
    ck_assert_uint_eq(count, 3);
    free_all(&s, blocks, 3);
    ck_ok(disjoint_component()->live_blocks(s.pool, &count));
    ck_assert_uint_eq(count, 0);
    subject_close(&s);
}
END_TEST

/* ---- control ---- */

START_TEST(unknown_nodes_and_wrong_queries_are_told_apart) {
    static const struct { const char *path; umf_result_t result; } cases[] = {
        {"buckets.50.size", UMF_RESULT_ERROR_INVALID_ARGUMENT},
        {"buckets.size", UMF_RESULT_ERROR_INVALID_ARGUMENT},
        {"buckets.1.count", UMF_RESULT_ERROR_INVALID_ARGUMENT},
        {"buckets.50.stats.alloc_num", UMF_RESULT_ERROR_INVALID_ARGUMENT},
        {"stats.buckets.1.alloc_num", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"stats.1.alloc_num", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"stats", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"params", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"params.name", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"params.capacity.more", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"", UMF_RESULT_ERROR_INVALID_CTL_PATH},
        {"post_initialize", UMF_RESULT_ERROR_INVALID_ARGUMENT},
        {"..params..capacity.", UMF_RESULT_SUCCESS}};
    struct subject s;
    size_t value;
    subject_open_traced(&s, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(ctl_read(&s, cases[i].path, &value, sizeof value), cases[i].result);
    }
    ck_assert_int_eq(ctl_read(&s, "params.capacity", &value, 4), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ctl_read(&s, "params.pool_trace", &value, 8),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ctl_write(&s, "stats.used_memory", 1), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(post_initialize(&s), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    subject_close(&s);
}
END_TEST

static umf_result_t write_text(struct subject *s, const char *path, const char *text) {
    return ctl_va(s, CTL_QUERY_CONFIG_INPUT, CTL_QUERY_WRITE, path, (void *)(uintptr_t)text,
                  strlen(text) + 1);
}

START_TEST(defaults_arrive_before_post_initialize_and_win) {
    struct subject s;
    int trace = 2;
    fake_hosted_provider_init(&s.provider);
    subject_prepare(&s, default_config());
    ck_ok(ctl_write(&s, "params.slab_min_size", 128 * KIB));
    ck_ok(ctl_write(&s, "params.max_poolable_size", 256 * KIB));
    ck_ok(write_text(&s, "params.capacity", " 0x2"));
    ck_ok(ctl_write(&s, "params.min_bucket_size", 256));
    ck_ok(ctl_va(&s, CTL_QUERY_PROGRAMMATIC, CTL_QUERY_WRITE, "params.pool_trace", &trace,
                 sizeof trace));
    ck_assert_int_eq(ctl_write(&s, "params.min_bucket_size", 0), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ctl_write(&s, "params.min_bucket_size", 96),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(write_text(&s, "params.capacity", "many"), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(write_text(&s, "params.capacity", "-1"), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(post_initialize(&s));

    ck_assert_uint_eq(stat_of(&s, "params.capacity"), 2);
    ck_assert_uint_eq(stat_of(&s, "buckets.0.size"), 256);
    ck_assert_uint_eq(stat_of(&s, "stats.alloc_num"), 0);
    ck_assert_ptr_nonnull(s.ops->malloc(s.pool, 1));
    ck_assert_uint_eq(s.provider.last_size, 128 * KIB);
    ck_assert_ptr_nonnull(s.ops->malloc(s.pool, 256 * KIB + 1));
    ck_assert_uint_eq(s.provider.last_size, 256 * KIB + 1);
    ck_ok(s.ops->free(s.pool, s.provider.regions[0].size == 256 * KIB + 1
                                  ? s.provider.regions[0].base
                                  : s.provider.regions[1].base));
    subject_close(&s);
}
END_TEST

START_TEST(writes_after_creation_are_not_supported) {
    struct subject s;
    int trace = 3;
    subject_open(&s, NULL);
    static const char *const names[] = {"params.slab_min_size", "params.max_poolable_size",
                                        "params.capacity", "params.min_bucket_size"};
    for (size_t i = 0; i < 4; i++) {
        size_t before = stat_of(&s, names[i]);
        ck_assert_int_eq(ctl_write(&s, names[i], 64), UMF_RESULT_ERROR_NOT_SUPPORTED);
        ck_assert_uint_eq(stat_of(&s, names[i]), before);
    }
    ck_assert_int_eq(ctl_va(&s, CTL_QUERY_PROGRAMMATIC, CTL_QUERY_WRITE, "params.pool_trace",
                            &trace, sizeof trace),
                     UMF_RESULT_ERROR_NOT_SUPPORTED);
    subject_close(&s);
}
END_TEST

SUITE_MAIN("plugins/pool-disjoint-nodes", the_counter_check_at_trace_3,
           every_traced_call_is_one_line,
           counters_need_trace_2_and_slab_statistics_trace_1,
           live_blocks_are_chunks_and_direct_ones,
           unknown_nodes_and_wrong_queries_are_told_apart,
           defaults_arrive_before_post_initialize_and_win,
           writes_after_creation_are_not_supported)
