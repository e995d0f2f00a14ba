/*
 * umf/pools/pool_proxy.h - a pool that hands every request to its provider.
 *
 * Each block is one allocation of the provider's, with the size and alignment
 * asked for. There are no parameters. calloc, realloc, usable size and trim are
 * NOT_SUPPORTED; free wants the exact start of a block.
 */
#ifndef UMF_POOL_PROXY_H
#define UMF_POOL_PROXY_H 1

#include <umf/memory_pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The functions for umfPoolCreate, whose params are ignored; NULL where the
 * plugin cannot be loaded: umfGetLastErrorMessage() says why. */
const umf_memory_pool_ops_t *umfProxyPoolOps(void);

#ifdef __cplusplus
}
#endif
#endif
