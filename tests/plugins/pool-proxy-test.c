/*
 * pool-proxy-test.c - what the proxy pool promises, over a provider with strict
 * books that remembers what it was asked.
 */
#include <string.h>

#include "fake/host.h"
#include "suite.h"

struct subject {
    const umf_memory_pool_ops_t *ops;
    struct fake_provider provider;
    void *pool;
};

umf_result_t umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out);

static void subject_open(struct subject *s) {
    const umf_plugin_desc_t *desc;
    ck_ok(umf_plugin_query(NULL, &desc));
    ck_assert_uint_eq(desc->component_count, 1);
    s->ops = desc->components[0]->ops;
    fake_hosted_provider_init(&s->provider);
    ck_ok(s->ops->initialize(fake_handle(&s->provider), "ignored", &s->pool));
}

static void subject_close(struct subject *s) {
    ck_ok(s->ops->finalize(s->pool));
    ck_assert_uint_eq(s->provider.live_bytes, 0);
    ck_assert_uint_eq(fake_meta_in_use(), 0);
    fake_provider_fini(&s->provider);
}

static umf_result_t last_error_of(struct subject *s) {
    return s->ops->get_last_allocation_error(s->pool);
}

START_TEST(each_request_is_one_request_of_the_provider) {
    struct subject s;
    subject_open(&s);
    void *a = s.ops->malloc(s.pool, 100);
    ck_assert_uint_eq(s.provider.last_size, 100);
    ck_assert_uint_eq(s.provider.last_alignment, 0);
    void *b = s.ops->aligned_malloc(s.pool, 5000, 65536);
    ck_assert_uint_eq(s.provider.last_size, 5000);
    ck_assert_uint_eq(s.provider.last_alignment, 65536);
    ck_assert_uint_eq((uintptr_t)b % 65536, 0);
    ck_assert_uint_eq(s.provider.alloc_calls, 2);
    ck_ok(s.ops->free(s.pool, a));
    ck_assert_uint_eq(s.provider.last_freed_size, 100);
    ck_ok(s.ops->free(s.pool, b));
    ck_assert_uint_eq(s.provider.last_freed_size, 5000);
    subject_close(&s);
}
END_TEST

START_TEST(odd_sizes_and_alignments_are_the_providers_to_judge) {
    struct subject s;
    subject_open(&s);
    ck_assert_ptr_null(s.ops->malloc(s.pool, 0));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    ck_assert_ptr_null(s.ops->aligned_malloc(s.pool, 100, 24));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_INVALID_ALIGNMENT);
    ck_assert_ptr_null(s.ops->malloc(s.pool, SIZE_MAX));
    ck_assert_uint_eq(s.provider.last_size, SIZE_MAX);
    ck_assert_uint_eq(s.provider.alloc_calls, 3);
    subject_close(&s);
}
END_TEST

START_TEST(the_last_error_is_that_of_the_latest_allocation) {
    struct subject s;
    subject_open(&s);
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_SUCCESS);
    s.provider.alloc_error = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_ptr_null(s.ops->malloc(s.pool, 8));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_USER_SPECIFIC);
    ck_assert_int_eq(s.ops->free(s.pool, &s), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_USER_SPECIFIC);
    s.provider.alloc_error = UMF_RESULT_SUCCESS;
    void *block = s.ops->malloc(s.pool, 8);
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_SUCCESS);
    ck_ok(s.ops->free(s.pool, block));
    subject_close(&s);
}
END_TEST

