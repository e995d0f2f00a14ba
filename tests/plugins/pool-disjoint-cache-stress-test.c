/*
 * pool-disjoint-cache-stress-test.c - the disjoint pool with its thread caches where
 * providers and metadata fail, memory may not be touched, the process forks, and the
 * library is torn down.
 */
#include <sys/wait.h>
#include <umf.h>

#include "core/meta.h"
#include "plugins/disjoint-scene.h"

/* ---- failures ---- */

struct failing {
    struct scene *s;
    atomic_uint next_seed;
    atomic_size_t nulls;
};

static void *allocate_under_failures(void *arg) {
    struct failing *f = arg;
    unsigned seed = atomic_fetch_add(&f->next_seed, 1) * 13;
    void *blocks[128] = {NULL};
    for (int i = 0; i < 20000; i++) {
        void **block = &blocks[next_random(&seed) % 128];
        ck_ok(umfPoolFree(f->s->pool, *block));
        *block = umfPoolMalloc(f->s->pool, next_random(&seed) % 30000 + 1);
        if (*block == NULL) {
            ck_assert_int_eq(umfPoolGetLastAllocationError(f->s->pool),
                             UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
            atomic_fetch_add(&f->nulls, 1);
        }
        if (i % 500 == 0) {
            ck_ok(umfPoolTrimMemory(f->s->pool, 0));
        }
    }
    for (size_t i = 0; i < 128; i++) {
        ck_ok(umfPoolFree(f->s->pool, blocks[i]));
    }
    return NULL;
}

START_TEST(a_provider_that_fails_at_random_leaves_a_pool_that_works) {
    struct scene s;
    scene_open(&s);
    struct failing f = {.s = &s, .next_seed = 1};
    s.fake.alloc_failures_of_8 = 3;
    run_threads(allocate_under_failures, &f, 4);
    ck_assert_uint_gt(atomic_load(&f.nulls), 0);
    s.fake.alloc_failures_of_8 = 0;
    ck_assert_uint_eq(live_of(&s), 0);
    ck_assert_ptr_nonnull(umfPoolMalloc(s.pool, 100));
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 64 * KIB);
    scene_close(&s);
}
END_TEST

START_TEST(the_nth_metadata_allocation_may_fail_for_every_n) {
    struct scene s;
    bool has_failed = true;
    scene_open(&s);
    fill_cache(&s); /* what the core makes once is there */
    for (long n = 1; has_failed && n < 1000; n++) {
        ck_ok(umfPoolDestroy(s.pool));
        s.pool = NULL;
        umfi_meta_fail_nth(n);
        umf_result_t result = umfPoolCreateByName("disjoint", s.provider, NULL, 0, &s.pool);
        if (result == UMF_RESULT_SUCCESS) {
            void *blocks[200];
            for (size_t i = 0; i < 200; i++) {
                blocks[i] = umfPoolMalloc(s.pool, 3000);
            }
            for (size_t i = 0; i < 200; i++) {
                ck_ok(umfPoolFree(s.pool, blocks[i]));
            }
            ck_assert_uint_eq(live_of(&s), 0);
        }
        has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        if (s.pool == NULL) {
            ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
            ck_ok(umfPoolCreateByName("disjoint", s.provider, NULL, 0, &s.pool));
        }
    }
    ck_assert(!has_failed);
    scene_close(&s);
}
END_TEST

START_TEST(not_one_byte_of_the_memory_is_touched) {
    struct scene s;
    void *blocks[1000];
    unsigned seed = 4;
    scene_open(&s);
    s.fake.is_untouchable = true;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 1000; i++) {
            size_t size = next_random(&seed) % (i % 10 == 0 ? 100000 : 3000) + 1;
            blocks[i] = i % 7 == 0 ? umfPoolAlignedMalloc(s.pool, size, (size_t)8 << i % 12)
                                   : umfPoolMalloc(s.pool, size);
            ck_assert_ptr_nonnull(blocks[i]);
        }
        for (size_t i = 0; i < 1000; i++) {
            ck_ok(i % 2 ? umfPoolFree(s.pool, blocks[i]) : umfFree(blocks[i]));
        }
    }
    scene_close(&s);
}
END_TEST

