/*
 * pool-disjoint-test.c - the typed entry points of the disjoint pool,
 * and that what they set arrives.
 */
#include <string.h>
#include <umf/memory_provider.h>
#include <umf/plugin.h>
#include <umf/pools/pool_disjoint.h>

#include "fake/provider.h"
#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT

static struct fake_provider fake;
static umf_memory_provider_handle_t provider;

static void open_provider(void) {
    fake_provider_init(&fake);
    ck_ok(umfMemoryProviderCreate(&fake_provider_ops, &fake, &provider));
}

static void close_provider(void) {
    ck_ok(umfMemoryProviderDestroy(provider));
    ck_assert_uint_eq(fake.live_bytes, 0);
    fake_provider_fini(&fake);
}

START_TEST(setters_refuse_a_null_handle) {
    ck_assert_int_eq(umfDisjointPoolParamsCreate(NULL), INV);
    ck_ok(umfDisjointPoolParamsDestroy(NULL));
    ck_assert_int_eq(umfDisjointPoolParamsSetSlabMinSize(NULL, 1), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetMaxPoolableSize(NULL, 1), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetCapacity(NULL, 1), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetMinBucketSize(NULL, 8), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetTrace(NULL, 1), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetSharedLimits(NULL, NULL), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetName(NULL, "x"), INV);
    ck_assert_int_eq(umfDisjointPoolSharedLimitsCreate(1, NULL), INV);
    ck_ok(umfDisjointPoolSharedLimitsDestroy(NULL));
}
END_TEST

START_TEST(the_min_bucket_size_must_be_a_power_of_two) {
    umf_disjoint_pool_params_handle_t params;
    ck_ok(umfDisjointPoolParamsCreate(&params));
    ck_assert_int_eq(umfDisjointPoolParamsSetMinBucketSize(params, 0), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetMinBucketSize(params, 24), INV);
    ck_assert_int_eq(umfDisjointPoolParamsSetName(params, NULL), INV);
    for (size_t size = 1; size != 0; size *= 2) {
        ck_ok(umfDisjointPoolParamsSetMinBucketSize(params, size));
    }
    ck_ok(umfDisjointPoolParamsDestroy(params));
}
END_TEST

START_TEST(what_is_set_arrives_in_the_pool) {
    umf_disjoint_pool_params_handle_t params;
    umf_memory_pool_handle_t pool;
    const char *name;
    open_provider();
    ck_ok(umfDisjointPoolParamsCreate(&params));
    ck_ok(umfDisjointPoolParamsSetSlabMinSize(params, 1 << 20));
    ck_ok(umfDisjointPoolParamsSetMaxPoolableSize(params, 4096));
    ck_ok(umfDisjointPoolParamsSetMinBucketSize(params, 512));
    ck_ok(umfDisjointPoolParamsSetCapacity(params, 0));
    ck_ok(umfDisjointPoolParamsSetTrace(params, 3));
    ck_ok(umfDisjointPoolParamsSetName(params, "mine"));
    ck_ok(umfPoolCreate(umfDisjointPoolOps(), provider, params, 0, &pool));
    ck_ok(umfDisjointPoolParamsDestroy(params));
    ck_ok(umfPoolGetName(pool, &name));
    ck_assert_str_eq(name, "mine");
    void *small = umfPoolMalloc(pool, 1), *large = umfPoolMalloc(pool, 4097);
    size_t usable;
    ck_ok(umfPoolMallocUsableSize(pool, small, &usable));
    ck_assert_uint_eq(usable, 512);
    ck_assert_uint_eq(fake.live_bytes, (1 << 20) + 4097);
    ck_ok(umfFree(small));
    ck_ok(umfFree(large));
    ck_ok(umfPoolDestroy(pool));
    close_provider();
}
END_TEST

START_TEST(shared_limits_reach_every_pool_given_them) {
    umf_disjoint_pool_shared_limits_handle_t limits;
    umf_disjoint_pool_params_handle_t params;
    umf_memory_pool_handle_t pools[2];
    void *blocks[2][4];
    open_provider();
    ck_ok(umfDisjointPoolSharedLimitsCreate(3 * 65536, &limits));
    ck_ok(umfDisjointPoolParamsCreate(&params));
    ck_ok(umfDisjointPoolParamsSetSharedLimits(params, limits));
    for (size_t p = 0; p < 2; p++) {
        ck_ok(umfPoolCreate(umfDisjointPoolOps(), provider, params, 0, &pools[p]));
        for (size_t i = 0; i < 4; i++) {
            blocks[p][i] = umfPoolMalloc(pools[p], 65536);
        }
    }
    for (size_t i = 0; i < 8; i++) {
        ck_ok(umfFree(blocks[i % 2][i / 2]));
    }
    ck_assert_uint_eq(fake.live_bytes, 3 * 65536);
    ck_ok(umfPoolDestroy(pools[0]));
    ck_ok(umfPoolDestroy(pools[1]));
    ck_ok(umfDisjointPoolParamsDestroy(params));
    ck_ok(umfDisjointPoolSharedLimitsDestroy(limits));
    close_provider();
}
END_TEST

START_TEST(a_text_that_is_no_power_of_two_fails_at_create_and_is_named) {
    umf_params_handle_t params;
    umf_memory_pool_handle_t pool = NULL;
    open_provider();
    ck_ok(umfParamsCreate("pool", "disjoint", &params));
    ck_ok(umfParamsSet(params, "min_bucket_size", "100"));
    ck_assert_int_eq(umfPoolCreateByName("disjoint", provider, params, 0, &pool), INV);
    ck_assert_ptr_null(pool);
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "min_bucket_size"));
    ck_ok(umfParamsDestroy(params));
    close_provider();
}
END_TEST

SUITE_MAIN("api/pool-disjoint", setters_refuse_a_null_handle,
           the_min_bucket_size_must_be_a_power_of_two, what_is_set_arrives_in_the_pool,
           shared_limits_reach_every_pool_given_them,
           a_text_that_is_no_power_of_two_fails_at_create_and_is_named)
