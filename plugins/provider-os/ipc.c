/* ipc.c - handles of shared allocations, made and opened (ipc.h). */
#include "provider-os/ipc.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <umf/memory_provider.h>
#include <umf/providers/provider_os_memory.h>

#include "base/cancel.h"
#include "base/checked.h"
#include "base/page.h"
#include "provider-os/config.h"
#include "provider-os/ipc_name.h"
#include "provider-os/native.h"
#include "provider-os/os.h"
#include "provider-os/peer_fd.h"

/* Handle data with the name ended, whatever came. */
struct os_handle {
    struct os_ipc_data data;
    char name[OS_SHM_NAME_BYTES];
};

umf_result_t os_get_ipc_handle_size(void *provider, size_t *size) {
    const struct os_provider *os = provider;
    if (!size || !os->is_shared) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *size = sizeof(struct os_ipc_data) + strlen(os->shared.shm_name) + 1;
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_get_ipc_handle(void *provider, const void *ptr, size_t size, void *data) {
    struct os_provider *os = provider;
    struct os_location location;
    if (!os->is_shared || !ptr || !data || !os_shared_locate(&os->shared, ptr, &location) ||
        size > location.size) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    /* a forked child's own file has no name */
    const char *name = location.is_named ? os->shared.shm_name : "";
    struct os_ipc_data handle = {
        .pid = getpid(),
        .fd = location.fd,
        .offset = location.offset,
        .size = size,
        .protection = os->protection,
        .visibility = UMF_MEM_MAP_SHARED,
        .name_length = strlen(name),
    };
    memcpy(data, &handle, sizeof handle);
    memcpy((char *)data + sizeof handle, name, strlen(name) + 1);
    return UMF_RESULT_SUCCESS;
}

/* The length of a name in the handle's tail is at most what fits the provider's
 * own handles, whose size the opener's buffer has; a longer one is forged. */
static bool handle_read(const void *data, size_t name_max, struct os_handle *handle) {
    memcpy(&handle->data, data, sizeof handle->data);
    if (handle->data.name_length > name_max) {
        return false;
    }
    memcpy(handle->name, (const char *)data + sizeof handle->data, handle->data.name_length);
    handle->name[handle->data.name_length] = '\0';
    return strlen(handle->name) == handle->data.name_length;
}

umf_result_t os_put_ipc_handle(void *provider, void *data) {
    struct os_provider *os = provider;
    struct os_handle handle;
    if (!os->is_shared || !data ||
        !handle_read(data, strlen(os->shared.shm_name), &handle)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    bool is_ours = handle.data.pid == getpid() &&
                   os_shared_owns_fd(&os->shared, handle.data.fd) &&
                   (!handle.name[0] || strcmp(handle.name, os->shared.shm_name) == 0);
    return is_ours ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

static bool is_plausible(const struct os_ipc_data *data) {
    return data->visibility == UMF_MEM_MAP_SHARED && data->size > 0 &&
           data->offset <= INT64_MAX && data->size <= INT64_MAX - data->offset &&
           (data->protection & ~(unsigned)OS_PROTECTION_MASK) == 0;
}

static umf_result_t file_open(struct os_provider *os, const struct os_handle *handle, int *fd) {
    if (!handle->name[0]) {
        return os_peer_fd_get(os->host, handle->data.pid, handle->data.fd, fd);
    }
    struct os_object_id id = {handle->data.pid, handle->data.fd, handle->name};
    umfi_mutex_lock(&os->shared.lock);
    umf_result_t result = os_opened_name_get(os->host, &os->shared.opened, &id, fd);
    umfi_mutex_unlock(&os->shared.lock);
    return result;
}

/* Memory behind the file's end would be a bus error at its first use. */
static bool file_has(int fd, size_t end) {
    struct stat stat;
    return fstat(fd, &stat) == 0 && stat.st_size >= 0 && (size_t)stat.st_size >= end;
}

static umf_result_t handle_map(struct os_provider *os, const struct os_ipc_data *data, int fd,
                               void **ptr) {
    struct os_pages pages = {.protection = data->protection, .fd = fd, .offset = (off_t)data->offset};
    if (!file_has(fd, data->offset + data->size)) {
        os->host->error("os_open_ipc_handle", "os: the handle reaches behind the end of its file");
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    /* no larger than the file, so rounding cannot fail */
    (void)umfi_round_up_size(data->size, umfi_page_bytes(), &pages.size);
    void *start = os_pages_map(&pages);
    if (!start) {
        return os_native_fail(os->host, "os_open_ipc_handle", UMF_OS_RESULT_ERROR_ALLOC_FAILED,
                              errno);
    }
    *ptr = start;
    return UMF_RESULT_SUCCESS;
}

umf_result_t os_open_ipc_handle(void *provider, void *data, void **ptr) {
    struct os_provider *os = provider;
    struct os_handle handle;
    int fd;
    /* the opener's own name may differ from the producer's: its length is all
     * that a buffer of unknown size lets us rely on */
    if (!os->is_shared || !data || !ptr || !handle_read(data, OS_SHM_NAME_BYTES - 1, &handle) ||
        !is_plausible(&handle.data)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    int cancel = umfi_cancel_off();
    umf_result_t result = file_open(os, &handle, &fd);
    if (result == UMF_RESULT_SUCCESS) {
        result = handle_map(os, &handle.data, fd, ptr);
        close(fd);
    }
    umfi_cancel_restore(cancel);
    return result;
}

umf_result_t os_close_ipc_handle(void *provider, void *ptr, size_t size) {
    const struct os_provider *os = provider;
    if (!os->is_shared) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (munmap(ptr, size) != 0) {
        return os_native_fail(os->host, "os_close_ipc_handle", UMF_OS_RESULT_ERROR_FREE_FAILED,
                              errno);
    }
    return UMF_RESULT_SUCCESS;
}
