/* provider.c - the rules of every memory provider (provider.h). */
#include "conformance/provider.h"

#include <dirent.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/meta.h"
#include "core/provider.h"
#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT
#define PATH UMF_RESULT_ERROR_INVALID_CTL_PATH
#define SPECIFIC UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC

static size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static umf_memory_provider_handle_t made(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = NULL;
    ck_ok(maker->make(&provider));
    ck_assert_ptr_nonnull(provider);
    return provider;
}

umf_result_t provider_ctl(umf_memory_provider_handle_t provider, umf_ctl_query_type_t type,
                          const char *path, void *arg, size_t size, ...) {
    va_list args;
    va_start(args, size);
    umf_result_t result = provider->own.ext_ctl(provider->priv, CTL_QUERY_PROGRAMMATIC, path, arg,
                                                size, type, args);
    va_end(args);
    return result;
}

size_t provider_stat(umf_memory_provider_handle_t provider, const char *path) {
    size_t value = SIZE_MAX;
    (void)provider_ctl(provider, CTL_QUERY_READ, path, &value, sizeof value);
    return value;
}

int open_descriptors(void) {
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count;
}

static bool is_filled(const unsigned char *p, size_t size, unsigned char byte) {
    for (size_t i = 0; i < size; i++) {
        if (p[i] != byte) {
            return false;
        }
    }
    return true;
}

static int32_t native_code(umf_memory_provider_handle_t provider) {
    const char *message = NULL;
    int32_t code = -1;
    ck_ok(umfMemoryProviderGetLastNativeError(provider, &message, &code));
    ck_assert_ptr_nonnull(message);
    ck_assert_int_gt((int)strlen(message), 0);
    return code;
}

void conform_blocks_are_aligned_writable_and_their_own(const struct provider_maker *maker) {
    const size_t page = page_bytes();
    const size_t sizes[] = {1, 10, 100, page - 1, page, page + 1, 3 * page, 16 * page};
    const size_t alignments[] = {0, 1, 2, 8, 64, page / 2, page, 2 * page, 16 * page, 512 * page};
    enum { SIZES = sizeof sizes / sizeof sizes[0], ALIGNMENTS = sizeof alignments / sizeof alignments[0] };
    unsigned char *blocks[SIZES * ALIGNMENTS];
    umf_memory_provider_handle_t provider = made(maker);
    for (size_t i = 0; i < SIZES * ALIGNMENTS; i++) {
        size_t size = sizes[i % SIZES], alignment = alignments[i / SIZES];
        ck_ok(umfMemoryProviderAlloc(provider, size, alignment, (void **)&blocks[i]));
        ck_assert_uint_eq((uintptr_t)blocks[i] % page, 0);
        ck_assert_uint_eq((uintptr_t)blocks[i] % (alignment ? alignment : 1), 0);
        memset(blocks[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < SIZES * ALIGNMENTS; i++) {
        ck_assert(is_filled(blocks[i], sizes[i % SIZES], (unsigned char)(i + 1)));
        ck_ok(umfMemoryProviderFree(provider, blocks[i], sizes[i % SIZES]));
    }
    ck_ok(umfMemoryProviderDestroy(provider));
}

static void expect_refusal(const struct provider_maker *maker, umf_memory_provider_handle_t provider,
                           size_t size, umf_result_t expected) {
    void *untouched = &provider, *ptr = untouched;
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, size, 0, &ptr), expected);
    ck_assert_ptr_eq(ptr, maker->nulls_when_full ? NULL : untouched);
    if (expected == SPECIFIC) {
        ck_assert_int_eq(native_code(provider), maker->exhausted_code);
    }
}

