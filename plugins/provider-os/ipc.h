/*
 * ipc.h - the IPC operations of shared OS memory.
 *
 * A handle is a struct os_ipc_data with the object's name behind it, byte for
 * byte the same in both processes. It is read and written with memcpy: callers
 * keep it at any address. What it says is checked as far as it can be; a forged
 * one maps, at worst, another part of a file that the opener may open.
 */
#ifndef PROVIDER_OS_IPC_H
#define PROVIDER_OS_IPC_H

#include <stddef.h>
#include <stdint.h>

#include <umf/base.h>

struct os_ipc_data {
    int32_t pid; /* of the producer */
    int32_t fd;  /* in the producer */
    uint64_t offset;
    uint64_t size;       /* bytes */
    uint32_t protection; /* UMF_PROTECTION_ flags */
    uint32_t visibility;
    uint64_t name_length; /* of "/name"; 0: by descriptor. NUL follows the name */
};
_Static_assert(sizeof(struct os_ipc_data) == 40, "41 bytes with an empty name");

umf_result_t os_get_ipc_handle_size(void *provider, size_t *size);
umf_result_t os_get_ipc_handle(void *provider, const void *ptr, size_t size, void *data);
umf_result_t os_put_ipc_handle(void *provider, void *data);
umf_result_t os_open_ipc_handle(void *provider, void *data, void **ptr);
umf_result_t os_close_ipc_handle(void *provider, void *ptr, size_t size);

#endif
