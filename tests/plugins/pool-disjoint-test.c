/*
 * pool-disjoint-test.c - what the disjoint pool promises about sizes, slabs and
 * errors, over a provider with strict books. Control nodes and statistics are in
 * pool-disjoint-nodes-test.c; threads, failures and untouchable memory in
 * pool-disjoint-stress-test.c.
 */
#include "plugins/disjoint-subject.h"

/* ---- sizes ---- */

START_TEST(the_series_of_sizes_is_the_rounded_and_merged_one) {
    for (unsigned s_log2 = 3; s_log2 <= 31; s_log2++) {
        size_t s = (size_t)1 << s_log2, number = 0, before = 0;
        for (size_t power = s; power < (size_t)1 << 31; power *= 2) {
            for (size_t size = power; size < 2 * power; size += power / 2) {
                size_t rounded = (size + s - 1) / s * s;
                if (rounded != before) {
                    ck_assert_uint_eq(size_class_bytes(s_log2, number++), rounded);
                    before = rounded;
                }
            }
        }
        if (before != (size_t)1 << 31) {
            ck_assert_uint_eq(size_class_bytes(s_log2, number++), (size_t)1 << 31);
        }
        ck_assert_uint_eq(size_class_count(s_log2), number);
    }
}
END_TEST

START_TEST(a_size_gets_the_smallest_class_that_fits) {
    for (unsigned s_log2 = 3; s_log2 <= 31; s_log2++) {
        size_t count = size_class_count(s_log2);
        for (size_t i = 0; i < count; i++) {
            size_t bytes = size_class_bytes(s_log2, i);
            ck_assert_uint_eq(size_class_of(s_log2, bytes), i);
            ck_assert_uint_eq(size_class_of(s_log2, bytes - 1), i);
            if (i + 1 < count) {
                ck_assert_uint_eq(size_class_of(s_log2, bytes + 1), i + 1);
            }
        }
        ck_assert_uint_eq(size_class_of(s_log2, 1), 0);
    }
}
END_TEST

START_TEST(division_by_a_class_is_exact) {
    for (size_t i = 0; i < size_class_count(3); i++) {
        size_t bytes = size_class_bytes(3, i);
        struct chunk_divisor divisor = chunk_divisor_of(bytes);
        for (size_t n = 1; n < SIZE_MAX / bytes / 3; n = n * 3 + 1) {
            ck_assert_uint_eq(chunk_divide(divisor, n * bytes), n);
            ck_assert_uint_eq(chunk_divide(divisor, n * bytes - 1), n - 1);
        }
        ck_assert_uint_eq(chunk_divide(divisor, 0), 0);
        ck_assert_uint_eq(chunk_divide(divisor, SIZE_MAX), SIZE_MAX / bytes);
    }
}
END_TEST

START_TEST(for_64_there_are_50_buckets) {
    static const size_t first[] = {64, 128, 192, 256, 384, 512, 768, 1024};
    struct subject s;
    subject_open(&s, NULL);
    ck_assert_uint_eq(stat_of(&s, "buckets.count"), 50);
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        size_t size = 0;
        ck_ok(ctl_va(&s, CTL_QUERY_PROGRAMMATIC, CTL_QUERY_READ, "buckets.{}.size", &size,
                     sizeof size, i));
        ck_assert_uint_eq(size, first[i]);
    }
    ck_assert_uint_eq(stat_of(&s, "buckets.49.size"), (size_t)1 << 31);
    subject_close(&s);
}
END_TEST

