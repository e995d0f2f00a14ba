/*
 * pool-disjoint-cache-test.c - the disjoint pool with its thread caches, behind the
 * core that lends it the threads' words: threads that come, go and hand blocks on,
 * pools that die meanwhile, and more pools than slots. Failures and fork are in
 * pool-disjoint-cache-stress-test.c.
 */
#include <sys/mman.h>

#include "plugins/disjoint-scene.h"
#include "plugins/pool-disjoint/cached.h"

/* ---- one thread ---- */

START_TEST(the_core_chose_the_cached_calls) {
    struct scene s;
    scene_open(&s);
    ck_assert(has_caches(&s));
    ck_assert_ptr_eq(s.pool->call_priv, s.pool->priv);
    ck_assert(atomic_load(&s.pool->call.malloc) == disjoint_of(s.pool)->path_malloc);
    ck_assert(atomic_load(&s.pool->call.malloc) != s.pool->own.malloc);
    scene_close(&s);
}
END_TEST

START_TEST(trace_1_and_up_has_no_caches) {
    struct scene s;
    scene_open(&s);
    for (int trace = 1; trace <= 3; trace++) {
        ck_ok(umfPoolDestroy(s.pool));
        pool_open(&s, trace);
        ck_assert(!has_caches(&s));
        ck_ok(umfPoolFree(s.pool, umfPoolMalloc(s.pool, 64)));
    }
    scene_close(&s);
}
END_TEST

