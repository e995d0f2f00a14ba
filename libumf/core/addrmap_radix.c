/*
 * addrmap_radix.c - the nodes that readers walk (addrmap_parts.h has the law).
 *
 * Written under the map's lock. Nodes are made when a range is reserved, hung in
 * once and kept until the map's end, so that publishing needs no memory.
 */
#include "base/checked.h"
#include "core/addrmap_parts.h"
#include "core/meta.h"

/* Neighbouring slots of one node that a range covers wholly, at the highest level
 * where it does. */
struct run {
    unsigned level, count;
    uintptr_t base;
};

/* Moves *at, a page start, past the next run of [*at, end); false at the end. */
static bool run_next(uintptr_t *at, uintptr_t end, struct run *run) {
    if (*at >= end || end - *at < PAGE_BYTES) {
        return false;
    }
    unsigned level = LEAF_LEVEL;
    while (level > 0) {
        uintptr_t above = (uintptr_t)1 << level_shift(level - 1);
        if ((*at & (above - 1)) != 0 || end - *at < above) {
            break;
        }
        level--;
    }
    uintptr_t fit = (end - *at) >> level_shift(level);
    unsigned left = UMFI_ADDRMAP_FANOUT - level_slot(*at, level);
    *run = (struct run){level, fit < left ? (unsigned)fit : left, *at};
    *at += (uintptr_t)run->count << level_shift(level);
    return true;
}

static size_t node_bytes(unsigned level) {
    return level == LEAF_LEVEL ? sizeof(struct leaf_node) : sizeof(struct umfi_addrmap_inner);
}

/* The node of the level that the address falls in; NULL when it is not there and,
 * with `create`, there is no memory. */
static void *node_at(struct umfi_addrmap *map, uintptr_t address, unsigned level, bool create) {
    void *node = &map->root;
    for (unsigned above = 0; above < level; above++) {
        struct umfi_addrmap_inner *inner = node;
        _Atomic(void *) *child = &inner->child[level_slot(address, above)];
        node = atomic_load_explicit(child, memory_order_relaxed); /* only writers store it */
        if (!node && create) {
            node = umfi_meta_alloc(node_bytes(above + 1));
            /* release: readers find a zeroed node */
            atomic_store_explicit(child, node, memory_order_release);
        }
        if (!node) {
            return NULL;
        }
    }
    return node;
}

static _Atomic uint32_t *slots_of(void *node, unsigned level) {
    return level == LEAF_LEVEL ? ((struct leaf_node *)node)->slot : ((struct umfi_addrmap_inner *)node)->cover;
}

_Atomic uint32_t *umfi_radix_page_slot(struct umfi_addrmap *map, uintptr_t address, bool create) {
    struct leaf_node *leaf = node_at(map, address, LEAF_LEVEL, create);
    return leaf ? &leaf->slot[level_slot(address, LEAF_LEVEL)] : NULL;
}

bool umfi_radix_reserve(struct umfi_addrmap *map, uintptr_t base, size_t size) {
    uintptr_t at = umfi_align_up(base, PAGE_BYTES);
    struct run run;
    while (run_next(&at, base + size, &run)) {
        if (!node_at(map, run.base, run.level, true)) {
            return false; /* the nodes made so far are empty and stay */
        }
    }
    if (!umfi_cell_reserve(map, base)) {
        return false;
    }
    if (!umfi_cell_reserve(map, base + size)) {
        umfi_cell_unreserve(map, base);
        return false;
    }
    return true;
}

void umfi_radix_unreserve(struct umfi_addrmap *map, uintptr_t base, size_t size) {
    umfi_cell_unreserve(map, base);
    umfi_cell_unreserve(map, base + size);
}

static void slot_publish(struct umfi_addrmap *map, _Atomic uint32_t *slot, uintptr_t slot_base,
                         const struct map_entry *entry) {
    uint32_t value = atomic_load_explicit(slot, memory_order_relaxed); /* only writers store it */
    if (value & CELL_TAG) {
        umfi_cell_rebuild(map, value, slot_base);
    } else if (value == 0 || entry_at(map, value)->depth <= entry->depth) {
        /* equal depths: the other is the one that a split or a merge replaces */
        slot_store(map, slot, entry->index);
    }
}

static void edges_refresh(struct umfi_addrmap *map, const struct map_entry *entry) {
    uintptr_t base = entry_base(entry), end = entry_end(entry);
    if (base >> PAGE_SHIFT != end >> PAGE_SHIFT) { /* else the end's page is the base's */
        umfi_cell_refresh(map, base);
    }
    umfi_cell_refresh(map, end);
}