void conform_impossible_requests_are_refused(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    void *untouched = &provider, *ptr = untouched;
    expect_refusal(maker, provider, 0, maker->zero_size);
    expect_refusal(maker, provider, SIZE_MAX, maker->huge_size);
    expect_refusal(maker, provider, SIZE_MAX - page_bytes(), maker->huge_size);
    expect_refusal(maker, provider, SIZE_MAX / 2 + 1, maker->huge_size);
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 100, 3, &ptr), maker->alignment_3);
    ck_assert_ptr_eq(ptr, untouched);
    umf_result_t result = umfMemoryProviderAlloc(provider, 100, 3 * page_bytes(), &ptr);
    ck_assert_int_eq(result, maker->alignment_3_pages);
    if (result == UMF_RESULT_SUCCESS) {
        ck_assert_uint_eq((uintptr_t)ptr % (3 * page_bytes()), 0);
        ck_ok(umfMemoryProviderFree(provider, ptr, 100));
    } else {
        ck_assert_ptr_eq(ptr, untouched);
    }
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_it_stays_usable_after_a_failure(const struct provider_maker *maker) {
    static const size_t huge[] = {SIZE_MAX, (size_t)1 << 62, (size_t)1 << 47};
    umf_memory_provider_handle_t provider = made(maker);
    for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
        void *ptr = NULL;
        ck_assert_int_ne(umfMemoryProviderAlloc(provider, huge[i], 0, &ptr), UMF_RESULT_SUCCESS);
        ck_assert_int_ne(umfMemoryProviderAlloc(provider, 100, (size_t)1 << 62, &ptr),
                         UMF_RESULT_SUCCESS);
        ck_ok(umfMemoryProviderAlloc(provider, 100, 0, &ptr));
        memset(ptr, 1, 100);
        ck_ok(umfMemoryProviderFree(provider, ptr, 100));
    }
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 0);
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_pages_cache_line_and_name_are_told(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    size_t bytes = 0;
    const char *name = NULL;
    ck_ok(umfMemoryProviderGetRecommendedPageSize(provider, 0, &bytes));
    ck_assert_uint_eq(bytes, page_bytes());
    ck_ok(umfMemoryProviderGetMinPageSize(provider, NULL, &bytes));
    ck_assert_uint_eq(bytes, page_bytes());
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &bytes));
    ck_assert(bytes > 0 && (bytes & (bytes - 1)) == 0);
    ck_assert(maker->cache_line == 0 || bytes == maker->cache_line);
    ck_ok(umfMemoryProviderGetName(provider, &name));
    ck_assert_str_eq(name, maker->name);
    ck_ok(provider->own.get_name(NULL, &name));
    ck_assert_str_eq(name, maker->name);
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_free_of_null_is_nothing(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    ck_ok(umfMemoryProviderFree(provider, NULL, 0));
    ck_ok(umfMemoryProviderFree(provider, NULL, 4096));
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_purging_keeps_the_block(const struct provider_maker *maker) {
    size_t size = 4 * page_bytes();
    umf_memory_provider_handle_t provider = made(maker);
    char *block = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, size, 0, (void **)&block));
    memset(block, 7, size);
    ck_assert_int_eq(umfMemoryProviderPurgeLazy(provider, block, size), maker->purge_lazy);
    ck_ok(umfMemoryProviderPurgeForce(provider, block, size));
    ck_assert(!maker->purge_zeroes || is_filled((unsigned char *)block, size, 0));
    memset(block, 8, size);
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, block + 1, size - 1), SPECIFIC);
    ck_assert_int_eq(native_code(provider), maker->purge_force_code);
    if (maker->purge_lazy == UMF_RESULT_SUCCESS) {
        ck_assert_int_eq(umfMemoryProviderPurgeLazy(provider, block + 1, size - 1), SPECIFIC);
        ck_assert_int_eq(native_code(provider), maker->purge_lazy_code);
    }
    ck_assert_int_eq(umfMemoryProviderPurgeLazy(provider, NULL, size), INV);
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, NULL, size), INV);
    ck_assert(is_filled((unsigned char *)block, size, 8));
    ck_ok(umfMemoryProviderFree(provider, block, size));
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_a_block_is_split_and_merged(const struct provider_maker *maker) {
    size_t page = page_bytes();
    umf_memory_provider_handle_t provider = made(maker);
    char *block = NULL, *other = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, 4 * page, 0, (void **)&block));
    memset(block, 5, 4 * page);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, block, 4 * page, 4 * page), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, block, 4 * page, 0), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, block, 0, 0), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, block + page, 2 * page, page),
                     maker->split_unknown);
    ck_ok(umfMemoryProviderAllocationSplit(provider, block, 4 * page, page));
    ck_ok(umfMemoryProviderAllocationSplit(provider, block + page, 3 * page, 2 * page));
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(provider, block + page, block, 3 * page), INV);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(provider, block, block + page, page), INV);
    ck_ok(umfMemoryProviderAllocationMerge(provider, block, block + page, 3 * page));
    ck_assert(is_filled((unsigned char *)block, 4 * page, 5));
    ck_ok(umfMemoryProviderFree(provider, block + 3 * page, page));
    ck_ok(umfMemoryProviderAlloc(provider, page, 0, (void **)&other));
    ck_assert(is_filled((unsigned char *)block, 3 * page, 5));
    ck_ok(umfMemoryProviderFree(provider, other, page));
    ck_ok(umfMemoryProviderFree(provider, block, 3 * page));
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 0);
    ck_ok(umfMemoryProviderDestroy(provider));
}

