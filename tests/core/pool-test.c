/* pool-test.c - contract 1.7, 2.3: create, destroy, tracking, counting, tags. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <umf.h>

#include "core/doubles.h"
#include "core/meta.h"
#include "core/pool.h"
#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT
#define NSUP UMF_RESULT_ERROR_NOT_SUPPORTED
#define TRACKED UMF_POOL_CREATE_FLAG_NONE
#define UNTRACKED UMF_POOL_CREATE_FLAG_DISABLE_TRACKING
#define OWNING UMF_POOL_CREATE_FLAG_OWN_PROVIDER

static struct double_object source, allocator;
static umf_memory_provider_handle_t provider;
static umf_memory_pool_handle_t pool;

static void make(umf_pool_create_flags_t flags) {
    double_init(&source, "source");
    double_init(&allocator, "allocator");
    provider = double_provider(&source);
    pool = double_pool(&allocator, provider, flags);
}

static void unmake(void) {
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(provider));
}

static umf_memory_pool_handle_t owner_of(const void *ptr) {
    umf_memory_pool_handle_t owner = (void *)0x1;
    umf_result_t result = umfPoolByPtr(ptr, &owner);
    ck_assert_int_eq(result, owner ? UMF_RESULT_SUCCESS : INV);
    return owner;
}

static size_t live_blocks(void) {
    size_t count = SIZE_MAX;
    ck_ok(umfi_pool_live_blocks(pool, &count));
    return count;
}

START_TEST(create_judges_its_arguments_and_the_version) {
    make(TRACKED);
    umf_memory_pool_ops_t ops = double_pool_ops(), newer = ops, older = ops;
    newer.version = UMF_MAKE_VERSION(1, 2);
    older.version = 0;
    umf_memory_pool_handle_t untouched = (void *)0x99, made = untouched;
    ck_assert_int_eq(umfPoolCreate(NULL, provider, &allocator, 0, &made), INV);
    ck_assert_int_eq(umfPoolCreate(&ops, NULL, &allocator, 0, &made), INV);
    ck_assert_int_eq(umfPoolCreate(&ops, provider, &allocator, 0, NULL), INV);
    ck_assert_int_eq(umfPoolCreate(&ops, provider, &allocator, 4, &made), INV);
    ck_assert_int_eq(
        umfPoolCreate(&ops, provider, &allocator, UMF_POOL_CREATE_FLAG_FORCE_UINT32, &made), INV);
    ck_assert_int_eq(umfPoolCreate(&newer, provider, &allocator, 0, &made), NSUP);
    ck_assert_ptr_eq(made, untouched);
    ck_ok(umfPoolCreate(&older, provider, &allocator, 0, &made));
    ck_assert_int_eq(umfPoolTrimMemory(made, 0), NSUP); /* beyond its version */
    ck_ok(umfPoolDestroy(made));
    unmake();
}
END_TEST

START_TEST(null_arguments_are_refused) {
    make(TRACKED);
    void *pointer;
    size_t size;
    const char *name;
    umf_memory_provider_handle_t found;
    umf_memory_pool_handle_t untouched = (void *)0x99;
    const umf_result_t results[] = {
        umfPoolDestroy(NULL),
        umfPoolMallocUsableSize(NULL, &size, &size),
        umfPoolFree(NULL, &size),
        umfFree(NULL),
        umfPoolGetLastAllocationError(NULL),
        umfPoolByPtr(NULL, &untouched),
        umfPoolByPtr(&size, NULL),
        umfPoolGetMemoryProvider(NULL, &found),
        umfPoolGetMemoryProvider(pool, NULL),
        umfPoolGetName(NULL, &name),
        umfPoolGetName(pool, NULL),
        umfPoolSetTag(NULL, NULL, NULL),
        umfPoolGetTag(NULL, &pointer),
        umfPoolGetTag(pool, NULL),
        umfPoolTrimMemory(NULL, 0),
    };
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        ck_assert_msg(results[i] == INV, "row %zu answers %d", i, results[i]);
    }
    ck_assert_ptr_eq(untouched, (void *)0x99);
    ck_assert_ptr_null(umfPoolMalloc(NULL, 1));
    ck_assert_ptr_null(umfPoolCalloc(NULL, 1, 1));
    ck_assert_ptr_null(umfPoolRealloc(NULL, NULL, 1));
    ck_assert_ptr_null(umfPoolAlignedMalloc(NULL, 1, 1));
    unmake();
}
END_TEST

