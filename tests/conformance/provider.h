/*
 * provider.h - what every memory provider must do, run over a table of makers.
 *
 *     static const struct provider_maker os = {...};
 *     PROVIDER_CASES(os)
 *     const TTest *const cases[] = {PROVIDER_CASE_LIST(os)};
 *
 * Where the API lets providers differ (contract 3.1), the maker says what its
 * provider answers. Each rule makes its own provider and leaves nothing behind.
 */
#ifndef UMF_TESTS_CONFORMANCE_PROVIDER_H
#define UMF_TESTS_CONFORMANCE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <umf/memory_provider.h>
#include <umf/plugin.h>

struct provider_maker {
    const char *component; /* its plugin's word for it: os */
    const char *name;      /* what get_name answers, by default: OS */
    umf_result_t (*make)(umf_memory_provider_handle_t *provider);

    umf_result_t zero_size, huge_size; /* alloc of 0 and of SIZE_MAX */
    int32_t exhausted_code;            /* native code of these, if provider-specific */
    bool nulls_when_full;              /* a failing alloc sets *ptr to NULL */
    umf_result_t alignment_3;          /* alloc aligned to 3 bytes */
    umf_result_t alignment_3_pages;
    size_t cache_line; /* 0: any power of two */

    int32_t success_code; /* native */
    umf_result_t purge_lazy;
    int32_t purge_lazy_code, purge_force_code; /* at an unaligned address */
    bool purge_zeroes;                         /* purge_force leaves zeros */
    umf_result_t split_unknown;                /* of a block that is none */
    umf_result_t ipc;                          /* get_ipc_handle_size */
};

#define PROVIDER_RULES(RULE, maker)                          \
    RULE(maker, blocks_are_aligned_writable_and_their_own)   \
    RULE(maker, impossible_requests_are_refused)             \
    RULE(maker, it_stays_usable_after_a_failure)             \
    RULE(maker, pages_cache_line_and_name_are_told)          \
    RULE(maker, free_of_null_is_nothing)                     \
    RULE(maker, purging_keeps_the_block)                     \
    RULE(maker, a_block_is_split_and_merged)                 \
    RULE(maker, native_errors_are_the_threads_own)           \
    RULE(maker, usage_is_told_and_its_peak_reset)            \
    RULE(maker, ctl_refuses_what_is_not_there)               \
    RULE(maker, ipc_is_offered_or_refused_as_a_whole)        \
    RULE(maker, null_arguments_are_refused_by_its_own_ops)   \
    RULE(maker, threads_allocate_and_free_for_each_other)    \
    RULE(maker, a_forked_child_can_use_it)                   \
    RULE(maker, failing_metadata_leaks_nothing)

#define PROVIDER_RULE_DECLARE(maker, rule) void conform_##rule(const struct provider_maker *);
PROVIDER_RULES(PROVIDER_RULE_DECLARE, )

#define PROVIDER_RULE_CASE(maker, rule) \
    START_TEST(maker##_##rule) { conform_##rule(&maker); } \
    END_TEST
#define PROVIDER_CASES(maker) PROVIDER_RULES(PROVIDER_RULE_CASE, maker)
#define PROVIDER_RULE_LIST(maker, rule) maker##_##rule,
#define PROVIDER_CASE_LIST(maker) PROVIDER_RULES(PROVIDER_RULE_LIST, maker)

/* ext_ctl of a provider, with arguments for {}. */
umf_result_t provider_ctl(umf_memory_provider_handle_t provider, umf_ctl_query_type_t type,
                          const char *path, void *arg, size_t size, ...);
/* A size_t node; SIZE_MAX where it cannot be read. */
size_t provider_stat(umf_memory_provider_handle_t provider, const char *path);

/* Descriptors this process has open. */
int open_descriptors(void);

#endif
