/*
 * pool-disjoint-stress-test.c - the disjoint pool under threads, fork, failures
 * at every place, shared limits, and over memory that nobody may touch.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shared_limits.h"
#include "plugins/disjoint-subject.h"

static unsigned next_random(unsigned *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* ---- memory that is never touched ---- */

START_TEST(not_one_byte_of_the_memory_is_touched) {
    struct subject s;
    fake_hosted_provider_init(&s.provider);
    s.provider.is_untouchable = true;
    subject_prepare(&s, NULL);
    ck_ok(post_initialize(&s));
    static void *blocks[3000];
    unsigned seed = 1;
    for (size_t i = 0; i < 3000; i++) {
        size_t size = next_random(&seed) % (i % 10 == 0 ? 3 * MIB : 9000) + 1;
        blocks[i] = i % 3 == 0 ? s.ops->aligned_malloc(s.pool, size, (size_t)8 << i % 12)
                               : s.ops->malloc(s.pool, size);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_ge(usable(&s, blocks[i]), size);
        if (i % 2 == 0) {
            size_t victim = next_random(&seed) % (i + 1);
            ck_ok(s.ops->free(s.pool, blocks[victim]));
            blocks[victim] = NULL;
        }
    }
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert_int_eq(s.ops->free(s.pool, s.provider.regions[0].base + 5 * MIB * 100000),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    for (size_t i = 0; i < 3000; i++) {
        ck_ok(s.ops->free(s.pool, blocks[i]));
    }
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert_uint_eq(s.provider.live_bytes, 0);
    subject_close(&s);
}
END_TEST

/* ---- failures ---- */

/* A little of everything; NULL results are fine. */
static void exercise(struct subject *s) {
    static const size_t sizes[] = {1, 64, 5000, 70000, MIB, 3 * MIB};
    void *blocks[18] = {NULL};
    for (size_t i = 0; i < 18; i++) {
        blocks[i] = i % 3 == 2 ? s->ops->aligned_malloc(s->pool, sizes[i % 6], 8192)
                               : s->ops->malloc(s->pool, sizes[i % 6]);
        ck_assert(blocks[i] != NULL || last_error_of(s) != UMF_RESULT_SUCCESS);
    }
    ck_ok(s->ops->ext_trim_memory(s->pool, 100));
    for (size_t i = 0; i < 18; i++) {
        ck_ok(s->ops->free(s->pool, blocks[i]));
    }
    ck_assert(disjoint_check(s->pool));
    ck_assert_uint_eq(stat_of(s, "stats.used_memory"), 0);
}

START_TEST(the_nth_metadata_allocation_may_fail_for_every_n) {
    bool has_failed = true;
    size_t n = 0;
    for (n = 1; has_failed; n++) {
        struct subject s = {.ops = disjoint_component()->ops};
        fake_hosted_provider_init(&s.provider);
        fake_meta_fail_at(n);
        umf_result_t result = s.ops->initialize(fake_handle(&s.provider), NULL, &s.pool);
        if (result == UMF_RESULT_SUCCESS) {
            result = post_initialize(&s); /* releases the pool itself when it fails */
        }
        if (result == UMF_RESULT_SUCCESS) {
            exercise(&s);
            ck_ok(s.ops->finalize(s.pool));
        } else {
            ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
        }
        ck_assert_uint_eq(fake_meta_in_use(), 0);
        ck_assert_uint_eq(s.provider.live_bytes, 0);
        fake_provider_fini(&s.provider);
        has_failed = fake_meta_has_failed();
    }
    ck_assert_uint_gt(n, 10);
}
END_TEST

START_TEST(the_nth_provider_allocation_may_fail_for_every_n) {
    size_t n = 0, calls = SIZE_MAX;
    for (n = 1; n <= calls; n++) {
        struct subject s;
        subject_open(&s, NULL);
        s.provider.fail_alloc_at = n;
        exercise(&s);
        s.provider.fail_alloc_at = 0;
        exercise(&s); /* usable afterwards */
        calls = calls == SIZE_MAX ? s.provider.alloc_calls : calls;
        subject_close(&s);
    }
    ck_assert_uint_gt(n, 10);
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, SLOTS = 256, ROUNDS = 20000 };

struct exchange {
    struct subject *s;
    void *_Atomic slots[SLOTS]; /* blocks cross from one thread to another here */
    atomic_uint next_seed;
    size_t max_size;
};

static void *run_exchange(void *arg) {
    struct exchange *x = arg;
    unsigned seed = atomic_fetch_add(&x->next_seed, 1);
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = next_random(&seed) % x->max_size + 1;
        unsigned char *block = NULL;
        if (next_random(&seed) % 3 != 0) {
            block = next_random(&seed) % 4 == 0
                        ? x->s->ops->aligned_malloc(x->s->pool, size, (size_t)16 << i % 10)
                        : x->s->ops->malloc(x->s->pool, size);
            ck_assert_ptr_nonnull(block);
            block[0] = (unsigned char)size;
            block[size - 1] = (unsigned char)size;
        }
        block = atomic_exchange(&x->slots[next_random(&seed) % SLOTS], block);
        ck_ok(x->s->ops->free(x->s->pool, block));
        if (i % 1000 == 0) {
            ck_ok(x->s->ops->ext_trim_memory(x->s->pool, 0));
        }
    }
    return NULL;
}

