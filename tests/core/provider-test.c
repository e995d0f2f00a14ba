/* provider-test.c - contract 1.5, 1.7 and 2.2: checks, versions, dispatch. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <umf.h>

#include "core/doubles.h"
#include "core/meta.h"
#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT
#define NSUP UMF_RESULT_ERROR_NOT_SUPPORTED

static struct double_object object;

static umf_result_t create(const umf_memory_provider_ops_t *ops) {
    umf_memory_provider_handle_t untouched = (void *)0x1234, provider = untouched;
    umf_result_t result = umfMemoryProviderCreate(ops, &object, &provider);
    if (result == UMF_RESULT_SUCCESS) {
        ck_ok(umfMemoryProviderDestroy(provider));
    } else {
        ck_assert_ptr_eq(provider, untouched);
    }
    return result;
}

START_TEST(a_table_that_lacks_a_mandatory_function_is_refused) {
    static const size_t mandatory[] = {
        offsetof(umf_memory_provider_ops_t, initialize),
        offsetof(umf_memory_provider_ops_t, finalize),
        offsetof(umf_memory_provider_ops_t, alloc),
        offsetof(umf_memory_provider_ops_t, free),
        offsetof(umf_memory_provider_ops_t, get_last_native_error),
        offsetof(umf_memory_provider_ops_t, get_recommended_page_size),
        offsetof(umf_memory_provider_ops_t, get_min_page_size),
        offsetof(umf_memory_provider_ops_t, get_name),
        offsetof(umf_memory_provider_ops_t, get_cache_line_size),
    };
    double_init(&object, "double");
    for (size_t i = 0; i < sizeof mandatory / sizeof mandatory[0]; i++) {
        umf_memory_provider_ops_t ops = double_provider_ops();
        memset((char *)&ops + mandatory[i], 0, sizeof(void *));
        ck_assert_int_eq(create(&ops), INV);
    }
    ck_assert_uint_eq(object.calls[OP_INITIALIZE], 0);
}
END_TEST

START_TEST(a_table_with_half_a_group_is_refused) {
    static const size_t grouped[] = {
        offsetof(umf_memory_provider_ops_t, ext_allocation_merge),
        offsetof(umf_memory_provider_ops_t, ext_allocation_split),
        offsetof(umf_memory_provider_ops_t, ext_get_ipc_handle_size),
        offsetof(umf_memory_provider_ops_t, ext_get_ipc_handle),
        offsetof(umf_memory_provider_ops_t, ext_put_ipc_handle),
        offsetof(umf_memory_provider_ops_t, ext_open_ipc_handle),
        offsetof(umf_memory_provider_ops_t, ext_close_ipc_handle),
        offsetof(umf_memory_provider_ops_t, ext_get_allocation_properties),
        offsetof(umf_memory_provider_ops_t, ext_get_allocation_properties_size),
    };
    double_init(&object, "double");
    for (size_t i = 0; i < sizeof grouped / sizeof grouped[0]; i++) {
        umf_memory_provider_ops_t ops = double_provider_ops();
        memset((char *)&ops + grouped[i], 0, sizeof(void *));
        ck_assert_int_eq(create(&ops), INV);
    }
}
END_TEST

START_TEST(the_version_decides_what_is_taken) {
    static const struct {
        uint32_t version;
        umf_result_t result;
    } rows[] = {
        {0, UMF_RESULT_SUCCESS},
        {UMF_MAKE_VERSION(1, 0), UMF_RESULT_SUCCESS},
        {UMF_MAKE_VERSION(7, 0), UMF_RESULT_SUCCESS},
        {UMF_MAKE_VERSION(1, 1), UMF_RESULT_SUCCESS},
        {UMF_MAKE_VERSION(0, 1), UMF_RESULT_SUCCESS},
        {UMF_MAKE_VERSION(1, 2), UMF_RESULT_SUCCESS},
        {UMF_MAKE_VERSION(0, 2), NSUP},
        {UMF_MAKE_VERSION(2, 2), NSUP},
        {UMF_MAKE_VERSION(1, 3), NSUP},
        {UINT32_MAX, NSUP},
    };
    double_init(&object, "double");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        umf_memory_provider_ops_t ops = double_provider_ops();
        ops.version = rows[i].version;
        ck_assert_msg(create(&ops) == rows[i].result, "version %#x", rows[i].version);
    }
}
END_TEST

/* The end of the table's stated version lies at the end of a page; the next page
 * cannot be read. */
