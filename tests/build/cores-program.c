/*
 * cores-program.c - every pool over every provider, in each of the libumf given,
 * side by side in one process.
 *
 *     cores-program [-g] [-r] LIBRARY... -- KIND:NAME...
 *
 * It is not linked to libumf: each LIBRARY is opened by its path with RTLD_LOCAL
 * and asked for its functions; with -g the first one's names are there for all, as
 * if the program were linked to it. Each library makes all pairs of the pools and
 * providers named, with a block from each; then each library is asked about all
 * blocks; then all is destroyed, library by library, with -r the last one first.
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <umf.h>
#include <umf/memory_pool.h>
#include <umf/memory_provider.h>
#include <umf/params.h>
#include <umf/plugin.h>

#define FUNCTIONS(F)                                                                        \
    F(umfGetLastErrorMessage)                                                               \
    F(umfMemoryProviderCreateByName)                                                        \
    F(umfMemoryProviderDestroy)                                                             \
    F(umfMemoryProviderGetName)                                                             \
    F(umfParamsCreate)                                                                      \
    F(umfParamsDestroy)                                                                     \
    F(umfParamsSetPointer)                                                                  \
    F(umfParamsSetSize)                                                                     \
    F(umfParamsSetString)                                                                   \
    F(umfPoolByPtr)                                                                         \
    F(umfPoolCreateByName)                                                                  \
    F(umfPoolDestroy)                                                                       \
    F(umfPoolFree)                                                                          \
    F(umfPoolMalloc)

#define CORES_MAX 3
#define PAIRS_MAX 64
#define BUFFER_BYTES ((size_t)64 << 20)
#define BLOCKS 50

struct pair {
    const char *pool_name, *provider_name;
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
    void *buffer;
    unsigned char *blocks[BLOCKS];
};

struct core {
    const char *path;
    char name[16]; /* of its fixed providers: a parameter that only it knows */
#define FUNCTION_FIELD(name) __typeof__(name) *name;
    FUNCTIONS(FUNCTION_FIELD)
    struct pair pairs[PAIRS_MAX];
    unsigned pair_count;
};

static struct core cores[CORES_MAX];
static unsigned core_count, check_count;

__attribute__((format(printf, 2, 3), noreturn)) static void fail(const struct core *core,
                                                                const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", core->path);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void check(bool is_true, const struct core *core, const struct pair *pair,
                  const char *what) {
    check_count++;
    if (!is_true) {
        const char *message = core->umfGetLastErrorMessage();
        fail(core, "%s over %s: %s: %s", pair->pool_name, pair->provider_name, what,
             message ? message : "");
    }
}

/* ---- one library ---- */

static void function_find(const struct core *core, void *library, const char *name,
                          void *function) {
    void *address = dlsym(library, name);
    if (!address) {
        fail(core, "no %s", name);
    }
    memcpy(function, &address, sizeof address);
}

static void core_open(struct core *core, const char *path, int scope) {
    core->path = path;
    snprintf(core->name, sizeof core->name, "core %u", core_count);
    void *library = dlopen(path, RTLD_NOW | scope);
    if (!library) {
        fail(core, "%s", dlerror());
    }
#define FUNCTION_FIND(function) function_find(core, library, #function, &core->function);
    FUNCTIONS(FUNCTION_FIND)
}

static void provider_open(const struct core *core, struct pair *pair) {
    umf_params_handle_t params = NULL;
    bool is_fixed = strcmp(pair->provider_name, "fixed") == 0;
    if (is_fixed) {
        pair->buffer = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        check(pair->buffer != MAP_FAILED &&
                  core->umfParamsCreate("provider", "fixed", &params) == UMF_RESULT_SUCCESS &&
                  core->umfParamsSetPointer(params, "ptr", pair->buffer) == UMF_RESULT_SUCCESS &&
                  core->umfParamsSetSize(params, "size", BUFFER_BYTES) == UMF_RESULT_SUCCESS &&
                  core->umfParamsSetString(params, "name", core->name) == UMF_RESULT_SUCCESS,
              core, pair, "parameters");
    }
    check(core->umfMemoryProviderCreateByName(pair->provider_name, params, &pair->provider) ==
              UMF_RESULT_SUCCESS,
          core, pair, "provider");
    core->umfParamsDestroy(params);
    const char *name = NULL;
    check(core->umfMemoryProviderGetName(pair->provider, &name) == UMF_RESULT_SUCCESS &&
              name && (!is_fixed || strcmp(name, core->name) == 0),
          core, pair, "its provider has the name that it was given");
}

