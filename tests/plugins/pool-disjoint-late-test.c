/*
 * pool-disjoint-late-test.c - libumf opened by a program whose threads are there
 * already: their words must show what those of later threads show. Not linked to it.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <umf/memory_pool.h>
#include <umf/memory_provider.h>
#include <umf/params.h>
#include <umf/plugin.h>

#include "suite.h"

enum { THREADS = 4 };

static pthread_barrier_t is_open;
static umf_memory_pool_handle_t pool;
static __typeof__(umfPoolMalloc) *pool_malloc;
static __typeof__(umfPoolFree) *pool_free;

static void *use_the_pool(void *arg) {
    (void)arg;
    (void)pthread_barrier_wait(&is_open);
    for (int i = 0; i < 1000; i++) {
        void *blocks[3] = {pool_malloc(pool, 100), pool_malloc(pool, 100), NULL};
        ck_assert_ptr_ne(blocks[0], blocks[1]);
        for (size_t n = 0; n < 3; n++) {
            ck_ok(pool_free(pool, blocks[n]));
        }
    }
    return NULL;
}

static void *function(void *library, const char *name) {
    void *found = dlsym(library, name);
    ck_assert_ptr_nonnull(found);
    return found;
}

START_TEST(threads_that_are_older_than_the_library_have_caches) {
    pthread_t ids[THREADS];
    char path[4096];
    umf_memory_provider_handle_t provider;
    pthread_barrier_init(&is_open, NULL, THREADS + 1);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&ids[i], NULL, use_the_pool, NULL), 0);
    }
    snprintf(path, sizeof path, "%s/.libs/libumf.so.1", getenv("top_builddir"));
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(library != NULL, "%s", dlerror());
    __typeof__(umfMemoryProviderCreateByName) *make_provider;
    __typeof__(umfPoolCreateByName) *make_pool;
    __typeof__(umfPoolDestroy) *end_pool;
    __typeof__(umfMemoryProviderDestroy) *end_provider;
    *(void **)&make_provider = function(library, "umfMemoryProviderCreateByName");
    *(void **)&make_pool = function(library, "umfPoolCreateByName");
    *(void **)&end_pool = function(library, "umfPoolDestroy");
    *(void **)&end_provider = function(library, "umfMemoryProviderDestroy");
    *(void **)&pool_malloc = function(library, "umfPoolMalloc");
    *(void **)&pool_free = function(library, "umfPoolFree");
    ck_ok(make_provider("os", NULL, &provider));
    ck_ok(make_pool("disjoint", provider, NULL, 0, &pool));
    (void)pthread_barrier_wait(&is_open);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
    }
    ck_ok(end_pool(pool));
    ck_ok(end_provider(provider));
}
END_TEST

SUITE_MAIN("plugins/pool-disjoint-late", threads_that_are_older_than_the_library_have_caches)
