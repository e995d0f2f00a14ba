/*
 * arena.c - a pool in one file: blocks one behind the other in large chunks.
 *
 * A chunk starts anew when the last of its blocks is freed, so this fits work that
 * frees together what it allocated together, and wastes memory for any other. The
 * size of a block stands in front of it, in the provider's memory: this pool is
 * for memory that the CPU can touch. Built from the installed headers alone.
 *
 * Laws, with the lock held:
 *   the blocks of a chunk lie in [base, base + used), used <= room <= size
 *   pool.live is the sum of the chunks' live; a chunk of live 0 has used 0
 * The lock is never held while the provider is called: a provider has locks too,
 * and fork takes all of them.
 */
#include <umf/plugin_sdk.h>

#include <pthread.h>
#include <string.h>

#define LEAST_ALIGNMENT ((size_t)16) /* of max_align_t */

struct arena_config { size_t chunk, keep; };
#define ROW(field, ...) \
    &(const umf_param_row_t){.size = sizeof(umf_param_row_t), .phase = UMF_PARAM_PHASE_CREATE, \
                             .offset = offsetof(struct arena_config, field), .name = #field, \
                             .type = UMF_PARAM_SIZE, __VA_ARGS__}
static const umf_param_row_t *const rows[] = {
    ROW(chunk, .default_text = "1MiB", .min = 4096, .max = (uint64_t)1 << 40,
        .help = "bytes asked from the provider at a time"),
    ROW(keep, .default_text = "1MiB", .max = SIZE_MAX,
        .help = "bytes of empty chunks that are not given back at once"),
};
static const umf_param_table_t table = {
    .size = sizeof table, .kind = UMF_PLUGIN_KIND_POOL, .name = "arena",
    .config_size = sizeof(struct arena_config), .rows = rows, .row_count = sizeof rows / sizeof rows[0],
};

struct chunk {
    struct chunk *next;
    char *base;
    size_t size; /* as the provider was asked */
    size_t room; /* bytes that may be used: size, or 0 */
    size_t used, live;
};
struct arena {
    const umf_plugin_host_t *host;
    umf_memory_provider_handle_t provider;
    struct arena_config config;
    bool is_shared; /* parent and child of a fork have the memory in common */
    pthread_mutex_t lock;
    struct chunk *chunks; /* the first is the one in use */
    size_t live;
};

/* In front of each block. `mark` tells a live block's start from anything else. */
struct header { size_t size; uintptr_t mark; };
static struct header *header_of(const void *block) { return (struct header *)block - 1; }
static uintptr_t mark_of(const void *block) { return (uintptr_t)block ^ 0x6172656e61; }

/* Of this thread's last failure in any arena; a success leaves it. */
static _Thread_local umf_result_t last_error;
static void *fail(umf_result_t result) { last_error = result; return NULL; }

/* ---- chunks ---- */

