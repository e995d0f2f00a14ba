/*
 * heap-test.c - the heap of the malloc replacement and its counters, compiled in
 * and called by their own names, so that sanitizers and valgrind see them. In a
 * build without disjoint or os a case passes.
 */
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <umf.h>
#include <umf/plugin.h>
#include <unistd.h>

#include "proxy/counters.h"
#include "proxy/pool_heap.h"
#include "suite.h"

enum { THREADS = 4, BLOCKS = 200, ROUNDS = 20, ALIGNMENT = 256 };

static int count_usable(const umf_plugin_info_t *info, void *arg) {
    bool is_usable = info->state == UMF_PLUGIN_AVAILABLE || info->state == UMF_PLUGIN_READY;
    bool is_needed = strcmp(info->name, "disjoint") == 0 || strcmp(info->name, "os") == 0;
    *(unsigned *)arg += is_usable && is_needed;
    return 0;
}

/* false: this build lacks a plugin of the stack. */
static bool start(const char *spec) {
    unsigned usable = 0;
    ck_ok(umfPluginList(count_usable, &usable));
    if (usable < 2) {
        return false;
    }
    umfi_pool_enter();
    const char *why_not = umfi_pool_heap_start(spec, 0);
    umfi_pool_leave();
    ck_assert_msg(why_not == NULL, "%s", why_not);
    return true;
}

/* The parent of a fork must stay single in the pool, as start.c has it. */
static void follow_fork(void) {
    ck_assert_int_eq(pthread_atfork(umfi_pool_enter, umfi_pool_leave, umfi_pool_leave), 0);
}

static size_t size_of(size_t i) { return i % 25 == 24 ? 2000 * i : i * 37 % 3000; }

static bool holds(const unsigned char *block, unsigned char mark, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (block[i] != mark) {
            return false;
        }
    }
    return true;
}

static void *new_block(size_t i) {
    switch (i % 3) {
    case 0: return umfi_pool_malloc(size_of(i));
    case 1: return umfi_pool_calloc(1, size_of(i));
    default: return umfi_pool_memalign(ALIGNMENT, size_of(i));
    }
}

static bool is_well_made(const void *block, size_t i) {
    size_t alignment = i % 3 == 2 ? ALIGNMENT : size_of(i) >= 16 ? 16 : 1;
    return block != NULL && (uintptr_t)block % alignment == 0 && umfi_pool_owns(block) &&
           umfi_pool_usable_size(block) >= size_of(i) &&
           (i % 3 != 1 || holds(block, 0, size_of(i)));
}

/* Half of a set grows, then all of it goes; the contents tell of overlaps. */
static bool fill_and_free(unsigned char mark) {
    static _Thread_local unsigned char *blocks[BLOCKS];
    bool is_good = true;
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = new_block(i);
        if (!is_well_made(blocks[i], i)) {
            return false;
        }
        memset(blocks[i], mark, size_of(i));
        umfi_count(i % 2 == 0 ? PROXY_POOL : PROXY_LIBC, size_of(i));
    }
    for (size_t i = 0; i < BLOCKS; i += 2) {
        unsigned char *moved = umfi_pool_realloc(blocks[i], 2 * size_of(i) + 1);
        is_good = is_good && moved != NULL && holds(moved, mark, size_of(i));
        blocks[i] = moved;
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        is_good = is_good && (i % 2 == 0 || holds(blocks[i], mark, size_of(i)));
        umfi_pool_free(blocks[i]);
    }
    return is_good;
}

static void *work(void *arg) {
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (!fill_and_free((unsigned char)((uintptr_t)arg + round))) {
            return NULL;
        }
    }
    return arg;
}

static void spawn(pthread_t threads[THREADS]) {
    for (uintptr_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)(i * 50 + 1)), 0);
    }
}

static void join(pthread_t threads[THREADS]) {
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
}

START_TEST(threads_share_the_heap) {
    pthread_t threads[THREADS];
    if (!start("disjoint @ os")) {
        return;
    }
    spawn(threads);
    join(threads);
}
END_TEST

