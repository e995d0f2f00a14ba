/*
 * vendor-use.c - uses examples/vendor-plugin and examples/vendor-pool by name.
 *
 * Built by vendor-test.sh against the installed library alone; prints a line
 * "pass NAME" or "fail NAME" for each property.
 *   vendor-use all              every property of the two
 *   vendor-use one              only that they can be used, by name and as a stack
 *   vendor-use least A B        a provider "guard" without parameters gives A
 *                               bytes, and not B
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <umf/plugin.h>
#include <umf/stack.h>
#include <unistd.h>

static void check(bool is_true, const char *name) {
    printf("%s %s\n", is_true ? "pass" : "fail", name);
    fflush(stdout);
}

static void need(umf_result_t result, const char *what) {
    if (result != UMF_RESULT_SUCCESS) {
        printf("fail %s: %s\n", what, umfGetLastErrorMessage());
        exit(1);
    }
}

static bool says(const char *text) { return strstr(umfGetLastErrorMessage(), text) != NULL; }

/* A pool from one line; its provider comes with it. */
static umf_memory_pool_handle_t stack(const char *spec, umf_memory_provider_handle_t *provider) {
    umf_memory_pool_handle_t pool;
    need(umfStackCreate(spec, &pool), spec);
    if (provider) {
        need(umfPoolGetMemoryProvider(pool, provider), spec);
    }
    return pool;
}

static bool refuses(const char *kind, const char *name, const char *param, const char *value,
                    umf_result_t expected) {
    umf_params_handle_t params;
    umf_memory_provider_handle_t provider;
    need(umfParamsCreate(kind, name, &params), name);
    need(umfParamsSet(params, param, value), param);
    umf_result_t result = umfMemoryProviderCreateByName(name, params, &provider);
    umfParamsDestroy(params);
    return result == expected;
}

/* ---- usable at all ---- */

static void use_by_name(void) {
    umf_params_handle_t params;
    umf_memory_provider_handle_t guard;
    umf_memory_pool_handle_t arena;
    need(umfParamsCreate("provider", "guard", &params), "parameters of guard");
    need(umfParamsSet(params, "limit", "64KiB"), "limit");
    need(umfMemoryProviderCreateByName("guard", params, &guard), "guard by name");
    need(umfParamsDestroy(params), "parameters destroyed");
    need(umfParamsCreate("pool", "arena", &params), "parameters of arena");
    need(umfParamsSetSize(params, "chunk", 16384), "chunk");
    need(umfPoolCreateByName("arena", guard, params, UMF_POOL_CREATE_FLAG_OWN_PROVIDER, &arena),
         "arena by name");
    need(umfParamsDestroy(params), "parameters destroyed");
    char *block = umfPoolMalloc(arena, 100);
    check(block && memset(block, 1, 100) == block, "both are used by name");
    check(!umfPoolMalloc(arena, 65536) &&
              umfPoolGetLastAllocationError(arena) == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY,
          "parameters set by a program hold");
    check(umfFree(block) == UMF_RESULT_SUCCESS && umfPoolDestroy(arena) == UMF_RESULT_SUCCESS,
          "the address leads to the pool, and both can be destroyed");
}

static void use_stack(void) {
    umf_memory_pool_handle_t pool = stack("arena(chunk=4KiB) @ guard(limit=8KiB)", NULL);
    check(umfPoolMalloc(pool, 3000) && umfPoolMalloc(pool, 3000) && !umfPoolMalloc(pool, 3000),
          "parameters in a stack hold");
    umfPoolDestroy(pool);
}

/* ---- the provider ---- */

static void check_parameters(void) {
    check(refuses("provider", "guard", "limt", "1MiB", UMF_RESULT_ERROR_NOT_SUPPORTED) && says("limit"),
          "a misspelt parameter is named, with the nearest");
    check(refuses("provider", "guard", "place", "middle", UMF_RESULT_ERROR_INVALID_ARGUMENT) &&
              says("end, start"),
          "a bad word is refused with the good ones");
    check(refuses("provider", "guard", "limit", "100", UMF_RESULT_ERROR_INVALID_ARGUMENT) &&
              says("give at least"),
          "a limit below a page is refused with the remedy");
}