START_TEST(a_failing_step_of_create_leaves_the_provider_alive) {
    static const struct {
        enum double_op op;
        umf_result_t result;
    } rows[] = {{OP_INITIALIZE, UMF_RESULT_ERROR_USER_SPECIFIC},
                {OP_NAME, UMF_RESULT_ERROR_UNKNOWN},
                {OP_CTL, UMF_RESULT_ERROR_NOT_SUPPORTED}};
    double_init(&source, "source");
    provider = double_provider(&source);
    umf_memory_pool_ops_t ops = double_pool_ops();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double_init(&allocator, "allocator");
        allocator.results[rows[i].op] = rows[i].result;
        umf_memory_pool_handle_t made = NULL;
        ck_assert_int_eq(umfPoolCreate(&ops, provider, &allocator, OWNING, &made), rows[i].result);
        ck_assert_ptr_null(made);
        ck_assert_uint_eq(allocator.calls[OP_FINALIZE], 0); /* of a pool, never then */
    }
    ck_assert_uint_eq(source.calls[OP_FINALIZE], 0);
    double_init(&allocator, "allocator");
    allocator.results[OP_CTL] = UMF_RESULT_ERROR_INVALID_CTL_PATH; /* no such node: fine */
    ops.version = 0;
    ck_ok(umfPoolCreate(&ops, provider, &allocator, 0, &pool));
    ck_assert_uint_eq(allocator.calls[OP_CTL], 1); /* sent to pools of every version */
    unmake();
}
END_TEST

START_TEST(destroy_runs_all_three_steps_and_answers_the_first_error) {
    make(OWNING);
    allocator.results[OP_FINALIZE] = UMF_RESULT_ERROR_USER_SPECIFIC;
    source.results[OP_FINALIZE] = UMF_RESULT_ERROR_UNKNOWN;
    void *block = umfPoolMalloc(pool, 64);
    ck_assert_ptr_eq(owner_of(block), pool);
    ck_assert_int_eq(umfPoolDestroy(pool), UMF_RESULT_ERROR_USER_SPECIFIC);
    ck_assert_uint_eq(source.calls[OP_FINALIZE], 1);
    ck_assert_ptr_null(owner_of(block));
}
END_TEST

START_TEST(every_address_of_a_block_leads_to_its_pool_and_none_beyond) {
    make(TRACKED);
    char *block = umfPoolMalloc(pool, 10000);
    ck_assert_ptr_eq(owner_of(block), pool);
    ck_assert_ptr_eq(owner_of(block + 5000), pool);
    ck_assert_ptr_eq(owner_of(block + 9999), pool);
    ck_assert_ptr_null(owner_of(block + 10000));
    ck_assert_ptr_null(owner_of(block - 1));
    ck_ok(umfFree(block));
    ck_assert_ptr_null(owner_of(block));
    ck_assert_int_eq(umfFree(block), INV);
    unmake();
}
END_TEST

START_TEST(the_provider_a_pool_sees_is_a_stand_in_that_nobody_else_sees) {
    make(TRACKED);
    ck_assert_ptr_ne(allocator.given, provider);
    umf_memory_provider_handle_t seen = NULL;
    ck_ok(umfPoolGetMemoryProvider(pool, &seen));
    ck_assert_ptr_eq(seen, provider);
    source.results[OP_ALLOC] = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
    ck_assert_ptr_null(umfPoolMalloc(pool, 1));
    ck_ok(umfGetLastFailedMemoryProvider(&seen));
    ck_assert_ptr_eq(seen, provider);
    const char *name;
    ck_ok(umfMemoryProviderGetName(allocator.given, &name));
    ck_assert_str_eq(name, "source");
    unmake();
}
END_TEST

START_TEST(without_tracking_foreign_ops_get_the_provider_itself) {
    make(UNTRACKED);
    ck_assert_ptr_eq(allocator.given, provider);
    char *block = umfPoolMalloc(pool, 100);
    ck_assert_ptr_null(owner_of(block));
    ck_assert_int_eq(umfFree(block), INV);
    ck_ok(umfPoolFree(pool, block));
    unmake();
}
END_TEST