void umfi_radix_publish(struct umfi_addrmap *map, const struct map_entry *entry) {
    uintptr_t at = umfi_align_up(entry_base(entry), PAGE_BYTES);
    struct run run;
    while (run_next(&at, entry_end(entry), &run)) {
        void *node = node_at(map, run.base, run.level, false);
        _Atomic uint32_t *slot = slots_of(node, run.level) + level_slot(run.base, run.level);
        for (unsigned i = 0; i < run.count; i++) {
            slot_publish(map, slot + i, run.base + ((uintptr_t)i << level_shift(run.level)), entry);
        }
    }
    edges_refresh(map, entry);
}

/* The parent where it stands at this level too, that is: does not cover the
 * node of which the run is a part. */
static uint32_t run_heir(const struct umfi_addrmap *map, const struct map_entry *entry, const struct run *run) {
    const struct map_entry *parent = entry_parent(map, entry);
    if (!parent || run->level == 0) {
        return parent ? parent->index : 0;
    }
    uintptr_t node_span = (uintptr_t)1 << level_shift(run->level - 1);
    uintptr_t node_base = umfi_align_down(run->base, node_span);
    return entry_covers(parent, node_base, node_base + node_span) ? 0 : parent->index;
}

void umfi_radix_retract(struct umfi_addrmap *map, const struct map_entry *entry) {
    uintptr_t at = umfi_align_up(entry_base(entry), PAGE_BYTES);
    struct run run;
    while (run_next(&at, entry_end(entry), &run)) {
        void *node = node_at(map, run.base, run.level, false);
        _Atomic uint32_t *slot = slots_of(node, run.level) + level_slot(run.base, run.level);
        uint32_t heir = run_heir(map, entry, &run);
        for (unsigned i = 0; i < run.count; i++) {
            uint32_t value = atomic_load_explicit(slot + i, memory_order_relaxed);
            if (value & CELL_TAG) {
                umfi_cell_rebuild(map, value, run.base + ((uintptr_t)i << level_shift(run.level)));
            } else if (value == entry->index) {
                slot_store(map, slot + i, heir);
            }
        }
    }
    edges_refresh(map, entry);
}

uint32_t umfi_radix_above(const struct umfi_addrmap *map, uintptr_t address) {
    const struct umfi_addrmap_inner *inner = &map->root;
    uint32_t region = 0;
    for (unsigned level = 0; level < LEAF_LEVEL && inner; level++) {
        unsigned slot = level_slot(address, level);
        /* relaxed: the writer reads what writers wrote */
        uint32_t value = atomic_load_explicit(&inner->cover[slot], memory_order_relaxed);
        region = value ? value : region;
        inner = atomic_load_explicit(&inner->child[slot], memory_order_relaxed);
    }
    return region;
}

uint32_t umfi_radix_slot_truth(const struct umfi_addrmap *map, uintptr_t slot_base, unsigned level) {
    uintptr_t slot_end = slot_base + ((uintptr_t)1 << level_shift(level));
    const struct map_entry *e = umfi_truth_innermost(map, slot_base);
    while (e && entry_end(e) < slot_end) {
        e = entry_parent(map, e);
    }
    if (!e || level == 0) {
        return e ? e->index : 0;
    }
    uintptr_t node_span = (uintptr_t)1 << level_shift(level - 1);
    uintptr_t node_base = umfi_align_down(slot_base, node_span);
    return entry_covers(e, node_base, node_base + node_span) ? 0 : e->index;
}

/* The nodes of one level below the given one, and so on: five levels, no more. */
static bool below_each(struct umfi_addrmap *map, struct umfi_addrmap_inner *inner, uintptr_t base, unsigned level,
                       bool (*visit)(struct umfi_addrmap *, void *, uintptr_t, unsigned)) {
    for (unsigned i = 0; i < UMFI_ADDRMAP_FANOUT; i++) {
        void *child = atomic_load_explicit(&inner->child[i], memory_order_relaxed);
        uintptr_t child_base = base + ((uintptr_t)i << level_shift(level));
        if (!child) {
            continue;
        }
        if (level + 1 < LEAF_LEVEL && !below_each(map, child, child_base, level + 1, visit)) {
            return false;
        }
        if (!visit(map, child, child_base, level + 1)) {
            return false;
        }
    }
    return true;
}

bool umfi_radix_each_node(struct umfi_addrmap *map,
                          bool (*visit)(struct umfi_addrmap *map, void *node, uintptr_t base,
                                        unsigned level)) {
    return below_each(map, &map->root, 0, 0, visit) && visit(map, &map->root, 0, 0);
}

static bool node_free(struct umfi_addrmap *map, void *node, uintptr_t base, unsigned level) {
    (void)map, (void)base;
    if (level > 0) {
        umfi_meta_free(node, node_bytes(level));
    }
    return true;
}

void umfi_radix_fini(struct umfi_addrmap *map) { umfi_radix_each_node(map, node_free); }
