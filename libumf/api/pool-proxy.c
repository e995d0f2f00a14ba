/* pool-proxy.c - the typed entry point of the proxy pool. */
#include <umf/plugin.h>
#include <umf/pools/pool_proxy.h>

const umf_memory_pool_ops_t *umfProxyPoolOps(void) { return umfPluginPoolOps("proxy"); }