START_TEST(a_cached_block_is_a_free_block) {
    struct scene s;
    void *blocks[500];
    scene_open(&s);
    for (size_t i = 0; i < 500; i++) {
        blocks[i] = umfPoolMalloc(s.pool, 1000);
        ck_assert_uint_eq(live_of(&s), i + 1);
    }
    ck_assert_uint_eq(used_of(&s), 500 * 1024);
    for (size_t i = 0; i < 500; i++) {
        ck_ok(umfPoolFree(s.pool, blocks[i]));
        ck_assert_uint_eq(live_of(&s), 499 - i);
    }
    ck_assert_uint_eq(used_of(&s), 0);
    ck_assert_uint_eq(reserved_of(&s), 64 * KIB); /* one empty slab is kept */
    ck_assert_uint_eq(s.fake.live_bytes, 64 * KIB);
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

START_TEST(buckets_above_half_a_slab_are_not_cached) {
    struct scene s;
    scene_open(&s);
    void *small = umfPoolMalloc(s.pool, 32 * KIB), *large = umfPoolMalloc(s.pool, 32 * KIB + 1);
    struct disjoint_pool *pool = disjoint_of(s.pool);
    size_t s_log2 = pool->s_log2;
    ck_assert_uint_eq(pool->caches.class_count, size_class_of((unsigned)s_log2, 32 * KIB) + 1);
    ck_assert_uint_ne(umfi_page_class_of(&pool->pages, small), 0);
    ck_assert_uint_eq(umfi_page_class_of(&pool->pages, large), 0);
    ck_ok(umfPoolFree(s.pool, small));
    ck_ok(umfPoolFree(s.pool, large));
    scene_close(&s);
}
END_TEST

START_TEST(every_size_is_usable_and_comes_back) {
    struct scene s;
    scene_open(&s);
    for (size_t size = 0; size < 70000; size += size < 5000 ? 1 : 997) {
        size_t usable = 0;
        char *block = umfPoolMalloc(s.pool, size);
        if (size == 0) {
            ck_assert_ptr_null(block);
            continue;
        }
        ck_assert_ptr_nonnull(block);
        memset(block, 1, size);
        ck_ok(umfPoolMallocUsableSize(s.pool, block, &usable));
        ck_assert_uint_eq(usable, size_class_bytes(6, size_class_of(6, size)));
        ck_ok(size % 2 ? umfPoolFree(s.pool, block) : umfFree(block));
    }
    ck_assert_uint_eq(live_of(&s), 0);
    scene_close(&s);
}
END_TEST

START_TEST(what_is_no_block_is_refused_on_every_road) {
    struct scene s, other;
    static char foreign[64];
    scene_open(&s);
    scene_open(&other);
    void *theirs = umfPoolMalloc(other.pool, 64), *ours = umfPoolMalloc(s.pool, 64);
    const umf_result_t invalid = UMF_RESULT_ERROR_INVALID_ARGUMENT;
    ck_ok(umfPoolFree(s.pool, NULL));
    ck_assert_int_eq(umfPoolFree(s.pool, foreign), invalid);
    ck_assert_int_eq(umfPoolFree(s.pool, theirs), invalid);
    ck_assert_int_eq(umfPoolFree(s.pool, (void *)UINTPTR_MAX), invalid);
    ck_assert_int_eq(umfPoolFree(s.pool, (void *)((uintptr_t)ours | (uintptr_t)1 << 48)), invalid);
    ck_assert_int_eq(umfPoolFree(s.pool, (void *)8), invalid);
    ck_assert_uint_eq(live_of(&s), 1);
    ck_ok(umfPoolFree(s.pool, ours));
    ck_ok(umfPoolFree(other.pool, theirs));
    scene_close(&other);
    scene_close(&s);
}
END_TEST

START_TEST(a_second_free_is_refused_at_once_and_never_harms_the_books) {
    struct scene s;
    void *blocks[200];
    scene_open(&s);
    void *block = umfPoolMalloc(s.pool, 100);
    ck_ok(umfPoolFree(s.pool, block));
    ck_assert_int_eq(umfPoolFree(s.pool, block), UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(live_of(&s), 0);
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = umfPoolMalloc(s.pool, 100);
    }
    for (size_t i = 0; i < 400; i++) {
        (void)umfPoolFree(s.pool, blocks[i % 200]); /* not the last freed: goes unnoticed */
    }
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert(disjoint_check(disjoint_of(s.pool)));
    ck_assert_uint_eq(used_of(&s), 0);
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

/* A block that begins in the middle of a chunk must not be taken for a chunk. */
START_TEST(aligned_blocks_within_chunks_give_the_chunk_back) {
    struct scene s;
    void *blocks[64];
    unsigned seed = 9;
    scene_open(&s);
    s.fake.misalignment = 16; /* nothing is aligned by itself */
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < 64; i++) {
            size_t size = next_random(&seed) % 3000 + 1, usable = 0;
            size_t alignment = (size_t)8 << next_random(&seed) % 11;
            blocks[i] = i % 3 ? umfPoolAlignedMalloc(s.pool, size, alignment)
                              : umfPoolMalloc(s.pool, size);
            ck_assert_ptr_nonnull(blocks[i]);
            ck_assert(i % 3 == 0 || (uintptr_t)blocks[i] % alignment == 0);
            ck_ok(umfPoolMallocUsableSize(s.pool, blocks[i], &usable));
            ck_assert_uint_ge(usable, size);
            memset(blocks[i], (int)i, size);
        }
        for (size_t i = 0; i < 64; i++) {
            ck_assert_uint_eq(*(unsigned char *)blocks[i], i);
            ck_ok(umfPoolFree(s.pool, blocks[i]));
        }
        ck_assert_uint_eq(live_of(&s), 0);
    }
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

START_TEST(the_last_blocks_of_a_provider_are_found_where_they_are_cached) {
    struct scene s;
    void *blocks[1024];
    scene_open(&s);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 1024; i++) { /* one slab */
            blocks[i] = umfPoolMalloc(s.pool, 64);
            ck_assert_ptr_nonnull(blocks[i]);
            s.fake.alloc_error = UMF_RESULT_ERROR_UNKNOWN;
        }
        ck_assert_ptr_null(umfPoolMalloc(s.pool, 64));
        ck_assert_int_eq(umfPoolGetLastAllocationError(s.pool),
                         UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
        free_all(&(struct subject){.ops = &s.pool->own, .pool = s.pool->priv}, blocks, 1024);
    }
    scene_close(&s);
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 8, SLOTS = 512 };

struct exchange {
    umf_memory_pool_handle_t pool;
    void *_Atomic slots[SLOTS];
    atomic_uint next_seed;
    int rounds;
};

