/* os-support.h - what the tests of the OS provider share. */
#ifndef UMF_TESTS_OS_SUPPORT_H
#define UMF_TESTS_OS_SUPPORT_H

#include <stdbool.h>
#include <umf/providers/provider_os_memory.h>

#include "conformance/provider.h"
#include "provider-os/ipc.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT
#define NSUP UMF_RESULT_ERROR_NOT_SUPPORTED
#define UNK UMF_RESULT_ERROR_UNKNOWN
#define SPECIFIC UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC
#define os_stat provider_stat

/* Fields left at 0 keep their defaults. */
struct os_setup {
    unsigned visibility;
    bool has_protection;
    unsigned protection;
    const char *shm_name;
    const char *name;
};

umf_memory_provider_handle_t os_made(const struct os_setup *setup);
/* Of the calling thread; the text is compared before the next failure. */
int32_t os_native_code(umf_memory_provider_handle_t provider);
const char *os_native_text(umf_memory_provider_handle_t provider);
/* The head of an allocation's handle. */
struct os_ipc_data os_handle_of(umf_memory_provider_handle_t provider, void *block, size_t size);
size_t os_page(void);
/* "/umf-<stem>-<pid>", its shm_name being behind the slash: test programs of
 * several build trees may run at once. Two calls at a time stay valid. */
const char *os_object(const char *stem);

#endif
