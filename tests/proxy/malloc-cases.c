/*
 * malloc-cases.c - the malloc family of libumf_proxy.so, which malloc-test.sh
 * preloads into this program together with early.so.
 *
 * The program links no libumf: whether a block is the pool's is asked through
 * the symbol that the preloaded library brings.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

extern void *__libc_malloc(size_t size);

static const size_t sizes[] = {1, 8, 15, 16, 17, 24, 63, 64, 65, 100, 1000, 4096, 5000, 65536,
                               100000, 1 << 20, (2 << 20) + 1, 5000000};
enum { SIZES = sizeof sizes / sizeof sizes[0], THREADS = 8 };

static bool is_from_pool(const void *ptr) {
    int (*by_ptr)(const void *, void **);
    void *pool;
    *(void **)&by_ptr = dlsym(RTLD_DEFAULT, "umfPoolByPtr");
    ck_assert_ptr_nonnull(by_ptr);
    return by_ptr(ptr, &pool) == 0;
}

/* The compiler must not see that a size is absurd, or that a block is unused. */
static size_t hidden(size_t n) {
    volatile size_t value = n;
    return value;
}

static bool is_filled(const unsigned char *block, int byte, size_t size) {
    return size == 0 || (block[0] == byte && memcmp(block, block + 1, size - 1) == 0);
}

START_TEST(the_library_answers_the_probe) {
    ck_assert_uint_eq(malloc_usable_size((void *)1), 0xDEADBEEF);
    ck_assert_uint_eq(malloc_usable_size(NULL), 0);
}
END_TEST

START_TEST(blocks_are_the_pools_and_aligned) {
    for (size_t i = 0; i < SIZES; i++) {
        for (int again = 0; again < 20; again++) {
            void *block = malloc(sizes[i]);
            ck_assert(is_from_pool(block));
            ck_assert_uint_eq((uintptr_t)block % (sizes[i] >= 16 ? 16 : 8), 0);
            ck_assert_uint_ge(malloc_usable_size(block), sizes[i]);
            memset(block, 0xa5, malloc_usable_size(block));
            if (again % 2 == 0) {
                free(block);
            }
        }
    }
}
END_TEST

START_TEST(blocks_of_size_zero_are_unique_and_can_be_freed) {
    void *blocks[] = {malloc(0), malloc(0), calloc(0, 8), realloc(NULL, 0), memalign(64, 0)};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_ptr_nonnull(blocks[i]);
        for (size_t j = 0; j < i; j++) {
            ck_assert_ptr_ne(blocks[i], blocks[j]);
        }
    }
    for (size_t i = 0; i < 5; i++) {
        free(blocks[i]);
    }
}
END_TEST

#define FAILS_WITH(code, call)          \
    do {                                \
        errno = 0;                      \
        ck_assert_ptr_null(call);       \
        ck_assert_int_eq(errno, code);  \
    } while (0)

START_TEST(impossible_requests_are_null_and_set_errno) {
    FAILS_WITH(ENOMEM, malloc(hidden(SIZE_MAX)));
    FAILS_WITH(ENOMEM, malloc(hidden(PTRDIFF_MAX)));
    FAILS_WITH(ENOMEM, calloc(hidden(SIZE_MAX / 2), 3));
    FAILS_WITH(ENOMEM, calloc(1, hidden(SIZE_MAX)));
    FAILS_WITH(ENOMEM, reallocarray(NULL, hidden(SIZE_MAX / 4), 5));
    FAILS_WITH(ENOMEM, memalign(64, hidden(SIZE_MAX - 70)));
    FAILS_WITH(ENOMEM, aligned_alloc(64, hidden(SIZE_MAX - 63)));
    FAILS_WITH(ENOMEM, valloc(hidden(SIZE_MAX)));
    FAILS_WITH(ENOMEM, pvalloc(hidden(SIZE_MAX)));
    FAILS_WITH(EINVAL, aligned_alloc(hidden(3), 9));
    FAILS_WITH(EINVAL, aligned_alloc(hidden(0), 9));
}
END_TEST

START_TEST(a_failed_realloc_leaves_the_block) {
    unsigned char *block = malloc(100);
    memset(block, 7, 100);
    FAILS_WITH(ENOMEM, realloc(block, hidden(SIZE_MAX)));
    FAILS_WITH(ENOMEM, reallocarray(block, hidden(SIZE_MAX), 2));
    ck_assert(is_filled(block, 7, 100));
    free(block);
}
END_TEST