static void *native_code_of_thread(void *provider) {
    static int32_t code;
    code = native_code(provider);
    return &code;
}

void conform_native_errors_are_the_threads_own(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    pthread_t thread;
    void *block = NULL, *code = NULL;
    ck_assert_int_eq(native_code(provider), maker->success_code);
    ck_ok(umfMemoryProviderAlloc(provider, page_bytes(), 0, &block));
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, (char *)block + 1, 1), SPECIFIC);
    ck_assert_int_eq(pthread_create(&thread, NULL, native_code_of_thread, provider), 0);
    pthread_join(thread, &code);
    ck_assert_int_eq(*(int32_t *)code, maker->success_code);
    ck_ok(umfMemoryProviderFree(provider, block, page_bytes()));
    ck_assert_int_eq(native_code(provider), maker->purge_force_code); /* success keeps it */
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_usage_is_told_and_its_peak_reset(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    void *one = NULL, *other = NULL;
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 0);
    ck_assert_uint_eq(provider_stat(provider, "stats.peak_memory"), 0);
    ck_ok(umfMemoryProviderAlloc(provider, 100, 0, &one));
    ck_ok(umfMemoryProviderAlloc(provider, 5000, 0, &other));
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 5100);
    ck_ok(umfMemoryProviderFree(provider, other, 5000));
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 100);
    ck_assert_uint_eq(provider_stat(provider, "stats.peak_memory"), 5100);
    ck_ok(provider_ctl(provider, CTL_QUERY_RUNNABLE, "stats.peak_memory.reset", NULL, 0));
    ck_assert_uint_eq(provider_stat(provider, "stats.peak_memory"), 100);
    ck_ok(umfMemoryProviderFree(provider, one, 100));
    ck_assert_uint_eq(provider_stat(provider, "stats.allocated_memory"), 0);
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_ctl_refuses_what_is_not_there(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    size_t value = 0;
    int small = 0;
    static const char *const unknown[] = {"", "stats", "nothing", "stats.allocated_memory.x", "params"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_READ, unknown[i], &value, sizeof value), PATH);
    }
    ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_WRITE, "stats.peak_memory", &value, sizeof value), INV);
    ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_RUNNABLE, "stats.peak_memory", NULL, 0), INV);
    ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_READ, "stats.peak_memory.reset", &value, sizeof value), INV);
    ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_READ, "stats.peak_memory", &small, sizeof small), INV);
    ck_ok(provider_ctl(provider, CTL_QUERY_RUNNABLE, "post_initialize", NULL, 0));
    ck_ok(provider_ctl(provider, CTL_QUERY_READ, "{}.{}", &value, sizeof value, "stats", "peak_memory"));
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_ipc_is_offered_or_refused_as_a_whole(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    size_t size = 0;
    char data[8192] = {0};
    void *block = NULL, *opened = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, 5000, 0, &block));
    memset(block, 3, 5000);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandleSize(provider, &size), maker->ipc);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(provider, block, 5000, data), maker->ipc);
    if (maker->ipc == UMF_RESULT_SUCCESS) {
        ck_assert_uint_le(size, sizeof data);
        ck_ok(umfMemoryProviderOpenIPCHandle(provider, data, &opened));
        ck_assert_ptr_ne(opened, block);
        ck_assert(is_filled(opened, 5000, 3));
        memset(opened, 4, 5000);
        ck_assert(is_filled(block, 5000, 4));
        ck_ok(umfMemoryProviderCloseIPCHandle(provider, opened, 5000));
        ck_ok(umfMemoryProviderPutIPCHandle(provider, data));
    } else {
        ck_assert_int_eq(umfMemoryProviderPutIPCHandle(provider, data), maker->ipc);
        ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(provider, data, &opened), maker->ipc);
        ck_assert_int_eq(umfMemoryProviderCloseIPCHandle(provider, block, 5000), maker->ipc);
    }
    ck_ok(umfMemoryProviderFree(provider, block, 5000));
    ck_ok(umfMemoryProviderDestroy(provider));
}

