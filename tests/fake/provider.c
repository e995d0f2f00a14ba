/* provider.c - the books of the fake provider (provider.h). */
#include "fake/provider.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The number of regions that begin at or below `address`. */
static size_t regions_up_to(const struct fake_provider *fake, const void *address) {
    size_t low = 0, high = fake->region_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((uintptr_t)fake->regions[middle].base <= (uintptr_t)address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void insert_region(struct fake_provider *fake, struct fake_region region) {
    if (fake->region_count == fake->region_room) {
        fake->region_room = fake->region_room == 0 ? 64 : 2 * fake->region_room;
        fake->regions = realloc(fake->regions, fake->region_room * sizeof region);
    }
    size_t at = regions_up_to(fake, region.base);
    memmove(&fake->regions[at + 1], &fake->regions[at], (fake->region_count - at) * sizeof region);
    fake->regions[at] = region;
    fake->region_count++;
    fake->live_bytes += region.size;
}

static umf_result_t map_region(const struct fake_provider *fake, size_t size, size_t alignment,
                               struct fake_region *region) {
    if (size == 0 || size > (size_t)1 << 40 || alignment > (size_t)1 << 40) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    if (alignment != 0 && (alignment & (alignment - 1)) != 0) {
        return UMF_RESULT_ERROR_INVALID_ALIGNMENT;
    }
    region->mapping_size = size + alignment + fake->misalignment;
    region->mapping = mmap(NULL, region->mapping_size,
                           fake->is_untouchable ? PROT_NONE : PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region->mapping == MAP_FAILED) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    char *base = region->mapping;
    size_t over = alignment == 0 ? 0 : (uintptr_t)base % alignment;
    region->base = base + (over == 0 ? 0 : alignment - over) +
                   (alignment == 0 ? fake->misalignment : 0);
    region->size = size;
    return UMF_RESULT_SUCCESS;
}

umf_result_t fake_alloc(struct fake_provider *fake, size_t size, size_t alignment, uintptr_t word,
                        void **ptr) {
    struct fake_region region = {.word = word};
    pthread_mutex_lock(&fake->lock);
    fake->last_size = size;
    fake->last_alignment = alignment;
    umf_result_t result = fake->alloc_error;
    fake->alloc_calls++;
    size_t scattered = fake->alloc_calls * 2654435761u >> 7;
    if (result == UMF_RESULT_SUCCESS && (fake->alloc_calls == fake->fail_alloc_at ||
                                         scattered % 8 < fake->alloc_failures_of_8)) {
        result = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
    }
    if (result == UMF_RESULT_SUCCESS) {
        result = map_region(fake, size, alignment, &region);
    }
    if (result == UMF_RESULT_SUCCESS) {
        insert_region(fake, region);
        *ptr = region.base;
    }
    pthread_mutex_unlock(&fake->lock);
    return result;
}

umf_result_t fake_free(struct fake_provider *fake, void *ptr, size_t size) {
    pthread_mutex_lock(&fake->lock);
    fake->free_calls++;
    fake->last_freed = ptr;
    fake->last_freed_size = size;
    umf_result_t result = fake->free_error;
    size_t at = regions_up_to(fake, ptr);
    if (result == UMF_RESULT_SUCCESS && ptr != NULL) {
        struct fake_region *region = at == 0 ? NULL : &fake->regions[at - 1];
        if (region == NULL || region->base != ptr || region->size != size) {
            fake->wrong_frees++;
            result = UMF_RESULT_ERROR_INVALID_ARGUMENT;
        } else {
            fake->live_bytes -= size;
            (void)munmap(region->mapping, region->mapping_size);
            memmove(region, region + 1, (fake->region_count - at) * sizeof *region);
            fake->region_count--;
        }
    }
    pthread_mutex_unlock(&fake->lock);
    return result;
}

bool fake_find(struct fake_provider *fake, const void *ptr, struct fake_region *out) {
    pthread_mutex_lock(&fake->lock);
    size_t at = regions_up_to(fake, ptr);
    const struct fake_region *found = at == 0 ? NULL : &fake->regions[at - 1];
    bool is_known = found != NULL && (uintptr_t)ptr - (uintptr_t)found->base < found->size;
    if (is_known) {
        *out = *found;
    }
    pthread_mutex_unlock(&fake->lock);
    return is_known;
}

void fake_provider_init(struct fake_provider *provider) {
    *provider = (struct fake_provider){.min_page_size = 4096, .cache_line_size = 64};
    pthread_mutex_init(&provider->lock, NULL);
}

void fake_provider_fini(struct fake_provider *provider) {
    for (size_t i = 0; i < provider->region_count; i++) {
        (void)munmap(provider->regions[i].mapping, provider->regions[i].mapping_size);
    }
    free(provider->regions);
    pthread_mutex_destroy(&provider->lock);
}

/* ---- as an ops table ---- */

static umf_result_t initialize(const void *params, void **provider) {
    *provider = (void *)(uintptr_t)params;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t finalize(void *provider) {
    (void)provider;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t op_alloc(void *provider, size_t size, size_t alignment, void **ptr) {
    return fake_alloc(provider, size, alignment, 0, ptr);
}

static umf_result_t op_free(void *provider, void *ptr, size_t size) {
    return fake_free(provider, ptr, size);
}

static umf_result_t get_last_native_error(void *provider, const char **message, int32_t *error) {
    (void)provider;
    *message = "as it was told";
    *error = 1;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t tell(size_t value, size_t *out) {
    if (value == 0) {
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    *out = value;
    return UMF_RESULT_SUCCESS;
}

static umf_result_t get_recommended_page_size(void *provider, size_t size, size_t *page_size) {
    (void)size;
    return tell(((struct fake_provider *)provider)->min_page_size, page_size);
}

static umf_result_t get_min_page_size(void *provider, const void *ptr, size_t *page_size) {
    (void)ptr;
    return tell(((struct fake_provider *)provider)->min_page_size, page_size);
}

static umf_result_t get_name(void *provider, const char **name) {
    (void)provider;
    *name = "fake";
    return UMF_RESULT_SUCCESS;
}

static umf_result_t get_cache_line_size(void *provider, size_t *size) {
    return tell(((struct fake_provider *)provider)->cache_line_size, size);
}

const umf_memory_provider_ops_t fake_provider_ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = initialize,
    .finalize = finalize,
    .alloc = op_alloc,
    .free = op_free,
    .get_last_native_error = get_last_native_error,
    .get_recommended_page_size = get_recommended_page_size,
    .get_min_page_size = get_min_page_size,
    .get_name = get_name,
    .get_cache_line_size = get_cache_line_size,
};