static void exchange_blocks(struct subject *s, size_t max_size, size_t threads) {
    static struct exchange x;
    pthread_t ids[16];
    memset(&x, 0, sizeof x);
    x.s = s;
    x.max_size = max_size;
    for (size_t t = 0; t < threads; t++) {
        ck_assert_int_eq(pthread_create(&ids[t], NULL, run_exchange, &x), 0);
    }
    for (size_t t = 0; t < threads; t++) {
        pthread_join(ids[t], NULL);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        ck_ok(s->ops->free(s->pool, atomic_load(&x.slots[i])));
    }
}

START_TEST(blocks_may_be_freed_by_another_thread) {
    struct subject s;
    size_t live = 7;
    subject_open(&s, NULL);
    exchange_blocks(&s, 500, THREADS);
    exchange_blocks(&s, 70000, THREADS);
    ck_assert_uint_eq(stat_of(&s, "stats.used_memory"), 0);
    ck_ok(disjoint_component()->live_blocks(s.pool, &live));
    ck_assert_uint_eq(live, 0);
    ck_ok(s.ops->ext_trim_memory(s.pool, 0));
    ck_assert_uint_eq(s.provider.live_bytes, 0);
    subject_close(&s);
}
END_TEST

static void *fail_to_allocate(void *arg) {
    struct subject *pair = arg;
    ck_assert_int_eq(last_error_of(&pair[0]), UMF_RESULT_SUCCESS);
    ck_assert_ptr_null(pair[0].ops->calloc(pair[0].pool, 1, 1));
    ck_assert_int_eq(last_error_of(&pair[1]), UMF_RESULT_ERROR_NOT_SUPPORTED);
    return NULL;
}

START_TEST(the_last_error_is_the_threads_and_of_all_disjoint_pools) {
    struct subject pair[2];
    pthread_t id;
    subject_open(&pair[0], NULL);
    subject_open(&pair[1], NULL);
    pthread_create(&id, NULL, fail_to_allocate, pair);
    pthread_join(id, NULL);
    ck_assert_int_eq(last_error_of(&pair[0]), UMF_RESULT_SUCCESS);
    ck_ok(pair[0].ops->finalize(pair[0].pool));
    fake_provider_fini(&pair[0].provider);
    subject_close(&pair[1]);
}
END_TEST