static void check_provider(void) {
    umf_memory_provider_handle_t guard;
    const char *message = "";
    int32_t code = 0;
    void *block = NULL;
    size_t page;
    need(umfMemoryProviderCreateByName("guard", NULL, &guard), "guard");
    need(umfMemoryProviderGetMinPageSize(guard, NULL, &page), "page");
    bool is_good = true;
    for (size_t alignment = 1; alignment <= (size_t)1 << 22; alignment *= 2) {
        for (size_t size = 1; size < 1 << 20; size = size * 5 + 3) {
            is_good = is_good && umfMemoryProviderAlloc(guard, size, alignment, &block) == 0 &&
                      (uintptr_t)block % alignment == 0 && memset(block, 7, size) == block &&
                      umfMemoryProviderFree(guard, block, size) == 0;
        }
    }
    check(is_good, "guard aligns every size to every power of two");
    block = &code;
    check(umfMemoryProviderAlloc(guard, (size_t)1 << 60, 0, &block) ==
                  UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC &&
              block == &code &&
              umfMemoryProviderGetLastNativeError(guard, &message, &code) == UMF_RESULT_SUCCESS &&
              code == ENOMEM && strstr(message, "mmap"),
          "what the system refuses is a native error with code and text");
    check(umfMemoryProviderAlloc(guard, 10, 3, &block) == UMF_RESULT_ERROR_INVALID_ALIGNMENT &&
              umfMemoryProviderAlloc(guard, 0, 0, &block) == UMF_RESULT_ERROR_INVALID_ARGUMENT &&
              umfMemoryProviderAlloc(guard, SIZE_MAX, 0, &block) == UMF_RESULT_ERROR_INVALID_ARGUMENT,
          "senseless sizes and alignments are refused");
    umfMemoryProviderDestroy(guard);
}

