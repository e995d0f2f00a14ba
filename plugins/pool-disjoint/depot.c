/* depot.c - free chunks between caches (depot.h). */
#include "depot.h"

#include <string.h>

void disjoint_depot_init(struct depot *depot, const umf_plugin_host_t *host, size_t chunk_bytes) {
    size_t capacity = DEPOT_MOST_BYTES / chunk_bytes;
    umfi_mutex_init(&depot->lock, UMFI_RANK_POOL);
    depot->host = host;
    depot->capacity = capacity < DEPOT_MOST_BLOCKS ? capacity : DEPOT_MOST_BLOCKS;
}

void disjoint_depot_fini(struct depot *depot) {
    depot->host->meta_free(depot->blocks, depot->capacity * sizeof(void *));
    umfi_mutex_fini(&depot->lock);
}

static size_t take_locked(struct depot *depot, void **blocks, size_t count) {
    size_t taken = count < depot->count ? count : depot->count;
    if (taken > 0) {
        depot->count -= taken;
        memcpy(blocks, depot->blocks + depot->count, taken * sizeof(void *));
    }
    return taken;
}

size_t disjoint_depot_take(struct depot *depot, void **blocks, size_t count) {
    umfi_mutex_lock(&depot->lock);
    size_t taken = depot->is_stale ? 0 : take_locked(depot, blocks, count);
    umfi_mutex_unlock(&depot->lock);
    return taken;
}

size_t disjoint_depot_drain(struct depot *depot, void **blocks, size_t count) {
    umfi_mutex_lock(&depot->lock);
    size_t taken = take_locked(depot, blocks, count);
    depot->is_stale = depot->is_stale && depot->count > 0;
    umfi_mutex_unlock(&depot->lock);
    return taken;
}

size_t disjoint_depot_count(struct depot *depot) {
    umfi_mutex_lock(&depot->lock);
    size_t count = depot->count;
    umfi_mutex_unlock(&depot->lock);
    return count;
}

static size_t give_locked(struct depot *depot, void *const *blocks, size_t count) {
    size_t room = depot->is_stale ? 0 : depot->capacity - depot->count;
    size_t given = count < room ? count : room;
    memcpy(depot->blocks + depot->count, blocks, given * sizeof(void *));
    depot->count += given;
    return given;
}

/* Makes the stack; another thread may have been first. False without memory. */
static bool stack_make(struct depot *depot) {
    void **made = depot->host->meta_alloc(depot->capacity * sizeof(void *));
    umfi_mutex_lock(&depot->lock);
    bool is_ours = depot->blocks == NULL && made != NULL;
    if (is_ours) {
        depot->blocks = made;
    }
    bool has_one = depot->blocks != NULL;
    umfi_mutex_unlock(&depot->lock);
    if (!is_ours) {
        depot->host->meta_free(made, depot->capacity * sizeof(void *));
    }
    return has_one;
}

size_t disjoint_depot_give(struct depot *depot, void *const *blocks, size_t count) {
    umfi_mutex_lock(&depot->lock);
    bool has_stack = depot->blocks != NULL;
    size_t given = has_stack ? give_locked(depot, blocks, count) : 0;
    umfi_mutex_unlock(&depot->lock);
    return has_stack || !stack_make(depot) ? given : disjoint_depot_give(depot, blocks, count);
}
