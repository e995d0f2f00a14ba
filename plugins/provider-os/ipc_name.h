/*
 * ipc_name.h - shared memory objects that this provider opened by name.
 *
 * The first who opens an object removes its name (API). The descriptor is kept,
 * so that the same provider can map further allocations of the object, as long as
 * the producer's descriptor is seen to be of the same object; a later process
 * cannot.
 * Threads: the lock of struct os_shared covers the list.
 */
#ifndef PROVIDER_OS_IPC_NAME_H
#define PROVIDER_OS_IPC_NAME_H

#include <umf/plugin_sdk.h>

/* An object as a handle tells of it. */
struct os_object_id {
    int pid, fd; /* the producer's */
    const char *name;
};

struct os_opened_name;

/* A descriptor of the object, for the caller to close. UNKNOWN: it cannot be
 * opened; OUT_OF_HOST_MEMORY. */
umf_result_t os_opened_name_get(const umf_plugin_host_t *host, struct os_opened_name **list,
                                const struct os_object_id *id, int *fd);
void os_opened_names_close(const umf_plugin_host_t *host, struct os_opened_name *list);

#endif
