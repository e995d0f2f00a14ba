/*
 * fixture.c - one module that plays the part its file name tells: the tests copy
 * it to good.so, bad-magic.so and so on. A component has the file's name, less
 * .so, and is a provider where that begins with "provider".
 *
 * What it does, it notes in the file that FIXTURE_LOG names, a line each:
 * "constructor NAME", "query NAME", "start NAME", "probe NAME".
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "idle_ops.h"

static umf_memory_pool_ops_t pool_ops;
static umf_memory_provider_ops_t provider_ops;
static umf_plugin_component_t component;
static const umf_plugin_component_t *components[2] = {&component, NULL};
static umf_plugin_desc_t desc;
static const umf_plugin_host_t *host; /* from start */

/* ld.so orders the constructor before a query in any thread, but by a lock that
 * ThreadSanitizer cannot see: this says it again. */
static atomic_bool has_begun;

static int is_part(const char *part) { return strcmp(own_name, part) == 0; }
/* The part, or the part with something behind it. */
static int is_kin(const char *part) { return strncmp(own_name, part, strlen(part)) == 0; }

/* Calls a function of the test program's, where it has one. */
static void test_call(const char *function) {
    void (*callback)(const char *name) = NULL;
    void *address = dlsym(RTLD_DEFAULT, function);
    memcpy(&callback, &address, sizeof callback);
    if (callback) {
        callback(own_name);
    }
}

static void note(const char *what) {
    const char *log = getenv("FIXTURE_LOG");
    int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (fd >= 0) {
        char line[96];
        int bytes = snprintf(line, sizeof line, "%s %s\n", what, own_name);
        if (write(fd, line, (size_t)bytes) != bytes) {
            _exit(99);
        }
        close(fd);
    }
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The parts crash-in-WHERE, loop-in-WHERE and exit-in-WHERE, with anything before
 * them; WHERE is constructor, query, start or probe. */
static void misbehave(const char *where) {
    char part[64];
    snprintf(part, sizeof part, "crash-in-%s", where);
    if (ends_with(own_name, part)) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would exit instead */
        raise(SIGSEGV);
    }
    snprintf(part, sizeof part, "exit-in-%s", where);
    if (ends_with(own_name, part)) {
        _exit(3);
    }
    snprintf(part, sizeof part, "loop-in-%s", where);
    if (ends_with(own_name, part)) {
        snprintf(part, sizeof part, "looping %d", (int)getpid());
        note(part);
        for (;;) {
            pause(); /* until somebody kills it */
        }
    }
}

__attribute__((constructor)) static void begin(void) {
    own_name_find();
    atomic_store_explicit(&has_begun, true, memory_order_release);
    note("constructor");
    if (is_kin("loads-in-constructor")) {
        test_call("fixture_on_constructor");
    }
    misbehave("constructor");
}

/* ---- ops that do as little as they may ---- */