/* Pool upon pool over one page: each inner one is the innermost there. */
START_TEST(eight_levels_nest_and_a_ninth_is_out_of_resources) {
    enum { LEVELS = 9 };
    static struct double_object sources[LEVELS], allocators[LEVELS];
    umf_memory_provider_handle_t providers[LEVELS];
    umf_memory_pool_handle_t pools[LEVELS];
    char *block = NULL;
    for (int i = 0; i < LEVELS; i++) {
        double_init(&sources[i], "source");
        double_init(&allocators[i], "allocator");
        sources[i].next = block; /* the block of the level below */
        providers[i] = double_provider(&sources[i]);
        pools[i] = double_pool(&allocators[i], providers[i], TRACKED);
        char *got = umfPoolMalloc(pools[i], 4096);
        if (i < 8) {
            block = got;
            ck_assert_ptr_nonnull(block);
            ck_assert_ptr_eq(owner_of(block), pools[i]);
        } else {
            ck_assert_ptr_null(got);
            ck_assert_uint_eq(sources[i].calls[OP_FREE], 1); /* handed back */
        }
    }
    void *memory = NULL;
    ck_assert_int_eq(umfMemoryProviderAlloc(allocators[8].given, 4096, 0, &memory),
                     UMF_RESULT_ERROR_OUT_OF_RESOURCES);
    for (int i = LEVELS - 1; i >= 0; i--) {
        ck_ok(umfPoolDestroy(pools[i]));
        ck_ok(umfMemoryProviderDestroy(providers[i]));
        if (i > 0 && i < 8) {
            ck_assert_ptr_eq(owner_of(block), pools[i - 1]);
        }
    }
    ck_assert_ptr_null(owner_of(block));
}
END_TEST

START_TEST(memory_that_sticks_out_of_another_pools_is_handed_back) {
    static struct double_object inner_source, inner_allocator;
    make(TRACKED);
    char *block = umfPoolMalloc(pool, 4096);
    double_init(&inner_source, "inner");
    double_init(&inner_allocator, "inner");
    umf_memory_provider_handle_t inner = double_provider(&inner_source);
    umf_memory_pool_handle_t inner_pool = double_pool(&inner_allocator, inner, TRACKED);
    inner_source.next = block + 4000;
    void *memory = NULL;
    ck_assert_int_eq(umfMemoryProviderAlloc(inner_allocator.given, 4096, 0, &memory), INV);
    ck_assert_ptr_null(memory);
    ck_assert_uint_eq(inner_source.calls[OP_FREE], 1);
    ck_assert_ptr_eq(inner_source.last_ptr, block + 4000);
    ck_ok(umfPoolDestroy(inner_pool));
    ck_ok(umfMemoryProviderDestroy(inner));
    unmake();
}
END_TEST

START_TEST(a_free_that_the_provider_refuses_leaves_the_block_registered) {
    make(TRACKED);
    char *block = umfPoolMalloc(pool, 4096);
    source.results[OP_FREE] = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
    ck_assert_int_eq(umfPoolFree(pool, block), UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC);
    ck_assert_ptr_eq(owner_of(block), pool);
    source.results[OP_FREE] = UMF_RESULT_SUCCESS;
    ck_ok(umfPoolFree(pool, block));
    ck_assert_ptr_null(owner_of(block));
    unmake();
}
END_TEST

START_TEST(a_free_of_unregistered_memory_is_still_forwarded) {
    make(TRACKED);
    char stranger;
    ck_ok(umfMemoryProviderFree(allocator.given, &stranger, 1));
    ck_assert_ptr_eq(source.last_ptr, &stranger);
    ck_ok(umfMemoryProviderFree(allocator.given, NULL, 0));
    ck_assert_uint_eq(source.calls[OP_FREE], 2);
    unmake();
}
END_TEST

START_TEST(null_from_a_successful_alloc_is_passed_on_unregistered) {
    make(TRACKED);
    size_t before = umfi_addrmap_count(&umfi_map);
    void *memory = &before;
    source.hands_out_null = 1;
    ck_ok(umfMemoryProviderAlloc(allocator.given, 4096, 0, &memory));
    ck_assert_ptr_null(memory);
    ck_assert_uint_eq(umfi_addrmap_count(&umfi_map), before);
    source.hands_out_null = 0;
    ck_ok(umfMemoryProviderAlloc(allocator.given, 0, 0, &memory)); /* no bytes: nothing to know */
    ck_assert_ptr_nonnull(memory);
    ck_assert_uint_eq(umfi_addrmap_count(&umfi_map), before);
    unmake();
}
END_TEST

START_TEST(a_provider_without_split_says_so_through_the_stand_in) {
    umf_memory_provider_ops_t ops = double_provider_ops();
    ops.ext_allocation_split = NULL;
    ops.ext_allocation_merge = NULL;
    double_init(&source, "source");
    double_init(&allocator, "allocator");
    ck_ok(umfMemoryProviderCreate(&ops, &source, &provider));
    pool = double_pool(&allocator, provider, TRACKED);
    char stranger[2]; /* pools probe with any address */
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(allocator.given, stranger, 2, 1), NSUP);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(allocator.given, stranger, stranger + 1, 2),
                     NSUP);
    unmake();
}
END_TEST

