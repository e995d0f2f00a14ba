/*
 * pool.h - what a memory pool handle points at.
 *
 * Law of the data path: a call is a test for NULL and a tail call through one
 * pointer of the handle's first cache lines. `call` holds the functions of the
 * pool's own ops where its plugin counts its live blocks itself, and functions
 * that count around foreign ops otherwise (call_priv is then the pool). After
 * the last umfTearDown all of them refuse.
 */
#ifndef UMFI_CORE_POOL_H
#define UMFI_CORE_POOL_H

#include <stdatomic.h>
#include <umf/memory_pool.h>

#include "core/objects.h"
#include "core/tracking.h"

/* The entry points of the data path, chosen for each pool. */
struct umfi_pool_calls {
    void *(*_Atomic malloc)(void *priv, size_t size);
    umf_result_t (*_Atomic free)(void *priv, void *ptr);
    void *(*_Atomic aligned_malloc)(void *priv, size_t size, size_t alignment);
    void *(*_Atomic calloc)(void *priv, size_t num, size_t size);
    void *(*_Atomic realloc)(void *priv, void *ptr, size_t size);
};

struct umf_memory_pool_t {
    struct umfi_pool_calls call;
    void *call_priv;

    const umf_memory_pool_ops_t *_Atomic ops; /* &own, or the refusals */
    void *priv;
    umf_memory_provider_handle_t provider; /* as the user gave it */
    void *_Atomic tag;
    umf_pool_create_flags_t flags;
    atomic_size_t counted_blocks; /* live blocks of foreign ops */
    struct umfi_object object;
    struct umfi_tracking tracking;
    bool is_tracking; /* has a stand-in */
    umf_memory_pool_ops_t own;
};

/* pool_calls.c: fills call and call_priv. */
void umfi_pool_calls_choose(struct umf_memory_pool_t *pool);
void umfi_pool_calls_refuse(struct umf_memory_pool_t *pool);
extern const umf_memory_pool_ops_t umfi_pool_refusals;

/* pool_ops.c: a user's table made whole. */
umf_result_t umfi_pool_ops_adopt(const umf_memory_pool_ops_t *ops, umf_memory_pool_ops_t *whole);

/* Blocks handed out and not freed (CTL stats.alloc_count). */
umf_result_t umfi_pool_live_blocks(struct umf_memory_pool_t *pool, size_t *count);

#endif