START_TEST(no_byte_beyond_the_stated_version_is_read) {
    static const struct {
        uint32_t version;
        size_t bytes;
    } rows[] = {
        {UMF_MAKE_VERSION(1, 0), offsetof(umf_memory_provider_ops_t, ext_get_allocation_properties)},
        {UMF_MAKE_VERSION(1, 1), offsetof(umf_memory_provider_ops_t, get_cache_line_size)},
        {UMF_MAKE_VERSION(1, 2), sizeof(umf_memory_provider_ops_t)},
    };
    double_init(&object, "double");
    char *pages =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_int_eq(mprotect(pages + 4096, 4096, PROT_NONE), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        umf_memory_provider_ops_t ops = double_provider_ops();
        ops.version = rows[i].version;
        void *placed = memcpy(pages + 4096 - rows[i].bytes, &ops, rows[i].bytes);
        ck_ok(create(placed));
    }
}
END_TEST

START_TEST(a_failing_step_of_create_undoes_what_was_done) {
    static const struct {
        enum double_op op;
        umf_result_t answer, result;
        unsigned finalized;
    } rows[] = {
        {OP_INITIALIZE, UMF_RESULT_ERROR_USER_SPECIFIC, UMF_RESULT_ERROR_USER_SPECIFIC, 0},
        {OP_NAME, UMF_RESULT_ERROR_UNKNOWN, UMF_RESULT_ERROR_UNKNOWN, 1},
        {OP_CTL, UMF_RESULT_ERROR_NOT_SUPPORTED, UMF_RESULT_ERROR_NOT_SUPPORTED, 1},
        {OP_CTL, UMF_RESULT_ERROR_INVALID_CTL_PATH, UMF_RESULT_SUCCESS, 1}, /* by destroy */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double_init(&object, "double");
        object.results[rows[i].op] = rows[i].answer;
        umf_memory_provider_ops_t ops = double_provider_ops();
        ck_assert_int_eq(create(&ops), rows[i].result);
        ck_assert_uint_eq(object.calls[OP_FINALIZE], rows[i].finalized);
    }
}
END_TEST

START_TEST(post_initialize_goes_to_version_1_1_and_later) {
    double_init(&object, "double");
    umf_memory_provider_ops_t ops = double_provider_ops();
    ops.version = UMF_MAKE_VERSION(1, 0);
    ck_ok(create(&ops));
    ck_assert_uint_eq(object.calls[OP_CTL], 0);
    ops.version = UMF_MAKE_VERSION(1, 1);
    ck_ok(create(&ops));
    ck_assert_uint_eq(object.calls[OP_CTL], 1);
    ck_assert_str_eq(object.last_ctl, "post_initialize");
}
END_TEST