START_TEST(posix_memalign_returns_its_error_and_leaves_errno) {
    void *untouched = &untouched, *block = untouched;
    static const size_t bad[] = {0, 1, 2, 4, 3, 24, 100};
    errno = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(posix_memalign(&block, hidden(bad[i]), 8), EINVAL);
    }
    ck_assert_int_eq(posix_memalign(&block, 64, hidden(SIZE_MAX / 2)), ENOMEM);
    ck_assert_ptr_eq(block, untouched);
    ck_assert_int_eq(posix_memalign(&block, 64, 8), 0);
    ck_assert_int_eq(errno, 77);
    free(block);
}
END_TEST

START_TEST(calloc_zeroes_blocks_that_were_dirty) {
    for (size_t i = 0; i < SIZES; i++) {
        for (int again = 0; again < 5; again++) {
            void *dirty = malloc(sizes[i]);
            memset(dirty, 0xff, malloc_usable_size(dirty));
            free(dirty);
            unsigned char *block = calloc(1, hidden(sizes[i]));
            ck_assert(is_filled(block, 0, sizes[i]));
            free(block);
        }
    }
}
END_TEST

START_TEST(realloc_keeps_the_contents) {
    for (size_t from = 0; from < SIZES; from++) {
        for (size_t to = 0; to < SIZES; to++) {
            size_t less = sizes[from] < sizes[to] ? sizes[from] : sizes[to];
            unsigned char *block = malloc(sizes[from]);
            memset(block, (int)from + 1, sizes[from]);
            block = realloc(block, hidden(sizes[to]));
            ck_assert(is_from_pool(block));
            ck_assert(is_filled(block, (int)from + 1, less));
            ck_assert_uint_ge(malloc_usable_size(block), sizes[to]);
            ck_assert_uint_eq((uintptr_t)block % (sizes[to] >= 16 ? 16 : 8), 0);
            free(block);
        }
    }
}
END_TEST

START_TEST(realloc_to_nothing_frees) {
    ck_assert_ptr_null(realloc(malloc(50), hidden(0)));
    void *block = reallocarray(NULL, 10, 10);
    ck_assert_uint_ge(malloc_usable_size(block), 100);
    ck_assert_ptr_null(reallocarray(block, hidden(0), 10));
}
END_TEST

START_TEST(a_block_that_shrinks_a_lot_gives_memory_back) {
    void *block = realloc(malloc(1 << 20), 100);
    ck_assert_uint_lt(malloc_usable_size(block), 1 << 19);
    free(block);
}
END_TEST

START_TEST(every_alignment_is_kept) {
    for (size_t alignment = 1; alignment <= 4 << 20; alignment *= 2) {
        void *blocks[3] = {memalign(alignment, 100), aligned_alloc(alignment, 5000), NULL};
        if (alignment >= sizeof(void *)) {
            ck_assert_int_eq(posix_memalign(&blocks[2], alignment, 1), 0);
        }
        for (size_t i = 0; i < 3; i++) {
            ck_assert_uint_eq((uintptr_t)blocks[i] % alignment, 0);
            ck_assert(blocks[i] == NULL || is_from_pool(blocks[i]));
        }
        memset(blocks[0], 3, 100);
        unsigned char *moved = realloc(blocks[0], 100000);
        ck_assert(is_filled(moved, 3, 100));
        free(moved);
        free(blocks[1]);
        free(blocks[2]);
    }
    void *odd = memalign(hidden(48), 10); /* rounded up, as glibc does */
    ck_assert_uint_eq((uintptr_t)odd % 64, 0);
    free(odd);
}
END_TEST

START_TEST(valloc_and_pvalloc_give_pages) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *one = valloc(10), *whole = pvalloc(page + 1), *none = pvalloc(0);
    ck_assert_uint_eq((uintptr_t)one % page, 0);
    ck_assert_uint_eq((uintptr_t)whole % page, 0);
    ck_assert_uint_ge(malloc_usable_size(whole), 2 * page);
    ck_assert_uint_ge(malloc_usable_size(none), page);
    free(one);
    free(whole);
    free(none);
}
END_TEST

START_TEST(free_keeps_errno) {
    errno = 55;
    free(NULL);
    free(malloc(10));
    free(malloc(8 << 20));
    free(__libc_malloc(10));
    free(__libc_malloc(8 << 20));
    ck_assert_int_eq(errno, 55);
}
END_TEST

START_TEST(blocks_of_libc_go_back_to_libc) {
    unsigned char *block = __libc_malloc(100);
    ck_assert(!is_from_pool(block));
    ck_assert_uint_ge(malloc_usable_size(block), 100);
    memset(block, 9, 100);
    block = realloc(block, 100000);
    ck_assert(is_filled(block, 9, 100));
    free(block);
}
END_TEST

/* ---- threads ---------------------------------------------------------------- */

enum { SHARED = 256 };
static _Atomic(unsigned char *) shared_blocks[SHARED];
static atomic_bool must_stop;
static atomic_size_t broken;