START_TEST(defaults_are_the_documented_ones) {
    struct subject s;
    const char *name;
    int trace = -1;
    subject_open(&s, NULL);
    ck_assert_uint_eq(stat_of(&s, "params.slab_min_size"), 65536);
    ck_assert_uint_eq(stat_of(&s, "params.max_poolable_size"), 2 * MIB);
    ck_assert_uint_eq(stat_of(&s, "params.capacity"), 4);
    ck_assert_uint_eq(stat_of(&s, "params.min_bucket_size"), 64);
    ck_ok(ctl_read(&s, "params.pool_trace", &trace, sizeof trace));
    ck_assert_int_eq(trace, 0);
    ck_ok(s.ops->get_name(s.pool, &name));
    ck_assert_str_eq(name, "disjoint");
    ck_ok(s.ops->get_name(NULL, &name));
    ck_assert_str_eq(name, "disjoint");
    ck_assert_int_eq(s.ops->get_name(s.pool, NULL), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    subject_close(&s);
}
END_TEST

START_TEST(the_smallest_bucket_is_a_cache_line_or_what_was_asked_but_8_at_least) {
    static const struct { size_t line, asked, least; } cases[] = {
        {128, 0, 128}, {0, 0, 8}, {100, 0, 128}, {3, 0, 8}, {64, 1, 8}, {64, 4, 8},
        {64, 16, 16}, {64, 4096, 4096}, {64, (size_t)1 << 40, (size_t)1 << 31}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct subject s;
        struct disjoint_config config = *default_config();
        config.min_bucket_size = cases[i].asked;
        fake_hosted_provider_init(&s.provider);
        s.provider.cache_line_size = cases[i].line;
        subject_prepare(&s, &config);
        ck_ok(post_initialize(&s));
        ck_assert_uint_eq(stat_of(&s, "buckets.0.size"), cases[i].least);
        subject_close(&s);
    }
}
END_TEST

START_TEST(a_min_bucket_size_that_is_no_power_of_two_is_refused_and_named) {
    struct subject s;
    struct disjoint_config config = *default_config();
    config.min_bucket_size = 48;
    fake_hosted_provider_init(&s.provider);
    s.pool = &s;
    s.ops = disjoint_component()->ops;
    ck_assert_int_eq(s.ops->initialize(fake_handle(&s.provider), &config, &s.pool),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_ptr_eq(s.pool, &s);
    ck_assert_ptr_nonnull(strstr(fake_error_last(), "min_bucket_size"));
    ck_assert_uint_eq(fake_meta_in_use(), 0);
    fake_provider_fini(&s.provider);
}
END_TEST

START_TEST(a_long_name_is_cut_to_63_characters) {
    struct subject s;
    struct disjoint_config config = *default_config();
    const char *name;
    config.name = "0123456789012345678901234567890123456789012345678901234567890123456789";
    subject_open(&s, &config);
    ck_ok(s.ops->get_name(s.pool, &name));
    ck_assert_uint_eq(strlen(name), 63);
    subject_close(&s);
}
END_TEST

/* ---- slabs ---- */

START_TEST(a_slab_is_asked_for_with_the_larger_of_bucket_and_minimum) {
    static const struct { size_t size, slab, chunks; } cases[] = {
        {1, 65536, 1024}, {100, 65536, 512}, {192, 65536, 341}, {65536, 65536, 1},
        {49152, 65536, 1}, {65537, 98304, 1}, {2 * MIB, 2 * MIB, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct subject s;
        subject_open(&s, NULL);
        for (size_t n = 0; n < cases[i].chunks; n++) {
            ck_assert_ptr_nonnull(s.ops->malloc(s.pool, cases[i].size));
        }
        ck_assert_uint_eq(s.provider.alloc_calls, 1);
        ck_assert_uint_eq(s.provider.last_size, cases[i].slab);
        ck_assert_uint_eq(s.provider.last_alignment, 0);
        ck_assert_ptr_nonnull(s.ops->malloc(s.pool, cases[i].size));
        ck_assert_uint_eq(s.provider.alloc_calls, 2);
        subject_close(&s); /* gives back slabs with live chunks too */
    }
}
END_TEST

static size_t slabs_left_of_10(size_t block_size, size_t capacity) {
    struct subject s;
    struct disjoint_config config = *default_config();
    void *blocks[10];
    config.capacity = capacity;
    subject_open(&s, &config);
    for (size_t i = 0; i < 10; i++) {
        blocks[i] = s.ops->malloc(s.pool, block_size);
    }
    ck_assert_uint_eq(s.provider.region_count, block_size > 32768 ? 10 : 5);
    free_all(&s, blocks, 10);
    size_t left = s.provider.region_count;
    ck_assert_uint_eq(stat_of(&s, "stats.reserved_memory"), s.provider.live_bytes);
    subject_close(&s);
    return left;
}

START_TEST(a_bucket_above_half_a_slab_keeps_capacity_empty_slabs) {
    ck_assert_uint_eq(slabs_left_of_10(65536, 4), 4);
    ck_assert_uint_eq(slabs_left_of_10(65536, 0), 0);
    ck_assert_uint_eq(slabs_left_of_10(MIB, 20), 10);
    ck_assert_uint_eq(slabs_left_of_10(32769, 3), 3);
}
END_TEST

START_TEST(a_bucket_of_half_a_slab_or_less_keeps_one) {
    ck_assert_uint_eq(slabs_left_of_10(32768, 4), 1);
    ck_assert_uint_eq(slabs_left_of_10(32768, 1), 1);
}
END_TEST

START_TEST(memory_is_used_again_from_the_lowest_address) {
    struct subject s;
    void *blocks[100];
    subject_open(&s, NULL);
    for (size_t i = 0; i < 100; i++) {
        blocks[i] = s.ops->malloc(s.pool, 64);
        ck_assert_ptr_eq(blocks[i], (char *)blocks[0] + i * 64);
    }
    ck_ok(s.ops->free(s.pool, blocks[70]));
    ck_ok(s.ops->free(s.pool, blocks[3]));
    ck_assert_ptr_eq(s.ops->malloc(s.pool, 64), blocks[3]);
    ck_assert_ptr_eq(s.ops->malloc(s.pool, 64), blocks[70]);
    subject_close(&s);
}
END_TEST

START_TEST(slabs_of_many_bitmap_words_serve_every_chunk_once) {
    struct subject s;
    struct disjoint_config config = *default_config();
    enum { COUNT = 20000 }; /* of 8 bytes: five words of full words */
    static void *blocks[COUNT];
    config.slab_min_size = COUNT * 8;
    config.min_bucket_size = 8;
    subject_open(&s, &config);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            blocks[i] = s.ops->malloc(s.pool, 8);
            ck_assert_ptr_eq(blocks[i], (char *)blocks[0] + i * 8);
        }
        ck_assert_uint_eq(s.provider.alloc_calls, 1);
        ck_assert(disjoint_check(s.pool));
        for (size_t i = COUNT; i-- > 0;) { /* from the end, so that the search moves back */
            ck_ok(s.ops->free(s.pool, blocks[(i * 7919) % COUNT]));
        }
        ck_assert(disjoint_check(s.pool));
    }
    subject_close(&s);
}
END_TEST

START_TEST(the_bucket_layer_hands_out_and_takes_back_batches) {
    struct subject s;
    struct chunk_ref refs[100];
    void *blocks[100];
    subject_open(&s, NULL);
    struct disjoint_pool *pool = s.pool;
    struct bucket *bucket = &pool->buckets[size_class_of(pool->s_log2, 16 * KIB)];
    ck_assert_uint_eq(disjoint_bucket_take(bucket, blocks, 100), 4); /* one new slab */
    ck_assert_uint_eq(disjoint_bucket_take(bucket, blocks + 4, 3), 3);
    ck_assert_uint_eq(disjoint_bucket_take(bucket, blocks + 7, 9), 1); /* what there is */
    for (size_t i = 0; i < 8; i++) {
        umf_plugin_region_t region;
        ck_ok(s.provider.host->region_of(fake_handle(&s.provider), blocks[i], &region));
        refs[i] = (struct chunk_ref){.slab = (struct slab *)region.word, .chunk = i % 4};
    }
    refs[8] = refs[2]; /* twice */
    ck_assert_int_eq(disjoint_bucket_give(bucket, refs, 9), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(disjoint_bucket_stats(bucket).live_chunks, 0);
    ck_assert_uint_eq(s.provider.region_count, 1);
    subject_close(&s);
}
END_TEST

/* ---- odd requests ---- */

START_TEST(size_0_is_null_and_leaves_the_last_error) {
    struct subject s;
    subject_open(&s, NULL);
    ck_assert_ptr_null(s.ops->malloc(s.pool, 0));
    ck_assert_ptr_null(s.ops->aligned_malloc(s.pool, 0, 4096));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_SUCCESS);
    ck_assert_ptr_null(s.ops->calloc(s.pool, 0, 0));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_ptr_null(s.ops->malloc(s.pool, 0));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_uint_eq(s.provider.alloc_calls, 0);
    subject_close(&s);
}
END_TEST

START_TEST(calloc_and_realloc_are_not_supported) {
    struct subject s;
    subject_open(&s, NULL);
    void *block = s.ops->malloc(s.pool, 100);
    ck_assert_ptr_null(s.ops->calloc(s.pool, 1, 8));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_ptr_null(s.ops->realloc(s.pool, NULL, 8));
    ck_assert_ptr_null(s.ops->realloc(s.pool, block, 8));
    ck_assert_ptr_null(s.ops->realloc(s.pool, block, 0));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_uint_eq(usable(&s, block), 128);
    subject_close(&s);
}
END_TEST

START_TEST(above_the_poolable_limit_the_provider_serves_and_its_code_stands) {
    struct subject s;
    subject_open(&s, NULL);
    char *block = s.ops->malloc(s.pool, 2 * MIB + 1);
    ck_assert_uint_eq(s.provider.last_size, 2 * MIB + 1);
    ck_assert_uint_eq(s.provider.last_alignment, 0);
    ck_assert_uint_eq(usable(&s, block), 2 * MIB + 1);
    ck_assert_uint_eq(stat_of(&s, "stats.used_memory"), 0);
    ck_assert_uint_eq(stat_of(&s, "stats.reserved_memory"), 0);
    ck_assert_int_eq(s.ops->free(s.pool, block + 1), UMF_RESULT_ERROR_INVALID_ARGUMENT);

    s.provider.free_error = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_int_eq(s.ops->free(s.pool, block), UMF_RESULT_ERROR_USER_SPECIFIC);
    ck_assert_uint_eq(usable(&s, block), 2 * MIB + 1); /* still live */
    s.provider.free_error = UMF_RESULT_SUCCESS;
    ck_ok(s.ops->free(s.pool, block));
    ck_assert_uint_eq(s.provider.live_bytes, 0);
    ck_assert_int_eq(s.ops->free(s.pool, block), UMF_RESULT_ERROR_INVALID_ARGUMENT);

    s.provider.alloc_error = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
    ck_assert_ptr_null(s.ops->malloc(s.pool, SIZE_MAX));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC);
    ck_assert_uint_eq(s.provider.last_size, SIZE_MAX);
    subject_close(&s);
}
END_TEST