START_TEST(null_and_senseless_arguments_are_refused_before_any_function_runs) {
    double_init(&object, "double");
    umf_memory_provider_handle_t p = double_provider(&object), none = NULL;
    umf_memory_provider_ops_t ops = double_provider_ops();
    unsigned before[OP_COUNT];
    memcpy(before, object.calls, sizeof before);
    char block[64];
    void *out = NULL;
    size_t size = 0;
    const char *text = NULL;
    int32_t code = 0;
    const umf_result_t results[] = {
        umfMemoryProviderCreate(NULL, &object, &none),
        umfMemoryProviderCreate(&ops, &object, NULL),
        umfMemoryProviderAlloc(NULL, 1, 0, &out),
        umfMemoryProviderAlloc(p, 1, 0, NULL),
        umfMemoryProviderFree(NULL, block, 1),
        umfMemoryProviderGetLastNativeError(NULL, &text, &code),
        umfMemoryProviderGetLastNativeError(p, NULL, &code),
        umfMemoryProviderGetLastNativeError(p, &text, NULL),
        umfMemoryProviderGetRecommendedPageSize(NULL, 1, &size),
        umfMemoryProviderGetRecommendedPageSize(p, 1, NULL),
        umfMemoryProviderGetMinPageSize(NULL, block, &size),
        umfMemoryProviderGetMinPageSize(p, block, NULL),
        umfMemoryProviderGetCacheLineSize(NULL, &size),
        umfMemoryProviderGetCacheLineSize(p, NULL),
        umfMemoryProviderGetName(NULL, &text),
        umfMemoryProviderGetName(p, NULL),
        umfMemoryProviderPurgeLazy(NULL, block, 1),
        umfMemoryProviderPurgeLazy(p, NULL, 1),
        umfMemoryProviderPurgeForce(NULL, block, 1),
        umfMemoryProviderPurgeForce(p, NULL, 1),
        umfMemoryProviderAllocationSplit(NULL, block, 2, 1),
        umfMemoryProviderAllocationSplit(p, NULL, 2, 1),
        umfMemoryProviderAllocationSplit(p, block, 0, 1),
        umfMemoryProviderAllocationSplit(p, block, 2, 0),
        umfMemoryProviderAllocationSplit(p, block, 2, 2),
        umfMemoryProviderAllocationSplit(p, block, 2, 3),
        umfMemoryProviderAllocationMerge(NULL, block, block + 1, 2),
        umfMemoryProviderAllocationMerge(p, NULL, block + 1, 2),
        umfMemoryProviderAllocationMerge(p, block, NULL, 2),
        umfMemoryProviderAllocationMerge(p, block, block + 1, 0),
        umfMemoryProviderAllocationMerge(p, block, block, 2),
        umfMemoryProviderAllocationMerge(p, block + 1, block, 2),
        umfMemoryProviderAllocationMerge(p, block, block + 2, 2),
        umfMemoryProviderGetIPCHandleSize(NULL, &size),
        umfMemoryProviderGetIPCHandleSize(p, NULL),
        umfMemoryProviderGetIPCHandle(NULL, block, 1, block),
        umfMemoryProviderGetIPCHandle(p, NULL, 1, block),
        umfMemoryProviderGetIPCHandle(p, block, 0, block),
        umfMemoryProviderGetIPCHandle(p, block, 1, NULL),
        umfMemoryProviderPutIPCHandle(NULL, block),
        umfMemoryProviderPutIPCHandle(p, NULL),
        umfMemoryProviderOpenIPCHandle(NULL, block, &out),
        umfMemoryProviderOpenIPCHandle(p, NULL, &out),
        umfMemoryProviderOpenIPCHandle(p, block, NULL),
        umfMemoryProviderCloseIPCHandle(NULL, block, 1),
        umfMemoryProviderCloseIPCHandle(p, NULL, 1),
        umfMemoryProviderCloseIPCHandle(p, block, 0),
        umfGetLastFailedMemoryProvider(NULL),
    };
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        ck_assert_msg(results[i] == INV, "row %zu answers %d", i, results[i]);
    }
    ck_assert_mem_eq(before, object.calls, sizeof before);
    umf_memory_provider_handle_t failed = p;
    ck_ok(umfGetLastFailedMemoryProvider(&failed));
    ck_assert_ptr_null(failed); /* argument checks never set it */
    ck_ok(umfMemoryProviderDestroy(p));
    ck_ok(umfMemoryProviderDestroy(NULL));
}
END_TEST