START_TEST(a_pool_of_direct_blocks_will_do) {
    if (!start("disjoint(max_poolable_size=0) @ os")) {
        return;
    }
    ck_assert(fill_and_free(7));
}
END_TEST

START_TEST(a_child_of_fork_beside_threads_goes_on) {
    pthread_t threads[THREADS];
    if (!start("disjoint @ os")) {
        return;
    }
    follow_fork();
    unsigned char *kept = umfi_pool_malloc(1000);
    memset(kept, 3, 1000);
    spawn(threads);
    for (unsigned i = 0; i < 5; i++) {
        pid_t child = fork();
        if (child == 0) {
            umfi_counters_reset();
            bool is_good = fill_and_free(9) && holds(kept, 3, 1000);
            umfi_pool_free(kept);
            _exit(is_good ? 0 : 1);
        }
        int status = -1;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
    join(threads);
    ck_assert(holds(kept, 3, 1000));
    umfi_pool_free(kept);
}
END_TEST

START_TEST(a_busy_thread_is_not_served_and_its_frees_wait) {
    if (!start("disjoint @ os")) {
        return;
    }
    void *first = umfi_pool_malloc(0), *second = umfi_pool_malloc(100);
    umfi_pool_enter();
    umfi_pool_enter();
    ck_assert(!umfi_pool_serves(100));
    ck_assert(umfi_pool_owns(first));
    umfi_pool_free(first);
    umfi_pool_free(second);
    ck_assert_ptr_eq(umfi_proxy_thread.deferred, second);
    umfi_pool_leave();
    ck_assert_ptr_eq(umfi_proxy_thread.deferred, second);
    umfi_pool_leave();
    ck_assert_ptr_null(umfi_proxy_thread.deferred);
    ck_assert(umfi_pool_serves(100));
}
END_TEST

START_TEST(what_no_machine_can_give_is_null) {
    if (!start("disjoint @ os")) {
        return;
    }
    void *block = umfi_pool_malloc(10);
    ck_assert_ptr_null(umfi_pool_malloc((size_t)PTRDIFF_MAX + 1));
    ck_assert_ptr_null(umfi_pool_memalign((size_t)PTRDIFF_MAX + 1, 1));
    ck_assert_ptr_null(umfi_pool_realloc(block, SIZE_MAX));
    ck_assert(!umfi_pool_owns(&block));
    umfi_pool_free(block);
}
END_TEST

/* calls and bytes of the pool and of libc, as the line has them */
static bool read_line(FILE *file, unsigned long sums[4]) {
    int pid;
    rewind(file);
    return fscanf(file, "%d %lu %lu %lu %lu 0 0 heap-test", &pid, &sums[0], &sums[1], &sums[2],
                  &sums[3]) == 5 && pid == getpid();
}

START_TEST(the_counters_add_up_over_threads) {
    pthread_t threads[THREADS];
    struct proxy_options options = {.stats_fd = -1};
    unsigned long sums[4], expected[4] = {0};
    if (!start("disjoint @ os")) {
        return;
    }
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < BLOCKS; i++) {
        expected[i % 2 * 2] += THREADS * ROUNDS;
        expected[i % 2 * 2 + 1] += THREADS * ROUNDS * size_of(i);
    }
    options.stats_fd = fileno(file);
    umfi_counters_start(&options);
    umfi_counters_reset();
    spawn(threads);
    join(threads);
    umfi_counters_write(&options);
    ck_assert(read_line(file, sums));
    ck_assert_mem_eq(sums, expected, sizeof sums);
    (void)fclose(file);
}
END_TEST

SUITE_MAIN("proxy/heap", threads_share_the_heap, a_pool_of_direct_blocks_will_do,
           a_child_of_fork_beside_threads_goes_on, a_busy_thread_is_not_served_and_its_frees_wait,
           what_no_machine_can_give_is_null, the_counters_add_up_over_threads)
