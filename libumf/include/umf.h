/*
 * umf.h - unified memory framework: memory pools built from parts.
 *
 * A memory provider hands out coarse memory from one source, a pool allocator
 * cuts it into blocks, a memory pool is the two together. See umf/plugin.h for
 * making both by name.
 */
#ifndef UMF_H
#define UMF_H 1

#include <umf/base.h>
#include <umf/memory_pool.h>
#include <umf/memory_provider.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Loading the library initialises it and exiting needs no call; these two are
 * for programs that want the library's memory and handles to end at a time of
 * their own. umfInit adds a reference, umfTearDown drops one (never below zero).
 * At the last one every pool, provider and parameter set becomes invalid: calls
 * on them are refused from then on, also after a new umfInit.
 * umfInit: SUCCESS, or UNKNOWN where the library cannot be set up.
 * umfTearDown: SUCCESS. */
umf_result_t umfInit(void);
umf_result_t umfTearDown(void);

/* UMF_VERSION_CURRENT of the library in use. */
int umfGetCurrentVersion(void);

#ifdef __cplusplus
}
#endif
#endif
