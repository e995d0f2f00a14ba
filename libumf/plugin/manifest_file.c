/* manifest_file.c - reads one manifest from its one descriptor (manifest_file.h). */
#include "plugin/manifest_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/errno_text.h"
#include "core/meta.h"
#include "plugin/manifest_yaml.h"

static bool cannot_read(struct umfi_refusal *refusal, const char *path, const char *reason) {
    return umfi_refuse(refusal, UMFI_E_ACCESS, "cannot read %s: %s", path, reason);
}

static bool errno_refuse(struct umfi_refusal *refusal, const char *path) {
    return cannot_read(refusal, path, umfi_errno_text(errno));
}

bool umfi_is_null_device(const struct stat *status) {
    return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

static bool bytes_read(struct umfi_manifest_file *file, int fd, const char *path,
                       struct umfi_refusal *refusal) {
    while (file->size < file->capacity) {
        ssize_t got = read(fd, file->bytes + file->size, file->capacity - file->size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errno_refuse(refusal, path);
        }
        if (got == 0) {
            break;
        }
        file->size += (size_t)got;
    }
    return true;
}

static bool open_file_read(struct umfi_manifest_file *file, int fd, const char *path,
                           struct umfi_refusal *refusal) {
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return errno_refuse(refusal, path);
    }
    file->device = status.st_dev;
    file->inode = status.st_ino;
    file->is_mask = umfi_is_null_device(&status) || (S_ISREG(status.st_mode) && status.st_size == 0);
    if (file->is_mask) {
        return true;
    }
    if (!S_ISREG(status.st_mode)) {
        return cannot_read(refusal, path, "not a regular file");
    }
    size_t wanted = (size_t)status.st_size;
    file->capacity = (wanted < UMFI_YAML_BYTES_MAX ? wanted : UMFI_YAML_BYTES_MAX) + 1;
    file->bytes = umfi_meta_alloc(file->capacity);
    return file->bytes ? bytes_read(file, fd, path, refusal) : umfi_refuse_no_memory(refusal);
}

bool umfi_manifest_file_read(struct umfi_manifest_file *file, const char *path,
                             struct umfi_refusal *refusal) {
    *file = (struct umfi_manifest_file){.is_mask = false};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return errno_refuse(refusal, path);
    }
    bool is_good = open_file_read(file, fd, path, refusal);
    close(fd);
    return is_good;
}

void umfi_manifest_file_fini(struct umfi_manifest_file *file) {
    umfi_meta_free(file->bytes, file->capacity);
    file->bytes = NULL;
}