START_TEST(a_pool_name_of_other_characters_is_created_all_the_same) {
    double_init(&source, "source");
    double_init(&allocator, "a name!");
    provider = double_provider(&source);
    pool = double_pool(&allocator, provider, TRACKED);
    const char *name = NULL;
    ck_ok(umfPoolGetName(pool, &name));
    ck_assert_str_eq(name, "a name!");
    unmake();
}
END_TEST

START_TEST(split_and_merge_need_the_exact_block_and_follow_the_provider) {
    make(TRACKED);
    umf_memory_provider_handle_t in = allocator.given;
    char *block = umfPoolMalloc(pool, 8192);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(in, block + 1, 8191, 4096), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(in, block, 8191, 4096), INV);
    ck_assert_uint_eq(source.calls[OP_SPLIT], 0);
    source.results[OP_SPLIT] = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(in, block, 8192, 4096),
                     UMF_RESULT_ERROR_USER_SPECIFIC);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(in, block, 4096, 100), INV); /* still whole */
    source.results[OP_SPLIT] = UMF_RESULT_SUCCESS;
    ck_ok(umfMemoryProviderAllocationSplit(in, block, 8192, 4096));
    ck_ok(umfMemoryProviderAllocationSplit(in, block, 4096, 100)); /* not on a page's border */
    ck_assert_ptr_eq(owner_of(block + 99), pool);
    ck_assert_ptr_eq(owner_of(block + 8191), pool);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(in, block, block + 4096, 8192), INV);
    ck_ok(umfMemoryProviderAllocationMerge(in, block, block + 100, 4096));
    source.results[OP_MERGE] = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(in, block, block + 4096, 8192),
                     UMF_RESULT_ERROR_USER_SPECIFIC);
    source.results[OP_MERGE] = UMF_RESULT_SUCCESS;
    ck_ok(umfMemoryProviderAllocationMerge(in, block, block + 4096, 8192));
    ck_ok(umfMemoryProviderFree(in, block, 8192));
    ck_assert_ptr_null(owner_of(block + 4096));
    unmake();
}
END_TEST

START_TEST(the_core_counts_the_live_blocks_of_foreign_ops) {
    make(TRACKED);
    void *a = umfPoolMalloc(pool, 8), *b = umfPoolCalloc(pool, 2, 8);
    void *c = umfPoolAlignedMalloc(pool, 8, 8), *d = umfPoolRealloc(pool, NULL, 8);
    ck_assert_uint_eq(live_blocks(), 4);
    allocator.results[OP_MALLOC] = UMF_RESULT_ERROR_UNKNOWN;
    ck_assert_ptr_null(umfPoolMalloc(pool, 8));
    ck_assert_ptr_eq(umfPoolRealloc(pool, a, 4), a);
    ck_assert_uint_eq(live_blocks(), 4);
    ck_ok(umfPoolFree(pool, NULL));
    ck_assert_uint_eq(live_blocks(), 4);
    ck_assert_ptr_null(umfPoolRealloc(pool, d, 0));
    ck_ok(umfPoolFree(pool, c));
    ck_ok(umfFree(b));
    ck_assert_uint_eq(live_blocks(), 1);
    allocator.results[OP_POOL_FREE] = UMF_RESULT_ERROR_UNKNOWN;
    ck_assert_int_eq(umfPoolFree(pool, a), UMF_RESULT_ERROR_UNKNOWN);
    ck_assert_uint_eq(live_blocks(), 1);
    unmake();
}
END_TEST

START_TEST(a_tag_is_exchanged) {
    make(TRACKED);
    void *tag = &source;
    ck_ok(umfPoolGetTag(pool, &tag));
    ck_assert_ptr_null(tag);
    ck_ok(umfPoolSetTag(pool, &source, NULL));
    ck_ok(umfPoolSetTag(pool, &allocator, &tag));
    ck_assert_ptr_eq(tag, &source);
    ck_ok(umfPoolGetTag(pool, &tag));
    ck_assert_ptr_eq(tag, &allocator);
    unmake();
}
END_TEST

START_TEST(the_remaining_calls_reach_the_pools_functions) {
    make(TRACKED);
    size_t size;
    const char *name;
    allocator.results[OP_TRIM] = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_int_eq(umfPoolTrimMemory(pool, 42), UMF_RESULT_ERROR_USER_SPECIFIC);
    ck_assert_uint_eq(allocator.last_size, 42);
    allocator.results[OP_LAST_ERROR] = UMF_RESULT_ERROR_OUT_OF_RESOURCES;
    ck_assert_int_eq(umfPoolGetLastAllocationError(pool), UMF_RESULT_ERROR_OUT_OF_RESOURCES);
    ck_ok(umfPoolMallocUsableSize(pool, NULL, &size));
    ck_ok(umfPoolGetName(pool, &name));
    ck_assert_str_eq(name, "allocator");
    unmake();
}
END_TEST