START_TEST(an_absent_optional_function_is_not_supported) {
    double_init(&object, "double");
    umf_memory_provider_ops_t ops = double_provider_ops();
    ops.version = UMF_MAKE_VERSION(1, 1);
    ops.ext_purge_lazy = NULL;
    ops.ext_purge_force = NULL;
    ops.ext_allocation_merge = NULL;
    ops.ext_allocation_split = NULL;
    ops.ext_get_ipc_handle_size = NULL;
    ops.ext_get_ipc_handle = NULL;
    ops.ext_put_ipc_handle = NULL;
    ops.ext_open_ipc_handle = NULL;
    ops.ext_close_ipc_handle = NULL;
    ops.ext_ctl = NULL;
    ops.ext_get_allocation_properties = NULL;
    ops.ext_get_allocation_properties_size = NULL;
    ops.get_cache_line_size = NULL;
    umf_memory_provider_handle_t p;
    ck_ok(umfMemoryProviderCreate(&ops, &object, &p));
    char block[64];
    void *out = NULL;
    size_t size = 0;
    ck_assert_int_eq(umfMemoryProviderPurgeLazy(p, block, 1), NSUP);
    ck_assert_int_eq(umfMemoryProviderPurgeLazy(p, NULL, 1), INV); /* the NULL test comes first */
    ck_assert_int_eq(umfMemoryProviderPurgeForce(p, block, 1), NSUP);
    ck_assert_int_eq(umfMemoryProviderPurgeForce(p, NULL, 1), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(p, block, 2, 1), NSUP);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(p, block, block + 1, 2), NSUP);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandleSize(p, &size), NSUP);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(p, block, 1, block), NSUP);
    ck_assert_int_eq(umfMemoryProviderPutIPCHandle(p, block), NSUP);
    ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(p, block, &out), NSUP);
    ck_assert_int_eq(umfMemoryProviderCloseIPCHandle(p, block, 1), NSUP);
    ck_ok(umfMemoryProviderGetCacheLineSize(p, &size));
    ck_assert_uint_eq(size, 64);
    ck_ok(umfMemoryProviderDestroy(p));
}
END_TEST

START_TEST(what_a_function_answers_reaches_the_caller_and_the_last_failed) {
    double_init(&object, "double");
    umf_memory_provider_handle_t p = double_provider(&object), failed = NULL;
    void *out = (void *)0x77;
    object.results[OP_ALLOC] = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_int_eq(umfMemoryProviderAlloc(p, 0, 3, &out), UMF_RESULT_ERROR_USER_SPECIFIC);
    ck_assert_ptr_eq(out, (void *)0x77);
    ck_assert_uint_eq(object.last_alignment, 3); /* size and alignment are not judged here */
    ck_ok(umfGetLastFailedMemoryProvider(&failed));
    ck_assert_ptr_eq(failed, p);
    ck_ok(umfMemoryProviderFree(p, NULL, 7)); /* NULL goes to the function */
    ck_assert_uint_eq(object.calls[OP_FREE], 1);
    ck_ok(umfGetLastFailedMemoryProvider(&failed));
    ck_assert_ptr_eq(failed, p); /* success does not clear it */
    object.results[OP_FINALIZE] = UMF_RESULT_ERROR_UNKNOWN;
    ck_assert_int_eq(umfMemoryProviderDestroy(p), UMF_RESULT_ERROR_UNKNOWN);
}
END_TEST

/* Each function of a live provider, failing. */
static umf_result_t call_failing(umf_memory_provider_handle_t p, enum double_op op) {
    static char block[64];
    void *out;
    size_t size;
    const char *name;
    switch (op) {
    case OP_ALLOC:
        return umfMemoryProviderAlloc(p, 1, 0, &out);
    case OP_FREE:
        return umfMemoryProviderFree(p, block, 1);
    case OP_RECOMMENDED_PAGE:
        return umfMemoryProviderGetRecommendedPageSize(p, 0, &size);
    case OP_MIN_PAGE:
        return umfMemoryProviderGetMinPageSize(p, NULL, &size);
    case OP_CACHE_LINE:
        return umfMemoryProviderGetCacheLineSize(p, &size);
    case OP_NAME:
        return umfMemoryProviderGetName(p, &name);
    case OP_PURGE_LAZY:
        return umfMemoryProviderPurgeLazy(p, block, 1);
    case OP_PURGE_FORCE:
        return umfMemoryProviderPurgeForce(p, block, 1);
    case OP_SPLIT:
        return umfMemoryProviderAllocationSplit(p, block, 2, 1);
    case OP_MERGE:
        return umfMemoryProviderAllocationMerge(p, block, block + 1, 2);
    case OP_IPC_SIZE:
        return umfMemoryProviderGetIPCHandleSize(p, &size);
    case OP_IPC_GET:
        return umfMemoryProviderGetIPCHandle(p, block, 1, block);
    case OP_IPC_PUT:
        return umfMemoryProviderPutIPCHandle(p, block);
    case OP_IPC_OPEN:
        return umfMemoryProviderOpenIPCHandle(p, block, &out);
    case OP_IPC_CLOSE:
        return umfMemoryProviderCloseIPCHandle(p, block, 1);
    default:
        return UMF_RESULT_SUCCESS;
    }
}

