/* host.c - the fake host table (host.h). */
#include "fake/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"

/* ---- metadata ---- */

static pthread_mutex_t meta_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t meta_in_use, meta_calls_to_failure;
static bool meta_failed;

/* All blocks are in a ring, so that one in the hands of a thread that a fork
 * left behind is no leak to valgrind. */
struct meta_header {
    struct umfi_list node;
    _Alignas(16) size_t size;
    _Alignas(16) char block[];
};

static struct umfi_list meta_blocks = UMFI_LIST_INITIALIZER(meta_blocks);

static void *meta_alloc(size_t size) {
    pthread_mutex_lock(&meta_lock);
    bool fails = meta_calls_to_failure != 0 && --meta_calls_to_failure == 0;
    meta_failed |= fails;
    struct meta_header *header = fails ? NULL : calloc(1, sizeof *header + size);
    if (header != NULL) {
        header->size = size;
        umfi_list_push(&meta_blocks, &header->node);
        meta_in_use += size;
    }
    pthread_mutex_unlock(&meta_lock);
    return header == NULL ? NULL : header->block;
}

static void meta_free(void *ptr, size_t size) {
    if (ptr == NULL) {
        return;
    }
    struct meta_header *header = UMFI_CONTAINER_OF(ptr, struct meta_header, block);
    if (header->size != size) {
        fprintf(stderr, "meta_free: %zu bytes given back as %zu\n", header->size, size);
        abort();
    }
    pthread_mutex_lock(&meta_lock);
    umfi_list_remove(&header->node);
    meta_in_use -= size;
    pthread_mutex_unlock(&meta_lock);
    free(header);
}

size_t fake_meta_in_use(void) { return meta_in_use; }

void fake_meta_fail_at(size_t n) {
    meta_calls_to_failure = n;
    meta_failed = false;
}

bool fake_meta_has_failed(void) { return meta_failed; }

/* ---- log ---- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t log_count;
static char log_last[1024], error_last[1024];

static void __attribute__((format(printf, 3, 4))) record(umf_plugin_log_level_t level,
                                                         const char *where, const char *format,
                                                         ...) {
    (void)level;
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&log_lock);
    int at = snprintf(log_last, sizeof log_last, "%s: ", where);
    (void)vsnprintf(log_last + at, sizeof log_last - (size_t)at, format, args);
    log_count++;
    pthread_mutex_unlock(&log_lock);
    va_end(args);
}

static void __attribute__((format(printf, 2, 3))) error(const char *where, const char *format,
                                                        ...) {
    (void)where;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error_last, sizeof error_last, format, args);
    va_end(args);
}

size_t fake_log_count(void) { return log_count; }
const char *fake_log_last(void) { return log_last; }
const char *fake_error_last(void) { return error_last; }
void fake_log_reset(void) {
    log_count = 0;
    log_last[0] = error_last[0] = '\0';
}

/* ---- parameters ---- */

static uint64_t number_of(const char *text) {
    char *unit;
    uint64_t number = strtoull(text, &unit, 0);
    return strcmp(unit, "KiB") == 0 ? number << 10 : strcmp(unit, "MiB") == 0 ? number << 20 : number;
}

static umf_result_t effective_params(const void *params, const umf_param_table_t *table,
                                     void *config) {
    memset(config, 0, table->config_size);
    if (params != NULL) {
        memcpy(config, params, table->config_size);
        return UMF_RESULT_SUCCESS;
    }
    for (size_t i = 0; i < table->row_count; i++) {
        const umf_param_row_t *row = table->rows[i];
        void *field = (char *)config + row->offset;
        if (row->default_text == NULL) {
            continue;
        }
        if (row->type == UMF_PARAM_SIZE) {
            *(size_t *)field = number_of(row->default_text);
        } else if (row->type == UMF_PARAM_INT) {
            *(int *)field = (int)number_of(row->default_text);
        } else if (row->type == UMF_PARAM_STRING) {
            *(const char **)field = row->default_text;
        }
    }
    return UMF_RESULT_SUCCESS;
}

/* ---- provider ---- */

static struct fake_provider *fake_of(umf_memory_provider_handle_t handle) {
    return (struct fake_provider *)(void *)handle;
}

static umf_result_t provider_alloc(umf_memory_provider_handle_t provider, size_t size,
                                   size_t alignment, uintptr_t word, void **ptr) {
    return fake_alloc(fake_of(provider), size, alignment, word, ptr);
}

static umf_result_t provider_free(umf_memory_provider_handle_t provider, void *ptr, size_t size) {
    return fake_free(fake_of(provider), ptr, size);
}

static umf_result_t region_of(umf_memory_provider_handle_t provider, const void *ptr,
                              umf_plugin_region_t *region) {
    struct fake_region found;
    if (!fake_find(fake_of(provider), ptr, &found)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    *region =
        (umf_plugin_region_t){.base = found.base, .size = found.size, .word = found.word};
    return UMF_RESULT_SUCCESS;
}

static umf_result_t get_min_page_size(umf_memory_provider_handle_t provider, const void *ptr,
                                      size_t *size) {
    return fake_provider_ops.get_min_page_size(provider, ptr, size);
}

static umf_result_t get_cache_line_size(umf_memory_provider_handle_t provider, size_t *size) {
    return fake_provider_ops.get_cache_line_size(provider, size);
}

static bool is_shared(umf_memory_provider_handle_t provider) {
    return fake_of(provider)->is_shared;
}

static const umf_plugin_host_t fake_host = {
    .size = sizeof fake_host,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .log = record,
    .error = error,
    .meta_alloc = meta_alloc,
    .meta_free = meta_free,
    .effective_params = effective_params,
    .provider_alloc = provider_alloc,
    .provider_free = provider_free,
    .provider_get_min_page_size = get_min_page_size,
    .provider_get_cache_line_size = get_cache_line_size,
    .region_of = region_of,
    .provider_is_shared = is_shared,
};

void fake_hosted_provider_init(struct fake_provider *provider) {
    fake_provider_init(provider);
    provider->host = &fake_host;
}

void fake_prefork(struct fake_provider *provider) {
    pthread_mutex_lock(&provider->lock);
    pthread_mutex_lock(&meta_lock);
    pthread_mutex_lock(&log_lock);
}

void fake_postfork(struct fake_provider *provider) {
    pthread_mutex_unlock(&log_lock);
    pthread_mutex_unlock(&meta_lock);
    pthread_mutex_unlock(&provider->lock);
}