START_TEST(two_pools_keep_to_their_own_providers) {
    struct subject pair[2];
    static void *blocks[2][500];
    unsigned seed = 3;
    for (size_t p = 0; p < 2; p++) {
        subject_open(&pair[p], NULL);
    }
    for (size_t i = 0; i < 500; i++) {
        for (size_t p = 0; p < 2; p++) {
            umf_plugin_region_t region;
            struct subject *s = &pair[p];
            blocks[p][i] = s->ops->malloc(s->pool, next_random(&seed) % 5000 + 1);
            ck_ok(s->provider.host->region_of(fake_handle(&s->provider), blocks[p][i], &region));
        }
    }
    for (size_t p = 0; p < 2; p++) {
        ck_assert_int_eq(pair[p].ops->free(pair[p].pool, blocks[1 - p][0]),
                         UMF_RESULT_ERROR_INVALID_ARGUMENT);
        for (size_t i = 0; i < 500; i++) {
            ck_ok(pair[p].ops->free(pair[p].pool, blocks[p][i]));
        }
        ck_ok(pair[p].ops->ext_trim_memory(pair[p].pool, 0));
        ck_assert_uint_eq(pair[p].provider.live_bytes, 0);
    }
    ck_ok(pair[0].ops->finalize(pair[0].pool));
    fake_provider_fini(&pair[0].provider);
    subject_close(&pair[1]);
}
END_TEST

/* ---- shared limits ---- */

START_TEST(limits_decide_only_whether_empty_slabs_stay) {
    struct umfi_shared_limits limits = {.max_bytes = 3 * 64 * KIB + 100};
    struct subject pair[2];
    struct disjoint_config config = *default_config();
    void *blocks[2][6];
    config.shared_limits = &limits;
    for (size_t p = 0; p < 2; p++) {
        subject_open(&pair[p], &config);
        for (size_t i = 0; i < 6; i++) {
            blocks[p][i] = pair[p].ops->malloc(pair[p].pool, 64 * KIB);
            ck_assert_ptr_nonnull(blocks[p][i]);
        }
    }
    for (size_t i = 0; i < 6; i++) {
        for (size_t p = 0; p < 2; p++) {
            ck_ok(pair[p].ops->free(pair[p].pool, blocks[p][i]));
        }
    }
    ck_assert_uint_eq(pair[0].provider.live_bytes + pair[1].provider.live_bytes, 3 * 64 * KIB);
    ck_assert_uint_eq(atomic_load(&limits.pooled_bytes), 3 * 64 * KIB);
    ck_assert_ptr_nonnull(pair[0].ops->malloc(pair[0].pool, 64 * KIB)); /* one in use again */
    ck_assert_uint_eq(atomic_load(&limits.pooled_bytes), 2 * 64 * KIB);
    ck_ok(pair[1].ops->ext_trim_memory(pair[1].pool, 0));
    ck_assert_uint_eq(atomic_load(&limits.pooled_bytes), pair[0].provider.live_bytes - 64 * KIB);
    ck_ok(pair[0].ops->finalize(pair[0].pool));
    ck_assert_uint_eq(atomic_load(&limits.pooled_bytes), 0);
    fake_provider_fini(&pair[0].provider);
    subject_close(&pair[1]);
}
END_TEST

struct watched {
    struct subject *pair;
    struct umfi_shared_limits *limits;
    atomic_bool is_over;
    atomic_uint next;
};

static void *watch_limits(void *arg) {
    struct watched *w = arg;
    while (!atomic_load(&w->is_over)) {
        ck_assert_uint_le(atomic_load(&w->limits->pooled_bytes), w->limits->max_bytes);
    }
    return NULL;
}

static void *churn(void *arg) {
    struct watched *w = arg;
    unsigned seed = atomic_fetch_add(&w->next, 1);
    struct subject *s = &w->pair[seed % 2];
    void *blocks[8] = {NULL};
    for (int i = 0; i < 5000; i++) {
        size_t at = next_random(&seed) % 8;
        ck_ok(s->ops->free(s->pool, blocks[at]));
        size_t size = next_random(&seed) % (200 * KIB) + 1;
        blocks[at] = s->ops->malloc(s->pool, size);
        ck_assert_ptr_nonnull(blocks[at]);
        if (i % 512 == 0) {
            ck_ok(s->ops->ext_trim_memory(s->pool, next_random(&seed) % (300 * KIB)));
        }
    }
    for (size_t i = 0; i < 8; i++) {
        ck_ok(s->ops->free(s->pool, blocks[i]));
    }
    return NULL;
}