START_TEST(a_slab_that_cannot_be_had_is_out_of_host_memory_and_the_error_sticks) {
    struct subject s;
    subject_open(&s, NULL);
    s.provider.alloc_error = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
    ck_assert_ptr_null(s.ops->malloc(s.pool, 64));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    s.provider.alloc_error = UMF_RESULT_SUCCESS;
    ck_assert_ptr_nonnull(s.ops->malloc(s.pool, 64));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    subject_close(&s);
}
END_TEST

START_TEST(a_max_poolable_size_of_0_or_above_2_gib_is_taken_as_it_can_be) {
    struct subject s;
    struct disjoint_config config = *default_config();
    config.max_poolable_size = 0;
    subject_open(&s, &config);
    void *block = s.ops->malloc(s.pool, 1);
    ck_assert_uint_eq(s.provider.last_size, 1);
    ck_ok(s.ops->free(s.pool, block));
    subject_close(&s);

    config.max_poolable_size = SIZE_MAX;
    subject_open(&s, &config);
    block = s.ops->malloc(s.pool, ((size_t)1 << 31) + 1);
    ck_assert_uint_eq(s.provider.last_size, ((size_t)1 << 31) + 1);
    ck_ok(s.ops->free(s.pool, block));
    block = s.ops->malloc(s.pool, ((size_t)1 << 31) - 1);
    ck_assert_uint_eq(usable(&s, block), (size_t)1 << 31);
    subject_close(&s);
}
END_TEST