START_TEST(functions_that_a_table_lacks_refuse) {
    double_init(&source, "source");
    double_init(&allocator, "allocator");
    provider = double_provider(&source);
    umf_memory_pool_ops_t ops = {.version = UMF_POOL_OPS_VERSION_CURRENT,
                                 .initialize = double_pool_ops().initialize};
    ck_ok(umfPoolCreate(&ops, provider, &allocator, 0, &pool));
    size_t size;
    const char *name;
    ck_assert_ptr_null(umfPoolMalloc(pool, 1));
    ck_assert_ptr_null(umfPoolCalloc(pool, 1, 1));
    ck_assert_ptr_null(umfPoolRealloc(pool, NULL, 1));
    ck_assert_ptr_null(umfPoolAlignedMalloc(pool, 1, 1));
    ck_assert_int_eq(umfPoolFree(pool, &size), NSUP);
    ck_assert_int_eq(umfPoolMallocUsableSize(pool, &size, &size), NSUP);
    ck_assert_int_eq(umfPoolGetLastAllocationError(pool), NSUP);
    ck_assert_int_eq(umfPoolTrimMemory(pool, 0), NSUP);
    ck_ok(umfPoolGetName(pool, &name));
    unmake();
}
END_TEST

/* One round of everything; what it made is gone at its end. */
static umf_result_t round_trip(void) {
    umf_memory_pool_ops_t ops = double_pool_ops();
    umf_memory_pool_handle_t made;
    umf_result_t result = umfPoolCreate(&ops, provider, &allocator, 0, &made);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    source.used = 0;
    memset(source.calls, 0, sizeof source.calls);
    void *block = NULL;
    result = umfMemoryProviderAlloc(allocator.given, 8192 + 100, 0, &block);
    /* memory that could not be registered is handed back */
    ck_assert_uint_eq(source.calls[OP_FREE], result == UMF_RESULT_SUCCESS ? 0 : 1);
    if (result == UMF_RESULT_SUCCESS) {
        result = umfMemoryProviderAllocationSplit(allocator.given, block, 8192 + 100, 50);
        ck_assert_ptr_eq(owner_of(block), made);
    }
    if (result == UMF_RESULT_SUCCESS) {
        result = umfMemoryProviderAllocationMerge(allocator.given, block, (char *)block + 50,
                                                  8192 + 100);
        ck_assert_ptr_eq(owner_of((char *)block + 50), made);
    }
    ck_ok(umfPoolDestroy(made));
    ck_assert_ptr_null(umfi_addrmap_check(&umfi_map));
    return result;
}

START_TEST(every_metadata_allocation_can_fail_and_nothing_is_lost) {
    double_init(&source, "source");
    double_init(&allocator, "allocator");
    provider = double_provider(&source);
    ck_ok(round_trip()); /* the map's lasting parts are made */
    size_t before = umfi_meta_in_use();
    unsigned failures = 0;
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        umf_result_t result = round_trip();
        int has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        ck_assert_uint_eq(umfi_meta_in_use(), before);
        if (!has_failed) {
            ck_ok(result);
            break;
        }
        failures += result == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    ck_assert_uint_gt(failures, 0);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

SUITE_MAIN("core/pool", create_judges_its_arguments_and_the_version, null_arguments_are_refused,
           a_failing_step_of_create_leaves_the_provider_alive,
           destroy_runs_all_three_steps_and_answers_the_first_error,
           every_address_of_a_block_leads_to_its_pool_and_none_beyond,
           the_provider_a_pool_sees_is_a_stand_in_that_nobody_else_sees,
           without_tracking_foreign_ops_get_the_provider_itself,
           eight_levels_nest_and_a_ninth_is_out_of_resources,
           memory_that_sticks_out_of_another_pools_is_handed_back,
           a_free_that_the_provider_refuses_leaves_the_block_registered,
           a_free_of_unregistered_memory_is_still_forwarded,
           null_from_a_successful_alloc_is_passed_on_unregistered,
           a_provider_without_split_says_so_through_the_stand_in,
           a_pool_name_of_other_characters_is_created_all_the_same,
           split_and_merge_need_the_exact_block_and_follow_the_provider,
           the_core_counts_the_live_blocks_of_foreign_ops, a_tag_is_exchanged,
           the_remaining_calls_reach_the_pools_functions, functions_that_a_table_lacks_refuse,
           every_metadata_allocation_can_fail_and_nothing_is_lost)
