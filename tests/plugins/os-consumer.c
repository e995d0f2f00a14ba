/*
 * os-consumer.c - the other process of provider-os-test's IPC cases.
 *
 * Reads requests from standard input, each a struct request with the handle's
 * bytes behind it, opens the handle with a provider of its own, checks the
 * producer's byte, writes its own, closes, and answers with the result.
 */
#include "plugins/os-consumer.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <umf/providers/provider_os_memory.h>

static bool read_whole(void *to, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t part = read(STDIN_FILENO, (char *)to + done, size - done);
        if (part <= 0) {
            return false;
        }
        done += (size_t)part;
    }
    return true;
}

static int32_t serve(umf_memory_provider_handle_t provider, const struct os_consumer_request *request,
                     char *handle) {
    unsigned char *memory = NULL;
    umf_result_t result = umfMemoryProviderOpenIPCHandle(provider, handle, (void **)&memory);
    if (result) {
        return (int32_t)result;
    }
    for (size_t i = 0; i < request->size; i++) {
        if (memory[i] != request->expected) {
            return OS_CONSUMER_OTHER_BYTES;
        }
    }
    memset(memory, request->reply, request->size);
    return (int32_t)umfMemoryProviderCloseIPCHandle(provider, memory, request->size);
}

int main(void) {
    struct os_consumer_request request;
    static char handle[4096];
    umf_os_memory_provider_params_handle_t params;
    umf_memory_provider_handle_t provider;
    if (umfOsMemoryProviderParamsCreate(&params) ||
        umfOsMemoryProviderParamsSetVisibility(params, UMF_MEM_MAP_SHARED) ||
        umfMemoryProviderCreate(umfOsMemoryProviderOps(), params, &provider)) {
        return 1;
    }
    umfOsMemoryProviderParamsDestroy(params);
    while (read_whole(&request, sizeof request) && request.handle_bytes <= sizeof handle &&
           read_whole(handle, request.handle_bytes)) {
        int32_t answer = serve(provider, &request, handle);
        if (write(STDOUT_FILENO, &answer, sizeof answer) != sizeof answer) {
            return 2;
        }
    }
    return umfMemoryProviderDestroy(provider) ? 3 : 0;
}