/* ---- alignment ---- */

START_TEST(up_to_the_page_size_is_rounded_to_the_alignment) {
    static const struct { size_t size, alignment, usable; } cases[] = {
        {100, 0, 128}, {100, 1, 128}, {65, 128, 128}, {129, 128, 256}, {1, 4096, 4096},
        {4097, 4096, 8192}, {20000, 4096, 24576}, {192, 256, 256}, {100, 24, 128}, {72, 72, 128}};
    struct subject s;
    subject_open(&s, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t alignment = cases[i].alignment;
        for (int n = 0; n < 20; n++) {
            char *block = s.ops->aligned_malloc(s.pool, cases[i].size, alignment);
            ck_assert_ptr_nonnull(block);
            if ((alignment & (alignment - 1)) == 0 && alignment != 0) {
                ck_assert_uint_eq((uintptr_t)block % alignment, 0);
            }
            ck_assert_uint_eq(usable(&s, block), cases[i].usable);
        }
    }
    subject_close(&s);
}
END_TEST

START_TEST(above_the_page_size_an_aligned_place_in_a_grown_chunk_is_found) {
    struct subject s;
    subject_open(&s, NULL);
    for (size_t alignment = 8192; alignment <= MIB; alignment *= 2) {
        for (size_t size = 1; size < 300000; size = size * 5 + 3) {
            char *block = s.ops->aligned_malloc(s.pool, size, alignment);
            ck_assert_ptr_nonnull(block);
            ck_assert_uint_eq((uintptr_t)block % alignment, 0);
            ck_assert_uint_ge(usable(&s, block), size);
            memset(block, 0x77, size);
            ck_ok(s.ops->free(s.pool, block)); /* a pointer into a chunk */
        }
    }
    ck_assert_uint_eq(stat_of(&s, "stats.used_memory"), 0);
    subject_close(&s);
}
END_TEST

