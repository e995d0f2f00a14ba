/*
 * pool.c - the pool interface, row by row, for a pool of any kind (pool.h).
 *
 * Check loops every case over the pool_pairs[] it fits; _i is the pair.
 */
#include "conformance/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <umf/plugin.h>
#include <unistd.h>

#include "suite.h"

#define SCENE(s)         \
    struct pool_scene s; \
    pool_scene_open(&s, &pool_pairs[_i])

static umf_result_t last_error(struct pool_scene *s) {
    return umfPoolGetLastAllocationError(s->pool);
}

/* ---- what a new pool is ---- */

START_TEST(a_pool_knows_its_name_and_provider) {
    SCENE(s);
    const char *name;
    umf_memory_provider_handle_t provider;
    ck_ok(umfPoolGetName(s.pool, &name));
    ck_assert_str_eq(name, s.traits->kind);
    ck_ok(umfPoolGetMemoryProvider(s.pool, &provider));
    ck_assert_ptr_eq(provider, s.provider);
    ck_assert_int_eq(last_error(&s), UMF_RESULT_SUCCESS);
    pool_scene_close(&s);
}
END_TEST

/* ---- the matrix ---- */

START_TEST(size_0_gives_what_the_kind_gives) {
    SCENE(s);
    void *block = umfPoolMalloc(s.pool, 0);
    if (s.traits->zero == ZERO_IS_A_BLOCK) {
        ck_assert_ptr_nonnull(block);
    } else if (s.traits->zero == ZERO_IS_NULL) {
        ck_assert_ptr_null(block);
        ck_assert_int_eq(last_error(&s), UMF_RESULT_SUCCESS);
        ck_assert_ptr_null(umfPoolAlignedMalloc(s.pool, 0, 64));
        ck_assert_int_eq(last_error(&s), UMF_RESULT_SUCCESS);
    } else {
        ck_assert_int_eq(block == NULL, last_error(&s) != UMF_RESULT_SUCCESS);
    }
    if (block != NULL) {
        ck_ok(umfPoolFree(s.pool, block));
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(size_max_is_null_with_the_right_error) {
    SCENE(s);
    void *memory = NULL;
    umf_result_t expected = s.traits->too_large;
    if (expected == POOL_PROVIDERS_RESULT) {
        expected = umfMemoryProviderAlloc(s.provider, SIZE_MAX, 0, &memory);
    }
    ck_assert_ptr_null(umfPoolMalloc(s.pool, SIZE_MAX));
    ck_assert_int_eq(last_error(&s), expected);
    ck_assert_ptr_null(umfPoolAlignedMalloc(s.pool, SIZE_MAX - 100, 4096));
    ck_assert_ptr_null(umfPoolAlignedMalloc(s.pool, SIZE_MAX / 2 + 10, SIZE_MAX / 2 + 1));
    pool_scene_close(&s);
}
END_TEST

static bool is_filled_with(const unsigned char *block, size_t size, unsigned char byte) {
    return size == 0 || (block[0] == byte && memcmp(block, block + 1, size - 1) == 0);
}

START_TEST(calloc_is_zeroed_and_sound_or_not_supported) {
    SCENE(s);
    for (size_t i = 0; i < 40; i++) { /* also of memory that was in use */
        void *block = umfPoolCalloc(s.pool, i, 100);
        if (!s.traits->has_calloc) {
            ck_assert_ptr_null(block);
            ck_assert_int_eq(last_error(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
            continue;
        }
        ck_assert_ptr_nonnull(block);
        ck_assert(is_filled_with(block, i * 100, 0));
        memset(block, 0x5a, i * 100);
        ck_ok(umfPoolFree(s.pool, block));
    }
    ck_assert_ptr_null(umfPoolCalloc(s.pool, SIZE_MAX / 4, 8));
    ck_assert_int_eq(last_error(&s), s.traits->has_calloc ? UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY
                                                          : UMF_RESULT_ERROR_NOT_SUPPORTED);
    pool_scene_close(&s);
}
END_TEST

START_TEST(realloc_keeps_the_contents_or_is_not_supported) {
    SCENE(s);
    unsigned char *block = umfPoolRealloc(s.pool, NULL, 10);
    if (!s.traits->has_calloc) {
        ck_assert_ptr_null(block);
        ck_assert_int_eq(last_error(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
        void *live = umfPoolMalloc(s.pool, 100);
        ck_assert_ptr_null(umfPoolRealloc(s.pool, live, 200));
        ck_assert_ptr_null(umfPoolRealloc(s.pool, live, 0));
        ck_assert_int_eq(last_error(&s), UMF_RESULT_ERROR_NOT_SUPPORTED);
        ck_ok(umfPoolFree(s.pool, live));
    } else {
        for (size_t size = 10; size < 1000000; size *= 3) {
            ck_assert_ptr_nonnull(block);
            memset(block, (int)(size % 251), size);
            block = umfPoolRealloc(s.pool, block, size * 3);
            ck_assert_uint_eq(block[size - 1], size % 251);
        }
        ck_assert_ptr_null(umfPoolRealloc(s.pool, block, 0));
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(every_power_of_two_aligns_every_size) {
    SCENE(s);
    for (size_t alignment = 1; alignment <= s.traits->max_alignment; alignment *= 2) {
        for (size_t size = 1; size <= 100000; size = size * 7 + 1) {
            /* the fixed provider's and proxy's word is the page */
            bool is_providers = s.traits->alignment_odd == POOL_PROVIDERS_RESULT;
            unsigned char *block = umfPoolAlignedMalloc(s.pool, size, alignment);
            if (block == NULL && is_providers) {
                ck_assert_int_ne(last_error(&s), UMF_RESULT_SUCCESS);
                continue;
            }
            ck_assert_ptr_nonnull(block);
            ck_assert_uint_eq((uintptr_t)block % alignment, 0);
            memset(block, 0x3c, size);
            ck_assert(pool_scene_owns(&s, block, size));
            ck_ok(umfPoolFree(s.pool, block));
        }
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(odd_alignments_give_what_the_kind_gives) {
    static const size_t odd[] = {0, 3, 24, 100, 12288};
    SCENE(s);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        umf_result_t expected = odd[i] == 0 ? s.traits->alignment_0 : s.traits->alignment_odd;
        void *block = umfPoolAlignedMalloc(s.pool, 100, odd[i]);
        if (expected == UMF_RESULT_SUCCESS) {
            ck_assert_ptr_nonnull(block);
        } else if (expected == POOL_PROVIDERS_RESULT) {
            ck_assert_int_eq(block == NULL, last_error(&s) != UMF_RESULT_SUCCESS);
        } else {
            ck_assert_ptr_null(block);
            ck_assert_int_eq(last_error(&s), expected);
        }
        if (block != NULL) {
            memset(block, 1, 100);
            ck_ok(umfPoolFree(s.pool, block));
        }
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(usable_size_is_at_least_what_was_asked_or_not_supported) {
    SCENE(s);
    bool has = s.traits->has_usable_size;
    umf_result_t expected = has ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_NOT_SUPPORTED;
    size_t usable = 7;
    ck_assert_int_eq(umfPoolMallocUsableSize(s.pool, NULL, &usable), expected);
    ck_assert_uint_eq(usable, 0);
    for (size_t size = 1; size < 5000000; size = size * 3 + 1) {
        unsigned char *block = umfPoolMalloc(s.pool, size);
        ck_assert_ptr_nonnull(block);
        usable = 7;
        ck_assert_int_eq(umfPoolMallocUsableSize(s.pool, block, &usable), expected);
        ck_assert_int_eq(umfPoolMallocUsableSize(s.pool, block, NULL),
                         UMF_RESULT_ERROR_INVALID_ARGUMENT);
        if (has) {
            ck_assert_uint_ge(usable, size);
            memset(block, 0x11, usable);
            ck_assert(pool_scene_owns(&s, block, usable));
        } else {
            ck_assert_uint_eq(usable, 0);
        }
        ck_ok(umfPoolFree(s.pool, block));
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(free_of_null_is_ok_and_of_the_unknown_as_the_kind_has_it) {
    SCENE(s);
    ck_ok(umfPoolFree(s.pool, NULL));
    if (s.traits->free_unknown != POOL_UNDEFINED) {
        ck_assert_int_eq(umfPoolFree(s.pool, &s), s.traits->free_unknown);
    }
    ck_assert_int_eq(umfFree(NULL), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(umfFree(&s), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    pool_scene_close(&s);
}
END_TEST

START_TEST(trim_works_or_is_not_supported) {
    SCENE(s);
    void *blocks[20];
    for (size_t i = 0; i < 20; i++) {
        blocks[i] = umfPoolMalloc(s.pool, (size_t)10 << (i % 16));
        ck_assert_ptr_nonnull(blocks[i]);
        memset(blocks[i], (int)i, (size_t)10 << (i % 16));
    }
    umf_result_t expected =
        s.traits->has_trim ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_NOT_SUPPORTED;
    ck_assert_int_eq(umfPoolTrimMemory(s.pool, 0), expected);
    for (size_t i = 0; i < 20; i++) {
        ck_assert_uint_eq(*(unsigned char *)blocks[i], i); /* live blocks stay */
        ck_ok(umfPoolFree(s.pool, blocks[i]));
    }
    ck_assert_int_eq(umfPoolTrimMemory(s.pool, SIZE_MAX), expected);
    ck_assert_int_eq(umfPoolTrimMemory(s.pool, 0), expected);
    if (s.traits->has_trim && s.source == SOURCE_FAKE) {
        ck_assert_uint_eq(s.fake.live_bytes, 0);
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(a_failed_allocation_says_why_in_its_thread) {
    SCENE(s);
    umf_result_t expected = s.traits->provider_failed == POOL_PROVIDERS_RESULT
                                ? UMF_RESULT_ERROR_USER_SPECIFIC
                                : s.traits->provider_failed;
    s.fake.alloc_error = UMF_RESULT_ERROR_USER_SPECIFIC;
    ck_assert_ptr_null(umfPoolMalloc(s.pool, 1000));
    ck_assert_int_eq(last_error(&s), expected);
    s.fake.alloc_error = UMF_RESULT_SUCCESS;
    void *block = umfPoolMalloc(s.pool, 1000);
    ck_assert_ptr_nonnull(block);
    ck_assert_int_eq(last_error(&s), s.traits->is_error_sticky ? expected : UMF_RESULT_SUCCESS);
    ck_ok(umfPoolFree(s.pool, block));
    pool_scene_close(&s);
}
END_TEST

/* ---- blocks ---- */

enum { BLOCKS = 600 };

static size_t size_of_block(size_t i) { return (i * 7919) % (i % 16 == 0 ? 200000 : 3000) + 1; }

START_TEST(blocks_do_not_overlap_and_keep_their_contents) {
    SCENE(s);
    static unsigned char *blocks[BLOCKS];
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            if (round > 0 && i % 3 != round) {
                continue;
            }
            blocks[i] = umfPoolMalloc(s.pool, size_of_block(i));
            ck_assert_ptr_nonnull(blocks[i]);
            ck_assert_uint_eq((uintptr_t)blocks[i] % 8, 0);
            ck_assert(pool_scene_owns(&s, blocks[i], size_of_block(i)));
            memset(blocks[i], (int)(i % 251), size_of_block(i));
        }
        for (size_t i = 0; i < BLOCKS; i++) {
            ck_assert(is_filled_with(blocks[i], size_of_block(i), (unsigned char)(i % 251)));
            if (round == 2 || i % 3 == round + 1) {
                ck_ok(umfPoolFree(s.pool, blocks[i]));
            }
        }
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(any_byte_of_a_block_leads_to_its_pool) {
    SCENE(s);
    for (size_t size = 1; size < 5000000; size = size * 5 + 2) {
        umf_memory_pool_handle_t pool = NULL;
        char *block = umfPoolMalloc(s.pool, size);
        ck_ok(umfPoolByPtr(block, &pool));
        ck_assert_ptr_eq(pool, s.pool);
        ck_ok(umfPoolByPtr(block + size - 1, &pool));
        ck_assert_ptr_eq(pool, s.pool);
        ck_ok(umfFree(block));
    }
    pool_scene_close(&s);
}
END_TEST

START_TEST(without_tracking_blocks_work_and_are_invisible) {
    SCENE(s);
    umf_memory_pool_handle_t hidden, found = s.pool;
    ck_ok(umfPoolCreateByName(s.traits->kind, s.provider, NULL,
                              UMF_POOL_CREATE_FLAG_DISABLE_TRACKING, &hidden));
    for (size_t size = 1; size < 5000000; size = size * 5 + 2) {
        unsigned char *block = umfPoolMalloc(hidden, size);
        ck_assert_ptr_nonnull(block);
        memset(block, 3, size);
        ck_assert_int_eq(umfPoolByPtr(block, &found), UMF_RESULT_ERROR_INVALID_ARGUMENT);
        ck_assert_int_eq(umfFree(block), UMF_RESULT_ERROR_INVALID_ARGUMENT);
        ck_ok(umfPoolFree(hidden, block));
    }
    ck_ok(umfPoolDestroy(hidden));
    pool_scene_close(&s);
}
END_TEST

START_TEST(two_pools_of_a_kind_are_told_apart) {
    SCENE(s);
    umf_memory_pool_handle_t other, found;
    void *blocks[2][50];
    ck_ok(umfPoolCreateByName(s.traits->kind, s.provider, NULL, 0, &other));
    for (size_t i = 0; i < 50; i++) {
        blocks[0][i] = umfPoolMalloc(s.pool, i + 1);
        blocks[1][i] = umfPoolMalloc(other, i + 1);
    }
    for (size_t i = 0; i < 50; i++) {
        ck_ok(umfPoolByPtr(blocks[0][i], &found));
        ck_assert_ptr_eq(found, s.pool);
        ck_ok(umfPoolByPtr(blocks[1][i], &found));
        ck_assert_ptr_eq(found, other);
        ck_ok(umfFree(blocks[0][i]));
        ck_ok(umfFree(blocks[1][i]));
    }
    ck_ok(umfPoolDestroy(other));
    pool_scene_close(&s);
}
END_TEST

/* ---- failures ---- */

static bool exercise(struct pool_scene *s) {
    static const size_t sizes[] = {8, 5000, 70000, 3 << 20};
    void *blocks[12];
    bool all_there = true;
    for (size_t i = 0; i < 12; i++) {
        blocks[i] = umfPoolMalloc(s->pool, sizes[i % 4]);
        all_there = all_there && blocks[i] != NULL;
        ck_assert(blocks[i] != NULL || last_error(s) != UMF_RESULT_SUCCESS);
        if (blocks[i] != NULL) {
            memset(blocks[i], 1, sizes[i % 4]);
        }
    }
    for (size_t i = 0; i < 12; i++) {
        ck_ok(blocks[i] == NULL ? UMF_RESULT_SUCCESS : umfPoolFree(s->pool, blocks[i]));
    }
    return all_there;
}

START_TEST(the_nth_allocation_of_the_provider_may_fail) {
    size_t calls = 1;
    for (size_t n = 1; n <= calls; n++) {
        SCENE(s);
        size_t before = s.fake.alloc_calls;
        s.fake.fail_alloc_at = before + n;
        ck_assert(!exercise(&s));
        s.fake.fail_alloc_at = 0;
        ck_assert(exercise(&s)); /* usable again */
        pool_scene_close(&s);
        if (n == 1) {
            pool_scene_open(&s, &pool_pairs[_i]);
            before = s.fake.alloc_calls;
            ck_assert(exercise(&s));
            calls = s.fake.alloc_calls - before;
            pool_scene_close(&s);
        }
    }
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, SLOTS = 64, TURNS = 2000 };

struct exchange {
    struct pool_scene *s;
    void *_Atomic slots[SLOTS];
    atomic_uint next_seed;
};

/* Every block is freed by whoever finds it, most often another thread. */
static void *run_exchange(void *arg) {
    struct exchange *x = arg;
    unsigned seed = atomic_fetch_add(&x->next_seed, 1);
    for (int i = 0; i < TURNS; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t size = (seed >> 8) % (i % 64 == 0 ? 300000 : 2000) + 1;
        unsigned char *block = umfPoolMalloc(x->s->pool, size);
        ck_assert_ptr_nonnull(block);
        memset(block, 9, size);
        block = atomic_exchange(&x->slots[(seed >> 4) % SLOTS], block);
        ck_ok(block == NULL ? UMF_RESULT_SUCCESS
                            : (i % 2 ? umfFree(block) : umfPoolFree(x->s->pool, block)));
    }
    return NULL;
}

START_TEST(a_block_may_be_freed_by_another_thread) {
    SCENE(s);
    static struct exchange x;
    pthread_t ids[THREADS];
    x.s = &s;
    for (size_t t = 0; t < THREADS; t++) {
        ck_assert_int_eq(pthread_create(&ids[t], NULL, run_exchange, &x), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        pthread_join(ids[t], NULL);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        void *block = atomic_load(&x.slots[i]);
        ck_ok(block == NULL ? UMF_RESULT_SUCCESS : umfPoolFree(s.pool, block));
    }
    pool_scene_close(&s);
}
END_TEST

struct forking {
    struct pool_scene *s;
    atomic_bool is_over, has_failed;
};

/* Check's own calls allocate: in a child they would look like leaks of the
 * thread that is not there. */
static void *run_until_over(void *arg) {
    struct forking *f = arg;
    for (size_t i = 1; !atomic_load(&f->is_over); i++) {
        void *block = umfPoolMalloc(f->s->pool, i * 997 % 100000 + 1);
        if (block == NULL || umfPoolFree(f->s->pool, block) != UMF_RESULT_SUCCESS) {
            atomic_store(&f->has_failed, true);
        }
    }
    return NULL;
}

static int use_in_child(struct pool_scene *s, char *block) {
    bool is_right = strcmp(block, "kept") == 0;
    for (size_t size = 1; size < 100000; size = size * 3 + 1) {
        void *other = umfPoolMalloc(s->pool, size);
        is_right = is_right && other != NULL && umfFree(other) == UMF_RESULT_SUCCESS;
    }
    return is_right && umfFree(block) == UMF_RESULT_SUCCESS ? 0 : 1;
}

START_TEST(a_child_of_fork_has_a_pool_that_works) {
    SCENE(s);
    struct forking f = {.s = &s};
    pthread_t id;
    char *block = umfPoolMalloc(s.pool, 100);
    strcpy(block, "kept");
    pthread_create(&id, NULL, run_until_over, &f);
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        if (child == 0) {
            _exit(use_in_child(&s, block));
        }
        int status = -1;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
    atomic_store(&f.is_over, true);
    pthread_join(id, NULL);
    ck_assert(!atomic_load(&f.has_failed));
    ck_ok(umfFree(block));
    pool_scene_close(&s);
}
END_TEST

enum { FORKED = 200 };

static size_t size_in_fork(size_t i) { return i % 50 == 0 ? 100000 : i * 13 % 2000 + 1; }

/* False where there is no memory; reports nothing (see run_until_over). */
static bool fill_blocks(struct pool_scene *s, unsigned char **blocks, int byte) {
    for (size_t i = 0; i < FORKED; i++) {
        blocks[i] = umfPoolMalloc(s->pool, size_in_fork(i));
        if (blocks[i] == NULL) {
            return false;
        }
        memset(blocks[i], byte, size_in_fork(i));
    }
    return true;
}

static bool give_blocks_back(struct pool_scene *s, unsigned char **blocks, unsigned char byte) {
    bool is_right = true;
    for (size_t i = 0; i < FORKED; i++) {
        is_right = is_filled_with(blocks[i], size_in_fork(i), byte) && is_right;
        is_right = umfPoolFree(s->pool, blocks[i]) == UMF_RESULT_SUCCESS && is_right;
    }
    return is_right;
}

/* Child and parent write by turns: a byte in a pipe is a turn's end. */
static int fill_by_turns(struct pool_scene *s, int done, int go) {
    unsigned char *blocks[FORKED];
    char turn = 0;
    bool is_right = fill_blocks(s, blocks, 0xcc) && write(done, &turn, 1) == 1 &&
                    read(go, &turn, 1) == 1 && give_blocks_back(s, blocks, 0xcc);
    return is_right ? 0 : 1;
}

START_TEST(parent_and_child_of_fork_never_get_the_same_memory) {
    SCENE(s);
    unsigned char *old[FORKED], *blocks[FORKED];
    int done[2], go[2], status = -1;
    char turn;
    ck_assert_int_eq(pipe(done) | pipe(go), 0);
    ck_assert(fill_blocks(&s, old, 1)); /* leaves memory in the pool, used and free */
    ck_assert(fill_blocks(&s, blocks, 2));
    ck_assert(give_blocks_back(&s, blocks, 2));
    pid_t child = fork();
    if (child == 0) {
        _exit(fill_by_turns(&s, done[1], go[0]));
    }
    close(done[1]); /* or a child that failed would never end the wait */
    ck_assert_int_eq(read(done[0], &turn, 1), 1);
    ck_assert(fill_blocks(&s, blocks, 0xaa));
    ck_assert_int_eq(write(go[1], &turn, 1), 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(give_blocks_back(&s, blocks, 0xaa));
    ck_assert(give_blocks_back(&s, old, 1));
    close(done[0]), close(go[0]), close(go[1]);
    pool_scene_close(&s);
}
END_TEST

static void *check_fresh_error(void *arg) {
    ck_assert_int_eq(last_error(arg), UMF_RESULT_SUCCESS);
    return NULL;
}

START_TEST(the_last_error_is_the_threads_own) {
    SCENE(s);
    pthread_t id;
    ck_assert_ptr_null(umfPoolMalloc(s.pool, SIZE_MAX));
    ck_assert_int_ne(last_error(&s), UMF_RESULT_SUCCESS);
    pthread_create(&id, NULL, check_fresh_error, &s);
    pthread_join(id, NULL);
    pool_scene_close(&s);
}
END_TEST

/* What makes a provider fail is a fake's; and a fake has no hooks, so that no
 * thread may be in it while another forks. */
enum fit { FITS_ALL, FITS_FAKE, FITS_PLUGINS };

void pool_conformance_add(Suite *suite) {
    const struct {
        const TTest *test;
        enum fit fit;
    } cases[] = {
        {a_pool_knows_its_name_and_provider, FITS_ALL},
        {size_0_gives_what_the_kind_gives, FITS_ALL},
        {size_max_is_null_with_the_right_error, FITS_ALL},
        {calloc_is_zeroed_and_sound_or_not_supported, FITS_ALL},
        {realloc_keeps_the_contents_or_is_not_supported, FITS_ALL},
        {every_power_of_two_aligns_every_size, FITS_ALL},
        {odd_alignments_give_what_the_kind_gives, FITS_ALL},
        {usable_size_is_at_least_what_was_asked_or_not_supported, FITS_ALL},
        {free_of_null_is_ok_and_of_the_unknown_as_the_kind_has_it, FITS_ALL},
        {trim_works_or_is_not_supported, FITS_ALL},
        {a_failed_allocation_says_why_in_its_thread, FITS_FAKE},
        {blocks_do_not_overlap_and_keep_their_contents, FITS_ALL},
        {any_byte_of_a_block_leads_to_its_pool, FITS_ALL},
        {without_tracking_blocks_work_and_are_invisible, FITS_ALL},
        {two_pools_of_a_kind_are_told_apart, FITS_ALL},
        {the_nth_allocation_of_the_provider_may_fail, FITS_FAKE},
        {a_block_may_be_freed_by_another_thread, FITS_ALL},
        {a_child_of_fork_has_a_pool_that_works, FITS_PLUGINS},
        {parent_and_child_of_fork_never_get_the_same_memory, FITS_ALL},
        {the_last_error_is_the_threads_own, FITS_ALL},
    };
    for (size_t p = 0; p < pool_pair_count; p++) {
        if (!pool_pair_is_built(&pool_pairs[p])) {
            continue;
        }
        enum fit misfit = pool_pairs[p].source == SOURCE_FAKE ? FITS_PLUGINS : FITS_FAKE;
        TCase *tcase = tcase_create(pool_pairs[p].name);
        tcase_set_timeout(tcase, 120);
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            if (cases[c].fit != misfit) {
                tcase_add_loop_test(tcase, cases[c].test, (int)p, (int)p + 1);
            }
        }
        suite_add_tcase(suite, tcase);
    }
}