void conform_null_arguments_are_refused_by_its_own_ops(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    const umf_memory_provider_ops_t *ops = &provider->own;
    const char *message = NULL;
    int32_t code;
    void *priv = NULL;
    ck_assert_int_eq(ops->initialize(NULL, &priv), INV);
    ck_assert_int_eq(ops->alloc(provider->priv, 100, 0, NULL), INV);
    ck_assert_int_eq(ops->get_name(provider->priv, NULL), INV);
    ck_assert_int_eq(ops->get_recommended_page_size(provider->priv, 0, NULL), INV);
    ck_assert_int_eq(ops->get_min_page_size(provider->priv, NULL, NULL), INV);
    ck_assert_int_eq(ops->get_cache_line_size(provider->priv, NULL), INV);
    ck_assert_int_eq(ops->get_last_native_error(provider->priv, NULL, &code), INV);
    ck_assert_int_eq(ops->get_last_native_error(provider->priv, &message, NULL), INV);
    ck_ok(umfMemoryProviderDestroy(provider));
}

enum { THREADS = 4, ROUNDS = 200, SLOTS = 16 };

static umf_memory_provider_handle_t shared_provider;
static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot {
    unsigned char *block;
    size_t size;
    unsigned char fill;
} slots[SLOTS];

/* What a thread returns where it cannot assert. */
static void *complaint(const char *text) { return (void *)(uintptr_t)text; }

/* Puts a new block into a slot and frees the one it finds there, whoever's. */
static void *exchange_blocks(void *arg) {
    size_t seed = (size_t)(uintptr_t)arg;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct slot mine = {.size = 1 + (i * 977 + seed * 131) % 20000, .fill = (unsigned char)(i + seed)};
        if (umfMemoryProviderAlloc(shared_provider, mine.size, 0, (void **)&mine.block)) {
            return complaint("alloc failed");
        }
        memset(mine.block, mine.fill, mine.size);
        pthread_mutex_lock(&slots_lock);
        struct slot found = slots[(i + seed) % SLOTS];
        slots[(i + seed) % SLOTS] = mine;
        pthread_mutex_unlock(&slots_lock);
        if (found.block && !is_filled(found.block, found.size, found.fill)) {
            return complaint("contents were lost");
        }
        if (found.block && umfMemoryProviderFree(shared_provider, found.block, found.size)) {
            return complaint("free failed");
        }
    }
    return NULL;
}

void conform_threads_allocate_and_free_for_each_other(const struct provider_maker *maker) {
    pthread_t threads[THREADS];
    shared_provider = made(maker);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, exchange_blocks, (void *)(i + 1)), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *said = NULL;
        pthread_join(threads[i], &said);
        ck_assert_msg(said == NULL, "%s", (const char *)said);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        ck_ok(umfMemoryProviderFree(shared_provider, slots[i].block, slots[i].size));
        slots[i].block = NULL;
    }
    ck_assert_uint_eq(provider_stat(shared_provider, "stats.allocated_memory"), 0);
    ck_ok(umfMemoryProviderDestroy(shared_provider));
}

