/*
 * memory_file.h - the file behind shared memory: an anonymous descriptor, or a
 * named POSIX shared memory object.
 *
 * Offsets are consumed upwards and never used again, so that a handle to freed
 * memory cannot reach another allocation; the pages of freed ranges go back to
 * the system. A file grows with its allocations. After a fork two processes
 * would consume the same offsets, so only the process that made a file grows or
 * trims it; the child makes one of its own.
 *
 * Law: live_bytes <= used_bytes <= file_bytes = the file's size, all multiples of the page.
 * Threads: none of its own; the lock of struct os_shared covers it.
 */
#ifndef PROVIDER_OS_MEMORY_FILE_H
#define PROVIDER_OS_MEMORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <umf/plugin_sdk.h>

#include "provider-os/pages.h"

struct os_memory_file {
    struct os_memory_file *next; /* older */
    int fd;
    bool is_named;
    uint64_t generation; /* of forks, when it was made */
    size_t used_bytes;   /* offsets below have been consumed */
    size_t live_bytes; /* mapped, and not punched since */
    size_t file_bytes;
};

/* where: the function that errors are told of.
 * name: "/x" for a named object, which replaces one of that name; "": anonymous.
 * OUT_OF_HOST_MEMORY, UNKNOWN (cannot be made), INVALID_ARGUMENT (cannot be
 * resized). */
umf_result_t os_memory_file_create(const umf_plugin_host_t *host, const char *where,
                                   const char *name, struct os_memory_file **file);
/* Closes the descriptor, and removes `name` if it is still this file's and this
 * process made it. Mappings stay. */
void os_memory_file_destroy(const umf_plugin_host_t *host, struct os_memory_file *file,
                            const char *name);

/* Maps pages->size bytes of fresh offsets; fills in pages->fd and offset. NULL,
 * with errno and nothing consumed, where that fails: EFBIG over the process's limit
 * on file sizes, ENOSPC over the room of a named object's file system. */
void *os_memory_file_map(struct os_memory_file *file, struct os_pages *pages);

/* Gives the pages of a range back. Others who map them read zeros. */
void os_memory_file_punch(struct os_memory_file *file, size_t offset, size_t size);

#endif