START_TEST(an_aligned_request_beyond_the_limit_goes_to_the_provider_as_it_is) {
    struct subject s;
    subject_open(&s, NULL);
    static const struct { size_t size, alignment; } cases[] = {
        {2 * MIB - 100, 4096 * 2}, {3 * MIB, 64}, {64, 4 * MIB}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        void *block = s.ops->aligned_malloc(s.pool, cases[i].size, cases[i].alignment);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq(s.provider.last_size, cases[i].size);
        ck_assert_uint_eq(s.provider.last_alignment, cases[i].alignment);
        ck_ok(s.ops->free(s.pool, block));
    }
    ck_assert_uint_eq(s.provider.live_bytes, 0);
    subject_close(&s);
}
END_TEST

START_TEST(a_sum_that_would_wrap_is_null) {
    static const struct { size_t size, alignment; } cases[] = {
        {SIZE_MAX, 64}, {SIZE_MAX - 10, 4096}, {SIZE_MAX - 4096, 8192}, {2, SIZE_MAX},
        {SIZE_MAX, SIZE_MAX}, {SIZE_MAX / 2 + 2, SIZE_MAX / 2 + 1}};
    struct subject s;
    subject_open(&s, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_ptr_null(s.ops->aligned_malloc(s.pool, cases[i].size, cases[i].alignment));
        ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    ck_assert_uint_eq(s.provider.alloc_calls, 0);
    subject_close(&s);
}
END_TEST

START_TEST(a_provider_that_aligns_worse_than_its_pages_is_made_up_for) {
    struct subject s;
    subject_open(&s, NULL);
    s.provider.misalignment = 16;
    for (size_t alignment = 8; alignment <= 65536; alignment *= 2) {
        char *block = s.ops->aligned_malloc(s.pool, 500, alignment);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq((uintptr_t)block % alignment, 0);
        ck_assert_uint_ge(usable(&s, block), 500);
        ck_ok(s.ops->free(s.pool, block));
    }
    subject_close(&s);
    subject_open(&s, NULL);
    s.provider.min_page_size = 0; /* cannot be told: nothing is taken for granted */
    ck_assert_uint_eq((uintptr_t)s.ops->aligned_malloc(s.pool, 500, 4096) % 4096, 0);
    subject_close(&s);
}
END_TEST

/* ---- looking a block up ---- */

START_TEST(usable_size_runs_to_the_end_of_the_chunk) {
    struct subject s;
    size_t size = 7;
    subject_open(&s, NULL);
    char *block = s.ops->malloc(s.pool, 5000);
    ck_assert_uint_eq(usable(&s, block), 6144);
    ck_assert_uint_eq(usable(&s, block + 100), 6044);
    ck_assert_uint_eq(usable(&s, block + 6143), 1);
    ck_assert_uint_eq(usable(&s, NULL), 0);
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, block, NULL),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, NULL, NULL),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, &s, &size),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    /* 10 chunks of 6144 leave a rest in which there is no block */
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, block + 61440, &size),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->free(s.pool, block + 61440), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(size, 7);
    subject_close(&s);
}
END_TEST