static _Atomic bool is_over;

static void *allocate_until_over(void *provider) {
    while (!is_over) {
        void *block = NULL;
        if (umfMemoryProviderAlloc(provider, 5000, 0, &block) ||
            umfMemoryProviderFree(provider, block, 5000)) {
            return complaint("failed");
        }
    }
    return NULL;
}

static int use_in_child(umf_memory_provider_handle_t provider, void *inherited) {
    unsigned char *block = NULL;
    alarm(20); /* a lock that another thread held would never come free */
    if (umfMemoryProviderAlloc(provider, 5000, 0, (void **)&block)) {
        return 1;
    }
    memset(block, 9, 5000);
    return umfMemoryProviderFree(provider, block, 5000) ||
                   umfMemoryProviderFree(provider, inherited, 5000)
               ? 2
               : 0;
}

void conform_a_forked_child_can_use_it(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = made(maker);
    pthread_t thread;
    unsigned char *mine = NULL;
    is_over = false;
    ck_ok(umfMemoryProviderAlloc(provider, 5000, 0, (void **)&mine));
    memset(mine, 6, 5000);
    ck_assert_int_eq(pthread_create(&thread, NULL, allocate_until_over, provider), 0);
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            _exit(use_in_child(provider, mine));
        }
        int status = -1;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
    void *said = NULL;
    is_over = true;
    pthread_join(thread, &said);
    ck_assert_ptr_null(said);
    ck_assert(is_filled(mine, 5000, 6)); /* what a child freed was its own view */
    ck_ok(umfMemoryProviderFree(provider, mine, 5000));
    ck_ok(umfMemoryProviderDestroy(provider));
}

/* Create, alloc, split, IPC, free, destroy; stops at the first failure. */
static umf_result_t whole_life(const struct provider_maker *maker) {
    umf_memory_provider_handle_t provider = NULL;
    size_t page = page_bytes();
    char *block = NULL, data[8192];
    void *opened = NULL;
    umf_result_t result = maker->make(&provider), later;
    if (result) {
        return result;
    }
    result = umfMemoryProviderAlloc(provider, 4 * page, 16 * page, (void **)&block);
    if (result) {
        goto destroy;
    }
    result = umfMemoryProviderAllocationSplit(provider, block, 4 * page, page);
    if (!result) {
        ck_ok(umfMemoryProviderAllocationMerge(provider, block, block + page, 4 * page));
    }
    if (!result && maker->ipc == UMF_RESULT_SUCCESS) {
        ck_ok(umfMemoryProviderGetIPCHandle(provider, block, 4 * page, data));
        result = umfMemoryProviderOpenIPCHandle(provider, data, &opened);
        if (!result) {
            ck_ok(umfMemoryProviderCloseIPCHandle(provider, opened, 4 * page));
        }
    }
    later = umfMemoryProviderFree(provider, block, 4 * page);
    result = result ? result : later;
destroy:
    ck_ok(umfMemoryProviderDestroy(provider));
    return result;
}

void conform_failing_metadata_leaks_nothing(const struct provider_maker *maker) {
    /* what is made once and kept is made now: the plugin, the thread's error text */
    ck_ok(whole_life(maker));
    umf_memory_provider_handle_t none;
    ck_assert_int_ne(umfMemoryProviderCreateByName("no-such-provider", NULL, &none),
                     UMF_RESULT_SUCCESS);
    size_t meta = umfi_meta_in_use();
    int descriptors = open_descriptors();
    bool has_failed = true;
    for (long nth = 1; has_failed; nth++) {
        ck_assert_int_lt(nth, 100);
        umfi_meta_fail_nth(nth);
        umf_result_t result = whole_life(maker);
        has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        ck_assert_int_eq(result, has_failed ? UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY : UMF_RESULT_SUCCESS);
        ck_assert_uint_eq(umfi_meta_in_use(), meta);
        ck_assert_int_eq(open_descriptors(), descriptors);
    }
}