/* Whether a write there ends the process by SIGSEGV. */
static bool faults(volatile char *address) {
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* meant to end so */
        *address = 1;
        _exit(0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGSEGV;
}

static void check_faults(void) {
    umf_memory_pool_handle_t end = stack("proxy @ guard", NULL);
    umf_memory_pool_handle_t start = stack("proxy @ guard(place=start,keep=true)", NULL);
    char *at_end = umfPoolMalloc(end, 4096 - 32), *at_start = umfPoolMalloc(start, 100);
    check(!faults(at_end + 4096 - 33) && faults(at_end + 4096 - 32), "a write past the end faults");
    check(!faults(at_start) && faults(at_start - 1), "a write before the start faults");
    check(umfPoolFree(start, at_start) == UMF_RESULT_SUCCESS && faults(at_start),
          "a write to a freed block that is kept faults");
    check(umfPoolFree(end, at_end) == UMF_RESULT_SUCCESS && umfPoolDestroy(end) == 0 &&
              umfPoolDestroy(start) == 0,
          "guarded blocks are freed");
}

/* ---- the pool ---- */

static void check_blocks(void) {
    enum { BLOCKS = 500 };
    static unsigned char *blocks[BLOCKS];
    umf_memory_pool_handle_t pool = stack("arena(chunk=64KiB) @ guard", NULL);
    bool is_aligned = true, is_intact = true, is_sized = true;
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = i * 97 % 9001, alignment = (size_t)1 << (i % 17), usable = 0;
        blocks[i] = umfPoolAlignedMalloc(pool, size, alignment);
        is_aligned = is_aligned && blocks[i] && (uintptr_t)blocks[i] % alignment == 0 &&
                     (uintptr_t)blocks[i] % 16 == 0;
        is_sized = is_sized && umfPoolMallocUsableSize(pool, blocks[i], &usable) == 0 && usable >= size;
        memset(blocks[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        for (size_t j = 0; j < i * 97 % 9001; j++) {
            is_intact = is_intact && blocks[i][j] == i % 251;
        }
        is_intact = is_intact && umfPoolFree(pool, blocks[i]) == UMF_RESULT_SUCCESS;
    }
    check(is_aligned, "blocks are aligned");
    check(is_sized, "the usable size is at least what was asked");
    check(is_intact, "blocks do not overlap");
    check(!umfPoolAlignedMalloc(pool, 10, 48) &&
              umfPoolGetLastAllocationError(pool) == UMF_RESULT_ERROR_INVALID_ALIGNMENT,
          "an alignment that is no power of two is refused");
    check(!umfPoolMalloc(pool, SIZE_MAX) && !umfPoolMalloc(pool, SIZE_MAX - 100) &&
              !umfPoolAlignedMalloc(pool, SIZE_MAX / 2, SIZE_MAX / 2 + 1) &&
              umfPoolGetLastAllocationError(pool) == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY,
          "sizes that wrap are refused");
    umfPoolDestroy(pool);
}

static void check_calloc_and_realloc(void) {
    umf_memory_pool_handle_t pool = stack("arena @ guard", NULL);
    char *block = umfPoolMalloc(pool, 1000), zeros[1000] = {0};
    memset(block, 1, 1000);
    umfPoolFree(pool, block);
    block = umfPoolCalloc(pool, 10, 100);
    check(block && memcmp(block, zeros, 1000) == 0, "calloc's memory is zero also where it was in use");
    check(!umfPoolCalloc(pool, SIZE_MAX / 4, 8) &&
              umfPoolGetLastAllocationError(pool) == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY,
          "a product that overflows is refused");
    memset(block, 2, 1000);
    char *grown = umfPoolRealloc(pool, block, 3000000);
    check(grown && grown[0] == 2 && grown[999] == 2 && memset(grown, 3, 3000000) == grown,
          "realloc keeps the contents");
    check(!umfPoolRealloc(pool, grown, SIZE_MAX) && grown[2999999] == 3, "... and the block where it fails");
    check(!umfPoolRealloc(pool, grown, 0) &&
              umfPoolFree(pool, grown) == UMF_RESULT_ERROR_INVALID_ARGUMENT,
          "realloc to nothing frees");
    grown = umfPoolRealloc(pool, NULL, 10);
    check(grown && umfPoolFree(pool, grown) == UMF_RESULT_SUCCESS, "realloc of nothing allocates");
    umfPoolDestroy(pool);
}

static void check_bad_frees(void) {
    umf_memory_pool_handle_t pool = stack("arena @ guard", NULL);
    size_t usable = 1;
    char *block = umfPoolCalloc(pool, 1, 100), *other = umfPoolMalloc(pool, 100);
    check(umfPoolFree(pool, &usable) == UMF_RESULT_ERROR_INVALID_ARGUMENT &&
              umfPoolFree(pool, block + 16) == UMF_RESULT_ERROR_INVALID_ARGUMENT &&
              umfPoolFree(pool, block + 1) == UMF_RESULT_ERROR_INVALID_ARGUMENT,
          "an address that is no block's is refused");
    check(umfPoolFree(pool, block) == UMF_RESULT_SUCCESS &&
              umfPoolFree(pool, block) == UMF_RESULT_ERROR_INVALID_ARGUMENT,
          "a second free is refused");
    check(umfPoolFree(pool, NULL) == UMF_RESULT_SUCCESS &&
              umfPoolMallocUsableSize(pool, NULL, &usable) == UMF_RESULT_SUCCESS && usable == 0 &&
              umfPoolMallocUsableSize(pool, other, NULL) == UMF_RESULT_ERROR_INVALID_ARGUMENT,
          "NULL is answered as the API has it");
    umfPoolDestroy(pool); /* one block is still live */
}

/* The provider's limit tells what the pool holds. */
static void check_trim(void) {
    umf_memory_provider_handle_t guard;
    void *direct = NULL;
    enum { MIB = 1 << 20 };
    umf_memory_pool_handle_t pool = stack("arena(chunk=1MiB,keep=8MiB) @ guard(limit=2MiB)", &guard);
    void *a = umfPoolMalloc(pool, 700000), *b = umfPoolMalloc(pool, 700000);
    check(a && b && !umfPoolMalloc(pool, 700000), "the pool stops at its provider's limit");
    umfPoolFree(pool, a);
    umfPoolFree(pool, b);
    check(umfMemoryProviderAlloc(guard, MIB, 0, &direct) == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY &&
              says("raise limit"),
          "empty chunks within keep stay, and the limit says so");
    check(umfPoolTrimMemory(pool, 1) == UMF_RESULT_SUCCESS &&
              umfMemoryProviderAlloc(guard, 2 * MIB, 0, &direct) != UMF_RESULT_SUCCESS &&
              umfMemoryProviderAlloc(guard, MIB, 0, &direct) == UMF_RESULT_SUCCESS &&
              umfMemoryProviderFree(guard, direct, MIB) == UMF_RESULT_SUCCESS,
          "trim keeps what it is told to keep");
    check(umfPoolTrimMemory(pool, 0) == UMF_RESULT_SUCCESS &&
              umfMemoryProviderAlloc(guard, 2 * MIB, 0, &direct) == UMF_RESULT_SUCCESS &&
              umfMemoryProviderFree(guard, direct, 2 * MIB) == UMF_RESULT_SUCCESS,
          "trim to nothing gives all of it back");
    a = umfPoolMalloc(pool, 100);
    check(a && umfPoolTrimMemory(pool, 0) == UMF_RESULT_SUCCESS && memset(a, 1, 100) == a &&
              umfPoolFree(pool, a) == UMF_RESULT_SUCCESS,
          "trim leaves live blocks");
    umfPoolDestroy(pool);
}

/* The count is the plugin's own call, so its private pointer is noted on the way. */
static const umf_memory_pool_ops_t *arena_ops;
static void *arena_priv;
static umf_result_t note_initialize(umf_memory_provider_handle_t provider, const void *params,
                                    void **pool) {
    umf_result_t result = arena_ops->initialize(provider, params, pool);
    arena_priv = *pool;
    return result;
}

static void check_live_blocks(void) {
    const umf_plugin_component_t *component;
    umf_memory_provider_handle_t guard;
    umf_memory_pool_handle_t pool;
    size_t empty = 9, two = 9, none = 9;
    need(umfPluginDescribe("pool", "arena", &component), "arena described");
    need(umfMemoryProviderCreateByName("guard", NULL, &guard), "guard");
    arena_ops = component->ops;
    umf_memory_pool_ops_t noting = *arena_ops;
    noting.initialize = note_initialize;
    need(umfPoolCreate(&noting, guard, NULL, UMF_POOL_CREATE_FLAG_OWN_PROVIDER, &pool), "pool");
    component->live_blocks(arena_priv, &empty);
    void *a = umfPoolMalloc(pool, 10), *b = umfPoolMalloc(pool, 3 << 20);
    a = umfPoolRealloc(pool, a, 1000);
    component->live_blocks(arena_priv, &two);
    umfPoolFree(pool, a);
    umfPoolFree(pool, b);
    component->live_blocks(arena_priv, &none);
    check(empty == 0 && two == 2 && none == 0, "live blocks are counted, also without parameters");
    umfPoolDestroy(pool);
}

/* ---- threads and fork ---- */

static _Atomic bool is_over;
static _Atomic bool is_damaged;

static void *churn(void *pool) {
    for (unsigned i = 0; !is_over; i++) {
        size_t size = i * 131 % 40000 + 1;
        unsigned char *block = umfPoolMalloc(pool, size), mark = (unsigned char)(uintptr_t)&size;
        if (block) {
            memset(block, mark, size);
            is_damaged = is_damaged || block[0] != mark || block[size - 1] != mark;
        }
        if (!block || umfPoolFree(pool, block) != UMF_RESULT_SUCCESS) {
            is_damaged = true;
        }
    }
    return NULL;
}

/* The provider's lock is held so shortly that forks hardly meet it. */
static void check_fork_hooks(void) {
    const umf_plugin_component_t *guard;
    need(umfPluginDescribe("provider", "guard", &guard), "guard described");
    check(guard->prefork && guard->postfork_parent && guard->postfork_child,
          "the provider, which has a lock, has fork hooks");
}

static void check_threads_and_fork(void) {
    enum { THREADS = 3, FORKS = 50 };
    pthread_t threads[THREADS];
    umf_memory_pool_handle_t pool = stack("arena(chunk=16KiB,keep=0) @ guard", NULL);
    bool is_good = true;
    int status;
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, churn, pool);
    }
    for (int i = 0; i < FORKS; i++) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            alarm(60); /* a lock left locked would wait for ever */
            void *block = umfPoolMalloc(pool, 100000);
            _exit(block && umfPoolFree(pool, block) == UMF_RESULT_SUCCESS ? 0 : 1);
        }
        is_good = is_good && pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
    }
    is_over = true;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    check(!is_damaged, "threads do not disturb each other");
    check(is_good, "the child of a fork in the middle of it can allocate");
    check(umfPoolDestroy(pool) == UMF_RESULT_SUCCESS, "the pool gives everything back");
}

/* ---- defaults from a manifest ---- */

static void check_least(size_t fits, size_t too_much) {
    umf_memory_provider_handle_t guard;
    void *block = NULL;
    need(umfMemoryProviderCreateByName("guard", NULL, &guard), "guard");
    check(umfMemoryProviderAlloc(guard, too_much, 0, &block) == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY &&
              umfMemoryProviderAlloc(guard, fits, 0, &block) == UMF_RESULT_SUCCESS,
          "the manifest's parameters are the defaults");
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "least") == 0) {
        check_least(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0));
        return 0;
    }
    use_by_name();
    use_stack();
    if (argc == 2 && strcmp(argv[1], "all") == 0) {
        check_parameters();
        check_provider();
        check_faults();
        check_blocks();
        check_calloc_and_realloc();
        check_bad_frees();
        check_trim();
        check_live_blocks();
        check_fork_hooks();
        check_threads_and_fork();
    }
    return 0;
}
