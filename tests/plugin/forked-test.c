/*
 * forked-test.c - what a fork cuts off, and what it does not: a provider that is bound
 * to its process, a pool over it, and the plugins beside them.
 */
#include <sys/wait.h>

#include "core/doubles.h"
#include "fixture_workspace.h"

static umf_memory_provider_handle_t bound;
static struct double_object object;
static umf_memory_pool_handle_t pool;
static umf_result_t answer; /* of the provider, to the pool */

/* A pool that has to ask its provider, and notes what it says. */
static void *malloc_from_provider(void *priv, size_t size) {
    void *block = NULL;
    answer = umfMemoryProviderAlloc(((struct double_object *)priv)->given, size, 0, &block);
    return answer == UMF_RESULT_SUCCESS ? block : NULL;
}

static bool is_refused(umf_result_t result, pid_t maker) {
    char text[128];
    snprintf(text, sizeof text, "umf: provider:provider-bound: E_FORKED: created in process %ld, "
                                "used in %ld", (long)maker, (long)getpid());
    if (result == INVALID && strcmp(umfGetLastErrorMessage(), text) == 0) {
        return true;
    }
    printf("# %d: '%s' is not '%s'\n", (int)result, umfGetLastErrorMessage(), text);
    fflush(stdout);
    return false;
}

static void objects_begin(void) {
    static umf_memory_pool_ops_t ops;
    plugins_begin();
    make_part("provider-bound");
    make_part("provider-good");
    make_part("good");
    make_part("neighbour");
    ck_ok(umfMemoryProviderCreateByName("provider-bound", NULL, &bound));
    ops = double_pool_ops();
    ops.malloc = malloc_from_provider;
    double_init(&object, "over-bound");
    ck_ok(umfPoolCreate(&ops, bound, &object, 0, &pool));
}

static void objects_end(void) {
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(bound));
    plugins_end();
}

/* The child's status; it calls nothing of Check's. */
static int in_child(int (*run)(void)) {
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(run());
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static int pool_asks(void) {
    pid_t maker = getppid();
    void *block = umfPoolMalloc(pool, 64);
    return !block && is_refused(answer, maker) ? 0 : 1;
}

START_TEST(a_pool_over_a_bound_provider_gets_the_refusal) {
    objects_begin();
    ck_assert_ptr_null(umfPoolMalloc(pool, 64)); /* the fixture has no memory, */
    ck_assert_int_eq(answer, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY); /* but answers */
    ck_assert_int_eq(in_child(pool_asks), 0);
    ck_assert_ptr_null(umfPoolMalloc(pool, 64));
    ck_assert_int_eq(answer, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    objects_end();
}
END_TEST

/* "good" was not loaded before the fork, the providers were. */
static int others_load(void) {
    umf_memory_provider_handle_t other, own;
    struct umfi_component *component;
    size_t size;
    void *block;
    bool is_good =
        is_refused(umfMemoryProviderAlloc(bound, 4096, 0, &block), getppid()) &&
        umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "good", &component) == UMF_RESULT_SUCCESS &&
        umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "neighbour", &component) == UMF_RESULT_SUCCESS &&
        umfMemoryProviderCreateByName("provider-good", NULL, &other) == UMF_RESULT_SUCCESS &&
        umfMemoryProviderGetCacheLineSize(other, &size) == UMF_RESULT_SUCCESS &&
        umfMemoryProviderCreateByName("provider-bound", NULL, &own) == UMF_RESULT_SUCCESS &&
        umfMemoryProviderGetCacheLineSize(own, &size) == UMF_RESULT_SUCCESS &&
        umfMemoryProviderDestroy(other) == UMF_RESULT_SUCCESS &&
        umfMemoryProviderDestroy(own) == UMF_RESULT_SUCCESS;
    return is_good ? 0 : 1;
}

START_TEST(other_plugins_load_and_work_in_the_child) {
    objects_begin();
    ck_ok(find("neighbour"));
    ck_assert_int_eq(in_child(others_load), 0);
    ck_assert_uint_eq(log_count("start good"), 1);
    ck_assert_uint_eq(log_count("start neighbour"), 1); /* before the fork */
    objects_end();
}
END_TEST

SUITE_MAIN("plugin/forked", a_pool_over_a_bound_provider_gets_the_refusal,
           other_plugins_load_and_work_in_the_child)
