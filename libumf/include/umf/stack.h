/*
 * umf/stack.h - a pool and its provider from one line of text.
 *
 *     disjoint(capacity=16) @ os(protection=read|write)
 *
 * Read right to left: the provider feeds the adaptors, they feed the pool.
 * Without a pool ("os(visibility=shared)") it is a provider only.
 *
 * A name alone ("scratch") is a stack that a manifest of kind stack describes.
 */
#ifndef UMF_STACK_H
#define UMF_STACK_H 1

#include <umf/base.h>
#include <umf/memory_pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The pool owns everything below it: umfPoolDestroy() takes the whole stack.
 * INVALID_ARGUMENT: NULL, a syntax error, an unknown name; the message points
 * at the column. Else what making the parts returned; nothing is left behind. */
umf_result_t umfStackCreate(const char *spec, umf_memory_pool_handle_t *pool);

/* The same for a stack without a pool. */
umf_result_t umfStackCreateProvider(const char *spec, umf_memory_provider_handle_t *provider);

#ifdef __cplusplus
}
#endif
#endif
