/* ipc_name.c - shm_open once, the descriptor from then on (ipc_name.h). */
#include "provider-os/ipc_name.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
        opened->fd = -1;
        opened->bytes = sizeof *opened + name_bytes;
        memcpy(opened->name, id->name, name_bytes);
    }
    return opened;
}

/* NULL: no memory. The entry's fd is below 0 until something was opened. */
static struct os_opened_name *opened_entry(const umf_plugin_host_t *host,
                                           struct os_opened_name **list,
                                           const struct os_object_id *id) {
    struct os_opened_name *opened = opened_find(*list, id);
    if (!opened && (opened = opened_alloc(host, id))) {
        opened->next = *list;
        *list = opened;
    }
    return opened;
}

umf_result_t os_opened_name_get(const umf_plugin_host_t *host, struct os_opened_name **list,
                                const struct os_object_id *id, int *fd) {
    struct os_opened_name *opened = opened_entry(host, list, id);
    if (!opened) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    /* first by name: the producer may have made its provider anew */
    int fresh = shm_open(id->name, O_RDWR, 0);
    if (fresh >= 0) {
        (void)shm_unlink(id->name);
        if (opened->fd >= 0) {
            close(opened->fd);
        }
        opened->fd = fresh;
    }
    int copy = opened->fd >= 0 ? fcntl(opened->fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (copy < 0) {
        host->error("os_open_ipc_handle", "os: cannot open shared memory object %s: it is gone, "
                    "or another process opened it before", id->name);
        return UMF_RESULT_ERROR_UNKNOWN;
    }
    *fd = copy;
    return UMF_RESULT_SUCCESS;
}

void os_opened_names_close(const umf_plugin_host_t *host, struct os_opened_name *list) {
    while (list) {
        struct os_opened_name *next = list->next;
        if (list->fd >= 0) {
            close(list->fd);
        }
        host->meta_free(list, list->bytes);
        list = next;
    }
}
