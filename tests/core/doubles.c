/* doubles.c - see doubles.h. */
#include "core/doubles.h"

#include <string.h>
#include <sys/mman.h>

#include "suite.h"

static umf_result_t called(struct double_object *object, enum double_op op) {
    object->calls[op]++;
    return object->results[op];
}

static umf_result_t initialize(const void *params, void **priv) {
    struct double_object *object = (struct double_object *)(uintptr_t)params;
    umf_result_t result = called(object, OP_INITIALIZE);
    if (result == UMF_RESULT_SUCCESS) {
        *priv = object;
    }
    return result;
}
static umf_result_t finalize(void *priv) { return called(priv, OP_FINALIZE); }
static umf_result_t provider_alloc(void *priv, size_t size, size_t alignment, void **ptr) {
    struct double_object *object = priv;
    object->last_size = size;
    object->last_alignment = alignment;
    umf_result_t result = called(object, OP_ALLOC);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    if (object->hands_out_null) {
        *ptr = NULL;
        return result;
    }
    if (object->next) {
        *ptr = object->next;
        return result;
    }
    ck_assert_uint_le(object->used + size, DOUBLE_BYTES);
    *ptr = object->memory + object->used;
    object->used += size;
    return result;
}
static umf_result_t provider_free(void *priv, void *ptr, size_t size) {
    struct double_object *object = priv;
    object->last_ptr = ptr;
    object->last_size = size;
    return called(object, OP_FREE);
}
static umf_result_t native_error(void *priv, const char **message, int32_t *error) {
    *message = "native";
    *error = 77;
    return called(priv, OP_NATIVE_ERROR);
}
static umf_result_t recommended_page(void *priv, size_t size, size_t *page) {
    (void)size;
    *page = 4096;
    return called(priv, OP_RECOMMENDED_PAGE);
}
static umf_result_t min_page(void *priv, const void *ptr, size_t *page) {
    (void)ptr;
    *page = 4096;
    return called(priv, OP_MIN_PAGE);
}
static umf_result_t get_name(void *priv, const char **name) {
    struct double_object *object = priv;
    *name = object->name;
    return called(object, OP_NAME);
}
static umf_result_t purge_lazy(void *priv, void *ptr, size_t size) {
    (void)ptr, (void)size;
    return called(priv, OP_PURGE_LAZY);
}
static umf_result_t purge_force(void *priv, void *ptr, size_t size) {
    (void)ptr, (void)size;
    return called(priv, OP_PURGE_FORCE);
}
static umf_result_t merge(void *priv, void *low, void *high, size_t size) {
    (void)low, (void)high, (void)size;
    return called(priv, OP_MERGE);
}
static umf_result_t split(void *priv, void *ptr, size_t total, size_t first) {
    (void)ptr, (void)total, (void)first;
    return called(priv, OP_SPLIT);
}
static umf_result_t ipc_size(void *priv, size_t *size) {
    *size = 8;
    return called(priv, OP_IPC_SIZE);
}
static umf_result_t ipc_get(void *priv, const void *ptr, size_t size, void *data) {
    (void)ptr, (void)size, (void)data;
    return called(priv, OP_IPC_GET);
}
static umf_result_t ipc_put(void *priv, void *data) {
    (void)data;
    return called(priv, OP_IPC_PUT);
}
static umf_result_t ipc_open(void *priv, void *data, void **ptr) {
    (void)data, (void)ptr;
    return called(priv, OP_IPC_OPEN);
}
static umf_result_t ipc_close(void *priv, void *ptr, size_t size) {
    (void)ptr, (void)size;
    return called(priv, OP_IPC_CLOSE);
}
static umf_result_t ctl(void *priv, umf_ctl_query_source_t source, const char *name, void *arg,
                        size_t size, umf_ctl_query_type_t type, va_list args) {
    struct double_object *object = priv;
    (void)args;
    object->last_ctl = name;
    ck_assert_int_eq(source, CTL_QUERY_PROGRAMMATIC);
    ck_assert_int_eq(type, CTL_QUERY_RUNNABLE);
    ck_assert_ptr_null(arg);
    ck_assert_uint_eq(size, 0);
    return called(object, OP_CTL);
}
static umf_result_t property(void *priv, const void *ptr, umf_memory_property_id_t id,
                             void *value) {
    (void)ptr, (void)id, (void)value;
    return called(priv, OP_PROPERTY);
}
static umf_result_t property_size(void *priv, umf_memory_property_id_t id, size_t *size) {
    (void)id, (void)size;
    return called(priv, OP_PROPERTY_SIZE);
}
static umf_result_t cache_line(void *priv, size_t *size) {
    *size = 128;
    return called(priv, OP_CACHE_LINE);
}

