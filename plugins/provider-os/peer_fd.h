/* peer_fd.h - another process's descriptor, brought into this one. */
#ifndef PROVIDER_OS_PEER_FD_H
#define PROVIDER_OS_PEER_FD_H

#include <stdbool.h>

#include <umf/plugin_sdk.h>

/* A copy for the caller to close. Needs Linux 5.6 and the right to ptrace the
 * process, which it may grant with PR_SET_PTRACER. INVALID_ARGUMENT: no such
 * process or descriptor, or not allowed; OUT_OF_HOST_MEMORY; NOT_SUPPORTED: an
 * older kernel; UNKNOWN. */
umf_result_t os_peer_fd_get(const umf_plugin_host_t *host, int pid, int peer_fd, int *fd);

/* Whether another process's descriptor is of the same file as `fd`. False, too,
 * where that cannot be told: without /proc, of another user's process, from
 * another PID namespace. */
bool os_peer_fd_is_same(int pid, int peer_fd, int fd);

#endif
