/*
 * shared.h - shared allocations: where in which memory file each one lies.
 *
 * Law: the chunks' address ranges [start, start + size) do not overlap, and each
 * is mapped from [offset, offset + size) of its file.
 * Threads: `lock` covers every field but host and shm_name, and is held over the
 * system calls that change what the chunks tell. Where these are cancellation
 * points, cancellation is off.
 */
#ifndef PROVIDER_OS_SHARED_H
#define PROVIDER_OS_SHARED_H

#include <stdbool.h>
#include <stddef.h>

#include <umf/plugin_sdk.h>

#include "base/mutex.h"
#include "base/tree.h"
#include "provider-os/memory_file.h"

#define OS_SHM_NAME_BYTES 256 /* "/", 253 characters, NUL */

struct os_shared {
    const umf_plugin_host_t *host;
    struct umfi_mutex lock;
    struct umfi_tree chunks;       /* struct os_chunk, by address */
    struct os_memory_file *files;  /* the newest first: one per fork that allocated */
    struct os_opened_name *opened; /* consumer's side, see ipc_name.h */
    char shm_name[OS_SHM_NAME_BYTES]; /* "/name" or "" */
};

/* Where an allocation lies in its file. */
struct os_location {
    int fd;
    bool is_named;
    size_t offset; /* bytes */
    size_t size;   /* bytes, whole pages unless it was split */
};

/* shm_name without "/"; NULL or "": an anonymous file. */
umf_result_t os_shared_init(struct os_shared *shared, const umf_plugin_host_t *host,
                            const char *shm_name);
void os_shared_fini(struct os_shared *shared);

/* Maps pages->size bytes. On MEMORY_PROVIDER_SPECIFIC the native error is set. */
umf_result_t os_shared_alloc(struct os_shared *shared, struct os_pages *pages, void **ptr);
/* Unmaps the pages of [ptr, ptr + size), whatever part of chunks they are. */
umf_result_t os_shared_free(struct os_shared *shared, void *ptr, size_t size);

/* UNKNOWN: ptr is not the start of an allocation; INVALID_ARGUMENT: it is, but
 * its size, or the neighbour's place in the file, does not fit. */
umf_result_t os_shared_split(struct os_shared *shared, void *ptr, size_t total, size_t first);
umf_result_t os_shared_merge(struct os_shared *shared, void *low, void *high, size_t total);

/* False: ptr is not the start of an allocation. */
bool os_shared_locate(struct os_shared *shared, const void *ptr, struct os_location *location);
/* Whether ptr lies in a file that this process made, so that dropping its pages
 * takes nothing from the process it was forked from. */
bool os_shared_is_own(struct os_shared *shared, const void *ptr);
/* Whether a descriptor is that of one of the files. */
bool os_shared_owns_fd(struct os_shared *shared, int fd);

#endif