START_TEST(free_of_null_is_ok_and_of_the_unknown_an_invalid_argument) {
    struct subject s;
    subject_open(&s, NULL);
    ck_ok(s.ops->free(s.pool, NULL));
    ck_assert_int_eq(s.ops->free(s.pool, &s), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_SUCCESS);
    subject_close(&s);
}
END_TEST

START_TEST(a_second_free_is_an_invalid_argument_and_harms_nothing) {
    struct subject s;
    subject_open(&s, NULL);
    void *a = s.ops->malloc(s.pool, 64), *b = s.ops->malloc(s.pool, 64);
    ck_ok(s.ops->free(s.pool, a));
    ck_assert_int_eq(s.ops->free(s.pool, a), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(s.ops->free(s.pool, b)); /* the slab is now empty, and kept */
    ck_assert_int_eq(s.ops->free(s.pool, b), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert(disjoint_check(s.pool));
    void *c = s.ops->malloc(s.pool, 64), *d = s.ops->malloc(s.pool, 64);
    ck_assert_ptr_ne(c, d);
    subject_close(&s);
}
END_TEST

/* ---- trim ---- */

START_TEST(trim_keeps_whole_slabs_from_the_smallest_bucket_up) {
    struct subject s;
    void *blocks[8];
    subject_open(&s, NULL);
    blocks[0] = s.ops->malloc(s.pool, 64); /* 64 KiB kept when free */
    for (size_t i = 1; i < 4; i++) {
        blocks[i] = s.ops->malloc(s.pool, 64 * KIB); /* 3 * 64 KiB */
    }
    for (size_t i = 4; i < 6; i++) {
        blocks[i] = s.ops->malloc(s.pool, MIB); /* 2 MiB */
    }
    void *live = s.ops->malloc(s.pool, 200);
    free_all(&s, blocks, 6);
    ck_assert_uint_eq(s.provider.live_bytes, (4 + 1) * 64 * KIB + 2 * MIB);
    ck_ok(s.ops->ext_trim_memory(s.pool, SIZE_MAX));
    ck_assert_uint_eq(s.provider.live_bytes, (4 + 1) * 64 * KIB + 2 * MIB);
    ck_ok(s.ops->ext_trim_memory(s.pool, 4 * 64 * KIB + 1)); /* rounded up to one of 1 MiB */
    ck_assert_uint_eq(s.provider.live_bytes, (4 + 1) * 64 * KIB + MIB);
    ck_ok(s.ops->ext_trim_memory(s.pool, 64 * KIB + 1));
    ck_assert_uint_eq(s.provider.live_bytes, (2 + 1) * 64 * KIB);
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert_uint_eq(s.provider.live_bytes, 64 * KIB);
    ck_ok(s.ops->free(s.pool, live));
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert_uint_eq(s.provider.live_bytes, 0);
    subject_close(&s);
}
END_TEST

START_TEST(a_slab_that_the_provider_refuses_is_used_again_and_offered_again) {
    struct subject s;
    struct disjoint_config config = *default_config();
    config.capacity = 0;
    subject_open(&s, &config);
    void *block = s.ops->malloc(s.pool, 64 * KIB);
    s.provider.free_error = UMF_RESULT_ERROR_UNKNOWN;
    fake_log_reset();
    ck_ok(s.ops->free(s.pool, block)); /* the block is free, whatever the slab is */
    ck_assert_uint_eq(fake_log_count(), 1);
    ck_assert_uint_eq(stat_of(&s, "stats.used_memory"), 0);
    ck_assert_uint_eq(stat_of(&s, "stats.reserved_memory"), 64 * KIB);
    ck_assert_ptr_eq(s.ops->malloc(s.pool, 64 * KIB), block);
    ck_assert_uint_eq(s.provider.alloc_calls, 1);
    ck_ok(s.ops->free(s.pool, block));
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert(disjoint_check(s.pool));
    s.provider.free_error = UMF_RESULT_SUCCESS;
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert_uint_eq(s.provider.live_bytes, 0);
    ck_ok(s.ops->free(s.pool, s.ops->malloc(s.pool, 64)));
    s.provider.free_error = UMF_RESULT_ERROR_UNKNOWN;
    ck_assert_int_eq(s.ops->finalize(s.pool), UMF_RESULT_ERROR_UNKNOWN);
    ck_assert_uint_eq(fake_meta_in_use(), 0);
    fake_provider_fini(&s.provider);
}
END_TEST

START_TEST(any_address_of_a_live_block_frees_it_once) {
    struct subject s;
    subject_open(&s, NULL);
    char *block = s.ops->malloc(s.pool, 100), *next = s.ops->malloc(s.pool, 100);
    char *direct = s.ops->malloc(s.pool, 16 * MIB);
    ck_ok(s.ops->free(s.pool, block + 77));
    ck_assert_int_eq(s.ops->free(s.pool, block + 77), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->free(s.pool, block), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->free(s.pool, direct + 77), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_ok(s.ops->free(s.pool, next));
    ck_ok(s.ops->free(s.pool, direct));
    subject_close(&s);
}
END_TEST

SUITE_MAIN("plugins/pool-disjoint", any_address_of_a_live_block_frees_it_once,
           the_series_of_sizes_is_the_rounded_and_merged_one,
           a_size_gets_the_smallest_class_that_fits,
           division_by_a_class_is_exact,
           for_64_there_are_50_buckets,
           defaults_are_the_documented_ones,
           the_smallest_bucket_is_a_cache_line_or_what_was_asked_but_8_at_least,
           a_min_bucket_size_that_is_no_power_of_two_is_refused_and_named,
           a_long_name_is_cut_to_63_characters,
           a_slab_is_asked_for_with_the_larger_of_bucket_and_minimum,
           a_bucket_above_half_a_slab_keeps_capacity_empty_slabs,
           a_bucket_of_half_a_slab_or_less_keeps_one,
           memory_is_used_again_from_the_lowest_address,
           slabs_of_many_bitmap_words_serve_every_chunk_once,
           the_bucket_layer_hands_out_and_takes_back_batches,
           size_0_is_null_and_leaves_the_last_error,
           calloc_and_realloc_are_not_supported,
           above_the_poolable_limit_the_provider_serves_and_its_code_stands,
           a_slab_that_cannot_be_had_is_out_of_host_memory_and_the_error_sticks,
           a_max_poolable_size_of_0_or_above_2_gib_is_taken_as_it_can_be,
           up_to_the_page_size_is_rounded_to_the_alignment,
           above_the_page_size_an_aligned_place_in_a_grown_chunk_is_found,
           an_aligned_request_beyond_the_limit_goes_to_the_provider_as_it_is,
           a_sum_that_would_wrap_is_null,
           a_provider_that_aligns_worse_than_its_pages_is_made_up_for,
           usable_size_runs_to_the_end_of_the_chunk,
           free_of_null_is_ok_and_of_the_unknown_an_invalid_argument,
           a_second_free_is_an_invalid_argument_and_harms_nothing,
           trim_keeps_whole_slabs_from_the_smallest_bucket_up,
           a_slab_that_the_provider_refuses_is_used_again_and_offered_again)