static void *run_exchange(void *arg) {
    struct exchange *x = arg;
    unsigned seed = atomic_fetch_add(&x->next_seed, 1) * 77;
    for (int i = 0; i < x->rounds; i++) {
        size_t size = next_random(&seed) % (i % 8 == 0 ? 40000 : 600) + 1;
        unsigned char *block = NULL;
        if (next_random(&seed) % 5 < 3) {
            block = umfPoolMalloc(x->pool, size);
            ck_assert_ptr_nonnull(block);
            block[0] = (unsigned char)(uintptr_t)block;
            block[size - 1] = block[0];
        }
        block = atomic_exchange(&x->slots[next_random(&seed) % SLOTS], block);
        ck_ok(umfPoolFree(x->pool, block));
        if (i % 1000 == 999) {
            ck_ok(umfPoolTrimMemory(x->pool, 0));
        }
    }
    return NULL;
}

static void free_slots(struct exchange *x) {
    for (size_t i = 0; i < SLOTS; i++) {
        ck_ok(umfPoolFree(x->pool, atomic_exchange(&x->slots[i], NULL)));
    }
}

START_TEST(threads_that_come_and_go_leave_nothing_behind) {
    static struct exchange x;
    struct scene s;
    scene_open(&s);
    x.pool = s.pool;
    x.rounds = 300;
    for (int generation = 0; generation < 12; generation++) {
        run_threads(run_exchange, &x, THREADS);
    }
    free_slots(&x);
    ck_assert_uint_eq(live_of(&s), 0);
    ck_assert_uint_eq(used_of(&s), 0);
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

START_TEST(blocks_cross_between_many_threads) {
    static struct exchange x;
    struct scene s;
    scene_open(&s);
    x.pool = s.pool;
    x.rounds = 5000;
    run_threads(run_exchange, &x, 16);
    size_t held = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        held += atomic_load(&x.slots[i]) != NULL;
    }
    ck_assert_uint_eq(live_of(&s), held);
    free_slots(&x);
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

static void *fill_and_wait_twice(void *arg) {
    struct waiter *w = arg;
    fill_cache(w->s);
    meet(w);
    meet(w);
    ck_ok(umfPoolFree(w->s->pool, umfPoolMalloc(w->s->pool, 200)));
    meet(w);
    meet(w);
    return NULL;
}

START_TEST(another_threads_cache_is_emptied_at_its_next_operation) {
    struct waiter w;
    struct scene s;
    scene_open(&s);
    waiter_start(&w, &s, fill_and_wait_twice);
    meet(&w);
    ck_assert_uint_eq(live_of(&s), 0);
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 64 * KIB); /* held by the other's cache */
    meet(&w);
    meet(&w); /* it has made one pair */
    ck_assert_uint_eq(live_of(&s), 0);
    meet(&w);
    waiter_end(&w);
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

static void *use_one_pool_after_the_other(void *arg) {
    struct waiter *w = arg;
    fill_cache(w->s);
    meet(w);
    meet(w); /* the first pool is dead, the second has its slot */
    fill_cache(w->second);
    meet(w);
    meet(w); /* now both are */
    return NULL;
}

START_TEST(a_pool_may_die_while_threads_have_caches_of_it) {
    struct waiter w;
    struct scene s, second;
    scene_open(&s);
    w.second = &second;
    waiter_start(&w, &s, use_one_pool_after_the_other);
    meet(&w);
    int slot = disjoint_of(s.pool)->caches.slot;
    scene_close(&s);
    scene_open(&second);
    ck_assert_int_eq(disjoint_of(second.pool)->caches.slot, slot);
    meet(&w);
    meet(&w);
    ck_assert_uint_eq(live_of(&second), 0);
    scene_close(&second);
    meet(&w);
    waiter_end(&w);
}
END_TEST

struct leaver {
    struct scene *s;
    atomic_bool is_done;
};

static void *use_and_leave(void *arg) {
    struct leaver *leaver = arg;
    fill_cache(leaver->s);
    atomic_store(&leaver->is_done, true);
    return NULL;
}

/* It has made its last call, but its cache may be on its way back. */
START_TEST(a_pool_may_die_while_threads_of_it_are_ending) {
    for (int round = 0; round < 200; round++) {
        struct scene s;
        struct leaver leavers[3];
        pthread_t ids[3];
        scene_open(&s);
        for (size_t i = 0; i < 3; i++) {
            leavers[i].s = &s;
            atomic_init(&leavers[i].is_done, false);
            ck_assert_int_eq(pthread_create(&ids[i], NULL, use_and_leave, &leavers[i]), 0);
        }
        for (size_t i = 0; i < 3; i++) {
            while (!atomic_load(&leavers[i].is_done)) {
                (void)sched_yield();
            }
        }
        ck_ok(umfPoolDestroy(s.pool)); /* disjoint_check would want quiet */
        s.pool = NULL;
        for (size_t i = 0; i < 3; i++) {
            ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
        }
        scene_close(&s);
    }
}
END_TEST

static pthread_key_t late_key;

static void free_late(void *arg) {
    struct waiter *w = arg;
    ck_ok(umfPoolFree(w->s->pool, w->block));
    w->block = umfPoolMalloc(w->s->pool, 200);
    if (w->second != NULL) { /* once more, in the next round of destructors */
        w->second = NULL;
        (void)pthread_setspecific(late_key, w);
    }
}

static void *leave_a_block_to_a_destructor(void *arg) {
    struct waiter *w = arg;
    fill_cache(w->s);
    w->block = umfPoolMalloc(w->s->pool, 200);
    (void)pthread_setspecific(late_key, w);
    return NULL;
}

START_TEST(destructors_of_a_thread_may_still_use_the_pool) {
    struct waiter w = {.s = NULL};
    struct scene s;
    scene_open(&s);
    fill_cache(&s); /* the core's key is made before ours, and runs first */
    ck_assert_int_eq(pthread_key_create(&late_key, free_late), 0);
    w.second = &s;
    waiter_start(&w, &s, leave_a_block_to_a_destructor);
    waiter_end(&w);
    ck_assert_uint_eq(live_of(&s), 1);
    ck_ok(umfPoolFree(s.pool, w.block));
    ck_ok(umfPoolTrimMemory(s.pool, 0));
    ck_assert_uint_eq(s.fake.live_bytes, 0);
    scene_close(&s);
}
END_TEST

/* ---- many pools ---- */

enum { POOLS = 2 * UMFI_SLOT_WORDS };

struct crowd {
    struct scene scenes[POOLS];
    atomic_uint next_seed;
};

/* From pool to pool, of which half share a word. */
static void *go_from_pool_to_pool(void *arg) {
    struct crowd *crowd = arg;
    unsigned seed = atomic_fetch_add(&crowd->next_seed, 1) * 31;
    void *blocks[POOLS][8] = {{NULL}};
    for (int i = 0; i < 20000; i++) {
        size_t p = next_random(&seed) % POOLS;
        struct scene *s = &crowd->scenes[p];
        for (int n = 0; n < 3; n++) {
            void **block = &blocks[p][next_random(&seed) % 8];
            struct fake_region region;
            ck_ok(umfPoolFree(s->pool, *block));
            *block = n == 2 ? umfPoolAlignedMalloc(s->pool, 100, 256)
                            : umfPoolMalloc(s->pool, next_random(&seed) % 6000 + 1);
            ck_assert(fake_find(&s->fake, *block, &region)); /* NULL is in none */
        }
        if (i % 256 == 0) {
            ck_ok(umfPoolTrimMemory(s->pool, 0));
        }
    }
    for (size_t i = 0; i < POOLS * 8; i++) {
        ck_ok(umfPoolFree(crowd->scenes[i / 8].pool, blocks[i / 8][i % 8]));
    }
    return NULL;
}

START_TEST(more_pools_than_words_have_caches_and_keep_apart) {
    static struct crowd crowd;
    for (size_t i = 0; i < POOLS; i++) {
        struct scene *s = &crowd.scenes[i];
        scene_open(s);
        ck_assert(has_caches(s));
        struct disjoint_pool *pool = disjoint_of(s->pool);
        ck_assert_int_eq(pool->path_malloc == disjoint_shared_malloc, i >= UMFI_SLOT_WORDS - 1);
    }
    run_threads(go_from_pool_to_pool, &crowd, 4);
    (void)go_from_pool_to_pool(&crowd);
    ck_ok(umfPoolDestroy(crowd.scenes[20].pool)); /* while this thread has a cache of it */
    pool_open(&crowd.scenes[20], 0);
    (void)go_from_pool_to_pool(&crowd);
    for (size_t i = 0; i < POOLS; i++) {
        ck_assert_uint_eq(live_of(&crowd.scenes[i]), 0);
        ck_ok(umfPoolTrimMemory(crowd.scenes[i].pool, 0));
        ck_assert_uint_eq(crowd.scenes[i].fake.live_bytes, 0);
        scene_close(&crowd.scenes[i]);
    }
}
END_TEST

START_TEST(a_pool_without_a_slot_works_without_caches) {
    static struct umfi_slot_owner nobody;
    struct scene s;
    while (umfi_thread_slots.acquire(&nobody) >= 0) {
    }
    scene_open(&s);
    ck_assert(!has_caches(&s));
    fill_cache(&s);
    ck_assert_uint_eq(live_of(&s), 0);
    scene_close(&s);
}
END_TEST

struct sides {
    umf_memory_pool_handle_t pools[2];
    char *buffers[2];
    atomic_uint next_seed;
    atomic_size_t wrong;
};

enum { SIDE_BYTES = 64 << 20 };

static void *use_both_sides(void *arg) {
    struct sides *sides = arg;
    unsigned seed = atomic_fetch_add(&sides->next_seed, 1) * 101;
    void *blocks[2][64] = {{NULL}};
    for (int i = 0; i < 125000; i++) {
        size_t side = next_random(&seed) % 2, at = next_random(&seed) % 64;
        void **block = &blocks[side][at];
        bool is_right = umfPoolFree(sides->pools[side], *block) == UMF_RESULT_SUCCESS;
        *block = umfPoolMalloc(sides->pools[side], next_random(&seed) % 2000 + 1);
        uintptr_t offset = (uintptr_t)*block - (uintptr_t)sides->buffers[side];
        is_right = is_right && *block != NULL && offset < SIDE_BYTES;
        if (!is_right) {
            atomic_fetch_add(&sides->wrong, 1);
        }
    }
    for (size_t i = 0; i < 128; i++) {
        ck_ok(umfPoolFree(sides->pools[i % 2], blocks[i % 2][i / 2]));
    }
    return NULL;
}

START_TEST(eight_threads_on_two_buffers_never_get_a_block_of_the_wrong_side) {
    struct sides sides = {.next_seed = 1};
    umf_memory_provider_handle_t providers[2];
    scene_register();
    for (size_t i = 0; i < 2; i++) {
        umf_params_handle_t params;
        sides.buffers[i] = mmap(NULL, SIDE_BYTES, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        ck_ok(umfParamsCreate("provider", "fixed", &params));
        ck_ok(umfParamsSetPointer(params, "ptr", sides.buffers[i]));
        ck_ok(umfParamsSetSize(params, "size", SIDE_BYTES));
        ck_ok(umfMemoryProviderCreateByName("fixed", params, &providers[i]));
        ck_ok(umfParamsDestroy(params));
        ck_ok(umfPoolCreateByName("disjoint", providers[i], NULL, 0, &sides.pools[i]));
    }
    run_threads(use_both_sides, &sides, 8);
    ck_assert_uint_eq(atomic_load(&sides.wrong), 0);
    for (size_t i = 0; i < 2; i++) {
        struct scene s = {.pool = sides.pools[i]};
        ck_assert_uint_eq(live_of(&s), 0);
        ck_ok(umfPoolDestroy(sides.pools[i]));
        ck_ok(umfMemoryProviderDestroy(providers[i]));
        (void)munmap(sides.buffers[i], SIDE_BYTES);
    }
}
END_TEST

SUITE_MAIN("plugins/pool-disjoint-cache", the_core_chose_the_cached_calls,
           trace_1_and_up_has_no_caches, a_cached_block_is_a_free_block,
           buckets_above_half_a_slab_are_not_cached, every_size_is_usable_and_comes_back,
           what_is_no_block_is_refused_on_every_road,
           a_second_free_is_refused_at_once_and_never_harms_the_books,
           aligned_blocks_within_chunks_give_the_chunk_back,
           the_last_blocks_of_a_provider_are_found_where_they_are_cached,
           threads_that_come_and_go_leave_nothing_behind, blocks_cross_between_many_threads,
           another_threads_cache_is_emptied_at_its_next_operation,
           a_pool_may_die_while_threads_have_caches_of_it,
           a_pool_may_die_while_threads_of_it_are_ending,
           destructors_of_a_thread_may_still_use_the_pool,
           more_pools_than_words_have_caches_and_keep_apart,
           a_pool_without_a_slot_works_without_caches,
           eight_threads_on_two_buffers_never_get_a_block_of_the_wrong_side)
