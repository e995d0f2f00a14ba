/*
 * guard.c - a provider in one file: memory with an inaccessible page on both sides.
 *
 * A write past the end of a block faults at once, in the line that does it, so
 * "proxy @ guard" is a heap for finding such lines. Built from the installed
 * headers alone; README.md tells how.
 *
 * A provider is a table of functions over a private object. They are called from
 * any thread, several at once: what changes (here, `live`) has a lock, and since
 * there is a lock there are fork hooks, or a fork in the middle of alloc would
 * leave it locked in the child for ever.
 */
#define _GNU_SOURCE
#include <umf/plugin_sdk.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- parameters: fields of a structure, and a row for each ---- */

enum place { PLACE_END, PLACE_START };
struct guard_config {
    size_t limit;
    unsigned place;
    bool keep;
};
static const umf_param_word_t place_words[] = {{"end", PLACE_END}, {"start", PLACE_START}, {NULL, 0}};
#define ROW(field, ...) \
    &(const umf_param_row_t){.size = sizeof(umf_param_row_t), .phase = UMF_PARAM_PHASE_CREATE, \
                             .offset = offsetof(struct guard_config, field), .name = #field, __VA_ARGS__}
static const umf_param_row_t *const rows[] = {
    ROW(limit, .type = UMF_PARAM_SIZE, .default_text = "0", .max = SIZE_MAX,
        .help = "bytes in use at a time, in whole pages; 0 is no limit"),
    ROW(place, .type = UMF_PARAM_ENUM, .default_text = "end", .words = place_words,
        .help = "the side of a block that touches its inaccessible page"),
    ROW(keep, .type = UMF_PARAM_BOOL, .default_text = "false",
        .help = "a freed block stays inaccessible, so that its next use faults too"),
};
static const umf_param_table_t table = {
    .size = sizeof table, .kind = UMF_PLUGIN_KIND_PROVIDER, .name = "guard",
    .config_size = sizeof(struct guard_config), .rows = rows, .row_count = sizeof rows / sizeof rows[0],
};

/* ---- the object ---- */

struct guard {
    const umf_plugin_host_t *host; /* kept per object: two libumf may share this module */
    struct guard_config config;
    size_t page;
    pthread_mutex_t lock;
    size_t live; /* bytes in use, whole pages; guarded by lock */
};

/* For get_last_native_error: of this thread's last failure, so no lock. */
static _Thread_local struct { int32_t code; char text[128]; } native = {0, "success"};

static umf_result_t fail_natively(const struct guard *g, const char *call, size_t bytes, int code) {
    native.code = code;
    snprintf(native.text, sizeof native.text, "%s of %zu bytes: %s", call, bytes, strerror(code));
    g->host->error("guard_alloc", "guard: %s%s", native.text,
                   code == ENOMEM ? " (each block is three mappings: see vm.max_map_count)" : "");
    return UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
}

static umf_result_t guard_initialize(const void *params, void **priv) {
    if (!params) { /* and so no host to complain to; by name this does not happen */
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(params);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guard_config config;
    /* checks names, types and ranges, and has told the user of a bad one */
    umf_result_t result = host->effective_params(params, &table, &config);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    /* what no row can say is checked here: name the thing and the remedy */
    if (config.limit > 0 && config.limit < page) {
        host->error(__func__, "guard: limit of %zu bytes holds no page: give at least %zu, or 0 for none",
                    config.limit, page);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    /* not malloc: this provider may be what malloc stands on */
    struct guard *g = host->meta_alloc(sizeof *g);
    if (!g) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *g = (struct guard){.host = host, .config = config, .page = page};
    pthread_mutex_init(&g->lock, NULL);
    *priv = g;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t guard_finalize(void *priv) {
    struct guard *g = priv;
    pthread_mutex_destroy(&g->lock);
    g->host->meta_free(g, sizeof *g);
    return UMF_RESULT_SUCCESS;
}

/* ---- memory ---- */

static size_t round_up(size_t n, size_t to) { return (n + to - 1) & ~(to - 1); }

/* Enters `bytes` in the books before the system is asked, with the lock held for
 * this alone: no lock is held over a system call. */
static bool reserve(struct guard *g, size_t bytes) {
    pthread_mutex_lock(&g->lock);
    size_t live = g->live;
    bool fits = !g->config.limit || bytes <= g->config.limit - live;
    g->live += fits ? bytes : 0;
    pthread_mutex_unlock(&g->lock);
    if (!fits) {
        g->host->error("guard_alloc", "guard: %zu bytes do not fit in limit=%zu with %zu in use: raise limit",
                       bytes, g->config.limit, live);
    }
    return fits;
}

static void unreserve(struct guard *g, size_t bytes) {
    pthread_mutex_lock(&g->lock);
    g->live -= bytes;
    pthread_mutex_unlock(&g->lock);
}

/* Pages for a block, aligned, a guard on both sides; what is too much goes back. */
static char *map_between_guards(size_t bytes, size_t page, size_t alignment) {
    size_t span = bytes + 2 * page + (alignment > page ? alignment : 0);
    char *map = mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) {
        return NULL;
    }
    size_t skip = round_up((size_t)map + page, alignment > page ? alignment : page) - (size_t)map;
    char *block = map + skip, *end = block + bytes + page;
    if (mprotect(block, bytes, PROT_READ | PROT_WRITE) != 0) {
        int code = errno;
        munmap(map, span);
        errno = code;
        return NULL;
    }
    if (skip > page) {
        munmap(map, skip - page);
    }
    if (end < map + span) {
        munmap(end, (size_t)(map + span - end));
    }
    return block;
}

static umf_result_t guard_alloc(void *priv, size_t size, size_t alignment, void **ptr) {
    struct guard *g = priv;
    if (alignment & (alignment - 1)) { /* 0, the provider's choice, passes */
        g->host->error(__func__, "guard: alignment %zu is no power of two", alignment);
        return UMF_RESULT_ERROR_INVALID_ALIGNMENT;
    }
    if (size == 0 || size > PTRDIFF_MAX / 2 || alignment > PTRDIFF_MAX / 2) { /* sums cannot wrap */
        g->host->error(__func__, "guard: cannot give %zu bytes aligned to %zu", size, alignment);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    size_t bytes = round_up(size, g->page);
    if (!reserve(g, bytes)) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    char *first = map_between_guards(bytes, g->page, alignment);
    if (!first) {
        int code = errno;
        unreserve(g, bytes);
        return fail_natively(g, "mmap", bytes, code);
    }
    /* at the end, as near to it as the alignment lets; whole pages begin on one */
    size_t room = g->config.place == PLACE_END ? bytes - size : 0;
    *ptr = first + (room & ~((alignment ? alignment : 16) - 1));
    return UMF_RESULT_SUCCESS;
}

/* `size` is what was asked for, so the pages are those that alloc made. */
static umf_result_t guard_free(void *priv, void *ptr, size_t size) {
    struct guard *g = priv;
    if (!ptr) {
        return UMF_RESULT_SUCCESS;
    }
    size_t bytes = round_up(size, g->page);
    char *first = (char *)ptr - (size_t)ptr % g->page;
    if (size == 0) {
        g->host->error(__func__, "guard: the size of the block at %p is needed to free it", ptr);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (g->config.keep) { /* mapped anew: the memory goes, the addresses stay taken */
        void *again = mmap(first, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        if (again == MAP_FAILED) {
            return fail_natively(g, "mmap", bytes, errno);
        }
    } else if (munmap(first - g->page, bytes + 2 * g->page) != 0) {
        return fail_natively(g, "munmap", bytes, errno);
    }
    unreserve(g, bytes); /* only after the system said yes */
    return UMF_RESULT_SUCCESS;
}

/* ---- what it tells of itself: outputs are written on success only ---- */

static umf_result_t guard_get_last_native_error(void *priv, const char **message, int32_t *code) {
    (void)priv;
    if (!message || !code) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *message = native.text;
    *code = native.code;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t answer(size_t *out, size_t value) {
    if (!out) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *out = value;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t guard_get_recommended_page_size(void *priv, size_t size, size_t *page) {
    (void)size;
    return answer(page, ((struct guard *)priv)->page);
}
static umf_result_t guard_get_min_page_size(void *priv, const void *ptr, size_t *page) {
    (void)ptr;
    return answer(page, ((struct guard *)priv)->page);
}
static umf_result_t guard_get_cache_line_size(void *priv, size_t *size) {
    (void)priv;
    return answer(size, 64);
}
static umf_result_t guard_get_name(void *priv, const char **name) {
    (void)priv; /* NULL when the kind is asked */
    if (!name) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *name = "guard";
    return UMF_RESULT_SUCCESS;
}

/* The forking thread has the lock before, and gives it back on both sides. */
static void guard_prefork(void *priv) { pthread_mutex_lock(&((struct guard *)priv)->lock); }
static void guard_postfork(void *priv) { pthread_mutex_unlock(&((struct guard *)priv)->lock); }

/* ---- the descriptor ---- */

/* Functions with ext_ are left out: NULL is "not supported". */
static const umf_memory_provider_ops_t ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = guard_initialize,
    .finalize = guard_finalize,
    .alloc = guard_alloc,
    .free = guard_free,
    .get_last_native_error = guard_get_last_native_error,
    .get_recommended_page_size = guard_get_recommended_page_size,
    .get_min_page_size = guard_get_min_page_size,
    .get_name = guard_get_name,
    .get_cache_line_size = guard_get_cache_line_size,
};
static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = "guard", /* the manifest's too */
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .params = &table,
    .prefork = guard_prefork,
    .postfork_parent = guard_postfork,
    .postfork_child = guard_postfork,
};
static const umf_plugin_component_t *const components[] = {&component};
static const umf_plugin_desc_t desc = {
    .magic = UMF_PLUGIN_MAGIC,
    .size = sizeof desc,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .host_minor_needed = 1, /* nothing newer is used */
    .name = "provider-guard",
    .version = "1.0",
    .vendor = "example",
    .components = components,
    .component_count = 1,
};
UMF_PLUGIN_ENTRY(umf_provider_guard, desc)
