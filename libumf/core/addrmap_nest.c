/*
 * addrmap_nest.c - one region enters or leaves the nest of regions, under the
 * map's lock: the tree, the radix, the owner's list and the fast layer.
 *
 * A region with nothing inside is pushed on, or popped off, the stack of regions
 * around its addresses, and readers go on. Around regions that stay, depths and
 * parents change in the middle of the stack: that is a nest change. So is the
 * return of a taken region: its id, which readers trust to mean one stay in the
 * map, is there again while what stood around it may have gone.
 */
#include "core/addrmap_parts.h"

void umfi_nest_begin(struct umfi_addrmap *map) {
    uint64_t changes = atomic_load_explicit(&map->nest_changes, memory_order_relaxed);
    /* The change's own stores are all releases, so whoever sees one of them also
     * sees this. */
    atomic_store_explicit(&map->nest_changes, changes + 1, memory_order_relaxed);
}

void umfi_nest_end(struct umfi_addrmap *map) {
    uint64_t changes = atomic_load_explicit(&map->nest_changes, memory_order_relaxed);
    /* release: whoever sees it sees the whole change */
    atomic_store_explicit(&map->nest_changes, changes + 1, memory_order_release);
}

void umfi_nest_move(struct map_entry *first, uintptr_t end, uint32_t step, uint32_t from, uint32_t to) {
    for (struct map_entry *e = first; e && entry_base(e) < end; e = entry_next(e)) {
        e->depth += step;
        if (entry_parent_index(e) == from) {
            atomic_store_explicit(&e->parent, to, memory_order_release);
        }
    }
}

void umfi_nest_enter(struct umfi_addrmap *map, struct map_entry *entry, const struct place *place) {
    uint32_t parent = place->parent ? place->parent->index : 0;
    bool is_nest_change = place->inside || place->is_return;
    entry->depth = place->parent ? place->parent->depth + 1 : 1;
    if (is_nest_change) {
        umfi_nest_begin(map);
        umfi_nest_move(place->inside, entry_end(entry), 1, parent, entry->index);
    }
    atomic_store_explicit(&entry->parent, parent, memory_order_release);
    umfi_tree_insert(&map->by_address, &entry->by_address, umfi_truth_order);
    umfi_entry_list(entry);
    map->regions++;
    /* release: who sees the id sees the fields */
    atomic_store_explicit(&entry->id, entry->kept_id, memory_order_release);
    umfi_radix_publish(map, entry);
    if (is_nest_change) {
        umfi_nest_end(map);
    }
    if (!entry_is_hidden(entry)) {
        umfi_granules_update(map, entry_base(entry), entry_end(entry));
    }
}

void umfi_nest_leave(struct umfi_addrmap *map, struct map_entry *entry) {
    struct map_entry *inside = umfi_truth_inside(entry);
    if (inside) {
        umfi_nest_begin(map);
        umfi_nest_move(inside, entry_end(entry), (uint32_t)-1, entry->index, entry_parent_index(entry));
    }
    umfi_tree_erase(&map->by_address, &entry->by_address);
    umfi_entry_unlist(entry);
    map->regions--;
    umfi_radix_retract(map, entry);
    /* release: who sees it gone sees the slots without it */
    atomic_store_explicit(&entry->id, 0, memory_order_release);
    if (inside) {
        umfi_nest_end(map);
    }
    if (!entry_is_hidden(entry)) {
        umfi_granules_update(map, entry_base(entry), entry_end(entry));
    }
}

void umfi_nest_forget(struct umfi_addrmap *map, struct map_entry *entry) {
    umfi_radix_unreserve(map, entry_base(entry), entry_size(entry));
    umfi_entry_release(map, entry);
}
