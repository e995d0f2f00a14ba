/* os-support.c - OS providers for tests (os-support.h). */
#include "plugins/os-support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"

umf_memory_provider_handle_t os_made(const struct os_setup *setup) {
    umf_os_memory_provider_params_handle_t params = NULL;
    umf_memory_provider_handle_t provider = NULL;
    ck_ok(umfOsMemoryProviderParamsCreate(&params));
    if (setup->visibility) {
        ck_ok(umfOsMemoryProviderParamsSetVisibility(params, (umf_memory_visibility_t)setup->visibility));
    }
    if (setup->has_protection) {
        ck_ok(umfOsMemoryProviderParamsSetProtection(params, setup->protection));
    }
    if (setup->name) {
        ck_ok(umfOsMemoryProviderParamsSetName(params, setup->name));
    }
    ck_ok(umfOsMemoryProviderParamsSetShmName(params, setup->shm_name));
    ck_ok(umfMemoryProviderCreate(umfOsMemoryProviderOps(), params, &provider));
    ck_ok(umfOsMemoryProviderParamsDestroy(params));
    return provider;
}

int32_t os_native_code(umf_memory_provider_handle_t provider) {
    const char *message = NULL;
    int32_t code = -1;
    ck_ok(umfMemoryProviderGetLastNativeError(provider, &message, &code));
    return code;
}

const char *os_native_text(umf_memory_provider_handle_t provider) {
    const char *message = NULL;
    int32_t code = -1;
    ck_ok(umfMemoryProviderGetLastNativeError(provider, &message, &code));
    return message;
}

struct os_ipc_data os_handle_of(umf_memory_provider_handle_t provider, void *block, size_t size) {
    char bytes[512];
    struct os_ipc_data data;
    ck_ok(umfMemoryProviderGetIPCHandle(provider, block, size, bytes));
    memcpy(&data, bytes, sizeof data);
    return data;
}

size_t os_page(void) { return (size_t)sysconf(_SC_PAGESIZE); }

const char *os_object(const char *stem) {
    static char names[2][64];
    static unsigned calls;
    char *name = names[calls++ % 2];
    snprintf(name, sizeof names[0], "/umf-%s-%d", stem, (int)getpid());
    return name;
}