START_TEST(eight_threads_never_pass_the_shared_limits_by_a_byte) {
    struct umfi_shared_limits limits = {.max_bytes = 300 * KIB + 1};
    struct subject pair[2];
    struct disjoint_config config = *default_config();
    pthread_t ids[8], watcher;
    struct watched w = {.pair = pair, .limits = &limits};
    config.shared_limits = &limits;
    subject_open(&pair[0], &config);
    subject_open(&pair[1], &config);
    pthread_create(&watcher, NULL, watch_limits, &w);
    for (size_t t = 0; t < 8; t++) {
        pthread_create(&ids[t], NULL, churn, &w);
    }
    for (size_t t = 0; t < 8; t++) {
        pthread_join(ids[t], NULL);
    }
    atomic_store(&w.is_over, true);
    pthread_join(watcher, NULL);
    /* nothing is in use: all that is held is empty slabs, and booked */
    size_t held = pair[0].provider.live_bytes + pair[1].provider.live_bytes;
    ck_assert_uint_eq(atomic_load(&limits.pooled_bytes), held);
    ck_assert_uint_le(held, limits.max_bytes);
    ck_ok(pair[0].ops->finalize(pair[0].pool));
    fake_provider_fini(&pair[0].provider);
    subject_close(&pair[1]);
    ck_assert_uint_eq(atomic_load(&limits.pooled_bytes), 0);
}
END_TEST

/* ---- fork ---- */

struct fork_scene {
    struct subject s;
    atomic_bool is_over, has_failed;
};

/* Check's own calls allocate: in a child they would look like leaks of the
 * threads that are not there. */
static void *allocate_until_over(void *arg) {
    struct fork_scene *scene = arg;
    unsigned seed = 5;
    while (!atomic_load(&scene->is_over)) {
        void *block = scene->s.ops->malloc(scene->s.pool, next_random(&seed) % 100000 + 1);
        if (block == NULL || scene->s.ops->free(scene->s.pool, block) != UMF_RESULT_SUCCESS) {
            atomic_store(&scene->has_failed, true);
        }
    }
    return NULL;
}

/* Returns in both; in the core's place here. */
static pid_t fork_with_hooks(struct subject *s) {
    const umf_plugin_component_t *component = disjoint_component();
    component->prefork(s->pool);
    fake_prefork(&s->provider);
    pid_t child = fork();
    fake_postfork(&s->provider);
    if (child == 0) {
        component->postfork_child(s->pool);
    } else {
        component->postfork_parent(s->pool);
    }
    return child;
}

