/*
 * umf/plugin_sdk.h - everything the author of a plugin needs.
 *
 * A plugin is a shared object that exports one function, umf_plugin_query. It
 * answers with a descriptor: what it is, and the pools and providers
 * ("components") it offers. In return it is given a table of host functions; a
 * plugin never links libumf.
 *
 * Rules:
 *  - query opens no library, starts no thread and keeps no pointer to the host:
 *    two libumf in one process may share a module. It may be asked more than once,
 *    and by threads side by side; each host calls a component's start once. Every handle that a host
 *    gives to a plugin (a parameter set, a provider) begins with a pointer to
 *    that host's table: umf_plugin_host_of() reads it.
 *  - Structures only grow at their end. `size` is the writer's sizeof; a reader
 *    looks at no byte beyond it and takes an absent function for "not
 *    supported".
 *  - Memory and strings never cross allocators: who allocated frees.
 *  - A module is never unloaded, and nothing may run at process exit.
 *
 * Until packages are released the plugin ABI is 0.N, and any N may break.
 *
 * Built with
 *     cc -fPIC -shared -fvisibility=hidden -Wl,-z,now -Wl,-z,nodelete \
 *         $(pkg-config --cflags libumf) mine.c -o umf-provider-mine.so
 * it goes into $(pkg-config --variable=plugindir libumf), beside a manifest whose
 * name must be two digits, a dash, anything in lower case, and .yaml:
 *     # 60-provider-mine.yaml
 *     schema: 1
 *     kind: provider                # or pool
 *     name: mine                    # the component's
 *     module: umf-provider-mine.so
 *     abi: {major: 0, minor: 1}     # what it was built against
 *     description: one line         # optional
 *     params: {limit: 8KiB}         # optional: other defaults than the table's
 * doc/vendor.md leads through all of it, from the source to a package.
 *
 * initialize: the functions of umf/memory_provider_ops.h or memory_pool_ops.h
 * that do not begin with ext_ must all be there. By name, params is never NULL
 * where the component has a parameter table; a program that calls
 * umfMemoryProviderCreate itself may pass NULL: answer INVALID_ARGUMENT. A pool
 * finds its host through the provider handle.
 */
#ifndef UMF_PLUGIN_SDK_H
#define UMF_PLUGIN_SDK_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <umf/base.h>
#include <umf/memory_pool_ops.h>
#include <umf/memory_provider_ops.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UMF_PLUGIN_ABI_MAJOR 0
#define UMF_PLUGIN_ABI_MINOR 1
#define UMF_PLUGIN_MAGIC UINT32_C(0x50464d55) /* "UMFP" in little-endian bytes */

typedef enum umf_plugin_kind_t {
    UMF_PLUGIN_KIND_POOL = 1,
    UMF_PLUGIN_KIND_PROVIDER = 2,
    UMF_PLUGIN_KIND_MEMTARGET = 3,
} umf_plugin_kind_t;

/* ---- Parameters ------------------------------------------------------- */

/* A parameter's type, and the C type of its field in the plugin's own
 * configuration structure. */
typedef enum umf_param_type_t {
    UMF_PARAM_BOOL = 1,    /* bool */
    UMF_PARAM_INT = 2,     /* int */
    UMF_PARAM_SIZE = 3,    /* size_t; as text also 64KiB, 2MiB, 1GiB */
    UMF_PARAM_ENUM = 4,    /* unsigned; as text one of `words` */
    UMF_PARAM_FLAGS = 5,   /* unsigned; as text `words` joined by '|' */
    UMF_PARAM_STRING = 6,  /* const char *, NULL when unset */
    UMF_PARAM_POINTER = 7, /* void *; cannot be given as text */
    UMF_PARAM_LIST = 8,    /* umf_param_list_t; as text 0,2 or 3:1,5:0 */
} umf_param_type_t;

typedef enum umf_param_phase_t {
    UMF_PARAM_PHASE_CREATE = 1,  /* fixed once the object is made */
    UMF_PARAM_PHASE_RUNTIME = 2, /* may be changed in a live object */
} umf_param_phase_t;

/* One word of an ENUM or FLAGS parameter; a table of them ends with {NULL, 0}. */
typedef struct umf_param_word_t {
    const char *word;
    unsigned value;
} umf_param_word_t;

/* `count` items of `arity` numbers each, one after the other. */
typedef struct umf_param_list_t {
    const unsigned *numbers;
    size_t count;
} umf_param_list_t;

typedef struct umf_param_row_t {
    uint32_t size; /* sizeof(umf_param_row_t) */
    umf_param_type_t type;
    umf_param_phase_t phase;
    uint32_t arity;           /* LIST: numbers in an item; else 0 */
    size_t offset;            /* of the field in the configuration structure */
    const char *name;         /* [a-z][a-z0-9_]* */
    const char *default_text; /* read as a user's text would be; NULL: 0, NULL, empty */
    uint64_t min, max;        /* INT (as int64_t) and SIZE, inclusive */
    const umf_param_word_t *words;
    const char *help; /* one line, no full stop */
} umf_param_row_t;