static void pair_open(struct core *core, const char *pool_name, const char *provider_name) {
    if (core->pair_count == PAIRS_MAX) {
        fail(core, "too many pairs");
    }
    struct pair *pair = &core->pairs[core->pair_count++];
    pair->pool_name = pool_name;
    pair->provider_name = provider_name;
    provider_open(core, pair);
    check(core->umfPoolCreateByName(pool_name, pair->provider, NULL, 0, &pair->pool) ==
              UMF_RESULT_SUCCESS,
          core, pair, "pool");
    for (unsigned i = 0; i < BLOCKS; i++) {
        size_t bytes = (size_t)1 << (i % 18);
        pair->blocks[i] = core->umfPoolMalloc(pair->pool, bytes);
        check(pair->blocks[i] != NULL, core, pair, "block");
        memset(pair->blocks[i], (int)i, bytes);
        check(!pair->buffer || (pair->blocks[i] >= (unsigned char *)pair->buffer &&
                                pair->blocks[i] < (unsigned char *)pair->buffer + BUFFER_BYTES),
              core, pair, "its block lies in its own buffer");
    }
}

static void pairs_open(struct core *core, char **names) {
    for (char **pool = names; *pool; pool++) {
        for (char **provider = names; strncmp(*pool, "pool:", 5) == 0 && *provider; provider++) {
            if (strncmp(*provider, "provider:", 9) == 0) {
                pair_open(core, *pool + 5, *provider + 9);
            }
        }
    }
}

/* ---- all of them ---- */

static void owners_check(const struct core *owner, const struct core *asked) {
    for (unsigned p = 0; p < owner->pair_count; p++) {
        const struct pair *pair = &owner->pairs[p];
        for (unsigned i = 0; i < BLOCKS; i++) {
            umf_memory_pool_handle_t found = NULL;
            umf_result_t result = asked->umfPoolByPtr(pair->blocks[i], &found);
            check(asked == owner ? result == UMF_RESULT_SUCCESS && found == pair->pool
                                 : result != UMF_RESULT_SUCCESS && !found,
                  asked, pair,
                  "only its own library knows a block");
        }
    }
}

static void core_close(struct core *core) {
    for (unsigned p = 0; p < core->pair_count; p++) {
        struct pair *pair = &core->pairs[p];
        for (unsigned i = 0; i < BLOCKS; i++) {
            size_t bytes = (size_t)1 << (i % 18);
            check(pair->blocks[i][0] == i && pair->blocks[i][bytes - 1] == i, core, pair,
                  "a block is intact");
            check(core->umfPoolFree(pair->pool, pair->blocks[i]) == UMF_RESULT_SUCCESS, core,
                  pair, "free");
        }
        check(core->umfPoolDestroy(pair->pool) == UMF_RESULT_SUCCESS, core, pair, "destroy");
        check(core->umfMemoryProviderDestroy(pair->provider) == UMF_RESULT_SUCCESS, core, pair,
              "destroy the provider");
        if (pair->buffer) {
            munmap(pair->buffer, BUFFER_BYTES);
        }
    }
    core->pair_count = 0;
}

int main(int argc, char **argv) {
    bool is_global = false, is_reverse = false;
    char **word = argv + (argc > 0);
    for (; *word && **word == '-' && (*word)[1] != '-'; word++) {
        is_global = is_global || strcmp(*word, "-g") == 0;
        is_reverse = is_reverse || strcmp(*word, "-r") == 0;
    }
    for (; *word && strcmp(*word, "--") != 0; word++) {
        if (core_count == CORES_MAX) {
            return 2;
        }
        int scope = is_global && core_count == 0 ? RTLD_GLOBAL : RTLD_LOCAL;
        core_open(&cores[core_count], *word, scope);
        core_count++;
    }
    if (!*word || core_count == 0) {
        return 2;
    }
    for (unsigned c = 0; c < core_count; c++) {
        pairs_open(&cores[c], word + 1);
    }
    for (unsigned c = 0; c < core_count * core_count; c++) {
        owners_check(&cores[c / core_count], &cores[c % core_count]);
    }
    for (unsigned c = 0; c < core_count; c++) {
        core_close(&cores[is_reverse ? core_count - 1 - c : c]);
    }
    for (unsigned c = 0; c < core_count; c++) {
        pairs_open(&cores[c], word + 1); /* and once more, after the others went */
        owners_check(&cores[c], &cores[core_count - 1 - c]);
        core_close(&cores[c]);
    }
    printf("%u checks\n", check_count);
    return 0;
}