/* ---- fork ---- */

static void expect_child(pid_t child) {
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static bool pair_works(struct scene *s, size_t size) {
    void *block = umfPoolMalloc(s->pool, size);
    return block != NULL && umfPoolFree(s->pool, block) == UMF_RESULT_SUCCESS;
}

static void *fill_and_wait(void *arg) {
    struct waiter *w = arg;
    fill_cache(w->s);
    meet(w);
    meet(w);
    return NULL;
}

START_TEST(a_child_loses_what_other_threads_had_cached_and_does_not_count_it) {
    struct waiter w;
    struct scene s;
    scene_open(&s);
    void *kept = umfPoolMalloc(s.pool, 200);
    waiter_start(&w, &s, fill_and_wait);
    meet(&w);
    ck_assert_uint_eq(live_of(&s), 1);
    pid_t child = fork();
    if (child == 0) {
        size_t live = 7;
        bool is_right = umfi_pool_live_blocks(s.pool, &live) == UMF_RESULT_SUCCESS && live == 1;
        for (size_t size = 1; size < 100000; size = size * 2 + 1) {
            is_right = is_right && pair_works(&s, size);
        }
        is_right = is_right && umfPoolFree(s.pool, kept) == UMF_RESULT_SUCCESS &&
                   umfPoolTrimMemory(s.pool, 0) == UMF_RESULT_SUCCESS &&
                   disjoint_check(s.pool->priv) &&
                   umfi_pool_live_blocks(s.pool, &live) == UMF_RESULT_SUCCESS && live == 0 &&
                   umfPoolDestroy(s.pool) == UMF_RESULT_SUCCESS && s.fake.live_bytes == 0;
        _exit(is_right ? 0 : 1);
    }
    expect_child(child);
    meet(&w);
    waiter_end(&w);
    ck_ok(umfPoolFree(s.pool, kept));
    scene_close(&s);
}
END_TEST

struct busy {
    struct scene *s;
    atomic_bool is_over;
    atomic_uint next_seed, failures;
};

static void busy_free(struct busy *busy, void *block) {
    busy->failures += umfPoolFree(busy->s->pool, block) != UMF_RESULT_SUCCESS;
}

/* Calls nothing of Check's: a child of fork would have what that has allocated. */
static void *be_busy(void *arg) {
    struct busy *busy = arg;
    unsigned seed = atomic_fetch_add(&busy->next_seed, 1);
    void *blocks[32] = {NULL};
    while (!atomic_load(&busy->is_over)) {
        void **block = &blocks[next_random(&seed) % 32];
        busy_free(busy, *block);
        *block = umfPoolMalloc(busy->s->pool, next_random(&seed) % 5000 + 1);
    }
    for (size_t i = 0; i < 32; i++) {
        busy_free(busy, blocks[i]);
    }
    return NULL;
}

START_TEST(a_child_forked_in_the_middle_of_it_all_has_a_pool_that_works) {
    struct scene s;
    pthread_t ids[3];
    scene_open(&s);
    struct busy busy = {.s = &s};
    for (size_t i = 0; i < 3; i++) {
        pthread_create(&ids[i], NULL, be_busy, &busy);
    }
    for (int i = 0; i < 15; i++) {
        fill_cache(&s);
        /* the fake provider has a lock, which the core does not know */
        pthread_mutex_lock(&s.fake.lock);
        pid_t child = fork();
        pthread_mutex_unlock(&s.fake.lock);
        if (child == 0) {
            bool is_right = disjoint_check(s.pool->priv);
            for (size_t size = 1; size < 30000; size = size * 2 + 1) {
                is_right = is_right && pair_works(&s, size);
            }
            is_right = is_right && umfPoolTrimMemory(s.pool, 0) == UMF_RESULT_SUCCESS &&
                       disjoint_check(s.pool->priv);
            _exit(is_right ? 0 : 1);
        }
        expect_child(child);
    }
    atomic_store(&busy.is_over, true);
    for (size_t i = 0; i < 3; i++) {
        pthread_join(ids[i], NULL);
    }
    ck_assert_uint_eq(busy.failures, 0);
    ck_assert_uint_eq(live_of(&s), 0);
    scene_close(&s);
}
END_TEST

/* What the parent has at hand, a child on the same memory must not hand out. */
START_TEST(a_child_takes_nothing_from_the_caches_of_shared_memory) {
    umf_params_handle_t params;
    struct scene s = {.pool = NULL};
    void *cached[60], *fresh[60];
    ck_ok(umfParamsCreate("provider", "os", &params));
    ck_ok(umfParamsSet(params, "visibility", "shared"));
    ck_ok(umfMemoryProviderCreateByName("os", params, &s.provider));
    ck_ok(umfParamsDestroy(params));
    pool_open(&s, 0);
    void *kept = umfPoolMalloc(s.pool, 200);
    for (size_t i = 0; i < 60; i++) {
        cached[i] = umfPoolMalloc(s.pool, 200);
    }
    for (size_t i = 0; i < 60; i++) {
        ck_ok(umfPoolFree(s.pool, cached[i]));
    }
    pid_t child = fork();
    if (child == 0) {
        bool is_right = true;
        for (size_t i = 0; i < 60; i++) {
            fresh[i] = umfPoolMalloc(s.pool, 200);
            is_right = is_right && fresh[i] != NULL;
            for (size_t j = 0; j < 60; j++) {
                is_right = is_right && fresh[i] != cached[j];
            }
        }
        for (size_t i = 0; i < 60; i++) {
            is_right = is_right && umfPoolFree(s.pool, fresh[i]) == UMF_RESULT_SUCCESS;
        }
        is_right = is_right && umfPoolFree(s.pool, kept) == UMF_RESULT_SUCCESS;
        for (size_t i = 0; i < 60; i++) { /* kept went to its own slab, which is the parent's */
            is_right = is_right && umfPoolMalloc(s.pool, 200) != kept;
        }
        _exit(is_right && disjoint_check(s.pool->priv) ? 0 : 1);
    }
    expect_child(child);
    ck_ok(umfPoolFree(s.pool, kept));
    ck_ok(umfPoolDestroy(s.pool));
    ck_ok(umfMemoryProviderDestroy(s.provider));
}
END_TEST

/* ---- the last teardown ---- */

static void *fill_and_outlive_the_library(void *arg) {
    struct waiter *w = arg;
    fill_cache(w->s);
    meet(w);
    meet(w);
    ck_assert_ptr_null(umfPoolMalloc(w->s->pool, 200));
    return NULL;
}

START_TEST(a_thread_may_end_after_the_last_teardown) {
    struct waiter w;
    struct scene s, next;
    scene_open(&s);
    waiter_start(&w, &s, fill_and_outlive_the_library);
    meet(&w);
    fill_cache(&s);
    ck_ok(umfTearDown());
    meet(&w);
    waiter_end(&w);
    fake_provider_fini(&s.fake); /* nobody asks for what the dead pool had */
    ck_ok(umfInit());
    scene_open(&next);
    ck_assert_int_eq(disjoint_of(next.pool)->caches.slot, 0); /* no slot is held for ever */
    fill_cache(&next);
    scene_close(&next);
}
END_TEST

SUITE_MAIN("plugins/pool-disjoint-cache-stress",
           a_provider_that_fails_at_random_leaves_a_pool_that_works,
           the_nth_metadata_allocation_may_fail_for_every_n, not_one_byte_of_the_memory_is_touched,
           a_child_loses_what_other_threads_had_cached_and_does_not_count_it,
           a_child_forked_in_the_middle_of_it_all_has_a_pool_that_works,
           a_child_takes_nothing_from_the_caches_of_shared_memory,
           a_thread_may_end_after_the_last_teardown)