START_TEST(every_failing_function_marks_the_last_failed_provider) {
    static const enum double_op ops[] = {
        OP_ALLOC,  OP_FREE,  OP_RECOMMENDED_PAGE, OP_MIN_PAGE, OP_CACHE_LINE,
        OP_NAME,   OP_SPLIT, OP_MERGE,            OP_IPC_SIZE, OP_PURGE_LAZY,
        OP_IPC_GET, OP_IPC_PUT, OP_IPC_OPEN,      OP_IPC_CLOSE, OP_PURGE_FORCE,
    };
    static struct double_object others[sizeof ops / sizeof ops[0]];
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        double_init(&others[i], "double");
        umf_memory_provider_handle_t p = double_provider(&others[i]), failed = NULL;
        ck_assert_int_eq(call_failing(p, ops[i]), UMF_RESULT_SUCCESS);
        others[i].results[ops[i]] = UMF_RESULT_ERROR_USER_SPECIFIC;
        ck_assert_int_eq(call_failing(p, ops[i]), UMF_RESULT_ERROR_USER_SPECIFIC);
        ck_ok(umfGetLastFailedMemoryProvider(&failed));
        ck_assert_msg(failed == p, "function %d", ops[i]);
    }
}
END_TEST

static void *last_failed_here(void *arg) {
    (void)arg;
    umf_memory_provider_handle_t failed = (void *)0x1;
    ck_ok(umfGetLastFailedMemoryProvider(&failed));
    return failed;
}

START_TEST(each_thread_has_a_last_failed_of_its_own) {
    double_init(&object, "double");
    umf_memory_provider_handle_t p = double_provider(&object);
    object.results[OP_FREE] = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_int_eq(umfMemoryProviderFree(p, NULL, 0), UMF_RESULT_ERROR_USER_SPECIFIC);
    pthread_t thread;
    void *failed = p;
    ck_assert_int_eq(pthread_create(&thread, NULL, last_failed_here, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, &failed), 0);
    ck_assert_ptr_null(failed);
    ck_assert_ptr_eq(last_failed_here(NULL), p);
}
END_TEST

START_TEST(the_native_error_is_handed_through_and_never_marks_the_last_failed) {
    double_init(&object, "double");
    umf_memory_provider_handle_t p = double_provider(&object), failed = NULL;
    object.results[OP_NATIVE_ERROR] = UMF_RESULT_ERROR_NOT_SUPPORTED;
    const char *text = NULL;
    int32_t code = 0;
    ck_assert_int_eq(umfMemoryProviderGetLastNativeError(p, &text, &code), NSUP);
    ck_assert_str_eq(text, "native");
    ck_assert_int_eq(code, 77);
    ck_ok(umfGetLastFailedMemoryProvider(&failed));
    ck_assert_ptr_null(failed);
    ck_ok(umfMemoryProviderDestroy(p));
}
END_TEST

START_TEST(without_metadata_create_fails_and_leaves_nothing) {
    double_init(&object, "double");
    umf_memory_provider_ops_t ops = double_provider_ops();
    ck_ok(create(&ops)); /* what is made once is made */
    size_t before = umfi_meta_in_use();
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        umf_result_t result = create(&ops);
        int has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        ck_assert_uint_eq(umfi_meta_in_use(), before);
        if (!has_failed) {
            ck_ok(result);
            break;
        }
        ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
}
END_TEST

SUITE_MAIN("core/provider", a_table_that_lacks_a_mandatory_function_is_refused,
           a_table_with_half_a_group_is_refused, the_version_decides_what_is_taken,
           no_byte_beyond_the_stated_version_is_read,
           a_failing_step_of_create_undoes_what_was_done,
           post_initialize_goes_to_version_1_1_and_later,
           null_and_senseless_arguments_are_refused_before_any_function_runs,
           an_absent_optional_function_is_not_supported,
           what_a_function_answers_reaches_the_caller_and_the_last_failed,
           every_failing_function_marks_the_last_failed_provider,
           each_thread_has_a_last_failed_of_its_own,
           the_native_error_is_handed_through_and_never_marks_the_last_failed,
           without_metadata_create_fails_and_leaves_nothing)
