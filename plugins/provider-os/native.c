/* native.c - codes 1000 to 1007 and their texts. */
#include "provider-os/native.h"

#include <umf/providers/provider_os_memory.h>

#include "base/errno_text.h"
#include "base/native_error.h"

static const char *const texts[] = {
    "success",
    "memory allocation failed",
    "allocated address is not aligned",
    "binding memory to NUMA node failed",
    "memory deallocation failed",
    "lazy purging failed",
    "force purging failed",
    "HWLOC topology discovery failed",
};

static const struct umfi_native_kind kind = {
    .first = UMF_OS_RESULT_SUCCESS,
    .texts = texts,
    .count = sizeof texts / sizeof texts[0],
};

static _Thread_local struct umfi_native_error last_error;

umf_result_t os_native_fail(const umf_plugin_host_t *host, const char *where, int32_t code,
                            int os_error) {
    host->error(where, "os: %s%s%s", texts[code - kind.first], os_error ? ": " : "",
                os_error ? umfi_errno_text(os_error) : "");
    /* the API's text of a failed allocation is without a reason */
    return umfi_native_error_set(&last_error, &kind, code,
                                 code == UMF_OS_RESULT_ERROR_ALLOC_FAILED ? 0 : os_error);
}

umf_result_t os_get_last_native_error(void *provider, const char **message, int32_t *code) {
    (void)provider;
    return umfi_native_error_get(&last_error, &kind, message, code);
}