umf_memory_provider_ops_t double_provider_ops(void) {
    return (umf_memory_provider_ops_t){
        .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
        .initialize = initialize,
        .finalize = finalize,
        .alloc = provider_alloc,
        .free = provider_free,
        .get_last_native_error = native_error,
        .get_recommended_page_size = recommended_page,
        .get_min_page_size = min_page,
        .get_name = get_name,
        .ext_purge_lazy = purge_lazy,
        .ext_purge_force = purge_force,
        .ext_allocation_merge = merge,
        .ext_allocation_split = split,
        .ext_get_ipc_handle_size = ipc_size,
        .ext_get_ipc_handle = ipc_get,
        .ext_put_ipc_handle = ipc_put,
        .ext_open_ipc_handle = ipc_open,
        .ext_close_ipc_handle = ipc_close,
        .ext_ctl = ctl,
        .ext_get_allocation_properties = property,
        .ext_get_allocation_properties_size = property_size,
        .get_cache_line_size = cache_line,
    };
}

/* ---- the pool: every block is one allocation of the provider ---- */

static umf_result_t pool_initialize(umf_memory_provider_handle_t provider, const void *params,
                                    void **priv) {
    struct double_object *object = (struct double_object *)(uintptr_t)params;
    object->given = provider;
    return initialize(params, priv);
}
static void *pool_block(struct double_object *object, enum double_op op, size_t size,
                        size_t alignment) {
    void *block = NULL;
    if (called(object, op) != UMF_RESULT_SUCCESS ||
        umfMemoryProviderAlloc(object->given, size, alignment, &block) != UMF_RESULT_SUCCESS) {
        return NULL;
    }
    return block;
}
static void *pool_malloc(void *priv, size_t size) { return pool_block(priv, OP_MALLOC, size, 0); }
static void *pool_calloc(void *priv, size_t num, size_t size) {
    return pool_block(priv, OP_CALLOC, num * size, 0);
}
static void *pool_realloc(void *priv, void *ptr, size_t size) {
    struct double_object *object = priv;
    if (ptr && size == 0) {
        (void)called(object, OP_REALLOC);
        return NULL;
    }
    return ptr ? ptr : pool_block(object, OP_REALLOC, size, 0);
}
static void *pool_aligned(void *priv, size_t size, size_t alignment) {
    return pool_block(priv, OP_ALIGNED, size, alignment);
}
static umf_result_t pool_usable(void *priv, const void *ptr, size_t *size) {
    (void)ptr;
    *size = 1;
    return called(priv, OP_USABLE);
}
static umf_result_t pool_free(void *priv, void *ptr) {
    struct double_object *object = priv;
    umf_result_t result = called(object, OP_POOL_FREE);
    return result == UMF_RESULT_SUCCESS && ptr ? umfMemoryProviderFree(object->given, ptr, 0)
                                               : result;
}
static umf_result_t last_error(void *priv) { return called(priv, OP_LAST_ERROR); }
static umf_result_t trim(void *priv, size_t keep) {
    struct double_object *object = priv;
    object->last_size = keep;
    return called(object, OP_TRIM);
}

umf_memory_pool_ops_t double_pool_ops(void) {
    return (umf_memory_pool_ops_t){
        .version = UMF_POOL_OPS_VERSION_CURRENT,
        .initialize = pool_initialize,
        .finalize = finalize,
        .malloc = pool_malloc,
        .calloc = pool_calloc,
        .realloc = pool_realloc,
        .aligned_malloc = pool_aligned,
        .malloc_usable_size = pool_usable,
        .free = pool_free,
        .get_last_allocation_error = last_error,
        .get_name = get_name,
        .ext_ctl = ctl,
        .ext_trim_memory = trim,
    };
}

void double_init(struct double_object *object, const char *name) {
    memset(object, 0, sizeof *object);
    object->name = name;
    object->memory = mmap(NULL, DOUBLE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                          -1, 0);
    ck_assert_ptr_ne(object->memory, MAP_FAILED);
}

umf_memory_provider_handle_t double_provider(struct double_object *object) {
    umf_memory_provider_ops_t ops = double_provider_ops();
    umf_memory_provider_handle_t provider = NULL;
    ck_ok(umfMemoryProviderCreate(&ops, object, &provider));
    return provider;
}

umf_memory_pool_handle_t double_pool(struct double_object *object,
                                     umf_memory_provider_handle_t provider,
                                     umf_pool_create_flags_t flags) {
    umf_memory_pool_ops_t ops = double_pool_ops();
    umf_memory_pool_handle_t pool = NULL;
    ck_ok(umfPoolCreate(&ops, provider, object, flags, &pool));
    return pool;
}