static umf_result_t pool_initialize(umf_memory_provider_handle_t provider, const void *params,
                                    void **pool) {
    (void)provider, (void)params;
    *pool = &pool_ops;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t finalize(void *object) {
    (void)object;
    return UMF_RESULT_SUCCESS;
}
static void *pool_malloc(void *pool, size_t size) {
    (void)pool, (void)size;
    return NULL;
}
static void *pool_calloc(void *pool, size_t num, size_t size) {
    (void)pool, (void)num, (void)size;
    return NULL;
}
static void *pool_realloc(void *pool, void *ptr, size_t size) {
    (void)pool, (void)ptr, (void)size;
    return NULL;
}
static void *pool_aligned_malloc(void *pool, size_t size, size_t alignment) {
    (void)pool, (void)size, (void)alignment;
    return NULL;
}
static umf_result_t page_or_usable_size(void *object, const void *ptr, size_t *size) {
    (void)object, (void)ptr;
    *size = 4096;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t pool_free(void *pool, void *ptr) {
    (void)pool, (void)ptr;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t pool_trim(void *pool, size_t keep) {
    (void)pool, (void)keep;
    return UMF_RESULT_SUCCESS;
}

struct config {
    int number;
};
static const umf_param_row_t number_row = {
    .size = sizeof number_row,
    .type = UMF_PARAM_INT,
    .phase = UMF_PARAM_PHASE_CREATE,
    .offset = offsetof(struct config, number),
    .name = "number",
    .default_text = "1",
    .max = 100,
    .help = "any number",
};
static const umf_param_row_t *const rows[] = {&number_row};
static const umf_param_table_t table = {
    .size = sizeof table,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = own_name,
    .config_size = sizeof(struct config),
    .rows = rows,
    .row_count = 1,
};

static umf_result_t provider_initialize(const void *params, void **provider) {
    static struct config config;
    *provider = &config;
    return host->effective_params(params, &table, &config);
}
/* Tells the test what the parameter `number` came to. */
static umf_result_t cache_line_size(void *provider, size_t *size) {
    *size = (size_t)((struct config *)provider)->number;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t start(const umf_plugin_host_t *its_host) {
    host = its_host;
    note("start");
    misbehave("start");
    if (is_part("forks-in-start")) {
        char what[32];
        pid_t pid = fork();
        while (pid == 0) {
            pause(); /* until somebody kills it */
        }
        snprintf(what, sizeof what, "forked %d", (int)pid);
        note(what);
    }
    if (is_part("slow-start")) {
        usleep(200 * 1000);
    } else if (is_kin("loads-in-start")) {
        test_call("fixture_on_start");
    }
    if (is_part("failing-start")) {
        host->error(__func__, "no device here");
        return UMF_RESULT_ERROR_OUT_OF_RESOURCES;
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t probe(const umf_plugin_host_t *its_host) {
    note("probe");
    misbehave("probe");
    if (is_part("failing-probe")) {
        its_host->error(__func__, "no device here");
        return UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE;
    }
    return UMF_RESULT_SUCCESS;
}

/* ---- the parts ---- */

static void ops_fill(void) {
    pool_ops = (umf_memory_pool_ops_t){
        .version = UMF_POOL_OPS_VERSION_CURRENT,
        .initialize = pool_initialize,
        .finalize = finalize,
        .malloc = pool_malloc,
        .calloc = pool_calloc,
        .realloc = pool_realloc,
        .aligned_malloc = pool_aligned_malloc,
        .malloc_usable_size = page_or_usable_size,
        .free = is_part("null-op") ? NULL : pool_free,
        .get_last_allocation_error = last_error,
        .get_name = get_name,
        .ext_trim_memory = pool_trim,
    };
    provider_ops = (umf_memory_provider_ops_t){
        .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
        .initialize = provider_initialize,
        .finalize = finalize,
        .alloc = is_part("provider-null-op") ? NULL : provider_alloc,
        .free = provider_free,
        .get_last_native_error = native_error,
        .get_recommended_page_size = recommended_page_size,
        .get_min_page_size = page_or_usable_size,
        .get_name = get_name,
        .get_cache_line_size = cache_line_size,
    };
}

static void component_fill(void) {
    int is_provider = strncmp(own_name, "provider", 8) == 0;
    component = (umf_plugin_component_t){
        .size = sizeof component,
        .kind = is_provider ? UMF_PLUGIN_KIND_PROVIDER : UMF_PLUGIN_KIND_POOL,
        .name = own_name,
        .ops = is_provider ? (const void *)&provider_ops : (const void *)&pool_ops,
        .ops_size = is_provider ? sizeof provider_ops : sizeof pool_ops,
        .ops_version = is_provider ? provider_ops.version : pool_ops.version,
        .params = is_provider ? &table : NULL,
        .start = start,
        .probe = probe,
    };
    if (is_part("other-name")) {
        component.name = "another";
    } else if (is_part("other-kind")) {
        component.kind = UMF_PLUGIN_KIND_PROVIDER;
    } else if (is_part("short-component")) {
        component.size = 8;
    } else if (is_part("no-ops")) {
        component.ops = NULL;
    } else if (is_part("other-ops-version")) {
        component.ops_version++;
    } else if (is_part("foreign-ops")) {
        pool_ops.version = component.ops_version = UMF_MAKE_VERSION(2, 0);
    } else if (is_part("newer-ops")) {
        pool_ops.version = component.ops_version = UMF_MAKE_VERSION(1, 99);
        component.ops_size += 64;
    } else if (is_part("older-ops")) { /* what stands behind its size is not its */
        pool_ops.version = component.ops_version = UMF_MAKE_VERSION(1, 0);
        component.ops_size = offsetof(umf_memory_pool_ops_t, ext_trim_memory);
    } else if (is_part("provider-bound")) {
        component.is_process_bound = true;
    } else if (is_part("older-component")) {
        component.size = offsetof(umf_plugin_component_t, start);
    }
}

static void desc_fill(void) {
    desc = (umf_plugin_desc_t){
        .magic = UMF_PLUGIN_MAGIC,
        .size = sizeof desc,
        .abi_major = UMF_PLUGIN_ABI_MAJOR,
        .abi_minor = UMF_PLUGIN_ABI_MINOR,
        .host_minor_needed = UMF_PLUGIN_ABI_MINOR,
        .name = own_name,
        .version = "1",
        .vendor = "tests",
        .components = components,
        .component_count = 1,
    };
    if (is_part("bad-magic")) {
        desc.magic++;
    } else if (is_part("bad-size")) {
        desc.size = 3;
    } else if (is_part("unknown-flags")) {
        desc.flags = 1;
    } else if (is_part("foreign-abi")) {
        desc.abi_major = 9;
    } else if (is_part("needs-newer-host")) {
        desc.host_minor_needed = 99;
    } else if (is_part("no-components")) {
        desc.component_count = 0;
    } else if (is_part("null-components")) {
        desc.components = NULL;
    } else if (is_part("null-component")) {
        desc.component_count = 2;
    } else if (is_part("newer-desc")) {
        desc.size += 64;
        desc.abi_minor = 99;
    }
}

__attribute__((visibility("default"))) umf_result_t
umf_plugin_query(const umf_plugin_host_t *its_host, const umf_plugin_desc_t **out);

umf_result_t umf_plugin_query(const umf_plugin_host_t *its_host, const umf_plugin_desc_t **out) {
    (void)its_host;
    bool is_named = atomic_load_explicit(&has_begun, memory_order_acquire);
    note("query");
    if (is_kin("loads-in-query")) {
        test_call("fixture_on_query");
    }
    misbehave("query");
    if (!is_named || is_part("failing-query")) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    ops_fill();
    component_fill();
    desc_fill();
    *out = is_part("null-desc") ? NULL : &desc;
    return UMF_RESULT_SUCCESS;
}