START_TEST(a_child_of_fork_has_a_pool_that_works) {
    struct fork_scene scene = {.is_over = false};
    pthread_t ids[2];
    struct subject *s = &scene.s;
    subject_open(s, NULL);
    char *block = s->ops->malloc(s->pool, 100);
    strcpy(block, "kept");
    for (size_t t = 0; t < 2; t++) {
        pthread_create(&ids[t], NULL, allocate_until_over, &scene);
    }
    for (int i = 0; i < 20; i++) {
        pid_t child = fork_with_hooks(s);
        if (child == 0) {
            bool is_right = strcmp(block, "kept") == 0 && disjoint_check(s->pool);
            for (size_t size = 1; size < 100000; size = size * 2 + 1) {
                void *other = s->ops->malloc(s->pool, size);
                is_right = is_right && other != NULL &&
                           s->ops->free(s->pool, other) == UMF_RESULT_SUCCESS;
            }
            is_right = is_right && s->ops->free(s->pool, block) == UMF_RESULT_SUCCESS;
            _exit(is_right ? 0 : 1);
        }
        int status = -1;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
    atomic_store(&scene.is_over, true);
    for (size_t t = 0; t < 2; t++) {
        pthread_join(ids[t], NULL);
    }
    ck_assert(!atomic_load(&scene.has_failed));
    ck_ok(s->ops->free(s->pool, block));
    subject_close(s);
}
END_TEST

enum { INHERITED = 100, FRESH = 1000 };

/* What a child must find: none of its blocks in a region that it inherited, and
 * every inherited block goes back, the last of a slab with the slab. */
static bool is_apart(struct subject *s, void **inherited, const struct fake_region *regions) {
    void *fresh[FRESH];
    size_t live_bytes = s->provider.live_bytes;
    bool is_right = disjoint_check(s->pool);
    for (size_t i = 0; i < FRESH; i++) {
        fresh[i] = s->ops->malloc(s->pool, i % 2 ? 1000 : 40000);
        struct fake_region region;
        is_right = is_right && fresh[i] != NULL && fake_find(&s->provider, fresh[i], &region);
        for (size_t r = 0; r < INHERITED; r++) {
            is_right = is_right && region.base != regions[r].base;
        }
    }
    for (size_t i = 0; i < INHERITED; i++) {
        is_right = is_right && s->ops->free(s->pool, inherited[i]) == UMF_RESULT_SUCCESS;
    }
    for (size_t i = 0; i < FRESH; i++) {
        is_right = is_right && s->ops->free(s->pool, fresh[i]) == UMF_RESULT_SUCCESS;
    }
    is_right = is_right && disjoint_check(s->pool) &&
               s->ops->ext_trim_memory(s->pool, 0) == UMF_RESULT_SUCCESS;
    return is_right && live_bytes > 0 && s->provider.live_bytes == 0 &&
           s->ops->finalize(s->pool) == UMF_RESULT_SUCCESS;
}

/* Slabs that are full, partly free and empty; blocks of both sizes stay. */
static void prepare_slabs(struct subject *s, void **kept, struct fake_region *regions) {
    void *others[INHERITED];
    for (size_t i = 0; i < INHERITED; i++) {
        kept[i] = s->ops->malloc(s->pool, i % 2 ? 1000 : 40000);
        others[i] = s->ops->malloc(s->pool, i % 2 ? 1000 : 3000);
        ck_assert(fake_find(&s->provider, kept[i], &regions[i]));
    }
    free_all(s, others, INHERITED);
}

START_TEST(a_child_of_fork_takes_nothing_from_shared_slabs_it_inherited) {
    struct subject s;
    void *kept[INHERITED];
    struct fake_region regions[INHERITED];
    struct umfi_shared_limits limits = {.max_bytes = 16 * MIB};
    struct disjoint_config config = *default_config();
    config.shared_limits = &limits;
    fake_hosted_provider_init(&s.provider);
    s.provider.is_shared = true;
    subject_prepare(&s, &config);
    ck_ok(post_initialize(&s));
    prepare_slabs(&s, kept, regions);
    ck_assert_uint_ne(atomic_load(&limits.pooled_bytes), 0);
    pid_t child = fork_with_hooks(&s);
    if (child == 0) {
        bool has_none = atomic_load(&limits.pooled_bytes) == 0;
        _exit(has_none && is_apart(&s, kept, regions) ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    free_all(&s, kept, INHERITED);
    subject_close(&s);
}
END_TEST

SUITE_MAIN("plugins/pool-disjoint-stress", not_one_byte_of_the_memory_is_touched,
           the_nth_metadata_allocation_may_fail_for_every_n,
           the_nth_provider_allocation_may_fail_for_every_n, blocks_may_be_freed_by_another_thread,
           the_last_error_is_the_threads_and_of_all_disjoint_pools,
           two_pools_keep_to_their_own_providers, limits_decide_only_whether_empty_slabs_stay,
           eight_threads_never_pass_the_shared_limits_by_a_byte,
           a_child_of_fork_has_a_pool_that_works,
           a_child_of_fork_takes_nothing_from_shared_slabs_it_inherited)
