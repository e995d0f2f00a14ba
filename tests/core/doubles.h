/*
 * doubles.h - a provider and a pool that do as a test tells them, and count.
 *
 * Both are made with a struct of their own as params; every function counts its
 * calls there and answers what the test put into `results` (SUCCESS at first).
 * The provider's memory is a slice of a buffer in the struct.
 */
#ifndef UMF_TESTS_CORE_DOUBLES_H
#define UMF_TESTS_CORE_DOUBLES_H

#include <umf/memory_pool.h>

enum double_op {
    OP_INITIALIZE,
    OP_FINALIZE,
    OP_ALLOC,
    OP_FREE,
    OP_NATIVE_ERROR,
    OP_RECOMMENDED_PAGE,
    OP_MIN_PAGE,
    OP_NAME,
    OP_PURGE_LAZY,
    OP_PURGE_FORCE,
    OP_MERGE,
    OP_SPLIT,
    OP_IPC_SIZE,
    OP_IPC_GET,
    OP_IPC_PUT,
    OP_IPC_OPEN,
    OP_IPC_CLOSE,
    OP_CTL,
    OP_PROPERTY,
    OP_PROPERTY_SIZE,
    OP_CACHE_LINE,
    /* of the pool only */
    OP_MALLOC,
    OP_CALLOC,
    OP_REALLOC,
    OP_ALIGNED,
    OP_USABLE,
    OP_POOL_FREE,
    OP_LAST_ERROR,
    OP_TRIM,
    OP_COUNT
};

#define DOUBLE_BYTES ((size_t)1 << 20)

struct double_object {
    unsigned calls[OP_COUNT];
    umf_result_t results[OP_COUNT];
    const char *name;
    const char *last_ctl; /* the path of the last ext_ctl call */
    void *next;           /* what alloc hands out next; NULL: bump through memory */
    int hands_out_null;   /* alloc succeeds with NULL */
    size_t last_size, last_alignment;
    void *last_ptr;
    size_t used;
    umf_memory_provider_handle_t given; /* the provider that a pool's initialize got */
    char *memory;                       /* DOUBLE_BYTES, page-aligned */
};

/* All of this version's functions are there. */
umf_memory_provider_ops_t double_provider_ops(void);
umf_memory_pool_ops_t double_pool_ops(void);

void double_init(struct double_object *object, const char *name);
umf_memory_provider_handle_t double_provider(struct double_object *object);
umf_memory_pool_handle_t double_pool(struct double_object *object,
                                     umf_memory_provider_handle_t provider,
                                     umf_pool_create_flags_t flags);

#endif