/* Each block holds its size and a pattern; whoever takes it out checks it. */
static void exchange_one(unsigned *seed) {
    *seed = *seed * 1664525 + 1013904223;
    size_t size = 16 + (*seed >> 8) % 3000, stored;
    unsigned char *block = malloc(size);
    memset(block, (int)(size & 0xff), size);
    memcpy(block, &size, sizeof size);
    unsigned char *old = atomic_exchange(&shared_blocks[(*seed >> 20) % SHARED], block);
    if (old != NULL) {
        memcpy(&stored, old, sizeof stored);
        if (!is_filled(old + sizeof stored, (int)(stored & 0xff), stored - sizeof stored)) {
            atomic_fetch_add(&broken, 1);
        }
        free(old);
    }
}

static void *exchange_some(void *arg) {
    unsigned seed = (unsigned)(uintptr_t)arg;
    for (int i = 0; i < 500; i++) {
        exchange_one(&seed);
    }
    return NULL;
}

static void *exchange_until_stopped(void *arg) {
    unsigned seed = (unsigned)(uintptr_t)arg;
    while (!atomic_load(&must_stop)) {
        exchange_one(&seed);
    }
    return NULL;
}

static void start_threads(pthread_t threads[THREADS], void *(*work)(void *), uintptr_t seed) {
    for (uintptr_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)(seed + i)), 0);
    }
}

static void join_threads(pthread_t threads[THREADS]) {
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
}

START_TEST(threads_are_born_allocate_and_die) {
    pthread_t threads[THREADS];
    for (uintptr_t round = 0; round < 50; round++) {
        start_threads(threads, exchange_some, round * 100);
        join_threads(threads);
    }
    ck_assert_uint_eq(atomic_load(&broken), 0);
}
END_TEST

/* The child of a fork uses the heap as it stood: old blocks, new ones, threads. */
static int child_work(void) {
    pthread_t thread;
    unsigned seed = 1;
    for (int i = 0; i < 300; i++) {
        exchange_one(&seed);
    }
    if (pthread_create(&thread, NULL, exchange_some, NULL) != 0 ||
        pthread_join(thread, NULL) != 0) {
        return 2;
    }
    return atomic_load(&broken) == 0 ? 0 : 3;
}

START_TEST(a_process_with_allocating_threads_can_fork) {
    pthread_t threads[THREADS];
    start_threads(threads, exchange_until_stopped, 1);
    for (int i = 0; i < 100; i++) {
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            alarm(20); /* a deadlocked child must not outlive the test */
            _exit(child_work());
        }
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
    }
    atomic_store(&must_stop, true);
    join_threads(threads);
    ck_assert_uint_eq(atomic_load(&broken), 0);
}
END_TEST

/* early.c registered its fork handlers before the pool was there, so they run
 * while libumf holds its locks. */
START_TEST(fork_handlers_may_allocate_while_the_pool_is_locked) {
    void (*give)(void *, unsigned);
    unsigned (*handlers_run)(void);
    bool (*was_early)(void);
    *(void **)&give = dlsym(RTLD_DEFAULT, "early_give");
    *(void **)&handlers_run = dlsym(RTLD_DEFAULT, "early_handlers_run");
    *(void **)&was_early = dlsym(RTLD_DEFAULT, "early_was_before_the_pool");
    ck_assert(give != NULL && handlers_run != NULL && was_early != NULL);
    ck_assert(was_early());
    ck_assert_uint_ge(handlers_run(), 1); /* Check forked for this case */
    for (unsigned i = 0; i < 50; i++) {
        unsigned before = handlers_run();
        for (unsigned slot = 0; slot < 3; slot++) {
            give(malloc(100 + i * 50), slot);
        }
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            alarm(20);
            _exit(handlers_run() == before + 2 && is_from_pool(malloc(10)) ? child_work() : 4);
        }
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
        ck_assert_uint_eq(handlers_run(), before + 2);
        ck_assert(is_from_pool(malloc(10)));
    }
}
END_TEST

SUITE_MAIN("proxy/malloc", the_library_answers_the_probe, blocks_are_the_pools_and_aligned,
           blocks_of_size_zero_are_unique_and_can_be_freed,
           impossible_requests_are_null_and_set_errno, a_failed_realloc_leaves_the_block,
           posix_memalign_returns_its_error_and_leaves_errno, calloc_zeroes_blocks_that_were_dirty,
           realloc_keeps_the_contents, realloc_to_nothing_frees,
           a_block_that_shrinks_a_lot_gives_memory_back, every_alignment_is_kept,
           valloc_and_pvalloc_give_pages, free_keeps_errno, blocks_of_libc_go_back_to_libc,
           threads_are_born_allocate_and_die, a_process_with_allocating_threads_can_fork,
           fork_handlers_may_allocate_while_the_pool_is_locked)
