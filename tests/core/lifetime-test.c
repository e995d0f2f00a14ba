/* lifetime-test.c - contract 1.4: init and teardown, refusals, fork. */
#include <sys/wait.h>
#include <umf.h>
#include <umf/plugin.h>
#include <unistd.h>

#include "core/doubles.h"
#include "core/lifetime.h"
#include "suite.h"

#define UNKNOWN UMF_RESULT_ERROR_UNKNOWN

static struct double_object source, allocator;
static umf_memory_provider_handle_t provider;
static umf_memory_pool_handle_t pool;

static void make(void) {
    double_init(&source, "source");
    double_init(&allocator, "allocator");
    provider = double_provider(&source);
    pool = double_pool(&allocator, provider, 0);
}

static void assert_old_handles_refuse(void *block) {
    umf_memory_pool_handle_t owner = NULL;
    void *out = NULL;
    size_t size = 0;
    const char *name = NULL;
    ck_assert_int_eq(umfPoolDestroy(pool), UNKNOWN);
    ck_assert_int_eq(umfMemoryProviderDestroy(provider), UNKNOWN);
    ck_assert_ptr_null(umfPoolMalloc(pool, 1));
    ck_assert_ptr_null(umfPoolCalloc(pool, 1, 1));
    ck_assert_ptr_null(umfPoolRealloc(pool, NULL, 1));
    ck_assert_ptr_null(umfPoolAlignedMalloc(pool, 1, 1));
    ck_assert_int_eq(umfPoolFree(pool, block), UNKNOWN);
    ck_assert_int_eq(umfPoolGetName(pool, &name), UNKNOWN);
    ck_assert_int_eq(umfPoolTrimMemory(pool, 0), UNKNOWN);
    ck_assert_int_eq(umfPoolMallocUsableSize(pool, block, &size), UNKNOWN);
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 1, 0, &out), UNKNOWN);
    ck_assert_int_eq(umfMemoryProviderFree(provider, block, 1), UNKNOWN);
    ck_assert_int_eq(umfMemoryProviderGetName(provider, &name), UNKNOWN);
    ck_assert_int_eq(umfPoolByPtr(block, &owner), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(umfFree(block), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(source.calls[OP_FINALIZE] + allocator.calls[OP_FINALIZE], 0);
}

START_TEST(after_the_last_teardown_everything_is_refused) {
    make();
    void *block = umfPoolMalloc(pool, 64);
    ck_ok(umfTearDown());
    assert_old_handles_refuse(block);
    ck_assert_int_eq(umfMemoryProviderDestroy(NULL), UNKNOWN);
    umf_memory_pool_ops_t ops = double_pool_ops();
    umf_memory_pool_handle_t made = NULL;
    ck_assert_int_eq(umfPoolCreate(&ops, provider, &allocator, 0, &made), UNKNOWN);
    ck_assert_int_eq(umfGetCurrentVersion(), 65536);
}
END_TEST

START_TEST(old_handles_are_refused_in_the_next_life_and_new_ones_work) {
    make();
    void *block = umfPoolMalloc(pool, 64);
    ck_ok(umfTearDown());
    ck_ok(umfInit());
    assert_old_handles_refuse(block);
    make();
    block = umfPoolMalloc(pool, 64);
    ck_ok(umfFree(block));
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(pairs_nest_and_surplus_teardowns_are_harmless) {
    ck_ok(umfInit());
    ck_ok(umfInit());
    ck_ok(umfTearDown());
    ck_ok(umfTearDown());
    ck_assert(umfi_is_up()); /* the load's own reference */
    make();
    for (int i = 0; i < 10; i++) {
        ck_ok(umfTearDown());
    }
    ck_assert(!umfi_is_up());
    ck_ok(umfInit()); /* one brings it back, whatever the surplus */
    ck_assert(umfi_is_up());
    ck_ok(umfTearDown());
    ck_assert(!umfi_is_up());
}
END_TEST

START_TEST(a_held_library_outlives_every_teardown) {
    ck_ok(umfPluginHold());
    ck_ok(umfPluginHold());
    make();
    for (int i = 0; i < 5; i++) {
        ck_ok(umfTearDown());
        ck_assert(umfi_is_up());
    }
    void *block = umfPoolMalloc(pool, 64);
    ck_assert_ptr_nonnull(block);
    ck_ok(umfPoolFree(pool, block));
    ck_ok(umfInit());
    ck_ok(umfTearDown());
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(a_hold_brings_the_library_up_again) {
    ck_ok(umfTearDown());
    ck_assert(!umfi_is_up());
    ck_ok(umfPluginHold());
    ck_assert(umfi_is_up());
    ck_ok(umfTearDown());
    ck_assert(umfi_is_up());
}
END_TEST

START_TEST(a_child_of_fork_works_on_and_knows_its_generation) {
    make();
    void *block = umfPoolMalloc(pool, 64);
    uint64_t generation = umfi_fork_generation();
    pid_t child = fork();
    if (child == 0) {
        umf_memory_pool_handle_t owner = NULL;
        int is_good = umfi_fork_generation() == generation + 1 &&
                      umfPoolByPtr(block, &owner) == UMF_RESULT_SUCCESS && owner == pool &&
                      umfFree(block) == UMF_RESULT_SUCCESS && umfPoolMalloc(pool, 8) &&
                      umfPoolDestroy(pool) == UMF_RESULT_SUCCESS;
        _exit(is_good ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(umfi_fork_generation(), generation);
    ck_ok(umfFree(block));
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

SUITE_MAIN("core/lifetime", after_the_last_teardown_everything_is_refused,
           old_handles_are_refused_in_the_next_life_and_new_ones_work,
           pairs_nest_and_surplus_teardowns_are_harmless,
           a_held_library_outlives_every_teardown, a_hold_brings_the_library_up_again,
           a_child_of_fork_works_on_and_knows_its_generation)
