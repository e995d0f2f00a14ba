/* ipc_name.c - shm_open once, the descriptor from then on (ipc_name.h). */
#include "provider-os/ipc_name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/errno_text.h"
#include "provider-os/peer_fd.h"

struct os_opened_name {
    struct os_opened_name *next;
    int producer_pid, producer_fd;
    int fd;
    size_t bytes; /* of this struct with its name */
    char name[];
};

static struct os_opened_name *opened_find(struct os_opened_name *list,
                                          const struct os_object_id *id) {
    while (list && (list->producer_pid != id->pid || list->producer_fd != id->fd ||
                    strcmp(list->name, id->name) != 0)) {
        list = list->next;
    }
    return list;
}

static struct os_opened_name *opened_alloc(const umf_plugin_host_t *host,
                                           const struct os_object_id *id) {
    size_t name_bytes = strlen(id->name) + 1;
    struct os_opened_name *opened = host->meta_alloc(sizeof *opened + name_bytes);
    if (opened) {
        opened->producer_pid = id->pid;
        opened->producer_fd = id->fd;
        opened->bytes = sizeof *opened + name_bytes;
        memcpy(opened->name, id->name, name_bytes);
    }
    return opened;
}

static umf_result_t opened_unknown(const umf_plugin_host_t *host, const char *name,
                                   const char *reason) {
    host->error("os_open_ipc_handle", "os: cannot open shared memory object %s: %s", name, reason);
    return UMF_RESULT_ERROR_UNKNOWN;
}

/* The first who has opened the object removes its name. */
static umf_result_t opened_keep(const umf_plugin_host_t *host, struct os_opened_name **list,
                                const struct os_object_id *id, int fd) {
    struct os_opened_name *opened = opened_find(*list, id);
    if (opened) {
        close(opened->fd); /* of an object that the producer has no more */
    } else if ((opened = opened_alloc(host, id))) {
        opened->next = *list;
        *list = opened;
    } else {
        close(fd);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    opened->fd = fd;
    (void)shm_unlink(id->name);
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_opened_name_get(const umf_plugin_host_t *host, struct os_opened_name **list,
                                const struct os_object_id *id, int *fd) {
    /* first by name: the producer may have made its provider anew */
    int fresh = shm_open(id->name, O_RDWR, 0);
    if (fresh >= 0) {
        umf_result_t result = opened_keep(host, list, id, fresh);
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
    }
    const struct os_opened_name *opened = opened_find(*list, id);
    if (!opened) {
        return opened_unknown(host, id->name, "it is gone, or another process opened it before");
    }
    /* a provider made anew may have got the same descriptor number for another
     * object, whose name somebody else took */
    if (fresh < 0 && !os_peer_fd_is_same(id->pid, id->fd, opened->fd)) {
        return opened_unknown(host, id->name, "the producer's is another one by now, or cannot be "
                              "told from that which was opened before");
    }
    int copy = fcntl(opened->fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        return opened_unknown(host, id->name, umfi_errno_text(errno));
    }
    *fd = copy;
    return UMF_RESULT_SUCCESS;
}

void os_opened_names_close(const umf_plugin_host_t *host, struct os_opened_name *list) {
    while (list) {
        struct os_opened_name *next = list->next;
        close(list->fd);
        host->meta_free(list, list->bytes);
        list = next;
    }
}