typedef struct umf_param_table_t {
    uint32_t size; /* sizeof(umf_param_table_t) */
    umf_plugin_kind_t kind;
    const char *name;   /* the component's */
    size_t config_size; /* sizeof of the configuration structure */
    const umf_param_row_t *const *rows;
    size_t row_count;
} umf_param_table_t;

/* ---- Host ------------------------------------------------------------- */

typedef enum umf_plugin_log_level_t {
    UMF_PLUGIN_LOG_DEBUG = 0,
    UMF_PLUGIN_LOG_INFO = 1,
    UMF_PLUGIN_LOG_WARNING = 2,
    UMF_PLUGIN_LOG_ERROR = 3,
} umf_plugin_log_level_t;

/* A copy of what the address map knows of one registered region. */
typedef struct umf_plugin_region_t {
    void *base;
    size_t size;     /* bytes */
    uintptr_t word;  /* the pool's own, given to provider_alloc */
} umf_plugin_region_t;

/* The table of host functions, append-only. All may be called from any thread.
 * `provider` is the handle that the pool's initialize was given. Each provider
 * call returns what umfMemoryProvider... of the same name would. */
typedef struct umf_plugin_host_t {
    uint32_t size; /* sizeof(umf_plugin_host_t) of the host */
    uint16_t abi_major, abi_minor;

    /* A record in the log; `where` is a function's name. */
    void (*log)(umf_plugin_log_level_t level, const char *where, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
    /* The reason for the error code about to be returned, for the user's
     * umfGetLastErrorMessage(), and a record of level error. Name the thing and
     * the remedy: "os: numa_list needs numa_mode=bind, got default". */
    void (*error)(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));

    /* Zeroed memory aligned to 16 that never comes from malloc, or NULL. A
     * plugin that serves malloc itself must take its books from here. `size` of
     * meta_free is the size asked for. */
    void *(*meta_alloc)(size_t size);
    void (*meta_free)(void *ptr, size_t size);

    /* Fills the configuration structure of `table` from, in rising precedence:
     * defaults, manifest, the parameter set (NULL: none), configuration.
     * Strings and lists stay owned by the set: copy what is kept after
     * initialize. INVALID_ARGUMENT: a value is of the wrong type or out of
     * range; NOT_SUPPORTED: the set has a name that the table lacks. Either is
     * named in the error message. */
    umf_result_t (*effective_params)(const void *params, const umf_param_table_t *table,
                                     void *config);

    /* Memory for a pool, entered in the address map together with `word`. */
    umf_result_t (*provider_alloc)(umf_memory_provider_handle_t provider, size_t size,
                                   size_t alignment, uintptr_t word, void **ptr);
    /* Whole regions only. On failure the region is still registered. */
    umf_result_t (*provider_free)(umf_memory_provider_handle_t provider, void *ptr, size_t size);
    umf_result_t (*provider_get_min_page_size)(umf_memory_provider_handle_t provider,
                                               const void *ptr, size_t *size);
    umf_result_t (*provider_get_recommended_page_size)(umf_memory_provider_handle_t provider,
                                                       size_t hint, size_t *size);
    umf_result_t (*provider_get_cache_line_size)(umf_memory_provider_handle_t provider,
                                                 size_t *size);
    umf_result_t (*provider_get_name)(umf_memory_provider_handle_t provider, const char **name);
    umf_result_t (*provider_purge_lazy)(umf_memory_provider_handle_t provider, void *ptr,
                                        size_t size);
    umf_result_t (*provider_purge_force)(umf_memory_provider_handle_t provider, void *ptr,
                                         size_t size);
    umf_result_t (*provider_split)(umf_memory_provider_handle_t provider, void *ptr,
                                   size_t total_size, size_t first_size);
    umf_result_t (*provider_merge)(umf_memory_provider_handle_t provider, void *low, void *high,
                                   size_t total_size);

    /* The pool's own region that holds `ptr`: the innermost one obtained
     * through this provider handle, even where another pool is nested in it.
     * Lock-free. INVALID_ARGUMENT (and *region untouched) when there is none. */
    umf_result_t (*region_of)(umf_memory_provider_handle_t provider, const void *ptr,
                              umf_plugin_region_t *region);

    /* Rises by one in every child of fork. */
    uint64_t (*fork_generation)(void);

    /* Further services by name, or NULL. */
    const void *(*get_interface)(const char *name, uint32_t version);

    /* Whether the provider's memory can be mapped by other processes, and is
     * then one with a child of fork: a pool must not hand out in the child what
     * it also hands out in the parent. */
    bool (*provider_is_shared)(umf_memory_provider_handle_t provider);
} umf_plugin_host_t;

/* The host behind a handle (a parameter set or a provider) it has given out. */
static inline const umf_plugin_host_t *umf_plugin_host_of(const void *handle) {
    return *(const umf_plugin_host_t *const *)handle;
}

/* ---- Descriptor ------------------------------------------------------- */

