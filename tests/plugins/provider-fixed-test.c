/*
 * provider-fixed-test.c - the fixed provider beyond what every provider must do:
 * where blocks lie in the buffer, what is refused, how it fills up.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <umf.h>
#include <umf/plugin.h>
#include <unistd.h>

#include <umf/providers/provider_fixed_memory.h>

#include "conformance/provider.h"
#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT
#define OOM UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY

enum { PAGES = 16 };

static size_t page;
static char *buffer;

static umf_memory_provider_handle_t fixed_made(void *start, size_t size) {
    umf_fixed_memory_provider_params_handle_t params = NULL;
    umf_memory_provider_handle_t provider = NULL;
    ck_ok(umfFixedMemoryProviderParamsCreate(start, size, &params));
    ck_ok(umfMemoryProviderCreate(umfFixedMemoryProviderOps(), params, &provider));
    ck_ok(umfFixedMemoryProviderParamsDestroy(params));
    return provider;
}

static umf_memory_provider_handle_t whole_buffer(void) {
    page = (size_t)sysconf(_SC_PAGESIZE);
    buffer = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(buffer, MAP_FAILED);
    return fixed_made(buffer, PAGES * page);
}

static char *block_of(umf_memory_provider_handle_t provider, size_t size) {
    char *block = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, size, 0, (void **)&block));
    return block;
}

START_TEST(setters_refuse_a_buffer_that_is_none) {
    umf_fixed_memory_provider_params_handle_t params = NULL, untouched = (void *)0x10, out = untouched;
    static char some[16];
    ck_assert_int_eq(umfFixedMemoryProviderParamsCreate(NULL, 16, &out), INV);
    ck_assert_int_eq(umfFixedMemoryProviderParamsCreate(some, 0, &out), INV);
    ck_assert_int_eq(umfFixedMemoryProviderParamsCreate(some, 16, NULL), INV);
    ck_assert_ptr_eq(out, untouched);
    ck_ok(umfFixedMemoryProviderParamsCreate(some, 16, &params));
    ck_assert_int_eq(umfFixedMemoryProviderParamsSetMemory(params, NULL, 16), INV);
    ck_assert_int_eq(umfFixedMemoryProviderParamsSetMemory(params, some, 0), INV);
    ck_assert_int_eq(umfFixedMemoryProviderParamsSetMemory(NULL, some, 16), INV);
    ck_assert_int_eq(umfFixedMemoryProviderParamsSetName(params, NULL), INV);
    ck_assert_int_eq(umfFixedMemoryProviderParamsSetName(NULL, "x"), INV);
    ck_ok(umfFixedMemoryProviderParamsDestroy(params));
    ck_ok(umfFixedMemoryProviderParamsDestroy(NULL));
}
END_TEST

START_TEST(create_refuses_a_set_without_a_buffer) {
    umf_params_handle_t params = NULL;
    umf_memory_provider_handle_t provider = NULL;
    ck_ok(umfParamsCreate("provider", "fixed", &params));
    ck_assert_int_eq(umfMemoryProviderCreate(umfFixedMemoryProviderOps(), params, &provider), INV);
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "fixed"));
    ck_ok(umfParamsSetPointer(params, "ptr", (void *)(UINTPTR_MAX - 4095)));
    ck_ok(umfParamsSetSize(params, "size", 8192));
    ck_assert_int_eq(umfMemoryProviderCreate(umfFixedMemoryProviderOps(), params, &provider), INV);
    ck_ok(umfParamsDestroy(params));
}
END_TEST

START_TEST(small_blocks_lie_a_page_apart) {
    umf_memory_provider_handle_t provider = whole_buffer();
    for (size_t i = 0; i < PAGES; i++) {
        ck_assert_ptr_eq(block_of(provider, i % 2 ? 10 : 100), buffer + i * page);
    }
    void *ptr = buffer;
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 1, 0, &ptr), OOM);
    ck_assert_ptr_null(ptr);
    ck_ok(umfMemoryProviderFree(provider, buffer + 5 * page, 10));
    ck_assert_ptr_eq(block_of(provider, page), buffer + 5 * page);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(an_unaligned_buffer_begins_at_its_first_page) {
    (void)whole_buffer();
    umf_memory_provider_handle_t provider = fixed_made(buffer + 1, 3 * page - 1);
    ck_assert_ptr_eq(block_of(provider, 2 * page), buffer + page);
    void *ptr = NULL;
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 1, 0, &ptr), OOM);
    ck_ok(umfMemoryProviderDestroy(provider));
    /* no page boundary inside: nothing to hand out */
    provider = fixed_made(buffer + 1, 100);
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 1, 0, &ptr), OOM);
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, buffer + page, 1), INV);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(alignments_are_powers_of_two) {
    umf_memory_provider_handle_t provider = whole_buffer();
    const size_t bad[] = {3, 24, 3 * page, page + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        void *ptr = buffer;
        ck_assert_int_eq(umfMemoryProviderAlloc(provider, 1, bad[i], &ptr),
                         UMF_RESULT_ERROR_INVALID_ALIGNMENT);
        ck_assert_ptr_eq(ptr, buffer);
    }
    void *ptr = NULL;
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 1, SIZE_MAX / 2 + 1, &ptr), OOM);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(free_takes_exact_starts_and_sizes) {
    umf_memory_provider_handle_t provider = whole_buffer();
    char *block = block_of(provider, 5000);
    ck_assert_int_eq(umfMemoryProviderFree(provider, block, 4999), INV);
    ck_assert_int_eq(umfMemoryProviderFree(provider, block, 8192), INV);
    ck_assert_int_eq(umfMemoryProviderFree(provider, block + page, 0), INV);
    ck_assert_int_eq(umfMemoryProviderFree(provider, buffer - page, 0), INV);
    ck_assert_int_eq(umfMemoryProviderFree(provider, buffer + 4 * page, 0), INV);
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 5000);
    ck_ok(umfMemoryProviderFree(provider, block, 0)); /* 0: whatever its size */
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 0);
    ck_assert_int_eq(umfMemoryProviderFree(provider, block, 5000), INV);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(pieces_may_have_any_size) {
    umf_memory_provider_handle_t provider = whole_buffer();
    char *block = block_of(provider, 10000), *apart = block_of(provider, 100);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, block, 9999, 100), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, block + 1, 9999, 100), INV);
    ck_ok(umfMemoryProviderAllocationSplit(provider, block, 10000, 100));
    ck_ok(umfMemoryProviderAllocationSplit(provider, block + 100, 9900, 1));
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(provider, block, block + 101, 9999), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(provider, block, block + 100, 102), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(provider, block + 101, apart, 9999), INV);
    ck_ok(umfMemoryProviderFree(provider, block + 100, 1));
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(provider, block, block + 100, 101), INV);
    ck_ok(umfMemoryProviderFree(provider, block, 100));
    ck_ok(umfMemoryProviderFree(provider, block + 101, 9899));
    ck_ok(umfMemoryProviderFree(provider, apart, 100));
    ck_assert_ptr_eq(block_of(provider, PAGES * page), buffer); /* all coalesced */
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(purging_stays_inside_the_block) {
    umf_memory_provider_handle_t provider = whole_buffer();
    const char *message = NULL;
    int32_t code = 0;
    char *block = block_of(provider, 2 * page);
    memset(block, 1, 2 * page);
    ck_ok(umfMemoryProviderAllocationSplit(provider, block, 2 * page, page + 100));
    ck_ok(umfMemoryProviderPurgeForce(provider, block, page + 100));
    ck_assert_int_eq(block[0], 0);
    ck_assert_int_eq(block[page + 100], 1); /* the neighbour's part of the page */
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, block + 1, page),
                     UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC);
    ck_ok(umfMemoryProviderGetLastNativeError(provider, &message, &code));
    ck_assert_int_eq(code, 4001);
    ck_assert_str_eq(message, "force purging failed: Invalid argument");
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, buffer - page, page), INV);
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, buffer, (PAGES + 1) * page), INV);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(another_providers_block_can_be_the_buffer) {
    umf_memory_provider_handle_t outer = whole_buffer();
    (void)block_of(outer, page);
    char *block = block_of(outer, 4 * page);
    umf_memory_provider_handle_t inner = fixed_made(block, 4 * page);
    ck_assert_ptr_eq(block_of(inner, 4 * page), block);
    ck_ok(umfMemoryProviderDestroy(inner));
    memset(block, 1, 4 * page);
    ck_ok(umfMemoryProviderFree(outer, block, 4 * page));
    ck_ok(umfMemoryProviderDestroy(outer));
}
END_TEST

START_TEST(a_name_is_the_callers) {
    umf_fixed_memory_provider_params_handle_t params = NULL;
    umf_memory_provider_handle_t provider = NULL;
    static char some[1 << 14];
    const char *name = NULL;
    ck_ok(umfFixedMemoryProviderParamsCreate(some, sizeof some, &params));
    ck_ok(umfFixedMemoryProviderParamsSetName(params, "scratch"));
    ck_ok(umfMemoryProviderCreate(umfFixedMemoryProviderOps(), params, &provider));
    ck_ok(umfFixedMemoryProviderParamsDestroy(params));
    ck_ok(umfMemoryProviderGetName(provider, &name));
    ck_assert_str_eq(name, "scratch");
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

SUITE_MAIN("plugins/provider-fixed", setters_refuse_a_buffer_that_is_none,
           create_refuses_a_set_without_a_buffer, small_blocks_lie_a_page_apart,
           an_unaligned_buffer_begins_at_its_first_page, alignments_are_powers_of_two,
           free_takes_exact_starts_and_sizes, pieces_may_have_any_size,
           purging_stays_inside_the_block, another_providers_block_can_be_the_buffer,
           a_name_is_the_callers)
