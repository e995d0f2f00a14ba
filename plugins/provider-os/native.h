/* native.h - the OS provider's native errors, one per thread. */
#ifndef PROVIDER_OS_NATIVE_H
#define PROVIDER_OS_NATIVE_H

#include <stdint.h>

#include <umf/plugin_sdk.h>

/* Remembers an umf_os_memory_provider_native_error and an errno (0: none) for
 * this thread, and reports them as an error of `where`; the answer is what the
 * operation returns. */
umf_result_t os_native_fail(const umf_plugin_host_t *host, const char *where, int32_t code,
                            int os_error);

umf_result_t os_get_last_native_error(void *provider, const char **message, int32_t *code);

#endif