START_TEST(calloc_realloc_usable_size_and_trim_are_not_supported) {
    struct subject s;
    size_t size = 7;
    subject_open(&s);
    ck_assert_ptr_null(s.ops->calloc(s.pool, 0, 0));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_ptr_null(s.ops->realloc(s.pool, NULL, 8));
    ck_assert_int_eq(last_error_of(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
    void *block = s.ops->malloc(s.pool, 8);
    ck_assert_ptr_null(s.ops->realloc(s.pool, block, 0));
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, block, &size),
                     UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_uint_eq(size, 0);
    size = 7;
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, NULL, &size),
                     UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_assert_uint_eq(size, 0);
    ck_assert_int_eq(s.ops->malloc_usable_size(s.pool, block, NULL),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->ext_trim_memory(s.pool, 0), UMF_RESULT_ERROR_NOT_SUPPORTED);
    ck_ok(s.ops->free(s.pool, block));
    subject_close(&s);
}
END_TEST

START_TEST(free_of_null_reaches_the_provider) {
    struct subject s;
    subject_open(&s);
    s.provider.last_freed = &s;
    s.provider.last_freed_size = 7;
    ck_ok(s.ops->free(s.pool, NULL));
    ck_assert_uint_eq(s.provider.free_calls, 1);
    ck_assert_ptr_null(s.provider.last_freed);
    ck_assert_uint_eq(s.provider.last_freed_size, 0);
    s.provider.free_error = UMF_RESULT_ERROR_UNKNOWN;
    ck_assert_int_eq(s.ops->free(s.pool, NULL), UMF_RESULT_ERROR_UNKNOWN);
    subject_close(&s);
}
END_TEST

START_TEST(free_wants_the_exact_start_of_a_live_block) {
    struct subject s;
    subject_open(&s);
    char *block = s.ops->malloc(s.pool, 100);
    ck_assert_int_eq(s.ops->free(s.pool, block + 1), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->free(s.pool, block + 100), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(s.ops->free(s.pool, &s), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(s.provider.free_calls, 0);
    s.provider.free_error = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
    ck_assert_int_eq(s.ops->free(s.pool, block), UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC);
    s.provider.free_error = UMF_RESULT_SUCCESS;
    ck_ok(s.ops->free(s.pool, block)); /* was still live */
    ck_assert_int_eq(s.ops->free(s.pool, block), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    subject_close(&s);
}
END_TEST

static umf_result_t ctl(struct subject *s, const char *path, umf_ctl_query_type_t type, ...) {
    size_t value = 0;
    va_list args;
    va_start(args, type);
    umf_result_t result = s->ops->ext_ctl(s->pool, CTL_QUERY_PROGRAMMATIC, path, &value,
                                          sizeof value, type, args);
    va_end(args);
    return result;
}

START_TEST(it_has_a_name_and_no_control_nodes) {
    struct subject s;
    const char *name;
    subject_open(&s);
    ck_ok(s.ops->get_name(s.pool, &name));
    ck_assert_str_eq(name, "proxy");
    ck_ok(s.ops->get_name(NULL, &name));
    ck_assert_str_eq(name, "proxy");
    ck_assert_int_eq(s.ops->get_name(s.pool, NULL), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(ctl(&s, "stats.used_memory", CTL_QUERY_READ),
                     UMF_RESULT_ERROR_INVALID_CTL_PATH);
    ck_assert_int_eq(ctl(&s, "post_initialize", CTL_QUERY_RUNNABLE),
                     UMF_RESULT_ERROR_INVALID_CTL_PATH);
    subject_close(&s);
}
END_TEST

START_TEST(no_metadata_no_pool) {
    struct subject s;
    subject_open(&s);
    void *other = NULL;
    fake_meta_fail_at(1);
    ck_assert_int_eq(s.ops->initialize(fake_handle(&s.provider), NULL, &other),
                     UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    ck_assert_ptr_null(other);
    subject_close(&s);
}
END_TEST

SUITE_MAIN("plugins/pool-proxy", each_request_is_one_request_of_the_provider,
           odd_sizes_and_alignments_are_the_providers_to_judge,
           the_last_error_is_that_of_the_latest_allocation,
           calloc_realloc_usable_size_and_trim_are_not_supported,
           free_of_null_reaches_the_provider, free_wants_the_exact_start_of_a_live_block,
           it_has_a_name_and_no_control_nodes, no_metadata_no_pool)
