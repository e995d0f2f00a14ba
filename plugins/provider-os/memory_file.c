/*
 * memory_file.c - memfd_create, shm_open, ftruncate, and the limits that would be
 * signals (memory_file.h).
 *
 * The descriptor is a memfd, which UMF_MEM_FD_FUNC=memfd_create asks for too, so
 * the variable is not looked at. A secret-memory descriptor (memfd_secret) cannot
 * grow and is locked memory; it wants a parameter of its own.
 */
#include "provider-os/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/errno_text.h"
#include "base/page.h"

static int file_open(const umf_plugin_host_t *host, const char *where, const char *name) {
    int fd;
    if (name[0]) {
        (void)shm_unlink(name); /* a leftover of that name */
        fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    } else {
        fd = memfd_create("umf", MFD_CLOEXEC);
    }
    if (fd < 0) {
        host->error(where, "os: cannot make %s%s: %s",
                    name[0] ? "shared memory object " : "a memory file", name,
                    umfi_errno_text(errno));
    }
    return fd;
}

/* Whether it is done; if not, errno says why. Over the process's limit on file
 * sizes, ftruncate would raise SIGXFSZ, which ends the process. */
static bool file_resize(int fd, size_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        bytes > limit.rlim_cur) {
        errno = EFBIG;
        return false;
    }
    return ftruncate(fd, (off_t)bytes) == 0;
}

/* Whether the file system of a named object can hold `more` bytes beside those
 * that the file has promised; a page too much would be SIGBUS at its first use.
 * To reserve them with fallocate would clear every page here and now, on this
 * thread's NUMA node, of slabs that may never be used. */
static bool file_has_room(const struct os_memory_file *file, size_t more) {
    struct statvfs room;
    struct stat held;
    size_t promised;
    if (!file->is_named || fstatvfs(file->fd, &room) != 0 || room.f_blocks == 0 ||
        fstat(file->fd, &held) != 0) {
        return true; /* no limit, or none that is known */
    }
    return umfi_add_size(file->live_bytes, more, &promised) &&
           promised <= (size_t)held.st_blocks * 512 + (size_t)room.f_bavail * room.f_frsize;
}

umf_result_t os_memory_file_create(const umf_plugin_host_t *host, const char *where,
                                   const char *name, struct os_memory_file **out) {
    struct os_memory_file *file = host->meta_alloc(sizeof *file);
    umf_result_t result = UMF_RESULT_ERROR_UNKNOWN;
    if (!file) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    file->fd = file_open(host, where, name);
    if (file->fd < 0) {
        goto free_file;
    }
    /* A page at once: who may not resize learns it here. */
    file->file_bytes = umfi_page_bytes();
    file->is_named = name[0] != '\0';
    file->generation = host->fork_generation();
    if (!file_resize(file->fd, file->file_bytes)) {
        host->error(where, "os: cannot resize a memory file: %s", umfi_errno_text(errno));
        result = UMF_RESULT_ERROR_INVALID_ARGUMENT;
        goto close_file;
    }
    *out = file;
    return UMF_RESULT_SUCCESS;
close_file:
    close(file->fd);
    if (name[0]) {
        (void)shm_unlink(name);
    }
free_file:
    host->meta_free(file, sizeof *file);
    return result;
}

/* The name may have been removed by a consumer and taken by a stranger since. */
static void name_remove(int fd, const char *name) {
    struct stat ours, named;
    int other = shm_open(name, O_RDONLY, 0);
    if (other < 0) {
        return;
    }
    if (fstat(fd, &ours) == 0 && fstat(other, &named) == 0 && ours.st_dev == named.st_dev &&
        ours.st_ino == named.st_ino) {
        (void)shm_unlink(name);
    }
    close(other);
}

void os_memory_file_destroy(const umf_plugin_host_t *host, struct os_memory_file *file,
                            const char *name) {
    if (file->is_named && file->generation == host->fork_generation()) {
        name_remove(file->fd, name);
    }
    close(file->fd);
    host->meta_free(file, sizeof *file);
}

void *os_memory_file_map(struct os_memory_file *file, struct os_pages *pages) {
    size_t end;
    if (!umfi_add_size(file->used_bytes, pages->size, &end) || end > (size_t)INT64_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    if (!file_has_room(file, pages->size)) {
        errno = ENOSPC;
        return NULL;
    }
    if (end > file->file_bytes && !file_resize(file->fd, end)) {
        return NULL;
    }
    pages->fd = file->fd;
    pages->offset = (off_t)file->used_bytes;
    void *start = os_pages_map(pages);
    if (start) {
        file->used_bytes = end;
        file->live_bytes += pages->size;
        file->file_bytes = end > file->file_bytes ? end : file->file_bytes;
    } else if (end > file->file_bytes) {
        int error = errno;
        if (ftruncate(file->fd, (off_t)file->file_bytes) != 0) {
            file->file_bytes = end; /* stays large: sparse, so it costs nothing */
        }
        errno = error;
    }
    return start;
}

void os_memory_file_punch(struct os_memory_file *file, size_t offset, size_t size) {
    file->live_bytes -= size;
    /* where it cannot be, the pages stay until the descriptor is closed */
    (void)fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                    (off_t)size);
}
