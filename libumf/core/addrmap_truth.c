/*
 * addrmap_truth.c - questions to the tree of regions, under the map's lock.
 *
 * The order puts an outer region before everything inside it, so a region's
 * inside is the stretch that follows it, up to the first base past its end.
 */
#include "base/checked.h"
#include "core/addrmap_parts.h"

int umfi_truth_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    const struct map_entry *left = entry_of(a), *right = entry_of(b);
    if (entry_base(left) != entry_base(right)) {
        return entry_base(left) < entry_base(right) ? -1 : 1;
    }
    if (entry_size(left) != entry_size(right)) {
        return entry_size(left) > entry_size(right) ? -1 : 1;
    }
    return (left->depth > right->depth) - (left->depth < right->depth);
}

struct extent {
    uintptr_t base;
    size_t size;
};

/* An equal range stands before the key. */
static int extent_order(const void *key, const struct umfi_tree_node *node) {
    const struct extent *extent = key;
    const struct map_entry *e = entry_of(node);
    if (extent->base != entry_base(e)) {
        return extent->base < entry_base(e) ? -1 : 1;
    }
    return extent->size <= entry_size(e) ? 1 : -1;
}

static struct map_entry *first_after(const struct umfi_addrmap *map, struct extent extent) {
    return entry_of(umfi_tree_lower_bound(&map->by_address, &extent, extent_order));
}

struct map_entry *umfi_truth_above(const struct umfi_addrmap *map, uintptr_t address) {
    return first_after(map, (struct extent){address, 0});
}

struct map_entry *umfi_truth_from(const struct umfi_addrmap *map, uintptr_t address) {
    return first_after(map, (struct extent){address, SIZE_MAX});
}

static struct map_entry *before(const struct umfi_addrmap *map, const struct map_entry *entry) {
    return entry ? entry_prev(entry) : entry_of(umfi_tree_last(&map->by_address));
}

/* The innermost of the entry and those around it that ends past the address. */
static struct map_entry *reaching(const struct umfi_addrmap *map, struct map_entry *entry, uintptr_t address) {
    while (entry && entry_end(entry) <= address) {
        entry = entry_parent(map, entry);
    }
    return entry;
}

struct map_entry *umfi_truth_innermost(const struct umfi_addrmap *map, uintptr_t address) {
    return reaching(map, before(map, umfi_truth_above(map, address)), address);
}

struct map_entry *umfi_truth_starting(const struct umfi_addrmap *map, uintptr_t base, size_t size,
                                      const void *owner) {
    struct map_entry *e = before(map, umfi_truth_above(map, base));
    for (; e && entry_base(e) == base; e = entry_prev(e)) {
        if (entry_owner(e) == owner && (size == 0 || entry_size(e) == size)) {
            return e;
        }
    }
    return NULL;
}

struct map_entry *umfi_truth_inside(const struct map_entry *entry) {
    struct map_entry *next = entry_next(entry);
    return next && entry_base(next) < entry_end(entry) ? next : NULL;
}

static bool is_range(uintptr_t base, size_t size) {
    size_t end;
    return size > 0 && umfi_add_size(base, size, &end) && end - 1 < (uintptr_t)1 << UMFI_ADDRMAP_ADDRESS_BITS;
}

/* The region that starts last before `end` lies in the last one at `parent`'s
 * level: if that ends by `end`, all of them do. */
static bool inside_sticks_out(const struct umfi_addrmap *map, const struct map_entry *parent, uintptr_t end) {
    const struct map_entry *last = before(map, umfi_truth_from(map, end));
    while (entry_parent(map, last) != parent) {
        last = entry_parent(map, last);
    }
    return entry_end(last) > end;
}

umf_result_t umfi_truth_place(const struct umfi_addrmap *map, uintptr_t base, size_t size,
                              struct place *place) {
    if (!is_range(base, size)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    uintptr_t end = base + size;
    struct map_entry *inside = first_after(map, (struct extent){base, size});
    struct map_entry *parent = reaching(map, before(map, inside), base);
    inside = inside && entry_base(inside) < end ? inside : NULL;
    if ((parent && entry_end(parent) < end) || (inside && inside_sticks_out(map, parent, end))) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (parent && parent->depth == UMFI_ADDRMAP_MAX_DEPTH) {
        return UMF_RESULT_ERROR_OUT_OF_RESOURCES;
    }
    for (const struct map_entry *e = inside; e && entry_base(e) < end; e = entry_next(e)) {
        if (e->depth == UMFI_ADDRMAP_MAX_DEPTH) {
            return UMF_RESULT_ERROR_OUT_OF_RESOURCES;
        }
    }
    *place = (struct place){.parent = parent, .inside = inside};
    return UMF_RESULT_SUCCESS;
}
