/*
 * part.c - one module that plays the part its file name tells, as the plugin host's
 * fixture does, for what only the umf command can see: what a plugin prints, reads,
 * starts and leaves behind, and what becomes of an object made from it.
 *
 * A component has the file's name, less .so, and is a provider where that begins
 * with "provider". What it does it notes in the file that FIXTURE_LOG names.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "plugin/idle_ops.h"

static umf_memory_pool_ops_t pool_ops;
static umf_memory_provider_ops_t provider_ops;
static umf_plugin_component_t component;
static const umf_plugin_component_t *components[] = {&component};
static umf_plugin_desc_t desc;

static int is_part(const char *part) { return strstr(own_name, part) != NULL; }

static void note(const char *what, long number) {
    const char *log = getenv("FIXTURE_LOG");
    int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (fd >= 0) {
        char line[128];
        int bytes = snprintf(line, sizeof line, "%s %ld %s\n", what, number, own_name);
        if (write(fd, line, (size_t)bytes) != bytes) {
            _exit(99);
        }
        close(fd);
    }
}

static void wait_for_ever(void) {
    for (;;) {
        pause();
    }
}

static void crash(void) {
    signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would exit instead */
    raise(SIGSEGV);
}

/* A process of a session of its own, whose parent is gone: no group leads to it. */
static void start_daemon(void) {
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        if (fork() != 0) {
            _exit(0);
        }
        close(STDERR_FILENO);
        close(STDOUT_FILENO);
        note("daemon", (long)getpid());
        wait_for_ever();
    }
}

__attribute__((constructor)) static void begin(void) {
    own_name_find();
    if (is_part("prints")) {
        printf("a plugin's line\n"); /* stays in stdio's buffer */
    }
}

__attribute__((destructor)) static void end(void) {
    if (is_part("prints")) {
        printf("a plugin's last line\n");
        fflush(stdout);
    }
}

/* ---- a pool that hands out one static block, and a provider of none ---- */

static _Alignas(64) char memory[4096];

static umf_result_t make(void **object) {
    if (is_part("crash-in-making")) {
        crash();
    } else if (is_part("loop-in-making")) {
        note("looping", (long)getpid());
        wait_for_ever();
    } else if (is_part("wants-parameters")) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    } else if (is_part("cannot-be-made")) {
        return UMF_RESULT_ERROR_OUT_OF_RESOURCES;
    }
    note("made", 1);
    *object = memory;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t pool_initialize(umf_memory_provider_handle_t provider, const void *params,
                                    void **pool) {
    (void)provider, (void)params;
    return make(pool);
}
static umf_result_t provider_initialize(const void *params, void **provider) {
    (void)params;
    return make(provider);
}
static umf_result_t finalize(void *object) {
    (void)object;
    note("destroyed", 1);
    return UMF_RESULT_SUCCESS;
}
static void *pool_malloc(void *pool, size_t size) {
    (void)pool;
    if (is_part("crash-in-malloc")) {
        crash();
    } else if (is_part("loop-in-malloc")) {
        note("looping", (long)getpid());
        wait_for_ever();
    }
    note("block", (long)size);
    return is_part("without-blocks") || size > sizeof memory ? NULL : memory;
}
static void *pool_calloc(void *pool, size_t num, size_t size) {
    return pool_malloc(pool, num * size);
}
static void *pool_realloc(void *pool, void *ptr, size_t size) {
    (void)ptr;
    return pool_malloc(pool, size);
}
static void *pool_aligned_malloc(void *pool, size_t size, size_t alignment) {
    (void)alignment;
    return pool_malloc(pool, size);
}
static umf_result_t size_of(void *object, const void *ptr, size_t *size) {
    (void)object, (void)ptr;
    *size = sizeof memory;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t pool_free(void *pool, void *ptr) {
    (void)pool, (void)ptr;
    note("freed", 1);
    return is_part("without-free") ? UMF_RESULT_ERROR_UNKNOWN : UMF_RESULT_SUCCESS;
}

static umf_result_t cache_line_size(void *provider, size_t *size) {
    (void)provider;
    *size = 64;
    return UMF_RESULT_SUCCESS;
}

static const umf_param_row_t odd_row = {
    .size = sizeof odd_row,
    .type = UMF_PARAM_INT,
    .phase = UMF_PARAM_PHASE_CREATE,
    .name = "odd",
    .default_text = "1",
    .max = 100,
    .help = "caf\xe9 \x1b[31m", /* no UTF-8, and a terminal would turn red */
};
static const umf_param_row_t *const rows[] = {&odd_row};
static const umf_param_table_t table = {
    .size = sizeof table,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = own_name,
    .config_size = sizeof(int),
    .rows = rows,
    .row_count = 1,
};

static umf_result_t start(const umf_plugin_host_t *host) {
    (void)host;
    if (is_part("starts-daemon")) {
        start_daemon();
    }
    if (is_part("and-loops")) {
        note("looping", (long)getpid());
        wait_for_ever();
    }
    if (is_part("looks-around")) {
        char byte;
        struct rlimit core;
        getrlimit(RLIMIT_CORE, &core);
        note("core", (long)core.rlim_max);
        note("stdin", (long)read(STDIN_FILENO, &byte, 1));
    }
    return UMF_RESULT_SUCCESS;
}

static void ops_fill(void) {
    pool_ops = (umf_memory_pool_ops_t){
        .version = UMF_POOL_OPS_VERSION_CURRENT,
        .initialize = pool_initialize,
        .finalize = finalize,
        .malloc = pool_malloc,
        .calloc = pool_calloc,
        .realloc = pool_realloc,
        .aligned_malloc = pool_aligned_malloc,
        .malloc_usable_size = size_of,
        .free = pool_free,
        .get_last_allocation_error = last_error,
        .get_name = get_name,
    };
    provider_ops = (umf_memory_provider_ops_t){
        .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
        .initialize = provider_initialize,
        .finalize = finalize,
        .alloc = provider_alloc,
        .free = provider_free,
        .get_last_native_error = native_error,
        .get_recommended_page_size = recommended_page_size,
        .get_min_page_size = size_of,
        .get_name = get_name,
        .get_cache_line_size = cache_line_size,
    };
}

__attribute__((visibility("default"))) umf_result_t
umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out);

umf_result_t umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out) {
    (void)host;
    int is_provider = strncmp(own_name, "provider", 8) == 0;
    ops_fill();
    component = (umf_plugin_component_t){
        .size = sizeof component,
        .kind = is_provider ? UMF_PLUGIN_KIND_PROVIDER : UMF_PLUGIN_KIND_POOL,
        .name = own_name,
        .ops = is_provider ? (const void *)&provider_ops : (const void *)&pool_ops,
        .ops_size = is_provider ? sizeof provider_ops : sizeof pool_ops,
        .ops_version = is_provider ? provider_ops.version : pool_ops.version,
        .params = is_part("odd-help") ? &table : NULL,
        .start = start,
    };
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
    *out = &desc;
    return UMF_RESULT_SUCCESS;
}
