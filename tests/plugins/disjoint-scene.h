/*
 * disjoint-scene.h - a disjoint pool with the core behind it and the fake provider
 * below, and threads that use it.
 */
#ifndef UMF_TESTS_DISJOINT_SCENE_H
#define UMF_TESTS_DISJOINT_SCENE_H

#include <stdatomic.h>
#include <umf/memory_provider.h>
#include <umf/params.h>
#include <umf/plugin.h>
#include <unistd.h>

#include "core/pool.h"
#include "core/thread_slots.h"
#include "plugins/disjoint-subject.h"

static inline unsigned next_random(unsigned *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* ---- a pool over the fake provider ---- */

struct scene {
    struct fake_provider fake;
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
};

static inline void scene_register(void) {
    const umf_plugin_desc_t *desc;
    ck_ok(umf_plugin_query(NULL, &desc));
    ck_ok(umfPluginRegister(desc));
}

static inline void pool_open(struct scene *s, int trace) {
    umf_params_handle_t params;
    scene_register();
    ck_ok(umfParamsCreate("pool", "disjoint", &params));
    ck_ok(umfParamsSetInt(params, "pool_trace", trace));
    ck_ok(umfPoolCreateByName("disjoint", s->provider, params, 0, &s->pool));
    ck_ok(umfParamsDestroy(params));
}

static inline void scene_open(struct scene *s) {
    fake_provider_init(&s->fake);
    ck_ok(umfMemoryProviderCreate(&fake_provider_ops, &s->fake, &s->provider));
    pool_open(s, 0);
}

static inline struct disjoint_pool *disjoint_of(umf_memory_pool_handle_t pool) { return pool->priv; }

static inline void scene_close(struct scene *s) {
    if (s->pool != NULL) {
        ck_assert(disjoint_check(disjoint_of(s->pool)));
        ck_ok(umfPoolDestroy(s->pool));
    }
    ck_ok(umfMemoryProviderDestroy(s->provider));
    ck_assert_uint_eq(s->fake.live_bytes, 0);
    ck_assert_uint_eq(s->fake.wrong_frees, 0);
    fake_provider_fini(&s->fake);
}

static inline size_t live_of(const struct scene *s) {
    size_t count = 0xdead;
    ck_ok(umfi_pool_live_blocks(s->pool, &count));
    return count;
}

static inline size_t used_of(const struct scene *s) {
    struct subject subject = {.ops = &s->pool->own, .pool = s->pool->priv};
    return stat_of(&subject, "stats.used_memory");
}

static inline size_t reserved_of(const struct scene *s) {
    struct subject subject = {.ops = &s->pool->own, .pool = s->pool->priv};
    return stat_of(&subject, "stats.reserved_memory");
}

static inline bool has_caches(const struct scene *s) {
    return disjoint_of(s->pool)->caches.slots != NULL;
}

/* ---- threads ---- */

static inline void run_threads(void *(*run)(void *), void *arg, size_t count) {
    pthread_t ids[32];
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(pthread_create(&ids[i], NULL, run, arg), 0);
    }
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
    }
}

/* A thread that waits where it is told to. */
struct waiter {
    pthread_t id;
    pthread_barrier_t barrier;
    struct scene *s;
    struct scene *second;
    void *block;
};

static inline void meet(struct waiter *w) { (void)pthread_barrier_wait(&w->barrier); }

static inline void waiter_start(struct waiter *w, struct scene *s, void *(*run)(void *)) {
    w->s = s;
    pthread_barrier_init(&w->barrier, NULL, 2);
    ck_assert_int_eq(pthread_create(&w->id, NULL, run, w), 0);
}

static inline void waiter_end(struct waiter *w) {
    ck_assert_int_eq(pthread_join(w->id, NULL), 0);
    pthread_barrier_destroy(&w->barrier);
}

static inline void fill_cache(struct scene *s) {
    void *blocks[40];
    for (size_t i = 0; i < 40; i++) {
        blocks[i] = umfPoolMalloc(s->pool, 200);
        ck_assert_ptr_nonnull(blocks[i]);
    }
    for (size_t i = 0; i < 40; i++) {
        ck_ok(umfPoolFree(s->pool, blocks[i]));
    }
}

#endif