static struct chunk *chunk_create(const struct arena *a, size_t size) {
    void *base;
    struct chunk *c = a->host->meta_alloc(sizeof *c); /* not malloc, which may be us */
    if (!c) {
        return fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    /* the last but one argument comes back from region_of, for each address in it */
    umf_result_t result = a->host->provider_alloc(a->provider, size, 0, (uintptr_t)c, &base);
    if (result != UMF_RESULT_SUCCESS) {
        a->host->meta_free(c, sizeof *c);
        return fail(result);
    }
    *c = (struct chunk){.base = base, .size = size, .room = size};
    return c;
}

static umf_result_t chunk_destroy(const struct arena *a, struct chunk *c) {
    umf_result_t result = a->host->provider_free(a->provider, c->base, c->size);
    if (result == UMF_RESULT_SUCCESS) {
        a->host->meta_free(c, sizeof *c);
    }
    return result; /* else it is still registered, and still ours */
}

static void chunk_push(struct arena *a, struct chunk **place, struct chunk *c) {
    pthread_mutex_lock(&a->lock);
    c->next = *place;
    *place = c;
    pthread_mutex_unlock(&a->lock);
}

/* Takes the empty chunks beyond the first `keep` bytes of them out of the list. */
static struct chunk *take_surplus_locked(struct arena *a, size_t keep) {
    struct chunk *surplus = NULL;
    for (struct chunk **at = &a->chunks; *at;) {
        struct chunk *c = *at;
        if (c->live > 0) {
            at = &c->next;
        } else if (keep > 0) { /* whole chunks: at least so much is kept */
            keep -= c->size < keep ? c->size : keep;
            at = &c->next;
        } else {
            *at = c->next;
            c->next = surplus;
            surplus = c;
        }
    }
    return surplus;
}

/* To the provider, without the lock. What it refuses goes back into the list. */
static umf_result_t give_back(struct arena *a, struct chunk *surplus) {
    umf_result_t result = UMF_RESULT_SUCCESS;
    while (surplus) {
        struct chunk *c = surplus;
        surplus = c->next;
        umf_result_t freed = chunk_destroy(a, c);
        if (freed != UMF_RESULT_SUCCESS) {
            result = freed;
            chunk_push(a, &a->chunks, c);
        }
    }
    return result;
}

/* ---- allocation ---- */

static void *carve_locked(struct arena *a, struct chunk *c, size_t size, size_t alignment) {
    uintptr_t least = (uintptr_t)c->base + c->used + sizeof(struct header);
    uintptr_t start = (least + alignment - 1) & ~(alignment - 1);
    size_t skip = start - (uintptr_t)c->base;
    if (skip > c->room || size > c->room - skip) {
        return NULL;
    }
    void *block = c->base + skip;
    *header_of(block) = (struct header){size, mark_of(block)};
    c->used = skip + size;
    c->live++;
    a->live++;
    return block;
}

/* From the chunk in use, or from an empty one, which then is the one in use. */
static void *carve_any(struct arena *a, size_t size, size_t alignment) {
    void *block = NULL;
    pthread_mutex_lock(&a->lock);
    for (struct chunk **at = &a->chunks; *at && !block; at = &(*at)->next) {
        struct chunk *c = *at;
        if ((c == a->chunks || c->live == 0) &&
            (block = carve_locked(a, c, size, alignment)) != NULL) {
            *at = c->next;
            c->next = a->chunks;
            a->chunks = c;
            break;
        }
    }
    pthread_mutex_unlock(&a->lock);
    return block;
}

static void *arena_aligned_malloc(void *priv, size_t size, size_t alignment) {
    struct arena *a = priv;
    if (alignment & (alignment - 1)) {
        a->host->error(__func__, "arena: alignment %zu is no power of two", alignment);
        return fail(UMF_RESULT_ERROR_INVALID_ALIGNMENT);
    }
    if (alignment < LEAST_ALIGNMENT) {
        alignment = LEAST_ALIGNMENT;
    }
    /* the worst case of carve; no sum in it may wrap */
    size_t need;
    if (size > PTRDIFF_MAX || __builtin_add_overflow(size, alignment + sizeof(struct header), &need)) {
        return fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    void *block = carve_any(a, size, alignment);
    if (block) {
        return block;
    }
    struct chunk *c = chunk_create(a, need > a->config.chunk ? need : a->config.chunk);
    if (!c) {
        return NULL;
    }
    /* nobody else knows it yet, so this cannot fail; the pool's count wants the lock */
    pthread_mutex_lock(&a->lock);
    block = carve_locked(a, c, size, alignment);
    bool is_own = need > a->config.chunk / 4; /* a large block leaves the chunk in use there */
    struct chunk **place = is_own && a->chunks ? &a->chunks->next : &a->chunks;
    c->next = *place;
    *place = c;
    pthread_mutex_unlock(&a->lock);
    return block;
}

static void *arena_malloc(void *priv, size_t size) {
    return arena_aligned_malloc(priv, size, LEAST_ALIGNMENT);
}

static void *arena_calloc(void *priv, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return fail(UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    void *block = arena_malloc(priv, bytes);
    return block ? memset(block, 0, bytes) : NULL;
}

/* ---- blocks ---- */

/* The chunk of a live block that begins at ptr, or NULL. region_of takes no lock
 * and finds this pool's own chunk even where another pool stands on a block. */
static struct chunk *chunk_of(const struct arena *a, const void *ptr) {
    umf_plugin_region_t region;
    if ((uintptr_t)ptr % LEAST_ALIGNMENT != 0 ||
        a->host->region_of(a->provider, ptr, &region) != UMF_RESULT_SUCCESS ||
        (size_t)((const char *)ptr - (char *)region.base) < sizeof(struct header) ||
        header_of(ptr)->mark != mark_of(ptr)) {
        return NULL;
    }
    return (struct chunk *)region.word;
}

static umf_result_t arena_malloc_usable_size(void *priv, const void *ptr, size_t *size) {
    if (!size || (ptr && !chunk_of(priv, ptr))) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *size = ptr ? header_of(ptr)->size : 0;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t arena_free(void *priv, void *ptr) {
    struct arena *a = priv;
    struct chunk *c = ptr ? chunk_of(a, ptr) : NULL;
    if (!c) {
        return ptr ? UMF_RESULT_ERROR_INVALID_ARGUMENT : UMF_RESULT_SUCCESS;
    }
    struct chunk *surplus = NULL;
    pthread_mutex_lock(&a->lock);
    header_of(ptr)->mark = 0;
    a->live--;
    if (--c->live == 0) {
        c->used = 0;
        surplus = c == a->chunks ? NULL : take_surplus_locked(a, a->config.keep);
    }
    pthread_mutex_unlock(&a->lock);
    (void)give_back(a, surplus); /* the block is freed whatever the provider says */
    return UMF_RESULT_SUCCESS;
}

static void *arena_realloc(void *priv, void *ptr, size_t size) {
    if (!ptr) {
        return arena_malloc(priv, size);
    }
    if (!chunk_of(priv, ptr)) {
        return fail(UMF_RESULT_ERROR_INVALID_ARGUMENT);
    }
    size_t old_size = header_of(ptr)->size;
    if (size > 0 && size <= old_size) {
        return ptr;
    }
    void *moved = size > 0 ? arena_malloc(priv, size) : NULL;
    if (moved) {
        memcpy(moved, ptr, old_size);
    }
    if (moved || size == 0) { /* on failure the old block lives on */
        (void)arena_free(priv, ptr);
    }
    return moved;
}

/* ---- the pool ---- */

static umf_result_t arena_trim_memory(void *priv, size_t keep) {
    struct arena *a = priv;
    pthread_mutex_lock(&a->lock);
    struct chunk *surplus = take_surplus_locked(a, keep);
    pthread_mutex_unlock(&a->lock);
    return give_back(a, surplus);
}

static umf_result_t arena_initialize(umf_memory_provider_handle_t provider, const void *params,
                                     void **priv) {
    const umf_plugin_host_t *host = umf_plugin_host_of(provider);
    struct arena_config config;
    umf_result_t result = host->effective_params(params, &table, &config); /* NULL: defaults */
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    struct arena *a = host->meta_alloc(sizeof *a);
    if (!a) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *a = (struct arena){.host = host, .provider = provider, .config = config,
                        .is_shared = host->provider_is_shared(provider)};
    pthread_mutex_init(&a->lock, NULL);
    *priv = a;
    return UMF_RESULT_SUCCESS;
}

/* Chunks with live blocks go too: nobody else will return them. */
static umf_result_t arena_finalize(void *priv) {
    struct arena *a = priv;
    umf_result_t result = UMF_RESULT_SUCCESS;
    for (struct chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        umf_result_t freed = chunk_destroy(a, c);
        result = result == UMF_RESULT_SUCCESS ? freed : result;
    }
    pthread_mutex_destroy(&a->lock);
    a->host->meta_free(a, sizeof *a);
    return result;
}

static umf_result_t arena_get_last_allocation_error(void *priv) {
    (void)priv;
    return last_error;
}

static umf_result_t arena_get_name(void *priv, const char **name) {
    (void)priv; /* NULL when the kind is asked */
    if (!name) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *name = "arena";
    return UMF_RESULT_SUCCESS;
}

static umf_result_t arena_live_blocks(void *priv, size_t *count) {
    struct arena *a = priv;
    pthread_mutex_lock(&a->lock);
    *count = a->live;
    pthread_mutex_unlock(&a->lock);
    return UMF_RESULT_SUCCESS;
}

/* ---- fork ---- */

static void arena_prefork(void *priv) { pthread_mutex_lock(&((struct arena *)priv)->lock); }
static void arena_postfork_parent(void *priv) { pthread_mutex_unlock(&((struct arena *)priv)->lock); }

/* In shared memory the child must hand out nothing that the parent hands out. */
static void arena_postfork_child(void *priv) {
    struct arena *a = priv;
    for (struct chunk *c = a->is_shared ? a->chunks : NULL; c; c = c->next) {
        c->room = 0;
    }
    pthread_mutex_unlock(&a->lock);
}

/* ---- the descriptor ---- */

static const umf_memory_pool_ops_t ops = {
    .version = UMF_POOL_OPS_VERSION_CURRENT,
    .initialize = arena_initialize,
    .finalize = arena_finalize,
    .malloc = arena_malloc,
    .calloc = arena_calloc,
    .realloc = arena_realloc,
    .aligned_malloc = arena_aligned_malloc,
    .malloc_usable_size = arena_malloc_usable_size,
    .free = arena_free,
    .get_last_allocation_error = arena_get_last_allocation_error,
    .get_name = arena_get_name,
    .ext_trim_memory = arena_trim_memory,
};
static const umf_plugin_component_t component = {
    .size = sizeof component,
    .kind = UMF_PLUGIN_KIND_POOL,
    .name = "arena",
    .ops = &ops,
    .ops_size = sizeof ops,
    .ops_version = UMF_POOL_OPS_VERSION_CURRENT,
    .params = &table,
    .prefork = arena_prefork,
    .postfork_parent = arena_postfork_parent,
    .postfork_child = arena_postfork_child,
    .live_blocks = arena_live_blocks,
};
static const umf_plugin_component_t *const components[] = {&component};
static const umf_plugin_desc_t desc = {
    .magic = UMF_PLUGIN_MAGIC,
    .size = sizeof desc,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .host_minor_needed = 1,
    .name = "pool-arena",
    .version = "1.0",
    .vendor = "example",
    .components = components,
    .component_count = 1,
};
UMF_PLUGIN_ENTRY(umf_pool_arena, desc)
