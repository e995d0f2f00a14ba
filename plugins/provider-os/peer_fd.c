/* peer_fd.c - platform: pidfd_open, pidfd_getfd and /proc (peer_fd.h). */
#include "provider-os/peer_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/errno_text.h"

static int peer_fd_copy(int pid, int peer_fd) {
    if (pid == getpid()) {
        return fcntl(peer_fd, F_DUPFD_CLOEXEC, 0);
    }
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        return -1;
    }
    int copy = (int)syscall(SYS_pidfd_getfd, pidfd, peer_fd, 0); /* close-on-exec */
    int error = errno;
    close(pidfd);
    errno = error;
    return copy;
}

static umf_result_t result_of(int error) {
    switch (error) {
    case EBADF:
    case EINVAL:
    case ESRCH:
    case EPERM:
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    case EMFILE:
    case ENOMEM:
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    case ENODEV:
    case ENOSYS:
    case ENOTSUP:
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    default:
        return UMF_RESULT_ERROR_UNKNOWN;
    }
}

umf_result_t os_peer_fd_get(const umf_plugin_host_t *host, int pid, int peer_fd, int *fd) {
    int copy = peer_fd_copy(pid, peer_fd);
    if (copy < 0) {
        umf_result_t result = result_of(errno);
        host->error("os_open_ipc_handle", "os: cannot get descriptor %d of process %d: %s%s", peer_fd,
                    pid, umfi_errno_text(errno),
                    errno == EPERM ? " (the producer may allow it with PR_SET_PTRACER)" : "");
        return result;
    }
    *fd = copy;
    return UMF_RESULT_SUCCESS;
}

bool os_peer_fd_is_same(int pid, int peer_fd, int fd) {
    struct stat ours, theirs;
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, peer_fd);
    int failed = pid == getpid() ? fstat(peer_fd, &theirs) : stat(path, &theirs);
    return !failed && fstat(fd, &ours) == 0 && ours.st_dev == theirs.st_dev &&
           ours.st_ino == theirs.st_ino;
}