/* The calls of one pool that are made most, with `priv` from initialize. */
typedef struct umf_plugin_data_path_t {
    void *(*malloc)(void *priv, size_t size);
    umf_result_t (*free)(void *priv, void *ptr);
} umf_plugin_data_path_t;

/* The handle-independent calls of a pool or provider beyond its ops table. */
typedef struct umf_plugin_component_t {
    uint32_t size; /* sizeof(umf_plugin_component_t) */
    umf_plugin_kind_t kind;
    const char *name;     /* [a-z][a-z0-9_-]{0,31}, equal to the manifest's */
    const void *ops;      /* umf_memory_pool_ops_t or umf_memory_provider_ops_t */
    uint32_t ops_size;    /* sizeof of that structure */
    uint32_t ops_version; /* its first field */
    const umf_param_table_t *params; /* may be NULL: takes none */
    bool takes_upstream;             /* an adaptor: parameters `upstream`, `own_upstream` */

    /* Everything below is optional. */
    /* Once per process before the first object; called again, it answers the
     * same. Opens no module of libumf. */
    umf_result_t (*start)(const umf_plugin_host_t *host);
    /* fork: called for each live object (`priv` from initialize) before, and
     * after on both sides. A component whose objects have locks must take them
     * in prefork. They allocate nothing. */
    void (*prefork)(void *priv);
    void (*postfork_parent)(void *priv);
    void (*postfork_child)(void *priv);
    /* Pools: blocks handed out and not freed, for stats.alloc_count. A pool
     * with it is not counted by the core, which keeps the data path short. */
    umf_result_t (*live_blocks)(void *priv, size_t *count);
    /* Typed calls that are neither ops nor setters. */
    const void *(*get_interface)(const char *name, uint32_t version);
    /* Whether it could work here (a device, a driver); run in a child process. */
    umf_result_t (*probe)(const umf_plugin_host_t *host);
    /* Providers: what it hands out is of no use in a child of fork (a device, a
     * driver's context). There each call on such a provider is refused by the host,
     * E_FORKED, and reaches no function of the plugin. */
    bool is_process_bound;
    /* Pools with live_blocks: what malloc and free of this very pool are, asked once
     * it is made, so that what it was set to costs no test at each call. `path` comes
     * filled from the pool's ops. */
    void (*data_path)(void *priv, umf_plugin_data_path_t *path);
} umf_plugin_component_t;

typedef struct umf_plugin_desc_t {
    uint32_t magic; /* UMF_PLUGIN_MAGIC */
    uint32_t size;  /* sizeof(umf_plugin_desc_t) */
    uint16_t abi_major, abi_minor; /* what it was built against */
    uint16_t host_minor_needed;    /* the least host minor it can work with */
    uint16_t reserved;             /* 0 */
    uint64_t flags;                /* none defined; a host refuses those it does not know */
    const char *name;              /* of the plugin, for messages */
    const char *version;
    const char *vendor;
    const umf_plugin_component_t *const *components;
    size_t component_count;
} umf_plugin_desc_t;

/* The entry of every module. `host` is for reading its size and ABI only. */
typedef umf_result_t (*umf_plugin_query_fn)(const umf_plugin_host_t *host,
                                            const umf_plugin_desc_t **out);

#define UMF_PLUGIN_QUERY_NAME "umf_plugin_query"

/* Defines the entry: UMF_PLUGIN_ENTRY(umf_pool_mine, my_desc). The first word is
 * the module's file name with underscores; in a static build it makes the entry's
 * name unique, as libltdl's preloading wants. UMF_PLUGIN_PRELOADED says that it is
 * one where the compiler does not: a static library may well be made with -fPIC. */
#if !defined(UMF_PLUGIN_PRELOADED) && (defined(PIC) || (defined(__PIC__) && !defined(__PIE__)))
#define UMF_PLUGIN_ENTRY(module, desc) UMF_PLUGIN_DEFINE_QUERY(umf_plugin_query, desc)
#else
#define UMF_PLUGIN_ENTRY(module, desc) \
    UMF_PLUGIN_DEFINE_QUERY(module##_LTX_umf_plugin_query, desc)
#endif
#ifdef __cplusplus
#define UMF_PLUGIN_EXTERN_C extern "C"
#else
#define UMF_PLUGIN_EXTERN_C
#endif
#define UMF_PLUGIN_DEFINE_QUERY(function, desc)                                               \
    UMF_PLUGIN_EXTERN_C __attribute__((visibility("default"))) umf_result_t function(         \
        const umf_plugin_host_t *host, const umf_plugin_desc_t **out);                        \
    UMF_PLUGIN_EXTERN_C __attribute__((visibility("default"))) umf_result_t function(         \
        const umf_plugin_host_t *host, const umf_plugin_desc_t **out) {                       \
        (void)host;                                                                           \
        *out = &(desc);                                                                       \
        return UMF_RESULT_SUCCESS;                                                            \
    }

#ifdef __cplusplus
}
#endif
#endif
