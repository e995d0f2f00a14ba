/*
 * addrmap_check.c - asserts every law of the map, in words, for tests.
 *
 * Holds the lock throughout; takes time in the regions and in all slots of all
 * nodes.
 */
#include "core/addrmap_parts.h"

static bool entry_is_nested(const struct umfi_addrmap *map, const struct map_entry *entry) {
    const struct map_entry *before = entry_prev(entry);
    const struct map_entry *parent = before;
    while (parent && entry_end(parent) <= entry_base(entry)) {
        parent = entry_parent(map, parent);
    }
    if (parent && !entry_covers(parent, entry_base(entry), entry_end(entry))) {
        return false;
    }
    return entry_parent(map, entry) == parent && entry->depth == (parent ? parent->depth + 1 : 1) &&
           entry->depth <= UMFI_ADDRMAP_MAX_DEPTH;
}

static bool entry_is_listed(const struct map_entry *entry) {
    const struct map_entry *e = entry->of->first;
    return entry->of->pointer == entry_owner(entry) && e && !e->prev_of_owner &&
           (!entry->prev_of_owner || entry->prev_of_owner->next_of_owner == entry) &&
           (!entry->next_of_owner || entry->next_of_owner->prev_of_owner == entry);
}

static const char *entries_check(const struct umfi_addrmap *map) {
    size_t regions = 0;
    if (!umfi_tree_check(&map->by_address, umfi_truth_order)) {
        return "the tree of regions is balanced and in order";
    }
    for (const struct map_entry *e = entry_of(umfi_tree_first(&map->by_address)); e; e = entry_next(e)) {
        regions++;
        if (!entry_is_nested(map, e)) {
            return "regions are laminar, and know their parent and depth";
        }
        if (!entry_is_listed(e)) {
            return "regions are listed under their owner";
        }
        if (atomic_load_explicit(&e->id, memory_order_relaxed) != e->kept_id) {
            return "a region in the map shows its id";
        }
    }
    return regions == map->regions ? NULL : "the count is the number of regions";
}

/* Both what a reader comes to and what the tree says. */
static bool address_is_true(const struct umfi_addrmap *map, uintptr_t address) {
    const struct map_entry *truth = umfi_truth_innermost(map, address);
    struct sight sight;
    return umfi_find_sight(map, address, &sight) && sight.region == (truth ? truth->index : 0);
}

static const char *edges_check(const struct umfi_addrmap *map) {
    for (const struct map_entry *e = entry_of(umfi_tree_first(&map->by_address)); e; e = entry_next(e)) {
        uintptr_t base = entry_base(e), end = entry_end(e);
        bool is_true = address_is_true(map, base) && address_is_true(map, end - 1);
        is_true = is_true && (base == 0 || address_is_true(map, base - 1));
        is_true = is_true && (end >> UMFI_ADDRMAP_ADDRESS_BITS || address_is_true(map, end));
        if (!is_true) {
            return "readers find at every edge what the tree says";
        }
    }
    return NULL;
}

static bool slot_is_true(struct umfi_addrmap *map, uint32_t value, uintptr_t base, unsigned level) {
    if (!(value & CELL_TAG)) {
        return value == umfi_radix_slot_truth(map, base, level);
    }
    size_t edges = 0;
    bool is_true = level == LEAF_LEVEL && umfi_cell_check(map, value, base, &edges);
    map->edges_seen += edges;
    return is_true;
}

static bool node_is_true(struct umfi_addrmap *map, void *node, uintptr_t base, unsigned level) {
    const _Atomic uint32_t *slots =
        level == LEAF_LEVEL ? ((struct leaf_node *)node)->slot : ((struct umfi_addrmap_inner *)node)->cover;
    for (unsigned i = 0; i < UMFI_ADDRMAP_FANOUT; i++) {
        uint32_t value = atomic_load_explicit(&slots[i], memory_order_relaxed);
        if (!slot_is_true(map, value, base + ((uintptr_t)i << level_shift(level)), level)) {
            return false;
        }
    }
    return true;
}

static const char *check_locked(struct umfi_addrmap *map) {
    const char *broken = entries_check(map);
    broken = broken ? broken : edges_check(map);
    if (broken) {
        return broken;
    }
    map->edges_seen = 0;
    if (!umfi_radix_each_node(map, node_is_true)) {
        return "every slot and cell holds the innermost region that stands there";
    }
    if (map->edges_seen != map->edges) {
        return "every reserved edge has its room in a cell";
    }
    if (atomic_load_explicit(&map->nest_changes, memory_order_relaxed) & 1) {
        return "nest changes are even between changes";
    }
    return umfi_granules_check(map) ? NULL : "the fast layer says what the exact map says";
}

const char *umfi_addrmap_check(struct umfi_addrmap *map) {
    umfi_mutex_lock(&map->lock);
    const char *broken = check_locked(map);
    umfi_mutex_unlock(&map->lock);
    return broken;
}
