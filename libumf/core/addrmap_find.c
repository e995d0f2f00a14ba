/*
 * addrmap_find.c - lookups, which take no lock (addrmap_parts.h says why one
 * walk down is enough, and how an entry is believed).
 */
#include "core/addrmap_parts.h"

enum answer { ANSWER_NONE, ANSWER_FOUND, ANSWER_CHANGED };

struct wanted {
    const void *owner; /* NULL: any */
    bool is_hidden_wanted;
};

bool umfi_find_sight(const struct umfi_addrmap *map, uintptr_t address, struct sight *sight) {
    const struct umfi_addrmap_inner *inner = &map->root;
    const void *child = NULL;
    *sight = (struct sight){0};
    for (unsigned level = 0; level < LEAF_LEVEL; level++) {
        unsigned slot = level_slot(address, level);
        /* acquires: the slots are read from the outside inwards */
        uint32_t value = atomic_load_explicit(&inner->cover[slot], memory_order_acquire);
        if (value) {
            sight->slot = &inner->cover[slot];
            sight->value = sight->region = value;
        }
        child = atomic_load_explicit(&inner->child[slot], memory_order_acquire);
        if (!child) {
            return true;
        }
        inner = child;
    }
    const struct leaf_node *leaf = child;
    struct sight page = {.slot = &leaf->slot[level_slot(address, LEAF_LEVEL)]};
    bool is_settled = umfi_cell_sight(map, address, &page);
    if (page.region) {
        *sight = page;
    }
    return is_settled;
}

static bool is_wanted(const struct map_entry *entry, const struct wanted *wanted) {
    /* acquires: the check of the id comes after them */
    if (wanted->owner) {
        return atomic_load_explicit(&entry->owner, memory_order_acquire) == wanted->owner;
    }
    uint32_t kind = atomic_load_explicit(&entry->kind, memory_order_acquire);
    return wanted->is_hidden_wanted || !(kind & UMFI_REGION_HIDDEN);
}

/* From the entry outwards. What stands around a region that is in the map the
 * whole time, while no nest changes, is in the map the whole time too: so the
 * caller's checks of the entry's id and of nest_changes cover every step. */
static const struct map_entry *outward(const struct umfi_addrmap *map, const struct map_entry *entry,
                                       const struct wanted *wanted) {
    for (unsigned step = 0; entry && step < UMFI_ADDRMAP_MAX_DEPTH; step++) {
        if (is_wanted(entry, wanted)) {
            return entry;
        }
        entry = entry_at(map, atomic_load_explicit(&entry->parent, memory_order_acquire));
    }
    return NULL;
}

static enum answer find_once(const struct umfi_addrmap *map, uintptr_t address, const struct wanted *wanted,
                             struct umfi_region *out) {
    /* every load up to the checks is an acquire, so the checks come last */
    uint64_t changes = atomic_load_explicit(&map->nest_changes, memory_order_acquire);
    struct sight sight;
    if ((changes & 1) || !umfi_find_sight(map, address, &sight)) {
        return ANSWER_CHANGED;
    }
    const struct map_entry *inner = entry_at(map, sight.region), *found = NULL;
    if (inner) {
        uint64_t id = atomic_load_explicit(&inner->id, memory_order_acquire);
        found = outward(map, inner, wanted);
        if (found) {
            umfi_entry_copy(found, out);
        }
        /* the slot named this index while the id was this one: it meant this region */
        if (id == 0 || !umfi_sight_is_current(&sight) ||
            atomic_load_explicit(&inner->id, memory_order_acquire) != id) {
            return ANSWER_CHANGED;
        }
    }
    if (atomic_load_explicit(&map->nest_changes, memory_order_acquire) != changes) {
        return ANSWER_CHANGED;
    }
    return found ? ANSWER_FOUND : ANSWER_NONE;
}

/* Writers kept changing what was read: wait for one of them. */
static bool find_locked(struct umfi_addrmap *map, uintptr_t address, const struct wanted *wanted,
                        struct umfi_region *out) {
    umfi_mutex_lock(&map->lock);
    const struct map_entry *found = outward(map, umfi_truth_innermost(map, address), wanted);
    if (found) {
        umfi_entry_copy(found, out);
    }
    umfi_mutex_unlock(&map->lock);
    return found != NULL;
}

static bool find(struct umfi_addrmap *map, uintptr_t address, const struct wanted *wanted,
                 struct umfi_region *out) {
    struct umfi_region copy;
    enum answer answer = ANSWER_CHANGED;
    if (address >> UMFI_ADDRMAP_ADDRESS_BITS) {
        return false;
    }
    for (int i = 0; i < UMFI_ADDRMAP_RETRIES && answer == ANSWER_CHANGED; i++) {
        answer = find_once(map, address, wanted, &copy);
    }
    if (answer == ANSWER_CHANGED) {
        answer = find_locked(map, address, wanted, &copy) ? ANSWER_FOUND : ANSWER_NONE;
    }
    if (answer == ANSWER_FOUND) {
        *out = copy;
    }
    return answer == ANSWER_FOUND;
}

bool umfi_addrmap_find(struct umfi_addrmap *map, uintptr_t address, struct umfi_region *out) {
    return find(map, address, &(struct wanted){.owner = NULL}, out);
}

bool umfi_addrmap_find_any(struct umfi_addrmap *map, uintptr_t address, struct umfi_region *out) {
    return find(map, address, &(struct wanted){.is_hidden_wanted = true}, out);
}

bool umfi_addrmap_find_owned(struct umfi_addrmap *map, uintptr_t address, const void *owner,
                             struct umfi_region *out) {
    return find(map, address, &(struct wanted){.owner = owner}, out);
}
