/*
 * addrmap.c - the map's life and its changes of one region (addrmap.h).
 *
 * Every change: under the lock, ask the tree whether it is legal, reserve what it
 * needs, then do what cannot fail (addrmap_nest.c).
 */
#include "core/addrmap.h"

#include <string.h>

#include "core/addrmap_parts.h"

void umfi_addrmap_init(struct umfi_addrmap *map) {
    memset(map, 0, sizeof *map);
    umfi_mutex_init(&map->lock, UMFI_RANK_ADDRMAP);
}

void umfi_addrmap_fini(struct umfi_addrmap *map) {
    umfi_granules_fini(&map->granules);
    umfi_cells_fini(map);
    umfi_table_fini(&map->cells, sizeof(_Atomic(struct map_cell *)));
    umfi_table_fini(&map->entries, sizeof(struct map_entry));
    umfi_owners_fini(map);
    umfi_radix_fini(map);
    umfi_mutex_fini(&map->lock);
}

void umfi_addrmap_prefork(struct umfi_addrmap *map) { umfi_mutex_lock_for_fork(&map->lock); }
void umfi_addrmap_parent(struct umfi_addrmap *map) { umfi_mutex_unlock_in_parent(&map->lock); }
void umfi_addrmap_child(struct umfi_addrmap *map) { umfi_mutex_reset_in_child(&map->lock); }

static umf_result_t insert_locked(struct umfi_addrmap *map, const struct umfi_region_spec *spec, uint64_t *id) {
    struct place place;
    umf_result_t result = umfi_truth_place(map, spec->base, spec->size, &place);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    struct map_entry *entry = umfi_entry_acquire(map, spec);
    if (!entry) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    if (!umfi_radix_reserve(map, spec->base, spec->size)) {
        umfi_entry_release(map, entry);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    umfi_nest_enter(map, entry, &place);
    *id = entry->kept_id;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_addrmap_insert(struct umfi_addrmap *map, const struct umfi_region_spec *spec, uint64_t *id) {
    umfi_mutex_lock(&map->lock);
    umf_result_t result = insert_locked(map, spec, id);
    umfi_mutex_unlock(&map->lock);
    return result;
}

bool umfi_addrmap_take(struct umfi_addrmap *map, uintptr_t base, const void *owner, struct umfi_taken *taken) {
    umfi_mutex_lock(&map->lock);
    struct map_entry *entry = umfi_truth_starting(map, base, 0, owner);
    if (entry) {
        umfi_entry_copy(entry, &taken->region);
        umfi_nest_leave(map, entry);
    }
    umfi_mutex_unlock(&map->lock);
    return entry != NULL;
}

void umfi_addrmap_drop(struct umfi_addrmap *map, const struct umfi_taken *taken) {
    umfi_mutex_lock(&map->lock);
    umfi_nest_forget(map, entry_at(map, taken->region.index));
    umfi_mutex_unlock(&map->lock);
}

bool umfi_addrmap_restore(struct umfi_addrmap *map, const struct umfi_taken *taken) {
    const struct umfi_region *region = &taken->region;
    struct place place;
    umfi_mutex_lock(&map->lock);
    struct map_entry *entry = entry_at(map, region->index);
    bool is_legal = umfi_truth_place(map, region->base, region->size, &place) == UMF_RESULT_SUCCESS;
    if (is_legal) {
        place.is_return = true;
        umfi_nest_enter(map, entry, &place);
    } else {
        umfi_nest_forget(map, entry);
    }
    umfi_mutex_unlock(&map->lock);
    return is_legal;
}

bool umfi_addrmap_set_word(struct umfi_addrmap *map, uintptr_t base, const void *owner, uintptr_t word) {
    umfi_mutex_lock(&map->lock);
    struct map_entry *entry = umfi_truth_starting(map, base, 0, owner);
    if (entry) {
        /* release: who sees the word sees what it stands for */
        atomic_store_explicit(&entry->word, word, memory_order_release);
    }
    umfi_mutex_unlock(&map->lock);
    return entry != NULL;
}

bool umfi_addrmap_aux_set(struct umfi_addrmap *map, const struct umfi_region *region, void *expected,
                          void *value) {
    umfi_mutex_lock(&map->lock);
    struct map_entry *entry = entry_at(map, region->index);
    /* relaxed: writers store both, under the lock */
    bool is_expected = atomic_load_explicit(&entry->id, memory_order_relaxed) == region->id &&
                       atomic_load_explicit(&entry->aux, memory_order_relaxed) == expected;
    if (is_expected) {
        /* release: who sees the pointer sees what it points to */
        atomic_store_explicit(&entry->aux, value, memory_order_release);
    }
    umfi_mutex_unlock(&map->lock);
    return is_expected;
}

static bool owner_pop(struct umfi_addrmap *map, const void *owner, struct umfi_region *out) {
    umfi_mutex_lock(&map->lock);
    const struct map_owner *held = umfi_owner_find(map, owner);
    struct map_entry *entry = held ? held->first : NULL;
    if (entry) {
        umfi_entry_copy(entry, out);
        umfi_nest_leave(map, entry);
        umfi_nest_forget(map, entry);
    }
    umfi_mutex_unlock(&map->lock);
    return entry != NULL;
}

void umfi_addrmap_remove_owner(struct umfi_addrmap *map, const void *owner, UMFI_REGION_VISIT(visit),
                               void *context) {
    struct umfi_region region;
    while (owner_pop(map, owner, &region)) {
        if (visit) {
            visit(&region, context);
        }
    }
}

/* The next in order; after a region that is gone, the next of another range. */
static struct map_entry *after(const struct umfi_addrmap *map, const struct umfi_region *last) {
    struct map_entry *e = entry_at(map, last->index);
    if (atomic_load_explicit(&e->id, memory_order_relaxed) == last->id) {
        return entry_next(e);
    }
    e = umfi_truth_from(map, last->base);
    while (e && entry_base(e) == last->base && entry_size(e) >= last->size) {
        e = entry_next(e);
    }
    return e;
}

void umfi_addrmap_each(struct umfi_addrmap *map, UMFI_REGION_VISIT(visit), void *context) {
    struct umfi_region region = {0};
    for (bool is_first = true;; is_first = false) {
        umfi_mutex_lock(&map->lock);
        const struct map_entry *entry = is_first ? entry_of(umfi_tree_first(&map->by_address)) : after(map, &region);
        if (entry) {
            umfi_entry_copy(entry, &region);
        }
        umfi_mutex_unlock(&map->lock);
        if (!entry) {
            return;
        }
        visit(&region, context);
    }
}

size_t umfi_addrmap_count(struct umfi_addrmap *map) {
    umfi_mutex_lock(&map->lock);
    size_t count = map->regions;
    umfi_mutex_unlock(&map->lock);
    return count;
}
