/*
 * addrmap_reshape.c - one region becomes two, or two become one.
 *
 * Prepare acquires entries and reserves their places; commit swaps old for new
 * under the lock as one nest change: the new regions are published, then the old
 * ones retracted. The owner stays the same all over the range, so the fast layer
 * has nothing to do.
 */
#include "base/checked.h"
#include "core/addrmap_parts.h"

static struct map_entry *piece_prepare(struct umfi_addrmap *map, const struct map_entry *like, uintptr_t base,
                                       size_t size) {
    struct umfi_region old;
    umfi_entry_copy(like, &old);
    struct umfi_region_spec spec = {base, size, old.owner, old.word, old.flags, old.type};
    struct map_entry *piece = umfi_entry_acquire(map, &spec);
    if (piece && !umfi_radix_reserve(map, base, size)) {
        umfi_entry_release(map, piece);
        return NULL;
    }
    return piece;
}

static bool is_cut_free(const struct map_entry *entry, uintptr_t cut) {
    const struct map_entry *e = umfi_truth_inside(entry);
    for (; e && entry_base(e) < cut; e = entry_next(e)) {
        if (entry_end(e) > cut) {
            return false;
        }
    }
    return true;
}

static umf_result_t split_prepare_locked(struct umfi_addrmap *map, const struct umfi_split *split,
                                         struct umfi_reshape *reshape) {
    const struct map_entry *whole = umfi_truth_starting(map, split->base, split->total, split->owner);
    if (!whole || split->first == 0 || split->first >= split->total ||
        !is_cut_free(whole, split->base + split->first)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct map_entry *low = piece_prepare(map, whole, split->base, split->first);
    if (!low) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    struct map_entry *high =
        piece_prepare(map, whole, split->base + split->first, split->total - split->first);
    if (!high) {
        umfi_nest_forget(map, low);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *reshape = (struct umfi_reshape){.fresh_id = {low->kept_id, high->kept_id}, .fresh = {low->index, high->index}};
    umfi_entry_copy(whole, &reshape->old[0]);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_addrmap_split_prepare(struct umfi_addrmap *map, const struct umfi_split *split,
                                        struct umfi_reshape *reshape) {
    umfi_mutex_lock(&map->lock);
    umf_result_t result = split->total ? split_prepare_locked(map, split, reshape) : UMF_RESULT_ERROR_INVALID_ARGUMENT;
    umfi_mutex_unlock(&map->lock);
    return result;
}

static bool can_merge(const struct map_entry *low, const struct map_entry *high, size_t total) {
    size_t sum;
    return entry_end(low) == entry_base(high) && umfi_add_size(entry_size(low), entry_size(high), &sum) &&
           sum == total && entry_parent_index(low) == entry_parent_index(high) &&
           entry_is_hidden(low) == entry_is_hidden(high);
}

/* Of nested regions of one owner that start alike, the innermost pair that fits. */
static umf_result_t merge_prepare_locked(struct umfi_addrmap *map, const struct umfi_merge *merge,
                                         struct umfi_reshape *reshape) {
    const struct map_entry *low = NULL, *high = NULL;
    if (merge->low < merge->high && merge->high - merge->low < merge->total) {
        size_t low_size = merge->high - merge->low;
        low = umfi_truth_starting(map, merge->low, low_size, merge->owner);
        high = umfi_truth_starting(map, merge->high, merge->total - low_size, merge->owner);
    }
    if (!low || !high || !can_merge(low, high, merge->total)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    struct map_entry *whole = piece_prepare(map, low, merge->low, merge->total);
    if (!whole) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *reshape = (struct umfi_reshape){.fresh_id = {whole->kept_id}, .fresh = {whole->index}};
    umfi_entry_copy(low, &reshape->old[0]);
    umfi_entry_copy(high, &reshape->old[1]);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_addrmap_merge_prepare(struct umfi_addrmap *map, const struct umfi_merge *merge,
                                        struct umfi_reshape *reshape) {
    umfi_mutex_lock(&map->lock);
    umf_result_t result = merge_prepare_locked(map, merge, reshape);
    umfi_mutex_unlock(&map->lock);
    return result;
}

/* The regions that a reshape is about; NULL where there is no second. */
struct swap {
    struct map_entry *old[2], *fresh[2];
};

/* False when a region to be replaced is gone, or the new ones would not nest. */
static bool swap_find(const struct umfi_addrmap *map, const struct umfi_reshape *reshape, struct swap *swap) {
    *swap = (struct swap){0};
    for (int i = 0; i < 2; i++) {
        const struct umfi_region *old = &reshape->old[i];
        swap->fresh[i] = entry_at(map, reshape->fresh[i]);
        swap->old[i] = old->id ? entry_at(map, old->index) : NULL;
        if (swap->old[i] && atomic_load_explicit(&swap->old[i]->id, memory_order_relaxed) != old->id) {
            return false;
        }
    }
    if (swap->old[1]) {
        return can_merge(swap->old[0], swap->old[1], entry_size(swap->fresh[0]));
    }
    return is_cut_free(swap->old[0], entry_base(swap->fresh[1]));
}

static void old_withdraw(struct umfi_addrmap *map, struct map_entry *old, struct umfi_region *copy) {
    umfi_entry_copy(old, copy);
    umfi_tree_erase(&map->by_address, &old->by_address);
    umfi_entry_unlist(old);
    map->regions--;
}

/* Takes the old ones' place in the tree; their children become the new one's. */
static void fresh_settle(struct umfi_addrmap *map, struct map_entry *fresh, const struct swap *swap) {
    struct map_entry *inside = umfi_truth_from(map, entry_base(fresh));
    for (int i = 0; i < 2 && swap->old[i]; i++) {
        umfi_nest_move(inside, entry_end(fresh), 0, swap->old[i]->index, fresh->index);
    }
    fresh->depth = swap->old[0]->depth;
    atomic_store_explicit(&fresh->parent, entry_parent_index(swap->old[0]), memory_order_release);
    umfi_tree_insert(&map->by_address, &fresh->by_address, umfi_truth_order);
    umfi_entry_list(fresh);
    map->regions++;
    /* release: who sees the id sees the fields */
    atomic_store_explicit(&fresh->id, fresh->kept_id, memory_order_release);
}

static void swap_commit(struct umfi_addrmap *map, const struct swap *swap, struct umfi_reshape *reshape) {
    umfi_nest_begin(map);
    for (int i = 0; i < 2 && swap->old[i]; i++) {
        old_withdraw(map, swap->old[i], &reshape->old[i]);
    }
    for (int i = 0; i < 2 && swap->fresh[i]; i++) {
        fresh_settle(map, swap->fresh[i], swap);
    }
    for (int i = 0; i < 2 && swap->fresh[i]; i++) {
        umfi_radix_publish(map, swap->fresh[i]);
    }
    for (int i = 0; i < 2 && swap->old[i]; i++) {
        umfi_radix_retract(map, swap->old[i]);
        /* release: who sees it gone sees the slots without it */
        atomic_store_explicit(&swap->old[i]->id, 0, memory_order_release);
    }
    umfi_nest_end(map);
    for (int i = 0; i < 2 && swap->old[i]; i++) {
        umfi_nest_forget(map, swap->old[i]);
    }
}

static void fresh_forget(struct umfi_addrmap *map, const struct umfi_reshape *reshape) {
    for (int i = 0; i < 2 && reshape->fresh[i]; i++) {
        umfi_nest_forget(map, entry_at(map, reshape->fresh[i]));
    }
}

bool umfi_addrmap_reshape_commit(struct umfi_addrmap *map, struct umfi_reshape *reshape) {
    struct swap swap;
    umfi_mutex_lock(&map->lock);
    bool is_possible = swap_find(map, reshape, &swap);
    if (is_possible) {
        swap_commit(map, &swap, reshape);
    } else {
        fresh_forget(map, reshape);
    }
    umfi_mutex_unlock(&map->lock);
    return is_possible;
}

void umfi_addrmap_reshape_cancel(struct umfi_addrmap *map, struct umfi_reshape *reshape) {
    umfi_mutex_lock(&map->lock);
    fresh_forget(map, reshape);
    umfi_mutex_unlock(&map->lock);
}
